"""Many cities, one map: who looks after which car, at a border and where it is crowded.

Each city has a desk of its own, and a place belongs to the nearest one. At a border that would
cut a rider off from the car across the street, so the border is a strip: a car in it is on the
lists of both cities (of three, where three meet). With a strip of `border_m` on each side a
question about a circle no larger than that needs one desk: a car in the circle that is not on
the rider's own list would have to be further away.

Inside a city the lists are cut by squares of the globe, each half as wide as the one it is in.
A square with too many cars becomes its four children; a car is in one square of each city.

A car that crosses is handed over: put on its new lists, noted in the directory with its newest
`seq`, and only then taken off the old ones. In between an old list still has it, at its old
place; an answer counts a copy only where the directory says. Nobody is lost or there twice.

A move costs 45 µs, a car on one list some 450 bytes: 9 MB for 20,000 cars, 45 MB for 100,000, 0.45
GB for a million, which report every 45 s at best; there one machine ends.
Left out: squares that grow together again, cars that fall silent, a network between the desks.
Sources: cells as shard keys: Ranney, QCon, 2015 (S2, whose squares halve as ours do).
"""

__all__ = ["DEGREE_M", "DUST_M", "MOST_LEVEL", "Cities"]
__dir__ = lambda: __all__

import math
from collections.abc import Sequence

import numpy as np

from scalemodel.core import checks
from scalemodel.uber.location.grid import GeoIndex
from scalemodel.uber.location.rows import MOST_K, Neighbours, columns, place
from scalemodel.uber.location.sphere import EARTH_M, MOST_M, distance_m

DEGREE_M = math.pi * EARTH_M / 180  # of a great circle
DUST_M = 1.0  # by which distances may be rounded, half a turn away
MOST_LEVEL = 24  # squares 2 m wide


class Cities:
    """Cars of many cities; the unsharded index's answers, from few desks.

    >>> cities = Cities([45.0, 45.0], [-30.0, -29.6], border_m=2_000, limit=5_000)
    >>> cities.owners(45.0, -29.81), cities.owners(45.0, -29.9)
    ([0, 1], [0])
    >>> cities.move([7, 8], [45.0, 45.0], [-29.81, -29.9], seq=[1, 1])
    2
    >>> cities.move([7], [45.0], [-29.7], seq=[2])  # off to the other city
    1
    >>> cities.nearest(45.0, -29.7, k=3, radius_m=1_000).ids, cities.asked(45.0, -29.7, 1_000)
    (array([7]), [1])
    """

    def __init__(self, lat: np.ndarray, lon: np.ndarray, border_m: float = 2_000.0,
                 limit: int = 5_000, level: int = 11):  # fmt: skip
        self.lat = checks.numbers_row("lat", lat, at_least=-90, at_most=90)
        self.lon = checks.numbers_row("lon", lon, at_least=-180, at_most=180)
        if len(self.lat) != len(self.lon):
            raise ValueError(f"lat and lon must have one length: {len(self.lat)}, {len(self.lon)}")
        self.border_m = checks.real("border_m", border_m, at_least=0, at_most=1e6)
        self.limit = checks.whole("limit", limit, at_least=1, at_most=10**9)  # cars of a square
        self.level = checks.whole("level", level, at_least=0, at_most=MOST_LEVEL)
        self.shards = [{} for _ in self.lat]  # of each city, an index by square
        self._split = set()  # (city, square)
        self._known = {}  # id: (seq, [(city, square), ...])

    # ── Whose ───────────────────────────────────────────────────────────────
    def owners(self, lat: float, lon: float) -> list[int]:
        """The cities on whose lists a car at this place is."""
        return self._near(lat, lon, 2 * self.border_m + DUST_M)

    def asked(self, lat: float, lon: float, radius_m: float) -> list[int]:
        """The cities that a question about this circle goes to; one up to `border_m`."""
        radius_m = checks.real("radius_m", radius_m, at_least=0, at_most=MOST_M)
        return self._near(lat, lon, 2 * (radius_m - self.border_m))

    def _near(self, lat, lon, more_m):
        """The nearest city, and those that are at most so much further away."""
        far_m = distance_m(self.lat, self.lon, *place(lat, lon))
        if more_m <= 0:
            return [int(np.argmin(far_m))]
        return np.flatnonzero(far_m <= far_m.min() + more_m).tolist()

    def _leaf(self, city, lat, lon):
        """The list of a city for this place."""
        level = self.level
        while (city, square := _square(level, lat, lon)) in self._split:
            level += 1
        return city, square

    # ── Changes ─────────────────────────────────────────────────────────────
    @checks.kinds
    def move(self, ids: Sequence, lat: Sequence, lon: Sequence,
             time_s: Sequence | None = None, seq: Sequence | None = None) -> int:  # fmt: skip
        """Put each car where it is said to be; how many moved. An older `seq` loses."""
        ids, lat, lon, _, seq = columns(ids, lat, lon, time_s, seq)
        seqs = [None] * len(ids) if seq is None else seq.tolist()
        return sum(map(self._move, ids.tolist(), lat.tolist(), lon.tolist(), seqs))

    def _move(self, id, lat, lon, seq):
        newest, before = self._known.get(id, (-1, ()))
        seq = newest + 1 if seq is None else seq
        if seq <= newest:
            return False
        lists = [self._leaf(city, lat, lon) for city in self.owners(lat, lon)]
        for one in lists:
            self._put(one, id, lat, lon)
        self._known[id] = seq, lists
        for city, square in before:
            if (city, square) not in lists:
                self.shards[city][square].remove(id)
        for one in (*lists,):
            self._divide(*one)
        return True

    def _put(self, one, id, lat, lon):
        city, square = one
        self.shards[city].setdefault(square, GeoIndex()).move_one(id, lat, lon)

    def _divide(self, city, square):
        """Give the cars of a crowded square to its children."""
        index = self.shards[city][square]
        if len(index) <= self.limit or square[0] == MOST_LEVEL:
            return
        self._split.add((city, square))
        del self.shards[city][square]
        children = set()
        for id in index.within(0.0, 0.0, MOST_M).ids.tolist():
            at, lists = index.position(id), self._known[id][1]
            child = self._leaf(city, *at)
            self._put(child, id, *at)
            lists[lists.index((city, square))] = child
            children.add(child)
        for child in children:
            self._divide(*child)

    # ── Questions ───────────────────────────────────────────────────────────
    def nearest(self, lat: float, lon: float, k: int, radius_m: float) -> Neighbours:
        """The `k` nearest cars in a circle."""
        k = checks.whole("k", k, at_least=1, at_most=MOST_K)
        far_m = {}
        for city in self.asked(lat, lon, radius_m):
            for square in self._touched(city, lat, lon, radius_m):
                index = self.shards[city][square]
                found = index.nearest(lat, lon, min(k + 1, MOST_K), radius_m)  # one may be leaving
                for id, its_m in zip(*map(np.ndarray.tolist, found), strict=True):
                    if (city, square) in self._known.get(id, (-1, ()))[1]:
                        far_m[id] = its_m
        return Neighbours.of(np.array([*far_m], dtype=np.int64), np.array([*far_m.values()]), k)

    def _touched(self, city, lat, lon, radius_m):
        """The squares of a city that may hold a part of a circle."""
        squares = [*self.shards[city]]
        level, row, column = np.array(squares, dtype=int).reshape(-1, 3).T
        size = 360 / 2.0**level
        far_m = distance_m((row + 0.5) * size - 90, (column + 0.5) * size - 180, lat, lon)
        near = far_m <= radius_m + DEGREE_M * size  # nobody in it is further from its middle
        return [square for square, touches in zip(squares, near, strict=True) if touches]


def _square(level, lat, lon):
    """The square of a place; to double is exact, so each lies in the one of a level above."""
    north, east = min((lat + 90) / 360, 0.5 - 2**-54), min((lon + 180) / 360, 1 - 2**-53)
    return level, math.floor(north * 2**level), math.floor(east * 2**level)
