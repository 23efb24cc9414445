"""The ceiling: what the best of all sessions is worth, whatever its policy knows beforehand.

Left out: pauses that the cap demands, which may only raise the ceiling.
Sources: ours; `scalemodel.youtube.abr.offline` says why it can be known.
"""

__all__ = ["Bounds", "optimum"]
__dir__ = lambda: __all__

from typing import NamedTuple

from scalemodel.core import checks
from scalemodel.youtube.abr import offline
from scalemodel.youtube.abr.play import Session, check_fit, play, play_many
from scalemodel.youtube.abr.policies import Bola, BufferBased, RobustMpc, ThroughputRule
from scalemodel.youtube.abr.scores import LINEAR, Quality
from scalemodel.youtube.media import Player, Trace, Video


class Bounds(NamedTuple):
    """What the best session of all is worth: from `lower`, that of `session`, to `upper`.

    >>> line = Trace.from_periods([(30, 2000), (30, 500)])
    >>> bounds = optimum(Video.constant(4, [300, 750, 1200], 20), line)
    >>> bounds.session.qoe(LINEAR) == bounds.lower <= bounds.upper
    True
    """

    lower: float
    upper: float
    session: Session


def optimum(
    video: Video, trace: Trace, player: Player = Player(), qoe: Quality = LINEAR,
    tolerance: float = 1e-3,
) -> Bounds:  # fmt: skip
    """The ceiling for every policy on `trace`, and a session that comes near it.

    No session of `video` over `trace` by `player` has a `qoe` above `upper`, even if its
    policy knows the whole line beforehand. `upper` is at most `tolerance` above the best of
    a player that never has to pause; where this one must, `lower` may stay farther below.
    `scalemodel.youtube.abr.offline` says why this can be known.

    >>> line = Trace.from_periods([(30, 2000), (30, 500)])
    >>> video = Video.constant(4, [300, 750, 1200], 20)
    >>> lower, upper, session = optimum(video, line)
    >>> round(lower, 3), round(play(video, line, RobustMpc()).qoe(LINEAR), 3)
    (1.129, 0.845)
    """
    check_fit(video, [trace], player)
    checks.instance("qoe", qoe, Quality)
    checks.real("tolerance", tolerance, above=0, at_most=1e3)
    checks.real("tolerance", tolerance, at_least=1e-6)  # below it, points would be too many
    rivals = (BufferBased(), Bola(steady="O"), ThroughputRule(), RobustMpc(qoe=qoe))
    sessions = [play_many(video, [trace], rival, player)[0] for rival in rivals]
    sessions[0].qoe(qoe)  # refuses a video of one segment
    worth = qoe.worth(video.ladder_kbps)
    course = offline.lay_out(video, trace, player, worth, qoe.rebuffer_cost, tolerance / 2)
    scored = video.segments - 1
    slack = tolerance / 2 * scored / course.point
    points, rungs = offline.ceiling(course, [session.rung for session in sessions], slack)
    upper = float(points * course.point / scored) + 1e-9
    sessions.append(play(video, trace, _asking_for(rungs), player))
    if sessions[-1].qoe(qoe) < upper - tolerance:  # a pause was longer than the cap alone demands
        course = offline.capped(course, player.buffer_cap_s - player.pause_step_s - player.rtt_s)
        _, rungs = offline.ceiling(course, [session.rung for session in sessions], slack)
        sessions.append(play(video, trace, _asking_for(rungs), player))
    best = max(sessions, key=lambda session: session.qoe(qoe))
    return Bounds(best.qoe(qoe), max(upper, best.qoe(qoe)), best)


def _asking_for(rungs):
    answers = iter(rungs[1:].tolist())
    return lambda *seen: next(answers)
