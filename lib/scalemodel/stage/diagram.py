"""Boxes and arrows, drawn as one small SVG.

Boxes stand on a grid of columns and rows; an arrow runs straight from one to
another and may carry a word. Colours follow the page, light or dark.

Left out: routing around boxes, states and motion.
Sources: the SVG 2 specification; WAI-ARIA's pattern for graphics with a text
alternative.
"""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from scalemodel.stage import theme

CELL_W, CELL_H = 200, 120  # px of the drawing, one grid cell
BOX_W, BOX_H = 150, 62
TEXT = f"var(--pst-color-text-base, {theme.colour('ink')})"
MUTED = f"var(--pst-color-text-muted, {theme.colour('muted')})"
PAPER = "var(--pst-color-background, #ffffff)"


class Box(NamedTuple):
    """One part: a name, a line about it, and its place on the grid.

    >>> Box("buffer", "seconds of video", column=1, row=0).name
    'buffer'
    """

    name: str
    about: str
    column: int
    row: int


class Arrow(NamedTuple):
    """One path from box to box, by their names; `dashed` where nothing heavy flows.

    >>> Arrow("server", "buffer", "segments").dashed
    False
    """

    start: str
    end: str
    text: str = ""
    dashed: bool = False


class Diagram:
    """An SVG with its text alternative; made by `diagram`."""

    def __init__(self, svg, alt):
        self.svg, self.alt = svg, alt

    def __repr__(self):
        return self.alt

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": f'<div class="sm-diagram">{self.svg}</div>', "text/plain": self.alt}


def diagram(boxes: Sequence[Box], arrows: Sequence[Arrow], alt: str) -> Diagram:
    """The boxes and arrows as an SVG that says `alt` to those who cannot see it.

    An arrow to or from a box that is not there is a `ValueError`.

    >>> diagram([Box("a", "", 0, 0), Box("b", "", 1, 0)], [Arrow("a", "b")], "From a to b.")
    From a to b.
    """
    places = {box.name: box for box in boxes}
    for arrow in arrows:
        for name in (arrow.start, arrow.end):
            if name not in places:
                raise ValueError(
                    f"arrow={arrow} names {name!r}; it must be one of {', '.join(places)}"
                )
    width = CELL_W * (1 + max(box.column for box in boxes))
    height = CELL_H * (1 + max(box.row for box in boxes))
    drawn = [_arrow(places[a.start], places[a.end], a) for a in arrows] + [
        _box(box) for box in boxes
    ]
    svg = (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(alt)}" '
        f'style="max-width:{width * 1.5:.0f}px;font-family:inherit" xmlns="http://www.w3.org/2000/svg">'
        f'<defs><marker id="sm-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        f'markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="{MUTED}"/></marker></defs>'
        f"{''.join(drawn)}</svg>"
    )
    return Diagram(svg, alt)


def _centre(box):
    return CELL_W * (box.column + 0.5), CELL_H * (box.row + 0.5)


def _box(box):
    x, y = _centre(box)
    return (
        f'<rect x="{x - BOX_W / 2:g}" y="{y - BOX_H / 2:g}" width="{BOX_W}" height="{BOX_H}" rx="8" '
        f'fill="{PAPER}" stroke="{TEXT}" stroke-width="1.5"/>'
        f'<text x="{x:g}" y="{y - 4:g}" text-anchor="middle" font-size="16" font-weight="600" '
        f'fill="{TEXT}">{escape(box.name)}</text>'
        f'<text x="{x:g}" y="{y + 16:g}" text-anchor="middle" font-size="13" fill="{MUTED}">'
        f"{escape(box.about)}</text>"
    )


def _arrow(start, end, arrow):
    (x1, y1), (x2, y2) = _centre(start), _centre(end)
    dx, dy = x2 - x1, y2 - y1
    # How far along the line a box reaches, from its centre: the nearer of its two sides.
    reach = min(BOX_W / 2 / abs(dx) if dx else 9.0, BOX_H / 2 / abs(dy) if dy else 9.0)
    ax, ay, bx, by = x1 + dx * reach, y1 + dy * reach, x2 - dx * reach, y2 - dy * reach
    dashes = ' stroke-dasharray="5 4"' if arrow.dashed else ""
    line = (
        f'<path d="M{ax:g} {ay:g} {bx:g} {by:g}" fill="none" stroke="{MUTED}" stroke-width="1.5"'
        f'{dashes} marker-end="url(#sm-head)"/>'
    )
    if not arrow.text:
        return line
    mid_x, mid_y = (ax + bx) / 2, (ay + by) / 2
    if dy == 0:  # above a level line, beside any other
        place = f'x="{mid_x:g}" y="{mid_y - 8:g}" text-anchor="middle"'
    else:
        place = f'x="{mid_x + (8 if dx == 0 else 12):g}" y="{mid_y + (4 if dx == 0 else 16):g}"'
    return f'{line}<text {place} font-size="12" fill="{MUTED}">{escape(arrow.text)}</text>'
