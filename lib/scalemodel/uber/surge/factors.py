"""What speaks for a price: eight voices, each with a name and a switch.

The brief lists requests, drivers, traffic, weather, events, the time of day, how popular a place
is and what was usual. Here each is a function from `Conditions` to one number, a factor of the
ratio of requests to cars: 1 says nothing. They multiply, so the order does not matter.

Two of them are measured now; traffic, weather and events say what these two do not know yet. The
last three are of the past, and the danger with them is counting twice: an evening's requests are
an evening's requests already. So the hour speaks of what is coming, and what was usual pulls a
reading of few requests towards it.

A breakdown takes 20 µs: 50,000 hexagons a second, and there one machine ends.
Left out: what the real ones weigh; Uber's engineers name requests, drivers, weather and games.
Sources: the brief's list; the weights are ours, from no data.
"""

__all__ = [
    "AROUND", "FACTORS", "MORE_PER_MM", "MOST_COMING", "MOST_RAIN", "NAMES", "POPULAR", "USUAL",
    "Breakdown", "Conditions", "breakdown",
]  # fmt: skip
__dir__ = lambda: __all__

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from scalemodel.core import checks
from scalemodel.uber.city import BY_HOUR
from scalemodel.uber.surge.pricing import SurgeConfig

MORE_PER_MM = 0.05  # requests, for each millimetre of rain an hour
MOST_RAIN = 2.0  # times as many requests, however hard it rains
POPULAR = 0.1  # an exponent
AROUND = (np.roll(BY_HOUR, 1) + 2 * BY_HOUR + np.roll(BY_HOUR, -1)) / 4  # one hour has no trip
MOST_COMING = 1.5  # whatever the hour; the fewest are one over it
USUAL = 0.3  # how far a reading is pulled towards what was usual


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What is known of a hexagon now; the defaults say nothing.

    >>> Conditions(requests=-1)
    Traceback (most recent call last):
    ...
    ValueError: requests=-1 must be a finite number of at least 0 and at most 1e+06
    """

    requests: float = 10.0  # smoothed
    cars: float = 10.0  # idle, smoothed
    slowness: float = 1.0  # how many times as long a drive takes as on empty streets
    rain_mm_per_h: float = 0.0
    event: float = 1.0  # how many times as many requests are about to come
    hour: float = 12.0  # of the day
    popularity: float = 1.0  # requests in a usual week, over those of a mean hexagon
    usual_ratio: float = 1.0  # of requests to cars, at this hour of other weeks

    def __post_init__(self):
        checks.plain(self)
        for name, least, most in (
            *(("requests", 0, 1e6), ("cars", 0, 1e6), ("slowness", 1, 20), ("hour", 0, 23.999)),
            *(("rain_mm_per_h", 0, 500), ("event", 0.001, 1e3)),
            *(("popularity", 0.001, 1e3), ("usual_ratio", 0.001, 1e3)),
        ):
            checks.real(name, getattr(self, name), at_least=least, at_most=most)


# ── The voices: siblings of one shape ───────────────────────────────────────
def _coming(now):
    """Requests in an hour beside those of now: a table of hours, smoothed, and the factor bounded."""
    now_and_soon = np.interp([now.hour, now.hour + 1], np.arange(24) + 0.5, AROUND, period=24)
    return np.clip(now_and_soon[1] / now_and_soon[0], 1 / MOST_COMING, MOST_COMING)


def _usual(now):
    """A reading to the power .7 times the usual to the power .3, over the reading."""
    reading = max(now.requests, 1.0) / max(now.cars, 1.0)
    return (now.usual_ratio / reading) ** USUAL


FACTORS = {
    "requests": lambda now: now.requests,
    "availability": lambda now: 1 / max(now.cars, 1.0),
    "traffic": lambda now: now.slowness,  # a car that is busy longer is less of a car
    "weather": lambda now: min(1 + MORE_PER_MM * now.rain_mm_per_h, MOST_RAIN),
    "events": lambda now: now.event,
    "time of day": _coming,
    "popularity": lambda now: now.popularity**POPULAR,
    "history": _usual,
}
NAMES = tuple(FACTORS)


class Breakdown(NamedTuple):
    """A multiplier, and what each voice says.

    >>> Breakdown(2.0, 1.5, {"requests": 2.0}).multiplier
    1.5
    """

    ratio: float  # the product
    multiplier: float
    factors: dict[str, float]


def breakdown(config: SurgeConfig, now: Conditions, on: tuple[str, ...] = NAMES) -> Breakdown:
    """The multiplier that the curve makes of all voices that are `on`.

    >>> rain = Conditions(requests=20, cars=10, rain_mm_per_h=10)
    >>> said = breakdown(SurgeConfig(), rain, on=("requests", "availability", "weather"))
    >>> round(said.multiplier, 6), said.factors["weather"]
    (2.0, 1.5)
    """
    checks.instance("config", config, SurgeConfig)
    checks.instance("now", now, Conditions)
    on = checks.instance("on", on, tuple)
    if unknown := [name for name in on if name not in NAMES]:
        raise ValueError(f"on={checks.brief(unknown[0])} must be one of {', '.join(NAMES)}")
    factors = {name: float(FACTORS[name](now)) for name in NAMES if name in on}
    ratio = float(np.prod([*factors.values()]))
    target = config.curve.multiplier(np.array([min(ratio, 1e9)]))
    return Breakdown(ratio, min(float(target[0]), config.cap), factors)
