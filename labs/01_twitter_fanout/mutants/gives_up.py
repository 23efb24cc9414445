"""Counts how often it has begun a batch, and drops what has been begun three times in vain.

Caught by: b, no_lost_tweet
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def work(self):
        if self.place == self.taken:
            return False
        now = [self.place, self.reached]
        *of, times = self.store.get("begun") or [*now, 0]
        times = times + 1 if of == now else 1
        if times > 3:
            self.place, self.reached = self.place + 1, 0
            self.store.put("done", [self.place, self.reached])
            return True
        self.store.put("begun", [*now, times])
        return super().work()
