"""S3-FIFO: three lines in place of one, so that what is asked for once leaves soon.

A hotel puts new guests into the small house. Who is seen at breakfast often enough moves into
the main house; who is not must go, and leaves a name in the visitors' book. Who comes back
while the name still stands there gets a room in the main house at once.

A tenth of the space is the small line. The main one is CLOCK with a count up to 3 in place of
a dot. The book, the *ghost* line, holds names for as many bytes as the main line may hold; a
name whose guest has come back is struck out, and its line stays empty until its turn comes.

The loop has the shape of all, `trace.LOOP`; its settings are [capacity, share of the small line,
uses by which one moves]. It keeps 18 bytes a distinct object. A million requests cost TABLE.

Left out: flash, and what its queues without locks win when threads share them.
Sources: Yang and others, "FIFO Queues Are All You Need for Cache Eviction", SOSP 2023.
"""

import numpy as np

from scalemodel.core.compiled import compiled
from scalemodel.parts.caches.orders import after
from scalemodel.parts.caches.trace import LOOP

ABSENT, SMALL, MAIN = 0, 1, 2  # where an object is
MOST_USES = 3


@compiled(LOOP)
def s3fifo(ids, distinct, bytes_of, admits, settings, hit):
    """A small line, a main line, and the ghosts of those who left the small one.

    >>> hit = [False] * 6
    >>> s3fifo([0, 1, 2, 0, 1, 2], 3, [], [], [2, 1, 1], hit)
    >>> hit
    [False, False, False, False, False, False]
    """
    free, small_most, moves_at = settings[0], settings[1], settings[2]
    ghosts_most, room = free - small_most, min(free, distinct)
    small, small_oldest, small_newest = np.zeros(room, dtype=np.int32), 0, 0
    main, main_oldest, main_newest = np.zeros(room, dtype=np.int32), 0, 0
    in_small, in_main = 0, 0  # bytes
    gone = 0  # bytes of all that ever left the small line for good
    ghost = np.full(distinct, -ghosts_most - 1)  # how much of that was gone when this one left
    where, uses = np.zeros(distinct, dtype=np.uint8), np.zeros(distinct, dtype=np.uint8)
    for at in range(len(ids)):
        one = ids[at]
        if where[one] != ABSENT:
            hit[at] = True
            uses[one] = min(uses[one] + 1, MOST_USES)
            continue
        if len(admits) > 0 and not admits[at]:
            continue
        size = bytes_of[one] if len(bytes_of) > 0 else 1
        returns = gone - ghost[one] <= ghosts_most
        while free < size:
            if in_small > 0 and in_main <= ghosts_most:
                old = small[small_oldest]
                small_oldest = after(small_oldest, room)
                old_size = bytes_of[old] if len(bytes_of) > 0 else 1
                in_small -= old_size
                if uses[old] >= moves_at:
                    uses[old] = 0
                    where[old] = MAIN
                    main[main_newest] = old
                    main_newest = after(main_newest, room)
                    in_main += old_size
                else:
                    where[old] = ABSENT
                    ghost[old] = gone
                    gone += old_size
                    free += old_size
            else:
                old = main[main_oldest]
                main_oldest = after(main_oldest, room)
                if uses[old] > 0:
                    uses[old] -= 1
                    main[main_newest] = old
                    main_newest = after(main_newest, room)
                else:
                    old_size = bytes_of[old] if len(bytes_of) > 0 else 1
                    where[old] = ABSENT
                    in_main -= old_size
                    free += old_size
        free -= size
        uses[one] = 0
        if returns:
            ghost[one] = -ghosts_most - 1
            where[one] = MAIN
            main[main_newest] = one
            main_newest = after(main_newest, room)
            in_main += size
        else:
            where[one] = SMALL
            small[small_newest] = one
            small_newest = after(small_newest, room)
            in_small += size
