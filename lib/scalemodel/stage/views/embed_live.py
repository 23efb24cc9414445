"""An embed in Jupyter: a widget that carries its element, its script and its style.

Left out: dark colours; Jupyter's own are not known.
Sources: the anywidget documentation.
"""

__all__ = ["INKS", "SHEET", "LiveEmbed", "live_embed", "on_a_sheet"]
__dir__ = lambda: __all__

from pathlib import Path

import anywidget
import traitlets

from scalemodel.stage.look import theme
from scalemodel.stage.views.kinds import Kind

INKS = {"ink": "ink", "muted": "muted", "line": "grid", "accent": "blue", "good": "green",
        "bad": "red", "gold": "gold", "shade": "shade", "field": "field",
        **{name: name for name in ("orange", "blue", "red", "green")}}  # fmt: skip
SHEET = (  # JupyterLab's dark theme would write in white on what is made for white paper
    "--sm-paper:#fff;--sm-surface:#fff;--sm-radius:.5rem;--sm-font-ui:var(--jp-ui-font-family);"
    "color-scheme:light;color:var(--sm-ink);background:#fff;padding:.5rem"
)


class LiveEmbed(anywidget.AnyWidget):
    """An element with all that it needs; made by `live_embed`."""

    _esm = Path(__file__).with_name("embed_live.mjs")
    kind = traitlets.Unicode().tag(sync=True)
    html = traitlets.Unicode().tag(sync=True)
    script = traitlets.Unicode().tag(sync=True)
    style = traitlets.Unicode().tag(sync=True)


def live_embed(kind: Kind, html: str) -> LiveEmbed:
    """The widget that shows an element of `kind` in Jupyter, in light colours.

    >>> quiz = Kind("quiz", Path(__file__).parents[1] / "reading")
    >>> live_embed(quiz, '<p class="sm-quiz">Nothing.</p>').kind
    'quiz'
    """
    return LiveEmbed(kind=kind.name, html=html, script=kind.script, style=on_a_sheet(kind))


def on_a_sheet(kind: Kind) -> str:
    """The style of `kind` with the colours that the site has and Jupyter lacks, on white paper.

    >>> on_a_sheet(Kind("quiz", Path(__file__).parents[1] / "reading"))[:18]
    '.sm-quiz{--sm-ink:'
    """
    colours = "".join(f"--sm-{name}:{theme.colour(value)};" for name, value in INKS.items())
    return f".sm-{kind.name}{{{colours}{SHEET}}}{kind.style}"
