"""One viewer of a live stream, beside SimPy; and all viewers of a segment at once.

    python benchmarks/youtube/live.py    half a minute

First both play one ride over a line with gaps, at the usual speed, and must agree on how long the
picture stopped; both take the time of a download from the same function. In SimPy the line and the
screen are a process each with a store between them. Then the cost of a unit for sessions of three
lengths, and of a viewer for herds of three sizes. CPU time; medians of 3 rounds in which the
contestants take turns. SimPy is no requirement of the project; where it is missing the table says so.
"""

import importlib.util
import platform
import statistics
import time
from dataclasses import replace

import numpy as np

from scalemodel.youtube.live.chain import LiveConfig
from scalemodel.youtube.live.herd import herd
from scalemodel.youtube.live.session import PAYLOAD, watch
from scalemodel.youtube.media import Trace
from scalemodel.youtube.playback import idle, transfer

ROUNDS = 3
GAPS = Trace.from_periods([(37, 10_000), (3, 0), (41, 10_000), (5, 0)])
RIDE = LiveConfig(chunk_s=0.5, line=GAPS, speed=1 + 1e-9, join_s=21.21, watch_s=1_200.0)
HAS_SIMPY = importlib.util.find_spec("simpy") is not None


def main():
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}\n")
    side_by_side()
    print("sessions")
    for watch_s in (120.0, 1_200.0, 12_000.0):
        config = replace(RIDE, watch_s=watch_s, speed=1.05)
        spent_s, report = timed(lambda config=config: watch(config))
        units = len(report.at_s)
        print(f"  {watch_s:>8,.0f} s: {units:>7,} units {1e6 * spent_s / units:6.2f} µs each, {1e3 * spent_s:7.1f} ms in all")  # fmt: skip
    print("herds, each asks for itself")
    for viewers in (10_000, 100_000, 1_000_000):
        spent_s, _ = timed(lambda viewers=viewers: herd(viewers, 100, coalesce=False))
        print(f"  {viewers:>9,} viewers {1e6 * spent_s / viewers:6.3f} µs each, {1e3 * spent_s:7.1f} ms in all")  # fmt: skip
    if not HAS_SIMPY:
        print("not run: SimPy: make bench")


def timed(run):
    """CPU seconds, the median of some rounds, and what it answered, after a first that compiles."""
    answer, spent = run(), []
    for _ in range(ROUNDS):
        began = time.process_time()
        answer = run()
        spent.append(time.process_time() - began)
    return statistics.median(spent), answer


def side_by_side():
    runs = {"ours": lambda: watch(RIDE).rebuffer_s}
    if HAS_SIMPY:
        runs["SimPy"] = lambda: with_simpy(RIDE)
    rounds, answers = {name: [] for name in runs}, {}
    for turn in range(ROUNDS + 1):
        for name, run in runs.items():
            began = time.process_time()
            answers[name] = run()
            if turn > 0:
                rounds[name].append(time.process_time() - began)
    units = len(watch(RIDE).at_s)
    assert all(abs(stopped_s - answers["ours"]) < 1e-3 for stopped_s in answers.values()), answers
    print(
        f"one ride of {RIDE.watch_s:,.0f} s, {units:,} units, stopped for {answers['ours']:.1f} s; all agree"
    )
    for name, spent in rounds.items():
        print(f"  {name:<6} {1e6 * statistics.median(spent) / units:8.2f} µs a unit")
    print()


def with_simpy(config):
    """How long the picture stops, where the line and the screen are processes."""
    import simpy

    home = simpy.Environment(initial_time=config.join_s)
    store, stops = simpy.Store(home), []
    line = config.line.time_s.tolist(), config.line.bandwidth_mbps.tolist()
    unit_s, size = config.unit_s, config.unit_bytes[0]
    end_s, ahead_s = config.join_s + config.watch_s, config.encode_s + config.way_s

    def fetch():
        row, clock_s = idle(1000 * (config.join_s % line[0][-1]), 1, 0.0, line[0])
        number = config.first_unit
        while True:
            pause_s = max((number + 1) * unit_s + ahead_s - home.now, 0.0)
            row, clock_s = idle(1000 * pause_s, row, clock_s, line[0])
            seconds, row, clock_s = transfer(size, row, clock_s, *line, PAYLOAD)
            yield home.timeout(pause_s + seconds)
            store.put(number)
            number += 1

    def show():
        while len(store.items) * unit_s < config.buffer_s + unit_s - 1e-9:
            yield home.timeout(1e-3)
        while True:
            since_s = home.now
            yield store.get()
            stops.append((since_s, home.now))
            yield home.timeout(unit_s)

    home.process(fetch())
    home.process(show())
    home.run(until=end_s)
    waiting_s = max(end_s - (stops[-1][1] + unit_s), 0.0)
    return sum(until - since for since, until in stops) + waiting_s


if __name__ == "__main__":
    main()
