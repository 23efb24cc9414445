"""A panel as real widgets, for Jupyter.

The controls stand above the figure, the readings and the sentence below it. A
move waits a moment before it draws: while somebody drags a slider only the
latest place counts, so that calls never pile up behind the hand. A picture that
fails leaves its message in the panel and the last good figure in place.

Left out: the table of numbers; in Jupyter the data is a variable away.
Sources: the ipywidgets and plotly documentation.
"""

import asyncio
from html import escape

import ipywidgets as widgets
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.stage import grid, theme
from scalemodel.stage.explore import Axis, Panel, Picture

SETTLE_S = 0.01  # moves that come closer together are one move
PAPER = {"paper_bgcolor": "white", "plot_bgcolor": "white"}  # Jupyter's own colours are not known


def widget(panel: Panel) -> widgets.VBox:
    """The widgets of `panel`, drawn at its start state.

    >>> from scalemodel.stage.explore import explore
    >>> def line(n):
    ...     return Picture(go.Figure(go.Scatter(y=[0, n])), {"end": (n, "count")}, f"It ends at {n}.")
    >>> box = widget(explore(line, title="Where does it end?", n=[1, 2, 3]))
    >>> [type(child).__name__ for child in box.children]
    ['HTML', 'HBox', 'FigureWidget', 'HTML', 'HTML']
    """
    return LivePanel(panel).box


class LivePanel:
    """The controls, the figure and the text of one panel, and what ties them together.

    >>> from scalemodel.stage.explore import explore
    >>> def line(n):
    ...     return Picture(go.Figure(go.Scatter(y=[0, n])), {"end": (n, "count")}, f"It ends at {n}.")
    >>> live = LivePanel(explore(line, title="Where does it end?", n=[1, 2, 3]))
    >>> live.controls["n"].index = 2
    >>> live.figure.data[0].y
    (0, 3)
    """

    def __init__(self, panel):
        self.panel = panel
        self.controls = {
            name: _control(axis, panel.start[name]) for name, axis in panel.axes.items()
        }
        self.figure = go.FigureWidget()
        self.text, self.problem = widgets.HTML(), widgets.HTML()
        self.calls = 0  # how often the picture was asked for
        self._waiting, self._layout = False, None
        rows = [_row(axis, self.controls[name]) for name, axis in panel.axes.items()]
        title = widgets.HTML(f"<strong>{escape(panel.title)}</strong>")
        controls = widgets.HBox(
            rows, layout=widgets.Layout(flex_flow="row wrap", grid_gap="0.5em 2em")
        )
        self.box = widgets.VBox([title, controls, self.figure, self.text, self.problem])
        self.redraw()
        for control in self.controls.values():
            control.observe(self._moved, names="value")

    def values(self) -> dict:
        """The value that each control stands at."""
        return {
            name: _value(self.panel.axes[name], control) for name, control in self.controls.items()
        }

    def redraw(self) -> None:
        """Draws the state that the controls stand at now."""
        self._waiting = False
        self.calls += 1
        values = self.values()
        try:
            picture = self.panel.picture(**values)
            if not isinstance(picture, Picture):
                raise ValueError(f"picture returned {picture!r}; it must return a Picture")
        except Exception as error:  # whatever the reader's own code raises is theirs to read
            state = ", ".join(f"{name} = {value!r}" for name, value in values.items())
            words = f"{type(error).__name__}: {error}"
            self.problem.value = (
                f'<p role="alert" style="color:{theme.colour("red")}">Not drawn at {escape(state)}: '
                f"<code>{escape(words)}</code>. The figure shows the last state that worked.</p>"
            )
            return
        self.problem.value = ""
        self._layout = _draw(self.figure, picture.figure, self._layout)
        self.text.value = _text(picture)

    def _moved(self, change):
        if self._waiting:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # no kernel around: a script or a test
            self.redraw()
            return
        self._waiting = True
        loop.call_later(SETTLE_S, self.redraw)


# ── Controls ────────────────────────────────────────────────────────────────
def _control(axis: Axis, at: int):
    options = list(axis.texts)
    wide = widgets.Layout(width="20em")
    style = {"description_width": "initial"}
    common = {"description": axis.label, "style": style}
    match axis.control:
        case "switch":
            return widgets.Checkbox(value=axis.values[at], indent=False, **common)
        case "choice":
            return widgets.Dropdown(options=options, index=at, layout=wide, **common)
        case _:
            return widgets.SelectionSlider(options=options, index=at, layout=wide, **common)


def _row(axis, control):
    if axis.control != "time":
        return control
    play = widgets.Play(min=0, max=len(axis.values) - 1, value=control.index, interval=300)
    widgets.jslink((play, "value"), (control, "index"))
    return widgets.HBox([play, control])


def _value(axis, control):
    return bool(control.value) if axis.control == "switch" else axis.values[control.index]


# ── Drawing ─────────────────────────────────────────────────────────────────
def _draw(shown, figure, last_layout):
    """Turns the widget's figure into `figure`; the plain layout that it now has.

    Only what changed crosses to the browser: traces one by one where they match,
    and the layout when it is another than the last.
    """
    layout = {
        key: value for key, value in figure.to_plotly_json()["layout"].items() if key != "template"
    }
    plain_layout = grid.plain(layout)
    with shown.batch_update():
        if _shape(shown) == _shape(figure):
            for old_trace, new_trace in zip(shown.data, figure.data, strict=True):
                old_trace.update(new_trace.to_plotly_json())
        else:
            shown.data = ()
            shown.add_traces(figure.data)
        if plain_layout != last_layout:
            shown.layout = {**layout, "template": theme.template("light"), **PAPER}
    return plain_layout


def _shape(figure):
    return [(trace.type, sorted(set(trace.to_plotly_json()) - {"uid"})) for trace in figure.data]


def _text(picture):
    items = "".join(
        f"<span style='margin-right:1.5em'>{escape(name)} <strong>{units.quantity(value, unit)}</strong></span>"
        for name, (value, unit) in picture.readings.items()
    )
    return f"<p>{escape(picture.alt)}</p><p>{items}</p>"
