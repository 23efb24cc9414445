"""A day of requests to boxes near viewers: our loop, itself in plain Python, and caches on the same.

    python benchmarks/netflix/edge.py    about half a minute

A million requests of two regions among 6,000 files of our own catalogue, four boxes at three
sites, links that are full in the evening. "loop" is who serves each request, "day" all of it:
the catalogue, four nights of fill, the draws, the loop and the report. Beside them what a box does
that is filled when somebody asks: LRU of `parts.caches`, sizes and all, and cachetools' LRUCache
with `getsizeof`, both on the requests of one region. CPU time; medians of 5 rounds in which the
contestants take turns, after a first run that compiles. The plain loop's answers are held equal
to ours, and cachetools' misses to those of `parts.caches`.
"""

import importlib.util
import platform
import statistics
import time
from dataclasses import replace

import numpy as np

from scalemodel.netflix.edge.day import DayConfig, day, loop, simulate
from scalemodel.netflix.edge.placement import place
from scalemodel.netflix.edge.steering import Appliance, Client
from scalemodel.parts.caches.engine import simulate as cache
from scalemodel.parts.caches.policies import LRU

ROUNDS = 5
REQUESTS, PLAIN, DICTIONARY = 1_000_000, 10_000, 100_000
DISK_BYTES = 8 * 10**12
HAS_CACHETOOLS = importlib.util.find_spec("cachetools") is not None
CONFIG = DayConfig(
    requests=REQUESTS,
    boxes=(
        *[Appliance(uplink_gbps=500.0)] * 2,
        *(Appliance(region=1, site=site) for site in (1, 2)),
    ),
    clients=(Client(weight=2.0), *(Client(region=1, site=site) for site in (1, 2))),
)


def main():
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}\n")
    today, few = day(CONFIG), day(replace(CONFIG, requests=PLAIN))
    mine = today.file[today.client == 0]
    sizes = today.bytes_of[mine]
    some = mine[:DICTIONARY].tolist()
    assert [run_s(loop, few)[1].tolist()] == [run_s(loop.native, few)[1].tolist()]
    runs = {
        "loop": (REQUESTS, lambda: run_s(loop.native, today)[0]),
        "the same, plain": (PLAIN, lambda: run_s(loop, few)[0]),
        "day": (REQUESTS, lambda: timed(lambda: simulate(CONFIG))),
        "LRU, ours": (len(mine), lambda: timed(lambda: cache(mine, LRU(DISK_BYTES), sizes))),
    }
    if HAS_CACHETOOLS:
        ours = cache(mine[:DICTIONARY], LRU(DISK_BYTES), sizes[:DICTIONARY]).misses
        assert with_cachetools(some, today.bytes_of) == ours
        runs["LRU, cachetools"] = (
            DICTIONARY,
            lambda: timed(lambda: with_cachetools(some, today.bytes_of)),
        )
    rounds = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, (requests, run) in runs.items():
            rounds[name].append(run() / requests)
    middle = {name: statistics.median(seconds) for name, seconds in rounds.items()}
    for name, seconds in middle.items():
        print(f"  {name:<16} {1e9 * seconds:8.0f} ns a request {1e-6 / seconds:8.3f} M a second "
              f"{seconds / middle['loop']:7.1f} ×")  # fmt: skip
    if not HAS_CACHETOOLS:
        print("not run: cachetools: make bench")
    print("\na night's plan for one box")
    for files in (1_000, 10_000, 100_000):
        rng = np.random.default_rng(1)
        share, size = rng.random(files), rng.integers(1, 10, files) * 10**9
        disk = [int(size.sum()) // 4]
        place(share, size, disk)
        spent = [timed(lambda: place(share, size, disk)) for _ in range(ROUNDS)]  # noqa: B023
        print(f"  {files:>8,} files {1e3 * statistics.median(spent):8.2f} ms")


def timed(run):
    """Seconds of CPU of a call."""
    began = time.process_time()
    run()
    return time.process_time() - began


def run_s(how, today):
    """Seconds of CPU of the loop alone, and who served each request."""
    *told, left, _, _ = today
    served_by, met = np.zeros((2, len(today.hour)), dtype=np.int64)
    left = left.copy()
    return timed(lambda: how(*told, left, served_by, met)), served_by


def with_cachetools(some, bytes_of):
    """The misses of a dictionary that knows its size in bytes."""
    import cachetools

    sizes = bytes_of.tolist()
    shelf, misses = cachetools.LRUCache(DISK_BYTES, getsizeof=sizes.__getitem__), 0
    for one in some:
        if shelf.get(one) is None:
            misses += 1
            shelf[one] = one
    return misses


if __name__ == "__main__":
    main()
