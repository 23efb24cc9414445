"""One list for all, eleven tweets in each entry; each page reads back as far as it must.

Told: c, reading, p99
"""


class Timelines:
    def __init__(self, store, followers, followees):
        self.store, self.followees = store, [set(row) for row in followees]
        self.open = store.get("open") or []

    def post(self, author, tweet):
        if [author, tweet] in self.open[-1:]:
            return
        if len(self.open) == 11:
            if self.open not in self.store.newest("log", 1):
                self.store.push("log", self.open)
            self.open = []
        self.open = [*self.open, [author, tweet]]
        self.store.put("open", self.open)

    def work(self):
        return False

    def page(self, reader, n):
        found = set()
        for chunk in [self.open, *self.store.newest("log", 30)]:
            found |= {tweet for author, tweet in chunk if author in self.followees[reader]}
        return sorted(found, reverse=True)[:n]
