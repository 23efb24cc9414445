"""From the camera to the screen: a chain of hands, each of which adds its part to the delay.

A conveyor brings a loaf of bread, cut into slices. The baker passes on whole loaves, or each
slice as it is cut: the buyer eats the first slice a loaf later, or a slice later. Here a segment
is the loaf and a chunk the slice. What is on its way is a *unit*: one or the other.

Media of the moment t is in a unit that ends u seconds later at most, is encoded and packaged,
goes down the way, and waits in the player's buffer, which should still hold `buffer_s` when the
next unit comes. So at the beginning of a unit one is behind by

    latency = encoding + a unit + the way + the buffer's target

and no player can know less. Only the last of the four is chosen by the player.

Left out: the upload from the camera; a manifest that is asked for again and again; key frames in
chunks, for a player begins at a segment; sound.
Sources: ISO/IEC 23000-19 (CMAF: chunks); DASH-IF, "Low-latency Modes for DASH". Figures are ours.
"""

__all__ = ["LINE", "MOST_UNITS", "LiveConfig", "Parts"]
__dir__ = lambda: __all__

from dataclasses import dataclass
from typing import NamedTuple

from scalemodel.core import checks
from scalemodel.youtube.abr.play import check_fit
from scalemodel.youtube.abr.policies import ThroughputRule
from scalemodel.youtube.media import Player, Trace, Video

MOST_UNITS = 100_000
LINE = Trace.constant(10.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LiveConfig:
    """A stream, the line to one viewer, and the habits of the player.

    >>> LiveConfig(chunk_s=0.5).unit_bytes
    [156250.0]
    """

    segment_s: float = 4.0
    chunk_s: float | None = None  # of a segment, passed on as soon as it is there; None: whole ones
    encode_s: float = 0.6  # encoder and packager, for a unit
    way_s: float = 0.1  # packager, CDN and the last mile, for the first byte
    ladder_kbps: tuple[float, ...] = (2500.0,)
    line: Trace = LINE
    policy: object = ThroughputRule()  # of `youtube.abr`; asked before each segment
    buffer_s: float = 2.0  # that should be left when the next unit comes
    speed: float = 1.05  # of a player that has more than that
    join_s: float = 20.0  # after the stream's beginning
    watch_s: float = 120.0

    def __post_init__(self):
        checks.plain(self)
        segment_s = checks.real("segment_s", self.segment_s, at_least=0.1, at_most=60)
        if self.chunk_s is not None:
            checks.real("chunk_s", self.chunk_s, at_least=0.01, at_most=segment_s)
            if abs(segment_s / self.chunk_s - round(segment_s / self.chunk_s)) > 1e-9:
                raise ValueError(
                    f"chunk_s={self.chunk_s} must go into {segment_s=} a whole number of times"
                )
        checks.real("encode_s", self.encode_s, at_least=0, at_most=600)
        checks.real("way_s", self.way_s, at_least=0, at_most=600)
        checks.real("buffer_s", self.buffer_s, at_least=0, at_most=600)
        checks.real("speed", self.speed, above=1, at_most=2)
        first_s = segment_s + self.encode_s + self.way_s  # when the first segment is there
        join_s = checks.real("join_s", self.join_s, at_least=first_s, at_most=1e6)
        checks.real("watch_s", self.watch_s, at_least=1, at_most=MOST_UNITS * self.unit_s - join_s)
        seen = "buffer_s", "throughput_kbps", "last_rung", "next_bytes", "ladder_kbps", "memory"
        checks.takes("policy.choose", getattr(self.policy, "choose", None), *seen)
        checks.takes("policy.memory", getattr(self.policy, "memory", None), "video")
        video = Video.constant(segment_s, self.ladder_kbps, 1)
        object.__setattr__(self, "ladder_kbps", tuple(video.ladder_kbps.tolist()))
        check_fit(video, [checks.instance("line", self.line, Trace)], Player(first_rung=0))

    @property
    def unit_s(self) -> float:
        """Seconds of media that are passed on at once."""
        return self.segment_s if self.chunk_s is None else self.chunk_s

    @property
    def unit_bytes(self) -> list[float]:
        """The bytes of a unit at each rung."""
        return [kbps * 1000 / 8 * self.unit_s for kbps in self.ladder_kbps]

    @property
    def first_unit(self) -> int:
        """What is asked for first: the first unit of the newest segment of which one is there."""
        newest = int((self.join_s - self.encode_s - self.way_s) / self.unit_s) - 1
        return newest - newest % round(self.segment_s / self.unit_s)


class Parts(NamedTuple):
    """What makes up the latency, in the order of the way; their sum is what one is behind.

    >>> Parts(encode_s=0.6, unit_s=4.0, way_s=1.2, buffer_s=2.0).latency_s
    7.8
    """

    encode_s: float
    unit_s: float
    way_s: float  # with the time that a unit's bytes take
    buffer_s: float

    @property
    def latency_s(self) -> float:
        """All of it."""
        return sum(self)
