"""How long a car takes by road, in a city that is generated.

Streets on a square grid, every fifth an avenue; a side street has a pace of its own. A car drives
from the corner next to it to the one next to the rider at the shortest time, and the bits between
corner and kerb at the pace of a side street.

The table of all corners × all corners is made once, by Dijkstra: 21 streets have 441 corners, a
table of 1.6 MB that takes 20 ms; 51 have 54 MB and take 0.6 s. There it ends. A question is a look.

Left out: one-way streets, hours, turns, lights, queues that grow by those who drive in them.
Sources: scipy's `csgraph.dijkstra`; on such a grid a way is 4/π times the straight line on
average over directions, for |cos| + |sin| has that mean. All speeds are ours.
"""

__all__ = ["AVENUE_EVERY", "M_PER_DEGREE", "SLOWEST", "RoadGrid"]
__dir__ = lambda: __all__

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from scalemodel.core import checks
from scalemodel.core.rng import stream
from scalemodel.uber.location.sphere import distance_m
from scalemodel.uber.matching.eta import StraightLine

AVENUE_EVERY = 5  # streets
SLOWEST = 0.6  # of a side street's speed
M_PER_DEGREE = 111_195.08


class RoadGrid:
    """A city of `streets` × `streets`, around a point.

    >>> city = RoadGrid(lat=52.5, lon=13.4, streets=21, block_m=200.0, seed=1)
    >>> city.minutes([52.503, 52.509], [13.403, 13.415], [52.509, 52.503], [13.415, 13.403]).round(2)
    array([2.49, 2.49])
    """

    def __init__(self, lat: float = 0.0, lon: float = 0.0, streets: int = 21, block_m: float = 200.0,
                 street_kmh: float = 30.0, avenue_kmh: float = 50.0, seed: int = 0):  # fmt: skip
        lat = checks.real("lat", lat, at_least=-85, at_most=85)
        lon = checks.real("lon", lon, at_least=-179, at_most=179)
        n = self.streets = checks.whole("streets", streets, at_least=2, at_most=51)
        block_m = checks.real("block_m", block_m, at_least=10, at_most=1000)
        self.street_kmh = checks.real("street_kmh", street_kmh, at_least=1, at_most=200)
        self.avenue_kmh = checks.real("avenue_kmh", avenue_kmh, at_least=street_kmh, at_most=200)
        steps = (np.arange(n) - (n - 1) / 2) * block_m / M_PER_DEGREE
        self.axes = lat + steps, lon + steps / np.cos(np.radians(lat))  # degrees of the streets
        kmh = stream(seed, "streets").uniform(SLOWEST, 1, (2, n)) * self.street_kmh
        kmh[:, ::AVENUE_EVERY] = self.avenue_kmh
        corner = np.arange(n * n).reshape(n, n)  # rows from the south
        start, end = (np.append(*ends) for ends in ((corner[:, :-1], corner[:-1]), (corner[:, 1:], corner[1:])))  # fmt: skip
        pace = np.append(np.repeat(kmh[0], n - 1), np.tile(kmh[1], n - 1))
        minutes = distance_m(*self._place(start), *self._place(end)) / 1000 / pace * 60
        self.graph = csr_array((minutes, (start, end)), shape=(n * n, n * n))
        self.table_min = dijkstra(self.graph, directed=False)  # from any corner to any other

    def minutes(self, lat, lon, to_lat, to_lon) -> np.ndarray:
        """Minutes from each first point to each second one."""
        distance_m(lat, lon, to_lat, to_lon)  # refuses what is no place
        (start, first_min), (end, last_min) = self._corner(lat, lon), self._corner(to_lat, to_lon)
        return first_min + self.table_min[start, end] + last_min

    def at_least(self, distance_m) -> np.ndarray:
        """Minutes straight ahead on an avenue; no way is faster.

        >>> float(RoadGrid(street_kmh=40.0, avenue_kmh=60.0, streets=3).at_least(1500.0))
        1.5
        """
        return StraightLine(self.avenue_kmh).at_least(distance_m)

    def _place(self, corner):
        lon = self.axes[1][corner % self.streets]  # may go on beyond 180
        return self.axes[0][corner // self.streets], lon - 360 * np.sign(lon) * (np.abs(lon) > 180)

    def _corner(self, lat, lon):
        """The nearest corner of each point, and minutes to it."""
        way = np.subtract(lon, self.axes[1].mean())
        place = lat, lon - 360 * np.rint(way / 360)  # as seen from here
        row, column = (
            np.clip(np.rint(np.subtract(at, axis[0]) / (axis[1] - axis[0])), 0, self.streets - 1)
            for at, axis in zip(place, self.axes, strict=True)
        )
        corner = (row * self.streets + column).astype(int)
        return corner, StraightLine(self.street_kmh).minutes(lat, lon, *self._place(corner))
