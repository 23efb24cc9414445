"""Two hundred thousand requests and a shelf of any size: what four rules find on it.

The scene is a race: a runner for each rule, who takes a step at each hit, behind a line that
takes one at each request. The curves are the same runs at every size, and dashed what two
formulas say without a run: Che's of LRU, and the share of the favourites, if the shelf held
these and nothing else. All states with one exponent have the same requests.

Left out: sizes in bytes, and a fashion that changes; `scalemodel.parts.caches` says more.
Sources: none; runs and formulas are those of `scalemodel.parts.caches`.
"""

__all__ = [
    "CACHE", "FORMULAS", "MARKS", "OBJECTS", "REQUESTS", "ROOM", "RULES", "SEED", "cache_picture",
    "formulas", "hits", "trace",
]  # fmt: skip
__dir__ = lambda: __all__

import functools

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.core.rng import stream
from scalemodel.parts.caches.engine import simulate
from scalemodel.parts.caches.expected import (
    lru_miss_ratio,
    static_miss_ratio,
    zipf,
    zipf_trace,
)  # fmt: skip
from scalemodel.parts.caches.policies import FIFO, LRU, SIEVE, Belady
from scalemodel.stage.foundations.player import played
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture, Scene

CACHE = played(
    __file__, '<svg viewBox="0 0 240 100" aria-hidden="true"></svg>',
    play="play the requests", slider="requests so far", last=40, opens=40,
)  # fmt: skip
OBJECTS, REQUESTS, SEED = 100_000, 200_000, 0
MARKS = 40  # moments of the race, beside its beginning
ROOM = (10, 30, 100, 300, 1_000, 3_000, 10_000)  # things that fit
RULES = {"Belady": Belady, "SIEVE": SIEVE, "LRU": LRU, "FIFO": FIFO}
FORMULAS = {"favourites, formula": ("grey", "dot"), "LRU, formula": ("green", "dash")}


@functools.cache
def trace(alpha: float) -> np.ndarray:
    """What is asked for, by Zipf's law; 0 is the favourite.

    >>> trace(1.0)[:5].tolist()
    [87, 64530, 4783, 4, 0]
    """
    return zipf_trace(OBJECTS, REQUESTS, alpha, stream(SEED, "requests"))


@functools.cache
def hits(alpha: float, rule: str) -> np.ndarray:
    """Hits of a rule by what fits and by the moments of the race, shape (7, 41).

    >>> int(hits(1.0, "LRU")[4, -1])
    101260
    """
    masks = [simulate(trace(alpha), RULES[rule](capacity=room)).hit_mask for room in ROOM]
    found = np.cumsum(np.array(masks), axis=1)[:, REQUESTS // MARKS - 1 :: REQUESTS // MARKS]
    return np.pad(found, ((0, 0), (1, 0)))


@functools.cache
def formulas(alpha: float) -> dict[str, list[float]]:
    """Hit ratios by what fits, without a run.

    >>> [round(row[4], 3) for row in formulas(1.0).values()]
    [0.619, 0.505]
    """
    shares = zipf(OBJECTS, alpha)
    favourites = [1 - static_miss_ratio(shares, room) for room in ROOM]
    lru = [1 - lru_miss_ratio(shares, room, requests=REQUESTS) for room in ROOM]
    return dict(zip(FORMULAS, (favourites, lru), strict=True))


def cache_picture(fits: int, exponent: float) -> Picture:
    """The race where so many things fit, and how much is found on a shelf of any size.

    >>> cache_picture(1_000, 1.0).alt[:75]
    'Where 1,000 of 100,000 things fit, of 100 requests FIFO finds 46.5, LRU 50.'
    """
    if fits not in ROOM:
        raise ValueError(f"fits={fits!r} must be one of {', '.join(map(str, ROOM))}")
    here = ROOM.index(fits)
    ratio = {rule: hits(exponent, rule)[:, -1] / REQUESTS for rule in RULES}
    lines = [
        (rule, 100 * row, {"color": theme.policy_colour("optimum" if rule == "Belady" else rule), "width": 4})
        for rule, row in ratio.items()
    ] + [
        (name, [100 * share for share in row],
         {"color": theme.colour(FORMULAS[name][0]), "width": 2.5, "dash": FORMULAS[name][1]})
        for name, row in formulas(exponent).items()
    ]  # fmt: skip
    ticks = [10, 100, 1_000, 10_000]
    figure = go.Figure(
        {
            "data": [
                {
                    "type": "scatter", "mode": "lines", "name": name, "x": list(ROOM),
                    "y": np.round(row, 2).tolist(), "line": line, "showlegend": name in FORMULAS,
                }
                for name, row, line in lines
            ],
            "layout": {
                "height": 290, "legend": {"orientation": "h", "y": 1.06},
                "xaxis": {"title": {"text": "things that fit, of 100,000 (log scale)"}, "type": "log",
                          "range": [0.9, 4.1], "tickvals": ticks, "ticktext": [f"{n:,}" for n in ticks]},
                "yaxis": {"title": {"text": "hit ratio, %"}, "range": [-3, 103]},
                "shapes": [{"type": "line", "x0": fits, "x1": fits, "y0": 0, "y1": 1, "yref": "paper",
                            "line": {"color": theme.colour("muted"), "width": 1.5}}],
            },
        }
    )  # fmt: skip
    found = {rule: (100 * row[here], "count", _noise(row[here])) for rule, row in ratio.items()}
    told = {name: 100 * row[here] for name, row in formulas(exponent).items()}
    readings = {
        "of 100 requests, found by LRU": found["LRU"],
        "by its formula": (told["LRU, formula"], "count"),
        "by SIEVE": found["SIEVE"],
        "by Belady, who knows what comes": found["Belady"],
    }
    each = ", ".join(
        f"{rule}{' finds' if rule == 'FIFO' else ''} {units.quantity(*found[rule])}"
        for rule in reversed(RULES)
    )
    alt = f"Where {fits:,} of {OBJECTS:,} things fit, of 100 requests {each}."
    scene = Scene(
        CACHE,
        {"requests": REQUESTS, "names": list(RULES),
         "hits": [hits(exponent, rule)[here].tolist() for rule in RULES]},
    )  # fmt: skip
    return Picture(figure, readings, units.tied(alt), scene)


def _noise(ratio):
    """Half the width within which 95 of 100 such runs are, in points."""
    return float(196 * np.sqrt(ratio * (1 - ratio) / REQUESTS))
