"""Rooms and their doors: who may import whom, and who may import what."""

import ast
import importlib
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from scalemodel.core.declared import by_room
from scalemodel.stage.views.kinds import kinds_in
from tests.laws import names

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "lib" / "scalemodel"
MODULES = sorted(PACKAGE.rglob("*.py"))

# A room that declares nothing may import these.
PLAIN = {"numpy", "scipy"}
MOST_ON_A_FLOOR = 12  # files of one kind in a folder: more is a list, not a room
# Chance, clocks and networks that a model must not reach for.
FORBIDDEN_CALLS = (
    "random.seed",
    "np.random.seed",
    "np.random.rand",
    "np.random.random",
    "datetime.now",
)
FORBIDDEN_IMPORTS = {"random", "requests", "urllib.request", "socket", "http.client"}
# The modules that open a connection say so in their room; no model imports them.
NETWORKED = {f"{room}/{name}" for room, names in by_room("networked").items() for name in names}


def room_of(path):
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


def imported(path):
    """Every module that `path` imports, with the number of its line."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node.lineno


def test_doors_open_downwards_only_and_every_room_is_declared():
    checker = Path(sys.executable).with_name("lint-imports")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "lib")}  # this tree, wherever it is
    command = [checker, "--no-cache"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_what_it_may(path):
    ours = PLAIN if room_of(path) not in ("core", "stage") else set()
    ours = ours | set(by_room("imports").get(room_of(path), ()))
    outside = ours | set(sys.stdlib_module_names) | {"scalemodel"}
    for name, line in imported(path):
        assert name.split(".")[0] in outside, f"{path.name}:{line} imports {name}"
        networked = path.relative_to(PACKAGE).as_posix() in NETWORKED
        assert name not in FORBIDDEN_IMPORTS or networked, f"{path.name}:{line} imports {name}"
        assert name.split(".")[0] != "websockets" or networked, f"{path.name}:{line}: {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_chance_comes_as_an_argument(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert not called.endswith(FORBIDDEN_CALLS), f"{path.name}:{node.lineno} calls {called}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_name_has_one_import_path(path):
    """A room's front door is empty: nothing is passed on from another module."""
    tree = ast.parse(path.read_text())
    if path.name == "__init__.py":
        kinds = (ast.Import, ast.ImportFrom, ast.Assign)
        assert not [node for node in tree.body if isinstance(node, kinds)], path
    assert path.stem not in {"utils", "helpers", "common", "base", "misc"}


@pytest.mark.parametrize("path", names.MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_offers_what_it_defines_and_its_completion_lists_no_more(path):
    module = importlib.import_module(dotted(path))
    there = names.defined(path.read_text())
    advice = f"run python -m tests.laws.names after an edit of {path.name}"
    assert sorted(getattr(module, "__all__", ())) == sorted(there) == dir(module), advice
    assert all(hasattr(module, name) for name in there)


def test_the_tab_key_behind_a_module_s_name_lists_what_one_uses():
    shell = InteractiveShell()
    shell.run_cell("import scalemodel.uber.matching.market as market")
    with provisionalcompleter():
        listed = {one.text for one in shell.Completer.completions("market.", len("market."))}
    assert {"MarketConfig", "simulate"} <= listed and not {"np", "math", "checks"} & listed


# ── The tree ────────────────────────────────────────────────────────────────
def dotted(path):
    """The dotted name of a module, or of a package by its `__init__.py`."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def doors():
    """Every module with the modules of ours that it imports, wherever the line stands."""
    names = {dotted(path): path for path in MODULES}
    for name, path in names.items():
        found = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                inside = {f"{node.module}.{alias.name}" for alias in node.names} & set(names)
                found |= inside or ({node.module} & set(names))
        yield name, found


def circle(graph):
    """The names on a circle of `graph`, name to names; empty where there is none."""
    while free := [name for name, after in graph.items() if not after & set(graph)]:
        graph = {name: after for name, after in graph.items() if name not in free}
    return sorted(graph)


def test_no_circle_among_modules_and_none_among_the_folders_of_a_room():
    graph = dict(doors())
    assert circle(graph) == []
    for folder in {name.rpartition(".")[0] for name in graph if "." in name}:
        depth = folder.count(".") + 2
        inside = {}
        for name, after in graph.items():
            if name.startswith(f"{folder}."):
                place = ".".join(name.split(".")[:depth])
                near = {
                    ".".join(other.split(".")[:depth])
                    for other in after
                    if other.startswith(f"{folder}.")
                }
                inside.setdefault(place, set()).update(near - {place})
        assert circle(inside) == [], f"folders of {folder} import each other in a circle"


def test_a_circle_is_seen():
    assert circle({"a": {"b"}, "b": {"a"}, "c": {"a"}}) == ["a", "b", "c"]
    assert circle({"a": {"b"}, "b": set()}) == []


FLOORS = sorted(
    {path.parent for top in ("lib", "tests", "book", "tools", "benchmarks", "site_assets")
     for path in (ROOT / top).rglob("*") if path.is_file()
     and not {"__pycache__", "vendor", "scalemodel.egg-info"} & set(path.parts)}
)  # fmt: skip


@pytest.mark.parametrize("floor", FLOORS, ids=lambda floor: str(floor.relative_to(ROOT)))
def test_no_floor_has_more_than_a_dozen_files_of_a_kind(floor):
    kinds = Counter(
        path.suffix for path in floor.iterdir() if path.is_file() and path.name != "__init__.py"
    )
    assert max(kinds.values(), default=0) <= MOST_ON_A_FLOOR, kinds


@pytest.mark.parametrize("front", [path for path in MODULES if path.name == "__init__.py"
                                   and path.parent != PACKAGE], ids=dotted)  # fmt: skip
def test_the_first_words_of_a_room_are_its_whole_map(front):
    """Every module and folder of a room stands in its docstring."""
    told = set(re.findall(r"`(\w+)`", ast.get_docstring(ast.parse(front.read_text()))))
    there = {path.stem for path in front.parent.glob("[a-z]*.py")}
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    # The wing that a company has in `stage` or `labs` bears its room's name, and is no news.
    there |= {path.parent.name for path in front.parent.glob("*/__init__.py")} - rooms
    assert there <= told, f"{front.parent.name} does not tell of {', '.join(sorted(there - told))}"


@pytest.mark.parametrize("script", sorted(PACKAGE.rglob("*.[jm]*s")), ids=lambda path: path.name)
def test_a_script_lies_beside_its_twin_or_serves_one_that_does(script):
    served = {path for kind in kinds_in(PACKAGE / "stage").values() for path in kind.scripts[:-1]}
    assert script.with_suffix(".py").is_file() or script in served or script.stem == "scene_live"


def test_importing_a_model_does_no_work():
    """No machine code, no network, no drawing: numbers in, when asked."""
    program = (
        "import sys, scalemodel.youtube.abr.ceiling\n"
        "loaded = {'numba', 'plotly', 'pandas', 'IPython'} & set(sys.modules)\n"
        "assert not loaded, loaded"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
