"""A price that chases its own tail: riders and drivers answer late, and the price overshoots.

Think of a shower with a long pipe. Too cold: you turn, nothing happens, you turn further, and
then it scalds. A price that rises today brings the drivers of a few minutes later; by then it has
risen more than was needed. *Swings* come from the delay, even if nothing is left to chance;
smoothing and a flatter curve cure them. *Flicker* comes from counting few riders; hysteresis and
a dwell cure that.

A hexagon here is one number: requests are a Poisson count around requests · m^-e, cars are
cars · m^f, both with the m that was shown `delay_ticks` ago. **Loop, numbers and curve are ours.**
Without chance, steps and cap, x = log m obeys x' = (1 - a) x + a g (ρ - x_delayed), where a is the
weight of the newest reading and g = power · (e + f).

A run of 600 ticks takes 40 ms for 50 hexagons, and 0.3 s for 1,000, where it ends.
Left out: neighbours, drivers who know the game, riders who wait for a lower price.
Sources: any text on delay in feedback; what riders and drivers do: Hall et al., 2015; Castillo,
Econometrica 93(5), 2025.
"""

__all__ = [
    "UNWILLING", "SwingConfig", "SwingReport", "expected_calm", "expected_gain",
    "expected_most_gain", "swing",
]  # fmt: skip
__dir__ = lambda: __all__

import math
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from scalemodel.core import checks
from scalemodel.core.frames import Tabular
from scalemodel.core.rng import stream
from scalemodel.uber.surge.pricing import MOST, Power, Shown, SurgeConfig

UNWILLING = SurgeConfig(curve=Power(power=1.0), cap=5.0, gap=0.2, dwell_ticks=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwingConfig:
    """A rush hour in many hexagons that know nothing of each other.

    >>> SwingConfig(delay_ticks=0)
    Traceback (most recent call last):
    ...
    ValueError: delay_ticks=0 must be an integer of at least 1 and at most 1000
    """

    pricing: SurgeConfig = UNWILLING
    requests_per_tick: float = 60.0  # where the price is not raised
    cars: float = 20.0  # idle, where the price is not raised
    rider_elasticity: float = 0.6  # requests fall as m to the minus this
    driver_elasticity: float = 0.6  # cars rise as m to this
    delay_ticks: int = 5  # until a price is answered
    noise: bool = True  # whether requests are counts, or as many as are expected
    hexagons: int = 50
    ticks: int = 600
    seed: int = 0

    def __post_init__(self):
        checks.plain(self)
        checks.instance("pricing", self.pricing, SurgeConfig)
        checks.instance("curve", self.pricing.curve, Power)
        for name, least, most in (
            *(("requests_per_tick", 0.001, 1e6), ("cars", 0.001, 1e6)),
            *(("rider_elasticity", 0, 20), ("driver_elasticity", 0, 20)),
        ):
            checks.real(name, getattr(self, name), at_least=least, at_most=most)
        checks.instance("noise", self.noise, bool)
        for name, least, most in (
            ("delay_ticks", 1, 1_000),
            ("hexagons", 1, 1_000),
            ("ticks", 4, 10_000),
        ):
            checks.whole(name, getattr(self, name), at_least=least, at_most=most)
        checks.whole("seed", self.seed, at_least=0)


@dataclass(frozen=True, slots=True, eq=False)
class SwingReport(Tabular):
    """What was shown, and how much it moved in the second half of the time.

    >>> report = swing(SwingConfig(ticks=4, hexagons=2))
    >>> report.shown.shape
    (4, 2)
    """

    shown: np.ndarray  # multipliers, shape (ticks, hexagons)
    flips_per_h: float  # changes of the price that go the other way than the one before
    height: float  # highest minus lowest, on average over hexagons


def swing(config: SwingConfig) -> SwingReport:
    """Prices, and those who answer them late.

    >>> bare = SurgeConfig(curve=Power(power=1.0), cap=5.0, smooth_ratio=1, gap=0, dwell_ticks=1)
    >>> wild, calm = swing(SwingConfig(pricing=bare)), swing(SwingConfig())
    >>> [round(run.flips_per_h) for run in (wild, calm)], round(wild.height / calm.height)
    ([35, 5], 9)
    """
    checks.instance("config", config, SwingConfig)
    n, rng = config.hexagons, stream(config.seed, "requests")
    screens = Shown(config.pricing, n)
    screens.requests[:], screens.cars[:] = config.cars, config.cars  # begins calm
    shown = np.ones((config.ticks + config.delay_ticks, n))
    for tick in range(config.ticks):
        answered = shown[tick]  # of `delay_ticks` ago
        requests = config.requests_per_tick * answered**-config.rider_elasticity
        cars = np.minimum(config.cars * answered**config.driver_elasticity, MOST)
        if config.noise:
            requests = rng.poisson(requests)
        shown[tick + config.delay_ticks] = screens.tick(requests, cars)
    return _report(shown[config.delay_ticks :], config.pricing.tick_s)


def _report(shown, tick_s):
    late = shown[len(shown) // 2 :]
    turns = np.sign(np.diff(late, axis=0))
    hours = turns.size * tick_s / 3600
    flips = sum((row[1:] != row[:-1]).sum() for row in (c[c != 0] for c in turns.T) if len(row))
    height = float((late.max(axis=0) - late.min(axis=0)).mean())
    return SwingReport(shown, int(flips) / hours, height)


# ── The closed forms ────────────────────────────────────────────────────────
def expected_calm(config: SwingConfig) -> float:
    """The multiplier that keeps itself up: m = (ratio / m^(e + f))^power, but for steps and cap.

    >>> round(expected_calm(SwingConfig(requests_per_tick=60, cars=20)), 3)
    1.648
    """
    checks.instance("config", config, SwingConfig)
    curve = config.pricing.curve
    ratio = config.requests_per_tick / config.cars / curve.begins
    return max(ratio, 1.0) ** (curve.power / (1 + expected_gain(config)))


def expected_gain(config: SwingConfig) -> float:
    """g: how much of a change of the price the answer to it would take back, in time.

    >>> expected_gain(SwingConfig(rider_elasticity=0.6, driver_elasticity=0.6))
    1.2
    """
    checks.instance("config", config, SwingConfig)
    return config.pricing.curve.power * (config.rider_elasticity + config.driver_elasticity)


def expected_most_gain(smooth_ratio: float, delay_ticks: int) -> float:
    """The largest g = power · (e + f) with which swings die out.

    Where a root of z^d - (1 - a) z^(d - 1) + a g is on the unit circle first.

    >>> expected_most_gain(1.0, delay_ticks=5), round(expected_most_gain(0.3, delay_ticks=5), 3)
    (1.0, 1.675)
    """
    a = checks.real("smooth_ratio", smooth_ratio, above=0, at_most=1)
    d = checks.whole("delay_ticks", delay_ticks, at_least=1, at_most=1_000)
    turn = math.pi / d
    if a < 1 and d > 1:  # where the imaginary part is 0, between these two
        off = lambda w: math.sin(d * w) - (1 - a) * math.sin((d - 1) * w)
        turn = optimize.brentq(off, math.pi / (2 * d - 1), turn, xtol=1e-14)
    return -(math.cos(d * turn) - (1 - a) * math.cos((d - 1) * turn)) / a
