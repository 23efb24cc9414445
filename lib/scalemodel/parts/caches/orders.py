"""Four caches that are a line of objects: FIFO, LRU, CLOCK and SIEVE.

Think of a shelf that is filled from the left; what is thrown out stands on the right. FIFO never
moves a thing. LRU puts what was used back to the left. CLOCK and SIEVE only stick a dot on what
was used; whoever clears the shelf takes the dot off instead, and CLOCK puts that thing back to
the left, while SIEVE leaves it where it stands and goes on from there.

All loops have one shape, `trace.LOOP`. Their settings are [capacity].

FIFO and LRU keep no line at all, for the trace is one. What FIFO holds is the latest of what was
brought in, up to the capacity: so an object is there if no more than the capacity was brought in
since. What LRU holds was last used at or after some request, the `hand`; it walks the trace and
evicts whoever was last used there. That is 8 and 4 bytes a distinct object; CLOCK takes 5 and
SIEVE 9. A million requests among a hundred thousand objects (`benchmarks/caches.py`) cost TABLE.

Left out: locks. LRU writes at each hit and the others hardly, which is what they win by when
many threads share a cache; one thread does not show it.
Sources: Corbató, "A Paging Experiment with the Multics System", 1968 (CLOCK); Zhang and others,
"SIEVE is Simpler than LRU", NSDI 2024.
"""

import numpy as np

from scalemodel.core.compiled import compiled
from scalemodel.parts.caches.trace import LOOP

ABSENT, STAYS, USED = 0, 1, 2  # what `mark` says of an object


@compiled(LOOP)
def fifo(ids, distinct, bytes_of, admits, settings, hit):
    """First in, first out.

    >>> hit = np.zeros(5, dtype=bool)
    >>> fifo([0, 1, 0, 2, 0], 3, [], [], [2], hit)
    >>> hit.tolist()
    [False, False, True, False, False]
    """
    capacity = settings[0]
    brought = 0  # all that ever came in
    before = np.full(distinct, -capacity - 1)  # what had come in when this object did
    for at in range(len(ids)):
        one = ids[at]
        hit[at] = brought - before[one] <= capacity
        if not hit[at] and (len(admits) == 0 or admits[at]):
            before[one] = brought
            brought += bytes_of[one] if len(bytes_of) > 0 else 1


@compiled(LOOP)
def lru(ids, distinct, bytes_of, admits, settings, hit):
    """The least recently used is evicted.

    >>> hit = [False] * 5
    >>> lru([0, 1, 0, 2, 0], 3, [], [], [2], hit)
    >>> hit
    [False, False, True, False, True]
    """
    free, hand = settings[0], 0
    last = np.full(distinct, -1, dtype=np.int32)  # the last request that left it there
    for at in range(len(ids)):
        one = ids[at]
        if last[one] >= hand:
            hit[at] = True
            last[one] = at
        elif len(admits) == 0 or admits[at]:
            last[one] = at
            free -= bytes_of[one] if len(bytes_of) > 0 else 1
            while free < 0:
                old = ids[hand]
                if last[old] == hand:
                    free += bytes_of[old] if len(bytes_of) > 0 else 1
                hand += 1


@compiled(LOOP)
def clock(ids, distinct, bytes_of, admits, settings, hit):
    """FIFO, but what was used since goes round once more.

    >>> hit = [False] * 5
    >>> clock([0, 1, 0, 2, 0], 3, [], [], [2], hit)
    >>> hit
    [False, False, True, False, True]
    """
    free, room = settings[0], min(settings[0], distinct)
    queue, oldest, newest = np.zeros(room, dtype=np.int32), 0, 0
    mark = np.zeros(distinct, dtype=np.uint8)
    for at in range(len(ids)):
        one = ids[at]
        if mark[one] != ABSENT:
            hit[at] = True
            mark[one] = USED
        elif len(admits) == 0 or admits[at]:
            size = bytes_of[one] if len(bytes_of) > 0 else 1
            while free < size:
                old = queue[oldest]
                oldest = after(oldest, room)
                if mark[old] == USED:
                    mark[old] = STAYS
                    queue[newest] = old
                    newest = after(newest, room)
                else:
                    mark[old] = ABSENT
                    free += bytes_of[old] if len(bytes_of) > 0 else 1
            free -= size
            mark[one] = STAYS
            queue[newest] = one
            newest = after(newest, room)


@compiled(LOOP)
def sieve(ids, distinct, bytes_of, admits, settings, hit):
    """FIFO, but the hand passes over what was used, and goes on from where it stands.

    What the hand has passed over stands in a second line, in order; when nothing is left ahead of
    the hand, it begins again with those.

    >>> hit = [False] * 6
    >>> sieve([0, 1, 0, 2, 0, 1], 3, [], [], [2], hit)
    >>> hit
    [False, False, True, False, True, False]
    """
    free, room = settings[0], min(settings[0], distinct)
    line, ahead, passed = np.zeros((2, room), dtype=np.int32), 0, 1  # two lines that take turns
    oldest, newest, waiting, kept = 0, 0, 0, 0
    mark = np.zeros(distinct, dtype=np.uint8)
    for at in range(len(ids)):
        one = ids[at]
        if mark[one] != ABSENT:
            hit[at] = True
            mark[one] = USED
        elif len(admits) == 0 or admits[at]:
            size = bytes_of[one] if len(bytes_of) > 0 else 1
            while free < size:
                old = line[ahead, oldest]
                oldest = after(oldest, room)
                waiting -= 1
                if mark[old] == USED:
                    mark[old] = STAYS
                    line[passed, kept] = old
                    kept += 1
                else:
                    mark[old] = ABSENT
                    free += bytes_of[old] if len(bytes_of) > 0 else 1
                if waiting == 0:  # the hand is past the head
                    ahead, passed = passed, ahead
                    oldest, newest, waiting, kept = 0, kept % room, kept, 0
            free -= size
            mark[one] = STAYS
            line[ahead, newest] = one
            newest = after(newest, room)
            waiting += 1


@compiled()
def after(place, room):
    """The next place of a ring with so much room.

    >>> after(0, 3), after(2, 3)
    (1, 0)
    """
    return place + 1 if place + 1 < room else 0
