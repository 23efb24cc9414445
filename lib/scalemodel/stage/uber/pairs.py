"""Riders and cars on a map, with a line from each rider to the car that comes.

Rules on one map: each rider in turn takes the nearest car, the shortest line of all comes
first, or the whole room is looked at. Then what a window adds to the wait and takes off it, and
on which evenings it pays: each is played without a window and with it, and is one dot.

Left out: streets; cars drive straight, 30 km in an hour.
Sources: none; who gets which is `match_batch`'s answer.
"""

__all__ = [
    "EVENINGS", "HUES", "KMH", "KM_A_DEGREE", "LAYOUTS", "LOOKS", "MAPS", "RIDERS", "RULES",
    "SIZE_KM", "SPOT_KM", "SPREAD_KM", "Room", "change", "evenings_picture", "paired",
    "pairs_picture", "room", "saved_ratio", "windows_picture",
]  # fmt: skip
__dir__ = lambda: __all__

import functools
import math
from collections.abc import Mapping, Sequence
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
from scalemodel.uber.matching.market import MarketReport
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
EVENINGS = Mapping[float, Sequence[MarketReport]]  # by window in seconds; 0 is none
LOOKS = (("blue", "circle"), ("orange", "diamond"), ("violet", "square"))  # load by load


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
                "height": 280, "legend": {"orientation": "h", "y": 1.02},
                "xaxis": {"title": {"text": "km"}, "range": [-0.1, 6.1], "constrain": "domain"},
                "yaxis": {"range": [-0.1, 3.1], "scaleanchor": "x", "dtick": 1},
            },
        }
    )  # fmt: skip
    saved, half = saved_ratio(cars, layout)
    readings = {
        "mean pickup": (float(met.minutes.mean()), "min"),
        "the longest": (float(met.minutes.max()), "min"),
        f"% the whole room saves on first come, {MAPS} maps": (round(100 * saved), "count"),
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


# ── Windows ─────────────────────────────────────────────────────────────────
def change(evenings: EVENINGS, window_s: float, field: str) -> np.ndarray:
    """By how much a reading differs from that without a window, seed by seed.

    >>> from scalemodel.uber.matching.market import MarketConfig, simulate
    >>> night = {w: [simulate(MarketConfig(window_s=w), Optimal())] for w in (0.0, 20.0)}
    >>> change(night, window_s=20.0, field="mean_wait_s").round()
    array([10.])
    """
    then, now = ([getattr(one, field) for one in evenings[w]] for w in (window_s, 0.0))
    return np.array(then) - np.array(now)


def windows_picture(evenings: EVENINGS, window_s: float) -> Picture:
    """What each window adds to the wait before a car is named, what it takes off the drive, and both.

    >>> from scalemodel.uber.matching.market import MarketConfig, simulate
    >>> night = {w: [simulate(MarketConfig(window_s=w), Optimal(), s) for s in (0, 1)] for w in (0.0, 20.0)}
    >>> windows_picture(night, window_s=20.0).readings["idle cars"]
    (222, 'count')
    """
    _check(evenings, window_s)
    windows = [each for each in evenings if each > 0]
    rows = {
        name: [float(change(evenings, each, field).mean()) for each in windows]
        for name, field in (("until a car is named", "mean_delay_s"), ("its drive", "mean_pickup_s"))
    }  # fmt: skip
    total = [change(evenings, each, "mean_wait_s") for each in windows]
    names = [f"{each:g} s" for each in windows]
    bars = [
        {"type": "bar", "name": name, "x": names, "y": row, "marker": {"color": theme.colour(hue)}}
        for (name, row), hue in zip(rows.items(), ("orange", "blue"), strict=True)
    ]
    both = {
        "type": "scatter", "mode": "markers", "name": "both: the wait", "x": names,
        "y": [float(each.mean()) for each in total],
        "error_y": {"type": "data", "array": [confidence_half_width(each) for each in total],
                    "color": theme.colour("ink"), "thickness": 2},
        "marker": {"color": theme.colour("ink"), "symbol": "diamond", "size": 11},
    }  # fmt: skip
    shade = [
        {"type": "rect", "x0": at - 0.48, "x1": at + 0.48, "y0": 0, "y1": 1, "yref": "paper",
         "layer": "below", "line": {"width": 0}, "fillcolor": theme.colour("shade")}
        for at, each in enumerate(windows) if each == window_s
    ]  # fmt: skip
    figure = go.Figure(
        {
            "data": [*bars, both],
            "layout": {
                "height": 240, "barmode": "relative", "legend": {"orientation": "h", "y": 1.12},
                "xaxis": {"title": {"text": "window"}, "type": "category"},
                "yaxis": {"title": {"text": "against no window, s"}, "range": [-62, 48]},
                "shapes": shade,
            },
        }
    )  # fmt: skip
    now = evenings[window_s]
    requests, gone = (
        sum(getattr(one, field) for one in now) for field in ("requests", "abandoned")
    )
    readings = {
        "mean wait of the served": (float(np.mean([one.mean_wait_s for one in now])), "s"),
        "of it the drive": (float(np.mean([one.mean_pickup_s for one in now])), "s"),
        "of 1,000 riders give up": (round(1000 * gone / requests), "count"),
        "idle cars": (round(float(np.mean([one.mean_idle for one in now]))), "count"),
    }
    told = f"{float(change(evenings, window_s, 'mean_wait_s').mean()):+.1f}".replace("-", "−")
    alt = (
        f"A window of {window_s:g} s changes the mean wait by {told} s."
        if window_s
        else "No window: the dispatcher decides whenever somebody asks or a car is free again."
    )
    return Picture(figure, readings, units.tied(alt))


def evenings_picture(loads: Mapping[str, EVENINGS], window_s: float, scarce: float) -> Picture:
    """Each evening's change of the mean wait by a window, over its idle cars without one.

    >>> from scalemodel.uber.matching.market import MarketConfig, simulate
    >>> night = {w: [simulate(MarketConfig(window_s=w), Optimal())] for w in (0.0, 20.0)}
    >>> evenings_picture({"quiet": night}, window_s=20.0, scarce=50).figure.data[0].y
    (10.2,)
    """
    if not 1 <= len(loads) <= len(LOOKS):
        raise ValueError(f"loads={[*loads]} must be 1 to {len(LOOKS)}")
    dots, counts = [], []
    for (load, evenings), (hue, symbol) in zip(loads.items(), LOOKS, strict=False):
        _check(evenings, window_s)
        dots.append({
            "type": "scatter", "mode": "markers", "name": load,
            "x": [round(one.mean_idle, 1) for one in evenings[0.0]],
            "y": change(evenings, window_s, "mean_wait_s").round(1).tolist(),
            "marker": {"color": theme.colour(hue), "symbol": symbol, "size": 9},
        })  # fmt: skip
        better = change(evenings, window_s, "mean_wait_s") < 0
        counts.append(f"{better.sum()} of {len(better)} {load} evenings")
    border = {
        "type": "line", "x0": scarce, "x1": scarce, "y0": 0, "y1": 1, "yref": "paper",
        "line": {"color": theme.colour("grey"), "width": 2, "dash": "dot"},
    }  # fmt: skip
    figure = go.Figure(
        {
            "data": dots,
            "layout": {
                "height": 250, "legend": {"orientation": "h", "y": 1.12}, "shapes": [border],
                "xaxis": {"title": {"text": "idle cars without a window"}, "rangemode": "tozero"},
                "yaxis": {"title": {"text": "change of the wait, s"}, "zeroline": True,
                          "zerolinecolor": theme.colour("ink"), "zerolinewidth": 2},
            },
        }
    )  # fmt: skip
    told = f"{', '.join(counts[:-1])} and {counts[-1]}" if counts[1:] else counts[0]
    alt = f"A window of {window_s:g} s shortens the mean wait on {told}."
    return Picture(figure, {}, units.tied(alt))


def _check(evenings, window_s):
    if window_s not in evenings or 0.0 not in evenings:
        raise ValueError(f"window_s={window_s!r} must be one of {[*evenings]}, and 0.0 another")
