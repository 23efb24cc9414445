"""What a student hands in: a `.py`, or a notebook whose answer cells are tagged.

Only the cells tagged `answer` are run, and others whose names they need; what is no Python
in them is left to `reading.cells`. What stands in `prediction` and `explanation` is text for a reader; it is never executed.

Left out: other notebook formats than version 4.
Sources: nbformat's description of a notebook; jupytext's percent format.
"""

__all__ = [
    "CELL", "FILE_CHARACTERS", "MOST_CHARACTERS", "MOST_LINES", "OURS", "RUNS", "TEXTS",
    "TEXT_CHARACTERS", "Submission", "read_submission", "submission_in",
]  # fmt: skip
__dir__ = lambda: __all__

import ast
import contextlib
import io
import json
import re
import tokenize
import warnings
from dataclasses import dataclass
from pathlib import Path

from scalemodel.core import checks
from scalemodel.labs.reading.cells import as_python, names_in, with_what_it_needs
from scalemodel.labs.reading.files import bytes_of, one_line

MOST_CHARACTERS = 100_000  # of an answer
FILE_CHARACTERS = 3 * MOST_CHARACTERS  # of a file of text, with its prediction and explanation
TEXT_CHARACTERS = 20_000  # of a text in a file that is no Python, and
MOST_LINES = 100  # of a text in a file that is no Python
CELL = re.compile(r"(?m)^[ \t]*# ?%%(?=[ \t]|$)(?P<head>.*)$")
RUNS = re.compile(  # what this format has as a comment
    r"(?m)^# (?:%(?:time|prun) (?P<line>[^\n]*)|(?P<made>\w+) = [%!])"
)
OURS = {"answer", "check", "prediction", "explanation"}
TEXTS = {"prediction": "PREDICTION", "explanation": "EXPLANATION"}


@dataclass(frozen=True, slots=True)
class Submission:
    """The source to run, and the two texts.

    >>> Submission("class Timelines: ...", "80", "").missing()
    ['explanation']
    """

    source: str
    prediction: str = ""
    explanation: str = ""

    def caught_up(self) -> bool:
        """Whether it began from the catch-up file, as its class says of itself.

        >>> Submission("class Timelines:\\n    caught_up = True").caught_up()
        True
        """
        return _assigned(_tree(self.source), "caught_up") is True

    def missing(self) -> list[str]:
        """Which of the texts are empty."""
        return [name for name in TEXTS if not getattr(self, name).strip()]


@checks.kinds
def read_submission(path: Path) -> Submission:
    """The submission in the file `path`; a `ValueError` says what the file lacks.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "answer.py"
    >>> size = path.write_text("class Timelines: ...")
    >>> read_submission(path).source
    'class Timelines: ...'
    """
    path = Path(path)
    return submission_in(path.name, bytes_of(path))


@checks.kinds
def submission_in(name: str, data: bytes) -> Submission:
    """The submission in a file of that `name` which holds `data`.

    >>> submission_in("ann.py", b"PREDICTION = 'two'\\nclass Diary(:").prediction
    'two'
    """
    name, kind = one_line(name), Path(name).suffix.lower()
    if kind == ".ipynb":
        cells = _of_notebook(name, data.decode("utf-8-sig", errors="replace"))
    elif kind == ".py":
        text = _short(name, _decoded(data), FILE_CHARACTERS)
        cells = _of_percent(text)
        if not any(tags for _, tags, _ in cells):  # no cells, or marks of an editor's
            texts = {field: _text(name, [text]) for field, name in TEXTS.items()}
            return Submission(_short(name, text), **texts)
    else:
        raise ValueError(f"name={name} must end in .py or .ipynb")
    answers = [source for kind, tags, source in cells if kind == "code" and "answer" in tags]
    if not answers:
        raise ValueError(f"{name} has no cell tagged answer: was the cell deleted?")
    texts = {
        field: _text(name, [source for _, tags, source in cells if field in tags], or_all=True)
        for field, name in TEXTS.items()
    }
    _short(name, "".join(answers))
    answer = "\n\n".join(as_python(name, source) for source in answers)
    others = [
        source for kind, tags, source in cells
        if kind == "code" and not OURS & {*tags} and len(source) <= MOST_CHARACTERS
    ]  # fmt: skip
    return Submission(_short(name, with_what_it_needs(answer, [*_plain(name, others)])), **texts)


def _plain(name, cells):
    """The other cells as Python, but for those that nothing here can read."""
    for cell in cells:
        with contextlib.suppress(ValueError):
            yield as_python(name, cell)


def _short(name, answer, most=MOST_CHARACTERS):
    if len(answer) > most:
        raise ValueError(f"{name} has an answer of more than {MOST_CHARACTERS:,} characters")
    return answer


# ── Cells ───────────────────────────────────────────────────────────────────
def _of_notebook(name, text):
    """A (kind, tags, source) for each cell."""
    try:
        return [_cell(cell) for cell in json.loads(text)["cells"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError(f"{name} is no notebook: it does not hold cells") from None


def _cell(cell):
    metadata, source = cell.get("metadata") or {}, "".join(cell.get("source") or "")
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    tags = [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
    return cell.get("cell_type"), tags, _lines(source)


def _lines(text):
    """`text` with the ends of lines that Python has."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data):
    """The text of a Python file, as Python itself reads it."""
    with contextlib.suppress(SyntaxError, LookupError, UnicodeError):  # it names none of text
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return _lines(data.decode(encoding, errors="replace"))
    return _lines(data.decode("utf-8-sig", errors="replace"))


def _of_percent(text):
    """The same, of a file in which comments divide cells."""
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
    comments = _comments(source)
    for run in reversed([*RUNS.finditer(source)]):
        begin, end = run.start(), source.find("\n", run.end())
        rest = source[end:] if end >= 0 else ""
        is_comment = comments is None or source.count("\n", 0, begin) + 1 in comments
        fits = comments is None or (
            _tree(f"{source[:begin]}pass{rest}") and (run["made"] or _tree(run["line"]))
        )
        if is_comment and fits and run["made"] not in made:
            source = source[:begin] + source[begin + 2 :]
    return source


def _comments(text):
    """The lines that begin with a comment, and in no string; None where that cannot be told."""
    try:
        tokens = [*tokenize.generate_tokens(io.StringIO(text).readline)]
    except (tokenize.TokenError, SyntaxError):
        return None
    return {token.start[0] for token in tokens if token.type == tokenize.COMMENT}


# ── Texts ───────────────────────────────────────────────────────────────────
def _text(name, sources, or_all=False):
    """What is assigned to `name`, if it is a plain text, also where the rest is no Python.

    With `or_all`, a source that is no Python at all is the text itself.
    """
    for source in sources:
        tree = _tree(source)
        value = _assigned(tree or _statement(source, name), name)
        if type(value) is int and value.bit_length() > TEXT_CHARACTERS // 2:
            raise ValueError(f"{name} is a number of thousands of digits: write a text")
        if value is not None:
            return str(value)
        if or_all and tree is None:
            return source
    return ""


def _tree(source):
    """The source as a tree, None if it cannot be read. It is not run."""
    with warnings.catch_warnings(action="ignore"):
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _statement(source, name):
    """The one statement that assigns to `name`, as a tree."""
    for begin in [*re.finditer(rf"(?m)^{name}\b", source)][:3]:
        lines = source[begin.start() :][:TEXT_CHARACTERS].splitlines(keepends=True)[:MOST_LINES]
        for end in range(1, len(lines) + 1):
            if tree := _tree("".join(lines[:end])):
                return tree
    return None


def _assigned(tree, name):
    """The constant that is assigned to `name`, in a class or outside."""
    for node in ast.walk(tree) if tree else ():
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        named = isinstance(target, ast.Name) and target.id == name
        if named and isinstance(getattr(node, "value", None), ast.Constant):
            return node.value.value
    return None
