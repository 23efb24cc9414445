"""The policies as siblings: what is thrown out when not all fits, and who may come in.

A `capacity` counts objects or, where a trace has sizes, bytes. What is asked for and not there is
fetched and kept, and others are evicted until it fits; what is larger than the cache is never
kept. `Expiring` and `Admitting` wrap any policy. A policy is what has a `hits(requests)`, a rule
what has an `admits(requests)`; both answer with a row of booleans.

Left out: who may come in by what would have to go; that is a policy of its own, `WTinyLFU`.
Sources: in the modules of the loops.
"""

__all__ = [
    "FIFO", "LFU", "LRU", "MOST_CAPACITY", "S3FIFO", "SIEVE", "Admitting", "Belady", "Clock",
    "Expiring", "NotAbove", "OnSecondRequest", "WTinyLFU",
]  # fmt: skip
__dir__ = lambda: __all__

from dataclasses import dataclass, replace

import numpy as np

from scalemodel.core import checks
from scalemodel.core.compiled import READ_FLOATS, READ_INTS, compiled
from scalemodel.parts.caches import counts, furthest, orders
from scalemodel.parts.caches.trace import Requests

MOST_CAPACITY = 10**15  # bytes


@dataclass(frozen=True, slots=True)
class _Cache:
    """What the siblings share: a capacity, and a run of their `loop`."""

    capacity: int  # objects, or bytes where a trace has sizes

    def __post_init__(self):
        checks.plain(self)
        checks.whole("capacity", self.capacity, at_least=1, at_most=MOST_CAPACITY)

    def settings(self):
        return (self.capacity,)

    def arguments(self, requests):
        ids, admits, fits = requests.ids, requests.admits, requests.bytes_of <= self.capacity
        if not fits.all():
            admits = fits[ids] & (admits if len(admits) else True)
        settings, hit = np.array(self.settings(), dtype=np.int64), np.zeros(len(ids), dtype=bool)
        return ids, requests.distinct, requests.bytes_of, admits, settings, hit

    def hits(self, requests):
        arguments = self.arguments(requests)
        self.loop.native(*arguments)
        return arguments[-1]


# ── What is evicted ─────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class FIFO(_Cache):
    """First in, first out: a hit changes nothing.

    >>> from scalemodel.parts.caches.engine import simulate
    >>> simulate([1, 2, 1, 3, 1], FIFO(capacity=2)).hit_mask.tolist()
    [False, False, True, False, False]
    """

    loop = orders.fifo


@dataclass(frozen=True, slots=True)
class LRU(_Cache):
    """The least recently used is evicted.

    >>> from scalemodel.parts.caches.engine import simulate
    >>> simulate([1, 2, 1, 3, 1], LRU(capacity=2)).hit_mask.tolist()
    [False, False, True, False, True]
    """

    loop = orders.lru


@dataclass(frozen=True, slots=True)
class LFU(_Cache):
    """The least frequently used is evicted, of equals the least recently used.

    Uses count from when an object came in; who leaves begins anew.

    >>> from scalemodel.parts.caches.engine import simulate
    >>> simulate([1, 1, 2, 3, 1], LFU(capacity=2)).hit_mask.tolist()
    [False, True, False, False, True]
    """

    loop = counts.lfu


@dataclass(frozen=True, slots=True)
class Clock(_Cache):
    """FIFO, but what was used since it came to the head goes there once more.

    >>> from scalemodel.parts.caches.engine import simulate
    >>> simulate([1, 2, 1, 3, 1], Clock(capacity=2)).hit_mask.tolist()
    [False, False, True, False, True]
    """

    loop = orders.clock


@dataclass(frozen=True, slots=True)
class SIEVE(_Cache):
    """FIFO, but a hand passes over what was used and goes on from where it stands.

    >>> from scalemodel.parts.caches.engine import simulate
    >>> simulate([1, 2, 1, 3, 1, 2], SIEVE(capacity=2)).hit_mask.tolist()
    [False, False, True, False, True, False]
    """

    loop = orders.sieve


@dataclass(frozen=True, slots=True)
class S3FIFO(_Cache):
    """A small line for newcomers, a main line for who was used there, and ghosts of who was not.

    >>> from scalemodel.parts.caches.engine import simulate
    >>> simulate([1, 2, 3, 4, 1, 1], S3FIFO(capacity=3)).hits
    1
    """

    small_ratio: float = 0.1  # of the capacity, at least 1
    moves_at: int = 2  # uses in the small line by which an object moves to the main one
    loop = orders.s3fifo

    def __post_init__(self):
        checks.plain(self)
        super(S3FIFO, self).__post_init__()
        checks.real("small_ratio", self.small_ratio, above=0, at_most=1)
        checks.whole("moves_at", self.moves_at, at_least=1, at_most=orders.MOST_USES)

    def settings(self) -> tuple[int, int, int]:
        """(capacity, share of the small line, uses by which an object moves)."""
        return self.capacity, max(1, int(self.small_ratio * self.capacity)), self.moves_at


@dataclass(frozen=True, slots=True)
class WTinyLFU(_Cache):
    """A window, and a main part that is entered only by who is asked for more often.

    >>> from scalemodel.parts.caches.engine import simulate
    >>> simulate([1, 1, 2, 3, 1, 2], WTinyLFU(capacity=2)).hit_mask.tolist()
    [False, True, False, False, True, False]
    """

    window_ratio: float = 0.01  # of the capacity, at least 1
    protected_ratio: float = 5 / 6  # of what the window leaves
    sample: int = 4  # requests for each object that fits, until all counts are halved
    loop = counts.w_tiny_lfu

    def __post_init__(self):
        checks.plain(self)
        super(WTinyLFU, self).__post_init__()
        for name in ("window_ratio", "protected_ratio"):
            checks.real(name, getattr(self, name), at_least=0, at_most=1)
        checks.whole("sample", self.sample, at_least=1, at_most=1000)

    def settings(self) -> tuple[int, int, int, int]:
        """(capacity, most in the window, most in the protected part, sample)."""
        window = max(1, int(self.window_ratio * self.capacity))
        protected = int(self.protected_ratio * (self.capacity - window))
        return self.capacity, window, protected, self.sample


@dataclass(frozen=True, slots=True)
class Belady(_Cache):
    """Who is asked for furthest in the future is evicted: the bound for objects of one size.

    >>> from scalemodel.parts.caches.engine import simulate
    >>> simulate([1, 2, 3, 1, 2, 3], Belady(capacity=2)).hits
    2
    """

    loop = furthest.belady


# ── How long it is good ─────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Expiring:
    """A `policy` whose objects are good for `ttl_s` from when they were fetched.

    An object that is asked for at that age or later is fetched anew: a miss, and its age is 0.
    It keeps its place meanwhile, and for the policy it was used. If `renewing`, a hit makes it new.

    >>> from scalemodel.parts.caches.engine import simulate
    >>> ask = [1, 1, 1, 1], Expiring(LRU(capacity=2), ttl_s=10)
    >>> simulate(*ask, times_s=[0, 9, 10, 19]).hit_mask.tolist()
    [False, True, False, True]
    """

    policy: object
    ttl_s: float  # infinity: for ever
    renewing: bool = False

    def __post_init__(self):
        checks.plain(self)
        checks.takes("policy.hits", getattr(self.policy, "hits", None), "requests")
        if self.ttl_s != np.inf:
            checks.real("ttl_s", self.ttl_s, above=0)
        if not isinstance(self.renewing, bool):
            raise ValueError(f"renewing={checks.brief(self.renewing)} must be True or False")

    @checks.kinds
    def hits(self, requests: Requests) -> np.ndarray:
        """Those of the policy that were still good."""
        if requests.times_s is None:
            raise ValueError("times_s=None must be a row of seconds: what expires has an age")
        hit, (ids, distinct) = self.policy.hits(requests), (requests.ids, requests.distinct)
        _expire.native(ids, distinct, requests.times_s, self.ttl_s, self.renewing, hit)
        return hit


@compiled(f"void({READ_INTS}, int64, {READ_FLOATS}, float64, boolean, boolean[::1])")
def _expire(ids, distinct, times_s, ttl_s, renewing, hit):
    """Make a miss of each `hit` on what is no longer good."""
    fetched_s = np.zeros(distinct)
    for at in range(len(ids)):
        one = ids[at]
        hit[at] = hit[at] and times_s[at] - fetched_s[one] < ttl_s
        if renewing or not hit[at]:
            fetched_s[one] = times_s[at]


# ── Who may come in ─────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Admitting:
    """A `policy` that is filled only by requests that a `rule` admits; others are misses.

    >>> from scalemodel.parts.caches.engine import simulate
    >>> simulate([1, 1, 1], Admitting(LRU(capacity=2), OnSecondRequest())).hit_mask.tolist()
    [False, False, True]
    """

    policy: object
    rule: object

    def __post_init__(self):
        checks.plain(self)
        checks.takes("policy.hits", getattr(self.policy, "hits", None), "requests")
        checks.takes("rule.admits", getattr(self.rule, "admits", None), "requests")

    @checks.kinds
    def hits(self, requests: Requests) -> np.ndarray:
        """Those of the policy, if only such requests fill it as the rule admits too."""
        others = requests.admits if len(requests.admits) > 0 else True
        admits = self.rule.admits(requests) & others
        return self.policy.hits(replace(requests, admits=checks.read_only(admits)))


@dataclass(frozen=True, slots=True)
class OnSecondRequest:
    """Nobody enters at the first request of all: most objects have no second one.

    >>> from scalemodel.parts.caches.trace import requests
    >>> OnSecondRequest().admits(requests([7, 8, 7])).tolist()
    [False, False, True]
    """

    @checks.kinds
    def admits(self, requests: Requests) -> np.ndarray:
        """Whether each object was asked for before."""
        again = np.ones(len(requests.ids), dtype=bool)
        again[np.unique(requests.ids, return_index=True)[1]] = False
        return again


@dataclass(frozen=True, slots=True)
class NotAbove:
    """Only objects of at most `most_bytes` enter.

    >>> from scalemodel.parts.caches.trace import requests
    >>> NotAbove(5).admits(requests([7, 8], sizes=[5, 6])).tolist()
    [True, False]
    """

    most_bytes: int

    def __post_init__(self):
        checks.plain(self)
        checks.whole("most_bytes", self.most_bytes, at_least=1, at_most=MOST_CAPACITY)

    @checks.kinds
    def admits(self, requests: Requests) -> np.ndarray:
        """Whether each object is small enough."""
        if len(requests.bytes_of) == 0:
            raise ValueError("sizes=None must be a row of bytes: NotAbove compares them")
        return (requests.bytes_of <= self.most_bytes)[requests.ids]
