"""How many zones four nines take, when zones and regions fail too.

Twelve lamps light a hall, and eight are enough. Lamps burn out one by one, but a fuse takes all
lamps of its circuit, and the main switch takes all. On one circuit the twelve go dark as often
as the fuse does; on two, twice as often; on four, one fuse takes three lamps, and nine are left.

An instance serves if it, its zone and its region are up, each by turns, for times that are
exponential; a run begins in the state of the long run. `expected_ratio` is that by arithmetic,
`independent_ratio` the usual mistake: each instance has a zone and a region for itself.

A part that fails or is back is an event of 8 bytes. It takes 0.045 µs among 16 parts, 0.065 µs
among 108, 0.09 µs among 1,024 (`benchmarks/netflix/zones.py`). Beyond 10 million a run is refused.

Left out: crews, detection (it belongs into the repair), load that moves and kills what is left.
Sources: any reliability text, under common cause failures. All figures here are ours.
"""

__all__ = [
    "HOUR_S", "MOST_FAILURES", "MOST_IN_ALL", "MOST_ZONES", "TURNS", "ZonesConfig", "ZonesReport",
    "expected_ratio", "independent_ratio", "loop", "simulate", "zones_for",
]  # fmt: skip
__dir__ = lambda: __all__

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod, sqrt

import numpy as np

from scalemodel.core import checks, events
from scalemodel.core.compiled import READ_FLOATS, READ_INTS, compiled
from scalemodel.core.frames import Tabular
from scalemodel.core.rng import stream
from scalemodel.core.stats import confidence_half_width
from scalemodel.parts.availability import k_of_n_ratio, spread_ratio, up_ratio

HOUR_S = 3600.0
TURNS = 0  # the one kind of event
MOST_FAILURES = 5_000_000  # in a run
MOST_IN_ALL = 200_000_000  # failures, half a minute
MOST_ZONES = 26


# ── Config and report ───────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class ZonesConfig:
    """Where instances stand, how many are enough, and how often what fails for how long.

    >>> ZonesConfig(zones=1).instances
    12
    """

    regions: int = 1
    zones: int = 3  # in each region
    instances: int = 12  # in all, dealt to the zones like cards
    needed: int = 8
    mtbf_s: Sequence[float] = (99 * HOUR_S, 999 * HOUR_S, 99_999 * HOUR_S)  # instance, zone, region
    mttr_s: Sequence[float] = (HOUR_S, HOUR_S, HOUR_S)
    until_s: float = 10 * 365 * 24 * HOUR_S  # of each run
    runs: int = 20
    seed: int = 0

    def __post_init__(self):
        checks.plain(self)
        checks.whole("regions", self.regions, at_least=1, at_most=8)
        checks.whole("zones", self.zones, at_least=1, at_most=MOST_ZONES)
        instances = checks.whole("instances", self.instances, at_least=1, at_most=1_000)
        checks.whole("needed", self.needed, at_least=1, at_most=instances)
        for name in ("mtbf_s", "mttr_s"):
            row = checks.numbers_row(name, getattr(self, name), at_least=1, at_most=1e12)
            if len(row) != 3:
                raise ValueError(f"{name}={row} must be of an instance, a zone and a region")
            object.__setattr__(self, name, tuple(row.tolist()))
        counts = instances, self.regions * self.zones, self.regions
        rate = sum(count / up_s for count, up_s in zip(counts, self.mtbf_s, strict=True))
        checks.real("until_s", self.until_s, above=0, at_most=MOST_FAILURES / rate)
        most = max(2, int(MOST_IN_ALL / max(1.0, rate * self.until_s)))
        checks.whole("runs", self.runs, at_least=2, at_most=min(10_000, most))
        checks.whole("seed", self.seed, at_least=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZonesReport(Tabular):
    """The share of the time in which enough instances served, and how sure it is.

    >>> report = simulate(ZonesConfig(runs=4))
    >>> abs(report.available_ratio - expected_ratio(ZonesConfig())) < 3 * report.half_width_ratio
    True
    """

    available_ratio: float
    half_width_ratio: float  # of the interval that covers the truth in 95 of 100 cases
    events: int


# ── Engine ──────────────────────────────────────────────────────────────────
@compiled(
    f"Tuple((float64, int64))({READ_INTS}, {READ_INTS}, {', '.join([READ_FLOATS] * 4)}, int64, float64)"
)
def loop(zone_of, region_of, first_s, up_s, down_s, luck, needed, until_s):
    """For how long enough served, and the number of events. Parts are regions, zones, instances.

    All are down until `first_s`, and then by turns for a mean `up_s` and `down_s` times `luck`.

    >>> ones = np.ones(3)  # one region, zone and instance; all fail after a second, for a second
    >>> rows = np.zeros(1, int), np.zeros(1, int), np.zeros(3), ones, ones
    >>> [float(part) for part in loop(*rows, np.ones(99), 1, 2.5)]
    [1.5, 9.0]
    """
    zones, first = len(region_of), len(first_s) - len(zone_of)
    regions = first - zones
    up, alive = np.zeros(len(first_s), np.int64), np.zeros(zones, np.int64)  # alive in each zone
    serving, drawn, good_s, before_s = 0, 0, 0.0, 0.0
    heap = events.new(len(first_s))
    for part in range(len(first_s)):
        events.push(heap, first_s[part], TURNS, part)
    while True:
        now_s, _, part, _ = events.pop(heap)
        if serving >= needed:
            good_s += min(now_s, until_s) - before_s
        if now_s >= until_s:
            return good_s, drawn
        before_s = now_s
        step = 1 - 2 * up[part]
        up[part] += step
        if part < regions:
            for zone in range(zones):
                if region_of[zone] == part:
                    serving += step * up[regions + zone] * alive[zone]
        elif part < first:
            zone = part - regions
            serving += step * up[region_of[zone]] * alive[zone]
        else:
            zone = zone_of[part - first]
            alive[zone] += step
            serving += step * up[region_of[zone]] * up[regions + zone]
        mean_s = up_s[part] if up[part] else down_s[part]
        events.push(heap, now_s + mean_s * luck[drawn], TURNS, part)
        drawn += 1


def simulate(config: ZonesConfig) -> ZonesReport:
    """The report of all runs, each with a luck of its own.

    >>> simulate(ZonesConfig(runs=2)).events
    42655
    """
    zone_of, region_of = _places(checks.instance("config", config, ZonesConfig))
    counts = [config.regions, len(region_of), config.instances]
    up_s, down_s = (np.repeat(row[::-1], counts) for row in (config.mtbf_s, config.mttr_s))
    failures = config.until_s * (1 / up_s).sum()  # at most, on average
    size = int(2 * (failures + 10 * sqrt(failures) + 20 + len(up_s)))
    ratios, seen = [], 0
    for run in range(config.runs):
        rng = stream(config.seed, f"run {run}")
        is_up, luck = rng.random(len(up_s)) < up_s / (up_s + down_s), rng.standard_exponential(size)
        first_s = np.where(is_up, 0.0, down_s * rng.standard_exponential(len(up_s)))
        good_s, turns = loop.native(
            zone_of, region_of, first_s, up_s, down_s, luck, config.needed, config.until_s
        )
        ratios.append(good_s / config.until_s)
        seen += turns
    half, mean = confidence_half_width(ratios), float(np.mean(ratios))
    return ZonesReport(available_ratio=mean, half_width_ratio=half, events=seen)


def _places(config):
    """The zone of each instance and the region of each zone, as cards are dealt."""
    zones = config.regions * config.zones
    return np.arange(config.instances) % zones, np.arange(zones) % config.regions


# ── The closed form ─────────────────────────────────────────────────────────
def expected_ratio(config: ZonesConfig) -> float:
    """Share of the time in which enough serve, over all ways in which regions may be up.

    >>> [round(expected_ratio(ZonesConfig(zones=zones)), 6) for zones in (1, 2, 3, 4)]
    [0.99899, 0.997991, 0.999756, 0.99997]
    """
    zone_of, region_of = _places(checks.instance("config", config, ZonesConfig))
    instance, zone, region = map(up_ratio, config.mtbf_s, config.mttr_s)
    held = np.bincount(zone_of, minlength=len(region_of))
    total = 0.0
    for up in product((True, False), repeat=config.regions):
        here = held[np.array(up)[region_of] & (held > 0)]
        if here.sum() >= config.needed:
            chance = prod(region if one else 1 - region for one in up)
            total += chance * spread_ratio(config.needed, here, instance, zone)
    return total


def independent_ratio(config: ZonesConfig) -> float:
    """What the same would be if no two instances shared a zone or a region: too good.

    >>> round(independent_ratio(ZonesConfig(zones=1)), 8)
    0.99999988
    """
    ratios = map(up_ratio, checks.instance("config", config, ZonesConfig).mtbf_s, config.mttr_s)
    return k_of_n_ratio(config.needed, config.instances, prod(ratios))


def zones_for(config: ZonesConfig, target_ratio: float) -> int:
    """The least number of zones a region that reaches the target with the same instances.

    >>> zones_for(ZonesConfig(), target_ratio=0.9999)
    4
    """
    checks.real("target_ratio", target_ratio, at_least=0, at_most=1)
    checks.instance("config", config, ZonesConfig)
    for zones in range(1, MOST_ZONES + 1):
        if expected_ratio(replace(config, zones=zones)) >= target_ratio:
            return zones
    raise ValueError(f"{target_ratio=} must be reached by {MOST_ZONES} zones at most: {config}")
