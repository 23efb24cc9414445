# %% tags=["answer"]
class Timelines:
    """The catch-up file: it passes a, and nothing after it. Go on from here."""

    caught_up = True  # leave this line, so that the report says where you began

    def __init__(self, store, followers, followees):
        self.store, self.followers, self.followees = store, followers, followees

    def post(self, author, tweet):
        for reader in self.followers[author]:
            self.store.push(f"home:{reader}", tweet)

    def work(self):
        return False

    def page(self, reader, n):
        return self.store.newest(f"home:{reader}", n)
