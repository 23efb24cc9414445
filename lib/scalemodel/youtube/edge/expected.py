"""What a formula says of an edge and its hub.

Take one video at one edge, asked for at a rate λ. By Che's approximation it stays for T after its
last request, and a copy is good for τ after its fetch. So a visit begins with a fetch and goes on
until a gap is above T or the copy older than τ. Its hits on average, m, solve a renewal equation,
whose Laplace transform can be undone term by term:

    m = Σ over k ≥ 0 of λ (−λa)^k / (k + 1)! · [(τ − kT)₊^(k+1) − a (τ − (k+1)T)₊^(k+1)],  a = e^(−λT)

Of 1 + m requests m are hits: λτ / (1 + λτ) for τ ≤ T, a pure TTL, and 1 − a for a long τ, a pure
LRU. The hub meets what the edges miss. After a miss an edge is quiet for T or τ, whichever is
shorter, and then asks at a rate that makes up for it; so for who asks, the other edges count with
their whole rate, its own with what is left. In the tests that is off by at most 0.002 of all
views at the edge and 0.007 at hub and origin. A hundred thousand videos take 0.1 s a region.

Left out: uploads and crowds, for whom the rates change; fetches that take time.
Sources: Che, Tung, Wang, IEEE JSAC 2002; Fofack, Nain, Neglia, Towsley, VALUETOOLS 2012 (networks
of caches with TTLs); Martina, Garetto, Leonardi, INFOCOM 2014 (the quiet edge). The sum is ours.
"""

__all__ = ["FORGOTTEN", "SETTLED", "by_video", "expected", "hit_ratio"]
__dir__ = lambda: __all__

import math
from itertools import count

import numpy as np

from scalemodel.core import checks
from scalemodel.parts.caches.expected import Levels, che_time
from scalemodel.parts.caches.policies import LRU
from scalemodel.youtube.edge.demand import shares
from scalemodel.youtube.edge.tiers import TiersConfig

SETTLED = 15.0  # from λaτ on, a pure LRU to a part in a million
FORGOTTEN = -35.0  # the logarithm of a term


def hit_ratio(requests_per_s: np.ndarray, stays_s: float, ttl_s: float) -> np.ndarray:
    """The hit ratio of videos asked for at such rates, that stay for T and are good for τ.

    >>> hit_ratio([1.0], stays_s=2.0, ttl_s=1.0).round(3).tolist()  # 1 / 2, a pure TTL
    [0.5]
    >>> hit_ratio([1.0], stays_s=2.0, ttl_s=1e6).round(3).tolist()  # 1 - exp(-2), a pure LRU
    [0.865]
    """
    rate = checks.numbers_row("requests_per_s", requests_per_s, at_least=0, at_most=1e9)
    for name, value in (("stays_s", stays_s), ("ttl_s", ttl_s)):
        if value != math.inf:
            checks.real(name, value, at_least=1e-9, at_most=1e15)
    answer = -np.expm1(-rate * stays_s)
    if ttl_s == math.inf:
        return answer
    if ttl_s <= stays_s:
        return rate * ttl_s / (1 + rate * ttl_s)
    unsettled = (rate > 0) & (rate * (1 - answer) * ttl_s < SETTLED)
    some, hits = rate[unsettled], np.zeros(np.count_nonzero(unsettled))
    for k in count():
        since_s = ttl_s - k * stays_s
        if since_s <= 0:
            break
        size = np.log(some * since_s) * (k + 1) - k * some * stays_s - math.lgamma(k + 2)
        last = np.exp(-some * stays_s) * max(1 - stays_s / since_s, 0.0) ** (k + 1)
        hits += (-1) ** k * np.exp(size) * (1 - last)
        if k > SETTLED and size.max(initial=-math.inf) < FORGOTTEN:
            break
    answer[unsettled] = hits / (1 + hits)
    return answer


@checks.kinds
def expected(config: TiersConfig) -> Levels:
    """The shares of views that edge, hub and origin answer in the long run, LRU at both.

    >>> [round(share, 2) for share in expected(TiersConfig())]
    [0.33, 0.26, 0.41]
    """
    watched, edge, hub = np.moveaxis(by_video(config), 1, 0)
    at_edge, at_hub = ((watched * each).sum() / len(watched) for each in (edge, hub))
    return Levels(float(at_edge), float(at_hub), float(1 - at_edge - at_hub))


@checks.kinds
def by_video(config: TiersConfig) -> np.ndarray:
    """Each old video's share of its region's views, and of these what edge and hub answer.

    The shape is (regions, 3, videos).

    >>> by_video(TiersConfig())[0, :, 0].round(2).tolist()  # everybody's favourite
    [0.05, 0.99, 0.01]
    """
    demand = config.demand
    for owner, fields in ((demand, ("upload_views", "crowd_views")), (config, ("push_views",))):
        for field in fields:
            if getattr(owner, field):
                raise ValueError(f"{field}={getattr(owner, field)} must be none: no formula for it")
    for name, tier in (("edge", config.edge), ("hub", config.hub)):
        checks.instance(f"{name}.policy", tier.policy, LRU)
        checks.real(f"{name}.fetch_s", tier.fetch_s, at_least=0, at_most=0)
    checks.whole("admit_views", config.admit_views, at_least=1, at_most=1)
    each_per_s = demand.views / (demand.span_s * demand.regions * demand.edges)
    return np.array([[row, *_region(config, row * each_per_s)] for row in shares(demand)])


def _region(config, rate):
    """What edge and hub answer of each video's views, where each edge is asked at such rates."""
    edges, edge_stays_s = config.demand.edges, _stays_s(config.edge, rate)
    at_edge = hit_ratio(rate, edge_stays_s, config.edge.ttl_s)
    missed = rate * (1 - at_edge)
    if missed.sum() == 0:
        return at_edge, np.zeros(len(rate))
    hub_stays_s = _stays_s(config.hub, missed * edges)
    quiet_s = min(edge_stays_s, config.edge.ttl_s, hub_stays_s)  # of an edge, after a miss of its
    then_per_s = missed / np.maximum(1 - missed * quiet_s, 1e-9)
    met = missed * (edges - 1) + then_per_s * (1 - quiet_s / hub_stays_s)
    return at_edge, (1 - at_edge) * hit_ratio(met, hub_stays_s, config.hub.ttl_s)


def _stays_s(tier, rate):
    return che_time(rate / rate.sum(), tier.policy.capacity) / rate.sum()
