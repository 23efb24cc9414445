"""Makes every page when it begins, out of the log, and keeps all of them in memory.

Told: c, reading, p99; c, back after a crash; c, memory
"""


class Timelines:
    def __init__(self, store, followers, followees):
        self.store, self.followers = store, followers
        self.pages = [[] for _ in followers]
        self.count = store.get("count") or 0
        for number in range(self.count):
            self.deliver(*store.get(f"log:{number}"))

    def deliver(self, author, tweet):
        for reader in self.followers[author]:
            if tweet not in self.pages[reader]:
                self.pages[reader].append(tweet)

    def post(self, author, tweet):
        self.store.put(f"log:{self.count}", [author, tweet])
        self.store.put("count", self.count + 1)
        self.count += 1
        self.deliver(author, tweet)

    def work(self):
        return False

    def page(self, reader, n):
        return self.pages[reader][::-1][:n]
