"""A calendar of what will happen: the earliest event first, and equal times in the order written.

Think of one sheet of notes on a desk, each with an hour on it. A simulation takes the
note with the earliest hour, sets its clock to it, does what it says, and writes new
notes for later. Two notes for the same hour are taken in the order in which they were
written: each gets a *serial* when it is put in, and the heap is in the order of (time, serial).

The functions are for the inside of a compiled loop; `Events` is the same by hand, with
refusals in words. A heap is a pair of arrays. Slot 0 is no event but the desk: the
clock, how many events wait, the last serial. The events stand from slot 1, the earliest
first, and those below slot n at 2n and 2n + 1.

>>> OPENS, CLOSES = 0, 1
>>> heap = new(1)
>>> _ = push(heap, 8.0, OPENS, 0)
>>> while waiting(heap) > 0:
...     heap = with_room(heap, 2)  # at most two events are put in below
...     now_s, kind, shop, serial = pop(heap)
...     if kind == OPENS:
...         _ = push(heap, now_s + 9.0, CLOSES, shop)
>>> float(now_s)
17.0

Why room is made once a turn and not by `push`: arrays grow by being replaced, and a
`heap = push(heap, ...)` that forgets its `heap =` loses events without a word. A forgotten
`with_room` is refused at the first event too many; a loop that knows its bound needs none.
Refusals in machine code are for a loop that is wrong: it does not give its arrays back.

To call an event off, leave it in and keep the serial of the one that holds:
`due[item] = events.push(...)`, and pass over what is popped with another serial. It costs
the popping, and nothing else has to be found.

An event holds 32 bytes. To pop one and push another (`benchmarks/events.py`) costs 0.16 µs
among a thousand, 0.3 µs among a hundred thousand and 0.8 µs among ten million, where the
steps down the heap miss the cache. Those hold 320 MB; memory is what ends one machine.

Left out: calling off at once, calendar queues, several heaps in step.
Sources: Williams, "Algorithm 232: Heapsort", 1964; SimPy and Python's `heapq`, whose ties
are broken by a counter too.
"""

__all__ = [
    "DESK", "FIRST", "HEAP", "ITEM", "KIND", "MOST", "SERIAL", "WAITING", "Events", "new", "peek",
    "pop", "push", "waiting", "with_room",
]  # fmt: skip
__dir__ = lambda: __all__

import math

import numpy as np

from scalemodel.core import checks
from scalemodel.core.compiled import compiled

HEAP = "Tuple((float64[::1], int64[:, ::1]))"  # times in seconds, rows
SERIAL, KIND, ITEM = 0, 1, 2  # columns of the rows
DESK, FIRST = 0, 1  # slots; time and serial of the desk are the clock and the last one given
WAITING = 1  # in the desk's row: how many events there are
MOST = 2**63 - 1


class Events:
    """The heap by hand: it grows by itself and refuses what a loop could not mean.

    >>> POST, TEA = 0, 1
    >>> day = Events()
    >>> for time_s, kind in ((600.0, TEA), (60.0, POST), (600.0, POST)):
    ...     _ = day.push(time_s, kind)
    >>> day.pop(), day.pop()
    ((60.0, 0, 0, 2), (600.0, 1, 0, 1))
    >>> day.push(59.0, TEA)
    Traceback (most recent call last):
    ...
    ValueError: time_s=59.0 must be a finite number of at least 600
    """

    def __init__(self):
        self.heap = new(FIRST)

    def __len__(self) -> int:
        return int(waiting(self.heap))

    @property
    def clock_s(self) -> float:
        """When the last event that was popped happened; 0 before the first."""
        return float(self.heap[0][DESK])

    def push(self, time_s: float, kind: int, item: int = 0) -> int:
        """Put an event in; its serial, counted from 1, or a `ValueError` and no change."""
        when = checks.real("time_s", time_s, at_least=self.clock_s)
        what = checks.whole("kind", kind, at_least=0, at_most=MOST)
        whose = checks.whole("item", item, at_least=0, at_most=MOST)
        self.heap = with_room.native(self.heap, 1)
        return int(push.native(self.heap, when, what, whose))

    def peek(self) -> float:
        """When the next event happens, in seconds; infinity if none waits."""
        return float(peek.native(self.heap))

    def pop(self) -> tuple[float, int, int, int]:
        """`(time_s, kind, item, serial)` of the earliest event, and the clock is there."""
        time_s, kind, item, serial = pop.native(self.heap)
        return float(time_s), int(kind), int(item), int(serial)

    def check(self) -> None:
        """Assert what must hold: no event before the one above it or the clock, no serial twice."""
        times, rows = self.heap
        assert FIRST + len(self) <= len(times) == len(rows), "more events than slots"
        slots = range(FIRST, FIRST + len(self))
        keys = [(times[slot], rows[slot, SERIAL]) for slot in slots]
        for slot in slots:
            above = keys[slot // 2 - FIRST] if slot > FIRST else (self.clock_s, 0)
            assert above < keys[slot - FIRST], f"slot {slot} is before the one above it"
        serials = {serial for _, serial in keys}
        assert len(serials) == len(keys), "a serial stands twice"
        assert not keys or max(serials) <= rows[DESK, SERIAL], "a serial that was never given"


# ── Inside a loop ───────────────────────────────────────────────────────────
@compiled(f"{HEAP}(int64)")
def new(room):
    """An empty heap with room for so many events, its clock at 0.

    >>> times, rows = new(3)
    >>> times.shape, rows.shape
    ((4,), (4, 3))
    """
    return np.zeros(FIRST + room), np.zeros((FIRST + room, 3), dtype=np.int64)


@compiled(f"{HEAP}({HEAP}, int64)")
def with_room(heap, more):
    """The heap, or one at least twice as long with the same events, if `more` would not fit.

    >>> heap = new(1)
    >>> with_room(heap, 1) is heap, len(with_room(heap, 2)[0])
    (True, 4)
    """
    times, rows = heap
    used = FIRST + rows[DESK, WAITING]
    if used + more <= len(times):
        return heap
    longer_times, longer_rows = new(max(2 * len(times), used + more) - FIRST)
    for slot in range(used):  # slices say the same and take machine code five seconds to make
        longer_times[slot] = times[slot]
        for column in range(rows.shape[1]):
            longer_rows[slot, column] = rows[slot, column]
    return longer_times, longer_rows


@compiled(f"int64({HEAP})")
def waiting(heap):
    """How many events are in the heap.

    >>> int(waiting(new(3)))
    0
    """
    return heap[1][DESK, WAITING]


@compiled(f"float64({HEAP})")
def peek(heap):
    """When the earliest event happens, in seconds; infinity if none waits.

    >>> peek(new(3))
    inf
    """
    times, rows = heap
    return times[FIRST] if rows[DESK, WAITING] > 0 else math.inf


@compiled(f"int64({HEAP}, float64, int64, int64)")
def push(heap, time_s, kind, item):
    """Put an event in; its serial, counted from 1.

    >>> heap = new(2)
    >>> int(push(heap, 5.0, 0, 7)), int(push(heap, 3.0, 0, 8)), float(peek(heap))
    (1, 2, 3.0)
    """
    times, rows = heap
    if not times[DESK] <= time_s < math.inf:  # also refuses what is not a number
        raise ValueError("time_s must be a finite number, and not before the clock")
    slot = FIRST + rows[DESK, WAITING]
    if slot == len(times):
        raise ValueError("the heap is full: heap = with_room(heap, 1) makes room for one event")
    serial = rows[DESK, SERIAL] + 1
    rows[DESK, SERIAL] = serial
    rows[DESK, WAITING] += 1
    while slot > FIRST and time_s < times[slot // 2]:  # at equal times the newcomer stays below
        _move(times, rows, slot // 2, slot)
        slot //= 2
    times[slot] = time_s
    rows[slot, SERIAL] = serial
    rows[slot, KIND] = kind
    rows[slot, ITEM] = item
    return serial


@compiled(f"Tuple((float64, int64, int64, int64))({HEAP})")
def pop(heap):
    """`(time_s, kind, item, serial)` of the earliest event, taken out; the clock is set to it.

    >>> heap = new(2)
    >>> for item in (7, 8):
    ...     _ = push(heap, 5.0, 0, item)
    >>> [int(pop(heap)[2]), int(pop(heap)[2])]
    [7, 8]
    """
    times, rows = heap
    last = rows[DESK, WAITING]
    if last == 0:
        raise ValueError("no event is waiting: waiting(heap) must be at least 1")
    time_s, kind, item = times[FIRST], rows[FIRST, KIND], rows[FIRST, ITEM]
    serial = rows[FIRST, SERIAL]
    slot, below = FIRST, 2 * FIRST
    while below < last:  # the gap sinks until the last event fits into it
        if below + 1 < last and _before(times, rows, below + 1, below):
            below += 1
        if _before(times, rows, last, below):
            break
        _move(times, rows, below, slot)
        slot, below = below, 2 * below
    _move(times, rows, last, slot)
    rows[DESK, WAITING] = last - 1
    times[DESK] = time_s
    return time_s, kind, item, serial


@compiled()
def _before(times, rows, one, other):
    """Whether the event in slot `one` comes before that in slot `other`."""
    if times[one] != times[other]:
        return times[one] < times[other]
    return rows[one, SERIAL] < rows[other, SERIAL]


@compiled()
def _move(times, rows, start, end):
    times[end] = times[start]
    rows[end, SERIAL] = rows[start, SERIAL]
    rows[end, KIND] = rows[start, KIND]
    rows[end, ITEM] = rows[start, ITEM]
