"""One viewer before and after a tunnel: the parts that make up the latency, and how it comes back.

Above, the parts end to end, as they are while nothing happens; below, the seconds behind from a
little before the tunnel on. Where the picture stands still the curve rises by a second a second,
and where the player is catching up it falls by what that is faster.

Left out: everything that `scalemodel.youtube.live.session` leaves out.
Sources: none; sessions and formulas are those of `scalemodel.youtube.live`.
"""

__all__ = [
    "BEFORE_S", "HUES", "LITTLE_S", "SHOWN_S", "TUNNEL_AT_S", "Tunnel", "behind_picture", "through",
]  # fmt: skip
__dir__ = lambda: __all__

from itertools import pairwise
from typing import NamedTuple

import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.stage.youtube.live.goal import COMES, MBPS
from scalemodel.youtube.live.chain import LiveConfig
from scalemodel.youtube.live.expected import expected_catch_up_s, expected_parts
from scalemodel.youtube.live.session import LiveReport, watch
from scalemodel.youtube.media import Trace

TUNNEL_AT_S, BEFORE_S, SHOWN_S = 80.0, 20.0, 400.0
HUES = {"encoding": "violet", "segment or chunk": "blue", "way": "green", "target": "orange"}
LITTLE_S = 0.03  # that a curve may be off where points are left out


class Tunnel(NamedTuple):
    """A viewer who goes through one: what was said, what came of it, and when it was over.

    >>> through("chunks of 0.5 s", 10.0, 1.05).usual_s
    3.325
    """

    config: LiveConfig
    report: LiveReport
    usual_s: float
    back_s: float  # from the tunnel's end until the viewer is at the target again


def through(comes: str, tunnel_s: float, speed: float, buffer_s: float = 2.0) -> Tunnel:
    """The viewer of a stream that comes so, who joined at once and meets a tunnel.

    >>> round(through("chunks of 0.5 s", 10.0, 1.05).report.rebuffer_s, 1)
    7.8
    """
    kbps = 1000 * MBPS
    periods = [(TUNNEL_AT_S, kbps), (tunnel_s, 0), (10_000, kbps)]
    line = Trace.from_periods([period for period in periods if period[0] > 0])
    was = COMES[comes]
    config = LiveConfig(
        segment_s=was.segment_s, chunk_s=was.chunk_s, buffer_s=buffer_s, speed=speed, line=line,
        join_s=8.01 + was.unit_s + was.encode_s + was.way_s, watch_s=TUNNEL_AT_S + SHOWN_S,
    )  # fmt: skip
    report, usual_s = watch(config), expected_parts(config, MBPS).latency_s
    after = report.at_s > TUNNEL_AT_S + tunnel_s
    hurries = after & (report.buffer_s > buffer_s + was.unit_s + 1e-6)
    back_s = 0.0
    if report.rebuffer_s and hurries.any():
        begins_s = report.at_s[hurries][0] - TUNNEL_AT_S - tunnel_s
        back_s = begins_s + expected_catch_up_s(report.latency_s[hurries][0] - usual_s, speed)
    return Tunnel(config, report, round(usual_s, 9), float(back_s))


def behind_picture(comes: str, tunnel_s: float, speed: float) -> Picture:
    """The parts, and the seconds behind, of that viewer.

    >>> behind_picture("segments of 4 s", 0.0, 1.05).alt.replace("\\xa0", " ")
    'Usually 7.7 s behind, most of it segment or chunk (4.0 s). The picture never stops.'
    """
    config, report, usual_s, back_s = through(comes, tunnel_s, speed)
    parts = expected_parts(config, MBPS)
    x, y = _curve(report, tunnel_s)
    bars = [
        {
            "type": "bar", "orientation": "h", "name": name, "x": [round(part, 3)], "y": [""],
            "xaxis": "x2", "yaxis": "y2", "marker": {"color": theme.colour(hue)}, "meta": {"unit": "s"},
        }
        for (name, hue), part in zip(HUES.items(), parts, strict=True)
    ]  # fmt: skip
    curve = {
        "type": "scatter", "mode": "lines", "name": "seconds behind", "x": x, "y": y, "showlegend": False,
        "line": {"color": theme.colour("ink"), "width": 2}, "meta": {"unit": "s"},
    }  # fmt: skip
    figure = go.Figure({"data": [*bars, curve], "layout": _layout(tunnel_s)})
    stopped_s = report.rebuffer_s
    readings = {
        "usually behind": (round(usual_s, 2), "s"), "the picture stops for": (round(stopped_s, 2), "s"),
        "at the target again after": (round(back_s), "s"),
    }  # fmt: skip
    name, most = max(zip(HUES, parts, strict=True), key=lambda pair: pair[1])
    after = f"stops for {stopped_s:.1f} s, and {back_s:.0f} s after the tunnel the viewer is at the target again"
    alt = f"Usually {usual_s:.1f} s behind, most of it {name} ({most:.1f} s). The picture {after if stopped_s else 'never stops'}."
    return Picture(figure, readings, units.tied(alt))


def _curve(report, tunnel_s):
    """The seconds behind, by the seconds since the tunnel began; straight between few points."""
    at, behind = [], []
    for time_s, latency_s in zip(report.at_s.tolist(), report.latency_s.tolist(), strict=True):
        if at and latency_s > behind[-1] + 1e-6:  # the picture stood still before it came
            at.append(time_s - (latency_s - behind[-1]))
            behind.append(behind[-1])
        at.append(time_s)
        behind.append(latency_s)
    shown = [n for n, time_s in enumerate(at) if -BEFORE_S <= time_s - TUNNEL_AT_S <= SHOWN_S]
    kept = _bends(at, behind, shown)
    return [round(at[n] - TUNNEL_AT_S, 1) for n in kept], [round(behind[n], 2) for n in kept]


def _bends(at, behind, shown):
    """Of the points `shown` those that a line through the others misses."""
    kept = [shown[0]]
    for before, here in pairwise(shown[1:]):
        first = kept[-1]
        slope = (behind[here] - behind[first]) / (at[here] - at[first])
        between = range(first + 1, here)
        if any(
            abs(behind[n] - behind[first] - slope * (at[n] - at[first])) > LITTLE_S for n in between
        ):
            kept.append(before)
    return [*kept, shown[-1]]


def _layout(tunnel_s):
    shapes = [
        {
            "type": "rect", "xref": "x", "yref": "y domain", "x0": 0, "x1": tunnel_s, "y0": 0, "y1": 1,
            "fillcolor": theme.colour("shade"), "line": {"width": 0}, "layer": "below",
        }
    ] * (tunnel_s > 0)  # fmt: skip
    return {
        "height": 330, "barmode": "stack", "shapes": shapes, "margin": {"t": 40, "r": 16},
        "legend": {"orientation": "h", "y": 1.18, "font": {"size": 12}, "traceorder": "normal"},
        "xaxis": {"title": {"text": "time since the tunnel began, s"}, "range": [-BEFORE_S, SHOWN_S]},
        "yaxis": {"title": {"text": "behind, s"}, "domain": [0, 0.6], "range": [0, 27]},
        "xaxis2": {"range": [0, 9], "anchor": "y2", "dtick": 1, "ticksuffix": "\N{NO-BREAK SPACE}s"},
        "yaxis2": {"domain": [0.84, 1], "anchor": "x2", "showticklabels": False, "ticks": ""},
    }  # fmt: skip
