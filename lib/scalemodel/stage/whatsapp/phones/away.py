"""How many messages wait for phones that are away, by how long they are kept.

Left out: everything that `scalemodel.whatsapp.capacity.offline` leaves out.
Sources: none; runs and formulas are those of `scalemodel.whatsapp.capacity.offline`.
"""

__all__ = ["AWAY", "PER_S", "TTL_DAYS", "away_picture", "config"]
__dir__ = lambda: __all__

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.whatsapp.capacity.offline import DAY_S, OfflineConfig, expected, naive_waiting

PER_S = 1_000.0
AWAY = {"a day": 1.0, "a week": 7.0, "30 days": 30.0}
TTL_DAYS = np.arange(1, 61)


def config(away_days: float, ttl_days: float) -> OfflineConfig:
    """A thousand messages a second for who is away so long on average, kept so long.

    >>> config(1.0, 30.0).ttl_s
    2592000.0
    """
    return OfflineConfig(
        arrivals_per_s=PER_S, away_s=away_days * DAY_S, ttl_s=float(ttl_days) * DAY_S
    )


def away_picture(away: str, kept_days: float) -> Picture:
    """What waits by how long it is kept: the formula, the usual mistake, and this rule.

    >>> away_picture("a week", 30.0).alt.replace("\\xa0", " ")[:60]
    'Away for a week on average and kept 30 days: 596 million mes'
    """
    days = AWAY[away]
    here = config(days, kept_days)
    now, mistake = expected(here), naive_waiting(here)
    row = lambda law: [round(law(config(days, ttl)) / 1e6, 1) for ttl in TTL_DAYS.tolist()]
    figure = go.Figure(
        {
            "data": [
                {"type": "scatter", "mode": "lines", "name": "the shorter of two averages", "x": TTL_DAYS.tolist(),
                 "y": row(naive_waiting), "line": {"color": theme.colour("red"), "width": 2, "dash": "dot"}},
                {"type": "scatter", "mode": "lines", "name": "the average of the shorter", "x": TTL_DAYS.tolist(),
                 "y": row(lambda one: expected(one).waiting), "line": {"color": theme.colour("blue"), "width": 4}},
                {"type": "scatter", "mode": "markers", "name": "here", "x": [kept_days],
                 "y": [round(now.waiting / 1e6, 1)], "marker": {"color": theme.colour("ink"), "size": 13, "symbol": "diamond"}},
            ],
            "layout": {"height": 225, "legend": {"orientation": "h", "y": 1.25},
                       "xaxis": {"title": {"text": "days that a message is kept"}, "range": [0, 61]},
                       "yaxis": {"title": {"text": "waiting, millions"}, "rangemode": "tozero"}},
        }
    )  # fmt: skip
    readings = {
        "waiting, millions": (round(now.waiting / 1e6, 1), "count"),
        "by the mistake": (round(mistake / 1e6, 1), "count"),
        "expired, of a thousand": (round(1000 * now.expired_ratio, 1), "count"),
    }
    expired = "almost none" if now.expired_ratio < 1e-4 else units.percent(now.expired_ratio)
    alt = units.tied(
        f"Away for {away} on average and kept {kept_days:g} days: {now.waiting / 1e6:,.0f} million messages wait, "
        f"{mistake / 1e6:,.0f} by the mistake, and {expired} expire."
    )
    return Picture(figure, readings, alt)
