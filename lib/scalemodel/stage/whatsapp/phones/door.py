"""The night after an outage: who pauses, who stands in line, who has left the line, who is in.

The scene goes by half minutes from the moment in which all were thrown out. A dot is a
hundredth of all phones; a ring is a place in line whose phone has gone. The curve is the share
that is in again, for this night and for the best that the door could do.

Left out: everything that `scalemodel.whatsapp.capacity.storm` leaves out.
Sources: none; nights and closed forms are those of `scalemodel.whatsapp.capacity.storm`.
"""

__all__ = [
    "CAPACITIES", "DOOR", "DOTS", "EVERY_S", "LINES", "MINUTES", "OPENS_MIN", "PAUSES", "PHONES",
    "REAL_PHONES", "door_picture", "moments", "night",
]  # fmt: skip
__dir__ = lambda: __all__

import functools
import math

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.parts.resilience.retry import FullJitter
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture, Scene
from scalemodel.stage.views.kinds import Kind
from scalemodel.whatsapp.capacity.storm import (
    BACKOFFS,
    StormConfig,
    StormReport,
    expected_drain_s,
    knocks_per_s,
    simulate,
)

MINUTES, EVERY_S, OPENS_MIN = 60, 30, 14
REAL_PHONES, PHONES = 147e6, 14_700  # one of ours is ten thousand
DOTS = 100
PAUSES = {**BACKOFFS, "full jitter, to 30 min": FullJitter(base_s=1.0, most_s=1_800.0)}
LINES = {"any length": None, "60 s of logins": 60.0, "20 s of logins": 20.0}
CAPACITIES = {"230,000 logins a second": 23.0, "twice that": 46.0}
DOOR = Kind.beside(
    __file__,
    '<svg viewBox="0 0 240 94" aria-hidden="true"></svg><div><button type="button" '
    'aria-label="play the night"><span aria-hidden="true">▶</span></button>'
    f'<input type="range" min="0" max="{MINUTES}" step="0.5" value="{OPENS_MIN}" '
    'aria-label="minute since the outage began"><output></output></div>',
)


@functools.cache
def night(pauses: str, line: str, capacity: str) -> tuple[StormConfig, StormReport]:
    """A night with these pauses, this line and this door.

    >>> night("full jitter", "20 s of logins", "twice that")[1].all_back_s
    532.0
    """
    config = StormConfig(
        phones=PHONES, logins_per_s=CAPACITIES[capacity], backoff=PAUSES[pauses],
        line_s=LINES[line], until_s=60 * MINUTES,
    )  # fmt: skip
    return config, simulate(config)


def moments(report: StormReport) -> dict:
    """Every half minute: hundredths of the phones that are in, in line, and places that were left.

    >>> moments(night("at once", "any length", "twice that")[1])["left"][21:24]
    [0, 87, 168]
    """
    at = np.minimum(np.arange(0, 60 * MINUTES + 1, EVERY_S), len(report.back) - 1)
    share = lambda row: np.rint(row[at] / PHONES * DOTS).astype(int).tolist()
    left = report.in_line - report.waiting
    return {
        "in": share(report.back),
        "line": share(report.waiting),
        "left": share(left),
        "opens": OPENS_MIN,
    }


def door_picture(pauses: str, line: str, capacity: str) -> Picture:
    """The door, moment by moment, and how many are in again.

    >>> door_picture("full jitter", "any length", "230,000 logins a second").alt[:51]
    'Pauses: full jitter; a line of any length; 230,000 '
    """
    config, report = night(pauses, line, capacity)
    every = np.arange(0, 60 * MINUTES, 60)
    back = 100 * report.back[every] / PHONES
    least_s = expected_drain_s(PHONES, config.logins_per_s)
    best = np.clip(100 * (every - config.outage_s) / least_s, 0, 100)
    row = lambda values: [round(float(one), 1) for one in values]
    figure = go.Figure(
        {
            "data": [
                {"type": "scatter", "mode": "lines", "name": "the best that the door can do",
                 "x": (every // 60).tolist(), "y": row(best),
                 "line": {"color": theme.colour("grey"), "width": 2, "dash": "dash"}},
                {"type": "scatter", "mode": "lines", "name": "this night",
                 "x": (every // 60).tolist(), "y": row(back),
                 "line": {"color": theme.colour("blue"), "width": 4}},
            ],
            "layout": {
                "height": 190, "legend": {"orientation": "h", "y": 1.25}, "margin": {"t": 10},
                "xaxis": {"title": {"text": "minutes since the outage began"}, "range": [0, MINUTES + 1]},
                "yaxis": {"title": {"text": "in again, %"}, "range": [-2, 104]},
                "shapes": [{"type": "rect", "x0": 0, "x1": config.outage_s / 60, "y0": 0, "y1": 1,
                            "yref": "paper", "fillcolor": theme.colour("red"), "opacity": 0.12,
                            "line": {"width": 0}, "layer": "below"}],
            },
        }
    )  # fmt: skip
    never = report.all_back_s == math.inf
    after_50 = report.back[-1] / PHONES
    readings = {
        "in after 50 min": (round(100 * after_50), "count"),
        "least, door at work": (round(least_s / 60, 1), "min"),
        "knocks for a login": (round(knocks_per_s(config) / config.logins_per_s, 2), "count"),
    }
    if not never:
        readings["all are in after"] = (round(report.all_back_s / 60, 1), "min")
    length = "a line of any length" if LINES[line] is None else f"a line of {line}"
    says = (
        f"{units.percent(round(after_50, 2))} are in 50 min after the outage"
        if never else f"all are in {report.all_back_s / 60:.1f} min after the outage"
    )  # fmt: skip
    alt = units.tied(f"Pauses: {pauses}; {length}; {capacity}: {says}.")
    return Picture(figure, readings, alt, Scene(DOOR, moments(report)))
