"""Two caches that count: LFU and W-TinyLFU.

LFU: coats hang on one rail, each with a tag that says how often it was taken, in the order of
these numbers and then of last use. A coat that is taken goes to the right end of those with the
next number, so somebody must know where each number ends. The leftmost coat leaves.

W-TinyLFU: a guest of a club comes into the lobby. When it is full, whoever has stood there longest
must go into the hall; if the house is full, the doorman sends away that guest or the one longest
in the hall, whoever is asked for less. Who is asked for in the hall goes up to the gallery; when
that is full, its oldest comes down. The doorman has no list of names. He makes a stroke in each
row of a small table, at places that follow from the name, and believes the shortest of the four.

The lobby (*window*) has 1 % of the space, the gallery (*protected*) five sixths of the rest. The
table is a count-min sketch of four rows; counts end at 15, and are halved after four requests
for each object that fits (Caffeine: ten). A large candidate must win against each.

The loops have the shape of all, `trace.LOOP`. A million requests (`benchmarks/caches.py`) take
LFU 35 ms, and 20 bytes a distinct object and 4 for each request of the most requested one; and
W-TinyLFU 80 ms, and 12 bytes, and in the sketch 16 to 32 for each that fits.

Left out: ageing in LFU, where what was loved once stays until others are loved as much; the
filter before the sketch, and a window that adapts its size, as Caffeine's does.
Sources: Shah, Mitra, Matani, 2010, whose list of lists is one list here; Einziger, Friedman,
Manes, ACM Transactions on Storage 2017; Cormode, Muthukrishnan, 2005 (the sketch).
"""

__all__ = [
    "ABSENT", "MIXER", "MIXER_STEP", "MOST_COUNT", "NEWER", "NOBODY", "OLDER", "PROBATION",
    "PROTECTED", "ROWS", "TAG", "WIDTHS", "WINDOW", "lfu", "place_of", "w_tiny_lfu",
]  # fmt: skip
__dir__ = lambda: __all__

import numpy as np

from scalemodel.core.compiled import compiled
from scalemodel.parts.caches.trace import LOOP, size_of

NOBODY = -1
OLDER, NEWER, TAG = 0, 1, 2  # columns: two neighbours, and what a loop says of an object
ABSENT, WINDOW, PROBATION, PROTECTED = 0, 1, 2, 3  # where an object of W-TinyLFU is
ROWS, WIDTHS = 4, 4  # of the sketch: rows, and places in each for an object that fits
MOST_COUNT = 15
MIXER, MIXER_STEP = 0x2545F491, 0x01234567  # odd, with bits all over; 31 bits hold a mixer


@compiled(LOOP)
def lfu(ids, distinct, bytes_of, admits, settings, hit):
    """The least frequently used is evicted, of equals the least recently used."""
    free, end = settings[0], distinct  # the rail's own place: left and right of all
    rail = _new_rows(distinct, 1)
    last_of = np.full(np.bincount(ids).max() + 1, NOBODY, dtype=np.int32)  # of each count
    last_of[0] = end
    for at in range(len(ids)):
        one = ids[at]
        uses = rail[one, TAG]
        hit[at] = uses > 0
        if not hit[at]:
            if len(admits) and not admits[at]:
                continue
            free -= size_of(bytes_of, one)
            while free < 0:
                old = rail[end, NEWER]
                free += size_of(bytes_of, old)
                if last_of[rail[old, TAG]] == old:
                    last_of[rail[old, TAG]] = NOBODY
                rail[old, TAG] = 0
                _unlink(rail, old)
        behind = last_of[uses + 1] if last_of[uses + 1] != NOBODY else last_of[uses]
        if last_of[uses] == one:
            left = rail[one, OLDER]
            last_of[uses] = left if rail[left, TAG] == uses else NOBODY
        if behind != one:
            if uses > 0:
                _unlink(rail, one)
            _link(rail, behind, one)
        rail[one, TAG] = uses + 1
        last_of[uses + 1] = one


@compiled(LOOP)
def w_tiny_lfu(ids, distinct, bytes_of, admits, settings, hit):
    """A small LRU window, and a main part that is entered against its least recently used."""
    free, window_most, protected_most = settings[0], settings[1], settings[2]
    rows, used = _new_rows(distinct, 4), np.zeros(4, dtype=np.int64)  # tagged by where one is
    room, noted, width = min(free, distinct), 0, 1
    while width < WIDTHS * room:
        width *= 2
    sketch = np.zeros(ROWS * width, dtype=np.uint8)
    for at in range(len(ids)):
        one = ids[at]
        noted += 1
        _note(sketch, width, one)
        if noted == settings[3] * room:
            noted = 0
            for place in range(len(sketch)):
                sketch[place] >>= 1
        size = size_of(bytes_of, one)
        if rows[one, TAG] != ABSENT:
            hit[at] = True
            row = WINDOW if rows[one, TAG] == WINDOW else PROTECTED
            _move(rows, used, one, size, row)
            while used[PROTECTED] > protected_most:
                old = rows[distinct + PROTECTED, NEWER]
                _move(rows, used, old, size_of(bytes_of, old), PROBATION)
        elif not len(admits) or admits[at]:
            free -= size
            _move(rows, used, one, size, WINDOW)
            while used[WINDOW] > window_most:
                candidate = rows[distinct + WINDOW, NEWER]
                _move(rows, used, candidate, size_of(bytes_of, candidate), PROBATION)
                while free < 0 and rows[candidate, TAG] != ABSENT:
                    loser = _oldest_of_main(rows, distinct, candidate)
                    if _asked(sketch, width, candidate) <= _asked(sketch, width, loser):
                        loser = candidate
                    free += size_of(bytes_of, loser)
                    _move(rows, used, loser, size_of(bytes_of, loser), ABSENT)
            while free < 0:  # the window has room, and what others had of it goes back
                loser = _oldest_of_main(rows, distinct, one)
                free += size_of(bytes_of, loser)
                _move(rows, used, loser, size_of(bytes_of, loser), ABSENT)


@compiled()
def _move(rows, used, one, size, row):
    """Take `one` from where it is to the new end of a `row`, or out."""
    if rows[one, TAG] != ABSENT:
        _unlink(rows, one)
        used[rows[one, TAG]] -= size
    rows[one, TAG] = row
    if row != ABSENT:
        end = len(rows) - len(used) + row
        _link(rows, rows[end, OLDER], one)
        used[row] += size


@compiled()
def _oldest_of_main(rows, distinct, candidate):
    """Who would have to go for a `candidate`: of probation, else of the protected, else itself."""
    oldest = rows[distinct + PROBATION, NEWER]
    if oldest == candidate or oldest >= distinct:
        oldest = rows[distinct + PROTECTED, NEWER]
    return oldest if oldest < distinct else candidate


# ── Rows of objects ─────────────────────────────────────────────────────────
@compiled()
def _new_rows(distinct, ends):
    """Room for `distinct` objects in rows that are empty; each end is its own neighbour."""
    rows = np.zeros((distinct + ends, 3), dtype=np.int32)
    for place in range(len(rows)):
        rows[place, OLDER] = place
        rows[place, NEWER] = place
    return rows


@compiled()
def _unlink(rows, one):
    """Take `one` out of its row: its two neighbours become each other's."""
    older, newer = rows[one, OLDER], rows[one, NEWER]
    rows[older, NEWER] = newer
    rows[newer, OLDER] = older


@compiled()
def _link(rows, behind, one):
    """Put `one` into a row, next after `behind`."""
    before = rows[behind, NEWER]
    rows[one, OLDER], rows[one, NEWER] = behind, before
    rows[before, OLDER] = one
    rows[behind, NEWER] = one


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
def _note(sketch, width, one):
    """One more stroke for object `one`, in every row."""
    for row in range(ROWS):
        place = place_of(one, row, width)
        if sketch[place] < MOST_COUNT:
            sketch[place] += 1


@compiled()
def _asked(sketch, width, one):
    """How often object `one` was asked for of late: never less than it was, up to 15."""
    least = MOST_COUNT
    for row in range(ROWS):
        least = min(least, sketch[place_of(one, row, width)])
    return least
