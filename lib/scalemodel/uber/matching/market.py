"""A city for an evening: riders come, cars drive to them, and a dispatcher decides who gets which.

The city is a square whose opposite sides are one, so that nobody lives at its edge. Riders come
as a Poisson process, from anywhere to anywhere. A car drives straight to its rider, is on the
trip for a while, and is idle again at the destination. A rider who has no car yet gives up when
the patience is over. The dispatcher decides at each event (a window of 0) or collects riders
and cars for a window and decides for all of them at once.

All luck is drawn beforehand, and a trip's length belongs to its rider: policies and windows
meet the same evening, so compare them seed by seed. Two seeds mislead; forty do not.

A decision looks at each rider who waits beside each idle car. A request among 60 cars costs 0.9
µs, among 600 a microsecond, among 6,000, in a city ten times as large, 8: 5 ms for an evening of
600 cars (`benchmarks/uber/market.py`). A rider takes 80 bytes. One machine ends near a million
cars, where the city runs no faster than the clock; there `location` finds the nearest.

Left out: roads, drivers who log off or choose, rides shared, demand that has a place and an hour.
Sources: Castillo, Knoepfle, Weyl, "Surge Pricing Solves the Wild Goose Chase", EC 2018;
Little, "A Proof for the Queuing Formula L = λW", 1961. The sizes are ours.
"""

__all__ = [
    "MOST_LOOKS", "MOST_PAIRS", "MOST_RIDERS", "RULES", "MarketConfig", "MarketReport", "MarketRun",
    "run", "simulate",
]  # fmt: skip
__dir__ = lambda: __all__

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from scalemodel.core import checks
from scalemodel.core.frames import Tabular
from scalemodel.core.rng import stream
from scalemodel.core.stats import percentile
from scalemodel.uber.matching import market_loop as inside
from scalemodel.uber.matching.market_loop import IDLE_S, NOBODY, WAITING_S, loop
from scalemodel.uber.matching.policies import POLICIES, EdgeGreedy, FirstCome, Optimal, rule_of

RULES = {
    FirstCome: inside.first_come,
    EdgeGreedy: inside.edge_greedy,
    Optimal: inside.optimal,  # its `neighbours` are for thousands: here it looks at every pair
}
MOST_RIDERS = 5_000_000
MOST_PAIRS = 10_000_000  # of riders who wait and cars, at one decision
MOST_LOOKS = 5_000_000_000  # one after another: half a minute


# ── Config and report ───────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class MarketConfig:
    """Cars, streets, riders and the dispatcher's window.

    >>> MarketConfig(window_s=10.0).drivers
    600
    >>> MarketConfig(patience_s=0.0, window_s=10.0)
    Traceback (most recent call last):
    ...
    ValueError: window_s=10.0 must be 0, or at least 0.01 and patience_s above 0
    """

    drivers: int = 600
    side_km: float = 10.0  # of the square
    kmh: float = 30.0  # of a car on its way to a rider, in a straight line
    rate_per_s: float = 0.4  # of requests, Poisson
    trip_s: float = 900.0  # mean of a trip, exponential, whatever its distance
    patience_s: float = 300.0  # until a car is named; 0: who finds no idle car is lost
    window_s: float = 0.0  # between decisions; 0: at each request and each car that is free again
    warm_up_s: float = 3600.0  # not counted
    until_s: float = 9000.0  # the end

    def __post_init__(self):
        checks.plain(self)
        checks.whole("drivers", self.drivers, at_least=1, at_most=100_000)
        for name in ("side_km", "kmh", "trip_s"):
            checks.real(name, getattr(self, name), at_least=1e-6, at_most=1e6)
        checks.real("rate_per_s", self.rate_per_s, at_least=1e-6, at_most=1e4)
        checks.real("patience_s", self.patience_s, at_least=0, at_most=1e6)
        checks.real("window_s", self.window_s, at_least=0, at_most=1e5)
        most_s = min(1e7, MOST_RIDERS / self.rate_per_s)
        checks.real("until_s", self.until_s, above=0, at_most=most_s)
        checks.real("warm_up_s", self.warm_up_s, at_least=0, at_most=0.99 * self.until_s)
        if self.window_s > 0 and (self.patience_s == 0 or self.window_s < 0.01):
            raise ValueError(
                f"window_s={checks.brief(self.window_s)} must be 0, or at least 0.01 and patience_s above 0"
            )
        line = self.rate_per_s * min(self.patience_s + self.window_s, self.until_s)
        if line * self.drivers > MOST_PAIRS:
            raise ValueError(
                f"patience_s={checks.brief(self.patience_s)} must be so short that riders who may wait times "
                f"drivers are at most {MOST_PAIRS:,}: {line * self.drivers:,.0f} here"
            )
        looks = self.rate_per_s * self.until_s * (line + self.drivers)
        if looks > MOST_LOOKS:
            raise ValueError(
                f"until_s={checks.brief(self.until_s)} must be so early that all riders times drivers and who "
                f"may wait are at most {MOST_LOOKS:,}: {looks:,.0f} here"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketReport(Tabular):
    """What happened after the warm-up, in counts, means and car-seconds.

    >>> report = simulate(MarketConfig(), FirstCome())
    >>> report.served, report.abandoned, round(report.mean_wait_s), round(report.mean_idle)
    (2172, 0, 53, 211)
    >>> report.check()
    """

    measured_s: float
    drivers: int
    requests: int
    waiting_before: int  # riders without a car at the warm-up's end
    served: int  # were given a car
    lost: int  # found no idle car, and do not wait
    abandoned: int  # gave up
    waiting_after: int  # without a car at the end
    mean_wait_s: float  # of the served: until a car is named, and its drive; infinite if none
    p95_wait_s: float
    mean_delay_s: float  # until a car is named
    mean_pickup_s: float  # the drive to the rider
    idle_s: float  # car-seconds
    en_route_s: float
    on_trip_s: float
    waiting_s: float  # rider-seconds without a car, as the loop counted them
    waited_s: float  # the same, summed up rider by rider

    @property
    def throughput_per_s(self) -> float:
        """Riders who were given a car, a second."""
        return self.served / self.measured_s

    @property
    def completion_ratio(self) -> float:
        """The served among all whose story ended."""
        return self.served / max(self.served + self.lost + self.abandoned, 1)

    @property
    def mean_idle(self) -> float:
        """Idle cars, on average over time."""
        return self.idle_s / self.measured_s

    def check(self) -> None:
        """Assert that no rider and no car-second is missing or counted twice."""
        ended = self.served + self.lost + self.abandoned
        assert self.waiting_before + self.requests == ended + self.waiting_after, "riders"
        cars_s = self.idle_s + self.en_route_s + self.on_trip_s
        assert math.isclose(cars_s, self.drivers * self.measured_s, rel_tol=1e-9), "car-seconds"
        assert math.isclose(self.waiting_s, self.waited_s, rel_tol=1e-9, abs_tol=1e-6), "waits"


class MarketRun(NamedTuple):
    """What came of each rider, shape (riders,) or (riders, 2); a moment that never came is infinite.

    >>> evening = run(MarketConfig(), FirstCome())
    >>> evening.idle_at([0.0, 3600.0, 7200.0]).tolist()
    [600, 197, 217]
    """

    arrival_s: np.ndarray
    from_km: np.ndarray
    to_km: np.ndarray
    trip_s: np.ndarray
    start_km: np.ndarray  # where the cars are at first, shape (drivers, 2)
    assigned_s: np.ndarray  # when a car was named
    drive_s: np.ndarray  # of that car to the rider
    car: np.ndarray  # -1 if none
    idle_s: float  # car-seconds after the warm-up
    waiting_s: float  # rider-seconds after the warm-up
    events: int

    def idle_at(self, moment_s: np.ndarray) -> np.ndarray:
        """How many cars are idle at each moment."""
        moment_s = checks.numbers_row("moment_s", moment_s)
        free_s = self.assigned_s + self.drive_s + self.trip_s
        begun, done = (
            np.searchsorted(np.sort(when_s), moment_s, side="right")
            for when_s in (self.assigned_s, free_s)
        )
        return len(self.start_km) - begun + done


# ── Engine ──────────────────────────────────────────────────────────────────
@checks.kinds
def run(config: MarketConfig, policy: POLICIES, seed: int = 0) -> MarketRun:
    """Each rider's story, for a picture; `simulate` has the numbers.

    >>> evening = run(MarketConfig(rate_per_s=0.01, warm_up_s=0.0, until_s=200.0), FirstCome(), 3)
    >>> evening.arrival_s.round().tolist(), evening.drive_s.round().tolist()
    ([40.0, 118.0], [15.0, 18.0])
    """
    decide = rule_of(policy, RULES)
    memory = np.array([60 * getattr(policy, "penalty_min", 0.0)])
    arrival_s = _poisson_s(config, stream(seed, "arrivals"))
    riders = len(arrival_s)
    from_km, to_km, start_km = (
        stream(seed, name).uniform(0, config.side_km, (size, 2))
        for name, size in (("from", riders), ("to", riders), ("cars", config.drivers))
    )
    trip_s = stream(seed, "trips").standard_exponential(riders) * config.trip_s
    assigned_s, drive_s = np.full(riders, math.inf), np.full(riders, math.inf)
    car, tally = np.full(riders, NOBODY), np.zeros(2)
    rule = np.array([
        config.side_km, config.kmh / 3600, config.patience_s, config.window_s,
        config.warm_up_s, config.until_s,
    ])  # fmt: skip
    seen = loop.native(
        arrival_s, from_km, to_km, trip_s, start_km.copy(), rule, decide.native, memory,
        assigned_s, drive_s, car, tally,
    )  # fmt: skip
    return MarketRun(
        arrival_s, from_km, to_km, trip_s, start_km, assigned_s, drive_s, car,
        float(tally[IDLE_S]), float(tally[WAITING_S]), seen,
    )  # fmt: skip


@checks.kinds
def simulate(config: MarketConfig, policy: POLICIES, seed: int = 0) -> MarketReport:
    """The report of one evening.

    >>> from dataclasses import replace
    >>> tight = MarketConfig(rate_per_s=0.55)
    >>> [round(simulate(replace(tight, window_s=w), Optimal(), 5).mean_wait_s) for w in (0, 20)]
    [177, 157]
    """
    evening = run(config, policy, seed)
    start_s, stop_s = config.warm_up_s, config.until_s
    arrival_s, assigned_s, drive_s = evening.arrival_s, evening.assigned_s, evening.drive_s
    pickup_s = assigned_s + drive_s
    end_s = np.minimum(assigned_s, arrival_s + config.patience_s)  # of waiting for a car
    came, ended = arrival_s >= start_s, (end_s >= start_s) & (end_s < stop_s)
    served = ended & np.isfinite(assigned_s)
    gone = int((ended & ~served).sum())
    delay_s, drive_s = (assigned_s - arrival_s)[served], drive_s[served]
    if not served.any():
        delay_s = drive_s = np.array([math.inf])

    def between(first_s, last_s):
        return float((np.clip(last_s, start_s, stop_s) - np.clip(first_s, start_s, stop_s)).sum())

    return MarketReport(
        measured_s=stop_s - start_s,
        drivers=config.drivers,
        requests=int(came.sum()),
        waiting_before=int((~came & (end_s >= start_s)).sum()),
        served=int(served.sum()),
        lost=gone if config.patience_s == 0 else 0,
        abandoned=gone if config.patience_s > 0 else 0,
        waiting_after=int((end_s >= stop_s).sum()),
        mean_wait_s=float((delay_s + drive_s).mean()),
        p95_wait_s=percentile(delay_s + drive_s, 95) if served.any() else math.inf,
        mean_delay_s=float(delay_s.mean()),
        mean_pickup_s=float(drive_s.mean()),
        idle_s=evening.idle_s,
        en_route_s=between(assigned_s, pickup_s),
        on_trip_s=between(pickup_s, pickup_s + evening.trip_s),
        waiting_s=evening.waiting_s,
        waited_s=between(arrival_s, end_s),
    )


def _poisson_s(config, rng):
    """Moments of requests before the end."""
    mean = config.rate_per_s * config.until_s
    gaps = rng.standard_exponential(int(mean + 10 * math.sqrt(mean) + 20))
    moment_s = np.cumsum(gaps) / config.rate_per_s
    return moment_s[: np.searchsorted(moment_s, config.until_s)]
