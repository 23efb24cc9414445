"""A file's cells: a notebook's, or those that comments divide in a file of Python.

In such a file what only a notebook understands is a comment, too, and becomes code again.

Left out: other notebook formats than version 4.
Sources: nbformat's description of a notebook; jupytext's percent format.
"""

__all__ = ["CELL", "GO_ON", "RUNS", "SPACE", "cells_of_notebook", "cells_of_python", "decoded"]
__dir__ = lambda: __all__

import contextlib
import io
import json
import re
import tokenize

from scalemodel.core import checks
from scalemodel.labs.reading.cells import names_in
from scalemodel.labs.reading.commands import tree_of

CELL = re.compile(r"(?m)^[ \t]*# ?%%(?=[ \t]|$)(?P<head>.*)$")
RUNS = re.compile(  # what this format has as a comment
    r"(?m)^# (?:%(?:time|prun) (?P<line>[^\n]*)|(?P<made>\w+) = [%!])"
)
SPACE = (tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT)
GO_ON = ("elif", "else", "except", "finally")  # begin a line, and no statement


@checks.kinds
def cells_of_notebook(name: str, text: str) -> list[tuple[str, list[str], str]]:
    """A (kind, tags, source) for each cell of the notebook `name`.

    >>> cells_of_notebook("ann.ipynb", '{"cells": [{"cell_type": "code", "source": ["x = ", "1"]}]}')
    [('code', [], 'x = 1')]
    """
    try:
        return [_cell(cell) for cell in json.loads(text)["cells"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError(
            f"{name} is no notebook: its text must hold cells, and a cell's source must be text"
        ) from None


def _cell(cell):
    metadata, source = cell.get("metadata") or {}, cell.get("source") or ""
    if not isinstance(source, str | list):
        raise TypeError
    source = "".join(source)
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    tags = [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
    return cell.get("cell_type"), tags, _lines(source)


def _lines(text):
    """`text` with the ends of lines that Python has."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@checks.kinds
def decoded(data: bytes) -> str:
    """The text of a Python file, as Python itself reads it.

    >>> decoded(b"# coding: latin-1\\nx = '\\xe9'")
    "# coding: latin-1\\nx = 'é'"
    """
    with contextlib.suppress(SyntaxError, LookupError, UnicodeError):  # it names none of text
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return _lines(data.decode(encoding, errors="replace"))
    return _lines(data.decode("utf-8-sig", errors="replace"))


@checks.kinds
def cells_of_python(text: str) -> list[tuple[str, list[str], str]]:
    """The same, of a file in which comments divide cells.

    >>> cells_of_python('# %% tags=["answer"]\\nx = 1\\n# %% [markdown]\\n# Words.')
    [('code', ['answer'], 'x = 1'), ('markdown', [], '# Words.')]
    """
    comments = _comments(text)
    marks = [
        mark
        for mark in CELL.finditer(text)
        if comments is None or text.count("\n", 0, mark.start()) + 1 in comments
    ]
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    sources = [text[mark.end() : end] for mark, end in zip(marks, ends, strict=False)]
    made = set().union(*(names_in(source)[0] for source in sources))
    return [
        (
            "markdown" if "[markdown]" in mark["head"] else "code",
            re.findall(r'"([\w-]+)"', mark["head"]),
            _uncommented(source, made).strip("\n"),
        )
        for mark, source in zip(marks, sources, strict=True)
    ]


def _uncommented(source, made):
    """The cell with those of its comments as code that are magics, and no prose.

    A magic runs Python that can stand there, or makes a name that nothing else makes.
    """
    between = _between_statements(source)
    for run in reversed([*RUNS.finditer(source)]):
        begin = run.start()
        fits = between is None or (
            source.count("\n", 0, begin) + 1 in between and (run["made"] or tree_of(run["line"]))
        )
        if fits and run["made"] not in made:
            source = source[:begin] + source[begin + 2 :]
    return source


def _comments(text):
    """The lines that begin with a comment, and in no string; None where that cannot be told."""
    tokens = _tokens(text)
    return tokens and {token.start[0] for token in tokens if token.type == tokenize.COMMENT}


def _between_statements(text):
    """Those of them where a statement can stand that is a part of no other."""
    tokens, lines, found, above, inside = _tokens(text), set(), set(), "", False
    for token in tokens or ():
        if token.type == tokenize.NEWLINE:
            inside = False
        elif token.type == tokenize.COMMENT and not inside:
            found.add(token.start[0])
        elif token.type not in SPACE and not inside:
            goes_on = token.start[1] > 0 or token.string in GO_ON or above == "@"
            lines |= set() if goes_on else found
            found, above, inside = set(), token.string, True
    return tokens and lines


def _tokens(text):
    try:
        return [*tokenize.generate_tokens(io.StringIO(text).readline)]
    except (tokenize.TokenError, SyntaxError):
        return None
