"""Shows the pulled tweets below the delivered ones, in the order of arrival.

Caught by: c, newest_first
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def page(self, reader, n):
        found = self.store.newest(f"home:{reader}", n + 10)
        for author in self.followees[reader]:
            if self.loud(author):
                found += self.store.newest(f"by:{author}", n + 10)
        return list(dict.fromkeys(found))[:n]
