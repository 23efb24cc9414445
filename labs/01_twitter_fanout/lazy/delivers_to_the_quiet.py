"""Delivers in `post`, and only to who follows no celebrity; all others read the end of a log.

Told: c, longest post or work
"""


class Timelines:
    def __init__(self, store, followers, followees):
        self.store, self.followers, self.followees = store, followers, [set(r) for r in followees]
        loud = {a for a, row in enumerate(followers) if len(row) > 40}
        self.tail = [len(row & loud) > 0 for row in self.followees]
        self.count = store.get("count") or 0

    def post(self, author, tweet):
        self.store.push(f"log:{self.count // 20}", [author, tweet])
        self.store.push(f"by:{author}", tweet)
        for reader in self.followers[author]:
            if not self.tail[reader]:
                self.store.push(f"home:{reader}", tweet)
        self.count += 1
        self.store.put("count", self.count)

    def work(self):
        return False

    def page(self, reader, n):
        if not self.tail[reader]:
            return sorted(set(self.store.newest(f"home:{reader}", 30)), reverse=True)[:n]
        found, chunk = set(), self.count // 20
        while len(found) < n and chunk >= 0:
            rows = self.store.newest(f"log:{chunk}", 30)
            found |= {tweet for author, tweet in rows if author in self.followees[reader]}
            chunk -= 1
        return sorted(found, reverse=True)[:n]
