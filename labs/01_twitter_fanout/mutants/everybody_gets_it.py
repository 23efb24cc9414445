"""Merges the celebrities' tweets into every page.

Caught by: c, nobody_else
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def page(self, reader, n):
        found = set(self.store.newest(f"home:{reader}", 2 * n))
        for author in range(len(self.followers)):
            if self.loud(author):
                found.update(self.store.newest(f"by:{author}", 2 * n))
        return sorted(found, reverse=True)[:n]
