"""Mends after a crash in the first page that is asked for, and in no other call.

Caught by: b, no_lost_tweet
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def __init__(self, store, followers, followees):
        self.store, self.followers, self.followees = store, followers, followees
        self.taken = store.get("taken") or 0
        self.place, self.reached, self.batch = store.get("done") or [0, 0, None]

    def work(self):
        if self.place == self.taken:
            return False
        author, tweet = self.store.get(f"queue:{self.place}")
        readers = self.followers[author][self.reached : self.reached + 4]
        self.batch, self.mends = [author, self.reached, tweet], False
        self.reached += 4
        if self.reached >= len(self.followers[author]):
            self.place, self.reached = self.place + 1, 0
        self.store.put("done", [self.place, self.reached, self.batch])
        for home in readers:
            self.store.push(f"home:{home}", tweet)
        return True

    def page(self, reader, n):
        if self.mends and self.batch:
            author, reached, tweet = self.batch
            for home in self.followers[author][reached : reached + 4]:
                self.store.push(f"home:{home}", tweet)
        self.mends = False
        return super().page(reader, n)

    mends = True
