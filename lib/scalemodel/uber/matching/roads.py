"""How long a car takes by road, in a city that is generated.

Streets on a square grid, every fifth an avenue; some side streets are one-way, this way or
that. The ring around is two-way, so that everybody gets everywhere. A speed belongs to each
class of street, and at each hour all are slower by a factor. Both are ours, shaped on a
working day. A car drives from its own corner to the rider's at the shortest time, and the
bits between corner and kerb at the pace of a side street.

The table of all corners × all corners is made once, by Dijkstra: 21 streets have 441 corners,
a table of 1.6 MB that takes 16 ms; 51 have 54 MB and take 0.6 s, and there it ends. A question
is then a look into the table.

Left out: turns, lights, queues that grow by those who drive in them.
Sources: scipy's `csgraph.dijkstra`; on a two-way grid a way is 4/π times the straight line
on average over directions, for |cos| + |sin| has that mean.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from scalemodel.core import checks
from scalemodel.core.rng import stream
from scalemodel.uber.location.sphere import distance_m
from scalemodel.uber.matching.eta import StraightLine, degrees

AVENUE_EVERY = 5  # streets
HOURLY_RATIO = (  # of the speed at night, hour by hour
    1.0, 1.0, 1.0, 1.0, 1.0, 0.95, 0.85, 0.7, 0.6, 0.7, 0.75, 0.75,
    0.7, 0.7, 0.7, 0.65, 0.6, 0.55, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95,
)  # fmt: skip
M_PER_DEGREE = 111_195.08


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadGrid:
    """A city of `streets` × `streets`, around a point.

    >>> night, evening = (RoadGrid(lat=52.5, lon=13.4, seed=1, hour=hour) for hour in (3, 17))
    >>> night.minutes([52.503, 52.509], [13.403, 13.415], [52.509, 52.503], [13.415, 13.403])
    array([2.32354443, 2.48346261])
    >>> round(float(evening.minutes(52.503, 13.403, 52.509, 13.415)), 2)
    4.22
    """

    lat: float = 0.0  # of the middle
    lon: float = 0.0
    streets: int = 21  # in each direction
    block_m: float = 200.0
    street_kmh: float = 30.0
    avenue_kmh: float = 50.0
    one_way_ratio: float = 0.5  # of side streets
    hour: int = 3  # of the day
    seed: int = 0
    corner_lat: np.ndarray = field(
        init=False, repr=False, compare=False
    )  # rows of streets, from the south
    corner_lon: np.ndarray = field(init=False, repr=False, compare=False)
    graph: csr_array = field(
        init=False, repr=False, compare=False
    )  # minutes from corner to next corner
    table_min: np.ndarray = field(
        init=False, repr=False, compare=False
    )  # from any corner to any other

    def __post_init__(self):
        checks.plain(self)
        checks.real("lat", self.lat, at_least=-85, at_most=85)
        checks.real("lon", self.lon, at_least=-179, at_most=179)
        checks.whole("streets", self.streets, at_least=2, at_most=51)
        checks.real("block_m", self.block_m, at_least=10, at_most=1000)
        checks.real("street_kmh", self.street_kmh, at_least=1, at_most=200)
        checks.real("avenue_kmh", self.avenue_kmh, at_least=self.street_kmh, at_most=200)
        checks.real("one_way_ratio", self.one_way_ratio, at_least=0, at_most=1)
        checks.whole("hour", self.hour, at_least=0, at_most=23)
        lat, lon = self._axes()
        object.__setattr__(self, "corner_lat", np.repeat(lat, self.streets))
        object.__setattr__(self, "corner_lon", np.tile(lon, self.streets))
        object.__setattr__(self, "graph", self._graph())
        object.__setattr__(self, "table_min", dijkstra(self.graph))

    def minutes(self, lat, lon, to_lat, to_lon) -> np.ndarray:
        """Minutes from each first point to each second one."""
        lat, lon, to_lat, to_lon = degrees(lat, lon, to_lat, to_lon)
        start, at_first = self._corner(lat, lon)
        end, at_last = self._corner(to_lat, to_lon)
        return self._slow(at_first) + self.table_min[start, end] + self._slow(at_last)

    def at_least(self, distance_m) -> np.ndarray:
        """Minutes straight ahead on an avenue; no way is faster.

        >>> float(RoadGrid(avenue_kmh=60.0, streets=3).at_least(1500.0))
        1.5
        """
        return StraightLine(self.avenue_kmh * HOURLY_RATIO[self.hour]).at_least(distance_m)

    def _slow(self, distance_m):
        return StraightLine(self.street_kmh * HOURLY_RATIO[self.hour]).at_least(distance_m)

    def _axes(self):
        """Latitudes and longitudes of the streets."""
        steps = (np.arange(self.streets) - (self.streets - 1) / 2) * self.block_m / M_PER_DEGREE
        return self.lat + steps, self.lon + steps / np.cos(np.radians(self.lat))

    def _corner(self, lat, lon):
        """The nearest corner of each point, and metres to it."""
        lats, lons = self._axes()
        row, column = (
            np.clip(np.rint((at - axis[0]) / (axis[1] - axis[0])), 0, self.streets - 1).astype(int)
            for at, axis in ((lat, lats), (lon, lons))
        )
        return row * self.streets + column, distance_m(lat, lon, lats[row], lons[column])

    def _graph(self):
        rng, n = stream(self.seed, "streets"), self.streets
        corner = np.arange(n * n).reshape(n, n)
        start, end, kmh = [], [], []
        for lines in (corner, corner.T):  # streets to the east, then to the north
            for number, line in enumerate(lines):
                avenue = number % AVENUE_EVERY == 0
                ring = number in (0, n - 1)
                one_way = rng.random() < self.one_way_ratio and not (avenue or ring)
                line = line[::-1] if rng.random() < 0.5 else line
                for a, b in [(line[:-1], line[1:]), (line[1:], line[:-1])][: 2 - one_way]:
                    start, end = [*start, *a], [*end, *b]
                    kmh += [self.avenue_kmh if avenue else self.street_kmh] * len(a)
        far_m = distance_m(*(place[at] for at in (start, end)
                             for place in (self.corner_lat, self.corner_lon)))  # fmt: skip
        minutes = far_m / 1000 / (np.array(kmh) * HOURLY_RATIO[self.hour]) * 60
        return csr_array((minutes, (start, end)), shape=(n * n, n * n))
