"""Delivers nothing; each page asks every followee's list.

Caught by: c, reading, p99
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def loud(self, author):
        return len(self.followers[author]) >= 0
