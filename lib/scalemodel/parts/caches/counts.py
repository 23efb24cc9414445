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
OLDER, NEWER, TAG = 0, 1, 2  # columns: two neighbours, and what a loop says of an object


@compiled(LOOP)
def lfu(ids, distinct, bytes_of, admits, settings, hit):
    """The least frequently used is evicted, of equals the least recently used.

    >>> hit = [False] * 5
    >>> lfu([0, 0, 1, 2, 0], 3, [], [], [2], hit)
    >>> hit
    [False, True, False, False, True]
    """
    free, end = settings[0], distinct  # the rail's own place: left and right of all
    rail = new_rows(distinct, 1)
    last_of = np.full(np.bincount(ids).max() + 1, NOBODY, dtype=np.int32)  # of each count
    last_of[0] = end
    for at in range(len(ids)):
        one = ids[at]
        uses = rail[one, TAG]
        if uses > 0:
            hit[at] = True
        elif len(admits) > 0 and not admits[at]:
            continue
        else:
            free -= bytes_of[one] if len(bytes_of) > 0 else 1
            while free < 0:
                old = rail[end, NEWER]
                free += bytes_of[old] if len(bytes_of) > 0 else 1
                if last_of[rail[old, TAG]] == old:
                    last_of[rail[old, TAG]] = NOBODY
                rail[old, TAG] = 0
                unlink(rail, old)
        behind = last_of[uses + 1] if last_of[uses + 1] != NOBODY else last_of[uses]
        if uses > 0 and last_of[uses] == one:
            left = rail[one, OLDER]
            last_of[uses] = left if rail[left, TAG] == uses else NOBODY
        if behind != one:
            if uses > 0:
                unlink(rail, one)
            link(rail, behind, one)
        rail[one, TAG] = uses + 1
        last_of[uses + 1] = one


# ── Rows of objects ─────────────────────────────────────────────────────────
@compiled()
def new_rows(distinct, ends):
    """Room for `distinct` objects in rows that are empty; each end is its own neighbour.

    >>> new_rows(1, 2).tolist()
    [[0, 0, 0], [1, 1, 0], [2, 2, 0]]
    """
    rows = np.zeros((distinct + ends, 3), dtype=np.int32)
    for place in range(len(rows)):
        rows[place, OLDER] = place
        rows[place, NEWER] = place
    return rows


@compiled()
def unlink(rows, one):
    """Take `one` out of its row: its two neighbours become each other's.

    >>> rows = np.array([[2, 1, 0], [0, 2, 0], [1, 0, 0]])
    >>> unlink(rows, 1)
    >>> int(rows[0, NEWER]), int(rows[2, OLDER])
    (2, 0)
    """
    older, newer = rows[one, OLDER], rows[one, NEWER]
    rows[older, NEWER] = newer
    rows[newer, OLDER] = older


@compiled()
def link(rows, behind, one):
    """Put `one` into a row, next after `behind`.

    >>> rows = new_rows(2, 1)
    >>> link(rows, 2, 0)
    >>> link(rows, 0, 1)
    >>> rows[:, NEWER].tolist()
    [1, 2, 0]
    """
    before = rows[behind, NEWER]
    rows[one, OLDER], rows[one, NEWER] = behind, before
    rows[before, OLDER] = one
    rows[behind, NEWER] = one
