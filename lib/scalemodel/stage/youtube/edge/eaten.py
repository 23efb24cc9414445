"""Which videos an edge answers, which its hub, and what is left for the origin.

The picture is one square of all views, most-watched videos first. A video's strip is as wide as
its share of the views, so areas are shares: what the edge answers, what the hub does, and the
rest. Where the hub's part lies is the point: it cannot be where the edge's is.

Left out: everything that `scalemodel.youtube.edge.expected` leaves out.
Sources: none; areas are that module's formula, and all numbers of the demand are ours.
"""

__all__ = [
    "DEMAND", "GOOD_H", "PARTS", "POINTS", "ROOMS", "TICKS", "alone", "config", "eaten_picture",
    "split",
]  # fmt: skip
__dir__ = lambda: __all__

import functools

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.parts.caches.expected import Levels
from scalemodel.parts.caches.policies import LRU
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.youtube.edge.demand import DemandConfig
from scalemodel.youtube.edge.expected import by_video, expected
from scalemodel.youtube.edge.tiers import Tier, TiersConfig

DEMAND = DemandConfig(alpha=1.1, views=1_000_000, regions=1)  # a million in fourteen days
ROOMS = (250, 500, 1_000, 2_000)
GOOD_H = {  # hours at an edge and at a hub
    "a day and a half, a week": (36.0, 168.0),
    "an hour, a week": (1.0, 168.0),
    "an hour, a day": (1.0, 24.0),
}
POINTS, TICKS = 56, (10, 100, 1_000)
PARTS = {"edge": "blue", "hub": "orange", "origin": "grey"}


def config(edge_room: int, hub_room: int, copies_good: str, edges: int = 4) -> TiersConfig:
    """One region, with room for so many videos in each edge and in the hub.

    >>> config(1_000, 2_000, "an hour, a day").edge.ttl_s
    3600.0
    """
    edge_h, hub_h = GOOD_H[copies_good]
    tier = lambda room, hours: Tier(policy=LRU(room), ttl_s=hours * 3600)
    demand = DemandConfig(alpha=DEMAND.alpha, views=DEMAND.views, regions=1, edges=edges)
    return TiersConfig(demand=demand, edge=tier(edge_room, edge_h), hub=tier(hub_room, hub_h))


@functools.cache
def split(edge_room: int, hub_room: int, copies_good: str) -> Levels:
    """The shares that edge, hub and origin answer.

    >>> [round(100 * share) for share in split(1_000, 2_000, "a day and a half, a week")]
    [79, 9, 12]
    """
    return expected(config(edge_room, hub_room, copies_good))


@functools.cache
def alone(room: int, hours: float) -> float:
    """The share that one cache answers, if all viewers of the region ask it.

    >>> round(alone(2_000, 168.0), 3)
    0.881
    """
    tier = Tier(policy=LRU(room), ttl_s=hours * 3600)
    one = DemandConfig(alpha=DEMAND.alpha, views=DEMAND.views, regions=1, edges=1)
    return expected(TiersConfig(demand=one, edge=tier, hub=tier)).edge_hit_ratio


def eaten_picture(edge_room: int, hub_room: int, copies_good: str) -> Picture:
    """The square of all views, and who answers which part of it.

    >>> eaten_picture(1_000, 2_000, "an hour, a day").alt.replace("\\xa0", " ")[:61]
    'Of 100 views the edge answers 59, the hub 29 and the origin 1'
    """
    edge, hub, origin = (100 * share for share in split(edge_room, hub_room, copies_good))
    far = 100 * (1 - alone(hub_room, GOOD_H[copies_good][1]))
    watched, at_edge, at_hub = by_video(config(edge_room, hub_room, copies_good))[0]
    order = np.argsort(-watched, kind="stable")
    up_to = 100 * np.cumsum(watched[order])
    ranks = np.unique(np.geomspace(1, len(order), POINTS).astype(int)) - 1
    row = lambda values: np.round(
        100 * np.append(values[order][0], values[order][ranks]), 1
    ).tolist()
    x = np.round(np.append(0, up_to[ranks]), 1).tolist()
    rows = {"edge": row(at_edge), "hub": row(at_edge + at_hub), "origin": [100] * len(x)}
    figure = go.Figure(
        {
            "data": [
                {"type": "scatter", "mode": "lines", "name": name, "x": x, "y": rows[name],
                 "fill": "tozeroy" if name == "edge" else "tonexty",
                 "line": {"color": theme.colour(hue), "width": 1.5}}
                for name, hue in PARTS.items()
            ],
            "layout": {
                "height": 310, "legend": {"orientation": "h", "y": 1.1, "yanchor": "bottom"},
                "xaxis": {"title": {"text": "all views, most-watched videos first, %"}, "range": [0, 100]},
                "yaxis": {"title": {"text": "answered, %"}, "range": [0, 100]},
                "annotations": [
                    {"x": round(float(up_to[rank - 1]), 1), "y": 1, "yref": "paper", "yanchor": "bottom",
                     "showarrow": False, "text": f"{rank:,}th", "font": {"size": 12}}
                    for rank in TICKS
                ] + [{"x": 0, "y": 1, "yref": "paper", "yanchor": "bottom", "xanchor": "left",
                      "showarrow": False, "text": "1st video", "font": {"size": 12}}],
            },
        }
    )  # fmt: skip
    readings = {
        "of 100 views, edge": (round(edge, 1), "count"),
        "hub": (round(hub, 1), "count"),
        "origin": (round(origin, 1), "count"),
        "origin, if no edges were": (round(far, 1), "count"),
    }
    alt = units.tied(
        f"Of 100 views the edge answers {edge:.0f}, the hub {hub:.0f} and the origin {origin:.0f}. "
        f"Without edges it would be {far:.0f} at the origin."
    )
    return Picture(figure, readings, alt)
