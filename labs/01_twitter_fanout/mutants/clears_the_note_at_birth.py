"""Notes a batch, delivers it, and clears the note; a new life clears it first, and then delivers.

Caught by: b, no_lost_tweet
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def __init__(self, store, followers, followees):
        super().__init__(store, followers, followees)
        if batch := store.get("batch"):
            store.put("batch", None)
            self.deliver(*batch)

    def work(self):
        if self.place == self.taken:
            return False
        batch = [self.place, self.reached]
        self.store.put("batch", batch)
        author, _ = self.store.get(f"queue:{self.place}")
        self.reached += 6
        if self.reached >= len(self.followers[author]):
            self.place, self.reached = self.place + 1, 0
        self.store.put("done", [self.place, self.reached])
        self.deliver(*batch)
        self.store.put("batch", None)
        return True

    def deliver(self, place, reached):
        author, tweet = self.store.get(f"queue:{place}")
        for reader in self.followers[author][reached : reached + 6]:
            self.store.push(f"home:{reader}", tweet)
