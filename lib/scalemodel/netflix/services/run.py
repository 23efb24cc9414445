"""A graph of services at work: requests come, calls wait for workers, and slowness climbs.

One butcher is slow, and soon all cooks stand and wait for meat, and the waiters for the cooks.
`simulate` lets viewers come to the entry of a graph and says what they saw of each service: an
answer counts if it got to the viewer, which needs that everybody above took it and that the page
was there before patience ended. Availability is counted from pages, never assumed.

Chance is drawn beforehand, for each place in a page's tree by its path, so that the same graph
with other guards meets the same luck.

A page of nine services is 11 to 25 events of a third of a µs; a minute at 200 a second takes a
tenth of a second. What one machine can hold says `loop`.
Left out: a page of which a part is shown before the rest; viewers who come again; the network.
Sources: Nygard, "Release It!", 2007; Dean, Barroso, "The Tail at Scale", CACM 56(2), 2013.
"""

__all__ = [
    "BATCHES", "MOST_JOBS", "MOST_PLACES", "Report", "Row", "RunConfig", "Seen", "Trace",
    "simulate", "trace",
]  # fmt: skip
__dir__ = lambda: __all__

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from scalemodel.core import checks
from scalemodel.core.frames import Tabular
from scalemodel.core.rng import stream
from scalemodel.core.stats import confidence_half_width, percentile
from scalemodel.netflix.services import loop as engine
from scalemodel.netflix.services.changes import GONE, INSTANCE, UP, Change, timeline
from scalemodel.netflix.services.graph import NETFLIX, Graph
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
        checks.plain(self)
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
class Report(Tabular):
    """The page, each service, each row of the page, and how many events it took.

    >>> sorted(simulate(RunConfig(until_s=20.0)).rows)[:3]
    ['analytics', 'billing', 'content']
    """

    page: Seen
    services: dict[str, Seen]
    rows: dict[str, Row]
    events: int


# ── The tree of a request ───────────────────────────────────────────────────
def _tree(graph):
    """Places of a page's tree, each before those below; its calls; for each place its path, by
    which luck is drawn, and whether no retry is on the way to it."""
    names = [service.name for service in graph.services]
    out_of = {name: [] for name in names}
    for edge, call in enumerate(graph.calls):
        out_of[call.caller].append((edge, call))
    jobs, calls, paths, firsts = (
        [[names.index(graph.entry), -1, 0, 0]],
        [],
        [(graph.entry,)],
        [True],
    )
    at = 0
    while at < len(jobs):
        out = out_of[names[jobs[at][engine.SERVICE]]]
        jobs[at][engine.CALLS :] = len(calls), len(out)
        for edge, call in out:
            calls.append([at, edge, len(jobs)])
            for copy in range(1 + call.guards.retries):
                jobs.append([names.index(call.callee), len(calls) - 1, 0, 0])
                paths.append((*paths[at], copy, call.callee))
                firsts.append(firsts[at] and copy == 0)
        if len(jobs) > MOST_PLACES:
            raise ValueError(
                f"graph={checks.brief(graph)} must have at most {MOST_PLACES:,} jobs a page, with all retries"
            )
        at += 1
    return np.array(jobs), np.array(calls, np.int64).reshape(-1, 3), paths, np.array(firsts)


# ── The run ─────────────────────────────────────────────────────────────────
def simulate(config: RunConfig) -> Report:
    """What viewers saw in one run.

    >>> from scalemodel.netflix.services.changes import Slow
    >>> slow = RunConfig(changes=(Slow(service="billing"),))
    >>> simulate(slow).services["playback"].availability_ratio < 0.1
    True
    """
    return _report(config, *trace(config))


class Trace(NamedTuple):
    """What `loop` wrote down of every job, from which a report is counted.

    >>> trace(RunConfig(until_s=20.0)).arrival_s.shape
    (2002,)
    """

    tree: tuple  # jobs, calls, and of each place whether no retry is on the way to it
    arrival_s: np.ndarray  # shape (pages,)
    times_s: np.ndarray  # shape (pages × places, 2)
    notes: np.ndarray  # shape (pages × places, 7)
    told: np.ndarray  # shape (pages × calls, 3)
    events: int


def trace(config: RunConfig) -> Trace:
    """One run, job by job.

    >>> trace(RunConfig(until_s=20.0)).events
    22022
    """
    graph = checks.instance("config", config, RunConfig).graph
    (jobs, calls, paths, firsts), arrival_s = _tree(graph), _poisson_s(config)
    pages, places = len(arrival_s), len(jobs)
    if pages * places > MOST_JOBS:
        raise ValueError(f"config={checks.brief(config)} must allow at most {MOST_JOBS:,} jobs: "
                         f"{pages:,} pages of {places}")  # fmt: skip
    works_s, luck = np.empty((pages, places)), np.empty((pages, places, 3))
    for place, path in enumerate(paths):
        service = graph.services[jobs[place, engine.SERVICE]]
        rng = stream(config.seed, f"works {path!r}")  # no two paths are written alike
        works_s[:, place] = LAWS[service.law](rng, pages) * service.mean_ms / 1e3
        luck[:, place] = stream(config.seed, f"luck {path!r}").uniform(size=(pages, 3))
    times_s = np.full((pages * places, 2), math.inf)
    notes = np.zeros((pages * places, 7), np.int64)
    told = np.zeros((pages * len(calls), 3), np.int64)
    changes = timeline(graph, config.changes)
    seen = engine.loop.native(
        arrival_s, changes, jobs, calls, *_rows(graph, changes), works_s.ravel(),
        luck.reshape(-1, 3), times_s, notes, told,
    )  # fmt: skip
    return Trace((jobs, calls, firsts), arrival_s, times_s, notes, told, int(seen))


def _poisson_s(config):
    """Moments of a Poisson process; the first comes in any case."""
    mean = config.arrivals_per_s * config.until_s
    gaps = stream(config.seed, "arrivals").standard_exponential(int(mean + 10 * mean**0.5 + 20))
    moment_s = np.cumsum(gaps) / config.arrivals_per_s
    return moment_s[: max(1, np.searchsorted(moment_s, config.until_s))]


def _rows(graph, changes):
    """Edges, services, their instances, purses and breakers as rows, as the loop takes them."""
    edges, rules, budgets, memories = [], [], [], []
    for guards, call in ((call.guards, call) for call in graph.calls):
        rule = engine.RULES.index(type(guards.backoff))
        edges.append([1 + guards.retries, call.fallback, guards.breaker is not None, rule])
        rules.append([guards.time_out_s, _endless(guards.bulkhead), *guards.backoff.memory()])
        budgets.append(guards.budget.memory() if guards.budget else np.full(3, math.inf))
        memories.append((guards.breaker or NEVER_OPENS).memory())
    breakers = np.zeros((len(memories), max(map(len, memories), default=0)))
    for row, memory in zip(breakers, memories, strict=True):
        row[: len(memory)] = memory
    services = [
        [one.workers, _endless(one.queue), one.failure_ratio, one.technology.pause_every_s,
         one.technology.pause_s] for one in graph.services
    ]  # fmt: skip
    instances = np.array([service.instances for service in graph.services])
    most = int(max(*instances, 1 + changes[:, INSTANCE].max(initial=0)))
    hosts = np.zeros((len(instances), most, 4), np.int64)
    hosts[..., engine.STATE] = np.where(np.arange(most) < instances[:, None], UP, GONE)
    return (np.array(edges, np.int64).reshape(-1, 4), np.array(rules, float).reshape(-1, 4),
            np.array(services, float), hosts, np.array(budgets, float).reshape(-1, 3), breakers)  # fmt: skip


def _endless(places):
    return math.inf if places is None else places


# ── What a report counts ────────────────────────────────────────────────────
def _report(config, tree, arrival_s, times_s, notes, told, seen):
    """An answer counts if the viewer got it: all above took it, and the page was in time."""
    jobs, calls, firsts = tree
    counted = arrival_s >= config.warm_up_s
    pages = int(counted.sum())
    came_s, ended_s, ended = (
        column.reshape(-1, len(jobs))[counted]
        for column in (times_s[:, engine.CAME], times_s[:, engine.END], notes[:, engine.ENDED])
    )
    settled, used = (
        told[:, column].reshape(len(arrival_s), -1)[counted]
        for column in (engine.SETTLED, engine.USED)
    )
    hangs = ended_s[:, 0] - arrival_s[counted] > config.patience_s
    served = np.zeros(came_s.shape, bool)
    served[:, 0] = ~hangs & (ended[:, 0] != engine.FAILED)
    for place, call in enumerate(jobs[1:, engine.CALL], start=1):
        served[:, place] = served[:, calls[call, engine.CALLER]] & (used[:, call] == place)
    services, rows = {}, {}
    for number, service in enumerate(config.graph.services):
        own = jobs[:, engine.SERVICE] == number
        ways, answers = int(firsts[own].sum()), served[:, own]
        good, degraded = (
            int((answers & (ended[:, own] == how)).sum()) for how in (engine.WHOLE, engine.PARTLY)
        )
        latency_s = ended_s[:, own][answers] - came_s[:, own][answers]
        share = answers.sum(axis=1) / ways
        batches = [batch.mean() for batch in np.array_split(share, BATCHES) if len(batch)]
        services[service.name] = Seen(
            requests=pages * ways, calls=int(np.isfinite(came_s[:, own]).sum()),
            good=good, degraded=degraded, failed=pages * ways - good - degraded,
            availability_ratio=float(share.mean()) if pages else math.nan,
            half_width_ratio=confidence_half_width(batches) if pages > 1 else math.inf,
            p50_latency_s=percentile(latency_s, 50) if len(latency_s) else math.inf,
            p99_latency_s=percentile(latency_s, 99) if len(latency_s) else math.inf,
        )  # fmt: skip
    late, shown = int(hangs.sum()), int(served[:, 0].sum())
    for call in range(jobs[0, engine.MANY]):  # the entry's calls come first
        live = int((settled[served[:, 0], call] != engine.FAILED).sum())
        rows[config.graph.calls[calls[call, engine.EDGE]].callee] = Row(
            live=live, fallback=shown - live, failed=pages - shown - late, hangs=late
        )
    return Report(page=services[config.graph.entry], services=services, rows=rows, events=seen)
