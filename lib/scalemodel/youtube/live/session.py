"""One viewer of a live stream, unit by unit.

The player joins, takes the newest segment that has begun to arrive, and waits until it holds its
target and a unit. Then it plays. Each unit comes when it is there and the one before is done. If
the buffer runs dry, the picture stops and the viewer is further behind from then on. Whenever a
unit has come and the buffer holds more than target and unit, the player goes a little faster,
until no more is left over.

The line is that of `playback`: `transfer` for a unit, `idle` for a pause. The policy is asked
before each segment; its throughput leaves out the pauses between chunks, which say nothing of the
line. A unit costs 3 µs, a session of two minutes in chunks of half a second 1 ms.

Left out: jumping ahead, playing slower, a chunk's own request.
Sources: the clockwork is that of `youtube.playback`.
"""

__all__ = ["LITTLE_S", "PAYLOAD", "LiveReport", "watch"]
__dir__ = lambda: __all__

from dataclasses import dataclass
from itertools import count

import numpy as np

from scalemodel.core import checks
from scalemodel.core.frames import Tabular
from scalemodel.youtube.live.chain import LiveConfig
from scalemodel.youtube.media import Video
from scalemodel.youtube.playback import idle, transfer

PAYLOAD = 1.0  # of the bytes: a unit's are counted with its headers
LITTLE_S = 1e-9  # of a buffer, no reason to hurry


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LiveReport(Tabular):
    """A session: where the viewer stood when each unit had come, and the sums.

    >>> report = watch(LiveConfig())
    >>> report.latency_s[-1].round(3).tolist(), report.rebuffers
    (7.7, 0)
    """

    start_s: float  # from joining to the first picture
    rebuffers: int
    rebuffer_s: float
    faster_s: float  # in which the player was catching up
    mean_kbps: float
    at_s: (
        np.ndarray
    )  # when each unit had come, since the stream began, shape (units,), as all below
    latency_s: np.ndarray  # of the picture, behind the moment
    buffer_s: np.ndarray  # with the new unit
    rung: np.ndarray


@checks.kinds
def watch(config: LiveConfig) -> LiveReport:
    """What one viewer sees.

    A tunnel of five seconds, with a buffer of two, stops the picture for up to three:

    >>> from scalemodel.youtube.media import Trace
    >>> tunnel = Trace.from_periods([(59.6, 10_000), (5, 0), (500, 10_000)])
    >>> report = watch(LiveConfig(line=tunnel, chunk_s=0.5))
    >>> report.rebuffers, round(report.rebuffer_s, 2)
    (1, 2.9)
    """
    unit, sizes = config.unit_s, config.unit_bytes
    units = round(config.segment_s / unit)  # in a segment
    segments = int(config.watch_s / config.segment_s) + 3  # no more begin until the end
    video = Video.constant(config.segment_s, config.ladder_kbps, segments)
    choose = getattr(config.policy.choose, "native", config.policy.choose)
    memory, end_s = (
        np.array(config.policy.memory(video), dtype=float),
        config.join_s + config.watch_s,
    )
    line = config.line.time_s.tolist(), config.line.bandwidth_mbps.tolist()
    ahead_s, first = config.encode_s + config.way_s, config.first_unit
    row, clock_s = idle(1000 * (config.join_s % line[0][-1]), 1, 0.0, line[0])
    now_s, left_s, hurry_s, playing, start_s = config.join_s, 0.0, 0.0, False, config.watch_s
    rung, busy_s, rebuffers, rebuffer_s, faster_s, rows = 0, 0.0, 0, 0.0, 0.0, []
    for number in count(first):
        if number % units == 0:
            if number > first:
                kbps = 8 * units * sizes[rung] / (1000 * busy_s)
                seen = left_s, kbps, rung, video.segment_bytes[0], video.ladder_kbps, memory
                rung = checks.whole(
                    "the rung of policy",
                    choose(*seen),
                    at_least=0,
                    at_most=len(sizes) - 1,
                )
            busy_s = 0.0
        pause_s = max((number + 1) * unit + ahead_s - now_s, 0.0)
        row, clock_s = idle(1000 * pause_s, row, clock_s, line[0])
        seconds, row, clock_s = transfer(sizes[rung], row, clock_s, *line, PAYLOAD)
        busy_s += seconds
        here_s = now_s + pause_s + seconds
        if playing:
            span_s = min(here_s, end_s) - now_s
            fast_s = min(hurry_s, span_s, left_s / config.speed)
            eaten_s = span_s + fast_s * (config.speed - 1)
            stopped_s = max(eaten_s - left_s, 0.0)
            left_s = max(left_s - eaten_s, 0.0)
            faster_s += fast_s
            rebuffer_s += stopped_s
            rebuffers += stopped_s > LITTLE_S
        if here_s > end_s:
            break
        now_s = here_s
        left_s += unit
        over_s = left_s - config.buffer_s - unit
        if not playing and over_s >= -LITTLE_S:
            playing, start_s = True, now_s - config.join_s
        hurry_s = over_s / (config.speed - 1) if playing and over_s > LITTLE_S else 0.0
        rows.append((now_s, now_s - (number + 1) * unit + left_s, left_s, rung))
    at_s, latency_s, buffer_s, rungs = np.array(rows or np.zeros((0, 4))).T
    rungs = rungs.astype(int)
    return LiveReport(
        start_s=start_s, rebuffers=rebuffers, rebuffer_s=rebuffer_s, faster_s=faster_s,
        mean_kbps=float(np.mean(video.ladder_kbps[rungs])) if rows else 0.0, at_s=at_s,
        latency_s=latency_s, buffer_s=buffer_s, rung=rungs,
    )  # fmt: skip
