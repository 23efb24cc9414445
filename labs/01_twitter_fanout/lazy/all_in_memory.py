"""Asks the store for nothing, ever.

Told: b, no_lost_tweet; c, no_lost_tweet
"""


class Timelines:
    def __init__(self, store, followers, followees):
        self.followers, self.pages = followers, [[] for _ in followers]

    def post(self, author, tweet):
        for reader in self.followers[author]:
            self.pages[reader].append(tweet)

    def work(self):
        return False

    def page(self, reader, n):
        return self.pages[reader][::-1][:n]
