"""What outlives a student's object: lists and records, in a store that keeps time and kills.

The object dies and the store stays, so that whatever is to survive must be in it. Time is
virtual: an operation takes 1 ms, each entry that a list gives back 0.02 ms, and whatever is
read and has more than ten letters 0.1 ms for each further ten: many short entries are cheap,
and much in one value is not. Letters of text count twice, for they say twice as much as a
digit. Everything that is graded is counted in this time. A life can
be told to end in the call that comes: after so many changes of the store, for what it does
between two of them nobody can see later, or at the latest before it has answered.

Left out: lists that are trimmed, records that are deleted, stores that lose something.
Sources: Redis, whose LPUSH, LRANGE, SET and GET these four are.
"""

__all__ = [
    "CHANGES", "ENTRY_MS", "MOST_CHARACTERS", "MOST_ENTRIES", "MOST_IN_A_RUN", "MOST_OPERATIONS",
    "OPERATION_MS", "SERVICE", "TEN", "TEN_MS", "TEXT", "Store",
]  # fmt: skip
__dir__ = lambda: __all__

import json
import re

from scalemodel.core import checks
from scalemodel.labs.playing.history import Event, History
from scalemodel.labs.playing.host import TAKES
from scalemodel.labs.playing.player import Died

OPERATION_MS, ENTRY_MS, TEN_MS = 1.0, 0.02, 0.1
MOST_ENTRIES = 30  # that one `newest` gives: too few for one list of everything
TEN = 10  # letters of a value as JSON: the first are free, each further ten takes `TEN_MS`
MOST_CHARACTERS = 200  # of a key, and of a value as JSON
MOST_OPERATIONS = 20_000  # in one call
MOST_IN_A_RUN = 100_000  # of which each is written down
TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')  # in JSON
SERVICE = tuple(TAKES)
CHANGES = ("push", "put")


class Store:
    """Lists and records that survive a crash; it counts, keeps time, and kills.

    >>> store = Store(History(None))
    >>> store.serve("push", ["home:3", 17]), store.serve("newest", ["home:3", 5])
    (None, [17])
    >>> store.now_ms
    2.02
    """

    asked = 0  # in the whole run

    @checks.kinds
    def __init__(self, history: History):
        self.history = history
        self.now_ms = 0.0
        self.lists, self.records = {}, {}
        self.operations = 0  # done in the present call
        self.fate = (
            None  # says after a change, or an answer, which lives end: this one and those after it
        )
        self._deaths = []  # of this life and of those after it, in changes from here

    @checks.kinds
    def kill_at(self, *changes: int) -> None:
        """Let the next call end its life after so many changes, each further one a birth."""
        self._deaths = [checks.whole("changes", count, at_least=0) for count in changes]

    def spare(self) -> None:
        """Let it live after all.

        >>> store = Store(History(None))
        >>> store.kill_at(0)
        >>> store.spare()
        >>> store.serve("get", ["x"])
        """
        self._deaths = []

    def answered(self) -> None:
        """The call is over: a life that is still to die dies before anybody hears of it."""
        if not self._deaths and self.fate is not None:
            self._deaths = [*self.fate("answered", "")]
        if self._deaths:
            raise Died

    def buried(self) -> None:
        """The life is over, and the next one has its own death, if any."""
        self._deaths = self._deaths[1:]

    @checks.kinds
    def serve(self, name: str, arguments: list):
        """Answer one operation, or end the life that asks."""
        operation, (key, *rest) = self._understood(name, arguments)
        if self.operations == MOST_OPERATIONS:
            raise ValueError(f"more than {MOST_OPERATIONS} operations in one call")
        if self._deaths[:1] == [0]:
            raise Died
        value = operation(key, *rest)
        self.operations += 1
        self._note(name, arguments, value)
        if name in CHANGES and self._ends(name, key):
            raise Died
        return value

    def _ends(self, name, key):
        """Whether the life ends with this change."""
        if self._deaths:
            self._deaths[0] -= 1
        elif self.fate is not None:
            self._deaths = [*self.fate(name, key)]
        return self._deaths[:1] == [0]

    def _understood(self, name, arguments):
        if name not in TAKES or len(arguments) != len(TAKES[name]):
            raise ValueError(
                f"store.{name[:MOST_CHARACTERS]} was called with {len(arguments)} arguments; its name must be one of "
                f"{', '.join(SERVICE)}, and its arguments must be 1 for get and 2 for the others"
            )
        self.asked += 1
        if self.asked > MOST_IN_A_RUN:
            raise ValueError(f"more than {MOST_IN_A_RUN:,} operations in one run")
        key = arguments[0]
        if not isinstance(key, str) or not 0 < len(key) <= MOST_CHARACTERS:
            raise ValueError(
                f"key={checks.brief(key)} must be text of 1 to {MOST_CHARACTERS} characters"
            )
        return getattr(self, f"_{name}"), arguments

    def _note(self, name, arguments, value):
        read = value if name == "newest" else [value]
        took_ms = OPERATION_MS + TEN_MS * sum(map(_further_tens, read))
        took_ms += ENTRY_MS * len(read) * (name == "newest")
        self.now_ms = round(self.now_ms + took_ms, 6)
        words = dict(zip(TAKES[name], arguments, strict=True))
        self.history.events.append(Event(self.now_ms, "store", name, words, value))

    def _push(self, key, value):
        self.lists.setdefault(key, []).append(_small(value))

    def _newest(self, key, n):
        if not isinstance(n, int) or isinstance(n, bool) or not 0 <= n <= MOST_ENTRIES:
            raise ValueError(f"n={checks.brief(n)} must be an integer from 0 to {MOST_ENTRIES}")
        return self.lists.get(key, [])[::-1][:n]

    def _put(self, key, value):
        self.records[key] = _small(value)

    def _get(self, key):
        return self.records.get(key)


def _small(value):
    size = len(json.dumps(value))
    if size > MOST_CHARACTERS:
        raise ValueError(f"a value of {size} characters; {MOST_CHARACTERS} is the most")
    return value


def _further_tens(value):
    """How many tens of letters it begins after the first."""
    if type(value) is int:
        letters = len(str(value))
    else:
        letters = len(words := json.dumps(value)) + sum(map(len, TEXT.findall(words)))
    return max(0, -(-letters // TEN) - 1)
