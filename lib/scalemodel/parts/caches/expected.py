"""What a formula says of a cache, without a run.

Take one object. It is asked for at a rate p, and it stays for a while after each request. If
that while were the same for all, T requests say, it would be there with probability
1 − exp(−p T). Now add up over all objects: that must be the capacity, which gives T. This is
Che's approximation of LRU, off by a few in ten thousand where requests are independent. FIFO
gives an object T from when it came in, used or not: it is there p T / (1 + p T) of the time.

Rates are shares of requests, so times count requests. By Zipf's law, rank i has a share like
i^−alpha. A formula takes a few milliseconds for a hundred thousand objects, and holds a few
arrays of them; a trace of a million requests takes 0.1 s.

Left out: objects of many sizes; fashion, with which favourites age, and a cache does worse.
Sources: Breslau and others, INFOCOM 1999 (Zipf); Che, Tung, Wang, IEEE JSAC 2002; Fricker,
Robert, Roberts, ITC 2012; Gelenbe, IEEE Trans. Computers 1973 (FIFO is RANDOM); Martina, Garetto,
Leonardi, INFOCOM 2014.
"""

__all__ = [
    "MOST_OBJECTS", "NEAR", "STEPS", "SUMS_TO_ONE", "Levels", "che_time", "fifo_miss_ratio",
    "lru_miss_ratio", "static_miss_ratio", "ttl_miss_ratio", "two_levels", "zipf", "zipf_trace",
]  # fmt: skip
__dir__ = lambda: __all__

import math
from typing import NamedTuple

import numpy as np

from scalemodel.core import checks

STEPS = 1_000  # of Newton's method at most; it takes about ten
NEAR = 1e-12  # of a step, beside what it is a step from
SUMS_TO_ONE = 1e-6
MOST_OBJECTS = 10**8


# ── Who is asked for ────────────────────────────────────────────────────────
def zipf(objects: int, alpha: float) -> np.ndarray:
    """The share of requests for each object, the favourite first, shape (objects,).

    >>> zipf(3, 1.0).round(3).tolist()
    [0.545, 0.273, 0.182]
    """
    objects = checks.whole("objects", objects, at_least=1, at_most=MOST_OBJECTS)
    alpha = checks.real("alpha", alpha, at_least=0, at_most=30)
    weight = np.arange(1, objects + 1, dtype=float) ** -alpha
    return weight / weight.sum()


@checks.kinds
def zipf_trace(objects: int, requests: int, alpha: float, rng: np.random.Generator) -> np.ndarray:
    """Ids of so many requests, each drawn by Zipf's law; 0 is the favourite.

    >>> zipf_trace(1000, 8, 1.0, np.random.default_rng(42)).tolist()
    [183, 14, 346, 103, 0, 833, 166, 201]
    """
    requests = checks.whole("requests", requests, at_least=1, at_most=10**9)
    up_to = np.cumsum(zipf(objects, alpha))
    up_to[-1] = 1.0
    return np.searchsorted(up_to, rng.random(requests), side="right").astype(np.int64)


# ── One cache ───────────────────────────────────────────────────────────────
def che_time(popularity: np.ndarray, capacity: int) -> float:
    """Che's T: so many requests long an object stays in LRU after its last one.

    `popularity` are shares that sum to 1, shape (objects,). Infinity if all fit.

    >>> round(che_time([0.5, 0.3, 0.2], 1), 3), che_time([0.5, 0.5], 2)
    (1.252, inf)
    """
    popularity, capacity = _popularity(popularity), _capacity("capacity", capacity)
    return _time(popularity, capacity, _lru_absent)


def lru_miss_ratio(popularity: np.ndarray, capacity: int, requests: int | None = None) -> float:
    """Misses of LRU: in the long run, or among the first `requests` from an empty cache.

    From empty, every object that has come in stays until T, when the cache is full.

    >>> share = [0.5, 0.3, 0.2]
    >>> round(lru_miss_ratio(share, 1), 3), round(lru_miss_ratio(share, 3, requests=10), 3)
    (0.629, 0.281)
    """
    popularity, capacity = _popularity(popularity), _capacity("capacity", capacity)
    stays = _time(popularity, capacity, _lru_absent)
    if requests is None:
        return float(popularity @ _lru_absent(popularity, stays))
    requests = checks.whole("requests", requests, at_least=1)
    full = min(stays, float(requests))  # until then, a miss is an object's first request
    absent = _lru_absent(popularity, full)
    return float(((1 - absent).sum() + (requests - full) * (popularity @ absent)) / requests)


def fifo_miss_ratio(popularity: np.ndarray, capacity: int) -> float:
    """Misses of FIFO in the long run, and of RANDOM, which evicts anybody: they are the same.

    >>> round(fifo_miss_ratio([0.5, 0.3, 0.2], 1), 3)
    0.636
    """
    popularity, capacity = _popularity(popularity), _capacity("capacity", capacity)
    stays = _time(popularity, capacity, _fifo_absent)
    return float(popularity @ _fifo_absent(popularity, stays))


def static_miss_ratio(popularity: np.ndarray, capacity: int) -> float:
    """Misses of a cache that always holds the `capacity` favourites.

    >>> static_miss_ratio([0.2, 0.5, 0.3], 2)
    0.2
    """
    popularity, capacity = _popularity(popularity), _capacity("capacity", capacity)
    return float(np.sort(popularity)[: max(len(popularity) - capacity, 0)].sum())


def ttl_miss_ratio(
    popularity: np.ndarray, ttl_s: float, requests_per_s: float, renewing: bool = False
) -> float:
    """Misses of a cache that holds all, each for `ttl_s` from its fetch or, `renewing`, its last hit.

    >>> share = [0.5, 0.5]
    >>> [round(ttl_miss_ratio(share, 2.0, 1.0, renewing), 3) for renewing in (False, True)]
    [0.5, 0.368]
    """
    popularity = _popularity(popularity)
    ttl_s = checks.real("ttl_s", ttl_s, above=0)
    requests_per_s = checks.real("requests_per_s", requests_per_s, above=0, at_most=1e12)
    if not isinstance(renewing, bool):
        raise ValueError(f"renewing={checks.brief(renewing)} must be True or False")
    absent = _lru_absent if renewing else _fifo_absent
    return float(popularity @ absent(popularity, ttl_s * requests_per_s))


# ── Two levels ──────────────────────────────────────────────────────────────
class Levels(NamedTuple):
    """Where requests are answered, as shares of all.

    >>> Levels(edge_hit_ratio=0.5, region_hit_ratio=0.25, origin_ratio=0.25).origin_ratio
    0.25
    """

    edge_hit_ratio: float
    region_hit_ratio: float
    origin_ratio: float


def two_levels(
    popularity: np.ndarray, edges: int, edge_capacity: int, region_capacity: int, corrected=False
) -> Levels:
    """LRU in front of LRU: so many equal `edges`, whose misses a region is asked for.

    The region meets an object at the rate p (1 − hit), as if these requests were independent.
    They are not: what misses at an edge was not asked for there for the edge's T. If `corrected`,
    that edge's own misses are looked for only before that.

    >>> levels = two_levels([0.4, 0.3, 0.2, 0.1], edges=2, edge_capacity=1, region_capacity=2)
    >>> [round(share, 3) for share in levels]
    [0.294, 0.383, 0.323]
    """
    popularity = _popularity(popularity)
    edges = checks.whole("edges", edges, at_least=1, at_most=1_000_000)
    edge_capacity = _capacity("edge_capacity", edge_capacity)
    region_capacity = _capacity("region_capacity", region_capacity)
    if not isinstance(corrected, bool):
        raise ValueError(f"corrected={checks.brief(corrected)} must be True or False")
    edge_stays = _time(popularity, edge_capacity, _lru_absent)  # of its own requests
    misses = popularity * _lru_absent(popularity, edge_stays)
    misses, missed = misses[misses > 0], misses.sum()
    if missed == 0:
        return Levels(1.0, 0.0, 0.0)
    stays = _time(misses / missed, region_capacity, _lru_absent) / missed
    if corrected:  # in requests of all edges, an edge's T is as many times as long
        stays -= min(edges * edge_stays, stays) / edges
    origin = float(misses @ _lru_absent(misses, stays))
    return Levels(float(1 - missed), float(missed - origin), origin)


# ── How long an object stays ────────────────────────────────────────────────
def _time(popularity, capacity, absent):
    """The time after which `capacity` objects are there.

    It grows ever more slowly, so no step of Newton's method from the left goes too far.
    """
    if capacity >= len(popularity):
        return math.inf
    time = float(capacity)  # no earlier than that can as many have come in
    for _ in range(STEPS):
        away = absent(popularity, time)
        come_a_request = popularity @ (away if absent is _lru_absent else away**2)
        step = (capacity - (1 - away).sum()) / come_a_request
        time += step
        if step <= NEAR * time:
            break
    return float(time)


def _lru_absent(popularity, time):
    return np.exp(-popularity * time)


def _fifo_absent(popularity, time):
    return 1 / (1 + popularity * time)


# ── Doorkeepers ─────────────────────────────────────────────────────────────
def _popularity(values):
    """Those above 0: who is never asked for is never there."""
    popularity = checks.numbers_row("popularity", values, at_least=0, at_most=1)
    if abs(popularity.sum() - 1) > SUMS_TO_ONE:
        raise ValueError(f"popularity sums to {popularity.sum():.6g}; it must sum to 1")
    return popularity[popularity > 0]


def _capacity(field, value):
    return checks.whole(field, value, at_least=1, at_most=MOST_OBJECTS)
