"""Remembers where in a log each page's tweets are, so that it shows none from memory.

Told: c, reading, p99; c, back after a crash
"""


class Timelines:
    def __init__(self, store, followers, followees):
        self.store, self.followers = store, followers
        self.places = [[] for _ in followers]
        self.count = store.get("count") or 0
        for number in range(self.count):
            self.file(store.get(f"log:{number}")[0], number)

    def file(self, author, number):
        for reader in self.followers[author]:
            self.places[reader].append(number)

    def post(self, author, tweet):
        if self.count and self.store.get(f"log:{self.count - 1}") == [author, tweet]:
            return
        self.store.put(f"log:{self.count}", [author, tweet])
        self.store.put("count", self.count + 1)
        self.file(author, self.count)
        self.count += 1

    def work(self):
        return False

    def page(self, reader, n):
        return [self.store.get(f"log:{place}")[1] for place in self.places[reader][::-1][:n]]
