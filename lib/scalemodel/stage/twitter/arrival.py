"""How the chapter on live updates looks: staircases, windows, and waves.

Left out: the models, which live in `scalemodel.twitter`.
Sources: none.
"""

__all__ = ["BARS", "DASHES", "INKS", "staircase_picture", "storm_picture", "window_picture"]
__dir__ = lambda: __all__

import math
from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.twitter.live.arrival import SceneReport
from scalemodel.twitter.live.flow import READERS, arrivals
from scalemodel.twitter.live.reconnect import SLOT_S, Storm

BARS = 60  # more would be thinner than a finger's breadth of a phone, and slow to draw
INKS = {"Ana": "green", "Bo": "orange", "Cy": "violet"}
DASHES = {"Ana": "solid", "Bo": "dot", "Cy": "dash"}


def staircase_picture(report: SceneReport) -> Picture:
    """How far each reader has come at each moment, beside what has been posted.

    >>> from scalemodel.twitter.live.arrival import SceneConfig, scene
    >>> staircase_picture(scene(SceneConfig())).alt
    'Of 57 posts Bo found no room for 41 and waited 8.47 s for one at the worst; in the end \
nobody lacks one.'
    """
    posted = [event for event in report.events if event.kind == "post"]
    first = 3 if not posted else int(posted[0].text.split()[-1]) - 1
    traces = [
        {
            "type": "scatter", "mode": "lines", "name": "posted",
            "x": [0.0, *(round(event.t_s, 2) for event in posted)],
            "y": [first, *range(first + 1, first + 1 + len(posted))],
            "line": {"color": theme.colour("field"), "width": 8, "shape": "hv"},
        }
    ]  # fmt: skip
    for name in READERS:
        came = arrivals(report, name)
        traces.append(
            {
                "type": "scatter", "mode": "lines", "name": name,
                "x": [round(end_s, 2) for end_s, _ in came], "y": [post for _, post in came],
                "line": {"color": theme.colour(INKS[name]), "width": 2.5, "shape": "hv",
                         "dash": DASHES[name]},
            }
        )  # fmt: skip
    bo = next(reader for reader in report.readers if reader.name == "Bo")
    lacking = [reader.name for reader in report.readers if not reader.complete]
    figure = go.Figure(
        {
            "data": traces,
            "layout": {
                "xaxis": {"title": {"text": "time, s"}, "range": [0, 18]},
                "yaxis": {"title": {"text": "newest post on the screen"}},
                "legend": {"orientation": "h", "y": 1.12},
            },
        }
    )
    end = "nobody lacks one" if not lacking else f"{' and '.join(lacking)} lack some"
    alt = (
        f"Of {report.posts} posts Bo found no room for {bo.posts_missed} and waited "
        f"{units.quantity(bo.worst_delay_s, 's')} for one at the worst; in the end {end}."
    )
    readings = {
        "posts without room for Bo": (bo.posts_missed, "count"),
        "Bo's longest queue": (bo.longest_queue, "count"),
        "Bo waits at worst": (bo.worst_delay_s, "s"),
        "readers who lack a post in the end": (len(lacking), "count"),
    }
    return Picture(figure, readings, alt)


def window_picture(
    windows_s: np.ndarray, measured: np.ndarray, expected: np.ndarray, posts_per_s: float
) -> Picture:
    """Frames a second on a connection for several windows: as run, and by the formula.

    >>> window_picture([0.1], [4.5], [4.52], posts_per_s=5.0).alt
    'At 5 posts a second the run and the formula differ by at most 0.02 frames a second.'
    """
    measured, expected = np.asarray(measured), np.asarray(expected)
    off = float(np.abs(measured - expected).max())
    figure = go.Figure(
        {
            "data": [
                {
                    "type": "scatter", "mode": "lines", "name": "formula",
                    "x": windows_s, "y": np.round(expected, 3),
                    "line": {"color": theme.colour("ink"), "width": 2},
                    "meta": {"unit": "1/s"},
                },
                {
                    "type": "scatter", "mode": "markers", "name": "run",
                    "x": windows_s, "y": np.round(measured, 3),
                    "marker": {"color": theme.colour("orange"), "size": 10},
                    "meta": {"unit": "1/s"},
                },
            ],
            "layout": {
                "xaxis": {"title": {"text": "window, s (log scale)"}, "type": "log",
                          "tickvals": list(windows_s), "ticktext": [f"{w:g}" for w in windows_s]},
                "yaxis": {"title": {"text": "frames a second"}, "rangemode": "tozero"},
                "legend": {"orientation": "h", "y": 1.12},
            },
        }
    )  # fmt: skip
    alt = (
        f"At {units.number(posts_per_s)} posts a second the run and the formula differ by at "
        f"most {units.number(off)} frames a second."
    )
    return Picture(figure, {"largest error": (off, "1/s")}, alt)


def storm_picture(storms: Mapping[str, Storm], shown: str) -> Picture:
    """Tries in each while after everybody was cut off, for the storm `shown`.

    All `storms` are drawn over the time of the longest, so that they can be compared.

    >>> once = Storm(np.array([0.0, 0.0, 0.5]), np.array([True, False, True]))
    >>> storm_picture({"at random": once}, "at random").alt
    'at random: 3 tries, at most 1 in a tenth of a second after the first, and all are back \
after 0.5 s.'
    """
    last_s = max(float(each.time_s[-1]) for each in storms.values())
    width_s = max(SLOT_S, math.ceil(last_s / BARS / SLOT_S) * SLOT_S)
    edges = np.arange(BARS + 1) * width_s - SLOT_S / 2
    most = max(np.histogram(each.time_s, bins=edges)[0].max() for each in storms.values())
    seen = storms[shown]
    counts, refused = (
        np.histogram(times_s, bins=edges)[0]
        for times_s in (seen.time_s, seen.time_s[~seen.accepted])
    )
    bar = {"type": "bar", "x": np.round(np.arange(BARS) * width_s, 1), "meta": {"unit": "count"}}
    every = units.quantity(width_s, "s")
    figure = go.Figure(
        {
            "data": [
                {**bar, "name": "let in", "y": counts - refused,
                 "marker": {"color": theme.colour("green")}},
                {**bar, "name": "turned away", "y": refused,
                 "marker": {"color": theme.colour("red")}},
            ],
            "layout": {
                "barmode": "stack", "bargap": 0,
                "xaxis": {"title": {"text": "after the cut, s"}},
                "yaxis": {"title": {"text": f"tries in {every}"}, "range": [0, 1.05 * int(most)]},
                "legend": {"orientation": "h", "y": 1.12},
            },
        }
    )  # fmt: skip
    slots, firsts = np.unique(np.floor(seen.time_s / SLOT_S + 1e-9), return_counts=True)
    back_s, later = float(seen.time_s[-1]), int(firsts[slots > 0].max(initial=0))
    alt = (
        f"{shown}: {len(seen.time_s):,} tries, at most {later:,} in a tenth of a second after "
        f"the first, and all are back after {units.quantity(back_s, 's')}."
    )
    readings = {
        "tries": (len(seen.time_s), "count"),
        "most in a tenth of a second, later": (later, "count"),
        "all are back after": (back_s, "s"),
    }
    return Picture(figure, readings, alt)
