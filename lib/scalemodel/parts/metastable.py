"""The storm that goes on after the rain: a queue whose own customers keep it full.

A desk with one clerk. Who has waited `time_out_s` comes to the end of the line a second
time, and leaves the first place taken by a coat: the clerk serves the coat too, for nobody.
A pause of the clerk (the trigger) makes a line longer than the patience of those in it. From
then on everybody in it is a coat, everybody comes again, and the line lives on that alone,
long after the clerk is back. Such a failure is called metastable.

Two numbers tell it. The trigger does harm if the line at its end holds more than the clerk
serves within the time-out; and the harm lasts for ever if all tries together,
arrivals × (1 + retries), are no less than what the clerk can serve.

Read in this order: `MetastableConfig`, `loop`, `simulate`, and the closed forms.
Left out: several servers, a load that drifts, triggers that come back.
Sources: Bronson, Aghayev, Charapko, Zhu, "Metastable Failures in Distributed Systems", HotOS
2021; Huang et al., "Metastable Failures in the Wild", OSDI 2022.
"""

import math
from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks, events
from scalemodel.core.compiled import READ_FLOATS, compiled
from scalemodel.core.rng import stream

ARRIVES, GIVES_UP, SERVED = 0, 1, 2  # kinds of event
NEVER_S = math.inf
RECOVERED_RATIO, RECOVERED_S = 0.9, 5  # recovered: so many of those who end within so long


# ── Config and report ───────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """From `start_s` to `stop_s` the server has only a share of its capacity; 0 is a full stop.

    >>> Trigger(start_s=20.0, stop_s=30.0).capacity_ratio
    0.0
    """

    start_s: float = 20.0
    stop_s: float = 30.0
    capacity_ratio: float = 0.0

    def __post_init__(self):
        checks.real("start_s", self.start_s, at_least=0, at_most=1e6)
        checks.real("stop_s", self.stop_s, at_least=self.start_s, at_most=1e6)
        checks.real("capacity_ratio", self.capacity_ratio, at_least=0, at_most=1)


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
    trigger: Trigger = Trigger()
    until_s: float = 120.0
    seed: int = 0

    def __post_init__(self):
        for name in ("arrivals_per_s", "services_per_s"):
            checks.real(name, getattr(self, name), at_least=1e-3, at_most=1e6)
        checks.real("time_out_s", self.time_out_s, at_least=1e-3, at_most=1e6)
        checks.whole("retries", self.retries, at_least=0, at_most=10)
        checks.instance("trigger", self.trigger, Trigger)
        checks.real("until_s", self.until_s, at_least=1, at_most=1e5)
        checks.whole("seed", self.seed, at_least=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MetastableReport:
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


# ── Engine ──────────────────────────────────────────────────────────────────
@compiled("float64(float64, float64, float64, float64, float64)")
def finish_s(now_s, work_s, start_s, stop_s, capacity_ratio):
    """When `work_s` begun at `now_s` is done, with that share of capacity from start to stop.

    >>> finish_s(8.0, 4.0, 10.0, 20.0, 0.5), finish_s(8.0, 4.0, 10.0, 20.0, 0.0)
    (14.0, 22.0)
    """
    if now_s < start_s:
        if work_s <= start_s - now_s:
            return now_s + work_s
        work_s, now_s = work_s - (start_s - now_s), start_s
    if now_s < stop_s:
        done_s = capacity_ratio * (stop_s - now_s)
        if work_s < done_s:
            return now_s + work_s / capacity_ratio
        work_s, now_s = work_s - done_s, stop_s
    return now_s + work_s


@compiled(
    f"void({READ_FLOATS}, {READ_FLOATS}, {READ_FLOATS}, int64, float64[::1], float64[::1], float64[::1])"
)
def loop(arrival_s, work_s, rule, retries, sent_s, good_s, bad_s):
    """Fill when each attempt was sent, and when each request was answered or given up.

    `rule` is (time_out_s, start_s, stop_s, capacity_ratio, until_s).

    >>> sent_s, good_s, bad_s = np.full(2, np.inf), np.full(1, np.inf), np.full(1, np.inf)
    >>> loop([0.0], [3.0, 1.0], [2.0, 0.0, 0.0, 1.0, 9.0], 1, sent_s, good_s, bad_s)
    >>> sent_s.tolist(), good_s.tolist(), bad_s.tolist()
    ([0.0, 2.0], [inf], [4.0])
    """
    time_out_s, start_s, stop_s, capacity_ratio, until_s = rule
    tries = 1 + retries
    latest = np.full(len(arrival_s), -1)  # the attempt that a request waits for
    line = np.empty(len(sent_s), np.int64)
    first, last, busy = 0, 0, False
    heap = events.new(64)
    events.push(heap, arrival_s[0], ARRIVES, 0)
    while events.peek(heap) <= until_s:
        heap = events.with_room(heap, 3)
        now_s, kind, item, _ = events.pop(heap)
        sends = -1
        if kind == ARRIVES:
            sends = item * tries
            if item + 1 < len(arrival_s):
                events.push(heap, arrival_s[item + 1], ARRIVES, item + 1)
        elif kind == GIVES_UP:
            request = item // tries
            if latest[request] == item:
                latest[request] = -1
                if item % tries < retries:
                    sends = item + 1
                else:
                    bad_s[request] = now_s
        else:
            busy = False
            request = item // tries
            if latest[request] == item:
                latest[request] = -1
                good_s[request] = now_s
        if sends >= 0:
            latest[sends // tries] = sends
            sent_s[sends] = now_s
            line[last] = sends
            last += 1
            events.push(heap, now_s + time_out_s, GIVES_UP, sends)
        if not busy and first < last:
            served = line[first]
            first += 1
            busy = True
            end_s = finish_s(now_s, work_s[served], start_s, stop_s, capacity_ratio)
            events.push(heap, end_s, SERVED, served)


def simulate(config: MetastableConfig) -> MetastableReport:
    """What a run gives; arrivals and works are drawn beforehand, in units of their mean.

    >>> 10 < simulate(MetastableConfig(retries=0, until_s=100.0)).recovered_s < 30
    True
    """
    checks.instance("config", config, MetastableConfig)
    trigger, until_s = config.trigger, config.until_s
    arrival_s = poisson_s(config.arrivals_per_s, until_s, stream(config.seed, "arrivals"))
    attempts = len(arrival_s) * (1 + config.retries)
    work_s = stream(config.seed, "works").standard_exponential(attempts) / config.services_per_s
    rule = np.array([config.time_out_s, trigger.start_s, trigger.stop_s, trigger.capacity_ratio,
                     until_s])  # fmt: skip
    sent_s = np.full(attempts, NEVER_S)
    good_s, bad_s = np.full(len(arrival_s), NEVER_S), np.full(len(arrival_s), NEVER_S)
    loop.native(arrival_s, work_s, rule, config.retries, sent_s, good_s, bad_s)
    tries = sent_s.reshape(len(arrival_s), -1)
    last = np.isfinite(tries) & ~np.isfinite(
        np.hstack([tries[:, 1:], np.full((len(tries), 1), NEVER_S)])
    )
    good = (last & np.isfinite(good_s)[:, None]).ravel()
    settled = np.isfinite(sent_s) & (good | (sent_s + config.time_out_s <= until_s))
    return MetastableReport(
        arrivals_per_s=_a_second(arrival_s, until_s),
        attempts_per_s=_a_second(sent_s, until_s),
        goodput_per_s=_a_second(good_s, until_s),
        recovered_s=recovery_s(sent_s[settled], good[settled], trigger.stop_s),
    )


def poisson_s(arrivals_per_s: float, until_s: float, rng: np.random.Generator) -> np.ndarray:
    """Moments of a Poisson process before `until_s`; the first comes in any case.

    >>> len(poisson_s(1e-3, 1.0, stream(1, "few")))
    1
    """
    mean = checks.real("arrivals_per_s", arrivals_per_s, above=0) * checks.real(
        "until_s", until_s, above=0
    )
    checks.instance("rng", rng, np.random.Generator)
    gaps = rng.standard_exponential(int(mean + 10 * math.sqrt(mean) + 20))
    moment_s = np.cumsum(gaps) / arrivals_per_s
    return moment_s[: max(1, np.searchsorted(moment_s, until_s))]


def recovery_s(sent_s: np.ndarray, good: np.ndarray, stop_s: float) -> float:
    """Seconds from `stop_s` to the first good attempt after which nine in ten are good.

    Of each attempt there is when it was sent and whether it was answered in time; those of
    the next five seconds count.

    >>> recovery_s([9.0, 12.0, 13.0, 14.0], [True, False, True, True], 10.0)
    3.0
    """
    sent_s = checks.numbers_row("sent_s", sent_s, at_least=0, length=0)
    stop_s, good = checks.real("stop_s", stop_s, at_least=0), np.asarray(good)
    if good.shape != sent_s.shape or good.dtype != bool:
        raise ValueError(f"good={good!r} must hold a truth for each of {len(sent_s)} attempts")
    order = np.argsort(sent_s, kind="stable")
    sent_s, good = sent_s[order], good[order]
    before = np.concatenate([[0], np.cumsum(good)])
    at, beyond = np.arange(len(sent_s)), np.searchsorted(sent_s, sent_s + RECOVERED_S)
    well = before[beyond] - before[at] >= RECOVERED_RATIO * (beyond - at)
    found = np.flatnonzero(good & well & (sent_s >= stop_s))
    return float(sent_s[found[0]] - stop_s) if len(found) else NEVER_S


def _a_second(moment_s, until_s):
    """How many of these moments lie in each second."""
    return np.bincount(moment_s[moment_s < until_s].astype(int), minlength=math.ceil(until_s))


# ── The closed forms ────────────────────────────────────────────────────────
def load_ratio(config: MetastableConfig) -> float:
    """Work offered for each unit of capacity once every try times out: a = λ (1 + r) / μ.

    >>> load_ratio(MetastableConfig(arrivals_per_s=20.0))
    0.8
    """
    checks.instance("config", config, MetastableConfig)
    return config.arrivals_per_s * (1 + config.retries) / config.services_per_s


def backlog(config: MetastableConfig) -> float:
    """Attempts in the line when a full stop ends: λ · sum of max(D − j τ, 0), j from 0 to r.

    >>> backlog(MetastableConfig(arrivals_per_s=24.0))
    816.0
    """
    checks.instance("config", config, MetastableConfig)
    if config.trigger.capacity_ratio > 0:
        raise ValueError(f"config={config!r} must have a trigger with capacity_ratio 0")
    down_s = config.trigger.stop_s - config.trigger.start_s
    waves = (down_s - again * config.time_out_s for again in range(config.retries + 1))
    return config.arrivals_per_s * sum(max(wave_s, 0.0) for wave_s in waves)


def harms(config: MetastableConfig) -> bool:
    """Whether the line at the trigger's end is longer than the patience of those in it.

    >>> harms(MetastableConfig()), harms(MetastableConfig(trigger=Trigger(stop_s=20.5)))
    (True, False)
    """
    return backlog(config) > config.services_per_s * config.time_out_s


def survives(config: MetastableConfig) -> bool:
    """Whether the failure outlives its trigger for good.

    >>> survives(MetastableConfig()), survives(MetastableConfig(arrivals_per_s=24.0))
    (True, False)
    """
    return harms(config) and load_ratio(config) >= 1


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
