"""What a page brings along for a reader's Python, and the cells in which it can be run.

A cell of a chapter with the tag `run-here` stands on the site as text with a button beneath.
Who presses it gets an editor, and Python: the files of the interpreter, those that run a
text, and the modules of `CARRIED`, as they stand. They import nothing beyond Python's own
library and each other; a law holds them to it. Cells with the tag `run-behind` that follow are
run behind it, as they stand. In a notebook all of them are cells.

A cell may say more in its metadata, under `here`: which `module` is called with the text in place
of running it (its `run(text, argument)` prints), by which buttons (`runs`: the argument, and the
button's words), within how many seconds (`limit_s`), which scripts bring it (`brings`), and what
the text is called when it is downloaded (`file`).

Left out: numpy, and all that stands on it; no page can load it without a network.
Sources: the documentation of Pyodide.
"""

__all__ = ["BEHIND", "CARRIED", "TAG", "imports_of", "modules_js", "offer_to_run", "write"]
__dir__ = lambda: __all__

import ast
import json
from collections.abc import Mapping
from html import escape
from pathlib import Path

import rcssmin
import rjsmin
from docutils import nodes

LIB = Path(__file__).parents[3]
HERE = Path(__file__).parent
TAG, BEHIND = "run-here", "run-behind"
BUTTON = (  # before its style sheet is there, which is loaded when it is pressed
    "min-height:2.75rem;padding:.25rem .75rem;border:1px solid var(--sm-line);border-radius:"
    "var(--sm-radius);background:var(--sm-surface);color:var(--sm-ink);font:inherit;font-weight:600"
)
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


def brought_js(name: str, more: Mapping[str, str]) -> str:
    """The script that adds what stands behind a module, and `more` files, to what a page carries.

    >>> "scalemodel/stage/python/inside.py" in brought_js("scalemodel.stage.python.inside", {})
    True
    """
    return (
        f"Object.assign(scalemodelPython.modules, {json.dumps(_texts(needed_by(name)) | more)});\n"
    )


def _texts(names):
    return {
        _place(name).relative_to(LIB).as_posix(): _place(name).read_text(encoding="utf-8")
        for name in names
    }


def modules_js() -> str:
    """The script that holds the carried modules and the worker, as texts."""
    held = {"modules": _texts(CARRIED), "worker": _short("worker.js", rjsmin.jsmin)}
    return f"Object.assign((globalThis.scalemodelPython ??= {{}}), {json.dumps(held)});\n"


def write(static: Path) -> None:
    """Writes what a page loads when somebody wants to run a cell into the folder `static`."""
    folder = static / "python"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "modules.js").write_text(modules_js(), encoding="utf-8")
    for name, shorter in (("desk.js", rjsmin.jsmin), ("desk.css", rcssmin.cssmin)):
        (folder / name).write_text(_short(name, shorter), encoding="utf-8")


# ── On a page ───────────────────────────────────────────────────────────────
def offer_to_run(app, doctree) -> None:
    """Puts a button beneath each cell of a page that can be run there."""
    if app.builder.format != "html":
        return
    behind = {}  # a cell to run, and the texts behind it
    for cell in doctree.findall(nodes.container):
        if f"tag_{TAG}" in cell["classes"]:
            behind[cell] = []
        elif f"tag_{BEHIND}" in cell["classes"]:
            behind[[*behind][-1]].append(next(iter(cell.findall(nodes.literal_block))).astext())
    for number, (cell, texts) in enumerate(behind.items(), 1):
        follows = f' data-behind="{escape(chr(10).join(texts))}"' if texts else ""
        here = cell.get("cell_metadata", {}).get("here")
        follows += f' data-here="{escape(json.dumps(here))}"' if here else ""
        html = (
            f'<div class="sm-code" id="code-{number}"{follows}>'
            f'<button type="button" style="{BUTTON}" hidden>Change it and run it, here</button></div>'
        )
        if number == len(behind):
            html += f"<script>{_short('button.js', rjsmin.jsmin)}</script>"
        cell.insert(1, nodes.raw("", html, format="html"))


def _short(name, shorter):
    return shorter((HERE / name).read_text(encoding="utf-8"))
