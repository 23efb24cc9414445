"""Its first life prepares the store, and a later one takes it for prepared after the first change.

Caught by: b, runs_through
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def __init__(self, store, followers, followees):
        self.store, self.followers, self.followees = store, followers, followees
        if not store.get("ready"):
            store.put("ready", True)
            store.put("taken", 0)
            store.put("done", [0, 0])
        self.taken = store.get("taken")
        self.place, self.reached = store.get("done")
