"""How the YouTube chapters look: the ride through a tunnel, drawn.

Left out: the models, which live in `scalemodel.youtube`.
Sources: none; the rides are made by `scalemodel.core.bandwidth`.
"""

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import bandwidth, units
from scalemodel.core.rng import stream
from scalemodel.stage import theme
from scalemodel.stage.diagram import Arrow, Box, Diagram, diagram
from scalemodel.stage.explore import Picture
from scalemodel.youtube.abr import LADDER, Session, Trace

RULE_COLOURS = {"hold 720p": "grey", "follow throughput": "blue", "follow buffer": "orange"}
RIDES = {
    "bus": bandwidth.HSDPA_LIKE,
    "train": bandwidth.MarkovBandwidth(levels_mbps=(0.8, 1.5, 2.5, 4.0), stay_s=15.0),
}
RIDE_S = 400.0  # longer than any session of the chapter
TUNNEL_AT_S = 60.0
MOST_BUFFER_S = 36.0  # shown; the players of the chapter pause at 30 s


def ride_with_tunnel(ride: str, tunnel_s: float, left_ratio: float, seed: int = 1) -> Trace:
    """The line of a "bus" or a "train" that enters a tunnel after a minute.

    In the tunnel `left_ratio` of the bandwidth is left, for `tunnel_s` seconds.

    >>> float(ride_with_tunnel("bus", 20, 0.1).time_s[-1])
    400.0
    """
    series = bandwidth.simulate(RIDES[ride], stream(seed, ride), RIDE_S)
    return Trace(*bandwidth.tunnel(series, TUNNEL_AT_S, tunnel_s, left_ratio))


def player_diagram() -> Diagram:
    """The loop of an adaptive player: line, buffer, screen, and the rule that asks.

    >>> player_diagram().alt.split(":")[0]
    'A loop'
    """
    return diagram(
        [
            Box("server", "a ladder of copies", 0, 0),
            Box("line", "bandwidth changes", 1, 0),
            Box("rule", "names the next rung", 0, 1),
            Box("buffer", "seconds of video", 1, 1),
            Box("screen", "1 s a second", 1, 2),
        ],
        [
            Arrow("server", "line"),
            Arrow("line", "buffer", "segments"),
            Arrow("buffer", "screen", "plays"),
            Arrow("buffer", "rule", "level", dashed=True),
            Arrow("rule", "server", "request", dashed=True),
        ],
        alt="A loop: the rule reads the buffer level and asks the server for a rung; the segment "
        "crosses the line into the buffer, which the screen empties one second a second.",
    )


def session_picture(session: Session, trace: Trace, rule: str, until_s: float) -> Picture:
    """A session over its line: what was asked for, what was stored, when it stopped.

    Above, the bandwidth and the rate of each segment while it was on its way; below,
    the buffer level, with the times marked at which it was empty. The session must
    come from a player without round trips, so that both clocks agree.

    >>> from scalemodel.youtube.abr import BufferBased, Player, Video, play
    >>> trace = ride_with_tunnel("bus", 0, 0)
    >>> video = Video.constant(4, [kbps for _, kbps in LADDER], 5)
    >>> session = play(video, trace, BufferBased(), Player(rtt_s=0))
    >>> session_picture(session, trace, "follow buffer", 60).alt[:37]
    'With the rule "follow buffer", the pi'
    """
    ends_s = np.cumsum(session.download_s + session.pause_s)
    starts_s = np.append(0.0, ends_s[:-1])
    ink = theme.colour(RULE_COLOURS[rule])
    shown = trace.time_s <= until_s
    stop_x, stop_y = _stops(starts_s, session)
    level_x, level_y = _levels(starts_s, session)
    area = {"type": "scatter", "mode": "lines", "line": {"width": 0}, "fill": "tozeroy"}
    line = {"type": "scatter", "mode": "lines", "line": {"color": ink, "width": 2.5}}
    upper, lower = {"xaxis": "x", "yaxis": "y"}, {"xaxis": "x", "yaxis": "y2"}
    data = [
        {
            **area, **upper, "name": "bandwidth", "fillcolor": theme.colour("field"),
            "x": trace.time_s[shown], "y": trace.bandwidth_mbps[shown] * 1000,
            "line": {"width": 0, "shape": "vh"},
        },
        {
            **line, **upper, "name": "rate asked for",
            "x": np.column_stack([starts_s, ends_s]).ravel(), "y": np.repeat(session.kbps, 2),
        },
        {
            **area, **lower, "name": "picture stopped", "fillcolor": theme.colour("alarm_field"),
            "x": stop_x, "y": stop_y,
        },
        {**line, **lower, "name": "buffer", "x": level_x, "y": level_y},
    ]  # fmt: skip
    layout = {
        "height": 430,
        "showlegend": False,
        "xaxis": {"title": {"text": "time, s"}, "range": [0, until_s], "anchor": "y2"},
        "yaxis": {"title": {"text": "kbit/s"}, "domain": [0.54, 0.94], "rangemode": "tozero"},
        "yaxis2": {"title": {"text": "s"}, "domain": [0, 0.4], "range": [0, MOST_BUFFER_S]},
        "annotations": [
            _heading("Bandwidth, and the rate asked for", above=0.94),
            _heading("Buffer; red: the picture stopped", above=0.4),
        ],
    }
    figure = go.Figure({"data": data, "layout": layout})
    return Picture(figure, *_in_words(session, rule))


def _heading(text, above):
    return {
        "text": text, "x": 0, "y": above, "xref": "paper", "yref": "paper", "xanchor": "left", "xshift": -36,
        "yanchor": "bottom", "showarrow": False, "font": {"color": theme.colour("muted")},
    }  # fmt: skip


def _stops(starts_s, session):
    """The outline of the times when the buffer was empty; the start-up wait counts."""
    x, y = [0.0], [0.0]
    for start_s, download_s, wait_s in zip(
        starts_s, session.download_s, session.rebuffer_s, strict=True
    ):
        if wait_s > 0:
            end_s = start_s + download_s
            x += [end_s - wait_s, end_s - wait_s, end_s, end_s]
            y += [0.0, MOST_BUFFER_S, MOST_BUFFER_S, 0.0]
    return x, y


def _levels(starts_s, session):
    """The saw-tooth of the buffer: down while a download runs, up when it ends."""
    x, y = [0.0], [0.0]
    for segment, start_s in enumerate(starts_s):
        end_s = start_s + session.download_s[segment]
        after = session.buffer_s[segment] + session.pause_s[segment]
        drained = max(y[-1] - session.download_s[segment], 0.0)
        if drained == 0 and y[-1] > 0:
            x.append(start_s + y[-1])
            y.append(0.0)
        x += [end_s, end_s]
        y += [drained, after]
        if session.pause_s[segment] > 0:
            x.append(end_s + session.pause_s[segment])
            y.append(session.buffer_s[segment])
    return x, y


def _in_words(session, rule):
    stopped_s = float(session.rebuffer_s[1:].sum())
    mean_kbps = float(session.kbps.mean())
    lowest = LADDER[int(session.rung.min())].height_px
    readings = {
        "picture stopped": (stopped_s, "s"),
        "mean rate": (mean_kbps, "kbit/s"),
        "lowest picture": (lowest, "px"),
    }
    stops = "never stopped" if stopped_s == 0 else f"stopped for {units.quantity(stopped_s, 's')}"
    alt = (
        f'With the rule "{rule}", the picture {stops} after the start, fell to {lowest}p at the '
        f"lowest, and had {units.quantity(mean_kbps, 'kbit/s')} on average."
    )
    return readings, alt
