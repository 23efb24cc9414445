"""How many uploads wait longer than they should, by the workers that stand beside the load.

Left out: everything that `scalemodel.youtube.upload.staffing` leaves out.
Sources: none; the curves are those of `scalemodel.parts.queues` and `scalemodel.youtube.upload`.
"""

__all__ = ["LATE_RATIO", "PACES", "VIDEO_S", "WAITS_S", "late_ratio", "spare_picture"]
__dir__ = lambda: __all__

import math

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.parts.queues import erlang_c
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.youtube.upload.staffing import erlangs, halfin_whitt, workers_for

LATE_RATIO, VIDEO_S = 0.1, 600.0  # one of ten, and ten minutes of video on average
PACES = {"500 hours a minute": 500.0, "50 hours a minute": 50.0, "5 hours a minute": 5.0, "30 minutes a minute": 0.5, "3 minutes a minute": 0.05}  # fmt: skip
WAITS_S = {"not at all": 0.0, "10 s": 10.0, "a minute": 60.0, "ten minutes": 600.0}


def late_ratio(load: float, spare: int, wait_s: float) -> float:
    """The share of uploads that wait longer, by Erlang C.

    >>> round(late_ratio(30_000.0, 247, 0.0), 3), round(late_ratio(30_000.0, 94, 10.0), 3)
    (0.099, 0.099)
    """
    workers = math.floor(load) + spare
    return erlang_c(workers, load) * math.exp(-(workers - load) * wait_s / VIDEO_S)


def spare_picture(uploads: str, waits: str) -> Picture:
    """Who waits longer, by the spare workers: Erlang's formula, and the square-root rule.

    >>> spare_picture("500 hours a minute", "10 s").alt.replace("\\xa0", " ")[:60]
    '500 hours a minute keep 30,000 workers busy. Beside them 94 '
    """
    load, wait_s = erlangs(PACES[uploads]), WAITS_S[waits]
    root = math.sqrt(load)
    workers = workers_for(load, LATE_RATIO, wait_s, VIDEO_S)
    spare = workers - round(load)
    most = max(8, math.ceil(3 * root))
    many = np.unique(np.linspace(1, most, 40).astype(int)).tolist()
    law = lambda n: halfin_whitt(n / root) * math.exp(-n * wait_s / VIDEO_S)
    percent = lambda row: [round(100 * one, 2) for one in row]
    figure = go.Figure(
        {
            "data": [
                {"type": "scatter", "mode": "lines", "name": "Erlang's formula", "x": many,
                 "y": percent(late_ratio(load, n, wait_s) for n in many), "line": {"color": theme.colour("blue"), "width": 3}},
                {"type": "scatter", "mode": "lines", "name": "square-root rule", "x": many,
                 "y": percent(map(law, many)), "line": {"color": theme.colour("orange"), "width": 3, "dash": "dot"}},
                {"type": "scatter", "mode": "markers", "name": "the fewest", "x": [spare],
                 "y": percent([late_ratio(load, spare, wait_s)]),
                 "marker": {"color": theme.colour("ink"), "size": 13, "symbol": "diamond"}},
            ],
            "layout": {"height": 260, "legend": {"orientation": "h", "y": 1.2},
                       "xaxis": {"title": {"text": "spare workers"}, "rangemode": "tozero"},
                       "yaxis": {"title": {"text": "uploads that wait longer, %"}, "range": [0, 101]},
                       "shapes": [{"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": 10, "y1": 10,
                                   "line": {"color": theme.colour("grey"), "dash": "dash", "width": 1}}]},
        }
    )  # fmt: skip
    readings = {
        "busy on average": (round(load), "count"),
        "spare": (spare, "count"),
        "spare, % of the load": (round(100 * spare / load, 2), "count"),
    }
    alt = units.tied(
        f"{uploads} keep {load:,.0f} workers busy. Beside them {spare:,} are spare where nine of ten "
        + (f"uploads wait no longer than {waits}." if wait_s else "uploads do not wait at all.")
    )
    return Picture(figure, readings, alt)
