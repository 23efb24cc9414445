"""Five policies as siblings: each says who pays on which edge, by two price lists.

Left out: everything but prices. The engine pushes where the delivery is cheaper.
Sources: Krikorian, "Timelines at Scale", 2012 (celebrities merged at read); Silberstein
et al., "Feeding Frenzy", SIGMOD 2010 (the rule per edge, also the subject of US patent
8,156,240).
"""

__all__ = [
    "AuthorRate", "FanOutOnRead", "FanOutOnWrite", "Hybrid", "PerEdge", "Policy", "asked_price",
    "asked_prices",
]  # fmt: skip
__dir__ = lambda: __all__

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from scalemodel.core import checks
from scalemodel.twitter.timeline.graph import same_users
from scalemodel.twitter.timeline.prices import MOST_RATE, PULLED, READ, WRITTEN, Costs


class Policy(Protocol):
    """Two price lists, and what an author's price becomes when the author changes.

    A policy of your own is a class with these two methods; all it answers is a finite number. One whose price depends on
    `posts_per_s` says `measured = True`. This one pushes to everybody:

    >>> write, read = FanOutOnWrite().prices(np.array([3, 0]), posts_per_s=np.zeros(2))
    >>> write.tolist(), read.tolist()
    ([0.0, 0.0], [1.0, 1.0])
    """

    def prices(
        self, followers: np.ndarray, posts_per_s: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """`write` and `read`, of shape (users,): pushed where write < read."""

    def price(self, author: int, followers: int, posts_per_s: float, now: float) -> float:
        """The author's write price, `now` being the one in force."""


@dataclass(frozen=True, slots=True)
class FanOutOnWrite:
    """The writer pays: every tweet is delivered to every follower at once.

    >>> FanOutOnWrite().price(author=0, followers=9, posts_per_s=1.0, now=WRITTEN)
    0.0
    """

    def prices(self, followers, posts_per_s):
        """Every edge is pushed."""
        return np.full(len(followers), WRITTEN), np.full(len(followers), READ)

    def price(self, author, followers, posts_per_s, now):
        """Nothing changes it."""
        return WRITTEN


@dataclass(frozen=True, slots=True)
class FanOutOnRead:
    """The reader pays: a page is merged from the lists of all followees.

    >>> FanOutOnRead().price(author=0, followers=9, posts_per_s=1.0, now=PULLED)
    2.0
    """

    def prices(self, followers, posts_per_s):
        """Every edge is pulled."""
        return np.full(len(followers), PULLED), np.full(len(followers), READ)

    def price(self, author, followers, posts_per_s, now):
        """Nothing changes it."""
        return PULLED


@dataclass(frozen=True, slots=True)
class Hybrid:
    """Celebrities are pulled, everybody else is pushed.

    A celebrity has `celebrity_followers` or more. Who has become one stays one until
    the followers fall below `demoted_followers` (by default the same number), so that
    an account at the border does not cross it with every follower.

    >>> rule = Hybrid(celebrity_followers=100, demoted_followers=80)
    >>> rule.price(author=0, followers=90, posts_per_s=1.0, now=WRITTEN)
    0.0
    >>> rule.price(author=0, followers=90, posts_per_s=1.0, now=PULLED)
    2.0
    """

    celebrity_followers: int = 1_000_000
    demoted_followers: int | None = None

    def __post_init__(self):
        checks.plain(self)
        limit = checks.whole("celebrity_followers", self.celebrity_followers, at_least=0)
        if self.demoted_followers is not None:
            checks.whole("demoted_followers", self.demoted_followers, at_least=0, at_most=limit)

    def prices(self, followers, posts_per_s):
        """Pulled from `celebrity_followers` up."""
        write = np.where(followers >= self.celebrity_followers, PULLED, WRITTEN)
        return write, np.full(len(followers), READ)

    def price(self, author, followers, posts_per_s, now):
        """Pulled from `celebrity_followers` up, pushed below `demoted_followers`."""
        down = self.demoted_followers
        down = self.celebrity_followers if down is None else down
        limit = down if now == PULLED else self.celebrity_followers
        return PULLED if followers >= limit else WRITTEN


@dataclass(frozen=True, slots=True)
class AuthorRate:
    """Authors who post more than `posts_per_s` are pulled.

    The rate is measured over an author's last eight posts; where `rates_per_s`, of
    shape (users,), is given, it is taken from there and never changes.

    >>> rule = AuthorRate(posts_per_s=2.0)
    >>> rule.price(author=0, followers=9, posts_per_s=5.0, now=WRITTEN)
    2.0
    """

    posts_per_s: float
    rates_per_s: np.ndarray | None = None

    def __post_init__(self):
        checks.plain(self)
        checks.real("posts_per_s", self.posts_per_s, at_least=0, at_most=MOST_RATE)
        if self.rates_per_s is not None:
            row = checks.numbers_row("rates_per_s", self.rates_per_s, at_least=0, at_most=MOST_RATE)
            object.__setattr__(self, "rates_per_s", row)

    @property
    def measured(self) -> bool:
        """Whether rates come from the posts and not from a table."""
        return self.rates_per_s is None

    def prices(self, followers, posts_per_s):
        """Pulled above the limit."""
        rates = posts_per_s if self.rates_per_s is None else self.rates_per_s
        same_users("rates_per_s", rates, len(followers))
        write = np.where(rates > self.posts_per_s, PULLED, WRITTEN)
        return write, np.full(len(followers), READ)

    def price(self, author, followers, posts_per_s, now):
        """Pulled above the limit."""
        if self.rates_per_s is not None:
            return now
        return PULLED if posts_per_s > self.posts_per_s else WRITTEN


class PerEdge:
    """Each edge as is cheaper: pushed where posts x delivery < reads x pull.

    `posts_per_s` and `reads_per_s` are of shape (users,), from 0 up. No policy that
    pushes or pulls edge by edge costs less, unless a merge has a price of its own, which
    this rule does not look at: the edges of a reader share it.

    >>> rule = PerEdge(Costs(), posts_per_s=[1.0, 100.0], reads_per_s=[10.0, 10.0])
    >>> write, read = rule.prices(np.array([1, 1]), None)
    >>> (write < read).tolist()
    [True, False]
    """

    def __init__(self, costs: Costs, posts_per_s: np.ndarray, reads_per_s: np.ndarray):
        checks.instance("costs", costs, Costs)
        self.costs = costs
        self.posts_per_s, self.reads_per_s = (
            checks.numbers_row(field, row, at_least=0, at_most=MOST_RATE)
            for field, row in (("posts_per_s", posts_per_s), ("reads_per_s", reads_per_s))
        )

    def prices(self, followers, posts_per_s):
        """What an author's deliveries and a reader's pulls cost a second."""
        same_users("posts_per_s", self.posts_per_s, len(followers))
        same_users("reads_per_s", self.reads_per_s, len(followers))
        return self.posts_per_s * self.costs.delivery, self.reads_per_s * self.costs.pull

    def price(self, author, followers, posts_per_s, now):
        """Nothing changes it."""
        return now


# ── Asking a policy ─────────────────────────────────────────────────────────
def asked_prices(
    policy: Policy, followers: np.ndarray, posts_per_s: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """`write` and `read` of a policy, or a `ValueError` in words; both of shape (users,).

    >>> class Short(FanOutOnWrite):
    ...     def prices(self, followers, posts_per_s):
    ...         return [0.0, 0.0], [1.0, 1.0, 1.0]
    >>> asked_prices(Short(), np.array([1, 0, 2]), np.zeros(3))
    Traceback (most recent call last):
    ...
    ValueError: policy=Short: write has 2 numbers; it must have 3, one per user
    """
    if not all(callable(getattr(policy, method, None)) for method in ("prices", "price")):
        raise ValueError(f"policy={checks.brief(policy)} must have the methods prices and price")
    told = _answer(policy, "prices", np.array(followers), np.array(posts_per_s))
    try:
        write, read = told
    except (TypeError, ValueError):
        raise ValueError(
            f"{_name(policy)}: prices must answer two rows, write and read, and not {told!r}"
        ) from None
    rows = []
    for field, given in (("write", write), ("read", read)):
        rows.append(checks.numbers_row(f"{_name(policy)}: {field}", given))
        same_users(f"{_name(policy)}: {field}", rows[-1], len(followers))
    return rows[0], rows[1]


def asked_price(
    policy: Policy, author: int, followers: int, posts_per_s: float, now: float
) -> float:
    """A policy's price of an author, or a `ValueError` in words.

    >>> class Angry(FanOutOnWrite):
    ...     def price(self, author, followers, posts_per_s, now):
    ...         raise KeyError(author)
    >>> asked_price(Angry(), author=7, followers=2, posts_per_s=0.0, now=WRITTEN)
    Traceback (most recent call last):
    ...
    ValueError: policy=Angry: price must answer, and it raised KeyError: 7
    """
    told = _answer(policy, "price", author, followers, posts_per_s, now)
    if isinstance(told, np.ndarray) and told.ndim == 0:
        told = told.item()
    return checks.real(f"{_name(policy)}: price", told)


def _answer(policy, method, *asked):
    try:
        return getattr(policy, method)(*asked)
    except Exception as error:
        raise ValueError(
            f"{_name(policy)}: {method} must answer, and it raised {type(error).__name__}: {error}"
        ) from error


def _name(policy):
    return f"policy={type(policy).__name__}"
