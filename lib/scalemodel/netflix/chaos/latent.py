"""A weakness that nobody knows of, and who finds it first: a monkey at ten, or chance at night.

A lamp in the cellar is broken. Whoever tries the switch in the afternoon changes it at once;
else somebody finds out in the dark, on the stairs. It is found either way: one chooses only
when, and by whom.

Weaknesses come at a rate. Each waits for the first of two: a kill that happens to touch it, at
a time when people are at their desks, or a failure by chance, at any hour. What is found at
the desk is down for a short time, what is found at night for a long one. Each kill costs a
little, too, so one may kill too often.

Everything is a closed form, of microseconds; a run of a thousand weaknesses is 0.1 ms.
Left out: the rhythm of the week, for a weakness waits for weeks; two that are found at once;
weaknesses that only a zone's fall would show; people who learn.
Sources: competing exponential clocks, any text on probability. All figures here are ours.
"""

__all__ = [
    "MOST_FOUND", "NEVER", "YEAR_S", "LatentConfig", "LatentReport", "best_kills_per_year",
    "expected", "simulate",
]  # fmt: skip
__dir__ = lambda: __all__

from dataclasses import dataclass
from math import sqrt

import numpy as np

from scalemodel.core import checks
from scalemodel.core.frames import Tabular
from scalemodel.core.rng import stream

MOST_FOUND = 1_000_000  # weaknesses in a run
NEVER = 1e-100  # a rate of nothing, by which one can divide


# ── Config and report ───────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class LatentConfig:
    """How often weaknesses come, what finds them, and what it costs when it does.

    >>> LatentConfig(kills_per_year=0).found_per_year
    (0.0, 0.5)
    """

    weaknesses_per_year: float = 4.0
    kills_per_year: float = 125.0
    touches_ratio: float = 0.1  # of the kills, those that would show one given weakness
    chances_per_year: float = 0.5  # failures by chance that would show it
    desk_ratio: float = 30 / 168  # of the hours, those at which people are at their desks
    day_s: float = 300.0  # down for, found at the desk
    night_s: float = 2 * 3600.0  # and at any other hour
    kill_s: float = 5.0  # and for each kill, whatever it shows
    years: int = 10
    seed: int = 0

    def __post_init__(self):
        checks.plain(self)
        rate = checks.real("weaknesses_per_year", self.weaknesses_per_year, at_least=0, at_most=1e4)
        checks.real("kills_per_year", self.kills_per_year, at_least=0, at_most=1e4)
        checks.real("touches_ratio", self.touches_ratio, at_least=0, at_most=1)
        checks.real("chances_per_year", self.chances_per_year, at_least=1e-9, at_most=1e4)
        checks.real("desk_ratio", self.desk_ratio, at_least=0, at_most=1)
        day_s = checks.real("day_s", self.day_s, at_least=0, at_most=1e7)
        checks.real("night_s", self.night_s, at_least=day_s, at_most=1e7)
        checks.real("kill_s", self.kill_s, at_least=0, at_most=1e6)
        checks.whole("years", self.years, at_least=1, at_most=MOST_FOUND // max(1, int(rate)))
        checks.whole("seed", self.seed, at_least=0)

    @property
    def found_per_year(self) -> tuple[float, float]:
        """How often the monkey would find a weakness that lies there, and chance."""
        return self.kills_per_year * self.touches_ratio, self.chances_per_year


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentReport(Tabular):
    """Seconds down in a year, by what brought them, and how long a weakness lay there.

    >>> report = expected(LatentConfig(kills_per_year=0))
    >>> round(report.down_s / 3600, 1), report.hidden_s / 86_400
    (6.6, 730.5)
    """

    monkey_s: float  # found by a kill
    day_s: float  # found by chance, at the desk
    night_s: float  # and at another hour
    kills_s: float  # the price of the kills
    hidden_s: float  # of a weakness, until it is found, on average

    @property
    def down_s(self) -> float:
        """All of it."""
        return self.monkey_s + self.day_s + self.night_s + self.kills_s


# ── Run ─────────────────────────────────────────────────────────────────────
YEAR_S = 365.25 * 86_400


def simulate(config: LatentConfig) -> LatentReport:
    """The report of weaknesses that come in some years, each found by whoever is first.

    >>> round(simulate(LatentConfig(years=1000)).down_s / 60, 1)
    45.5
    """
    config = checks.instance("config", config, LatentConfig)
    rng = stream(config.seed, "weaknesses")
    found = int(rng.poisson(config.weaknesses_per_year * config.years))
    kills = int(rng.poisson(config.kills_per_year * config.years))
    waits = rng.standard_exponential((2, found))  # for the monkey, for chance; in units of each
    monkey, chance = config.found_per_year
    by_kill = waits[0] / max(monkey, NEVER)
    by_chance = waits[1] / chance
    at_desk = rng.random(found) < config.desk_ratio
    shown = by_kill < by_chance
    return LatentReport(
        monkey_s=int(shown.sum()) * config.day_s / config.years,
        day_s=int((~shown & at_desk).sum()) * config.day_s / config.years,
        night_s=int((~shown & ~at_desk).sum()) * config.night_s / config.years,
        kills_s=kills * config.kill_s / config.years,
        hidden_s=float(np.minimum(by_kill, by_chance).mean()) * YEAR_S if found else 0.0,
    )


# ── The closed form ─────────────────────────────────────────────────────────
def expected(config: LatentConfig) -> LatentReport:
    """The same on average: the monkey is first with m / (m + c).

    >>> report = expected(LatentConfig())
    >>> round(report.down_s / 60, 1), round(report.night_s / report.down_s, 2)
    (44.9, 0.34)
    """
    config = checks.instance("config", config, LatentConfig)
    monkey, chance = config.found_per_year
    of_kills, of_chance = (
        config.weaknesses_per_year * one / (monkey + chance) for one in (monkey, chance)
    )
    return LatentReport(
        monkey_s=of_kills * config.day_s,
        day_s=of_chance * config.desk_ratio * config.day_s,
        night_s=of_chance * (1 - config.desk_ratio) * config.night_s,
        kills_s=config.kills_per_year * config.kill_s,
        hidden_s=YEAR_S / (monkey + chance),
    )


def best_kills_per_year(config: LatentConfig) -> float:
    """How often to kill so that the least is down, where the price of a kill is above 0.

    A kill more a year costs `kill_s` and saves what chance finds at night; they are equal where
    (m + c)² = t · w · c · (1 − d) · (night − day) / kill, and below 0 it is better never to kill.

    >>> best = best_kills_per_year(LatentConfig())
    >>> round(best), best_kills_per_year(LatentConfig(kill_s=1e6))
    (146, 0.0)
    """
    config = checks.instance("config", config, LatentConfig)
    kill_s = checks.real("kill_s", config.kill_s, at_least=1e-9)
    gained_s = (1 - config.desk_ratio) * (config.night_s - config.day_s)
    chance = config.chances_per_year
    gain = config.touches_ratio * config.weaknesses_per_year * chance * gained_s / kill_s
    return max(0.0, (sqrt(gain) - chance) / config.touches_ratio) if config.touches_ratio else 0.0
