"""Who follows whom, as two tables that each tell the same edges.

Left out: when an edge came to be; the engine keeps what changes afterwards.
Sources: none; `SocialGraph.reference` is made up, and says how.
"""

__all__ = [
    "MOST_S", "MOST_USERS", "SocialGraph", "millisecond", "moment", "one_user", "reference_rates",
    "same_users", "two_users", "user_row",
]  # fmt: skip
__dir__ = lambda: __all__

from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks
from scalemodel.twitter.timeline.prices import MOST_RATE
from scalemodel.twitter.timeline.rows import Rows

MOST_USERS = 2**31 - 1
MOST_S = 2**31 - 1  # 68 years; an id has room for 69


# ── Who follows whom ────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, eq=False)
class SocialGraph:
    """Who follows whom: `followers[author]` and `followees[reader]`, rising rows.

    >>> graph = SocialGraph.from_edges(follower=[0, 2, 2], followee=[1, 1, 0], n_users=3)
    >>> graph.followers[1].tolist(), graph.followees[2].tolist(), graph.n_edges
    ([0, 2], [0, 1], 3)
    """

    followers: Rows
    followees: Rows

    @classmethod
    def from_edges(cls, follower: np.ndarray, followee: np.ndarray, n_users: int) -> "SocialGraph":
        """The graph in which `follower[i]` follows `followee[i]`, both of shape (edges,).

        A pair that comes twice counts once. A pair of one user with themselves, or a
        number outside 0 to `n_users` - 1, is a `ValueError`.

        >>> SocialGraph.from_edges([1], [1], n_users=2)
        Traceback (most recent call last):
        ...
        ValueError: followee[0]=1 must not be its own follower
        """
        n_users = checks.whole("n_users", n_users, at_least=1, at_most=MOST_USERS)
        readers = user_row("follower", follower, n_users)
        authors = user_row("followee", followee, n_users)
        if len(readers) != len(authors):
            raise ValueError(
                f"followee has {len(authors)} numbers; it must have {len(readers)}, as follower"
            )
        if (readers == authors).any():
            at = int(np.argmax(readers == authors))
            raise ValueError(f"followee[{at}]={authors[at]} must not be its own follower")
        return cls(
            Rows.from_pairs(authors, readers, n_users), Rows.from_pairs(readers, authors, n_users)
        )

    @classmethod
    def reference(cls, n_users: int = 100_000, seed: int = 42) -> "SocialGraph":
        """A made-up network with a few very large accounts, always the same one.

        Readers follow lognormally many (about 50 on average, 5,000 at most), and an
        account of rank r is chosen with weight (r + 10)^-0.75. At 100,000 users and
        seed 42 this is 5,009,880 edges; the largest account has 11,970 followers.

        >>> SocialGraph.reference(n_users=1_000).n_edges
        43075
        """
        n_users = checks.whole("n_users", n_users, at_least=2, at_most=MOST_USERS)
        rng, followed = _reference_start(n_users, seed)
        account = rng.permutation(n_users)
        weight = (np.arange(n_users) + 10.0) ** -0.75
        chosen = rng.choice(n_users, size=followed.sum(), p=weight / weight.sum())
        authors = account[chosen]
        readers = np.repeat(np.arange(n_users), followed)
        kept = readers != authors
        return cls.from_edges(readers[kept], authors[kept], n_users)

    @property
    def n_users(self) -> int:
        """How many users there are."""
        return len(self.followers.length)

    @property
    def n_edges(self) -> int:
        """How many pairs of follower and followee there are."""
        return int(self.followers.length.sum())

    def edges(self) -> tuple[np.ndarray, np.ndarray]:
        """Follower and followee of every edge, both of shape (edges,).

        >>> follower, followee = SocialGraph.from_edges([0, 2], [1, 1], 3).edges()
        >>> follower.tolist(), followee.tolist()
        ([0, 2], [1, 1])
        """
        return np.repeat(np.arange(self.n_users), self.followees.length), self.followees.values


def reference_rates(
    graph: SocialGraph, reads_per_tweet: float = 50.0, seed: int = 42
) -> tuple[np.ndarray, np.ndarray]:
    """Posts and reads a second for `SocialGraph.reference` of the same seed.

    Authors post in proportion to (followers + 1)^0.5 and lognormal noise, one tweet a
    second in all; readers read lognormally often, `reads_per_tweet` a second in all.
    Both of shape (users,).

    >>> posts_per_s, reads_per_s = reference_rates(SocialGraph.reference(n_users=1_000))
    >>> round(float(posts_per_s.sum()), 6), round(float(reads_per_s.sum()), 6)
    (1.0, 50.0)
    """
    checks.instance("graph", graph, SocialGraph)
    reads = checks.real("reads_per_tweet", reads_per_tweet, above=0, at_most=MOST_RATE)
    n_users = graph.n_users
    rng, followed = _reference_start(n_users, seed)
    rng.permutation(n_users)
    rng.random(followed.sum())  # the draws of the graph come first
    posts = (graph.followers.length + 1.0) ** 0.5 * rng.lognormal(0, 1, n_users)
    looks = rng.lognormal(0, 1.2, n_users)
    return posts / posts.sum(), reads * looks / looks.sum()


def _reference_start(n_users, seed):
    rng = np.random.default_rng(checks.whole("seed", seed, at_least=0))
    followed = rng.lognormal(np.log(50) - 0.5, 1, n_users).astype(int) + 1
    return rng, np.minimum(followed, 5000)


# ── What comes in ───────────────────────────────────────────────────────────
def user_row(field: str, users: np.ndarray, n_users: int) -> np.ndarray:
    """`users` as int64 of shape (users,), each from 0 up to `n_users` - 1.

    >>> user_row("authors", [0, 7], n_users=3)
    Traceback (most recent call last):
    ...
    ValueError: authors[1]=7 must be an integer of at least 0 and at most 2
    """
    try:
        given = np.asarray(users)
    except ValueError:  # rows of several lengths
        given = np.asarray(None)
    masked = isinstance(users, np.ma.MaskedArray)
    if masked or given.ndim != 1 or (given.dtype.kind not in "iu" and given.size):
        raise ValueError(f"{field}={checks.brief(users)} must be a row of integers")
    row = np.ascontiguousarray(given, dtype=np.int64)
    bad = (row < 0) | (row >= n_users)
    if bad.any():
        at = int(np.argmax(bad))
        most = n_users - 1
        raise ValueError(
            f"{field}[{at}]={given[at]} must be an integer of at least 0 and at most {most}"
        )
    return row


def one_user(field: str, user: int, n_users: int) -> int:
    """`user` as an int from 0 up to `n_users` - 1.

    >>> one_user("author", 7, n_users=3)
    Traceback (most recent call last):
    ...
    ValueError: author=7 must be an integer of at least 0 and at most 2
    """
    return checks.whole(field, user, at_least=0, at_most=n_users - 1)


def two_users(a: int, b: int, n_users: int) -> tuple[int, int]:
    """`a` and `b` as ints, two different users.

    >>> two_users(1, 1, n_users=3)
    Traceback (most recent call last):
    ...
    ValueError: b=1 must be another user than a=1
    """
    a, b = one_user("a", a, n_users), one_user("b", b, n_users)
    if a == b:
        raise ValueError(f"b={b} must be another user than a={a}")
    return a, b


def moment(time_s: float, now_s: float) -> float:
    """`time_s` as a float, not before `now_s`.

    >>> moment(1.0, now_s=2.0)
    Traceback (most recent call last):
    ...
    ValueError: time_s=1.0 must be a finite number of at least 2 and at most 2.14748e+09
    """
    return checks.real("time_s", time_s, at_least=now_s, at_most=MOST_S)


def millisecond(time_s: float) -> int:
    """The last millisecond that has begun at `time_s`, counted from 0.

    Of floats, 1.001 x 1000 is less than 1001; 1001 / 1000 is 1.001.

    >>> int(1.001 * 1000), millisecond(1.001), millisecond(1.0009)
    (1000, 1001, 1000)
    """
    begun = int(time_s * 1000)
    return begun + ((begun + 1) / 1000 <= time_s) - (begun / 1000 > time_s)


def same_users(field: str, row: np.ndarray, n_users: int) -> None:
    """Refuses a row that has not one number for each user.

    >>> same_users("posts_per_s", [1.0, 2.0], n_users=3)
    Traceback (most recent call last):
    ...
    ValueError: posts_per_s has 2 numbers; it must have 3, one per user
    """
    if len(row) != n_users:
        raise ValueError(f"{field} has {len(row)} numbers; it must have {n_users}, one per user")
