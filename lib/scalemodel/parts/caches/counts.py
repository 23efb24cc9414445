"""LFU: keep what was used most often since it came.

Coats hang on one rail. Each has a tag with how often it was taken, and they hang in the order
of these numbers, of equal ones the one taken last to the right. A coat that is taken gets one
more and goes to the right end of those with the new number; for that, somebody must only know
where each number ends. The leftmost coat leaves, and its tag is thrown away.

The loop has the shape of all, `trace.LOOP`, with the settings [capacity]. It keeps 20 bytes a
distinct object, and 4 for each request of the most requested one. A million requests cost TABLE.

Left out: ageing. What was loved once stays until others are loved as much.
Sources: Shah, Mitra, Matani, "An O(1) Algorithm for Implementing the LFU Cache Eviction
Scheme", 2010, whose list of lists is one list here.
"""

import numpy as np

from scalemodel.core.compiled import compiled
from scalemodel.parts.caches.trace import LOOP

NOBODY = -1


@compiled(LOOP)
def lfu(ids, distinct, bytes_of, admits, settings, hit):
    """The least frequently used is evicted, of equals the least recently used.

    >>> hit = [False] * 5
    >>> lfu([0, 0, 1, 2, 0], 3, [], [], [2], hit)
    >>> hit
    [False, True, False, False, True]
    """
    free, rail = settings[0], distinct  # the rail's own number: left and right of all
    older, newer = np.full(distinct + 1, rail, np.int32), np.full(distinct + 1, rail, np.int32)
    count = np.zeros(distinct + 1, dtype=np.int32)  # 0 is not there
    last_of = np.full(np.bincount(ids).max() + 1, NOBODY, dtype=np.int32)  # of each count
    last_of[0] = rail
    for at in range(len(ids)):
        one = ids[at]
        uses = count[one]
        if uses > 0:
            hit[at] = True
        elif len(admits) > 0 and not admits[at]:
            continue
        else:
            free -= bytes_of[one] if len(bytes_of) > 0 else 1
            while free < 0:
                old = newer[rail]
                free += bytes_of[old] if len(bytes_of) > 0 else 1
                if last_of[count[old]] == old:
                    last_of[count[old]] = NOBODY
                count[old] = 0
                unlink(older, newer, old)
        behind = last_of[uses + 1] if last_of[uses + 1] != NOBODY else last_of[uses]
        if uses > 0 and last_of[uses] == one:
            last_of[uses] = older[one] if count[older[one]] == uses else NOBODY
        if behind != one:
            if uses > 0:
                unlink(older, newer, one)
            link(older, newer, behind, one)
        count[one] = uses + 1
        last_of[uses + 1] = one


@compiled()
def unlink(older, newer, one):
    """Take `one` out of its row: its two neighbours become each other's.

    >>> older, newer = [2, 0, 1], [1, 2, 0]
    >>> unlink(older, newer, 1)
    >>> older[2], newer[0]
    (0, 2)
    """
    newer[older[one]] = newer[one]
    older[newer[one]] = older[one]


@compiled()
def link(older, newer, behind, one):
    """Put `one` into the row, next after `behind`.

    >>> older, newer = [2, 9, 0], [2, 9, 0]
    >>> link(older, newer, 0, 1)
    >>> older, newer
    ([2, 0, 1], [1, 2, 0])
    """
    older[one], newer[one] = behind, newer[behind]
    older[newer[behind]] = one
    newer[behind] = one
