"""One clip on four workers: its chunks light up, rung by rung, and a rung that is whole plays.

The grid has a row a rung and a column a chunk. A chunk that is being encoded bears the number of
its worker and fills as the clock goes; a row that is full can be watched. The clip can be told in
five ways, on the same work. From one moment to the next a chunk is done, whenever that is: so the
first seconds pass slowly and the long ones fast, and the clock says which.

Left out: splitting, joining, and the way to the viewer.
Sources: none; who begins what when is told by the loop of `scalemodel.youtube.upload.capacity`.
"""

__all__ = [
    "CHUNKS", "CHUNK_S", "HEIGHT_PX", "HIGH", "LEFT", "NAMES", "PATIENCE", "SLOW", "TITLE", "TOP",
    "WAYS", "WIDE", "WORKERS", "Try", "chunks", "run", "told",
]  # fmt: skip
__dir__ = lambda: __all__

import functools
import math
from html import escape
from typing import NamedTuple

import numpy as np

from scalemodel.core import units
from scalemodel.stage.views.embed import Embed, data_html
from scalemodel.stage.views.kinds import Kind
from scalemodel.youtube.upload import capacity
from scalemodel.youtube.upload.ladder import rungs

TITLE = "When can somebody watch?"
CHUNKS, CHUNK_S, WORKERS, HEIGHT_PX = 8, 10.0, 4, 1080
SLOW, PATIENCE = 10.0, 2.0  # times as long; a second try begins after so many times the usual
WAYS = {  # the largest rung first?; cut into chunks?; a slow worker?; a second try?
    "lowest rung first": (False, True, False, False),
    "largest rung first": (True, True, False, False),
    "not cut": (False, False, False, False),
    "one is slow": (False, True, True, False),
    "slow, and tried twice": (False, True, True, True),
}
NAMES = tuple(f"{one.height_px}p" for one in rungs(HEIGHT_PX))
LEFT, TOP, WIDE, HIGH = 50, 2, 38.5, 21  # px of the grid


class Try(NamedTuple):
    """One piece on one worker: its rung, its chunks, and when.

    >>> run("not cut")[0]
    Try(rung=0, first=0, chunks=8, worker=0, start_s=0.0, end_s=1.42)
    """

    rung: int
    first: int
    chunks: int
    worker: int
    start_s: float
    end_s: float


@functools.cache
def run(way: str) -> tuple[Try, ...]:
    """Every piece in the order in which it is begun, by the engine's loop.

    >>> len(run("lowest rung first")), len(run("slow, and tried twice"))
    (48, 49)
    """
    largest, cut, slow, twice = WAYS[way]
    each = CHUNKS if cut else 1
    order = [(rung, n) for rung in range(len(NAMES)) for n in range(each)]
    order.sort(key=lambda one: (-one[0] if largest else one[0], one[1]))
    usual_s = CHUNK_S * CHUNKS / each * np.array([one.work_ratio for one in rungs(HEIGHT_PX)])
    rung = np.array([one[0] for one in order], dtype=np.uint8)
    service_s = usual_s[rung]
    if slow:
        service_s[order.index((len(NAMES) - 1, 5))] *= SLOW
    start_s, end_s, state = *np.zeros((2, len(order))), np.zeros(len(order), dtype=np.uint8)
    tally, line = np.array([0.0, 0.0, np.inf]), np.array([[len(order)], [0]])
    patience = PATIENCE if twice else math.inf
    capacity.loop.native(
        np.zeros(1), line, rung, service_s, usual_s, patience, np.ones(int(twice)), WORKERS, 0.0, 1,
        start_s, end_s, state, tally,
    )  # fmt: skip
    begun = [(float(start_s[n]), n) for n in range(len(order))]
    if twice:  # whoever was tried again ended in a usual time after the patience
        begun += [(float(start_s[n] + PATIENCE * usual_s[rung[n]]), n) for n in np.flatnonzero(service_s > end_s - start_s + 1e-9)]  # fmt: skip
    free_s, tries = [0.0] * WORKERS, []
    for began_s, n in sorted(begun):
        worker = next(w for w in range(WORKERS) if free_s[w] <= began_s + 1e-9)
        free_s[worker] = float(end_s[n])
        at = order[n][1]
        tries.append(Try(int(rung[n]), at, CHUNKS // each, worker, round(began_s, 2), round(float(end_s[n]), 2)))  # fmt: skip
    return tuple(tries)


def told(way: str) -> str:
    """When the first rung can be watched, and when all can.

    >>> told("lowest rung first")
    '144p can be watched after 0.4 s, and all six rungs after 36.4 s.'
    """
    ends = _ends(way)
    first = min(range(len(NAMES)), key=ends.__getitem__)
    return f"{NAMES[first]} can be watched after {ends[first]:.1f} s, and all six rungs after {max(ends):.1f} s."


def _ends(way):
    """When each rung is whole."""
    return [max(one.end_s for one in run(way) if one.rung == rung) for rung in range(len(NAMES))]


def chunks() -> Embed:
    """The clip, its workers and the five ways.

    >>> chunks().text
    'When can somebody watch?: 5 ways, on 4 workers'
    """
    data = {"ways": [[list(one) for one in run(way)] for way in WAYS], "rungs": NAMES, "chunks": CHUNKS,
            "size": [LEFT, TOP, WIDE, HIGH], "workers": WORKERS}  # fmt: skip
    picks = "".join(
        f'<button type="button" data-way="{n}" aria-pressed="{str(n == 0).lower()}">{way}</button>'
        for n, way in enumerate(WAYS)
    )
    words = "".join(f"<li>{way.capitalize()}: {units.tied(told(way))}</li>" for way in WAYS)
    high = TOP + HIGH * len(NAMES) + 30
    html = (
        f'<figure class="sm-moving" data-ready="1" aria-label="{escape(TITLE)}" '
        f'data-lm-suppress-shortcuts><div class="sm-chunks"><p class="sm-title">{escape(TITLE)}</p>'
        f'<svg viewBox="0 0 360 {high}" aria-hidden="true">{_still(high)}</svg>'
        '<div class="run" hidden><button type="button" aria-label="play the clip">'
        '<span aria-hidden="true">▶</span></button><input type="range" min="0" step="0.1" value="0" '
        'aria-label="moment"><output></output></div>'
        f'<div class="ways" role="group" aria-label="ways" hidden>{picks}</div>'
        f"<details><summary>The five ways in words</summary><ul>{words}</ul></details>"
        f"{data_html(data)}</div></figure>"
    )
    return Embed(Kind.beside(__file__), html, f"{TITLE}: {len(WAYS)} ways, on {WORKERS} workers")


def _still(high):
    """The clip before anybody has begun."""
    cells = "".join(
        f'<rect x="{LEFT + WIDE * n:g}" y="{TOP + HIGH * m}" width="{WIDE - 2:g}" height="{HIGH - 2}"/>'
        for m in range(len(NAMES)) for n in range(CHUNKS)
    )  # fmt: skip
    names = "".join(
        f'<text x="{LEFT - 6}" y="{TOP + HIGH * m + 14}" text-anchor="end">{name}</text>'
        for m, name in enumerate(reversed(NAMES))
    )
    return f'{cells}{names}<text x="0" y="{high - 8}">a column: ten seconds of the clip</text>'
