"""Who speaks for a price: a bar for each voice, to be switched off one at a time.

Left out: smoothing and hysteresis; the multiplier is what one reading asks for.
Sources: none; the weights of `scalemodel.uber.surge.factors` are ours, from no data.
"""

import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.uber.surge.factors import NAMES, Breakdown, Conditions, breakdown
from scalemodel.uber.surge.pricing import SurgeConfig

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
