"""A small town whose cars will not stand still, and the lists of who is where.

Twenty-four cars drive along streets. Each says every four seconds where it is; until then the
index has it where it was. Whoever has crossed the border of a cell leaves one list and joins
another. A rider asks for the three nearest, and the cells around light up ring by ring. After
each ring the question is sure of a circle: all that lies nearer than the border of what it has
seen. When the k-th best is within, nobody unseen can be nearer. `rounds` says what each ring adds.

Left out: the log between a report and a list, and everything else of `scalemodel.uber.location`.
Sources: a report every 4 s: Ranney, QCon, 2015; k-NN with a bound as in Roussopoulos, Kelley,
Vincent, SIGMOD 1995. The town and its streets are ours.
"""

__all__ = [
    "AROUND", "BAR", "CELL_M", "EVERY_S", "HIGH", "KEY", "LAST_S", "M_PER_S", "NAMES", "PX",
    "RIDERS", "RUN", "SIDE_PX", "SIGNS", "STREET_M", "TITLE", "WIDE", "K", "Round", "answer",
    "in_words", "known", "reports", "rounds", "town_moving",
]  # fmt: skip
__dir__ = lambda: __all__

import functools
import math
from html import escape
from typing import NamedTuple

import numpy as np

from scalemodel.core import units
from scalemodel.core.rng import stream
from scalemodel.stage.views.embed import Embed, data_html
from scalemodel.stage.views.kinds import Kind

NAMES = "abcdefghijklmnopqrstuvwx"
WIDE, HIGH, CELL_M = 5, 4, 250.0
STREET_M, M_PER_S = 125.0, 9.0
LAST_S, EVERY_S, K = 40, 4.0, 3
RIDERS = ((560, 470), (395, 260), (1010, 790), (300, 880))  # who asks, one after another
TITLE = "Who is where, and who is nearest?"
PX = 0.288  # of a metre, as in the script
AROUND = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])


# ── Ring by ring ────────────────────────────────────────────────────────────
class Round(NamedTuple):
    """What a question knows after a ring.

    >>> Round(cells=9, cars=4, sure_m=331.0, kth_m=214.0).cells
    9
    """

    cells: int  # looked into so far
    cars: int  # looked at so far
    sure_m: float  # nobody unseen is nearer
    kth_m: float  # the k-th best so far; infinite while there are fewer


def rounds(
    cars: np.ndarray, at: tuple[float, float], k: int, cell_m: float, wide: int, high: int
) -> list[Round]:
    """The rings of one question until it may stop, in a town of `wide` × `high` cells.

    >>> cars = np.array([[100.0, 100.0], [260.0, 100.0]])
    >>> rounds(cars, (240.0, 100.0), k=1, cell_m=250.0, wide=3, high=3)
    [Round(cells=1, cars=1, sure_m=10.0, kth_m=140.0), Round(cells=4, cars=2, sure_m=260.0, kth_m=20.0)]
    """
    cars = np.asarray(cars, dtype=float).reshape(-1, 2)
    column, row = (int(place // cell_m) for place in at)
    ring_of = np.abs(np.floor(cars / cell_m) - [column, row]).max(axis=1, initial=0)
    far_m = np.hypot(*(cars - at).T)
    border_m = min(*(place % cell_m for place in at), *(cell_m - place % cell_m for place in at))
    told = []
    for ring in range(max(wide, high)):
        seen = ring_of <= ring
        nearest_m = np.sort(far_m[seen])
        kth_m = float(nearest_m[k - 1]) if len(nearest_m) >= k else math.inf
        cells = _span(column, ring, wide) * _span(row, ring, high)
        told.append(Round(cells, int(seen.sum()), ring * cell_m + border_m, kth_m))
        if kth_m <= told[-1].sure_m or cells == wide * high:
            break
    return told


def _span(middle, ring, many):
    return min(middle + ring, many - 1) - max(middle - ring, 0) + 1


# ── The town ────────────────────────────────────────────────────────────────
@functools.cache
def reports(seed: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """When each car reports first, and its places in metres, shape (cars, reports, 2).

    >>> first_s, places = reports()
    >>> first_s[:3].round(2), places.shape
    (array([-3.83, -3.67, -3.5 ]), (24, 12, 2))
    """
    rng = stream(seed, "town")
    cars, streets = len(NAMES), np.array([WIDE, HIGH]) * 2
    first_s = EVERY_S * ((np.arange(cars) + 1) / cars - 1)
    far_m = M_PER_S * EVERY_S * np.arange(round(LAST_S / EVERY_S) + 2)
    corners = int(far_m[-1] / STREET_M) + 3
    places = np.empty((cars, len(far_m), 2))
    for car in range(cars):
        at = np.clip(np.rint(rng.normal(streets / 2, streets / 4)), 0, streets - 1)
        way, walk = int(rng.integers(4)), [at]
        while len(walk) < corners:
            turns = [way, way, way, (way + 1) % 4, (way + 3) % 4]
            there = [t for t in turns if (walk[-1] + AROUND[t] >= 0).all() and (walk[-1] + AROUND[t] < streets).all()]  # fmt: skip
            way = int(rng.choice(there))
            walk.append(walk[-1] + AROUND[way])
        walk, along = np.array(walk), rng.random() + far_m / STREET_M
        whole = along.astype(int)
        step = (along - whole)[:, None] * (walk[whole + 1] - walk[whole])
        places[car] = (walk[whole] + step + 0.5) * STREET_M
    return first_s, places.round(1)


def known(now_s: float) -> tuple[np.ndarray, int, int]:
    """Where the index has each car; reports since second 0, and how many changed a list.

    >>> places, said, changed = known(12.0)
    >>> said, changed
    (72, 8)
    """
    first_s, places = reports()
    last = np.floor((now_s - first_s) / EVERY_S + 1e-9).astype(int)
    begun = np.floor((0 - first_s) / EVERY_S + 1e-9).astype(int)
    cell = np.floor(places / CELL_M)
    crossed = (cell[:, 1:] != cell[:, :-1]).any(axis=2)
    told = np.arange(crossed.shape[1])
    during = (told >= begun[:, None]) & (told < last[:, None])
    here = np.take_along_axis(places, last[:, None, None], axis=1)[:, 0]
    return here, int(during.sum()), int((crossed & during).sum())


def in_words(now_s: float) -> str:
    """A moment of the town as a sentence.

    >>> in_words(12.0)
    '12 s: 72 reports, of which 8 moved a car to another list.'
    """
    _, said, changed = known(now_s)
    return f"{now_s:g} s: {said} report{'s' * (said != 1)}, of which {changed} moved a car to another list."


def answer(rider: int, now_s: float) -> list[str]:
    """What a rider's question knows after each ring, in sentences.

    >>> answer(0, 0.0)[-1][:41]
    '9 cells, 14 of 24 cars looked at: the thi'
    """
    told = rounds(known(now_s)[0], RIDERS[rider], K, CELL_M, WIDE, HIGH)
    return [_round(one, last=one is told[-1]) for one in told]


def _round(one, last):
    cells = f"{one.cells} cell{'' if one.cells == 1 else 's'}, {one.cars} of {len(NAMES)} cars looked at: "
    if one.kth_m == np.inf:
        return f"{cells}fewer than three. Look further."
    kth = f"{cells}the third is {one.kth_m:.0f} m away, and "
    if last:
        return f"{kth}nobody unseen can be nearer than {one.sure_m:.0f} m. Stop."
    return f"{kth}somebody unseen could be at {one.sure_m:.0f} m. Look further."


def town_moving() -> Embed:
    """The town that the reader lets drive, and asks.

    >>> town_moving().text
    'Who is where, and who is nearest?: 24 cars, 20 cells, 40 s'
    """
    first_s, places = reports()
    data = {
        "names": NAMES, "first": first_s.round(6).tolist(), "places": places.tolist(),
        "wide": WIDE, "high": HIGH, "cell": CELL_M, "every": EVERY_S, "k": K, "riders": RIDERS,
    }  # fmt: skip
    moments = "".join(f"<li>{units.tied(in_words(s))}</li>" for s in range(0, LAST_S + 1, 8))
    rings = "".join(f"<li>{units.tied(words)}</li>" for words in answer(0, 0.0))
    html = (
        '<figure class="sm-moving" data-ready="1" data-lm-suppress-shortcuts '
        f'aria-label="{escape(TITLE)}"><div class="sm-town"><p class="sm-title">{escape(TITLE)}</p>'
        f'<div class="both"><svg viewBox="0 0 361 289" aria-hidden="true" data-is="map"><g data-is="town">{_map()}</g>'
        f"{BAR}</svg>"
        f'<div>{RUN}<p role="status" data-is="status">{units.tied(in_words(0.0))}</p>{KEY}</div></div>'
        f"<details><summary>The town in words</summary><p>The cars drive:</p><ol>{moments}</ol>"
        f"<p>A rider asks at second 0, ring by ring:</p><ol>{rings}</ol></details>"
        f"{data_html(data)}</div></figure>"
    )
    told = f"{len(NAMES)} cars, {WIDE * HIGH} cells, {LAST_S} s"
    return Embed(Kind.beside(__file__), html, f"{TITLE}: {told}")


RUN = (
    '<div class="run" data-is="run"><button type="button" aria-label="let them drive" disabled>'
    f'<span aria-hidden="true">▶</span></button><input type="range" min="0" max="{LAST_S}" value="0" '
    'step="0.25" aria-label="second" disabled><output></output></div>'
    '<button type="button" data-is="ask" disabled>a rider asks</button>'
)

SIDE_PX = CELL_M * PX
BAR = (
    f'<path d="M{3 * SIDE_PX + 0.5:g} {HIGH * SIDE_PX - 10:g}v6h{SIDE_PX:g}v-6" fill="none" stroke="currentColor"/>'
    f'<text x="{3.5 * SIDE_PX:g}" y="{HIGH * SIDE_PX - 9:g}" text-anchor="middle">250 m</text>'
)
SIGNS = {
    '<g class="car"><circle cx="8" cy="8" r="7"/><text x="8" y="12">a</text></g>': "where the index has car a",
    '<circle class="on" cx="8" cy="8" r="3"/>': "where it has driven since",
    '<rect class="lit" x="1" y="2" width="13" height="13"/>': "looked into, or its list just changed",
    '<path class="sure" d="M1 12Q8 1 15 12"/>': "within, all cars are seen",
}
KEY = "".join(
    f'<div><svg viewBox="0 0 16 16" aria-hidden="true" style="display:inline;width:1.2rem">{sign}</svg> {words}</div>'
    for sign, words in SIGNS.items()
)


def _map():
    """The town at second 0, drawn for who has no script: cells, cars, and each cell's list."""
    places, px = known(0.0)[0], lambda m: f"{PX * m + 0.5:.1f}"
    cells, lists = [], []
    for row in range(HIGH):
        for column in range(WIDE):
            here = (np.floor(places / CELL_M) == [column, row]).all(axis=1)
            x, y = column * SIDE_PX + 0.5, row * SIDE_PX + 0.5
            names = " ".join(NAMES[car] for car in np.flatnonzero(here))
            cells.append(
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{SIDE_PX:g}" height="{SIDE_PX:g}"/>'
            )
            lists.append(f'<text x="{x + 4:.1f}" y="{y + 11:.1f}">{names}</text>')
    cars = "".join(
        f'<g class="car"><circle cx="{px(x)}" cy="{px(y)}" r="7.5"/>'
        f'<text x="{px(x)}" y="{PX * y + 4.2:.1f}">{name}</text></g>'
        for name, (x, y) in zip(NAMES, places.tolist(), strict=True)
    )
    return "".join(cells) + cars + "".join(lists)
