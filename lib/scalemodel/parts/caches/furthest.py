"""Belady's rule: evict what is asked for furthest in the future.

Nobody can; a cache that knew the whole trace could. So no cache of objects of one size does
better. Each object that is kept stands in a heap by the request that asks for it next, the
furthest on top; a hit moves it up. That is 24 bytes a distinct object, and 8 a request for what
comes next. A million requests cost 0.1 s.

Left out: the best for objects of many sizes, for the furthest go until it fits, and that is no
bound; not to fill at all, which would be better still.
Sources: Belady, IBM Systems Journal 1966.
"""

__all__ = ["ABSENT", "belady"]
__dir__ = lambda: __all__

import numpy as np

from scalemodel.core.compiled import READ_INTS, compiled
from scalemodel.parts.caches.trace import LOOP, size_of

ABSENT = -1


@compiled(LOOP)
def belady(ids, distinct, bytes_of, admits, settings, hit):
    """Whose next request is furthest is evicted; first who has none, the highest id before others."""
    free, room = settings[0], min(settings[0], distinct)
    following = _next_requests(ids, distinct)
    when, whose, waiting = np.zeros(room, dtype=np.int64), np.zeros(room, dtype=np.int32), 0
    slot = np.full(distinct, ABSENT, dtype=np.int32)
    for at in range(len(ids)):
        one = ids[at]
        if slot[one] != ABSENT:
            hit[at] = True
            _rise(when, whose, slot, slot[one], following[at], one)
        elif not len(admits) or admits[at]:
            size = size_of(bytes_of, one)
            while free < size:
                old = whose[0]
                slot[old] = ABSENT
                free += size_of(bytes_of, old)
                waiting -= 1
                _sink(when, whose, slot, waiting)
            free -= size
            _rise(when, whose, slot, waiting, following[at], one)
            waiting += 1


@compiled(f"int64[::1]({READ_INTS}, int64)")
def _next_requests(ids, distinct):
    """For each request, the next one for its object; beyond all, by its id, if there is none."""
    following = np.zeros(len(ids), dtype=np.int64)
    coming = len(ids) + np.arange(distinct)
    for back in range(len(ids)):
        at = len(ids) - 1 - back
        following[at] = coming[ids[at]]
        coming[ids[at]] = at
    return following


@compiled()
def _rise(when, whose, slot, at, time, one):
    """Put `one` at slot `at`, or as far above as its `time` is later than theirs."""
    while at > 0 and when[(at - 1) // 2] < time:
        above = (at - 1) // 2
        when[at], whose[at] = when[above], whose[above]
        slot[whose[at]] = at
        at = above
    when[at], whose[at] = time, one
    slot[one] = at


@compiled()
def _sink(when, whose, slot, waiting):
    """Close the gap at the top with the later of two again and again, and with the last at the end."""
    if waiting == 0:
        return
    at, time, one = 0, when[waiting], whose[waiting]
    while 2 * at + 1 < waiting:
        below = 2 * at + 1
        if below + 1 < waiting and when[below + 1] > when[below]:
            below += 1
        when[at], whose[at] = when[below], whose[below]
        slot[whose[at]] = at
        at = below
    _rise(when, whose, slot, at, time, one)
