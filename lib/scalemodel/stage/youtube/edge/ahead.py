"""What an edge lets in, and what is sent to it before anybody there asks.

A dot is one choice of both, and lies by its price and its worth: copies sent ahead, for each
hundred views, against what the edges answer. All choices are drawn, so that none is judged by
one pair of its parameters.

Left out: links that fill with copies sent ahead; sizes.
Sources: none; runs are those of `scalemodel.youtube.edge.tiers`, and all numbers are ours.
"""

__all__ = ["ADMITS", "AHEAD", "DEMAND", "HUES", "ROOMS", "ahead_picture", "config", "run"]
__dir__ = lambda: __all__

import functools

import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.parts.caches.policies import LRU
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.youtube.edge.demand import DAY_S, DemandConfig
from scalemodel.youtube.edge.tiers import Tier, TiersConfig, TiersReport, simulate

DEMAND = DemandConfig(  # a long tail, and uploads that are young for a day
    videos=20_000, alpha=0.7, views=30_000, regions=1, edges=8, uploads=200, upload_views=20_000
)
ROOMS = {"100 videos": 100, "1,000 videos": 1_000}
ADMITS = {"first view": 1, "second view": 2, "fifth view": 5}
AHEAD = {"never": None, "tenth view": 10, "third view": 3, "first view": 1}
HUES = {"first view": "blue", "second view": "orange", "fifth view": "magenta"}


def config(room: str, kept_from: str, sent_at: str) -> TiersConfig:
    """Edges that keep a video from its so manieth view in the region, and are sent it at another.

    What is not kept yet is not sent either.

    >>> config("100 videos", "fifth view", "third view").push_views
    5
    """
    admit, push = ADMITS[kept_from], AHEAD[sent_at]
    return TiersConfig(
        demand=DEMAND, edge=Tier(policy=LRU(ROOMS[room])), admit_views=admit,
        hub=Tier(policy=LRU(3_000), ttl_s=7 * DAY_S), push_views=push and max(push, admit),
    )  # fmt: skip


@functools.cache
def run(room: str, kept_from: str, sent_at: str) -> TiersReport:
    """What came of two weeks.

    >>> run("100 videos", "first view", "never").pushed
    0
    """
    return simulate(config(room, kept_from, sent_at))


def ahead_picture(room: str, kept_from: str, sent_at: str) -> Picture:
    """All choices for edges of this room, and the one that was made.

    >>> ahead_picture("100 videos", "fifth view", "never").readings["copies sent ahead"]
    (0, 'count')
    """
    many = DEMAND.views + DEMAND.upload_views
    place = lambda report: (round(100 * report.pushed / many, 1), round(100 * report.edge_ratio, 1))
    data = []
    for admit, hue in HUES.items():
        x, y = zip(*(place(run(room, admit, ahead)) for ahead in AHEAD), strict=True)
        data.append(
            {"type": "scatter", "mode": "lines+markers", "name": f"kept from {admit} on",
             "x": list(x), "y": list(y), "line": {"color": theme.colour(hue), "width": 1.5},
             "marker": {"size": 8, "color": theme.colour(hue)}}
        )  # fmt: skip
    here = run(room, kept_from, sent_at)
    x, y = place(here)
    data.append(
        {"type": "scatter", "mode": "markers", "name": "this choice", "x": [x], "y": [y],
         "marker": {"size": 16, "symbol": "diamond-open", "color": theme.colour("ink"), "line": {"width": 3}}}
    )  # fmt: skip
    figure = go.Figure(
        {
            "data": data,
            "layout": {
                "height": 310, "legend": {"orientation": "h", "y": 1.04, "yanchor": "bottom"},
                "xaxis": {"title": {"text": "copies sent ahead, for 100 views"}, "range": [-6, 190]},
                "yaxis": {"title": {"text": "edges answer, %"}, "range": [18, 44]},
            },
        }
    )  # fmt: skip
    readings = {
        "of 100 views, edges": (y, "count"),
        "origin": (round(100 * here.origin_ratio, 1), "count"),
        "copies sent ahead": (here.pushed, "count"),
        "requests to the hub": (here.hub_requests, "count"),
    }
    sent = "nothing is sent ahead" if not here.pushed else f"{here.pushed:,} copies are sent ahead"
    alt = units.tied(
        f"Room for {room}, kept from the {kept_from} on: the edges answer {y:.1f} of 100 views, "
        f"the origin {100 * here.origin_ratio:.1f}, and {sent}."
    )
    return Picture(figure, readings, alt)
