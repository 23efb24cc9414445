"""What outlives a student's object: lists and records, in a store that keeps time and kills.

The object dies and the store stays, so that whatever is to survive must be in it. Time is
virtual: an operation takes 1 ms, and each entry that a list gives back another 0.1 ms.
Everything that is graded is counted in it. A life can be told to end at one of its next
operations, just before it or just after: to whoever asked, both look the same.

Left out: lists that are trimmed, records that are deleted, stores that lose something.
Sources: Redis, whose LPUSH, LRANGE, SET and GET these four are.
"""

__all__ = [
    "ENTRY_MS", "MOST_CHARACTERS", "MOST_ENTRIES", "MOST_OPERATIONS", "OPERATION_MS", "SERVICE",
    "Store",
]  # fmt: skip
__dir__ = lambda: __all__

import json

from scalemodel.core import checks
from scalemodel.labs.playing.history import History
from scalemodel.labs.playing.player import Died

OPERATION_MS, ENTRY_MS = 1.0, 0.1
MOST_ENTRIES = 40  # that one `newest` gives: too few for one list of everything
MOST_CHARACTERS = 200  # of a key, and of a value as JSON
MOST_OPERATIONS = 20_000  # in one call
SERVICE = ("push", "newest", "put", "get")


class Store:
    """Lists and records that survive a crash; it counts, keeps time, and kills.

    >>> store = Store(History(None))
    >>> store.serve("push", ["home:3", 17]), store.serve("newest", ["home:3", 5])
    (None, [17])
    >>> store.now_ms
    2.1
    """

    @checks.kinds
    def __init__(self, history: History):
        self.history = history
        self.now_ms = 0.0
        self.lists, self.records = {}, {}
        self.operations = 0  # in the present call
        self._dies_in, self._dies_after = None, False

    @checks.kinds
    def kill_at(self, operations: int, after: bool) -> None:
        """Let the life that asks end at its `operations`-th operation from here."""
        operations = checks.whole("operations", operations, at_least=1)
        self._dies_in, self._dies_after = operations, after

    def spare(self) -> None:
        """Let it live after all."""
        self._dies_in = None

    @checks.kinds
    def serve(self, name: str, arguments: list):
        """Answer one operation, or end the life that asks."""
        operation, (key, *rest) = self._understood(name, arguments)
        self.operations += 1
        if self.operations > MOST_OPERATIONS:
            raise ValueError(f"more than {MOST_OPERATIONS} operations in one call")
        dies = self._burn()
        if dies and not self._dies_after:
            raise Died
        value = operation(key, *rest)
        self._note(name, arguments, value)
        if dies:
            raise Died
        return value

    def _understood(self, name, arguments):
        if name not in SERVICE or len(arguments) != {"get": 1}.get(name, 2):
            raise ValueError(
                f"store.{name} was called with {len(arguments)} arguments; its name must be one of "
                f"{', '.join(SERVICE)}, and its arguments must be 1 for get and 2 for the others"
            )
        key = arguments[0]
        if not isinstance(key, str) or not 0 < len(key) <= MOST_CHARACTERS:
            raise ValueError(f"key={key!r} must be text of 1 to {MOST_CHARACTERS} characters")
        return getattr(self, f"_{name}"), arguments

    def _burn(self):
        """Whether this operation is the last of a life."""
        if self._dies_in is None:
            return False
        self._dies_in -= 1
        return self._dies_in <= 0

    def _note(self, name, arguments, value):
        entries = len(value) if name == "newest" else 0
        self.now_ms = round(self.now_ms + OPERATION_MS + ENTRY_MS * entries, 6)
        words = dict(zip(("key", "value" if name != "newest" else "n"), arguments, strict=False))
        self.history.add(self.now_ms, "store", name, words, value)

    def _push(self, key, value):
        self.lists.setdefault(key, []).append(_small(value))

    def _newest(self, key, n):
        if not isinstance(n, int) or isinstance(n, bool) or not 0 <= n <= MOST_ENTRIES:
            raise ValueError(f"n={n!r} must be an integer from 0 to {MOST_ENTRIES}")
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
