"""Views through edges and hubs, up to the origin.

A village has a shelf of books, the county a library, and far away is the house that prints them.
Who finds no book in the village has it sent from the county, and what the county lacks comes from
the printer; each keeps a copy, for a while. A shelf with little room keeps what the county sees
to be read (`admit_views`). And what a few have read is sent to all villages before they ask
(`push_views`): a request that nobody made, which fills and is no view.

An edge is a policy of `parts.caches` whose objects are good for some time. Ten thousand
views take 10 ms, a million 0.7 s, draws included; a view is 90 bytes at the peak, so a machine of
16 GB ends near 180 million; we stop at twenty of each kind.

Left out: sizes, so that all ratios are of views; the links' capacity; edges that ask each other.
Sources: none; "one or two days, a week" are a model's numbers, for the company gives none.
"""

__all__ = [
    "BY", "DEMAND", "EDGE", "HUB", "Tier", "TiersConfig", "TiersReport", "answers", "simulate",
]  # fmt: skip
__dir__ = lambda: __all__

from dataclasses import dataclass

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

    >>> Tier(ttl_s=2 * DAY_S).policy
    LRU(capacity=200)
    """

    policy: object = LRU(200)
    ttl_s: float = 1.5 * DAY_S  # infinity: for ever
    fetch_s: float = 0.0  # from the tier above

    def __post_init__(self):
        checks.plain(self)
        Expiring(self.policy, self.ttl_s)  # looks at them
        checks.real("fetch_s", self.fetch_s, at_least=0, at_most=1e9)


BY = ("edge", "waited", "hub", "origin")
DEMAND, EDGE, HUB = DemandConfig(), Tier(), Tier(policy=LRU(1_000), ttl_s=7 * DAY_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class TiersConfig:
    """Who watches, what edges and hubs are like, and what is let in or sent ahead.

    >>> TiersConfig(push_views=3).hub.policy
    LRU(capacity=1000)
    """

    demand: DemandConfig = DEMAND
    edge: Tier = EDGE
    hub: Tier = HUB
    coalesce: bool = True  # who asks for what is on its way waits for it
    admit_views: int = 1  # an edge keeps a video from its so manieth view in the region on
    push_views: int | None = None  # and at this one it is sent to all edges there
    warm_up_s: float = 0.0  # views before are not counted

    def __post_init__(self):
        checks.plain(self)
        kinds = {"demand": DemandConfig, "edge": Tier, "hub": Tier, "coalesce": bool}
        for name, kind in kinds.items():
            checks.instance(name, getattr(self, name), kind)
        least = checks.whole("admit_views", self.admit_views, at_least=1, at_most=10**9)
        if self.push_views is not None:
            checks.whole("push_views", self.push_views, at_least=least, at_most=10**9)
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


# ── Engine ──────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class _Only:
    """The rule of admission: a row that somebody else has made."""

    admitted: np.ndarray

    def admits(self, requests):
        return self.admitted


def _through(tier, coalesce, video, time_s, admitted):
    """Which requests to one cache are hits, wait, and go up, shape (3, requests)."""
    policy = Expiring(Admitting(tier.policy, _Only(admitted)), tier.ttl_s)
    hit = engine.simulate(video, policy, times_s=time_s).hit_mask
    waits = waiting(video, time_s, hit, tier.fetch_s)
    return np.array([hit & ~waits, waits & coalesce, ~hit | waits & (not coalesce)])


@checks.kinds
def simulate(config: TiersConfig) -> TiersReport:
    """What the views of one span met; every cache begins empty.

    >>> crowd = DemandConfig(views=1, crowd_views=10_000, crowd_s=60.0)
    >>> slow = Tier(fetch_s=1.0)
    >>> [simulate(TiersConfig(demand=crowd, edge=slow, hub=slow, coalesce=c)).origin_requests
    ...  for c in (True, False)]
    [3, 166]
    """
    tally = np.zeros(7, dtype=np.int64)
    for _, rows, time_s in _regions(config):
        tally += np.count_nonzero(rows & (time_s >= config.warm_up_s), axis=1)
    ratios = (tally[:4] / max(tally[:4].sum(), 1)).tolist()
    return TiersReport(**dict(zip(TiersReport.__slots__, ratios + tally[4:].tolist(), strict=True)))


@checks.kinds
def answers(config: TiersConfig) -> np.ndarray:
    """What answered each of `views(config.demand)`, a place in `BY`, shape (views,).

    >>> four = DemandConfig(videos=1, views=4, regions=1, edges=1, span_s=4 * DAY_S)
    >>> (views(four).time_s / DAY_S).round(1).tolist(), answers(TiersConfig(demand=four)).tolist()
    ([0.2, 0.6, 2.4, 2.7], [3, 0, 2, 0])
    """
    answered = np.empty(len(views(config.demand).video), dtype=np.int8)
    for here, rows, _ in _regions(config):
        answered[here] = rows[:4, rows[:4].any(axis=0)].argmax(axis=0)
    return answered


def _regions(config):
    """Region by region, which views are its own, and what `_region` says of them."""
    watched = views(config.demand)
    for region in np.unique(watched.region):
        here = watched.region == region
        yield here, *_region(config, watched.time_s[here], watched.edge[here], watched.video[here])


def _region(config, time_s, edge, video):
    """Which requests count in each field of the report, shape (7, requests), and when they came."""
    so_far, viewed = _so_far(video), np.ones(len(video), dtype=bool)
    if config.push_views is not None:  # one request at each edge, just after the view
        at = np.repeat(np.flatnonzero(so_far == config.push_views), config.demand.edges)
        to = np.tile(np.arange(config.demand.edges), len(at) // config.demand.edges)
        time_s, video, so_far = (np.insert(row, at + 1, row[at]) for row in (time_s, video, so_far))
        edge, viewed = np.insert(edge, at + 1, to), np.insert(viewed, at + 1, False)
    near, far = np.zeros((2, 3, len(video)), dtype=bool)
    for one in np.unique(edge):
        mine, may = edge == one, so_far >= config.admit_views
        near[:, mine] = _through(config.edge, config.coalesce, video[mine], time_s[mine], may[mine])
    up = near[2]
    far[:, up] = _through(config.hub, config.coalesce, video[up], time_s[up], viewed[up] | True)
    answered = viewed & [near[0], near[1] | far[1], far[0], far[2]]
    return np.array([*answered, up, far[2], up & ~viewed]), time_s


def _so_far(video):
    """How often each video was watched up to each view, this one included."""
    order = np.argsort(video, kind="stable")
    first = np.flatnonzero(np.diff(video[order], prepend=-1))
    so_far = np.arange(1, len(video) + 1)
    so_far[order] = so_far - np.repeat(first, np.diff(first, append=len(video)))
    return so_far
