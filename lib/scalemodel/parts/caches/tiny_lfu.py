"""W-TinyLFU: whoever wants to stay must be asked for more often than whoever would have to go.

A club has a lobby, a hall and a gallery. A guest comes into the lobby. When it is full, whoever
has stood there longest must go into the hall; if the house is full too, the doorman looks at
his notes on that guest and on the one who has waited longest in the hall, and sends away the
one who is asked for less. Who is asked for in the hall goes up to the gallery, and when that is
full its oldest comes down again. The doorman has no list of names: he makes four strokes in a
small table, at places that follow from the name, and believes the shortest of the four. When he
has looked up often enough, he halves all the strokes, so that fame fades.

The lobby (*window*) has 1 % of the space, the gallery (*protected*) five sixths of the rest. The
table is a count-min sketch of four rows; counts end at 15, and are halved after four requests
for each object that fits. Caffeine waits for ten, which is better where nothing is in fashion.
Nobody is sent away before the cache is full, and a large candidate must win against each.

The loop has the shape of all, `trace.LOOP`; its settings are [capacity, most in the window,
most in the protected part, requests for each object that fits until counts are halved]. It keeps 9 bytes a distinct object and 16 to 32 more for each that
fits, in the sketch. A million requests cost TABLE.

Left out: the filter before the sketch, and a window that adapts its size, as Caffeine's does.
Sources: Einziger, Friedman, Manes, "TinyLFU: A Highly Efficient Cache Admission Policy", ACM
Transactions on Storage 2017; Cormode, Muthukrishnan, "An Improved Data Stream Summary", 2005.
"""

import numpy as np

from scalemodel.core.compiled import compiled
from scalemodel.parts.caches.counts import NEWER, OLDER, TAG, link, new_rows, unlink
from scalemodel.parts.caches.trace import LOOP

ABSENT, WINDOW, PROBATION, PROTECTED = 0, 1, 2, 3  # where an object is
ROWS, WIDTHS = 4, 4  # of the sketch: rows, and places in each for an object that fits
MOST_COUNT = 15
MIXER, MIXER_STEP = 0x2545F491, 0x01234567  # odd, with bits all over; 31 bits hold a mixer


@compiled(LOOP)
def w_tiny_lfu(ids, distinct, bytes_of, admits, settings, hit):
    """A small LRU window, and a main part that is entered against its least recently used.

    >>> hit = [False] * 6
    >>> w_tiny_lfu([0, 0, 1, 2, 0, 1], 3, [], [], [2, 1, 1, 4], hit)
    >>> hit
    [False, True, False, False, True, False]
    """
    free, window_most, protected_most = settings[0], settings[1], settings[2]
    rows, used = new_rows(distinct, 4), np.zeros(4, dtype=np.int64)  # tagged by where one is
    room, noted, width = min(free, distinct), 0, 1
    while width < WIDTHS * room:
        width *= 2
    sketch = np.zeros(ROWS * width, dtype=np.uint8)
    for at in range(len(ids)):
        one = ids[at]
        noted += 1
        note(sketch, width, one)
        if noted == settings[3] * room:
            noted = 0
            for place in range(len(sketch)):
                sketch[place] >>= 1
        size = bytes_of[one] if len(bytes_of) > 0 else 1
        if rows[one, TAG] != ABSENT:
            hit[at] = True
            row = WINDOW if rows[one, TAG] == WINDOW else PROTECTED
            move(rows, used, one, size, row)
            while used[PROTECTED] > protected_most:
                old = rows[distinct + PROTECTED, NEWER]
                old_size = bytes_of[old] if len(bytes_of) > 0 else 1
                move(rows, used, old, old_size, PROBATION)
        elif len(admits) == 0 or admits[at]:
            free -= size
            move(rows, used, one, size, WINDOW)
            while used[WINDOW] > window_most:
                candidate = rows[distinct + WINDOW, NEWER]
                old_size = bytes_of[candidate] if len(bytes_of) > 0 else 1
                move(rows, used, candidate, old_size, PROBATION)
                while free < 0 and rows[candidate, TAG] != ABSENT:
                    loser = oldest_of_main(rows, distinct, candidate)
                    if asked(sketch, width, candidate) <= asked(sketch, width, loser):
                        loser = candidate
                    old_size = bytes_of[loser] if len(bytes_of) > 0 else 1
                    move(rows, used, loser, old_size, ABSENT)
                    free += old_size
            while free < 0:  # the window has room, and what others had of it goes back
                loser = oldest_of_main(rows, distinct, one)
                old_size = bytes_of[loser] if len(bytes_of) > 0 else 1
                move(rows, used, loser, old_size, ABSENT)
                free += old_size


@compiled()
def move(rows, used, one, size, row):
    """Take `one` from where it is to the new end of a `row`, or out.

    >>> rows, used = new_rows(2, 4), [0, 0, 0, 0]
    >>> move(rows, used, 1, 5, WINDOW)
    >>> used, int(rows[2 + WINDOW, NEWER])
    ([0, 5, 0, 0], 1)
    """
    if rows[one, TAG] != ABSENT:
        unlink(rows, one)
        used[rows[one, TAG]] -= size
    rows[one, TAG] = row
    if row != ABSENT:
        end = len(rows) - len(used) + row
        link(rows, rows[end, OLDER], one)
        used[row] += size


@compiled()
def oldest_of_main(rows, distinct, candidate):
    """Who would have to go for a `candidate`: of probation, else of the protected, else itself.

    >>> rows = new_rows(3, 4)
    >>> move(rows, [0, 0, 0, 0], 2, 1, PROTECTED)
    >>> int(oldest_of_main(rows, 3, 1))
    2
    """
    oldest = rows[distinct + PROBATION, NEWER]
    if oldest == candidate or oldest >= distinct:
        oldest = rows[distinct + PROTECTED, NEWER]
    return oldest if oldest < distinct else candidate


# ── The sketch ──────────────────────────────────────────────────────────────
@compiled()
def place_of(one, row, width):
    """Where the count of object `one` stands in a `row` of a sketch.

    >>> [place_of(7, row, 16) for row in range(ROWS)]
    [2, 22, 41, 60]
    """
    spread = (int(one) + 1) * (MIXER + 2 * row * MIXER_STEP)
    return row * width + ((spread >> 20) & (width - 1))


@compiled()
def note(sketch, width, one):
    """One more stroke for object `one`, in every row.

    >>> sketch = np.zeros(ROWS * 16, dtype=np.uint8)
    >>> note(sketch, 16, 7)
    >>> int(sketch.sum()), int(asked(sketch, 16, 7))
    (4, 1)
    """
    for row in range(ROWS):
        place = place_of(one, row, width)
        if sketch[place] < MOST_COUNT:
            sketch[place] += 1


@compiled()
def asked(sketch, width, one):
    """How often object `one` was asked for of late: never less than it was, up to 15.

    >>> int(asked(np.full(ROWS * 16, 3, dtype=np.uint8), 16, 7))
    3
    """
    least = MOST_COUNT
    for row in range(ROWS):
        least = min(least, sketch[place_of(one, row, width)])
    return least
