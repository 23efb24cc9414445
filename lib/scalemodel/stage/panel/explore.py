"""`explore`: one question, a few controls, and the answer drawn at once.

The author writes a pure function from the controls' values to a `Picture`. The
panel shows it in three ways, and the author need not care which:

- live, in Jupyter: real widgets that call the function;
- on the static site: every state drawn beforehand, so that the controls work
  with no server, no Python and no network;
- in a committed notebook as a picture of its first state, and one line of text with a
  hash over every state, so that a test notices when any of them changes.

`SCALEMODEL_VIEW` picks the view: unset or `live`, `site`, or `digest`.

Left out: continuous controls, for a page can only hold states that were drawn.
Sources: none; the limits are this project's own budget for a page.
"""

__all__ = ["Explorable", "explore", "show"]
__dir__ = lambda: __all__

from collections.abc import Callable, Mapping

from scalemodel.stage.panel.axes import Axis, as_axis
from scalemodel.stage.panel.panel import Drawn, Panel
from scalemodel.stage.panel.sketching.sketch import sketch
from scalemodel.stage.views import still
from scalemodel.stage.views.view import view


def explore(
    picture: Callable[..., Drawn], /, *,
    title: str, start: Mapping | None = None, predict=None, **axes,
) -> "Explorable":  # fmt: skip
    """A panel that shows `picture(**values)` for the values its controls stand at.

    Each further argument is a control: an `axis(...)`, or a list of choices, or
    `[False, True]` for a switch. `start` names the state the panel opens with; an
    axis it leaves out starts at the first value given. `predict`, from
    `scalemodel.stage.panel.predict`, asks for a guess before the panel opens. `picture` must be
    pure. More than 600 states are refused with a `ValueError` that says which axis to thin.

    >>> import plotly.graph_objects as go
    >>> from scalemodel.stage.panel.picture import Picture
    >>> def square(side):
    ...     return Picture(go.Figure(), {"area": (side**2, "m")}, "A square.")
    >>> explore(square, title="How big is a square?", start={"side": 2}, side=[1, 2, 3])
    <panel "How big is a square?" with 3 states>
    """
    controls = {name: as_axis(name, given) for name, given in axes.items()}
    first = {name: given[0] for name, given in axes.items() if not isinstance(given, Axis)}
    return Explorable(picture, title, controls, {**first, **(start or {})}, predict)


def show(picture: Drawn, *, title: str = "") -> "Explorable":
    """A figure without controls, treated like a panel in every view.

    >>> import plotly.graph_objects as go
    >>> from scalemodel.stage.panel.picture import Picture
    >>> show(Picture(go.Figure(), {}, "An empty figure."))
    <panel "" with 1 states>
    """
    return Explorable(lambda: picture, title, {}, {})


class Explorable(Panel):
    """A panel that shows itself in the view that is asked for; made by `explore` and `show`.

    >>> sorted(explore(lambda n: None, title="Any?", n=[1, 2]).start)
    ['n']
    """

    def _repr_mimebundle_(self, include=None, exclude=None):
        try:
            return self._shown()
        except NotImplementedError as error:  # which IPython would pass over in silence
            raise RuntimeError(f"the picture is not implemented: {error}") from error

    def _ipython_display_(self):
        still.publish(self._outputs)

    def _outputs(self):
        from scalemodel.stage.panel import live  # a committed notebook needs no widgets

        panel = live.LivePanel(self)
        words = panel.state["alt"] if panel.state else panel.words
        return still.outputs(panel.box, self._still(panel.state, words), f"{self.title} {words}")

    def _still(self, state, words):
        ask = self.predict.question if self.predict else ""
        draw = lambda every: sketch(state, every) if state else ""
        tell = still.TELL if self.axes else "Run this cell to draw it in full."
        return still.lightest(draw, f"{self.title} {words}".strip(), tell, ask)

    def _shown(self):
        # Imported here: a committed notebook needs no widgets, a live one no page.
        match view():
            case "live":
                return self._outputs()[-1]
            case asked:
                from scalemodel.stage.panel import grid, page

                states = grid.states_of(self)
                start = states[grid.start_number(self)]
                picture = self._still(start, start["alt"])
                line = still.proved(grid.digest_line(self, states), picture)
                html = page.panel_html(self, states) if asked == "site" else picture
                return {"text/html": html, "text/plain": line}
