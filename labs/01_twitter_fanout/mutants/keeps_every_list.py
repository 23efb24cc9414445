"""Keeps each list that it has read of an author in memory, and makes every page of those.

Caught by: c, memory
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def __init__(self, store, followers, followees):
        super().__init__(store, followers, followees)
        self.lists = {}

    def post(self, author, tweet):
        super().post(author, tweet)
        if author in self.lists:
            self.lists[author].append(tweet)

    def page(self, reader, n):
        for author in self.followees[reader]:
            if author not in self.lists:
                self.lists[author] = self.store.newest(f"by:{author}", n + 10)
        rows = [tweet for author in self.followees[reader] for tweet in self.lists[author]]
        return sorted(set(rows), reverse=True)[:n]
