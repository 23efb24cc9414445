"""A page brings along plain Python alone, and only where a cell asks for it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scalemodel.stage.python import carried
from scalemodel.stage.python.told import written

BOOK = Path(__file__).parents[3] / "book"
CELL = re.compile(
    rf"```{{code-cell}} ipython3\n:tags: \[[^]]*({carried.TAG}|{carried.BEHIND})[^]]*\]\n(.*?)```",
    re.S,
)
NATIVE = {"numba", "numba.core"}  # asked for by who finds it there, and by nobody else
ROWS = {"numpy"}  # asked for by the doorkeeper when a row comes, and on a page none does
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
    native = NATIVE if "scalemodel.core.compiled" in names else set()
    assert strange <= native | (ROWS if "scalemodel.core.checks" in names else set())


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


def test_modules_come_as_they_stand_with_what_they_are_told():
    place = "scalemodel.stage.foundations.yours.eviction"
    held = brought(carried.modules_js({place}))
    assert held.pop(f"{place.replace('.', '/')}.json") == written(place)
    assert f"{place.replace('.', '/')}.py" in held
    for name, text in held.items():
        assert text == (carried.LIB / name).read_text()
