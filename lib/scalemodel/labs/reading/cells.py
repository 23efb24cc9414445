"""A notebook's cell as Python: what only IPython understands does nothing in a grading.

IPython's own transformer says which lines are magics, commands or questions; it knows
brackets, strings and continued lines.

Left out: what a command would have printed. Magics that run Python leave that Python.
Sources: IPython's `inputtransformer2`.
"""

__all__ = [
    "CELL_MAGIC", "ONLY_THERE", "RUN_THEIR_CELL", "RUN_THEIR_LINE", "UNREADABLE", "as_python",
    "names_in", "with_what_it_needs",
]  # fmt: skip
__dir__ = lambda: __all__

import ast
import builtins
import re
import symtable
import warnings

from scalemodel.core import checks

CELL_MAGIC = re.compile(r"\s*%%(?P<name>\w+)[^\n]*\n?(?P<body>.*)", re.DOTALL)
RUN_THEIR_CELL = ("time", "capture", "prun")
RUN_THEIR_LINE = ("time", "prun")
ONLY_THERE = ("get_ipython", "display")
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


@checks.kinds
def as_python(name: str, cell: str) -> str:
    """The cell of the file `name`; one that is no Python, for IPython neither, stays as it is.

    >>> as_python("ann.ipynb", "x = (7\\n% 3)\\n%time y = 2\\nx?")
    'x = (7\\n% 3)\\ny = 2\\nNone\\n'
    """
    while magic := CELL_MAGIC.fullmatch(cell):
        cell = magic["body"] if magic["name"] in RUN_THEIR_CELL else ""
    if _tree(cell) is None:
        cell = _transformed(name, cell)
    return _without_calls(cell, _tree(cell))


@checks.kinds
def with_what_it_needs(source: str, others: list[str]) -> str:
    """`source` below those of the `others`, oldest first, that make a name which it uses.

    A name that Python has of itself is looked for nowhere: a cell that tried something out may
    have used it for a number.

    >>> with_what_it_needs("x = two() + 1", ["y = 3", "def two(): return one + 1", "one = 1"])
    'def two(): return one + 1\\n\\none = 1\\n\\nx = two() + 1'
    """
    needed, (made, used) = set(), names_in(source)
    made |= set(dir(builtins))
    names = [names_in(other) for other in others]
    while True:
        place = next(
            (p for p in reversed(range(len(others)))
             if p not in needed and names[p][0] & (used - made)), None
        )  # fmt: skip
        if place is None:
            return "\n\n".join([*(others[place] for place in sorted(needed)), source])
        needed.add(place)
        made, used = made | names[place][0], used | names[place][1]


@checks.kinds
def names_in(source: str) -> tuple[set[str], set[str]]:
    """The names that `source` gives to something, and those that it uses; none if it cannot be read.

    >>> names_in("x = y")
    ({'x'}, {'y'})
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            table = symtable.symtable(source, "cell", "exec")
    except UNREADABLE:
        return set(), set()
    made = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
    tables, used = [table], set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        used |= {s.get_name() for s in table.get_symbols() if s.is_referenced() and s.is_global()}
    return made, used


def _tree(source):
    with warnings.catch_warnings(action="ignore"):
        try:
            return ast.parse(source)
        except UNREADABLE:
            return None


def _transformed(name, cell):
    try:
        from IPython.core.inputtransformer2 import TransformerManager
    except ImportError:
        raise ValueError(
            f"{name} has a cell with lines for IPython, and IPython is not installed: "
            "pip install ipython, or hand in a .py"
        ) from None
    try:
        return TransformerManager().transform_cell(cell)
    except (*UNREADABLE, RuntimeError):  # of hundreds of magics: IPython gives up, too
        return cell


def _without_calls(cell, tree):
    """The cell, with other words in place of each call that only a notebook can do."""
    if tree is None or not any(name in cell for name in ONLY_THERE):
        return cell
    data, begins = cell.encode(), [0]
    for row in data.splitlines(keepends=True):
        begins.append(begins[-1] + len(row))
    for node in sorted(_calls(tree), key=lambda node: (node.lineno, node.col_offset), reverse=True):
        begin = begins[node.lineno - 1] + node.col_offset
        end = begins[node.end_lineno - 1] + node.end_col_offset
        data = data[:begin] + _instead(node).encode() + data[end:]
    return data.decode()


def _calls(tree):
    """The calls of what only a notebook has, none inside another."""
    own = {getattr(node, "name", None) or getattr(node, "id", None) for node in ast.walk(tree)
           if not (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))}  # fmt: skip
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call) and _called(node) in set(ONLY_THERE) - own:
            yield node
        else:
            waiting.extend(ast.iter_child_nodes(node))


def _called(call):
    """The first name of what is called: `get_ipython().system(...)` calls `get_ipython`."""
    function = call.func
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Call):
        function = function.value.func
    return getattr(function, "id", None)


def _instead(call):
    name = getattr(call.func, "attr", None)
    words = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
    if name == "run_line_magic" and len(words) == 2 and words[0] in RUN_THEIR_LINE:
        return words[1] if words[1] and _tree(words[1]) else "None"
    return "[]" if name == "getoutput" else "None"
