"""An embed in Jupyter: a widget that carries its element, its script and its style sheet.

Left out: the sheet that it lies on; `sheet` writes it.
Sources: the anywidget documentation.
"""

__all__ = ["LiveEmbed", "live_embed"]
__dir__ = lambda: __all__

from pathlib import Path

import anywidget
import traitlets

from scalemodel.stage.views.kinds import Kind
from scalemodel.stage.views.sheet import on_a_sheet


class LiveEmbed(anywidget.AnyWidget):
    """An element with all that it needs; made by `live_embed`."""

    _esm = Path(__file__).with_name("embed_live.mjs")
    kind = traitlets.Unicode().tag(sync=True)
    html = traitlets.Unicode().tag(sync=True)
    script = traitlets.Unicode().tag(sync=True)
    sheet = traitlets.Unicode().tag(sync=True)  # to Jupyter a `style` is a model


def live_embed(kind: Kind, html: str) -> LiveEmbed:
    """The widget that shows an element of `kind` in Jupyter, in light colours.

    >>> quiz = Kind("quiz", Path(__file__).parents[1] / "reading")
    >>> live_embed(quiz, '<p class="sm-quiz">Nothing.</p>').kind
    'quiz'
    """
    return LiveEmbed(kind=kind.name, html=html, script=kind.script, sheet=on_a_sheet(kind))
