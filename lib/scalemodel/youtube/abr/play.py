"""Sessions: a policy plays a video over a line, one by one or by the thousand.

A video is cut into segments, and each segment is kept in several copies, the
rungs of a ladder: few bytes and blurry at the bottom, many and sharp at the
top. Before every download the player names a rung. Too high, and the buffer
runs dry and the picture stops; too low, and it is blurry for no reason.

Left out: seeking, live streams, abandoned and repeated downloads, audio, several
clients on one line, and what a viewer really feels.
Sources: the environment is that of Mao, Netravali, Alizadeh, "Neural Adaptive Video
Streaming with Pensieve", SIGCOMM 2017.
"""

__all__ = [
    "BATCH", "MOST_PASSES", "MOST_STEPS", "SEEN", "SPARE_MEMORY", "Session", "Sessions",
    "check_fit", "play", "play_many",
]  # fmt: skip
__dir__ = lambda: __all__

import numbers
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks
from scalemodel.core.compiled import Compiled, has_numba
from scalemodel.core.frames import Tabular
from scalemodel.youtube import playback
from scalemodel.youtube.abr.scores import Quality
from scalemodel.youtube.media import Player, Trace, Video

MOST_PASSES = 10_000  # times that a trace may start again within one segment
MOST_STEPS = 5_000_000  # samples of a trace that one segment or pause may cross
BATCH = 512  # traces packed at a time, so that they stay in the processor's cache
SEEN = ("buffer_s", "throughput_kbps", "last_rung", "next_bytes", "ladder_kbps", "memory")
SPARE_MEMORY = 64  # numbers, for a policy that does not say how many it keeps


# ── Sessions ────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, eq=False)
class Session(Tabular):
    """What happened, one entry a segment: every array has shape (segments,).

    The first segment's `rebuffer_s` is the start-up delay. `buffer_s` is the level
    when the next request may go out, after `pause_s`.

    >>> from scalemodel.youtube.abr.scores import LINEAR
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

    @checks.kinds
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
class Sessions(Sequence, Tabular):
    """Many sessions of one video: indexed like a list, kept as arrays.

    Every array has shape (sessions, segments).

    >>> from scalemodel.youtube.abr.policies import BufferBased
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

    def _figures(self):
        """A row for each segment of each session."""
        session, segment = np.indices(self.rung.shape)
        both = {"session": session, "segment": segment, **Tabular._figures(self)}
        return {name: row.ravel() for name, row in both.items()}


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
    check_fit(video, [trace], player)
    choose, memory = _choose_and_memory(policy, video)
    checks.takes("policy", choose, *SEEN)

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

    >>> from scalemodel.youtube.abr.policies import BufferBased
    >>> rides = [Trace.constant(mbps) for mbps in (0.5, 1, 2)]
    >>> play_many(Video.constant(4, [300, 750], 9), rides, BufferBased()).rung[:, -1]
    array([0, 1, 1])
    """
    if isinstance(traces, Trace | str) or not isinstance(traces, Iterable):
        raise ValueError(f"traces={checks.brief(traces)} must be a sequence of Trace")
    traces = list(traces)
    check_fit(video, traces, player)
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


@checks.kinds
def check_fit(video: Video, traces: Sequence[Trace], player: Player) -> None:
    """Refuses what is no video, trace or player, and a line that a segment never gets over.

    >>> check_fit(Video.constant(4, [1000], 3), [Trace.constant(2)], Player())
    """
    for kind, values in ((Video, [video]), (Trace, traces), (Player, [player])):
        for value in values:
            if not isinstance(value, kind):
                raise ValueError(
                    f"{kind.__name__.lower()}={checks.brief(value)} must be a {kind.__name__}"
                )
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
        raise ValueError(
            f"policy={checks.brief(policy)} must have a choose(...) or be one; a class is neither"
        )
    if isinstance(choose, Compiled) and choose.signature != playback.CHOOSE:
        raise ValueError(
            f"policy={checks.brief(policy)} is compiled as {choose.signature!r}; it must be compiled as CHOOSE"
        )
    fresh = policy.memory(video) if hasattr(policy, "memory") else np.zeros(SPARE_MEMORY)
    return choose, _memory(fresh)


def _memory(fresh):
    try:
        memory = np.array(fresh, dtype=np.float64)
    except (TypeError, ValueError):
        memory = None
    if memory is None or memory.ndim != 1:
        raise ValueError(f"policy's memory={checks.brief(fresh)} must be a row of numbers")
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
