"""A learner changes a line and runs all: the notebook says what no longer holds, and goes on."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

EACH = pytest.mark.thorough  # a whole chapter is executed for each
BOOK = Path(__file__).parents[3] / "book"


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
    monkeypatch.delenv("SCALEMODEL_VIEW")
    notebook = nbformat.read(BOOK / "youtube" / "abr.ipynb", as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    first = next(cell for cell in cells if line in cell.source)
    first.source = first.source.replace(line, changed)
    where = {"metadata": {"path": BOOK / "youtube"}}
    NotebookClient(notebook, timeout=120, resources=where).execute()
    outputs = [output for cell in cells for output in cell.outputs]
    said = "".join(output.text for output in outputs if output.output_type == "stream")
    assert "As you run it, the text no longer holds where it says" in said
