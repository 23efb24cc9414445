"""Counts in each birth how often it has died at the same place, and goes on behind it after three deaths.

Caught by: b, no_lost_tweet
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def __init__(self, store, followers, followees):
        super().__init__(store, followers, followees)
        if self.place < self.taken:
            now = [self.place, self.reached]
            *of, times = store.get("died") or [*now, 0]
            times = times + 1 if of == now else 1
            store.put("died", [*now, times])
            if times > 3:
                self.reached += 6
                if self.reached >= len(followers[store.get(f"queue:{self.place}")[0]]):
                    self.place, self.reached = self.place + 1, 0
                store.put("done", [self.place, self.reached])
