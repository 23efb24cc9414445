"""Many stores as one: the map is cut into cells, and each cell belongs to a store.

A report goes to the store of its cell alone. Who asks for a circle asks the stores whose
cells it touches, and merges what they say. A car that crosses a border is put into its new
store first and taken out of the old one then: in between both have it, and the directory
(which car is where, and its newest `seq`) says whose word counts.

The directory costs some microseconds a report and 180 bytes a car: 1.8 MB for 10,000 cars, 18 MB
for 100,000, 1.8 GB for ten million, and about there one machine ends. The stores can be as many as there are cells.

Left out: moving a cell to another store, what differs from city to city.
Sources: a shard key that is a cell: Ranney, QCon, 2015 (there of S2, level 12).
"""

import math
from collections.abc import Sequence

import numpy as np

from scalemodel.core import checks
from scalemodel.parts.admission import MOST_ID
from scalemodel.uber.location import stores as common
from scalemodel.uber.location.grid import Neighbours
from scalemodel.uber.location.log import able
from scalemodel.uber.location.sphere import EARTH_M

MOST_CELLS = 4_096  # that one question looks up; a larger circle asks all stores
MIXERS = 73_856_093, 19_349_663  # two primes


class Shards:
    """The stores behind one set of calls; cells are `cell_m` high, and as wide at the equator.

    >>> from scalemodel.uber.location.grid import GeoIndex
    >>> cars = Shards([GeoIndex(), GeoIndex()], cell_m=2_000)
    >>> cars.move([7, 8], [52.5, 52.6], [13.4, 13.4], [0.0, 0.0], [1, 1])
    2
    >>> cars.nearest(52.51, 13.4, k=1).ids, cars.within(52.5, 13.4, radius_m=50).ids, len(cars)
    (array([7]), array([7]), 2)
    >>> cars.remove(7), cars.expire(now_s=60.0, ttl_s=12.0), len(cars)
    (True, 1, 0)
    """

    @checks.kinds
    def __init__(self, stores: Sequence, cell_m: float = 2_000.0):
        methods = ("move", "nearest", "within", "remove")
        self._stores = [able(f"stores[{n}]", one, *methods) for n, one in enumerate(stores)]
        if not self._stores:
            raise ValueError(f"stores={stores!r} must have at least one store")
        cell_m = checks.real("cell_m", cell_m, at_least=1, at_most=common.HALF_WAY_M)
        self._degrees = math.degrees(cell_m / EARTH_M)
        self._at = {}  # id: (seq, store, time_s)

    def __len__(self):
        return len(self._at)

    # ── Cells ───────────────────────────────────────────────────────────────
    def _owners(self, row, column):
        """The store of each cell."""
        column = np.asarray(column) % math.ceil(360 / self._degrees)
        return (np.asarray(row) * MIXERS[0] ^ column * MIXERS[1]) % len(self._stores)

    def _along(self, degrees):
        return np.floor(np.asarray(degrees) / self._degrees).astype(np.int64)

    def touched(self, lat: float, lon: float, radius_m: float) -> list[int]:
        """The places of the stores that a circle may touch.

        >>> from scalemodel.uber.location.grid import GeoIndex
        >>> cars = Shards([GeoIndex() for _ in range(100)])
        >>> len(cars.touched(52.5, 13.4, radius_m=10)), len(cars.touched(90, 0, radius_m=10))
        (1, 100)
        """
        lat, lon, radius_m = common.circle(lat, lon, radius_m)
        angle = radius_m / EARTH_M + 1e-9  # a little more than asked, for what is rounded
        low, high = lat - math.degrees(angle), lat + math.degrees(angle)
        if low > -90 and high < 90:  # else a pole is inside
            wide = math.degrees(math.asin(math.sin(angle) / math.cos(math.radians(lat))))
            first, last = self._along([low + 90, high + 90]).tolist()
            begin, end = self._along([lon + 180 - wide, lon + 180 + wide]).tolist()
            if (last - first + 1) * (end - begin + 3) <= MOST_CELLS:
                round_it = not wide <= lon + 180 < 360 - wide  # and the last column is narrow
                columns = np.arange(begin - round_it, end + 1 + round_it)
                cells = np.meshgrid(np.arange(first, last + 1), columns)
                return np.unique(self._owners(*cells)).tolist()
        return list(range(len(self._stores)))

    # ── Changes ─────────────────────────────────────────────────────────────
    @checks.kinds
    def move(self, ids: Sequence, lat: Sequence, lon: Sequence,
             time_s: Sequence | None = None, seq: Sequence | None = None) -> int:  # fmt: skip
        """Put each car where it is said to be; how many moved. An older `seq` loses."""
        ids, lat, lon, time_s, seq = common.columns(ids, lat, lon, time_s, seq)
        time_s = np.zeros(len(ids)) if time_s is None else time_s
        newest, moved = {}, 0  # id: (seq, row), of those who move
        for n, id in enumerate(ids.tolist()):
            known = newest.get(id, self._at.get(id, (-1,)))[0]
            its = known + 1 if seq is None else int(seq[n])
            if its > known:
                newest[id], moved = (its, n), moved + 1
        seqs, at = np.array([*newest.values()], dtype=np.int64).reshape(-1, 2).T
        owners = self._owners(self._along(lat[at] + 90), self._along(lon[at] + 180))
        for owner in np.unique(owners).tolist():
            mine = owners == owner
            here = at[mine]
            self._stores[owner].move(ids[here], lat[here], lon[here], time_s[here], seqs[mine])
        after = zip(newest, seqs.tolist(), owners.tolist(), time_s[at].tolist(), strict=True)
        for id, *known in after:
            before = self._at.get(id, known)[1]
            if before != known[1]:
                self._stores[before].remove(id)
            self._at[id] = known
        return moved

    @checks.kinds
    def remove(self, id: int) -> bool:
        """Forget a car; False where nobody knew it."""
        id = checks.whole("id", id, at_least=0, at_most=MOST_ID)
        if id in self._at:
            self._stores[self._at[id][1]].remove(id)
        return self._at.pop(id, None) is not None

    def expire(self, now_s: float, ttl_s: float) -> int:
        """Forget all that were silent for longer than `ttl_s`; how many."""
        now_s, ttl_s = common.silence(now_s, ttl_s)
        silent = [id for id, known in self._at.items() if now_s - known[2] > ttl_s]
        return sum(map(self.remove, silent))

    # ── Questions ───────────────────────────────────────────────────────────
    def within(self, lat: float, lon: float, radius_m: float) -> Neighbours:
        """All cars in a circle."""
        return self._merged(lat, lon, radius_m, lambda store: store.within(lat, lon, radius_m))

    def nearest(self, lat: float, lon: float, k: int, radius_m: float | None = None) -> Neighbours:
        """The `k` nearest cars, in a circle if one is given."""
        k = checks.whole("k", k, at_least=1, at_most=common.MOST_K)
        if radius_m is None:
            return common.widening(lambda radius_m: self.nearest(lat, lon, k, radius_m), k)
        ask = lambda store: store.nearest(lat, lon, k, radius_m)
        return self._merged(lat, lon, radius_m, ask, k)

    def _merged(self, lat, lon, radius_m, ask, k=None):
        ids, far_m = [], []
        for n in self.touched(lat, lon, radius_m):
            found = ask(self._stores[n])
            here = [self._at.get(id, (0, -1))[1] == n for id in found.ids.tolist()]
            ids.append(found.ids[here])
            far_m.append(found.distance_m[here])
        return common.nearest_first(np.concatenate(ids), np.concatenate(far_m), k)
