"""The circuit breaker: stop calling who fails, and look now and then whether it is back.

A fuse of the house, with a memory. *Closed*, it lets every call through and notes how it
ended, in a window of the last calls or the last seconds. When enough calls are in the window
and too many of them have failed, it *opens*: every call is refused at once, which spares the
caller the wait and the failing service the load. After `open_s` it lets a few probes through
(*half-open*), and all of these together decide: closed, or open once more.

The state changes only when somebody asks or tells, never because a clock was read. `Breaker`
is for plain Python; `allow` and `record` are for the inside of a compiled loop, over the array
that `BreakerConfig.memory` makes. Asking costs nanoseconds; a breaker is 128 bytes and 16 a slot.

Left out: slow calls that count as failures; an answer that comes when the breaker is half-open
counts as a probe's, even if the call is older.
Sources: Nygard, "Release It!", 2007; the documentation of Hystrix and of resilience4j.
"""

__all__ = [
    "ANSWERED", "CALLS", "CLOSED", "DUST", "FAILED", "FAILURES", "HALF_OPEN", "LENGTHENS",
    "MINIMUM", "OPEN", "OPENED", "OPEN_S", "PASSED", "PROBES", "RATIO", "RING", "SAYS", "SLOT",
    "SLOTS", "SLOT_S", "STATE", "UNTIL_S", "Breaker", "BreakerConfig", "allow", "record",
]  # fmt: skip
__dir__ = lambda: __all__

from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks
from scalemodel.core.compiled import compiled

CLOSED, OPEN, HALF_OPEN = 0, 1, 2
SAYS = ("closed", "open", "half-open")
# Places in the memory: what changes, what is fixed, and from RING on two numbers a slot.
STATE, UNTIL_S, CALLS, FAILURES, PASSED, ANSWERED, FAILED, OPENED, SLOT = range(9)
SLOTS, SLOT_S, MINIMUM, RATIO, OPEN_S, PROBES, LENGTHENS, RING = range(9, 17)
DUST = 1e-9  # seven of ten are 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerConfig:
    """When a breaker opens, for how long, and on how many probes it decides.

    The window is the last `slots` calls, or with `slot_s` so many slots of seconds.

    >>> BreakerConfig(slots=10, minimum_calls=20)
    Traceback (most recent call last):
    ...
    ValueError: minimum_calls=20 must be an integer of at least 1 and at most 10
    """

    slots: int = 100
    slot_s: float = 0.0  # 0: a slot is a call
    minimum_calls: int = 20  # in the window, before it may open
    failure_ratio: float = 0.5  # of the calls in the window, from which on it opens
    open_s: float = 5.0
    probes: int = 1  # calls in half-open; 0: from open straight to closed
    lengthens: bool = False  # the n-th time it stays open n times as long

    def __post_init__(self):
        checks.plain(self)
        checks.whole("slots", self.slots, at_least=1, at_most=100_000)
        checks.real("slot_s", self.slot_s, at_least=0, at_most=1e6)
        most = 10**9 if self.slot_s > 0 else self.slots
        checks.whole("minimum_calls", self.minimum_calls, at_least=1, at_most=most)
        checks.real("failure_ratio", self.failure_ratio, at_least=0.001, at_most=1)
        checks.real("open_s", self.open_s, at_least=0, at_most=1e6)
        checks.whole("probes", self.probes, at_least=0, at_most=1_000_000)
        checks.instance("lengthens", self.lengthens, bool)

    def memory(self) -> np.ndarray:
        """What a closed breaker begins with, shape (16 + 2 slots,)."""
        fixed = [self.slots, self.slot_s, self.minimum_calls, self.failure_ratio, self.open_s,
                 self.probes, self.lengthens]  # fmt: skip
        return np.array([0] * SLOTS + fixed + [0] * (2 * self.slots), float)


class Breaker:
    """A breaker at work, on whatever clock its caller has.

    >>> breaker = Breaker(BreakerConfig(minimum_calls=2, open_s=5.0))
    >>> breaker.record(0.0, True); breaker.record(1.0, False); breaker.state
    'open'
    >>> breaker.allow(5.9), breaker.allow(6.0), breaker.state
    (False, True, 'half-open')
    >>> breaker.record(7.0, True); breaker.state
    'closed'
    """

    def __init__(self, config: BreakerConfig):
        self.memory = checks.instance("config", config, BreakerConfig).memory()
        self._now_s = 0.0

    @property
    def state(self) -> str:
        """closed, open or half-open, as of the last call."""
        return SAYS[int(self.memory[STATE])]

    @property
    def times_opened(self) -> int:
        """How often it has opened."""
        return int(self.memory[OPENED])

    def allow(self, now_s: float) -> bool:
        """Whether a call may go out; whoever gets a yes must `record` how the call ended."""
        return bool(allow(self.memory, self._clock(now_s)))

    @checks.kinds
    def record(self, now_s: float, ok: bool) -> None:
        """Note how a call ended."""
        record(self.memory, self._clock(now_s), ok)

    def _clock(self, now_s):
        self._now_s = checks.real("now_s", now_s, at_least=self._now_s, at_most=1e15)
        return self._now_s


# ── Inside a loop ───────────────────────────────────────────────────────────
@compiled("boolean(float64[::1], float64)")
def allow(breaker, now_s):
    """Whether a call may go out now.

    >>> bool(allow(BreakerConfig().memory(), 0.0))
    True
    """
    if breaker[STATE] == OPEN and now_s >= breaker[UNTIL_S]:
        breaker[STATE] = HALF_OPEN if breaker[PROBES] > 0 else CLOSED
        breaker[PASSED], breaker[ANSWERED], breaker[FAILED] = 0, 0, 0
    if breaker[STATE] == HALF_OPEN and breaker[PASSED] < breaker[PROBES]:
        breaker[PASSED] += 1
        return True
    return breaker[STATE] == CLOSED


@compiled("void(float64[::1], float64, boolean)")
def record(breaker, now_s, ok):
    """Note how a call ended; what comes in when it is open is too late to matter.

    >>> memory = BreakerConfig(minimum_calls=1).memory()
    >>> record(memory, 0.0, False); memory[STATE] == OPEN
    np.True_
    """
    if breaker[STATE] == CLOSED:
        _note(breaker, now_s, ok)
        calls, failures = breaker[CALLS], breaker[FAILURES]
        if calls >= breaker[MINIMUM] and failures >= breaker[RATIO] * calls - DUST:
            _open(breaker, now_s)
    elif breaker[STATE] == HALF_OPEN:
        breaker[ANSWERED] += 1
        breaker[FAILED] += not ok
        if breaker[ANSWERED] == breaker[PROBES]:
            if breaker[FAILED] >= breaker[RATIO] * breaker[PROBES] - DUST:
                _open(breaker, now_s)
            else:
                breaker[STATE] = CLOSED


@compiled()
def _open(breaker, now_s):
    """Open, with an empty window for the time after."""
    breaker[STATE] = OPEN
    breaker[OPENED] += 1
    longer = breaker[OPENED] if breaker[LENGTHENS] > 0 else 1.0
    breaker[UNTIL_S] = now_s + breaker[OPEN_S] * longer
    breaker[CALLS], breaker[FAILURES] = 0, 0
    for at in range(RING, len(breaker)):
        breaker[at] = 0


@compiled()
def _note(breaker, now_s, ok):
    """Put one call into the window, and forget what has fallen out of it."""
    slots = int(breaker[SLOTS])
    newest = int(breaker[SLOT])
    now = int(now_s // breaker[SLOT_S]) if breaker[SLOT_S] > 0 else newest + 1
    for slot in range(max(newest + 1, now - slots + 1), now + 1):  # these begin anew
        at = RING + 2 * (slot % slots)
        breaker[CALLS] -= breaker[at]
        breaker[FAILURES] -= breaker[at + 1]
        breaker[at], breaker[at + 1] = 0, 0
    breaker[SLOT] = now
    at = RING + 2 * (now % slots)
    breaker[CALLS] += 1
    breaker[at] += 1
    breaker[FAILURES] += not ok
    breaker[at + 1] += not ok
