"""The wild goose chase: too few idle cars, far too long drives, and so fewer trips for all.

A hunter who has no goose near takes the one across the lake, and while he rows nobody else can
have it. A dispatcher with five idle cars in a city does the same: the nearest is five minutes
away, and for that time it carries nobody. Idle cars are what makes drives short, and below some
number of them one more request means *fewer* trips: it uses up the last that stood near somebody.

In the steady state the cars are idle, on their way, or on a trip (Little's law, twice):

    L = I + Q (τ + T(I)),   T(I) = c / √I,   c = side / (2 · speed)

so Q(I) = (L - I) / (τ + c / √I), which rises up to the peak and falls beyond it. Idle cars of a
market stand in clumps, so c is larger by `clumping`: measured with 36 of them, where the peak is,
it is about 1.16 (see the module of that name). The 1.3 that we use is a fit to markets of 600 cars,
which serve 0.54 a second at most, with 0.55 by this formula and 0.56 without it. Some of the rest
is that idle cars go up and down: the mean of 1 / √I is more than that of their mean.

A price that holds the demand below the peak serves more riders than no price at all. A dispatcher
that lets riders queue escapes the worst without one: a freed car takes the nearest of many.

A formula costs microseconds, whatever the city, and the peak some tens of them.
Read in this order: `expected_throughput_per_s`, `peak`, `Demand`.
Left out: drivers who come because the price is high; `Demand` is a curve of ours, no city's.
Sources: Castillo, Knoepfle, Weyl, "Surge Pricing Solves the Wild Goose Chase", EC 2018.
"""

__all__ = ["Demand", "Peak", "expected_pickup_s", "expected_throughput_per_s", "peak"]
__dir__ = lambda: __all__

from dataclasses import dataclass
from typing import NamedTuple

from scipy import optimize

from scalemodel.core import checks
from scalemodel.uber.matching.expected import expected_nearest_km
from scalemodel.uber.matching.market import MarketConfig


class Peak(NamedTuple):
    """The most trips that the streets allow, and the idle cars that it takes.

    >>> round(peak(MarketConfig()).idle, 2)
    30.61
    """

    idle: float
    throughput_per_s: float
    pickup_s: float


def expected_pickup_s(config: MarketConfig, idle: float, clumping: float = 1.0) -> float:
    """T(I): the mean drive to a rider with so many cars idle.

    >>> round(expected_pickup_s(MarketConfig(), 36.0), 1)
    100.0
    """
    checks.instance("config", config, MarketConfig)
    checks.real("idle", idle, above=0, at_most=1e6)
    checks.real("clumping", clumping, above=0, at_most=1e3)
    mean_km = expected_nearest_km(1, idle / config.side_km**2)[0]
    return clumping * mean_km / config.kmh * 3600


def expected_throughput_per_s(config: MarketConfig, idle: float, clumping: float = 1.0) -> float:
    """Q(I): trips a second, with so many cars idle.

    >>> q = [expected_throughput_per_s(MarketConfig(), i) for i in (5.0, 30.0, 200.0)]
    >>> [round(x, 3) for x in q]
    [0.509, 0.565, 0.424]
    """
    checks.instance("config", config, MarketConfig)
    checks.real("idle", idle, above=0, at_most=config.drivers)
    return (config.drivers - idle) / (config.trip_s + expected_pickup_s(config, idle, clumping))


def peak(config: MarketConfig, clumping: float = 1.0) -> Peak:
    """Where Q(I) is largest: at 3 I + (2 τ / c) I^1.5 = L.

    >>> [round(x, 4) for x in peak(MarketConfig(), clumping=1.3)[:2]]
    [35.7277, 0.5476]
    """
    checks.instance("config", config, MarketConfig)
    longest_s = expected_pickup_s(config, 1.0, clumping)  # c
    idle = optimize.brentq(
        lambda idle: 3 * idle + 2 * config.trip_s / longest_s * idle**1.5 - config.drivers,
        0.0, config.drivers, xtol=1e-12,
    )  # fmt: skip
    return Peak(
        idle,
        expected_throughput_per_s(config, idle, clumping),
        expected_pickup_s(config, idle, clumping),
    )


# ── The price ───────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Requests at a price: `base_per_s` · multiplier^-elasticity. A curve of ours.

    >>> round(Demand(base_per_s=0.8, elasticity=1.0).requests_per_s(1.6), 3)
    0.5
    """

    base_per_s: float = 0.8  # at a multiplier of 1
    elasticity: float = 1.0  # per cent fewer requests for each per cent of price

    def __post_init__(self):
        checks.plain(self)
        checks.real("base_per_s", self.base_per_s, above=0, at_most=1e4)
        checks.real("elasticity", self.elasticity, at_least=0.1, at_most=100)

    def requests_per_s(self, multiplier: float) -> float:
        """How many ask at this multiplier."""
        checks.real("multiplier", multiplier, at_least=1, at_most=1e100)
        return self.base_per_s * multiplier**-self.elasticity

    def multiplier(self, most_per_s: float) -> float:
        """The least multiplier at which at most so many ask; 1 where fewer do anyway.

        >>> Demand(base_per_s=0.8).multiplier(0.5), Demand(base_per_s=0.4).multiplier(0.5)
        (1.6, 1.0)
        """
        checks.real("most_per_s", most_per_s, at_least=1e-6, at_most=1e4)
        return max(1.0, (self.base_per_s / most_per_s) ** (1 / self.elasticity))
