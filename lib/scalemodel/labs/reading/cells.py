"""A notebook's cell as Python: what only IPython understands does nothing in a grading.

IPython's own transformer says which lines are magics, commands or questions; it knows
brackets, strings and continued lines.

Left out: what a command would have printed. Magics that run Python leave that Python.
Sources: IPython's `inputtransformer2`.
"""

__all__ = [
    "CELL_MAGIC", "LOOPS", "ONLY_THERE", "PYTHONS", "RUN_THEIR_CELL", "RUN_THEIR_LINE",
    "UNREADABLE", "as_python", "names_in", "with_what_it_needs",
]  # fmt: skip
__dir__ = lambda: __all__

import ast
import builtins
import collections
import re
import symtable
import warnings
from typing import NamedTuple

from scalemodel.core import checks

CELL_MAGIC = re.compile(r"\s*%%(?P<name>\w+)[^\n]*\n?(?P<body>.*)", re.DOTALL)
RUN_THEIR_CELL = ("time", "capture", "prun")
RUN_THEIR_LINE = ("time", "prun")
ONLY_THERE = ("get_ipython", "display")
LOOPS = ("listcomp", "setcomp", "dictcomp", "genexpr")  # as `symtable` calls what runs at once
PYTHONS = frozenset(dir(builtins))
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

    Of several the latest is taken; not one that, when it is run, uses what only `source` makes,
    or what nothing makes, if there is another: it tried something out.

    >>> with_what_it_needs("x = two() + 1", ["y = 3", "def two(): return one + 1", "one = 1"])
    'def two(): return one + 1\\n\\none = 1\\n\\nx = two() + 1'
    """
    cells = [_Names(*names_in(other), _names_at_once(other)) for other in others]
    made, used = names_in(source)
    own = made - _imported(source)  # the rest others may need before it does
    makers, late = _makers(cells), _too_late(cells, own)
    needed, waiting, seen = set(), sorted(used - made), set()
    while waiting:
        name = waiting.pop()
        places = [] if name in seen else makers.get(name, [])
        seen.add(name)
        if places:
            place = next((place for place in reversed(places) if place not in late), places[-1])
            needed.add(place)
            waiting += cells[place].used - cells[place].made - own
    return "\n\n".join([*(others[place] for place in sorted(needed)), source])


class _Names(NamedTuple):
    """Of a cell: what it makes, what it uses, and of that what it uses when it is run."""

    made: set[str]
    used: set[str]
    at_once: set[str]


def _makers(cells):
    """The places of the cells that make a name, for each name."""
    makers = collections.defaultdict(list)
    for place, cell in enumerate(cells):
        for name in cell.made:
            makers[name].append(place)
    return dict(makers)


def _too_late(cells, own):
    """The places of those that can be run only below what makes `own`, or not at all."""
    users = collections.defaultdict(list)
    for place, cell in enumerate(cells):
        for name in cell.used - cell.made:
            users[name].append(place)
    left = {name: len(places) for name, places in _makers(cells).items()}
    waiting = [*own, *(name for name in users if name not in left and name not in PYTHONS)]
    late, led = set(), set()
    while waiting:
        name = waiting.pop()
        for place in users.pop(name, ()):
            if name in cells[place].at_once:
                late.add(place)
            if place not in led:  # who calls what it makes comes too late, too
                led.add(place)
                for made in cells[place].made:
                    left[made] -= 1
                    waiting += [made] * (not left[made])
    return late


@checks.kinds
def names_in(source: str) -> tuple[set[str], set[str]]:
    """The names that `source` gives to something, and those that it uses; none if it cannot be read.

    Of Python's own names only those that it defines or imports: a cell that tried something out
    may have used one for a number.

    >>> names_in("x = y")
    ({'x'}, {'y'})
    >>> names_in("set = 0"), names_in("def set(): pass")
    ((set(), set()), ({'set'}, set()))
    """
    tables = _tables(source)
    top = tables[0].get_symbols() if tables else []
    made = {
        symbol.get_name() for symbol in top
        if symbol.is_imported() or symbol.is_namespace()
        or (symbol.is_assigned() and symbol.get_name() not in PYTHONS)
    }  # fmt: skip
    return made, _used(tables)


def _names_at_once(source):
    """The names that a cell uses when it is run, and not only when what it defines is called."""
    return _used(
        _tables(source, lambda table: table.get_type() == "class" or table.get_name() in LOOPS)
    )


def _imported(source):
    return {symbol.get_name() for table in _tables(source)[:1] for symbol in table.get_symbols()
            if symbol.is_imported()}  # fmt: skip


def _used(tables):
    return {
        symbol.get_name() for table in tables for symbol in table.get_symbols()
        if symbol.is_referenced() and symbol.is_global()
    }  # fmt: skip


def _tables(source, enters=lambda table: True):
    """The symbols of a module, and of what it defines, as far as `enters` goes into it."""
    try:
        with warnings.catch_warnings(action="ignore"):
            tables = [symtable.symtable(source, "cell", "exec")]
    except UNREADABLE:
        return []
    for table in tables:
        tables += filter(enters, table.get_children())
    return tables


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
