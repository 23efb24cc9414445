"""Where a session stands at a given moment: what is on its way, in store and on the screen.

A photograph of a player at work. The segment crosses the line into the buffer, and the
screen empties the buffer one second a second. A session's arrays say when each
download began and ended; between two of those moments only time goes by.

Left out: what the line could have carried; a session knows what came, not what might.
Sources: none; the arithmetic is that of `scalemodel.youtube.playback`.
"""

__all__ = ["Moment", "moment"]
__dir__ = lambda: __all__

from typing import NamedTuple

import numpy as np

from scalemodel.core import checks
from scalemodel.youtube.abr.play import Session
from scalemodel.youtube.media import MOST_SEGMENT_S


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
    >>> from scalemodel.youtube.media import Player, Trace, Video
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
