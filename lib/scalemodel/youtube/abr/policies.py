"""The policies as siblings: what to ask for next, given what a player knows.

A policy is a `choose` and, where it keeps anything, a `memory(video)` that gives
the array each session starts with: its parameters first, then its state.

Left out: abandoned and repeated downloads.
Sources: `BufferBased` is the fixed-reservoir form of Huang et al., "A Buffer-Based
Approach to Rate Adaptation", SIGCOMM 2014; `Bola` is from Spiteri, Urgaonkar,
Sitaraman, "BOLA", INFOCOM 2016, and `Dynamic` from their "From Theory to Practice",
MMSys 2018; `RobustMpc` is from Yin, Jindal, Sekar, Sinopoli, SIGCOMM 2015.
"""

__all__ = ["NOTES", "STEADINESS", "Bola", "BufferBased", "Dynamic", "RobustMpc", "ThroughputRule"]
__dir__ = lambda: __all__

from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks
from scalemodel.core.compiled import compiled
from scalemodel.youtube import playback
from scalemodel.youtube.abr.choices import (
    highest_fitting,
    highest_rung,
    most_worth_a_byte,
    steadied_rung,
)
from scalemodel.youtube.abr.estimate import blank_notes, carried_kbps, take_note
from scalemodel.youtube.abr.lookahead import best_first_rung
from scalemodel.youtube.abr.scores import LINEAR, Quality
from scalemodel.youtube.media import Video

NOTES = 6  # where a throughput rule's notes on the line begin


STEADINESS = ("", "O", "U")  # names of Bola's `steady`


@dataclass(frozen=True, slots=True)
class ThroughputRule:
    """The highest rung that a share of the recent throughput carries.

    `safety` is that share, unless `up` is for rungs above the last one and `down`
    for that one and below. "Recent" is the harmonic mean of the last `window`
    downloads, which one lucky download cannot lift far; or, with `half_lives_s`,
    the lower of a quick and a slow fading average.

    >>> from scalemodel.youtube.abr.play import play
    >>> from scalemodel.youtube.media import Trace
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
        checks.plain(self)
        checks.real("safety", self.safety, above=0)
        checks.whole("window", self.window, at_least=1, at_most=100_000)
        for name in ("up", "down"):
            if getattr(self, name) is not None:
                checks.real(name, getattr(self, name), above=0)
        if self.half_lives_s is not None:
            pair = checks.numbers_row("half_lives_s", self.half_lives_s, above=0, at_most=1e6)
            if len(pair) != 2:
                raise ValueError(
                    f"half_lives_s={checks.brief(self.half_lives_s)} must be a pair: quick, slow"
                )
            object.__setattr__(self, "half_lives_s", tuple(pair.tolist()))  # ours from now on
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

    >>> from scalemodel.youtube.abr.play import play
    >>> from scalemodel.youtube.media import Trace
    >>> ride = Trace.from_periods([(20, 3000), (20, 600)])
    >>> play(Video.constant(4, [300, 750, 1200], 8), ride, BufferBased()).rung
    array([1, 0, 0, 1, 1, 2, 2, 2])
    """

    reservoir_s: float = 5.0
    cushion_s: float = 10.0

    def __post_init__(self):
        checks.plain(self)
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

    >>> from scalemodel.youtube.abr.play import play
    >>> from scalemodel.youtube.media import Trace
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
        checks.plain(self)
        checks.real("minimum_buffer_s", self.minimum_buffer_s, above=0, at_most=1e6)
        checks.real("target_buffer_s", self.target_buffer_s, at_most=1e6)
        if self.target_buffer_s <= self.minimum_buffer_s:
            raise ValueError(
                f"target_buffer_s={checks.brief(self.target_buffer_s)} must be more than "
                f"minimum_buffer_s={self.minimum_buffer_s!r}"
            )
        checks.real("per_rung_s", self.per_rung_s, at_least=0, at_most=1e6)
        if self.steady not in STEADINESS:
            raise ValueError(
                f"steady={checks.brief(self.steady)} must be one of {', '.join(map(repr, STEADINESS))}"
            )
        _check_low_buffer(self.low_buffer_safety, self.latency_s)

    @checks.kinds
    def fullest_s(self, ladder_kbps: np.ndarray) -> np.ndarray:
        """V·(v(m) + g): the buffer level at which each rung's score is 0, shape (rungs,).

        >>> Bola().fullest_s(np.array([300.0, 4300.0])).round(3)
        array([17.511, 37.511])
        """
        ladder_kbps = checks.numbers_row("ladder_kbps", ladder_kbps, above=0, at_most=1e12)
        checks.increasing("ladder_kbps", ladder_kbps)
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
    checks.real("latency_s", latency_s, at_least=0, at_most=10, hint="80 ms are 0.08 s")


_choose_by_line, _choose_by_buffer = ThroughputRule.choose, Bola.choose


@dataclass(frozen=True, slots=True)
class Dynamic:
    """A throughput rule while the buffer is low, BOLA once it is not (DYNAMIC).

    BOLA takes over at `bola_from_s` and hands back below `throughput_below_s`; the
    gap keeps a level between both from flipping the rule each time. Whoever decides,
    `low_buffer_safety` asks for no more bytes than that share of the buffer level,
    less `latency_s`, has time for; the first two segments excepted.

    >>> from scalemodel.youtube.abr.play import play
    >>> from scalemodel.youtube.media import Trace
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
        checks.plain(self)
        for name, kind in (("throughput", ThroughputRule), ("bola", Bola)):
            if not isinstance(getattr(self, name), kind):
                raise ValueError(
                    f"{name}={checks.brief(getattr(self, name))} must be a {kind.__name__}"
                )
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

    >>> from scalemodel.youtube.abr.play import play
    >>> from scalemodel.youtube.media import Trace
    >>> ride = Trace.from_periods([(20, 3000), (20, 600)])
    >>> play(Video.constant(4, [300, 750, 1200], 8), ride, RobustMpc()).rung
    array([1, 2, 2, 2, 2, 2, 2, 2])
    """

    horizon: int = 5  # segments
    qoe: Quality = LINEAR
    robust: bool = True
    window: int = 5  # downloads

    def __post_init__(self):
        checks.plain(self)
        checks.whole("horizon", self.horizon, at_least=1, at_most=12)
        checks.whole("window", self.window, at_least=1, at_most=100_000)
        if not isinstance(self.qoe, Quality):
            raise ValueError(f"qoe={checks.brief(self.qoe)} must be a Quality")
        if not isinstance(self.robust, bool):
            raise ValueError(f"robust={checks.brief(self.robust)} must be True or False")

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
    worth = 1000 * qoe.worth(video.ladder_kbps)
    whole = np.rint(worth)
    return np.where(np.abs(worth - whole) < 1e-6, whole, worth)
