"""A price on one screen that is answered late, and the brakes that calm it.

Left out: the other 49 hexagons, over which the readings are means.
Sources: none; the runs are those of `scalemodel.uber.surge.swing`.
"""

import functools
from dataclasses import replace

import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.uber.surge.swing import (
    UNWILLING,
    SwingConfig,
    SwingReport,
    expected_calm,
    expected_gain,
    expected_most_gain,
    swing,
)

TICKS = 480  # minutes; the second half is measured
SHOWN = 120  # of them, the last


def swing_config(smoothing: bool, hysteresis: bool, delay_min: int) -> SwingConfig:
    """The panel's settings as a config.

    >>> swing_config(False, False, 5).pricing.smooth_ratio
    1.0
    """
    pricing = UNWILLING if smoothing else replace(UNWILLING, smooth_ratio=1.0)
    pricing = pricing if hysteresis else replace(pricing, gap=0.0, dwell_ticks=1)
    return SwingConfig(pricing=pricing, delay_ticks=delay_min, ticks=TICKS)


@functools.cache
def swung(smoothing: bool, hysteresis: bool, delay_min: int) -> SwingReport:
    """Eight hours of it.

    >>> round(swung(False, False, 5).height)
    3
    """
    return swing(swing_config(smoothing, hysteresis, delay_min))


def swing_picture(smoothing: bool, hysteresis: bool, delay_min: int) -> Picture:
    """The last two hours of one hexagon's price, beside the price that would keep itself up.

    >>> swing_picture(False, False, 5).alt.replace("\\xa0", " ")[:52]
    'The price turns 34 times an hour and spans 3.0. The '
    """
    config, report = swing_config(smoothing, hysteresis, delay_min), swung(smoothing, hysteresis, delay_min)  # fmt: skip
    row, calm = report.shown[-SHOWN:, 0], expected_calm(config)
    gain, most = expected_gain(config), expected_most_gain(config.pricing.smooth_ratio, delay_min)
    minutes = list(range(SHOWN))
    figure = go.Figure(
        {
            "data": [
                {"type": "scatter", "mode": "lines", "name": "on the screen", "x": minutes,
                 "y": [round(float(one), 2) for one in row],
                 "line": {"color": theme.colour("orange"), "width": 2.5, "shape": "hv"}},
                {"type": "scatter", "mode": "lines", "name": "the price that would stay", "x": [0, SHOWN],
                 "y": [round(calm, 3)] * 2,
                 "line": {"color": theme.colour("blue"), "width": 2, "dash": "dash"}},
            ],
            "layout": {
                "height": 210, "legend": {"orientation": "h", "y": 1.15},
                "xaxis": {"title": {"text": "min"}, "range": [0, SHOWN]},
                "yaxis": {"title": {"text": "multiplier"}, "range": [0.8, 5.2]},
            },
        }
    )  # fmt: skip
    readings = {
        "turns in an hour": (round(report.flips_per_h), "count"),
        "from lowest to highest": (round(report.height, 1), "count"),
        "gain": (round(gain, 2), "count"),
        "gain at which swings begin": (round(most, 2), "count"),
    }
    verdict = ("below", "die out") if gain < most else ("above", "go on")
    alt = units.tied(
        f"The price turns {report.flips_per_h:.0f} times an hour and spans {report.height:.1f}. The gain of "
        f"{gain:.1f} is {verdict[0]} the bound of {most:.2f}: swings {verdict[1]}."
    )
    return Picture(figure, readings, alt)
