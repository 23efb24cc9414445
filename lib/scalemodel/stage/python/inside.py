"""How a page runs a reader's Python: within its limits, and told in words.

This module is what stands inside, between the reader's lines and the page that shows what they
did. `Desk` runs a text: what it prints goes out in pieces until enough was printed, its last
line is shown as a notebook would show it, and an error is told by its line and its last
sentence. It is plain Python: tests run it as it stands, and a page runs the same file.

Left out: the time that a text may take, and what ends it; the page looks after both.
Sources: the `traceback` and `ast` modules' documentation.
"""

__all__ = ["ABSENT", "BEHIND", "FILE", "MOST_LETTERS", "Desk"]
__dir__ = lambda: __all__

import ast
import base64
import importlib
import linecache
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO, TextIOBase

FILE, BEHIND = "<your code>", "<what follows it>"
MOST_LETTERS = 20_000  # of what is printed
ABSENT = (
    "{name} is not here: on the page there is only Python's own library, and what this page "
    "brings along. In the notebook you have it."
)


class Desk:
    """Where a reader's text is run; `tell(kind, value)` hears what comes of it.

    Of the kinds `"printed"`, `"picture"` (base64 of an SVG, and its words), and in the end
    `"done"` or `"error"` (the line, or 0, and a sentence).

    >>> heard = []
    >>> desk = Desk(lambda *told: heard.append(told))
    >>> desk.run("a = 3\\nprint(a)\\na + 1")
    >>> heard
    [('printed', '3\\n4\\n'), ('done', None)]
    >>> desk.run("a = 3\\na / 0")
    >>> heard[-1]
    ('error', (2, 'ZeroDivisionError: division by zero'))
    """

    def __init__(self, tell):
        self.tell = tell

    def run(self, text: str, behind: str = "", module: str = "", argument: str = "") -> None:
        """Runs `text` from nothing, no name of an earlier run is left; then what stands `behind` it.

        A `module` that is named is told the text instead: `module.run(text, argument)`.
        """
        linecache.cache[FILE] = (len(text), None, text.splitlines(True), FILE)
        out = _Paper(self.tell)
        before, sys.stdin = sys.stdin, StringIO()
        with redirect_stdout(out), redirect_stderr(out):
            if module:
                ended = _called(module, text, argument)
            else:
                ended = _ended({FILE: text, BEHIND: behind}, self._show)
            out.flush()
        sys.stdin = before
        self.tell(*ended)

    def _show(self, value):
        if value is None:
            return
        svg = getattr(value, "_repr_svg_", None)
        print(value if svg else repr(value))
        if svg:
            sys.stdout.flush()
            self.tell("picture", (base64.b64encode(svg().encode()).decode(), str(value)))


def _ended(texts, show):
    """What texts came to, and how: done, or the line and the sentence of the first error."""
    names = {"__name__": "__main__", "__builtins__": __builtins__}
    try:
        for file, text in texts.items():
            tree = ast.parse(text, file)
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, file, "exec"), names)
            if last is not None:
                show(eval(compile(ast.Expression(last.value), file, "eval"), names))
    except SystemExit:
        return "done", None
    except BaseException as error:
        return "error", (_line(error), _sentence(error))
    return "done", None


def _called(module, text, argument):
    """What a module makes of a text."""
    try:
        importlib.import_module(module).run(text, argument)
    except Exception as error:
        return "error", (0, _sentence(error))
    return "done", None


def _line(error):
    """The last line of the reader's own that an error came by; 0 where it came by none."""
    if isinstance(error, SyntaxError) and error.filename == FILE:
        return error.lineno or 0
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__)
             if frame.filename == FILE]  # fmt: skip
    return lines[-1] if lines else 0


def _sentence(error):
    if isinstance(error, ModuleNotFoundError):
        return ABSENT.format(name=error.name)
    if isinstance(error, RecursionError):
        return "RecursionError: a function has called itself too often"
    if isinstance(error, MemoryError):
        return "MemoryError: there is no room for so much"
    if isinstance(error, EOFError):
        return "EOFError: nobody can type an answer here: write it into the text"
    return traceback.format_exception_only(error)[-1].strip()[:1000]


class _Paper(TextIOBase):
    """What is printed, in pieces of some size, until it is enough."""

    def __init__(self, tell):
        self.tell, self.kept, self.room = tell, [], MOST_LETTERS

    def writable(self):
        return True

    def write(self, text):
        if self.room > 0:
            self.kept.append(text[: self.room])
            self.room -= len(text)
            if self.room <= 0:
                self.kept.append("\n… and more, which is not shown.\n")
            if len(self.kept) > 100:
                self.flush()
        return len(text)

    def flush(self):
        if words := "".join(self.kept):
            self.tell("printed", words)
        self.kept = []
