"""Forgets on restart how far the queue is, and takes new tweets for old places.

Caught by: b, runs_through
"""


class Timelines:
    def __init__(self, store, followers, followees):
        self.store, self.followers, self.followees = store, followers, followees
        self.taken = 0  # tweets in the queue
        self.place, self.reached = store.get("done") or [0, 0]  # its first, and how far that is

    def post(self, author, tweet):
        self.store.push(f"by:{author}", tweet)
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
        if self.reached == len(self.followers[author]):
            self.place, self.reached = self.place + 1, 0
        self.store.put("done", [self.place, self.reached])
        return True

    def page(self, reader, n):
        found = set(self.store.newest(f"home:{reader}", 2 * n))
        for author in self.followees[reader]:
            if self.loud(author):
                found.update(self.store.newest(f"by:{author}", 2 * n))
        return sorted(found, reverse=True)[:n]

    def loud(self, author):
        return len(self.followers[author]) > 40
