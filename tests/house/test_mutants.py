"""`make mutants`: what it plants, which tests it runs, what it says, and the list of the same."""

import shutil
import subprocess
import sys
import tomllib

import pytest

from tests.conftest import ROOT, tool

SAME = sorted((ROOT / "tests").glob("*/same.toml"))
TINY = '''"""A tiny module: `3 < 4` here is not touched."""


def larger(one: int | None, other: int = 7) -> int | float:
    """The larger of two.

    >>> larger(8)
    8
    """
    if one is None:
        raise ValueError(f"one={one} must be at least {2 + 1}")
    return one if one > other else other
'''
LARGER = "def larger(one, other):\n    return one if one > other else other\n"
TEST = """from scalemodel.core.tiny import larger

def test_larger():
    assert (larger(1, 2), larger(2, 1)) == (2, 2)
"""
SAME_TINY = """[[same]]
module = "core/tiny.py"
where = "larger"
line = "return one if one > other else other"
becomes = "return one if one >= other else other"
why = "the larger of two equal numbers is either"
"""


@pytest.fixture(scope="module")
def drawn():
    pytest.importorskip("cosmic_ray", reason="not run: cosmic-ray: make mutants installs it")
    return tool("mutants.drawn")


def mutants(tree, name="tiny", *options):
    command = [sys.executable, "tools/mutants", *(options or ("--module", f"core/{name}"))]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True)
    row = next(line for line in done.stdout.splitlines() if line.startswith(f"core/{name}.py "))
    return done.returncode, row.split()[1:], done.stdout


def test_what_lives_is_shown_and_what_is_the_same_is_not_held_against_a_module(drawn, tmp_path):
    for name in ("lib/scalemodel/core", "tests/core"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("", "core/"):  # or the installed package is found first
        (tmp_path / f"lib/scalemodel/{name}__init__.py").touch()
    (tmp_path / "lib/scalemodel/core/tiny.py").write_text(LARGER)
    (tmp_path / "tests/core/test_tiny.py").write_text(TEST)
    shutil.copytree(ROOT / "tools/mutants", tmp_path / "tools/mutants")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)

    code, row, text = mutants(tmp_path)
    assert (code, row) == (1, ["3", "2", "1", "0", "66.7%"])
    assert "  - return one if one > other else other\n  + return one if one >= other" in text
    assert (tmp_path / "lib/scalemodel/core/tiny.py").read_text() == LARGER

    found = tmp_path / "_build/mutants/found.jsonl"
    before = found.read_text()
    (tmp_path / "tests/core/same.toml").write_text(SAME_TINY)
    code, row, _ = mutants(tmp_path)
    assert (code, row) == (0, ["3", "2", "0", "1", "100.0%"])
    assert found.read_text() == before, "what was found is not tried again"


def test_modules_share_their_minutes_and_a_later_run_goes_on(drawn, tmp_path):
    for name in ("lib/scalemodel/core", "tests/core"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("", "core/"):
        (tmp_path / f"lib/scalemodel/{name}__init__.py").touch()
    many = "".join(f"def less_{n}(one, other):\n    return one < other\n" for n in range(12))
    (tmp_path / "lib/scalemodel/core/many.py").write_text(many)
    (tmp_path / "lib/scalemodel/core/tiny.py").write_text(LARGER)
    shutil.copytree(ROOT / "tools/mutants", tmp_path / "tools/mutants")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    late = ("--room", "core", "--minutes", "0")
    _, row, text = mutants(tmp_path, "many", *late, "--most", "13")
    assert row == ["10", "0", "10", "0", "0.0%"] and "\n3 more are drawn and not tried" in text
    _, row, text = mutants(tmp_path, "many", *late, "--most", "10")
    assert row == ["10", "0", "10", "0", "0.0%"] and "not tried" not in text
    _, row, text = mutants(tmp_path, "many", "--module", "core/many", "--most", "13")
    assert row == ["13", "0", "13", "0", "0.0%"] and "not tried" not in text
    _, row, text = mutants(tmp_path, "many", *late, "--most", "14")
    assert row == ["13", "0", "13", "0", "0.0%"] and "\n1 more are drawn" in text


def test_faults_are_planted_in_what_runs_and_nowhere_else(drawn):
    planted = drawn.draw(TINY, "core/tiny.py")
    assert {mutant.line for mutant in planted} == {
        "def larger(one: int | None, other: int = 7) -> int | float:",
        "if one is None:",
        "return one if one > other else other",
    }
    assert {mutant.becomes for mutant in planted if mutant.line.startswith("def")} == {
        "def larger(one: int | None, other: int = 8) -> int | float:",
        "def larger(one: int | None, other: int = 6) -> int | float:",
    }


@pytest.mark.parametrize(
    ("line", "becomes"),
    [("self.now_s = 3", "pass"), ("row.sort()", "pass"), ("n += 1", "pass"),
     ("return row[:n]", "return row[:]"), ("return min(n, row)", "return max(n, row)"),
     ("return n < row", "return n <= row"), ("return -n", "return n")],
)  # fmt: skip
def test_a_fault_is_what_a_hand_slips_into(drawn, line, becomes):
    planted = drawn.draw(f"def step(self, row, n):\n    {line}\n", "core/step.py")
    assert becomes in {mutant.becomes for mutant in planted}


def test_a_draw_is_of_a_seed_and_an_edit_elsewhere_leaves_it(drawn):
    source = "".join(f"def f{n}(a, b):\n    return a < b + {n}\n\n" for n in range(9))
    words = lambda text, **options: {
        (m.where, m.becomes) for m in drawn.draw(text, "core/many.py", **options)
    }
    few = words(source, most=12)
    assert len(few) == 12 and few == words(source, most=12) != words(source, most=12, seed=1)
    assert len({where for where, _ in few}) > 6, "spread over the module"
    assert words("import math\n\n" + source, most=12) == few


def test_a_module_has_the_tests_of_its_room_that_import_it(drawn):
    tests_of = tool("mutants.tried").tests_of
    assert tests_of("parts/system.py") == [
        "lib/scalemodel/parts/system.py",
        "tests/house/test_wrong_arguments.py::test_what_is_allowed_stands_in_the_table[scalemodel.parts.system]",
        "tests/parts/test_system.py",
    ]  # fmt: skip
    assert "tests/twitter/test_timeline.py" in tests_of("twitter/timeline/pages.py"), (
        "by the fewest"
    )


@pytest.mark.parametrize("path", SAME, ids=lambda path: path.parent.name)
def test_what_is_listed_as_the_same_program_stands_in_its_module_and_has_a_reason(path):
    for entry in tomllib.loads(path.read_text())["same"]:
        assert entry.keys() == {"module", "where", "line", "becomes", "why"}
        assert entry["module"].startswith(f"{path.parent.name}/"), entry
        text = (ROOT / "lib/scalemodel" / entry["module"]).read_text()
        assert entry["line"] in " ".join(text.split()), f"{entry} is gone: take it out"
        assert len(entry["why"].split()) > 4 and entry["becomes"] != entry["line"], entry
