"""All guards of a call in one table, in the order in which the call meets them.

Think of a diver. A deadline: back on board by four, whatever happens. Retries, pauses and a
budget for them. A breaker, if that wreck has been trouble. A bulkhead: so many lines are
out at once, as walls in a ship keep one leak from sinking it all. And of each dive a
time-out, or a second diver when the first is late (hedge).

The service has guards too. A queue with few places refuses at once who finds it full. Newest
first (LIFO) serves those who still have patience. And it may pass over those whose caller
has given up, if the deadline travels along (drops expired).

`HYSTRIX`, `RESILIENCE4J` and `ENVOY` are what known components do if nobody says otherwise;
`replace(HYSTRIX, retries=1)` of `dataclasses` says otherwise. Envoy ejects a host after 5
failures in a row, for 30 s times how often it has been; its budget, a fifth of the active
requests and 3 in any case, is told by tokens here.

Left out: cancelling the copy of a hedge that has lost; queues for each caller; resilience4j's
slow calls (from 60 s); Envoy's cap of a tenth of the hosts, and that it looks every 10 s.
Sources: Dean, Barroso, "The Tail at Scale", CACM 56(2), 2013; Nygard, "Release It!", 2007;
Hystrix wiki, "Configuration"; resilience4j's documentation of CircuitBreaker, Retry and
Bulkhead; Envoy's of outlier detection and circuit breaking.
"""

__all__ = [
    "ENVOY", "HYSTRIX", "MOST_S", "RESILIENCE4J", "UNGUARDED", "Bulkhead", "Deadline", "Guards",
]  # fmt: skip
__dir__ = lambda: __all__

import math
from dataclasses import dataclass

from scalemodel.core import checks
from scalemodel.parts.resilience.breaker import BreakerConfig
from scalemodel.parts.resilience.retry import AT_ONCE, Backoff, BudgetConfig, Exponential

MOST_S = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """Who guards a call; what is infinite or None is not there.

    >>> Guards(time_out_s=0.0)
    Traceback (most recent call last):
    ...
    ValueError: time_out_s=0.0 must be a finite number above 0 and at most 1e+09
    >>> Guards(retries=2, bulkhead=10, queue=100).deadline_s
    inf
    """

    deadline_s: float = math.inf  # for a request with all its tries
    retries: int = 0  # after a failure or a time-out; a refusal ends the request
    backoff: Backoff = AT_ONCE
    budget: BudgetConfig | None = None
    breaker: BreakerConfig | None = None
    bulkhead: int | None = None  # calls out at once
    time_out_s: float = math.inf  # for each try
    hedge_s: float = math.inf  # a second copy after so long, once a request
    queue: int | None = None  # at the service: places for those who wait
    lifo: bool = False  # at the service
    drops_expired: bool = False  # at the service

    def __post_init__(self):
        checks.plain(self)
        for name in ("deadline_s", "time_out_s", "hedge_s"):
            if getattr(self, name) != math.inf:
                checks.real(name, getattr(self, name), above=0, at_most=MOST_S)
        checks.whole("retries", self.retries, at_least=0, at_most=20)
        if not isinstance(self.backoff, Backoff):
            raise ValueError(
                f"backoff={checks.brief(self.backoff)} must be a rule of pauses from `retry`"
            )
        for name, kind in (("budget", BudgetConfig), ("breaker", BreakerConfig)):
            if getattr(self, name) is not None:
                checks.instance(name, getattr(self, name), kind)
        if self.bulkhead is not None:
            checks.whole("bulkhead", self.bulkhead, at_least=1, at_most=10**9)
        if self.queue is not None:
            checks.whole("queue", self.queue, at_least=0, at_most=10**9)
        for name in ("lifo", "drops_expired"):
            checks.instance(name, getattr(self, name), bool)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment that goes along from service to service: it may come nearer, never later.

    >>> deadline = Deadline(10.0)
    >>> deadline.left_s(7.0), deadline.left_s(11.0), deadline.narrowed(12.0)
    (3.0, 0.0, Deadline(at_s=10.0))
    """

    at_s: float

    def __post_init__(self):
        checks.plain(self)
        checks.real("at_s", self.at_s, at_least=0, at_most=1e15)

    def left_s(self, now_s: float) -> float:
        """How long there is left; 0 if it has passed."""
        return max(0.0, self.at_s - checks.real("now_s", now_s, at_least=0, at_most=1e15))

    def narrowed(self, at_s: float) -> "Deadline":
        """The deadline of a call that has to end by `at_s` too."""
        return min(self, Deadline(at_s), key=lambda deadline: deadline.at_s)


class Bulkhead:
    """So many places for calls that are out.

    >>> bulkhead = Bulkhead(1)
    >>> bulkhead.enter(), bulkhead.enter(), bulkhead.inside
    (True, False, 1)
    >>> bulkhead.leave(); bulkhead.enter()
    True
    """

    def __init__(self, places: int):
        self.places = checks.whole("places", places, at_least=1, at_most=10**9)
        self.inside = 0  # calls that are out

    def enter(self) -> bool:
        """Whether there is a place, which is then taken."""
        free = self.inside < self.places
        self.inside += free
        return free

    def leave(self) -> None:
        """Give a place back."""
        if self.inside == 0:
            raise ValueError("inside=0 must be at least 1 when somebody leaves")
        self.inside -= 1


UNGUARDED = Guards()
HYSTRIX = Guards(
    breaker=BreakerConfig(
        slots=10, slot_s=1.0, minimum_calls=20, failure_ratio=0.5, open_s=5.0, probes=1
    ),
    bulkhead=10,
    time_out_s=1.0,
)
RESILIENCE4J = Guards(
    retries=2,  # three tries
    backoff=Exponential(base_s=0.5, most_s=0.5),
    breaker=BreakerConfig(slots=100, minimum_calls=100, failure_ratio=0.5, open_s=60.0, probes=10),
    bulkhead=25,
)
ENVOY = Guards(
    retries=1,
    budget=BudgetConfig(earns_ratio=0.2, most_tokens=3),
    breaker=BreakerConfig(
        slots=5, minimum_calls=5, failure_ratio=1.0, open_s=30.0, probes=0, lengthens=True
    ),
)
