"""A state of a panel as a small SVG, drawn without a browser.

A notebook that is opened where nothing runs still has a figure: lines, dots and bars on their
axes, with their names, on white paper. Whoever runs the cell gets the true figure.

Left out: hovering, patterns, side axes, and where plotly would move a word out of another's way.
Sources: Plotly's JSON chart schema; the SVG 2 specification.
"""

import re
from html import escape

from scalemodel.stage.look import theme
from scalemodel.stage.panel.scales import scale_of

WIDTH, HEIGHT = 640, 340  # px, where the figure does not say how high
LEFT, RIGHT, TOP, BOTTOM, LINE = 64, 20, 14, 44, 18
DASHES = {"dash": "8 5", "dot": "2 4", "dashdot": "8 4 2 4", "longdash": "12 6"}
HUES = theme.template()["layout"]["colorway"]
ANCHORS = {"left": "start", "right": "end", "center": "middle"}
INK, MUTED, GRID = (theme.colour(name) for name in ("ink", "muted", "grid"))


def sketch(state: dict, every: int = 1) -> str:
    """The figure of `state`, as `grid.encode` gives it; of long lines each `every`-th point.

    >>> import plotly.graph_objects as go
    >>> from scalemodel.stage.panel.grid import encode
    >>> from scalemodel.stage.panel.picture import Picture
    >>> svg = sketch(encode(Picture(go.Figure(go.Scatter(y=[0, 5, 2])), {}, "Up and down.")))
    >>> svg[:44], svg.count("<path")
    ('<svg xmlns="http://www.w3.org/2000/svg" widt', 3)
    """
    if "svg" in state:
        return "".join(state["svg"].values())
    return _Sheet(state["data"], state["layout"], every).svg


class _Sheet:
    """One figure on its way onto paper."""

    def __init__(self, data, layout, every):
        self.data, self.layout, self.every = data, layout, every
        self.width, self.height = WIDTH, int(layout.get("height") or HEIGHT)
        named = self._legend()
        self.top = TOP + LINE * len(named)
        self.scales = {
            name: scale_of(name, data, layout, *self._reach(name)) for name in self._axes()
        }
        shapes = layout.get("shapes") or []
        behind = [shape for shape in shapes if shape.get("layer") == "below"]
        parts = [
            *(self._shape(shape) for shape in behind),
            *(self._axis(name, scale) for name, scale in self.scales.items()),
            *(self._trace(n, trace) for n, trace in enumerate(data)),
            *(self._shape(shape) for shape in shapes if shape not in behind),
            *(self._word(word) for word in layout.get("annotations") or []),
            *named,
        ]
        self.svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" '
            f'viewBox="0 0 {self.width} {self.height}" font-family="sans-serif" font-size="12">'
            f'<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}</svg>'
        )

    def _axes(self):
        used = [trace.get(f"{letter}axis", letter) for trace in self.data for letter in "xy"]
        return sorted({"x", "y", *used})

    def _reach(self, name):
        """From which pixel to which an axis goes."""
        low, high = self._settings(name).get("domain") or (0, 1)
        if name[0] == "x":
            wide = self.width - LEFT - RIGHT
            return LEFT + low * wide, LEFT + high * wide
        high_px = self.height - self.top - BOTTOM
        return self.height - BOTTOM - low * high_px, self.height - BOTTOM - high * high_px

    def _settings(self, name):
        return self.layout.get(f"{name[0]}axis{name[1:]}") or {}

    def _of(self, trace):
        return [self.scales[trace.get(f"{letter}axis", letter)] for letter in "xy"]

    # ── Axes and names ──────────────────────────────────────────────────────
    def _axis(self, name, scale):
        settings = self._settings(name)
        if settings.get("visible") is False:
            return ""
        lines = settings.get("showgrid") is not False
        title = settings.get("title") or ""
        title = title if isinstance(title, str) else title.get("text") or ""
        flat = name[0] == "x"
        start, end = self._across(name, settings)
        parts, grid = [], ""
        for at, text in scale.ticks():
            grid += f"M{at:.0f} {start:.0f}V{end:.0f}" if flat else f"M{start:.0f} {at:.0f}H{end:.0f}"
            place = (at, start + 15, "middle") if flat else (start - 6, at + 4, "end")
            parts.append(_text(*place, text, MUTED))
        middle = (scale.low_px + scale.high_px) / 2
        if flat:
            parts.append(_text(middle, start + 34, "middle", title, INK))
        else:
            parts.append(_text(14, middle, "middle", title, INK, turned=True))
        behind = f'<path d="{grid}" stroke="{GRID}"/>' if lines and grid else ""
        return behind + "".join(parts)

    def _across(self, name, settings):
        """Where an axis stands, and how far its grid goes: the reach of the axis across."""
        anchor = settings.get("anchor") or ("y" if name[0] == "x" else "x")
        across = [other for other in self.scales.values() if other.name[0] != name[0]]
        here = self.scales[anchor] if anchor in self.scales else across[0]
        if name[0] == "y":
            return here.low_px, here.high_px
        return here.low_px, min(other.high_px for other in across)

    def _legend(self):
        if self.layout.get("showlegend") is False:
            return []
        shown = [
            (trace["name"], _hue(n, trace))
            for n, trace in enumerate(self.data)
            if trace.get("name") and trace.get("showlegend") is not False
        ]
        if len(shown) < 2:
            return []
        rows, x = [[]], LEFT
        for name, hue in shown:
            wide = 24 + 6.5 * len(name)
            if x + wide > self.width and rows[-1]:
                rows.append([])
                x = LEFT
            y = TOP + LINE * (len(rows) - 1)
            rows[-1].append(
                f'<path d="M{x:.0f} {y - 4}h14" stroke="{hue}" stroke-width="4"/>'
                f"{_text(x + 18, y, 'start', name, INK)}"
            )
            x += wide
        return ["".join(row) for row in rows]

    # ── What is drawn ───────────────────────────────────────────────────────
    def _trace(self, n, trace):
        hue, (across, up) = _hue(n, trace), self._of(trace)
        xs, ys = trace.get("x"), trace.get("y")
        xs = list(range(len(ys))) if not xs else xs
        ys = list(range(len(xs))) if not ys else ys
        if trace.get("type") == "bar":
            return self._bars(n, trace, hue, across, up, xs, ys)
        points = [_point(across(x), up(y)) for x, y in zip(xs, ys, strict=False)]
        mode, drawn = trace.get("mode") or "lines", ""
        if "lines" in mode:
            drawn += self._line(trace, hue, points, up)
        if "markers" in mode:
            drawn += self._dots(trace, hue, points)
        if "text" in mode:
            texts = trace.get("text") or []
            texts = [texts] * len(points) if isinstance(texts, str) else texts
            drawn += "".join(
                _text(*point, "middle", text, INK)
                for point, text in zip(points, texts, strict=False)
                if point and text
            )
        return drawn

    def _line(self, trace, hue, points, up):
        line = trace.get("line") or {}
        runs = _runs(points, self.every if len(points) > 40 else 1)
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

    def _dots(self, trace, hue, points):
        marker, kept = trace.get("marker") or {}, max(1, self.every // 2)
        sizes, colours = (_each(marker.get(key), len(points)) for key in ("size", "color"))
        return "".join(
            f'<circle cx="{point[0]:g}" cy="{point[1]:g}" r="{(size or 8) / 2:g}" '
            f'fill="{escape(colour) if isinstance(colour, str) else hue}"/>'
            for point, size, colour in list(zip(points, sizes, colours, strict=False))[::kept]
            if point
        )

    def _bars(self, n, trace, hue, across, up, xs, ys):
        flat = trace.get("orientation") == "h"
        places, lengths = (ys, xs) if flat else (xs, ys)
        along, over = (up, across) if flat else (across, up)
        bars = [k for k, other in enumerate(self.data) if other.get("type") == "bar"]
        beside = self.layout.get("barmode") == "group" and len(bars) > 1
        count, turn = (len(bars), bars.index(n)) if beside else (1, 0)
        gap = self.layout.get("bargap", 0.2)
        thick = along.step_px() * (1 - gap) / count
        bases = _each(trace.get("base"), len(places))
        colours = _each((trace.get("marker") or {}).get("color"), len(places))
        stacked = self.layout.get("barmode") in ("stack", "relative")
        drawn = []
        for place, length, base, colour in zip(places, lengths, bases, colours, strict=False):
            middle = along(place)
            base = base or (along.stacked.get(str(place), 0) if stacked else 0)
            start, end = over(base), over(base + (length or 0))
            if middle is None or end is None:
                continue
            if stacked:
                along.stacked[str(place)] = base + (length or 0)
            start = over.low_px if start is None else start
            side = middle - thick * count / 2 + thick * turn
            ink = escape(colour) if isinstance(colour, str) else hue
            left, top = (min(start, end), side) if flat else (side, min(start, end))
            wide, high = (abs(end - start), thick) if flat else (thick, abs(end - start))
            box = f'x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{high:.1f}"'
            drawn.append(f'<rect {box} fill="{ink}"/>')
        return "".join(drawn)

    def _shape(self, shape):
        x, y = (self._place(shape, letter) for letter in "xy")
        line = shape.get("line") or {}
        wide, dash = line.get("width", 2), DASHES.get(line.get("dash"), "")
        look = f'fill="{escape(shape.get("fillcolor") or "none")}"'
        if wide:
            look += f' stroke="{escape(line.get("color") or INK)}" stroke-width="{wide:g}"'
            look += f' stroke-dasharray="{dash}"' if dash else ""
        if "opacity" in shape:
            look += f' opacity="{shape["opacity"]:g}"'
        if shape.get("type") == "path":
            path = _moved(shape["path"], x, y)
        else:
            x0, x1, y0, y1 = x(shape["x0"]), x(shape["x1"]), y(shape["y0"]), y(shape["y1"])
            if None in (x0, x1, y0, y1):
                return ""
            path = f"M{x0:.1f} {y0:.1f}"
            line_like = shape.get("type") == "line"
            path += f"L{x1:.1f} {y1:.1f}" if line_like else f"H{x1:.1f}V{y1:.1f}H{x0:.1f}Z"
        return f'<path d="{path}" {look}/>'

    def _place(self, thing, letter):
        """Where on paper the numbers of a shape or a word are, along x or y."""
        ref = thing.get(f"{letter}ref") or letter
        if ref.split()[0] in self.scales:
            return self.scales[ref.split()[0]]
        low, high = self._reach(f"{letter}0")  # no axis has this name: all of the paper
        return lambda share: low + share * (high - low)

    def _word(self, word):
        x, y = self._place(word, "x")(word.get("x", 0.5)), self._place(word, "y")(word.get("y", 0.5))
        if x is None or y is None:
            return ""
        x, y = x + word.get("xshift", 0), y - word.get("yshift", 0)
        down = {"top": 12, "bottom": -3}.get(word.get("yanchor"), 4)
        ink = (word.get("font") or {}).get("color") or INK
        return _text(x, y + down, ANCHORS.get(word.get("xanchor"), "middle"), word["text"], ink)


# ── Small things ────────────────────────────────────────────────────────────
def _hue(n, trace):
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


def _moved(path, x, y):
    """A path in the figure's numbers as one on paper."""
    def move(step):
        letter, numbers = step[1], [float(n) for n in re.findall(r"-?[\d.]+(?:e-?\d+)?", step[2])]
        turns = {"H": [x], "V": [y]}.get(letter, [x, y])
        placed = [turns[k % len(turns)](number) for k, number in enumerate(numbers)]
        return letter + " ".join(f"{place:.1f}" for place in placed if place is not None)

    return re.sub(r"([MLHVZ])([^MLHVZ]*)", move, path)


def _text(x, y, anchor, words, ink, turned=False):
    words = re.sub(r"<br ?/?>", " ", str(words))
    words = escape(re.sub(r"<[^>]+>", "", words))
    if not words:
        return ""
    turn = f' transform="rotate(-90 {x:.0f} {y:.0f})"' if turned else ""
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{escape(ink)}"{turn}>'
        f"{words}</text>"
    )
