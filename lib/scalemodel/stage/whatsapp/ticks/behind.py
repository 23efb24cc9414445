"""What writing later spares, over the period, and what a crash would take.

Left out: chance; the line is the closed form of `scalemodel.whatsapp.delivery.behind`.
Sources: none.
"""

__all__ = ["EVERY_S", "PERIODS_S", "RATE_PER_S", "behind_picture"]
__dir__ = lambda: __all__

import math

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.whatsapp.delivery.behind import expected_behind

PERIODS_S = np.geomspace(0.01, 600, 60)
RATE_PER_S = 1_000.0
EVERY_S = {"0.01 s": 0.01, "0.1 s": 0.1, "1 s": 1, "10 s": 10, "1 min": 60, "5 min": 300}


def behind_picture(every: str, half_s: float) -> Picture:
    """The share that is never written, if half of all is fetched within `half_s`.

    >>> behind_picture("1 min", 60).alt.replace("\\xa0", " ")
    'Written every 1 min: 28 % is never written, and 24,121 messages with a tick are at risk.'
    """
    period_s, mean_s = EVERY_S[every], half_s / math.log(2)
    now = expected_behind(period_s, mean_s, RATE_PER_S)
    spared = [100 * expected_behind(one, mean_s, 1.0).never_written_ratio for one in PERIODS_S]
    figure = go.Figure(
        {
            "data": [
                {"type": "scatter", "mode": "lines", "name": "never written",
                 "x": [round(float(x), 4) for x in PERIODS_S], "y": [round(y, 2) for y in spared],
                 "line": {"color": theme.colour("blue"), "width": 3}},
                {"type": "scatter", "mode": "markers", "name": "this period", "x": [period_s],
                 "y": [round(100 * now.never_written_ratio, 3)],
                 "marker": {"color": theme.colour("orange"), "size": 14}},
            ],
            "layout": {
                "height": 245, "showlegend": False, "margin": {"t": 12},
                "xaxis": {"title": {"text": "written every so many s (log scale)"}, "type": "log",
                          "range": [-2, 2.8], "tickvals": [0.01, 0.1, 1, 10, 60, 600]},
                "yaxis": {"title": {"text": "% never written"}, "range": [0, 100]},
            },
        }
    )  # fmt: skip
    readings = {
        "of 100 never written": (round(100 * now.never_written_ratio, 2), "count"),
        "at risk, at 1,000/s": (round(now.at_risk), "count"),
    }
    alt = units.tied(
        f"Written every {every}: {100 * now.never_written_ratio:.0f} % is never "
        f"written, and {round(now.at_risk):,} messages with a tick are at risk."
    )
    return Picture(figure, readings, alt)
