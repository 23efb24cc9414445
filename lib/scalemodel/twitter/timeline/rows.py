"""A card index of people: each card lists people in order of number, each once.

Who follows whom is two such indexes, one by reader and one by author. All cards
live in one long array, so a loop in machine code can run along a card. A card
that outgrows its place moves to the end, to twice the room.

Left out: weights, times, giving moved places back before the index is copied.
Sources: the compressed sparse rows of any book on graphs, made to grow.
"""

__all__ = ["Rows"]
__dir__ = lambda: __all__

import numpy as np


class Rows:
    """One rising row of numbers per user; `start`, `length`, `values` are the arrays.

    >>> rows = Rows.from_pairs([0, 0, 2], [2, 1, 0], 3)
    >>> rows[0].tolist(), rows[1].tolist()
    ([1, 2], [])
    >>> rows.insert(1, 2), rows.insert(1, 2), rows.remove(0, 1)
    (True, False, True)
    >>> rows.has(1, 2), rows.length.tolist()
    (True, [1, 1, 1])
    """

    def __init__(self, start: np.ndarray, length: np.ndarray, values: np.ndarray):
        self.start, self.length, self.values = start, length, values
        self._room = length  # how long a row may grow where it stands
        self._used = len(values)
        self._ours = False  # the arrays may belong to another index too

    @classmethod
    def from_pairs(cls, keys: np.ndarray, values: np.ndarray, n_rows: int) -> "Rows":
        """The index of all (key, value) pairs, without repeats.

        >>> Rows.from_pairs([1, 1], [0, 0], 2)[1].tolist()
        [0]
        """
        pairs = np.asarray(keys, dtype=np.int64) * n_rows
        pairs += np.asarray(values, dtype=np.int64)
        pairs.sort()
        pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])[: len(pairs)]]
        first = np.arange(n_rows + 1) * n_rows  # what the first pair of each row would be
        start = pairs.searchsorted(first)
        length = np.diff(start)
        pairs -= np.repeat(first[:-1], length)
        return cls(start[:-1], length, pairs.astype(np.int32))

    def __getitem__(self, row: int) -> np.ndarray:
        start = self.start[row]
        return self.values[start : start + self.length[row]]

    def copy(self) -> "Rows":
        """An index that changes on its own; it copies at its first change.

        >>> first = Rows.from_pairs([0], [1], 2)
        >>> second = first.copy()
        >>> second.insert(0, 0), first[0].tolist()
        (True, [1])
        """
        return Rows(self.start, self.length, self.values[: self._used])

    def has(self, row: int, value: int) -> bool:
        """Whether `value` stands in the row.

        >>> Rows.from_pairs([0], [1], 2).has(0, 1)
        True
        """
        here = self[row]
        at = int(here.searchsorted(value))
        return at < len(here) and int(here[at]) == value

    def insert(self, row: int, value: int) -> bool:
        """Put `value` in its place; False if it stands there already.

        >>> Rows.from_pairs([0], [1], 2).insert(0, 1)
        False
        """
        if self.has(row, value):
            return False
        self._own()
        if self.length[row] == self._room[row]:
            self._move(row)
        start, length = self.start[row], self.length[row]
        here = self.values[start : start + length + 1]
        at = int(here[:length].searchsorted(value))
        here[at + 1 :] = here[at:length].copy()
        here[at] = value
        self.length[row] += 1
        return True

    def remove(self, row: int, value: int) -> bool:
        """Take `value` out; False if it is not there.

        >>> Rows.from_pairs([0], [1], 2).remove(0, 0)
        False
        """
        if not self.has(row, value):
            return False
        self._own()
        here = self[row]
        at = int(here.searchsorted(value))
        here[at:-1] = here[at + 1 :].copy()
        self.length[row] -= 1
        return True

    def replace(self, row: int, values: np.ndarray) -> None:
        """Let the row be these `values`, which rise.

        >>> rows = Rows.from_pairs([0], [1], 9)
        >>> rows.replace(0, np.array([2, 5, 7]))
        >>> rows[0].tolist()
        [2, 5, 7]
        """
        self._own()
        while self._room[row] < len(values):
            self._move(row)
        start = self.start[row]
        self.values[start : start + len(values)] = values
        self.length[row] = len(values)

    # ── Making room ─────────────────────────────────────────────────────────
    def _own(self):
        if not self._ours:
            self.start, self.length = self.start.copy(), self.length.copy()
            self.values, self._room = self.values.copy(), self._room.copy()
            self._ours = True

    def _move(self, row):
        room = max(4, 2 * int(self._room[row]))
        if self._used + room > len(self.values):
            longer = np.zeros(max(self._used + room, len(self.values) * 5 // 4), dtype=np.int32)
            longer[: self._used] = self.values[: self._used]
            self.values = longer
        here = self[row]
        self.values[self._used : self._used + len(here)] = here
        self.start[row], self._room[row] = self._used, room
        self._used += room
