"""A day in the life of a box: filled by night, asked in the evening, and down at eight.

Ten films, two boxes in one region, and the viewers of the first. The day is one of the engine's,
in miniature: a box has room for about four films, and takes about one in an hour. Once it is
filled by a forecast that knows the day's premiere, and once by what was watched yesterday.

Left out: encodings and other regions; all are in `scalemodel.netflix.edge`.
Sources: none; who is served by whom is read off `scalemodel.netflix.edge.day`.
"""

__all__ = [
    "ASK_PX", "ASK_X", "BOXES", "DOWN_H", "FILL", "FILMS", "GAP", "GROUND_Y", "HIGH", "HOUR_PX",
    "HOUR_X", "INKS", "LOOKS", "NAMES", "ORIGIN_X", "ORIGIN_Y", "PX_GB", "REQUESTS", "SEED",
    "SHELF", "SHELF_X", "SHELF_Y", "STACK", "WAYS", "Scene", "config", "edge_moving", "held",
    "scene",
]  # fmt: skip
__dir__ = lambda: __all__

import functools
from typing import NamedTuple

import numpy as np

from scalemodel.netflix.edge.catalogue import GB, HOURS, CatalogueConfig, catalogue
from scalemodel.netflix.edge.day import HEALTH, Day, DayConfig, day, loop
from scalemodel.netflix.edge.placement import PERFECT, YESTERDAY, FillConfig
from scalemodel.netflix.edge.steering import ORIGIN, Appliance, Client
from scalemodel.stage.panel.moving import Step, moving
from scalemodel.stage.views.embed import Embed

NAMES = "ABCDEFGHIJ"  # J is the premiere
WAYS = {"filled by a forecast": PERFECT, "filled by yesterday's list": YESTERDAY}
FILMS = CatalogueConfig(
    titles=9, regions=1, shift=0.5, premieres=1, leaving=1, days=2, gb_per_h=(3.0,),
    watched_ratio=(1.0,), drift_ratio=0.5, seed=19,
)  # fmt: skip
DOWN_H = (20, 22)
BOXES = (
    Appliance(disk_tb=0.018, down_from_h=DOWN_H[0], down_until_h=DOWN_H[1]),
    Appliance(disk_tb=0.018, site=1),
)
FILL = FillConfig(rate_gbps=0.012)
REQUESTS, SEED = 28, 1
PX_GB, GAP, HIGH = 5.2, 3, 22  # a film's width for its size, between two, its height
ORIGIN_X, ORIGIN_Y, SHELF_X, SHELF_Y = 4, 28, (4, 234), 74
ASK_X, ASK_PX = 147, 17
HOUR_X, HOUR_PX, GROUND_Y, STACK = 20, 14, 158, 14.5
LOOKS = ("good", "busy", "bad")  # own box, the next town's, the origin
INKS = {"good": "good", "busy": "gold", "bad": "bad"}  # as moving.css has them
SHELF = '<path d="M{0} 60v28h{2}v-28" fill="none" stroke="currentColor" stroke-width="3" style="color:var(--sm-muted)"/>'


class Scene(NamedTuple):
    """A day and what came of each request.

    >>> scene("filled by a forecast").served_by[-1] in (0, 1, ORIGIN)
    True
    """

    day: Day
    served_by: list[int]
    met: list[int]


def config(way: str) -> DayConfig:
    """The day of a way.

    >>> config("filled by a forecast").requests
    28
    """
    return DayConfig(
        catalogue=FILMS, day=1, requests=REQUESTS, boxes=BOXES, clients=(Client(),),
        prediction=WAYS[way], fill=FILL, seed=SEED,
    )  # fmt: skip


@functools.cache
def scene(way: str) -> Scene:
    """The run of a way, by the engine.

    >>> len(scene("filled by a forecast").met)
    28
    """
    today = day(config(way))
    served_by, met = np.zeros((2, REQUESTS), dtype=np.int64)
    loop.native(*today[:-2], served_by, met)
    return Scene(today, served_by.tolist(), met.tolist())


def edge_moving() -> Embed:
    """The same day and the same viewers, in two ways to fill.

    >>> edge_moving().text[:62]
    'Where does the film come from?: filled by a forecast, 25 steps'
    """
    size = catalogue(FILMS).bytes_of
    things = {"hour": '<path d="M0 0l-4 6h8z" fill="currentColor"/>'}
    for place in ("far", "here", "next"):
        things |= {f"{place}-{NAMES[one]}": _film(one, size) for one in range(len(size))}
    films = scene("filled by a forecast").day.file.tolist()
    things |= {f"ask-{at}": _viewer(NAMES[one]) for at, one in enumerate(films)}
    things["down"] = '<path d="M-9-9 9 9M-9 9 9-9" stroke="currentColor" stroke-width="4"/>'
    ways = {way: _steps(scene(way), size) for way in WAYS}
    return moving(
        things, ways, title="Where does the film come from?", size_px=(360, 182), ground=_ground()
    )


# ── The steps ───────────────────────────────────────────────────────────────
def _steps(run, size):
    steps = [Step(_first(run), _at(run, size, -1))]
    steps += [Step(_told(run, hour), _at(run, size, hour)) for hour in range(1, HOURS)]
    from_ = [run.served_by.count(box) for box in (0, 1, ORIGIN)]
    kinds = sum(one == HEALTH for one in run.met)
    words = (
        f"{from_[0]} of {REQUESTS} films came from the box in town. {from_[1]} came from the next "
        f"town's and {from_[2]} from the origin; {kinds} of these lay in the box, but it was down."
    )
    return [*steps, Step(words, _at(run, size, HOURS))]


def held(today: Day, box: int, hour: int) -> list[int]:
    """The films that a box holds in an hour.

    >>> len(held(scene("filled by a forecast").day, 0, 23))
    4
    """
    return np.flatnonzero((today.comes_h[box] <= hour) & (hour < today.goes_h[box])).tolist()


def _at(run, size, hour):
    """Where everything stands in an hour; -1 is midnight, and 24 the end."""
    today, now = run.day, min(max(hour, 0), HOURS - 1)
    far = _packed(range(len(size)), size, ORIGIN_X)
    at = {f"far-{NAMES[one]}": (x, ORIGIN_Y, "faint") for one, x in far.items()}
    at["hour"] = (HOUR_X + HOUR_PX * now, GROUND_Y + 1, "busy")
    for box, name in enumerate(("here", "next")):
        coming = np.flatnonzero(today.comes_h[box] == now + 1) if hour < HOURS else ()
        for one in coming:  # it stands where it flies from
            at[f"{name}-{NAMES[one]}"] = (far[one], ORIGIN_Y, "busy")
        look = "plain" if BOXES[box].up[now] else "faint"
        for one, x in _packed(held(today, box, now), size, SHELF_X[box] + 5).items():
            at[f"{name}-{NAMES[one]}"] = (x, SHELF_Y, look)
    if not BOXES[0].up[now]:
        at["down"] = (SHELF_X[0] + 60, SHELF_Y, "bad")
    height, beside = [0] * HOURS, 0
    for ask, (asked, by) in enumerate(zip(today.hour.tolist(), run.served_by, strict=True)):
        if asked < hour:
            y = GROUND_Y - 9 - STACK * height[asked]
            at[f"ask-{ask}"] = (HOUR_X + HOUR_PX * asked, y, LOOKS[by])
            height[asked] += 1
        elif asked == hour:
            at[f"ask-{ask}"] = (ASK_X + ASK_PX * beside, SHELF_Y, LOOKS[by])
            beside += 1
    return at


def _packed(films, size, x):
    """The middle of each film, laid side by side from `x` on."""
    places = {}
    for one in films:
        wide = PX_GB * size[one] / GB
        places[int(one)] = float(x + wide / 2)
        x += wide + GAP
    return places


# ── In words ────────────────────────────────────────────────────────────────
def _first(run):
    names = _listed(held(run.day, 0, 0))
    return f"Midnight. The box in town holds {names}, as does the next town's. J comes out today."


def _told(run, hour):
    today, said = run.day, []
    gone = [one for one in held(today, 0, hour - 1) if one not in held(today, 0, hour)]
    come = [one for one in held(today, 0, hour) if one not in held(today, 0, hour - 1)]
    if gone:
        said.append(f"the fill window opens, and {_listed(gone)} must leave")
    if come:
        said.append(f"{_listed(come)} is there" if len(come) == 1 else f"{_listed(come)} are there")
    if hour == DOWN_H[0]:
        said.append("the box fails")
    if hour == DOWN_H[1]:
        said.append("the box is back")
    of = {by: [] for by in (0, 1, ORIGIN)}
    for asked, one, by in zip(today.hour.tolist(), today.file.tolist(), run.served_by, strict=True):
        if asked == hour:
            of[by].append(one)
    if of[0]:
        said.append(f"from the box {_listed(of[0])}")
    if of[1]:
        said.append(f"from the next town {_listed(of[1])}")
    if of[ORIGIN]:
        said.append(f"from the origin {_listed(of[ORIGIN])}")
    return f"{hour}:00: {'; '.join(said) or 'nobody asks'}."


def _listed(films):
    return ", ".join(NAMES[one] for one in films)


# ── The drawing ─────────────────────────────────────────────────────────────
def _legend():
    """What a viewer's colour says: where the film came from."""
    names = zip((8, 23, 38), ("town’s box", "next town’s", "origin"), LOOKS, strict=True)
    return "".join(
        f'<circle cx="262" cy="{y}" r="5" fill="none" stroke="var(--sm-{INKS[look]})" stroke-width="2.5"/>'
        f'<text x="271" y="{y + 4}">{name}</text>'
        for y, name, look in names
    )


def _ground():
    window = HOUR_X + HOUR_PX * (FILL.start_h - 0.5)
    wide = HOUR_PX * FILL.window_h
    hours = "".join(
        f'<text x="{HOUR_X + HOUR_PX * hour}" y="{GROUND_Y + 18}" text-anchor="middle">{hour}</text>'
        for hour in (2, 8, 14, 20)
    )
    top = GROUND_Y - 62
    return (
        f'<rect x="{window}" y="{top}" width="{wide}" height="{GROUND_Y - top}" '
        'style="fill:var(--sm-shade)"/>'
        f'<path d="M6 {GROUND_Y}h348" stroke="currentColor" style="color:var(--sm-muted)"/>'
        + SHELF.format(SHELF_X[0], 0, 120)
        + SHELF.format(SHELF_X[1], 0, 120)
        + '<g style="fill:var(--sm-muted)"><text x="4" y="12">the origin, far away: every film</text>'
        + _legend()
        + f'<text x="{SHELF_X[0]}" y="55">the box in town</text>'
        f'<text x="{SHELF_X[1]}" y="55">the next town’s</text>'
        f'<text x="{ASK_X - 9}" y="55">asks now</text>'
        f'<text x="{window + 6}" y="{top + 14}">fill window</text>'
        f'<text x="{HOUR_X + HOUR_PX * 23 + 8}" y="{GROUND_Y + 18}" text-anchor="end">hour</text>{hours}</g>'
    )


def _film(one, size):
    wide = PX_GB * size[one] / GB
    return (
        f'<rect x="{-wide / 2:.1f}" y="{-HIGH / 2}" width="{wide:.1f}" height="{HIGH}" rx="3" '
        'style="fill:var(--sm-paper)" stroke="currentColor" stroke-width="2.5"/>'
        f'<text y="4" text-anchor="middle">{NAMES[one]}</text>'
    )


def _viewer(name):
    return (
        '<circle r="7" style="fill:var(--sm-paper)" stroke="currentColor" stroke-width="1.5"/>'
        f'<text y="4" text-anchor="middle">{name}</text>'
    )
