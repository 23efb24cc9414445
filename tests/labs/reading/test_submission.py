"""A file as a submission: which of its comments are code, and which of its texts are texts."""

import json

import jupytext
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from scalemodel.labs import submission
from scalemodel.labs.reading import formats
from scalemodel.labs.reading.cells import as_python
from scalemodel.labs.submission import read_submission, submission_in

ANSWER = '# %% tags=["answer"]\n'
PROSE = {  # comments that look like a notebook's commands, at a place where they are none
    "a share": "# loud = % of all that follow",
    "a denial": "# quiet = !loud",
    "a word": "# %time is what a page takes",
    "a command's result": "# x = !ls",
    "a timed line": "# %time x = 1",
}
CLASS = "class Diary:\n    def read(self): return 1\n{}\n    def write(self): return 2"


def source_in(text):
    return submission_in("ann.py", (ANSWER + text).encode()).source.strip()


# ── Examples ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", PROSE)
def test_a_comment_within_a_class_stays_one(name):
    written = CLASS.format(PROSE[name])
    assert source_in(written) == written


@pytest.mark.parametrize(
    "text",
    [
        "quiet = {7}\n# quiet = !loud\nx = quiet",  # somebody else makes it
        '"""\n# files = !ls\n"""',
        'x = """\n# %%\n"""',
        'x = """\n# %% """ + "b"',
        "# %time is what a page takes\nx = 1",
        "x = (1,\n# %time 2,\n3)",
    ],
)
def test_prose_between_statements_stays_prose(text):
    assert source_in(text) == text


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("# files = !ls\nx = files", "files = []\nx = files"),
        ("# files = !ls \\\n#   -l\nx = files", "files = []\nx = files"),
        ("# %time x = 1\ny = x", "x = 1\ny = x"),
        ("# y = %time 3\nx = y", "y = 3\nx = y"),
        ("x = (7\n# %time x = 1\n)\n# files = !ls", "x = (7\n# %time x = 1\n)\nfiles = []"),
    ],
)
def test_a_notebook_s_command_is_run_where_it_can_stand(text, runs):
    assert source_in(text) == runs


def test_a_prediction_may_be_a_number():
    assert submission_in("ann.py", b"PREDICTION = 80").prediction == "80"


@pytest.mark.parametrize(
    "text",
    [
        "if 1:\n    x = 1\n# y = !ls\nelse:\n    x = 2",
        "try:\n    x = 1\n# y = !ls\nfinally:\n    z = 2",
        "def same(f): return f\n@same\n# y = !ls\ndef f(): pass",
        "if 1:\n# y = !ls\n    x = 1",
        "if 1:\n# y = !ls\n x = 1",
        "x = [\n# y = !ls\n]",
        "x = 1 + \\\n# y = !ls",
    ],
)
def test_a_comment_within_a_statement_stays_one(text):
    assert source_in(text) == text


def test_many_commands_as_comments_are_read_once(monkeypatch):
    read, tree_of = [], formats.tree_of
    monkeypatch.setattr(formats, "tree_of", lambda text: (read.append(len(text)), tree_of(text))[1])
    assert source_in("# %time x = 1\n" * 99).splitlines() == ["x = 1"] * 99
    assert max(read) < 10


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "cell", ["files = !ls\nx = files", "%time x = 1\ny = x", "x = 1\ny = %time x", "!ls\nx = 1"]
)
def test_a_cell_that_jupytext_has_written_down_does_what_it_did(cell):
    notebook = new_notebook(cells=[new_code_cell(cell, metadata={"tags": ["answer"]})])
    written = jupytext.writes(notebook, "py:percent")
    spaces = {}, {}
    exec(submission_in("ann.py", written.encode()).source, spaces[0])
    exec(as_python("ann.ipynb", cell), spaces[1])
    del spaces[0]["__builtins__"], spaces[1]["__builtins__"]
    assert spaces[0] == spaces[1]


# ── Refusals ────────────────────────────────────────────────────────────────
OLD, NEW = "class Diary:\n    old = 1", "class Diary:\n    old = 0"
TWICE = {  # cells, tagged or not
    "an old copy below": [(NEW, 1), (OLD, 0)],
    "tagged, too": [(OLD, 1), (NEW, 1)],
    "far below": [(NEW, 1), ("import math", 0), ("x = 1\n%who\n" + OLD, 0)],
    "in a check": [(NEW, 1), (OLD, 2)],
}
ONCE = {
    "above": [(OLD, 0), (NEW, 1)],
    "the same": [(NEW, 1), (NEW, 0)],
    "goes on": [(NEW, 1), ("class Diary(Diary):\n    new = 1", 1)],
    "in a function": [(NEW, 1), ("def tried():\n    class Diary: pass", 0)],
    "no python": [(NEW, 1), ("class Diary(:", 0)],
    "a helper": [(NEW + "\nclass Word: pass", 1), ("class Word: x = 1", 0)],
}


def written(cells):
    """The same as a notebook, and in the percent format."""
    tags = {0: [], 1: ["answer"], 2: ["check"]}
    rows = [new_code_cell(source, metadata={"tags": tags[tag]}) for source, tag in cells]
    notebook = new_notebook(cells=rows)
    for suffix, kind in (("ipynb", "ipynb"), ("py", "py:percent")):
        yield f"ann.{suffix}", jupytext.writes(notebook, kind).encode()


@pytest.mark.parametrize("name", TWICE)
def test_of_two_answers_the_author_says_which_is_meant(name):
    for file, data in written(TWICE[name]):
        with pytest.raises(ValueError, match=f"{file} defines the class Diary in two cells, and w"):
            submission_in(file, data, "Diary")
        with pytest.raises(ValueError, match="defines the class Diary in two cells"):
            submission_in(file, data)


@pytest.mark.parametrize("name", ONCE)
def test_what_is_no_second_answer_is_none(name):
    for file, data in written(ONCE[name]):
        assert NEW in submission_in(file, data, "Diary").source


def test_a_notebook_has_no_more_code_than_a_file(monkeypatch):
    monkeypatch.setattr(submission, "FILE_CHARACTERS", 99)
    for count in (2, 3):
        file, data = next(written([(NEW, 1), *[("#" * 30 + "\n1", 0)] * count]))
        if count == 2:
            assert submission_in(file, data).source == NEW
        else:
            with pytest.raises(ValueError, match=r"ann.ipynb has more than 99 characters of code"):
                submission_in(file, data)


SOURCES = [{"a": 1}, [1], True, 7, [["x"]], ["x", {"y": 1}]]


@pytest.mark.parametrize(
    "text",
    [
        *("{", "{}", "[]", '{"cells": [7]}', "[" * 200_000),
        *(json.dumps({"cells": [{"source": source}]}) for source in SOURCES),
    ],
)
def test_what_holds_no_cells_is_no_notebook(text):
    with pytest.raises(ValueError, match=r"ann.ipynb is no notebook: its text must hold cells"):
        formats.cells_of_notebook("ann.ipynb", text)


def test_a_prediction_of_thousands_of_digits_is_told_in_words(tmp_path):
    (tmp_path / "ann.py").write_text(f"PREDICTION = 0x{'f' * 90_000}\nclass Diary: pass")
    with pytest.raises(ValueError, match="PREDICTION is a number of thousands of digits: write a"):
        read_submission(tmp_path / "ann.py")
