"""What should come of it, by arithmetic: a slow service with and without walls, and errors.

A waiter with one order in hand is a room with as many chairs as the entry has workers, and no
place to stand: Erlang's loss formula, which asks only how long an order is held on average.
That is as long as the slowest dish. One slow row therefore turns away guests of all rows
(`expected_slow`); a time-out holds an order no longer than itself, and a breaker that is open
not at all, so with either all other services are what they were.

Errors by chance are another thing: they multiply along calls that must succeed, stop at a
fallback, and are tried again (`expected_errors`, `expected_load`).

Chains, copies, zones and the fan-out of a hundred are in `parts.availability`; all of it takes
milliseconds. With a bulkhead `expected_slow` is exact where next to nobody is turned away before.
Left out: lines before rows, which must have workers enough; what is two calls deep and slow;
what a breaker lets through: probes, and calls until it opens again.
Sources: Erlang, 1917; any queueing text under the loss formula and its insensitivity; Hystrix
wiki, on a chain of 30 dependencies.
"""

__all__ = ["LONGEST", "POINTS", "WITHIN", "expected_errors", "expected_load", "expected_slow"]
__dir__ = lambda: __all__

import math

import numpy as np
from scipy import special

from scalemodel.core import checks
from scalemodel.netflix.services.changes import Slow
from scalemodel.netflix.services.graph import Graph
from scalemodel.netflix.services.run import RunConfig
from scalemodel.parts.queues import erlang_b
from scalemodel.parts.resilience.retry import attempts_per_request

POINTS = 50_001
LONGEST = 40.0  # means: an exponential work is longer in 4e-18
WITHIN = {  # share of works that take no more than so many means
    "exponential": lambda means: -np.expm1(-means),
    "constant": lambda means: np.where(means >= 1, 1.0, 0.0),
    "lognormal": lambda means: special.ndtr((np.log(np.maximum(means, 1e-300)) + 0.32) / 0.8),
}


# ── One is slow ─────────────────────────────────────────────────────────────
def expected_slow(config: RunConfig) -> dict[str, float]:
    """The availability of each service where rows are `Slow` from the first to the last second.

    >>> from scalemodel.netflix.services.graph import Call, Service
    >>> entry = Service(name="page", workers=4, mean_ms=2.0, law="constant", queue=0)
    >>> rows = Service(name="play", workers=500), Service(name="films", workers=500)
    >>> calls = tuple(Call(caller="page", callee=row.name) for row in rows)
    >>> graph = Graph(services=(entry, *rows), calls=calls, entry="page")
    >>> slow = RunConfig(graph=graph, changes=(Slow(service="films", factor=50.0),))
    >>> round(expected_slow(slow)["play"], 3)
    0.229
    """
    graph = checks.instance("config", config, RunConfig).graph
    entry, calls = graph.service(graph.entry), graph.calls_of(graph.entry)
    slow = _slow(config)
    own_s = entry.mean_ms / 1e3
    in_time_s = config.patience_s - own_s
    if in_time_s < 0:
        return {service.name: 0.0 for service in graph.services}
    rows = [_Row(graph.service(call.callee), call, slow.get(call.callee, 1.0)) for call in calls]
    for row in rows:
        row.meet(config.arrivals_per_s)
    load = config.arrivals_per_s * (own_s + _longest_s(rows))
    lost = erlang_b(entry.instances * entry.workers, load)
    spoils_not = [row.spoils_not(in_time_s) for row in rows]
    page = (1 - lost) * math.prod(spoils_not)
    found = {entry.name: page}
    for row, well in zip(rows, spoils_not, strict=True):
        found[row.name] = page * row.answers(in_time_s) / well if well else 0.0
    return found


class _Row:
    """How long one call of the entry takes, as a share of calls that are over by then."""

    def __init__(self, service, call, factor):
        self.name, self.call, self.law = service.name, call, service.law
        self.mean_s, self.out = service.mean_ms / 1e3 * factor, 1.0
        self.gives_up_s = call.guards.time_out_s
        self.longest_s = min(self.gives_up_s, LONGEST * self.mean_s)

    def meet(self, rate_per_s):
        """Which share of calls goes out, so many being wanted."""
        breaker, places = self.call.guards.breaker, self.call.guards.bulkhead
        if places is not None:
            time_s = np.linspace(0, self.longest_s, POINTS)
            held_s = np.trapezoid(1 - self.within(time_s), time_s)
            self.out = 1 - erlang_b(places, rate_per_s * held_s)
        if breaker and 1 - self.answers(math.inf) >= breaker.failure_ratio:
            self.out = 0.0  # it is open, but for probes

    def within(self, time_s):
        return WITHIN[self.law](np.asarray(time_s) / self.mean_s)

    def over(self, time_s):
        return np.where(time_s >= self.gives_up_s, 1.0, 1 - self.out * (1 - self.within(time_s)))

    def answers(self, in_time_s):
        return self.out * float(self.within(min(in_time_s, self.gives_up_s)))

    def spoils_not(self, in_time_s):
        return float(self.over(in_time_s)) if self.call.fallback else self.answers(in_time_s)


def _longest_s(rows):
    """The mean time until the last of them is over: the integral of 1 − ∏ F."""
    time_s = np.linspace(0, max(row.longest_s for row in rows), POINTS)
    over = np.prod([row.over(time_s) for row in rows], axis=0)
    return float(np.trapezoid(1 - over, time_s))


def _slow(config):
    """How many times as long each takes; refuses what these formulas do not know."""
    graph, entry = config.graph, config.graph.service(config.graph.entry)
    plain = [call.caller == entry.name and not call.guards.retries for call in graph.calls]
    if not plain or not all(plain):
        raise ValueError(
            f"config.graph={checks.brief(graph)} must have one step of calls, without retries"
        )
    if entry.queue != 0 or entry.law != "constant":
        raise ValueError(f"config.graph must have an entry of constant law with queue=0: {entry!r}")
    for service in graph.services:
        if service.failure_ratio > 0:
            raise ValueError(f"config.graph must have failure_ratio=0 everywhere: {service!r}")
    for change in config.changes:
        if change.service == entry.name:
            raise ValueError(f"config.changes must leave the entry as it is: {change!r}")
        if not isinstance(change, Slow) or change.at_s > 0 or change.until_s < config.until_s:
            raise ValueError(f"config.changes must be slow from beginning to end: {change!r}")
    return {change.service: change.factor for change in config.changes}


# ── Errors by chance ────────────────────────────────────────────────────────
@checks.kinds
def expected_errors(graph: Graph) -> dict[str, float]:
    """The availability of each service if calls fail by chance and nobody is slow.

    Every call that must succeed multiplies; a fallback ends the chain; a retry is a second go.

    >>> from scalemodel.netflix.services.graph import Call, Service
    >>> page, play = Service(name="page"), Service(name="play", failure_ratio=0.1)
    >>> call = Call(caller="page", callee="play")
    >>> expected_errors(Graph(services=(page, play), calls=(call,), entry="page"))["page"]
    0.9
    """
    well, order = _well(graph)
    used, ways = dict.fromkeys(order, 0.0), dict.fromkeys(order, 0)
    used[graph.entry], ways[graph.entry] = well[graph.entry], 1
    for name in order:
        for call in graph.calls_of(name):
            used[call.callee] += used[name] * (_answers(well, call) if call.fallback else 1.0)
            ways[call.callee] += ways[name]
    return {name: used[name] / ways[name] for name in order}


@checks.kinds
def expected_load(graph: Graph) -> dict[str, float]:
    """Calls that each service gets for one page if calls fail by chance, retries included.

    >>> from scalemodel.netflix.services.graph import Call, Guards, Service
    >>> services = Service(name="page"), Service(name="play", failure_ratio=0.5)
    >>> call = Call(caller="page", callee="play", guards=Guards(retries=3))
    >>> expected_load(Graph(services=services, calls=(call,), entry="page"))["play"]
    1.875
    """
    well, order = _well(graph)
    found = dict.fromkeys(order, 0.0) | {graph.entry: 1.0}
    for name in order:
        goes_on = found[name] * (1 - graph.service(name).failure_ratio)
        for call in graph.calls_of(name):
            tries = attempts_per_request(1 - well[call.callee], call.guards.retries)
            found[call.callee] += goes_on * tries
    return found


def _well(graph):
    """The share of tries at a service that end in no error, and services, callers first."""
    for call in graph.calls:
        for guard in ("budget", "breaker", "bulkhead"):
            if (value := getattr(call.guards, guard)) is not None:
                raise ValueError(f"graph.calls from {call.caller!r} to {call.callee!r} must have "
                                 f"{guard}=None, not {value!r}: it has no closed form here")  # fmt: skip
    order = [part.name for part in sorted(graph.system().parts, key=lambda part: part.column)]
    well = {}
    for name in reversed(order):
        needed = [_answers(well, call) for call in graph.calls_of(name) if not call.fallback]
        well[name] = (1 - graph.service(name).failure_ratio) * math.prod(needed)
    return well, order


def _answers(well, call):
    return 1 - (1 - well[call.callee]) ** (1 + call.guards.retries)
