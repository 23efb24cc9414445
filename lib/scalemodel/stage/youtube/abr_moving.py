"""Segments that fly into a buffer and are played out of it: a session as a picture that moves.

On the left the server, where the next segments lie on a pile; in the middle the line, on
which one of them is under way; on the right the store and the screen that eats it. Where each
stands at a moment is read from a session of `play`.

Left out: how fast a segment flies; it is drawn as far along as its time has run.
Sources: none.
"""

__all__ = [
    "GROUND", "HEIGHTS", "LINE_X", "MOST_WAITING", "NEXT_X", "PILE", "PITCH", "SCREEN_X",
    "SERVER_X", "SIZE_PX", "STOPPED", "TUNNEL", "Y", "segments_moving",
]  # fmt: skip
__dir__ = lambda: __all__

from collections.abc import Mapping, Sequence

import numpy as np

from scalemodel.core import checks
from scalemodel.stage.panel.moving import Step, moving
from scalemodel.stage.views.embed import Embed
from scalemodel.stage.youtube.ride import SEGMENT_S, SHARP, TUNNEL_AT_S
from scalemodel.youtube.abr.ladder import LADDER
from scalemodel.youtube.abr.loop import moment
from scalemodel.youtube.abr.play import Session

SIZE_PX = (360, 124)
SERVER_X, SCREEN_X, Y = 30, 326, 66
LINE_X = 58, 142  # from the server's door to the store's
NEXT_X, PITCH = 288, 17  # where the segment stands that is shown next, and how far the others
MOST_WAITING = 8
PILE = 4  # segments that are seen at the server
GROUND = (
    '<g fill="none" stroke="currentColor" style="color:var(--sm-muted)">'
    '<path d="M8 38h44v56H8zM298 38h56v56h-56zM151 46h146M151 86h146"/>'
    '<path d="M52 66h98" stroke-dasharray="4 4"/></g>'
    '<g text-anchor="middle" style="fill:var(--sm-muted)"><text x="30" y="112">server</text>'
    '<text x="101" y="112">line</text><text x="224" y="112">stored ahead</text>'
    '<text x="326" y="112">screen</text></g>'
)
TUNNEL = (
    '<path d="M-44 18v-22a44 34 0 0 1 88 0v22" fill="none" stroke="currentColor" stroke-width="3"/>'
    '<text y="-42" text-anchor="middle">tunnel</text>'
)
STOPPED = '<text y="4" text-anchor="middle" font-weight="600">stopped</text>'


HEIGHTS = tuple(f"{height}p" for height, _ in LADDER)


def segments_moving(
    sessions: Mapping[str, Session], *, at_s: Sequence[float], title: str, tunnel_s: float = 0.0,
    names: Sequence[str] = HEIGHTS, sharp: int = SHARP, ending: str = "",
) -> Embed:  # fmt: skip
    """Where the segments of `sessions` stand at each of `at_s`, seconds after the first request.

    `sessions` maps what the reader may pick to a session of four-second segments. Its rungs
    are called `names`, and a segment below the rung `sharp` is of another colour. `ending` is said
    after the last step's words. A tunnel of `tunnel_s` is one that `ride_with_tunnel` made, under a player without round trips.

    >>> from scalemodel.stage.youtube.ride import ride_with_tunnel
    >>> from scalemodel.youtube.abr.play import play
    >>> from scalemodel.youtube.media import Player, Video
    >>> video = Video.constant(4, [kbps for _, kbps in LADDER], 9)
    >>> ride = ride_with_tunnel("train", 0, 1.0)
    >>> session = play(video, ride, lambda *seen: 4, Player(rtt_s=0, first_rung=4))
    >>> segments_moving({"held": session}, at_s=[1, 5], title="What flies?").text
    'What flies?: held, 2 steps'
    """
    moments = checks.numbers_row("at_s", at_s, at_least=0)
    checks.real("tunnel_s", tunnel_s, at_least=0)
    if not isinstance(sessions, Mapping) or not all(
        isinstance(s, Session) for s in sessions.values()
    ):
        raise ValueError(f"sessions={sessions!r} must map a name to a Session")
    for session in sessions.values():
        if len(session.ladder_kbps) > len(names):
            raise ValueError(f"names={names!r} must name {len(session.ladder_kbps)} rungs")
    ways = {
        name: [_step(session, float(at), tunnel_s, names, sharp) for at in moments]
        for name, session in sessions.items()
    }
    placed = {thing for steps in ways.values() for step in steps for thing in step.at}
    if ending:
        for steps in ways.values():
            steps[-1] = Step(f"{steps[-1].words} {ending}", steps[-1].at)
    numbers = sorted((int(thing[1:]) for thing in placed if thing[0] == "s"), reverse=True)
    things = {"tunnel": TUNNEL, "words": STOPPED} | {f"s{n}": _segment(n) for n in numbers}
    ground = GROUND + (_key(names[sharp]) if 0 < sharp < len(names) else "")
    return moving(things, ways, title=title, size_px=SIZE_PX, ground=ground)


def _key(least):
    """What the two colours of a segment mean."""
    words = ((150, "good", "sharp"), (200, "gold", f"blurry, below {least}"))
    return "".join(
        f'<rect x="{x}" y="4" width="9" height="14" rx="2" style="fill:var(--sm-{ink})"/>'
        f'<text x="{x + 14}" y="15" style="font-size:11.2px">{word}</text>'
        for x, ink, word in words
    )


def _segment(number):
    return (
        '<rect x="-7.5" y="-14" width="15" height="28" rx="2"/><text y="4" text-anchor="middle" '
        f'style="fill:var(--sm-paper)">{number}</text>'
    )


def _step(session, at_s, tunnel_s, names, sharp):
    asked_s, got_s, seen_s = _clocks(session)
    here = moment(session, SEGMENT_S, at_s)
    looks = ["good" if rung >= sharp else "busy" for rung in session.rung]  # red is for stops
    on_screen = int(np.searchsorted(seen_s, at_s, side="right")) - 1
    waiting = np.flatnonzero((got_s <= at_s) & (seen_s > at_s))
    if len(waiting) > MOST_WAITING:
        raise ValueError(
            f"at_s={at_s:g} finds {len(waiting)} segments stored ahead; there is room for {MOST_WAITING}"
        )
    coming = np.flatnonzero((asked_s <= at_s) & (at_s < got_s))
    pile = np.flatnonzero(asked_s > at_s)[:PILE]

    at = {f"s{n + 1}": (SERVER_X, Y, "faint") for n in pile}
    for n in coming:
        share = (at_s - asked_s[n]) / session.download_s[n]
        at[f"s{n + 1}"] = (LINE_X[0] + share * (LINE_X[1] - LINE_X[0]), Y, looks[n])
    at |= {f"s{n + 1}": (NEXT_X - PITCH * k, Y, looks[n]) for k, n in enumerate(waiting)}
    if here.shown is not None:
        at[f"s{on_screen + 1}"] = (SCREEN_X, Y, looks[on_screen])
    elif on_screen >= 0:
        at["words"] = (SCREEN_X, Y, "bad")
    dark = TUNNEL_AT_S <= at_s < TUNNEL_AT_S + tunnel_s
    if dark:
        at["tunnel"] = (101, Y, "faint")
    return Step(_in_words(session, at_s, here, coming, on_screen, dark, names), at)


def _clocks(session):
    """When each segment was asked for, had come, and began on the screen, in seconds."""
    over_s = np.cumsum(session.download_s + session.pause_s)
    asked_s = np.append(0.0, over_s[:-1])
    seen_s = np.cumsum(session.rebuffer_s) + SEGMENT_S * np.arange(len(session.rung))
    return asked_s, asked_s + session.download_s, seen_s


def _in_words(session, at_s, here, coming, on_screen, dark, names):
    place = ", in the tunnel" if dark else ""
    line = "Nothing is on its way: the store is full."
    if coming.size:
        line = f"Segment {coming[0] + 1} is on its way, at {names[session.rung[coming[0]]]}."
    elif here.coming is None and at_s > session.download_s.sum() + session.pause_s.sum():
        line = "All segments have come."
    screen = "The screen waits for the first segment."
    if here.shown is not None:
        screen = f"The screen shows segment {on_screen + 1}, at {names[here.shown]}"
        screen += f", and {here.buffer_s:.0f}\N{NO-BREAK SPACE}s of video are stored ahead."
    elif on_screen >= 0:
        screen = "Nothing is stored ahead, and the picture stands still."
    return f"{at_s:.0f}\N{NO-BREAK SPACE}s{place}. {line} {screen}"
