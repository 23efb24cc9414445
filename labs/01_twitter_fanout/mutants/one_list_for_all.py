"""Keeps one list of everything, and looks through the newest of it.

Caught by: c, no_lost_tweet
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def post(self, author, tweet):
        self.store.push("all", [author, tweet])

    def work(self):
        return False

    def page(self, reader, n):
        rows = self.store.newest("all", 30)
        mine = {tweet for author, tweet in rows if author in self.followees[reader]}
        return sorted(mine, reverse=True)[:n]
