"""Remembers who wrote each tweet of a log, and fetches a page's by author or by place, as is cheaper.

Told: c, reading, p99
"""

import collections


class Timelines:
    def __init__(self, store, followers, followees):
        self.store, self.followees = store, [set(row) for row in followees]
        self.authors, self.last = [], None
        for shard in range(100):
            rows = store.newest(f"authors:{shard}", 30)
            for row in reversed(rows):
                self.authors += [row // 100**at % 100 for at in range(5)]
            if len(rows) < 30:
                break
        self.authors += store.get(f"open:{len(self.authors)}") or []

    def post(self, author, tweet):
        place = len(self.authors)
        if self.last is None:  # what of the last tweet is done?
            before = self.store.newest(f"log:{max(0, place - 1) // 30}", 30)[::-1]
            self.last = before[(place - 1) % 30] if place else 0
        if self.last == tweet:
            return
        if self.store.newest(f"log:{place // 30}", 1) != [tweet]:
            self.store.push(f"log:{place // 30}", tweet)
        if self.store.newest(f"by:{author}", 1) != [tweet]:
            self.store.push(f"by:{author}", tweet)
        self.last = tweet
        self.authors.append(author)
        start = place // 5 * 5
        if place % 5 < 4:
            self.store.put(f"open:{start}", self.authors[start:])
        else:
            number = sum(other * 100**at for at, other in enumerate(self.authors[start:]))
            self.store.push(f"authors:{start // 150}", number)

    def work(self):
        return False

    def page(self, reader, n):
        mine, found = self.followees[reader], []
        places = [at for at, author in enumerate(self.authors) if author in mine][::-1][:n]
        counts = collections.Counter(self.authors[at] for at in places)
        chunks = collections.Counter(at // 30 for at in places)
        if len(counts) <= len(chunks):
            for author, count in counts.items():
                found += self.store.newest(f"by:{author}", count)
        else:
            for chunk in chunks:
                rows = self.store.newest(f"log:{chunk}", 30)[::-1]
                found += [rows[at % 30] for at in places if at // 30 == chunk]
        return sorted(found, reverse=True)[:n]
