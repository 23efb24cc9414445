"""What a page brings along for a reader's Python, and the cells in which it can be run.

A cell of a chapter with the tag `run-here` stands on the site as text with a button beneath.
Who presses it gets an editor, and Python: the files of the interpreter, those that run a text,
and the modules of ours that the cells of the page import, with all that these import, as they
stand. What such a module is told by one of its name with `_told` comes along as a file. None of
them imports anything beyond Python's own library and each other; a law holds them to it. Cells
with the tag `run-behind` that follow are run behind it, as they stand. In a notebook all of them
are cells.

A cell may say more in its metadata, under `here`: which `module` is called with the text in place
of running it (its `run(text, argument)` prints), by which buttons (`runs`: the argument, and the
button's words), within how many seconds (`limit_s`), and what the text is called when it is
downloaded (`file`).

Left out: numpy, and all that stands on it; no page can load it without a network.
Sources: the documentation of Pyodide.
"""

__all__ = [
    "BEHIND", "BUTTON", "CARRIED", "HERE", "LIB", "TAG", "bring_along", "carried", "imports_of",
    "modules_js", "offer_to_run", "write",
]  # fmt: skip
__dir__ = lambda: __all__

import ast
import json
from html import escape
from pathlib import Path

import rcssmin
import rjsmin
from docutils import nodes

from scalemodel.stage.python.told import written

LIB = Path(__file__).parents[3]
HERE = Path(__file__).parent
TAG, BEHIND = "run-here", "run-behind"
BUTTON = (  # before its style sheet is there, which is loaded when it is pressed
    "min-height:2.75rem;padding:.25rem .75rem;border:1px solid var(--sm-line);border-radius:"
    "var(--sm-radius);background:var(--sm-surface);color:var(--sm-ink);font:inherit;font-weight:600"
)
CARRIED = ("scalemodel.stage.python.inside",)  # whatever a cell imports


def carried(imports: set[str]) -> list[str]:
    """The modules of ours that a page with these `imports` brings along, by name.

    >>> carried({"math", "scalemodel.stage.python.told"})
    ['scalemodel.stage.python.inside', 'scalemodel.stage.python.told']
    """
    found, coming = set(), [*CARRIED, *imports]
    while coming:
        name = coming.pop()
        if name not in found and _file(name).is_file():
            found.add(name)
            coming += imports_of(_file(name).read_text(encoding="utf-8"))
    return sorted(found)


def imports_of(source: str) -> set[str]:
    """The modules that a text imports, anywhere in it.

    >>> sorted(imports_of("import math\\ndef f():\\n    from html.parser import HTMLParser"))
    ['html.parser', 'math']
    >>> imports_of("from scalemodel.youtube import playback")
    {'scalemodel.youtube.playback'}
    """
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            within = (f"{module}.{alias.name}" for alias in node.names)
            found |= {one if _file(one).is_file() else module for one in within}
    return found


def _file(name):
    return LIB / f"{name.replace('.', '/')}.py"


def modules_js(imports: set[str]) -> str:
    """The script that holds what a page with these `imports` brings along, and the worker, as texts.

    >>> '"scalemodel/stage/python/inside.py": "' in modules_js({"math"})
    True
    """
    modules = {}
    for name in carried(imports):
        path = _file(name).relative_to(LIB)
        modules[path.as_posix()] = _file(name).read_text(encoding="utf-8")
        if _file(f"{name}_told").is_file():
            modules[path.with_suffix(".json").as_posix()] = written(name)
    held = json.dumps({"modules": modules, "worker": _short("worker.js", rjsmin.jsmin)})
    return f"Object.assign((globalThis.scalemodelPython ??= {{}}), {held});\n"


def write(static: Path) -> None:
    """Writes what any page loads when somebody wants to run a cell into the folder `static`.

    >>> import tempfile
    >>> write(static := Path(tempfile.mkdtemp()))
    >>> sorted(path.name for path in (static / "python").iterdir())
    ['desk.css', 'desk.js']
    """
    folder = static / "python"
    folder.mkdir(parents=True, exist_ok=True)
    for name, shorter in (("desk.js", rjsmin.jsmin), ("desk.css", rcssmin.cssmin)):
        (folder / name).write_text(_short(name, shorter), encoding="utf-8")


# ── On a page ───────────────────────────────────────────────────────────────
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
            html += f"<script>{_short('button.js', rjsmin.jsmin)}</script>"
        cell.insert(1, nodes.raw("", html, format="html"))


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


def _short(name, shorter):
    return shorter((HERE / name).read_text(encoding="utf-8"))
