"""A piece of page that works by script alone: on the site and, unchanged, in Jupyter.

A quiz or a game needs no model at hand once its data is written down. So it is one
element of HTML with its data inside, and one script that brings it to life. The site
serves the script; in Jupyter a widget carries it along.

Its element has the class `sm-<kind>`. The script of the kind puts a function into
`globalThis.scalemodelParts["sm-<kind>"]`; it is called once with each element.

Left out: panels over a model, which `explore` draws.
Sources: none.
"""

__all__ = ["Embed", "data_html"]
__dir__ = lambda: __all__

import hashlib
import json

from scalemodel.stage.views import still
from scalemodel.stage.views.kinds import Kind
from scalemodel.stage.views.sheet import DRAWN
from scalemodel.stage.views.view import view


def data_html(data) -> str:
    """`data` as the element inside an embed from which its script reads it; no text can end it.

    >>> data_html({"a": "</script>"})
    '<script type="application/json" data-is="data">{"a":"\\\\u003c/script>"}</script>'
    """
    payload = json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" data-is="data">{payload}</script>'


class Embed:
    """One element of a kind, shown in the view that is asked for.

    `html` is the element, data included; `text` is one line that says what it holds.

    >>> from pathlib import Path
    >>> quiz = Kind("quiz", Path(__file__).parents[1] / "reading")
    >>> Embed(quiz, '<p class="sm-quiz">Nothing.</p>', "no question")
    <quiz "no question" · 52ccc71e26cd>
    """

    def __init__(self, kind: Kind, html: str, text: str):
        if not isinstance(kind, Kind):
            raise ValueError(f"kind={kind!r} must be a Kind")
        if f"sm-{kind.name}" not in html:
            raise ValueError(f"html={html[:40]!r} must be an element of the class sm-{kind.name}")
        self.kind, self.html, self.text = kind, html, text

    def __repr__(self):
        digest = hashlib.sha256(self.html.encode()).hexdigest()[:12]
        return f'<{self.kind.name} "{self.text}" · {digest}>'

    def still(self) -> str:
        """The embed as a notebook shows it where nothing runs: its first drawing and its text.

        >>> from pathlib import Path
        >>> quiz = Kind("quiz", Path(__file__).parents[1] / "reading")
        >>> Embed(quiz, '<p class="sm-quiz">Nothing.</p>', "no question").still()[:36]
        '<div class="sm-still"><p>no question'
        """
        drawing = still.svg_within(self.html, DRAWN)
        return still.lightest(lambda _: drawing, self.text, tell="Run this cell to use it.")

    def _repr_mimebundle_(self, include=None, exclude=None):
        match view():
            case "live":
                return self._outputs()[-1]
            case asked:
                line = still.proved(repr(self), self.still())
                html = self.html if asked == "site" else self.still()
                return {"text/html": html, "text/plain": line}

    def _ipython_display_(self):
        still.publish(self._outputs)

    def _outputs(self):
        from scalemodel.stage.views.embed_live import live_embed  # a page needs no widgets

        return still.outputs(live_embed(self.kind, self.html), self.still(), self.text)
