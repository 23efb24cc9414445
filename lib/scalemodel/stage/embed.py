"""A piece of page that works by script alone: on the site and, unchanged, in Jupyter.

A quiz or a game needs no model at hand once its data is written down. So it is one
element of HTML with its data inside, and one script that brings it to life. The site
serves the script; in Jupyter a widget carries it along.

A kind of embed is a name. Its element has the class `sm-<kind>`, and the files that
it needs lie beside this module. Each script of a kind puts a function into
`globalThis.scalemodelParts["sm-<kind>"]`; it is called once with each element.

Left out: panels over a model, which `explore` draws.
Sources: none.
"""

import hashlib
from pathlib import Path

from scalemodel.stage.explore import view

HERE = Path(__file__).parent
# What each kind needs, in the order to load.
KINDS: dict[str, tuple[str, ...]] = {
    "quiz": ("quiz.js", "quiz.css"),
    "film": ("scene.js", "film.js", "film.css"),
    "game": ("scene.js", "player.js", "game.js", "game.css"),
}


class Embed:
    """One element of a known kind, shown in the view that is asked for.

    `html` is the element, data included; `text` is one line that says what it holds.

    >>> KINDS["nothing"] = ()
    >>> Embed("nothing", '<p class="sm-nothing">Nothing.</p>', "an empty line")
    <nothing "an empty line" · 9f1bb2a230c9>
    >>> _ = KINDS.pop("nothing")
    """

    def __init__(self, kind: str, html: str, text: str):
        if kind not in KINDS:
            raise ValueError(f"kind={kind!r} must be one of {', '.join(KINDS)}")
        if f"sm-{kind}" not in html:
            raise ValueError(f"html={html[:40]!r} must be an element of the class sm-{kind}")
        self.kind, self.html, self.text = kind, html, text

    def __repr__(self):
        digest = hashlib.sha256(self.html.encode()).hexdigest()[:12]
        return f'<{self.kind} "{self.text}" · {digest}>'

    def _repr_mimebundle_(self, include=None, exclude=None):
        match view():
            case "live":
                from scalemodel.stage import live  # a page needs no widgets

                return live.embedded(self)._repr_mimebundle_()
            case "site":
                return {"text/html": self.html, "text/plain": repr(self)}
            case _:
                return {"text/plain": repr(self)}


def source(kind: str, ending: str) -> str:
    """The text of all files of `kind` with that `ending`, "js" or "css", end to end.

    >>> source("telegram", "js")
    Traceback (most recent call last):
    ...
    ValueError: kind='telegram' must be one of the known kinds
    """
    if kind not in KINDS:
        raise ValueError(f"kind={kind!r} must be one of the known kinds")
    names = [name for name in KINDS[kind] if name.endswith(f".{ending}")]
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)
