"""How the chapter on live updates looks: a line in action, staircases, and waves.

Left out: the models, which live in `scalemodel.twitter`.
Sources: none.
"""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.stage.look import theme
from scalemodel.stage.look.diagram import diagram
from scalemodel.stage.panel.picture import Picture
from scalemodel.twitter.live.arrival import SceneReport
from scalemodel.twitter.live.flow import LIVE_LINE, READERS, arrivals, line_state, newest_seen
from scalemodel.twitter.live.reconnect import Storm

INKS = {"Ana": "green", "Bo": "orange", "Cy": "violet"}
DASHES = {"Ana": "solid", "Bo": "dot", "Cy": "dash"}


def arrival_picture(report: SceneReport, at_s: float) -> Picture:
    """The live line at one moment of a scene.

    >>> from scalemodel.twitter.live.arrival import SceneConfig, scene
    >>> arrival_picture(scene(SceneConfig()), 5.0).alt
    'After 5 s Ana has post 26, Bo has post 11, Cy has post 16 and is cut off.'
    """
    state = line_state(report, at_s)
    seen = {name: newest_seen(report, name, at_s) for name in READERS}
    words = ", ".join(f"{name} has post {post}" for name, post in seen.items())
    words += " and is cut off" if "Cy" in state.failed else ""
    alt = f"After {units.quantity(at_s, 's')} {words}."
    readings = {f"{name}'s newest": (post, "count") for name, post in seen.items()}
    return Picture(diagram(LIVE_LINE, alt, state), readings, alt)


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
    """Frames a second on a line for several windows: as run, and by the formula.

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
                "xaxis": {"title": {"text": "window, s"}},
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
    """Tries a tenth of a second after everybody was cut off, for the storm `shown`.

    >>> once = Storm(np.array([0.0, 0.0, 0.5]), np.array([True, False, True]))
    >>> storm_picture({"by lot": once}, "by lot").alt
    'by lot: 3 tries, at most 1 in a tenth of a second after the first, and all are back after \
0.5 s.'
    """
    seen = storms[shown]
    last_s = max(float(each.time_s[-1]) for each in storms.values())
    counts, edges = np.histogram(seen.time_s, bins=np.arange(0, last_s + 0.2, 0.1))
    refused, _ = np.histogram(seen.time_s[~seen.accepted], bins=edges)
    at_s = np.round(edges[:-1], 1)
    bar = {"type": "bar", "x": at_s, "meta": {"unit": "count"}}
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
                "yaxis": {"title": {"text": "tries in a tenth of a second"},
                          "range": [0, 1.05 * max(200, int(counts[1:].max(initial=0)))]},
                "legend": {"orientation": "h", "y": 1.12},
            },
        }
    )  # fmt: skip
    back_s, later = float(seen.time_s[-1]), int(counts[1:].max(initial=0))
    alt = (
        f"{shown}: {len(seen.time_s):,} tries, at most {later:,} in a tenth of a second after "
        f"the first, and all are back after {units.quantity(back_s, 's')}."
    )
    readings = {
        "tries": (len(seen.time_s), "count"),
        "most at once, later": (later, "count"),
        "all are back after": (back_s, "s"),
    }
    return Picture(figure, readings, alt)
