"""Boxes and arrows, drawn as one small SVG from the object that a model simulates.

The parts stand on a grid of columns and rows; a flow runs straight from one to another
and may carry a word. With a state, a part's load rises in its box, a part that has
failed is crossed out in dashes, and a flow on which something is under way is thick;
each of them is also said in words. Colours follow the page, light or dark; in Jupyter it
lies on white.

Left out: routing around boxes.
Sources: the SVG 2 specification; WAI-ARIA's pattern for graphics with a text
alternative.
"""

__all__ = [
    "BOX_H", "BOX_W", "CELL_H", "CELL_W", "FIELD", "MUTED", "PAPER", "RED", "TEXT", "WHITE",
    "Diagram", "diagram",
]  # fmt: skip
__dir__ = lambda: __all__

from collections.abc import Sequence
from html import escape

from scalemodel.parts.system import State, System
from scalemodel.stage.look import theme
from scalemodel.stage.views import still
from scalemodel.stage.views.view import view

CELL_W, CELL_H = 200, 120  # px of the drawing, one grid cell
BOX_W, BOX_H = 150, 62
TEXT = f"var(--pst-color-text-base, {theme.colour('ink')})"
MUTED = f"var(--pst-color-text-muted, {theme.colour('muted')})"
PAPER = "var(--pst-color-background, #ffffff)"
RED = f"var(--sm-red, {theme.colour('red')})"
FIELD = f"var(--sm-field, {theme.colour('field')})"
WHITE = "svg{background:#fff;font-family:sans-serif!important}"  # where the page is not the site's


class Diagram:
    """An SVG with its text alternative; made by `diagram`.

    Its `pieces` stand in the same order in every state of a system, so that a panel
    need only hold those that change.
    """

    def __init__(self, pieces: Sequence[str], alt: str):
        self.pieces, self.alt = tuple(pieces), alt

    @property
    def svg(self) -> str:
        """The whole element."""
        return "".join(self.pieces)

    def __repr__(self):
        return self.alt

    def _repr_mimebundle_(self, include=None, exclude=None):
        picture = still.image_html(still.svg_within(self.svg, WHITE), self.alt)
        html = f'<div class="sm-diagram">{self.svg}</div>' if view() == "site" else picture
        return {"text/html": html, "text/plain": still.proved(self.alt, picture)}


def diagram(system: System, alt: str, state: State | None = None) -> Diagram:
    """`system` as an SVG, in `state` if there is one, that says `alt` to who cannot see it.

    A state that names what the system does not have is a `ValueError`.

    >>> from scalemodel.parts.system import Flow, Part
    >>> pair = System((Part("a", "", 0, 0), Part("b", "", 1, 0)), (Flow("a", "b"),))
    >>> diagram(pair, "From a to b.")
    From a to b.
    >>> "stroke-dasharray" in diagram(pair, "b is down.", State(failed=frozenset({"b"}))).svg
    True
    """
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(f"alt={alt!r} must be a sentence")
    state = system.checked(state or State())
    places = {part.name: part for part in system.parts}
    width = CELL_W * (1 + max(part.column for part in system.parts))
    height = CELL_H * (1 + max(part.row for part in system.parts))
    flows = [_flow(places[f.start], places[f.end], f, state) for f in system.flows]
    parts = [_part(part, state) for part in system.parts]
    head = (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(alt)}" '
        f'style="max-width:{width * 1.5:.0f}px;font-family:inherit" xmlns="http://www.w3.org/2000/svg">'
        f'<defs><marker id="sm-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="10" '
        f'markerHeight="10" markerUnits="userSpaceOnUse" orient="auto">'
        f'<path d="M0 0 8 4 0 8z" fill="{MUTED}"/></marker></defs>'
    )
    return Diagram([head, *flows, *parts, "</svg>"], alt)


def _centre(part):
    return CELL_W * (part.column + 0.5), CELL_H * (part.row + 0.5)


def _part(part, state):
    x, y = _centre(part)
    left, top, failed = x - BOX_W / 2, y - BOX_H / 2, part.name in state.failed
    box = f'x="{left:g}" y="{top:g}" width="{BOX_W}" height="{BOX_H}" rx="8"'
    line = f'stroke="{RED}" stroke-dasharray="6 4"' if failed else f'stroke="{TEXT}"'
    drawn = f'<rect {box} fill="{PAPER}" {line} stroke-width="{2.5 if failed else 1.5}"/>'
    if part.name in state.load:
        high = BOX_H * state.load[part.name]
        drawn += (
            f'<path d="M{left + 1:g} {top + BOX_H - high:.1f}h{BOX_W - 2}v{high:.1f}h-{BOX_W - 2}z" '
            f'fill="{FIELD}" opacity="0.75"/>'
        )
    if failed:
        drawn += (
            f'<path d="M{left:g} {top:g}l{BOX_W} {BOX_H}m0-{BOX_H}l-{BOX_W} {BOX_H}" '
            f'stroke="{RED}" stroke-width="1" opacity="0.4"/>'
        )
    words = state.says.get(part.name, part.about)
    ink = RED if failed else TEXT if part.name in state.says else MUTED
    return (
        f'{drawn}<text x="{x:g}" y="{y - 4:g}" text-anchor="middle" font-size="16" font-weight="600" '
        f'fill="{TEXT}">{escape(part.name)}</text>'
        f'<text x="{x:g}" y="{y + 16:g}" text-anchor="middle" font-size="13" fill="{ink}">'
        f"{escape(words)}</text>"
    )


def _flow(start, end, flow, state):
    (x1, y1), (x2, y2) = _centre(start), _centre(end)
    dx, dy = x2 - x1, y2 - y1
    # How far along the line a box reaches, from its centre: the nearer of its two sides.
    reach = min(BOX_W / 2 / abs(dx) if dx else 9.0, BOX_H / 2 / abs(dy) if dy else 9.0)
    ax, ay, bx, by = x1 + dx * reach, y1 + dy * reach, x2 - dx * reach, y2 - dy * reach
    dashes = ' stroke-dasharray="5 4"' if flow.light else ""
    wide = 4 if (flow.start, flow.end) in state.running else 1.5
    line = (
        f'<path d="M{ax:g} {ay:g} {bx:g} {by:g}" fill="none" stroke="{MUTED}" stroke-width="{wide}"'
        f'{dashes} marker-end="url(#sm-head)"/>'
    )
    if not flow.carries:
        return line
    mid_x, mid_y = (ax + bx) / 2, (ay + by) / 2
    if dy == 0:  # above a level line, beside any other
        place = f'x="{mid_x:g}" y="{mid_y - 8:g}" text-anchor="middle"'
    else:
        place = f'x="{mid_x + (8 if dx == 0 else 12):g}" y="{mid_y + (4 if dx == 0 else 16):g}"'
    return f'{line}<text {place} font-size="12" fill="{MUTED}">{escape(flow.carries)}</text>'
