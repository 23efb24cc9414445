"""Skips the last follower of a tweet.

Caught by: a, complete_page
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def work(self):
        if self.place == self.taken:
            return False
        author, tweet = self.store.get(f"queue:{self.place}")
        batch = self.followers[author][:-1][self.reached : self.reached + 6]
        for reader in batch:
            self.store.push(f"home:{reader}", tweet)
        self.reached += len(batch)
        if self.reached >= len(self.followers[author]) - 1:
            self.place, self.reached = self.place + 1, 0
        self.store.put("done", [self.place, self.reached])
        return True
