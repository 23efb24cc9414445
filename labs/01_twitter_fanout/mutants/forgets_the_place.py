"""Forgets on restart how far the queue is, and takes new tweets for old places.

Caught by: b, runs_through
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def __init__(self, store, followers, followees):
        self.store, self.followers, self.followees = store, followers, followees
        self.taken = 0  # tweets in the queue
        self.place, self.reached = store.get("done") or [0, 0]  # its first, and how far that is
