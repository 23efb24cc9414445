"""`explore`: one question, a few controls, and the answer drawn at once.

The author writes a pure function from the controls' values to a `Picture`. The
panel shows it in three ways, and the author need not care which:

- live, in Jupyter: real widgets that call the function;
- on the static site: every state drawn beforehand, so that the controls work
  with no server, no Python and no network;
- as one line of text in a committed notebook, with a hash over every state, so
  that a test notices when any of them changes.

`SCALEMODEL_VIEW` picks the view: unset or `live`, `site`, or `digest`.

Left out: continuous controls, for a page can only hold states that were drawn.
Sources: none; the limits are this project's own budget for a page.
"""

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
from plotly.basedatatypes import BaseFigure

from scalemodel.core import checks, units
from scalemodel.core.sweep import size
from scalemodel.stage.diagram import Diagram
from scalemodel.stage.film import Film

MOST_STATES = 600
UNIT_SUFFIXES = {"s", "ms", "h", "m", "km", "px", "bytes", "kbps", "mbps", "ratio"}


@dataclass(frozen=True, slots=True)
class Picture:
    """What one state of a panel shows.

    `figure` is a plotly figure, or a `Diagram`, which needs no drawing library.
    `readings` are a few named numbers with their units, in the order to print;
    `alt` is one sentence, computed from the same data, that says what the figure
    shows to somebody who cannot see it. A `film` shows what a viewer saw, over a figure
    whose x axis is the viewer's clock in seconds.

    >>> Picture(go.Figure(), {"wait": (1.2, "s")}, "Nobody waits.").readings
    {'wait': (1.2, 's')}
    """

    figure: go.Figure | Diagram
    readings: Mapping[str, tuple[float, str]]
    alt: str
    film: Film | None = None

    def __post_init__(self):
        if not isinstance(self.figure, (BaseFigure, Diagram)):
            raise ValueError(f"figure={self.figure!r} must be a plotly Figure or a Diagram")
        if self.film is not None and not isinstance(self.film, Film):
            raise ValueError(f"film={self.film!r} must be a Film or None")
        if not isinstance(self.readings, Mapping):
            raise ValueError(f"readings={self.readings!r} must be a mapping of names to readings")
        for name, reading in self.readings.items():
            if not isinstance(name, str):
                raise ValueError(f"readings names {name!r}; a name must be a string")
            try:
                value, symbol = reading
                units.quantity(value, symbol)
            except (TypeError, ValueError) as error:
                raise ValueError(
                    f"readings[{name!r}]={reading!r} must be (number, unit): {error}"
                ) from None
        if not isinstance(self.alt, str) or not self.alt.strip():
            raise ValueError(f"alt={self.alt!r} must be a sentence")


@dataclass(frozen=True, slots=True)
class Axis:
    """One control: its values, and each value as printed and as spoken.

    >>> axis(0, 10, 3, unit="s").texts
    ('0 s', '5 s', '10 s')
    """

    values: tuple
    texts: tuple[str, ...]
    spoken: tuple[str, ...]
    control: str  # "slider", "time", "choice" or "switch"
    label: str = ""


def axis(
    start: float, stop: float, steps: int, *,
    unit: str, log: bool = False, time: bool = False, label: str = "",
) -> Axis:  # fmt: skip
    """A control over `steps` evenly spaced numbers from `start` to `stop`, both included.

    With `log` the steps are equal ratios. With `time` the control also plays. The
    label is the axis's name unless given.

    >>> axis(1, 1000, 4, unit="count", log=True).values
    (1.0, 10.0, 100.0, 1000.0)
    """
    checks.real("start", start)
    checks.real("stop", stop, above=start)
    checks.whole("steps", steps, at_least=2)
    if log:
        checks.real("start of a log axis", start, above=0)
    values = []
    for step in range(steps):
        share = step / (steps - 1)
        exact = start * (stop / start) ** share if log else start + (stop - start) * share
        values.append(float(f"{exact:.10g}"))
    texts = [units.quantity(value, unit) for value in values]
    if len(set(texts)) < steps:
        raise ValueError(f"steps={steps} must be so few that no two print alike, as {texts} do")
    spoken = [units.spoken(value, unit) for value in values]
    return Axis(tuple(values), tuple(texts), tuple(spoken), "time" if time else "slider", label)


def explore(
    picture: Callable[..., Picture], /, *,
    title: str, start: Mapping | None = None, predict=None, **axes,
) -> "Panel":  # fmt: skip
    """A panel that shows `picture(**values)` for the values its controls stand at.

    Each further argument is a control: an `axis(...)`, or a list of choices, or
    `[False, True]` for a switch. `start` names the state the panel opens with; an
    axis it leaves out starts at the first value given. `predict`, from
    `scalemodel.stage.predict`, asks for a guess before the panel opens. `picture` must be
    pure. More than 600 states are refused with a `ValueError` that says which axis to thin.

    >>> def square(side):
    ...     return Picture(go.Figure(), {"area": (side**2, "m")}, "A square.")
    >>> explore(square, title="How big is a square?", start={"side": 2}, side=[1, 2, 3])
    <panel "How big is a square?" with 3 states>
    """
    controls = {name: as_axis(name, given) for name, given in axes.items()}
    first = {name: given[0] for name, given in axes.items() if not isinstance(given, Axis)}
    return Panel(picture, title, controls, {**first, **(start or {})}, predict)


def show(picture: Picture, *, title: str = "") -> "Panel":
    """A figure without controls, treated like a panel in every view.

    >>> show(Picture(go.Figure(), {}, "An empty figure."))
    <panel "" with 1 states>
    """
    return Panel(lambda: picture, title, {}, {})


class Panel:
    """A picture, its axes and its start; shows itself in the view that is asked for.

    >>> explore(lambda n: None, title="Any?", n=[1, 2]).shape
    {'n': 2}
    """

    def __init__(self, picture, title, axes, start, predict=None):
        if not callable(picture):
            raise ValueError(f"picture={picture!r} must be a function")
        if not isinstance(title, str):
            raise ValueError(f"title={title!r} must be a string")
        self.picture, self.title, self.axes = picture, title, axes
        self.start = {name: _start_index(name, axis, start) for name, axis in axes.items()}
        for name in start:
            if name not in axes:
                raise ValueError(
                    f"start names {name!r}; it must be one of {', '.join(axes) or 'no axes'}"
                )
        count = size(self.values)
        if count > MOST_STATES:
            raise ValueError(too_many_states(title, self.shape, count))
        self.predict = predict
        if predict is not None:
            from scalemodel.stage.predict import check_drawn  # which imports this module

            check_drawn(predict, axes)

    @property
    def values(self) -> dict[str, tuple]:
        """The values of each axis, by name."""
        return {name: axis.values for name, axis in self.axes.items()}

    @property
    def shape(self) -> dict[str, int]:
        """The number of values of each axis, by name."""
        return {name: len(axis.values) for name, axis in self.axes.items()}

    def __repr__(self):
        return f'<panel "{self.title}" with {size(self.values)} states>'

    def _repr_mimebundle_(self, include=None, exclude=None):
        try:
            return self._shown()
        except NotImplementedError as error:  # which IPython would pass over in silence
            raise RuntimeError(f"the picture is not implemented: {error}") from error

    def _shown(self):
        # Imported here: a committed notebook needs no widgets, a live one no page.
        match view():
            case "live":
                from scalemodel.stage import live

                return live.widget(self)._repr_mimebundle_()
            case "site":
                from scalemodel.stage import grid, page

                states = grid.states_of(self)  # once for both
                line = grid.digest_line(self, states)
                return {"text/html": page.panel_html(self, states), "text/plain": line}
            case _:
                from scalemodel.stage import grid

                return {"text/plain": grid.digest_line(self)}


def view() -> str:
    """The view that `SCALEMODEL_VIEW` asks for: "live", "site" or "digest".

    >>> view() in ("live", "site", "digest")
    True
    """
    asked = os.environ.get("SCALEMODEL_VIEW") or "live"
    if asked not in ("live", "site", "digest"):
        raise ValueError(f"SCALEMODEL_VIEW={asked!r} must be live, site or digest")
    return asked


def as_axis(name: str, given: Axis | Sequence) -> Axis:
    """`given` as an axis with a label: a list of values becomes choices or a switch.

    >>> as_axis("tunnel_s", [10, 20]).label, as_axis("tunnel_s", [10, 20]).texts
    ('tunnel', ('10', '20'))
    """
    if not name.isidentifier():
        raise ValueError(f"axis {name!r} must be named by an identifier, as arguments are")
    label = _label(name)
    if isinstance(given, Axis):
        return Axis(given.values, given.texts, given.spoken, given.control, given.label or label)
    if not isinstance(given, (list, tuple, range)) or len(given) == 0:
        raise ValueError(
            f"axis {name}={given!r} must be an axis(...) or a list of at least one choice"
        )
    values = tuple(given)
    if values in ((False, True), (True, False)) and all(isinstance(v, bool) for v in values):
        return Axis((False, True), ("off", "on"), ("off", "on"), "switch", label)
    texts = tuple(units.number(v) if isinstance(v, float) else str(v) for v in values)
    if len(set(texts)) < len(texts):
        raise ValueError(f"axis {name}={given!r} must not print two choices alike")
    return Axis(values, texts, texts, "choice", label)


def too_many_states(title: str, shape: Mapping[str, int], count: int) -> str:
    """The refusal of a grid with `count` states, with the axis to thin.

    >>> too_many_states("Why?", {"a": 100, "b": 7}, 700)
    'explore "Why?" has 700 states (a 100 × b 7); at most 600 fit: thin a to 85 values'
    """
    longest = max(shape, key=shape.get)
    fewer = MOST_STATES * shape[longest] // count
    advice = f"thin {longest} to {fewer} values" if fewer >= 2 else "leave out an axis"
    return f'explore "{title}" has {count:,} states ({times(shape)}); at most {MOST_STATES} fit: {advice}'


def times(shape: Mapping[str, int]) -> str:
    """The axes and their numbers of values, in words.

    >>> times({"safety": 11, "seed": 3})
    'safety 11 × seed 3'
    """
    return " × ".join(f"{name} {count}" for name, count in shape.items())


def _start_index(name, axis, start):
    if name not in start:
        return 0
    for index, value in enumerate(axis.values):
        if value == start[name] or _close(value, start[name]):
            return index
    raise ValueError(
        f"start {name}={start[name]!r} must be one of {', '.join(map(str, axis.values))}"
    )


def _close(value, other):
    numeric = all(isinstance(x, (int, float)) and not isinstance(x, bool) for x in (value, other))
    return numeric and math.isclose(value, other, rel_tol=1e-9)


def _label(name):
    words = name.split("_")
    if len(words) > 1 and words[-1] in UNIT_SUFFIXES:
        words.pop()
    return " ".join(words)
