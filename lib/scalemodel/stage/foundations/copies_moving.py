"""Three copies that come and go, and whether the service is up: one luck, four ways to need them.

Each copy is down at about three moments of twelve, which is far more than real ones are, so that
there is something to see; the zone is down at one.

Left out: shares of time, which are in `copies`.
Sources: none; the moments are drawn once, by a seed.
"""

__all__ = [
    "COPIES", "DOWN_RATIO", "MOMENTS", "SEED", "SERVICE_X", "WAYS", "ZONE_DOWN", "X", "Y",
    "copies_moving", "copies_up",
]  # fmt: skip
__dir__ = lambda: __all__

import numpy as np

from scalemodel.core.rng import stream
from scalemodel.stage.panel.moving import Step, moving
from scalemodel.stage.views.embed import Embed

COPIES = ("A", "B", "C")
MOMENTS, DOWN_RATIO, SEED = 12, 0.3, 36
ZONE_DOWN = 5  # the moment at which the zone that all share is down
X, SERVICE_X, Y = (60, 130, 200), 306, 62
WAYS = {  # how many must be up, and whether all stand in one zone
    "any one will do": (1, False),
    "two of three": (2, False),
    "all three": (3, False),
    "any one, all in one zone": (1, True),
}


def copies_up() -> np.ndarray:
    """Whether each copy is up at each moment, shape (12, 3).

    >>> copies_up().shape
    (12, 3)
    """
    return stream(SEED, "copies").random((MOMENTS, len(COPIES))) >= DOWN_RATIO


def copies_moving() -> Embed:
    """Twelve moments of three copies, in each of the four ways.

    >>> copies_moving().text[:48]
    'When is the service up?: any one will do, 13 ste'
    """
    things = {"zone": _zone()} | {name: _box(name, 50) for name in COPIES}
    things |= {"service": _box("up", 74), "outage": _box("down", 74)}
    ways = {way: _steps(*rule) for way, rule in WAYS.items()}
    ground = (
        '<text x="306" y="22" text-anchor="middle">the service</text>'
        '<text x="130" y="22" text-anchor="middle">copies</text>'
        '<path d="M236 62h24" fill="none" stroke="currentColor" style="color:var(--sm-muted)"/>'
    )
    return moving(things, ways, title="When is the service up?", size_px=(360, 124), ground=ground)


def _steps(needed, shared):
    steps, outages = [], 0
    for moment, row in enumerate(copies_up()):
        zone_down = shared and moment == ZONE_DOWN
        here = row & (not zone_down)
        up = int(here.sum()) >= needed
        outages += not up
        at = {
            name: (x, Y, "good" if ok else "bad")
            for name, x, ok in zip(COPIES, X, here, strict=True)
        }
        at["service" if up else "outage"] = (SERVICE_X, Y, "good" if up else "bad")
        if shared:
            at["zone"] = (130, Y, "bad" if zone_down else "faint")
        steps.append(Step(_told(moment, here, zone_down, up), at))
    last = f"Down at {outages} of {MOMENTS} moments." if outages else "It was up at all moments."
    return [*steps, Step(last, steps[-1].at)]


def _told(moment, here, zone_down, up):
    lost = [name for name, ok in zip(COPIES, here, strict=True) if not ok]
    said = (
        "all copies are up"
        if not lost
        else f"{' and '.join(lost)} {'is' if len(lost) == 1 else 'are'} down"
    )
    if len(lost) == len(COPIES):
        said = "all copies are down"
    if zone_down:
        said = "the zone is down, and every copy with it"
    return f"Moment {moment + 1}: {said}. The service is {'up' if up else 'down'}."


def _box(word, width):
    return (
        f'<rect x="{-width / 2:g}" y="-17" width="{width}" height="34" rx="4" '
        'style="fill:var(--sm-paper)" stroke="currentColor" stroke-width="2.5"/>'
        f'<text y="4" text-anchor="middle">{word}</text>'
    )


def _zone():
    return (
        '<rect x="-108" y="-30" width="216" height="68" rx="6" fill="none" stroke="currentColor" '
        'stroke-width="2" stroke-dasharray="5 4"/><text x="-104" y="50">one zone</text>'
    )
