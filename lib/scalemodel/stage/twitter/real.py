"""How the chapter on the real Redis and the real sockets looks: bars of time, and stairs.

Left out: the runs, which are in `scalemodel.twitter.real`.
Sources: none.
"""

__all__ = ["DELIVERIES", "memory_picture", "sockets_picture", "together_picture", "way_picture"]
__dir__ = lambda: __all__

import math
from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture

DELIVERIES = 1_000  # that a bar tells of


def way_picture(told: Mapping, held: int, keys_a_script: int, scripts_together: int) -> Picture:
    """What a thousand deliveries take, one by one and as chosen: the trip, and the work.

    `told` is what `twitter.real.round_trips` gives. The trip is what it takes to carry as many
    bytes in as many commands and pipelines, and do nothing with them; the rest is work.

    >>> told = {"held": [50], "keys_a_script": [1, 10], "scripts_together": [1],
    ...         "deliveries_per_s": [[[5000.0], [20000.0]]], "carried_per_s": [[[6250.0], [80000.0]]]}
    >>> way_picture(told, 50, 10, 1).alt
    'A thousand deliveries take 200 ms one by one, 80 % of it the trip, and 50 ms as chosen, \
25 % of it the trip.'
    """
    at = told["held"].index(held)

    def split(keys, together):
        row, column = told["keys_a_script"].index(keys), told["scripts_together"].index(together)
        rate, carried = (
            told[name][at][row][column] for name in ("deliveries_per_s", "carried_per_s")
        )
        trips = math.ceil(DELIVERIES / (keys * together))
        return 1e3 * DELIVERIES / rate, 1e3 * DELIVERIES / carried, trips, rate

    first = split(told["keys_a_script"][0], told["scripts_together"][0])
    chosen = split(keys_a_script, scripts_together)
    bars = ["one by one", "as chosen"]
    parts = {
        "trip": ("orange", [first[1], chosen[1]]),
        "work": ("blue", [first[0] - first[1], chosen[0] - chosen[1]]),
    }
    figure = go.Figure(
        {
            "data": [
                {
                    "type": "bar", "orientation": "h", "name": name, "y": bars,
                    "x": [round(ms, 2) for ms in each],
                    "marker": {"color": theme.colour(ink),
                               "pattern": {"shape": "/" if ink == "orange" else ""}},
                    "meta": {"unit": "ms"},
                }
                for name, (ink, each) in parts.items()
            ],
            "layout": {
                "barmode": "stack", "height": 240,
                "xaxis": {"title": {"text": "for a thousand deliveries, ms"},
                          "range": [0, 1.05 * first[0]]},
                "yaxis": {"autorange": "reversed"},
                "legend": {"orientation": "h", "y": 1.2},
            },
        }
    )  # fmt: skip
    said = [
        f"{units.quantity(each[0], 'ms')} {name}, {100 * each[1] / each[0]:.0f} % of it the trip"
        for each, name in ((first, "one by one"), (chosen, "as chosen"))
    ]
    readings = {
        "deliveries a second": (chosen[3], "count"),
        "round trips for a thousand": (chosen[2], "count"),
        "of the time is the trip, %": (round(100 * chosen[1] / chosen[0]), "count"),
    }
    return Picture(figure, readings, f"A thousand deliveries take {said[0]}, and {said[1]}.")


def together_picture(together: list, measured: list, expected: list, bare: float) -> Picture:
    """Pages a second by how many are asked for together: measured, and by the formula.

    `bare` is what the trip alone would allow, one page at a time.

    >>> together_picture([1, 10], [10.0, 60.0], [11.0, 60.0], bare=15.0).alt
    'Together 10 pages go 6 times as fast as one by one; the formula is at most 10 % off.'
    """
    measured, expected = np.asarray(measured, dtype=float), np.asarray(expected, dtype=float)
    off = float(np.abs(expected / measured - 1).max())
    line = {"type": "scatter", "meta": {"unit": "count"}}
    figure = go.Figure(
        {
            "data": [
                {**line, "mode": "lines", "name": "formula", "x": list(together),
                 "y": expected.round(), "line": {"color": theme.colour("ink"), "width": 2}},
                {**line, "mode": "markers", "name": "measured", "x": list(together),
                 "y": measured.round(), "marker": {"color": theme.colour("orange"), "size": 10}},
                {**line, "mode": "markers", "name": "the trip alone", "x": [together[0]],
                 "y": [round(bare)],
                 "marker": {"color": theme.colour("violet"), "size": 11, "symbol": "diamond"}},
            ],
            "layout": {
                "height": 340,
                "xaxis": {"title": {"text": "pages asked for together (log)"}, "type": "log", "dtick": 1},
                "yaxis": {"title": {"text": "pages a second"}, "rangemode": "tozero"},
                "legend": {"orientation": "h", "y": 1.12},
            },
        }
    )  # fmt: skip
    best = int(np.argmax(measured))
    alt = (
        f"Together {together[best]} pages go {units.number(measured[best] / measured[0])} times "
        f"as fast as one by one; the formula is at most {100 * off:.0f} % off."
    )
    readings = {
        "most pages a second": (float(measured[best]), "count"),
        "largest error": (off, "ratio"),
    }
    return Picture(figure, readings, alt)


def memory_picture(told: Mapping, entries: int) -> Picture:
    """Bytes of so many entries, as a list in compact blocks and as a sorted set's skip list.

    `told` is what `twitter.real.memory` gives.

    >>> told = {"entries": [10], "rows_bytes": [100], "compact_bytes": [150], "skiplist_bytes": [1200]}
    >>> memory_picture(told, 10).alt
    '10 entries take 10 bytes each as row numbers in a list, 15 as ids in a list, and 120 as ids in \
a skip list.'
    """
    at = told["entries"].index(entries)
    kinds = {"row numbers in a list": "rows_bytes", "ids in a list": "compact_bytes",
             "ids in a skip list": "skiplist_bytes"}  # fmt: skip
    each = [told[name][at] / entries for name in kinds.values()]
    figure = go.Figure(
        {
            "data": [
                {
                    "type": "bar", "orientation": "h", "name": "bytes", "y": list(kinds),
                    "x": [round(value, 1) for value in each], "showlegend": False,
                    "marker": {"color": [theme.colour(ink) for ink in ("blue", "green", "orange")]},
                    "meta": {"unit": "bytes"},
                }
            ],
            "layout": {
                "height": 220,
                "xaxis": {"title": {"text": "bytes an entry"}, "range": [0, 150]},
                "yaxis": {"autorange": "reversed"},
            },
        }
    )  # fmt: skip
    alt = (
        f"{entries} entries take {units.number(each[0])} bytes each as row numbers in a list, "
        f"{units.number(each[1])} as ids in a list, and {units.number(each[2])} as ids in a skip list."
    )
    readings = {f"all {name}": (told[key][at], "bytes") for name, key in kinds.items()}
    return Picture(figure, readings, alt)


def sockets_picture(told: Mapping, reader: str) -> Picture:
    """How many posts a reader had at each moment: over sockets, and in virtual time.

    `told` is what `twitter.real.live` gives; `reader` is "quick" or "slow".

    >>> told = {"steps": {"posted": [[0.0, 1]], "slow_real": [[2.0, 1]], "slow_model": [[0.5, 1]]},
    ...         "p50_ms": {"slow_real": 2000, "slow_model": 500},
    ...         "p99_ms": {"slow_real": 2000, "slow_model": 500}}
    >>> sockets_picture(told, "slow").alt
    'Half of the posts reach the slow reader within 2 s over sockets and 0.5 s in virtual time.'
    """
    if reader not in ("quick", "slow"):
        raise ValueError(f"reader={reader!r} must be quick or slow")
    rows = [
        ("posted", "posted", "field", 8, "solid"),
        ("virtual time", f"{reader}_model", "ink", 2, "dash"),
        ("over sockets", f"{reader}_real", "orange", 3, "solid"),
    ]
    end_s = max(at_s for steps in told["steps"].values() for at_s, _ in steps)
    figure = go.Figure(
        {
            "data": [
                {
                    "type": "scatter", "mode": "lines", "name": name,
                    "x": [at_s for at_s, _ in told["steps"][key]],
                    "y": [count for _, count in told["steps"][key]],
                    "line": {"color": theme.colour(ink), "width": width, "dash": dash,
                             "shape": "hv"},
                }
                for name, key, ink, width, dash in rows
            ],
            "layout": {
                "height": 340,
                "xaxis": {"title": {"text": "since the first second, s"},
                          "range": [0, math.ceil(end_s)]},
                "yaxis": {"title": {"text": "posts on the screen"}, "rangemode": "tozero"},
                "legend": {"orientation": "h", "y": 1.12},
            },
        }
    )  # fmt: skip
    half = {kind: told["p50_ms"][f"{reader}_{kind}"] / 1e3 for kind in ("real", "model")}
    alt = (
        f"Half of the posts reach the {reader} reader within {units.quantity(half['real'], 's')} "
        f"over sockets and {units.quantity(half['model'], 's')} in virtual time."
    )
    readings = {
        f"{words} {kind}": (told[name][f"{reader}_{key}"], "ms")
        for name, words in (("p50_ms", "p50"), ("p99_ms", "p99"))
        for key, kind in (("real", "over sockets"), ("model", "in virtual time"))
    }
    return Picture(figure, readings, alt)
