"""The same log, packed as tightly as numbers can be: each holds sixteen tweets.

Told: c, back after a crash; c, memory
"""


class Timelines:
    def __init__(self, store, followers, followees):
        self.store, self.followees = store, [set(row) for row in followees]
        self.log, self.open, self.full = [], [], store.get("full") or 0
        rows = store.newest("full", 30)[::-1][: self.full]
        rows += [store.get("open") or 0]
        for number in rows:
            self.open = []
            while number:
                number, gap = divmod(number, 2**34)
                number, author = divmod(number, 2**7)
                self.open.append((author, gap))
            self.log += self.open

    def post(self, author, tweet):
        if (author, tweet) in self.log[-1:]:
            return
        if len(self.open) == 16:
            if self.store.newest("full", 1) != [self.packed()]:
                self.store.push("full", self.packed())
            self.full, self.open = self.full + 1, []
            self.store.put("full", self.full)
            self.store.put("open", 0)
        self.open.append((author, tweet))
        self.store.put("open", self.packed())
        self.log.append((author, tweet))

    def packed(self):
        number = 0
        for author, tweet in reversed(self.open):
            number = (number * 2**7 + author) * 2**34 + tweet
        return number

    def work(self):
        return False

    def page(self, reader, n):
        mine = {tweet for author, tweet in self.log if author in self.followees[reader]}
        return sorted(mine, reverse=True)[:n]
