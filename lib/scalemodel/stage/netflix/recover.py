"""How a home page comes back: the same trouble met in two ways, ten seconds a point.

Each of the lines is one run: of a hundred viewers whose wait ended in those ten seconds, how
many had a page with its play button. The trouble begins after a minute.

Left out: what it costs to keep more instances than one needs.
Sources: none; the runs are those of `scalemodel.netflix.services`.
"""

__all__ = ["AT_S", "SLOW_PLAN", "STEP_S", "TROUBLES", "lost_min", "recover_picture", "recover_run"]
__dir__ = lambda: __all__

import functools

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.netflix.services.changes import (
    BY_HAND_S,
    BY_PROBES_S,
    Change,
    Deploy,
    Down,
    Scale,
    Slow,
)  # fmt: skip
from scalemodel.netflix.services.graph import ALONE, home_page
from scalemodel.netflix.services.moments import FALLBACK, LIVE, watch
from scalemodel.netflix.services.run import RunConfig
from scalemodel.parts.resilience.guards import UNGUARDED
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture

AT_S, STEP_S = 60.0, 10.0
SLOW_PLAN = Slow(service="billing", at_s=AT_S, factor=60.0)
TROUBLES: dict[str, tuple[float, dict[str, tuple[Change, ...]]]] = {  # how long, and two ways
    "a zone goes down": (1_200.0, {
        "noticed by hand": (Down(zone=0, at_s=AT_S, noticed_s=BY_HAND_S),),
        "noticed by probes": (Down(zone=0, at_s=AT_S, noticed_s=BY_PROBES_S),),
    }),
    "a new playback": (300.0, {
        "all at once": (Down(service="playback", at_s=AT_S, noticed_s=0.0),),
        "one after another": (Deploy(service="playback", at_s=AT_S),),
    }),
    "the plan is slow": (300.0, {
        "left alone": (SLOW_PLAN,),
        "three more instances": (SLOW_PLAN, Scale(service="billing", at_s=AT_S + 30, instances=6)),
    }),
}  # fmt: skip


@functools.cache
def recover_run(trouble: str, way: str, walls: bool) -> tuple[np.ndarray, np.ndarray]:
    """Minutes, and of a hundred pages those with a play button.

    >>> minutes, pages = recover_run("a new playback", "one after another", False)
    >>> pages.min()
    np.float64(100.0)
    """
    until_s, ways = TROUBLES[trouble]
    config = RunConfig(
        graph=home_page(ALONE if walls else UNGUARDED), changes=ways[way], until_s=until_s,
        warm_up_s=0.0, arrivals_per_s=100.0 if trouble == "the plan is slow" else 50.0,
    )  # fmt: skip
    moments = watch(config, STEP_S)
    rows = moments.rows["playback"]
    return moments.at_s / 60, 100 * rows[:, [LIVE, FALLBACK]].sum(axis=1) / rows.sum(axis=1)


def lost_min(trouble: str, way: str, walls: bool) -> float:
    """Minutes of pages that are missing: the area above the line.

    >>> round(lost_min("a new playback", "all at once", False), 1)
    0.5
    """
    _, pages = recover_run(trouble, way, walls)
    return float((100 - pages).sum() / 100 * STEP_S / 60)


def recover_picture(trouble: str, walls: bool) -> Picture:
    """Both ways of a trouble, one line each.

    >>> print(recover_picture("a new playback", False).alt)
    A new playback, without walls. Minutes of pages lost: all at once 0.5, one after another 0.0.
    """
    ways = list(TROUBLES[trouble][1])
    lines = []
    for way, hue, width, dash in zip(
        ways, ("orange", "blue"), (4, 3), ("solid", "dash"), strict=True
    ):
        minutes, pages = recover_run(trouble, way, walls)
        lines.append(
            {
                "type": "scatter", "mode": "lines", "name": way, "x": minutes.round(2).tolist(),
                "y": pages.round(1).tolist(),
                "line": {"color": theme.colour(hue), "width": width, "dash": dash},
            }
        )  # fmt: skip
    figure = go.Figure(
        {
            "data": lines,
            "layout": {
                "height": 270, "legend": {"orientation": "h", "y": 1.15},
                "xaxis": {"title": {"text": "time, min"}, "range": [0, TROUBLES[trouble][0] / 60]},
                "yaxis": {"title": {"text": "pages of 100"}, "range": [-4, 104]},
            },
        }
    )  # fmt: skip
    lost = {way: lost_min(trouble, way, walls) for way in ways}
    readings = {f"pages lost, {way}": (lost[way], "min", 0.1) for way in ways}
    told = ", ".join(f"{way} {minutes:.1f}" for way, minutes in lost.items())
    alt = f"{trouble.capitalize()}, with{'' if walls else 'out'} walls. Minutes of pages lost: {told}."
    return Picture(figure, readings, units.tied(alt))
