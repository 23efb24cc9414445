"""What `make labs` writes: no answer gets out, and nbgrader and otter give the points of the command."""

import csv
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from scalemodel.labs.grade import grade
from scalemodel.labs.practice import NotYet
from scalemodel.labs.report import as_data
from scalemodel.labs.submission import read_submission
from scalemodel.labs.twitter import LAB
from tests.labs.test_twitter import ROOT, SEEDS, here, mutant

TOOLS = Path(__file__).parents[2] / "tools"
_spec = importlib.util.spec_from_file_location("lab_notebooks", TOOLS / "lab_notebooks.py")
lab_notebooks = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(lab_notebooks)

HALF_WRONG = mutant(ROOT / "mutants" / "pulls_from_all.py")  # keeps all but one budget


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """The four folders of the Twitter lab."""
    return lab_notebooks.export(LAB, tmp_path_factory.mktemp("labs") / LAB.folder)


def read(path):
    return nbformat.read(path, as_version=4)


def tagged(notebook, tag):
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


def filled_in(path, answer, student="ann"):
    """The notebook at `path` with a student's class and id."""
    notebook = read(path)
    (cell,) = tagged(notebook, "answer")
    cell.source = answer
    for cell in notebook.cells:
        cell.source = cell.source.replace('STUDENT = "practice"', f'STUDENT = "{student}"')
    return notebook


def tool(name):
    """A program beside this Python, or a word on how to get it."""
    path = Path(sys.executable).with_name(name)
    if not path.is_file():
        pytest.skip("not run: nbgrader and otter: pip install -r requirements-teach.txt")
    return path


def run(command, folder):
    """Run a tool in `folder`, and only there."""
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    home = {"PATH": beside, "JUPYTER_CONFIG_DIR": str(folder / ".jupyter")}
    done = subprocess.run(
        [str(word) for word in command], cwd=folder, env={**os.environ, **home},
        capture_output=True, text=True,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_teachers_notebook_is_a_submission_with_full_points(out):
    source = read_submission(out / "teacher" / "fanout.ipynb").source
    assert "### " not in source
    assert grade(LAB, here(source), SEEDS[:2]).points == 100


def test_the_catch_up_file_passes_a_and_nothing_whole_after_it(out):
    submission = read_submission(out / "teacher" / "catch_up.py")
    result = grade(LAB, here(submission.source), SEEDS)
    assert [stage.outcome for stage in result.stages] == ["valid", "invalid", "invalid"]
    assert as_data(result, submission, "ann", 1)["caught_up"]


def test_the_checks_of_the_notebook_print_or_raise(out, capsys):
    notebook = read(out / "teacher" / "fanout.ipynb")
    space = {"__name__": "answer"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            exec(cell.source, space)
    said = capsys.readouterr().out
    assert [line[0] for line in said.splitlines() if "passed on 8 seeds" in line] == ["a", "b", "c"]
    exec(tagged(read(out / "student" / "fanout.ipynb"), "answer")[0].source, space)
    with pytest.raises(NotYet, match=r"__init__: NotImplementedError"):
        exec(tagged(notebook, "check")[0].source, space)


# ── Laws ────────────────────────────────────────────────────────────────────
def test_what_students_get_holds_no_line_of_the_answer(out):
    answer = tagged(read(out / "teacher" / "fanout.ipynb"), "answer")[0].source
    stub = tagged(read(out / "student" / "fanout.ipynb"), "answer")[0].source
    secret = [line.strip() for line in answer.splitlines() if line not in stub.splitlines()]
    assert len(secret) > 20
    for path in (out / "student" / "fanout.ipynb", out / "otter" / "fanout.ipynb"):
        text = "\n".join(cell.source for cell in read(path).cells)
        assert not [line for line in secret if len(line) > 12 and line in text]
        assert stub in text


def test_writing_twice_gives_the_same_bytes(out, tmp_path):
    again = lab_notebooks.export(LAB, tmp_path / LAB.folder)
    files = [path.relative_to(out) for path in sorted(out.rglob("*")) if path.is_file()]
    assert len(files) == 9
    assert all((out / name).read_bytes() == (again / name).read_bytes() for name in files)


def test_the_points_of_the_exports_are_those_of_the_lab(out):
    marks = [
        cell.metadata["nbgrader"]
        for cell in read(out / "nbgrader" / "source" / "fanout" / "fanout.ipynb").cells
        if "nbgrader" in cell.metadata
    ]
    assert len({mark["grade_id"] for mark in marks}) == len(marks)
    assert sum(mark.get("points", 0) for mark in marks) == 100
    assert all(mark["locked"] for mark in marks if mark["grade"])
    tests = "".join(path.read_text() for path in (out / "otter" / "tests").iterdir())
    assert sum(map(int, re.findall(r"points=(\d+)", tests))) == 100


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.slow
def test_nbgrader_gives_the_points_of_the_command(out, tmp_path):
    nbgrader = tool("nbgrader")
    course = shutil.copytree(out / "nbgrader", tmp_path / "course")
    code, said = run([nbgrader, "generate_assignment", "fanout", "--create"], course)
    assert code == 0, said
    release = course / "release" / "fanout" / "fanout.ipynb"
    assert "BEGIN SOLUTION" not in release.read_text()
    sent = {"ann": filled_in(release, HALF_WRONG, "ann"), "bo": read(release)}
    for student, notebook in sent.items():
        folder = course / "submitted" / student / "fanout"
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / "fanout.ipynb")
    code, said = run([nbgrader, "autograde", "fanout", "--create"], course)
    assert code == 0, said
    code, said = run([nbgrader, "export"], course)
    assert code == 0, said
    rows = csv.DictReader((course / "grades.csv").read_text().splitlines())
    points = {row["student_id"]: float(row["score"]) for row in rows}
    assert points == {"ann": grade(LAB, here(HALF_WRONG), SEEDS).points, "bo": 0}
    assert 0 < points["ann"] < 100
    code, said = run([nbgrader, "validate", release], course)
    assert "NotYet: stage a" in said


@pytest.mark.slow
def test_otter_gives_the_points_of_the_command(out, tmp_path):
    otter = tool("otter")
    room = shutil.copytree(out / "otter", tmp_path / "room")
    code, said = run([otter, "generate", "-t", "tests", "-o", "autograder.zip"], room)
    assert code == 0, said
    nbformat.write(filled_in(room / "fanout.ipynb", HALF_WRONG), room / "ann.ipynb")
    (room / "out").mkdir()
    code, said = run([otter, "run", "-a", "autograder.zip", "-o", "out", "ann.ipynb"], room)
    assert code == 0, said
    results = json.loads((room / "out" / "results.json").read_text())["tests"]
    points = sum(row.get("score", 0) for row in results)
    assert points == grade(LAB, here(HALF_WRONG), SEEDS).points == 90
    assert "NotYet: reading, p99" in results[0]["output"]


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_stage_that_no_cell_names_is_refused():
    with pytest.raises(ValueError, match="stage='z' must be one of"):
        lab_notebooks.stage_of(LAB, ["check", "stage-z"])
