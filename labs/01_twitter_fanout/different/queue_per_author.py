"""A queue for each author, in turns; the loudest accounts are found by counting posts x followers."""


class Timelines:
    def __init__(self, store, followers, followees):
        self.store, self.followers, self.followees = store, followers, followees
        self.todo = {}
        for slot in range(store.get("slots") or 0):
            entry = store.get(f"todo:{slot}")
            if entry is not None and entry[0] != "done":
                self.todo[slot] = entry
        self.slots = store.get("slots") or 0

    def pulled(self, author):
        return len(self.followers[author]) > len(self.followers) // 2 and len(self.followers) > 20

    def post(self, author, tweet):
        if self.pulled(author):
            self.store.push(f"author:{author}", tweet)
            return
        slot = self.slots
        self.store.put("slots", slot + 1)
        self.store.put(f"todo:{slot}", [author, tweet, 0])
        self.slots = slot + 1
        self.todo[slot] = [author, tweet, 0]

    def work(self):
        if not self.todo:
            return False
        slot = next(iter(self.todo))
        author, tweet, place = self.todo.pop(slot)
        readers = self.followers[author]
        for reader in readers[place : place + 8]:
            self.store.push(f"home:{reader}", tweet)
        if place + 8 >= len(readers):
            self.store.put(f"todo:{slot}", ["done"])
        else:
            self.todo[slot] = [author, tweet, place + 8]  # to the end of the line
            self.store.put(f"todo:{slot}", self.todo[slot])
        return bool(self.todo)

    def page(self, reader, n):
        seen = set(self.store.newest(f"home:{reader}", 4 * n))
        for author in self.followees[reader]:
            if self.pulled(author):
                seen |= set(self.store.newest(f"author:{author}", n + 3))
        return sorted(seen)[::-1][:n]
