"""Five caches that are lines of objects: FIFO, LRU, CLOCK, SIEVE and S3-FIFO.

Think of a shelf that is filled from the left; what is thrown out stands on the right. FIFO never
moves a thing. LRU puts what was used back to the left. CLOCK and SIEVE only stick a dot on it;
whoever clears the shelf takes the dot off instead, and CLOCK puts that thing back to the left,
while SIEVE leaves it where it stands and goes on from there.

S3-FIFO has a small shelf for newcomers, a tenth of the space. What was used there twice moves to
the main one, which is CLOCK with a count up to 3 in place of a dot. The rest is thrown out, but
its name stands in a book, the *ghosts*, while as many bytes as the main shelf holds go after it;
what comes back meanwhile goes to the main shelf at once.

All loops have one shape, `trace.LOOP`. FIFO and LRU keep no line, for the trace is one. What
FIFO holds is the latest of what was brought in, up to the capacity: so an object is there if no
more than the capacity was brought in since. What LRU holds was last used at or after some
request, the `hand`; it walks the trace and evicts whoever was last used there. That is 8 and 4
bytes a distinct object; CLOCK takes 5, SIEVE 9, S3-FIFO 18. A million requests among a hundred
thousand objects (`benchmarks/caches.py`) cost 9 ms, 18, 13, 14 and 20.

Left out: locks. LRU writes at each hit; one thread does not show what the others win by it.
Sources: Corbató, 1968 (CLOCK); Zhang and others, NSDI 2024 (SIEVE); Yang and others, SOSP 2023.
"""

__all__ = ["ABSENT", "MOST_USES", "STAYS", "USED", "clock", "fifo", "lru", "s3fifo", "sieve"]
__dir__ = lambda: __all__

import numpy as np

from scalemodel.core.compiled import compiled
from scalemodel.parts.caches.trace import LOOP, size_of

ABSENT, STAYS, USED = 0, 1, 2  # what `mark` says of an object
MOST_USES = 3


@compiled(LOOP)
def fifo(ids, distinct, bytes_of, admits, settings, hit):
    """First in, first out."""
    capacity = settings[0]
    brought = 0  # all that ever came in
    before = np.full(distinct, -capacity - 1)  # what had come in when this object did
    for at in range(len(ids)):
        one = ids[at]
        hit[at] = brought - before[one] <= capacity
        if not hit[at] and (not len(admits) or admits[at]):
            before[one] = brought
            brought += size_of(bytes_of, one)


@compiled(LOOP)
def lru(ids, distinct, bytes_of, admits, settings, hit):
    """The least recently used is evicted."""
    free, hand = settings[0], 0
    last = np.full(distinct, -1, dtype=np.int32)  # the last request that left it there
    for at in range(len(ids)):
        one = ids[at]
        if last[one] >= hand:
            hit[at] = True
            last[one] = at
        elif not len(admits) or admits[at]:
            last[one] = at
            free -= size_of(bytes_of, one)
            while free < 0:
                old = ids[hand]
                if last[old] == hand:
                    free += size_of(bytes_of, old)
                hand += 1


@compiled(LOOP)
def clock(ids, distinct, bytes_of, admits, settings, hit):
    """FIFO, but what was used since goes round once more."""
    free, room = settings[0], min(settings[0], distinct)
    queue, oldest, newest = np.zeros(room, dtype=np.int32), 0, 0
    mark = np.zeros(distinct, dtype=np.uint8)
    for at in range(len(ids)):
        one = ids[at]
        if mark[one] != ABSENT:
            hit[at] = True
            mark[one] = USED
        elif not len(admits) or admits[at]:
            size = size_of(bytes_of, one)
            while free < size:
                old, oldest = queue[oldest], _after(oldest, room)
                if mark[old] == USED:
                    mark[old] = STAYS
                    queue[newest], newest = old, _after(newest, room)
                else:
                    mark[old] = ABSENT
                    free += size_of(bytes_of, old)
            free -= size
            mark[one] = STAYS
            queue[newest], newest = one, _after(newest, room)


@compiled(LOOP)
def sieve(ids, distinct, bytes_of, admits, settings, hit):
    """FIFO, but the hand passes over what was used, and goes on from where it stands.

    What it has passed over stands in a second line; when the first is empty, they change places.
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
        elif not len(admits) or admits[at]:
            size = size_of(bytes_of, one)
            while free < size:
                old, oldest = line[ahead, oldest], _after(oldest, room)
                waiting -= 1
                if mark[old] == USED:
                    mark[old] = STAYS
                    line[passed, kept] = old
                    kept += 1
                else:
                    mark[old] = ABSENT
                    free += size_of(bytes_of, old)
                if waiting == 0:  # the hand is past the head
                    ahead, passed = passed, ahead
                    oldest, newest, waiting, kept = 0, kept % room, kept, 0
            free -= size
            mark[one] = STAYS
            line[ahead, newest], newest = one, _after(newest, room)
            waiting += 1


@compiled(LOOP)
def s3fifo(ids, distinct, bytes_of, admits, settings, hit):
    """A small line, a main line, and the ghosts of those who left the small one."""
    free, small_most, moves_at = settings[0], settings[1], settings[2]
    ghosts_most, room = free - small_most, min(free, distinct)
    small, small_oldest, small_newest = np.zeros(room, dtype=np.int32), 0, 0
    main, main_oldest, main_newest = np.zeros(room, dtype=np.int32), 0, 0
    in_small, in_main = 0, 0  # bytes
    gone = 0  # bytes of all that ever left the small line for good
    ghost = np.full(distinct, -ghosts_most - 1)  # how much of that was gone when this one left
    uses, there = np.zeros(distinct, dtype=np.uint8), np.zeros(distinct, dtype=np.bool_)
    for at in range(len(ids)):
        one = ids[at]
        if there[one]:
            hit[at] = True
            uses[one] = min(uses[one] + 1, MOST_USES)
            continue
        if len(admits) and not admits[at]:
            continue
        size = size_of(bytes_of, one)
        returns = gone - ghost[one] <= ghosts_most
        while free < size:
            if in_small > 0 and in_main <= ghosts_most:
                old, small_oldest = small[small_oldest], _after(small_oldest, room)
                old_size = size_of(bytes_of, old)
                in_small -= old_size
                if uses[old] >= moves_at:
                    uses[old] = 0
                    main[main_newest], main_newest = old, _after(main_newest, room)
                    in_main += old_size
                else:
                    there[old] = False
                    ghost[old] = gone
                    gone += old_size
                    free += old_size
            else:
                old, main_oldest = main[main_oldest], _after(main_oldest, room)
                if uses[old] > 0:
                    uses[old] -= 1
                    main[main_newest], main_newest = old, _after(main_newest, room)
                else:
                    old_size = size_of(bytes_of, old)
                    there[old] = False
                    in_main -= old_size
                    free += old_size
        free -= size
        uses[one], there[one] = 0, True
        if returns:
            ghost[one] = -ghosts_most - 1
            main[main_newest], main_newest = one, _after(main_newest, room)
            in_main += size
        else:
            small[small_newest], small_newest = one, _after(small_newest, room)
            in_small += size


@compiled()
def _after(place, room):
    """The next place of a ring with so much room."""
    return place + 1 if place + 1 < room else 0
