"""Shows a celebrity's tweet as often as its author had to send it.

Caught by: c, no_duplicate
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def page(self, reader, n):
        found = [*set(self.store.newest(f"home:{reader}", 2 * n))]
        for author in self.followees[reader]:
            if self.loud(author):
                found.extend(self.store.newest(f"by:{author}", 2 * n))
        return sorted(found, reverse=True)[:n]
