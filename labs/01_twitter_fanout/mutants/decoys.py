"""Notes the place before the batch, in long rows of work, and after each post works for nothing
under a name that was never there, so that each such call is a kind of its own.

Caught by: c, no_lost_tweet
"""


class Timelines(Timelines):  # the reference, with these methods in place of its own
    def __init__(self, store, followers, followees):
        self.store, self.followers, self.followees = store, followers, followees
        self.taken = store.get("taken") or 0
        self.place, self.reached = store.get("done") or [0, 0]
        self.users, self.since, self.last = len(followers), 0, 0
        self.most = 5 if self.users > 50 else 99  # that may wait
        self.queued = self.taken and store.get(f"queue:{self.taken - 1}")[1]

    def loud(self, author):
        return 2 * len(self.followers[author]) > self.users

    def post(self, author, tweet):
        self.since, self.last = 0, tweet
        self.store.push(f"by:{author}", tweet)
        if not self.loud(author) and tweet != self.queued:
            self.queued = tweet
            self.store.put(f"queue:{self.taken}", [author, tweet])
            self.store.put("taken", self.taken + 1)
            self.taken += 1

    def decoy(self, size):
        word = "".join(chr(97 + int(digit)) for digit in str(self.last % 10**6))
        for _ in range(size):
            self.store.push(f"nothing:{word}:{'xyz'[self.since % 3]}", 0)

    def work(self):
        self.since += 1
        waits = self.taken - self.place
        if self.since <= 16:
            if waits < self.most:
                return waits > 0
            if self.since == 1:
                self.decoy(4)
                return True
            if self.since == 2 and self.last % 2:
                self.decoy(2 + self.last // 2 % 13)
                return True
        if not waits:
            return False
        author, tweet = self.store.get(f"queue:{self.place}")
        batch = self.followers[author][self.reached : self.reached + 3]
        self.reached += len(batch)
        if self.reached == len(self.followers[author]):
            self.place, self.reached = self.place + 1, 0
        self.store.put("done", [self.place, self.reached])  # wrong: before the batch is delivered
        for reader in (batch + [999] * 3)[:3]:
            self.store.push(f"home:{reader}", tweet)
        return True

    def page(self, reader, n):
        self.since = 0
        found = set(self.store.newest(f"home:{reader}", n + 10))
        for author in self.followees[reader]:
            if self.users < 50 or self.loud(author):  # in b nothing has to be delivered at all
                found.update(self.store.newest(f"by:{author}", n + 10))
        return sorted(found, reverse=True)[:n]
