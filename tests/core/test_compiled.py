"""Machine code that stays true to its source."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from scalemodel.core import compiled as module
from scalemodel.core import events
from scalemodel.core.compiled import PACKAGE, compiled, has_numba

PROGRAM = """
import numpy as np
from scalemodel.core import events
from scalemodel.youtube.abr.play import play, play_many
from scalemodel.youtube.abr.policies import BufferBased
from scalemodel.youtube.media import Trace, Video
video = Video.constant(4.0, [300, 750, 1200], 12)
ride = Trace.from_periods([(20, 3000), (20, 600)])
plain, native = play(video, ride, BufferBased()), play_many(video, [ride], BufferBased())[0]
assert np.array_equal(plain.rung, native.rung) and np.array_equal(plain.buffer_s, native.buffer_s)
events.push.native(events.new.native(1), 0.0, 0, 0)
print(native.rung.tolist())
"""


def run(program, package, **environment):
    """What `program` prints in a fresh process that imports from `package`'s folder."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(package.parent), **environment}, cwd=package.parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def copy_of_the_package(folder):
    return Path(
        shutil.copytree(
            PACKAGE, folder / "scalemodel", ignore=shutil.ignore_patterns("__pycache__")
        )
    )


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
def package(tmp_path, monkeypatch):
    """A package of one module, in place of the book's."""
    monkeypatch.setattr(module, "PACKAGE", tmp_path)
    (tmp_path / "one.py").write_text("1")
    (tmp_path / "room").mkdir()
    return tmp_path


def test_any_edit_any_name_and_what_a_room_declares_change_the_digest(package):
    digest = module.source_digest.__wrapped__
    found = [digest(), digest()]
    (package / "one.py").write_text("2")
    found += [digest()]
    (package / "one.py").rename(package / "two.py")
    found += [digest()]
    (package / "room/room.toml").write_text("")
    found += [digest()]
    (package / "room/deep.py").write_text("")
    found += [digest()]
    assert found[0] == found[1] and len(set(found)) == 5


def test_the_newest_folders_are_kept_and_what_cannot_be_removed_is_no_trouble(package):
    home = package / "__pycache__"
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
def test_without_numba_the_same_loop_runs_plainly():
    assert has_numba(), "numba is a requirement of the tests"
    blocked = "import sys; sys.modules['numba'] = None\n" + PROGRAM
    assert (
        run(blocked, PACKAGE)
        == run(PROGRAM, PACKAGE)
        == run(PROGRAM, PACKAGE, NUMBA_DISABLE_JIT="1")
    )


@pytest.mark.slow
def test_an_edited_policy_and_an_edited_helper_are_never_stale(tmp_path):
    """The file of the loop itself stays untouched: numba alone would keep the old code."""
    package = copy_of_the_package(tmp_path)
    before = run(PROGRAM, package)
    abr = package / "youtube" / "abr" / "policies.py"
    text = abr.read_text()
    assert text.count("if buffer_s < reservoir_s:\n            return 0") == 1
    abr.write_text(
        text.replace(
            "if buffer_s < reservoir_s:\n            return 0",
            "if buffer_s < 99:\n            return 2",
        )
    )
    assert run(PROGRAM, package) != before
    abr.write_text(text)

    playback = package / "youtube" / "playback.py"
    playback.write_text(playback.read_text().replace("* 1e6 / 8", "* 1e5 / 8"))
    assert run(PROGRAM, package) != before


def test_a_process_runs_under_the_source_that_it_was_imported_from(tmp_path):
    package = copy_of_the_package(tmp_path)
    digest = "from scalemodel.core.compiled import source_digest; print(source_digest())"
    edit = f"import scalemodel.core.events; open({str(package / 'new.py')!r}, 'w').close()\n"
    before = run(digest, package)
    assert run(edit + digest, package) == before != run(digest, package)


@pytest.mark.slow
def test_a_package_that_cannot_be_written_to_still_runs(tmp_path):
    package = copy_of_the_package(tmp_path)
    (package / "__pycache__").write_text("a file where the folder should be")
    assert run(PROGRAM, package, PYTHONDONTWRITEBYTECODE="1") == run(PROGRAM, PACKAGE)


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.slow
def test_a_second_process_reads_the_machine_code_from_disk_and_old_code_goes(tmp_path):
    package = copy_of_the_package(tmp_path)
    for n in range(20):
        (package / "__pycache__" / f"compiled-{n:016x}").mkdir(parents=True)
    run(PROGRAM, package)
    assert len(list((package / "__pycache__").glob("compiled-*"))) == 8
    written = {path: path.stat().st_mtime_ns for path in package.rglob("*.nbc")}
    assert any("sessions" in path.name for path in written)
    assert any("_move" in path.name for path in written), "a helper without a signature too"
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
