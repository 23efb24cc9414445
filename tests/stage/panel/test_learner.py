"""A learner runs all: untouched the text holds; with a line changed the notebook says where not."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

EACH = pytest.mark.thorough  # a whole chapter is executed for each
BOOK = Path(__file__).parents[3] / "book"
NOTEBOOKS = [path.relative_to(BOOK).as_posix() for path in sorted(BOOK.rglob("*.ipynb"))]
NEWS = "As you run it, the text no longer holds where it says"


def said_live(name, monkeypatch, edit=lambda cells: None):
    """What the cells of a notebook print where a learner runs it, after an `edit`."""
    monkeypatch.delenv("SCALEMODEL_VIEW")
    notebook = nbformat.read(BOOK / name, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    edit(cells)
    where = {"metadata": {"path": (BOOK / name).parent}}
    NotebookClient(notebook, timeout=120, resources=where).execute()
    outputs = [output for cell in cells for output in cell.outputs]
    return "".join(output.text for output in outputs if output.output_type == "stream")


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("left_ratio=0.2", "left_ratio=1.0"),  # no tunnel, so no blur
        pytest.param("segments=45)", "segments=15)", marks=EACH),  # over before the tunnel
        pytest.param("lambda *seen: 4", "lambda *seen: 5", marks=EACH),  # stops whatever the tunnel
    ],
)
def test_an_edit_of_the_first_chapter_is_survived(line, changed, monkeypatch):
    def edit(cells):
        first = next(cell for cell in cells if line in cell.source)
        first.source = first.source.replace(line, changed)

    assert NEWS in said_live("youtube/abr.ipynb", monkeypatch, edit)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name == "twitter/bill.ipynb" else EACH) for name in NOTEBOOKS],
)
def test_untouched_the_text_holds_however_busy_the_machine(name, monkeypatch):
    """Nothing is measured unasked; the notebook on the bill was, and said so on a busy machine."""
    assert NEWS not in said_live(name, monkeypatch)
