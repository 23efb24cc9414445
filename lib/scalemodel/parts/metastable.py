"""The storm that goes on after the rain: a queue whose own customers keep it full.

A desk with one clerk. Who has waited `time_out_s` comes to the end of the line a second
time, and leaves a coat on the first place: the clerk serves the coat too, for nobody.
A pause of the clerk (the trigger) makes a line longer than the patience of those in it. From
then on everybody in it is a coat, everybody comes again, and the line lives on that alone,
long after the clerk is back. Such a failure is called metastable.

Two numbers tell it. The trigger does harm if the line at its end holds more than the clerk
serves within the time-out; and the harm lasts for ever if all tries together,
arrivals × (1 + retries), are no less than what the clerk can serve. Near that point recovery
takes minutes and differs from seed to seed.

The run is `parts.resilience.calls` with one server, so that every guard is a cure to try;
`CURES` has some. Two minutes with all their retries are 0.1 M events, a fortieth of a second.

Read in this order: `MetastableConfig`, `simulate`, and the closed forms.
Left out: a load that drifts, triggers that come back, a fall in capacity that the load causes.
Sources: Bronson, Aghayev, Charapko, Zhu, "Metastable Failures in Distributed Systems", HotOS
2021; Huang et al., "Metastable Failures in the Wild", OSDI 2022.
"""

__all__ = [
    "CURES", "NEVER_S", "RECOVERED_RATIO", "RECOVERED_S", "STOP", "MetastableConfig",
    "MetastableReport", "backlog", "harms", "load_ratio", "returns_s", "simulate", "survives",
]  # fmt: skip
__dir__ = lambda: __all__

import math
from dataclasses import dataclass, replace

import numpy as np

from scalemodel.core import checks
from scalemodel.core.frames import Tabular
from scalemodel.parts.resilience.breaker import BreakerConfig
from scalemodel.parts.resilience.calls import GOOD, CallsConfig, Trigger, calls
from scalemodel.parts.resilience.guards import UNGUARDED, Guards
from scalemodel.parts.resilience.retry import BudgetConfig, FullJitter

NEVER_S = math.inf
RECOVERED_RATIO, RECOVERED_S = 0.9, 5  # so many of those who end within so long are good
STOP = Trigger(start_s=20.0, stop_s=30.0)
CURES = {
    "none": UNGUARDED,
    "budget": Guards(budget=BudgetConfig(earns_ratio=0.1)),
    "LIFO": Guards(lifo=True),
    "bounded queue": Guards(queue=80),
    "back-off": Guards(backoff=FullJitter(base_s=1.0, most_s=30.0)),
    "drop expired": Guards(drops_expired=True),
    "breaker": Guards(breaker=BreakerConfig(slots=10, slot_s=1.0, open_s=5.0)),
}


# ── Config and report ───────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class MetastableConfig:
    """Who comes, how fast they are served, and what they do when they have waited too long.

    >>> MetastableConfig(retries=-1)
    Traceback (most recent call last):
    ...
    ValueError: retries=-1 must be an integer of at least 0 and at most 10
    """

    arrivals_per_s: float = 70.0  # Poisson
    services_per_s: float = 100.0  # exponential
    time_out_s: float = 1.0
    retries: int = 3  # at once, after each time-out
    trigger: Trigger = STOP
    cure: Guards = UNGUARDED  # without a time-out and retries of its own
    until_s: float = 120.0
    seed: int = 0

    def __post_init__(self):
        checks.plain(self)
        for name in ("arrivals_per_s", "services_per_s"):
            checks.real(name, getattr(self, name), at_least=1e-3, at_most=1e6)
        checks.real("time_out_s", self.time_out_s, at_least=1e-3, at_most=1e6)
        checks.whole("retries", self.retries, at_least=0, at_most=10)
        checks.instance("trigger", self.trigger, Trigger)
        cure = checks.instance("cure", self.cure, Guards)
        if cure.retries or cure.time_out_s < math.inf:
            raise ValueError(
                f"cure={checks.brief(cure)} must leave retries and time_out_s to the config"
            )
        most_s = 10_000_000 / self.arrivals_per_s / (1 + self.retries)
        checks.real("until_s", self.until_s, at_least=1, at_most=min(most_s, 1e6))
        checks.whole("seed", self.seed, at_least=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MetastableReport(Tabular):
    """What the run measured, second by second, and when the service was itself again.

    >>> report = simulate(MetastableConfig(until_s=60.0))
    >>> report.goodput_ratio(0.0, 20.0) > 0.9, report.goodput_ratio(40.0, 60.0), report.recovered_s
    (True, 0.0, inf)
    """

    arrivals_per_s: np.ndarray  # shape (seconds,), as the next two
    attempts_per_s: np.ndarray  # first tries and retries that were sent
    goodput_per_s: np.ndarray  # answers that came in time
    recovered_s: float  # after the trigger's end; infinite if never

    def goodput_ratio(self, start_s: float, stop_s: float) -> float:
        """Good answers for each arrival, from the second of `start_s` to that of `stop_s`."""
        seconds = len(self.goodput_per_s)
        start_s = int(checks.real("start_s", start_s, at_least=0, at_most=seconds - 1))
        stop_s = int(checks.real("stop_s", stop_s, at_least=start_s + 1, at_most=seconds))
        arrivals = self.arrivals_per_s[start_s:stop_s].sum()
        return float(self.goodput_per_s[start_s:stop_s].sum() / max(arrivals, 1))


# ── The run ─────────────────────────────────────────────────────────────────
def simulate(config: MetastableConfig) -> MetastableReport:
    """What a run gives.

    >>> 10 < simulate(MetastableConfig(retries=0, until_s=100.0)).recovered_s < 30
    True
    """
    checks.instance("config", config, MetastableConfig)
    run = calls(
        CallsConfig(
            arrivals_per_s=config.arrivals_per_s,
            servers=1,
            services_per_s=config.services_per_s,
            guards=replace(config.cure, time_out_s=config.time_out_s, retries=config.retries),
            trigger=config.trigger,
            until_s=config.until_s,
            seed=config.seed,
        )
    )
    good = run.ended == GOOD
    return MetastableReport(
        arrivals_per_s=_a_second(run.arrival_s, config.until_s),
        attempts_per_s=_a_second(run.sent_s.ravel(), config.until_s),
        goodput_per_s=_a_second(run.end_s[good], config.until_s),
        recovered_s=_recovered_s(run, good, config.trigger.stop_s, config.until_s),
    )


def _recovered_s(run, good, stop_s, until_s):
    """When the first good attempt went out after whose answer nine requests in ten end well."""
    order = np.argsort(run.end_s, kind="stable")
    order = order[run.end_s[order] < until_s]
    end_s, good = run.end_s[order], good[order]
    before = np.concatenate([[0], np.cumsum(good)])
    at, beyond = np.arange(len(end_s)), np.searchsorted(end_s, end_s + RECOVERED_S)
    well = before[beyond] - before[at] >= RECOVERED_RATIO * (beyond - at)
    found = np.flatnonzero(good & well & (end_s >= stop_s))
    if not len(found):
        return NEVER_S
    sent_s = run.sent_s[order[found[0]]]
    return max(0.0, float(sent_s[np.isfinite(sent_s)].max() - stop_s))


def _a_second(moment_s, until_s):
    """How many of these moments lie in each second."""
    return np.bincount(moment_s[moment_s < until_s].astype(int), minlength=math.ceil(until_s))


# ── The closed forms ────────────────────────────────────────────────────────
def load_ratio(config: MetastableConfig) -> float:
    """Work offered for each unit of capacity once every try times out: a = λ (1 + r) / μ.

    A budget that earns b for each first try puts b in the place of r, if it is less.

    >>> load_ratio(MetastableConfig(arrivals_per_s=20.0))
    0.8
    >>> round(load_ratio(MetastableConfig(cure=CURES["budget"])), 12)
    0.77
    """
    budget = checks.instance("config", config, MetastableConfig).cure.budget
    retries = config.retries if budget is None else min(config.retries, budget.earns_ratio)
    return config.arrivals_per_s * (1 + retries) / config.services_per_s


def backlog(config: MetastableConfig) -> float:
    """Attempts in the line when a full stop ends: λ · sum of max(D − j τ, 0), j from 0 to r.

    >>> backlog(MetastableConfig(arrivals_per_s=24.0))
    816.0
    """
    checks.instance("config", config, MetastableConfig)
    if config.trigger.capacity_ratio > 0 or config.cure != UNGUARDED:
        raise ValueError(
            f"config={checks.brief(config)} must have a full stop for a trigger, and no cure"
        )
    down_s = config.trigger.stop_s - config.trigger.start_s
    waves = (down_s - again * config.time_out_s for again in range(config.retries + 1))
    return config.arrivals_per_s * sum(max(wave_s, 0.0) for wave_s in waves)


def harms(config: MetastableConfig) -> bool:
    """Whether the line at the trigger's end is longer than the patience of those in it.

    >>> harms(MetastableConfig()), harms(MetastableConfig(trigger=Trigger(start_s=20.0, stop_s=20.5)))
    (True, False)
    """
    return backlog(config) > config.services_per_s * config.time_out_s


def survives(config: MetastableConfig) -> bool:
    """Whether the failure outlives its trigger for good.

    >>> survives(MetastableConfig()), survives(MetastableConfig(arrivals_per_s=24.0))
    (True, False)
    """
    return load_ratio(config) >= 1 and harms(config)


def returns_s(config: MetastableConfig) -> float:
    """Seconds from the trigger's end to recovery: (backlog − μ τ) / (μ − λ (1 + r)).

    Below a load of 1 only; its spread over seeds grows with it as the load comes near 1.

    >>> returns_s(MetastableConfig(arrivals_per_s=24.0)), returns_s(MetastableConfig())
    (179.0, inf)
    """
    if not harms(config):
        return 0.0
    if survives(config):
        return NEVER_S
    spare_per_s = config.services_per_s - config.arrivals_per_s * (1 + config.retries)
    return (backlog(config) - config.services_per_s * config.time_out_s) / spare_per_s
