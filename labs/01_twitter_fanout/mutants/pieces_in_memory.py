"""Delivers in pieces that keep every budget, and remembers what is left in memory only.

Caught by: b, no_lost_tweet
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def __init__(self, store, followers, followees):
        self.store, self.followers, self.followees = store, followers, followees
        self.left = []

    def post(self, author, tweet):
        self.store.push(f"by:{author}", tweet)
        if not self.loud(author):
            self.left += [[reader, tweet] for reader in self.followers[author]]
            self.work()

    def work(self):
        piece, self.left = self.left[:13], self.left[13:]
        for reader, tweet in piece:
            self.store.push(f"home:{reader}", tweet)
        return bool(self.left)
