"""Eight pages that ask one, three or six servers: each is as late as the last of its answers.

Every server answers in about 10 ms, and now and then takes several times as long. All ways
have the same luck: what A takes for a page it takes whoever else is asked.

Left out: how often, which is in `slowest`.
Sources: none; the answers are drawn once, by a seed.
"""

__all__ = [
    "FLOOR", "MEDIAN_MS", "MOST_MS", "PAGES", "PITCH", "PX_PER_MS", "SEED", "SERVERS", "SIGMA",
    "SLOW_MS", "WAYS", "X", "Y", "answers_ms", "slowest_moving",
]  # fmt: skip
__dir__ = lambda: __all__

import numpy as np

from scalemodel.core.rng import stream
from scalemodel.stage.panel.moving import Step, moving
from scalemodel.stage.views.embed import Embed

SERVERS = "ABCDEF"
PAGES, SEED = 8, 2473  # whose answers are slow about as often as the law says
MEDIAN_MS, SIGMA, SLOW_MS, MOST_MS = 10.0, 0.8, 30, 60
WAYS = {"asks one server": 1, "asks three": 3, "asks six": 6}
X, PX_PER_MS, Y, PITCH = 44, 5, 20, 22
FLOOR = Y + PITCH * len(SERVERS) - 8


def answers_ms() -> np.ndarray:
    """How long each server takes for each page, in whole ms, shape (8, 6).

    >>> answers_ms().shape
    (8, 6)
    """
    luck = stream(SEED, "answers").standard_normal((PAGES, len(SERVERS)))
    return np.round(MEDIAN_MS * np.exp(SIGMA * luck)).astype(int)


def slowest_moving() -> Embed:
    """Eight pages, in three ways to ask.

    >>> slowest_moving().text[:55]
    'Which answer decides?: asks one server, 17 steps, asks '
    """
    things = {"ready": _ready()} | {name: _answer(name) for name in SERVERS}
    ways = {way: _steps(asked) for way, asked in WAYS.items()}
    size_px = (360, FLOOR + 34)
    return moving(things, ways, title="Which answer decides?", size_px=size_px, ground=_ground())


def _steps(asked):
    steps, slow = [], 0
    for page, row in enumerate(answers_ms()[:, :asked]):
        asks = {name: (X, _y(name), "plain") for name in SERVERS[:asked]}
        whom = (
            SERVERS[0]
            if asked == 1
            else f"{', '.join(SERVERS[: asked - 1])} and {SERVERS[asked - 1]}"
        )
        steps.append(Step(f"Page {page + 1} asks {whom}.", asks))
        last = int(row.argmax())
        slow += int(row[last]) > SLOW_MS
        at = {
            name: (_x(ms), _y(name), _look(ms))
            for name, ms in zip(SERVERS, row.tolist(), strict=False)
        }
        at["ready"] = (_x(int(row[last])), FLOOR, _look(int(row[last])))
        steps.append(Step(_told(page, SERVERS[last], int(row[last]), asked), at))
    many = f"{slow or 'None'} of {PAGES} pages {'was' if slow == 1 else 'were'} slow."
    return [*steps, Step(many, steps[-1].at)]


def _told(page, last, ms, asked):
    slow = "The page is slow." if ms > SLOW_MS else "The page is fast."
    who = f"{last} answers" if asked == 1 else f"the last answer is {last}'s,"
    return f"Page {page + 1}: {who} after {ms} ms. {slow}"


def _x(ms):
    return X + PX_PER_MS * ms


def _y(name):
    return Y + PITCH * SERVERS.index(name)


def _look(ms):
    return "bad" if ms > SLOW_MS else "good"


def _answer(name):
    return (
        '<circle r="10" style="fill:var(--sm-paper)" stroke="currentColor" stroke-width="2.5"/>'
        f'<text y="4" text-anchor="middle">{name}</text>'
    )


def _ready():
    return (
        f'<path d="M0 4V-{FLOOR - 8}" fill="none" stroke="currentColor" stroke-width="2.5" '
        'stroke-dasharray="2 4"/><text y="16" text-anchor="middle">page ready</text>'
    )


def _ground():
    lanes = "".join(f"M{X} {_y(name)}H{_x(MOST_MS)}" for name in SERVERS)
    return (
        f'<rect x="{_x(SLOW_MS)}" y="4" width="{PX_PER_MS * (MOST_MS - SLOW_MS)}" height="{FLOOR - 2}" '
        'style="fill:var(--sm-shade)"/>'
        f'<path d="{lanes}" fill="none" stroke="currentColor" style="color:var(--sm-line)"/>'
        f'<g style="fill:var(--sm-muted)"><text x="{_x(MOST_MS) - 6}" y="16" text-anchor="end">slow: over {SLOW_MS} ms</text></g>'
    )
