"""What the build executed is what the notebooks store: one execution gives both.

The site shows a panel as HTML and says in plain text the line with a hash that the
notebook stores, so the outputs that the build made are compared with the stored ones as
`pytest --nbval` compares, which executes everything once more.
"""

import re
import subprocess
import sys
from collections import defaultdict
from copy import deepcopy

import nbformat
import pytest
from jupyter_cache import get_cache
from nbval.plugin import (
    coalesce_streams,
    find_comment_markers,
    find_metadata_tags,
    transform_streams_for_comparison,
)

from tests.conftest import ROOT, tool
from tests.house.test_notebooks import CHAPTERS, NOTEBOOKS, by_name

pair = tool("pair")

# What nbval passes over, too.
SKIPPED = {
    "metadata", "traceback", "prompt_number", "output_type", "name", "execution_count",
    "application/vnd.jupyter.widget-view+json", "image/png", "image/jpeg",
}  # fmt: skip
# Plain text that answers for the HTML beside it: a panel's line, or an embed's.
PROVED = re.compile(r" · still [0-9a-f]{8}$")


def values_of(outputs):
    """What is compared of a cell's outputs: kind to values, in order."""
    values = defaultdict(list)
    for output in transform_streams_for_comparison(coalesce_streams(outputs)):
        data = dict(output.get("data", {}))
        if PROVED.search(data.get("text/plain", "")):
            data.pop("text/html", None)
        for kind, value in {**output, **data}.items():
            if kind not in SKIPPED | {"data"}:
                values[kind].append(value)
    return dict(values)


def differing(executed, stored):
    """A line for each cell that gave something else than the notebook stores."""
    run, kept = ([cell for cell in n.cells if cell.cell_type == "code"] for n in (executed, stored))
    if [cell.source for cell in run] != [cell.source.removeprefix(pair.NEEDED) for cell in kept]:
        return ["other cells: run `make notebooks`"]
    found = []
    for mine, theirs in zip(run, kept, strict=True):
        marks = dict(find_metadata_tags(theirs.metadata)) | dict(find_comment_markers(mine.source))
        if marks.get("skip") or not marks.get("check", True):
            continue
        one, other = values_of(mine.outputs), values_of(theirs.outputs)
        if one != other:
            found.append(f"{theirs.id} gave {one}, and the notebook stores {other}")
    return found


@pytest.fixture(scope="module")
def executed(site):
    """What the build executed: chapter to notebook, its code cells only."""
    (folder,) = (site.parent / "executed").iterdir()
    cache = get_cache(str(folder))
    return {
        record.uri: cache.get_cache_bundle(record.pk).nb for record in cache.list_cache_records()
    }


# ── Examples ────────────────────────────────────────────────────────────────
def test_each_chapter_was_executed_once(executed):
    assert sorted(executed) == sorted(map(str, CHAPTERS))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
def test_what_the_build_executed_is_what_the_notebook_stores(executed, path):
    stored = nbformat.read(path, as_version=4)
    assert differing(executed[str(path.with_suffix(".md"))], stored) == []


# ── Tampering ───────────────────────────────────────────────────────────────
def tampered(notebook, kind, old, new):
    """`notebook` with `old` made `new` in one stored output of that kind, and the cell's id."""
    copy = deepcopy(notebook)
    for cell in copy.cells:
        for output in cell.get("outputs", []):
            place = output if kind == "text" else output.get("data", {})
            if kind == "text/html" and PROVED.search(place.get("text/plain", "")):
                continue  # another kind answers for it
            if re.search(old, place.get(kind, "")):
                place[kind] = re.sub(old, new, place[kind], count=1)
                return copy, cell.id
    raise AssertionError(f"no {kind} has {old!r}: nothing to tamper with")


# Each kind of output that the book stores, and a change of it.
CHANGES = {
    "a value": ("text/plain", r"^('?)\d", r"\g<1>77"),
    "a digest": ("text/plain", r"grid [0-9a-f]{4}", "grid 0000"),
    "a start state": ("text/plain", r"(start: .*?)\d", r"\g<1>77"),
    "a quiz": ("text/plain", r"· [0-9a-f]{4}([0-9a-f]{8}>)", r"· 0000\1"),
    "a still": ("text/plain", r"still [0-9a-f]{4}", "still 0000"),
    "a table": ("text/html", r">\d", ">77"),
    "a number in the text": ("application/papermill.record/text/plain", r"\d", "77"),
    "a print": ("text", r"\d", "77"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_stored_output_that_was_changed_is_noticed(executed, change):
    """In every notebook that has one of that kind."""
    noticed = 0
    for path in NOTEBOOKS:
        stored = nbformat.read(path, as_version=4)
        try:
            changed, at = tampered(stored, *CHANGES[change])
        except AssertionError:
            continue
        (line,) = differing(executed[str(path.with_suffix(".md"))], changed)
        assert line.startswith(f"{at} gave ")
        noticed += 1
    assert noticed


CELLS = """
import plotly.graph_objects as go
from myst_nb import glue
from scalemodel.stage.panel.explore import explore
from scalemodel.stage.panel.picture import Picture
from scalemodel.stage.look.tables import table
---
7
---
explore(lambda n: Picture(go.Figure(), {"n": (n, "count")}, "A number."), title="?", n=[1, 2])
---
table({"a": [1], "b": [2]}, caption="One row.")
---
glue("seen", "5", display=False)
---
print(3)
"""


@pytest.fixture(scope="module")
def little():
    """A little notebook with an output of each kind, as the site and as the digest give it."""
    execute = tool("execute")
    notebooks = {}
    for view in ("site", "digest"):
        fresh = nbformat.v4.new_notebook(
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        )
        fresh.cells = [
            nbformat.v4.new_code_cell(source.strip(), id=f"little-{n}")
            for n, source in enumerate(CELLS.split("---"))
        ]
        assert execute.side_by_side({ROOT / view: fresh}, {"SCALEMODEL_VIEW": view}) == {}
        notebooks[view] = fresh
    return notebooks


@pytest.mark.slow
def test_nbval_and_the_comparison_notice_the_same(little, tmp_path):
    """Five cells tampered with, each in its own way, and one left alone."""
    site, stored = little["site"], little["digest"]
    assert differing(site, stored) == []
    changed = stored
    for kind in ("a value", "a digest", "a table", "a number in the text", "a print"):
        changed, _ = tampered(changed, *CHANGES[kind])
    found = [line.split()[0] for line in differing(site, changed)]
    assert found == [f"little-{n}" for n in range(1, 6)]
    nbformat.write(stored, tmp_path / "kept.ipynb")
    nbformat.write(changed, tmp_path / "changed.ipynb")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "-q", "-c", ROOT / "pyproject.toml", "-p",
         "no:xdist", "-rf", "--rootdir", tmp_path, tmp_path],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    failed = re.findall(r"(?m)^FAILED \S*?(\w+\.ipynb)::Cell (\d)", done.stdout)
    assert failed == [("changed.ipynb", str(n)) for n in range(1, 6)], done.stdout


def test_only_html_that_a_line_proves_is_passed_over(little):
    panel, table = (cell.outputs for cell in little["site"].cells[2:4])
    assert "text/html" in panel[0].data and "text/html" not in values_of(panel)
    assert "text/html" in values_of(table)


def test_a_cell_less_is_noticed(little):
    shorter = deepcopy(little["digest"])
    shorter.cells.pop()
    assert differing(little["site"], shorter) == ["other cells: run `make notebooks`"]
