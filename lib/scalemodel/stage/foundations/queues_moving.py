"""Eight customers at one desk, second by second: the same work, come evenly and come as they like.

Each needs eight tenths of the time between two arrivals, so the desk is busy 80 % of it. Who
comes evenly never waits. Who comes at random does, for nobody gives back a second in which the
desk had nothing to do.

Left out: a long run, which is in `queues`.
Sources: none; when each is called is read off `scalemodel.parts.queues`.
"""

__all__ = [
    "DESK", "DOOR_X", "GAP_S", "GONE_X", "GROUND", "LINE_X", "NAMES", "PITCH", "SEED", "SERVICE_S",
    "arrivals", "queue_moving",
]  # fmt: skip
__dir__ = lambda: __all__

import numpy as np

from scalemodel.core.rng import stream
from scalemodel.parts.queues import wait
from scalemodel.stage.panel.moving import Step, moving
from scalemodel.stage.views.embed import Embed

NAMES = ("Ann", "Bea", "Cal", "Dan", "Eve", "Fay", "Gus", "Hal")
GAP_S, SERVICE_S = 5.0, 4.0
SEED = 16  # whose gaps add up to what even ones do
DESK, LINE_X, PITCH, DOOR_X, GONE_X = (236, 44), 178, 40, 18, 330
GROUND = (
    '<g fill="none" stroke="currentColor" style="color:var(--sm-muted)">'
    '<rect x="208" y="18" width="56" height="52" rx="4"/><path d="M4 66h196"/></g>'
    '<g style="fill:var(--sm-muted)"><text x="236" y="88" text-anchor="middle">the desk</text>'
    '<text x="4" y="88">the line</text><text x="330" y="88" text-anchor="middle">served</text></g>'
)


def arrivals() -> dict[str, np.ndarray]:
    """When the customers come, in seconds: evenly, and at random; the first at once.

    >>> {way: float(row[-1]) for way, row in arrivals().items()}["they come evenly"]
    35.0
    """
    gaps = stream(SEED, "gaps").exponential(GAP_S, len(NAMES) - 1)
    return {
        "they come evenly": GAP_S * np.arange(len(NAMES)),
        "they come as they like": np.round(np.append(0.0, np.cumsum(gaps))),
    }


def queue_moving() -> Embed:
    """One desk and eight customers, in two ways to come.

    >>> queue_moving().text[:60]
    'Who waits at a desk that is busy 80 % of the time?: they com'
    """
    things = {name: _person(name) for name in NAMES}
    ways = {way: _steps(row) for way, row in arrivals().items()}
    title = "Who waits at a desk that is busy 80 % of the time?"
    return moving(things, ways, title=title, size_px=(360, 96), ground=GROUND)


def _steps(arrival_s):
    waits_s = wait(arrival_s, np.full(len(NAMES), SERVICE_S))
    start_s = arrival_s + waits_s
    leave_s = start_s + SERVICE_S
    moments = sorted({*arrival_s.tolist(), *start_s.tolist(), *leave_s.tolist()})
    steps = [Step(_told(at_s, arrival_s, start_s, leave_s), _places(at_s, arrival_s, start_s, leave_s))
             for at_s in moments]  # fmt: skip
    late = [f"{name} {waited:g} s" for name, waited in zip(NAMES, waits_s, strict=True) if waited]
    last = f"Waits: {', '.join(late)}." if late else "Nobody has waited."
    return [*steps, Step(f"All are served. {last}", steps[-1].at)]


def _told(at_s, arrival_s, start_s, leave_s):
    came = [name for name, t in zip(NAMES, arrival_s, strict=True) if t == at_s]
    called = [name for name, t in zip(NAMES, start_s, strict=True) if t == at_s]
    waiting = int(((arrival_s <= at_s) & (start_s > at_s)).sum())
    said = [f"{' and '.join(came)} {'come' if len(came) > 1 else 'comes'}."] if came else []
    said += [f"{called[0]} is served."] if called else []
    if not ((start_s <= at_s) & (leave_s > at_s)).any():
        said.append("The desk has nothing to do.")
    said += [f"{waiting} {'waits' if waiting == 1 else 'wait'}."] if waiting else []
    return f"{at_s:g} s: {' '.join(said)}"


def _places(at_s, arrival_s, start_s, leave_s):
    at, ahead = {}, 0
    for name, came_s, called_s, left_s in zip(NAMES, arrival_s, start_s, leave_s, strict=True):
        if left_s <= at_s:
            at[name] = (GONE_X, 44, "faint")
        elif called_s <= at_s:
            at[name] = (*DESK, "good")
        elif came_s <= at_s:
            at[name] = (LINE_X - PITCH * ahead, 44, "busy")
            ahead += 1
    return at


def _person(name):
    return (
        '<circle r="17" style="fill:var(--sm-paper)" stroke="currentColor" stroke-width="2.5"/>'
        f'<text y="4" text-anchor="middle">{name}</text>'
    )
