"""What a box serves of an evening: by its disk and its forecast, and by who fills it, and when.

The region is ours: 2,000 films in three encodings, 32 TB in all, and 20,000 requests
a day for one box with a link of 25 Gbit/s. Four regions share half of their taste.

Left out: several boxes on a site, and other sites; `edge_moving` has a second one.
Sources: none; runs are those of `scalemodel.netflix.edge.day`, formulas of `expected`.
"""

__all__ = [
    "BEST_TB", "DAY", "DISKS_TB", "EVENINGS", "FAR", "FORECASTS", "LINK_GBPS", "NOISE", "PEAK_H",
    "REQUESTS", "SHOP", "TB", "Shares", "best_ratios", "config", "disk_picture", "far_gbps",
    "far_picture", "needed_tb", "shares",
]  # fmt: skip
__dir__ = lambda: __all__

import functools
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.netflix.edge.catalogue import GBPS_HOUR, HOURS, CatalogueConfig, catalogue
from scalemodel.netflix.edge.day import DayConfig, reactive, simulate
from scalemodel.netflix.edge.expected import expected_disk_bytes, expected_hit_ratio
from scalemodel.netflix.edge.placement import GLOBAL, NOISY, PERFECT, YESTERDAY
from scalemodel.netflix.edge.steering import Appliance, Client
from scalemodel.parts.caches.policies import LRU
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture

TB = 10**12
SHOP = CatalogueConfig(regions=4, shared_ratio=0.5, drift_ratio=0.3, premieres=4, leaving=4, days=4)
DAY, REQUESTS, LINK_GBPS = 3, 20_000, 25.0  # too few days for a forecast from last week
DISKS_TB = (1, 2, 4, 8, 12, 16, 24, 32)
FORECASTS = {  # by name: who predicts, and how a sentence calls it
    "perfect": (PERFECT, "a perfect forecast"),
    "yesterday's": (YESTERDAY, "yesterday's list for a forecast"),
    "all regions'": (GLOBAL, "all regions' taste for a forecast"),
    "off by half or twice": (NOISY, "a forecast that is off by half or twice"),
}
EVENINGS = {  # the catalogue's changes, and the box's
    "like others": ({}, {}),
    "twelve premieres": ({"premieres": 12, "leaving": 12}, {}),
    "the box fails at eight": ({}, {"down_from_h": 20}),
    "half the link": ({}, {"uplink_gbps": LINK_GBPS / 2}),
}
BEST_TB = tuple(range(33))
PEAK_H = 20
NOISE = 0.5  # of a percentage: half its interval
FAR = {"placed by night": "green", "kept on demand": "blue"}


class Shares(NamedTuple):
    """Shares of a day's bytes, which sum to 1, and what was carried in.

    >>> Shares(0.7, 0.1, 0.2, 3.0).health
    0.1
    """

    served: float  # by the box
    health: float  # it held the file, and was down or over its link
    content: float  # it did not
    filled_tb: float


def config(disk_tb: float, forecast: str, evening: str = "like others") -> DayConfig:
    """One box and its viewers.

    >>> config(8, "perfect").boxes[0].uplink_gbps
    25.0
    """
    for name, one, known in (("forecast", forecast, FORECASTS), ("evening", evening, EVENINGS)):
        if one not in known:
            raise ValueError(f"{name}={one!r} must be one of {', '.join(known)}")
    shop, box = EVENINGS[evening]
    return DayConfig(
        catalogue=replace(SHOP, **shop), day=DAY, requests=REQUESTS, clients=(Client(),),
        boxes=(Appliance(**{"disk_tb": disk_tb, "uplink_gbps": LINK_GBPS, **box}),),
        prediction=FORECASTS[forecast][0],
    )  # fmt: skip


@functools.cache
def shares(disk_tb: float, forecast: str, evening: str = "like others") -> Shares:
    """What came of a day's bytes.

    >>> round(sum(shares(8, "perfect")[:3]), 9)
    1.0
    """
    report = simulate(config(disk_tb, forecast, evening))
    asked = report.tier_bytes.sum()
    health, content = report.health_miss_bytes.sum(), report.content_miss_bytes.sum()
    return Shares(
        float(report.site_ratio), float(health / asked), float(content / asked),
        float(report.fill_bytes.sum() / TB),
    )  # fmt: skip


@functools.cache
def needed_tb(evening: str = "like others", hit_ratio: float = 0.95) -> float:
    """The disk that would serve such a share, if all were known and the box were well.

    >>> round(needed_tb(), 1)
    23.6
    """
    shop = catalogue(config(8, "perfect", evening).catalogue)
    return expected_disk_bytes(shop.demand(DAY)[0], shop.bytes_of, hit_ratio) / TB


def disk_picture(disk_tb: float, forecast: str, evening: str) -> Picture:
    """What boxes of every size serve, and what they miss, and why.

    >>> disk_picture(8, "perfect", "like others").alt[:54].replace("\\xa0", " ")
    'With 8 TB and a perfect forecast the box serves 71 % o'
    """
    if disk_tb not in DISKS_TB:
        raise ValueError(f"disk_tb={disk_tb!r} must be one of {', '.join(map(str, DISKS_TB))}")
    rows = [shares(disk, forecast, evening) for disk in DISKS_TB]
    here, x = shares(disk_tb, forecast, evening), list(DISKS_TB)
    served, health = ([100 * row[n] for row in rows] for n in (0, 1))
    best = [100 * ratio for ratio in best_ratios(evening)]
    data = [
        _area("from the box", x, served, "field", "ink"),
        _area("health misses", x, np.add(served, health), "alarm_field", "red"),
        {"type": "scatter", "mode": "lines", "name": "formula, all known and well", "x": BEST_TB,
         "y": np.round(best, 1).tolist(), "line": {"color": theme.colour("green"), "width": 2.5, "dash": "dash"}},
    ]  # fmt: skip
    figure = go.Figure({"data": data, "layout": _layout(disk_tb, 100 * here.served)})
    readings = {
        "of 100 bytes, from the box": (100 * here.served, "count", NOISE),
        "content misses": (100 * here.content, "count", NOISE),
        "health misses": (100 * here.health, "count", NOISE),
        "carried in that night": (here.filled_tb, "TB", 0.05),
    }
    alt = (
        f"With {disk_tb} TB and {FORECASTS[forecast][1]} the box serves {_percent(here.served)} of the "
        f"bytes; {_percent(here.content)} are content misses, {_percent(here.health)} health misses."
    )
    return Picture(figure, readings, units.tied(alt))


@functools.cache
def best_ratios(evening: str) -> list[float]:
    """What the formula says of each disk of the curve.

    >>> round(best_ratios("like others")[8], 3)
    0.712
    """
    shop = catalogue(config(8, "perfect", evening).catalogue)
    wanted = shop.demand(DAY)[0]
    return [expected_hit_ratio(wanted, shop.bytes_of, disk * TB) for disk in BEST_TB]


def _percent(share):
    return units.percent(share, within=0.01)


def _area(name, x, y, fill, line):
    return {
        "type": "scatter", "mode": "lines", "name": name, "x": x, "y": np.round(y, 1).tolist(),
        "fill": "tonexty" if fill == "alarm_field" else "tozeroy", "fillcolor": theme.colour(fill),
        "line": {"color": theme.colour(line), "width": 0 if fill == "alarm_field" else 3},
    }  # fmt: skip


def _layout(disk_tb, served):
    muted = theme.colour("muted")
    return {
        "height": 280, "legend": {"orientation": "h", "y": 1.04, "font": {"size": 12}},
        "xaxis": {"title": {"text": "disk, TB"}, "range": [0, 33], "tickvals": [0, *DISKS_TB[2:]]},
        "yaxis": {"title": {"text": "of the bytes asked for, %"}, "range": [0, 115], "tickvals": list(range(0, 101, 20))},
        "shapes": [
            {"type": "line", "x0": disk_tb, "x1": disk_tb, "y0": 0, "y1": served,
             "line": {"color": theme.colour("ink"), "width": 3}},
            {"type": "line", "x0": 0, "x1": 33, "y0": 95, "y1": 95,
             "line": {"color": muted, "width": 1, "dash": "dot"}},
        ],
        "annotations": [
            {"x": 1, "y": 95, "text": "95 %", "showarrow": False, "yanchor": "bottom", "xanchor": "left"},
            {"x": 1, "y": 87, "text": "content misses", "showarrow": False, "xanchor": "left", "font": {"size": 12}},
            {"x": 31, "y": 20, "text": "from the box", "showarrow": False, "xanchor": "right"},
        ],
    }  # fmt: skip


# ── What comes from far away, by the hour ───────────────────────────────────
@functools.cache
def far_gbps(disk_tb: float, evening: str = "like others") -> dict[str, np.ndarray]:
    """What comes from the origin in each hour, in two ways to fill, each of shape (24,).

    The cache on demand is LRU, and has seen the day before.

    >>> {way: round(float(row[20]), 1) for way, row in far_gbps(8).items()}
    {'placed by night': 6.7, 'kept on demand': 9.3}
    """
    night = config(disk_tb, "perfect", evening)
    report = simulate(night)
    placed = report.fill_bytes.sum(axis=1) + report.tier_bytes[:, -1]
    fetched = reactive(night, LRU(capacity=round(disk_tb * TB)))[1]
    return {way: row / GBPS_HOUR for way, row in zip(FAR, (placed, fetched), strict=True)}


def far_picture(disk_tb: float, evening: str) -> Picture:
    """A day of what must come from far away: filled by night, or fetched when somebody asks.

    >>> far_picture(8, "like others").readings["at eight, placed by night"][1]
    'Gbit/s'
    """
    rows = far_gbps(disk_tb, evening)
    figure = go.Figure(
        {
            "data": [
                {"type": "scatter", "mode": "lines", "name": way, "x": list(range(HOURS)),
                 "y": np.round(row, 2).tolist(),
                 "line": {"color": theme.colour(FAR[way]), "width": 4, "shape": "hvh"}}
                for way, row in rows.items()
            ],
            "layout": {
                "height": 230, "legend": {"orientation": "h", "y": 1.06},
                "xaxis": {"title": {"text": "hour of the day"}, "tickvals": list(range(0, HOURS, 4))},
                "yaxis": {"title": {"text": "from far away, Gbit/s"}, "range": [0, 20]},
                "shapes": [{"type": "rect", "x0": 1.5, "x1": 13.5, "y0": 0, "y1": 1, "yref": "paper",
                            "fillcolor": theme.colour("shade"), "line": {"width": 0}, "layer": "below"}],
                "annotations": [{"x": 7.5, "y": 19, "text": "fill window", "showarrow": False}],
            },
        }
    )  # fmt: skip
    eight = {way: float(row[PEAK_H]) for way, row in rows.items()}
    filled = float(simulate(config(disk_tb, "perfect", evening)).fill_bytes.sum() / TB)
    readings = {f"at eight, {way}": (eight[way], "Gbit/s", 0.05) for way in FAR}
    readings["carried in by night"] = (filled, "TB", 0.05)
    alt = (
        f"With {disk_tb} TB, at eight in the evening {eight['placed by night']:.1f} Gbit/s come from "
        f"far away if a perfect forecast filled the box by night, {eight['kept on demand']:.1f} if it "
        "keeps what is asked for."
    )
    return Picture(figure, readings, units.tied(alt))
