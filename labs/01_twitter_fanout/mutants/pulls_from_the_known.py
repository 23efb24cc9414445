"""Takes an author with sixteen followers for a celebrity: who follows five such asks for five lists.

Caught by: c, quiet reading, p99
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def loud(self, author):
        return len(self.followers[author]) > 15
