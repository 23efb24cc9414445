"""LRU at every capacity at once, in one pass over the trace.

Books lie in a pile, and whoever reads one puts it on top. How deep a book lay is its *stack
distance*: a shelf with room for so many would have had it, and every larger one too. So one
count of depths says how often a cache of each capacity misses.

How deep it lay is how many different books were read since: a mark at the last reading of each
book, and a Fenwick tree that counts the marks after a place in a few steps. When the marks have
walked to the end of the tree, they are moved together at its front, in order.

A request takes a step for each time that the distinct objects can be halved: TABLE. Tree,
marks and curve hold 36 bytes a distinct object.

Left out: sizes in bytes, samples of a trace (SHARDS).
Sources: Mattson, Gecsei, Slutz, Traiger, "Evaluation Techniques for Storage Hierarchies", IBM
Systems Journal 1970; Bennett, Kruskal, "LRU Stack Processing", 1975; Fenwick, 1994.
"""

from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks
from scalemodel.core.compiled import READ_INTS, compiled
from scalemodel.parts.caches.trace import requests

NOWHERE, NOBODY = 0, -1  # slots are counted from 1, as a Fenwick tree's are


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
    """The misses of LRU on requests for `ids`, any integers, at every capacity.

    >>> lru_curve([7, 7, 8, 7]).misses.tolist()
    [4, 3, 2]
    """
    asked = requests(ids)
    depths = np.zeros(asked.distinct + 1, dtype=np.int64)
    count_depths.native(asked.ids, asked.distinct, depths)
    misses = len(asked.ids) - np.cumsum(depths)
    misses = misses[: misses[-1] + 1]  # the last ones are the distinct objects, each once
    misses.flags.writeable = False
    return LruCurve(misses=misses)


@compiled(f"void({READ_INTS}, int64, int64[::1])")
def count_depths(ids, distinct, depths):
    """Add to `depths` how often an object lay so deep, 1 for the top, when it was asked for.

    >>> depths = [0, 0, 0]
    >>> count_depths([0, 1, 0, 0], 2, depths)
    >>> depths
    [0, 1, 1]
    """
    slots = 2 * distinct
    tree = np.zeros(slots + 1, dtype=np.int32)
    slot_of = np.zeros(distinct, dtype=np.int32)  # where its mark is
    mark_of = np.full(slots + 1, NOBODY, dtype=np.int32)  # whose mark is there
    marks, last = 0, 0
    for at in range(len(ids)):
        one = ids[at]
        if last == slots:
            last = close_up(tree, slot_of, mark_of)
        slot = slot_of[one]
        if slot != NOWHERE:
            depths[marks - up_to(tree, slot) + 1] += 1
            add(tree, slot, -1)
            mark_of[slot] = NOBODY
            marks -= 1
        last += 1
        marks += 1
        add(tree, last, 1)
        slot_of[one], mark_of[last] = last, one


# ── The tree ────────────────────────────────────────────────────────────────
@compiled()
def add(tree, slot, marks):
    """So many more `marks` in a slot; tree[n] holds those of as many slots as n's last bit says.

    >>> tree = [0] * 5
    >>> add(tree, 2, 1)
    >>> tree
    [0, 0, 1, 0, 1]
    """
    while slot < len(tree):
        tree[slot] += marks
        slot += slot & -slot


@compiled()
def up_to(tree, slot):
    """The marks in a slot and all before it.

    >>> up_to([0, 0, 1, 0, 1], 3)
    1
    """
    marks = 0
    while slot > 0:
        marks += tree[slot]
        slot -= slot & -slot
    return marks


@compiled()
def close_up(tree, slot_of, mark_of):
    """Move the marks to the first slots, in order; how many there are.

    >>> tree, slot_of, mark_of = [0, 0, 1, 0, 1], [2], [-1, -1, 0, -1, -1]
    >>> close_up(tree, slot_of, mark_of), tree, slot_of, mark_of
    (1, [0, 1, 1, 0, 1], [1], [-1, 0, -1, -1, -1])
    """
    marks = 0
    for slot in range(1, len(tree)):
        tree[slot] = 0
        one, mark_of[slot] = mark_of[slot], NOBODY
        if one != NOBODY:
            marks += 1
            slot_of[one], mark_of[marks] = marks, one
    for slot in range(1, len(tree)):
        tree[slot] += 1 if slot <= marks else 0
        above = slot + (slot & -slot)
        if above < len(tree):
            tree[above] += tree[slot]
    return marks
