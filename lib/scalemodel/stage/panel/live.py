"""A panel as real widgets, for Jupyter.

The controls stand above the figure, the readings and the sentence below it. A
move waits a moment before it draws: while somebody drags a slider only the
latest place counts, so that calls never pile up behind the hand. Where a picture
fails, what it raised stands in the place of figure and sentence until one works again.

Plotly brings a widget of its own, the `FigureWidget`. Its script is so large that
Jupyter gives up on it on a slow or busy machine, and the figure stays empty for
good. Ours, `live.mjs`, is a page long and gets the same figure as the built site.

Left out: the table of numbers; in Jupyter the data is a variable away.
Sources: the ipywidgets, anywidget and plotly documentation.
"""

__all__ = [
    "CONTROL_PX", "PAPER", "ROWS", "SETTLE_S", "LiveFigure", "LivePanel", "LiveScene", "live_scene",
    "widget",
]  # fmt: skip
__dir__ = lambda: __all__

import asyncio
import functools
import gzip
from html import escape
from pathlib import Path

import anywidget
import ipywidgets as widgets
import traitlets
from plotly.offline import get_plotlyjs

from scalemodel.stage.look import theme
from scalemodel.stage.panel import grid, predict
from scalemodel.stage.panel.axes import Axis
from scalemodel.stage.panel.live_predict import LiveGuess
from scalemodel.stage.panel.panel import Panel
from scalemodel.stage.views.kinds import Kind
from scalemodel.stage.views.sheet import on_a_sheet, refusal_html

SETTLE_S = 0.01  # moves that come closer together are one move
# A label of any length leaves its control the whole row beneath.
CONTROL_PX = 300
ROWS = (
    "<style>.sm-control{min-width:0}.sm-control>:is(.widget-label,label){flex:0 0 100%;height:auto;"
    "max-width:100%;line-height:1.3;text-align:start;white-space:normal;overflow:visible}"
    ".sm-control>select{flex:1;height:2.2em}"
    ".sm-control>.slider-container{flex:1 1 200px;min-width:0}.sm-control>.widget-readout"
    "{flex:none;max-width:none;min-width:5em;overflow:visible;text-align:end}</style>"
)
PAPER = {"paper_bgcolor": "white", "plot_bgcolor": "white"}  # Jupyter's own colours are not known


def widget(panel: Panel) -> widgets.VBox:
    """The widgets of `panel`, drawn at its start state.

    >>> import plotly.graph_objects as go
    >>> from scalemodel.stage.panel.explore import explore
    >>> from scalemodel.stage.panel.picture import Picture
    >>> def line(n):
    ...     return Picture(go.Figure(go.Scatter(y=[0, n])), {"end": (n, "count")}, f"It ends at {n}.")
    >>> box = widget(explore(line, title="Where does it end?", n=[1, 2, 3]))
    >>> [type(child).__name__ for child in box.children]
    ['HTML', 'HBox', 'LiveFigure', 'HTML', 'HTML']
    """
    return LivePanel(panel).box


class LiveFigure(anywidget.AnyWidget):
    """A plotly figure or an SVG, drawn anew in the browser whenever `figure` is set.

    >>> LiveFigure(figure={"data": [], "layout": {}}).figure["data"]
    []
    """

    _esm = Path(__file__).with_name("live.mjs")
    library = traitlets.Bytes().tag(sync=True)  # plotly.js, gzipped, if there is plotly to draw
    figure = traitlets.Dict().tag(sync=True)  # data and layout, or an svg


@functools.cache
def _plotly_js():
    return gzip.compress(get_plotlyjs().encode(), mtime=0)


class LiveScene(anywidget.AnyWidget):
    """What moves above a figure; made by `live_scene`."""

    _esm = Path(__file__).with_name("scene_live.mjs")
    kind = traitlets.Unicode().tag(sync=True)
    html = traitlets.Unicode().tag(sync=True)
    script = traitlets.Unicode().tag(sync=True)
    sheet = traitlets.Unicode().tag(sync=True)  # to Jupyter a `style` is a model
    data = traitlets.Dict(allow_none=True).tag(sync=True)  # of the state at hand


def live_scene(kind: Kind) -> LiveScene:
    """The widget in which scenes of `kind` play, with its scripts and its style.

    >>> live_scene(Kind("predict", Path(__file__).parent)).html
    '<div class="sm-predict" hidden></div>'
    """
    html = f'<div class="sm-{kind.name}" hidden>{kind.html}</div>'
    return LiveScene(kind=kind.name, html=html, script=kind.script, sheet=on_a_sheet(kind))


class LivePanel:
    """The controls, the figure and the text of one panel, and what ties them together.

    >>> import plotly.graph_objects as go
    >>> from scalemodel.stage.panel.explore import explore
    >>> from scalemodel.stage.panel.picture import Picture
    >>> def line(n):
    ...     return Picture(go.Figure(go.Scatter(y=[0, n])), {"end": (n, "count")}, f"It ends at {n}.")
    >>> live = LivePanel(explore(line, title="Where does it end?", n=[1, 2, 3]))
    >>> live.controls["n"].index = 2
    >>> live.figure.figure["data"][0]["y"]
    [0, 3]
    """

    def __init__(self, panel):
        self.panel = panel
        self.controls = {
            name: _control(axis, panel.start[name]) for name, axis in panel.axes.items()
        }
        self.figure, self.scene = LiveFigure(), None  # a scene once a picture has one
        self.text, self.problem = widgets.HTML(), widgets.HTML()
        self.state, self.words = None, ""  # the last that worked, and what else was said
        self.calls = 0  # how often the picture was asked for
        self._waiting = False
        rows = [_row(axis, self.controls[name]) for name, axis in panel.axes.items()]
        title = widgets.HTML(f"{ROWS}<strong>{escape(panel.title)}</strong>")
        controls = widgets.HBox(
            rows, layout=widgets.Layout(flex_flow="row wrap", grid_gap="0.5em 2em")
        )
        self.parts = widgets.VBox([title, controls, self.figure, self.text, self.problem])
        self.guess = LiveGuess(panel.predict, self.parts, self.redraw) if panel.predict else None
        self.box = self.guess.box if self.guess else self.parts
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
            state = grid.encode(picture)
        except Exception as error:  # whatever the reader's own code raises is theirs to read
            where = ", ".join(f"{name} = {value!r}" for name, value in values.items())
            self._failed(f"Not drawn{where and ' at '}{where}", error)
            return
        self.state = state
        self.problem.value = ""
        self._seen(True)
        if "svg" in state:
            drawn = "".join(state["svg"].values())
            self.figure.figure = {"svg": f'<div style="background:#fff">{drawn}</div>'}
        else:
            layout = state["layout"]
            if self.guess:
                layout = predict.marked(self.panel.predict, self.guess.said, layout)
            layout = {**layout, **PAPER, "template": theme.template("light")}
            self.figure.library = _plotly_js()
            self.figure.figure = {"data": state["data"], "layout": layout}
        self.text.value = _text(state)
        if picture.scene is not None and self.scene is None:
            self.scene = live_scene(picture.scene.kind)
            title, controls, *rest = self.parts.children
            self.parts.children = [title, controls, self.scene, *rest]
        if self.scene is not None:
            self.scene.data = state.get(self.scene.kind)

    def _failed(self, where, error):
        """What was raised, in the place of what it would have drawn."""
        self.words = f"{where}: {type(error).__name__}: {error}"
        head, _, raised = self.words.partition(": ")
        self.problem.value = refusal_html(f"{escape(head)}: <code>{escape(raised)}</code>")
        self._seen(False)

    def _seen(self, seen):
        for part in filter(None, (self.scene, self.figure, self.text)):
            part.layout.display = None if seen else "none"

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
    common = {"description": axis.label, "style": {"description_width": "auto"}}
    if axis.control == "switch":
        free = widgets.Layout(width="auto", max_width="100%")
        return widgets.Checkbox(value=axis.values[at], indent=False, layout=free, **common)
    below = widgets.Layout(
        width=f"{CONTROL_PX}px", max_width="100%", height="auto", flex_flow="row wrap"
    )
    kind = widgets.Dropdown if axis.control == "choice" else widgets.SelectionSlider
    control = kind(options=options, index=at, layout=below, **common)
    control.add_class("sm-control")
    return control


def _row(axis, control):
    if axis.control != "time":
        return control
    play = widgets.Play(min=0, max=len(axis.values) - 1, value=control.index, interval=300)
    widgets.jslink((play, "value"), (control, "index"))
    return widgets.HBox([play, control])


def _value(axis, control):
    return bool(control.value) if axis.control == "switch" else axis.values[control.index]


def _text(state):
    items = "".join(
        f"<span style='margin-right:1.5em'>{escape(name)} <strong>{escape(text)}</strong></span>"
        for name, text, _ in state["readings"]
    )
    return f"<p>{escape(state['alt'])}</p><p>{items}</p>"
