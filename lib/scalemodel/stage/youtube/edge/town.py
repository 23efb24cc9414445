"""Viewers of whom half live in one place, and the edge that each is sent to.

Six edges stand on a line, 500 km apart. Each viewer lives somewhere on it; half
of them live about the second edge, which has room for a sixth.

Left out: everything that `scalemodel.youtube.edge.places` leaves out.
Sources: none; all numbers are ours, 10 ms there and back for 1,000 km.
"""

__all__ = ["EDGES", "ROOM", "VIEWERS", "WAIT_MS", "Met", "least_way_ms", "met", "town"]
__dir__ = lambda: __all__

from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from scalemodel.core.rng import stream
from scalemodel.youtube.edge.places import choose

EDGES, ROOM, VIEWERS, WAIT_MS = 6, 100, 500, 2.0  # the wait at an edge that is half full


class Met(NamedTuple):
    """What viewers met, on average, and the fullest edge.

    >>> Met(2.0, 3.0, 0.9).wait_ms
    3.0
    """

    way_ms: float
    wait_ms: float
    fullest_ratio: float


def town(seed: int = 0) -> np.ndarray:
    """The way of each viewer to each edge, in ms, shape (viewers, edges).

    >>> town().shape
    (500, 6)
    """
    rng = stream(seed, "town")
    at = rng.uniform(0, EDGES - 1, VIEWERS)
    busy = rng.random(VIEWERS) < 0.5
    at[busy] = 1 + 0.3 * rng.standard_normal(np.count_nonzero(busy))
    return 5 * np.abs(at[:, None] - np.arange(EDGES))


def met(price_ms: float, seed: int = 0) -> Met:
    """What it comes to if a wait is counted at `price_ms` where an edge is half full.

    At the end all wait as long as their edge is full: load ÷ (1 − load), times `WAIT_MS`.

    >>> round(met(1e9).fullest_ratio, 2)
    0.84
    """
    way_ms = town(seed)
    chosen = choose(way_ms, np.full(EDGES, ROOM), price_ms)
    load = np.bincount(chosen, minlength=EDGES) / ROOM
    with np.errstate(divide="ignore"):
        wait_ms = WAIT_MS * load / (1 - load)
    mine = way_ms[np.arange(VIEWERS), chosen]
    return Met(float(mine.mean()), float(wait_ms[chosen].mean()), float(load.max()))


def least_way_ms(seed: int = 0) -> float:
    """The least mean way there is, if all viewers are known beforehand.

    >>> round(least_way_ms(), 1) < round(met(0.0).way_ms, 1)
    True
    """
    way_ms, place = town(seed), np.repeat(np.arange(EDGES), ROOM)
    who, at = linear_sum_assignment(way_ms[:, place])
    return float(way_ms[who, place[at]].mean())
