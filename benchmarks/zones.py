"""Zones that fail and are repaired, beside the same loop in plain Python.

    python benchmarks/zones.py    half a minute

An event is a part that fails or is back. Both run the same luck, and what they answer is
compared. CPU time; medians of 5 rounds in turns, after a first run that compiles.
"""

import platform
import statistics
import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from scalemodel.netflix.chaos import zones as inside
from scalemodel.netflix.chaos.zones import ZonesConfig, simulate

ROUNDS = 5
TABLES = {
    "12 instances in 3 zones of a region": ZonesConfig(runs=2),
    "100 instances in 6 zones of 2 regions": ZonesConfig(regions=2, instances=100, needed=60, runs=2),
    "1,000 instances in 18 zones of 6 regions": ZonesConfig(regions=6, instances=1_000, needed=600, runs=2),
}  # fmt: skip
TIMES = {"compiled": 100, "the same, plain": 1}  # as much time in the model


def main():
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}\n")
    for title, config in TABLES.items():
        short_s = config.until_s / 50 / (config.instances / 12) / 2
        assert run(replace(config, until_s=short_s), True)[1] == run(replace(config, until_s=short_s), False)[1], title  # fmt: skip
        rounds = {name: [] for name in TIMES}
        for _ in range(ROUNDS):
            for name, times in TIMES.items():
                spent_s, report = run(replace(config, until_s=short_s * times), name == "compiled")
                rounds[name].append(spent_s / report.events)
        middle = {name: statistics.median(seconds) for name, seconds in rounds.items()}
        print(title)
        for name, seconds in middle.items():
            print(f"  {name:<16} {1e6 * seconds:8.3f} µs an event {1e-6 / seconds:7.3f} M a second "
                  f"{seconds / middle['compiled']:7.0f} ×")  # fmt: skip
        print()


def run(config, fast):
    """Seconds of CPU of the loop alone, and the report."""
    real, spent_s = inside.loop, []

    def watched(*arguments):
        began = time.process_time()
        answer = (real.native if fast else real)(*arguments)
        spent_s.append(time.process_time() - began)
        return answer

    inside.loop = SimpleNamespace(native=watched)
    try:
        return (lambda report: (sum(spent_s), report))(simulate(config))
    finally:
        inside.loop = real


if __name__ == "__main__":
    main()
