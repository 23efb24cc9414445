"""Three hundred uploads on one fleet: when each can be watched, and when each is complete.

Left out: everything that `scalemodel.youtube.upload.capacity` leaves out.
Sources: none; the runs are those of `scalemodel.youtube.upload.capacity`.
"""

__all__ = ["AT_S", "DEPLOY", "LINES", "SLOW", "TROUBLES", "WORKERS", "fleet", "kitchen_picture"]
__dir__ = lambda: __all__

import functools

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.youtube.upload.capacity import UploadsConfig, UploadsReport, simulate

SLOW = {"straggler_ratio": 0.001, "straggler_times": 20.0}
DEPLOY = {"deploy_s": 300.0, "restart_s": 60.0}
WORKERS = [110, 120, 150, 200]
LINES = {"lowest rung first": True, "one line for all": False}
TROUBLES = {
    "none": {},
    "one task in 1,000 is slow": SLOW,
    "the same, tried twice": SLOW | {"copy_after_ratio": 0.99},
    "a deploy, ten at a time": DEPLOY | {"out": 10},
    "a deploy, all at once": DEPLOY | {"out": 1_000},
}
AT_S = np.geomspace(0.1, 1_000, 41)


@functools.cache
def fleet(line: str, trouble: str, workers: int) -> UploadsReport:
    """Three hundred uploads of ten minutes, one every ten seconds, on so many workers.

    >>> fleet("lowest rung first", "none", 120).tasks
    107754
    """
    return simulate(UploadsConfig(workers=workers, urgent=LINES[line], **TROUBLES[trouble]))


def kitchen_picture(line: str, trouble: str, workers: int) -> Picture:
    """The share of uploads that can be watched, and that are complete, by the seconds since they came.

    >>> kitchen_picture("one line for all", "none", 120).alt.replace("\\xa0", " ")[:60]
    'One line for all on 120 workers; trouble: none. Nine of ten '
    """
    report = fleet(line, trouble, workers)
    curve = lambda name, times_s, hue: {
        "type": "scatter", "mode": "lines", "name": name, "x": [float(f"{at:.3g}") for at in AT_S],
        "y": [round(100 * float((times_s <= at).mean()), 1) for at in AT_S],
        "line": {"color": theme.colour(hue), "width": 4},
    }  # fmt: skip
    figure = go.Figure(
        {
            "data": [curve("can be watched", report.playable_s, "green"),
                     curve("complete", report.complete_s, "blue")],
            "layout": {
                "height": 250, "legend": {"orientation": "h", "y": 1.2},
                "xaxis": {"title": {"text": "seconds since upload (log scale)"}, "type": "log",
                          "tickvals": [0.1, 1, 10, 100, 1_000], "range": [-1, 3.05]},
                "yaxis": {"title": {"text": "of all uploads, %"}, "range": [-2, 104]},
            },
        }
    )  # fmt: skip
    watched_s, complete_s = (float(np.percentile(row, 90)) for row in (report.playable_s, report.complete_s))  # fmt: skip
    readings = {
        "90 % watched": (_short(watched_s), "s"),
        "all watched": (_short(report.playable_s.max()), "s"),
        "90 % complete": (_short(complete_s), "s"),
        "99 % complete": (_short(report.p99_complete_s), "s"),
    }
    if report.deployed_s:
        readings["deploy over"] = (_short(report.deployed_s), "s")
    alt = units.tied(
        f"{line.capitalize()} on {workers} workers; trouble: {trouble}. Nine of ten uploads can be watched after "
        f"{_short(watched_s):g} s and are complete after {_short(complete_s):g} s."
    )
    return Picture(figure, readings, alt)


def _short(seconds):
    """Tenths where they are seen."""
    return round(float(seconds), 1) if seconds < 20 else round(float(seconds))
