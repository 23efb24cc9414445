"""How many messages wait for phones that are away.

A left-luggage office: bags come, and each is fetched when its owner is back, or thrown away
after thirty days. How many stand there? As many as come a day, times the days that one stands
there on average: Little's law. That average is of the shorter of two times, owner and rule, bag
by bag; the shorter of the two averages is more, and wrong.

Left out: who is away for good, days and nights, size of a message, copies.
Sources: Little, "A Proof for the Queuing Formula L = λW", 1961; a company's privacy policy of
2021 for the thirty days. That absences are exponential is ours.
"""

__all__ = [
    "DAY_S", "OfflineConfig", "OfflineReport", "expected", "naive_waiting", "simulate",
    "written_ratio",
]  # fmt: skip
__dir__ = lambda: __all__

import math
from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks
from scalemodel.core.frames import Tabular
from scalemodel.core.rng import stream

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineConfig:
    """Messages for who is away, how long one is away, and how long a message is kept.

    >>> OfflineConfig(ttl_s=0)
    Traceback (most recent call last):
    ...
    ValueError: ttl_s=0 must be a finite number of at least 1 and at most 1e+10
    """

    arrivals_per_s: float = 1.0  # Poisson
    away_s: float = 7 * DAY_S  # exponential, a mean
    ttl_s: float = 30 * DAY_S
    messages: int = 100_000
    seed: int = 0

    def __post_init__(self):
        checks.plain(self)
        for name, least in (("arrivals_per_s", 1e-9), ("away_s", 1), ("ttl_s", 1)):
            checks.real(name, getattr(self, name), at_least=least, at_most=1e10)
        checks.whole("messages", self.messages, at_least=1, at_most=10_000_000)
        checks.whole("seed", self.seed, at_least=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineReport(Tabular):
    """What waits at a moment of the long run, and what is thrown away.

    >>> round(expected(OfflineConfig(arrivals_per_s=1000, away_s=DAY_S)).waiting / 1e6, 1)
    86.4
    """

    waiting: float  # messages
    expired_ratio: float  # of all messages


def simulate(config: OfflineConfig) -> OfflineReport:
    """What waits at one moment, counted message by message, if the last came just now.

    >>> round(simulate(OfflineConfig(arrivals_per_s=0.01)).waiting / 6048, 1)
    1.0
    """
    checks.instance("config", config, OfflineConfig)
    rng = stream(config.seed, "messages")
    ago_s = np.cumsum(rng.exponential(1 / config.arrivals_per_s, config.messages))
    stays_s = rng.exponential(config.away_s, config.messages)
    if ago_s[-1] < config.ttl_s:
        reach = f"must reach back ttl_s={config.ttl_s}; they reach {ago_s[-1]:.0f}"
        raise ValueError(f"messages={config.messages} {reach}")
    waiting = float(((stays_s > ago_s) & (ago_s < config.ttl_s)).sum())
    return OfflineReport(waiting=waiting, expired_ratio=float((stays_s > config.ttl_s).mean()))


# ── The closed forms ────────────────────────────────────────────────────────
def expected(config: OfflineConfig) -> OfflineReport:
    """λ E[min(TTL, X)] = λ m (1 − e^(−TTL / m)) waiting, and e^(−TTL / m) expired.

    >>> round(expected(OfflineConfig()).expired_ratio, 4)
    0.0138
    """
    checks.instance("config", config, OfflineConfig)
    expired_ratio = math.exp(-config.ttl_s / config.away_s)
    waiting = config.arrivals_per_s * config.away_s * (1 - expired_ratio)
    return OfflineReport(waiting=waiting, expired_ratio=expired_ratio)


def naive_waiting(config: OfflineConfig) -> float:
    """The usual mistake, λ min(TTL, E[X]): too many.

    >>> config = OfflineConfig(away_s=30 * DAY_S)
    >>> round(naive_waiting(config) / expected(config).waiting, 2)
    1.58
    """
    checks.instance("config", config, OfflineConfig)
    return config.arrivals_per_s * min(config.ttl_s, config.away_s)


def written_ratio(delay_s: float) -> float:
    """The share that still waits, and is written, after `delay_s`, if half go within a minute.

    >>> round(written_ratio(339), 3)
    0.02
    """
    return 0.5 ** (checks.real("delay_s", delay_s, at_least=0, at_most=1e12) / 60)
