"""Rooms and their doors: who may import whom, and who may import what."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "lib" / "scalemodel"
MODULES = sorted(PACKAGE.rglob("*.py"))

# What each room may import from outside; a company's room, like any other, gets the last row.
ALLOWED = {
    "core": {"numpy", "scipy", "numba", "joblib", "tqdm"},
    "stage": {
        "numpy", "pandas", "plotly", "anywidget", "ipywidgets", "traitlets", "IPython",
        "sphinx", "docutils", "yaml", "rjsmin", "rcssmin",
    },
    "twitter": {"numpy", "scipy", "websockets", "redis"},
    "": {"numpy", "scipy"},
}  # fmt: skip
# Chance, clocks and networks that a model must not reach for.
FORBIDDEN_CALLS = (
    "random.seed",
    "np.random.seed",
    "np.random.rand",
    "np.random.random",
    "datetime.now",
)
FORBIDDEN_IMPORTS = {"random", "requests", "urllib.request", "socket", "http.client"}
# The two ends of a real line, and of the one by which a lab hands files to a process of
# its own; no model imports them.
NETWORKED = {
    "twitter/gateway.py",
    "twitter/live_client.py",
    "labs/playing/host.py",
    "labs/playing/nursery.py",
}


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
    outside = (
        ALLOWED.get(room_of(path), ALLOWED[""]) | set(sys.stdlib_module_names) | {"scalemodel"}
    )
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


def test_importing_a_model_does_no_work():
    """No machine code, no network, no drawing: numbers in, when asked."""
    program = (
        "import sys, scalemodel.youtube.abr\n"
        "loaded = {'numba', 'plotly', 'pandas', 'IPython'} & set(sys.modules)\n"
        "assert not loaded, loaded"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
