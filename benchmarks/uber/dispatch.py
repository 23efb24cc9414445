"""A window matched: ours beside scipy's dense and sparse solvers, and beside the greedy ones.

    python benchmarks/uber/dispatch.py    about a minute

Riders and cars on 20 × 20 km, uniform or around twelve spots; the cost is minutes straight
ahead, who goes without counts 60. Everyone begins with rows of degrees and ends with pairs:
to build the table or the graph counts. Dense: scipy's `linear_sum_assignment` on the table
with a column for each rider who goes without. Sparse: `min_weight_full_bipartite_matching` on
our 16 nearest, found by our index, with the same columns; it proves nothing. The totals stand
beside the times. CPU time; medians of 5 rounds in which the contestants take turns, after a
first run that compiles.
"""

import platform
import statistics
import time

import numpy as np
import scipy
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from scalemodel.core.rng import stream
from scalemodel.uber.location.grid import GeoIndex
from scalemodel.uber.location.sphere import distance_m
from scalemodel.uber.matching.assign import assign
from scalemodel.uber.matching.batch import Places, match_batch
from scalemodel.uber.matching.eta import StraightLine
from scalemodel.uber.matching.policies import EdgeGreedy, FirstCome, Optimal

ROUNDS = 5
PENALTY_MIN = 60.0
LINE = StraightLine(kmh=30)
SIZES = [(200, 400), (1000, 2000), (3000, 6000), (1000, 1050), (1000, 800)]


def main():
    print(f"{platform.machine()}, Python {platform.python_version()}, SciPy {scipy.__version__}\n")
    for riders, cars in SIZES:
        for kind in ("uniform", "hot"):
            window = [crowd(kind, n, name) for name, n in (("riders", riders), ("cars", cars))]
            table(f"{riders:,} riders × {cars:,} cars, {kind}", window)


def crowd(kind, n, name):
    rng = stream(1, name)
    km = rng.uniform(0, 20, (n, 2))
    if kind == "hot":
        spots = stream(1, "spots").uniform(0, 20, (12, 2))
        km = spots[rng.integers(0, 12, n)] + rng.normal(0, 0.7, (n, 2))
    return Places(52.4 + km[:, 0] / 111.2, 13.2 + km[:, 1] / 67.8)


def table(title, window):
    contestants = {
        "ours, proved": lambda: policy(window, Optimal(penalty_min=PENALTY_MIN)),
        "scipy, dense": lambda: dense(*window),
        "scipy, sparse": lambda: sparse(*window),
        "edge-greedy": lambda: policy(window, EdgeGreedy()),
        "first come": lambda: policy(window, FirstCome()),
    }
    totals = {name: run() for name, run in contestants.items()}
    rounds = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, run in contestants.items():
            began = time.process_time()
            run()
            rounds[name].append(time.process_time() - began)
    met = match_batch(*window, Optimal(penalty_min=PENALTY_MIN), LINE)
    best = totals["scipy, dense"]
    assert abs(totals["ours, proved"] - best) < 1e-6 * best
    print(f"{title}; ours looked at {met.edges:,} pairs, {met.rounds} times further; "
          f"the solver alone {1e3 * solver_s(window):.1f} ms")  # fmt: skip
    for name, seconds in rounds.items():
        print(f"  {name:<14} {1e3 * statistics.median(seconds):8.1f} ms   "
              f"{totals[name]:10.2f} minutes, {100 * (totals[name] / best - 1):6.3f} % more")  # fmt: skip
    print()


def policy(window, rule):
    return match_batch(*window, rule, LINE).total(PENALTY_MIN)


def dense(riders, cars):
    n = len(riders)
    minutes = np.full((n, len(cars) + n), 1e6)
    minutes[:, : len(cars)] = LINE.at_least(
        distance_m(cars.lat, cars.lon, riders.lat[:, None], riders.lon[:, None])
    )
    minutes[np.arange(n), len(cars) + np.arange(n)] = PENALTY_MIN
    return minutes[linear_sum_assignment(minutes)].sum()


def nearest(riders, cars):
    index = GeoIndex()
    index.move(np.arange(len(cars)), cars.lat, cars.lon)
    car, far_m = index.nearest_many(riders.lat, riders.lon, 16)
    return car, LINE.at_least(far_m)


def sparse(riders, cars):
    car, minutes = nearest(riders, cars)
    n, k = car.shape
    to = np.hstack([car, len(cars) + np.arange(n)[:, None]]).ravel()
    cost = np.hstack([minutes + 1e-9, np.full((n, 1), PENALTY_MIN)]).ravel()  # no zeros
    graph = coo_array((cost, (np.repeat(np.arange(n), k + 1), to)), (n, len(cars) + n)).tocsr()
    return graph[min_weight_full_bipartite_matching(graph)].sum()


def solver_s(window):
    """CPU seconds of our solver on the first 16 of each, without index and proof."""
    car, minutes = nearest(*window)
    first, spent = np.arange(len(car) + 1) * 16, []
    for _ in range(ROUNDS):
        began = time.process_time()
        assign(first, car.ravel(), minutes.ravel(), len(window[1]), PENALTY_MIN)
        spent.append(time.process_time() - began)
    return statistics.median(spent)


if __name__ == "__main__":
    main()
