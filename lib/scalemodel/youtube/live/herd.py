"""All viewers at once: what a new segment does to edges, hub and origin.

At the minute the doors open, and all who stood there come in. Nobody near has the new segment, so
the first at each edge sends for it, and so does whoever comes before it is back, unless edges let
them wait. With a million viewers that is the difference between one request and hundreds
of thousands. A viewer costs 0.14 µs.

Left out: viewers of different segments; a fetch that takes longer where many ask.
Sources: the crowd is that of `edge.coalescing`.
"""

__all__ = ["Herd", "expected_herd", "herd"]
__dir__ = lambda: __all__

from typing import NamedTuple

import numpy as np

from scalemodel.core import checks
from scalemodel.core.rng import stream
from scalemodel.youtube.edge.coalescing import expected_fetches, waiting


class Herd(NamedTuple):
    """Requests for one segment, and how far up they came.

    >>> Herd(to_edges=9, to_hub=2, to_origin=1).to_hub
    2
    """

    to_edges: float
    to_hub: float
    to_origin: float


def herd(
    viewers: int, edges: int = 10, spread_s: float = 0.5, fetch_s: float = 0.1,
    coalesce: bool = True, seed: int = 0,
) -> Herd:  # fmt: skip
    """The requests of viewers at a random edge each, who all come within `spread_s`.

    >>> herd(10_000), herd(10_000, coalesce=False)
    (Herd(to_edges=10000, to_hub=10, to_origin=1), Herd(to_edges=10000, to_hub=1980, to_origin=1972))
    """
    viewers, edges = _counts(viewers, edges)
    expected_fetches(viewers, spread_s, fetch_s, coalesce)  # looks at them
    rng = stream(seed, "herd")
    came_s = np.sort(rng.random(viewers) * spread_s)
    at = rng.integers(edges, size=viewers)
    up = _goes_up(at, came_s, fetch_s, coalesce)
    one = np.zeros(np.count_nonzero(up), dtype=np.int64)
    return Herd(viewers, len(one), int(_goes_up(one, came_s[up], fetch_s, coalesce).sum()))


def _goes_up(at, came_s, fetch_s, coalesce):
    """Whether each request is passed on: the first at each place, or all before it is back."""
    first = np.zeros(len(at), dtype=bool)
    first[np.unique(at, return_index=True)[1]] = True
    return first if coalesce else first | waiting(at, came_s, ~first, fetch_s)


def expected_herd(
    viewers: int,
    edges: int = 10,
    spread_s: float = 0.5,
    fetch_s: float = 0.1,
    coalesce: bool = True,
) -> Herd:
    """The same on average: a hub is asked by edges at which n / edges come, give or take.

    >>> [round(requests, 1) for requests in expected_herd(10_000, coalesce=False)]
    [10000.0, 2010.0, 2001.0]
    """
    viewers, edges = _counts(viewers, edges)
    origin = expected_fetches(viewers, spread_s, fetch_s, coalesce)
    window = min(1.0, fetch_s / spread_s)
    alone = 0.0 if coalesce else window
    nobody = (1 - (1 - alone) / edges) ** viewers
    return Herd(float(viewers), edges * (1 - nobody) + alone * viewers, origin)


def _counts(viewers, edges):
    return (
        checks.whole("viewers", viewers, at_least=1, at_most=20_000_000),
        checks.whole("edges", edges, at_least=1, at_most=100_000),
    )
