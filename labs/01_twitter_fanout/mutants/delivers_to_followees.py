"""Takes followers for followees when it delivers.

Caught by: a, nobody_else
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def work(self):
        if self.place == self.taken:
            return False
        author, tweet = self.store.get(f"queue:{self.place}")
        batch = self.followees[author][self.reached : self.reached + 6]
        for reader in batch:
            self.store.push(f"home:{reader}", tweet)
        self.reached += len(batch)
        if self.reached == len(self.followees[author]):
            self.place, self.reached = self.place + 1, 0
        self.store.put("done", [self.place, self.reached])
        return True
