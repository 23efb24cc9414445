"""A service that stops for some seconds, and what becomes of it after: calls and good answers.

The scene is one second of the run: a row of ten dots is what the service can answer in it, a
dot is ten calls. All states meet the same callers; what differs is how often these call again,
how long the stop is, and which guards stand in the way.

Left out: other services, and a load that changes; `scalemodel.parts.metastable` says more.
Sources: none; the runs are those of `scalemodel.parts.metastable`.
"""

__all__ = [
    "CAN_PER_S", "LAST_S", "OPENS_S", "SECONDS", "SEED", "START_S", "STORM", "storm_picture",
    "storm_run", "together",
]  # fmt: skip
__dir__ = lambda: __all__

import functools
from dataclasses import fields, replace

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.parts.metastable import CURES, MetastableConfig, MetastableReport, simulate
from scalemodel.parts.resilience.calls import Trigger
from scalemodel.parts.resilience.guards import UNGUARDED, Guards
from scalemodel.stage.foundations.player import played
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture, Scene

STORM = played(
    __file__, '<svg viewBox="0 0 240 112" aria-hidden="true"></svg>',
    play="play the run", slider="second of the run", last=99,
)  # fmt: skip
SECONDS, START_S, OPENS_S, LAST_S = 100, 20, 60, 30
CAN_PER_S, SEED = 100, 0


def together(*names: str) -> Guards:
    """The guards of these cures of `parts.metastable`, all at once.

    >>> together("LIFO", "bounded queue").lifo, together("LIFO", "bounded queue").queue
    (True, 80)
    """
    guards = UNGUARDED
    for name in names:
        changed = {each.name: getattr(CURES[name], each.name) for each in fields(Guards)}
        guards = replace(guards, **{n: v for n, v in changed.items() if v != getattr(UNGUARDED, n)})
    return guards


@functools.cache
def storm_run(stop_s: float, retries: int, per_s: float, cure: Guards) -> MetastableReport:
    """A hundred seconds of a service that stops at 20 s.

    >>> round(storm_run(10.0, 3, 70.0, UNGUARDED).goodput_ratio(70, 100), 2)
    0.0
    """
    trigger = Trigger(start_s=float(START_S), stop_s=START_S + stop_s)
    return simulate(
        MetastableConfig(
            arrivals_per_s=per_s, services_per_s=float(CAN_PER_S), retries=retries, trigger=trigger,
            cure=cure, until_s=float(SECONDS), seed=SEED,
        )
    )  # fmt: skip


def storm_picture(
    stop_s: float, retries: int, per_s: float = 70.0, cure: Guards = UNGUARDED
) -> Picture:
    """Calls and answers in time, second by second, before, during and after the stop.

    >>> storm_picture(10.0, 0).alt
    'A stop of 10 s, no retries: in the last 30 s, 100 % of callers are answered in time.'
    """
    report = storm_run(stop_s, retries, per_s, cure)
    good_ratio = min(1.0, report.goodput_ratio(SECONDS - LAST_S, SECONDS))
    arrivals, attempts, good = (
        row.astype(int).tolist()
        for row in (report.arrivals_per_s, report.attempts_per_s, report.goodput_per_s)
    )
    again = [max(0, sent - new) for sent, new in zip(attempts, arrivals, strict=True)]
    seconds = list(range(SECONDS))
    lines = (("calls", attempts, "orange", 2), ("answered in time", good, "blue", 4))
    figure = go.Figure(
        {
            "data": [
                *(
                    {
                        "type": "scatter", "mode": "lines", "name": name, "x": seconds, "y": row,
                        "line": {"color": theme.colour(hue), "width": width},
                    }
                    for name, row, hue, width in lines
                ),
                {
                    "type": "scatter", "mode": "lines", "name": "what it can answer",
                    "x": [0, SECONDS], "y": [CAN_PER_S, CAN_PER_S],
                    "line": {"color": theme.colour("green"), "width": 2, "dash": "dash"},
                },
            ],
            "layout": {
                "height": 280, "legend": {"orientation": "h", "y": 1.15},
                "xaxis": {"title": {"text": "time, s (grey: stopped)"}, "range": [0, SECONDS]},
                "yaxis": {"title": {"text": "a second"}, "range": [-8, 420]},
                "shapes": [{"type": "rect", "x0": START_S, "x1": START_S + stop_s, "y0": 0, "y1": 1,
                            "yref": "paper", "layer": "below", "line": {"width": 0},
                            "fillcolor": theme.colour("shade")}],
            },
        }
    )  # fmt: skip
    lost = int(report.arrivals_per_s[START_S:].sum() - report.goodput_per_s[START_S:].sum())
    last = slice(SECONDS - LAST_S, SECONDS)
    readings = {
        f"of 100 callers answered in time, last {LAST_S} s": (round(100 * good_ratio), "count"),
        f"calls for each caller, last {LAST_S} s": (
            float(np.sum(attempts[last]) / np.sum(arrivals[last])), "count"
        ),
        "callers without an answer, from the stop on": (max(0, lost), "count"),
    }  # fmt: skip
    tries = "no retries" if retries == 0 else f"{retries} retr{'y' if retries == 1 else 'ies'}"
    alt = units.tied(
        f"A stop of {units.quantity(stop_s, 's')}, {tries}: in the last {LAST_S} s, "
        f"{100 * good_ratio:.0f} % of callers are answered in time."
    )
    scene = Scene(
        STORM,
        {"came": arrivals, "again": again, "good": good, "stop": [START_S, START_S + stop_s],
         "opens": OPENS_S},
    )  # fmt: skip
    return Picture(figure, readings, alt, scene)
