"""The archive for rooms without a network: it opens from a folder, and its notebooks can run."""

import subprocess
import sys
import zipfile

from tests.house.test_notebooks import NOTEBOOKS
from tests.site.conftest import ROOT
from tests.site.reader import drawn, move_by_keyboard, panels_of

BOOK = ROOT / "book"


def test_it_opens_from_a_folder_and_its_panels_move(unpacked, visit):
    visitor = visit(unpacked.as_uri())
    page = visitor.open("index.html")
    page.click("text=Read the book")
    page.wait_for_url("**/site/book/index.html")
    page = visitor.open("site/book/youtube/abr.html")
    (panel,) = panels_of(page, most=1)
    before = drawn(page, panel)
    assert move_by_keyboard(page, panel, 0) != before
    page = visitor.open("index.html")
    page.click("text=Run the notebooks")
    page.wait_for_selector("h1:has-text('without a network'):visible")
    assert visitor.faults == []


def test_every_notebook_lies_beside_it_with_the_package_it_imports(unpacked):
    for notebook in NOTEBOOKS:
        there = unpacked / "notebooks" / notebook.relative_to(BOOK)
        assert there.is_file()
        for beside in notebook.parent.glob("*.json"):  # the records that its cells read
            assert (there.parent / beside.name).is_file(), beside.name
    (wheel,) = (unpacked / "notebooks").glob("scalemodel-*.whl")
    program = "import scalemodel.stage.views.embed, scalemodel; print(scalemodel.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env={"PYTHONPATH": wheel}
    )
    assert done.stdout.startswith(str(wheel)), done.stderr
    packed = zipfile.ZipFile(wheel).namelist()
    scripts = [
        path for ending in ("js", "mjs", "css") for path in (ROOT / "lib").rglob(f"*.{ending}")
    ]
    assert scripts
    for script in scripts:
        assert script.relative_to(ROOT / "lib").as_posix() in packed


def test_without_a_built_site_it_says_what_to_do(tmp_path):
    command = [
        sys.executable,
        ROOT / "tools" / "zip.py",
        "--site",
        tmp_path,
        "--out",
        tmp_path / "z",
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode != 0 and "run `make book` first" in done.stderr
