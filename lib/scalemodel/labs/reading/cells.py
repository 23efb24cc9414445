"""A notebook's cells as Python: what only IPython understands, and which cells an answer needs.

Left out: names that a cell makes in another way than by Python's own statements.
Sources: Python's `symtable`.
"""

__all__ = [
    "CELL_MAGIC", "LOOPS", "PYTHONS", "RUN_THEIR_CELL", "as_python", "joined", "names_in",
    "with_what_it_needs",
]  # fmt: skip
__dir__ = lambda: __all__

import ast
import builtins
import collections
import functools
import re
import symtable
import warnings
from typing import NamedTuple

from scalemodel.core import checks
from scalemodel.labs.reading.commands import (
    UNREADABLE,
    bound_in,
    replaced,
    transformed,
    tree_of,
    without_calls,
)

CELL_MAGIC = re.compile(r"\s*%%(?P<name>\w+)[^\n]*\n?(?P<body>.*)", re.DOTALL)
RUN_THEIR_CELL = ("time", "capture", "prun")
LOOPS = ("listcomp", "setcomp", "dictcomp", "genexpr")  # as `symtable` calls what runs at once
PYTHONS = frozenset(dir(builtins))


@checks.kinds
def as_python(name: str, cell: str) -> str:
    """The cell of the file `name`; one that is no Python, for IPython neither, stays as it is.

    >>> as_python("ann.ipynb", "x = (7\\n% 3)\\n%time y = 2\\nx?")
    'x = (7\\n% 3)\\ny = 2\\nNone\\n'
    """
    while magic := CELL_MAGIC.fullmatch(cell):
        cell = magic["body"] if magic["name"] in RUN_THEIR_CELL else ""
    if tree_of(cell) is None:
        cell = transformed(name, cell)
    return without_calls(cell)


@checks.kinds
def with_what_it_needs(source: str, others: list[str]) -> str:
    """`source` below those of the `others`, oldest first, that make a name which it uses.

    Of several the latest is taken, and of those that import it in the same words the first; not
    one that, when it is run, uses what only `source` makes, or what nothing makes, if there is
    another: it tried something out.

    >>> with_what_it_needs("x = two() + 1", ["y = 3", "def two(): return one + 1", "one = 1"])
    'def two(): return one + 1\\n\\none = 1\\n\\nx = two() + 1'
    """
    cells = [_Names(*names_in(other), _names_at_once(other)) for other in others]
    made, used = names_in(source)
    own = made - _imported(source)  # the rest others may need before it does
    makers, late = _makers(cells), _too_late(cells, own)
    said = functools.cache(lambda place: _imports(others[place]))
    needed, waiting, seen = set(), sorted(used - made), set()
    while waiting:
        name = waiting.pop()
        places = [] if name in seen else makers.get(name, [])
        seen.add(name)
        if places:
            *before, place = [one for one in places if one not in late] or places
            while before and said(before[-1]).get(name) == said(place).get(name, "another"):
                place = before.pop()
            needed.add(place)
            waiting += cells[place].used - cells[place].made - own
    return joined([*(others[place] for place in sorted(needed)), source], others)


@checks.kinds
def joined(cells: list[str], others: list[str]) -> str:
    """The cells, each below the one before; what any cell imports from the future stands first.

    >>> print(joined(["x = 1", "from __future__ import annotations; y = 2"], []))
    from __future__ import annotations
    x = 1
    <BLANKLINE>
    pass; y = 2
    """
    rows = [_without_future(cell) for cell in cells]
    lines = [line for lines, _ in [*rows, *map(_without_future, others)] for line in lines]
    first = [*dict.fromkeys(lines)]
    whole = "\n\n".join([*cells[:1], *(cell for _, cell in rows[1:])])
    begins = rows[0][0] if rows else []
    if first == begins and (not first or whole.lstrip().startswith("from __future__")):
        return whole  # as it begins already
    return "\n".join([*first, "\n\n".join(cell for _, cell in rows)])


def _without_future(cell):
    """What a cell imports from the future, a line each, and the cell without it.

    It may do so anywhere: to IPython each of its statements is the first.
    """
    nodes = tree_of(cell).body if "__future__" in cell and tree_of(cell) else []
    nodes = [one for one in nodes if getattr(one, "module", "") == "__future__"]
    return [*map(ast.unparse, nodes)], replaced(cell, [(one, "pass") for one in nodes])


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


def _imports(source):
    """For each name that a cell makes once, and by an import: in which words."""
    words = {}
    for node in tree_of(source).body:
        rows = [(name, None) for name in bound_in(ast.Module([node], []))]
        if isinstance(node, ast.Import | ast.ImportFrom):
            origin = getattr(node, "module", None), getattr(node, "level", None)
            rows = [(name, (*origin, one.name)) for one in node.names
                    for name in bound_in(ast.Module([one], []))]  # fmt: skip
        for name, said in rows:
            words[name] = None if name in words else said
    return {name: said for name, said in words.items() if said}


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
