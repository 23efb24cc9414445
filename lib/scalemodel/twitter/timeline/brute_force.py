"""The same timelines with no cleverness at all, to compare with; and a naive pull.

`BruteForce` keeps every tweet in one list and every follow in one set, and looks
through all of it for each page. It is slow and hard to get wrong, so it is what the
five policies are checked against. `naive_pull` is the merge as one would first write
it, with a limit per account; it loses tweets, and says which.

Left out: caps, queues, costs.
Sources: none needed.
"""

__all__ = ["BruteForce", "naive_pull"]
__dir__ = lambda: __all__

from collections.abc import Iterable

from scalemodel.core import checks
from scalemodel.twitter.timeline.graph import one_user, two_users
from scalemodel.twitter.timeline.pages import cursor


class BruteForce:
    """Home timelines by looking through everything; ids are given by the caller.

    >>> ann, bo = 0, 1
    >>> truth = BruteForce(n_users=2)
    >>> truth.follow(ann, bo)
    >>> truth.post(bo, tweet_id=7)
    >>> truth.timeline(ann)
    [7]
    """

    @checks.kinds
    def __init__(self, n_users: int, follows: Iterable[tuple[int, int]] = ()):
        self.n_users = checks.whole("n_users", n_users, at_least=1)
        self.follows = set()  # (reader, author)
        self.blocked = set()
        self.tweets = []  # (id, author), in order of time
        self.deleted = set()
        for a, b in follows:
            self.follow(a, b)

    def post(self, author: int, tweet_id: int) -> None:
        """Note a tweet, newer than all before.

        >>> truth = BruteForce(1)
        >>> truth.post(0, tweet_id=7)
        >>> truth.tweets
        [(7, 0)]
        """
        author = one_user("author", author, self.n_users)
        newest = self.tweets[-1][0] if self.tweets else -1
        self.tweets.append((checks.whole("tweet_id", tweet_id, at_least=newest + 1), author))

    def timeline(self, user: int, n: int | None = 50, before: int | None = None) -> list[int]:
        """The newest `n` ids (all, if None) below `before` of whom the user follows now.

        >>> truth = BruteForce(2, follows=[(0, 1)])
        >>> for tweet_id in (7, 8, 9):
        ...     truth.post(1, tweet_id)
        >>> truth.timeline(0, n=1, before=9)
        [8]
        """
        user = one_user("user", user, self.n_users)
        n = None if n is None else checks.whole("n", n, at_least=1)
        before = None if before is None else cursor(before)
        seen = [
            tweet_id
            for tweet_id, author in reversed(self.tweets)
            if (user, author) in self.follows
            and tweet_id not in self.deleted
            and (before is None or tweet_id < before)
        ]
        return seen[:n]

    def follow(self, a: int, b: int) -> None:
        """Let `a` follow `b`.

        >>> BruteForce(2).follow(0, 1)
        """
        self.follows.add(two_users(a, b, self.n_users))

    def unfollow(self, a: int, b: int) -> None:
        """Let `a` follow `b` no longer.

        >>> BruteForce(2).unfollow(0, 1)
        """
        self.follows.discard(two_users(a, b, self.n_users))

    def block(self, a: int, b: int) -> None:
        """Part the two.

        >>> BruteForce(2).block(0, 1)
        """
        a, b = two_users(a, b, self.n_users)
        self.follows -= {(a, b), (b, a)}
        self.blocked |= {(a, b), (b, a)}

    def unblock(self, a: int, b: int) -> None:
        """Let them follow each other again.

        >>> BruteForce(2).unblock(0, 1)
        """
        a, b = two_users(a, b, self.n_users)
        self.blocked -= {(a, b), (b, a)}

    def delete(self, tweet_id: int) -> None:
        """Show the tweet no more.

        >>> BruteForce(2).delete(7)
        """
        self.deleted.add(checks.whole("tweet_id", tweet_id, at_least=0))


def naive_pull(
    lists: dict[str, list[int]], of_each: int = 20, n: int = 50
) -> tuple[list[int], list[int]]:
    """The page made from the newest `of_each` of every account, and what it lost.

    `lists` gives each account's ids. The page looks right: `n` tweets, newest first.
    But an account that wrote more than `of_each` of the true newest `n` is cut short
    in the middle, and older tweets of others stand in for what is missing.

    >>> page, lost = naive_pull({"Ann": [9, 8, 7], "Bo": [1]}, of_each=2, n=3)
    >>> page, lost
    ([9, 8, 1], [7])
    """
    of_each = checks.whole("of_each", of_each, at_least=1)
    n = checks.whole("n", n, at_least=1)
    checks.instance("lists", lists, dict)
    lists = {
        name: [checks.whole(f"lists[{name!r}][{at}]", i, at_least=0) for at, i in enumerate(ids)]
        for name, ids in lists.items()
    }
    newest_first = {name: sorted(ids, reverse=True) for name, ids in lists.items()}
    taken = [tweet_id for ids in newest_first.values() for tweet_id in ids[:of_each]]
    page = sorted(taken, reverse=True)[:n]
    truth = sorted((i for ids in lists.values() for i in ids), reverse=True)[:n]
    return page, [tweet_id for tweet_id in truth if tweet_id not in set(page)]
