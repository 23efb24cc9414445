"""The loop of an adaptive player, and where a session stands in it at a given moment.

The rule asks the server for a rung, the segment crosses the line into the buffer, and
the screen empties the buffer one second a second. A session's arrays say when each
download began and ended; between two of those moments only time goes by.

Left out: what the line could have carried; a session knows what came, not what might.
Sources: none; the arithmetic is that of `scalemodel.youtube.playback`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from scalemodel.core import checks
from scalemodel.parts.system import Flow, Part, State, System
from scalemodel.youtube.abr.play import Session
from scalemodel.youtube.media import MOST_SEGMENT_S, Player

PLAYER_LOOP = System(
    parts=(
        Part("server", "a ladder of copies", 0, 0),
        Part("line", "changing bandwidth", 1, 0),
        Part("rule", "names the next rung", 0, 1),
        Part("buffer", "seconds of video", 1, 1),
        Part("screen", "1 s a second", 1, 2),
    ),
    flows=(
        Flow("server", "line"),
        Flow("line", "buffer", "segments"),
        Flow("buffer", "screen", "plays"),
        Flow("line", "rule", "throughput", light=True),
        Flow("buffer", "rule", "level", light=True),
        Flow("rule", "server", "request", light=True),
    ),
)


class Moment(NamedTuple):
    """Where a session stands: the level of the buffer, and the rungs on their way and shown.

    `coming` is the rung of the running download, None where there is none; `shown` that
    of the segment on the screen, None where the picture stands still.

    >>> Moment(8.0, coming=None, shown=2).coming is None
    True
    """

    buffer_s: float
    coming: int | None
    shown: int | None


@checks.kinds
def moment(session: Session, segment_s: float, at_s: float) -> Moment:
    """Where `session` stands `at_s` seconds after its first request.

    >>> from scalemodel.youtube.abr.play import play
    >>> from scalemodel.youtube.media import Trace, Video
    >>> session = play(Video.constant(4, [950], 3), Trace.constant(2), lambda *seen: 0, Player(rtt_s=0))
    >>> moment(session, 4, 1.0), moment(session, 4, 3.0)
    (Moment(buffer_s=0.0, coming=0, shown=None), Moment(buffer_s=3.0, coming=0, shown=0))
    """
    checks.real("segment_s", segment_s, above=0, at_most=MOST_SEGMENT_S)
    checks.real("at_s", at_s, at_least=0)
    ended_s = np.cumsum(session.download_s + session.pause_s)
    segment = int(np.searchsorted(ended_s, at_s, side="right"))
    begun_s = ended_s[segment - 1] if segment else 0.0
    before_s = session.buffer_s[segment - 1] if segment else 0.0
    gone_s = at_s - begun_s
    if segment == len(session.rung):  # all has come, and plays out
        level_s, coming = max(before_s - gone_s, 0.0), None
    elif gone_s < session.download_s[segment]:
        level_s, coming = max(before_s - gone_s, 0.0), int(session.rung[segment])
    else:  # the buffer is full, and the player pauses
        full_s = session.buffer_s[segment] + session.pause_s[segment]
        level_s, coming = full_s - (gone_s - session.download_s[segment]), None
    shown_s = np.cumsum(session.rebuffer_s) + segment_s * np.arange(len(session.rung))
    on_screen = int(np.searchsorted(shown_s, at_s, side="right")) - 1
    stands = level_s <= 0 or on_screen < 0
    return Moment(float(level_s), coming, None if stands else int(session.rung[on_screen]))


@checks.kinds
def loop_state(
    session: Session, segment_s: float, player: Player, names: list[str], at_s: float
) -> State:
    """The state of `PLAYER_LOOP` at that moment; `names` are what the rungs are called.

    >>> from scalemodel.youtube.abr.play import play
    >>> from scalemodel.youtube.media import Trace, Video
    >>> session = play(Video.constant(4, [950], 3), Trace.constant(2), lambda *seen: 0, Player(rtt_s=0))
    >>> sorted(loop_state(session, 4, Player(), ["480p"], 1.0).failed)
    ['screen']
    """
    if not isinstance(names, Sequence) or len(names) != len(session.ladder_kbps):
        rungs = len(session.ladder_kbps)
        raise ValueError(f"names={names!r} must be a list of {rungs} names, one for each rung")
    here = moment(session, segment_s, at_s)
    over = here.coming is None and here.buffer_s == 0
    says = {
        "buffer": f"{here.buffer_s:.0f} s of video",
        "line": "idle" if here.coming is None else f"carries {names[here.coming]}",
        "rule": "waits" if here.coming is None else f"asked for {names[here.coming]}",
        "screen": "over" if over else "stopped" if here.shown is None else f"shows {names[here.shown]}",
    }  # fmt: skip
    busy = set() if here.coming is None else {("server", "line"), ("line", "buffer")}
    return State(
        load={"buffer": min(here.buffer_s / (player.buffer_cap_s + segment_s), 1.0)},
        says=says,
        failed=frozenset({"screen"} if here.shown is None and not over else set()),
        running=frozenset(busy | ({("buffer", "screen")} if here.shown is not None else set())),
    )
