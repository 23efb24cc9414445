"""Shows a celebrity's tweet as often as its author had to send it.

Caught by: c, no_duplicate
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def page(self, reader, n):
        found = [*set(self.store.newest(f"home:{reader}", n + 10))]
        for author in self.followees[reader]:
            if self.loud(author):
                found.extend(self.store.newest(f"by:{author}", n + 10))
        return sorted(found, reverse=True)[:n]
