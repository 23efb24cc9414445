"""What is to be done, and who has taken it: a board of slips where a slip comes back.

Who takes a slip does not take it away; it is turned over for a while. If its worker finishes, it
is torn up, together with the rows that the work leaves, at one stroke. If its worker dies, nobody
has to notice: the time runs out and the slip shows again. The number of the try is the receipt,
so that a worker who was only slow, and comes back after the time, tears up nobody else's slip.

A slip that came back too often goes to the dead letters, with a reason that a human can read.
So each is done at least once or is dead; what a worker does must bear being done twice.

Taking and finishing cost a stroke each, some 3 ms on SQLite.

Left out: waking workers (they ask), longer pauses after each try, a slip that a worker prolongs;
and a clock that is set back, by which a slip that was taken shows again so much later.
Sources: Amazon SQS, "visibility timeout" and "dead-letter queues"; PostgreSQL, UPDATE RETURNING.
"""

__all__ = ["CLAIM", "TABLES", "Queue", "Task"]
__dir__ = lambda: __all__

from collections.abc import Callable, Sequence
from typing import NamedTuple

from scalemodel.core import checks
from scalemodel.parts.storage.database import Database

TABLES = {
    "task": "id TEXT PRIMARY KEY, body TEXT, rank INTEGER, visible_s DOUBLE PRECISION, "
    "tries INTEGER, note TEXT",
    "dead": "id TEXT PRIMARY KEY, body TEXT, reason TEXT",
}
# At one stroke, so that two who ask at once get two tasks.
CLAIM = (
    "UPDATE task SET tries = tries + 1, visible_s = ? WHERE visible_s <= ? AND id = (SELECT id "
    "FROM task WHERE visible_s <= ? ORDER BY rank, id LIMIT 1) RETURNING id, body, tries, note"
)


class Task(NamedTuple):
    """A task that somebody has taken; `tries` is its receipt, `note` why the try before failed.

    >>> Task("v/probe", "v", tries=1).tries
    1
    """

    id: str
    body: str
    tries: int
    note: str = ""


class Queue:
    """Tasks in a database; who takes one has `visible_s` on this `clock`.

    >>> now_s = 0.0
    >>> with Database(None, "tasks", TABLES) as database:
    ...     queue = Queue(database, lambda: now_s, visible_s=60.0)
    ...     database.write([queue.entry("v/probe", "v")])
    ...     first, nobody = queue.claim(), queue.claim()
    ...     now_s = 61.0
    ...     second = queue.claim()
    ...     nobody, second.tries, queue.finish(first), queue.finish(second), len(queue)
    (None, 2, False, True, 0)
    """

    @checks.kinds
    def __init__(
        self, database: Database, clock: Callable, visible_s: float = 60.0, most_tries: int = 5
    ):
        self._database, self._clock = database, checks.takes("clock", clock)
        self._visible_s = checks.real("visible_s", visible_s, above=0, at_most=1e9)
        self._most = checks.whole("most_tries", most_tries, at_least=1, at_most=1_000)

    @checks.kinds
    def entry(self, id: str, body: str, rank: int = 0) -> tuple:
        """The stroke that enters a task, at once to be had; a low rank goes first."""
        checks.text("id", id), checks.whole("rank", rank, at_least=0, at_most=10**9)
        into = "INSERT INTO task VALUES (?, ?, ?, 0, 0, '') ON CONFLICT (id) DO NOTHING"
        return into, [(id, body, rank)]

    def claim(self) -> Task | None:
        """The next task, which is this worker's until its time is over; None if there is none."""
        now_s = checks.real("clock()", self._clock(), at_least=0)
        found = self._database.read(CLAIM, [now_s + self._visible_s, now_s, now_s])
        return Task(*found[0]) if found else None

    @checks.kinds
    def is_spent(self, task: Task) -> bool:
        """Whether so many have tried it that who has it now is only to bury it."""
        return task.tries > self._most

    @checks.kinds
    def finish(self, task: Task, strokes: Sequence = ()) -> bool:
        """Tear up a task and enter `strokes` with it; whether the receipt was still good.

        If its time runs out just between the look and the stroke, the strokes are entered and
        the task comes again.
        """
        if not self._holds(task):
            return False
        away = "DELETE FROM task WHERE id = ? AND tries = ?"
        self._database.write([*strokes, (away, [(task.id, task.tries)])])
        return True

    @checks.kinds
    def note(self, task: Task, words: str) -> None:
        """Write on a task why this try failed; it comes again when its time is over."""
        on = "UPDATE task SET note = ? WHERE id = ? AND tries = ?"
        self._database.write([(on, [(checks.text("words", words), task.id, task.tries)])])

    @checks.kinds
    def bury(self, task: Task, reason: str, strokes: Sequence = ()) -> bool:
        """Put a task to the dead letters for good, as `finish` does it."""
        into = "INSERT INTO dead VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING"
        row = (task.id, task.body, checks.text("reason", reason))
        return self.finish(task, [*strokes, (into, [row])])

    def dead(self) -> list[tuple]:
        """The dead letters: `(id, body, reason)`."""
        return self._database.read("SELECT id, body, reason FROM dead ORDER BY id")

    def __len__(self):
        [(many,)] = self._database.read("SELECT count(*) FROM task")
        return many

    def _holds(self, task):
        row = self._database.read("SELECT tries FROM task WHERE id = ?", [task.id])
        return row == [(task.tries,)]
