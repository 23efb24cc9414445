"""A fleet that may lose a region: where the servers stand, and who takes whose phones.

Left out: everything that `scalemodel.whatsapp.capacity.fleet` leaves out.
Sources: none; servers are counted by `scalemodel.whatsapp.capacity.fleet`, and regions are ours.
"""

__all__ = ["LOST", "NOBODY", "REGIONS", "TAKES", "config", "regions_picture"]
__dir__ = lambda: __all__

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.whatsapp.capacity.fleet import FleetConfig, simulate, to_all, to_nearest

REGIONS = ("west", "south", "middle", "east")  # 147 million phones in all
TAKES = {"all regions alike": to_all, "the nearest region": to_nearest}
NOBODY = "none"
LOST = (NOBODY, *REGIONS)


def config(takes: str, headroom_ratio: float) -> FleetConfig:
    """The fleet of the panel.

    >>> config("the nearest region", 0.2).phones_per_server
    1000000.0
    """
    return FleetConfig(takes=TAKES[takes], headroom_ratio=headroom_ratio)


def regions_picture(lost: str, taken_by: str, headroom_ratio: float) -> Picture:
    """What each region's servers hold while one is lost, beside what they could.

    >>> regions_picture("middle", "all regions alike", 0.0).alt.replace("\\xa0", " ")[:60]
    '212 servers for 147 million phones, 30.7 % of them idle. Whi'
    """
    fleet = config(taken_by, headroom_ratio)
    report = simulate(fleet)
    own, taken = np.array(fleet.phones), np.zeros(len(REGIONS))
    if lost != NOBODY:
        at = REGIONS.index(lost)
        others = np.arange(len(REGIONS)) != at
        far = np.abs(np.array(fleet.longitudes)[others] - fleet.longitudes[at])
        taken[others] = fleet.takes(np.minimum(far, 360 - far)) * own[at]
        own[at] = 0
    room = np.array(report.servers) * fleet.phones_per_server * (1 - fleet.headroom_ratio)
    room[own == 0] = 0
    idle = np.maximum(room - own - taken, 0)
    millions = lambda row: [round(float(one) / 1e6, 2) for one in row]
    bar = lambda name, row, hue: {
        "type": "bar", "name": name, "x": list(REGIONS), "y": millions(row),
        "marker": {"color": theme.colour(hue)},
    }  # fmt: skip
    figure = go.Figure(
        {
            "data": [bar("its own phones", own, "blue"), bar("of the lost region", taken, "orange"),
                     bar("idle", idle, "grey")],
            "layout": {"height": 230, "barmode": "stack", "legend": {"orientation": "h", "y": 1.2},
                       "xaxis": {"title": {"text": "region"}},
                       "yaxis": {"title": {"text": "phones, millions"}, "range": [0, 95]}},
        }
    )  # fmt: skip
    servers = sum(report.servers)
    readings = {
        "servers": (servers, "count"),
        "idle, of a hundred": (round(100 * report.idle_ratio), "count"),
        "farther, at the worst": (round(report.farther_ms), "ms"),
    }
    says = (
        "While no region is lost, each holds its own"
        if lost == NOBODY else f"While {lost} is lost, its phones are held by {_and(taken)}"
    )  # fmt: skip
    alt = units.tied(
        f"{servers} servers for 147 million phones, {units.percent(report.idle_ratio)} of them idle. {says}."
    )
    return Picture(figure, readings, alt)


def _and(taken):
    names = [name for name, phones in zip(REGIONS, taken, strict=True) if phones]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
