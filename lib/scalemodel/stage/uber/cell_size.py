"""How large should a cell be? What a question looks at, and how often a car changes lists.

A hundred thousand cars in 40 × 40 km, evenly or in twelve hot spots, and two thousand riders who
stand where cars are. All work is counted: cells looked into, cars looked at, reports that move a
car to another list. The scene is one rider's surroundings, with the cells that were looked into.

Left out: the time that it takes, which is of a machine; `benchmarks/uber/places.py` has it.
Sources: none; the town is ours.
"""

__all__ = [
    "CARS", "CELL_SIZE", "LAYOUTS", "RIDERS", "SIDE_M", "SIZES_M", "SPOTS", "SPREAD_M", "STEP_M",
    "WINDOW_M", "Work", "cell_picture", "changes_ratio", "expected_changes_ratio", "looked", "town",
    "work",
]  # fmt: skip
__dir__ = lambda: __all__

import functools
import math
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from scipy.spatial import cKDTree

from scalemodel.core import checks, units
from scalemodel.core.rng import stream
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture, Scene
from scalemodel.stage.uber.town import rounds
from scalemodel.stage.views.kinds import Kind

CARS, SIDE_M, RIDERS = 100_000, 40_000.0, 2_000
SPOTS, SPREAD_M = 12, 1_500.0
STEP_M = 30 / 3.6 * 4  # at 30 km/h, from one report to the next
SIZES_M = (31.25, 62.5, 125.0, 250.0, 500.0, 1_000.0, 2_000.0)
LAYOUTS = ("evenly", "in hot spots")
WINDOW_M = 1_500.0, 1_200.0  # of the scene
CELL_SIZE = Kind.beside(__file__, '<svg viewBox="0 0 240 192" aria-hidden="true"></svg>')


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


@functools.cache
def town(layout: str) -> tuple[np.ndarray, np.ndarray]:
    """Places of cars and riders in metres, shapes (100,000, 2) and (2,000, 2).

    >>> cars, riders = town("evenly")
    >>> len(cars), len(riders)
    (100000, 2000)
    """
    rng = stream(1, layout)
    if layout not in LAYOUTS:
        raise ValueError(f"layout={layout!r} must be one of {', '.join(LAYOUTS)}")
    if layout == LAYOUTS[0]:
        cars = rng.uniform(0, SIDE_M, (CARS, 2))
    else:
        spots = rng.uniform(SIDE_M / 8, 7 * SIDE_M / 8, (SPOTS, 2))
        cars = spots[rng.integers(0, SPOTS, CARS)] + rng.normal(0, SPREAD_M, (CARS, 2))
    riders = cars[rng.integers(0, CARS, RIDERS)] + rng.normal(0, 50, (RIDERS, 2))
    return tuple(np.clip(places, 0, SIDE_M - 0.01) for places in (cars, riders))


@functools.cache
def looked(layout: str, k: int, cell_m: float) -> tuple[float, float, float]:
    """Means over the riders: cells, cars, and the share whom the first ring with k would fool.

    >>> [round(mean, 2) for mean in looked("evenly", 10, 250.0)]
    [9.47, 38.08, 0.02]
    """
    cars, riders = town(layout)
    told = work(cars, riders, k, cell_m, SIDE_M)
    return float(told.cells.mean()), float(told.cars.mean()), float(told.wrong.mean())


@functools.cache
def changes_ratio(cell_m: float) -> float:
    """The share of reports that move a car to another list, of cars that drive any way they like.

    >>> round(changes_ratio(250.0), 2)
    0.16
    """
    cell_m = checks.real("cell_m", cell_m, above=0)
    rng = stream(2, "drives")
    at, turn = rng.uniform(0, cell_m, (2, 200_000)), rng.uniform(0, 2 * np.pi, 200_000)
    to = at + STEP_M * np.array([np.cos(turn), np.sin(turn)])
    return float(((to < 0) | (to >= cell_m)).any(axis=0).mean())


def expected_changes_ratio(cell_m: float) -> float:
    """The same in closed form, where a step is no longer than a cell: Laplace's needle.

    >>> round(expected_changes_ratio(250.0), 3)
    0.164
    """
    checks.real("cell_m", cell_m, at_least=STEP_M)
    step = STEP_M / cell_m
    return (4 * step - step * step) / np.pi


def cell_picture(cell_m: float, layout: str, nearest: int) -> Picture:
    """What a question for so many costs by size of cell, and the surroundings of one rider.

    >>> cell_picture(250.0, "evenly", 10).alt[:61]
    'Cells of 250 m: for the 10 nearest of 100,000 cars, spread ev'
    """
    told = np.array([looked(layout, nearest, size) for size in SIZES_M])
    cells, cars, _ = looked(layout, nearest, cell_m)
    changes = 100 * changes_ratio(cell_m)
    rows = (
        ("cells looked into", told[:, 0], "blue", "solid"),
        ("cars looked at", told[:, 1], "orange", "solid"),
        ("of 100 reports, change lists", 100 * np.array([changes_ratio(s) for s in SIZES_M]), "green", "dash"),
    )  # fmt: skip
    figure = go.Figure(
        {
            "data": [
                {
                    "type": "scatter", "mode": "lines+markers", "name": name, "x": list(SIZES_M),
                    "y": [float(f"{value:.4g}") for value in row],
                    "line": {"color": theme.colour(hue), "width": 3, "dash": dash},
                }
                for name, row, hue, dash in rows
            ],
            "layout": {
                "height": 225, "legend": {"orientation": "h", "y": 1.15},
                "xaxis": {
                    "title": {"text": "size of a cell, m (log scale)"}, "type": "log",
                    "tickvals": list(SIZES_M), "ticktext": [units.number(s) for s in SIZES_M],
                },
                "yaxis": {
                    "title": {"text": "count (log scale)"}, "type": "log", "range": [0, 3.6],
                    "tickvals": [1, 10, 100, 1_000], "ticktext": ["1", "10", "100", "1,000"],
                },
                "shapes": [{"type": "line", "x0": cell_m, "x1": cell_m, "y0": 0, "y1": 1,
                            "yref": "paper", "layer": "below",
                            "line": {"color": theme.colour("muted"), "width": 2, "dash": "dot"}}],
            },
        }
    )  # fmt: skip
    readings = {
        "cells looked into": (round(cells, 1), "count"),
        f"cars looked at, of {CARS:,}": (round(cars, 1), "count"),
        "of 100 reports, change lists": (round(changes, 1), "count"),
    }
    alt = units.tied(
        f"Cells of {units.number(cell_m)} m: for the {nearest} nearest of {CARS:,} cars, spread {layout}, "
        f"a question looks into {_many(cells, 'cell')} and at {_many(cars, 'car')}."
    )
    return Picture(figure, readings, alt, Scene(CELL_SIZE, _around(cell_m, layout, nearest)))


def _many(mean, thing):
    return f"{mean:,.0f} {thing}{'s' * (round(mean) != 1)}"


@functools.cache
def _typical(layout):
    """Who of the first riders has the median number of cars around."""
    cars, riders = town(layout)
    far = np.abs(cars - riders[:41, None])
    return int(np.argsort((far < np.array(WINDOW_M) / 2).all(axis=2).sum(axis=1))[20])


def _around(cell_m, layout, nearest):
    """One rider's surroundings: places in metres from the corner of the window."""
    cars, riders = town(layout)
    rider = riders[_typical(layout)].round()
    corner = rider - np.array(WINDOW_M) / 2
    within = ((cars > corner) & (cars < corner + WINDOW_M)).all(axis=1)
    near = ((cars > rider - 4_500) & (cars < rider + 4_500)).all(axis=1)
    many = int(np.ceil(SIDE_M / cell_m))
    told = rounds(cars[near], tuple(rider), nearest, cell_m, many, many)
    own = np.floor(rider / cell_m) * cell_m
    block = [own - (len(told) - 1) * cell_m - corner, own + len(told) * cell_m - corner]
    return {
        "cars": (cars[within] - corner).round(-1).astype(int).ravel().tolist(),
        "cell": cell_m, "off": np.mod(-corner, cell_m).round(2).tolist(),
        "block": np.array(block).round(2).ravel().tolist(),
        "kth": round(told[-1].kth_m, 1), "looked": told[-1].cars,
    }  # fmt: skip
