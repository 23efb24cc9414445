"""Who asks whom, as a tree that a phone can show: one line a service, from the graph itself.

A branch is a call; a dashed one has a fallback, so that who called can go on without it. A
service hangs under the one that asks it, and bears what its part in the system says of it.

Left out: services that two others ask, which would need more than a tree.
Sources: none.
"""

__all__ = ["BRANCH", "INK", "LINE_PX", "MUTED", "STEP_PX", "WIDE_PX", "service_tree"]
__dir__ = lambda: __all__

from html import escape

from scalemodel.core import checks
from scalemodel.parts.system import System
from scalemodel.stage.views.diagram import Diagram

WIDE_PX, LINE_PX, STEP_PX = 360, 27, 24
INK, MUTED = (f"var(--sm-{name}, currentColor)" for name in ("ink", "muted"))  # Jupyter has neither
BRANCH = f'fill="none" stroke="{MUTED}" stroke-width="1.5"'


@checks.kinds
def service_tree(system: System, entry: str) -> Diagram:
    """The parts of `system` that `entry` reaches, each under the one that asks it.

    >>> from scalemodel.netflix.services.graph import home_page
    >>> print(str(service_tree(home_page().system(), "gateway"))[:68])
    gateway asks user, playback, content or goes on without, recommendat
    """
    lines, words = [], []

    def hang(name, depth, above, light):
        n = len(lines)
        lines.append((name, depth, above, light))
        flows = [flow for flow in system.flows if flow.start == name]
        if flows:
            asked = (f"{f.end} or goes on without" if f.light else f.end for f in flows)
            words.append(f"{name} asks {', '.join(asked)}")
        for flow in flows:
            hang(flow.end, depth + 1, n, flow.light)

    hang(entry, 0, 0, False)
    about = {part.name: part.about for part in system.parts}
    shows = {flow.end: flow.carries for flow in system.flows}
    alt = "; ".join(words) + "."
    head = (
        f'<svg viewBox="0 0 {WIDE_PX} {LINE_PX * len(lines) + 4}" role="img" aria-label="{escape(alt)}" '
        'style="max-width:440px;font-family:inherit" xmlns="http://www.w3.org/2000/svg">'
    )
    drawn = [_line(n, *line, about, shows) for n, line in enumerate(lines)]
    return Diagram([head, *drawn, "</svg>"], alt)


def _line(n, name, depth, above, light, about, shows):
    x, y = 6 + STEP_PX * depth, LINE_PX * n + 19
    branch = ""
    if depth:
        dashes = ' stroke-dasharray="4 3"' if light else ""
        left, top = x - STEP_PX + 6, LINE_PX * above + 25
        branch = f'<path d="M{left} {top}V{y - 5}H{x - 5}" {BRANCH}{dashes}/>'
    said = shows.get(name) or ""
    return (
        f'{branch}<text x="{x}" y="{y}" font-size="14" font-weight="600" fill="{INK}">'
        f'{escape(name)}</text><text x="{WIDE_PX - 2}" y="{y}" font-size="12.5" text-anchor="end" '
        f'fill="{MUTED}">{escape(f"{said} · " if said else "")}{escape(_short(about[name]))}</text>'
    )


def _short(about):
    return about.replace(" workers", "")
