"""What `make labs` writes: no answer gets out, and nbgrader and otter give the points of the command."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from scalemodel.labs.grade import SEEDS, Grade, grade
from scalemodel.labs.practice import NotYet
from scalemodel.labs.report import as_data
from scalemodel.labs.seeds import seeds_of
from scalemodel.labs.shelf import LABS
from scalemodel.labs.submission import read_submission
from tests.laws.lab_laws import here, mutant_of, run_cell, tool

lab_notebooks = tool("lab_notebooks")

# What other programs are handed is one lab's; the same code writes it for all.
LAB = LABS["twitter"]
FEW = 1  # seeds, where a notebook is run as a whole
ANNS = seeds_of("practice", "ann", LAB.name, count=SEEDS)
HALF_WRONG = mutant_of(LAB, "pulls_from_all.py")  # keeps all but one budget
NOTED = f"%who\n!true\n{HALF_WRONG}\nTimelines?\n"  # the same, as a notebook may have it
each_lab = pytest.mark.parametrize("lab", LABS.values(), ids=LABS)


@pytest.fixture(scope="session")
def outs(tmp_path_factory):
    """The four folders of each lab."""
    folder = tmp_path_factory.mktemp("labs")
    return {name: lab_notebooks.export(lab, folder / lab.folder) for name, lab in LABS.items()}


@pytest.fixture
def out(outs):
    """Those of the lab that other programs are handed."""
    return outs[LAB.name]


def test_what_a_course_keeps_beside_the_exports_stays(tmp_path):
    theirs = [tmp_path / "lab.py", tmp_path / "nbgrader" / "gradebook.db"]
    for _ in range(2):
        lab_notebooks.export(LAB, tmp_path)
        for path in theirs:
            path.write_text("a term's work")
    lab_notebooks.export(LAB, tmp_path)
    assert [path.read_text() for path in theirs] == ["a term's work"] * 2


def notebook_in(out, who):
    """The one notebook of a folder."""
    (path,) = (out / who).glob("*.ipynb")
    return path


def read(path):
    return nbformat.read(path, as_version=4)


def tagged(notebook, tag):
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


def filled_in(path, answer, more=""):
    """The notebook at `path` with a student's class and id, and what more stands beside it."""
    notebook = read(path)
    (cell,) = tagged(notebook, "answer")
    cell.source = answer
    for cell in notebook.cells:
        cell.source = cell.source.replace('STUDENT = "practice"', f'STUDENT = "ann"{more}')
    return notebook


def program(name):
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
@each_lab
def test_the_teachers_notebook_is_a_submission_with_full_points(lab, outs):
    source = read_submission(notebook_in(outs[lab.name], "teacher")).source
    seeds = seeds_of("practice", "ann", lab.name, count=1)
    assert "### " not in source
    assert grade(lab, here(lab, source), seeds).points == 100


def test_a_report_says_who_began_from_the_catch_up_file(out):
    submission = read_submission(out / "teacher" / "catch_up.py")
    assert as_data(Grade(LAB, (), ()), submission, "ann", 1)["caught_up"]


@each_lab
def test_the_checks_of_the_notebook_print_or_raise(lab, outs, capsys, monkeypatch):
    monkeypatch.setattr("scalemodel.labs.grade.SEEDS", FEW)
    notebook = read(notebook_in(outs[lab.name], "teacher"))
    space = {"__name__": "answer"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            run_cell(cell.source, space)
    said = capsys.readouterr().out
    passed = [line[0] for line in said.splitlines() if f"passed on {FEW} seeds" in line]
    assert passed == [stage.key for stage in lab.stages]
    run_cell(tagged(read(notebook_in(outs[lab.name], "student")), "answer")[0].source, space)
    with pytest.raises(NotYet, match="NotImplementedError"):
        run_cell(tagged(notebook, "check")[0].source, space)


# ── Laws ────────────────────────────────────────────────────────────────────
@each_lab
def test_what_students_get_holds_no_line_of_the_answer(lab, outs):
    out = outs[lab.name]
    answer = tagged(read(notebook_in(out, "teacher")), "answer")[0].source
    stub = tagged(read(notebook_in(out, "student")), "answer")[0].source
    secret = [line.strip() for line in answer.splitlines() if line not in stub.splitlines()]
    assert len(secret) > 20
    for path in (notebook_in(out, "student"), notebook_in(out, "otter")):
        text = "\n".join(cell.source for cell in read(path).cells)
        assert not [line for line in secret if len(line) > 12 and line in text]
        assert stub in text


@each_lab
def test_writing_twice_gives_the_same_bytes(lab, outs, tmp_path):
    out, again = outs[lab.name], lab_notebooks.export(lab, tmp_path / lab.folder)
    files = [path.relative_to(out) for path in sorted(out.rglob("*")) if path.is_file()]
    assert len(files) == 6 + len(lab.stages)
    assert all((out / name).read_bytes() == (again / name).read_bytes() for name in files)


@each_lab
def test_the_points_of_the_exports_are_those_of_the_lab(lab, outs):
    out, topic = outs[lab.name], lab_notebooks.topic_of(lab)
    marks = [
        cell.metadata["nbgrader"]
        for cell in read(notebook_in(out, f"nbgrader/source/{topic}")).cells
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
    nbgrader = program("nbgrader")
    course = shutil.copytree(out / "nbgrader", tmp_path / "course")
    code, said = run([nbgrader, "generate_assignment", "fanout", "--create"], course)
    assert code == 0, said
    release = course / "release" / "fanout" / "fanout.ipynb"
    assert "BEGIN SOLUTION" not in release.read_text()
    few = f"\nfrom scalemodel.labs import grade as grading\n\ngrading.SEEDS = {FEW}"
    sent = {"ann": filled_in(release, NOTED, few), "bo": read(release)}
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
    assert points == {"ann": grade(LAB, here(LAB, HALF_WRONG), ANNS[:FEW]).points, "bo": 0}
    assert 0 < points["ann"] < 100
    code, said = run([nbgrader, "validate", release], course)
    assert "NotYet: stage a" in said


@pytest.mark.thorough
def test_otter_gives_the_points_of_the_command(out, tmp_path):
    otter = program("otter")
    room = shutil.copytree(out / "otter", tmp_path / "room")
    code, said = run([otter, "generate", "-t", "tests", "-o", "autograder.zip"], room)
    assert code == 0, said
    nbformat.write(filled_in(room / "fanout.ipynb", NOTED), room / "ann.ipynb")
    (room / "out").mkdir()
    code, said = run([otter, "run", "-a", "autograder.zip", "-o", "out", "ann.ipynb"], room)
    assert code == 0, said
    results = json.loads((room / "out" / "results.json").read_text())["tests"]
    points = sum(row.get("score", 0) for row in results)
    assert points == grade(LAB, here(LAB, HALF_WRONG), ANNS).points == 75
    assert "NotYet: reading, p99" in results[0]["output"]


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_stage_that_no_cell_names_is_refused():
    with pytest.raises(ValueError, match="stage='z' must be one of"):
        lab_notebooks.stage_of(LAB, ["check", "stage-z"])
