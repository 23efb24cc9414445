"""How measured CPU looks beside the closed form: one curve above, the largest burst below.

Every cost is drawn in units of pushing everything, so that 1 is always the same line.

Left out: the measurement, which is in `scalemodel.twitter.cpu_bill`.
Sources: none.
"""

__all__ = ["POINTS", "cpu_picture"]
__dir__ = lambda: __all__

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.twitter.cost import Curve
from scalemodel.twitter.timeline.prices import Costs

POINTS = 60  # of a curve


def cpu_picture(
    curve: Curve,
    cpu: Mapping[str, float],
    costs_us: Costs,
    per_edge_ratio: float,
    reads_per_tweet: float,
    threshold: int | None,
) -> Picture:
    """What a threshold costs by the formula and in CPU, and the largest burst it leaves.

    `curve` has readers who look once a tweet; `cpu`, by rule, and `costs_us` are what
    `twitter.cpu_bill` finds; `per_edge_ratio` is the cheapest choice on every edge by the
    formula. Pushing everything costs 1. No `threshold`: all are pushed.

    >>> curve = Curve(*np.array([[1, 9, 10], [0, 6, 8], [9, 1, 0], [3, 1, 0]]))
    >>> cpu = {"on write": 1.0, "on read": 1.5, "hybrid, 9": 1.25, "per edge": 0.75}
    >>> cpu_picture(curve, cpu, Costs(delivery=0.5), 0.8, 2, 9).alt
    'At 2 reads a tweet a threshold of 9 followers costs 1 by the formula with two prices, 1.25 \
with three, and 1.25 in CPU; the rule per edge 0.8 and 0.75. The largest burst is 1 delivery.'
    """
    equal = curve.cost(Costs(pull=reads_per_tweet))
    fitted = curve.cost(
        Costs(
            delivery=costs_us.delivery,
            pull=reads_per_tweet * costs_us.pull,
            merge=reads_per_tweet * costs_us.merge,
        )
    )
    measured = {
        int(name.split(", ")[1].replace(",", "")): float(paid)
        for name, paid in cpu.items()
        if name.startswith("hybrid, ")
    }
    end = int(curve.limits[-1])
    measured = {n: paid for n, paid in measured.items() if n < end}
    measured |= {1: float(cpu["on read"]), end: 1.0}
    limit = end if threshold is None else threshold
    if limit not in measured:
        raise ValueError(f"threshold={threshold!r} must be one that was measured: {[*measured]}")
    x = np.unique(np.round(np.geomspace(1, end, POINTS)))
    at = np.searchsorted(curve.limits, x)
    bursts = np.append(0, curve.limits[:-1])  # the largest account that is still pushed
    here = int(np.searchsorted(curve.limits, limit))
    burst, two, three = int(bursts[here]), equal[here] / equal[-1], fitted[here] / fitted[-1]
    shown = sorted(measured)
    figure = go.Figure(
        {
            "data": [
                _line("threshold, two prices", x, equal[at] / equal[-1], "hybrid"),
                _line("threshold, three prices", x, fitted[at] / fitted[-1], "hybrid", dash="dot"),
                _marks("threshold, CPU", shown, [measured[n] for n in shown], "on write", "circle", 10),
                _line("per edge, two prices", [1, end], [per_edge_ratio] * 2, "per edge", dash="dash"),
                _line("per edge, CPU", [1, end], [cpu["per edge"]] * 2, "per edge", dash="dashdot"),
                _marks("chosen", [limit], [measured[limit]], "you", "circle-open", 20),
                _line("largest burst", x, np.maximum(bursts[at], 1), "on write", axis="y2"),
                _marks("its burst", [limit], [max(burst, 1)], "you", "circle-open", 20, axis="y2"),
            ],
            "layout": {
                "annotations": [
                    _says("pushing everything = 1", x=1, y=1, xanchor="right"),
                    _says("deliveries of the largest burst", x=0, y=0.3, xanchor="left"),
                ],
                "height": 400, "margin": {"t": 20, "r": 16}, "legend": {"font": {"size": 12}},
                "xaxis": {
                    "title": {"text": "followers that make a celebrity (log)"}, "type": "log",
                    "dtick": 1, "anchor": "y2", "exponentformat": "none", "separatethousands": True,
                },
                "yaxis": {
                    "title": {"text": "cost (log)"}, "type": "log",
                    "domain": [0.4, 1], "range": [-0.85, 1.3],
                    "tickvals": [0.2, 0.5, 1, 2, 5, 10], "ticktext": ["0.2", "0.5", "1", "2", "5", "10"],
                },
                "yaxis2": {
                    "title": {"text": "burst (log)"}, "type": "log", "domain": [0, 0.3],
                    "range": [-0.3, 5], "dtick": 2, "exponentformat": "none",
                    "separatethousands": True,
                },
            },
        }
    )  # fmt: skip
    who = "pushing everything" if threshold is None else f"a threshold of {limit:,} followers"
    alt = (
        f"At {reads_per_tweet:g} read{'s' * (reads_per_tweet != 1)} a tweet {who} costs "
        f"{units.number(two)} by the formula with two prices, {units.number(three)} with three, and "
        f"{units.number(measured[limit])} in CPU; the rule per edge {units.number(per_edge_ratio)} "
        f"and {units.number(float(cpu['per edge']))}. The largest burst is {burst:,} "
        f"deliver{'y' if burst == 1 else 'ies'}."
    )
    readings = {
        "cost of the threshold, two prices": (two, "ratio"),
        "its CPU, pushing everything = 1": (measured[limit], "ratio"),
        "CPU of the rule per edge": (float(cpu["per edge"]), "ratio"),
        "largest burst, deliveries": (burst, "count"),
        "one core delivers that burst in": (burst * costs_us.delivery / 1e3, "ms"),
    }
    return Picture(figure, readings, alt)


# ── Strokes ─────────────────────────────────────────────────────────────────
def _line(name, x, y, rule, dash="solid", axis="y"):
    return {
        "type": "scatter", "mode": "lines", "name": name, "x": list(x), "y": _short(y), "yaxis": axis,
        "line": {"color": theme.policy_colour(rule), "width": 3, "dash": dash},
        "showlegend": axis == "y",
    }  # fmt: skip


def _says(text, **place):
    return {
        "text": text, "xref": "paper", "yref": "paper", "yanchor": "top", "showarrow": False,
        "font": {"size": 13, "color": theme.colour("muted")}, **place,
    }  # fmt: skip


def _marks(name, x, y, rule, symbol, size, axis="y"):
    return {
        "type": "scatter", "mode": "markers", "name": name, "x": list(x), "y": _short(y),
        "yaxis": axis, "showlegend": axis == "y",
        "marker": {"color": theme.policy_colour(rule), "symbol": symbol, "size": size,
                   "line": {"width": 3 if symbol.endswith("open") else 0}},
    }  # fmt: skip


def _short(values):
    return [float(f"{value:.4g}") for value in values]
