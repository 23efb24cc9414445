"""What becomes of a message, in three bars: lost, shown once, shown twice or more.

Left out: chance; the bars are the closed form of `scalemodel.whatsapp.delivery.fates`.
Sources: none.
"""

__all__ = ["PARTS", "fates_picture"]
__dir__ = lambda: __all__

import plotly.graph_objects as go

from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.whatsapp.delivery.fates import SENDERS, expected_fates

PARTS = (("lost", "lost_ratio", "red"), ("shown once", "once_ratio", "blue"), ("twice or more", "more_ratio", "orange"))  # fmt: skip


def fates_picture(drop: float, first: str, pulled: str) -> Picture:
    """Of each sender's messages, what becomes of them.

    >>> fates_picture(0.1, "disk", "between the two").alt
    'Shown exactly once: sends once 90 %, repeats 0 %, repeats, with a key 100 %.'
    """
    each = {name: expected_fates(name, first, pulled, drop) for name in SENDERS}
    names = ["sends once" if name == "once" else name for name in SENDERS]
    figure = go.Figure(
        {
            "data": [
                {"type": "bar", "orientation": "h", "name": part, "y": names,
                 "x": [round(100 * getattr(fate, field), 2) for fate in each.values()],
                 "marker": {"color": theme.colour(hue)}}
                for part, field, hue in PARTS
            ],
            "layout": {
                "height": 235, "barmode": "stack", "legend": {"orientation": "h", "y": 1.25, "traceorder": "normal"},
                "xaxis": {"title": {"text": "% of messages"}, "range": [0, 103],
                          "tickvals": [0, 20, 40, 60, 80, 100]},
                "yaxis": {"autorange": "reversed", "automargin": True},
            },
        }
    )  # fmt: skip
    keyed = each[SENDERS[2]]
    readings = {
        "of 100 lost, sent once": (round(100 * each["once"].lost_ratio, 1), "count"),
        "doubled, repeating": (round(100 * each["repeats"].more_ratio, 1), "count"),
        "lost, with a key": (round(100 * keyed.lost_ratio, 1), "count"),
        "sent, times": (round(keyed.sent, 2), "count"),
    }
    said = (f"{name} {100 * fate.once_ratio:.0f} %" for name, fate in zip(names, each.values(), strict=True))  # fmt: skip
    return Picture(figure, readings, f"Shown exactly once: {', '.join(said)}.")
