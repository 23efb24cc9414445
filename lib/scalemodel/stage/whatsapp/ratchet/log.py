"""What the server's log says of eight people, whose messages it has not read.

Left out: everything that is not in the log.
Sources: none; the log is that of `scalemodel.whatsapp.encryption.metadata`.
"""

__all__ = ["LOOKS", "awake_h", "log_picture", "week"]
__dir__ = lambda: __all__

import functools

import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.core.rng import stream
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.whatsapp.encryption.metadata import DAY_S, HOUR_S, PEOPLE, by_hour, by_pair, town

LOOKS = ("who with whom", "when", "how much")


@functools.cache
def week():
    """The log of seven days, and what the server was not told.

    >>> len(week()[0].log) > 500
    True
    """
    return town(stream(36, "town"))  # its couples show on the third day


def awake_h(log, name: str) -> tuple[int, int]:
    """The first and the last hour of the day in which somebody ever wrote.

    >>> first, last = awake_h(week()[0].log, "anna")
    >>> 4 < first < last < 24
    True
    """
    hours = [hour for hour, count in enumerate(by_hour(log)[name]) if count]
    return hours[0], hours[-1]


def log_picture(days: int, drawn: str) -> Picture:
    """The log of some days, drawn by pair, by hour or by size.

    >>> log_picture(7, "who with whom").alt.replace("\\xa0", " ")[:40]
    'In 7 days the closest pairs are carla an'
    """
    log = [line for line in week()[0].log if line.at_s < days * DAY_S]
    pairs, hours = by_pair(log), by_hour(log)
    sizes = [line.size_bytes for line in log]
    closest = [" and ".join(pair) for pair in list(pairs)[:2]]
    days_word = f"{days} day{'s' * (days > 1)}"
    if drawn == LOOKS[0]:
        count = [[pairs.get(tuple(sorted((one, other))), 0) for one in PEOPLE] for other in PEOPLE]
        trace = {
            "type": "heatmap", "x": PEOPLE, "y": PEOPLE, "z": count, "xgap": 2, "ygap": 2,
            "text": [[str(one or "") for one in row] for row in count], "texttemplate": "%{text}",
            "colorscale": [[0, theme.colour("shade")], [1, theme.colour("red")]], "showscale": False,
        }  # fmt: skip
        axes = {"yaxis": {"autorange": "reversed", "showgrid": False}, "xaxis": {"showgrid": False}}
        alt = f"In {days_word} the closest pairs are {closest[0]}, then {closest[1]}."
    elif drawn == LOOKS[1]:
        trace = {
            "type": "heatmap", "x": list(range(24)), "y": PEOPLE, "xgap": 1, "ygap": 2,
            "z": [hours.get(name, [0] * 24) for name in PEOPLE], "showscale": False,
            "colorscale": [[0, theme.colour("shade")], [1, theme.colour("blue")]],
        }  # fmt: skip
        axes = {"yaxis": {"autorange": "reversed", "showgrid": False},
                "xaxis": {"title": {"text": "hour of the day"}, "dtick": 3, "showgrid": False}}  # fmt: skip
        first, last = awake_h(log, PEOPLE[0])
        alt = f"In {days_word} {PEOPLE[0]} never wrote before {first} o’clock or after {last + 1}."
    else:
        trace = {
            "type": "scatter", "mode": "markers", "x": [round(line.at_s / HOUR_S, 2) for line in log],
            "y": sizes, "marker": {"size": 5, "color": theme.colour("violet")}, "name": "a message",
        }  # fmt: skip
        axes = {"xaxis": {"title": {"text": "hours since the first midnight"}},
                "yaxis": {"type": "log", "title": {"text": "bytes"}}}  # fmt: skip
        alt = (
            f"In {days_word} {sum(one > 10_000 for one in sizes)} of {len(log)} messages are large."
        )
    figure = go.Figure({"data": [trace], "layout": {"height": 285, **axes}})
    readings = {
        "messages": (len(log), "count"),
        "pairs that talk": (len(pairs), "count"),
        "of the closest pair": (next(iter(pairs.values())), "count"),
        "texts that were read": (0, "count"),
    }
    return Picture(figure, readings, units.tied(alt))
