"""The same log in as few values as can be: eleven tweets in each, so that a life reads few.

Told: c, reading, p99; c, back after a crash; c, memory
"""


class Timelines:
    def __init__(self, store, followers, followees):
        self.store, self.followees = store, [set(row) for row in followees]
        self.log, self.chunk = [], 0
        while (entries := store.get(f"chunk:{self.chunk}")) is not None:
            self.log += entries
            self.chunk += 1
        self.open = entries_of_the_last(self.log, self.chunk)
        self.chunk = max(0, self.chunk - 1)

    def post(self, author, tweet):
        if [author, tweet] in self.log[-1:]:
            return
        if len(self.open) == 11:
            self.open, self.chunk = [], self.chunk + 1
        self.open.append([author, tweet])
        self.store.put(f"chunk:{self.chunk}", self.open)
        self.log.append([author, tweet])

    def work(self):
        return False

    def page(self, reader, n):
        mine = [tweet for author, tweet in self.log if author in self.followees[reader]]
        return mine[::-1][:n]


def entries_of_the_last(log, chunks):
    return log[11 * (chunks - 1) :] if chunks else []
