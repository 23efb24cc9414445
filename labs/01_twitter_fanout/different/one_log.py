"""Keeps one log of tweets and a cursor in it; where the cursor stands, the rest follows."""

import heapq
import itertools


class Timelines:
    def __init__(self, store, followers, followees):
        self.store = store
        self.readers = followers
        self.loud = {a for a, readers in enumerate(followers) if len(readers) > 30}
        self.pulls = [[a for a in row if a in self.loud] for row in followees]
        self.cursor = store.get("cursor") or 0
        self.log = []
        number = self.cursor // 1000
        while (entry := store.get(f"log/{number}")) is not None:
            self.log.append(entry)
            number += 1

    def post(self, author, tweet):
        if author in self.loud:
            self.store.push(f"loud/{author}", tweet)
        else:
            number = self.cursor // 1000 + len(self.log)
            self.store.put(f"log/{number}", [author, tweet])
            self.log.append([author, tweet])

    def work(self):
        if not self.log:
            return False
        author, tweet = self.log[0]
        reached = self.cursor % 1000
        batch = self.readers[author][reached : reached + 10]
        for reader in batch:
            self.store.push(f"line/{reader}", tweet)
        self.cursor += len(batch)
        if len(batch) < 10:
            self.log.pop(0)
            self.cursor = (self.cursor // 1000 + 1) * 1000
        self.store.put("cursor", self.cursor)
        return True

    def page(self, reader, n):
        rows = [self.store.newest(f"loud/{author}", 30) for author in self.pulls[reader]]
        rows.append(self.store.newest(f"line/{reader}", 30))
        ordered = heapq.merge(*(sorted(row, reverse=True) for row in rows), reverse=True)
        return [tweet for tweet, _ in itertools.islice(itertools.groupby(ordered), n)]
