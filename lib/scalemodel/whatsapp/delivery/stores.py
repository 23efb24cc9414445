"""Where the log lies: in a real database, or in memory that forgets when the power goes.

A store takes a batch at one stroke, all of it or nothing, and gives back what it holds when a
server starts. `SqlStore` does so on SQLite or PostgreSQL. If the line breaks at a commit, nobody
knows whether it was kept: so what stands there already, word for word, is passed over, and what
stands there otherwise is another program's. `ForgetfulStore` stands for a machine whose plug is
pulled: what was not flushed to the disk is gone; and it can be full, locked, or "torn", which
keeps a batch and says that it did not.

A batch of a thousand takes some 5 ms on SQLite, most of it the flush. A message that waits takes
about 150 bytes of the file; ten million of them are 1.5 GB.

Left out: copies on other machines, and a log in several parts.
Sources: SQLite documentation (PRAGMA synchronous: what FULL and NORMAL promise).
"""

__all__ = ["NEW", "WRITES", "ForgetfulStore", "SqlStore"]
__dir__ = lambda: __all__

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from scalemodel.core import checks
from scalemodel.parts.storage.database import Database, DatabaseTrouble
from scalemodel.whatsapp.delivery.messages import TABLES

WRITES = {  # what a batch may hold, in the order in which it is written
    "message": "INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    "sent": "INSERT INTO sent VALUES (?, ?, ?, ?, ?)",
    "device": "INSERT INTO device VALUES (?, ?, ?, ?)",
    "cursor": "UPDATE device SET last_id = ? WHERE number = ?",
    "party": "INSERT INTO party VALUES (?, ?) "
    "ON CONFLICT (name) DO UPDATE SET members = excluded.members",
    "mark": "INSERT INTO mark VALUES (?, ?, ?) "
    "ON CONFLICT (number) DO UPDATE SET high = excluded.high, at_s = excluded.at_s",
    "gone": "DELETE FROM message WHERE id = ?",
    "forgotten": "DELETE FROM sent WHERE id <= ?",
}
NEW = ("message", "sent", "device")  # what nobody else may have entered


class SqlStore(AbstractContextManager):
    """The log in a database: a file's path, a URL of PostgreSQL, or None for a file that goes.

    >>> with SqlStore() as store:
    ...     store.write({"sent": [(1, 7, 1, "bo", 1), (2, 7, 2, "bo", 1)], "forgotten": [(1,)]})
    ...     store.load("sent")
    [(2, 7, 2, 'bo', 1)]
    """

    def __init__(self, where: Path | None = None, wait_s: float = 5.0):
        self.database = Database(where, "scalemodel_delivery", TABLES, wait_s)

    def write(self, batch: Mapping[str, list]) -> None:
        """Rows by what is done with them; all of it outlives a cut of the power, or none was."""
        _known(batch)
        strokes = lambda rows: [(WRITES[what], rows[what]) for what in WRITES if rows.get(what)]
        try:
            self.database.write(strokes(batch))
        except DatabaseTrouble as trouble:
            if trouble.why != "shared":
                raise
            new = {table: self._not_there(table, batch.get(table, [])) for table in NEW}
            self.database.write(strokes({**batch, **new}))

    def _not_there(self, table, rows):
        first, column = min(rows)[0] if rows else 0, TABLES[table].split()[0]
        there = {*self.database.read(f"SELECT * FROM {table} WHERE {column} >= ?", [first])}
        return [row for row in rows if row not in there]

    def load(self, table: str) -> list:
        """The rows of one of `TABLES`, by their first column."""
        return self.database.read(f"SELECT * FROM {_table(table)} ORDER BY 1")

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def __exit__(self, *_):
        self.close()


class ForgetfulStore:
    """A disk that flushes after every so many batches; `trouble` makes each write fail.

    >>> store = ForgetfulStore(flush_every=2)
    >>> for id in (1, 2, 3):
    ...     store.write({"sent": [(id, 7, id, "bo", 1)]})
    >>> store.lose_power()
    >>> store.load("sent")
    [(1, 7, 1, 'bo', 1), (2, 7, 2, 'bo', 1)]
    """

    def __init__(self, flush_every: int = 1):
        self._every = checks.whole("flush_every", flush_every, at_least=1)
        self._now, self._unflushed = {table: {} for table in TABLES}, []
        self._kept = {table: {} for table in TABLES}
        self.trouble = None  # or why: "full", "locked", "torn"
        self.flushed = set()  # ids of messages that ever reached the disk

    def write(self, batch: Mapping[str, list]) -> None:
        """Rows by what is done with them, as `SqlStore` takes them."""
        _known(batch)
        if self.trouble and self.trouble != "torn":
            raise DatabaseTrouble("write", self.trouble)
        for table in NEW:
            if any(self._now[table].get(row[0], row) != row for row in batch.get(table, ())):
                raise DatabaseTrouble("write", "shared")
        self._unflushed.append({what: [*rows] for what, rows in batch.items()})
        _enter(self._now, batch)
        if len(self._unflushed) >= self._every:
            self.flush()
        if self.trouble:
            raise DatabaseTrouble("write", "gone")

    def flush(self) -> None:
        """Let the disk have all that was written."""
        for one in self._unflushed:
            _enter(self._kept, one)
            self.flushed.update(row[0] for row in one.get("message", ()))
        self._unflushed = []

    def load(self, table: str) -> list:
        """The rows of one of `TABLES`, by their first column."""
        return [row for _, row in sorted(self._now[_table(table)].items())]

    def lose_power(self) -> None:
        """Forget what was not flushed."""
        self._unflushed = []
        self._now = {table: dict(rows) for table, rows in self._kept.items()}


def _known(batch):
    if not isinstance(batch, Mapping) or not WRITES.keys() >= batch.keys():
        allowed = ", ".join(WRITES)
        raise ValueError(f"batch={checks.brief(batch)} must have rows by one of {allowed}")
    for what, rows in batch.items():
        size = WRITES[what].count("?")
        is_list = type(rows) is list and {*map(type, rows)} <= {tuple}
        if not is_list or not {*map(len, rows)} <= {size}:
            raise ValueError(f"batch: {what}={checks.brief(rows)} must be a list of rows of {size}")


def _table(name):
    if not isinstance(name, str) or name not in TABLES:
        raise ValueError(f"table={checks.brief(name)} must be one of {', '.join(TABLES)}")
    return name


def _enter(tables, batch):
    for what, rows in batch.items():
        if what in tables:
            tables[what].update((row[0], row) for row in rows)
    for last_id, number in batch.get("cursor", ()):
        if number in tables["device"]:
            tables["device"][number] = (*tables["device"][number][:3], last_id)
    for (id,) in batch.get("gone", ()):
        tables["message"].pop(id, None)
    for (last,) in batch.get("forgotten", ()):
        tables["sent"] = {id: row for id, row in tables["sent"].items() if id > last}
