"""A sweep someone would want, on one core, on all of them and on Dask; a million rides computed.

    python benchmarks/sweep.py                    about a minute
    .venv-dask/bin/python benchmarks/sweep.py     with Dask (`make dask` makes this environment)

Five rules for adaptive bitrate play the same rides on a 3G line. A state of the sweep is one
rule on 250 rides, which it draws itself, so nothing large has to travel. Wall time, once for
each size. What nobody should wait for is computed from the cost of a state and of handing one
over; how far that is off at the largest size is printed beside it.
"""

import importlib.util
import math
import os
import platform
import time

import joblib
import numpy as np

from scalemodel.core import bandwidth
from scalemodel.core.rng import stream
from scalemodel.core.stats import confidence_half_width
from scalemodel.core.sweep import size, sweep
from scalemodel.youtube.abr.play import play_many
from scalemodel.youtube.abr.policies import Bola, BufferBased, Dynamic, RobustMpc, ThroughputRule
from scalemodel.youtube.abr.scores import HD_LADDER_KBPS, LINEAR
from scalemodel.youtube.media import Trace, Video

RULES = {
    "follow throughput": ThroughputRule(),
    "follow buffer": BufferBased(),
    "BOLA": Bola(),
    "Dynamic": Dynamic(),
    "RobustMPC": RobustMpc(),
}
A_BLOCK = 250  # rides
SIZES = (1_000, 3_000, 9_000)  # rides
WANTED = 1_000_000
MACHINES = 100
HAS_DASK = importlib.util.find_spec("distributed") is not None


def verdict(rule, block):
    """Mean score of a rule on the rides of a block, and on how many of them the picture stopped."""
    film = Video.constant(4, HD_LADDER_KBPS, segments=48)
    rides = [
        Trace(*bandwidth.simulate(bandwidth.HSDPA_LIKE, stream(seed, "3G"), 320))
        for seed in range(A_BLOCK * block, A_BLOCK * (block + 1))
    ]
    played = play_many(film, rides, RULES[rule])
    scores = [session.qoe(LINEAR) for session in played]
    return float(np.mean(scores)), int((played.rebuffer_s[:, 1:].sum(axis=1) > 0).sum())


def axes(rides):
    """Every rule on every block of so many rides."""
    return {"rule": list(RULES), "block": range(rides // A_BLOCK)}


def nothing(number):
    """What costs only to be handed over."""


def main():
    cores = os.cpu_count() or 1
    print(f"{platform.machine()}, {cores} cores, Python {platform.python_version()}, ", end="")
    print(f"NumPy {np.__version__}, joblib {joblib.__version__}\n")
    verdict(next(iter(RULES)), 0)  # machine code is ready, and kept on disk for the workers
    told, alone_s = timed(lambda rides: sweep(verdict, axes(rides), workers=1))
    state_s = alone_s[-1] / size(axes(SIZES[-1]))
    row("", *(f"{rides:,} rides" for rides in SIZES), "a million, computed")
    row("---", *["---:"] * (len(SIZES) + 1))
    row("one core", *map(clock, alone_s), clock(expected_s(WANTED, state_s)))
    together = lambda rides: sweep(verdict, axes(rides), workers=cores)
    handed_s = handing_s(cores)
    same, shared_s = timed(together)
    assert same == told
    wanted_s = shown(f"{cores} cores", shared_s, state_s, cores, handed_s)
    if HAS_DASK:
        wanted_s = on_dask(told, state_s, cores)
    print(f"\na state takes {1e3 * state_s:.0f} ms, and {wanted_s[1]} to hand over\n")
    verdicts(told)
    if not HAS_DASK:
        print("not run: Dask: make dask, then .venv-dask/bin/python benchmarks/sweep.py")


def on_dask(told, state_s, cores):
    """The same on a cluster of as many processes, and computed for a hundred such machines."""
    from distributed import Client, LocalCluster

    began = time.perf_counter()
    with (
        LocalCluster(n_workers=cores, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
        joblib.parallel_config("dask"),
    ):
        client.wait_for_workers(cores)
        up_s = time.perf_counter() - began
        handed_s = handing_s(None)
        same, shared_s = timed(lambda rides: sweep(verdict, axes(rides)))
    assert same == told
    shown(f"Dask, {cores} processes, up in {up_s:.1f} s", shared_s, state_s, cores, handed_s)
    many_s = expected_s(WANTED, state_s, MACHINES * cores, handed_s)
    row(f"Dask, {MACHINES} such machines", *["" for _ in SIZES], clock(many_s))
    return many_s, f"{1e3 * handed_s:.1f} ms"


def timed(run):
    """What the largest size told, and the seconds that each size took."""
    seconds = []
    for rides in SIZES:
        began = time.perf_counter()
        told = run(rides)
        seconds.append(time.perf_counter() - began)
    return told, seconds


def handing_s(workers, states=1_000):
    """Seconds to hand over a state that does nothing, and to have its answer."""
    sweep(nothing, {"number": range(10)}, workers=workers)
    began = time.perf_counter()
    sweep(nothing, {"number": range(states)}, workers=workers)
    return (time.perf_counter() - began) / states


def expected_s(rides, state_s, workers=1, handed_s=0.0):
    """Rounds of as many states as there are workers, if they can be handed over as fast."""
    states = size(axes(rides))
    return max(math.ceil(states / workers) * state_s, states * handed_s)


def shown(name, seconds, state_s, workers, handed_s):
    """A row of the table, and what the computed time is off at the largest size."""
    wanted_s = expected_s(WANTED, state_s, workers, handed_s)
    off = expected_s(SIZES[-1], state_s, workers, handed_s) / seconds[-1] - 1
    row(name, *map(clock, seconds), f"{clock(wanted_s)} (off by {100 * off:+.0f} %)")
    return wanted_s, f"{1e3 * handed_s:.1f} ms"


def verdicts(told):
    """What the largest sweep says of the rules."""
    blocks = len(told) // len(RULES)
    for number, rule in enumerate(RULES):
        scores, stops = zip(*told[number * blocks : (number + 1) * blocks], strict=True)
        half = confidence_half_width(scores)
        share = 100 * sum(stops) / (blocks * A_BLOCK)
        print(f"  {rule:<18} score {np.mean(scores):6.3f} ± {half:.3f}, stops on {share:4.1f} %")


def row(*cells):
    print("| " + " | ".join(cells) + " |")


def clock(seconds):
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


if __name__ == "__main__":
    main()
