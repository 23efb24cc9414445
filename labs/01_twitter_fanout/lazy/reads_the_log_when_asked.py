"""Keeps one log; a life reads it at its first page, and nearly nothing in `__init__`.

Told: c, reading, p99; c, memory
"""


class Timelines:
    def __init__(self, store, followers, followees):
        self.store, self.followees = store, [set(row) for row in followees]
        self.count, self.log = store.get("count") or 0, []

    def post(self, author, tweet):
        self.store.put(f"log:{self.count}", [author, tweet])
        self.store.put("count", self.count + 1)
        self.count += 1

    def work(self):
        return False

    def page(self, reader, n):
        self.log += [self.store.get(f"log:{at}") for at in range(len(self.log), self.count)]
        mine = {tweet for author, tweet in self.log if author in self.followees[reader]}
        return sorted(mine, reverse=True)[:n]
