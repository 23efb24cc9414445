"""Caches: every policy's loop beside libCacheSim's, cachetools, OrderedDict and itself in plain Python.

    make bench runs it beside its peers, in about a minute

A million requests among a hundred thousand objects, Zipf's law with 0.8, room for 10,000.
Ours is `simulate` from an array of ids to a report with its mask of hits, the look at the ids
included; "loop" is the compiled loop on ids that are dense already. libCacheSim's is its C loop
over a trace file of fixed records, with a hash table of 2^17 places (its own default is 2^24,
and many times slower). The dictionaries get Python's own integers. CPU time, medians of 5
rounds in which the contestants take turns, after a first one that compiles and is not counted.
Where all must agree on the misses, they are held equal.

libCacheSim (GPL-3, x86-64 Linux) and cachetools are no requirements of the project; where they
are missing the table says so.
"""

import importlib.util
import platform
import statistics
import sys
import tempfile
import time
from collections import OrderedDict
from pathlib import Path

import numpy as np

from scalemodel.parts.caches import policies
from scalemodel.parts.caches.curve import lru_curve
from scalemodel.parts.caches.engine import simulate
from scalemodel.parts.caches.expected import zipf_trace
from scalemodel.parts.caches.trace import requests

ROUNDS = 5
REQUESTS, OBJECTS, ALPHA = 1_000_000, 100_000, 0.8
CAPACITY = 10_000
PLAIN = 5_000  # requests of a loop in plain Python
DICTIONARY = 200_000  # requests of a cache that is a dictionary
HASH_POWER = 17
PEERS = {  # libCacheSim's names
    "FIFO": "FIFO", "LRU": "LRU", "LFU": "LFU", "Clock": "Clock", "SIEVE": "Sieve",
    "S3FIFO": "S3FIFO", "WTinyLFU": "WTinyLFU", "Belady": "Belady",
}  # fmt: skip
SAME = {"FIFO", "LRU", "LFU", "Clock", "SIEVE", "Belady"}
RECORD = np.dtype([("time", "<u4"), ("id", "<u8"), ("size", "<u4"), ("next", "<i8")])


def main():
    ids = zipf_trace(OBJECTS, REQUESTS, ALPHA, np.random.default_rng(42))
    has = {name: importlib.util.find_spec(name) is not None for name in ("libcachesim", "cachetools")}  # fmt: skip
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}\n")
    print("millions of requests a second, and how many times as fast as")
    print(f"{'':9} {'ours':>7} {'loop':>7} {'libCacheSim':>18} {'cachetools':>18} "
          f"{'OrderedDict':>18} {'itself, plain':>18}")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        reader = trace_file(ids, Path(folder) / "trace.bin") if has["libcachesim"] else None
        for name in PEERS:
            row(name, ids, reader, has["cachetools"])
    seconds = race({"curve": lambda: lru_curve(ids)})["curve"]
    print(f"\nLRU at every capacity: {seconds:.2f} s, {1e9 * seconds / REQUESTS:.0f} ns a request")
    for name, there in has.items():
        if not there:
            print(f"not run: {name}: make bench, where it has a wheel")


def row(name, ids, reader, has_cachetools):
    """A policy's line of the table."""
    policy = getattr(policies, name)(CAPACITY)
    misses = simulate(ids, policy).misses
    dense, few = requests(ids), policy.arguments(requests(ids[:PLAIN]))
    runs = {
        "ours": lambda: simulate(ids, policy),
        "loop": lambda: policy.hits(dense),
        "plain": lambda: policy.loop(*few[:-1], few[-1].copy()),
    }
    counts = {"ours": REQUESTS, "loop": REQUESTS, "plain": PLAIN}
    some = ids[:DICTIONARY].tolist()
    if reader is not None:
        runs["libCacheSim"], counts["libCacheSim"] = peer(name, reader), REQUESTS
        theirs = round(runs["libCacheSim"]() * REQUESTS)
        assert name not in SAME or theirs == misses, (name, theirs, misses)
    if has_cachetools and name in ("FIFO", "LRU", "LFU"):
        runs["cachetools"], counts["cachetools"] = with_cachetools(name, some), DICTIONARY
    if name == "LRU":
        runs["OrderedDict"], counts["OrderedDict"] = (lambda: ordered_dict(some)), DICTIONARY
    for other in {"cachetools", "OrderedDict"} & set(runs):
        assert runs[other]() == simulate(ids[:DICTIONARY], policy).misses
    rate = {one: counts[one] / seconds / 1e6 for one, seconds in race(runs).items()}
    others = (
        f"{rate[one]:10.3f} {rate['ours'] / rate[one]:5.0f} ×" if one in rate else f"{'-':>18}"
        for one in ("libCacheSim", "cachetools", "OrderedDict", "plain")
    )
    print(f"{name:9} {rate['ours']:7.1f} {rate['loop']:7.1f} {' '.join(others)}")
    sys.stdout.flush()


def race(runs):
    """The median CPU seconds of each, in turns."""
    seconds = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            began = time.process_time()
            run()
            seconds[name].append(time.process_time() - began)
    return {name: statistics.median(rounds) for name, rounds in seconds.items()}


# ── Peers ───────────────────────────────────────────────────────────────────
def trace_file(ids, path):
    """A reader of libCacheSim over the trace, with what comes next for Belady."""
    import libcachesim

    records = np.zeros(len(ids), dtype=RECORD)
    following, coming = np.zeros(len(ids), dtype=np.int64), np.full(OBJECTS, len(ids))
    for at in range(len(ids) - 1, -1, -1):
        following[at], coming[ids[at]] = coming[ids[at]], at
    records["time"], records["id"], records["size"] = np.arange(len(ids)), ids + 1, 1
    records["next"] = np.where(following < len(ids), following + 1, np.iinfo(np.int64).max)
    records.tofile(path)
    kind = libcachesim.TraceType.ORACLE_GENERAL_TRACE
    return libcachesim.TraceReader(str(path), kind)


def peer(name, reader):
    """A run of libCacheSim's C loop: the share of misses."""
    import libcachesim

    def run():
        cache = getattr(libcachesim, PEERS[name])(CAPACITY, hashpower=HASH_POWER)
        reader.reset()
        return cache.process_trace(reader)[0]

    return run


def with_cachetools(name, some):
    import cachetools

    def run():
        cache, misses = getattr(cachetools, f"{name}Cache")(CAPACITY), 0
        for one in some:
            if cache.get(one) is None:
                misses += 1
                cache[one] = True
        return misses

    return run


def ordered_dict(some):
    """LRU as one writes it by hand."""
    cache, misses = OrderedDict(), 0
    for one in some:
        if one in cache:
            cache.move_to_end(one)
        else:
            misses += 1
            if len(cache) == CAPACITY:
                cache.popitem(last=False)
            cache[one] = True
    return misses


if __name__ == "__main__":
    main()
