"""A file as a submission: which of its comments are code, and which of its texts are texts."""

import jupytext
import pytest
from nbformat.v4 import new_code_cell, new_notebook

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
def test_a_prediction_of_thousands_of_digits_is_told_in_words(tmp_path):
    (tmp_path / "ann.py").write_text(f"PREDICTION = 0x{'f' * 90_000}\nclass Diary: pass")
    with pytest.raises(ValueError, match="PREDICTION is a number of thousands of digits: write a"):
        read_submission(tmp_path / "ann.py")
