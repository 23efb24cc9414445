"""Who is here: a registry that the gateway asks.

It knows which connections belong to a user, and finds those of a celebrity's followers who
are looking by asking who is here, not who follows. Who may come, and how often, is in
`parts.admission`.

Left out: a registry shared between gateways.
Sources: none needed.
"""

__all__ = ["Registry", "rising"]
__dir__ = lambda: __all__

from collections.abc import Hashable, Iterable

import numpy as np

from scalemodel.core import checks
from scalemodel.twitter.live import wire


class Registry:
    """Which connections belong to a user.

    >>> registry = Registry()
    >>> registry.add(17, "phone"); registry.add(17, "laptop"); registry.add(4, "tablet")
    >>> registry.live([2, 17]), registry.count(17), len(registry)
    (['phone', 'laptop'], 2, 3)
    >>> registry.remove(17, "phone"); registry.live([2, 17])
    ['laptop']
    """

    def __init__(self):
        self._lines = {}  # user -> {line: None}, in order of arrival
        self._users = None  # rising, made when asked for
        self._size = 0

    def __len__(self):
        return self._size

    def __iter__(self):
        for lines in self._lines.values():
            yield from lines

    def count(self, user: int) -> int:
        """The number of connections of `user`."""
        return len(self._lines.get(_user(user), ()))

    @checks.kinds
    def add(self, user: int, line: Hashable) -> None:
        """Note a connection of `user`; one that is there already is no matter."""
        user = _user(user)
        if line in self._lines.get(user, ()):
            return
        if user not in self._lines:
            self._lines[user] = {}
            self._users = None
        self._lines[user][line] = None
        self._size += 1

    @checks.kinds
    def remove(self, user: int, line: Hashable) -> None:
        """Forget a connection; one that is not there is no matter."""
        lines = self._lines.get(_user(user), {})
        if line in lines:
            del lines[line]
            self._size -= 1
            if not lines:
                del self._lines[user]
                self._users = None

    def live(self, followers: Iterable[int]) -> list:
        """The connections of those `followers` (rising) who have one."""
        followers = rising("followers", followers)
        if len(followers) > len(self._lines):  # a celebrity: ask who is here, not who follows
            if self._users is None:
                self._users = np.array(sorted(self._lines), dtype=np.int64)
            at = np.searchsorted(followers, self._users)
            at[at == len(followers)] = 0
            followers = self._users[followers[at] == self._users]
        lines = self._lines
        return [line for user in followers.tolist() if user in lines for line in lines[user]]


def _user(user):
    return checks.whole("user", user, at_least=0, at_most=wire.MOST_ID)


def rising(field: str, users: Iterable[int]) -> np.ndarray:
    """`users`, or ids, as a row of whole numbers that rise, repeats allowed.

    >>> rising("ids", (3, 3, 9))
    array([3, 3, 9])
    """
    try:
        row = np.asarray(users)
    except ValueError:  # rows of different length
        row = np.empty(())
    if row.ndim != 1 or (row.size and row.dtype.kind not in "iu"):
        raise ValueError(f"{field}={checks.brief(users)} must be a row of whole numbers")
    row = row.astype(np.int64, copy=False)
    if row.size and (row[0] < 0 or (row[1:] < row[:-1]).any()):
        raise ValueError(f"{field}={checks.brief(users)} must rise from 0 at least")
    return row
