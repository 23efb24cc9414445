"""What a rule costs at every limit at once: a till roll, torn off where you like.

A hybrid with another threshold moves a few authors from one column of the bill to the
other, deliveries here and pulled lists there. So one pass over the edges gives each
author's two columns, one sort gives the bill of every threshold, and a chapter can
draw the whole curve where `expected_cost` gives one point.

An author's edges cost `posts x followers` deliveries a second, or as many pulled lists
as the followers look, together. Prices come last: twice as many looks at half the price
are the same bill.

Read in this order: `author_work`, `threshold_curve`, `rate_curve`, `edge_curve`,
`awake_deliveries`.

Left out: how long a delivery waits, which is in `twitter.backlog`; caches.
Sources: Silberstein et al., "Feeding Frenzy", SIGMOD 2010 (the cost of an edge).
"""

__all__ = [
    "Curve", "EdgeCurve", "author_work", "awake_deliveries", "edge_curve", "rate_curve",
    "threshold_curve",
]  # fmt: skip
__dir__ = lambda: __all__

from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks
from scalemodel.twitter.timeline.graph import SocialGraph, same_users
from scalemodel.twitter.timeline.prices import MOST_RATE, Costs


# ── The two columns of the bill ─────────────────────────────────────────────
def author_work(
    graph: SocialGraph, posts_per_s: np.ndarray, reads_per_s: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Deliveries a second if an author is pushed, and lists a second if pulled.

    Both of shape (users,), as are `posts_per_s` and `reads_per_s`.

    >>> graph = SocialGraph.from_edges([1, 2], [0, 0], n_users=3)
    >>> deliveries, lists = author_work(graph, [5, 0, 0], [0, 1, 10])
    >>> deliveries.tolist(), lists.tolist()
    ([10.0, 0.0, 0.0], [11.0, 0.0, 0.0])
    """
    posts, reads = _rates(graph, posts_per_s, reads_per_s)
    follower, followee = graph.edges()
    lists = np.bincount(followee, weights=reads[follower], minlength=graph.n_users)
    return posts * graph.followers.length, lists


# ── One decision an author ──────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A rule at each of its `limits`, which rise: deliveries, lists and merged pages a second.

    All of shape (limits,). A merged page is one that pulls any list.

    >>> curve = Curve(*np.array([[1, 9], [0, 4], [3, 0], [2, 0]]))
    >>> curve.cost(Costs(pull=2.0)).tolist(), curve.cheapest()
    ([6.0, 4.0], (1, 3.0))
    >>> curve.cost(Costs(merge=5.0)).tolist()
    [13.0, 4.0]
    """

    limits: np.ndarray
    deliveries_per_s: np.ndarray
    lists_per_s: np.ndarray
    merges_per_s: np.ndarray

    def cost(self, costs: Costs = Costs()) -> np.ndarray:
        """Cost a second at each limit, of shape (limits,)."""
        checks.instance("costs", costs, Costs)
        paid = self.deliveries_per_s * costs.delivery + self.lists_per_s * costs.pull
        return paid + self.merges_per_s * costs.merge

    def cheapest(self, costs: Costs = Costs()) -> tuple[float, float]:
        """The limit that costs least, and that cost a second."""
        paid = self.cost(costs)
        at = int(np.argmin(paid))
        return self.limits[at].item(), float(paid[at])


def threshold_curve(graph: SocialGraph, posts_per_s: np.ndarray, reads_per_s: np.ndarray) -> Curve:
    """`Hybrid` at every threshold that makes a difference, in followers.

    The last limit is one more than anybody has: nobody is a celebrity.

    >>> graph = SocialGraph.from_edges([1, 2, 2], [0, 0, 1], n_users=3)
    >>> curve = threshold_curve(graph, [5, 1, 0], [0, 1, 10])
    >>> curve.limits.tolist(), curve.deliveries_per_s.tolist(), curve.lists_per_s.tolist()
    ([0, 1, 2, 3], [0.0, 0.0, 1.0, 11.0], [21.0, 21.0, 11.0, 0.0])
    """
    checks.instance("graph", graph, SocialGraph)
    followers = graph.followers.length
    limits = np.append(np.unique(followers), followers.max() + 1)
    return _curve(graph, followers, limits, "left", posts_per_s, reads_per_s)


def rate_curve(graph: SocialGraph, posts_per_s: np.ndarray, reads_per_s: np.ndarray) -> Curve:
    """`AuthorRate` at every limit that makes a difference, in posts a second.

    >>> graph = SocialGraph.from_edges([1, 2, 2], [0, 0, 1], n_users=3)
    >>> rate_curve(graph, [5, 1, 0], [0, 1, 10]).deliveries_per_s.tolist()
    [0.0, 1.0, 11.0]
    """
    posts, _ = _rates(graph, posts_per_s, reads_per_s)
    limits = np.unique(np.append(0.0, posts))
    return _curve(graph, posts, limits, "right", posts, reads_per_s)


# ── One decision an edge ────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, eq=False)
class EdgeCurve:
    """`PerEdge` at each price of a pull, a delivery costing 1; all of shape (prices,).

    >>> graph = SocialGraph.from_edges([1, 2], [0, 0], n_users=3)
    >>> curve = edge_curve(graph, [5, 0, 0], [0, 1, 10], pull_prices=[1.0, 9.0])
    >>> curve.cost.tolist(), curve.pulled_ratio.tolist()
    ([6.0, 10.0], [0.5, 0.0])
    """

    pull_prices: np.ndarray
    deliveries_per_s: np.ndarray
    lists_per_s: np.ndarray
    pulled_ratio: np.ndarray  # of the edges

    @property
    def cost(self) -> np.ndarray:
        """Cost a second at each price; no choice of push or pull an edge costs less."""
        return self.deliveries_per_s + self.pull_prices * self.lists_per_s


def edge_curve(
    graph: SocialGraph,
    posts_per_s: np.ndarray,
    reads_per_s: np.ndarray,
    pull_prices: np.ndarray,
) -> EdgeCurve:
    """The cheapest choice on every edge, for each of `pull_prices`, of shape (prices,).

    >>> graph = SocialGraph.from_edges([2, 2, 3, 3], [0, 1, 0, 1], n_users=4)
    >>> round(float(edge_curve(graph, [1, 100, 0, 0], [0, 0, 10, 0.1], [1.0]).cost[0]), 3)
    11.2
    """
    posts, reads = _rates(graph, posts_per_s, reads_per_s)
    prices = checks.numbers_row("pull_prices", pull_prices, above=0, at_most=MOST_RATE)
    follower, followee = graph.edges()
    of_author, of_reader = posts[followee], reads[follower]
    rows, scratch = [], np.empty(len(of_author))
    for price in prices:
        pushed = of_author < np.multiply(of_reader, price, out=scratch)
        share = 1 - np.count_nonzero(pushed) / max(1, len(pushed))
        np.copyto(scratch, pushed)  # as numbers, for a fast sum
        deliveries = of_author @ scratch
        rows.append((deliveries, of_reader @ np.subtract(1.0, scratch, out=scratch), share))
    return EdgeCurve(prices, *np.array(rows).T)


# ── Who never looks ─────────────────────────────────────────────────────────
def awake_deliveries(
    graph: SocialGraph, posts_per_s: np.ndarray, asleep_ratio: np.ndarray
) -> float:
    """Deliveries a second if all are pushed to, but nobody who sleeps.

    `asleep_ratio`, of shape (users,), is 1 for who sleeps, 0 for who looks, or a chance.

    >>> graph = SocialGraph.from_edges([1, 2], [0, 0], n_users=3)
    >>> awake_deliveries(graph, [5, 0, 0], asleep_ratio=[0, 0, 1])
    5.0
    """
    checks.instance("graph", graph, SocialGraph)
    posts = checks.numbers_row("posts_per_s", posts_per_s, at_least=0, at_most=MOST_RATE)
    asleep = checks.numbers_row("asleep_ratio", asleep_ratio, at_least=0, at_most=1)
    same_users("posts_per_s", posts, graph.n_users)
    same_users("asleep_ratio", asleep, graph.n_users)
    follower, followee = graph.edges()
    return float(posts[followee] @ (1 - asleep[follower]))


# ── Shared steps ────────────────────────────────────────────────────────────
def _curve(graph, key, limits, side, posts_per_s, reads_per_s):
    """Pushed are the authors whose `key` lies below the limit, or at it for side "right"."""
    posts, reads = _rates(graph, posts_per_s, reads_per_s)
    deliveries, lists = author_work(graph, posts, reads)
    follower, followee = graph.edges()
    largest = np.full(graph.n_users, -np.inf)  # of whom one follows: pulled while any is
    np.maximum.at(largest, follower, key.astype(float)[followee])

    def below(keys, amounts):
        order = np.argsort(keys, kind="stable")
        cut = np.searchsorted(keys[order], limits, side=side)
        return np.append(0.0, np.cumsum(amounts[order]))[cut], np.append(
            np.cumsum(amounts[order][::-1])[::-1], 0.0
        )[cut]

    pushed, _ = below(key, deliveries)
    _, pulled = below(key, lists)
    _, merged = below(largest, reads)
    return Curve(limits, pushed, pulled, merged)


def _rates(graph, posts_per_s, reads_per_s):
    checks.instance("graph", graph, SocialGraph)
    rows = []
    for field, given in (("posts_per_s", posts_per_s), ("reads_per_s", reads_per_s)):
        row = checks.numbers_row(field, given, at_least=0, at_most=MOST_RATE)
        same_users(field, row, graph.n_users)
        rows.append(row)
    return rows
