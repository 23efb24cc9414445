"""Sorts the wrong way round.

Caught by: a, newest_first
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def page(self, reader, n):
        found = set(self.store.newest(f"home:{reader}", n + 10))
        for author in self.followees[reader]:
            if self.loud(author):
                found.update(self.store.newest(f"by:{author}", n + 10))
        return sorted(sorted(found, reverse=True)[:n])
