"""One log of all but the celebrities, ten digits a tweet, kept in memory.

Told: c, quiet reading, p99; c, reading, p99
"""

M = 10**8


class Timelines:
    def __init__(self, store, followers, followees):
        self.store, self.followers = store, followers
        self.follows = [set(row) for row in followees]
        self.stars = [a for a, row in enumerate(followers) if len(row) > 40]
        self.chunk = store.get("chunk") or 0
        self.chunks, self.by = {}, {}

    def read(self, k):
        if k not in self.chunks:
            rows = self.store.newest(f"log:{k}", 30)[::-1]
            found, last = [], rows[0] if rows else None
            for entry in rows[1:]:
                author, low = divmod(entry, M)
                tweet = last - last % M + low
                last = tweet if tweet >= last else tweet + M
                found.append((author, last))
            self.chunks[k] = [rows[0] if rows else None, found]
        return self.chunks[k]

    def star(self, author):
        if author not in self.by:
            self.by[author] = self.store.newest(f"by:{author}", 20)
        return self.by[author]

    def post(self, author, tweet):
        if author in self.stars:
            if tweet not in self.star(author):
                self.store.push(f"by:{author}", tweet)
                self.by[author] = [tweet, *self.by[author]][:20]
            return
        anchor, log = self.read(self.chunk)
        if (author, tweet) in log[-1:]:
            return
        if len(log) == 29 or (anchor is not None and tweet - (log[-1][1] if log else anchor) >= M):
            self.store.put("chunk", self.chunk + 1)
            self.chunk += 1
            self.chunks[self.chunk] = [None, []]
            anchor, log = self.chunks[self.chunk]
        if anchor is None:
            self.store.push(f"log:{self.chunk}", tweet)
            self.chunks[self.chunk][0] = tweet
        self.store.push(f"log:{self.chunk}", author * M + tweet % M)
        log.append((author, tweet))

    def work(self):
        return False

    def page(self, reader, n):
        follows = self.follows[reader]
        found = [t for a in self.stars if a in follows for t in self.star(a)]
        for k in range(self.chunk, -1, -1):
            anchor, log = self.read(k)
            found += [t for a, t in log if a in follows]
            found = sorted(found, reverse=True)[:n]
            if len(found) == n and anchor is not None and found[-1] >= anchor:
                break
        return found
