"""Adaptive bitrate: which copy of the next four seconds to ask for.

A video is cut into segments, and each segment is kept in several copies, the
rungs of a ladder: few bytes and blurry at the bottom, many and sharp at the
top. Before every download the player names a rung. Too high, and the buffer
runs dry and the picture stops; too low, and it is blurry for no reason.

Read on in this order: the ladder; what a session is worth; the policies and the
players that ship them; `play` and `play_many`; the ceiling; the closed form. What
is played, over what and by which player is in `scalemodel.youtube.media`, the loop
in `scalemodel.youtube.playback`.

Left out: seeking, live streams, abandoned and repeated downloads, audio, several
clients on one line, and what a viewer really feels.
Sources: the environment and the linear, log and HD quality scores are those of
Mao, Netravali, Alizadeh, "Neural Adaptive Video Streaming with Pensieve",
SIGCOMM 2017; `BufferBased` is the fixed-reservoir form of Huang et al., "A
Buffer-Based Approach to Rate Adaptation", SIGCOMM 2014; `Bola` is from Spiteri,
Urgaonkar, Sitaraman, "BOLA", INFOCOM 2016, and `Dynamic` from their "From Theory
to Practice", MMSys 2018; `RobustMpc` is from Yin, Jindal, Sekar, Sinopoli,
SIGCOMM 2015.
"""

import numbers
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from scalemodel.core import checks
from scalemodel.core.compiled import Compiled, compiled, has_numba
from scalemodel.youtube import offline, playback
from scalemodel.youtube.choices import (
    highest_fitting,
    highest_rung,
    most_worth_a_byte,
    steadied_rung,
)
from scalemodel.youtube.estimate import blank_notes, carried_kbps, take_note
from scalemodel.youtube.lookahead import best_first_rung
from scalemodel.youtube.media import Player, Trace, Video

MOST_PASSES = 10_000  # times that a trace may start again within one segment
MOST_STEPS = 5_000_000  # samples of a trace that one segment or pause may cross
BATCH = 512  # traces packed at a time, so that they stay in the processor's cache
NOTES = 6  # where a throughput rule's notes on the line begin
STEADINESS = ("", "O", "U")  # names of Bola's `steady`
SPARE_MEMORY = 64  # numbers, for a policy that does not say how many it keeps


# ── The ladder ──────────────────────────────────────────────────────────────
class Rung(NamedTuple):
    """One copy of the video: its height in pixels and its rate in kbit/s.

    >>> Rung(720, 1000).kbps
    1000
    """

    height_px: int
    kbps: float


LADDER = tuple(
    Rung(*row)
    for row in [
        (144, 80), (240, 150), (360, 300), (480, 500),
        (720, 1000), (1080, 2000), (1440, 4000), (2160, 8000),
    ]
)  # fmt: skip


def select_rung(
    bandwidth_kbps: float, max_height: int, ladder: Sequence = LADDER, safety: float = 0.8
) -> int:
    """The highest rung that `safety` × `bandwidth_kbps` carries and `max_height` shows.

    `ladder` holds pairs (height in px, kbit/s), rates rising and heights not falling;
    the result is an index into it. `max_height` is any positive integer of pixels.
    Where no rung fits, because the line is too slow or the cap lies below the lowest
    rung, the answer is the lowest rung: a blurry picture beats none.

    >>> LADDER[select_rung(2600, max_height=1080)]
    Rung(height_px=1080, kbps=2000)
    >>> select_rung(2600, max_height=100)
    0
    """
    checks.real("bandwidth_kbps", bandwidth_kbps, at_least=0)
    checks.whole("max_height", max_height, at_least=1)
    checks.real("safety", safety, above=0)
    heights, rates = _ladder(ladder)
    max_height = min(max_height, float(heights[-1]))  # any integer, even one past all floats
    fits = (rates <= safety * bandwidth_kbps) & (heights <= max_height)
    return max(int(fits.sum()) - 1, 0)


def _ladder(ladder):
    try:
        pairs = [(height, kbps) for height, kbps in ladder]
    except (TypeError, ValueError):
        raise ValueError(f"ladder={ladder!r} must hold pairs (height in px, kbit/s)") from None
    heights = checks.numbers_row("ladder heights", [height for height, _ in pairs], above=0)
    rates = checks.numbers_row("ladder kbps", [kbps for _, kbps in pairs], above=0)
    checks.increasing("ladder kbps", rates)
    if (np.diff(heights) < 0).any():
        raise ValueError(f"ladder heights={heights.tolist()} must not fall from rung to rung")
    return heights, rates


# ── What a session is worth ─────────────────────────────────────────────────
class Quality(NamedTuple):
    """A score: what each rung is worth, and what a second of rebuffering costs.

    >>> LOG.of_rungs(np.array([300.0, 600.0])).round(3)
    array([0.   , 0.693])
    """

    name: str
    of_rungs: Callable  # ladder_kbps, shape (rungs,), to worth, shape (rungs,)
    rebuffer_cost: float  # worth lost a second


HD_LADDER_KBPS = (300, 750, 1200, 1850, 2850, 4300)


def _hd(ladder_kbps):
    if tuple(ladder_kbps) != HD_LADDER_KBPS:
        raise ValueError(
            f"ladder_kbps={list(map(float, ladder_kbps))} must be {list(HD_LADDER_KBPS)}: "
            "the HD score has a value for those six rungs only"
        )
    return np.array([1.0, 2.0, 3.0, 12.0, 15.0, 20.0])


LINEAR = Quality("linear", lambda ladder_kbps: ladder_kbps / 1000, 4.3)
LOG = Quality("log", lambda ladder_kbps: np.log(ladder_kbps / ladder_kbps[0]), 2.66)
HD = Quality("HD", _hd, 8.0)


# ── Policies ────────────────────────────────────────────────────────────────
# A policy is a `choose` and, where it keeps anything, a `memory(video)` that gives
# the array each session starts with: its parameters first, then its state.
@dataclass(frozen=True, slots=True)
class ThroughputRule:
    """The highest rung that a share of the recent throughput carries.

    `safety` is that share, unless `up` is for rungs above the last one and `down`
    for that one and below. "Recent" is the harmonic mean of the last `window`
    downloads, which one lucky download cannot lift far; or, with `half_lives_s`,
    the lower of a quick and a slow fading average.

    >>> ride = Trace.from_periods([(20, 3000), (20, 600)])
    >>> play(Video.constant(4, [300, 750, 1200], 8), ride, ThroughputRule()).rung
    array([1, 2, 2, 2, 2, 2, 2, 2])
    """

    safety: float = 0.8
    window: int = 5  # downloads
    up: float | None = None
    down: float | None = None
    half_lives_s: tuple[float, float] | None = None  # (quick, slow)
    switch_interval_s: float = 0.0  # at least this long from one decision to the next

    def __post_init__(self):
        checks.real("safety", self.safety, above=0)
        checks.whole("window", self.window, at_least=1, at_most=100_000)
        for name in ("up", "down"):
            if getattr(self, name) is not None:
                checks.real(name, getattr(self, name), above=0)
        if self.half_lives_s is not None:
            pair = checks.numbers_row("half_lives_s", self.half_lives_s, above=0, at_most=1e6)
            if len(pair) != 2:
                raise ValueError(f"half_lives_s={self.half_lives_s!r} must be a pair: quick, slow")
        checks.real("switch_interval_s", self.switch_interval_s, at_least=0, at_most=1e6)

    def memory(self, video: Video) -> np.ndarray:
        """[up, down, switch_interval_s, segment_s, seconds since a decision, last level, *notes]."""
        up, down = (self.safety if share is None else share for share in (self.up, self.down))
        rule = [up, down, self.switch_interval_s, video.segment_s, self.switch_interval_s, 0.0]
        return np.append(rule, blank_notes(video, self.window, self.half_lives_s))

    @staticmethod
    @compiled(playback.CHOOSE)
    def choose(buffer_s, throughput_kbps, last_rung, next_bytes, ladder_kbps, memory):
        up, down, interval_s, segment_s = memory[0], memory[1], memory[2], memory[3]
        notes = memory[NOTES:]
        download_s = take_note(notes, throughput_kbps, last_rung, next_bytes)
        memory[4] += max(download_s, memory[5] + segment_s - buffer_s)  # the latter with its pause
        memory[5] = buffer_s
        if memory[4] < interval_s:
            return last_rung
        memory[4] = 0.0
        higher = highest_rung(carried_kbps(up, notes), ladder_kbps)
        if higher > last_rung or up == down:
            return higher
        return min(last_rung, highest_rung(carried_kbps(down, notes), ladder_kbps))


@dataclass(frozen=True, slots=True)
class BufferBased:
    """The rung that the buffer level alone names (BBA).

    Below `reservoir_s` the lowest, from `reservoir_s + cushion_s` on the highest,
    in between in proportion. What the line did last does not matter.

    >>> ride = Trace.from_periods([(20, 3000), (20, 600)])
    >>> play(Video.constant(4, [300, 750, 1200], 8), ride, BufferBased()).rung
    array([1, 0, 0, 1, 1, 2, 2, 2])
    """

    reservoir_s: float = 5.0
    cushion_s: float = 10.0

    def __post_init__(self):
        checks.real("reservoir_s", self.reservoir_s, at_least=0)
        checks.real("cushion_s", self.cushion_s, above=0)

    def memory(self, video: Video) -> np.ndarray:
        """[reservoir_s, cushion_s]."""
        return np.array([self.reservoir_s, self.cushion_s])

    @staticmethod
    @compiled(playback.CHOOSE)
    def choose(buffer_s, throughput_kbps, last_rung, next_bytes, ladder_kbps, memory):
        reservoir_s, cushion_s = memory[0], memory[1]
        top = len(ladder_kbps) - 1
        if buffer_s < reservoir_s:
            return 0
        if buffer_s >= reservoir_s + cushion_s:
            return top
        return int(top * (buffer_s - reservoir_s) / cushion_s)


@dataclass(frozen=True, slots=True)
class Bola:
    """The rung with the most worth a byte, where a full buffer makes bytes cheap (BOLA).

    Rung m is worth v(m) = 1 + ln(its rate ÷ the lowest), and the rule asks for the highest
    (V·(v(m) + g) − buffer level) ÷ bytes. V and g are set so that the lowest rung is
    for `minimum_buffer_s` and below, and the highest for near `target_buffer_s`.

    Three options tame it, as players do. `per_rung_s` lifts the target to the minimum
    plus so much a rung. `steady` looks at a rise above what the last download's
    throughput carries: "O" makes it no rise, "U" stops one rung above. And
    `low_buffer_safety` asks for no more bytes than that share of the buffer level,
    less `latency_s`, has time for; the first two segments excepted.

    >>> ride = Trace.from_periods([(20, 3000), (20, 600)])
    >>> play(Video.constant(4, [300, 750, 1200], 12), ride, Bola()).rung
    array([1, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2])
    """

    minimum_buffer_s: float = 10.0
    target_buffer_s: float = 30.0
    per_rung_s: float = 0.0
    steady: str = ""  # or "O", or "U"
    low_buffer_safety: float | None = None
    latency_s: float = 0.0

    def __post_init__(self):
        checks.real("minimum_buffer_s", self.minimum_buffer_s, above=0, at_most=1e6)
        checks.real("target_buffer_s", self.target_buffer_s, at_most=1e6)
        if self.target_buffer_s <= self.minimum_buffer_s:
            raise ValueError(
                f"target_buffer_s={self.target_buffer_s!r} must be more than "
                f"minimum_buffer_s={self.minimum_buffer_s!r}"
            )
        checks.real("per_rung_s", self.per_rung_s, at_least=0, at_most=1e6)
        if self.steady not in STEADINESS:
            raise ValueError(
                f"steady={self.steady!r} must be one of {', '.join(map(repr, STEADINESS))}"
            )
        _check_low_buffer(self.low_buffer_safety, self.latency_s)

    def fullest_s(self, ladder_kbps: np.ndarray) -> np.ndarray:
        """V·(v(m) + g): the buffer level at which each rung's score is 0, shape (rungs,).

        >>> Bola().fullest_s(np.array([300.0, 4300.0])).round(3)
        array([17.511, 37.511])
        """
        utility = 1 + np.log(ladder_kbps / ladder_kbps[0])
        target_s = self.minimum_buffer_s + self.per_rung_s * len(ladder_kbps)
        target_s = max(self.target_buffer_s, target_s)
        g = (utility[-1] - 1) / (target_s / self.minimum_buffer_s - 1)
        if g == 0:  # one rung: any level will do
            return np.array([target_s])
        return self.minimum_buffer_s / g * (utility + g)

    def memory(self, video: Video) -> np.ndarray:
        """[steadiness, low_buffer_safety, latency_s, the level of score 0 a rung, decisions]."""
        rule = [STEADINESS.index(self.steady), self.low_buffer_safety or 0.0, self.latency_s]
        return np.array([*rule, *self.fullest_s(video.ladder_kbps), 0.0])

    @staticmethod
    @compiled(playback.CHOOSE)
    def choose(buffer_s, throughput_kbps, last_rung, next_bytes, ladder_kbps, memory):
        steadiness, safety, latency_s = memory[0], memory[1], memory[2]
        memory[-1] += 1
        rung = most_worth_a_byte(buffer_s, next_bytes, memory[3:])
        if steadiness > 0:
            carried = highest_rung(throughput_kbps, ladder_kbps)
            rung = steadied_rung(rung, last_rung, carried, steadiness == 2)
        if safety > 0 and memory[-1] > 1:
            in_time_kbit = safety * (buffer_s - latency_s) * throughput_kbps
            rung = min(rung, highest_fitting(in_time_kbit, next_bytes))
        return rung


def _check_low_buffer(low_buffer_safety, latency_s):
    if low_buffer_safety is not None:
        checks.real("low_buffer_safety", low_buffer_safety, above=0)
    checks.real("latency_s", latency_s, at_least=0, at_most=1e6)


_choose_by_line, _choose_by_buffer = ThroughputRule.choose, Bola.choose


@dataclass(frozen=True, slots=True)
class Dynamic:
    """A throughput rule while the buffer is low, BOLA once it is not (DYNAMIC).

    BOLA takes over at `bola_from_s` and hands back below `throughput_below_s`; the
    gap keeps a level between both from flipping the rule each time. Whoever decides,
    `low_buffer_safety` asks for no more bytes than that share of the buffer level,
    less `latency_s`, has time for; the first two segments excepted.

    >>> ride = Trace.from_periods([(20, 3000), (20, 600)])
    >>> play(Video.constant(4, [300, 750, 1200], 8), ride, Dynamic()).rung
    array([1, 2, 2, 2, 0, 0, 1, 1])
    """

    throughput: ThroughputRule = ThroughputRule(safety=0.9)
    bola: Bola = Bola()
    bola_from_s: float = 10.0
    throughput_below_s: float = 5.0
    low_buffer_safety: float | None = 0.7
    latency_s: float = 0.0

    def __post_init__(self):
        for name, kind in (("throughput", ThroughputRule), ("bola", Bola)):
            if not isinstance(getattr(self, name), kind):
                raise ValueError(f"{name}={getattr(self, name)!r} must be a {kind.__name__}")
        checks.real("bola_from_s", self.bola_from_s, at_least=0, at_most=1e6)
        checks.real(
            "throughput_below_s", self.throughput_below_s, at_least=0, at_most=self.bola_from_s
        )
        _check_low_buffer(self.low_buffer_safety, self.latency_s)

    def memory(self, video: Video) -> np.ndarray:
        """[from, below, safety, latency, where the line's part begins, BOLA or not, decisions, *both]."""
        by_buffer, by_line = self.bola.memory(video), self.throughput.memory(video)
        levels = [self.bola_from_s, self.throughput_below_s]
        cap = [self.low_buffer_safety or 0.0, self.latency_s]
        return np.array([*levels, *cap, 7 + len(by_buffer), 0.0, 0.0, *by_buffer, *by_line])

    @staticmethod
    @compiled(playback.CHOOSE)
    def choose(buffer_s, throughput_kbps, last_rung, next_bytes, ladder_kbps, memory):
        safety, latency_s, middle = memory[2], memory[3], int(memory[4])
        by_buffer, by_line = memory[7:middle], memory[middle:]
        seen = (buffer_s, throughput_kbps, last_rung, next_bytes, ladder_kbps)
        patient, brisk = _choose_by_buffer(*seen, by_buffer), _choose_by_line(*seen, by_line)
        threshold_s = memory[1] if memory[5] > 0 else memory[0]
        memory[5] = 1.0 if buffer_s >= threshold_s else 0.0
        memory[6] += 1
        rung = patient if memory[5] > 0 else brisk
        if safety > 0 and memory[6] > 1:
            in_time_kbit = carried_kbps(safety * (buffer_s - latency_s), by_line[NOTES:])
            rung = min(rung, highest_fitting(in_time_kbit, next_bytes))
        return rung


@dataclass(frozen=True, slots=True)
class RobustMpc:
    """The first rung of the best way through the next `horizon` segments (RobustMPC).

    "Best" is by `qoe`, if the line went on at the harmonic mean of the last `window`
    downloads, less the worst error of the last `window` such forecasts. Without
    `robust` the forecast is believed as it is (MPC). Of equal ways the highest rung.

    >>> ride = Trace.from_periods([(20, 3000), (20, 600)])
    >>> play(Video.constant(4, [300, 750, 1200], 8), ride, RobustMpc()).rung
    array([1, 2, 2, 2, 2, 2, 2, 2])
    """

    horizon: int = 5  # segments
    qoe: Quality = LINEAR
    robust: bool = True
    window: int = 5  # downloads

    def __post_init__(self):
        checks.whole("horizon", self.horizon, at_least=1, at_most=12)
        checks.whole("window", self.window, at_least=1, at_most=100_000)
        if not isinstance(self.qoe, Quality):
            raise ValueError(f"qoe={self.qoe!r} must be a Quality")
        if not isinstance(self.robust, bool):
            raise ValueError(f"robust={self.robust!r} must be True or False")

    def memory(self, video: Video) -> np.ndarray:
        """[horizon, robust, rebuffer cost, segment_s, segments, window, worth, bytes, errors, *notes]."""
        rule = [self.horizon, self.robust, self.qoe.rebuffer_cost, video.segment_s]
        return np.concatenate([
            rule, [video.segments, self.window], _thousandths(self.qoe, video),
            video.segment_bytes.ravel(), np.zeros(self.window),
            blank_notes(video, self.window, None),
        ])  # fmt: skip

    @staticmethod
    @compiled(playback.CHOOSE)
    def choose(buffer_s, throughput_kbps, last_rung, next_bytes, ladder_kbps, memory):
        horizon, robust, rebuffer_cost, segment_s = int(memory[0]), memory[1], memory[2], memory[3]
        segments, window, rungs = int(memory[4]), int(memory[5]), len(ladder_kbps)
        table = 6 + rungs
        state = table + segments * rungs
        worth, errors, notes = (
            memory[6:table],
            memory[state : state + window],
            memory[state + window :],
        )
        segment = int(notes[3]) + 1
        if segment > 1:
            error = abs(carried_kbps(1.0, notes) - throughput_kbps) / throughput_kbps
            errors[segment % window] = error
        take_note(notes, throughput_kbps, last_rung, next_bytes)
        bytes_per_s = carried_kbps(125.0, notes) / (1 + robust * max(errors))
        return best_first_rung(
            buffer_s, bytes_per_s, last_rung, memory[table + segment * rungs : state],
            min(horizon, segments - segment), segment_s, worth, rebuffer_cost,
        )  # fmt: skip


def _thousandths(qoe, video):
    """Worth × 1000, whole where it is meant to be, so that sums and ties are exact."""
    worth = 1000 * _worth(qoe, video)
    whole = np.rint(worth)
    return np.where(np.abs(worth - whole) < 1e-6, whole, worth)


def _worth(qoe, video):
    return checks.numbers_row(f"{qoe.name} worth", qoe.of_rungs(video.ladder_kbps))


# ── Shipped players ─────────────────────────────────────────────────────────
# Their defaults for video on demand; from each, abandoned downloads, dropped frames
# and what is guessed before the first download are left out.

# dash.js 5.2.1. Left out: the switch history, the placeholder buffer that starts BOLA
# early, refetching. It fills its buffer to 18 s, and at the top rung to 30 s.
DASH_JS = Dynamic(
    throughput=ThroughputRule(safety=0.9, half_lives_s=(3.0, 8.0)),
    bola=Bola(minimum_buffer_s=10.0, target_buffer_s=18.0, per_rung_s=2.0),
    bola_from_s=18.0,
    throughput_below_s=9.0,
    low_buffer_safety=0.7,
)
# hls.js 1.7.4. Left out: a rung whose download outlasts the buffer by up to 4 s is
# weighed once more. It fills its buffer to 30 s.
HLS_JS = ThroughputRule(up=0.7, down=0.95, half_lives_s=(3.0, 9.0))
# Shaka Player 5.2.12. Left out: downloads under 16 kB are not counted, and nothing is
# decided before 128 kB.
SHAKA = ThroughputRule(up=0.85, down=0.95, half_lives_s=(2.0, 5.0), switch_interval_s=8.0)


# ── Sessions ────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """What happened, one entry a segment: every array has shape (segments,).

    The first segment's `rebuffer_s` is the start-up delay. `buffer_s` is the level
    when the next request may go out, after `pause_s`.

    >>> session = play(Video.constant(4, [1000], 3), Trace.constant(2), lambda *seen: 0)
    >>> session.kbps
    array([1000., 1000., 1000.])
    >>> session.qoe(LINEAR)
    1.0
    """

    ladder_kbps: np.ndarray
    rung: np.ndarray
    download_s: np.ndarray  # round trip included
    rebuffer_s: np.ndarray
    buffer_s: np.ndarray
    pause_s: np.ndarray

    @property
    def kbps(self) -> np.ndarray:
        """The nominal rate of each segment's rung, kbit/s."""
        return self.ladder_kbps[self.rung]

    def qoe(self, quality: Quality) -> float:
        """The mean score a segment, the first segment excluded.

        A segment scores what its rung is worth, less its rebuffering at the score's
        cost, less the change in worth from the segment before.
        """
        if len(self.rung) < 2:
            raise ValueError("segments=1 must be at least 2: the first one is not scored")
        worth = quality.of_rungs(self.ladder_kbps)[self.rung]
        lost = quality.rebuffer_cost * self.rebuffer_s[1:] + np.abs(np.diff(worth))
        return float(np.mean(worth[1:] - lost))


@dataclass(frozen=True, slots=True, eq=False)
class Sessions(Sequence):
    """Many sessions of one video: indexed like a list, kept as arrays.

    Every array has shape (sessions, segments).

    >>> rides = [Trace.constant(mbps) for mbps in (1, 2, 4)]
    >>> many = play_many(Video.constant(4, [1000], 3), rides, BufferBased())
    >>> len(many), many[2].download_s.round(2)
    (3, array([1.13, 1.13, 1.13]))
    """

    ladder_kbps: np.ndarray
    rung: np.ndarray
    download_s: np.ndarray
    rebuffer_s: np.ndarray
    buffer_s: np.ndarray
    pause_s: np.ndarray

    @property
    def kbps(self) -> np.ndarray:
        """The nominal rate of each segment's rung, kbit/s."""
        return self.ladder_kbps[self.rung]

    def __len__(self):
        return len(self.rung)

    def __getitem__(self, index):
        kind = Sessions if isinstance(index, slice) else Session
        rows = (self.rung, self.download_s, self.rebuffer_s, self.buffer_s, self.pause_s)
        return kind(self.ladder_kbps, *(row[index] for row in rows))


# ── Playing ─────────────────────────────────────────────────────────────────
def play(video: Video, trace: Trace, policy, player: Player = Player()) -> Session:
    """One session of `video` over `trace`, in plain Python, with any policy.

    `policy` is an object with `choose(buffer_s, throughput_kbps, last_rung,
    next_bytes, ladder_kbps, memory)`, or that function itself. It is called before
    each segment but the first, and returns the index of a rung. `buffer_s` is in
    seconds; `throughput_kbps` is the last download's, round trip included;
    `next_bytes` and `ladder_kbps` have shape (rungs,); `memory` is the session's own
    float array, from `policy.memory(video)` or else 64 zeros. A rung that does not
    exist is a `ValueError`.

    >>> stubborn = lambda *seen: 0
    >>> play(Video.constant(4, [300, 750], 3), Trace.constant(2), stubborn).rung
    array([1, 0, 0])
    """
    _check_fit(video, [trace], player)
    choose, memory = _choose_and_memory(policy, video)

    def choose_an_integer(*seen):
        rung = choose(*seen)
        if not isinstance(rung, numbers.Integral) or isinstance(rung, bool):
            raise ValueError(f"policy returned {rung!r}; it must return an integer, a rung's index")
        return rung

    rows = [[0] * video.segments for _ in range(5)]
    failed = playback.session(
        _constants(player), video.segment_s, _first_rung(player, video), video.ladder_kbps,
        video.segment_bytes, trace.time_s.tolist(), trace.bandwidth_mbps.tolist(),
        choose_an_integer, memory, *rows,
    )  # fmt: skip
    if failed >= 0:
        raise _no_such_rung(rows[0][failed], failed, video)
    return Session(video.ladder_kbps, *map(np.array, rows))


def play_many(video: Video, traces: Sequence[Trace], policy, player: Player = Player()) -> Sessions:
    """One session of `video` for each of `traces`, in one compiled loop.

    The sessions equal those of `play`. A policy whose `choose` is marked
    `@compiled(CHOOSE)` runs at millions of segments a second; any other is played
    one session after another in plain Python.

    >>> rides = [Trace.constant(mbps) for mbps in (0.5, 1, 2)]
    >>> play_many(Video.constant(4, [300, 750], 9), rides, BufferBased()).rung[:, -1]
    array([0, 1, 1])
    """
    if isinstance(traces, Trace) or not isinstance(traces, Iterable):
        raise ValueError(f"traces={traces!r} must be a sequence of Trace")
    traces = list(traces)
    _check_fit(video, traces, player)
    choose, memory = _choose_and_memory(policy, video)
    if not isinstance(choose, Compiled) or not has_numba():
        played = [play(video, trace, policy, player) for trace in traces]
        return _stacked(video, played)

    shape = (len(traces), video.segments)
    rows = [np.empty(shape, dtype=np.int64), *np.empty((4, *shape))]
    for batch in _packed(traces):
        failed = playback.sessions.native(
            _constants(player), video.segment_s, _first_rung(player, video), video.ladder_kbps,
            video.segment_bytes, *batch, choose.native, memory, *rows,
        )  # fmt: skip
        if failed >= 0:
            rung = rows[0][failed]
            bad = int(np.argmax((rung < 0) | (rung >= len(video.ladder_kbps))))
            raise _no_such_rung(rung[bad], bad, video)
    return Sessions(video.ladder_kbps, *rows)


def _packed(traces):
    """Batches of sessions, and their traces end to end; one that many ride is packed once."""
    idents = list(map(id, traces))
    distinct = dict(zip(idents, traces, strict=True))
    places = dict(zip(distinct, range(len(distinct)), strict=True))
    line = np.fromiter(map(places.__getitem__, idents), dtype=np.int64, count=len(idents))
    samples = [trace.samples for trace in distinct.values()]
    for first in range(0, len(samples), BATCH):
        rows = samples[first : first + BATCH]
        numbers = np.flatnonzero((first <= line) & (line < first + BATCH))
        starts = np.cumsum([0, *map(len, rows)])
        yield numbers, line[numbers] - first, starts, np.concatenate(rows)


def _check_fit(video, traces, player):
    for kind, values in ((Video, [video]), (Trace, traces), (Player, [player])):
        for value in values:
            if not isinstance(value, kind):
                raise ValueError(f"{kind.__name__.lower()}={value!r} must be a {kind.__name__}")
    top = len(video.ladder_kbps) - 1
    checks.whole("first_rung", player.first_rung, at_least=0, at_most=max(top, 1))
    largest = float(video.segment_bytes.max())
    megabits = largest * 8 / 1e6 / player.payload_ratio
    pause_s = video.segment_s + player.pause_step_s  # the longest there can be
    for trace in traces:
        passes = min(MOST_PASSES, MOST_STEPS / len(trace.time_s))
        if trace.megabits < megabits / passes:
            raise ValueError(
                f"bandwidth_mbps carries {trace.megabits:g} megabits in one pass; a segment of "
                f"{largest:,.0f} bytes needs at least {megabits / passes:g} "
                f"to arrive within {passes:,.0f} passes"
            )
        if trace.time_s[-1] < pause_s / passes:
            raise ValueError(
                f"time_s ends at {trace.time_s[-1]:g}; it must end at {pause_s / passes:g} or later, "
                f"for a pause of {pause_s:g} s to end within {passes:,.0f} passes"
            )


def _choose_and_memory(policy, video):
    choose = getattr(policy, "choose", policy)
    if not callable(choose) or isinstance(policy, type):
        raise ValueError(f"policy={policy!r} must have a choose(...) or be one; a class is neither")
    if isinstance(choose, Compiled) and choose.signature != playback.CHOOSE:
        raise ValueError(
            f"policy={policy!r} is compiled as {choose.signature!r}; it must be compiled as CHOOSE"
        )
    fresh = policy.memory(video) if hasattr(policy, "memory") else np.zeros(SPARE_MEMORY)
    return choose, _memory(fresh)


def _memory(fresh):
    try:
        memory = np.array(fresh, dtype=np.float64)
    except (TypeError, ValueError):
        memory = None
    if memory is None or memory.ndim != 1:
        raise ValueError(f"policy's memory={fresh!r} must be a row of numbers")
    return memory


def _constants(player):
    return (
        float(player.rtt_s), float(player.payload_ratio),
        float(player.buffer_cap_s), float(player.pause_step_s),
    )  # fmt: skip


def _first_rung(player, video):
    return min(player.first_rung, len(video.ladder_kbps) - 1)


def _no_such_rung(rung, segment, video):
    return ValueError(
        f"policy returned rung {rung} for segment {segment}; "
        f"it must be one of 0 to {len(video.ladder_kbps) - 1}"
    )


def _stacked(video, played):
    names = ("rung", "download_s", "rebuffer_s", "buffer_s", "pause_s")
    shape = (len(played), video.segments)
    columns = [np.array([getattr(session, name) for session in played]) for name in names]
    return Sessions(video.ladder_kbps, *(column.reshape(shape) for column in columns))


# ── The ceiling ─────────────────────────────────────────────────────────────
class Bounds(NamedTuple):
    """What the best session of all is worth: from `lower`, that of `session`, to `upper`.

    >>> line = Trace.from_periods([(30, 2000), (30, 500)])
    >>> bounds = optimum(Video.constant(4, [300, 750, 1200], 20), line)
    >>> bounds.session.qoe(LINEAR) == bounds.lower <= bounds.upper
    True
    """

    lower: float
    upper: float
    session: Session


def optimum(
    video: Video, trace: Trace, player: Player = Player(), qoe: Quality = LINEAR,
    tolerance: float = 1e-3,
) -> Bounds:  # fmt: skip
    """The ceiling for every policy on `trace`, and a session that comes near it.

    No session of `video` over `trace` by `player` has a `qoe` above `upper`, even if its
    policy knows the whole line beforehand. `upper` is at most `tolerance` above the best of
    a player that never has to pause; where this one must, `lower` may stay farther below.
    `scalemodel.youtube.offline` says why this can be known.

    >>> line = Trace.from_periods([(30, 2000), (30, 500)])
    >>> video = Video.constant(4, [300, 750, 1200], 20)
    >>> lower, upper, session = optimum(video, line)
    >>> round(lower, 3), round(play(video, line, RobustMpc()).qoe(LINEAR), 3)
    (1.129, 0.845)
    """
    _check_fit(video, [trace], player)
    checks.real("tolerance", tolerance, above=0)
    rivals = (BufferBased(), Bola(steady="O"), ThroughputRule(), RobustMpc(qoe=qoe))
    sessions = [play_many(video, [trace], rival, player)[0] for rival in rivals]
    sessions[0].qoe(qoe)  # refuses a video of one segment
    worth = _worth(qoe, video)
    course = offline.lay_out(video, trace, player, worth, qoe.rebuffer_cost, tolerance / 2)
    scored = video.segments - 1
    slack = tolerance / 2 * scored / course.point
    points, rungs = offline.ceiling(course, [session.rung for session in sessions], slack)
    upper = float(points * course.point / scored) + 1e-9
    sessions.append(play(video, trace, _asking_for(rungs), player))
    if sessions[-1].qoe(qoe) < upper - tolerance:  # a pause was longer than the cap alone demands
        course = offline.capped(course, player.buffer_cap_s - player.pause_step_s - player.rtt_s)
        _, rungs = offline.ceiling(course, [session.rung for session in sessions], slack)
        sessions.append(play(video, trace, _asking_for(rungs), player))
    best = max(sessions, key=lambda session: session.qoe(qoe))
    return Bounds(best.qoe(qoe), max(upper, best.qoe(qoe)), best)


def _asking_for(rungs):
    answers = iter(rungs[1:].tolist())
    return lambda *seen: next(answers)


# ── The closed form ─────────────────────────────────────────────────────────
def expected_download_s(size_bytes: float, mbps: float, player: Player = Player()) -> float:
    """Seconds to download `size_bytes` over a constant line: bits ÷ payload rate + round trip.

    >>> round(expected_download_s(450_283, 2.0), 6)
    1.975928
    """
    return 8 * size_bytes / (mbps * 1e6 * player.payload_ratio) + player.rtt_s


def expected_rebuffer_s(
    size_bytes: float, segment_s: float, segments: int, mbps: float, player: Player = Player()
) -> float:
    """Seconds of rebuffering, start-up included, of one rung over a constant line.

    The first download is waited for in full. If a download takes D seconds and a
    segment lasts L, each later one leaves the viewer waiting D − L, or not at all.

    >>> expected_rebuffer_s(950_000, 4.0, 10, 2.0, Player(rtt_s=0))
    4.0
    >>> expected_rebuffer_s(950_000, 4.0, 10, 1.0, Player(rtt_s=0))
    44.0
    """
    download_s = expected_download_s(size_bytes, mbps, player)
    return download_s + (segments - 1) * max(download_s - segment_s, 0.0)


def expected_hand_over_s(ladder_kbps: Sequence[float], bola: Bola = Bola()) -> np.ndarray:
    """The buffer levels at which BOLA goes from each rung to the next, shape (rungs − 1,).

    Sizes are as their rates say. Two rungs score alike where the line through
    (rate, level of score 0) of both meets rate 0.

    >>> expected_hand_over_s([300, 750, 1200, 1850, 2850, 4300]).round(3)
    array([12.923, 18.51 , 21.922, 25.171, 28.35 ])
    """
    rates = checks.numbers_row("ladder_kbps", ladder_kbps, above=0)
    checks.increasing("ladder_kbps", rates)
    fullest_s = bola.fullest_s(rates)
    return (rates[1:] * fullest_s[:-1] - rates[:-1] * fullest_s[1:]) / np.diff(rates)
