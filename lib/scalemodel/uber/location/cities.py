"""Many cities, one map: who looks after which car, at a border and where it is crowded.

Each city has a desk of its own, and a place belongs to the nearest one. At a border that would
cut a rider off from the car across the street, so the border is a strip: a car in it is on the
lists of both cities (of three, where three meet). With a strip of `border_m` on each side a
question about a circle no larger than that needs one desk and nobody else: a car in the circle
that is not on the rider's own list would have to be further away.

Inside a city the lists are cut by squares of the globe, each half as wide as the one it is in.
A square with too many cars becomes its four children; a car is in one square of each city.

A car that moves is put on its new lists first, and taken off the old ones at the next `settle`.
In between an old list still has it, at its old place. To keep the newest copy *of an answer* is
not enough, for the newest may stand outside of the circle; so a copy counts only if its `seq` is
the newest that anybody has heard of the car. Nobody is lost, nobody is there twice.

A move costs 30 µs, a car on one list 570 bytes, most of it Python's dictionaries: 11 MB for
20,000 cars, 0.6 GB for a million, which report every 30 s at best; there one machine ends.

Left out: squares that grow together again, copies of a list, a network between the desks.
Sources: cells as shard keys: Ranney, QCon, 2015 (S2, whose squares halve as ours do).
"""

import math
from collections.abc import Sequence

import numpy as np

from scalemodel.core import checks
from scalemodel.uber.location.grid import GeoIndex, Neighbours
from scalemodel.uber.location.sphere import EARTH_M, distance_m

HALF_WAY_M = math.pi * EARTH_M  # nobody is further away
FIRST_M = 1_000.0  # a circle to begin with where none is said
DUST_M = 1.0  # by which distances may be rounded, half a turn away
MOST_LEVEL = 24  # squares 2 m wide
MOST = 2**63 - 1


class Cities:
    """Cars of many cities; the unsharded index's answers, from few desks.

    >>> cities = Cities([45.0, 45.0], [-30.0, -29.6], border_m=2_000)
    >>> cities.owners(45.0, -29.81), cities.owners(45.0, -29.9)
    ([0, 1], [0])
    >>> cities.move([7, 8], [45.0, 45.0], [-29.81, -29.9], seq=[1, 1])
    2
    >>> cities.move([7], [45.0], [-29.7], seq=[2]), cities.settle()  # off to the other city
    (1, 2)
    >>> cities.within(45.0, -29.7, radius_m=1_000).ids, cities.asked(45.0, -29.7, 1_000)
    (array([7]), [1])
    >>> cities.remove(8), len(cities), cities.check()
    (True, 1, None)
    """

    def __init__(self, lat: np.ndarray, lon: np.ndarray, border_m: float = 2_000.0,
                 limit: int = 5_000, level: int = 11):  # fmt: skip
        self.lat = checks.numbers_row("lat", lat, at_least=-90, at_most=90)
        self.lon = checks.numbers_row("lon", lon, at_least=-180, at_most=180)
        if len(self.lat) != len(self.lon):
            raise ValueError(f"lat and lon must have one length: {len(self.lat)}, {len(self.lon)}")
        self.border_m = checks.real("border_m", border_m, at_least=0, at_most=1e6)
        self.limit = checks.whole("limit", limit, at_least=1, at_most=10**9)
        self.level = checks.whole("level", level, at_least=0, at_most=MOST_LEVEL)
        self.shards = [{} for _ in self.lat]  # of each city, by (level, row, column)
        self._split = [set() for _ in self.lat]
        self._newest = {}  # id: (seq, its lists)
        self._leaving = []  # (id, seq, list) of copies to be taken off

    def __len__(self):
        return len(self._newest)

    # ── Whose ───────────────────────────────────────────────────────────────
    def owners(self, lat: float, lon: float) -> list[int]:
        """The cities on whose lists a car at this place is."""
        lat, lon = _place(lat, lon)
        return self._near(lat, lon, 2 * self.border_m + DUST_M)

    def asked(self, lat: float, lon: float, radius_m: float) -> list[int]:
        """The cities that a question about this circle goes to; one up to `border_m`."""
        lat, lon = _place(lat, lon)
        radius_m = checks.real("radius_m", radius_m, at_least=0, at_most=1e9)
        return self._near(lat, lon, 2 * (radius_m - self.border_m))

    def _near(self, lat, lon, more_m):
        """The nearest city, and those that are at most so much further away."""
        far_m = distance_m(self.lat, self.lon, lat, lon)
        if more_m <= 0:
            return [int(np.argmin(far_m))]
        return np.flatnonzero(far_m <= far_m.min() + more_m).tolist()

    def _leaf(self, city, lat, lon):
        level = self.level
        while (key := _square(level, lat, lon)) in self._split[city]:
            level += 1
        return key

    # ── Changes ─────────────────────────────────────────────────────────────
    @checks.kinds
    def move(self, ids: Sequence, lat: Sequence, lon: Sequence, seq: Sequence) -> int:
        """Put each car where it is said to be; how many moved. An older `seq` loses."""
        lat = checks.numbers_row("lat", lat, at_least=-90, at_most=90, length=0)
        lon = checks.numbers_row("lon", lon, at_least=-180, at_most=180, length=0)
        rows = {"ids": ids, "lat": lat, "lon": lon, "seq": seq}
        if len({*map(len, rows.values())}) > 1:
            raise ValueError(f"ids={ids!r}: ids, lat, lon and seq must have one length")
        ids, seq = ([checks.whole(field, value, at_least=0, at_most=MOST) for value in rows[field]]
                    for field in ("ids", "seq"))  # fmt: skip
        return sum(map(self._move, ids, lat.tolist(), lon.tolist(), seq))

    def _move(self, id, lat, lon, seq):
        newest, before = self._newest.get(id, (-1, ()))
        if seq <= newest:
            return False
        homes = [(city, self._leaf(city, lat, lon)) for city in self.owners(lat, lon)]
        for home in homes:
            self._put(home, id, lat, lon, seq)
        self._newest[id] = seq, homes
        self._leaving += [(id, newest, home) for home in before if home not in homes]
        for city, key in homes:
            self._divide(city, key)
        return True

    def _put(self, home, id, lat, lon, seq):
        index, seqs = self.shards[home[0]].setdefault(home[1], (GeoIndex(), {}))
        index.move_one(id, lat, lon)
        seqs[id] = seq

    def _divide(self, city, key):
        """Give the cars of a crowded square to its children; who has left is forgotten."""
        index, seqs = self.shards[city].get(key, (None, ()))
        if len(seqs) <= self.limit or key[0] == MOST_LEVEL:
            return
        self._split[city].add(key)
        for id, seq in seqs.items():
            newest, homes = self._newest.get(id, (-1, ()))
            if seq == newest:
                lat, lon = index.position(id)
                child = city, _square(key[0] + 1, lat, lon)
                self._put(child, id, lat, lon, seq)
                homes[homes.index((city, key))] = child
        del self.shards[city][key]
        for n in range(4):
            self._divide(city, (key[0] + 1, 2 * key[1] + n // 2, 2 * key[2] + n % 2))

    def settle(self) -> int:
        """Take cars that have moved on off their old lists; how many copies went."""
        gone = 0
        for id, seq, (city, key) in self._leaving:
            index, seqs = self.shards[city].get(key, (None, {}))
            if seqs.get(id) == seq:  # else it has come back, or the square was divided
                del seqs[id]
                gone += index.remove(id)
        self._leaving.clear()
        return gone

    @checks.kinds
    def remove(self, id: int) -> bool:
        """Forget a car; False where nobody knew it."""
        id = checks.whole("id", id, at_least=0, at_most=MOST)
        seq, homes = self._newest.pop(id, (-1, ()))
        self._leaving += [(id, seq, home) for home in homes]
        return seq >= 0

    # ── Questions ───────────────────────────────────────────────────────────
    def within(self, lat: float, lon: float, radius_m: float) -> Neighbours:
        """All cars in a circle."""
        return self._merged(lat, lon, radius_m, lambda index: index.within(lat, lon, radius_m))

    def nearest(self, lat: float, lon: float, k: int, radius_m: float | None = None) -> Neighbours:
        """The `k` nearest cars, in a circle if one is given.

        >>> Cities([45.0], [-30.0]).nearest(45.0, -30.0, k=3).ids
        array([], dtype=int64)
        """
        k = checks.whole("k", k, at_least=1, at_most=10_000_000)
        more = k + len(self._leaving)  # as many copies may be old ones
        if radius_m is not None:
            return self._merged(
                lat, lon, radius_m, lambda index: index.nearest(lat, lon, more, radius_m), k
            )
        radius_m = FIRST_M
        while len((found := self.nearest(lat, lon, k, radius_m)).ids) < k and radius_m < HALF_WAY_M:
            radius_m *= 4
        return found

    def _merged(self, lat, lon, radius_m, ask, k=None):
        cities, touches = self.asked(lat, lon, radius_m), _touches(lat, lon, radius_m)
        far_m = {}
        for city in cities:
            for key, (index, seqs) in self.shards[city].items():
                if touches(key):
                    found = ask(index)
                    for id, its_m in zip(found.ids.tolist(), found.distance_m, strict=True):
                        if self._newest.get(id, (-1,))[0] == seqs[id]:
                            far_m[id] = its_m
        rows = np.array([*far_m.values()]), np.array([*far_m], dtype=np.int64)
        order = np.lexsort(rows[::-1])[:k]
        return Neighbours(rows[1][order], rows[0][order])

    def check(self) -> None:
        """Assert what must hold: each car on all its lists, and on others only until `settle`."""
        copies = 0
        for id, (seq, homes) in self._newest.items():
            assert homes and all(self.shards[city][key][1][id] == seq for city, key in homes)
            copies += len(homes)
        held = [shard for shards in self.shards for shard in shards.values()]
        assert all(len(index) == len(seqs) for index, seqs in held), "a list with two lengths"
        assert copies <= sum(len(seqs) for _, seqs in held) <= copies + len(self._leaving)


def _place(lat, lon):
    lat = checks.real("lat", lat, at_least=-90, at_most=90)
    return lat, checks.real("lon", lon, at_least=-180, at_most=180)


def _square(level, lat, lon):
    """The square of a place; to double is exact, so each lies in the one of a level above."""
    north, east = (lat + 90) / 360, min((lon + 180) / 360, 1 - 2**-53)
    return level, math.floor(north * 2**level), math.floor(east * 2**level)


def _touches(lat, lon, radius_m):
    """Whether a square may hold a part of a circle, as a function of the square."""
    angle = min(radius_m / EARTH_M + 1e-9, math.pi)
    high = math.degrees(angle)
    wide = 360.0  # where a pole is inside
    if abs(lat) + high < 90:
        wide = math.degrees(math.asin(math.sin(angle) / math.cos(math.radians(lat)))) + 1e-9

    def touches(key):
        size = 360 / 2 ** key[0]
        south, west = key[1] * size - 90, key[2] * size - 180
        off = (lon - west - size / 2 + 180) % 360 - 180  # from the middle of the square
        return south - high <= lat <= south + size + high and abs(off) <= size / 2 + wide

    return touches
