"""How far is the nearest idle car? A law for a snapshot, and why a running market breaks it.

Throw N cars onto a square of side a, blindly. The nearest is a / (2 √N) away on average: four
times the cars halve the drive. That is the square-root law. But a dispatcher is not blind. It
takes the nearest car, and that is most often a car with much empty street around it, for such a
car is the nearest to many corners. So what is left over stands in clumps, with larger holes
between, and the drive is longer by a `clumping` of 1.15 with thirty idle cars and 1.43 with a
thousand. Nobody chose badly; it is what is left when others have chosen.

Holes are slow to form, so nothing counts until each car has been replaced twenty times. A
measurement costs 3 ns a draw and car: 2 ms for twenty thousand among thirty, 0.1 s among a
thousand, and among thirty thousand, where patience ends, a minute.

Left out: a formula for the clumping; we do not know one, and `CLUMPING` is measured.
Sources: none; the table is our own measurement. The law itself is `expected_nearest_km`.
"""

__all__ = [
    "BURN_IN", "CLUMPING", "MOST_DISTANCES", "clumping", "expected_clumping", "replace_nearest",
]  # fmt: skip
__dir__ = lambda: __all__

import math

import numpy as np

from scalemodel.core import checks
from scalemodel.core.compiled import compiled
from scalemodel.uber.matching.market_loop import torus_km

# idle cars, and the mean drive over the snapshot's law: ours, to 0.003, the last two to 0.01
CLUMPING = ((1, 0.7652), (3, 0.9027), (10, 1.037), (30, 1.1455), (100, 1.2515), (300, 1.338),
            (1000, 1.427))  # fmt: skip
BURN_IN = 20  # replacements of each car before anything counts
MOST_DISTANCES = 10**11


def expected_clumping(idle: float) -> float:
    """How much longer than that of a snapshot the drive is where nearest cars are taken.

    Between the rows of `CLUMPING` it goes with the logarithm; beyond them nobody has measured.

    >>> round(expected_clumping(100), 3), round(expected_clumping(200), 2)
    (1.252, 1.31)
    """
    checks.real("idle", idle, at_least=CLUMPING[0][0], at_most=CLUMPING[-1][0])
    cars, ratio = np.array(CLUMPING).T
    return float(np.interp(math.log(idle), np.log(cars), ratio))


def clumping(idle: int, draws: int, rng: np.random.Generator) -> float:
    """The same, measured: the smallest market there is.

    So many cars on a square of side 1; a request takes the nearest, a new car appears anywhere,
    and so on. The mean drive times 2 √N, after each car has been replaced twenty times.

    >>> round(clumping(30, 20_000, np.random.default_rng(0)), 2)
    1.15
    """
    checks.whole("idle", idle, at_least=1, at_most=1_000_000)
    checks.whole("draws", draws, at_least=1, at_most=10_000_000)
    checks.instance("rng", rng, np.random.Generator)
    unseen = BURN_IN * idle
    if idle * (unseen + draws) > MOST_DISTANCES:
        raise ValueError(
            f"draws={checks.brief(draws)} must be fewer: with idle={checks.brief(idle)} that is above {MOST_DISTANCES:,} "
            "distances"
        )
    places = rng.random((idle + 2 * (unseen + draws), 2))
    drive = np.empty(unseen + draws)
    replace_nearest.native(
        places[:idle].copy(), places[idle::2].copy(), places[idle + 1 :: 2].copy(), drive
    )
    return float(drive[unseen:].mean() * 2 * math.sqrt(idle))


@compiled("void(float64[:, ::1], float64[:, ::1], float64[:, ::1], float64[::1])")
def replace_nearest(car, request, newcomer, drive):
    """Each request's distance to its nearest car, whose place a newcomer takes elsewhere.

    >>> drive = np.empty(2)
    >>> replace_nearest(np.array([[0.5, 0.5], [0.0, 0.25]]), np.array([[0.0, 0.0], [0.0, 0.0]]),
    ...                 np.array([[0.5, 0.0], [0.5, 0.0]]), drive)
    >>> drive.tolist()
    [0.25, 0.5]
    """
    for turn in range(len(request)):
        nearest, best = 0, math.inf
        for at in range(len(car)):
            far = torus_km(car[at, 0], car[at, 1], request[turn, 0], request[turn, 1], 1.0)
            if far < best:
                nearest, best = at, far
        drive[turn] = best
        car[nearest, 0], car[nearest, 1] = newcomer[turn, 0], newcomer[turn, 1]
