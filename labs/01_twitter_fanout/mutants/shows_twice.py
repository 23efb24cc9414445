"""Delivers a batch again after a crash, and shows both.

Caught by: b, no_duplicate
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def page(self, reader, n):
        found = list(self.store.newest(f"home:{reader}", n + 10))
        for author in self.followees[reader]:
            if self.loud(author):
                found.extend(self.store.newest(f"by:{author}", n + 10))
        return sorted(found, reverse=True)[:n]
