"""Keeps all in memory, and lets each answer go through the store, as if it had been there.

Told: c, reading, p99; c, back after a crash; c, memory
"""


class Timelines:
    def __init__(self, store, followers, followees):
        self.store, self.followees = store, [set(row) for row in followees]
        self.log = []
        while (entry := store.get(f"log:{len(self.log)}")) is not None:
            self.log.append(entry)

    def post(self, author, tweet):
        if [author, tweet] not in self.log[-1:]:
            self.store.put(f"log:{len(self.log)}", [author, tweet])
            self.log.append([author, tweet])

    def work(self):
        return False

    def page(self, reader, n):
        mine = [tweet for author, tweet in self.log if author in self.followees[reader]]
        self.store.put("echo", mine[::-1][: n // 2])
        self.store.put("more", mine[::-1][n // 2 : n])
        return self.store.get("echo") + self.store.get("more")
