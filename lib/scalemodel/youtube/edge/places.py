"""Which edge a viewer is sent to: the nearest, the least busy, or something between.

Of several tills one takes the nearest, until its line is so long that the walk to the next one
pays. So each edge has a price, its way plus a wait that grows with its load like that of a queue,
load ÷ (1 − load); the cheapest is taken, and an edge that is full is none. Without the wait that
is "the nearest that has room"; with an endless one, "the least busy".

A viewer costs 0.1 µs an edge. Viewers come one after the other and stay; who comes late finds
the near ones full, so the sum of all ways is above the least, which `least_way_ms` computes.

Left out: viewers who leave; what an edge has not yet fetched for its new viewers.
Sources: the wait is M/M/1's; the least is an assignment (Kuhn, 1955), by SciPy.
"""

__all__ = ["MOST_EDGES", "NOWHERE", "choose", "least_way_ms"]
__dir__ = lambda: __all__

import numpy as np
from scipy.optimize import linear_sum_assignment

from scalemodel.core import checks
from scalemodel.core.compiled import READ_INTS, compiled

NOWHERE = -1  # all edges are full
MOST_EDGES = 1_000
READ_ROWS = "Array(float64, 2, 'C', readonly=True)"


def choose(way_ms: np.ndarray, room: np.ndarray, wait_ms: float = 0.0) -> np.ndarray:
    """The edge of each viewer, shape (viewers,), or NOWHERE.

    `way_ms` has shape (viewers, edges), `room` the viewers that each edge takes, shape (edges,).
    At half its room an edge costs its way and `wait_ms` more.

    >>> ways = [[10, 30], [10, 30], [10, 30]]
    >>> choose(ways, [2, 2]).tolist(), choose(ways, [2, 2], wait_ms=50).tolist()
    ([0, 0, 1], [0, 1, 0])
    """
    ways, room = _ways(way_ms), _room(room, way_ms)
    wait_ms = checks.real("wait_ms", wait_ms, at_least=0, at_most=1e9)
    chosen = np.full(len(ways), NOWHERE)
    _choose.native(ways, room, wait_ms, np.zeros(len(room), dtype=np.int64), chosen)
    return chosen


@compiled(f"void({READ_ROWS}, {READ_INTS}, float64, int64[::1], int64[::1])")
def _choose(way_ms, room, wait_ms, taken, chosen):
    for viewer in range(len(way_ms)):
        least_ms = np.inf
        for edge in range(len(room)):
            if taken[edge] < room[edge]:
                price_ms = way_ms[viewer, edge] + wait_ms * taken[edge] / (room[edge] - taken[edge])
                if price_ms < least_ms:
                    least_ms = price_ms
                    chosen[viewer] = edge
        if chosen[viewer] != NOWHERE:
            taken[chosen[viewer]] += 1


def least_way_ms(way_ms: np.ndarray, room: np.ndarray) -> float:
    """The least mean way of all viewers, where there is room for all.

    >>> least_way_ms([[10, 30], [10, 90]], [1, 2])
    20.0
    """
    ways, room = _ways(way_ms), _room(room, way_ms)
    if room.sum() < len(ways):
        raise ValueError(f"room={room.tolist()} must be for at least {len(ways)} viewers")
    places = np.repeat(np.arange(len(room)), np.minimum(room, len(ways)))
    who, place = linear_sum_assignment(ways[:, places])
    return float(ways[who, places[place]].mean())


def _ways(way_ms):
    ways = np.array(way_ms, dtype=float, order="C")
    if ways.ndim != 2 or not 1 <= ways.shape[1] <= MOST_EDGES or not len(ways):
        raise ValueError(
            f"way_ms has the shape {ways.shape}; it must be (viewers, 1 to {MOST_EDGES})"
        )
    checks.numbers_row("way_ms", ways.ravel(), at_least=0, at_most=1e9)
    ways.flags.writeable = False
    return ways


def _room(room, way_ms):
    row = checks.numbers_row("room", room, at_least=0, at_most=1e12)
    if (row % 1).any() or len(row) != np.shape(way_ms)[1]:
        raise ValueError(f"{room=} must be a whole number for each of {np.shape(way_ms)[1]} edges")
    whole = row.astype(np.int64)
    whole.flags.writeable = False
    return whole
