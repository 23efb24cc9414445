"""Writes the notebooks of the labs, from the one file that people write.

    python tools/lab_notebooks.py            into _build/labs/<lab>/
    python tools/lab_notebooks.py --out DIR  into DIR/<lab>/

    student/    the notebook with stubs, and nothing that solves it
    teacher/    the same with the solution, the catch-up file, the page for instructors
    nbgrader/   a course's `source` folder: `nbgrader generate_assignment <topic>` takes it from there
    otter/      a notebook with `grader.check(...)`, and its tests

`lab.py` has solution regions between `### BEGIN SOLUTION` and `### END SOLUTION`, and a
cell of checks for each stage. In the exports the checks are locked, call the same grader
as everywhere, and each thing that has points of its own has a cell or a case of its own.
`tools/book.py` puts the student's notebook on the site.
"""

import argparse
import re
import shutil
from pathlib import Path

import jupytext
import nbformat
from nbformat.v4 import new_code_cell
from pair import asks_for_the_package

from scalemodel.labs.practice import parts
from scalemodel.labs.shelf import LABS

ROOT = Path(__file__).parents[1]
REGION = re.compile(r"(?ms)^(?P<indent> *)### BEGIN SOLUTION\n.*?^ *### END SOLUTION(?P<end>\n|\Z)")
MARK = re.compile(r"(?m)^ *### (?:BEGIN|END) SOLUTION\n?")
METADATA = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
IMPORT = "from scalemodel.labs.practice import check"
CALL = 'check("{lab}", "{stage}", {subject}, student=STUDENT, attempt=ATTEMPT, part="{part}")'


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "_build" / "labs")
    options = parser.parse_args()
    for lab in LABS.values():
        print(f"wrote {export(lab, options.out / lab.folder)}")


def export(lab, out):
    """Writes all four folders of one lab into `out`, which it returns; what else lies there
    (submissions, a gradebook) stays."""
    source, topic = ROOT / "labs" / lab.folder, topic_of(lab)
    written = jupytext.read(source / "lab.py")
    write(out / "student" / f"{topic}.ipynb", student(written))
    write(out / "teacher" / f"{topic}.ipynb", teacher(written))
    for name in ("catch_up.py", "instructor.md"):
        shutil.copy(source / name, out / "teacher")
    write(out / "nbgrader" / "source" / topic / f"{topic}.ipynb", nbgrader(written, lab))
    write(out / "otter" / f"{topic}.ipynb", otter(written, lab))
    tests = out / "otter" / "tests"
    tests.mkdir(exist_ok=True)
    for stage in lab.stages:
        (tests / f"{stage.key}.py").write_text(otter_tests(lab, stage))
    return out


def hand_out(html):
    """Puts each lab's student notebook beside its page on the built site."""
    for lab in LABS.values():
        written = jupytext.read(ROOT / "labs" / lab.folder / "lab.py")
        write(html / "book" / lab.name / f"{topic_of(lab)}.ipynb", student(written))


def topic_of(lab):
    """What the notebook of a lab is called: the folder's last word."""
    return lab.folder.rsplit("_", 1)[-1]


def write(path, notebook):
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.validate(notebook)
    nbformat.write(notebook, path)


# ── The four notebooks ──────────────────────────────────────────────────────
def student(written):
    """With stubs in place of every solution region."""
    notebook = notebook_of(written, lambda source: REGION.sub(_stub, source))
    for cell in notebook.cells:
        if re.search(r"(?i)(begin|end) *solution", cell.source):
            raise ValueError(f"a mark of a solution is left over, in: {cell.source[:200]!r}")
    return notebook


def teacher(written):
    """With the solution, its marks taken away."""
    return notebook_of(written, lambda source: MARK.sub("", source))


def nbgrader(written, lab):
    """With nbgrader's marks: answers to be written, and locked cells of checks with points."""
    notebook = notebook_of(written, lambda source: source)
    cells = []
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "check" in tags:
            stage = stage_of(lab, tags)
            cells += [
                locked(cell, lab, stage, part, points)
                for part, points in parts(lab.name, stage.key).items()
            ]
            continue
        if "answer" in tags:
            mark(cell, f"{lab.name}-answer", solution=True)
        cells.append(cell)
    notebook.cells = cells
    return notebook


def otter(written, lab):
    """With `grader.check` in place of the checks; the tests lie beside it."""
    notebook = student(written)
    begin = new_code_cell(
        f'import otter\n\ngrader = otter.Notebook("{topic_of(lab)}.ipynb", tests_dir="tests")',
        id="otter-begin",
    )
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "check" in tags:
            cell.source = f'grader.check("{stage_of(lab, tags).key}")'
    notebook.cells.insert(1, begin)
    return notebook


def otter_tests(lab, stage):
    """A file of tests in otter's exception style, a case for each part that has points."""
    lines = [
        f'"""{lab.title}, stage {stage.key}: {stage.title}."""',
        "",
        "from otter.test_files import test_case",
        "",
        "OK_FORMAT = False",
        "",
        f'name = "{stage.key}"',
        "points = None",
    ]
    for number, (part, points) in enumerate(parts(lab.name, stage.key).items()):
        call = CALL.format(lab=lab.name, stage=stage.key, subject=lab.subject, part=part)
        lines += [
            "",
            "",
            f'@test_case(name="{stage.key}: {part}", points={points}, hidden=False)',
            f"def test_{stage.key}_{number}({lab.subject}, STUDENT, ATTEMPT):",
            f"    {IMPORT}",
            "",
            f"    {call}",
        ]
    return "\n".join(lines) + "\n"


# ── Their cells ─────────────────────────────────────────────────────────────
def notebook_of(written, change):
    """The cells of `lab.py`, `change`d, with ids that stay the same."""
    notebook = nbformat.v4.new_notebook(metadata=METADATA)
    for number, cell in enumerate(written.cells):
        fresh = nbformat.from_dict({**cell, "id": f"cell-{number:02d}"})
        fresh.source = change(cell.source)
        notebook.cells.append(fresh)
    asks_for_the_package(notebook)
    return notebook


def _stub(region):
    indent = region["indent"]
    return f"{indent}# your code here\n{indent}raise NotImplementedError{region['end']}"


def stage_of(lab, tags):
    """The stage that a cell of checks is tagged with."""
    (key,) = [tag.removeprefix("stage-") for tag in tags if tag.startswith("stage-")]
    return lab.stage(key)


def locked(cell, lab, stage, part, points):
    """A cell that asserts one part's verdict, and that students cannot edit."""
    name = re.sub(r"\W+", "-", part)
    call = CALL.format(lab=lab.name, stage=stage.key, subject=lab.subject, part=part)
    fresh = new_code_cell(
        f"{IMPORT}\n\n{call}",
        id=f"{cell.id}-{name}",
        metadata={"tags": [*cell.metadata["tags"]]},
    )
    return mark(fresh, f"{lab.name}-{stage.key}-{name}", grade=True, points=points)


def mark(cell, grade_id, solution=False, grade=False, points=None):
    """nbgrader's metadata, schema 3."""
    cell.metadata["nbgrader"] = {
        "grade": grade,
        "grade_id": grade_id,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
        **({"points": points} if grade else {}),
    }
    return cell


if __name__ == "__main__":
    main()
