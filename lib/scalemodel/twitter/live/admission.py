"""Admission: who may come, how often, and who is here.

Three small things that the gateway asks at its door. A *token* proves that its holder was
let in as a user; an *allowance* lets bursts pass and floods not; the *registry* knows which
connections belong to a user, and finds those of a celebrity's followers who are looking by asking
who is here, not who follows.

Read in this order: `token`, `Allowance`, `Registry`.
Left out: tokens that expire or are taken back, and limits shared between gateways.
Sources: RFC 2104 (HMAC); the token bucket is in RFC 2697, section 3, with one colour.
"""

import hashlib
import hmac
from collections.abc import Hashable, Iterable

import numpy as np

from scalemodel.core import checks
from scalemodel.twitter.live import wire

MOST_AT_ONCE = 2**30  # bytes of a buffer, connections, or what comes in a burst


def token(user: int, key: bytes) -> str:
    """The proof that who shows it was let in as `user`: an HMAC under the server's key.

    >>> token(17, b"secret")[:16], token(18, b"secret")[:16]
    ('af4511d81074e66b', 'da2567c362eb3057')
    """
    user = checks.whole("user", user, at_least=0, at_most=wire.MOST_ID)
    if not isinstance(key, bytes) or not key:  # whose value is nobody's business
        raise ValueError("key must be bytes, at least one")
    return hmac.new(key, b"user %d" % user, hashlib.sha256).hexdigest()


class Allowance:
    """A bucket of permissions that fills at a steady rate: bursts pass, floods do not.

    >>> bucket = Allowance(per_s=2.0, burst=2, now_s=0.0)
    >>> [bucket.spend(now_s) for now_s in (0.0, 0.0, 0.0, 0.5)]
    [True, True, False, True]
    """

    __slots__ = ("_at_s", "_left", "burst", "per_s")

    def __init__(self, per_s: float, burst: int, now_s: float):
        self.per_s = checks.real("per_s", per_s, above=0, at_most=MOST_AT_ONCE)
        self.burst = checks.whole("burst", burst, at_least=1, at_most=MOST_AT_ONCE)
        self._left, self._at_s = float(self.burst), checks.real("now_s", now_s)

    def spend(self, now_s: float) -> bool:
        """Take one permission, if there is one."""
        now_s = max(checks.real("now_s", now_s), self._at_s)  # a clock set back gives nothing
        self._left = min(self._left + (now_s - self._at_s) * self.per_s, self.burst)
        self._at_s = now_s
        if self._left < 1:
            return False
        self._left -= 1
        return True


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
        raise ValueError(f"{field}={users!r} must be a row of whole numbers")
    row = row.astype(np.int64, copy=False)
    if row.size and (row[0] < 0 or (row[1:] < row[:-1]).any()):
        raise ValueError(f"{field}={users!r} must rise from 0 at least")
    return row
