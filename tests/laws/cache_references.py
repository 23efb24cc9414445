"""Each cache as its rule is told, with dictionaries and lists: slow, and easy to believe.

`play` asks a reference one request at a time and looks after each that no more is there than
fits; a hit is what was there before. The sketch of W-TinyLFU shares only `place_of`.
"""

from collections import OrderedDict, deque

from scalemodel.parts.caches.counts import place_of


class Fifo:
    def __init__(self, settings, ids):
        self.capacity, self.ids = settings[0], ids
        self.sizes = OrderedDict()  # what is there, the oldest first

    def used(self, at, one):
        """A hit."""

    def brought(self, at, one, size):
        while sum(self.sizes.values()) + size > self.capacity:
            self.evict()
        self.sizes[one] = size

    def evict(self):
        self.sizes.popitem(last=False)

    def missed(self, at, one):
        """A request that finds nothing, before anything is done."""


class Lru(Fifo):
    def used(self, at, one):
        self.sizes.move_to_end(one)


class Lfu(Fifo):
    def __init__(self, settings, ids):
        super().__init__(settings, ids)
        self.uses, self.last = {}, {}

    def used(self, at, one):
        self.uses[one] += 1
        self.last[one] = at

    def brought(self, at, one, size):
        super().brought(at, one, size)
        self.uses[one], self.last[one] = 1, at

    def evict(self):
        del self.sizes[min(self.sizes, key=lambda one: (self.uses[one], self.last[one]))]


class Clock(Fifo):
    def __init__(self, settings, ids):
        super().__init__(settings, ids)
        self.dots = set()

    def used(self, at, one):
        self.dots.add(one)

    def evict(self):
        while (oldest := next(iter(self.sizes))) in self.dots:
            self.dots.remove(oldest)
            self.sizes.move_to_end(oldest)
        del self.sizes[oldest]


class Sieve(Clock):
    hand = None  # an object, or None: the tail

    def evict(self):
        line = list(self.sizes)
        at = line.index(self.hand) if self.hand is not None else 0
        while line[at] in self.dots:
            self.dots.remove(line[at])
            at = (at + 1) % len(line)
        del self.sizes[line[at]]
        self.hand = line[at + 1] if at + 1 < len(line) else None


class Belady(Fifo):
    now = 0

    def missed(self, at, one):
        self.now = at

    def coming(self, one):
        later = [at for at in range(self.now + 1, len(self.ids)) if self.ids[at] == one]
        return later[0] if later else len(self.ids) + one

    def evict(self):
        del self.sizes[max(self.sizes, key=self.coming)]


class S3Fifo(Fifo):
    def __init__(self, settings, ids):
        super().__init__(settings, ids)
        self.share, self.moves_at = settings[1:]
        self.small, self.main, self.uses = deque(), deque(), {}
        self.book = []  # [name or None, bytes], the latest last
        self.returns = False

    def used(self, at, one):
        self.uses[one] = min(self.uses[one] + 1, 3)

    def missed(self, at, one):
        total, self.returns = 0, False
        for line in reversed(self.book):
            total += line[1]
            if total <= self.capacity - self.share and line[0] == one:
                self.returns = True
                self.line = line

    def brought(self, at, one, size):
        returns = self.returns
        super().brought(at, one, size)
        if returns:
            self.line[0] = None
        (self.main if returns else self.small).append(one)
        self.uses[one] = 0

    def evict(self):
        before = len(self.sizes)
        while len(self.sizes) == before:
            in_main = sum(self.sizes[one] for one in self.main)
            if not self.small or in_main > self.capacity - self.share:
                one = self.main.popleft()
                if self.uses[one] > 0:
                    self.uses[one] -= 1
                    self.main.append(one)
                else:
                    del self.sizes[one]
            else:
                one = self.small.popleft()
                if self.uses[one] >= self.moves_at:
                    self.uses[one] = 0
                    self.main.append(one)
                else:
                    self.book.append([one, self.sizes.pop(one)])


class WTinyLfu(Fifo):
    def __init__(self, settings, ids):
        super().__init__(settings, ids)
        _, self.window_most, self.protected_most, self.sample = settings
        self.room = min(settings[0], max(ids) + 1)
        self.width = next(2**n for n in range(40) if 2**n >= 4 * self.room)
        self.strokes, self.noted = {}, 0
        self.window, self.probation, self.protected = [], [], []

    def note(self, one):
        for row in range(4):
            place = int(place_of(one, row, self.width))
            self.strokes[place] = min(self.strokes.get(place, 0) + 1, 15)
        self.noted += 1
        if self.noted == self.sample * self.room:
            self.noted = 0
            self.strokes = {place: n // 2 for place, n in self.strokes.items()}

    def asked(self, one):
        return min(self.strokes.get(int(place_of(one, row, self.width)), 0) for row in range(4))

    def bytes_in(self, row):
        return sum(self.sizes[one] for one in row)

    def missed(self, at, one):
        self.note(one)

    def used(self, at, one):
        self.note(one)
        if one in self.window:
            self.window.remove(one)
            self.window.append(one)
            return
        (self.probation if one in self.probation else self.protected).remove(one)
        self.protected.append(one)
        while self.bytes_in(self.protected) > self.protected_most:
            self.probation.append(self.protected.pop(0))

    def brought(self, at, one, size):
        self.sizes[one] = size
        self.window.append(one)
        while self.bytes_in(self.window) > self.window_most:
            candidate = self.window.pop(0)
            self.probation.append(candidate)
            while sum(self.sizes.values()) > self.capacity and candidate in self.sizes:
                others = [other for other in self.probation + self.protected if other != candidate]
                victim = others[0] if others else candidate
                wins = self.asked(candidate) > self.asked(victim)
                self.out(victim if wins else candidate)
        while sum(self.sizes.values()) > self.capacity:
            self.out((self.probation + self.protected)[0])

    def out(self, one):
        (self.probation if one in self.probation else self.protected).remove(one)
        del self.sizes[one]


REFERENCES = {
    "FIFO": Fifo, "LRU": Lru, "LFU": Lfu, "Clock": Clock, "SIEVE": Sieve, "S3FIFO": S3Fifo,
    "WTinyLFU": WTinyLfu, "Belady": Belady,
}  # fmt: skip


def play(name, settings, ids, sizes, admits):
    """Which requests are hits, by the reference of this name."""
    cache, hits = REFERENCES[name](settings, ids), []
    for at, (one, size, may) in enumerate(zip(ids, sizes, admits, strict=True)):
        hits.append(one in cache.sizes)
        if hits[-1]:
            cache.used(at, one)
            continue
        cache.missed(at, one)
        if may and size <= cache.capacity:
            cache.brought(at, one, size)
        assert sum(cache.sizes.values()) <= cache.capacity
    return hits
