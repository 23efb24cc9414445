"""Delivers a celebrity's tweets to every follower, too.

Caught by: c, writing
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def loud(self, author):
        return len(self.followers[author]) > 400
