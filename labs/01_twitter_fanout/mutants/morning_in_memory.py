"""Holds all work in memory until its two hundredth tweet.

Caught by: c, no_lost_tweet
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def __init__(self, store, followers, followees):
        super().__init__(store, followers, followees)
        self.seen, self.left = 0 if len(followers) == 100 else 1000, []
        if store.get("noon"):
            self.seen = 1000

    def post(self, author, tweet):
        self.seen += 1
        if self.seen == 200:
            self.store.put("noon", 1)
        if self.seen >= 200:
            return super().post(author, tweet)
        if self.loud(author):
            self.store.push(f"by:{author}", tweet)
        else:
            self.left += [(reader, tweet) for reader in self.followers[author]]

    def work(self):
        if not self.left:
            return super().work()
        for reader, tweet in self.left[:6]:
            self.store.push(f"home:{reader}", tweet)
        del self.left[:6]
        return True
