"""One log, as text with all the letters that JSON has; each page reads it whole.

Told: c, reading, p99; c, memory
"""

LETTERS = [chr(code) for code in range(32, 127) if chr(code) not in '"\\']
BASE = len(LETTERS)


def word(number):
    return "".join(LETTERS[number // BASE**at % BASE] for at in range(6))


class Timelines:
    def __init__(self, store, followers, followees):
        self.store, self.followees = store, [set(row) for row in followees]
        self.open, self.last = store.get("open") or ["", 0]

    def post(self, author, tweet):
        if self.last == tweet:
            return
        if len(self.open) == 180:
            if self.open not in self.store.newest("log", 1):
                self.store.push("log", self.open)
            self.open = ""
        self.open += word((tweet - self.last) * 100 + author)
        self.last = tweet
        self.store.put("open", [self.open, tweet])

    def work(self):
        return False

    def page(self, reader, n):
        chunks = [self.open, *self.store.newest("log", 30)]
        if self.open in chunks[1:]:
            chunks = chunks[1:]
        found, tweet = [], self.last
        for chunk in chunks:
            for at in range(0, len(chunk), 6)[::-1]:
                letters = enumerate(chunk[at : at + 6])
                number = sum(LETTERS.index(letter) * BASE**power for power, letter in letters)
                if number % 100 in self.followees[reader]:
                    found.append(tweet)
                tweet -= number // 100
        return found[:n]
