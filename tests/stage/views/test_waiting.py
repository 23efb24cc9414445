"""A bar under a cell that takes its time: in a kernel of its own, as a notebook has it."""

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

WAIT = "import time\ntime.sleep(1.5)"  # with a patience of a tenth of a second


@pytest.fixture
def run(monkeypatch):
    """What a kernel says to `cells` in a view: cell's number to the HTML that it showed, in order."""

    def run(view, *cells):
        monkeypatch.setenv("SCALEMODEL_VIEW", view)
        begin = "from scalemodel.stage.views.waiting import bars\nbars(0.1)"
        notebook = new_notebook(cells=[new_code_cell(cell) for cell in (begin, *cells)])
        said = []

        class Client(NotebookClient):
            def process_message(self, message, cell, index):
                data = message["content"].get("data", {})
                if message["msg_type"] in ("display_data", "update_display_data"):
                    said.append((index, data["text/html"]))
                return super().process_message(message, cell, index)

        Client(notebook, timeout=120, allow_errors=True).execute()
        nbformat.validate(notebook)
        return said, notebook.cells

    return run


def test_a_long_cell_has_a_bar_and_it_is_gone_at_the_end(run):
    said, cells = run("live", WAIT, "1 + 1", WAIT + "\n1 / 0")
    for number in (1, 3):  # a cell that fails, too
        shown = [html for index, html in said if index == number]
        assert shown[0].startswith('<progress aria-label="running for ') and shown[-1] == ""
        (left,) = (out for out in cells[number].outputs if out.output_type == "display_data")
        assert left.data["text/html"] == ""
    assert cells[2].outputs[-1].data["text/plain"] == "2"


@pytest.mark.parametrize("view", ["site", "digest"])
def test_where_nobody_waits_it_is_silent(run, view):
    said, cells = run(view, WAIT)
    assert said == [] and cells[1].outputs == []


def test_called_again_it_has_one_bar(run):
    said, _ = run("live", "bars(0.1)", WAIT)
    assert len([html for index, html in said if index == 2 and html == ""]) == 1
