"""One clerk, one line: the smallest queue, told event by event.

Customers come to a desk when they like, wait in the order in which they came, and are
served one at a time. Two kinds of event tell it all: somebody arrives, somebody leaves.
The run begins with an empty line and goes on until the last customer has left.

With arrivals and services that remember nothing (Poisson, exponential) this is the queue
M/M/1, and the mean wait is short to write down: the service time times load / (1 - load).
At a load of a half one waits as long as one is served, at nine tenths nine times as long.

A customer is two events, 0.2 µs (`benchmarks/events.py`), among a hundred thousand as among
ten million, and 32 bytes in four rows: came, called, left, and how long the service was. The
heap never holds more than two events, so it needs no more room.

Read in this order: `OneServerConfig`, `loop`, `simulate`, `expected`.
Left out: several servers, impatience, priorities, a line that is full. A run that begins
empty waits a little less than one that has always gone on; the longer the run, the less so.
Sources: any queueing text, under M/M/1 and the event-scheduling approach; Little, "A Proof
for the Queuing Formula L = λW", 1961.
"""

__all__ = [
    "ARRIVES", "BUSY_S", "IN_SYSTEM_S", "LEAVES", "OneServerConfig", "OneServerReport", "Visits",
    "expected", "loop", "rows", "serve", "simulate",
]  # fmt: skip
__dir__ = lambda: __all__

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from scalemodel.core import checks, events
from scalemodel.core.compiled import READ_FLOATS, compiled
from scalemodel.core.frames import Tabular
from scalemodel.core.rng import stream
from scalemodel.core.stats import percentile

ARRIVES, LEAVES = 0, 1  # kinds of event
BUSY_S, IN_SYSTEM_S = 0, 1  # places in `tally`: seconds of serving, seconds of customers


# ── Config and report ───────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class OneServerConfig:
    """How often customers come, how fast they are served, and how many there are.

    >>> OneServerConfig(services_per_s=0)
    Traceback (most recent call last):
    ...
    ValueError: services_per_s=0 must be a finite number of at least 1e-09 and at most 1e+09
    """

    arrivals_per_s: float = 0.8  # Poisson
    services_per_s: float = 1.0  # exponential
    customers: int = 100_000
    seed: int = 0

    def __post_init__(self):
        checks.plain(self)
        for name in ("arrivals_per_s", "services_per_s"):
            checks.real(name, getattr(self, name), at_least=1e-9, at_most=1e9)
        checks.whole("customers", self.customers, at_least=1, at_most=10_000_000)
        checks.whole("seed", self.seed, at_least=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OneServerReport(Tabular):
    """What a run measured, or what the closed form expects.

    >>> expected(OneServerConfig(arrivals_per_s=0.5)).mean_wait_s
    1.0
    """

    mean_wait_s: float  # before service begins
    mean_latency_s: float  # wait and service
    p99_latency_s: float
    utilization_ratio: float  # share of the time in which the server works
    mean_in_system: float  # customers who wait or are served, over time


class Visits(NamedTuple):
    """When each customer came, was called and left, and the two sums over time.

    >>> serve([0.0], [2.0]).in_system_s
    2.0
    """

    arrival_s: np.ndarray  # shape (customers,), as the next two
    start_s: np.ndarray
    leave_s: np.ndarray
    busy_s: float  # seconds in which the server worked
    in_system_s: float  # seconds of all customers, counted as the clock went


# ── Engine ──────────────────────────────────────────────────────────────────
@compiled(f"void({READ_FLOATS}, {READ_FLOATS}, float64[::1], float64[::1], float64[::1])")
def loop(arrival_s, service_s, start_s, leave_s, tally):
    """Fill when each customer is called and leaves, and the `tally` over time.

    >>> start_s, leave_s, tally = np.zeros(2), np.zeros(2), np.zeros(2)
    >>> loop([0.0, 1.0], [3.0, 1.0], start_s, leave_s, tally)
    >>> start_s.tolist(), leave_s.tolist(), tally.tolist()
    ([0.0, 3.0], [3.0, 4.0], [4.0, 6.0])
    """
    heap = events.new(2)  # the next arrival and the next departure
    arrived, called, left = 0, 0, 0
    before_s = 0.0
    events.push(heap, arrival_s[0], ARRIVES, 0)
    while events.waiting(heap) > 0:
        now_s, kind, customer, _ = events.pop(heap)
        tally[IN_SYSTEM_S] += (arrived - left) * (now_s - before_s)
        tally[BUSY_S] += (called - left) * (now_s - before_s)
        before_s = now_s
        if kind == ARRIVES:
            arrived += 1
            if arrived < len(arrival_s):
                events.push(heap, arrival_s[arrived], ARRIVES, arrived)
        else:
            leave_s[customer] = now_s
            left += 1
        if called == left and called < arrived:  # the server is free and somebody waits
            start_s[called] = now_s
            events.push(heap, now_s + service_s[called], LEAVES, called)
            called += 1


def serve(arrival_s: np.ndarray, service_s: np.ndarray) -> Visits:
    """The visits of customers who come at `arrival_s`, which do not fall.

    Ada is served for 3 seconds. Bo comes one second after her and waits for two:

    >>> visits = serve([0.0, 1.0], [3.0, 1.0])
    >>> (visits.start_s - visits.arrival_s).tolist(), visits.leave_s.tolist()
    ([0.0, 2.0], [3.0, 4.0])
    """
    arrival_s, service_s = rows(arrival_s, service_s)
    start_s, leave_s, tally = np.zeros(len(arrival_s)), np.zeros(len(arrival_s)), np.zeros(2)
    loop.native(arrival_s, service_s, start_s, leave_s, tally)
    return Visits(arrival_s, start_s, leave_s, *tally.tolist())


def rows(arrival_s: np.ndarray, service_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both rows, read-only: times that do not fall, and as many services.

    >>> [row.tolist() for row in rows([1, 2], [3, 4])]
    [[1.0, 2.0], [3.0, 4.0]]
    >>> rows([1.0, 0.0], [1.0, 1.0])
    Traceback (most recent call last):
    ...
    ValueError: arrival_s[1]=0.0 must be at least 1.0
    """
    arrival_s = checks.numbers_row("arrival_s", arrival_s, at_least=0, at_most=1e18)
    service_s = checks.numbers_row("service_s", service_s, at_least=0, at_most=1e18)
    if len(service_s) != len(arrival_s):
        raise ValueError(
            f"service_s has {len(service_s)} numbers; it must have {len(arrival_s)}, as arrival_s"
        )
    falls = arrival_s[1:] < arrival_s[:-1]
    if falls.any():
        at = int(np.argmax(falls)) + 1
        raise ValueError(f"arrival_s[{at}]={arrival_s[at]} must be at least {arrival_s[at - 1]}")
    return arrival_s, service_s


def simulate(config: OneServerConfig) -> OneServerReport:
    """What the customers of one run met.

    Arrivals and services are drawn beforehand, each from a stream of its own, in units of
    their mean: whatever is compared on one seed meets the same luck.

    >>> report = simulate(OneServerConfig(arrivals_per_s=0.5))
    >>> round(report.mean_wait_s, 1), round(report.utilization_ratio, 1)
    (1.0, 0.5)
    """
    customers = _checked(config).customers
    gap = stream(config.seed, "arrivals").standard_exponential(customers)
    size = stream(config.seed, "services").standard_exponential(customers)
    visits = serve(np.cumsum(gap / config.arrivals_per_s), size / config.services_per_s)
    latency_s = visits.leave_s - visits.arrival_s
    return OneServerReport(
        mean_wait_s=float((visits.start_s - visits.arrival_s).mean()),
        mean_latency_s=float(latency_s.mean()),
        p99_latency_s=percentile(latency_s, 99),
        utilization_ratio=visits.busy_s / float(visits.leave_s[-1]),
        mean_in_system=visits.in_system_s / float(visits.leave_s[-1]),
    )


# ── The closed form ─────────────────────────────────────────────────────────
def expected(config: OneServerConfig) -> OneServerReport:
    """M/M/1 in the long run: latency is exponential with the rate that is left over.

    >>> expected(OneServerConfig(arrivals_per_s=1.0))
    Traceback (most recent call last):
    ...
    ValueError: arrivals_per_s=1.0 must be below services_per_s=1.0: a load of 1 has no mean
    """
    arrivals_per_s, services_per_s = _checked(config).arrivals_per_s, config.services_per_s
    load, spare_per_s = arrivals_per_s / services_per_s, services_per_s - arrivals_per_s
    if spare_per_s <= 0:
        raise ValueError(
            f"{arrivals_per_s=} must be below {services_per_s=}: a load of {load:g} has no mean"
        )
    return OneServerReport(
        mean_wait_s=load / spare_per_s,
        mean_latency_s=1 / spare_per_s,
        p99_latency_s=math.log(100) / spare_per_s,
        utilization_ratio=load,
        mean_in_system=arrivals_per_s / spare_per_s,
    )


def _checked(config):
    if not isinstance(config, OneServerConfig):
        raise TypeError(f"config={checks.brief(config)} must be a OneServerConfig")
    return config
