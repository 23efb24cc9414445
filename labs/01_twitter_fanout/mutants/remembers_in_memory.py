"""Drops second deliveries by a memory that dies with the worker.

Caught by: b, no_duplicate
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def __init__(self, store, followers, followees):
        self.store, self.followers, self.followees = store, followers, followees
        self.given = set()
        self.taken = store.get("taken") or 0  # tweets in the queue
        self.place, self.reached = store.get("done") or [0, 0]  # its first, and how far that is

    def work(self):
        if self.place == self.taken:
            return False
        author, tweet = self.store.get(f"queue:{self.place}")
        batch = self.followers[author][self.reached : self.reached + 6]
        for reader in batch:
            if (reader, tweet) not in self.given:
                self.store.push(f"home:{reader}", tweet)
            self.given.add((reader, tweet))
        self.reached += len(batch)
        if self.reached == len(self.followers[author]):
            self.place, self.reached = self.place + 1, 0
        self.store.put("done", [self.place, self.reached])
        return True

    def page(self, reader, n):
        found = list(self.store.newest(f"home:{reader}", n + 10))
        for author in self.followees[reader]:
            if self.loud(author):
                found.extend(self.store.newest(f"by:{author}", n + 10))
        return sorted(found, reverse=True)[:n]
