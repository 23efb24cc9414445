"""What a window does to the wait: what it adds, what it takes off, and on which evenings it pays.

The same evening is played without a window and with it, so that only the window differs. An
evening is one dot: how scarce cars were on it, and by how much the window changed its wait.

Left out: all that `market` leaves out.
Sources: none; the evenings are `market`'s.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.core.stats import confidence_half_width
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.uber.matching.market import MarketReport

EVENINGS = Mapping[float, Sequence[MarketReport]]  # by window in seconds; 0 is none
LOOKS = (("blue", "circle"), ("orange", "diamond"), ("violet", "square"))  # load by load


def change(evenings: EVENINGS, window_s: float, field: str) -> np.ndarray:
    """By how much a reading differs from that without a window, seed by seed.

    >>> from scalemodel.uber.matching.market import MarketConfig, simulate
    >>> from scalemodel.uber.matching.policies import Optimal
    >>> night = {w: [simulate(MarketConfig(window_s=w), Optimal())] for w in (0.0, 20.0)}
    >>> change(night, window_s=20.0, field="mean_wait_s").round()
    array([10.])
    """
    then, now = ([getattr(one, field) for one in evenings[w]] for w in (window_s, 0.0))
    return np.array(then) - np.array(now)


def windows_picture(evenings: EVENINGS, window_s: float) -> Picture:
    """What each window adds to the wait before a car is named, what it takes off the drive, and both.

    >>> from scalemodel.uber.matching.market import MarketConfig, simulate
    >>> from scalemodel.uber.matching.policies import Optimal
    >>> night = {w: [simulate(MarketConfig(window_s=w), Optimal(), s) for s in (0, 1)] for w in (0.0, 20.0)}
    >>> windows_picture(night, window_s=20.0).readings["idle cars"]
    (222, 'count')
    """
    _check(evenings, window_s)
    windows = [each for each in evenings if each > 0]
    rows = {
        name: [float(change(evenings, each, field).mean()) for each in windows]
        for name, field in (("until a car is named", "mean_delay_s"), ("its drive", "mean_pickup_s"))
    }  # fmt: skip
    total = [change(evenings, each, "mean_wait_s") for each in windows]
    names = [f"{each:g} s" for each in windows]
    bars = [
        {"type": "bar", "name": name, "x": names, "y": row, "marker": {"color": theme.colour(hue)}}
        for (name, row), hue in zip(rows.items(), ("orange", "blue"), strict=True)
    ]
    both = {
        "type": "scatter", "mode": "markers", "name": "both: the wait", "x": names,
        "y": [float(each.mean()) for each in total],
        "error_y": {"type": "data", "array": [confidence_half_width(each) for each in total],
                    "color": theme.colour("ink"), "thickness": 2},
        "marker": {"color": theme.colour("ink"), "symbol": "diamond", "size": 11},
    }  # fmt: skip
    shade = [
        {"type": "rect", "x0": at - 0.48, "x1": at + 0.48, "y0": 0, "y1": 1, "yref": "paper",
         "layer": "below", "line": {"width": 0}, "fillcolor": theme.colour("shade")}
        for at, each in enumerate(windows) if each == window_s
    ]  # fmt: skip
    figure = go.Figure(
        {
            "data": [*bars, both],
            "layout": {
                "height": 240, "barmode": "relative", "legend": {"orientation": "h", "y": 1.12},
                "xaxis": {"title": {"text": "window"}, "type": "category"},
                "yaxis": {"title": {"text": "against no window, s"}, "range": [-62, 48]},
                "shapes": shade,
            },
        }
    )  # fmt: skip
    now = evenings[window_s]
    requests, gone = (
        sum(getattr(one, field) for one in now) for field in ("requests", "abandoned")
    )
    readings = {
        "mean wait of the served": (float(np.mean([one.mean_wait_s for one in now])), "s"),
        "of it the drive": (float(np.mean([one.mean_pickup_s for one in now])), "s"),
        "of 1,000 riders give up": (round(1000 * gone / requests), "count"),
        "idle cars": (round(float(np.mean([one.mean_idle for one in now]))), "count"),
    }
    told = f"{float(change(evenings, window_s, 'mean_wait_s').mean()):+.1f}".replace("-", "−")
    alt = (
        f"A window of {window_s:g} s changes the mean wait by {told} s."
        if window_s
        else "No window: the dispatcher decides whenever somebody asks or a car is free again."
    )
    return Picture(figure, readings, units.tied(alt))


def shorter(evenings: EVENINGS, window_s: float) -> np.ndarray:
    """Whether the window shortens the mean wait, evening by evening.

    >>> from scalemodel.uber.matching.market import MarketConfig, simulate
    >>> from scalemodel.uber.matching.policies import Optimal
    >>> night = {w: [simulate(MarketConfig(window_s=w), Optimal())] for w in (0.0, 20.0)}
    >>> shorter(night, window_s=20.0)
    array([False])
    """
    return change(evenings, window_s, "mean_wait_s") < 0


def evenings_picture(loads: Mapping[str, EVENINGS], window_s: float, scarce: float) -> Picture:
    """Each evening's change of the mean wait by a window, over its idle cars without one.

    >>> from scalemodel.uber.matching.market import MarketConfig, simulate
    >>> from scalemodel.uber.matching.policies import Optimal
    >>> night = {w: [simulate(MarketConfig(window_s=w), Optimal())] for w in (0.0, 20.0)}
    >>> evenings_picture({"quiet": night}, window_s=20.0, scarce=50).figure.data[0].y
    (10.0,)
    """
    if not 1 <= len(loads) <= len(LOOKS):
        raise ValueError(f"loads={[*loads]} must be 1 to {len(LOOKS)}")
    dots, counts = [], []
    for (load, evenings), (hue, symbol) in zip(loads.items(), LOOKS, strict=False):
        _check(evenings, window_s)
        dots.append({
            "type": "scatter", "mode": "markers", "name": load,
            "x": [round(one.mean_idle, 1) for one in evenings[0.0]],
            "y": change(evenings, window_s, "mean_wait_s").round(1).tolist(),
            "marker": {"color": theme.colour(hue), "symbol": symbol, "size": 9},
        })  # fmt: skip
        better = shorter(evenings, window_s)
        counts.append(f"{better.sum()} of {len(better)} {load} evenings")
    border = {
        "type": "line", "x0": scarce, "x1": scarce, "y0": 0, "y1": 1, "yref": "paper",
        "line": {"color": theme.colour("grey"), "width": 2, "dash": "dot"},
    }  # fmt: skip
    figure = go.Figure(
        {
            "data": dots,
            "layout": {
                "height": 250, "legend": {"orientation": "h", "y": 1.12}, "shapes": [border],
                "xaxis": {"title": {"text": "idle cars without a window"}, "rangemode": "tozero"},
                "yaxis": {"title": {"text": "change of the wait, s"}, "zeroline": True,
                          "zerolinecolor": theme.colour("ink"), "zerolinewidth": 2},
            },
        }
    )  # fmt: skip
    told = f"{', '.join(counts[:-1])} and {counts[-1]}" if counts[1:] else counts[0]
    alt = f"A window of {window_s:g} s shortens the mean wait on {told}."
    return Picture(figure, {}, units.tied(alt))


def _check(evenings, window_s):
    if window_s not in evenings or 0.0 not in evenings:
        raise ValueError(f"window_s={window_s!r} must be one of {[*evenings]}, and 0.0 another")
