"""Reads the whole queue when it begins, from the first tweet of the day.

Caught by: c, back after a crash
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def __init__(self, store, followers, followees):
        super().__init__(store, followers, followees)
        self.queue = [store.get(f"queue:{number}") for number in range(self.taken)]
