"""The cells of a page that its reader changes and runs.

A cell of a chapter with the tag `run-here` stands on the site as text with a button beneath.
Who presses it gets an editor, and Python. What the cell gave at build is folded beneath, for to
try comes first. Cells with the tag `run-behind` that follow are run behind it, as they stand. In
a notebook all of them are cells.

A cell may say more in its metadata, under `here`: which `module` is called with the text in place
of running it (its `run(text, argument)` prints), by which buttons (`runs`: the argument, and the
button's words), within how many seconds (`limit_s`), and what the text is called when it is
downloaded (`file`).

Left out: what runs there; the page brings it along.
Sources: the documentation of MyST-NB.
"""

__all__ = ["BUTTON", "FOLDED", "bring_along", "offer_to_run", "write"]
__dir__ = lambda: __all__

import json
from html import escape
from pathlib import Path

from docutils import nodes

from scalemodel.stage.python.carried import BEHIND, TAG, imports_of, modules_js, short

BUTTON = (  # before its style sheet is there, which is loaded when it is pressed
    "min-height:2.75rem;padding:.25rem .75rem;border:1px solid var(--sm-line);border-radius:"
    "var(--sm-radius);background:var(--sm-surface);color:var(--sm-ink);font:inherit;font-weight:600"
)
FOLDED = "<details><summary>What it gives as it stands</summary>"


def offer_to_run(app, doctree) -> None:
    """Puts a button beneath each cell of a page that can be run there."""
    if app.builder.format != "html":
        return
    behind = _texts_behind(doctree)
    for number, (cell, texts) in enumerate(behind.items(), 1):
        follows = f' data-behind="{escape(chr(10).join(texts))}"' if texts else ""
        follows += f' data-here="{escape(json.dumps(_here(cell)))}"' if _here(cell) else ""
        html = (
            f'<div class="sm-code" id="code-{number}" data-modules="{app.env.docname}.js"{follows}>'
            f'<button type="button" style="{BUTTON}" hidden>Change it and run it, here</button></div>'
        )
        if number == len(behind):
            html += f"<script>{short('carried.js')}</script>"
        given = [
            nodes.raw("", FOLDED, format="html"),
            *cell[1:],
            nodes.raw("", "</details>", format="html"),
        ]
        cell[1:] = [nodes.raw("", html, format="html"), *(given if cell[1:] else [])]


def bring_along(app, pagename, templatename, context, doctree) -> None:
    """Writes the modules of a page that has a cell to run, into a folder like its own."""
    cells = _texts_behind(doctree) if doctree is not None and app.builder.format == "html" else {}
    if cells:
        texts = [*map(_text, cells), *(text for behind in cells.values() for text in behind)]
        path = Path(app.outdir) / "_static" / "python" / f"{pagename}.js"
        path.parent.mkdir(parents=True, exist_ok=True)
        called = {_here(cell)["module"] for cell in cells if "module" in _here(cell)}
        path.write_text(modules_js(called.union(*map(imports_of, texts))), encoding="utf-8")


def _texts_behind(doctree):
    """The cells of a page that can be run there, each with the texts behind it."""
    behind = {}
    for cell in doctree.findall(nodes.container):
        if f"tag_{TAG}" in cell["classes"]:
            behind[cell] = []
        elif f"tag_{BEHIND}" in cell["classes"]:
            behind[[*behind][-1]].append(_text(cell))
    return behind


def _here(cell):
    """What a cell says of how it is run."""
    return cell.get("cell_metadata", {}).get("here", {})


def _text(cell):
    return next(iter(cell.findall(nodes.literal_block))).astext()


def write(static: Path) -> None:
    """Writes what any page loads when somebody wants to run a cell into the folder `static`.

    >>> import tempfile
    >>> write(static := Path(tempfile.mkdtemp()))
    >>> sorted(path.name for path in (static / "python").iterdir())
    ['desk.css', 'desk.js']
    """
    folder = static / "python"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("desk.js", "desk.css"):
        (folder / name).write_text(short(name), encoding="utf-8")
