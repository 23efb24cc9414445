"""Several clerks and one line: how long one waits, measured and computed.

At the post office a single line feeds all counters: who is first in it goes to whichever
clerk is free. How busy the clerks are says little about the line. At four fifths of what
three clerks can do, two of three customers wait; of thirty as busy, one in six, and briefly.

Whoever came first is called first, so no calendar of events is needed: keep when each clerk
is next free, and give the next customer the earliest (Kiefer and Wolfowitz; for one clerk it
is Lindley's recursion). A customer costs 20 ns with one server, 40 with ten and 130 with ten
thousand, checks included (`benchmarks/queues.py`), and 40 bytes. Where some are more urgent
than others, or the room has few places, `priorities` tells the same day event by event.

Read in this order: `ServersConfig`, `fifo`, `simulate`, `erlang_c`, `expected`.
Left out: impatience, pre-emption, servers of different speed, bursts, a warm-up.
Sources: Kiefer and Wolfowitz, "On the Theory of Queues with Many Servers", 1955; Cobham,
"Priority Assignment in Waiting Line Problems", 1954; Little, "A Proof for the Queuing Formula
L = λW", 1961; any queueing text, under Erlang's formulas and Pollaczek–Khinchine.
"""

__all__ = [
    "MOST_SERVERS", "Constant", "Exponential", "Lognormal", "ServersConfig", "ServersReport",
    "customer_seconds", "draw", "erlang_b", "erlang_c", "expected", "fifo", "simulate", "wait",
]  # fmt: skip
__dir__ = lambda: __all__

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from scalemodel.core import checks
from scalemodel.core.compiled import READ_FLOATS, compiled
from scalemodel.core.frames import Tabular
from scalemodel.core.rng import stream
from scalemodel.core.stats import percentile
from scalemodel.parts.one_server import rows
from scalemodel.parts.priorities import wait_by_rank

MOST_SERVERS = 1_000_000


# ── How much services differ ────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Exponential:
    """A service that remembers nothing: after any time in it, as much is still to come.

    >>> Exponential().squared_variation
    1.0
    """

    squared_variation: ClassVar[float] = 1.0  # the variance, counted in squared means


@dataclass(frozen=True, slots=True)
class Constant:
    """Every service takes the same time.

    >>> Constant().squared_variation
    0.0
    """

    squared_variation: ClassVar[float] = 0.0


@dataclass(frozen=True, slots=True)
class Lognormal:
    """Most services are short and a few very long; `sigma` is the deviation of the logarithm.

    >>> round(Lognormal(sigma=1.5).squared_variation, 2)
    8.49
    """

    sigma: float = 1.0

    def __post_init__(self):
        checks.plain(self)
        checks.real("sigma", self.sigma, above=0, at_most=3)

    @property
    def squared_variation(self) -> float:
        """The variance, counted in squared means."""
        return math.expm1(self.sigma**2)


@checks.kinds
def draw(service: Exponential | Constant | Lognormal, customers: int, seed: int) -> np.ndarray:
    """Services of a mean of 1, shape (customers,), from the stream "services".

    >>> draw(Constant(), 2, seed=7).tolist()
    [1.0, 1.0]
    """
    checks.whole("customers", customers, at_least=1, at_most=10_000_000)
    rng = stream(seed, "services")
    if isinstance(service, Exponential):
        return rng.standard_exponential(customers)
    if isinstance(service, Constant):
        return np.ones(customers)
    return rng.lognormal(-(service.sigma**2) / 2, service.sigma, customers)


# ── Config and report ───────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class ServersConfig:
    """How many serve, how often customers come, and in which order they are called.

    >>> ServersConfig(servers=3, places=2)
    Traceback (most recent call last):
    ...
    ValueError: places=2 must be an integer of at least 3 and at most 1000000
    """

    servers: int = 3
    arrivals_per_s: float = 2.4  # Poisson
    services_per_s: float = 1.0  # of one server
    service: Exponential | Constant | Lognormal = Exponential()
    places: int | None = None  # for those who wait or are served; None: as many as come
    shares: tuple[float, ...] = (1.0,)  # of all customers, by class; the first is called first
    customers: int = 100_000
    seed: int = 0

    def __post_init__(self):
        checks.plain(self)
        checks.whole("servers", self.servers, at_least=1, at_most=MOST_SERVERS)
        for name in ("arrivals_per_s", "services_per_s"):
            checks.real(name, getattr(self, name), at_least=1e-9, at_most=1e9)
        if not isinstance(self.service, Exponential | Constant | Lognormal):
            raise ValueError(
                f"service={checks.brief(self.service)} must be Exponential(), Constant() or Lognormal(...)"
            )
        if self.places is not None:
            checks.whole("places", self.places, at_least=self.servers, at_most=MOST_SERVERS)
        shares = checks.numbers_row("shares", self.shares, above=0, at_most=1)
        if len(shares) > 1_000 or not math.isclose(shares.sum(), 1):
            raise ValueError(
                f"shares={checks.brief(self.shares)} must be at most 1000 numbers that sum to 1"
            )
        object.__setattr__(self, "shares", tuple(shares.tolist()))
        checks.whole("customers", self.customers, at_least=1, at_most=10_000_000)
        checks.whole("seed", self.seed, at_least=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServersReport(Tabular):
    """What a run measured, or what the closed form expects, of those who were not sent away.

    >>> report = expected(ServersConfig(servers=3, arrivals_per_s=2.4, services_per_s=1.0))
    >>> round(report.mean_wait_s, 10), round(report.waits_ratio, 10)
    (1.0786516854, 0.6471910112)
    """

    mean_wait_s: float  # before service begins
    p99_wait_s: float | None  # None: no closed form that we know of
    mean_latency_s: float  # wait and service
    mean_waits_s: tuple[float | None, ...]  # by class; None: nobody of it was served
    waits_ratio: float  # share of customers who wait at all
    lost_ratio: float  # share of those who came and found no place
    throughput_per_s: float
    utilization_ratio: float  # share of the servers' time in which they work
    mean_in_system: float  # customers who wait or are served, over time


# ── Engine ──────────────────────────────────────────────────────────────────
@compiled(f"void({READ_FLOATS}, {READ_FLOATS}, float64[::1], float64[::1])")
def fifo(arrival_s, service_s, free_s, start_s):
    """Fill when each customer is called, by Kiefer's and Wolfowitz's recursion.

    `free_s` has for each server when it is next free, as a heap: the earliest in front, and
    what follows n at 2n + 1 and 2n + 2. A customer takes the earliest, and its new time sinks
    to its place. With one server this is Lindley's recursion.

    >>> start_s = np.zeros(3)
    >>> fifo([0.0, 1.0, 2.0], [5.0, 3.0, 1.0], np.zeros(2), start_s)
    >>> start_s.tolist()
    [0.0, 1.0, 4.0]
    """
    servers = len(free_s)
    for customer in range(len(arrival_s)):
        start_s[customer] = max(arrival_s[customer], free_s[0])
        leave_s = start_s[customer] + service_s[customer]
        slot, below = 0, 1
        while below < servers:
            if below + 1 < servers and free_s[below + 1] < free_s[below]:
                below += 1
            if leave_s <= free_s[below]:
                break
            free_s[slot] = free_s[below]
            slot, below = below, 2 * below + 1
        free_s[slot] = leave_s


@compiled(f"float64({READ_FLOATS}, {READ_FLOATS})")
def customer_seconds(came_s, left_s):
    """Seconds of all customers, counted as the clock goes; both rows must not fall.

    >>> float(customer_seconds([0.0, 1.0], [3.0, 4.0]))
    6.0
    """
    total_s, before_s = 0.0, 0.0
    came = 0
    for left in range(len(left_s)):
        while came < len(came_s) and came_s[came] <= left_s[left]:
            total_s += (came - left) * (came_s[came] - before_s)
            before_s = came_s[came]
            came += 1
        total_s += (came - left) * (left_s[left] - before_s)
        before_s = left_s[left]
    return total_s


def wait(arrival_s: np.ndarray, service_s: np.ndarray, servers: int = 1) -> np.ndarray:
    """How long each customer waits before service, first come first called; shape (customers,).

    Two clerks serve Ada and Bo until 5 and 4. Cy comes at 2 and takes Bo's place:

    >>> wait([0.0, 1.0, 2.0], [5.0, 3.0, 1.0], servers=2).tolist()
    [0.0, 0.0, 2.0]
    """
    arrival_s, service_s = rows(arrival_s, service_s)
    checks.whole("servers", servers, at_least=1, at_most=MOST_SERVERS)
    start_s = np.empty(len(arrival_s))
    fifo.native(arrival_s, service_s, np.zeros(servers), start_s)
    return start_s - arrival_s


@checks.kinds
def simulate(config: ServersConfig) -> ServersReport:
    """What the customers of one run met, from an empty room to an empty room.

    Arrivals, services and classes are drawn beforehand, each from a stream of its own:
    whatever is compared on one seed meets the same luck.

    >>> report = simulate(ServersConfig())
    >>> round(report.mean_wait_s, 1), round(report.utilization_ratio, 1)
    (1.0, 0.8)
    """
    customers = config.customers
    gap = stream(config.seed, "arrivals").standard_exponential(customers)
    arrival_s = np.cumsum(gap / config.arrivals_per_s)
    service_s = draw(config.service, customers, config.seed) / config.services_per_s
    dice = stream(config.seed, "classes").random(customers)
    rank = np.searchsorted(np.cumsum(config.shares)[:-1], dice, side="right")
    if config.places is None and len(config.shares) == 1:
        wait_s = wait(arrival_s, service_s, config.servers)
    else:
        wait_s = wait_by_rank(arrival_s, service_s, config.servers, rank=rank, places=config.places)
    in_time = wait_s == wait_s  # NaN: sent away
    came_s, wait_s = arrival_s[in_time], wait_s[in_time]
    leave_s = came_s + wait_s + service_s[in_time]
    by_class = [wait_s[rank[in_time] == which] for which in range(len(config.shares))]
    end_s = float(leave_s.max())
    return ServersReport(
        mean_wait_s=float(wait_s.mean()),
        p99_wait_s=percentile(wait_s, 99),
        mean_latency_s=float((leave_s - came_s).mean()),
        mean_waits_s=tuple(float(each.mean()) if len(each) else None for each in by_class),
        waits_ratio=float((wait_s > 0).mean()),
        lost_ratio=1 - len(came_s) / len(arrival_s),
        throughput_per_s=len(came_s) / end_s,
        utilization_ratio=float(service_s[in_time].sum()) / (config.servers * end_s),
        mean_in_system=customer_seconds.native(came_s, np.sort(leave_s)) / end_s,
    )


# ── The closed forms ────────────────────────────────────────────────────────
def erlang_b(servers: int, erlangs: float) -> float:
    """Share of customers who find all servers busy and go away; any service with this mean.

    `erlangs` is the offered load: arrivals a second times seconds of service.

    >>> round(erlang_b(3, 2.4), 10)
    0.2684063374
    """
    checks.whole("servers", servers, at_least=1, at_most=MOST_SERVERS)
    checks.real("erlangs", erlangs, above=0, at_most=1e18)
    blocked = 1.0
    for busy in range(1, servers + 1):
        blocked = erlangs * blocked / (busy + erlangs * blocked)
    return blocked


def erlang_c(servers: int, erlangs: float) -> float:
    """Share of customers who wait where all wait who must: M/M/c.

    >>> round(erlang_c(3, 2.4), 10)
    0.6471910112
    """
    blocked = erlang_b(servers, erlangs)
    if erlangs >= servers:
        raise ValueError(f"{erlangs=} must be below {servers=}: a line that only grows has no mean")
    idle = 1 - erlangs / servers
    return blocked / (idle + (1 - idle) * blocked)


@checks.kinds
def expected(config: ServersConfig) -> ServersReport:
    """The long run, for what has a closed form; a `ValueError` names what has none.

    One server: any service (Pollaczek and Khinchine). Several: exponential ones, or any where
    nobody can wait (Erlang's loss). Priorities among the same (Cobham), if no place is lacking.

    >>> [round(w, 3) for w in expected(ServersConfig(shares=(0.5, 0.5))).mean_waits_s]
    [0.36, 1.798]
    """
    erlangs = config.arrivals_per_s / config.services_per_s
    if config.places is not None:
        return _bounded(config, erlangs)
    alike = isinstance(config.service, Exponential)
    if config.servers > 1 and not alike:
        raise ValueError(f"service={config.service} must be Exponential() for several servers")
    waits_ratio = erlang_c(config.servers, erlangs)
    ahead_s = waits_ratio / (config.servers * config.services_per_s)  # until a server is free
    ahead_s *= (1 + config.service.squared_variation) / 2
    up_to = np.cumsum((0.0, *config.shares)) * erlangs / config.servers
    waits_s = ahead_s / ((1 - up_to[:-1]) * (1 - up_to[1:]))
    p99_s = None
    if alike and len(config.shares) == 1:
        spare_per_s = config.servers * config.services_per_s - config.arrivals_per_s
        p99_s = math.log(max(1.0, 100 * waits_ratio)) / spare_per_s
    return _in_the_long_run(config, tuple(waits_s.tolist()), waits_ratio, p99_s)


def _bounded(config, erlangs):
    """M/M/c/K from the shares of time with 0, 1, ... customers inside; Erlang's loss for c = K."""
    if len(config.shares) > 1:
        raise ValueError(f"shares={config.shares} must be (1.0,) where places are bounded")
    if config.places > config.servers and not isinstance(config.service, Exponential):
        raise ValueError(f"service={config.service} must be Exponential() where some may wait")
    inside = np.arange(config.places + 1)
    serving = np.minimum(inside, config.servers)
    weight = np.cumsum(np.log(erlangs / np.maximum(serving, 1)))  # all by one factor too large
    time = np.exp(weight - weight.max())
    time /= time.sum()
    wait_s = float((inside - serving) @ time / (serving @ time)) / config.services_per_s
    waits_ratio = float(time[config.servers : -1].sum() / time[:-1].sum())
    return _in_the_long_run(config, (wait_s,), waits_ratio, None, lost_ratio=float(time[-1]))


def _in_the_long_run(config, waits_s, waits_ratio, p99_s, lost_ratio=0.0):
    throughput_per_s = config.arrivals_per_s * (1 - lost_ratio)
    wait_s = float(np.dot(config.shares, waits_s))
    latency_s = wait_s + 1 / config.services_per_s
    return ServersReport(
        mean_wait_s=wait_s,
        p99_wait_s=p99_s,
        mean_latency_s=latency_s,
        mean_waits_s=waits_s,
        waits_ratio=waits_ratio,
        lost_ratio=lost_ratio,
        throughput_per_s=throughput_per_s,
        utilization_ratio=throughput_per_s / (config.servers * config.services_per_s),
        mean_in_system=throughput_per_s * latency_s,
    )
