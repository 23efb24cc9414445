"""Delivers several tweets in turns; an account is loud if more than half of all follow it."""


class Timelines:
    def __init__(self, store, followers, followees):
        self.store, self.followers, self.followees = store, followers, followees
        self.slots, self.first = store.get("slots") or 0, store.get("first") or 0
        self.unread, self.todo = self.first, {}

    def pulled(self, author):
        return len(self.followers[author]) > len(self.followers) // 2 and len(self.followers) > 20

    def post(self, author, tweet):
        if self.pulled(author):
            self.store.push(f"author:{author}", tweet)
            return
        self.store.put(f"todo:{self.slots}", [author, tweet, 0])
        self.store.put("slots", self.slots + 1)
        self.slots += 1

    def work(self):
        if self.unread < self.slots and len(self.todo) < 3:
            entry = self.store.get(f"todo:{self.unread}")
            if entry != ["done"]:
                self.todo[self.unread] = entry
            self.unread += 1
        if not self.todo:
            return self.unread < self.slots
        slot = next(iter(self.todo))
        author, tweet, place = self.todo.pop(slot)
        readers = self.followers[author]
        for reader in readers[place : place + 8]:
            self.store.push(f"home:{reader}", tweet)
        if place + 8 < len(readers):
            self.todo[slot] = [author, tweet, place + 8]  # to the end of the line
            self.store.put(f"todo:{slot}", self.todo[slot])
            return True
        self.store.put(f"todo:{slot}", ["done"])
        first = min(self.todo, default=self.unread)  # all before it are done
        if first != self.first:
            self.first = first
            self.store.put("first", self.first)
        return True

    def page(self, reader, n):
        seen = set(self.store.newest(f"home:{reader}", min(30, 4 * n)))
        for author in self.followees[reader]:
            if self.pulled(author):
                seen |= set(self.store.newest(f"author:{author}", 30))
        return sorted(seen)[::-1][:n]
