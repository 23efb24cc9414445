"""Views through edges and hubs, up to the origin.

A village has a shelf of books, the county a library, and far away is the house that prints them.
Who finds no book in the village has it sent from the county, and what the county lacks comes from
the printer; each keeps a copy, for a while. A shelf that has room for few is left to what the
county sees to be read: a book gets its place at the second reader anywhere (`admit_views`). And
what three have read by noon is sent to all villages before they ask (`push_views`).

An edge is a policy of `parts.caches` whose objects are good for some time. A push is a request
that nobody made: it fills, and is no view. A view costs 1 µs in all and 60 bytes at the peak,
so a machine of 16 GB ends near two hundred million; we stop at twenty.

Left out: sizes, so that all ratios are of views; the links' capacity; edges that ask each other.
An upload's views are counted in its region at once.
Sources: none; "one or two days, a week" are a model's numbers, for the company gives none.
"""

__all__ = ["Tier", "TiersConfig", "TiersReport", "simulate"]
__dir__ = lambda: __all__

from dataclasses import dataclass, field

import numpy as np

from scalemodel.core import checks
from scalemodel.core.frames import Tabular
from scalemodel.parts.caches import engine
from scalemodel.parts.caches.policies import LRU, Admitting, Expiring
from scalemodel.youtube.edge.coalescing import waiting
from scalemodel.youtube.edge.demand import DAY_S, DemandConfig, views


# ── Config and report ───────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One cache: whom it evicts, how long a copy is good, and how long a fetch takes.

    >>> Tier(ttl_s=0)
    Traceback (most recent call last):
    ...
    ValueError: ttl_s=0 must be a finite number above 0
    """

    policy: object = LRU(200)
    ttl_s: float = 1.5 * DAY_S  # infinity: for ever
    fetch_s: float = 0.0  # from the tier above

    def __post_init__(self):
        checks.plain(self)
        checks.takes("policy.hits", getattr(self.policy, "hits", None), "requests")
        if self.ttl_s != np.inf:
            checks.real("ttl_s", self.ttl_s, above=0)
        checks.real("fetch_s", self.fetch_s, at_least=0, at_most=1e9)


@dataclass(frozen=True, slots=True, kw_only=True)
class TiersConfig:
    """Who watches, what edges and hubs are like, and who is let in or sent ahead.

    >>> TiersConfig(admit_views=3, push_views=2)
    Traceback (most recent call last):
    ...
    ValueError: push_views=2 must be an integer of at least 3 and at most 1000000000
    """

    demand: DemandConfig = field(default_factory=DemandConfig)
    edge: Tier = field(default_factory=Tier)
    hub: Tier = field(default_factory=lambda: Tier(policy=LRU(1_000), ttl_s=7 * DAY_S))
    coalesce: bool = True  # who asks for what is on its way waits for it
    admit_views: int = 1  # an edge keeps a video from its so manieth view in the region on
    push_views: int | None = None  # and at this one it is sent to all edges there
    warm_up_s: float = 0.0  # views before are not counted

    def __post_init__(self):
        checks.plain(self)
        checks.instance("demand", self.demand, DemandConfig)
        checks.instance("edge", self.edge, Tier)
        checks.instance("hub", self.hub, Tier)
        checks.instance("coalesce", self.coalesce, bool)
        checks.whole("admit_views", self.admit_views, at_least=1, at_most=10**9)
        if self.push_views is not None:
            checks.whole("push_views", self.push_views, at_least=self.admit_views, at_most=10**9)
        checks.real("warm_up_s", self.warm_up_s, at_least=0, at_most=self.demand.span_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class TiersReport(Tabular):
    """Where views were answered, as shares that sum to 1, and what they caused above.

    >>> report = simulate(TiersConfig())
    >>> round(report.edge_ratio, 2), round(report.hub_ratio, 2), round(report.origin_ratio, 2)
    (0.33, 0.26, 0.41)
    """

    edge_ratio: float  # at once, from the shelf
    waited_ratio: float  # for a fetch of somebody else's, at the edge or at the hub
    hub_ratio: float
    origin_ratio: float
    hub_requests: int  # that edges made, pushes included
    origin_requests: int  # that hubs made
    pushed: int  # copies that were sent ahead to an edge that had none
    push_used_ratio: float  # of these, those that the edge was asked for in time


# ── Engine ──────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class _Only:
    """The rule of admission: a row that somebody else has made."""

    admitted: np.ndarray

    def admits(self, requests):
        return self.admitted


def _through(tier, coalesce, video, time_s, admitted):
    """`(hit, waits, goes_up)` of requests to one cache, each of their shape."""
    policy = Expiring(Admitting(tier.policy, _Only(admitted)), tier.ttl_s)
    hit = engine.simulate(video, policy, times_s=time_s).hit_mask
    waits = waiting(video, time_s, hit, tier.fetch_s)
    goes_up = ~hit if coalesce else ~hit | waits
    return hit & ~waits, waits & coalesce, goes_up


@checks.kinds
def simulate(config: TiersConfig) -> TiersReport:
    """What the views of one span met; every cache begins empty.

    >>> crowd = DemandConfig(views=1, crowd_views=10_000, crowd_s=60.0)
    >>> slow = Tier(fetch_s=1.0)
    >>> [simulate(TiersConfig(demand=crowd, edge=slow, hub=slow, coalesce=c)).origin_requests
    ...  for c in (True, False)]
    [3, 163]
    """
    watched, tally = views(config.demand), np.zeros(8, dtype=np.int64)
    for region in range(config.demand.regions):
        here = watched.region == region
        if here.any():
            tally += _region(config, watched.time_s[here], watched.edge[here], watched.video[here])
    edge, waited, hub, origin, asked_hub, asked_origin, pushed, used = tally.tolist()
    counted = max(edge + waited + hub + origin, 1)
    return TiersReport(
        edge_ratio=edge / counted, waited_ratio=waited / counted, hub_ratio=hub / counted,
        origin_ratio=origin / counted, hub_requests=asked_hub, origin_requests=asked_origin,
        pushed=pushed, push_used_ratio=used / max(pushed, 1),
    )  # fmt: skip


def _region(config, time_s, edge, video):
    """What is counted of one region, in the order of the report."""
    so_far = _so_far(video)
    viewed = np.ones(len(video), dtype=bool)
    if config.push_views is not None:  # one request at each edge, just after the view
        at = np.repeat(np.flatnonzero(so_far == config.push_views), config.demand.edges)
        to = np.tile(np.arange(config.demand.edges), len(at) // config.demand.edges)
        time_s, video, so_far = (np.insert(row, at + 1, row[at]) for row in (time_s, video, so_far))
        edge, viewed = np.insert(edge, at + 1, to), np.insert(viewed, at + 1, False)
    counts = time_s >= config.warm_up_s
    hit, waits, goes_up = np.zeros((3, len(video)), dtype=bool)
    for one in range(config.demand.edges):
        mine = np.flatnonzero(edge == one)
        if len(mine):
            row = video[mine], time_s[mine], so_far[mine] >= config.admit_views
            hit[mine], waits[mine], goes_up[mine] = _through(config.edge, config.coalesce, *row)
    up = np.flatnonzero(goes_up)
    hub_hit, hub_waits, to_origin = np.zeros((3, len(video)), dtype=bool)
    row = video[up], time_s[up], np.ones(len(up), dtype=bool)
    hub_hit[up], hub_waits[up], to_origin[up] = _through(config.hub, config.coalesce, *row)
    sent = ~viewed & goes_up & counts
    used = sent & _next_is_hit(edge, video, hit & viewed)
    rows = (
        viewed & hit,
        viewed & (waits | hub_waits),
        viewed & hub_hit,
        viewed & to_origin,
        goes_up,
        to_origin,
        sent,
        used,
    )
    return np.array([np.count_nonzero(row & counts) for row in rows])


def _so_far(video):
    """How often each video was watched up to each view, this one included."""
    order = np.argsort(video, kind="stable")
    first = np.flatnonzero(np.diff(video[order], prepend=-1))
    place = np.arange(len(video))
    so_far = np.empty(len(video), dtype=np.int64)
    so_far[order] = place - np.repeat(first, np.diff(np.append(first, len(video)))) + 1
    return so_far


def _next_is_hit(edge, video, hit):
    """Whether the same edge was next asked for the same video as a view, and had it."""
    order = np.lexsort((np.arange(len(video)), video, edge))
    same = (np.diff(video[order], append=-1) == 0) & (np.diff(edge[order], append=-1) == 0)
    following = np.zeros(len(video), dtype=bool)
    following[order] = same & np.roll(hit[order], -1)
    return following
