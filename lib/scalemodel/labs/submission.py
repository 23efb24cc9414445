"""What a student hands in: a `.py`, or a notebook whose answer cells are tagged.

Only the cells tagged `answer` are run. What stands in `prediction` and `explanation`
is text for a reader; it is taken from the source and never executed.

Left out: other notebook formats than version 4.
Sources: nbformat's description of a notebook; jupytext's percent format.
"""

__all__ = ["CELL", "MAGIC", "TEXTS", "Submission", "read_submission"]
__dir__ = lambda: __all__

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path

from scalemodel.core import checks

CELL = re.compile(r"(?m)^# %%(?P<head>.*)$")
MAGIC = re.compile(r"(?m)^( *)([%!])")  # of notebooks: no Python
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
        return _assigned(self.source, "caught_up") is True

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
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    if path.suffix.lower() == ".ipynb":
        cells = list(_of_notebook(path, text))
    elif path.suffix.lower() == ".py":
        cells = list(_of_percent(text))
        if not cells:
            return Submission(
                text, **{field: _string(name, [text]) for field, name in TEXTS.items()}
            )
    else:
        raise ValueError(f"{path.name} must end in .py or .ipynb")
    answers = [source for tags, source in cells if "answer" in tags]
    if not answers:
        raise ValueError(f"{path.name} has no cell tagged answer: was the cell deleted?")
    texts = {
        field: _string(name, [source for tags, source in cells if field in tags])
        for field, name in TEXTS.items()
    }
    return Submission("\n\n".join(answers), **texts)


def _of_notebook(path, text):
    try:
        cells = [dict(cell) for cell in json.loads(text)["cells"]]
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{path.name} is no notebook: it does not hold cells") from None
    for cell in cells:
        if cell.get("cell_type") == "code":
            tags = (cell.get("metadata") or {}).get("tags") or []
            yield tags, MAGIC.sub(r"\1# \2", "".join(cell.get("source") or ""))


def _of_percent(text):
    marks = [*CELL.finditer(text)]
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends, strict=False):
        yield re.findall(r'"([\w-]+)"', mark["head"]), text[mark.end() : end].strip()


def _string(name, sources):
    """What is assigned to `name`, if it is a plain text."""
    found = (_assigned(source, name) for source in sources)
    return next((str(value) for value in found if value is not None), "")


def _assigned(source, name):
    """The constant that `source` assigns to `name`, in a class or outside; it is not run."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):
        return None
    for node in nodes:
        named = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
        if named and isinstance(node.value, ast.Constant):
            return node.value.value
    return None
