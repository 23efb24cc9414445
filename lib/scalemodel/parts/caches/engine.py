"""A trace of requests through a cache.

A doorkeeper writes a tick on each slip that could be served from the shelf. Sums of ticks are the
ratios; the slips without one are what the next shelf, further away, is asked for.

>>> from scalemodel.parts.caches.policies import LRU
>>> ids = np.array([1, 2, 1, 3, 2, 1])
>>> edge = simulate(ids, LRU(capacity=2))
>>> region = simulate(ids[~edge.hit_mask], LRU(capacity=3))
>>> edge.hits, region.hits, region.misses
(1, 2, 3)

A run costs its policy's loop (`benchmarks/caches.py`), a few nanoseconds a request to look at
the ids, and a byte a request for the mask.

Left out: time to fetch; an object is there as soon as it was asked for.
Sources: none needed; the semantics are each policy's own.
"""

__all__ = ["CacheReport", "simulate"]
__dir__ = lambda: __all__

from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks
from scalemodel.core.frames import Tabular
from scalemodel.parts.caches.trace import requests


@dataclass(frozen=True, slots=True, eq=False)
class CacheReport(Tabular):
    """What a run counted, after its warm-up; the mask has all requests.

    >>> from scalemodel.parts.caches.policies import LRU
    >>> report = simulate([1, 2, 1, 1], LRU(capacity=2), sizes=[1, 4, 1, 1], warm_up=1)
    >>> report.hits, report.misses, round(report.byte_hit_ratio, 3)
    (2, 1, 0.333)
    """

    hits: int
    misses: int
    miss_ratio: float
    byte_hit_ratio: float  # of the bytes asked for; without sizes, of the objects
    hit_mask: np.ndarray  # shape (requests,), of booleans


def simulate(
    ids: np.ndarray,
    policy: object,
    sizes: np.ndarray | None = None,
    times_s: np.ndarray | None = None,
    warm_up: int = 0,
) -> CacheReport:
    """What a cache that begins empty does with requests for `ids`, any integers.

    `sizes` are the bytes of what each asks for, and make the capacity one in bytes; `times_s`
    do not fall, and are needed by what expires. All have the shape (requests,). The first
    `warm_up` requests fill the cache and are not counted.

    >>> from scalemodel.parts.caches.policies import FIFO
    >>> belady = [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5]  # a larger cache that misses more
    >>> simulate(belady, FIFO(capacity=3)).misses, simulate(belady, FIFO(capacity=4)).misses
    (9, 10)
    """
    checks.takes("policy.hits", getattr(policy, "hits", None), "requests")
    asked = requests(ids, sizes, times_s)
    warm_up = checks.whole("warm_up", warm_up, at_least=0, at_most=len(asked.ids) - 1)
    hit_mask = policy.hits(asked)
    hit_mask.flags.writeable = False
    counted = hit_mask[warm_up:]
    hits = int(np.count_nonzero(counted))
    byte_hit_ratio = hits / len(counted)
    if sizes is not None:
        asked_bytes = asked.bytes_of[asked.ids[warm_up:]].astype(float)
        byte_hit_ratio = float(asked_bytes[counted].sum() / asked_bytes.sum())
    misses = len(counted) - hits
    return CacheReport(hits, misses, misses / len(counted), byte_hit_ratio, hit_mask)
