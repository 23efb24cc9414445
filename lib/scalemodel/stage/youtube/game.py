"""You on the bus, phone in hand, and the next four seconds to ask for.

A policy is judged too fast by whoever has never stood in its place. So the reader
takes it: sees the buffer and what the line carried so far, names the next rung, and
waits. At the end stand the same ride's sessions of the policies, and the best session
that anyone could have had who knew the whole line.

The rivals play here, before the page is made. The reader plays in the browser, on
`playback.js`, a twin of `scalemodel.youtube.playback` that is equal to the last bit.

Left out: a clock that ticks. The line waits until the reader has chosen.
Sources: none.
"""

__all__ = [
    "CAPTION", "HEADER", "MOST_RUNGS", "MOST_SAMPLES", "MOST_SEGMENTS", "PLAYER_FIELDS", "PLOT_PX",
    "RULES", "TAKEN", "UNSCRIPTED", "WORDS", "beat_the_algorithm", "level", "rounded", "rung_names",
    "steepness", "switches",
]  # fmt: skip
__dir__ = lambda: __all__

from collections.abc import Mapping
from math import log

import numpy as np

from scalemodel.core import checks
from scalemodel.stage.look import theme
from scalemodel.stage.reading.contest import Row, check_names, contest
from scalemodel.stage.views.embed import Embed
from scalemodel.youtube.abr.ceiling import optimum
from scalemodel.youtube.abr.ladder import LADDER
from scalemodel.youtube.abr.play import Session, play
from scalemodel.youtube.abr.scores import LINEAR
from scalemodel.youtube.media import Player, Trace, Video

MOST_SEGMENTS = 40  # nobody chooses more often
MOST_RUNGS = 9  # one digit each
MOST_SAMPLES = 1000  # of a ride
PLAYER_FIELDS = ("rtt_s", "payload_ratio", "buffer_cap_s", "pause_step_s")
PLOT_PX = 192  # high
TAKEN = ("you", "optimum")
HEADER = ("who", "score", "stopped, s", "mean rate, kbit/s", "switches")
RULES = (
    "You are the policy: name the rung of each next segment. A segment scores its rate in "
    "Mbit/s, less 4.3 for every second that the picture stops, less the change of rate from "
    "the segment before. Nobody tells you what the line does next."
)
UNSCRIPTED = "These are the sessions of whom you would play against."
CAPTION = (
    "Everybody on “{}”, best first; beneath each name the rungs. The optimum knew the line "
    "beforehand, and no choice of rungs scores above {:.3f}."
)
WORDS = {  # the script fills the gaps
    "arrived": "Segment _: _ arrived in _ s; ",
    "stopped": "the picture stopped for _ s; ",
    "store": "_ s stored ahead.",
    "paused": " The store is full, so the player paused for _ s.",
    "strip": "Rungs so far: _.",
    "hold": "Hold _ to the end",
    "place": "Place _ of _, with a score of _",
    "beaten": "You did better than _. ",
    "none": "This line was hard to read: below you see where it turned. ",
    "best": "Whoever knew all of it beforehand could have had _.",
}


def beat_the_algorithm(
    video: Video,
    rides: Mapping[str, Trace],
    player: Player,
    rivals: Mapping[str, object],
    *,
    title: str,
) -> Embed:
    """A game: the reader names the rungs of `video` on one of `rides`, against `rivals`.

    `rides` maps a name to a line, `rivals` a label to a policy; a label that
    `theme.policy_colour` knows gets that colour. Everybody plays over the line in 5
    significant digits, starts with the player's first rung and is scored by `LINEAR`.

    >>> from scalemodel.youtube.abr.policies import Bola
    >>> line = Trace.from_periods([(30, 2000), (30, 500)])
    >>> game = beat_the_algorithm(Video.constant(4, [300, 750, 1200], 20), {"bus": line},
    ...                           Player(), {"BOLA": Bola()}, title="Can you?")
    >>> game.text
    'Can you?: bus · BOLA 0.80, optimum 1.13'
    """
    _check(video, rides, player, rivals)
    rides = {name: rounded(trace) for name, trace in rides.items()}
    names, heights_px = rung_names(video.ladder_kbps)
    rounds = {}
    for name, trace in rides.items():
        bounds = optimum(video, trace, player)
        played = {label: play(video, trace, rival, player) for label, rival in rivals.items()}
        played["optimum"] = bounds.session
        rows = {label: _row(label, session) for label, session in played.items()}
        rounds[name] = (CAPTION.format(name, bounds.upper), rows)
    data = {
        "video": {
            "segment_s": video.segment_s, "ladder_kbps": video.ladder_kbps.tolist(),
            "segment_bytes": video.segment_bytes.tolist(),
        },
        "player": {name: getattr(player, name) for name in PLAYER_FIELDS},
        "first_rung": min(player.first_rung, len(names) - 1),
        "rivals": len(rivals),
        "rides": [
            {
                "time_s": _short(trace.time_s), "bandwidth_mbps": _short(trace.bandwidth_mbps),
                "best": rounds[name][1]["optimum"].figures[0],
            }
            for name, trace in rides.items()
        ],
        "names": names,
        "heights_px": heights_px,
        "steepness": steepness(video.ladder_kbps),
    }  # fmt: skip
    begin = names[data["first_rung"]]
    return contest(
        __file__, rounds, title=title, rules=f"{RULES} Everybody begins at {begin}.", pick="Ride",
        board=_board(video, player, names), header=HEADER, data=data, words=WORDS,
        unscripted=UNSCRIPTED, mine=_drawing("you", video.ladder_kbps, video.segments),
    )  # fmt: skip


def rounded(trace: Trace) -> Trace:
    """`trace` in 5 significant digits, as the page holds it.

    >>> rounded(Trace([0, 12.345678], [1, 2.3456789])).bandwidth_mbps
    array([1.    , 2.3457])
    """
    rows = (trace.time_s, trace.bandwidth_mbps)
    return Trace(*([float(f"{value:.5g}") for value in row] for row in rows))


def rung_names(ladder_kbps: np.ndarray) -> tuple[list[str], list[int] | None]:
    """What the rungs are called, and their heights in pixels where the book's ladder has them.

    >>> rung_names(np.array([300.0, 1000.0]))
    (['360p', '720p'], [360, 720])
    >>> rung_names(np.array([300.0, 1850.0]))
    (['300 kbit/s', '1,850 kbit/s'], None)
    """
    height_of = {kbps: height for height, kbps in LADDER}
    heights_px = [height_of.get(kbps) for kbps in ladder_kbps.tolist()]
    if None in heights_px:
        return [f"{kbps:,.5g} kbit/s" for kbps in ladder_kbps], None
    return [f"{height}p" for height in heights_px], heights_px


def switches(session: Session) -> int:
    """How often `session` asked for another rung than the one before.

    >>> line = Trace.from_periods([(20, 3000), (20, 600)])
    >>> from scalemodel.youtube.abr.policies import BufferBased
    >>> switches(play(Video.constant(4, [300, 750, 1200], 8), line, BufferBased()))
    3
    """
    return int((np.diff(session.rung) != 0).sum())


def _check(video, rides, player, rivals):
    for name, value, kind in (("video", video, Video), ("player", player, Player)):
        if not isinstance(value, kind):
            raise ValueError(f"{name}={value!r} must be a {kind.__name__}")
    checks.whole("video.segments", video.segments, at_least=2, at_most=MOST_SEGMENTS)
    checks.whole("rungs of video", len(video.ladder_kbps), at_least=2, at_most=MOST_RUNGS)
    for name, given in (("rides", rides), ("rivals", rivals)):
        check_names(name, given, TAKEN)
    for key, trace in rides.items():
        if not isinstance(trace, Trace):
            raise ValueError(f"rides[{key!r}]={trace!r} must be a Trace")
        checks.whole(
            f"samples of rides[{key!r}]", len(trace.time_s), at_least=2, at_most=MOST_SAMPLES
        )


def _short(row):
    return [int(value) if value == int(value) else value for value in row.tolist()]


# ── The board: there from the start, and empty until the script fills it ───
def _board(video, player, names):
    rungs = "".join(
        f'<button type="button" data-rung="{rung}">{name}<br><small></small></button>'
        for rung, name in enumerate(names)
    )
    hint = (
        "Under each rung: how long it takes if the line goes on as it was. "
        f"Keys: 1 to {len(names)}."
    )
    part = f"{100 * video.segment_s / player.buffer_cap_s:.4g}%"
    marks = (
        "display:block;height:100%;background:repeating-linear-gradient("
        f"90deg,#0000 0 calc({part} - 2px),var(--sm-paper) 0 {part})"
    )
    return (
        '<div class="now" data-is="now"><canvas data-is="scene" width="192" height="108" '
        'aria-hidden="true" hidden></canvas><div style="flex:1 9rem">'
        f'<b class="sm-title" data-is="store"></b> s stored ahead; {player.buffer_cap_s:g} s is full'
        f'<div class="gauge" data-is="gauge"><i style="{marks}"></i></div>'
        '<p role="status" data-is="status"></p></div></div>'
        f"{_plot('strip', video, names, 'segment 1', str(video.segments))}"
        f'<div class="bar"><span>{_sign("━", "you")} you asked for</span> '
        f"<span>{_sign('━', 'optimum')} the line carried</span> "
        f"<span>{_sign('┃', 'red')} the picture stopped</span></div>"
        '<div data-is="play"><div class="rungs" role="group" aria-label="The next segment" '
        f'data-is="rungs">{rungs}</div><div class="bar"><span>{hint}</span>'
        '<button type="button" data-is="hold"></button></div></div>'
        '<div data-is="end" hidden><p class="sm-title" data-is="place" tabindex="-1"></p>'
        '<p data-is="words"></p><p>This is the line, second by second, with your downloads over it.'
        f"</p>{_plot('line', video, names, '0 s', '')}</div>"
    )  # fmt: skip


def _plot(kind, video, names, first, last):
    """An empty drawing with the rungs beside it, by their rates on a log scale."""
    top = len(names) + 0.5
    labels = "".join(
        f'<small style="top:{PLOT_PX * (1 - level(kbps, video.ladder_kbps) / top):.0f}px">{name}</small>'
        for kbps, name in zip(video.ladder_kbps, names, strict=True)
    )
    until = ' data-is="until"' if kind == "line" else ""
    return (
        f'<div class="plot"><div aria-hidden="true">{labels}</div>'
        f'<svg data-is="{kind}" role="img" aria-label="What the line carried, and what you asked for" '
        f'style="{_colour("you")}" width="100%" height="{PLOT_PX}" preserveAspectRatio="none"></svg>'
        f'<div class="bar" aria-hidden="true"><span>{first}</span><span{until}>{last}</span></div></div>'
    )


def _sign(sign, label):
    return f'<span aria-hidden="true" style="{_colour(label)}">{sign}</span>'


def level(kbps: float, ladder_kbps: np.ndarray) -> float:
    """How high a rate stands in the drawings: 1 at the lowest rung, log scale, a rung about 1.

    >>> round(level(1000, [500, 1000, 2000]), 9)
    2.0
    """
    return 1 + steepness(ladder_kbps) * log(kbps / ladder_kbps[0])


def steepness(ladder_kbps: np.ndarray) -> float:
    """By how much `level` rises where a rate rises e-fold.

    >>> round(steepness([500, 1000, 2000]) * log(2), 9)
    1.0
    """
    return (len(ladder_kbps) - 1) / log(ladder_kbps[-1] / ladder_kbps[0])


# ── The sessions of the others, which a reader without a script sees at once ─
def _row(label, session):
    score = float(session.qoe(LINEAR))
    drawing = _drawing(label, session.ladder_kbps, len(session.rung), _strip(session))
    return Row(f"{score:.2f}", score, _figures(session), drawing)


def _drawing(label, ladder_kbps, segments, strip=""):
    """A session's rungs; without a `strip`, those that the reader will have asked for."""
    mine = "" if strip else ' data-is="mine"'
    return (
        f'<svg{mine} aria-hidden="true" style="{_colour(label)}" preserveAspectRatio="none" '
        f'viewBox="0 0 {segments} {len(ladder_kbps) + 0.5}">{strip}</svg>'
    )


def _figures(session):
    """Score, seconds stopped, mean rate and switches, as text."""
    return (
        f"{session.qoe(LINEAR):.2f}".replace("-", "−"), f"{session.rebuffer_s[1:].sum():.1f}",
        f"{session.kbps.mean():,.0f}", str(switches(session)),
    )  # fmt: skip


def _strip(session):
    """The rungs of a session as bars, and a red line where the picture stopped."""
    top = len(session.ladder_kbps) + 0.5
    bars = "".join(
        f"M{segment}.1 {top}v-{level(kbps, session.ladder_kbps):.3g}h.8V{top}z"
        for segment, kbps in enumerate(session.kbps)
    )
    stops = "".join(
        f"M{segment} 0v{top}" for segment in np.flatnonzero(session.rebuffer_s[1:] > 0) + 1
    )
    return f'<path class="bars" d="{bars}"/><path class="stop" d="{stops}"/>'


def _colour(label):
    name = theme.policy_hues().get(label, label if label in theme.COLOURS else "grey")
    return f"color:var(--sm-{name},{theme.colour(name)})"
