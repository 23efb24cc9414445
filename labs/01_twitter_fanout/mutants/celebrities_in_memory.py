"""Stores a celebrity's tweet only in `work`, when its author has long heard that it is accepted.

Caught by: c, no_lost_tweet
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def __init__(self, store, followers, followees):
        super().__init__(store, followers, followees)
        self.later = []

    def post(self, author, tweet):
        if self.loud(author):
            self.later.append((author, tweet))
        else:
            super().post(author, tweet)

    def work(self):
        if not self.later:
            return super().work()
        author, tweet = self.later.pop(0)
        self.store.push(f"by:{author}", tweet)
        return True
