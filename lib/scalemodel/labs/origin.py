"""From a class in a notebook back to its source: the cell that defines it, and what it needs.

The interpreter keeps the source of each cell for its tracebacks, with the magics already
turned into Python. There it is read, so that nothing here knows of notebooks.

Left out: names that a cell sets in another way than by Python's own statements.
Sources: Python's `linecache` and `symtable`.
"""

import linecache
import re
import symtable
import types

from scalemodel.core import checks

MAGIC = re.compile(r"(?m)^( *)get_ipython\(\)\..*$")  # what a line that is no Python became


@checks.kinds
def source_of(subject: type) -> str:
    """The cell that defines `subject`, below the cells whose names it needs.

    >>> source_of(object)
    Traceback (most recent call last):
    ...
    ValueError: subject=object must be a class with a method, defined in a cell or in a file
    """
    own = next((row for row in vars(subject).values() if isinstance(row, types.FunctionType)), None)
    file = own and own.__code__.co_filename
    source = "".join(linecache.getlines(file)) if file else ""
    if not source:
        raise ValueError(
            f"subject={subject.__name__} must be a class with a method, "
            "defined in a cell or in a file"
        )
    others = {name: text for name, text in _cells().items() if name != file}
    needed, (made, wanted) = set(), _names(source)
    for name, text in reversed(others.items()):
        binds, uses = _names(text)
        if binds & (wanted - made):
            needed.add(name)
            made, wanted = made | binds, wanted | uses
    texts = [*(text for name, text in others.items() if name in needed), source]
    return MAGIC.sub(r"\1pass", "\n\n".join(texts))


def _cells():
    """Every cell that was run, oldest first: what the interpreter keeps without a file."""
    rows = [(name, row) for name, row in linecache.cache.items() if len(row) == 4]
    return {name: "".join(lines) for name, (_, changed, lines, _) in rows if changed is None}


def _names(source):
    """The names that `source` gives to something, and those that it uses."""
    try:
        table = symtable.symtable(source, "cell", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return set(), set()
    made = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
    tables, used = [table], set()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        used |= {s.get_name() for s in table.get_symbols() if s.is_referenced() and s.is_global()}
    return made, used
