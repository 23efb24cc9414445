"""From a class in a notebook back to its source: the cell that defines it, and what it needs.

The interpreter keeps the text of each cell for its tracebacks, with the magics already
turned into calls. There it is read, so that nothing here asks the notebook.

Left out: names that a cell sets in another way than by Python's own statements.
Sources: Python's `linecache`.
"""

__all__ = ["source_of"]
__dir__ = lambda: __all__

import ast
import contextlib
import linecache
import types

from scalemodel.core import checks
from scalemodel.labs.reading.cells import as_python, names_in, with_what_it_needs
from scalemodel.labs.reading.commands import UNREADABLE


@checks.kinds
def source_of(subject: type, name: str) -> str:
    """The cell that made `subject`, and called it `name`, below the cells whose names it needs.

    >>> source_of(object, "Diary")
    Traceback (most recent call last):
    ...
    ValueError: subject=object must be a class that a cell or a file defines
    """
    cells = {} if subject.__module__ == "builtins" else _cells()
    file = _file_of(subject)
    makers = [place for place, text in cells.items() if name in names_in(text)[0]]
    if makers and file not in makers:  # its methods stand elsewhere, or it has none
        file = makers[-1]
    source = cells.pop(file, None) or "".join(linecache.getlines(file))
    if not source:
        name = subject.__name__
        raise ValueError(f"subject={name} must be a class that a cell or a file defines")
    return with_what_it_needs(source, [*cells.values()])


def _cells():
    """Every cell that was run, oldest first: what the interpreter keeps without a file."""
    rows = [(name, row) for name, row in linecache.cache.items() if len(row) == 4]
    return {
        name: as_python("the notebook", _untimed("".join(lines)))
        for name, (_, changed, lines, _) in rows
        if changed is None
    }


def _untimed(text):
    """A cell whose first line was a magic, as it was written."""
    with contextlib.suppress(*UNREADABLE, AttributeError):
        call = ast.parse(text).body[0].value
        if call.func.attr == "run_cell_magic":
            name, line, body = (word.value for word in call.args)
            return f"%%{name} {line}\n{body}"
    return text


def _file_of(subject):
    """Where a method of `subject` says that it was written; empty if nobody knows."""
    for row in vars(subject).values():
        if isinstance(row, types.FunctionType) and linecache.getlines(row.__code__.co_filename):
            return row.__code__.co_filename
    return ""
