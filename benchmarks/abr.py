"""Adaptive bitrate: the compiled loop beside the same loop in plain Python, and the barest one.

    python benchmarks/abr.py

A segment is one download, and one decision of the policy. Every figure is the
median of 7 rounds; the contestants take turns within a round, so that a machine
that slows down slows both. Packing the traces is part of `play_many`'s time.

First the loop with its cheapest policy, then every policy, then the ceiling. The barest
loop does the arithmetic of the same segments and writes the same five rows: the policy is
written into it, its constants are constants, its traces lie packed, nothing is checked.
What the loop takes beyond that goes into a policy behind a pointer and into clocks in
milliseconds, as the published simulator's; what `play_many` takes beyond its loop, into
checking and packing the rides, with a ride for each session two fifths of all.
"""

import math
import os
import platform
import statistics
import time
import types

import numba
import numpy as np

from scalemodel.core import bandwidth
from scalemodel.core.compiled import READ_FLOATS, READ_INT_ROWS, compiled
from scalemodel.core.rng import stream
from scalemodel.youtube import playback
from scalemodel.youtube.abr.ceiling import optimum
from scalemodel.youtube.abr.play import _packed, play_many
from scalemodel.youtube.abr.policies import Bola, BufferBased, Dynamic, RobustMpc, ThroughputRule
from scalemodel.youtube.abr.presets import DASH_JS, HLS_JS, SHAKA
from scalemodel.youtube.media import Player, Trace, Video

ROUNDS = 7
SESSIONS = 10_000
TEST_SET = 142  # rides in the usual 3G test set
PLAIN_SESSIONS = 300
PLAIN = "the same loop in plain Python over lists"
BARE = "that loop without the package's decorator"
BAREST = f"the barest compiled loop, {SESSIONS:,} sessions over {SESSIONS:,} rides"
LOOP = f"the loop of BufferBased alone, {SESSIONS:,} sessions over {SESSIONS:,} rides"
POLICIES = {  # and how many sessions make a round
    "BufferBased": (BufferBased(), 5000),
    "ThroughputRule": (ThroughputRule(), 5000),
    "Bola": (Bola(), 5000),
    "Dynamic": (Dynamic(), 5000),
    "RobustMpc": (RobustMpc(), 500),
    "DASH_JS": (DASH_JS, 2000),
    "HLS_JS": (HLS_JS, 2000),
    "SHAKA": (SHAKA, 2000),
}
CEILINGS = 20  # rides a round
LADDER_KBPS = [300, 750, 1200, 1850, 2850, 4300]


def main():
    # 48 segments of uneven size, as an encoder makes them.
    luck = stream(1, "sizes").uniform(0.6, 1.5, size=(48, 1))
    video = Video(4.0, LADDER_KBPS, (luck * np.array(LADDER_KBPS) * 500).astype(int))
    rides = [
        Trace(*bandwidth.simulate(bandwidth.HSDPA_LIKE, stream(n, "ride"), 300))
        for n in range(SESSIONS)
    ]
    shared = [rides[n % TEST_SET] for n in range(SESSIONS)]
    contestants = {
        f"BufferBased, {SESSIONS:,} sessions over {TEST_SET} rides": (
            lambda: play_many(video, shared, BufferBased()), SESSIONS),
        f"BufferBased, {SESSIONS:,} sessions over {SESSIONS:,} rides": (
            lambda: play_many(video, rides, BufferBased()), SESSIONS),
        LOOP: (loop_contestant(video, rides), SESSIONS),
        BAREST: (barest_contestant(video, rides), SESSIONS),
        PLAIN: (
            plain_contestant(video, rides[:PLAIN_SESSIONS], playback.session, BufferBased.choose),
            PLAIN_SESSIONS),
        BARE: (
            plain_contestant(video, rides[:PLAIN_SESSIONS], *bare_functions()), PLAIN_SESSIONS),
    }  # fmt: skip
    same = barest_contestant(video, rides)(), play_many(video, rides, BufferBased())
    assert np.allclose(same[0][1][3], same[1].buffer_s) and (same[0][0] == same[1].rung).all()
    seconds = race({name: run for name, (run, _) in contestants.items()})
    report(seconds, {name: count for name, (_, count) in contestants.items()}, video.segments)
    race_policies(video, rides)
    race_ceiling(video, rides[:CEILINGS])


def race(contestants):
    """The seconds of each round of each contestant."""
    for run in contestants.values():
        run()  # machine code, caches and memory are ready
    seconds = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, run in contestants.items():
            began = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - began)
    return seconds


def race_policies(video, rides):
    print("every policy, compiled and in plain Python, in thousands of segments a second:")
    for name, (policy, sessions) in POLICIES.items():
        few = sessions // 500
        crowd = rides[:sessions]
        seconds = race({
            "compiled": lambda crowd=crowd, policy=policy: play_many(video, crowd, policy),
            "plain": plain_contestant(
                video, rides[:few], playback.session, policy.choose, policy.memory(video)
            ),
        })  # fmt: skip
        fast = sessions * video.segments / statistics.median(seconds["compiled"]) / 1000
        slow = few * video.segments / statistics.median(seconds["plain"]) / 1000
        print(f"  {fast:9,.0f}  {slow:8.2f}  {fast / slow:7.0f} ×  {name}")


def race_ceiling(video, rides):
    seconds = race({"ceiling": lambda: [optimum(video, ride) for ride in rides]})["ceiling"]
    gaps = [bounds.upper - bounds.lower for bounds in (optimum(video, ride) for ride in rides)]
    print(f"the ceiling of {video.segments} segments: {statistics.median(seconds) / len(rides):.4f} s "
          f"a ride, open by {max(gaps):.5f} of a score or less")  # fmt: skip


def plain_contestant(video, rides, session, choose, fresh=(5.0, 10.0)):
    """A run of `session` over lists, which plain Python indexes faster than arrays."""
    player = Player()
    constants = (player.rtt_s, player.payload_ratio, player.buffer_cap_s, player.pause_step_s)
    ladder, sizes = video.ladder_kbps.tolist(), video.segment_bytes.tolist()
    lines = [(ride.time_s.tolist(), ride.bandwidth_mbps.tolist()) for ride in rides]
    rows = [[0] * video.segments for _ in range(5)]

    def run():
        for time_s, mbps in lines:
            memory = fresh.copy() if hasattr(fresh, "copy") else list(fresh)
            session(constants, 4.0, 1, ladder, sizes, time_s, mbps, choose, memory, *rows)

    return run


def loop_contestant(video, rides):
    """A run of the package's loop over traces that lie packed, into rows that are there already."""
    player, policy, batches = Player(), BufferBased(), list(_packed(rides))
    constants = (player.rtt_s, player.payload_ratio, player.buffer_cap_s, player.pause_step_s)
    shape = (len(rides), video.segments)
    rows = [np.zeros(shape, dtype=np.int64), *np.zeros((4, *shape))]

    def run():
        for batch in batches:
            playback.sessions.native(
                constants, 4.0, 1, video.ladder_kbps, video.segment_bytes, *batch,
                policy.choose.native, policy.memory(video), *rows,
            )  # fmt: skip

    return run


def barest_contestant(video, rides):
    """A run of `barest` over traces that lie packed, into rows that are there already."""
    batches = list(_packed(rides))
    rung, rows = (
        np.zeros((len(rides), video.segments), int),
        np.zeros((4, len(rides), video.segments)),
    )

    def run():
        for numbers, lines, starts, samples in batches:
            barest.native(video.ladder_kbps, video.segment_bytes, numbers, lines, starts, samples,
                          rung, rows)  # fmt: skip
        return rung, rows

    return run


@compiled(
    f"void({READ_FLOATS}, {READ_INT_ROWS}, int64[::1], int64[::1], int64[::1], float64[::1], "
    "int64[:, ::1], float64[:, :, ::1])"
)
def barest(ladder_kbps, segment_bytes, numbers, lines, starts, samples, rungs, rows):
    """What a session is without its policies and players: BufferBased over a 60-second buffer."""
    top = len(ladder_kbps) - 1
    for k in range(len(numbers)):
        n, first, end = numbers[k], starts[lines[k]], starts[lines[k] + 1]
        half = (end - first) // 2
        row, clock_s, buffer_s, rung = 1, 0.0, 0.0, 1
        for segment in range(len(segment_bytes)):
            if segment > 0:
                share = min(max((buffer_s - 5.0) / 10.0, 0.0), 1.0)
                rung = int(top * share)
            left, download_s = float(segment_bytes[segment, rung]), 0.08
            while True:
                rate, span_s = (
                    samples[first + half + row] * 118_750.0,
                    samples[first + row] - clock_s,
                )
                if rate * span_s > left:
                    break
                left -= rate * span_s
                download_s += span_s
                clock_s = samples[first + row]
                row += 1
                if row == half:
                    row, clock_s = 1, 0.0
            download_s += left / rate
            clock_s += left / rate
            rows[1, n, segment] = max(download_s - buffer_s, 0.0)
            buffer_s = max(buffer_s - download_s, 0.0) + 4.0
            pause_s = 0.0
            if buffer_s > 60.0:
                pause_s = left_s = 0.5 * math.ceil((buffer_s - 60.0) / 0.5)
                buffer_s -= pause_s
                while samples[first + row] - clock_s <= left_s:
                    left_s -= samples[first + row] - clock_s
                    clock_s = samples[first + row]
                    row += 1
                    if row == half:
                        row, clock_s = 1, 0.0
                clock_s += left_s
            rungs[n, segment], rows[0, n, segment] = rung, download_s
            rows[2, n, segment], rows[3, n, segment] = pause_s, buffer_s


def bare_functions():
    """The loop and the policy as functions that never met `compiled`."""
    scope = dict(vars(playback))
    for name in ("transfer", "idle", "session"):
        scope[name] = types.FunctionType(scope[name].__wrapped__.__code__, scope)
    return scope["session"], types.FunctionType(BufferBased.choose.__wrapped__.__code__, {})


def report(seconds, sessions, segments):
    print(f"Python {platform.python_version()}, numpy {np.__version__}, numba {numba.__version__}, "
          f"{platform.machine()}, {os.cpu_count()} cores of which one is used")  # fmt: skip
    *compiled, _, _, _, _ = seconds
    for name, rounds in seconds.items():
        rates = [sessions[name] * segments / second / 1e6 for second in rounds]
        print(
            f"  {statistics.median(rates):6.2f} M segments/s  (from {min(rates):.2f} to {max(rates):.2f})  {name}"
        )
    for plain in (BAREST, PLAIN, BARE):
        for name in compiled:
            ratios = [
                (slow / sessions[plain]) / (fast / sessions[name])
                for fast, slow in zip(seconds[name], seconds[plain], strict=True)
            ]
            print(f"  {statistics.median(ratios):7.2f} × {plain}, round by round: {name}")


if __name__ == "__main__":
    main()
