"""Shows second deliveries, and asks for nothing thirty times, so that the crash falls there.

Caught by: b, no_duplicate
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def post(self, author, tweet):
        for _ in range(30):
            self.store.get("burn")
        super().post(author, tweet)

    def work(self):
        for _ in range(30):
            self.store.get("burn")
        return super().work()

    def page(self, reader, n):
        found = list(self.store.newest(f"home:{reader}", n + 10))
        for author in self.followees[reader]:
            if self.loud(author):
                found.extend(self.store.newest(f"by:{author}", n + 10))
        return sorted(found, reverse=True)[:n]
