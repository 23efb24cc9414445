"""Whose keys these are: what comes from outside is a label, and never a pattern.

A prefix is a claim on a server that others use too, as a name on a shelf in a shared
kitchen. We take a shelf only while nothing stands on it, put our name there, the *mark*,
and clear away what we put there, jar by jar, and no jar of another kind.

Left out: a prefix that two processes share.
Sources: Redis documentation (SET with NX, the types of keys).
"""

__all__ = ["KEYS_TOGETHER", "MOST_PREFIX", "Keys", "Taken", "in_groups"]
__dir__ = lambda: __all__

import itertools
import secrets
import sys
from collections.abc import Iterable, Iterator

import redis

from scalemodel.core import checks

MOST_PREFIX = 200  # characters
KEYS_TOGETHER = 1_000


class Taken(ValueError):
    """The prefix is another's.

    >>> raise Taken("prefix='demo:' must be one that nobody uses")
    Traceback (most recent call last):
    ...
    scalemodel.twitter.on_redis.keys.Taken: prefix='demo:' must be one that nobody uses
    """


class Keys:
    """The names of all keys under `prefix`; `prefix=None` takes one that nobody has.

    >>> keys = Keys("demo:", n_users=2)
    >>> keys.homes, keys.author(1), keys.mark
    ([b'demo:home:0', b'demo:home:1'], b'demo:author:1', b'demo:mark')
    >>> Keys("", 2)
    Traceback (most recent call last):
    ...
    ValueError: prefix='' must be None, or text of 1 to 200 characters
    """

    def __init__(self, prefix: str | None, n_users: int):
        n_users = checks.whole("n_users", n_users, at_least=1, at_most=2**31 - 1)
        self.prefix = f"scalemodel:{secrets.token_hex(4)}:" if prefix is None else prefix
        try:
            if not 0 < len(self.prefix) <= MOST_PREFIX:
                raise ValueError
            begin = self.prefix.encode()
        except (AttributeError, TypeError, ValueError):
            raise ValueError(
                f"prefix={checks.brief(prefix)} must be None, or text of 1 to {MOST_PREFIX} characters"
            ) from None
        self.homes = [begin + b"home:%d" % user for user in range(n_users)]
        self._author = begin + b"author:"
        self.mark, self.horizons = begin + b"mark", begin + b"gone"
        self.owner, self._term = secrets.token_hex(8).encode(), 1

    def author(self, author: int) -> bytes:
        """The key of an author's own list."""
        return self._author + b"%d" % checks.whole("author", author, at_least=0)

    @property
    def term(self) -> bytes:
        """What the mark holds: whose it is, and the number of the term."""
        return b"%b:%d" % (self.owner, self._term)

    # ── Coming and going ────────────────────────────────────────────────────
    def claim(self, client: redis.Redis) -> None:
        """Put the mark; `Taken` if anything lies under one of our names already."""
        ours = [self.mark, self.horizons, *self._lists()]
        there = sum(client.exists(*some) for some in in_groups(ours, KEYS_TOGETHER))
        if there or not client.set(self.mark, self.term, nx=True):
            raise Taken(
                f"prefix={checks.brief(self.prefix)} must be one that nobody uses: {there or 1} of our keys lie "
                "under it, of another process, or left by one that died. They stay as they are: "
                "remove them if nobody needs them, or choose another prefix"
            )

    def is_ours(self, client: redis.Redis) -> bool:
        """Whether our mark is there; `Taken` if it is another's."""
        return self.owns(client.get(self.mark))

    @checks.kinds
    def owns(self, mark: bytes | None) -> bool:
        """Whether this is what we wrote into the mark; `Taken` if somebody else did.

        >>> keys = Keys("demo:", n_users=2)
        >>> keys.owns(keys.term), keys.owns(None)
        (True, False)
        """
        if mark is not None and not mark.startswith(self.owner):
            raise Taken(
                f"prefix={checks.brief(self.prefix)} must be one that nobody else uses: another process has "
                "taken it since the server lost our keys"
            )
        return mark is not None

    def begin_term(self, client: redis.Redis) -> None:
        """From now on the server is careful with what was sent before."""
        self._term += 1
        if self.is_ours(client):  # no mark: it came back empty
            client.set(self.mark, self.term, xx=True)

    def claim_again(self, client: redis.Redis) -> None:
        """Put the mark on a server that came back empty, or leave ours."""
        client.set(self.mark, self.term, nx=True)
        self.is_ours(client)

    def give_back(self, client: redis.Redis) -> None:
        """Remove what we put there; a key of another kind stays, as does another's prefix."""
        try:
            self.is_ours(client)
        except Taken:
            return
        for some in in_groups(zip(self.homes, self._authors(), strict=True), KEYS_TOGETHER):
            pipeline = client.pipeline(transaction=False)
            for home, author in some:  # each of these empties its own kind, and no other
                pipeline.ltrim(home, 1, 0)
                pipeline.zremrangebyrank(author, 0, -1)
            pipeline.hdel(self.horizons, *(home for home, _ in some))
            trouble = [e for e in pipeline.execute(raise_on_error=False) if _is_serious(e)]
            if trouble:
                raise trouble[0]
        if self.is_ours(client):
            client.delete(self.mark)

    def _authors(self) -> Iterator[bytes]:
        return map(self.author, range(len(self.homes)))

    def _lists(self):
        return itertools.chain(self.homes, self._authors())


@checks.kinds
def in_groups(values: Iterable, size: int) -> Iterator[list]:
    """`values` in lists of `size`, the last one shorter.

    >>> list(in_groups([7, 8, 9], 2))
    [[7, 8], [9]]
    """
    size = checks.whole("size", size, at_least=1, at_most=sys.maxsize)
    return _groups(iter(values), size)


def _groups(values, size):
    while some := list(itertools.islice(values, size)):
        yield some


def _is_serious(answer):
    return isinstance(answer, Exception) and "WRONGTYPE" not in str(answer)
