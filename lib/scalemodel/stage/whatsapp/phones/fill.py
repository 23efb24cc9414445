"""A machine fills with phones until one of three gauges is full, and the reader lifts that wall.

A dot is fifty thousand phones. Each change makes one of the costs less, so the gauges fall, and
▶ fills the machine up to the next wall. With four changes made the reader stands beside the best
choice of four, which was found by trying all of them.

Left out: what a change costs in work; each counts as one.
Sources: none; phones, machine and changes are those of `scalemodel.whatsapp.capacity.server`.
"""

__all__ = ["DOT", "DOTS", "MOST_CHANGES", "NAMES", "TITLE", "WORDS", "fill", "told"]
__dir__ = lambda: __all__

from collections.abc import Sequence
from html import escape

from scalemodel.core import units
from scalemodel.stage.views.embed import Embed, data_html
from scalemodel.stage.views.kinds import Kind
from scalemodel.whatsapp.capacity.server import (
    AS_IT_WAS,
    BOX,
    CHANGES,
    after,
    best_road,
    first_wall,
)

TITLE = "How many phones does one machine hold?"
DOT, DOTS, MOST_CHANGES = 50_000, 60, 4
NAMES = {"memory": "memory", "cpu": "processors", "packets": "packets"}
WORDS = {  # the script fills the gaps: phones, wall, changes left; of the last, the best and a share
    "empty": "An empty machine. Press ▶.",
    "full": "Full at _ phones: the wall is _. Changes left: _.",
    "room": "_ phones, and room for more.",
    "end": "_ phones, and the wall is _. The best four changes hold _: you have _ % of that.",
}


def told(names: Sequence[str]) -> str:
    """What the picture says when the machine is full after these changes.

    >>> told([])
    'Full at 402,631 phones: the wall is processors. Changes left: 4.'
    """
    wall, phones = first_wall(BOX, after(AS_IT_WAS, names))
    left = MOST_CHANGES - len(names)
    if left:
        gaps = [f"{phones:,}", NAMES[wall], left]
    else:
        best = best_road(BOX, AS_IT_WAS, MOST_CHANGES)[1]
        gaps = [f"{phones:,}", NAMES[wall], f"{best:,}", int(100 * phones / best + 0.5)]
    parts = WORDS["full" if left else "end"].split("_")
    return parts[0] + "".join(f"{gap}{part}" for gap, part in zip(gaps, parts[1:], strict=True))


def fill() -> Embed:
    """The machine, its gauges and the changes.

    >>> fill().text
    'How many phones does one machine hold?: 7 changes, the first wall at 402,631'
    """
    data = {
        "box": _parts(BOX), "phone": _parts(AS_IT_WAS),
        "changes": [[change.get(part, 1) for part in NAMES] for change in CHANGES.values()],
        "most": MOST_CHANGES,
        "best": best_road(BOX, AS_IT_WAS, MOST_CHANGES)[1], "names": [*NAMES.values()], "words": WORDS,
        "dot": DOT,
    }  # fmt: skip
    buttons = "".join(
        f'<button type="button" data-change="{n}" aria-pressed="false" disabled>{name}</button>'
        for n, name in enumerate(CHANGES)
    )
    road = [[*CHANGES][:n] for n in range(MOST_CHANGES + 1)]
    steps = "".join(
        f"<li>{(names[-1].capitalize() + ': ') if names else ''}{units.tied(told(names))}</li>"
        for names in road
    )
    html = (
        f'<figure class="sm-moving" data-ready="1" aria-label="{escape(TITLE)}" '
        f'data-lm-suppress-shortcuts><div class="sm-fill"><p class="sm-title">{escape(TITLE)}</p>'
        '<div class="sm-moving-buttons" hidden>'
        '<button type="button" data-to="play">▶ fill it</button>'
        '<button type="button" data-to="empty">start again</button></div>'
        f'<svg viewBox="0 0 360 134" aria-hidden="true">{_machine()}{_gauges()}</svg>'
        f'<p role="status" data-is="status">{WORDS["empty"]}</p>'
        f'<div class="changes" role="group" aria-label="changes">{buttons}</div>'
        f"<details><summary>A road in words</summary><ol>{steps}</ol></details>"
        f"{data_html(data)}</div></figure>"
    )
    text = f"{TITLE}: {len(CHANGES)} changes, the first wall at {first_wall(BOX, AS_IT_WAS)[1]:,}"
    return Embed(Kind.beside(__file__), html, text)


def _parts(load):
    return [load.memory_bytes, load.cpu_us_per_s, load.packets_per_s]


def _machine():
    dots = "".join(
        f'<circle cx="{18 + 14 * (n % 12)}" cy="{36 + 16 * (n // 12)}" r="4.5"/>'
        for n in range(DOTS)
    )
    return (
        '<rect x="4" y="22" width="182" height="92" rx="6"/><text x="4" y="14">one machine</text>'
        f'<g data-is="dots">{dots}</g><text x="4" y="128">a dot: {DOT:,} phones</text>'
    )


def _gauges():
    return "".join(
        f'<text x="204" y="{32 + 34 * n}">{name}</text>'
        f'<text x="356" y="{32 + 34 * n}" text-anchor="end" data-percent>0 %</text>'
        f'<rect x="204" y="{38 + 34 * n}" width="152" height="11" rx="3"/>'
        f'<rect x="204" y="{38 + 34 * n}" width="152" height="11" rx="3" data-gauge '
        f'style="transform:scaleX(0)"/>'
        for n, name in enumerate(NAMES.values())
    )
