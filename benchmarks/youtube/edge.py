"""Views through four edges and a hub: ours, cachetools' caches, and OrderedDict.

    python benchmarks/youtube/edge.py    half a minute

The same views of one region for all, draws not counted. First copies that are good for ever: all
three must answer each view alike. Then copies that grow old, with cachetools' `TTLCache`, which
throws out at once what is too old, where ours keeps its place until it is fetched anew; so shares
differ a little, and are printed. Then the cost of a view, draws included, at three sizes, and bytes.
CPU time; medians of 5 rounds in which the contestants take turns, after a first run that compiles.
cachetools is no requirement of the project; where it is missing the table says so.
"""

import importlib.util
import platform
import statistics
import time
import tracemalloc
from collections import OrderedDict
from dataclasses import replace

import numpy as np

from scalemodel.parts.caches.policies import LRU
from scalemodel.youtube.edge import tiers
from scalemodel.youtube.edge.demand import DAY_S, DemandConfig, views
from scalemodel.youtube.edge.tiers import BY, Tier, TiersConfig, answers, simulate

ROUNDS, VIEWS = 5, 100_000
EDGE, HUB = 1_000, 2_000
DEMAND = DemandConfig(views=VIEWS, alpha=1.1, regions=1)
FOR_EVER = TiersConfig(
    demand=DEMAND,
    edge=Tier(policy=LRU(EDGE), ttl_s=float("inf")),
    hub=Tier(policy=LRU(HUB), ttl_s=float("inf")),
)
OLD = replace(
    FOR_EVER,
    edge=Tier(policy=LRU(EDGE), ttl_s=1.5 * DAY_S),
    hub=Tier(policy=LRU(HUB), ttl_s=7 * DAY_S),
)
HAS_CACHETOOLS = importlib.util.find_spec("cachetools") is not None


def main():
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}\n")
    watched = views(DEMAND)
    row = [column.tolist() for column in (watched.time_s, watched.edge, watched.video)]
    ours = lambda config: (
        lambda: tiers._region(config, watched.time_s, watched.edge, watched.video)
    )  # without the draws
    runs = {
        "ours, for ever": ours(FOR_EVER),
        "ours, a day and a half, a week": ours(OLD),
        "OrderedDict, for ever": lambda: by_loop(row, Dictionary),
    }
    right = answers(FOR_EVER)
    assert (np.array(by_loop(row, Dictionary)) == right).all()
    if HAS_CACHETOOLS:
        import cachetools

        clock = [0.0]
        aged = {EDGE: 1.5 * DAY_S, HUB: 7 * DAY_S}
        plain = lambda room: cachetools.LRUCache(room)
        timed = lambda room: cachetools.TTLCache(room, aged[room], timer=lambda: clock[0])
        assert (np.array(by_loop(row, plain)) == right).all()
        runs["cachetools, for ever"] = lambda: by_loop(row, plain)
        runs["cachetools, a day and a half, a week"] = lambda: by_loop(row, timed, clock)
        theirs = np.bincount(by_loop(row, timed, clock), minlength=4) / VIEWS
        mine = np.bincount(answers(OLD), minlength=4) / VIEWS
        print("shares where copies grow old: " + ", ".join(
            f"{name} {100 * a:.2f} and {100 * b:.2f} %" for name, a, b in zip(BY, mine, theirs, strict=True) if a
        ) + " (cachetools)")  # fmt: skip
    rounds = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            rounds[name].append(spent_s(run) / VIEWS)
    middle = {name: statistics.median(each) for name, each in rounds.items()}
    for name, seconds in middle.items():
        print(f"  {name:<38} {1e9 * seconds:7.0f} ns a view {1e-6 / seconds:7.2f} M a second "
              f"{seconds / middle['ours, for ever']:6.1f} ×")  # fmt: skip
    if not HAS_CACHETOOLS:
        print("not run: cachetools: make bench")
    print("\nall of it, draws included")
    for many in (10_000, 100_000, 1_000_000):
        config = replace(OLD, demand=replace(DEMAND, views=many))
        seconds = statistics.median(spent_s(lambda: simulate(config)) for _ in range(3))  # noqa: B023
        tracemalloc.start()
        simulate(config)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        print(f"  {many:>9,} views {1e3 * seconds:8.1f} ms, {peak / many:.0f} bytes a view")


def by_loop(row, cache, clock=None):
    """What answered each view, as a place in `BY`, by caches of Python's or of a library's."""
    edges, hub, answered = [cache(EDGE) for _ in range(DEMAND.edges)], cache(HUB), []
    clock = clock or [0.0]
    for now_s, at, video in zip(*row, strict=True):
        clock[0] = now_s
        edge = edges[at]
        if video in edge:
            edge[video]
            answered.append(0)
            continue
        if video in hub:
            hub[video]
            answered.append(2)
        else:
            hub[video] = True
            answered.append(3)
        edge[video] = True
    return answered


class Dictionary(OrderedDict):
    """LRU in the fewest lines: a look moves to the end, what is over goes from the front."""

    def __init__(self, room):
        super().__init__()
        self.room = room

    def __getitem__(self, video):
        self.move_to_end(video)
        return True

    def __setitem__(self, video, value):
        super().__setitem__(video, value)
        if len(self) > self.room:
            self.popitem(last=False)


def spent_s(run):
    began = time.process_time()
    run()
    return time.process_time() - began


if __name__ == "__main__":
    main()
