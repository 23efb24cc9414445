"""Six riders ask one after another, and then somebody looks at the whole room.

First each takes the nearest car that is left. Then the same six cars are shared out anew, so
that the minutes of all six together are as few as can be.

Left out: streets; and that the first to ask would not have waited for the last.
Sources: none; who gets which is `match_batch`'s answer. The map is one of ours, chosen because
much is to be had on it; `pairs` has maps that nobody chose.
"""

__all__ = [
    "ENDS_Y", "GROUND", "HIGH_KM", "LEFT", "PX_KM", "RIDERS", "SEED", "TOP", "WIDE_KM", "met",
    "pairs_moving", "scene",
]  # fmt: skip
__dir__ = lambda: __all__

import functools

import numpy as np

from scalemodel.core.rng import stream
from scalemodel.stage.panel.moving import Step, moving
from scalemodel.stage.uber.pairs import RULES, Room, paired
from scalemodel.stage.views.embed import Embed

RIDERS = "ABCDEF"
WIDE_KM, HIGH_KM, SEED = 3.0, 1.15, 8901
PX_KM, LEFT, TOP = 112, 12, 12
ENDS_Y = 168
GROUND = (
    f'<rect x="2" y="1" width="356" height="{TOP + PX_KM * HIGH_KM + 9:.0f}" rx="6" '
    'style="fill:var(--sm-surface)"/>'
    f'<path d="M300 {ENDS_Y + 5}h{PX_KM / 2:.0f}" stroke="currentColor" stroke-width="2" '
    'style="color:var(--sm-muted)"/><g style="fill:var(--sm-muted)">'
    f'<text x="328" y="{ENDS_Y}" text-anchor="middle">1 min</text></g>'
)


@functools.cache
def scene() -> Room:
    """Where the six riders wait, and the six cars.

    >>> scene().minutes.shape
    (6, 6)
    """
    rng = stream(SEED, "first screen")
    cars_km = rng.uniform(0, 1, (len(RIDERS), 2)) * [WIDE_KM, HIGH_KM]
    return Room(rng.uniform(0, 1, (len(RIDERS), 2)) * [WIDE_KM, HIGH_KM], cars_km)


@functools.cache
def met(rule: str):
    """Who gets which car, by the engine.

    >>> round(float(met("first come").minutes.sum()), 1)
    11.7
    """
    return paired(scene(), RULES[rule])


def pairs_moving() -> Embed:
    """First come, rider by rider; then the whole room.

    >>> pairs_moving().text
    'Who gets which car?: first come, then the whole room, 10 steps'
    """
    first, best = met("first come"), met("the whole room")
    lines = {(rider, car) for each in (first, best) for rider, car in enumerate(each.car.tolist())}
    things = {f"line-{rider}-{car}": _line(rider, car) for rider, car in sorted(lines)}
    things |= {f"car-{car}": _car(car + 1) for car in range(len(RIDERS))}
    things |= {f"rider-{name}": _rider(name) for name in RIDERS}
    for name, total in (("first", first.minutes.sum()), ("best", best.minutes.sum())):
        what = "first come" if name == "first" else "the whole room"
        things[f"total-{name}"] = f'<text fill="currentColor">{what}: {total:.1f} min</text>'
    return moving(
        things, {"first come, then the whole room": _steps(first, best)},
        title="Who gets which car?", size_px=(360, 178), ground=GROUND,
    )  # fmt: skip


def _steps(first, best):
    steps = [
        Step("Six riders wait, and six cars, 1 to 6, are idle. A has asked first, F last.", _at({}))
    ]
    done = {}
    for rider, car in enumerate(first.car.tolist()):
        nearest = int(np.argmin(scene().minutes[rider]))
        done[rider] = car
        words = f"{RIDERS[rider]} takes the nearest car, {car + 1}: {first.minutes[rider]:.1f} min."
        if nearest != car:
            words = (
                f"The nearest to {RIDERS[rider]} is {nearest + 1}, and it is gone. The nearest that "
                f"is left is {car + 1}: {first.minutes[rider]:.1f} min."
            )
        steps.append(Step(words, _at(done, now=rider)))
    ends = {"total-first": (6, ENDS_Y + 4, "bad")}
    total, least = first.minutes.sum(), best.minutes.sum()
    last = int(np.argmax(first.minutes))
    words = f"Six cars, {total:.1f} minutes in all. {RIDERS[last]} waits longest."
    steps.append(Step(words, _at(done) | ends))
    again = dict(enumerate(best.car.tolist()))
    moved = {rider for rider in again if again[rider] != done[rider]}
    ends |= {"total-best": (154, ENDS_Y + 4, "good")}
    words = (
        f"Now look at the whole room: {len(moved)} riders get another car, and all six together "
        f"wait {least:.1f} minutes."
    )
    steps.append(Step(words, _at(again, good=moved) | ends))
    worse = [RIDERS[rider] for rider in again if best.minutes[rider] > first.minutes[rider] + 1e-9]
    *some, one = worse
    words = (
        f"The cars drive. {', '.join(some)} and {one} wait a little longer than before, so that all "
        f"together wait {total - least:.1f} minutes less."
    )
    steps.append(Step(words, _at(again, good=moved, there=True) | ends))
    return steps


def _at(pairs, now=None, good=(), there=False):
    at = {}
    for rider, car in pairs.items():
        look = "busy" if rider == now else "good" if rider in good else "plain"
        at[f"line-{rider}-{car}"] = (0, 0, look)
    of = {car: rider for rider, car in pairs.items()}
    for car in range(len(RIDERS)):
        x, y = _px(scene().cars_km[car])
        look = "plain" if car in of else "faint"
        if there:
            to_x, to_y = _px(scene().riders_km[of[car]])
            far = np.hypot(x - to_x, y - to_y)
            x, y = to_x + (x - to_x) * 17 / far, to_y + (y - to_y) * 17 / far
        at[f"car-{car}"] = (x, y, look)
    for rider, name in enumerate(RIDERS):
        look = "busy" if rider == now else "plain"
        at[f"rider-{name}"] = (*_px(scene().riders_km[rider]), look)
    return at


def _px(at_km):
    return round(LEFT + PX_KM * float(at_km[0]), 1), round(TOP + PX_KM * float(at_km[1]), 1)


def _line(rider, car):
    (x, y), (to_x, to_y) = _px(scene().riders_km[rider]), _px(scene().cars_km[car])
    return f'<path d="M{x} {y}L{to_x} {to_y}" stroke="currentColor" stroke-width="3"/>'


def _car(number):
    return (
        '<rect x="-10" y="-8" width="20" height="16" rx="4" fill="currentColor"/>'
        f'<text y="4" text-anchor="middle" style="fill:var(--sm-paper)">{number}</text>'
    )


def _rider(name):
    return (
        '<circle r="9" style="fill:var(--sm-paper)" stroke="currentColor" stroke-width="2.5"/>'
        f'<text y="4" text-anchor="middle">{name}</text>'
    )
