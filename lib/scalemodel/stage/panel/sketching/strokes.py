"""Lines, dots and bars of a sketch, as SVG.

Left out: patterns, and signs other than dots.
Sources: Plotly's JSON chart schema; the SVG 2 specification.
"""

__all__ = ["DASHES", "HUES", "INK", "hue_of", "text_svg", "trace_svg"]
__dir__ = lambda: __all__

import re
from html import escape

from scalemodel.stage.look import theme
from scalemodel.stage.panel.sketching.scales import Scale

DASHES = {"dash": "8 5", "dot": "2 4", "dashdot": "8 4 2 4", "longdash": "12 6"}
HUES = theme.template()["layout"]["colorway"]
INK = theme.colour("ink")


def trace_svg(data: list, n: int, layout: dict, across: Scale, up: Scale, every: int = 1) -> str:
    """The `n`-th of the traces `data`, along the axes `across` and `up`.

    >>> across, up = Scale("x", "linear", 0, 1, 0, 100), Scale("y", "linear", 0, 1, 50, 0)
    >>> trace_svg([{"type": "scatter", "x": [0, 1], "y": [0, 1]}], 0, {}, across, up)
    '<path d="M0 50L100 0" fill="none" stroke="#0a5f9e" stroke-width="2"/>'
    """
    trace, hue = data[n], hue_of(n, data[n])
    xs, ys = trace.get("x"), trace.get("y")
    xs = xs or list(range(len(ys)))
    ys = ys or list(range(len(xs)))
    if trace.get("type") == "bar":
        return _bars(data, n, layout, hue, across, up, xs, ys)
    points = [_point(across(x), up(y)) for x, y in zip(xs, ys, strict=False)]
    mode, drawn = trace.get("mode") or "lines", ""
    if "lines" in mode:
        drawn += _line(trace, hue, points, up, every)
    if "markers" in mode:
        drawn += _dots(trace, hue, points, every)
    if "text" in mode:
        texts = trace.get("text") or []
        texts = [texts] * len(points) if isinstance(texts, str) else texts
        drawn += "".join(
            text_svg(*point, "middle", text, INK)
            for point, text in zip(points, texts, strict=False)
            if point and text
        )
    return drawn


def _line(trace, hue, points, up, every):
    line = trace.get("line") or {}
    runs = _runs(points, every if len(points) > 40 else 1)
    path = "".join(_path(run, line.get("shape")) for run in runs)
    filled = ""
    if trace.get("fill") and runs:
        field = escape(str(trace.get("fillcolor") or theme.colour("field")))
        foot = min(max(up(0) or up.low_px, up.high_px), up.low_px)
        closed = "".join(
            _path(run, line.get("shape"))
            + ("Z" if trace["fill"] == "toself" else f"V{foot:.0f}H{run[0][0]:g}Z")
            for run in runs
        )
        filled = f'<path d="{closed}" fill="{field}"/>'
    wide, dash = line.get("width", 2), DASHES.get(line.get("dash"), "")
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    stroke = f'stroke="{hue}" stroke-width="{wide:g}"{dashes}'
    return filled + (f'<path d="{path}" fill="none" {stroke}/>' if wide else "")


def _dots(trace, hue, points, every):
    marker, kept = trace.get("marker") or {}, max(1, every // 2)
    sizes, colours = (_each(marker.get(key), len(points)) for key in ("size", "color"))
    return "".join(
        f'<circle cx="{point[0]:g}" cy="{point[1]:g}" r="{(size or 8) / 2:g}" '
        f'fill="{escape(colour) if isinstance(colour, str) else hue}"/>'
        for point, size, colour in list(zip(points, sizes, colours, strict=False))[::kept]
        if point
    )


def _bars(data, n, layout, hue, across, up, xs, ys):
    trace = data[n]
    flat = trace.get("orientation") == "h"
    places, lengths = (ys, xs) if flat else (xs, ys)
    along, over = (up, across) if flat else (across, up)
    bars = [k for k, other in enumerate(data) if other.get("type") == "bar"]
    beside = layout.get("barmode") == "group" and len(bars) > 1
    count, turn = (len(bars), bars.index(n)) if beside else (1, 0)
    gap = layout.get("bargap", 0.2)
    thick = along.step_px() * (1 - gap) / count
    bases = _each(trace.get("base"), len(places))
    colours = _each((trace.get("marker") or {}).get("color"), len(places))
    seen = (trace.get("marker") or {}).get("opacity", 1)
    faint = f' opacity="{seen:g}"' if seen < 1 else ""
    stacked = layout.get("barmode") in ("stack", "relative")
    drawn = []
    for place, length, base, colour in zip(places, lengths, bases, colours, strict=False):
        middle = along(place)
        pile = (str(place), (length or 0) < 0)  # what is below nothing has a pile of its own
        base = base or (along.stacked.get(pile, 0) if stacked else 0)
        start, end = over(base), over(base + (length or 0))
        if middle is None or end is None:
            continue
        if stacked:
            along.stacked[pile] = base + (length or 0)
        start = over.low_px if start is None else start
        side = middle - thick * count / 2 + thick * turn
        ink = escape(colour) if isinstance(colour, str) else hue
        left, top = (min(start, end), side) if flat else (side, min(start, end))
        wide, high = (abs(end - start), thick) if flat else (thick, abs(end - start))
        box = f'x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{high:.1f}"'
        drawn.append(f'<rect {box} fill="{ink}"{faint}/>')
    return "".join(drawn)


# ── Small things ────────────────────────────────────────────────────────────
def hue_of(n: int, trace: dict) -> str:
    """The colour of the `n`-th trace.

    >>> hue_of(0, {"line": {"color": "red"}}), hue_of(0, {})
    ('red', '#0a5f9e')
    """
    for part in ("line", "marker"):
        colour = (trace.get(part) or {}).get("color")
        if isinstance(colour, str):
            return escape(colour)
    return HUES[n % len(HUES)]


def _each(given, count):
    return given if isinstance(given, list) else [given] * count


def _point(x, y):
    return None if x is None or y is None else (round(x, 1), round(y, 1))


def _runs(points, every):
    """The stretches of a line between its gaps, thinned, ends kept."""
    runs = [[]]
    for point in points:
        runs[-1].append(point) if point else runs.append([])
    return [[*run[:-1:every], run[-1]] for run in runs if run]


def _path(run, shape):
    (x, y), *rest = run
    path = f"M{x:g} {y:g}"
    for x, y in rest:
        path += {"hv": f"H{x:g}V{y:g}", "vh": f"V{y:g}H{x:g}"}.get(shape, f"L{x:g} {y:g}")
    return path


def text_svg(x, y, anchor: str, words: str, ink: str, turned: bool = False) -> str:
    """One line of words on paper, without plotly's marks.

    >>> text_svg(9, 9, "middle", "<b>tea</b>", "red")
    '<text x="9" y="9" text-anchor="middle" fill="red">tea</text>'
    """
    words = re.sub(r"<br ?/?>", " ", str(words))
    words = escape(re.sub(r"<[^>]+>", "", words))
    if not words:
        return ""
    turn = f' transform="rotate(-90 {x:.0f} {y:.0f})"' if turned else ""
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{escape(ink)}"{turn}>'
        f"{words}</text>"
    )
