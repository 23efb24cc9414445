"""A graph of services at work: requests come, calls wait for workers, and slowness climbs.

One butcher is slow, and soon all cooks stand and wait for meat, and the waiters for the cooks.
`simulate` lets viewers come to the entry of a graph and says what they saw of each service: an
answer counts if it got to the viewer, which needs that everybody above took it and that the page
was there before patience ended. Availability is counted from pages, never assumed.

Chance is drawn beforehand, for each place in a page's tree by its path, so that the same graph
with other guards meets the same luck.

A page of nine services is 11 to 25 events of 0.25 µs; a minute at 200 a second takes a
tenth of a second. What one machine can hold says `loop`.
Left out: a page of which a part is shown before the rest; viewers who come again; the network.
Sources: Nygard, "Release It!", 2007; Dean, Barroso, "The Tail at Scale", CACM 56(2), 2013.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from scalemodel.core import checks
from scalemodel.core.rng import stream
from scalemodel.core.stats import confidence_half_width, percentile
from scalemodel.netflix.services.changes import GONE, INSTANCE, UP, Change, timeline
from scalemodel.netflix.services.graph import NETFLIX, Graph
from scalemodel.netflix.services.loop import (
    CALL,
    CALLER,
    CALLS,
    CAME,
    END,
    ENDED,
    FAILED,
    PARTLY,
    RULES,
    SERVICE,
    SETTLED,
    STATE,
    USED,
    WHOLE,
    loop,
)  # fmt: skip
from scalemodel.parts.resilience.calls import LAWS, NEVER_OPENS

BATCHES = 20
MOST_JOBS, MOST_PLACES = 20_000_000, 5_000


# ── Config and report ───────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """Who comes to which graph, and what changes meanwhile.

    >>> RunConfig(until_s=60.0, warm_up_s=60.0)
    Traceback (most recent call last):
    ...
    ValueError: warm_up_s=60.0 must be a finite number of at least 0 and at most 59.4
    """

    graph: Graph = NETFLIX
    arrivals_per_s: float = 100.0  # Poisson
    until_s: float = 60.0  # then nobody comes any more, and all that is out ends
    warm_up_s: float = 10.0  # who comes before is not counted
    patience_s: float = 2.0  # of a viewer
    changes: tuple[Change, ...] = ()
    seed: int = 0

    def __post_init__(self):
        checks.instance("graph", self.graph, Graph)
        checks.real("arrivals_per_s", self.arrivals_per_s, at_least=1e-3, at_most=1e6)
        checks.real("until_s", self.until_s, above=0, at_most=MOST_JOBS / self.arrivals_per_s)
        checks.real("warm_up_s", self.warm_up_s, at_least=0, at_most=0.99 * self.until_s)
        checks.real("patience_s", self.patience_s, above=0, at_most=1e6)
        timeline(self.graph, checks.instance("changes", self.changes, tuple))
        checks.whole("seed", self.seed, at_least=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What viewers saw of a service, or of the page as a whole.

    >>> simulate(RunConfig(until_s=20.0)).page.failed
    0
    """

    requests: int  # a page needs a service once for each way to it
    calls: int  # that were made, retries included
    good: int  # with all that belongs to it
    degraded: int  # with a fallback in place of something below
    failed: int  # an error, too late, or not used by who asked
    availability_ratio: float  # good or degraded; not a number if nobody came
    half_width_ratio: float  # of the 95 % interval, by batches of pages in a row
    p50_latency_s: float  # of what was good or degraded; infinite if nothing was
    p99_latency_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How many pages had a row live, its fallback, an error, or nothing before patience ended.

    >>> simulate(RunConfig(until_s=20.0)).rows["billing"].fallback
    0
    """

    live: int
    fallback: int
    failed: int
    hangs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The page, each service, each row of the page, and how many events it took.

    >>> sorted(simulate(RunConfig(until_s=20.0)).rows)[:3]
    ['analytics', 'billing', 'content']
    """

    page: Seen
    services: dict[str, Seen]
    rows: dict[str, Row]
    events: int


# ── The tree of a request ───────────────────────────────────────────────────
class _Tree(NamedTuple):
    jobs: np.ndarray  # shape (places, 4)
    calls: np.ndarray  # shape (calls, 3)
    paths: list[str]  # of each place, by which luck is drawn
    firsts: np.ndarray  # whether no retry is on the way to it


def _tree(graph):
    """The places of a request's tree, the entry's first, each before those below it."""
    names = [service.name for service in graph.services]
    jobs, calls, paths, firsts = [[names.index(graph.entry), -1, 0, 0]], [], [graph.entry], [True]
    at = 0
    while at < len(jobs):
        out = graph.calls_of(names[jobs[at][SERVICE]])
        jobs[at][CALLS:] = len(calls), len(out)
        for call in out:
            calls.append([at, graph.calls.index(call), len(jobs)])
            for copy in range(1 + call.guards.retries):
                jobs.append([names.index(call.callee), len(calls) - 1, 0, 0])
                paths.append(f"{paths[at]} {copy} {call.callee}")
                firsts.append(firsts[at] and copy == 0)
        if len(jobs) > MOST_PLACES:
            raise ValueError(
                f"graph={graph!r} must have at most {MOST_PLACES:,} jobs a page, with all retries"
            )
        at += 1
    calls = np.array(calls, np.int64).reshape(-1, 3)
    return _Tree(np.array(jobs), calls, paths, np.array(firsts))


# ── The run ─────────────────────────────────────────────────────────────────
def simulate(config: RunConfig) -> Report:
    """What viewers saw in one run.

    >>> from scalemodel.netflix.services.changes import Slow
    >>> slow = RunConfig(changes=(Slow(service="billing"),))
    >>> simulate(slow).services["playback"].availability_ratio < 0.1
    True
    """
    return _report(checks.instance("config", config, RunConfig), *jobs(config))


class Jobs(NamedTuple):
    """What `loop` wrote down of every job, from which a report is counted."""

    tree: _Tree
    arrival_s: np.ndarray  # shape (pages,)
    times_s: np.ndarray  # shape (pages × places, 2)
    notes: np.ndarray  # shape (pages × places, 7)
    told: np.ndarray  # shape (pages × calls, 3)
    events: int


def jobs(config: RunConfig) -> Jobs:
    """One run, job by job.

    >>> jobs(RunConfig(until_s=20.0)).events
    22022
    """
    graph = checks.instance("config", config, RunConfig).graph
    tree, arrival_s = _tree(graph), _poisson_s(config)
    requests, places = len(arrival_s), len(tree.jobs)
    if requests * places > MOST_JOBS:
        raise ValueError(
            f"config={config!r} must allow at most {MOST_JOBS:,} jobs: "
            f"{requests:,} requests of {places}"
        )
    works_s, luck = np.empty((requests, places)), np.empty((requests, places, 3))
    for place, path in enumerate(tree.paths):
        service, rng = graph.services[tree.jobs[place, SERVICE]], stream(config.seed, path)
        works_s[:, place] = LAWS[service.law](rng, requests) * service.mean_ms / 1e3
        luck[:, place] = stream(config.seed, f"luck {path}").uniform(size=(requests, 3))
    changes, times_s = timeline(graph, config.changes), np.full((requests * places, 2), math.inf)
    notes, told = (
        np.zeros(shape, np.int64)
        for shape in ((requests * places, 7), (requests * len(tree.calls), 3))
    )
    seen = loop.native(
        arrival_s, changes, tree.jobs, tree.calls, *_rows(graph, changes), works_s.ravel(),
        luck.reshape(-1, 3), *_memories(graph), times_s, notes, told,
    )  # fmt: skip
    return Jobs(tree, arrival_s, times_s, notes, told, int(seen))


def _poisson_s(config):
    """Moments of a Poisson process; the first comes in any case."""
    mean = config.arrivals_per_s * config.until_s
    gaps = stream(config.seed, "arrivals").standard_exponential(int(mean + 10 * mean**0.5 + 20))
    moment_s = np.cumsum(gaps) / config.arrivals_per_s
    return moment_s[: max(1, np.searchsorted(moment_s, config.until_s))]


def _rows(graph, changes):
    """Edges and services as rows of numbers, in the order in which the loop takes them."""
    edges, rules = [], []
    for call in graph.calls:
        guards, rule = call.guards, RULES.index(type(call.guards.backoff))
        breaks = guards.breaker is not None
        edges.append([1 + guards.retries, call.fallback, breaks, rule])
        bulkhead = math.inf if guards.bulkhead is None else guards.bulkhead
        rules.append([guards.time_out_s, bulkhead, *guards.backoff.memory()])
    services = [
        [s.workers, math.inf if s.queue is None else s.queue, s.failure_ratio,
         s.technology.pause_every_s, s.technology.pause_s]
        for s in graph.services
    ]  # fmt: skip
    instances = [service.instances for service in graph.services]
    most = int(max(*instances, 1 + changes[:, INSTANCE].max(initial=0)))
    hosts = np.zeros((len(instances), most, 4), np.int64)
    hosts[..., STATE] = np.where(np.arange(most) < np.array(instances)[:, None], UP, GONE)
    return (
        np.array(edges, np.int64).reshape(-1, 4), np.array(rules, float).reshape(-1, 4),
        np.array(services, float), hosts,
    )  # fmt: skip


def _memories(graph):
    """The purse and the breaker of each edge, a row each."""
    budgets, breakers = np.full((len(graph.calls), 3), math.inf), []
    for edge, call in enumerate(graph.calls):
        if call.guards.budget is not None:
            budgets[edge] = call.guards.budget.memory()
        breakers.append((call.guards.breaker or NEVER_OPENS).memory())
    rows = np.zeros((len(breakers), max(map(len, breakers), default=0)))
    for row, memory in zip(rows, breakers, strict=True):
        row[: len(memory)] = memory
    return budgets, rows


# ── What a report counts ────────────────────────────────────────────────────
def _report(config, tree, arrival_s, times_s, notes, told, seen):
    """An answer counts if the viewer got it: all above took it, and the page was in time."""
    counted = arrival_s >= config.warm_up_s
    shape = len(arrival_s), len(tree.jobs)
    came_s, ended_s, ended = (
        row.reshape(shape) for row in (times_s[:, CAME], times_s[:, END], notes[:, ENDED])
    )
    settled, used = (
        told[:, column].reshape(len(arrival_s), len(tree.calls)) for column in (SETTLED, USED)
    )
    page_s = ended_s[:, 0] - arrival_s
    hangs = page_s > config.patience_s
    served = np.zeros(shape, bool)
    served[:, 0] = ~hangs & (ended[:, 0] != FAILED)
    for place in range(1, len(tree.jobs)):
        call = tree.jobs[place, CALL]
        served[:, place] = served[:, tree.calls[call, CALLER]] & (used[:, call] == place)

    def seen_of(places, ways):
        answers, how = served[counted][:, places], ended[counted][:, places]
        latency_s = ended_s[counted][:, places][answers] - came_s[counted][:, places][answers]
        good, degraded = ((answers & (how == kind)).sum() for kind in (WHOLE, PARTLY))
        pages = answers.sum(axis=1) / ways
        asked = len(pages) * ways
        batches = [batch.mean() for batch in np.array_split(pages, BATCHES) if len(batch)]
        return Seen(
            requests=asked, calls=int(np.isfinite(came_s[counted][:, places]).sum()), good=int(good), degraded=int(degraded),
            failed=int(asked - good - degraded),
            availability_ratio=float(pages.mean()) if asked else math.nan,
            half_width_ratio=confidence_half_width(batches) if len(batches) > 1 else math.inf,
            p50_latency_s=percentile(latency_s, 50) if len(latency_s) else math.inf,
            p99_latency_s=percentile(latency_s, 99) if len(latency_s) else math.inf,
        )  # fmt: skip

    services, rows = {}, {}
    for number, service in enumerate(config.graph.services):
        places = np.flatnonzero(tree.jobs[:, SERVICE] == number)
        services[service.name] = seen_of(places, int(tree.firsts[places].sum()))
    for call, (caller, edge, _) in enumerate(tree.calls):
        if caller == 0:
            there = settled[counted, call][served[counted, 0]]
            live, late = int((there != FAILED).sum()), int(hangs[counted].sum())
            rows[config.graph.calls[edge].callee] = Row(
                live=live, fallback=len(there) - live, hangs=late,
                failed=int(counted.sum()) - len(there) - late,
            )  # fmt: skip
    return Report(page=services[config.graph.entry], services=services, rows=rows, events=seen)
