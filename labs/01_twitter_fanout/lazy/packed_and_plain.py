"""Two such logs in memory; each page reads the same tweets again, as plain numbers.

Told: c, quiet reading, p99; c, reading, p99
"""


class Timelines:
    def __init__(self, store, followers, followees):
        self.store, self.first = store, True
        self.stars = {a for a, row in enumerate(followers) if len(row) > 40}
        self.follows = [set(row) for row in followees]
        quiet = {r for r, row in enumerate(self.follows) if not row & self.stars}
        self.log_of = [0 if quiet & set(row) else 1 for row in followers]
        loud = self.stars
        self.names = [
            [a for a, g in enumerate(self.log_of) if g == log and a not in loud] for log in (0, 1)
        ]
        self.wide = [9_999_999_999 // max(1, len(row)) for row in self.names]
        self.last = store.get("chunks") or [0, 0]  # the chunk that each log has come to
        self.chunks = {}

    def read(self, log, k):
        if (log, k) not in self.chunks:
            rows = self.store.newest(f"packed:{log}:{k}", 30)[::-1]
            found, M = (
                rows[:1],
                self.wide[log],
            )  # the first is a whole number, and then come its followers
            last = found[0] if rows else 0
            entries = []
            for row in rows[1:]:
                author, low = divmod(row, M)
                tweet = last - last % M + low
                last = tweet if tweet >= last else tweet + M
                entries.append((last, self.names[log][author]))
            self.chunks[log, k] = (found, entries)
        return self.chunks[log, k]

    def post(self, author, tweet):
        if author in self.stars:
            if tweet not in self.store.newest(f"by:{author}", 1):
                self.store.push(f"by:{author}", tweet)
            return
        log = self.log_of[author]
        M = self.wide[log]
        start, entries = self.read(log, self.last[log])
        if entries[-1:] != [(tweet, author)]:
            latest = entries[-1][0] if entries else start[0] if start else tweet
            if len(entries) == 29 or tweet - latest >= M:
                self.last[log] += 1
                self.store.put("chunks", self.last)
                start, entries = self.chunks[log, self.last[log]] = [], []
            if not start:
                self.store.push(f"packed:{log}:{self.last[log]}", tweet)
                start.append(tweet)
            self.store.push(
                f"packed:{log}:{self.last[log]}", self.names[log].index(author) * M + tweet % M
            )
            entries.append((tweet, author))
        if tweet not in self.store.newest(f"plain:{log}:{self.last[log]}", 1):
            self.store.push(f"plain:{log}:{self.last[log]}", tweet)

    def work(self):
        return False

    def page(self, reader, n):
        follows, found = self.follows[reader], []
        for author in follows & self.stars:
            found += self.store.newest(f"by:{author}", n)
        for log in (0, 1):
            if not any(self.log_of[author] == log for author in follows - self.stars):
                continue
            for k in range(self.last[log], -1, -1):
                start, entries = self.read(log, k)
                mine = [(t, at) for at, (t, author) in enumerate(entries) if author in follows]
                found = sorted({*found, *(t for t, at in mine)}, reverse=True)[:n]
                shown = [at for t, at in mine if t in found]
                if shown and not self.first:
                    self.store.newest(f"plain:{log}:{k}", len(entries) - shown[0])
                if len(found) == n and start and found[-1] >= start[0]:
                    break
        self.first = False
        return found
