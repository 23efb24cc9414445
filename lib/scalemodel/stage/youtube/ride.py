"""How the YouTube chapters look: a ride through a tunnel, and a session over it.

Left out: the models, which live in `scalemodel.youtube`.
Sources: none; the rides are made by `scalemodel.core.bandwidth`.
"""

__all__ = [
    "RIDES", "RIDE_S", "SEGMENT_S", "SHARP", "SHOWN_BUFFER_S", "SHOWN_S", "TUNNEL_AT_S",
    "ride_with_tunnel", "session_picture",
]  # fmt: skip
__dir__ = lambda: __all__

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import bandwidth, units
from scalemodel.core.rng import stream
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture
from scalemodel.stage.youtube.film import Film
from scalemodel.youtube.abr.ladder import LADDER
from scalemodel.youtube.abr.play import Session
from scalemodel.youtube.media import Trace

# Each ride with a seed for which, without a tunnel, a player that holds 720p never stops:
# whatever stops it is then the tunnel. On the train the blur is the tunnel's, too: without one,
# who follows the throughput never goes below 720p, and a longer tunnel never means less blur.
RIDES = {
    "train": (bandwidth.MarkovBandwidth(levels_mbps=(0.8, 1.5, 2.5, 4.0), stay_s=15.0), 9226),
    "bus": (bandwidth.HSDPA_LIKE, 16),
}
RIDE_S = 400.0  # longer than any session of the chapter
TUNNEL_AT_S = 60.0
SEGMENT_S = 4.0
SHARP = 4  # the rung of 720p; what lies below counts as blurry
SHOWN_S = 200.0
SHOWN_BUFFER_S = 66.0


def ride_with_tunnel(ride: str, tunnel_s: float, left_ratio: float) -> Trace:
    """The line of a "train" or a "bus" that enters a tunnel after a minute.

    In the tunnel `left_ratio` of the bandwidth is left, for `tunnel_s` seconds.

    >>> float(ride_with_tunnel("bus", 20, 0.1).time_s[-1])
    400.0
    """
    config, seed = RIDES[ride]
    series = bandwidth.simulate(config, stream(seed, ride), RIDE_S)
    return Trace(*bandwidth.tunnel(series, TUNNEL_AT_S, tunnel_s, left_ratio))


# ── A session over its line ─────────────────────────────────────────────────
def session_picture(session: Session, trace: Trace, rule: str, tunnel_s: float) -> Picture:
    """A session of four-second segments: what was asked for, what was seen, when it stopped.

    Above, on a log scale, the bandwidth, each rung while it was on its way and each
    rung while it was on the screen; below, the buffer. The session must come from a
    player without round trips, so that the trace's clock is the viewer's.

    >>> from scalemodel.youtube.abr.play import play
    >>> from scalemodel.youtube.abr.policies import BufferBased
    >>> from scalemodel.youtube.media import Player, Video
    >>> trace = ride_with_tunnel("bus", 0, 0)
    >>> video = Video.constant(4, [kbps for _, kbps in LADDER], 5)
    >>> session = play(video, trace, BufferBased(), Player(rtt_s=0))
    >>> session_picture(session, trace, "follow buffer", 0).alt
    'With the rule "follow buffer", the picture, once started, never stopped, was below 720p \
for 12 s and fell to 144p at the lowest.'
    """
    asked_until_s = np.cumsum(session.download_s + session.pause_s)
    asked_s = np.append(0.0, asked_until_s[:-1])
    seen_s = np.cumsum(session.rebuffer_s) + SEGMENT_S * np.arange(len(session.rung))
    stops = [
        (float(seen - wait), float(seen))
        for seen, wait in zip(seen_s[1:], session.rebuffer_s[1:], strict=True)
        if wait > 0
    ]
    figure = go.Figure({"data": _traces(session, trace, rule, asked_s, seen_s, stops)})
    figure.update_layout(_layout(stops, tunnel_s))
    heights = [LADDER[rung].height_px for rung in session.rung]
    film = Film(seen_s, heights, SEGMENT_S, opens_s=TUNNEL_AT_S - 2 * SEGMENT_S)
    return Picture(figure, *_in_words(session, rule), film.scene())


def _traces(session, trace, rule, asked_s, seen_s, stops):
    paused_s = np.append(0.0, session.pause_s[:-1])  # before each request
    ink = theme.policy_colour(rule)
    shown = trace.time_s <= SHOWN_S
    upper = {"type": "scatter", "mode": "lines", "meta": {"unit": "kbit/s"}}
    lower = {**upper, "yaxis": "y2", "showlegend": False, "meta": {"unit": "s"}}
    level_x, level_y = _levels(session, asked_s)
    stop_x = [at for stop in stops for at in (*_tenths(stop), None)]
    return [
        {
            **upper, "name": "bandwidth", "x": trace.time_s[shown],
            "y": np.round(trace.bandwidth_mbps[shown] * 1000, -1), "fill": "tozeroy",
            "fillcolor": theme.colour("field"), "line": {"width": 0, "shape": "vh"},
        },
        {
            **upper, "name": "asked for", "line": {"color": ink, "width": 1.5, "dash": "dot"},
            **_steps(asked_s, asked_s + session.download_s, session.kbps, gaps=paused_s),
        },
        {
            **upper, "name": "on the screen", "line": {"color": ink, "width": 4},
            **_steps(seen_s, seen_s + SEGMENT_S, session.kbps, gaps=session.rebuffer_s),
        },
        {**lower, "name": "buffer", "x": level_x, "y": level_y, "line": {"color": ink, "width": 2}},
        {
            **lower, "name": "picture stopped", "x": stop_x,
            "y": [None if at is None else 0 for at in stop_x],
            "line": {"color": theme.colour("red"), "width": 8},
        },
    ]  # fmt: skip


def _layout(stops, tunnel_s):
    def bands(spans_s, colour):
        """All of them as one shape: plotly takes its time for each."""
        path = "".join(f"M{start:.1f},0V1H{end:.1f}V0Z" for start, end in spans_s)
        return {
            "type": "path", "xref": "x", "yref": "paper", "path": path, "line": {"width": 0},
            "fillcolor": theme.colour(colour), "layer": "below",
        }  # fmt: skip

    ends_s = (TUNNEL_AT_S, TUNNEL_AT_S + tunnel_s)
    edges = {
        "type": "path", "xref": "x", "yref": "paper",
        "path": "".join(f"M{end_s:.1f},0V1" for end_s in ends_s),
        "line": {"width": 1.5, "color": theme.colour("muted"), "dash": "dash"},
    }  # fmt: skip
    tunnel = [bands([ends_s], "shade"), edges] if tunnel_s else []
    words = [_word("tunnel", "muted", x=TUNNEL_AT_S + 1, y=1, xanchor="left")] if tunnel_s else []
    if stops:
        words.append(
            _word("red: stopped", "red", x=SHOWN_S, y=0.33, xanchor="right", yanchor="bottom")
        )
    return {
        "height": 340,
        "legend": {"font": {"size": 12}},
        "margin": {"t": 40, "r": 16},
        "shapes": [*tunnel, *([bands(stops, "alarm_field")] if stops else [])],
        "annotations": words,
        "xaxis": {"title": {"text": "time, s"}, "range": [0, SHOWN_S], "anchor": "y2"},
        "yaxis": {
            "type": "log", "domain": [0.42, 1], "range": [np.log10(60), np.log10(10_000)],
            "tickvals": [kbps for _, kbps in LADDER[::2]], "title": {"text": "rung (log scale)"},
            "ticktext": [f"{height}p" for height, _ in LADDER[::2]], "tickfont": {"size": 12},
        },
        "yaxis2": {
            "title": {"text": "buffer, s"}, "domain": [0, 0.33], "range": [0, SHOWN_BUFFER_S],
            "dtick": 30, "tickfont": {"size": 12},
        },
    }  # fmt: skip


def _word(text, colour, **place):
    return {
        "text": text, "yref": "paper", "yanchor": "top", "showarrow": False,
        "font": {"color": theme.colour(colour), "size": 13}, **place,
    }  # fmt: skip


def _steps(starts_s, ends_s, values, gaps):
    """A step for each value from its start to its end, broken where a gap comes before it."""
    x, y = [], []
    for start_s, end_s, value, gap_s in zip(starts_s, ends_s, values, gaps, strict=True):
        if x and gap_s > 0:
            x.append(None)
            y.append(None)
        x += _tenths([start_s, end_s])
        y += [float(value)] * 2
    return {"x": x, "y": y}


def _levels(session, asked_s):
    """The saw-tooth of the buffer: down while a download runs, up when it ends."""
    x, y = [0.0], [0.0]
    for segment, start_s in enumerate(asked_s):
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
    return _tenths([*x, x[-1] + y[-1]]), _tenths([*y, 0.0])  # the last of it plays out


def _tenths(numbers):
    """In tenths, finer than a pixel: every digit travels with the page."""
    return [round(float(number), 1) for number in numbers]


def _in_words(session, rule):
    stopped_s = float(session.rebuffer_s[1:].sum())
    blurry_s = SEGMENT_S * int((session.rung < SHARP).sum())
    lowest_px = LADDER[int(session.rung.min())].height_px
    readings = {
        "picture stopped": (stopped_s, "s"),
        "below 720p": (blurry_s, "s"),
        "mean rate": (float(session.kbps.mean()), "kbit/s"),
    }
    in_all = f"stopped for {units.quantity(stopped_s, 's')} in all"
    stops = in_all if stopped_s else "never stopped"
    blur = (
        f"was below 720p for {units.quantity(blurry_s, 's')} and fell to {lowest_px}p at the lowest"
    )
    joint, blur = (",", blur) if blurry_s else (" and", "was never below 720p")
    return readings, f'With the rule "{rule}", the picture, once started, {stops}{joint} {blur}.'
