"""A real database behind two calls: SQLite in a file, or PostgreSQL by its URL.

Think of a ledger on a clerk's desk. `write` enters some rows at one stroke, all of them or none,
and comes back when they would outlive a cut of the power. `read` looks something up. A file is
kept in SQLite's WAL with `synchronous=FULL`: a stroke costs one flush, about three milliseconds.
Statements are SQLite's, with `?` for a value and INTEGER for 64 bits; PostgreSQL gets its own.

What goes wrong is a `DatabaseTrouble` in words, and nothing was entered then; but where the line
broke or the disk failed ("gone", "broken") the stroke may have been kept: read, before you repeat
it. The next call to PostgreSQL opens another line. A file or schema bears the mark of its program
and tables; what bears another is somebody else's, and not touched.

Left out: several who write at once, pools, changing the tables of a ledger that is there.
Sources: SQLite's documentation (WAL, application_id, immutable), PostgreSQL's and psycopg's.
"""

__all__ = ["MEANS", "Database", "DatabaseTrouble"]
__dir__ = lambda: __all__

import contextlib
import math
import os
import shutil
import sqlite3
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from scalemodel.core import checks
from scalemodel.parts.storage.trouble import Trouble, why_of

MEANS = {  # how SQLite's name of an error begins, or PostgreSQL's number of it
    "SQLITE_BUSY": "locked", "SQLITE_LOCKED": "locked", "SQLITE_FULL": "full", "53": "full",
    "SQLITE_NOTADB": "another's", "SQLITE_CONSTRAINT": "shared", "SQLITE_CANTOPEN": "gone",
    "SQLITE_IOERR_WRITE": "refused", "SQLITE_IOERR_SHMSIZE": "refused", "SQLITE_IOERR": "gone",
    "SQLITE_READONLY": "gone", "55P03": "locked", "57014": "locked", "40": "locked", "08": "gone",
    "23": "shared", "42501": "another's", "57": "gone", "3D": "gone", "28": "gone", "None": "gone",
}  # fmt: skip


class DatabaseTrouble(Trouble):
    """The database did not do what it was asked; `why` is one of `WHY`.

    >>> str(DatabaseTrouble("write", "closed"))
    'cannot write: it is closed. Make another'
    """

    WHY: ClassVar[dict[str, str]] = Trouble.WHY | {
        "locked": "somebody else holds the database. End what holds it, and repeat the call",
        "refused": "the disk takes no more: a limit on a file's size, or a fault. Look at it, and repeat",
        "another's": "it is another program's, and stays as it is. Name another place",
        "shared": "what is to be entered stands there already: two programs write here. End one",
        "not installed": "PostgreSQL needs psycopg: pip install 'psycopg[binary]'",
        "closed": "it is closed. Make another",
        "broken": "the database refuses",
    }


class Database(contextlib.AbstractContextManager):
    """The ledger at `where`: a path, a `postgresql://` URL, or None for a file that goes with it.

    `program` owns it, `tables` has the columns of each; a call waits `wait_s` for who holds it.

    >>> with Database(None, "shop", {"sale": "id INTEGER PRIMARY KEY, what TEXT"}) as shop:
    ...     shop.write([("INSERT INTO sale VALUES (?, ?)", [(1, "tea"), (2, "milk")])])
    ...     shop.read("SELECT what FROM sale WHERE id > ? ORDER BY id", [1])
    [('milk',)]
    """

    @checks.kinds
    def __init__(self, where: Path | None, program: str, tables: Mapping, wait_s: float = 5.0):
        if not program.isidentifier() or not program.isascii() or len(program) > 40:
            raise ValueError(
                f"program={checks.brief(program)} must be a short name of ASCII letters"
            )
        wait_s = checks.real("wait_s", wait_s, at_least=0, at_most=3_600)
        for name, columns in tables.items():
            checks.text("tables", name), checks.text(f"tables[{name!r}]", columns)
        self._connection, self._own = None, tempfile.mkdtemp() if where is None else None
        place = checks.text("where", f"{self._own}/file.db" if self._own else os.fspath(where))
        if "\0" in place or place.startswith((":memory:", "file:")):
            raise ValueError(
                f"where={checks.brief(where)} must be None, a path or a URL of PostgreSQL"
            )
        self.is_postgres = place.startswith(("postgresql://", "postgres://"))
        self.where = place if self.is_postgres else os.path.abspath(place)
        self._sign = "%s" if self.is_postgres else "?"
        make = [f"CREATE TABLE IF NOT EXISTS {name} ({row})" for name, row in tables.items()]
        mark = zlib.crc32(repr((program, make)).encode()) >> 1 or 1
        with self._in_words("open"):
            (self._postgres if self.is_postgres else self._sqlite)(program, make, mark, wait_s)

    def _sqlite(self, _, make, mark, wait_s):
        look = Path(self.where).as_uri() + "?immutable=1"  # it changes nothing, and locks nothing
        with contextlib.closing(sqlite3.connect(look, uri=True)) as found:
            found.execute("PRAGMA writable_schema=ON")  # nor minds that a kill left half of it
            is_new = self._is_new(found.execute, mark)
        self._connection = sqlite3.connect(self.where, timeout=wait_s, isolation_level=None)
        run = self._connection.execute
        run(f"PRAGMA journal_mode{'=DELETE' * is_new}")  # its mark is entered before it has a WAL
        run("PRAGMA synchronous=FULL"), run("BEGIN IMMEDIATE"), self._is_new(run, mark)
        wal = "PRAGMA journal_mode=WAL", "SELECT 1 FROM sqlite_master"  # the first look makes it
        for statement in (f"PRAGMA application_id={mark}", *make, "COMMIT", *wal):
            run(statement)
        self._opened = self._files()

    def _is_new(self, run, mark):
        """Whether nobody has begun here; refused if somebody else has."""
        (found,), has_wal = run("PRAGMA application_id").fetchone(), len(self._files()) > 1
        begun = found or has_wal or run("SELECT 1 FROM sqlite_master").fetchone()
        if begun and found != mark:
            raise DatabaseTrouble("open", "another's", self.where)
        return not begun

    def _files(self):
        """The file and its WAL, by the numbers that no other file has while they are open."""
        return [os.stat(p).st_ino for p in (self.where, f"{self.where}-wal") if os.path.exists(p)]

    def _postgres(self, program, make, mark, wait_s):
        try:
            import psycopg
        except ImportError:
            raise DatabaseTrouble("open", "not installed") from None
        self._dial = lambda: psycopg.connect(
            self.where, connect_timeout=max(2, int(wait_s)),
            options=f"-c lock_timeout={int(wait_s * 1000) or 1} -c synchronous_commit=on "
            f"-c search_path={program}",
        )  # fmt: skip
        self._connection = self._dial()
        run = self._connection.execute
        sought = "SELECT obj_description(oid) FROM pg_namespace WHERE nspname = %s"
        found = run(sought, [program]).fetchone()
        if found and found[0] != str(mark):
            raise DatabaseTrouble("open", "another's", f"the schema {program}")
        if not found:
            run(f"CREATE SCHEMA {program}"), run(f"COMMENT ON SCHEMA {program} IS '{mark}'")
        for statement in make:
            run(statement.replace("INTEGER", "BIGINT"))
        self._connection.commit()

    # ── The two calls ───────────────────────────────────────────────────────
    @checks.kinds
    def write(self, strokes: Sequence[tuple]) -> None:
        """Each statement for each of its rows, all at one stroke: `[(statement, rows), ...]`."""
        for one in strokes:
            if not isinstance(one, tuple) or [*map(type, one)] != [str, list]:
                raise ValueError(f"strokes: {checks.brief(one)} must be (statement, list of rows)")
            _fits("strokes", one[1], one[0])
        with self._in_words("write"):
            if not self.is_postgres:
                self._connection.execute("BEGIN IMMEDIATE")
            for statement, rows in strokes:
                self._connection.cursor().executemany(statement.replace("?", self._sign), rows)
            self._connection.commit()

    @checks.kinds
    def read(self, statement: str, values: Sequence = ()) -> list:
        """The rows that a statement finds."""
        _fits("values", [values := [*values]], statement)
        with self._in_words("read"):
            rows = self._connection.execute(statement.replace("?", self._sign), values).fetchall()
            if self.is_postgres:  # where a look begins a stroke, too
                self._connection.commit()
        return rows

    @contextlib.contextmanager
    def _in_words(self, what):
        """What goes wrong within is said in words, and nothing of it is entered."""
        if self._connection is None and what != "open":
            raise DatabaseTrouble(what, "closed")
        try:
            if self.is_postgres and what != "open" and self._connection.closed:
                self._connection = self._dial()
            if what != "open" and not self.is_postgres and self._files() != self._opened:
                raise DatabaseTrouble(what, "gone", self.where)  # SQLite would not notice
            yield
        except BaseException as error:  # a Ctrl-C, too
            with contextlib.suppress(Exception):  # it is gone, and what it had not kept with it
                self._connection.rollback()
            if what == "open":
                self.close()
            name = getattr(error, "sqlite_errorname", getattr(error, "sqlstate", error))
            if name is error and not isinstance(error, OSError | sqlite3.Error | UnicodeError):
                raise
            means = (why for start, why in MEANS.items() if str(name).startswith(start))
            why = why_of(error) if isinstance(error, OSError) else next(means, "broken")
            raise DatabaseTrouble(what, why, str(error)[:200]) from error

    def close(self) -> None:
        """Let go of it; twice is no matter."""
        if self._connection is not None:
            self._connection = self._connection.close()
        if self._own:
            shutil.rmtree(self._own, ignore_errors=True)

    def __exit__(self, *_):
        self.close()


def _fits(field, rows, statement):
    """Refuse what is not one value for each `?`, or what a database would alter or not take."""
    size = statement.count("?")
    are_rows = {*map(type, rows)} <= {list, tuple} and {*map(len, rows)} <= {size}
    if are_rows and all(map(_fits_plainly, zip(*rows, strict=True))):
        return
    for row in rows:
        good = isinstance(row, list | tuple) and len(row) == size
        for value in row if good else ():
            fits = isinstance(value, int) and -(2**63) <= value < 2**63
            good &= fits or (isinstance(value, str | bytes | float | None) and value == value)
        if not good:
            allowed = "text or number, no NaN, for each ?"
            raise ValueError(f"{field}: {checks.brief(row)} must be {allowed}")


def _fits_plainly(column):
    """Whether it is seen at one look, ten times as fast; if not, each value is looked at."""
    kinds = {*map(type, column)}
    if kinds == {int}:
        return min(column) >= -(2**63) and max(column) < 2**63
    return kinds <= {str, bytes} or (kinds == {float} and not any(map(math.isnan, column)))
