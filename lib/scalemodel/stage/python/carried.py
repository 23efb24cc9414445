"""What a page brings along for a reader's Python.

Who wants to run a cell gets the files of the interpreter, those that run a text, and the
modules of ours that the cells of the page import, with all that these import, as they stand.
What such a module is told by one of its name with `_told` comes along as a file. None of them
imports anything beyond Python's own library and each other; a law holds them to it.

Left out: numpy, and all that stands on it; no page can load it without a network.
Sources: the documentation of Pyodide.
"""

__all__ = ["BEHIND", "CARRIED", "LIB", "TAG", "carried", "imports_of", "modules_js", "short"]
__dir__ = lambda: __all__

import ast
import json
from pathlib import Path

import rcssmin
import rjsmin

from scalemodel.stage.python.told import written

LIB = Path(__file__).parents[3]
TAG, BEHIND = "run-here", "run-behind"  # of the cells whose imports come along
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
    held = json.dumps({"modules": modules, "worker": short("inside.js")})
    return f"Object.assign((globalThis.scalemodelPython ??= {{}}), {held});\n"


def short(name: str) -> str:
    """The script or style `name` of this folder, without what only its writer reads.

    >>> short("carried.js").startswith('document.querySelectorAll(".sm-code")')
    True
    """
    shorter = rcssmin.cssmin if name.endswith(".css") else rjsmin.jsmin
    return shorter(Path(__file__).with_name(name).read_text(encoding="utf-8"))
