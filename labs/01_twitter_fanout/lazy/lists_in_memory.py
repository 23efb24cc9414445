"""Keeps a list an author, and in memory what it has ever read of one: no fan-out.

Told: c, reading, p99; c, memory
"""


class Timelines:
    def __init__(self, store, followers, followees):
        self.store, self.followees, self.lists = store, followees, {}

    def post(self, author, tweet):
        if tweet not in self.read(author):
            self.store.push(f"by:{author}", tweet)
            self.lists[author] = [tweet, *self.lists[author]][:30]

    def read(self, author):
        if author not in self.lists:
            self.lists[author] = self.store.newest(f"by:{author}", 20)
        return self.lists[author]

    def work(self):
        return False

    def page(self, reader, n):
        rows = [tweet for author in self.followees[reader] for tweet in self.read(author)]
        return sorted(rows, reverse=True)[:n]
