"""What a module offers: `__all__` and what its completion lists, made from what it defines.

    .venv/bin/python -m tests.laws.names

writes both into every module of the package, below its first words; a law in
`tests/house/test_rooms.py` holds them to the names that the module defines. What it imports is
on neither list, so that who presses the tab key behind a module's name meets what it is for.
"""

import ast
import re
import textwrap
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "lib" / "scalemodel"
MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if not path.name.startswith("__")]
LISTS = ("__all__", "__dir__")
INDENT, LONGEST = "    ", 100 - len("__all__ = []")


def defined(source: str) -> set[str]:
    """The public names that a module's text defines at its top, whatever it imports.

    >>> sorted(defined("import math\\nMOST, _few = 3, 1\\nclass Tea: ...\\nrest: int = 2"))
    ['MOST', 'Tea', 'rest']
    """
    found = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [part for target in targets for part in ast.walk(target)]
            found |= {part.id for part in names if isinstance(part, ast.Name)
                      and isinstance(part.ctx, ast.Store)}  # fmt: skip
    return {name for name in found if not name.startswith("_")}


def written(source: str) -> str:
    """A module's text with its lists as they are to be.

    >>> print(written('"Tea."\\n\\nimport math\\n\\nCUPS = 2\\n'))
    "Tea."
    <BLANKLINE>
    __all__ = ["CUPS"]
    __dir__ = lambda: __all__
    <BLANKLINE>
    import math
    <BLANKLINE>
    CUPS = 2
    <BLANKLINE>
    """
    lines, tree = source.splitlines(), ast.parse(source)
    for node in reversed(tree.body):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in LISTS:
            del lines[node.lineno - 1 : node.end_lineno]
    end = tree.body[0].end_lineno  # of the docstring, which every module has
    listed = ", ".join(f'"{name}"' for name in sorted(defined(source), key=_place))
    if len(listed) > LONGEST:
        packed = textwrap.fill(f"{listed},", 100, initial_indent=INDENT, subsequent_indent=INDENT)
        listed, close = f"\n{packed}\n", "]  # fmt: skip"
    else:
        close = "]"
    lists = ["", f"__all__ = [{listed}{close}", "__dir__ = lambda: __all__", ""]
    rest = "\n".join(lines[end:]).lstrip("\n")
    return "\n".join([*lines[:end], *lists, rest, ""])


def _place(name):
    """Where ruff wants a name: constants first, then classes, 2 before 10."""
    numbers = [
        (int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)
    ]
    return 0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2, numbers


if __name__ == "__main__":
    for path in MODULES:
        path.write_text(written(path.read_text()))
