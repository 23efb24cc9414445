"""Takes n entries and then drops the repeated ones.

Caught by: b, no_lost_tweet
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def page(self, reader, n):
        found = set(self.store.newest(f"home:{reader}", n))
        for author in self.followees[reader]:
            if self.loud(author):
                found.update(self.store.newest(f"by:{author}", n + 10))
        return sorted(found, reverse=True)[:n]
