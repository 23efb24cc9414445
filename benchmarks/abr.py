"""Adaptive bitrate: the compiled loop beside the same loop in plain Python.

    python benchmarks/abr.py

A segment is one download, and one decision of the policy. Every figure is the
median of 7 rounds; the contestants take turns within a round, so that a machine
that slows down slows both. Packing the traces is part of `play_many`'s time.
"""

import os
import platform
import statistics
import time
import types

import numba
import numpy as np

from scalemodel.core import bandwidth
from scalemodel.core.rng import stream
from scalemodel.youtube import playback
from scalemodel.youtube.abr import BufferBased, ThroughputRule, play_many
from scalemodel.youtube.media import Player, Trace, Video

ROUNDS = 7
SESSIONS = 10_000
TEST_SET = 142  # rides in the usual 3G test set
PLAIN_SESSIONS = 300
PLAIN = "the same loop in plain Python over lists"
BARE = "that loop without the package's decorator"
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
        f"ThroughputRule, {SESSIONS:,} sessions over {TEST_SET} rides": (
            lambda: play_many(video, shared, ThroughputRule()), SESSIONS),
        PLAIN: (
            plain_contestant(video, rides[:PLAIN_SESSIONS], playback.session, BufferBased.choose),
            PLAIN_SESSIONS),
        BARE: (
            plain_contestant(video, rides[:PLAIN_SESSIONS], *bare_functions()), PLAIN_SESSIONS),
    }  # fmt: skip
    for run, _ in contestants.values():
        run()  # machine code, caches and memory are ready

    seconds = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, (run, _) in contestants.items():
            began = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - began)
    report(seconds, {name: count for name, (_, count) in contestants.items()}, video.segments)


def plain_contestant(video, rides, session, choose):
    """A run of `session` over lists, which plain Python indexes faster than arrays."""
    player = Player()
    constants = (player.rtt_s, player.payload_ratio, player.buffer_cap_s, player.pause_step_s)
    ladder, sizes = video.ladder_kbps.tolist(), video.segment_bytes.tolist()
    lines = [(ride.time_s.tolist(), ride.bandwidth_mbps.tolist()) for ride in rides]
    rows = [[0] * video.segments for _ in range(5)]

    def run():
        for time_s, mbps in lines:
            memory = [5.0, 10.0]
            session(constants, 4.0, 1, ladder, sizes, time_s, mbps, choose, memory, *rows)

    return run


def bare_functions():
    """The loop and the policy as functions that never met `compiled`."""
    scope = dict(vars(playback))
    for name in ("transfer", "idle", "session"):
        scope[name] = types.FunctionType(scope[name].__wrapped__.__code__, scope)
    return scope["session"], types.FunctionType(BufferBased.choose.__wrapped__.__code__, {})


def report(seconds, sessions, segments):
    print(f"Python {platform.python_version()}, numpy {np.__version__}, numba {numba.__version__}, "
          f"{platform.machine()}, {os.cpu_count()} cores of which one is used")  # fmt: skip
    *compiled, _, _ = seconds
    for name, rounds in seconds.items():
        rates = [sessions[name] * segments / second / 1e6 for second in rounds]
        print(
            f"  {statistics.median(rates):6.2f} M segments/s  (from {min(rates):.2f} to {max(rates):.2f})  {name}"
        )
    for plain in (PLAIN, BARE):
        for name in compiled:
            ratios = [
                (slow / sessions[plain]) / (fast / sessions[name])
                for fast, slow in zip(seconds[name], seconds[plain], strict=True)
            ]
            print(f"  {statistics.median(ratios):6.1f} × {plain}, round by round: {name}")


if __name__ == "__main__":
    main()
