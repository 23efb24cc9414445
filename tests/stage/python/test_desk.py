"""A page offers to run the cells that ask for it, and brings along what they need."""

import json
import re
from html import unescape
from types import SimpleNamespace

import pytest
from docutils import nodes

from scalemodel.stage.python import carried, desk
from tests.stage.python.test_carried import brought


def cell(*tags, text="say(1)"):
    made = nodes.container(classes=["cell", *(f"tag_{tag}" for tag in tags)])
    made += nodes.container(classes=["cell_input"])
    made[0] += nodes.literal_block(text=text)
    return made


@pytest.fixture
def page():
    """A page of four cells, of which two are run there, one with another behind it."""
    page = nodes.section()
    here, behind = "import math, scalemodel.stage.look.theme", 'say("<&>")'
    page.extend([cell(carried.TAG, text=here), cell(), cell("x", carried.TAG)])
    page += cell(carried.BEHIND, text=behind)
    return page


def app(format="html", outdir=""):
    env = SimpleNamespace(docname="book/town/page")
    return SimpleNamespace(builder=SimpleNamespace(format=format), env=env, outdir=outdir)


def offered(page, format="html"):
    desk.offer_to_run(app(format), page)
    return [[raw.astext() for raw in each.findall(nodes.raw)] for each in page]


def test_a_page_brings_what_its_cells_import(page, tmp_path):
    desk.bring_along(app(outdir=tmp_path), "book/town/page", "", {}, page)
    script = (tmp_path / "_static" / "python" / "book" / "town" / "page.js").read_text()
    names = ["core/declared", "stage/look/theme", "stage/python/inside"]
    assert [*brought(script)] == [
        f"scalemodel/{name}.py" for name in names
    ] and "onmessage" in script
    for name, text in brought(script).items():
        assert text == (carried.LIB / name).read_text()


def test_a_module_that_is_called_with_a_text_comes_along_and_the_button_says_so(tmp_path):
    here = {"module": "scalemodel.stage.look.theme", "runs": {"a": "Check <a>"}}
    page = nodes.section("", cell(carried.TAG), cell(carried.TAG))
    page[1]["cell_metadata"] = {"here": here}
    plain, called = offered(page)
    assert "data-here" not in plain[0]
    (said,) = re.findall(r'data-here="([^"]*)"', called[0])
    assert json.loads(unescape(said)) == here
    desk.bring_along(app(outdir=tmp_path), "page", "", {}, page)
    script = (tmp_path / "_static" / "python" / "page.js").read_text()
    assert "scalemodel/stage/look/theme.py" in brought(script)


def test_a_page_without_such_a_cell_brings_nothing(tmp_path):
    for doctree in (nodes.section("", cell()), None):
        desk.bring_along(app(outdir=tmp_path), "search", "", {}, doctree)
    assert not any(tmp_path.iterdir())


def test_the_desk_is_the_same_on_every_page(tmp_path):
    desk.write(tmp_path)
    names = sorted(path.name for path in (tmp_path / "python").iterdir())
    assert names == ["desk.css", "desk.js"]


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_cell_with_the_tag_has_a_button_beneath_its_text(page):
    first, none, second, behind = offered(page)
    assert none == behind == [] and "data-behind" not in first[0]
    assert 'data-behind="say(&quot;&lt;&amp;&gt;&quot;)"' in second[0]
    assert all('data-modules="book/town/page.js"' in text[0] for text in (first, second))
    assert 'id="code-1"' in first[0] and 'id="code-2"' in second[0]
    assert [text[0].count("<script>") for text in (first, second)] == [0, 1]
    assert isinstance(page[0][1], nodes.raw) and "hidden" in first[0], "it needs JavaScript"


def test_what_it_gave_is_folded_and_all_there(page):
    gave = nodes.container("", nodes.paragraph(text="42"))
    page[0][1:], page[2][1:] = [gave], []
    given, _, nothing, _ = offered(page)
    assert [raw[:9] for raw in given] == ["<div clas", "<details>", "</details"]
    assert page[0][3] is gave and len(nothing) == 1


def test_elsewhere_it_is_a_cell(page):
    assert offered(page, "latex") == [[], [], [], []]
