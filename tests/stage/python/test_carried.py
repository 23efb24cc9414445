"""A page brings along plain Python alone, and only where a cell asks for it."""

import json
import sys
from types import SimpleNamespace

import pytest
from docutils import nodes

from scalemodel.stage.python import carried


def cell(*tags):
    made = nodes.container(classes=["cell", *(f"tag_{tag}" for tag in tags)])
    made += nodes.container(classes=["cell_input"])
    made[0] += nodes.literal_block(text=f'say("{tags}")')
    return made


@pytest.fixture
def page():
    """A page of four cells, of which two are run there, one with another behind it."""
    page = nodes.section()
    page.extend([cell(carried.TAG), cell(), cell("x", carried.TAG), cell(carried.BEHIND)])
    return page


def offered(page, format="html"):
    carried.offer_to_run(SimpleNamespace(builder=SimpleNamespace(format=format)), page)
    return [[raw.astext() for raw in each.findall(nodes.raw)] for each in page]


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", carried.CARRIED)
def test_a_carried_module_imports_pythons_own_library_and_other_carried_ones(name):
    path = carried.LIB / f"{name.replace('.', '/')}.py"
    for other in carried.imports_of(path.read_text()):
        known = other.partition(".")[0] in sys.stdlib_module_names
        assert known or other in carried.CARRIED, f"{name} imports {other}"


def test_every_import_is_found_wherever_it_stands():
    text = (
        "if 1:\n    def f():\n        import a.b as c, d\n        from .e import f\nfrom g import h"
    )
    assert carried.imports_of(text) == {"a.b", "d", ".e", "g"}


def test_modules_and_worker_come_as_they_stand(tmp_path):
    carried.write(tmp_path)
    script = (tmp_path / "python" / "modules.js").read_text()
    held = json.loads(script[script.index(", {") + 2 : script.rindex(");")])
    for name, text in held["modules"].items():
        assert text == (carried.LIB / name).read_text()
    assert len(held["modules"]) == len(carried.CARRIED) and "onmessage" in held["worker"]
    assert sorted(path.name for path in (tmp_path / "python").iterdir()) == [
        "desk.css", "desk.js", "modules.js",
    ]  # fmt: skip


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_cell_with_the_tag_has_a_button_beneath_its_text(page):
    first, none, second, behind = offered(page)
    assert none == behind == [] and "data-behind" not in first[0]
    assert 'data-behind="say(&quot;(&#x27;run-behind&#x27;,)&quot;)"' in second[0]
    assert 'id="code-1"' in first[0] and 'id="code-2"' in second[0]
    assert [text[0].count("<script>") for text in (first, second)] == [0, 1]
    assert isinstance(page[0][1], nodes.raw) and "hidden" in first[0], "it needs JavaScript"


def test_elsewhere_it_is_a_cell(page):
    assert offered(page, "latex") == [[], [], [], []]
