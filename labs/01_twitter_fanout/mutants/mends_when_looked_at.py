"""Mends after a crash in the first page that is asked for, and in no other call.

Caught by: b, no_lost_tweet
"""


class Timelines:
    def __init__(self, store, followers, followees):
        self.store, self.followers, self.followees = store, followers, followees
        self.place, self.reached, self.batch = store.get("done") or [0, 0, None]
        self.taken = None
        self.sure = self.batch is None

    def count(self):
        if self.taken is None:
            self.taken = self.store.get("taken") or 0
        return self.taken

    def loud(self, author):
        return len(self.followers[author]) > 40

    def post(self, author, tweet):
        self.store.push(f"by:{author}", tweet)
        if not self.loud(author):
            self.store.put(f"queue:{self.count()}", [author, tweet])
            self.store.put("taken", self.taken + 1)
            self.taken += 1

    def work(self):
        if self.place == self.count():
            return False
        author, tweet = self.store.get(f"queue:{self.place}")
        readers = self.followers[author][self.reached : self.reached + 4]
        self.batch = [author, self.reached, tweet]
        self.reached += 4
        if self.reached >= len(self.followers[author]):
            self.place, self.reached = self.place + 1, 0
        self.store.put("done", [self.place, self.reached, self.batch])
        for home in readers:
            self.store.push(f"home:{home}", tweet)
        return True

    def page(self, reader, n):
        if not self.sure:
            self.sure = True
            author, reached, tweet = self.batch
            for home in self.followers[author][reached : reached + 4]:
                self.store.push(f"home:{home}", tweet)
        found = set(self.store.newest(f"home:{reader}", min(30, n + 10)))
        for author in self.followees[reader]:
            if self.loud(author):
                found.update(self.store.newest(f"by:{author}", n + 10))
        return sorted(found, reverse=True)[:n]
