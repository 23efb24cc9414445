"""LRU at every capacity at once, in one pass over the trace.

Books lie in a pile, and whoever reads one puts it on top. How deep a book lay is its *stack
distance*: a shelf with room for so many would have had it, and every larger one too. How deep it
lay is how many different books were read since: a mark at the last reading of each book, and a
Fenwick tree that counts the marks after a place in a few steps.

A request takes up to three steps for each time that the trace can be halved, 0.2 µs among a
million. The tree holds 4 bytes a request; marks and curve hold 20 bytes a distinct object.

Left out: sizes in bytes, samples of a trace (SHARDS).
Sources: Mattson, Gecsei, Slutz, Traiger, IBM Systems Journal 1970; Fenwick, 1994.
"""

__all__ = ["LruCurve", "lru_curve"]
__dir__ = lambda: __all__

from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks
from scalemodel.core.compiled import READ_INTS, compiled
from scalemodel.parts.caches.trace import requests


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LruCurve:
    """How often LRU misses, by its capacity.

    >>> curve = lru_curve([1, 2, 1, 3, 2])
    >>> curve.misses.tolist(), curve.miss_ratio(2)
    ([5, 5, 4, 3], 0.8)
    """

    misses: np.ndarray  # by capacity from 0 to the distinct objects, shape (distinct + 1,)

    def miss_ratio(self, capacity: int) -> float:
        """The share of requests that a cache for `capacity` objects misses, 0 or any more."""
        capacity = checks.whole("capacity", capacity, at_least=0)
        return float(self.misses[min(capacity, len(self.misses) - 1)] / self.misses[0])


def lru_curve(ids: np.ndarray) -> LruCurve:
    """The misses of LRU on requests for `ids`, any integers, at every capacity; each object is one.

    >>> lru_curve([7, 7, 8, 7]).misses.tolist()
    [4, 3, 2]
    """
    asked = requests(ids)
    depths = np.zeros(asked.distinct + 1, dtype=np.int64)
    _count_depths.native(asked.ids, asked.distinct, depths)
    misses = len(asked.ids) - np.cumsum(depths)
    return LruCurve(misses=misses[: misses[-1] + 1])  # in the end each object is missed once


@compiled(f"void({READ_INTS}, int64, int64[::1])")
def _count_depths(ids, distinct, depths):
    """Add to `depths` how often an object lay so deep, 1 for the top, when it was asked for."""
    tree = np.zeros(len(ids) + 1, dtype=np.int32)  # requests are counted from 1
    last = np.zeros(distinct, dtype=np.int32)  # the request that has an object's mark, or 0
    marks = 0
    for at in range(len(ids)):
        one = ids[at]
        if last[one] > 0:
            depths[marks - _up_to(tree, last[one]) + 1] += 1
            _add(tree, last[one], -1)
        else:
            marks += 1
        _add(tree, at + 1, 1)
        last[one] = at + 1


@compiled()
def _add(tree, place, marks):
    """So many more marks; tree[n] holds those of as many places up to n as n's last bit says."""
    while place < len(tree):
        tree[place] += marks
        place += place & -place


@compiled()
def _up_to(tree, place):
    """The marks at a place and all before it."""
    marks = 0
    while place > 0:
        marks += tree[place]
        place -= place & -place
    return marks
