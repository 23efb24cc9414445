"""Two pictures of restarts: whether two crashes share a window, and how far up a storm climbs.

Left out: chance but for the phase of a clock.
Sources: none; closed forms and runs are those of `scalemodel.whatsapp.actors.storms`.
"""

__all__ = ["CRASHES", "DRAWS", "GAPS_S", "WINDOWS_S", "storm_picture", "windows_picture"]
__dir__ = lambda: __all__

import functools
import math

import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.core.rng import stream
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.whatsapp.actors.storms import (
    StormConfig,
    contained_at,
    expected_shared_ratio,
    shared_ratio,
    simulate,
)  # fmt: skip
from scalemodel.whatsapp.actors.supervisors import Intensity

WINDOWS_S = (1, 2, 5)
GAPS_S = (0.02, 0.1, 0.3, 0.5, 1.0, 2.0, 5.0)
DRAWS, CRASHES = 400, 300


def windows_picture(gap_s: float, window_s: int) -> Picture:
    """How often two crashes share a window, by their gap: in whole seconds, and exactly.

    >>> windows_picture(1.5, 1).readings["share by the formula"]
    (0.5, 'ratio')
    """
    far_s = max(WINDOWS_S) + 2  # for each window, so that the marker is always in sight
    gaps = [n / 20 for n in range(20 * far_s + 1)]
    owed = [100 * expected_shared_ratio(one, window_s) for one in gaps]
    some = gaps[::5]
    ran = [100 * _shared(one, window_s) for one in some]
    here, formula = 100 * _shared(gap_s, window_s), 100 * expected_shared_ratio(gap_s, window_s)
    figure = go.Figure(
        {
            "data": [
                {"type": "scatter", "mode": "lines", "name": "whole seconds, formula", "x": gaps, "y": owed,
                 "line": {"color": theme.colour("blue"), "width": 3}},
                {"type": "scatter", "mode": "markers", "name": f"{DRAWS} phases of the clock", "x": some, "y": ran,
                 "marker": {"color": theme.colour("blue"), "symbol": "circle-open", "size": 8}},
                {"type": "scatter", "mode": "lines", "name": "an exact window", "x": [0, window_s, window_s, far_s],
                 "y": [100, 100, 0, 0], "line": {"color": theme.colour("orange"), "width": 2, "dash": "dash"}},
            ],
            "layout": {
                "height": 275, "legend": {"orientation": "h", "y": 1.2},
                "xaxis": {"title": {"text": "seconds between two crashes"}, "range": [0, far_s]},
                "yaxis": {"title": {"text": "share a window, %"}, "range": [-4, 104]},
                "shapes": [{"type": "line", "x0": gap_s, "x1": gap_s, "y0": 0, "y1": 1, "yref": "paper",
                            "line": {"color": theme.colour("grey"), "dash": "dot"}}],
            },
        }
    )  # fmt: skip
    exact = 100.0 if gap_s <= window_s else 0.0
    readings = {
        "share by the formula": (formula / 100, "ratio"),
        f"of {DRAWS} phases": (
            here / 100,
            "ratio",
            2 * (here / 100 * (1 - here / 100) / DRAWS) ** 0.5,
        ),
        "by an exact window": (exact / 100, "ratio"),
    }
    alt = units.tied(
        f"Two crashes {gap_s:g} s apart share a window of {window_s} s at {formula:.0f} % of the "
        f"clock's phases; by an exact window at {exact:.0f} %."
    )
    return Picture(figure, readings, alt)


@functools.cache
def _shared(gap_s, window_s):
    return shared_ratio(gap_s, window_s, stream(1, f"{gap_s} {window_s}"), draws=DRAWS)


def storm_picture(gap_s: float, levels: int, restarts: int) -> Picture:
    """Who gave up how often in a storm of crashes, level by level.

    >>> storm_picture(1.0, 3, 3).alt.replace("\\xa0", " ")[:72]
    'A crash every 1 s: supervisor 1 gave up 75 times, 2 stayed up. The storm'
    """
    rule = Intensity(max_restarts=int(restarts), window="exact")
    config = StormConfig(gap_s=float(gap_s), levels=int(levels), intensity=rule, crashes=CRASHES)
    report, level = simulate(config), contained_at(config)
    count = report.crashes or CRASHES
    shown = [*report.gave_up]
    names = [f"supervisor {n + 1}{' (top)' * (n + 1 == levels)}" for n in range(levels)]
    said = [f"gave up {n} ×" if n else "stayed up" for n in shown]
    figure = go.Figure(
        {
            "data": [
                {"type": "bar", "orientation": "h", "y": ["worker", *names], "x": [count, *shown],
                 "marker": {"color": [theme.colour("red"), *[theme.colour("orange")] * levels]}},
            ],
            "layout": {
                "height": 275, "showlegend": False, "margin": {"l": 120},
                "xaxis": {"title": {"text": "how often (a logarithmic scale)"}, "type": "log", "range": [0, 4.4],
                          "tickvals": [1, 10, 100, 1000]},
                "yaxis": {"range": [-0.6, levels + 0.6], "title": {"text": ""}},
                "annotations": [
                    {"x": math.log10(max(n, 1)), "y": place, "text": words, "showarrow": False,
                     "xanchor": "left", "xshift": 6}
                    for place, (n, words) in enumerate(zip([count, *shown], [f"crashed {count} ×", *said], strict=True))
                ],
            },
        }
    )  # fmt: skip
    if report.crashes:
        ends = f"After {report.crashes} crashes all is down."
    else:
        ends = f"The storm ends at supervisor {level + 1}."
    up = "" if level is None else f", {level + 1} stayed up"
    gave = ", ".join(
        f"supervisor {n + 1} gave up {times} times" for n, times in enumerate(shown) if times
    )
    readings = {
        "as many restarts as allowed take": (restarts * float(gap_s), "s"),
        "levels that gave up": (sum(map(bool, shown)), "count"),
        "by the formula": (levels if level is None else level, "count"),
    }
    alt = units.tied(f"A crash every {gap_s:g} s: {gave or 'nobody gave up'}{up}. {ends}")
    return Picture(figure, readings, alt)
