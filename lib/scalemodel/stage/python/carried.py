"""What a page brings along for a reader's Python, and the cells in which it can be run.

A cell of a chapter with the tag `run-here` stands on the site as text with a button beneath.
Who presses it gets an editor, and Python: the files of the interpreter, those that run a
text, and the modules of `CARRIED`, as they stand. They import nothing beyond Python's own
library and each other; a law holds them to it. In a notebook such a cell is a cell.

Such a cell may say more in its metadata, under `here`: which `module` is called with the text in
place of running it (its `run(text, argument)` prints), by which buttons (`runs`: the argument,
and the button's words), with how many seconds (`limit_s`), which scripts bring it (`brings`), and
what the text is called when it is downloaded (`file`).

Left out: numpy, and all that stands on it; no page can load it without a network.
Sources: the documentation of Pyodide.
"""

__all__ = ["CARRIED", "TAG", "imports_of", "modules_js", "offer_to_run", "write"]
__dir__ = lambda: __all__

import ast
import json
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path

import rcssmin
import rjsmin
from docutils import nodes

LIB = Path(__file__).parents[3]
HERE = Path(__file__).parent
TAG = "run-here"
CARRIED = ("scalemodel.stage.python.inside",)


def imports_of(source: str) -> set[str]:
    """The modules that a text imports, anywhere in it.

    >>> sorted(imports_of("import math\\ndef f():\\n    from html.parser import HTMLParser"))
    ['html.parser', 'math']
    """
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


def needed_by(name: str) -> list[str]:
    """The modules of ours that stand behind `name`, itself among them, as their heads import them.

    >>> needed_by("scalemodel.stage.python.inside")
    ['scalemodel.stage.python.inside']
    """
    found, waiting = set(), [name]
    while waiting:
        module = waiting.pop()
        if module not in found and _place(module).is_file():
            found.add(module)
            for node in ast.parse(_place(module).read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ImportFrom):
                    waiting += [node.module, *(f"{node.module}.{a.name}" for a in node.names)]
    return sorted(found)


def _place(name):
    return LIB / f"{name.replace('.', '/')}.py"


def brought_js(names: Iterable[str], more: Mapping[str, str] | None = None) -> str:
    """The script that puts these modules, and `more` files by their paths, beside Python.

    >>> "scalemodel/stage/python/inside.py" in brought_js(CARRIED)
    True
    """
    modules = {
        _place(name).relative_to(LIB).as_posix(): _place(name).read_text(encoding="utf-8")
        for name in names
    }
    place = "((globalThis.scalemodelPython ??= {}).modules ??= {})"
    return f"Object.assign({place}, {json.dumps({**modules, **(more or {})})});\n"


def modules_js() -> str:
    """The script that holds the carried modules and the worker, as texts."""
    worker = rjsmin.jsmin((HERE / "worker.js").read_text(encoding="utf-8"))
    return f"{brought_js(CARRIED)}scalemodelPython.worker = {json.dumps(worker)};\n"


def write(static: Path) -> None:
    """Writes what a page loads when somebody wants to run a cell into the folder `static`."""
    folder = static / "python"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "modules.js").write_text(modules_js(), encoding="utf-8")
    for name, shorter in (("desk.js", rjsmin.jsmin), ("desk.css", rcssmin.cssmin)):
        (folder / name).write_text(
            shorter((HERE / name).read_text(encoding="utf-8")), encoding="utf-8"
        )


# ── On a page ───────────────────────────────────────────────────────────────
def offer_to_run(app, doctree) -> None:
    """Puts a button beneath each cell of a page that can be run there."""
    if app.builder.format != "html":
        return
    cells = [cell for cell in doctree.findall(nodes.container) if f"tag_{TAG}" in cell["classes"]]
    for number, cell in enumerate(cells, 1):
        html = (
            f'<div class="sm-code" id="code-{number}"{_asked(cell)}>'
            '<button type="button" hidden>Change it and run it, here</button></div>'
        )
        cell.insert(1, nodes.raw("", html, format="html"))


def _asked(cell):
    """What a cell says of how it is run, as an attribute."""
    here = cell.get("cell_metadata", {}).get("here")
    return f' data-here="{escape(json.dumps(here))}"' if here else ""
