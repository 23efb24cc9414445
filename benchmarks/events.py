"""The heap of future events beside plain Python, `heapq` and SimPy, and a queue on each.

    python benchmarks/events.py    about a minute

First a heap that stays as large as it is: take the earliest event out and put it in
again for later. A turn is one event out and one in. Then the queue of one server, whose
heap never holds more than two; a customer is two events. CPU time; medians of 5 rounds
in which the contestants take turns. SimPy is no requirement of the project; where it is
missing the table says so.
"""

import heapq
import importlib.util
import itertools
import platform
import statistics
import time

import numpy as np

from scalemodel.core import events
from scalemodel.core.compiled import compiled
from scalemodel.core.rng import stream
from scalemodel.parts.one_server import loop, serve

ROUNDS = 5
SIZES = (1_000, 100_000, 10_000_000)
LARGEST_IN_PYTHON = 100_000  # events; ten million tuples take two gigabytes
TURNS = {"compiled": 1_000_000, "heapq": 100_000, "SimPy": 50_000, "the same, plain": 5_000}
CUSTOMERS = {"compiled": 1_000_000, "heapq": 50_000, "SimPy": 10_000, "the same, plain": 5_000}
HAS_SIMPY = importlib.util.find_spec("simpy") is not None


def main():
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}\n")
    for size in SIZES:
        turns_at(size)
    one_server()
    if not HAS_SIMPY:
        print("not run: SimPy: make bench")


def table(title, unit, runs, counts):
    """The contestants in turn, and what each needs for one."""
    rounds = {name: [] for name in runs}
    for run in runs.values():
        run()  # machine code, caches and memory are ready
    for _ in range(ROUNDS):
        for name, run in runs.items():
            began = time.process_time()
            run()
            rounds[name].append((time.process_time() - began) / counts[name])
    print(title)
    middle = {name: statistics.median(seconds) for name, seconds in rounds.items()}
    for name, seconds in middle.items():
        print(f"  {name:<16} {1e6 * seconds:8.3f} µs a {unit} {1e-6 / seconds:7.2f} M a second "
              f"{seconds / middle['compiled']:7.0f} ×")  # fmt: skip
    print()


# ── A heap that stays as large as it is ─────────────────────────────────────
@compiled(f"{events.HEAP}({events.HEAP}, float64[::1])")
def fill(heap, time_s):
    """The heap with an event for each time."""
    for item in range(len(time_s)):
        heap = events.with_room(heap, 1)
        events.push(heap, time_s[item], 0, item)
    return heap


@compiled(f"void({events.HEAP}, float64[::1], int64)")
def turn(heap, later_s, turns):
    """Take the earliest event out and put it in again for later, so many times."""
    for at in range(turns):
        now_s, kind, item, _ = events.pop(heap)
        events.push(heap, now_s + later_s[at], kind, item)


def turns_at(size):
    luck = stream(1, "events")
    first_s, later_s = luck.exponential(size=size), luck.exponential(size=TURNS["compiled"])
    heap = fill.native(events.new(1), first_s)
    turn.native(heap, later_s, len(later_s))
    runs = {"compiled": lambda: turn.native(heap, later_s, TURNS["compiled"])}
    if size <= LARGEST_IN_PYTHON:
        same = fill.native(events.new(1), first_s)
        runs["the same, plain"] = lambda: turn(same, later_s, TURNS["the same, plain"])
        runs["heapq"] = turns_with_heapq(first_s.tolist(), later_s.tolist())
        if HAS_SIMPY:
            runs["SimPy"] = turns_with_simpy(first_s.tolist(), later_s.tolist())
    held = sum(array.nbytes for array in heap) / len(heap[0])
    table(f"a heap of {size:,} events, {held:.0f} bytes each", "turn", runs, TURNS)


def turns_with_heapq(first_s, later_s):
    """The same by `heapq`, over tuples that begin with time and serial."""
    serials = itertools.count(1)
    heap = [(time_s, next(serials), 0, item) for item, time_s in enumerate(first_s)]
    heapq.heapify(heap)

    def run():
        for at in range(TURNS["heapq"]):
            now_s, _, kind, item = heapq.heappop(heap)
            heapq.heappush(heap, (now_s + later_s[at], next(serials), kind, item))

    return run


def turns_with_simpy(first_s, later_s):
    """As many processes as events, each of which sleeps again and again."""
    import simpy

    environment = simpy.Environment()
    gaps = itertools.cycle(later_s)

    def sleeper(until_s):
        yield environment.timeout(until_s)
        while True:
            yield environment.timeout(next(gaps))

    for time_s in first_s:
        environment.process(sleeper(time_s))
    environment.run(until=1e-9)  # all have begun

    def run():
        for _ in range(TURNS["SimPy"]):
            environment.step()

    return run


# ── The queue of one server ─────────────────────────────────────────────────
def one_server():
    luck = stream(1, "queue")
    arrival_s = np.cumsum(luck.exponential(1 / 0.8, CUSTOMERS["compiled"]))
    service_s = luck.exponential(size=CUSTOMERS["compiled"])
    rows = {name: (arrival_s[:n], service_s[:n]) for name, n in CUSTOMERS.items()}
    few = len(rows["the same, plain"][0])
    runs = {
        "compiled": lambda: serve(*rows["compiled"]),
        "the same, plain": lambda: loop(
            *rows["the same, plain"], np.zeros(few), np.zeros(few), np.zeros(2)
        ),
        "heapq": lambda: queue_with_heapq(*(row.tolist() for row in rows["heapq"])),
    }
    if HAS_SIMPY:
        runs["SimPy"] = lambda: queue_with_simpy(*(row.tolist() for row in rows["SimPy"]))
    for name in {"heapq", "SimPy"} & set(runs):  # all tell the same, but for the last bits
        assert np.allclose(runs[name](), serve(*rows[name]).start_s, rtol=1e-12, atol=0), name
    table("a queue of one server, with a load of 0.8", "customer", runs, CUSTOMERS)


def queue_with_heapq(arrival_s, service_s):
    """When each customer is called: the same loop, in plain Python on `heapq`."""
    start_s, heap, serials = [], [(arrival_s[0], 0, "arrives")], itertools.count(1)
    arrived, left = 0, 0
    while heap:
        now_s, _, kind = heapq.heappop(heap)
        if kind == "arrives":
            arrived += 1
            if arrived < len(arrival_s):
                heapq.heappush(heap, (arrival_s[arrived], next(serials), "arrives"))
        else:
            left += 1
        if len(start_s) == left and left < arrived:
            heapq.heappush(heap, (now_s + service_s[left], next(serials), "leaves"))
            start_s.append(now_s)
    return start_s


def queue_with_simpy(arrival_s, service_s):
    """When each customer is called: a process each, and a resource with one place."""
    import simpy

    environment = simpy.Environment()
    desk = simpy.Resource(environment)
    start_s = []

    def customer(needs_s):
        with desk.request() as turn:
            yield turn
            start_s.append(environment.now)
            yield environment.timeout(needs_s)

    def door():
        for time_s, needs_s in zip(arrival_s, service_s, strict=True):
            yield environment.timeout(time_s - environment.now)
            environment.process(customer(needs_s))

    environment.process(door())
    environment.run()
    return start_s


if __name__ == "__main__":
    main()
