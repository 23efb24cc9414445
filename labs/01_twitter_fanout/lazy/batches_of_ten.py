"""Delivers only when ten tweets wait; until then it says that there is nothing to do.

Told: a, complete_page; b, no_lost_tweet; c, no_lost_tweet
"""


class Timelines:
    def __init__(self, store, followers, followees):
        self.store, self.followers, self.followees = store, followers, followees
        self.taken, self.place = store.get("taken") or 0, store.get("place") or 0

    def post(self, author, tweet):
        self.store.put(f"queue:{self.taken}", [author, tweet])
        self.store.put("taken", self.taken + 1)
        self.taken += 1

    def work(self):
        if self.taken - self.place < 10:
            return False
        lines = {}
        for number in range(self.place, self.taken):
            author, tweet = self.store.get(f"queue:{number}")
            for reader in self.followers[author]:
                lines.setdefault(reader, []).append(tweet)
        for reader, tweets in lines.items():
            self.store.push(f"home:{reader}", tweets)
        self.place = self.taken
        self.store.put("place", self.place)
        return False

    def page(self, reader, n):
        rows = self.store.newest(f"home:{reader}", n)
        return sorted({tweet for row in rows for tweet in row}, reverse=True)[:n]
