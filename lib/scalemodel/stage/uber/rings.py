"""Who is nearest, ring by ring: a stone falls into water, and stops when it may.

A plane of square cells, each with a list of its cars. A question looks at its own cell, then at
the eight around it, then at the sixteen around those. After each ring it is sure of a circle:
all that lies nearer than the border of what it has seen. When the k-th best is within, nobody
unseen can be nearer. `rounds` says what each ring adds, as the picture of the town shows it;
`work` finds the same totals for many questions at once, from the distance of the k-th car.

Left out: a globe, and rings that follow a circle; `scalemodel.uber.location.cells` has both.
Sources: k-NN with a bound as in Roussopoulos, Kelley, Vincent, SIGMOD 1995.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from scalemodel.core import checks


class Round(NamedTuple):
    """What a question knows after a ring.

    >>> Round(cells=9, cars=4, sure_m=331.0, kth_m=214.0).cells
    9
    """

    cells: int  # looked into so far
    cars: int  # looked at so far
    sure_m: float  # nobody unseen is nearer
    kth_m: float  # the k-th best so far; infinite while there are fewer


def rounds(
    cars: np.ndarray, at: tuple[float, float], k: int, cell_m: float, wide: int, high: int
) -> list[Round]:
    """The rings of one question until it may stop, in a town of `wide` × `high` cells.

    >>> cars = np.array([[100.0, 100.0], [260.0, 100.0]])
    >>> rounds(cars, (240.0, 100.0), k=1, cell_m=250.0, wide=3, high=3)
    [Round(cells=1, cars=1, sure_m=10.0, kth_m=140.0), Round(cells=4, cars=2, sure_m=260.0, kth_m=20.0)]
    """
    cars = np.asarray(cars, dtype=float).reshape(-1, 2)
    column, row = (int(place // cell_m) for place in at)
    ring_of = np.abs(np.floor(cars / cell_m) - [column, row]).max(axis=1, initial=0)
    far_m = np.hypot(*(cars - at).T)
    border_m = min(*(place % cell_m for place in at), *(cell_m - place % cell_m for place in at))
    told = []
    for ring in range(max(wide, high)):
        seen = ring_of <= ring
        nearest_m = np.sort(far_m[seen])
        kth_m = float(nearest_m[k - 1]) if len(nearest_m) >= k else math.inf
        cells = _span(column, ring, wide) * _span(row, ring, high)
        told.append(Round(cells, int(seen.sum()), ring * cell_m + border_m, kth_m))
        if kth_m <= told[-1].sure_m or cells == wide * high:
            break
    return told


def _span(middle, ring, many):
    return min(middle + ring, many - 1) - max(middle - ring, 0) + 1


class Work(NamedTuple):
    """What many questions look into and at, one entry each.

    >>> Work(np.array([9]), np.array([38]), np.array([True])).cars
    array([38])
    """

    cells: np.ndarray
    cars: np.ndarray
    wrong: np.ndarray  # whether the first ring with k cars would not hold the k nearest


def work(cars: np.ndarray, at: np.ndarray, k: int, cell_m: float, side_m: float) -> Work:
    """Cells and cars of each question in a square town, and who would be fooled.

    The k-th car at D ends the walk at the first ring whose circle holds it, so one tree, which
    knows D, and one table of sums tell it all.

    >>> cars = np.array([[100.0, 100.0], [260.0, 100.0]])
    >>> work(cars, np.array([[240.0, 100.0]]), k=1, cell_m=250.0, side_m=750.0)
    Work(cells=array([4]), cars=array([2]), wrong=array([ True]))
    """
    checks.whole("k", k, at_least=1, at_most=len(cars))
    far_m, who = (np.reshape(row, (len(at), k)) for row in cKDTree(cars).query(at, k))
    many = math.ceil(side_m / cell_m)
    cell, own = np.floor(cars / cell_m).astype(int), np.floor(at / cell_m).astype(int)
    border_m = np.minimum(at - own * cell_m, (own + 1) * cell_m - at).min(axis=1)
    sums = np.zeros((many + 1, many + 1), dtype=int)
    np.add.at(sums, (cell[:, 0] + 1, cell[:, 1] + 1), 1)
    sums = sums.cumsum(axis=0).cumsum(axis=1)

    def block(ring):
        low, high = np.clip(own - ring[:, None], 0, many), np.clip(own + ring[:, None] + 1, 0, many)
        (west, south), (east, north) = low.T, high.T
        held = sums[east, north] - sums[west, north] - sums[east, south] + sums[west, south]
        return (high - low).prod(axis=1), held

    ring = np.maximum(0, np.ceil((far_m[:, -1] - border_m) / cell_m)).astype(int)
    first = np.zeros_like(ring)
    while (few := block(first)[1] < k).any():
        first[few] += 1
    needed = np.abs(cell[who] - own[:, None]).max(axis=(1, 2))
    return Work(*block(ring), needed > first)
