"""A line in front of its desks at every load, and the curve of how long one waits.

The scene is a minute of a run: how many are inside, twice a second. All states meet the same
luck, so a move of the slider changes the load and nothing else. The curve is the closed form.

Left out: services that differ more than at random; the chapter has them in a table.
Sources: none; runs and formulas are those of `scalemodel.parts.queues`.
"""

__all__ = [
    "A_SECOND", "LOADS", "MOST_S", "OPENS_S", "QUEUES", "SECONDS", "SEED", "WARM_UP", "inside",
    "queue_picture",
]  # fmt: skip
__dir__ = lambda: __all__

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.core.rng import stream
from scalemodel.parts.queues import Exponential, ServersConfig, draw, expected, wait
from scalemodel.stage.foundations.player import played
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture, Scene

QUEUES = played(
    __file__, '<svg viewBox="0 0 240 110" aria-hidden="true"></svg>',
    play="play a minute of the line", slider="second of the minute", last=60, step=0.5,
)  # fmt: skip
SECONDS, A_SECOND, OPENS_S = 60, 2, 8
WARM_UP, SEED = 2_000, 69  # customers before the minute begins, and a seed with a minute like most
LOADS = np.round(np.linspace(0.5, 0.97, 48), 2)
MOST_S = 21.0


def inside(load: float, servers: int) -> list[int]:
    """How many customers are inside, twice a second for a minute; services take 1 s on average.

    >>> len(inside(0.8, 1))
    121
    """
    customers = WARM_UP + 4 * SECONDS * servers
    gaps = stream(SEED, "arrivals").standard_exponential(customers)
    arrival_s = np.cumsum(gaps / (load * servers))
    service_s = draw(Exponential(), customers, SEED)
    leave_s = np.sort(arrival_s + wait(arrival_s, service_s, servers) + service_s)
    at_s = arrival_s[WARM_UP] + np.arange(SECONDS * A_SECOND + 1) / A_SECOND
    came, left = (np.searchsorted(row, at_s, side="right") for row in (arrival_s, leave_s))
    return (came - left).tolist()


def queue_picture(load: float, servers: int) -> Picture:
    """The line at this load of so many servers, and how long one waits at every load.

    >>> queue_picture(0.8, 1).alt
    '1 server, busy 80 % of the time: one waits 4 s on average, with a service of 1 s.'
    """
    config = ServersConfig(servers=servers, arrivals_per_s=load * servers)
    report = expected(config)
    curve = [
        expected(ServersConfig(servers=servers, arrivals_per_s=each * servers)).mean_wait_s
        for each in LOADS.tolist()
    ]
    shown = np.array(curve) <= MOST_S
    figure = go.Figure(
        {
            "data": [
                {
                    "type": "scatter", "mode": "lines", "name": "mean wait", "meta": {"unit": "s"},
                    "x": (100 * LOADS[shown]).round(), "y": np.round(np.array(curve)[shown], 4),
                    "line": {"color": theme.colour("blue"), "width": 4},
                },
                {
                    "type": "scatter", "mode": "markers", "name": "here", "meta": {"unit": "s"},
                    "x": [round(100 * load)], "y": [round(report.mean_wait_s, 4)],
                    "marker": {"color": theme.colour("ink"), "size": 13, "symbol": "diamond"},
                },
            ],
            "layout": {
                "height": 300, "showlegend": False,
                "xaxis": {"title": {"text": "time in which a server is busy, %"}, "range": [48, 99]},
                "yaxis": {"title": {"text": "mean wait, s"}, "range": [-0.8, MOST_S]},
            },
        }
    )  # fmt: skip
    readings = {
        "mean wait": (report.mean_wait_s, "s"),
        "of 100, have to wait": (100 * report.waits_ratio, "count"),
        "stand in line, mean": (report.throughput_per_s * report.mean_wait_s, "count"),
    }
    many = f"{servers} server{'' if servers == 1 else 's'}, busy {units.percent(load)} of the time"
    alt = (
        f"{many}: one waits {units.quantity(report.mean_wait_s, 's')} on average, with a service of "
        f"1{units.NO_BREAK}s."
    )
    scene = Scene(QUEUES, {"desks": servers, "inside": inside(load, servers), "opens": OPENS_S})
    return Picture(figure, readings, alt, scene)
