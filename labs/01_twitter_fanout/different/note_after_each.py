"""Notes the place after every single delivery, and looks before it pushes again."""


class Timelines:
    def __init__(self, store, followers, followees):
        self.store, self.followers, self.followees = store, followers, followees
        self.end = store.get("end") or 0
        self.place, self.reached = store.get("place") or [0, 0]
        self.doubtful = True
        self.job = None

    def post(self, author, tweet):
        if len(self.followers[author]) >= 60:
            if tweet not in self.store.newest(f"own:{author}", 3):
                self.store.push(f"own:{author}", tweet)
            return
        self.store.put(f"job:{self.end}", [author, tweet])
        self.store.put("end", self.end + 1)
        self.end += 1

    def work(self):
        if self.place >= self.end:
            return False
        if self.job is None:
            self.job = self.store.get(f"job:{self.place}")
        author, tweet = self.job
        for _ in range(4):
            if self.reached == len(self.followers[author]):
                break
            home = f"home:{self.followers[author][self.reached]}"
            if not self.doubtful or tweet not in self.store.newest(home, 5):
                self.store.push(home, tweet)
            self.doubtful = self.reached == 0
            self.reached += 1
            self.store.put("place", [self.place, self.reached])
        if self.reached == len(self.followers[author]):
            self.place, self.reached, self.job, self.doubtful = self.place + 1, 0, None, True
            self.store.put("place", [self.place, 0])
        return True

    def page(self, reader, n):
        rows = [self.store.newest(f"home:{reader}", 30)]
        for author in self.followees[reader]:
            if len(self.followers[author]) >= 60:
                rows.append(self.store.newest(f"own:{author}", n + 2))
        page = []
        for tweet in sorted((tweet for row in rows for tweet in row), reverse=True):
            if tweet not in page:
                page.append(tweet)
        return page[:n]
