"""An index of cars that will not stand still: a contract, with the slowest engine there is.

Left out: everything but the answers.
Sources: none yet.
"""

from dataclasses import dataclass

import numpy as np

from scalemodel.uber.location.sphere import distance_m


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Cars and how far they are: `ids` int64 and `distance_m`, ascending, ties by id."""

    ids: np.ndarray
    distance_m: np.ndarray


class GeoIndex:
    """Where each car was last seen.

    >>> index = GeoIndex(cell_m=250)
    >>> index.move([7, 8], [52.5, 52.6], [13.4, 13.4])
    2
    >>> index.nearest(52.51, 13.4, k=1).ids
    array([7])
    """

    def __init__(self, cell_m: float = 250):
        self.cell_m = cell_m
        self._cars = {}  # id: (lat, lon, time_s, seq)

    def __len__(self):
        return len(self._cars)

    def __contains__(self, id):
        return id in self._cars

    def move(self, ids, lat, lon, time_s=None, seq=None) -> int:
        """Put each car where it is said to be; how many moved. An older `seq` loses."""
        moved = 0
        for n, id in enumerate(ids):
            now = 0.0 if time_s is None else time_s[n]
            moved += self.move_one(id, lat[n], lon[n], now, None if seq is None else seq[n])
        return moved

    def move_one(self, id, lat, lon, time_s=0.0, seq=None) -> bool:
        """Put one car where it is said to be; False where it said something newer before."""
        old = self._cars.get(int(id))
        if old and seq is not None and seq <= old[3]:
            return False
        newer = (old[3] + 1 if old else 0) if seq is None else seq
        self._cars[int(id)] = (float(lat), float(lon), float(time_s), newer)
        return True

    def remove(self, id) -> bool:
        """Forget a car; False where nobody knew it."""
        return self._cars.pop(int(id), None) is not None

    def expire(self, now_s, ttl_s) -> int:
        """Forget all that were silent for longer than `ttl_s`; how many."""
        old = [id for id, car in self._cars.items() if now_s - car[2] > ttl_s]
        return sum(map(self.remove, old))

    def position(self, id) -> tuple[float, float]:
        """The latitude and longitude of a car; KeyError where nobody knows it."""
        return self._cars[int(id)][:2]

    def within(self, lat, lon, radius_m) -> Neighbours:
        """All cars in a circle."""
        return self.nearest(lat, lon, len(self._cars), radius_m)

    def nearest(self, lat, lon, k, radius_m=None, available=None) -> Neighbours:
        """The `k` nearest cars; `available` is a row of bool by id."""
        ids = np.array(sorted(self._cars), dtype=np.int64)
        if available is not None:
            ids = ids[np.asarray(available)[ids]]
        places = np.array([self._cars[id][:2] for id in ids.tolist()]).reshape(-1, 2)
        far_m = distance_m(places[:, 0], places[:, 1], lat, lon)
        order = np.argsort(far_m, kind="stable")[:k]
        if radius_m is not None:
            order = order[far_m[order] <= radius_m]
        return Neighbours(ids[order], far_m[order])

    def nearest_many(self, lat, lon, k, radius_m=None, available=None):
        """The same for many points: ids and metres, shape (points, k); -1 and inf where none."""
        ids, far_m = np.full((len(lat), k), -1), np.full((len(lat), k), np.inf)
        for n in range(len(lat)):
            found = self.nearest(lat[n], lon[n], k, radius_m, available)
            ids[n, : len(found.ids)], far_m[n, : len(found.ids)] = found.ids, found.distance_m
        return ids, far_m

    def within_many(self, lat, lon, radius_m):
        """All cars in each of many circles: a row of `Neighbours`."""
        return [self.within(*place, radius_m) for place in zip(lat, lon, strict=True)]
