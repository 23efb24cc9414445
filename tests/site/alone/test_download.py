"""A notebook downloaded from the built site runs alone: beside it the package, JupyterLab, no more."""

import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest

from tests.house.test_notebooks import CHAPTERS, by_name
from tests.site.alone.environment import make, run
from tests.site.conftest import ROOT

pytestmark = pytest.mark.slow
# Its name is another chapter's too, and its cells read a record and a quiz, by live panels.
ONE = ROOT / "book" / "uber" / "real.md"
ALONE = ("-I", "-c")  # whatever PYTHONPATH says
DEAR = [pytest.param(chapter, marks=pytest.mark.thorough) for chapter in CHAPTERS if chapter != ONE]


@pytest.fixture(scope="module")
def wheel(site):
    """The package, from where the page on how to run the book offers it."""
    (name,) = set(
        re.findall(r'href="(scalemodel-[^"]+\.whl)"', (site / "book/how-to.html").read_text())
    )
    return site / "book" / name


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    return make(tmp_path_factory.mktemp("alone") / "environment", wheel)


def downloaded(site, chapter, folder):
    """The notebook that the arrow on top of a chapter's page leads to, in an empty folder."""
    page = (chapter.relative_to(ROOT)).with_suffix(".html")
    (link,) = set(re.findall(r'href="([^"]*_sources/[^"]+\.ipynb)"', (site / page).read_text()))
    return Path(shutil.copy((site / page).parent / link, folder))


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_environment_has_what_the_wheel_asks_for_and_nothing_of_the_book_s_tools(python):
    has = lambda name: (
        subprocess.run([python, *ALONE, f"import {name}"], capture_output=True).returncode == 0
    )
    assert has("scalemodel.stage.panel.live") and has("jupyterlab") and has("numba")
    assert not [name for name in ("myst_nb", "sphinx", "jupytext", "pytest", "pybtex") if has(name)]
    where = subprocess.check_output(
        [python, *ALONE, "import scalemodel; print(scalemodel.__file__)"], text=True
    )
    assert str(ROOT) not in where


@pytest.mark.parametrize("chapter", [ONE, *DEAR], ids=by_name)
def test_it_runs_to_its_end_in_an_empty_folder(site, python, chapter, tmp_path):
    notebook = downloaded(site, chapter, tmp_path)
    done = run(python, notebook)
    assert done.returncode == 0, done.stderr[-3000:]
    cells = [
        cell for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"
    ]
    assert all(cell.execution_count for cell in cells)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_without_the_package_the_first_cell_says_what_to_install(site, wheel, tmp_path):
    python = make(tmp_path / "environment", wheel, without_the_package=True)
    (tmp_path / "empty").mkdir()
    for notebook in (downloaded(site, ONE, tmp_path / "empty"), site / "book/twitter/fanout.ipynb"):
        notebook = Path(shutil.copy(notebook, tmp_path / "empty" / "one.ipynb"))
        assert run(python, notebook).returncode != 0
        cells = [
            cell for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"
        ]
        (said,) = cells[0].outputs
        assert f"%pip install {wheel.name}" in said.evalue and "not installed here" in said.evalue
        assert not any(cell.execution_count for cell in cells[1:])


def test_a_name_that_two_chapters_share_gets_its_own_tables(python, tmp_path):
    program = (
        "from scalemodel.stage.reading.quiz import quiz\n"
        "print({quiz(f'{room}/real.quiz.yml').html for room in ('twitter', 'uber')}.__len__())"
    )
    done = subprocess.run([python, *ALONE, program], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == "2\n", done.stderr
