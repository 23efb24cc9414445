"""Takes it that somebody has posted when it works, and that every author has a follower.

Caught by: a, runs_through
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def __init__(self, store, followers, followees):
        self.store, self.followers, self.followees = store, followers, followees
        self.taken = store.get("taken")
        self.place, self.reached = store.get("done") or [0, 0]

    def post(self, author, tweet):
        self.store.push(f"by:{author}", tweet)
        if self.taken is None:
            self.taken = 0
            self.store.put("taken", 0)
        if not self.loud(author):
            self.store.put(f"queue:{self.taken}", [author, tweet])
            self.store.put("taken", self.taken + 1)
            self.taken += 1

    def work(self):
        if self.place == self.taken:
            return False
        author, tweet = self.store.get(f"queue:{self.place}")
        batch = self.followers[author][self.reached : self.reached + 6]
        for reader in batch:
            self.store.push(f"home:{reader}", tweet)
        self.reached += len(batch)
        if batch[-1] == self.followers[author][-1]:
            self.place, self.reached = self.place + 1, 0
        self.store.put("done", [self.place, self.reached])
        return True
