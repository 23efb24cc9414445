"""Acknowledges before it stores: the queue is in memory only.

Caught by: b, no_lost_tweet
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def __init__(self, store, followers, followees):
        self.store, self.followers, self.followees = store, followers, followees
        self.queue, self.reached = [], 0

    def post(self, author, tweet):
        self.store.push(f"by:{author}", tweet)
        if not self.loud(author):
            self.queue.append([author, tweet])

    def work(self):
        if not self.queue:
            return False
        author, tweet = self.queue[0]
        batch = self.followers[author][self.reached : self.reached + 6]
        for reader in batch:
            self.store.push(f"home:{reader}", tweet)
        self.reached += len(batch)
        if self.reached == len(self.followers[author]):
            self.queue.pop(0)
            self.reached = 0
        return True
