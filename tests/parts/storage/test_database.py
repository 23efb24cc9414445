"""A database behind two calls: what it keeps, and what it says when something is wrong."""

import os
import resource
import shutil
import sqlite3
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from scalemodel.parts.storage.database import Database, DatabaseTrouble
from tests.conftest import needs_postgres

TABLES = {"sale": "id INTEGER PRIMARY KEY, what TEXT"}
INSERT = "INSERT INTO sale VALUES (?, ?)"
ALL = "SELECT id, what FROM sale ORDER BY id"


def shop(where, **more):
    return Database(where, "shop", TABLES, **{"wait_s": 0.0, **more})


def refused(why, call, *arguments):
    with pytest.raises(DatabaseTrouble, match="cannot ") as caught:
        call(*arguments)
    assert caught.value.why == why and DatabaseTrouble.WHY[why] in str(caught.value)


@pytest.fixture(params=["file", pytest.param("url", marks=needs_postgres)])
def place(request, tmp_path):
    """Where a database may be made, on each kind."""
    if request.param == "file":
        yield str(tmp_path / "shop.db")
    else:
        import psycopg

        url = request.getfixturevalue("postgres")
        with psycopg.connect(url) as look:
            look.execute("DROP SCHEMA IF EXISTS shop CASCADE")
        yield url


# ── Examples ────────────────────────────────────────────────────────────────
def test_what_was_written_is_there_for_the_next_and_a_stroke_is_all_or_nothing(place):
    with shop(place) as one:
        one.write([(INSERT, [(2, "milk"), (1, "tea")]), ("DELETE FROM sale WHERE id = ?", [(2,)])])
        refused("shared", one.write, [(INSERT, [(3, "salt"), (1, "again")])])
        assert one.read(ALL) == [(1, "tea")], "nor is the salt"
        one.write([(INSERT, [(2**62, "ümlaut's \n % :x")]), (INSERT, [])])
    with shop(place) as other:
        assert other.read(ALL) == [(1, "tea"), (2**62, "ümlaut's \n % :x")]
        assert other.read("SELECT what FROM sale WHERE id = ?", [1]) == [("tea",)]
    for call in (lambda: other.read(ALL), lambda: other.write([(INSERT, [(9, "x")])])):
        refused("closed", call)
    other.close()


def test_without_a_place_it_goes_when_it_is_closed():
    one = shop(None)
    folder = os.path.dirname(one.where)
    one.write([(INSERT, [(1, "tea")])])
    assert os.path.isdir(folder)
    one.close(), one.close()
    assert not os.path.exists(folder)


# ── Laws ────────────────────────────────────────────────────────────────────
def test_a_file_is_flushed_at_each_stroke(tmp_path):
    with shop(tmp_path / "a.db") as one:
        assert one.read("PRAGMA journal_mode") == [("wal",)]
        assert one.read("PRAGMA synchronous") == [(2,)], "FULL"


@needs_postgres
def test_a_server_is_asked_to_flush_too(postgres):
    with shop(postgres, wait_s=2.5) as one:
        assert one.read("SHOW synchronous_commit") == [("on",)]
        assert one.read("SHOW lock_timeout") == [("2500ms",)]


def test_what_was_trouble_can_be_repeated_when_it_is_over(tmp_path):
    where = tmp_path / "a.db"
    with shop(where) as one:
        holder = sqlite3.connect(where, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        refused("locked", one.write, [(INSERT, [(1, "tea")])])
        refused("locked", shop, where)
        holder.execute("ROLLBACK"), holder.close()
        one.write([(INSERT, [(1, "tea")])])
        (pages,) = one.read("PRAGMA page_count")[0]
        one.read(f"PRAGMA max_page_count={pages}")
        refused("full", one.write, [(INSERT, [(2, "x" * 100_000)])])
        assert one.read(ALL) == [(1, "tea")]
        one.read("PRAGMA max_page_count=100000")
        one.write([(INSERT, [(2, "x" * 100_000)])])
        assert len(one.read(ALL)) == 2


def test_a_stroke_that_is_interrupted_leaves_nothing(place, monkeypatch):
    class Cut:  # a Ctrl-C after the last statement, before the commit
        def __init__(self, real):
            self.real = real

        def __getattr__(self, name):
            if name == "commit":
                raise KeyboardInterrupt
            return getattr(self.real, name)

    with shop(place) as one, monkeypatch.context() as at:
        at.setattr(one, "_connection", Cut(one._connection))
        with pytest.raises(KeyboardInterrupt):
            one.write([(INSERT, [(1, "tea")])])
        at.undo()
        assert one.read(ALL) == []
        one.write([(INSERT, [(3, "salt")])])
    with shop(place) as again:
        assert again.read(ALL) == [(3, "salt")]


def test_a_first_opening_that_failed_can_be_repeated(tmp_path):
    where = tmp_path / "a.db"
    refused("broken", Database, where, "shop", {"sale": "id INTEGER, ((("})
    shop(where).close()
    killed = tmp_path / "killed.db"  # between its WAL and its first table
    plain = sqlite3.connect(killed, isolation_level=None)
    plain.execute("PRAGMA journal_mode=WAL"), plain.close()
    with shop(killed) as one:
        one.write([(INSERT, [(1, "tea")])])
        (
            shutil.copy(killed, tmp_path / "copy.db"),
            shutil.copy(f"{killed}-wal", tmp_path / "copy.db-wal"),
        )
    with shop(tmp_path / "copy.db") as again:  # as after a cut of the power
        assert again.read(ALL) == [(1, "tea")]


@pytest.mark.parametrize("step", range(12))
def test_a_first_opening_cut_at_any_step_can_be_repeated(tmp_path, step):
    where, left = tmp_path / "a.db", step
    plain = sqlite3.connect

    class Cut(sqlite3.Connection):
        def execute(self, *what):
            nonlocal left
            if (left := left - 1) < 0:
                [shutil.copy(path, f"{path}.kept") for path in tmp_path.iterdir()]
                raise KeyboardInterrupt
            return super().execute(*what)

    with pytest.MonkeyPatch.context() as at:
        at.setattr(sqlite3, "connect", lambda *a, **k: plain(*a, factory=Cut, **k))
        try:
            shop(where).close()
        except KeyboardInterrupt:
            for path in [*tmp_path.glob("*.kept")]:
                os.replace(path, path.with_suffix(""))
    with shop(where) as one:
        one.write([(INSERT, [(1, "tea")])])


def test_a_path_is_the_same_from_another_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with shop("a.db") as one:
        monkeypatch.chdir("/")
        one.write([(INSERT, [(1, "tea")])])
    assert one.where == str(tmp_path / "a.db")


def test_a_first_opening_killed_while_it_wrote_its_pages_can_be_repeated(tmp_path):
    shop(tmp_path / "whole.db").close()
    page = (tmp_path / "whole.db").read_bytes()[:4096]
    (tmp_path / "a.db").write_bytes(page[:18] + b"\1\1" + page[20:])  # not yet a WAL's
    journal = bytes.fromhex("d9d505f920a163d7") + struct.pack(">5I", 0, 7, 0, 512, 4096)
    (tmp_path / "a.db-journal").write_bytes(journal.ljust(512, b"\0"))  # there was no page
    with shop(tmp_path / "a.db") as one:
        one.write([(INSERT, [(1, "tea")])])
        assert one.read(ALL) == [(1, "tea")]


def test_what_a_row_may_have_comes_back_as_it_was(tmp_path):
    with shop(tmp_path / "a.db") as one:
        for value in ("tea", b"tea", 1.5, None, 2**63 - 1, -(2**63)):
            assert one.read("SELECT ?", [value]) == [(value,)]
        assert one.read("SELECT ?, ?", [-(2**63), None]) == [(-(2**63), None)]
        for value in (2**63, -(2**63) - 1, float("nan"), ["tea"]):
            with pytest.raises(ValueError, match="values"):
                one.read("SELECT ?", [value])
        with pytest.raises(ValueError, match="strokes=5"):
            one.write(5)


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_file_is_one_that_sqlite_reads(tmp_path):
    with shop(tmp_path / "a.db") as one:
        one.write([(INSERT, [(1, "tea")])])
    plain = sqlite3.connect(tmp_path / "a.db")
    assert plain.execute(ALL).fetchall() == [(1, "tea")]
    plain.close()


# ── Refusals ────────────────────────────────────────────────────────────────
def test_what_another_has_made_is_not_touched(tmp_path):
    theirs = tmp_path / "theirs.db"
    plain = sqlite3.connect(theirs)
    plain.execute("CREATE TABLE sale (x)"), plain.commit(), plain.close()
    noise = tmp_path / "letter.txt"
    noise.write_text("Dear Ana, this is no database. " * 9)
    with Database(tmp_path / "other.db", "bank", TABLES):
        pass
    with Database(tmp_path / "old.db", "shop", {"sale": "id INTEGER"}):
        pass
    for path in (theirs, noise, tmp_path / "other.db", tmp_path / "old.db"):
        before = path.read_bytes()
        refused("another's", shop, path)
        assert path.read_bytes() == before
    (tmp_path / "empty.db").touch()
    shop(tmp_path / "empty.db").close()


def test_a_log_that_anothers_crash_has_left_is_not_touched(tmp_path):
    (tmp_path / "theirs").mkdir(), (tmp_path / "bank").mkdir()
    plain = sqlite3.connect(tmp_path / "theirs" / "a %41?#.db", isolation_level=None)
    plain.execute("PRAGMA journal_mode=WAL"), plain.execute("CREATE TABLE sale (x)")
    bank = Database(tmp_path / "bank" / "a %41?#.db", "bank", TABLES)
    bank.write([(INSERT, [(1, "tea")])])
    for name in ("theirs", "bank"):
        crashed = shutil.copytree(tmp_path / name, tmp_path / f"{name}, crashed")
        before = {path: path.read_bytes() for path in crashed.iterdir()}
        refused("another's", shop, crashed / "a %41?#.db")
        assert {path: path.read_bytes() for path in crashed.iterdir()} == before
    plain.close(), bank.close()


def test_one_of_two_programs_that_begin_at_once_is_refused(tmp_path, monkeypatch):
    plain, where = sqlite3.connect, tmp_path / "a.db"

    def connect(*arguments, **named):
        if "uri" not in named:  # `shop` has looked, and found nothing
            monkeypatch.undo()
            Database(where, "bank", TABLES).close()
        return plain(*arguments, **named)

    monkeypatch.setattr(sqlite3, "connect", connect)
    refused("another's", shop, where)
    Database(where, "bank", TABLES).close()


def test_a_second_who_opens_it_lets_go_of_no_lock_of_the_first(tmp_path):
    with shop(tmp_path / "a.db") as one:
        one.write([(INSERT, [(1, "tea")])])
        shop(tmp_path / "a.db").close()
        other = [sys.executable, "-c", f"import sqlite3; c = sqlite3.connect({one.where!r}); "
                 "c.execute('SELECT * FROM sale').fetchall(); c.close()"]  # fmt: skip
        subprocess.run(other, check=True, timeout=60)
        assert os.path.exists(f"{one.where}-wal"), "whoever is the last takes it away"
        one.write([(INSERT, [(2, "milk")])])
    with shop(tmp_path / "a.db") as again:
        assert again.read(ALL) == [(1, "tea"), (2, "milk")]


@needs_postgres
def test_a_schema_of_anothers_is_not_touched(postgres):
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as look:
        look.execute("DROP SCHEMA IF EXISTS shop CASCADE"), look.execute("CREATE SCHEMA shop")
        refused("another's", shop, postgres)
        look.execute("DROP SCHEMA shop")


@needs_postgres
def test_a_server_that_holds_a_row_and_one_that_hangs_up(postgres):
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as look, shop(postgres) as one:
        one.write([("DELETE FROM sale WHERE id > ?", [(0,)]), (INSERT, [(1, "tea")])])
        with look.transaction():
            look.execute("LOCK TABLE shop.sale")
            refused("locked", one.write, [(INSERT, [(2, "milk")])])
        one.write([(INSERT, [(2, "milk")])])
        look.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        )
        refused("gone", one.write, [(INSERT, [(3, "salt")])])
        one.write([(INSERT, [(4, "oil")])])
        assert one.read("SHOW synchronous_commit") == [("on",)], "on the new line, too"
    with shop(postgres) as again:
        assert again.read(ALL) == [(1, "tea"), (2, "milk"), (4, "oil")]


def test_what_is_gone_is_said(tmp_path, monkeypatch):
    refused("gone", shop, tmp_path / "no" / "folder" / "a.db")
    refused("gone", shop, tmp_path)
    refused("broken", lambda: shop(tmp_path / "b.db").read("SELECT nonsense"))
    with shop(tmp_path / "a.db") as one:
        os.remove(tmp_path / "a.db")
        refused("gone", one.write, [(INSERT, [(1, "tea")])])
        shutil.copy(tmp_path / "b.db", tmp_path / "a.db")
        refused("gone", one.write, [(INSERT, [(1, "tea")])])
    monkeypatch.setitem(sys.modules, "psycopg", None)
    refused("not installed", shop, "postgresql://localhost/shop")


def test_a_file_whose_log_was_taken_away_takes_no_more(tmp_path):
    with shop(tmp_path / "a.db") as one, shop(tmp_path / "b.db") as other:
        for step in (one, other):
            step.write([(INSERT, [(1, "tea")])])
        os.remove(tmp_path / "a.db-wal")
        refused("gone", one.write, [(INSERT, [(2, "milk")])])
        refused("gone", one.read, ALL)
        shutil.copy(tmp_path / "b.db-wal", tmp_path / "a.db-wal")
        refused("gone", one.write, [(INSERT, [(2, "milk")])])
        os.rename(tmp_path / "b.db", tmp_path / "c.db")
        refused("gone", other.read, ALL)


@needs_postgres
def test_nobody_at_the_other_end(postgres):
    refused("gone", shop, "postgresql://postgres@127.0.0.1:1/postgres")
    refused("gone", shop, postgres.replace("/postgres?", "/nowhere?"))


def test_what_is_wrong_with_a_call_is_named(tmp_path):
    good = {"where": tmp_path / "c.db", "program": "shop", "tables": TABLES}
    for name, value in (
        ("program", "a b"), ("program", 5), ("tables", {"sale": ""}), ("tables", 5), ("wait_s", -1),
        ("where", ""),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=name):
            Database(**{**good, name: value})
    for where in (":memory:", "file:x?mode=memory", "file::memory:?cache=shared"):
        with pytest.raises(ValueError, match="where"):
            shop(where)


@pytest.mark.parametrize(
    "row",
    [(2**63, "x"), (-(2**63) - 1, "x"), (1, float("nan")), (1,), (1, "x", 2), None,
     "ab", (1, object()), {"id": 1}],
)  # fmt: skip
def test_a_row_that_no_database_keeps_is_named_and_none_of_its_stroke_is_entered(place, row):
    with shop(place) as one:
        with pytest.raises(ValueError, match="strokes"):
            one.write([(INSERT, [(9, "ok"), row])])
        with pytest.raises(ValueError, match="values"):
            one.read("SELECT what FROM sale WHERE id = ? AND what = ?", row or [1])
        with pytest.raises(ValueError, match=r"^strokes: .{,120} must be"):
            one.write([(INSERT, ("x" * 10**6,))])
        assert one.read(ALL) == []


def test_what_python_says_is_said_in_words(tmp_path):
    with shop(tmp_path / "a.db") as one, ThreadPoolExecutor(1) as other:
        refused("broken", one.write, [(INSERT, [(9, "ok"), (1, "\ud800")])])
        with pytest.raises(DatabaseTrouble, match=r"cannot write: .*thread"):
            other.submit(one.write, [(INSERT, [(1, "tea")])]).result()
        assert one.read(ALL) == []


def test_a_limit_on_a_files_size_is_no_database_gone(tmp_path):
    with shop(tmp_path / "a.db") as one:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
        try:
            refused("refused", one.write, [(INSERT, [(1, "x" * 200_000)])])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        one.write([(INSERT, [(1, "x" * 200_000)])])
        assert len(one.read(ALL)) == 1
