"""Which edge a viewer is sent to: the nearest, the least busy, or something between.

Of several tills one takes the nearest, until its line is so long that the walk to the next one
pays. So an edge's price is its way and a wait that grows like that of a queue, load ÷ (1 − load);
the cheapest is taken, and a full one never. Without the wait that is "the nearest that has room",
with an endless one "the least busy". A viewer costs 8 µs among ten
edges, nearly all of it to look at the ways.

Left out: viewers who leave; what an edge has not yet fetched for its new viewers.
Sources: the wait is that of a queue with one server, any queueing text.
"""

__all__ = ["NOWHERE", "choose"]
__dir__ = lambda: __all__

import numpy as np

from scalemodel.core import checks
from scalemodel.core.compiled import READ_FLOATS, READ_INTS, compiled

NOWHERE = -1  # all edges are full


@checks.kinds
def choose(way_ms: np.ndarray, room: np.ndarray, wait_ms: float = 0.0) -> np.ndarray:
    """The edge of each viewer, one after the other, shape (viewers,), or NOWHERE.

    `way_ms` has shape (viewers, edges), `room` the viewers that each edge takes, shape (edges,).
    At half its room an edge costs its way and `wait_ms`.

    >>> ways = [[10, 30], [10, 30], [10, 30]]
    >>> choose(ways, [2, 2]).tolist(), choose(ways, [2, 2], wait_ms=50).tolist()
    ([0, 0, 1], [0, 1, 0])
    """
    rows = [checks.numbers_row("way_ms", row, at_least=0, at_most=1e9) for row in way_ms]
    places = checks.numbers_row("room", room, at_least=0, at_most=1e12)
    if (places % 1).any() or {len(row) for row in rows} != {len(places)}:
        raise ValueError(f"{room=} must be a whole number for each edge of {way_ms=}")
    wait_ms = checks.real("wait_ms", wait_ms, at_least=0, at_most=1e9)
    chosen, taken = np.full(len(rows), NOWHERE), np.zeros(len(places), dtype=np.int64)
    _choose.native(np.concatenate(rows), places.astype(np.int64), wait_ms, taken, chosen)
    return chosen


@compiled(f"void({READ_FLOATS}, {READ_INTS}, float64, int64[::1], int64[::1])")
def _choose(way_ms, room, wait_ms, taken, chosen):
    for viewer in range(len(chosen)):
        least_ms = np.inf
        for edge in range(len(room)):
            left = room[edge] - taken[edge]
            if left > 0:
                price_ms = way_ms[viewer * len(room) + edge] + wait_ms * taken[edge] / left
                if price_ms < least_ms:
                    least_ms, chosen[viewer] = price_ms, edge
        if chosen[viewer] != NOWHERE:
            taken[chosen[viewer]] += 1
