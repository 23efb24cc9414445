"""What one state of a panel shows: a figure, a few readings, and a sentence.

Left out: how it gets onto a screen.
Sources: none.
"""

__all__ = ["Picture", "Scene"]
__dir__ = lambda: __all__

from collections.abc import Mapping
from dataclasses import dataclass

import plotly.graph_objects as go
from plotly.basedatatypes import BaseFigure

from scalemodel.core import units
from scalemodel.stage.views.diagram import Diagram
from scalemodel.stage.views.kinds import Kind


@dataclass(frozen=True, slots=True)
class Scene:
    """Something that moves: a kind, whose script plays it, and the data of this state.

    `data` is plain JSON. The script of the kind puts `globalThis.scalemodelScenes[name]`, a
    function of its element and of what finds the figure; it is called once and returns
    what shows the data of a state, or null where a state has none.

    >>> Scene("dot", {})
    Traceback (most recent call last):
    ...
    ValueError: kind='dot' must be a Kind
    """

    kind: Kind
    data: dict

    def __post_init__(self):
        if not isinstance(self.kind, Kind):
            raise ValueError(f"kind={self.kind!r} must be a Kind")
        if not isinstance(self.data, dict):
            raise ValueError(f"data={self.data!r} must be a dictionary")


@dataclass(frozen=True, slots=True)
class Picture:
    """What one state of a panel shows.

    `figure` is a plotly figure, or a `Diagram`, which needs no drawing library.
    `readings` are a few named numbers with their units, in the order to print, and where a
    run leaves noise about one, half its width as a third: no digit is shown below it.
    `alt` is one sentence, computed from the same data, that says what the figure
    shows to somebody who cannot see it. A `scene` moves above the figure.

    >>> Picture(go.Figure(), {"wait": (1.2, "s")}, "Nobody waits.").readings
    {'wait': (1.2, 's')}
    """

    figure: go.Figure | Diagram
    readings: Mapping[str, tuple]
    alt: str
    scene: Scene | None = None

    def __post_init__(self):
        if not isinstance(self.figure, (BaseFigure, Diagram)):
            raise ValueError(f"figure={self.figure!r} must be a plotly Figure or a Diagram")
        if self.scene is not None and not isinstance(self.scene, Scene):
            raise ValueError(f"scene={self.scene!r} must be a Scene or None")
        if not isinstance(self.readings, Mapping):
            raise ValueError(f"readings={self.readings!r} must be a mapping of names to readings")
        for name, reading in self.readings.items():
            if not isinstance(name, str):
                raise ValueError(f"readings names {name!r}; a name must be a string")
            try:
                value, symbol, *noise = reading
                units.quantity(value, symbol, *noise)
            except (TypeError, ValueError) as error:
                raise ValueError(
                    f"readings[{name!r}]={reading!r} must be (number, unit) or (number, unit, noise): {error}"
                ) from None
        if not isinstance(self.alt, str) or not self.alt.strip():
            raise ValueError(f"alt={self.alt!r} must be a sentence")

    def _repr_mimebundle_(self, include=None, exclude=None):
        from scalemodel.stage.panel.explore import show  # who only makes pictures needs no screen

        return show(self)._repr_mimebundle_(include, exclude)

    def _ipython_display_(self):
        from scalemodel.stage.panel.explore import show

        show(self)._ipython_display_()
