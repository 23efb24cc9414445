"""Several servers and one line: the recursion and the heap beside SimPy, and both by themselves.

    python benchmarks/queues.py    under a minute

First ten servers at a load of 0.8: the recursion, the loop on the heap of events (which also
has priorities and few places), each with its checks, SimPy, and both loops in plain Python.
All are told the same customers and must agree on every wait. Then the cost of a customer as
servers become more. CPU time; medians of 5 rounds in which the contestants take turns. SimPy
is no requirement of the project; where it is missing the table says so.
"""

import importlib.util
import platform
import statistics
import time

import numpy as np

from scalemodel.core.rng import stream
from scalemodel.parts.priorities import NOBODY, loop, wait_by_rank
from scalemodel.parts.queues import ServersConfig, expected, fifo, wait

ROUNDS = 5
LOAD = 0.8
CUSTOMERS = {"recursion": 1_000_000, "events": 500_000, "SimPy": 10_000,
             "recursion, plain": 5_000, "events, plain": 2_000}  # fmt: skip
SERVERS = (1, 3, 10, 100, 10_000)
HAS_SIMPY = importlib.util.find_spec("simpy") is not None


def main():
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}\n")
    ten_servers(10)
    print("nanoseconds a customer, with all checks")
    for servers in SERVERS:
        print(f"  {servers:>6,} servers: {', '.join(at(servers))}")
    measured = wait(*customers(3, 5_000_000), 3)
    truth = expected(ServersConfig(arrivals_per_s=3 * LOAD))
    print(
        f"\nM/M/3, mean wait {measured.mean():.4f} (closed form {truth.mean_wait_s:.4f}), ", end=""
    )
    print(f"who wait {(measured > 0).mean():.4f} ({truth.waits_ratio:.4f})")
    if not HAS_SIMPY:
        print("not run: SimPy: make bench")


def at(servers):
    """What a customer costs before so many servers, by each engine."""
    rows = customers(servers, CUSTOMERS["recursion"])
    runs = {
        "recursion": lambda: wait(*rows, servers),
        "events": lambda: wait_by_rank(*rows, servers),
    }
    for name, seconds in timed(runs).items():
        yield f"{name} {1e9 * seconds / CUSTOMERS['recursion']:.0f}"


def customers(servers, count):
    gap = stream(1, "arrivals").standard_exponential(count)
    return np.cumsum(gap / (LOAD * servers)), stream(1, "services").standard_exponential(count)


def timed(runs):
    """The median seconds of each, in turns, after a first run that compiles."""
    rounds = {name: [] for name in runs}
    for run in runs.values():
        run()
    for _ in range(ROUNDS):
        for name, run in runs.items():
            began = time.process_time()
            run()
            rounds[name].append(time.process_time() - began)
    return {name: statistics.median(seconds) for name, seconds in rounds.items()}


def ten_servers(servers):
    rows = {name: customers(servers, count) for name, count in CUSTOMERS.items()}
    runs = {
        "recursion": lambda: wait(*rows["recursion"], servers),
        "events": lambda: wait_by_rank(*rows["events"], servers),
        "recursion, plain": lambda: plain_recursion(*rows["recursion, plain"], servers),
        "events, plain": lambda: plain_events(*rows["events, plain"], servers),
    }
    if HAS_SIMPY:
        runs["SimPy"] = lambda: with_simpy(*(row.tolist() for row in rows["SimPy"]), servers)
    for name, run in runs.items():  # all tell the same, but for the last bits
        assert np.allclose(run(), wait(*rows[name], servers), rtol=1e-9, atol=1e-9), name
    each_s = {name: seconds / CUSTOMERS[name] for name, seconds in timed(runs).items()}
    print(f"{servers} servers at a load of {LOAD}")
    for name, seconds in each_s.items():
        print(f"  {name:<16} {1e6 * seconds:8.3f} µs a customer {1e-6 / seconds:7.2f} M a second "
              f"{seconds / each_s['recursion']:7.0f} ×")  # fmt: skip
    print()


def plain_recursion(arrival_s, service_s, servers):
    fifo(arrival_s, service_s, np.zeros(servers), start_s := np.empty(len(arrival_s)))
    return start_s - arrival_s


def plain_events(arrival_s, service_s, servers):
    count = len(arrival_s)
    start_s, behind, line = np.empty(count), np.full(count, NOBODY), np.full((1, 2), NOBODY)
    loop(arrival_s, service_s, np.zeros(count, dtype=int), servers, count, start_s, behind, line)
    return start_s - arrival_s


def with_simpy(arrival_s, service_s, servers):
    """A process for each customer, and a resource with as many places as servers."""
    import simpy

    environment = simpy.Environment()
    desks = simpy.Resource(environment, capacity=servers)
    waits = [0.0] * len(arrival_s)

    def customer(number):
        came_s = environment.now
        with desks.request() as turn:
            yield turn
            waits[number] = environment.now - came_s
            yield environment.timeout(service_s[number])

    def door():
        for number, time_s in enumerate(arrival_s):
            yield environment.timeout(time_s - environment.now)
            environment.process(customer(number))

    environment.process(door())
    environment.run()
    return waits


if __name__ == "__main__":
    main()
