"""What a student hands in: a `.py`, or a notebook whose answer cells are tagged.

Only the cells tagged `answer` are run, and others whose names they need; what is no Python
in them is left to `reading.cells`. What stands in `prediction` and `explanation` is text for a reader; it is never executed.

Left out: whether its words say anything.
Sources: none needed.
"""

__all__ = [
    "FILE_CHARACTERS", "MOST_CHARACTERS", "MOST_LINES", "OURS", "TEXTS", "TEXT_CHARACTERS",
    "Submission", "read_submission", "submission_in",
]  # fmt: skip
__dir__ = lambda: __all__

import ast
import contextlib
import itertools
import re
from dataclasses import dataclass
from pathlib import Path

from scalemodel.core import checks
from scalemodel.labs.reading.cells import as_python, joined, with_what_it_needs
from scalemodel.labs.reading.commands import tree_of
from scalemodel.labs.reading.files import bytes_of, one_name
from scalemodel.labs.reading.formats import cells_of_notebook, cells_of_python, decoded
from scalemodel.parts.storage.trouble import a_path

MOST_CHARACTERS = 100_000  # of an answer
FILE_CHARACTERS = 3 * MOST_CHARACTERS  # of a file of text, with its prediction and explanation
TEXT_CHARACTERS = 20_000  # of a text in a file that is no Python, and
MOST_LINES = 100  # of a text in a file that is no Python
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
        return _assigned(tree_of(self.source), "caught_up") is True

    def missing(self) -> list[str]:
        """Which of the texts are empty."""
        return [name for name in TEXTS if not getattr(self, name).strip()]


@checks.kinds
def read_submission(path: Path, subject: str = "") -> Submission:
    """The submission in the file `path`, of a lab whose class is `subject`.

    A `ValueError` says what the file lacks.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "answer.py"
    >>> size = path.write_text("class Timelines: ...")
    >>> read_submission(path).source
    'class Timelines: ...'
    """
    return submission_in(a_path("path", path).name, bytes_of(path), subject)


@checks.kinds
def submission_in(name: str, data: bytes, subject: str = "") -> Submission:
    """The submission in a file of that `name` which holds `data`.

    Where cells are tagged, no two of them, from the answer on, may define the class `subject`, or
    if that is not said, any class of the answer.

    >>> submission_in("ann.py", b"PREDICTION = 'two'\\nclass Diary(:").prediction
    'two'
    """
    name, kind = one_name(name), Path(name).suffix.lower()
    if kind == ".ipynb":
        cells = cells_of_notebook(name, data.decode("utf-8-sig", errors="replace"))
    elif kind == ".py":
        text = _short(name, decoded(data), FILE_CHARACTERS)
        cells = cells_of_python(text)
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
    rows = [(tags, source) for kind, tags, source in cells
            if kind == "code" and ("answer" in tags or len(source) <= MOST_CHARACTERS)]  # fmt: skip
    if sum(len(source) for _, source in rows) > FILE_CHARACTERS:
        raise ValueError(f"{name} has more than {FILE_CHARACTERS:,} characters of code")
    rows = [*_plain(name, rows)]
    answers = [source for tags, source in rows if "answer" in tags]
    from_the_first = itertools.dropwhile(lambda row: "answer" not in row[0], rows)
    _refuse_two(name, [source for _, source in from_the_first], subject, answers)
    others = [source for tags, source in rows if not OURS & {*tags}]
    return Submission(_short(name, with_what_it_needs(joined(answers, []), others)), **texts)


def _plain(name, rows):
    """The cells as Python, but for those, other than answers, that nothing here can read."""
    for tags, source in rows:
        with contextlib.suppress(() if "answer" in tags else ValueError):
            yield tags, as_python(name, source)


def _refuse_two(name, cells, subject, answers):
    """Which of two cells that define the answer's class is meant, only its author can say.

    One that goes on with the class of the other is no second one.
    """
    known = {subject} if subject else set().union(*map(_defined, answers))
    seen = set()
    for cell in dict.fromkeys(cells):
        if twice := sorted(_defined(cell) & known & seen):
            raise ValueError(
                f"{name} defines the class {twice[0]} in two cells, and which of them is meant is "
                "for its author to say: delete the other"
            )
        seen |= _defined(cell)


def _defined(cell):
    """The classes that a cell defines, but for those that begin from one of the same name."""
    body = getattr(tree_of(cell), "body", ())
    return {
        node.name for node in body if isinstance(node, ast.ClassDef)
        and not any(getattr(base, "id", None) == node.name for base in node.bases)
    }  # fmt: skip


def _short(name, answer, most=MOST_CHARACTERS):
    if len(answer) > most:
        raise ValueError(f"{name} has an answer of more than {MOST_CHARACTERS:,} characters")
    return answer


# ── Texts ───────────────────────────────────────────────────────────────────
def _text(name, sources, or_all=False):
    """What is assigned to `name`, if it is a plain text, also where the rest is no Python.

    With `or_all`, a source that is no Python at all is the text itself.
    """
    for source in sources:
        tree = tree_of(source)
        value = _assigned(tree or _statement(source, name), name)
        if type(value) is int and value.bit_length() > TEXT_CHARACTERS // 2:
            raise ValueError(f"{name} is a number of thousands of digits: write a text")
        if value is not None:
            return str(value)
        if or_all and tree is None:
            return source
    return ""


def _statement(source, name):
    """The one statement that assigns to `name`, as a tree."""
    for begin in [*re.finditer(rf"(?m)^{name}\b", source)][:3]:
        lines = source[begin.start() :][:TEXT_CHARACTERS].splitlines(keepends=True)[:MOST_LINES]
        for end in range(1, len(lines) + 1):
            if tree := tree_of("".join(lines[:end])):
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
