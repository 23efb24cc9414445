"""Everybody comes back at once: the login storm after an outage.

The lights go out in a hall, and all who were thrown out stand before one door. It lets in so
many a second. Whoever is not let in within the time-out goes away, and knocks again after a
pause; but their place in the line stays, and the doorkeeper calls it, for nobody, at the price of
a login. If more places are taken a second than are called, the line outgrows the time-out, and
from then on only those are called who have left. Two things help: pauses long enough for all, and
a line so short that who stands in it is still there. Sending somebody away costs a little, too.

A second is a step, and a phone may stand for thousands. A knock costs 20 to 35 ns among a
thousand phones, thirty thousand or a hundred thousand. A phone holds 26 bytes and a place in line
16; a run is refused beyond sixty million knocks, a second or two.

Left out: phones that stay away, ordinary logins (take them off the capacity), several doors.
Sources: Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015; Bronson and
others, "Metastable Failures in Distributed Systems", HotOS, 2021. The time-outs are ours.
"""

__all__ = [
    "BACKOFFS", "MOST_TRIES", "StormConfig", "StormReport", "expected_drain_s", "knocks_per_s",
    "loop", "simulate",
]  # fmt: skip
__dir__ = lambda: __all__

import math
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from scalemodel.core import checks
from scalemodel.core.compiled import READ_FLOATS, compiled
from scalemodel.core.frames import Tabular
from scalemodel.core.rng import stream
from scalemodel.parts.resilience.retry import AT_ONCE, PAUSE, Backoff, Exponential, FullJitter

MOST_TRIES = 60_000_000  # in a run
BACKOFFS = MappingProxyType({
    "at once": AT_ONCE,  # a second later
    "every minute": Exponential(base_s=60.0, most_s=60.0),
    "exponential": Exponential(base_s=1.0, most_s=600.0),
    "full jitter": FullJitter(base_s=1.0, most_s=600.0),
})  # fmt: skip


# ── Config and report ───────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class StormConfig:
    """Who was thrown out, how many may come in a second, and what they do in between.

    >>> StormConfig(time_out_s=0)
    Traceback (most recent call last):
    ...
    ValueError: time_out_s=0 must be an integer of at least 1 and at most 100000
    """

    phones: int = 14_700
    logins_per_s: float = 23.0
    outage_s: int = 600
    time_out_s: int = 30  # how long a phone waits for an answer
    backoff: Backoff = BACKOFFS["full jitter"]
    line_s: float | None = None  # the longest line, in seconds of logins; None: any
    refusal_ratio: float = 0.02  # of the work of a login
    gone_ratio: float = 1.0  # of the same: to call a phone that has left
    until_s: int = 3_600
    seed: int = 0

    def __post_init__(self):
        checks.plain(self)
        checks.whole("phones", self.phones, at_least=1, at_most=100_000)
        checks.real("logins_per_s", self.logins_per_s, at_least=1e-3, at_most=1e6)
        for name, least in (("outage_s", 0), ("time_out_s", 1)):
            checks.whole(name, getattr(self, name), at_least=least, at_most=100_000)
        if not isinstance(self.backoff, Backoff):
            raise ValueError(
                f"backoff={checks.brief(self.backoff)} must be a rule of pauses from `retry`"
            )
        if self.line_s is not None:
            checks.real("line_s", self.line_s, at_least=1 / self.logins_per_s, at_most=1e6)
        for name in ("refusal_ratio", "gone_ratio"):
            checks.real(name, getattr(self, name), at_least=0, at_most=1)
        most_s = MOST_TRIES // self.phones * (self.time_out_s if self.line_s is None else 1)
        checks.whole("until_s", self.until_s, at_least=1, at_most=min(most_s, 1_000_000))
        checks.whole("seed", self.seed, at_least=0)


@dataclass(frozen=True, slots=True)
class StormReport(Tabular):
    """The night second by second, since the outage began.

    >>> simulate(StormConfig(backoff=AT_ONCE)).all_back_s  # never
    inf
    """

    back: np.ndarray  # phones that are in again, shape (seconds,), as the next three
    knocks: np.ndarray
    in_line: np.ndarray  # places, left ones too
    waiting: np.ndarray  # of these, whose phone is still there
    all_back_s: float  # since the outage ended, until 99 of 100 are in; infinite: not yet


# ── Engine ──────────────────────────────────────────────────────────────────
@compiled(
    f"void(FunctionType({PAUSE}), {READ_FLOATS}, {READ_FLOATS}, {READ_FLOATS}, "
    "int64[::1], int64[::1], int64[::1], int64[::1])"
)
def loop(pause, memory, rule, luck, back, knocks, in_line, waiting):
    """Fill the last four, second by second; `rule` is unpacked in the first line.

    >>> rows = [np.zeros(4, int) for _ in range(4)]  # two phones, one login a second from 1 on
    >>> loop(AT_ONCE.pause, [0.0, 0.0], [2, 1.0, 1, 1, 9, 0.0, 1.0], [0.5], *rows)
    >>> [row.tolist() for row in rows]
    [[0, 0, 1, 1], [2, 0, 2, 0], [0, 0, 1, 0], [0, 0, 1, 0]]
    """
    phones, logins, outage, time_out = int(rule[0]), rule[1], int(rule[2]), int(rule[3])
    places, refusal, gone, ticks = int(rule[4]), rule[5], rule[6], len(back)
    after = np.arange(-1, phones - 1)  # the phones of a second are a chain, from its first
    first = np.full(ticks + 1, -1)
    first[0] = phones - 1
    tries, inside = np.zeros(phones, np.int64), np.zeros(phones, np.bool_)
    came = np.full(phones, -1)  # the second in which a phone took its place, or -1
    waits = np.zeros(phones, np.bool_)
    line, line_came = np.empty(places, np.int64), np.empty(places, np.int64)
    head, tail, there, in_again, drawn, spare = 0, 0, 0, 0, 0, 0.0
    for tick in range(ticks):
        spare += logins
        phone = first[tick]
        while phone >= 0:
            following = after[phone]
            if not inside[phone]:
                refused = waits[phone]  # no answer in time is one, too
                if not refused:
                    knocks[tick] += 1
                    if tick >= outage and tail - head == places:
                        refused = True
                        spare -= refusal
                    elif tick >= outage:
                        line[tail % places], line_came[tail % places] = phone, tick
                        came[phone] = tick
                        tail += 1
                        there += 1
                waits[phone] = not refused
                at = tick + time_out
                if refused:
                    there -= came[phone] >= 0
                    came[phone] = -1
                    pause_s = pause(tries[phone], 0.0, luck[drawn % len(luck)], memory)
                    at = tick + max(1, int(pause_s + 0.5))
                    tries[phone] += 1
                    drawn += 1
                at = min(at, ticks)
                after[phone], first[at] = first[at], phone
            phone = following
        while spare >= 1 and head < tail:
            phone = line[head % places]
            if came[phone] == line_came[head % places]:
                inside[phone] = True
                there -= 1
                in_again += 1
                spare -= 1
            else:
                spare -= gone
            head += 1
        spare = max(0.0, spare) if head < tail else 0.0  # what was not used is gone
        back[tick], in_line[tick], waiting[tick] = in_again, tail - head, there


def simulate(config: StormConfig) -> StormReport:
    """What one night was like.

    >>> simulate(StormConfig(line_s=20.0)).all_back_s < 1.5 * expected_drain_s(14_700, 23.0)
    True
    """
    checks.instance("config", config, StormConfig)
    places = config.phones * (config.until_s // config.time_out_s + 1)
    if config.line_s is not None:
        places = min(places, int(config.line_s * config.logins_per_s))
    rule = np.array([
        config.phones, config.logins_per_s, config.outage_s, config.time_out_s, places,
        config.refusal_ratio, config.gone_ratio,
    ], float)  # fmt: skip
    rows = [np.zeros(config.until_s, np.int64) for _ in range(4)]
    luck = stream(config.seed, "pauses").random(1 << 16)  # used again and again
    memory = config.backoff.memory().astype(float)
    loop.native(config.backoff.pause.native, memory, rule, luck, *rows)
    done = np.flatnonzero(rows[0] >= 0.99 * config.phones)
    all_back_s = float(done[0] + 1 - config.outage_s) if len(done) else math.inf
    return StormReport(*rows, all_back_s=all_back_s)


# ── The closed forms ────────────────────────────────────────────────────────
def expected_drain_s(phones: float, logins_per_s: float) -> float:
    """How long it takes at the least: phones / capacity.

    >>> round(expected_drain_s(147e6, 230e3) / 60, 1)
    10.7
    """
    checks.real("phones", phones, at_least=0, at_most=1e15)
    return phones / checks.real("logins_per_s", logins_per_s, at_least=1e-3, at_most=1e12)


def knocks_per_s(config: StormConfig) -> float:
    """What comes to the door once pauses have grown: phones / (time-out + mean pause).

    Below the capacity a line of any length drains in the end; above it, it never may.

    >>> round(knocks_per_s(StormConfig()), 1), round(knocks_per_s(StormConfig(backoff=AT_ONCE)))
    (44.5, 474)
    """
    backoff = checks.instance("config", config, StormConfig).backoff
    pause_s = max(1.0, backoff.pause(60, 0.0, 0.5, backoff.memory()))
    return float(config.phones / (config.time_out_s + pause_s))
