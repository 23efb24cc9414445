"""What is played, over what, by which player: the three nouns of a session.

A video is a pile of segments, each in several sizes. A trace is a line whose
bandwidth changes and that starts again at its end, like a bus that drives in a
circle. A player has habits that no policy can change: a round trip before every
segment, a full buffer at which it pauses.

Left out: audio, subtitles, ladders that change on the way, a line with two
directions.
Sources: the defaults of `Player` are those of the environment in Mao,
Netravali, Alizadeh, "Neural Adaptive Video Streaming with Pensieve", SIGCOMM 2017.
"""

__all__ = [
    "LOWEST_KBPS", "MOST_BYTES", "MOST_MBPS", "MOST_RTT_S", "MOST_SEGMENTS", "MOST_SEGMENT_S",
    "Player", "Trace", "Video",
]  # fmt: skip
__dir__ = lambda: __all__

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from scalemodel.core import checks

MOST_MBPS = 1e9  # beyond this a download takes no time at all
MOST_SEGMENT_S = 600.0
MOST_SEGMENTS = 1_000_000
MOST_BYTES = 2**53  # of a segment
LOWEST_KBPS = 5.0, 200_000.0  # between which the lowest rung of any ladder lies
MOST_RTT_S = 10.0


# ── The video ───────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, eq=False)
class Video:
    """Segments of `segment_s` seconds, each in as many sizes as the ladder has rungs.

    `ladder_kbps` has shape (rungs,) and rises; `segment_bytes` holds integers of
    shape (segments, rungs). Both are copied and become read-only.

    >>> Video(4.0, [300, 750], [[150_000, 380_000], [140_000, 370_000]]).segments
    2
    """

    segment_s: float
    ladder_kbps: np.ndarray
    segment_bytes: np.ndarray

    def __post_init__(self):
        checks.plain(self)
        _set(self, "segment_s", _segment_s(self.segment_s))
        ladder = checks.numbers_row("ladder_kbps", self.ladder_kbps, above=0, at_most=1e12)
        checks.increasing("ladder_kbps", ladder)
        _set(self, "ladder_kbps", ladder)
        _set(self, "segment_bytes", _sizes(self.segment_bytes, rungs=len(ladder)))
        low, high = LOWEST_KBPS
        if not low <= ladder[0] <= high:
            slip = "Mbit/s are a thousand" if ladder[0] < low else "bit/s are a thousandth of a"
            raise ValueError(
                f"ladder_kbps[0]={ladder[0]:g} must be from {low:g} to {high:,.0f} kbit/s: {slip} "
                "kbit/s"
            )

    @property
    def segments(self) -> int:
        """The number of segments."""
        return len(self.segment_bytes)

    @classmethod
    def constant(cls, segment_s: float, ladder_kbps: Sequence[float], segments: int) -> "Video":
        """A video whose every segment has exactly the size its rung's rate implies.

        >>> Video.constant(4, [1000], segments=2).segment_bytes.tolist()
        [[500000], [500000]]
        """
        segments = checks.whole("segments", segments, at_least=1, at_most=MOST_SEGMENTS)
        length_s = _segment_s(segment_s)
        rates = checks.numbers_row("ladder_kbps", ladder_kbps, above=0, at_most=1e12)
        sizes = np.rint(rates * 1000 / 8 * length_s)
        if sizes.max() > MOST_BYTES:
            raise ValueError(
                f"ladder_kbps={rates.max():g} and segment_s={length_s:g} make segments of "
                f"{sizes.max():g} bytes; it must be at most {MOST_BYTES:g}"
            )
        return cls(length_s, rates, np.tile(sizes.astype(np.int64), (segments, 1)))


def _segment_s(value):
    hint = "4000 ms are 4 s"
    return checks.real("segment_s", value, above=0, at_most=MOST_SEGMENT_S, hint=hint)


def _sizes(segment_bytes, rungs):
    try:
        sizes = np.array(segment_bytes, order="C")
    except ValueError:
        sizes = np.empty(0)
    if sizes.ndim != 2 or sizes.shape[0] == 0 or sizes.shape[1] != rungs:
        raise ValueError(
            f"segment_bytes has the shape {sizes.shape}; it must be (segments, {rungs}), "
            "one column for each rung of ladder_kbps"
        )
    if sizes.dtype.kind not in "iu":
        raise ValueError(
            f"segment_bytes holds {sizes.dtype}; it must hold integers from 1 to 2**53"
        )
    if sizes.min() < 1 or sizes.max() > MOST_BYTES:
        raise ValueError(
            f"segment_bytes holds integers from {sizes.min()} to {sizes.max()}; "
            "it must hold integers from 1 to 2**53"
        )
    sizes = sizes.astype(np.int64)
    sizes.flags.writeable = False
    return sizes


# ── The trace ───────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """What a line carries: value i holds on (time_s[i-1], time_s[i]], then it all repeats.

    Both arrays have shape (samples,) with at least two samples; `time_s` starts at 0
    and rises; `bandwidth_mbps` is at least 0 in Mbit/s, and above 0 somewhere after
    its first value, which is never used.

    >>> Trace([0, 10], [2, 2]).megabits
    20.0
    """

    time_s: np.ndarray
    bandwidth_mbps: np.ndarray
    samples: np.ndarray = field(init=False, repr=False)  # both, end to end: quick to pack
    megabits: float = field(init=False)  # carried in one pass

    def __post_init__(self):
        checks.plain(self)
        time_s = checks.numbers_row("time_s", self.time_s, at_least=0, at_most=1e9, length=2)
        rates = checks.numbers_row(
            "bandwidth_mbps", self.bandwidth_mbps, at_least=0, at_most=MOST_MBPS, length=2
        )
        if len(rates) != len(time_s):
            raise ValueError(
                f"bandwidth_mbps has {len(rates)} values; it must have one for each of the "
                f"{len(time_s)} in time_s"
            )
        if time_s[0] != 0:
            raise ValueError(f"time_s[0]={time_s[0]} must be 0")
        checks.increasing("time_s", time_s)
        if not rates[1:].any():
            raise ValueError(
                "bandwidth_mbps=0 everywhere; after its first value it must be above 0 once"
            )
        samples = np.concatenate([time_s, rates])
        samples.flags.writeable = False
        _set(self, "samples", samples)
        _set(self, "time_s", samples[: len(time_s)])
        _set(self, "bandwidth_mbps", samples[len(time_s) :])
        _set(self, "megabits", float(np.diff(time_s) @ rates[1:]))

    @classmethod
    def constant(cls, mbps: float) -> "Trace":
        """A line that carries `mbps` Mbit/s for ever.

        >>> Trace.constant(2).bandwidth_mbps
        array([2., 2.])
        """
        rate = checks.real("mbps", mbps, above=0, at_most=MOST_MBPS)
        return cls([0.0, 1e6], [rate, rate])

    @classmethod
    def from_periods(cls, periods: Iterable[tuple[float, float]]) -> "Trace":
        """A line that carries each `(seconds, kbit/s)` of `periods` in turn.

        >>> Trace.from_periods([(2, 1000), (3, 500)]).time_s
        array([0., 2., 5.])
        """
        try:
            pairs = [(seconds, kbps) for seconds, kbps in periods]
        except (TypeError, ValueError):
            raise ValueError(
                f"periods={checks.brief(periods)} must hold pairs (seconds, kbit/s)"
            ) from None
        lengths = checks.numbers_row("periods seconds", [seconds for seconds, _ in pairs], above=0)
        rates = checks.numbers_row("periods kbit/s", [kbps for _, kbps in pairs], at_least=0) / 1000
        return cls(np.append(0.0, np.cumsum(lengths)), np.append(rates[0], rates))


def _set(frozen, name, value):
    object.__setattr__(frozen, name, value)


# ── The player ──────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Player:
    """What every policy must live with.

    >>> Player(pause_step_s=0)
    Traceback (most recent call last):
    ...
    ValueError: pause_step_s=0 must be a finite number of at least 0.001 and at most 60
    """

    rtt_s: float = 0.08  # one round trip a segment
    payload_ratio: float = 0.95  # the rest is headers
    buffer_cap_s: float = 60.0  # above this the player pauses
    pause_step_s: float = 0.5  # pauses are whole multiples of this
    first_rung: int = 1  # asked for first; a video of one rung has no other than 0

    def __post_init__(self):
        checks.plain(self)
        hint = "80 ms are 0.08 s"
        checks.real("rtt_s", self.rtt_s, at_least=0, at_most=MOST_RTT_S, hint=hint)
        checks.real("payload_ratio", self.payload_ratio, above=0, at_most=1)
        checks.real("buffer_cap_s", self.buffer_cap_s, above=0, at_most=1e6)
        checks.real("pause_step_s", self.pause_step_s, at_least=0.001, at_most=self.buffer_cap_s)
        checks.whole("first_rung", self.first_rung, at_least=0, at_most=1_000)
