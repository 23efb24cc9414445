"""A dispatch score of the reader's own, on twelve maps: with numpy or without.

Riders and idle cars stand on a map, a car each. The pair with the highest score is sent off, then
the highest among those who are left, until nobody is. So a score says who goes first.

Left out: streets, and riders who ask later.
Sources: none; the best pairing is told by `scalemodel.uber.matching`.
"""

__all__ = ["drive_min", "drives_min", "mean_min", "paired", "race"]
__dir__ = lambda: __all__

import math
from collections.abc import Callable, Mapping, Sequence

from scalemodel.stage.python.outcome import Outcome, columns
from scalemodel.stage.python.told import told


def race(score: Callable, chart: int = 1) -> Outcome:
    """The minutes that the reader's `score` costs, beside the other rules and the fewest there are.

    `score(minutes, rider_others, car_others)` is called for each rider and car that are left:
    the minutes of this drive, those of the rider's other cars, and of the car's other riders.

    >>> race(lambda minutes, rider_others, car_others: -minutes).words.splitlines()[2]
    'shortest line first     35.9    41.2'
    """
    maps = len(told(__name__)["maps"])
    if chart not in range(1, maps + 1):
        raise ValueError(f"chart={chart!r} must be a whole number from 1 to {maps}")
    drives = drives_min(score)
    here_min, over_all = {name: row[chart - 1] for name, row in drives.items()}, mean_min(drives)
    words = [f"Minutes in all: on map {chart}, mean of {maps}"]
    for name in sorted(over_all, key=over_all.get):
        words.append(f"{name:<20}{sum(here_min[name]):>8.1f}{over_all[name]:>8.1f}")
    mine, best = here_min["yours"], here_min["the whole room"]
    order = sorted(range(len(mine)), key=lambda rider: best[rider] - mine[rider])
    worst = order[0]
    words += ["", f"On map {chart} rider {worst + 1} pays most: {mine[worst]:.1f} min in place of "
              f"{best[worst]:.1f}."]  # fmt: skip
    says = f"map {chart}: your minutes, and the best pairing's line", "longer", "shorter"
    picture = columns(says, [mine[n] for n in order], [best[n] for n in order])
    return Outcome("\n".join(words), picture)


def drives_min(score: Callable) -> dict[str, list[list[float]]]:
    """By rule and map the minutes that each rider's car drives.

    >>> [len(row) for row in drives_min(lambda *seen: 0)["yours"]][:2]
    [20, 20]
    """
    here = told(__name__)
    tables = [drive_min(*places) for places in here["maps"]]
    cars = here["cars"] | {"yours": [paired(score, minutes) for minutes in tables]}
    return {
        name: [[row[car] for row, car in zip(minutes, cars_of, strict=True)]
               for minutes, cars_of in zip(tables, many, strict=True)]
        for name, many in cars.items()
    }  # fmt: skip


def mean_min(drives: Mapping[str, Sequence]) -> dict[str, float]:
    """The minutes in all, the mean of all maps, of what `drives_min` gives.

    >>> mean_min({"yours": [[1.0, 2.0], [5.0, 0.0]]})
    {'yours': 4.0}
    """
    return {name: sum(map(sum, row)) / len(row) for name, row in drives.items()}


def paired(score: Callable, minutes: Sequence[Sequence[float]]) -> list[int]:
    """The car of each rider: always the pair with the highest score, of equal ones the first.

    `minutes` has a row a rider, and as many cars or more.

    >>> paired(lambda minutes, rider_others, car_others: -minutes, [[2.0, 3.0], [1.0, 9.0]])
    [1, 0]
    """
    riders, cars = list(range(len(minutes))), list(range(len(minutes[0])))
    car_of = [0] * len(minutes)
    while riders:
        rows = {rider: [minutes[rider][car] for car in cars] for rider in riders}
        lines = {car: [minutes[rider][car] for rider in riders] for car in cars}
        best = -math.inf, riders[0], cars[0]
        for at, rider in enumerate(riders):
            for place, car in enumerate(cars):
                row, line = rows[rider], lines[car]
                others = row[:place] + row[place + 1 :], line[:at] + line[at + 1 :]
                worth = _number(score(row[place], *others))
                if worth > best[0]:
                    best = worth, rider, car
        _, rider, car = best
        car_of[rider] = car
        riders.remove(rider)
        cars.remove(car)
    return car_of


def drive_min(riders_km: Sequence[Sequence[float]], cars_km: Sequence[Sequence[float]]) -> list:
    """Minutes from each car to each rider, a row a rider: straight, 30 km in an hour.

    >>> drive_min([[0.0, 0.0]], [[3.0, 4.0], [0.0, 1.0]])
    [[10.0, 2.0]]
    """
    return [[2 * math.sqrt((x - u) * (x - u) + (y - v) * (y - v)) for u, v in cars_km]
            for x, y in riders_km]  # fmt: skip


def _number(value):
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"your score returned {value!r}; it must return a finite number")
    return value
