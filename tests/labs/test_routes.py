"""One answer, the same points by every route: as a file, as a notebook, in nbgrader, in otter.

The odd answers here are all correct. What is odd is how they are written down.
"""

import json
import sys

import jupytext
import pytest
from IPython.core.interactiveshell import InteractiveShell
from nbformat.v4 import new_code_cell
from traitlets.config import Config

from scalemodel.labs.__main__ import main
from scalemodel.labs.grade import grade
from scalemodel.labs.playing.origin import source_of
from scalemodel.labs.practice import parts
from scalemodel.labs.seeds import seeds_of
from scalemodel.labs.shelf import LABS
from scalemodel.labs.submission import read_submission
from tests.labs.diary import KEEPS, LAB
from tests.laws.lab_laws import here, tool

lab_notebooks = tool("lab_notebooks")
WRITTEN = """# %%
STUDENT = "ann"
ATTEMPT = 1

# %% tags=["answer"]
class Diary:
    pass

# %% tags=["check", "stage-a"]

# %% tags=["check", "stage-b"]
"""
SEEDS = seeds_of("practice", "ann", LAB.name, count=8)
READ = 'return self.store.newest("words", 30)[::-1]'


def reads(*lines):
    """The right diary, but `read` has these lines; the last of them is its answer."""
    return KEEPS.replace(READ, "\n        ".join(lines))


# Right in every route, and no line of it is anything but Python.
PLAIN = {
    "operator at a line's start": reads(
        "seven = (47", "% 10)", f'{READ.replace("40", "seven * 5 + 5")}'),
    "operator after a backslash": reads("seven = 47 \\", "% 10", READ),
    "magic in a docstring": reads('"""Reads.', "%time", "!ls", "words?", '# %% tags=["answer"]', '"""', READ),
    "magic in a string": reads('text = """', "%%bash", "? !", '"""', READ),
    "format": reads('words = f"""', "{self!r:%<3}", "%s" '""" % ()', READ)
        .replace("%s", "").replace("% ()", ""),
    "percent": reads('assert "%d!" % 3 == "3!"', READ),
    "tabs": KEEPS.replace("    ", "\t"),
    "returns and newlines": KEEPS.replace("\n", "\r\n"),
    "names": KEEPS.replace("word", "größe").replace('"größes"', '"größes, 語"'),
    "marks of cells": "# %% first\n" + KEEPS + "\n# %%\nspare = 1\n#%%\nother = 2\n",
    "comment that looks like a mark": "# %%time\n" + KEEPS,
    "decorated, in pieces": "def same(kind):\n    return kind\n\n\n@same\n" + KEEPS + "\n\n;\n".replace(";", ""),
    "arguments by name": KEEPS.replace('"words", 1', 'key="words", n=1')
        .replace('"words", word', 'value=word, key="words"').replace('"words", 30', '"words", n=30'),
    "future": "from __future__ import annotations\n" + KEEPS,
    "async": KEEPS + "\n\nasync def idle():\n    return [x async for x in ()]\n",
}  # fmt: skip
# Right in a notebook: the same class, with what only a notebook understands.
NOTEBOOK = {
    "help": KEEPS + "\nDiary?",
    "more help": KEEPS + "\n?Diary.write\n??print\nDiary.r*?\n",
    "command": "!ls\n" + KEEPS + "files = !ls \\\n  -l\nassert len(files) >= 0\n",
    "magic": "%matplotlib inline\n".replace("matplotlib inline", "who") + KEEPS,
    "magic that runs": "%time newest = 40\n" + KEEPS.replace('"words", 40', '"words", newest'),
    "magic in a method": reads("%who", READ),
    "timed cell": "%%time\n" + KEEPS,
    "captured cell": "\n%%capture said --no-stderr\nprint(1)\n" + KEEPS,
    "two magics of a cell": "%%time\n%%capture\n" + KEEPS + "print(1)\n!ls\n",
    "prompts": "".join(
        f"{'>>>' if not number else '...'} {line}\n" for number, line in enumerate(KEEPS.splitlines())
    ),
    "indented": "".join(f"    {line}\n" for line in KEEPS.splitlines()),
    "shown": KEEPS + "\ndisplay(Diary)\n",
    "by hand": 'get_ipython().run_line_magic("who", "")\n' + KEEPS,
    "operator and magic": "%who\nseven = (47\n% 10)\n" + KEEPS + "Diary?\n",
}  # fmt: skip


@pytest.fixture(autouse=True)
def on_the_shelf(monkeypatch):
    """The smallest lab stands beside the others."""
    monkeypatch.setitem(LABS, LAB.name, LAB)


@pytest.fixture(scope="module")
def shell():
    """An IPython as a notebook has it, without a history of its own."""
    modules, hooks = {**sys.modules}, (sys.excepthook, sys.displayhook)
    quiet = Config({"HistoryManager": {"enabled": False, "hist_file": ":memory:"}})
    yield InteractiveShell(config=quiet)
    sys.modules["__main__"] = modules["__main__"]
    sys.excepthook, sys.displayhook = hooks


def handed_in(source, name="nbgrader"):
    """The notebook of an export, its answer cell filled in, with what else lies about."""
    notebook = getattr(lab_notebooks, name)(jupytext.reads(WRITTEN, "py:percent"), LAB)
    for cell in notebook.cells:
        if "answer" in cell.metadata.get("tags", []):
            cell.source = source
    return notebook


def in_shell(shell, notebook):
    """The points that the locked cells give, and what the answer left behind."""
    shell.reset(new_session=False)
    points = 0
    for cell in notebook.cells:
        done = shell.run_cell(cell.source)
        points += cell.metadata.get("nbgrader", {}).get("points", 0) * done.success
    return points


def _undecorated(**_):
    return lambda case: case


def by_otter(shell):
    """The points of otter's cases, which it calls with the names that a notebook has at its end."""
    points = 0
    for stage in LAB.stages:
        space = {"test_case": _undecorated}
        written = lab_notebooks.otter_tests(LAB, stage)
        exec(written.replace("from otter.test_files import test_case", ""), space)
        cases = [value for name, value in space.items() if name.startswith(f"test_{stage.key}_")]
        for case, most in zip(cases, parts(LAB.name, stage.key).values(), strict=True):
            names = ("Diary", "STUDENT", "ATTEMPT")
            case(*(shell.user_ns[name] for name in names))
            points += most
    return points


def points_of(path):
    return grade(LAB, here(LAB, read_submission(path).source), SEEDS).points


def around(notebook):
    """The same, with cells between that are no answer: empty, text, raw, and another's."""
    empty = {"cell_type": "code", "metadata": {}, "source": ""}
    text = {"cell_type": "markdown", "metadata": {"tags": ["answer"]}, "source": "# not code ("}
    raw = {"cell_type": "raw", "metadata": {"tags": ["answer"]}, "source": "nor this ("}
    bare = {"cell_type": "code", "source": ["%%bash\n", "exit 1"], "metadata": {"tags": None}}
    tagged = {**empty, "metadata": {"tags": ["answer"]}}
    plain = json.loads(json.dumps(notebook))
    plain["cells"] = [empty, tagged, text, *plain["cells"], raw, bare]
    return json.dumps(plain)


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_command_and_the_exports_give_them_too(tmp_path, shell, capsys):
    sent = tmp_path / "sent"
    sent.mkdir()
    odd = NOTEBOOK["command"] + PLAIN["operator at a line's start"] + "\nDiary?"
    assert in_shell(shell, handed_in(odd)) == 100
    assert by_otter(shell) == 100
    (sent / "ann.ipynb").write_text(around(handed_in(odd)))
    (sent / "bo.py").write_text(PLAIN["marks of cells"] + PLAIN["magic in a docstring"])
    assert main(["grade", "diary", str(sent), "--to", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.count("valid, 100 points") == 2


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", [*PLAIN, *NOTEBOOK])
def test_an_odd_answer_gets_its_points_by_every_route(tmp_path, shell, capsys, name):
    source = (PLAIN | NOTEBOOK)[name]
    (tmp_path / "ann.ipynb").write_text("\ufeff" + around(handed_in(source)), "utf-8")
    assert points_of(tmp_path / "ann.ipynb") == 100
    shell.reset(new_session=False)
    assert shell.run_cell(source).success
    seen = source_of(
        shell.user_ns["Diary"], "Diary"
    )  # by the checks in a notebook, nbgrader's and otter's
    assert grade(LAB, here(LAB, seen), SEEDS).points == 100
    if name in PLAIN:
        for start, code in (("", "utf-8"), ("", "utf-8-sig"), ("# coding: latin-1\n", "latin-1")):
            if "語" in source and code == "latin-1":
                continue
            (tmp_path / "ann.py").write_bytes((start + source).encode(code))
            assert points_of(tmp_path / "ann.py") == 100


@pytest.mark.parametrize("name", [*PLAIN, *NOTEBOOK])
def test_a_notebook_in_the_percent_format_is_the_notebook(tmp_path, name):
    source = (PLAIN | NOTEBOOK)[name].replace("\r", "")
    if name == "marks of cells":  # there they are marks, and cells of their own
        source = KEEPS
    notebook = handed_in(source)
    (tmp_path / "ann.py").write_text(jupytext.writes(notebook, "py:percent"))
    assert points_of(tmp_path / "ann.py") == 100


def test_what_an_answer_needs_from_other_cells_comes_with_it(tmp_path, shell):
    helped = KEEPS.replace('"words", 40', "WORDS, most()")
    helpers = ["WORDS = 'words'\n!ls\n", "import math\n\ndef most():\n    return math.floor(40.5)"]
    notebook = handed_in(helped)
    for place, helper in enumerate(helpers):
        notebook.cells.insert(1 + place, new_code_cell(helper))
    unused = [new_code_cell("1 / 0"), new_code_cell("most = (")]
    more = {**notebook, "cells": [*notebook.cells, *unused]}
    (tmp_path / "ann.ipynb").write_text(around(more))
    source = read_submission(tmp_path / "ann.ipynb").source
    assert grade(LAB, here(LAB, source), SEEDS).points == 100
    assert "1 / 0" not in source and "STUDENT" not in source
    assert in_shell(shell, notebook) == 100


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_cell_that_is_no_python_is_no_answer(tmp_path):
    (tmp_path / "ann.ipynb").write_text(around(handed_in("%%bash\n" + KEEPS)))
    assert "class" not in read_submission(tmp_path / "ann.ipynb").source


def test_where_ipython_is_missing_a_notebook_that_needs_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython.core.inputtransformer2", None)
    for name in ("help", "operator and magic"):
        (tmp_path / "ann.ipynb").write_text(around(handed_in(NOTEBOOK[name])))
        with pytest.raises(ValueError, match="IPython is not installed: pip install ipython"):
            read_submission(tmp_path / "ann.ipynb")
    (tmp_path / "ann.ipynb").write_text(around(handed_in(KEEPS)))
    assert points_of(tmp_path / "ann.ipynb") == 100


def test_a_cell_that_no_transformer_understands_is_left_as_it_is(tmp_path):
    broken = "class Diary(:\n    !ls\n" + 600 * "!ls\n"
    (tmp_path / "ann.ipynb").write_text(around(handed_in(broken)))
    assert "class Diary(:" in read_submission(tmp_path / "ann.ipynb").source
