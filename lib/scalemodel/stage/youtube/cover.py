"""The picture that opens the book: two viewers in one tunnel, each as a strip of film.

A strip runs from left to right through a video of three minutes. Where it is full
the picture is sharp, where it is thin it is blurry, and where it is red it stands
still.

Left out: the connection and the buffer, which the chapter on YouTube shows.
Sources: the chapter's own connection, ladder and rules.
"""

__all__ = [
    "LEFT_RATIO", "PLAYER", "ROWS", "RULES", "STUBBORN", "VIDEO", "WIDTHS_PX", "YIELDING", "spans",
    "tunnel_picture",
]  # fmt: skip
__dir__ = lambda: __all__

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.stage.youtube.ride import SEGMENT_S, SHARP, SHOWN_S, TUNNEL_AT_S, ride_with_tunnel
from scalemodel.youtube.abr.ladder import LADDER
from scalemodel.youtube.abr.play import Session, play
from scalemodel.youtube.abr.policies import ThroughputRule
from scalemodel.youtube.media import Player, Video

VIDEO = Video.constant(SEGMENT_S, [kbps for _, kbps in LADDER], segments=45)
PLAYER = Player(rtt_s=0, buffer_cap_s=30, first_rung=SHARP)
STUBBORN, YIELDING = "hold 720p", "follow throughput"
RULES = {STUBBORN: lambda *seen: SHARP, YIELDING: ThroughputRule(safety=0.8)}
ROWS = {
    STUBBORN: (1.2, "always asks for the same sharpness"),
    YIELDING: (0, "asks for what the connection carries"),
}
WIDTHS_PX = {"sharp": 34, "blurry": 10, "stopped": 34}
LEFT_RATIO = 0.2  # of the bandwidth, in the tunnel


def tunnel_picture(tunnel_s: float) -> Picture:
    """What two viewers of one video see when their train meets a tunnel of `tunnel_s`.

    >>> tunnel_picture(60).alt
    'In a tunnel of 60 s one picture stands still for 16.3 s. The other goes blurry for 72 s and \
never stops.'
    """
    trace = ride_with_tunnel("train", tunnel_s, LEFT_RATIO)
    seen = {rule: spans(play(VIDEO, trace, RULES[rule], PLAYER)) for rule in RULES}
    figure = go.Figure({"data": [line for rule in RULES for line in _strip(rule, seen[rule])]})
    figure.update_layout(_layout(tunnel_s, seen[STUBBORN]["stopped"]))
    stopped_s, blurry_s = _length_s(seen[STUBBORN]["stopped"]), _length_s(seen[YIELDING]["blurry"])
    if _length_s(seen[YIELDING]["stopped"]):
        raise ValueError(f"tunnel_s={tunnel_s} must be so short that the second never stops")
    readings = {"the first stands still": (stopped_s, "s"), "the second is blurry": (blurry_s, "s")}
    one = f"stands still for {units.quantity(stopped_s, 's')}" if stopped_s else "never stops"
    blur = f"goes blurry for {units.quantity(blurry_s, 's')}" if blurry_s else "stays sharp"
    alt = f"In a tunnel of {units.quantity(tunnel_s, 's')} one picture {one}. The other {blur} and never stops."
    return Picture(figure, readings, alt)


def spans(session: Session) -> dict[str, list[tuple[float, float]]]:
    """When the viewer saw a sharp picture, a blurry one, or one that stood still, in seconds.

    The wait before the first picture is left out; the clock starts with it running.

    >>> line = ride_with_tunnel("train", 45, 0.2)
    >>> seen = spans(play(VIDEO, line, RULES["hold 720p"], PLAYER))
    >>> len(seen["stopped"]), seen["blurry"]
    (2, [])
    """
    seen = {what: [] for what in WIDTHS_PX}
    end_s = np.cumsum(session.rebuffer_s) + SEGMENT_S * np.arange(1, len(session.rung) + 1)
    for n, rung in enumerate(session.rung):
        start_s = float(end_s[n] - SEGMENT_S)
        if n and session.rebuffer_s[n] > 0:
            seen["stopped"].append((start_s - float(session.rebuffer_s[n]), start_s))
        stretch = seen["sharp" if rung >= SHARP else "blurry"]
        if stretch and abs(stretch[-1][1] - start_s) < 1e-9:
            start_s = stretch.pop()[0]
        stretch.append((start_s, float(end_s[n])))
    return seen


def _length_s(stretches):
    return round(sum(end - start for start, end in stretches), 6)


def _strip(rule, seen):
    row, about = ROWS[rule]
    hues = {"sharp": theme.policy_colour(rule), "blurry": theme.policy_colour(rule)}
    for what, width_px in WIDTHS_PX.items():
        x = [at for start, end in seen[what] for at in (start, end, None)]
        yield {
            "type": "scatter", "mode": "lines", "name": f"{about}: {what}", "x": x,
            "y": [None if at is None else row for at in x], "hoverinfo": "skip",
            "line": {"color": hues.get(what, theme.colour("red")), "width": width_px},
        }  # fmt: skip


def _layout(tunnel_s, stops):
    ends_s = (TUNNEL_AT_S, TUNNEL_AT_S + tunnel_s)
    band = {
        "type": "rect", "xref": "x", "yref": "paper", "x0": ends_s[0], "x1": ends_s[1], "y0": 0,
        "y1": 1, "line": {"width": 0}, "fillcolor": theme.colour("shade"), "layer": "below",
    }  # fmt: skip
    words = [
        {
            "text": about, "x": 0, "xanchor": "left", "xref": "paper", "y": row + 0.46,
            "yanchor": "middle", "showarrow": False, "font": {"size": 15},
        }
        for row, about in ROWS.values()
    ]  # fmt: skip
    if tunnel_s:
        words.append({
            "text": "tunnel", "x": ends_s[1] - 1, "xanchor": "right", "y": 1, "yref": "paper",
            "yanchor": "top", "showarrow": False,
            "font": {"size": 13, "color": theme.colour("muted")},
        })  # fmt: skip
    if stops:
        middle_s = (stops[0][0] + stops[-1][1]) / 2
        words.append(
            {
                "text": "stopped", "x": middle_s, "y": ROWS[STUBBORN][0] - 0.24, "yanchor": "top",
                "showarrow": False, "font": {"size": 13, "color": theme.colour("red")},
            }
        )  # fmt: skip
    return {
        "height": 270, "margin": {"r": 16}, "showlegend": False, "shapes": [band] if tunnel_s else [],
        "annotations": words,
        "xaxis": {"title": {"text": "time, s"}, "range": [0, SHOWN_S], "showgrid": False},
        "yaxis": {"visible": False, "range": [-0.4, 2.1], "fixedrange": True},
    }  # fmt: skip
