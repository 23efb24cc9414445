"""Delivers only to who follows no celebrity, a few pushes a tweet; all others read a log whose authors are remembered.

Told: c, reading, p99
"""


class Timelines:
    def __init__(self, store, followers, followees):
        self.store, self.followers = store, followers
        self.follows = [set(row) for row in followees]
        self.stars = {a for a, row in enumerate(followers) if 2 * len(row) > len(followers)}
        self.quiet = {r for r, row in enumerate(self.follows) if not row & self.stars}
        self.homes = [[r for r in row if r in self.quiet] for row in followers]
        self.known = {a for a, row in enumerate(self.homes) if len(row) > 9}
        self.last, self.who = None, {}

    def chunks(self):
        if self.last is None:
            self.last = self.store.get("last") or [0, 0]
        return self.last

    def load(self, x, k):
        if (x, k) not in self.who:
            authors = self.store.newest(f"A:{x}:{k}", 30)[::-1]
            tweets = self.store.newest(f"T:{x}:{k}", 30)[::-1]
            self.who[x, k] = [authors, tweets]
        return self.who[x, k]

    def post(self, author, tweet):
        x = 0 if author in self.stars else 1
        k = self.chunks()[x]
        authors, tweets = self.load(x, k)
        if tweets[-1:] != [tweet]:
            if len(tweets) == 30:
                k = self.last[x] = k + 1
                self.store.put("last", self.last)
                authors, tweets = self.who[x, k] = [], []
            if len(authors) == len(tweets):
                self.store.push(f"A:{x}:{k}", author)
                authors.append(author)
            if tweet not in self.store.newest(f"R:{x}", 1):
                self.store.push(f"R:{x}", tweet)
            self.store.push(f"T:{x}:{k}", tweet)
            tweets.append(tweet)
        if author in self.known:
            self.store.push(f"by:{author}", tweet)
        else:
            for reader in self.homes[author]:
                self.store.push(f"home:{reader}", tweet)

    def work(self):
        asked = 0
        for x, back in ((0, 2), (1, 4)):
            for k in range(self.chunks()[x], max(-1, self.last[x] - back), -1):
                if (x, k) not in self.who:
                    if asked == 3:
                        return True
                    self.load(x, k)
                    asked += 1
        return False

    def page(self, reader, n):
        if reader in self.quiet:
            found = set(self.store.newest(f"home:{reader}", 30))
            for author in self.follows[reader] & self.known:
                found |= set(self.store.newest(f"by:{author}", 30))
            return sorted(found, reverse=True)[:n]
        found, follows, plan = [], self.follows[reader], []
        for x in (0, 1):
            if not any((author in self.stars) == (x == 0) for author in follows):
                continue
            for k in range(self.chunks()[x], -1, -1):
                cold = (x, k) not in self.who
                authors, tweets = self.load(x, k)
                mine = {t for a, t in zip(authors, tweets, strict=False) if a in follows}
                found = sorted({*found, *mine}, reverse=True)[:n]
                if not cold:
                    plan.append((x, k, tweets))
                if len(found) == n and tweets and found[-1] > tweets[0]:
                    break
        for x in (0, 1):  # the newest thirty in one question, older ones by chunk
            rows = [(k, tweets) for y, k, tweets in plan if y == x]
            every = [t for k, tweets in rows for t in tweets[::-1]]
            need = [at for at, t in enumerate(every[:30]) if t in found]
            given = set(self.store.newest(f"R:{x}", need[-1] + 1)) if need else set()
            for k, tweets in rows:
                left = [at for at, t in enumerate(tweets) if t in found and t not in given]
                if left:
                    self.store.newest(f"T:{x}:{k}", len(tweets) - left[0])
        return found
