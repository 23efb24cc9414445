"""Who is called next, where it is not the one who came first, and who finds no place at all.

A surgery has several doctors and a few chairs. Who comes while all chairs are taken goes
home. Of those who wait, the nurse calls the most urgent, and of equals the one who has
waited longest. Nobody who is being seen is sent out again: *non-preemptive* priorities.

Here the next start depends on who comes meanwhile, so no recursion from customer to
customer will do: the day is told event by event, on the heap of `core.events`. A customer
is two events, in all 0.1 µs with one server, 0.2 with ten and 0.35 with ten thousand
(`benchmarks/queues.py`), and 40 bytes: five rows of numbers.

Read in this order: `loop`, `wait_by_rank`.
Left out: pre-emption, impatience, servers of different speed, classes whose services differ.
Sources: any queueing text, under non-preemptive priorities and finite waiting rooms.
"""

__all__ = ["ARRIVES", "LEAVES", "NOBODY", "NO_BOUND", "loop", "wait_by_rank"]
__dir__ = lambda: __all__

import numpy as np

from scalemodel.core import checks, events
from scalemodel.core.compiled import READ_FLOATS, READ_INTS, compiled
from scalemodel.parts.one_server import rows

ARRIVES, LEAVES = 0, 1  # kinds of event
NOBODY = -1
NO_BOUND = 2**62  # places for more than ever come


# ── Engine ──────────────────────────────────────────────────────────────────
@compiled(
    f"void({READ_FLOATS}, {READ_FLOATS}, {READ_INTS}, int64, int64, "
    "float64[::1], int64[::1], int64[:, ::1])"
)
def loop(arrival_s, service_s, rank, servers, places, start_s, behind, line):
    """Fill when each customer is called; who finds no place keeps what stood there.

    Of each rank there is a line: `line[rank]` has its first and its last customer, and
    `behind[customer]` the next one. Rank 0 is called before rank 1.

    >>> start_s, behind, line = np.zeros(3), np.full(3, NOBODY), np.full((2, 2), NOBODY)
    >>> loop([0.0, 1.0, 2.0], [5.0, 1.0, 1.0], [1, 1, 0], 1, 9, start_s, behind, line)
    >>> start_s.tolist()
    [0.0, 6.0, 5.0]
    """
    heap = events.new(min(servers, len(arrival_s)) + 1)  # departures, and the next arrival
    arrived, inside, busy = 0, 0, 0
    events.push(heap, arrival_s[0], ARRIVES, 0)
    while events.waiting(heap) > 0:
        now_s, kind, customer, _ = events.pop(heap)
        if kind == ARRIVES:
            arrived += 1
            if arrived < len(arrival_s):
                events.push(heap, arrival_s[arrived], ARRIVES, arrived)
            if inside == places:
                continue  # and goes away
            inside += 1
            first, last = line[rank[customer]]
            if first == NOBODY:
                line[rank[customer], 0] = customer
            else:
                behind[last] = customer
            line[rank[customer], 1] = customer
        else:
            inside -= 1
            busy -= 1
        if busy < servers and busy < inside:  # a server is free and somebody waits
            urgent = 0
            while line[urgent, 0] == NOBODY:
                urgent += 1
            called = line[urgent, 0]
            line[urgent, 0] = behind[called]
            start_s[called] = now_s
            events.push(heap, now_s + service_s[called], LEAVES, called)
            busy += 1


def wait_by_rank(
    arrival_s: np.ndarray,
    service_s: np.ndarray,
    servers: int = 1,
    rank: np.ndarray | None = None,
    places: int | None = None,
) -> np.ndarray:
    """How long each customer waits, shape (customers,); NaN for who found no place.

    `rank` says how urgent each is, 0 the most; None: all are equal. `places` counts those
    who are served, too; None: nobody is sent away. Ada is served from 0 to 5. Bo waits for
    her, and the urgent Cy is called before him; Dee finds both chairs taken:

    >>> wait_by_rank([0.0, 1.0, 2.0], [5.0, 1.0, 1.0], rank=[1, 1, 0]).tolist()
    [0.0, 5.0, 3.0]
    >>> wait_by_rank([0.0, 1.0, 2.0, 3.0], [5.0, 1.0, 1.0, 1.0], rank=[1, 1, 0, 0], places=3).tolist()
    [0.0, 5.0, 3.0, nan]
    """
    arrival_s, service_s = rows(arrival_s, service_s)
    customers = len(arrival_s)
    checks.whole("servers", servers, at_least=1, at_most=1_000_000)
    places = NO_BOUND if places is None else places
    checks.whole("places", places, at_least=servers, at_most=NO_BOUND)
    urgency = np.zeros(customers) if rank is None else rank
    urgency = checks.numbers_row("rank", urgency, at_least=0, at_most=1_000)
    if len(urgency) != customers or (urgency % 1).any():
        raise ValueError(f"{rank=} must be {customers} integers of at least 0")
    urgency = urgency.astype(np.int64)
    urgency.flags.writeable = False  # as the signature says
    start_s, behind = np.full(customers, np.nan), np.full(customers, NOBODY)
    line = np.full((urgency.max() + 1, 2), NOBODY)
    loop.native(arrival_s, service_s, urgency, servers, places, start_s, behind, line)
    return start_s - arrival_s
