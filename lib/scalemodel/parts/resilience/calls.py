"""Clients call a service, with all guards at work, event by event.

Requests come when they like. A call waits in the service's queue and is served by one of
`servers`; it may fail, and it may be too slow for its caller, who then gives it up. The
service does not know that (unless it drops what has expired), so it serves the coat of a
guest who has left. Whoever failed or gave up may try again, as `Guards` say; who is refused,
by whomever, is answered at once and does not.

An attempt is two or three events, 0.25 µs each (`benchmarks/resilience.py`), and 49 bytes; a
request is 56 more. All that is random is drawn beforehand, for each attempt: two sets of
guards share their luck.

Read in this order: `CallsConfig`, `loop`, `calls`, `simulate`.
Left out: several services, the network's own time, clients with queues of their own.
Sources: Dean, Barroso, "The Tail at Scale", CACM 56(2), 2013; Google, "Site Reliability
Engineering", 2016, on cascading failures.
"""

__all__ = [
    "AGAIN", "ARRIVES", "BREAKER", "BUDGET", "BULKHEAD", "BULKHEADS", "CAPACITY", "DEADLINE",
    "DEADLINE_S", "DROPS", "ENDS", "FAILED", "FAILS", "FAILS_THEN", "GIVES_UP", "GOOD", "HEDGES",
    "HEDGE_S", "LAWS", "LIFO", "MOST_ATTEMPTS", "NEVER_OPENS", "PLACES", "QUEUE", "RETRIES", "SENT",
    "SERVED", "SERVERS", "START_S", "STOP_S", "TIMED_OUT", "TIME_OUT_S", "TRIES", "Calls",
    "CallsConfig", "CallsReport", "Trigger", "calls", "finish_s", "hedged_tail_ratio", "loop",
    "simulate",
]  # fmt: skip
__dir__ = lambda: __all__

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from scalemodel.core import checks, events
from scalemodel.core.compiled import READ_FLOATS, compiled
from scalemodel.core.frames import Tabular
from scalemodel.core.rng import stream
from scalemodel.core.stats import percentile
from scalemodel.parts.resilience.breaker import OPENED, BreakerConfig, allow, record
from scalemodel.parts.resilience.guards import UNGUARDED, Guards
from scalemodel.parts.resilience.retry import PAUSE, earn, may_retry

ARRIVES, AGAIN, HEDGES, GIVES_UP, SERVED = range(5)  # kinds of event
SENT, GOOD, FAILED, TIMED_OUT, DEADLINE, BUDGET, BREAKER, BULKHEAD, QUEUE = range(9)
ENDS = ("sent", "good", "failed", "timed out", "deadline", "budget", "breaker", "bulkhead", "queue")
# Places in the rule, a row of numbers.
(SERVERS, TRIES, RETRIES, DEADLINE_S, TIME_OUT_S, HEDGE_S, BULKHEADS, PLACES, LIFO, DROPS, FAILS,
 START_S, STOP_S, CAPACITY, FAILS_THEN) = range(15)  # fmt: skip
LAWS = {  # of a mean of 1
    "exponential": lambda rng, size: rng.standard_exponential(size),
    "constant": lambda rng, size: np.ones(size),
    "lognormal": lambda rng, size: rng.lognormal(-0.32, 0.8, size),  # sigma 0.8
}
NEVER_OPENS = BreakerConfig(slots=1, slot_s=1e6, minimum_calls=10**9)
MOST_ATTEMPTS = 20_000_000


# ── Config and report ───────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """From `start_s` to `stop_s` servers have a share of their capacity, and calls may fail.

    >>> Trigger(start_s=20.0, stop_s=30.0).capacity_ratio
    0.0
    """

    start_s: float = 0.0
    stop_s: float = 0.0
    capacity_ratio: float = 0.0  # a full stop
    failure_ratio: float = 0.0  # of calls whose service ends in that time

    def __post_init__(self):
        checks.plain(self)
        checks.real("start_s", self.start_s, at_least=0, at_most=1e6)
        checks.real("stop_s", self.stop_s, at_least=self.start_s, at_most=1e6)
        checks.real("capacity_ratio", self.capacity_ratio, at_least=0, at_most=1)
        checks.real("failure_ratio", self.failure_ratio, at_least=0, at_most=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsConfig:
    """Who calls, who serves, and what guards both.

    >>> CallsConfig(law="uniform")
    Traceback (most recent call last):
    ...
    ValueError: law='uniform' must be one of exponential, constant, lognormal
    """

    arrivals_per_s: float = 80.0  # Poisson
    servers: int = 10
    services_per_s: float = 10.0  # of each server
    law: str = "exponential"  # of a service
    failure_ratio: float = 0.0  # of calls that are served
    guards: Guards = UNGUARDED
    trigger: Trigger = Trigger()
    until_s: float = 60.0  # then nobody comes any more, and all that is out ends
    seed: int = 0

    def __post_init__(self):
        checks.plain(self)
        for name in ("arrivals_per_s", "services_per_s"):
            checks.real(name, getattr(self, name), at_least=1e-3, at_most=1e6)
        checks.whole("servers", self.servers, at_least=1, at_most=1_000_000)
        if not isinstance(self.law, str) or self.law not in LAWS:
            raise ValueError(f"law={checks.brief(self.law)} must be one of {', '.join(LAWS)}")
        checks.real("failure_ratio", self.failure_ratio, at_least=0, at_most=1)
        checks.instance("guards", self.guards, Guards)
        checks.instance("trigger", self.trigger, Trigger)
        checks.real("until_s", self.until_s, above=0, at_most=MOST_ATTEMPTS / self.arrivals_per_s)
        checks.whole("seed", self.seed, at_least=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsReport(Tabular):
    """What the clients met.

    >>> simulate(CallsConfig(until_s=1.0)).ended["good"]
    77
    """

    goodput_per_s: float
    p50_latency_s: float  # of good requests, with all their tries; infinite if there is none
    p99_latency_s: float
    load_ratio: float  # attempts that were sent, for each request
    ended: dict[str, int]  # requests by how they ended: good, failed, ..., or who refused
    times_opened: int  # of the breaker


class Calls(NamedTuple):
    """What came of each request and attempt; a moment that never came is infinite.

    >>> calls(CallsConfig(until_s=1.0)).sent_s.shape
    (77, 1)
    """

    arrival_s: np.ndarray  # shape (requests,)
    sent_s: np.ndarray  # shape (requests, attempts), in the order in which they were sent
    end_s: np.ndarray  # shape (requests,), as the next
    ended: np.ndarray  # a place in `ENDS`
    times_opened: int
    events: int  # that the loop has seen


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
    f"int64({', '.join([READ_FLOATS] * 5)}, FunctionType({PAUSE}), {READ_FLOATS}, float64[::1], "
    "float64[::1], float64[::1], float64[::1], int64[::1])"
)
def loop(
    arrival_s, work_s, fails, jitter, rule, pause, pause_memory, budget, breaker, sent_s, end_s, ended
):  # fmt: skip
    """Fill when attempts were sent, when requests ended and how; the number of events.

    `rule` has its places named above. Of attempt n there is its work, and two numbers from 0 to
    1 for whether it fails and how long the pause after it is.

    >>> calls(CallsConfig(until_s=1.0)).events  # 77 requests come, and each is served
    154
    """
    tries, servers, time_out_s = int(rule[TRIES]), int(rule[SERVERS]), rule[TIME_OUT_S]
    copies = np.zeros(len(arrival_s), np.int64)  # attempts of a request so far
    out = np.zeros(len(arrival_s), np.int64)  # of them, who is waited for
    again = np.zeros(len(arrival_s), np.int64)  # retries so far
    paused_s = np.zeros(len(arrival_s))  # the last pause
    waited_for = np.zeros(len(sent_s), np.bool_)
    gives_up_s = np.full(len(sent_s), np.inf)
    line = np.empty(len(sent_s), np.int64)
    first, last, busy, inside, seen = 0, 0, 0, 0, 0
    heap = events.new(64)
    events.push(heap, arrival_s[0], ARRIVES, 0)
    while events.waiting(heap) > 0:
        heap = events.with_room(heap, 3)
        now_s, kind, item, _ = events.pop(heap)
        seen += 1
        request = item if kind <= HEDGES else item // tries
        sends, settled, how = False, -1, GOOD
        if kind == ARRIVES:
            sends = True
            earn(budget)
            if rule[HEDGE_S] < np.inf:
                events.push(heap, now_s + rule[HEDGE_S], HEDGES, request)
            if request + 1 < len(arrival_s):
                events.push(heap, arrival_s[request + 1], ARRIVES, request + 1)
        elif kind == AGAIN:
            sends = may_retry(budget)
            if not sends:
                how = BUDGET
        elif kind == HEDGES:
            sends = out[request] > 0
        elif kind == GIVES_UP:
            settled, how = item, TIMED_OUT
        else:
            busy -= 1
            in_trigger = rule[START_S] <= now_s < rule[STOP_S]
            settled = item
            if fails[item] < (rule[FAILS_THEN] if in_trigger else rule[FAILS]):
                how = FAILED

        if settled >= 0 and waited_for[settled]:  # an answer, or none in time
            waited_for[settled] = False
            out[request] -= 1
            inside -= 1
            record(breaker, now_s, how == GOOD)
            if how == GOOD and ended[request] == SENT:
                ended[request], end_s[request] = GOOD, now_s
        elif settled >= 0:
            how = GOOD  # nobody waits for it

        if sends:  # by the guards that are left, and to the service
            if not allow(breaker, now_s):
                how = BREAKER
            elif inside >= rule[BULKHEADS]:
                how = BULKHEAD
                record(breaker, now_s, False)
            else:
                attempt = request * tries + copies[request]
                copies[request] += 1
                sent_s[attempt] = now_s
                if busy == servers and last - first >= rule[PLACES]:
                    how = QUEUE
                    record(breaker, now_s, False)
                else:
                    line[last] = attempt
                    last += 1
                    inside += 1
                    out[request] += 1
                    waited_for[attempt] = True
                    at_s = min(now_s + time_out_s, arrival_s[request] + rule[DEADLINE_S])
                    gives_up_s[attempt] = at_s
                    if at_s < np.inf:
                        events.push(heap, at_s, GIVES_UP, attempt)

        if how != GOOD and ended[request] == SENT and out[request] == 0:
            end = True
            if how in (FAILED, TIMED_OUT):
                left_s = arrival_s[request] + rule[DEADLINE_S] - now_s
                if left_s <= 0:
                    how = DEADLINE
                elif again[request] < rule[RETRIES]:
                    wait_s = pause(again[request], paused_s[request], jitter[settled], pause_memory)
                    again[request] += 1
                    paused_s[request] = wait_s
                    if wait_s < left_s:
                        end = False
                        events.push(heap, now_s + wait_s, AGAIN, request)
                    else:
                        how = DEADLINE
            if end:
                ended[request], end_s[request] = how, now_s

        while busy < servers and first < last:
            if rule[LIFO] > 0:
                last -= 1
                served = line[last]
            else:
                served = line[first]
                first += 1
            if rule[DROPS] == 0 or now_s < gives_up_s[served]:
                busy += 1
                done_s = finish_s(
                    now_s, work_s[served], rule[START_S], rule[STOP_S], rule[CAPACITY]
                )
                events.push(heap, done_s, SERVED, served)
    return seen


def calls(config: CallsConfig, arrival_s: np.ndarray | None = None) -> Calls:
    """What came of each request; they come as the config says, or at `arrival_s`.

    >>> calls(CallsConfig(servers=1, law="constant"), [0.0, 1.0, 1.0]).end_s
    array([0.1, 1.1, 1.2])
    """
    guards, trigger = checks.instance("config", config, CallsConfig).guards, config.trigger
    if arrival_s is None:
        arrival_s = _poisson_s(
            config.arrivals_per_s, config.until_s, stream(config.seed, "arrivals")
        )
    arrival_s = checks.numbers_row("arrival_s", arrival_s, at_least=0, at_most=1e15)
    if (np.diff(arrival_s) < 0).any():
        raise ValueError(f"arrival_s={checks.brief(arrival_s)} must not fall")
    requests, tries = len(arrival_s), 1 + guards.retries + (guards.hedge_s < math.inf)
    attempts = requests * tries
    if attempts > MOST_ATTEMPTS:
        raise ValueError(
            f"config={checks.brief(config)} must allow at most {MOST_ATTEMPTS:,} attempts: "
            f"{requests:,} requests of {tries}"
        )
    rule = np.array([
        config.servers, tries, guards.retries, guards.deadline_s, guards.time_out_s, guards.hedge_s,
        math.inf if guards.bulkhead is None else guards.bulkhead,
        math.inf if guards.queue is None else guards.queue,
        guards.lifo, guards.drops_expired, config.failure_ratio,
        trigger.start_s, trigger.stop_s, trigger.capacity_ratio, trigger.failure_ratio,
    ], float)  # fmt: skip
    budget = np.full(3, math.inf) if guards.budget is None else guards.budget.memory()
    breaker = (guards.breaker or NEVER_OPENS).memory()
    work_s = LAWS[config.law](stream(config.seed, "works"), attempts) / config.services_per_s
    fails, jitter = (
        stream(config.seed, name).uniform(size=attempts) for name in ("fails", "jitter")
    )
    sent_s, end_s = np.full(attempts, math.inf), np.full(requests, math.inf)
    ended = np.full(requests, SENT)
    seen = loop.native(
        arrival_s, work_s, fails, jitter, rule, guards.backoff.pause.native, guards.backoff.memory(),
        budget, breaker, sent_s, end_s, ended,
    )  # fmt: skip
    return Calls(
        arrival_s, sent_s.reshape(requests, tries), end_s, ended, int(breaker[OPENED]), seen
    )


def simulate(config: CallsConfig) -> CallsReport:
    """The report of one run.

    >>> from scalemodel.parts.resilience.guards import HYSTRIX
    >>> report = simulate(CallsConfig(arrivals_per_s=150.0, guards=HYSTRIX))
    >>> [report.ended[how] for how in ("good", "bulkhead", "breaker")]
    [4976, 3287, 754]
    """
    run = calls(config)
    good = run.ended == GOOD
    latency_s = (run.end_s - run.arrival_s)[good]
    counts = np.bincount(run.ended, minlength=len(ENDS)).tolist()
    return CallsReport(
        goodput_per_s=counts[GOOD] / config.until_s,
        p50_latency_s=percentile(latency_s, 50) if good.any() else math.inf,
        p99_latency_s=percentile(latency_s, 99) if good.any() else math.inf,
        load_ratio=float(np.isfinite(run.sent_s).sum() / len(run.ended)),
        ended=dict(zip(ENDS[GOOD:], counts[GOOD:], strict=True)),
        times_opened=run.times_opened,
    )


def _poisson_s(rate_per_s, until_s, rng):
    """Moments of a Poisson process before `until_s`; the first comes in any case."""
    mean = rate_per_s * until_s
    gaps = rng.standard_exponential(int(mean + 10 * math.sqrt(mean) + 20))
    moment_s = np.cumsum(gaps) / rate_per_s
    return moment_s[: max(1, np.searchsorted(moment_s, until_s))]


# ── The closed form ─────────────────────────────────────────────────────────
def hedged_tail_ratio(slower_ratio: float, slower_in_rest_ratio: float) -> float:
    """Share of requests slower than t if a second copy goes out after d: P(X>t) · P(X>t−d).

    The copies are taken to be independent, and their load, P(X>d) for each request, to be
    small: one in twenty if d is the 95th percentile.

    >>> hedged_tail_ratio(0.01, 0.02)
    0.0002
    """
    slower = checks.real("slower_ratio", slower_ratio, at_least=0, at_most=1)
    rest = checks.real("slower_in_rest_ratio", slower_in_rest_ratio, at_least=0, at_most=1)
    return slower * rest
