"""A year as ten thousand moments, and what each further copy buys.

A ten-thousandth of a year is 53 minutes, so four nines are one mark in the field. At each
moment every copy and every zone is up or down by itself, with dice that all states share. The
curve beside it is the closed form.

Left out: how long an outage lasts, since moments know nothing of each other.
Sources: none; shares of time are those of `scalemodel.parts.availability`.
"""

__all__ = [
    "COPIES", "MOMENTS", "MOST_COPIES", "NEEDED", "NINES", "PLACES", "SEED", "copies_picture",
    "moments_down", "zones_of",
]  # fmt: skip
__dir__ = lambda: __all__

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.core.rng import stream
from scalemodel.parts.availability import spread_ratio
from scalemodel.stage.foundations.player import played
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture, Scene

COPIES = played(
    __file__, '<svg viewBox="0 0 125 80" aria-hidden="true"><path/><path/></svg>',
    play="play the year", slider="moment of the year", last=10_000, step=100, opens=10_000,
)  # fmt: skip
MOMENTS = 10_000
MOST_COPIES = 5
SEED = 55  # a year like most
NINES = (0, 2, 4, 6, 8, 10)
PLACES = {"a zone for each": False, "all in one zone": True}
NEEDED = {
    "any one of them": lambda copies: 1,
    "more than half": lambda copies: copies // 2 + 1,
    "all of them": lambda copies: copies,
}


def zones_of(copies: int, place: str) -> list[int]:
    """How many copies stand in each zone.

    >>> zones_of(3, "a zone for each"), zones_of(3, "all in one zone")
    ([1, 1, 1], [3])
    """
    return [copies] if PLACES[place] else [1] * copies


def moments_down(
    needed: int, zones: list[int], part_ratio: float, zone_ratio: float, moments: int, seed: int
) -> np.ndarray:
    """The moments at which fewer than `needed` copies are up, by dice for copies and zones.

    >>> moments_down(1, [1], 0.0, 1.0, moments=3, seed=0).tolist()
    [0, 1, 2]
    """
    copies = stream(seed, "copies").random((sum(zones), moments)) < part_ratio
    zone = stream(seed, "zones").random((len(zones), moments)) < zone_ratio
    up = (copies & np.repeat(zone, zones, axis=0)).sum(axis=0)
    return np.flatnonzero(up < needed)


def copies_picture(
    copies: int, need: str, place: str, part_ratio: float, zone_ratio: float
) -> Picture:
    """A year of so many copies, and the share of the time down for one to five of them.

    >>> copies_picture(2, "any one of them", "all in one zone", 0.99, 0.999).alt
    '2 copies, any one of them, all in one zone: down 0.11 % of the time, which is 9.64 h a year.'
    """
    counts = range(1, MOST_COPIES + 1)
    down = [
        1 - spread_ratio(NEEDED[need](n), zones_of(n, place), part_ratio, zone_ratio)
        for n in counts
    ]
    here = down[copies - 1]
    marks = moments_down(
        NEEDED[need](copies), zones_of(copies, place), part_ratio, zone_ratio, MOMENTS, SEED
    )
    figure = go.Figure(
        {
            "data": [
                {
                    "type": "scatter", "mode": "lines+markers", "name": "down",
                    "x": list(counts), "y": [float(f"{share:.4g}") for share in down],
                    "line": {"color": theme.colour("blue"), "width": 3}, "marker": {"size": 7},
                },
                {
                    "type": "scatter", "mode": "markers", "name": "here", "x": [copies],
                    "y": [float(f"{here:.4g}")],
                    "marker": {"color": theme.colour("ink"), "size": 13, "symbol": "diamond"},
                },
                {
                    "type": "scatter", "mode": "lines", "name": "four nines",
                    "x": [0.8, MOST_COPIES + 0.2], "y": [1e-4, 1e-4],
                    "line": {"color": theme.colour("green"), "width": 2, "dash": "dash"},
                },
            ],
            "layout": {
                "height": 290, "legend": {"orientation": "h", "y": 1.15},
                "xaxis": {"title": {"text": "copies"}, "range": [0.8, MOST_COPIES + 0.2], "dtick": 1},
                "yaxis": {
                    "title": {"text": "time up, in nines (log scale)"}, "type": "log", "range": [-10.5, 0],
                    "tickvals": [10.0**-n for n in NINES],
                    "ticktext": [f"{n} nines" if n else "never" for n in NINES],
                },
            },
        }
    )  # fmt: skip
    down_s = here * units.unit("year").scale
    symbol = next((s for s in ("day", "h", "min") if down_s >= units.unit(s).scale), "s")
    per_year = units.quantity(units.convert(down_s, "s", symbol), symbol)
    many = f"{copies} {'copy' if copies == 1 else 'copies'}, {need}, {place}"
    alt = f"{many}: down {units.percent(here)} of the time, which is {per_year} a year."
    readings = {
        "down, of 10,000 moments": (len(marks), "count"),
        "expected": (MOMENTS * here, "count"),
        "down in a year": (units.convert(down_s, "s", symbol), symbol),
    }
    return Picture(figure, readings, alt, Scene(COPIES, {"down": marks.tolist()}))
