"""A panel as a piece of a static page.

What a reader without JavaScript sees is the start state as text and as a table.
The script `page.js` finds the figure, shows the controls that
stand here already with their labels, and draws. Nothing is fetched: every state
lies in the figure itself, because a page opened from a folder may fetch nothing.

Left out: the drawing, which is the script's.
Sources: WAI-ARIA Authoring Practices for names and live regions.
"""

__all__ = [
    "FIT_PX", "NO_SCRIPT", "READINGS_PX", "ROW_PX", "SCENE_PX", "bare_figure_html", "panel_html",
    "readings_html", "room_px", "series_tables",
]  # fmt: skip
__dir__ = lambda: __all__

import itertools
import json
import math
from decimal import Decimal
from html import escape

from scalemodel.stage.look.tables import table_html
from scalemodel.stage.panel import grid, predict
from scalemodel.stage.panel.panel import Panel

NO_SCRIPT = (
    "<noscript><p>Figure and controls need JavaScript. "
    "These are the words and numbers of the state that opens first.</p></noscript>"
)

FIT_PX = 595  # of the 620 that a panel may take
ROW_PX, READINGS_PX, SCENE_PX = 80, 80, 185

_panels = itertools.count(1)  # one kernel runs one page


def panel_html(panel: Panel, states: list[dict] | None = None) -> str:
    """The figure element of `panel`, with all its states inside; `states` if they are at hand.

    Ids hold the grid's hash and a running number, so they repeat from build to
    build and two equal panels on a page stay apart.

    >>> import plotly.graph_objects as go
    >>> from scalemodel.stage.panel.explore import show
    >>> from scalemodel.stage.panel.picture import Picture
    >>> html = panel_html(show(Picture(go.Figure(), {"n": (2, "s")}, "Two.")))
    >>> html.startswith('<figure class="sm-panel"'), "<dt>n</dt>" in html
    (True, True)
    """
    states = states or grid.states_of(panel)
    number = next(_panels)
    ident = f"explore-{grid.digest(panel, states)}-{number}"
    figure = _figure_html(
        ident, str(number), panel.title, _controls(panel, ident),
        states[grid.start_number(panel)], grid.pack(panel, states), panel.start_picture().scene,
    )  # fmt: skip
    if panel.predict is None:
        return figure
    return predict.locked_html(panel.predict, panel.axes, figure, f"guess-{number}")


def bare_figure_html(figure: dict, ident: str) -> str:
    """A figure element for a plotly figure that came without a panel.

    `figure` is plotly's JSON; the text beneath is the figure's own title.

    >>> "sm-plot" in bare_figure_html({"data": [], "layout": {}}, "figure-1")
    True
    """
    layout = {key: value for key, value in figure.get("layout", {}).items() if key != "template"}
    title = layout.get("title")
    alt = title.get("text") if isinstance(title, dict) else title
    base = {
        "data": grid.plain(figure.get("data", [])), "layout": grid.plain(layout),
        "readings": [], "alt": alt or "A figure; its numbers stand in the table.",
    }  # fmt: skip
    packed = {"axes": [], "start": [], "base": base, "changes": [[]], "rows": []}
    return _figure_html(ident, ident, "", "", base, packed)


def _figure_html(ident, key, title, controls, start, packed, scene=None):
    heading = f'<p class="sm-title" id="{ident}-title">{escape(title)}</p>' if title else ""
    named = f' aria-labelledby="{ident}-title"' if title else ""
    payload = json.dumps(packed, separators=(",", ":"), ensure_ascii=False)
    payload = payload.replace("<", "\\u003c")  # nothing in it can end the script
    numbers = _numbers(start, ident, title)
    holds = " data-scened" * (scene is not None) + " data-counted" * ("<table" in numbers)
    return (
        f'<figure class="sm-panel" id="{ident}" data-panel="{key}"{holds}{named} '
        f'aria-describedby="{ident}-alt">{heading}{controls}'
        f"{_scene(scene)}{_plot(start, controls, scene)}"
        f'<figcaption><p class="sm-alt" id="{ident}-alt">{escape(start["alt"])}</p>'
        f"{readings_html(start)}</figcaption>{numbers}{NO_SCRIPT}"
        '<p class="sm-live" aria-live="polite"></p><p class="sm-problem" role="alert" hidden></p>'
        f'<script type="application/json">{payload}</script></figure>'
    )


def _scene(scene):
    """Where something moves, once its script is there."""
    if scene is None:
        return ""
    name = scene.kind.name
    return f'<div class="sm-{name}" data-scene="{name}" hidden>{scene.kind.html}</div>'


def _plot(start, controls, scene):
    """Where the figure goes; a diagram stands there from the beginning."""
    if "svg" in start:
        svg = "".join(start["svg"].values())
        return f'<div class="sm-plot sm-diagram" aria-hidden="true">{svg}</div>'
    rows = math.ceil(controls.count("data-axis=") / 3) + 0.5 * ("sm-steps" in controls)
    room = room_px(rows, len(start["readings"]), scene is not None)
    high = int(start["layout"].get("height") or 380)
    place = f"--sm-high:{high}px;--sm-room:{room}px"
    return f'<div class="sm-plot" aria-hidden="true" style="{place}"></div>'


def room_px(rows: float, readings: int, scene: bool) -> int:
    """How high a figure may be, so that it fits a desk's screen with its controls and readings.

    Three controls stand in a row, four readings likewise; a scene stands beside the readings.

    >>> room_px(1, 3, False), room_px(2, 5, False), room_px(1, 4, True)
    (435, 275, 330)
    """
    below_px = SCENE_PX if scene else READINGS_PX * math.ceil(readings / 4)
    return int(FIT_PX - ROW_PX * rows - below_px)


# ── Controls ────────────────────────────────────────────────────────────────
def _controls(panel, ident):
    if not panel.axes:
        return ""
    rows = [
        _control(name, axis, panel.start[name], f"{ident}-{name}")
        for name, axis in panel.axes.items()
    ]
    buttons = (
        '<div class="sm-buttons"><button type="button" data-do="reset">Start again</button>'
        '<button type="button" data-do="link">Copy link</button></div>'
    )
    return f'<div class="sm-controls" hidden>{"".join(rows)}{buttons}</div>'


def _control(name, axis, at, ident):
    label = f'<label for="{ident}">{escape(axis.label)}</label>'
    common = f'id="{ident}" data-axis="{escape(name)}" autocomplete="off"'
    if axis.control == "choice":
        options = "".join(
            f'<option value="{n}"{" selected" if n == at else ""}>{escape(text)}</option>'
            for n, text in enumerate(axis.texts)
        )
        return f'<div class="sm-control">{label}<select {common}>{options}</select></div>'
    if axis.control == "switch":
        checked = " checked" if at else ""
        return (
            f'<div class="sm-control sm-switch"><input type="checkbox" {common}{checked}>'
            f"{label}<output>{axis.texts[at]}</output></div>"
        )
    slider = (
        f'<input type="range" {common} min="0" max="{len(axis.values) - 1}" step="1" value="{at}" '
        f'aria-valuetext="{escape(axis.spoken[at])}">'
    )
    output = f'<output for="{ident}">{escape(axis.texts[at])}</output>'
    steps = ""
    if axis.control == "time":
        names = (
            ("back", "◀", "one step back"),
            ("play", "▶", "play"),
            ("next", "▶|", "one step on"),
        )
        steps = (
            '<span class="sm-steps">'
            + "".join(
                f'<button type="button" data-do="{do}" data-for="{ident}" aria-label="{escape(axis.label)}: '
                f'{words}"><span aria-hidden="true">{sign}</span></button>'
                for do, sign, words in names
            )
            + "</span>"
        )
    return f'<div class="sm-control">{label}{steps}{slider}{output}</div>'


# ── Text ────────────────────────────────────────────────────────────────────
def readings_html(state: dict) -> str:
    """The readings of `state` as a list of names and values.

    >>> readings_html({"readings": [["wait", "2 s", "2 seconds"]]})
    '<dl class="sm-readings"><div><dt>wait</dt><dd>2 s</dd></div></dl>'
    """
    items = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>"
        for name, text, _ in state["readings"]
    )
    return f'<dl class="sm-readings">{items}</dl>'


def series_tables(state: dict) -> list[tuple[str, list[str], list[list[str]]]]:
    """The figure of `state` as tables `(caption, header, rows)`.

    Traces over the same x values share a table; a gap in a line is no row. A heat map is a
    table of its own, a row for each y. The script builds the same tables for the other
    states; a browser test holds the two together.

    >>> series_tables({"data": [{"x": [1, 2], "y": [3, None], "name": "a"}], "layout": {}})
    [('a', ['x', 'a'], [['1', '3'], ['2', '–']])]
    """
    groups: dict[str, list] = {}
    for index, trace in enumerate(state["data"]):
        name = trace.get("name") or f"series {index + 1}"
        axis, at, columns = _columns(trace, name, state["layout"])
        groups.setdefault(json.dumps([axis, at]), []).append((name, axis, at, columns))
    tables = []
    for traces in groups.values():
        _, axis, at, _ = traces[0]
        columns = [column for *_, columns in traces for column in columns]
        rows = [
            [_cell(here), *(_cell(y[row] if row < len(y) else None) for _, y in columns)]
            for row, here in enumerate(at)
            if here is not None
        ]
        caption = ", ".join(name for name, *_ in traces)
        tables.append((caption, [axis, *(head for head, _ in columns)], rows))
    return tables


def _columns(trace, name, layout):
    """`(axis, at, columns)`: what heads the rows, where they stand, and each (head, values)."""
    x_title = _axis_title(layout, trace.get("xaxis", "x")) or "x"
    y_title = _axis_title(layout, trace.get("yaxis", "y"))
    if trace.get("z"):
        across = trace.get("x") or list(range(len(trace["z"][0])))
        down = trace.get("y") or list(range(len(trace["z"])))
        columns = [
            (f"{x_title} {_cell(here)}", [row[n] for row in trace["z"]])
            for n, here in enumerate(across)
        ]
        return y_title or "y", down, columns
    if trace.get("labels"):
        return name, trace["labels"], [(name, trace.get("values") or [])]
    meta = trace.get("meta")
    unit = (meta.get("unit") if isinstance(meta, dict) else None) or y_title
    x, y = trace.get("x") or [], trace.get("y") or []
    if x and not y:  # a sample, as of a histogram
        return "number", list(range(len(x))), [(f"{name} ({x_title})", x)]
    return x_title, x or list(range(len(y))), [(f"{name} ({unit})" if unit else name, y)]


def _numbers(state, ident, title):
    tables = "".join(
        table_html(header, rows, caption, [True] * len(header))
        for caption, header, rows in series_tables(state)
    )
    hidden = "" if tables else " hidden"
    named = f"Numbers: {title}" if title else f"Numbers of {ident}"
    return (
        f'<details class="sm-numbers" open{hidden}><summary>Show the numbers</summary>'
        f'<div class="sm-scroll" tabindex="0" role="region" aria-label="{escape(named)}" '
        f'id="{ident}-numbers">{tables}</div></details>'
    )


def _axis_title(layout, axis):
    title = layout.get(f"{axis[0]}axis{axis[1:]}", {}).get("title") or {}
    return title.get("text", "") if isinstance(title, dict) else title


def _cell(value):
    """A number as a panel's table shows it, and as the script writes it: never with an exponent."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    return f"{Decimal(f'{value:.{grid.DIGITS}g}'):,f}".replace("-", "−")
