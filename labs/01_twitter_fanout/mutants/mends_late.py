"""Mends after a crash in the first call of a life, and takes its note away before it has.

Caught by: b, no_lost_tweet
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def __init__(self, store, followers, followees):
        self.store, self.followers, self.followees = store, followers, followees
        self.mended = False

    def mend(self):
        """The last life may have died in the middle of a delivery."""
        if self.mended:
            return
        self.mended = True
        self.taken = self.store.get("taken") or 0
        self.place, self.reached = self.store.get("done") or [0, 0]
        note = self.store.get("note")
        if note:
            self.store.put("note", None)
            tweet, readers = note
            for reader in readers:
                self.store.push(f"home:{reader}", tweet)

    def post(self, author, tweet):
        self.mend()
        super().post(author, tweet)

    def work(self):
        if not self.mended:
            self.mend()
            return True
        if self.place == self.taken:
            return False
        author, tweet = self.store.get(f"queue:{self.place}")
        batch = self.followers[author][self.reached : self.reached + 6]
        self.store.put("note", [tweet, batch])
        self.reached += len(batch)
        if self.reached == len(self.followers[author]):
            self.place, self.reached = self.place + 1, 0
        self.store.put("done", [self.place, self.reached])
        for reader in batch:
            self.store.push(f"home:{reader}", tweet)
        self.store.put("note", None)
        return True
