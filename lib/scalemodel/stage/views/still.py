"""What a saved notebook shows where something moved: a picture, and how to move it.

A widget lives as long as its kernel. In a notebook that is opened again, on a code host or
behind `nbconvert` there is nothing to ask, so a still stands before each widget: words, and
a picture that needs neither script nor network. JupyterLab shows whichever of the two is
alive; a host that knows no widgets shows the still.

Left out: other front ends than JupyterLab and Notebook, which show both while a kernel runs.
Sources: the ipywidgets documentation; JupyterLab's own names for the parts of an output.
"""

__all__ = [
    "ALIVE", "LEAST_WIDE", "MOST_BYTES", "PLACE", "STYLE", "TELL", "WIDE", "WIDGET", "image_html",
    "lightest", "outputs", "proved", "publish", "still_html", "svg_within",
]  # fmt: skip
__dir__ = lambda: __all__

import base64
import hashlib
import re
from collections.abc import Callable
from html import escape

from IPython.display import publish_display_data

from scalemodel.stage.views.view import view

MOST_BYTES = 20_000  # of a still, as HTML
LEAST_WIDE, WIDE = 90, 640  # px; a narrower drawing is a sign, and no picture
TELL = "Run this cell to move it."
WIDGET = "application/vnd.jupyter.widget-view+json"
PLACE = ".jp-OutputArea-child"
ALIVE = '.jp-OutputArea-output:not([data-mime-type="text/html"], .jupyter-widgets)'
# In JupyterLab an output is a `.lm-Widget`; a widget whose model is gone is marked and has words alone.
STYLE = (
    f".lm-Widget{PLACE}:has(.sm-still):has(+ {PLACE} > {ALIVE}),"
    f"{PLACE}:has(.sm-still) + {PLACE}:has(> .jupyter-widgets),"
    f"{PLACE}:not(.lm-Widget):has(.sm-still) + {PLACE}{{display:none}}"
)


def still_html(words: str, svg: str = "", tell: str = TELL, ask: str = "") -> str:
    """`words` and `svg` as HTML that any host lets through; `tell` says how to go on.

    With `ask` both are folded behind that question, for they answer it.

    >>> still_html("Nobody waits.", tell="Run this cell.")
    '<div class="sm-still"><p>Nobody waits.</p><p><em>Run this cell.</em></p></div>'
    >>> "data:image/svg+xml;base64," in still_html("A dot.", "<svg><circle r='3'/></svg>")
    True
    """
    told = f"{image_html(svg, words) if svg else ''}<p>{escape(words)}</p>"
    if ask:
        told = f"<details><summary>{escape(ask)}</summary>{told}</details>"
    return f'<div class="sm-still">{told}<p><em>{escape(tell)}</em></p></div>'


def lightest(draw: Callable[[int], str], words: str, tell: str = TELL, ask: str = "") -> str:
    """The still of the first of `draw(1)`, `draw(2)`, `draw(4)`, ... that is light enough.

    What stays too heavy is left to its words.

    >>> lightest(lambda every: "<svg>" + "." * (40_000 // every) + "</svg>", "Dots.")[:26]
    '<div class="sm-still"><img'
    """
    for every in (1, 2, 4, 8, 16, 32):
        html = still_html(words, draw(every), tell, ask)
        if len(html.encode()) <= MOST_BYTES:
            return html
    return still_html(words, tell=tell, ask=ask)


def svg_within(html: str, style: str = "") -> str:
    """The widest drawing within `html` as a file of its own, with `style`; empty if there is none.

    >>> svg_within('<p>A dot:</p><svg viewBox="0 0 99 9"><circle r="3"/></svg>')[:50]
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0'
    """
    drawings = re.findall(r"(?s)<svg\b[^>]*\bviewBox=.*?</svg>", html)
    drawing = max(drawings, key=_width, default="")
    if _width(drawing) < LEAST_WIDE:
        return ""
    svg = re.sub(r' xmlns="[^"]*"', "", drawing, count=1)
    svg = svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    return svg.replace(">", f"><style>{style}</style>", 1) if style else svg


def proved(line: str, html: str) -> str:
    """`line` with eight hex digits over the still `html`, which site and notebook both store.

    >>> proved("quiz", "<p>Nothing.</p>")
    'quiz · still 38d03610'
    """
    return f"{line} · still {hashlib.sha256(html.encode()).hexdigest()[:8]}"


def outputs(widget, html: str, text: str) -> list[dict]:
    """The outputs of a live thing: its still, `html` and as plain `text`, and then the widget.

    >>> class Told:
    ...     model_id = "a1"
    >>> [list(bundle) for bundle in outputs(Told, "<p>.</p>", ".")][0]
    ['text/html', 'text/plain']
    """
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return [
        {"text/html": f"{html}<style>{STYLE}</style>", "text/plain": text},
        {
            WIDGET: view,
            "text/html": "<i></i>",
            "text/plain": "",
        },  # who knows no widgets shows nothing
    ]


def publish(made: Callable[[], list[dict]]) -> None:
    """Shows what `made()` gives in Jupyter; elsewhere IPython makes the one output itself.

    >>> publish(list)
    Traceback (most recent call last):
    ...
    NotImplementedError
    """
    if view() != "live":
        raise NotImplementedError  # which IPython takes for "ask for the bundle"
    for bundle in made():
        publish_display_data(bundle)


def _width(svg):
    found = re.search(r'viewBox="[\d.-]+ [\d.-]+ ([\d.]+)', svg)
    return float(found[1]) if found else 0.0


def image_html(svg: str, words: str) -> str:
    """The drawing `svg` as an image that any host lets through, and what it says in `words`.

    >>> image_html('<svg viewBox="0 0 99 9"/>', "A dot.")[:42]
    '<img alt="A dot." width="99" src="data:ima'
    """
    data = base64.b64encode(svg.encode()).decode()
    return (
        f'<img alt="{escape(words)}" width="{_width(svg) or WIDE:.0f}" '
        f'src="data:image/svg+xml;base64,{data}">'
    )
