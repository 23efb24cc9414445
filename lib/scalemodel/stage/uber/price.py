"""A price: who speaks for it, a bar for each voice, and how it swings where it is answered late.

Left out: smoothing and hysteresis of what the voices ask for, a multiplier of one reading; the
other 49 hexagons of the swing, over which its readings are means.
Sources: none; the weights of `scalemodel.uber.surge.factors` are ours, from no data, and the
swings are runs of `scalemodel.uber.surge.swing`.
"""

__all__ = [
    "ELASTICITY", "MEASURED", "MOMENTS", "SHOWN", "TICKS", "heard", "swing_config", "swing_picture",
    "swung", "voices_picture",
]  # fmt: skip
__dir__ = lambda: __all__

import functools
from dataclasses import replace

import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.uber.surge.factors import NAMES, Breakdown, Conditions, breakdown
from scalemodel.uber.surge.pricing import SurgeConfig
from scalemodel.uber.surge.swing import (
    UNWILLING,
    SwingConfig,
    SwingReport,
    expected_calm,
    expected_gain,
    expected_most_gain,
    swing,
)

MOMENTS = {
    "a rainy Friday at five": Conditions(
        requests=14, cars=8, rain_mm_per_h=8, slowness=1.3, hour=17, popularity=1.5, usual_ratio=1.5
    ),
    "a concert, near its end": Conditions(
        requests=6,
        cars=5,
        slowness=1.2,
        rain_mm_per_h=2,
        event=3.0,
        hour=22,
        popularity=0.8,
        usual_ratio=0.7,
    ),
    "a dry Tuesday at noon": Conditions(requests=6, cars=9, hour=12, usual_ratio=0.8),
}
MEASURED = ("requests", "availability")  # always heard
ELASTICITY = 1.0  # of riders, as everywhere in the chapter
TICKS = 480  # minutes; the second half is measured
SHOWN = 120  # of them, the last


# ── Who speaks ──────────────────────────────────────────────────────────────
def heard(moment: str, **on: bool) -> Breakdown:
    """What the voices say together: the two that are measured, and whichever are on.

    >>> heard("a rainy Friday at five", weather=True).factors["weather"]
    1.4
    """
    names = tuple(name for name in NAMES if name in MEASURED or on.get(name.replace(" ", "_")))
    return breakdown(SurgeConfig(), MOMENTS[moment], names)


def voices_picture(moment: str, **on: bool) -> Picture:
    """A bar for each voice, and the multiplier that they make.

    >>> voices_picture("a rainy Friday at five").alt
    'Heard: requests over cars 1.75. The multiplier is 1.38.'
    """
    said = heard(moment, **on)
    ratio = said.factors["requests"] * said.factors["availability"]
    rows = {"requests over cars": ratio, **{n: said.factors.get(n) for n in NAMES if n not in MEASURED}}  # fmt: skip
    named = list(rows)[::-1]
    figure = go.Figure(
        {
            "data": [{
                "type": "bar", "orientation": "h", "y": named,
                "x": [round((rows[name] or 1.0) - 1, 3) for name in named], "base": 1,
                "text": ["" if rows[name] is None else f"{rows[name]:.2f}" for name in named],
                "textposition": "outside", "cliponaxis": False, "constraintext": "none",
                "marker": {"color": [theme.colour("orange" if (rows[name] or 1) >= 1 else "blue") for name in named]},
            }],
            "layout": {
                "height": 195, "showlegend": False,
                "xaxis": {"title": {"text": "factor (1 says nothing)"}, "range": [0.3, 3.4]},
                "yaxis": {"ticklabelstandoff": 4},
            },
        }
    )  # fmt: skip
    loudest = max(rows, key=lambda name: abs((rows[name] or 1.0) - 1))
    readings = {
        "multiplier": (round(said.multiplier, 2), "count"),
        "from requests and cars alone": (round(heard(moment).multiplier, 2), "count"),
        f"loudest: {loudest}": (round(rows[loudest] or 1.0, 2), "count"),
    }
    told = ", ".join(f"{name} {value:.2f}" for name, value in rows.items() if value is not None)
    alt = units.tied(f"Heard: {told}. The multiplier is {said.multiplier:.2f}.")
    return Picture(figure, readings, alt)


# ── How it swings ───────────────────────────────────────────────────────────
def swing_config(smoothing: bool, hysteresis: bool, delay_min: int) -> SwingConfig:
    """The panel's settings as a config.

    >>> swing_config(False, False, 5).pricing.smooth_ratio
    1.0
    """
    pricing = UNWILLING if smoothing else replace(UNWILLING, smooth_ratio=1.0)
    pricing = pricing if hysteresis else replace(pricing, gap=0.0, dwell_ticks=1)
    return SwingConfig(
        pricing=pricing, rider_elasticity=ELASTICITY, delay_ticks=delay_min, ticks=TICKS
    )


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
    'The price turns 25 times an hour and spans 3.0. The '
    """
    config, report = swing_config(smoothing, hysteresis, delay_min), swung(smoothing, hysteresis, delay_min)  # fmt: skip
    row, calm = report.shown[-SHOWN:, 0], expected_calm(config)
    gain, most = expected_gain(config), expected_most_gain(config.pricing.smooth_ratio, delay_min)
    minutes = list(range(SHOWN))
    figure = go.Figure(
        {
            "data": [
                {"type": "scatter", "mode": "lines", "name": "price shown", "x": minutes,
                 "y": [round(float(one), 2) for one in row],
                 "line": {"color": theme.colour("orange"), "width": 2.5, "shape": "hv"}},
                {"type": "scatter", "mode": "lines", "name": "where it would stay", "x": [0, SHOWN],
                 "y": [round(calm, 3)] * 2,
                 "line": {"color": theme.colour("blue"), "width": 2, "dash": "dash"}},
            ],
            "layout": {
                "height": 210, "margin": {"t": 24},
                "legend": {"orientation": "h", "y": 1, "yanchor": "bottom"},
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
    verdict = ("below", "die out, but chance wakes them") if gain < most else ("above", "go on")
    alt = units.tied(
        f"The price turns {report.flips_per_h:.0f} times an hour and spans {report.height:.1f}. The gain of "
        f"{gain:.1f} is {verdict[0]} the bound of {most:.2f}: swings {verdict[1]}."
    )
    return Picture(figure, readings, alt)
