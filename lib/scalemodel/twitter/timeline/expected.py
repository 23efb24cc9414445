"""The closed form: what a policy costs a second, as a sum over edges.

Left out: queues and bursts, which the sum cannot see.
Sources: Silberstein et al., "Feeding Frenzy", SIGMOD 2010; the merge is ours.
"""

__all__ = ["expected_cost"]
__dir__ = lambda: __all__

import numpy as np

from scalemodel.core import checks
from scalemodel.twitter.timeline.graph import SocialGraph, same_users
from scalemodel.twitter.timeline.policies import Policy, asked_prices
from scalemodel.twitter.timeline.prices import MOST_RATE, Costs


def expected_cost(
    graph: SocialGraph,
    posts_per_s: np.ndarray,
    reads_per_s: np.ndarray,
    policy: Policy,
    costs: Costs = Costs(),
) -> float:
    """Cost a second of a policy: a sum over edges, each pushed or pulled.

    A pushed edge costs the author's `posts_per_s` deliveries, a pulled one the reader's
    `reads_per_s` pulls, both of shape (users,). `PerEdge` of the same rates and costs
    takes the smaller of the two on every edge and so bounds every policy from below.
    Where `costs` has a price of a merge, readers with a pulled edge pay it at each look.
    Source: Silberstein et al., SIGMOD 2010; the merge is ours.

    >>> from scalemodel.twitter.timeline.policies import AuthorRate, FanOutOnRead, FanOutOnWrite, Hybrid, PerEdge
    >>> graph = SocialGraph.from_edges([2, 2, 3, 3], [0, 1, 0, 1], n_users=4)
    >>> posts_per_s, reads_per_s = [1, 100, 0, 0], [0, 0, 10, 0.1]
    >>> optimum = PerEdge(Costs(), posts_per_s, reads_per_s)
    >>> rules = FanOutOnWrite(), FanOutOnRead(), Hybrid(2), AuthorRate(10), optimum
    >>> [round(expected_cost(graph, posts_per_s, reads_per_s, rule), 3) for rule in rules]
    [202.0, 20.2, 20.2, 12.1, 11.2]
    """
    checks.instance("graph", graph, SocialGraph)
    checks.instance("costs", costs, Costs)
    posts = checks.numbers_row("posts_per_s", posts_per_s, at_least=0, at_most=MOST_RATE)
    reads = checks.numbers_row("reads_per_s", reads_per_s, at_least=0, at_most=MOST_RATE)
    same_users("posts_per_s", posts, graph.n_users)
    same_users("reads_per_s", reads, graph.n_users)
    write, read = asked_prices(policy, graph.followers.length, posts)
    follower, followee = graph.edges()
    pulled = write[followee] >= read[follower]
    lists = np.bincount(follower[pulled], minlength=graph.n_users)  # of each reader
    spared = np.bincount(followee[pulled], minlength=graph.n_users)  # of each author
    paid = (graph.followers.length - spared) @ posts * costs.delivery + lists @ reads * costs.pull
    return float(paid + reads[lists > 0].sum() * costs.merge)
