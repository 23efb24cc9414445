"""Delivers all in `post`, and leaves it to the author to send again what was not finished.

Told: c, longest post or work
"""


class Timelines:
    def __init__(self, store, followers, followees):
        self.store, self.followers, self.followees = store, followers, followees

    def post(self, author, tweet):
        if len(self.followers[author]) > 40:
            self.store.push(f"by:{author}", tweet)
            return
        for reader in self.followers[author]:
            self.store.push(f"home:{reader}", tweet)

    def work(self):
        return False

    def page(self, reader, n):
        found = set(self.store.newest(f"home:{reader}", 30))
        for author in self.followees[reader]:
            if len(self.followers[author]) > 40:
                found.update(self.store.newest(f"by:{author}", 30))
        return sorted(found, reverse=True)[:n]
