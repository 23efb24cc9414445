"""A state of a panel as a small SVG, drawn without a browser.

A notebook that is opened where nothing runs still has a figure: lines, dots and bars on their
axes, with their names, on white paper. Whoever runs the cell gets the true figure.

Left out: hovering, patterns, side axes, and where plotly would move a word out of another's way.
Sources: Plotly's JSON chart schema; the SVG 2 specification.
"""

__all__ = [
    "ANCHORS", "BOTTOM", "GRID", "HEIGHT", "INK", "LEFT", "LINE", "MUTED", "RIGHT", "TOP", "WIDTH",
    "sketch",
]  # fmt: skip
__dir__ = lambda: __all__

import re
from html import escape

from scalemodel.stage.look import theme
from scalemodel.stage.panel.sketching.scales import scale_of
from scalemodel.stage.panel.sketching.strokes import DASHES, hue_of, text_svg, trace_svg
from scalemodel.stage.views import diagram, still

WIDTH, HEIGHT = 640, 340  # px, where the figure does not say how high
LEFT, RIGHT, TOP, BOTTOM, LINE = 64, 20, 14, 44, 18
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
        return still.svg_within("".join(state["svg"].values()), diagram.WHITE)
    return _Sheet(state["data"], state["layout"], every).svg


class _Sheet:
    """One figure on its way onto paper."""

    def __init__(self, data, layout, every):
        self.data, self.layout = data, layout
        self.width, self.height = WIDTH, int(layout.get("height") or HEIGHT)
        self.left = LEFT + max(0, self._longest_mark() - 6) * 6
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
            *(trace_svg(data, n, layout, *self._of(trace), every) for n, trace in enumerate(data)),
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
            wide = self.width - self.left - RIGHT
            return self.left + low * wide, self.left + high * wide
        high_px = self.height - self.top - BOTTOM
        return self.height - BOTTOM - low * high_px, self.height - BOTTOM - high * high_px

    def _longest_mark(self):
        """The letters of the longest name along a vertical axis."""
        marks = [len(text) for text in self._settings("y").get("ticktext") or []]
        for trace in self.data:
            marks += [len(value) for value in trace.get("y") or [] if isinstance(value, str)]
        return max(marks, default=0)

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
            grid += (
                f"M{at:.0f} {start:.0f}V{end:.0f}" if flat else f"M{start:.0f} {at:.0f}H{end:.0f}"
            )
            place = (at, start + 15, "middle") if flat else (start - 6, at + 4, "end")
            parts.append(text_svg(*place, text, MUTED))
        middle = (scale.low_px + scale.high_px) / 2
        if flat:
            parts.append(text_svg(middle, start + 34, "middle", title, INK))
        else:
            parts.append(text_svg(14, middle, "middle", title, INK, turned=True))
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
            (trace["name"], hue_of(n, trace))
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
                f"{text_svg(x + 18, y, 'start', name, INK)}"
            )
            x += wide
        return ["".join(row) for row in rows]

    # ── Shapes and words ──────────────────────────────────────────────────────
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
        x, y = (
            self._place(word, "x")(word.get("x", 0.5)),
            self._place(word, "y")(word.get("y", 0.5)),
        )
        if x is None or y is None:
            return ""
        x, y = x + word.get("xshift", 0), y - word.get("yshift", 0)
        down = {"top": 12, "bottom": -3}.get(word.get("yanchor"), 4)
        ink = (word.get("font") or {}).get("color") or INK
        return text_svg(x, y + down, ANCHORS.get(word.get("xanchor"), "middle"), word["text"], ink)


def _moved(path, x, y):
    """A path in the figure's numbers as one on paper."""

    def move(step):
        letter, numbers = step[1], [float(n) for n in re.findall(r"-?[\d.]+(?:e-?\d+)?", step[2])]
        turns = {"H": [x], "V": [y]}.get(letter, [x, y])
        placed = [turns[k % len(turns)](number) for k, number in enumerate(numbers)]
        return letter + " ".join(f"{place:.1f}" for place in placed if place is not None)

    return re.sub(r"([MLHVZ])([^MLHVZ]*)", move, path)
