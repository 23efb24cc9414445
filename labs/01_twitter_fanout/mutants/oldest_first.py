"""Sorts the wrong way round.

Caught by: a, newest_first
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def page(self, reader, n):
        found = set(self.store.newest(f"home:{reader}", 2 * n))
        for author in self.followees[reader]:
            if self.loud(author):
                found.update(self.store.newest(f"by:{author}", 2 * n))
        return sorted(sorted(found, reverse=True)[:n])
