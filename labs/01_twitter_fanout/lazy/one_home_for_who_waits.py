"""The same log, read back by `work`; a home list for who looked first after a crash, and for nobody else.

Told: c, quiet reading, p99; c, reading, p99
"""

M = 10**8


class Timelines:
    def __init__(self, store, followers, followees):
        self.store, self.follows = store, [set(row) for row in followees]
        self.stars = [a for a, row in enumerate(followers) if len(row) > 40]
        state = store.get("state")
        self.reborn = state is not None
        self.chunk, self.waits = state or [0, -1]
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
        if (author, tweet) not in log[-1:]:
            full = len(log) == 29 or (
                anchor is not None and tweet - (log[-1][1] if log else anchor) >= M
            )
            if full or anchor is None:
                self.chunk += full
                self.store.put("state", [self.chunk, self.waits])
                self.store.push(f"log:{self.chunk}", tweet)
                anchor, log = self.chunks[self.chunk] = [tweet, []]
            self.store.push(f"log:{self.chunk}", author * M + tweet % M)
            log.append((author, tweet))
        if self.waits >= 0 and author in self.follows[self.waits]:
            self.store.push(f"home:{self.waits}", tweet)

    def work(self):  # what a crash has made it forget, a few lists at a time
        asked = 0
        for k in range(self.chunk, -1, -1):
            if k not in self.chunks:
                self.read(k)
                asked += 1
                if asked == 5:
                    return True
        for author in self.stars:
            self.star(author)
        return False

    def page(self, reader, n):
        follows, first = self.follows[reader], self.reborn
        self.reborn = False
        if first and reader == self.waits:
            return sorted(set(self.store.newest(f"home:{reader}", n + 8)), reverse=True)[:n]
        found = [t for a in self.stars if a in follows for t in self.star(a)]
        for k in range(self.chunk, -1, -1):
            anchor, log = self.read(k)
            found += [t for a, t in log if a in follows]
            found = sorted(found, reverse=True)[:n]
            if len(found) == n and anchor is not None and found[-1] >= anchor:
                break
        if first and self.stars and self.waits < 0:
            for tweet in found[::-1]:
                self.store.push(f"home:{reader}", tweet)
            self.waits = reader
            self.store.put("state", [self.chunk, reader])
        return found
