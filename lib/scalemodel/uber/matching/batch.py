"""Riders and cars matched together: one look at the whole room, or one rider after another.

Two cars, two riders on one street. The first rider takes the car between them, the second
waits for one from the far end. A window of a few seconds sees both, and sends each the car
that costs the two of them least.

Each rider looks at the nearest cars first, 16 of them, and only then further. `Optimal`
knows when that was enough: by the prices of `assign` a pair that nobody looked at could help
only a rider whose price is above what his last car costs. Those look at twice as many, all is
solved again, and when there are none the answer is `proved`: it is what the whole table of
riders × cars would give. With an ETA by road the same holds for `eta.at_least`.

From rows of degrees to proved pairs it takes 7 ms, 20 ms and 50 ms of CPU for 200, 1,000 and
3,000 riders and twice as many cars (`benchmarks/uber/dispatch.py`); the dense table by scipy takes
6, 109 and 1,800. Where cars are as scarce as riders nearly all pairs are looked at, and the dense
table is the faster one: 180 ms against 380 for 1,000 riders and 1,050 cars. A pair is 24 bytes;
cities are windows of their own long before one machine ends.

Left out: the worth of tomorrow's riders, pooling, cars that are about to be free.
Sources: as in `assign`; minutes by batches, marketplace.uber.com/matching.
"""

__all__ = ["FIRST_LOOK", "NOBODY", "RULES", "Matches", "Places", "match_batch"]
__dir__ = lambda: __all__

import heapq
import math
from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks
from scalemodel.uber.location.grid import GeoIndex
from scalemodel.uber.location.rows import places
from scalemodel.uber.matching.assign import assign
from scalemodel.uber.matching.eta import Eta, asked
from scalemodel.uber.matching.policies import POLICIES, EdgeGreedy, FirstCome, Optimal, rule_of

NOBODY = -1
FIRST_LOOK = 16  # cars for each rider


@dataclass(frozen=True, slots=True)
class Places:
    """Where riders wait, or cars stand: rows of degrees, one entry each.

    >>> len(Places([52.5, 52.6], [13.4, 13.5]))
    2
    >>> Places([95.0], [13.4])
    Traceback (most recent call last):
    ...
    ValueError: lat[0]=95.0 must be a finite number of at least -90 and at most 90
    """

    lat: np.ndarray
    lon: np.ndarray

    def __post_init__(self):
        for name, row in zip(("lat", "lon"), places(self.lat, self.lon), strict=True):
            object.__setattr__(self, name, row)

    def __len__(self):
        return len(self.lat)


@dataclass(frozen=True, slots=True)
class Matches:
    """What came of a window.

    >>> met = Matches(np.array([0, -1]), np.array([2.5, np.inf]), edges=2, rounds=0)
    >>> met.unmatched, met.proved
    (1, False)
    """

    car: np.ndarray  # of each rider; -1 for who goes without
    minutes: np.ndarray  # of each rider until the car is there; infinity without
    edges: int  # pairs of rider and car that were looked at
    rounds: int  # looks further afield
    proved: bool = False  # that nothing costs less
    u: np.ndarray | None = None  # the prices that prove it, of riders
    v: np.ndarray | None = None  # and of cars

    @property
    def unmatched(self) -> int:
        """Riders who go without."""
        return int((self.car == NOBODY).sum())

    def total(self, penalty_min: float) -> float:
        """Minutes over all riders; who goes without counts `penalty_min`.

        >>> Matches(np.array([0, -1]), np.array([2.5, np.inf]), 2, 0).total(penalty_min=60.0)
        62.5
        """
        penalty = checks.real("penalty_min", penalty_min, at_least=0)
        return math.fsum(np.where(self.car == NOBODY, penalty, self.minutes))


class _Nearby:
    """The cars around each rider, as far as anybody asks."""

    def __init__(self, riders, cars, eta):
        self.riders, self.cars, self.eta = riders, cars, eta
        self.edges, self.rounds = 0, -1  # the first look goes no further
        self.index = GeoIndex()
        self.index.move(np.arange(len(cars)), cars.lat, cars.lon)

    def look(self, who, k, free=None):
        """Cars and minutes, shape (len(who), k), and for each rider the minutes below which
        no car is missing. Where fewer cars can come, minutes are infinite and the car is -1."""
        k = max(1, min(k, len(self.cars)))
        lat, lon = self.riders.lat[who], self.riders.lon[who]
        car, far_m = self.index.nearest_many(lat, lon, k, available=free)
        minutes, there = np.full(car.shape, np.inf), car != NOBODY
        row, at = np.nonzero(there)[0], car[there]
        ends = self.cars.lat[at], self.cars.lon[at], lat[row], lon[row]
        minutes[there] = asked(self.eta, "minutes", *ends)
        car[np.isinf(minutes)] = NOBODY
        sure = np.full(len(who), np.inf)
        if k < len(self.cars):
            sure = asked(self.eta, "at_least", far_m[:, -1])
        self.edges += len(at)
        self.rounds += 1
        return car, minutes, sure

    def soonest(self, rider, free):
        """The minutes of the car that is soonest there of those that are free, and the car;
        infinity and -1 where none can come."""
        k = FIRST_LOOK
        while True:
            car, minutes, sure = self.look([rider], k, free)
            wait, at = min(zip(minutes[0].tolist(), car[0].tolist(), strict=True))
            if wait <= sure[0]:
                return wait, at
            k *= 2


@checks.kinds
def match_batch(riders: Places, cars: Places, policy: POLICIES, eta: Eta) -> Matches:
    """Who gets which car, all riders of a window at once.

    >>> from scalemodel.uber.matching.eta import StraightLine
    >>> from scalemodel.uber.matching.policies import EdgeGreedy
    >>> riders, cars = Places([0, 0], [0, 0.01]), Places([0, 0], [0.004, -0.02])
    >>> for policy in (FirstCome(), EdgeGreedy(), Optimal()):
    ...     met = match_batch(riders, cars, policy, StraightLine(kmh=30))
    ...     print(met.car, round(met.total(60), 2))
    [0 1] 7.56
    [0 1] 7.56
    [1 0] 5.78
    """
    nearby = _Nearby(riders, cars, eta)
    return rule_of(policy, RULES)(nearby, policy)


# ── One after another ───────────────────────────────────────────────────────
def _first_come(nearby, _):
    return _greedy(nearby, lambda rider, wait: rider)


def _edge_greedy(nearby, _):
    return _greedy(nearby, lambda rider, wait: wait)


def _greedy(nearby, turn):
    """Each rider has the soonest car in mind, and whose `turn` is least takes it: the first to have
    asked, or whose car is soonest there. Whose car is gone looks for another."""
    n, free = len(nearby.riders), np.ones(len(nearby.cars), bool)
    car, minutes = np.full(n, NOBODY), np.full(n, np.inf)
    cars, waits, sure = (row.tolist() for row in nearby.look(np.arange(n), FIRST_LOOK))

    def offer(rider):
        seen = zip(waits[rider], cars[rider], strict=True)
        known = [(wait, at) for wait, at in seen if wait <= sure[rider] and at >= 0 and free[at]]
        wait, at = min(known) if known else nearby.soonest(rider, free)
        return turn(rider, wait), at, rider, wait

    offers = [offer(rider) for rider in range(n) if len(free)]
    heapq.heapify(offers)
    while offers and free.any():
        _, at, rider, wait = heapq.heappop(offers)
        if at == NOBODY:
            continue
        if free[at]:
            car[rider], minutes[rider], free[at] = at, wait, False
        else:
            heapq.heappush(offers, offer(rider))
    return Matches(car, minutes, nearby.edges, nearby.rounds)


# ── All together ────────────────────────────────────────────────────────────
def _optimal(nearby, policy):
    n, k, most = len(nearby.riders), policy.neighbours, policy.penalty_min
    short, sure = np.arange(n), np.zeros(n)  # who has to look (further), and how far one has
    who, to, cost = np.empty(0, int), np.empty(0, int), np.empty(0)
    while True:
        cars, minutes, sure[short] = nearby.look(short, k)
        row, column = np.nonzero(minutes < most)
        kept = ~np.isin(who, short)
        who = np.concatenate([who[kept], short[row]])
        to = np.concatenate([to[kept], cars[row, column]])
        cost = np.concatenate([cost[kept], minutes[row, column]])
        order = np.argsort(who, kind="stable")
        first = np.searchsorted(who[order], np.arange(n + 1))
        car, u, v = assign(first, to[order], cost[order], len(nearby.cars), most)
        # A pair left out costs at least `sure`; it does no better if that is u + v or more.
        short = np.nonzero(u + v.max(initial=-np.inf) > sure)[0]
        if not len(short):
            break
        k *= 2
    minutes = np.full(n, np.inf)
    paired = car[who] == to
    minutes[who[paired]] = cost[paired]
    return Matches(car, minutes, nearby.edges, nearby.rounds, True, u, v)


RULES = {FirstCome: _first_come, EdgeGreedy: _edge_greedy, Optimal: _optimal}
