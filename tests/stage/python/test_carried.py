"""A page brings along plain Python alone, and only where a cell asks for it."""

import json
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pytest
from docutils import nodes

from scalemodel.stage.python import carried
from scalemodel.stage.python.told import written

BOOK = Path(__file__).parents[3] / "book"
CELL = re.compile(
    rf"```{{code-cell}} ipython3\n:tags: \[[^]]*({carried.TAG}|{carried.BEHIND})[^]]*\]\n(.*?)```",
    re.S,
)
NATIVE = {"numba", "numba.core"}  # asked for by who finds it there, and by nobody else
BARE = """
import json, sys

sys.path.insert(0, ".")
from scalemodel.stage.python.inside import Desk

told = []
Desk(lambda *one: told.append(one)).run(sys.stdin.read())
print(json.dumps(told))
"""


def pages_of_the_book():
    """Each page's texts that are run there, and those behind them."""
    found = {path: CELL.findall(path.read_text()) for path in sorted(BOOK.rglob("*.md"))}
    return [
        pytest.param(path, texts, id=path.relative_to(BOOK).with_suffix("").as_posix())
        for path, texts in found.items() if texts
    ]  # fmt: skip


def brought(script):
    """The modules that a page's script holds."""
    return json.loads(script[script.index(", {") + 2 : script.rindex(");")])["modules"]


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
    carried.offer_to_run(app(format), page)
    return [[raw.astext() for raw in each.findall(nodes.raw)] for each in page]


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("path", "found"), pages_of_the_book())
def test_what_a_page_brings_along_imports_pythons_own_library_and_each_other(path, found):
    imports = set().union(*(carried.imports_of(text) for _, text in found))
    names = carried.carried(imports)
    for name in names:
        imports |= carried.imports_of((carried.LIB / f"{name.replace('.', '/')}.py").read_text())
    strange = {
        one for one in imports - {*names} if one.partition(".")[0] not in sys.stdlib_module_names
    }
    assert strange <= (NATIVE if "scalemodel.core.compiled" in names else set())


@pytest.mark.parametrize(("path", "found"), pages_of_the_book())
def test_a_cell_prints_on_its_page_what_its_notebook_stores(path, found, tmp_path):
    imports = set().union(*(carried.imports_of(text) for _, text in found))
    if not any(one.startswith("scalemodel") for one in imports):
        return  # it needs nothing that another Python would not have
    for name, text in brought(carried.modules_js(imports)).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    stored = {
        "".join(cell["source"]).strip(): "".join(cell["outputs"][0]["data"]["text/plain"])
        for cell in json.loads(path.with_suffix(".ipynb").read_text())["cells"]
        if carried.TAG in cell["metadata"].get("tags", ())
    }
    for _, text in found:
        bare = [sys.executable, "-I", "-S", "-c", BARE]
        ran = subprocess.run(
            bare, input=text, cwd=tmp_path, capture_output=True, text=True, check=True
        )
        (_, printed), *_, end = json.loads(ran.stdout)
        assert end == ["done", None] and printed.strip() == stored[text.strip()]


def test_every_import_is_found_wherever_it_stands():
    text = (
        "if 1:\n    def f():\n        import a.b as c, d\n        from .e import f\nfrom g import h"
    )
    assert carried.imports_of(text) == {"a.b", "d", ".e", "g"}


def test_modules_come_as_they_stand_with_what_they_are_told(page, tmp_path):
    carried.bring_along(app(outdir=tmp_path), "book/town/page", "", {}, page)
    script = (tmp_path / "_static" / "python" / "book" / "town" / "page.js").read_text()
    names = ["core/declared", "stage/look/theme", "stage/python/inside"]
    assert [*brought(script)] == [
        f"scalemodel/{name}.py" for name in names
    ] and "onmessage" in script
    for name, text in brought(script).items():
        assert text == (carried.LIB / name).read_text()
    place = "scalemodel.stage.foundations.yours.eviction"
    held = brought(carried.modules_js({place}))
    assert held[f"{place.replace('.', '/')}.json"] == written(place)


def test_a_module_that_is_called_with_a_text_comes_along_and_the_button_says_so(tmp_path):
    here = {"module": "scalemodel.stage.look.theme", "runs": {"a": "Check <a>"}}
    page = nodes.section("", cell(carried.TAG), cell(carried.TAG))
    page[1]["cell_metadata"] = {"here": here}
    plain, called = offered(page)
    assert "data-here" not in plain[0]
    (said,) = re.findall(r'data-here="([^"]*)"', called[0])
    assert json.loads(unescape(said)) == here
    carried.bring_along(app(outdir=tmp_path), "page", "", {}, page)
    script = (tmp_path / "_static" / "python" / "page.js").read_text()
    assert "scalemodel/stage/look/theme.py" in brought(script)


def test_a_page_without_such_a_cell_brings_nothing(tmp_path):
    for doctree in (nodes.section("", cell()), None):
        carried.bring_along(app(outdir=tmp_path), "search", "", {}, doctree)
    assert not any(tmp_path.iterdir())


def test_the_desk_is_the_same_on_every_page(tmp_path):
    carried.write(tmp_path)
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


def test_elsewhere_it_is_a_cell(page):
    assert offered(page, "latex") == [[], [], [], []]
