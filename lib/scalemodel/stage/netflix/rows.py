"""What viewers get of each row of a home page while one of its services is slow.

A bar a row, of a hundred pages: how many had the row itself, how many something ready in its
place, and how many viewers had no page at all, so that all rows end at the same mark.

Left out: how long the pages took.
Sources: none; the runs are those of `scalemodel.netflix.services`.
"""

__all__ = ["KINDS", "ROWS_UNTIL_S", "ROWS_WALLS", "ROWS_WARM_UP_S", "rows_picture", "rows_run"]
__dir__ = lambda: __all__

import functools
from dataclasses import replace

import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.netflix.services.changes import Slow
from scalemodel.netflix.services.graph import ALONE, home_page
from scalemodel.netflix.services.run import Report, RunConfig, simulate
from scalemodel.parts.resilience.guards import UNGUARDED, Guards
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture

ROWS_UNTIL_S, ROWS_WARM_UP_S = 20.0, 5.0
ROWS_WALLS = {
    "none": UNGUARDED,
    "time-out": Guards(time_out_s=ALONE.time_out_s),
    "+ bulkhead": Guards(time_out_s=ALONE.time_out_s, bulkhead=ALONE.bulkhead),
    "+ breaker": replace(ALONE, retries=0, budget=None),
}
KINDS = (("live", "blue"), ("fallback", "grey"), ("no page", "alarm_field"))


@functools.cache
def rows_run(factor: float, walls: str, per_s: float, service: str = "billing") -> Report:
    """Fifteen seconds of a home page of which `service` is slow.

    >>> rows_run(100.0, "none", 100.0).rows["playback"].live
    0
    """
    slow = Slow(service=service, factor=factor)
    return simulate(
        RunConfig(
            graph=home_page(ROWS_WALLS[walls]), arrivals_per_s=per_s, changes=(slow,),
            until_s=ROWS_UNTIL_S, warm_up_s=ROWS_WARM_UP_S,
        )
    )  # fmt: skip


def rows_picture(factor: float, walls: str, per_s: float) -> Picture:
    """The rows as bars, where billing is `factor` times as slow.

    >>> print(rows_picture(100.0, "time-out", 800.0).alt)
    100 times as slow, time-out: of 100 pages 47 have a play button, and 0 the plan itself.
    """
    graph, report = home_page(), rows_run(factor, walls, float(per_s))
    shows = {call.callee: call.shows for call in graph.calls_of("gateway")}
    shares = {}
    for name, shown in shows.items():
        row = report.rows[name]
        counts = row.live, row.fallback, row.failed + row.hangs
        shares[shown] = [100 * count / sum(counts) for count in counts]
    names = list(shares)[::-1]
    figure = go.Figure(
        {
            "data": [
                {
                    "type": "bar", "orientation": "h", "name": kind, "y": names,
                    "x": [round(shares[name][n], 1) for name in names],
                    "marker": {"color": theme.colour(hue)},
                }
                for n, (kind, hue) in enumerate(KINDS)
            ],
            "layout": {
                "height": 270, "barmode": "stack", "bargap": 0.25,
                "legend": {"orientation": "h", "y": 1.12, "traceorder": "normal"},
                "xaxis": {"title": {"text": "of 100 pages"}, "range": [0, 106]},
            },
        }
    )  # fmt: skip
    page, plan = report.page, report.rows["billing"]
    play, own = (round(100 * n / page.requests) for n in (page.good + page.degraded, plan.live))
    readings = {
        "of 100 pages with a play button": (play, "count"),
        "of 100 with the plan itself": (own, "count"),
    }
    guarded = "no walls" if walls == "none" else walls.replace("+", "time-out and", 1)
    guarded = "time-out, bulkhead and breaker" if walls == "+ breaker" else guarded
    alt = units.tied(
        f"{factor:g} times as slow, {guarded}: of 100 pages {play} have a play button, "
        f"and {own} the plan itself."
    )
    return Picture(figure, readings, alt)
