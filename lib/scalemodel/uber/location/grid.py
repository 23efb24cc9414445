"""An index of cars that will not stand still.

A city is cut into squares of 250 m, and each square has a list of who is in it. To find the ten
nearest cars you look at your own square, and then into those around it, until nobody whom you
have not seen could be nearer. A car that moves leaves one list and joins another, or neither.
The loops are in `cells` and `search`; this is the door before them.

A car takes 58 bytes: where it is, when and by which report (40), its two neighbours in the list
(8), the table of its id (6) and of the lists (4). Room grows by a tenth, so an index holds at
most 64 bytes for each of the most cars that it ever had, from a thousand on.

Among 100,000 cars in 40 × 40 km the ten nearest take 4 to 7 µs, a car's move 2, one in a batch 0.2
(`benchmarks/uber/places.py`). Where many have moved, rows that are neighbours lie apart, and a
search takes a quarter longer; so the first question after as many moves as half the cars puts
the rows in order: 10 ms for 100,000 cars, who report every four seconds.

A call sees the cars as they are between two others: Python runs one at a time. Threads may ask
while one of them moves cars; two that move need a lock of theirs.

Left out: who was here before (a car that was removed and reports late is back); shards.
Sources: the brief's 250 m; k-NN with a bound as in Roussopoulos, Kelley, Vincent, SIGMOD 1995.
"""

__all__ = ["ANYBODY", "ANYWAY", "FEW", "HUGE", "INT", "NOBODY", "TIDY", "UNSAID", "GeoIndex"]
__dir__ = lambda: __all__

import math

import numpy as np

from scalemodel.core import checks
from scalemodel.uber.location import cells, search
from scalemodel.uber.location.cells import BEFORE, CARS, DESK, ID, LAT, LON, NEXT, USED
from scalemodel.uber.location.rows import (
    MOST_K,
    MOST_SEQ,
    Neighbours,
    columns,
    place,
    places,
    whole,
)
from scalemodel.uber.location.sphere import EARTH_M, MOST_M

FEW = 64  # cars for which there is room at first
HUGE = 2**21  # bytes of a large page
INT = np.dtype(np.int64)
TIDY = 2  # one move to so many cars, until a question puts the rows in the order of cells again
ANYBODY, NOBODY = np.zeros(0, dtype=bool), np.zeros(1, dtype=bool)
UNSAID, ANYWAY = np.zeros(0), np.zeros(0, dtype=np.int64)  # times and numbers of no report


class GeoIndex:
    """Where each car was last seen, in cells about `cell_m` wide and high.

    >>> index = GeoIndex(cell_m=250)
    >>> index.move([7, 8], [52.5, 52.6], [13.4, 13.4], time_s=[0.0, 60.0], seq=[1, 1])
    2
    >>> index.check()
    >>> index.nearest(52.51, 13.4, k=1).ids
    array([7])
    >>> index.move_one(7, 90.5, 13.4)
    Traceback (most recent call last):
    ...
    ValueError: lat=90.5 must be a finite number of at least -90 and at most 90
    """

    def __init__(self, cell_m: float = 250):
        self.cell_m = checks.real("cell_m", cell_m, at_least=1, at_most=1e7)
        self._bands = max(1, round(math.pi * EARTH_M / self.cell_m))
        self._stale = FEW // TIDY  # how many moves until the rows are put in order
        self._grid = _arrays(FEW)
        self._found = FEW  # for what a circle gives
        self._near = search.nearest.unchecked

    def __len__(self):
        return int(self._grid[2][DESK, CARS])

    def __contains__(self, id):
        return self._row(id) > 0

    @property
    def bytes(self) -> int:
        """What the index holds, all arrays together."""
        places, _, _, news, table = self._grid
        return places.nbytes + news.nbytes + table.nbytes

    # ── Moving ──────────────────────────────────────────────────────────────
    def move(self, ids, lat, lon, time_s=None, seq=None) -> int:
        """Put each car where it is said to be, in this order; how many moved.

        A report whose `seq` is not above the car's last one is old news, and changes nothing;
        without `seq` it is believed, and counted on from the car's last one.

        >>> index = GeoIndex()
        >>> index.move([7, 7], [52.5, 52.6], [13.4, 13.4], seq=[4, 3])
        1
        """
        ids, lat, lon, time_s, seq = columns(ids, lat, lon, time_s, seq)
        time_s, seq = UNSAID if time_s is None else time_s, ANYWAY if seq is None else seq
        at, moved = 0, 0
        while True:
            at, more = cells.put_many.native(
                self._grid, self._bands, ids, lat, lon, time_s, seq, at, np.empty(cells.LINE)
            )
            moved += more
            if at == len(ids):
                break
            self._grow()
        self._stale -= moved
        return moved

    def move_one(self, id, lat, lon, time_s=0.0, seq=None) -> bool:
        """Put one car where it is said to be; False where it said something newer before.

        >>> index = GeoIndex()
        >>> index.move_one(7, 52.5, 13.4, time_s=3.0, seq=2), index.move_one(7, 52.6, 13.4, seq=2)
        (True, False)
        """
        lat, lon = place(lat, lon)
        id = whole("id", id)
        if type(time_s) is not float or not math.isfinite(time_s):
            time_s = checks.real("time_s", time_s)
        seq = -1 if seq is None else whole("seq", seq, at_most=MOST_SEQ)
        moved = cells.put.unchecked(self._grid, self._bands, id, lat, lon, time_s, seq)
        if moved < 0:
            self._grow()
            moved = cells.put.unchecked(self._grid, self._bands, id, lat, lon, time_s, seq)
        self._stale -= moved
        return moved > 0

    def remove(self, id) -> bool:
        """Forget a car; False where nobody knew it.

        >>> GeoIndex().remove(7)
        False
        """
        return cells.take.native(self._grid, whole("id", id)) > 0

    def expire(self, now_s, ttl_s) -> int:
        """Forget all that were silent for longer than `ttl_s`; how many.

        A report's time is its app's: whose clock is slow by more goes, though it reports. And
        of whom it forgot, it believes an older report.

        >>> index = GeoIndex()
        >>> moved = index.move([7, 8], [52.5, 52.6], [13.4, 13.4], time_s=[0.0, 60.0])
        >>> index.expire(now_s=61.0, ttl_s=12.0)
        1
        """
        now_s, ttl_s = checks.real("now_s", now_s), checks.real("ttl_s", ttl_s, at_least=0)
        return cells.take_silent.native(self._grid, now_s, ttl_s)

    # ── Asking ──────────────────────────────────────────────────────────────
    def position(self, id) -> tuple[float, float]:
        """The latitude and longitude of a car; KeyError where nobody knows it.

        >>> index = GeoIndex()
        >>> index.move_one(7, 52.5, 13.4), index.position(7)
        (True, (52.5, 13.4))
        """
        row = self._row(id)
        if row == 0:
            raise KeyError(f"id={checks.brief(id)} must be a car that is here")
        return float(self._grid[0][row, LAT]), float(self._grid[0][row, LON])

    def within(self, lat, lon, radius_m) -> Neighbours:
        """All cars in a circle.

        >>> index = GeoIndex()
        >>> moved = index.move([7, 8], [52.5, 52.6], [13.4, 13.4])
        >>> index.within(52.51, 13.4, radius_m=2000).distance_m.round()
        array([1112.])
        """
        lat, lon = place(lat, lon)
        radius_m = checks.real("radius_m", radius_m, at_least=0, at_most=MOST_M)
        if self._stale < 0:
            self._tidy()
        while True:
            ids, far_m = np.empty(self._found, np.int64), np.empty(self._found)
            found = search.circle.native(self._grid, self._bands, lat, lon, radius_m, ids, far_m)
            if found <= self._found:
                break
            self._found = 2 * found
        return Neighbours.of(ids[:found], far_m[:found])

    def nearest(self, lat, lon, k, radius_m=None, available=None) -> Neighbours:
        """The `k` nearest cars, or fewer, within `radius_m`.

        `available` is a row of bool by id, which may change between calls: True for who may be
        had. Ids beyond its end may not.

        >>> index, free = GeoIndex(), np.ones(9, dtype=bool)
        >>> moved = index.move([7, 8], [52.5, 52.6], [13.4, 13.4])
        >>> free[7] = False
        >>> index.nearest(52.5, 13.4, k=2, available=free).ids
        array([8])
        """
        if not (type(lat) is type(lon) is float and -90 <= lat <= 90 and -180 <= lon < 180):
            lat, lon = place(lat, lon)
        if type(k) is not int or not 1 <= k <= FEW:
            k = max(min(checks.whole("k", k, at_least=1, at_most=MOST_K), len(self)), 1)
        if self._stale < 0:
            self._tidy()
        ids, far_m = np.empty(k, INT), np.empty(k)
        radius_m = MOST_M if radius_m is None else _radius(radius_m)
        free = ANYBODY if available is None else _free(available)
        found = self._near(self._grid, self._bands, lat, lon, radius_m, free, ids, far_m)
        if found < k:
            ids, far_m = ids[:found], far_m[:found]
        return tuple.__new__(Neighbours, (ids, far_m))  # Neighbours(ids, far_m), in half the time

    def nearest_many(self, lat, lon, k, radius_m=None, available=None):
        """The same for many points: ids and metres, shape (points, k); -1 and inf where none.

        >>> index = GeoIndex()
        >>> moved = index.move([7, 8], [52.5, 52.6], [13.4, 13.4])
        >>> index.nearest_many([52.5, 52.6], [13.4, 13.4], k=1)[0].tolist()
        [[7], [8]]
        """
        lat, lon = places(lat, lon)
        k = checks.whole("k", k, at_least=1, at_most=MOST_K)
        if self._stale < 0:
            self._tidy()
        some = max(min(k, len(self)), 1)
        ids, far_m = np.empty((len(lat), some), np.int64), np.empty((len(lat), some))
        search.nearest_many.native(
            self._grid, self._bands, lat, lon, _radius(radius_m), _free(available), ids, far_m
        )
        if some == k:
            return ids, far_m
        more = (0, 0), (0, k - some)
        return np.pad(ids, more, constant_values=-1), np.pad(far_m, more, constant_values=math.inf)

    def within_many(self, lat, lon, radius_m) -> list[Neighbours]:
        """All cars in each of many circles.

        >>> GeoIndex().within_many([52.5, 52.6], [13.4, 13.4], radius_m=2000)[0].ids
        array([], dtype=int64)
        """
        lat, lon = places(lat, lon)
        return [self.within(*at, radius_m) for at in zip(lat.tolist(), lon.tolist(), strict=True)]

    # ── Inside ──────────────────────────────────────────────────────────────
    def _row(self, id):
        table = self._grid[-1]
        return table[cells.find.native(self._grid, whole("id", id))]

    def _grow(self):
        """Make room for a tenth more, with the rows in the order of cells."""
        grid = _arrays(len(self) + len(self) // 10)
        cells.rebuild.native(self._grid, grid, self._bands)
        self._grid = grid
        self._rest()

    def _tidy(self):
        """Put the rows in the order of cells, for the processor's sake."""
        self._rest()
        grid = self._grid
        cells.tidy.native(grid, _arrays(len(grid[0]) - 1), self._bands)  # whole, or not at all

    def _rest(self):
        self._stale = max(len(self), FEW) // TIDY

    def check(self) -> None:
        """Assert what must hold: chains sound both ways, each car in its cell, each id found."""
        places, chains, ids, _, table = self._grid
        seen = 0
        for head in np.flatnonzero(table[: len(ids)]).tolist():
            before, row = ~head, int(table[head])
            while row:
                assert chains[row, BEFORE] == before, "a chain that does not lead back"
                band, column = cells.cell_of(self._bands, *places[row, [LAT, LON]].tolist())
                assert cells.head_of(band, column, len(ids)) == head, "a car in another's cell"
                assert self._row(int(ids[row, ID])) == row, "an id that leads elsewhere"
                seen, before, row = seen + 1, row, int(chains[row, NEXT])
        assert seen == len(self) == np.count_nonzero(table[len(ids) :]), "a car is lost"
        free, row = 0, int(chains[DESK, NEXT])
        while row:
            free, row = free + 1, int(chains[row, NEXT])
        assert free + len(self) == ids[DESK, USED] < len(ids), "a row is lost"


# ── The doorkeepers ─────────────────────────────────────────────────────────
def _arrays(room):
    """Zeros for so many cars and the desk, in one block: a row lies in one line of a cache."""
    n = room + 1
    words = 6 * n + (n + 3 * n // 2 + 1) // 2
    line = 64 if 8 * words < HUGE else HUGE
    block = np.zeros(words + (2 * line) // 8)
    block = block[-block.ctypes.data % line // 8 :][:words]
    places = block[: 4 * n].reshape(n, 4)
    news = block[4 * n : 6 * n].reshape(n, 2)
    return places, places.view(np.int32), places.view(np.int64), news, block[6 * n :].view(np.int32)


def _radius(radius_m):
    if radius_m is None:
        return MOST_M
    return checks.real("radius_m", radius_m, at_least=0, at_most=MOST_M)


def _free(available):
    if available is None:
        return ANYBODY
    row = np.asarray(available)
    if row.ndim != 1 or (row.dtype != bool and row.size):
        raise ValueError(
            f"available={checks.brief(available)} must be a row of True and False, by id"
        )
    return np.ascontiguousarray(row, dtype=bool) if row.size else NOBODY
