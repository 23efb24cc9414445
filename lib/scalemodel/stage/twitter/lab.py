"""How a run of a lab looks: who said what to whom, from top to bottom.

Left out: what is right and wrong, which the checks of a lab say.
Sources: sequence diagrams, as in UML.
"""

__all__ = ["LANES", "ROW_PX", "STORE", "Arrow", "Told", "arrow_of", "story_picture"]
__dir__ = lambda: __all__

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import plotly.graph_objects as go

from scalemodel.core import checks
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture

LANES = ("users", "your object", "store")
STORE = ("push", "newest", "put", "get")
ROW_PX = 34


class Told(Protocol):
    """An event of a history: when, who, what, with what, and the reply.

    >>> sorted(Told.__annotations__)
    ['actor', 'kind', 'payload', 'reply', 'time_ms']
    """

    time_ms: float
    actor: str
    kind: str
    payload: dict
    reply: object


@dataclass(frozen=True, slots=True)
class Arrow:
    """One line of the diagram: from a lane to a lane, with its words.

    >>> Arrow(0, 1, "post 17").words
    'post 17'
    """

    start: int
    end: int
    words: str
    died: bool = False


def arrow_of(event: Told) -> Arrow | None:
    """The arrow of an event, `None` for what only the grader notes.

    >>> from scalemodel.labs.playing.history import Event
    >>> arrow_of(Event(0.0, "user 3", "post", {"tweet": 17}))
    Arrow(start=0, end=1, words='user 3 posts 17', died=False)
    """
    if event.kind in STORE:
        asked = " ".join(str(word) for word in event.payload.values())
        reply = "" if event.reply is None else f" → {event.reply}"
        return Arrow(1, 2, f"{event.kind} {asked}{reply}")
    if event.kind == "crash":
        return Arrow(1, 1, "killed", died=True)
    if event.kind in ("post", "post again"):
        word = "posts" if event.kind == "post" else "sends again"
        return Arrow(0, 1, f"{event.actor} {word} {event.payload['tweet']}")
    if event.kind == "accepted":
        return Arrow(1, 0, f"{event.payload['tweet']} is accepted")
    if event.kind in ("page", "last page"):
        return Arrow(1, 0, f"{event.actor}'s page: {event.reply}")
    return None


def story_picture(events: Sequence[Told], at: int) -> Picture:
    """The first `at` arrows of a run; those that come after are faint.

    >>> from scalemodel.labs.playing.history import Event
    >>> run = [Event(0.0, "user 3", "post", {"tweet": 17}), Event(1.0, "worker", "crash", {})]
    >>> story_picture(run, 2).alt
    'At 1.0 ms: killed. 2 of 2 things have happened.'
    """
    told = [(event, arrow) for event in events if (arrow := arrow_of(event))]
    if not told:
        raise ValueError("events=() must hold something that can be drawn")
    at = checks.whole("at", at, at_least=1, at_most=len(told))
    done, later = _lines(told[:at], 0), _lines(told[at:], at)
    notes = [_words(row, arrow, row < at) for row, (_, arrow) in enumerate(told)]
    deaths = [row for row, (_, arrow) in enumerate(told[:at]) if arrow.died]
    ink, faint = theme.colour("ink"), theme.colour("grid")
    figure = go.Figure(
        {
            "data": [
                _trace(later, faint, "still to come"),
                _trace(done, ink, "has happened"),
                {
                    "type": "scatter", "mode": "markers", "name": "killed", "hoverinfo": "skip",
                    "x": [1] * len(deaths), "y": deaths,
                    "marker": {"symbol": "x", "size": 14, "color": theme.colour("red")},
                },
            ],
            "layout": {
                "height": 60 + ROW_PX * len(told),
                "showlegend": False,
                "annotations": notes,
                "xaxis": {
                    "side": "top", "range": [-0.12, 2.12], "tickvals": [0, 1, 2],
                    "ticktext": list(LANES), "ticks": "", "fixedrange": True, "showline": False,
                },
                "yaxis": {
                    "range": [len(told) - 0.4, -0.9], "visible": False, "fixedrange": True,
                },
            },
        }
    )  # fmt: skip
    last, arrow = told[at - 1]
    readings = {
        "time": (last.time_ms, "ms"),
        "asked of the store": (sum(e.kind in STORE for e, _ in told[:at]), "count"),
        "killed": (len(deaths), "count"),
    }
    alt = f"At {last.time_ms:.1f} ms: {arrow.words}. {at} of {len(told)} things have happened."
    return Picture(figure, readings, alt)


def _lines(told, first):
    """Points of the arrows' shafts, and which way each end points."""
    points = {"x": [], "y": [], "symbol": []}
    for row, (_, arrow) in enumerate(told, first):
        if arrow.died:
            continue
        head = "triangle-right" if arrow.end > arrow.start else "triangle-left"
        inset = 0.03 if arrow.end > arrow.start else -0.03
        points["x"] += [arrow.start, arrow.end - inset, None]
        points["y"] += [row, row, None]
        points["symbol"] += ["line-ns", head, "line-ns"]
    return points


def _trace(points, ink, name):
    heads = [11 if symbol.startswith("triangle") else 0 for symbol in points["symbol"]]
    return {
        "type": "scatter", "mode": "lines+markers", "name": name, "hoverinfo": "skip",
        "x": points["x"], "y": points["y"], "line": {"color": ink, "width": 2},
        "marker": {"symbol": points["symbol"], "size": heads, "color": ink, "opacity": 1},
    }  # fmt: skip


def _words(row, arrow, happened):
    between = (arrow.start + arrow.end) / 2
    return {
        "x": between, "y": row, "text": arrow.words, "showarrow": False,
        "yshift": 0 if arrow.died else 10, "xshift": 34 if arrow.died else 0,
        "font": {
            "size": 12,
            "color": theme.colour(("red" if arrow.died else "ink") if happened else "muted"),
        },
    }  # fmt: skip
