"""Riders and cars on a map, with a line from each rider to the car that comes.

Three rules on one map: each rider in turn takes the nearest car, the shortest line of all comes
first, or the whole room is looked at.

Left out: streets; cars drive straight, 30 km in an hour.
Sources: none; who gets which is `match_batch`'s answer.
"""

import functools
import math
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import checks, units
from scalemodel.core.rng import stream
from scalemodel.core.stats import confidence_half_width
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.uber.matching.batch import Matches, Places, match_batch
from scalemodel.uber.matching.eta import StraightLine
from scalemodel.uber.matching.policies import POLICIES, EdgeGreedy, FirstCome, Optimal

RULES = {
    "first come": FirstCome(),
    "shortest line first": EdgeGreedy(),
    "the whole room": Optimal(),
}
LAYOUTS = ("anywhere", "hot spot")
KMH = 30.0
KM_A_DEGREE = math.pi * 6371.0088 / 180
RIDERS, MAPS = 40, 20
SIZE_KM, SPOT_KM, SPREAD_KM = (6.0, 3.0), (2.0, 1.5), 0.5
HUES = {"first come": "orange", "shortest line first": "violet", "the whole room": "blue"}


class Room(NamedTuple):
    """Where riders wait and idle cars stand, in km; shape (riders, 2) and (cars, 2).

    >>> Room(np.zeros((1, 2)), np.ones((3, 2))).minutes.round(2)
    array([[2.83, 2.83, 2.83]])
    """

    riders_km: np.ndarray
    cars_km: np.ndarray

    @property
    def minutes(self) -> np.ndarray:
        """From each car to each rider, shape (riders, cars)."""
        apart_km = self.riders_km[:, None, :] - self.cars_km[None, :, :]
        return np.hypot(apart_km[..., 0], apart_km[..., 1]) / KMH * 60


def room(
    riders: int,
    cars: int,
    layout: str,
    rng: np.random.Generator,
) -> Room:
    """Riders anywhere or around a hot spot, and cars anywhere, in a small city.

    >>> room(riders=2, cars=3, layout="hot spot", rng=np.random.default_rng(0)).minutes.shape
    (2, 3)
    """
    checks.whole("riders", riders, at_least=1, at_most=1000)
    checks.whole("cars", cars, at_least=1, at_most=1000)
    if layout not in LAYOUTS:
        raise ValueError(f"layout={layout!r} must be one of {LAYOUTS}")
    cars_km = rng.uniform(0, SIZE_KM, (cars, 2))
    anywhere_km = rng.uniform(0, SIZE_KM, (riders, 2))
    spot_km = np.clip(rng.normal(SPOT_KM, SPREAD_KM, (riders, 2)), 0, SIZE_KM)
    return Room(spot_km if layout == "hot spot" else anywhere_km, cars_km)


def paired(there: Room, policy: POLICIES) -> Matches:
    """Who gets which car, by the engine.

    >>> line = Room(np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([[0.4, 0.0], [-2.0, 0.0]]))
    >>> [paired(line, rule).car.tolist() for rule in RULES.values()]
    [[0, 1], [0, 1], [1, 0]]
    """
    riders, cars = (
        Places(at[:, 1] / KM_A_DEGREE, at[:, 0] / KM_A_DEGREE)
        for at in (there.riders_km, there.cars_km)
    )
    return match_batch(riders, cars, policy, StraightLine(kmh=KMH))


# ── One map ─────────────────────────────────────────────────────────────────
@functools.cache
def _maps(cars: int, layout: str):
    """The first of `MAPS` maps, and the minutes of first come and of the whole room on each."""
    rooms = [room(RIDERS, cars, layout, stream(seed, "map")) for seed in range(MAPS)]
    minutes = [
        [paired(each, RULES[name]).total(60.0) for each in rooms]
        for name in ("first come", "the whole room")
    ]
    return rooms[0], np.array(minutes)


def saved_ratio(cars: int, layout: str) -> tuple[float, float]:
    """The share of minutes that the whole room saves over first come, and its 95 % interval.

    >>> [round(value, 2) for value in saved_ratio(cars=40, layout="anywhere")]
    [0.23, 0.03]
    """
    _, (first, best) = _maps(cars, layout)
    saved = 1 - best / first
    return float(saved.mean()), confidence_half_width(saved)


def pairs_picture(rule: str, cars: int, layout: str) -> Picture:
    """Forty riders, that many cars, and who gets which by one of `RULES`.

    >>> pairs_picture("first come", cars=40, layout="anywhere").alt.split(":")[0]
    'First come'
    """
    if rule not in RULES:
        raise ValueError(f"rule={rule!r} must be one of {[*RULES]}")
    there, _ = _maps(cars, layout)
    met = paired(there, RULES[rule])
    lines_km = [[], []]
    for rider, car in enumerate(met.car):
        for axis in (0, 1):
            ends = there.riders_km[rider, axis], there.cars_km[car, axis]
            lines_km[axis] += [round(float(end), 2) for end in ends] + [None]
    busy = np.isin(np.arange(len(there.cars_km)), met.car)
    hue = theme.colour(HUES[rule])
    figure = go.Figure(
        {
            "data": [
                {"type": "scatter", "mode": "lines", "name": rule, "x": lines_km[0], "y": lines_km[1],
                 "line": {"color": hue, "width": 2.5}},
                _dots("rider", there.riders_km, "circle", hue),
                _dots("car that comes", there.cars_km[busy], "square", theme.colour("ink")),
                _dots("idle car", there.cars_km[~busy], "square-open", theme.colour("grey")),
            ],
            "layout": {
                "height": 265, "legend": {"orientation": "h", "y": 1.02},
                "xaxis": {"range": [-0.1, 6.1], "constrain": "domain", "ticksuffix": " km"},
                "yaxis": {"range": [-0.1, 3.1], "scaleanchor": "x", "dtick": 1, "ticksuffix": " km"},
            },
        }
    )  # fmt: skip
    saved, half = saved_ratio(cars, layout)
    readings = {
        "mean pickup": (float(met.minutes.mean()), "min"),
        "the longest": (float(met.minutes.max()), "min"),
        f"% saved by the whole room, {MAPS} maps": (round(100 * saved), "count"),
    }
    alt = units.tied(
        f"{rule.capitalize()}: the mean pickup is {met.minutes.mean():.2f} min. Over {MAPS} maps "
        f"like this one the whole room saves {100 * saved:.0f} ± {100 * half:.0f} %."
    )
    return Picture(figure, readings, alt)


def _dots(name, at_km, symbol, hue):
    x, y = at_km.round(2).T.tolist() if len(at_km) else ([], [])
    return {
        "type": "scatter", "mode": "markers", "name": name, "x": x, "y": y,
        "marker": {"color": hue, "symbol": symbol, "size": 9},
    }  # fmt: skip
