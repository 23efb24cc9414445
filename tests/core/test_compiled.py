"""Machine code that stays true to its source."""

import os
import shutil
import subprocess
import sys
from types import ModuleType

import numpy as np
import pytest

from scalemodel.core import compiled as module
from scalemodel.core import events
from scalemodel.core.compiled import PACKAGE, compiled, has_numba

# A room of two files, in which a loop calls a helper of the other.
ROOM = {
    "ride/fare.py": """
from scalemodel.core.compiled import compiled

@compiled()
def fare(km):
    return 3 + 2 * km
""",
    "ride/day.py": """
from scalemodel.core.compiled import compiled
from scalemodel.ride.fare import fare

@compiled("int64(int64[::1])")
def takings(rides_km):
    total = 0
    for km in rides_km:
        total += fare(km)
    return total
""",
}
PROGRAM = """
import numpy as np
from scalemodel.ride.day import takings
rides_km = np.arange(5)
assert takings(rides_km) == takings.native(rides_km)
print(takings.native(rides_km))
"""


def run(program, package, **environment):
    """What `program` prints in a fresh process that imports from `package`'s folder."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(package.parent), **environment}, cwd=package.parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def package(tmp_path):
    """A package that shares our `core`, and has a room of two files."""
    package = tmp_path / "scalemodel"
    shutil.copytree(
        PACKAGE / "core", package / "core", ignore=shutil.ignore_patterns("__pycache__")
    )
    (package / "__init__.py").touch()
    for name, source in ROOM.items():
        (package / name).parent.mkdir(exist_ok=True)
        (package / name).write_text(source)
    return package


# ── Examples ────────────────────────────────────────────────────────────────
def test_called_plainly_it_is_plain_python():
    @compiled("int64(int64[::1])")
    def total(row):
        seen = 0
        for value in row:
            seen += value
        return seen

    assert total([1, 2, 3]) == total.native(np.array([1, 2, 3])) == 6
    assert total.__name__ == "total"


def test_unchecked_it_is_the_same_code_which_no_longer_picks_a_signature(monkeypatch):
    @compiled("int64(int64, float64[::1])")
    def at(n, row):
        return n + len(row)

    row = np.zeros(3)
    assert at.unchecked(4, row) == at.native(4, row) == at(4, row) == 7
    with pytest.raises(IndexError):
        compiled("float64(float64[::1])")(lambda row: row[3]).unchecked(row)
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    assert compiled("int64(int64)")(abs).unchecked(-3) == 3, "the plain function"


def test_what_is_compiled_elsewhere_is_not_kept_and_numbas_own_folder_stays_as_it_was():
    import numba

    @compiled("int64(int64)")
    def a_function_of_a_test(n):
        return n

    before = numba.config.CACHE_DIR
    assert a_function_of_a_test.native(3) == 3
    assert before == numba.config.CACHE_DIR
    ours = compiled(events.waiting.signature)(events.waiting._function)
    assert ours.native(events.new.native(1)) == 0
    assert before == numba.config.CACHE_DIR
    assert PACKAGE.name == "scalemodel" and not list(PACKAGE.rglob("*a_function_of_a_test*"))


def test_numba_can_be_told_to_stand_aside(monkeypatch):
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    assert not has_numba()


def test_a_stand_in_for_numba_is_not_numba(monkeypatch):
    """As Sphinx puts one where a package is not installed: a module from nowhere."""
    monkeypatch.delenv("NUMBA_DISABLE_JIT", raising=False)
    monkeypatch.setitem(sys.modules, "numba", ModuleType("numba"))
    assert not has_numba()


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A package of one module, in place of the book's, and nothing to run."""
    monkeypatch.setattr(module, "PACKAGE", tmp_path)
    (tmp_path / "one.py").write_text("1")
    (tmp_path / "room").mkdir()
    return tmp_path


def test_any_edit_any_name_and_what_a_room_declares_change_the_digest(bare):
    digest = module.source_digest.__wrapped__
    found = [digest(), digest()]
    (bare / "one.py").write_text("2")
    found += [digest()]
    (bare / "one.py").rename(bare / "two.py")
    found += [digest()]
    (bare / "room/room.toml").write_text("")
    found += [digest()]
    (bare / "room/deep.py").write_text("")
    found += [digest()]
    assert found[0] == found[1] and len(set(found)) == 5


def test_the_newest_folders_are_kept_and_what_cannot_be_removed_is_no_trouble(bare):
    home = bare / "__pycache__"
    mine = module._cache_folder.__wrapped__()
    assert mine.parent == home and mine.is_dir(), "made where there was none"
    for n in range(9):
        (home / f"compiled-{n}").mkdir(parents=True)
        os.utime(home / f"compiled-{n}", (1e9 + n, 1e9 + n))
    (home / "compiled-file").touch()
    os.utime(home / "compiled-file", (1, 1))
    (home / "compiled-gone").symlink_to(home / "nowhere")
    assert module._cache_folder.__wrapped__() == mine, "the second process finds it"
    folders = {path for path in home.glob("compiled-*") if path.is_dir()}
    assert folders == {mine, *(home / f"compiled-{n}" for n in range(2, 9))}


# ── Laws ────────────────────────────────────────────────────────────────────
def test_without_numba_the_same_loop_runs_plainly(package):
    assert has_numba(), "numba is a requirement of the tests"
    blocked = "import sys; sys.modules['numba'] = None\n" + PROGRAM
    assert run(blocked, package) == run(PROGRAM, package, NUMBA_DISABLE_JIT="1") == "35"
    assert not list(package.rglob("*.nbc"))


@pytest.mark.slow
def test_an_edited_loop_and_an_edited_helper_are_never_stale(package):
    """The file of the loop itself stays untouched at first: numba alone would keep the old code."""
    assert run(PROGRAM, package) == "35"
    for name, line, edited, said in [
        ("ride/fare.py", "3 + 2 * km", "4 + 2 * km", "40"),
        ("ride/day.py", "total = 0", "total = 1", "41"),
    ]:
        (package / name).write_text(ROOM[name].replace(line, edited))
        assert run(PROGRAM, package) == said


def test_a_process_runs_under_the_source_that_it_was_imported_from(package):
    digest = "from scalemodel.core.compiled import source_digest; print(source_digest())"
    edit = f"import scalemodel.ride.day; open({str(package / 'new.py')!r}, 'w').close()\n"
    before = run(digest, package)
    assert run(edit + digest, package) == before != run(digest, package)


@pytest.mark.slow
def test_a_package_that_cannot_be_written_to_still_runs(package):
    (package / "__pycache__").write_text("a file where the folder should be")
    assert run(PROGRAM, package, PYTHONDONTWRITEBYTECODE="1") == "35"


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.slow
def test_a_second_process_reads_the_machine_code_from_disk_and_old_code_goes(package):
    for n in range(20):
        (package / "__pycache__" / f"compiled-{n:016x}").mkdir(parents=True)
    run(PROGRAM, package)
    assert len(list((package / "__pycache__").glob("compiled-*"))) == 8
    written = {path: path.stat().st_mtime_ns for path in package.rglob("*.nbc")}
    assert any("takings" in path.name for path in written)
    assert any("fare" in path.name for path in written), "a helper without a signature too"
    (folder,) = {path.parents[1] for path in written}
    assert folder.parent == package / "__pycache__" and folder.name.startswith("compiled-")
    run(PROGRAM, package)
    assert {path: path.stat().st_mtime_ns for path in package.rglob("*.nbc")} == written


# ── Refusals ────────────────────────────────────────────────────────────────
def test_an_index_outside_its_array_is_an_error_in_both():
    @compiled("float64(float64[::1], int64)")
    def pick(row, at):
        return row[at]

    for how in (pick, pick.native):
        with pytest.raises(IndexError):
            how(np.zeros(3), 3)


def test_a_result_of_another_type_than_promised_is_refused():
    @compiled("int64(float64)")
    def half(x):
        return x / 2

    with pytest.raises(ValueError, match="half returns float64; it must return int64"):
        half.native(3.0)


def test_a_function_that_does_not_count_gives_the_same_and_makes_no_array():
    @compiled("float64(float64[::1], int64)", counts=False)
    def at(row, n):
        return row[n]

    @compiled("float64(int64)", counts=False)
    def sum_of_new(n):
        return np.zeros(n).sum()

    assert at.native(np.array([1.0, 3.0]), 1) == 3.0
    with pytest.raises(IndexError):
        at.native(np.array([1.0, 3.0]), 2)
    with pytest.raises(Exception, match="array"):
        sum_of_new.native(3)
