"""What each rule costs a processor, with a stopwatch in hand, beside what a formula expects.

`expected_cost` counts deliveries and pulled lists, and knows no nanoseconds. Here the
engine does the work of each rule, in a service that has been running for a while, and the
CPU time of a tweet and of a page is taken. The bill for so many reads a tweet is then

    CPU of a tweet + reads a tweet x (CPU of a page - CPU of a page that pulls nothing)

for the bare page is made under every rule, and the formula leaves it out as well.
The prices that bring the formula nearest to what was measured are found by least squares:
of a delivery, of a pulled list, and of a page that pulls anything at all.

Read in this order: `policies`, `cpu_bill`, `bills_us`, `cpu_ratios`, `fitted_costs_us`, `out_of_order`.

Left out: a network, copies on other machines, disks, other people's work on the machine.
Sources: Silberstein et al., "Feeding Frenzy", SIGMOD 2010 (the cost of an edge).
"""

__all__ = [
    "LEAST_BEYOND_RATIO", "LEAST_MERGING_RATIO", "MOST_OFF_RATIO", "MOST_OF_A_KIND", "PAGES_A_CALL",
    "QUIET_RATIO", "RUNS", "bills_us", "cpu_bill", "cpu_ratios", "fitted_costs_us", "here",
    "out_of_order", "policies",
]  # fmt: skip
__dir__ = lambda: __all__

import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy.optimize import nnls

from scalemodel.core import checks
from scalemodel.core.rng import stream
from scalemodel.twitter.timeline.engine import HomeTimelines
from scalemodel.twitter.timeline.graph import SocialGraph, reference_rates
from scalemodel.twitter.timeline.policies import (
    AuthorRate,
    FanOutOnRead,
    FanOutOnWrite,
    Hybrid,
    PerEdge,
    Policy,
    asked_prices,
)
from scalemodel.twitter.timeline.prices import Costs

PAGES_A_CALL = 1_000
MOST_OF_A_KIND = 10**8  # tweets, pages, rounds
QUIET_RATIO = 0.99  # of the accounts; the rule by rate pulls those that write more than these
LEAST_MERGING_RATIO = 0.01  # of the pages under a rule, for it to tell of the price of a merge
LEAST_BEYOND_RATIO = 0.02  # of a bare page: what lies below is lost in noise
MOST_OFF_RATIO = 0.5  # of what pages take beyond a bare one, root mean square; the record has 0.16


def here() -> dict[str, str]:
    """The machine and the versions that a run is made with.

    >>> sorted(here())
    ['NumPy', 'Python', 'machine']
    """
    return {
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "NumPy": np.__version__,
    }


@checks.kinds
def policies(
    graph: SocialGraph,
    posts_per_s: np.ndarray,
    looks_per_s: np.ndarray,
    thresholds: Sequence[int],
    plans: Sequence[float],
) -> dict[str, Policy]:
    """The rules that are compared, by name; a plan is `looks_per_s` times so many reads.

    >>> graph = SocialGraph.from_edges([0, 2], [1, 1], 3)
    >>> list(policies(graph, np.ones(3), np.ones(3), thresholds=[2_000], plans=[50]))
    ['on write', 'on read', 'by rate', 'hybrid, 2,000', 'per edge, 50 reads']
    """
    posts_per_s = checks.numbers_row("posts_per_s", posts_per_s, at_least=0)
    looks_per_s = checks.numbers_row("looks_per_s", looks_per_s, at_least=0)
    return {
        "on write": FanOutOnWrite(),
        "on read": FanOutOnRead(),
        "by rate": AuthorRate(float(np.quantile(posts_per_s, QUIET_RATIO)), posts_per_s),
        **{f"hybrid, {n:,}": Hybrid(n) for n in thresholds},
        **{_plan(reads): PerEdge(Costs(), posts_per_s, reads * looks_per_s) for reads in plans},
    }


# ── The measurement ─────────────────────────────────────────────────────────
@checks.kinds
def cpu_bill(
    users: int = 100_000,
    tweets_before: int = 100_000,
    tweets: int = 40_000,
    pages: int = 40_000,
    thresholds: Sequence[int] = (30, 250, 1_000, 2_000, 8_000),
    plans: Sequence[float] = (1, 5, 50),
    cap: int = 60,
    rounds: int = 5,
) -> dict:
    """CPU of a tweet and of a page under each rule, in microseconds, in each of `rounds`.

    `plans` are reads a tweet, and for each there is a rule per edge that was made for them,
    at equal prices. The rules take turns. Lists hold `cap` entries, so few that after
    `tweets_before` most deliveries of the rule on write give an old entry up, as in a service
    that has run for long; rules that push less write into lists with more room. What is
    counted is the same on every run: deliveries a tweet, lists pulled a page, and the share
    of the pages that pull any.

    >>> told = cpu_bill(300, 500, 200, 100, [40], [50], rounds=1)
    >>> told["rule"]
    ['on write', 'on read', 'by rate', 'hybrid, 40', 'per edge, 50 reads']
    >>> told["lists_a_page"][0], told["deliveries_a_tweet"][1], np.shape(told["tweet_us"])
    (0.0, 0.0, (5, 1))
    """
    users = checks.whole("users", users, at_least=2)
    sizes = {"tweets_before": tweets_before, "tweets": tweets, "pages": pages, "rounds": rounds,
             "cap": cap}  # fmt: skip
    for name, size in sizes.items():
        checks.whole(name, size, at_least=1, at_most=MOST_OF_A_KIND)
    graph = SocialGraph.reference(n_users=users)
    posts, looks = reference_rates(graph, reads_per_tweet=1)
    rules = policies(graph, posts, looks, thresholds, plans)
    before, after = (
        stream(seed, "authors").choice(users, size=size, p=posts)
        for seed, size in enumerate((tweets_before, tweets))
    )
    readers = stream(2, "readers").choice(users, size=pages, p=looks)
    seen = [
        [_measured(graph, rule, cap, before, after, readers) for rule in rules.values()]
        for _ in range(rounds)
    ]
    deliveries, lists, tweet_s, page_s = np.transpose(seen)  # each of shape (rules, rounds)
    merging = [_pulls(graph, rule, posts)[readers].mean() for rule in rules.values()]
    return {
        "users": users,
        "entries_a_list": cap,
        "tweets_before": tweets_before,
        "rule": list(rules),
        "deliveries_a_tweet": deliveries[:, 0].round(3).tolist(),
        "lists_a_page": lists[:, 0].round(3).tolist(),
        "merging_ratio": np.round(merging, 4).tolist(),
        "tweet_us": (1e6 * tweet_s).round(3).tolist(),
        "page_us": (1e6 * page_s).round(3).tolist(),
    }


def _plan(reads_per_tweet):
    return f"per edge, {checks.real('reads_per_tweet', reads_per_tweet, above=0):.12g} reads"


def _pulls(graph, rule, posts):
    """Which users pull a list, of shape (users,)."""
    write, read = asked_prices(rule, graph.followers.length, posts)
    follower, followee = graph.edges()
    pulled = follower[write[followee] >= read[follower]]
    return np.bincount(pulled, minlength=graph.n_users) > 0


def _measured(graph, rule, cap, before, after, readers):
    homes = HomeTimelines(graph, rule, cap=cap)
    homes.post_many(before)
    homes.timeline_many(readers[:1])  # the first call may pay for machine code
    counts = [homes.work]
    tweet_s = _cpu_s(lambda: homes.post_many(after)) / len(after)
    counts.append(homes.work)

    def read():
        for first in range(0, len(readers), PAGES_A_CALL):
            homes.timeline_many(readers[first : first + PAGES_A_CALL])

    page_s = _cpu_s(read) / len(readers)
    counts.append(homes.work)
    deliveries = (counts[1].deliveries - counts[0].deliveries) / len(after)
    lists = (counts[2].lists_pulled - counts[1].lists_pulled) / len(readers)
    return deliveries, lists, tweet_s, page_s


def _cpu_s(call):
    began_s = time.process_time()
    call()
    return time.process_time() - began_s


# ── What the figures say ────────────────────────────────────────────────────
@checks.kinds
def bills_us(told: Mapping, reads_per_tweet: float) -> dict[str, np.ndarray]:
    """CPU a tweet under each rule with so many reads a tweet, in microseconds, round by round.

    `told` is what `cpu_bill` gives. Of the rules per edge only the one that was made for
    these reads is among them, as "per edge".

    >>> told = {"rule": ["on write", "on read", "per edge, 9 reads"],
    ...         "tweet_us": [[5.0], [0.5], [4.0]], "page_us": [[1.0], [3.0], [1.25]]}
    >>> {rule: bill.tolist() for rule, bill in bills_us(told, 9).items()}
    {'on write': [5.0], 'on read': [18.5], 'per edge': [6.25]}
    """
    plan = _plan(reads_per_tweet)
    tweet_us, page_us = np.array(told["tweet_us"]), np.array(told["page_us"])
    all_us = tweet_us + reads_per_tweet * (page_us - page_us[told["rule"].index("on write")])
    return {
        "per edge" if rule == plan else rule: bill_us
        for rule, bill_us in zip(told["rule"], all_us, strict=True)
        if rule == plan or not rule.startswith("per edge")
    }


@checks.kinds
def cpu_ratios(told: Mapping, reads_per_tweet: float) -> dict[str, np.ndarray]:
    """The least, the median and the most over the rounds, pushing everything being 1.

    Each of shape (3,). The rules of one round are compared with each other.

    >>> told = {"rule": ["on write", "on read"], "tweet_us": [[5.0, 5.0, 10.0], [0.0, 0.0, 0.0]],
    ...         "page_us": [[1.0, 1.0, 1.0], [3.0, 2.0, 3.0]]}
    >>> {rule: ratios.tolist() for rule, ratios in cpu_ratios(told, 10).items()}
    {'on write': [1.0, 1.0, 1.0], 'on read': [2.0, 2.0, 4.0]}
    """
    bills = bills_us(told, reads_per_tweet)
    return {
        rule: np.percentile(bill / bills["on write"], [0, 50, 100]) for rule, bill in bills.items()
    }


@checks.kinds
def fitted_costs_us(told: Mapping) -> Costs:
    """The prices, in microseconds, that bring the formula nearest to what was measured.

    A delivery's is the mean over the rules that push. The other two come from what a page
    takes beyond a bare one, by least squares in proportion: a tenth off counts alike
    for dear pages and for cheap ones. Rules that merge fewer than 1 page in 100 tell too little.
    `told` is what `cpu_bill` gives. Timings that no prices explain, as those of a machine that
    is busy with something else, are a `ValueError`.

    >>> fitted_costs_us({"rule": ["on write", "on read"], "deliveries_a_tweet": [100.0, 0.0],
    ...                  "lists_a_page": [0.0, 50.0], "merging_ratio": [0.0, 1.0],
    ...                  "tweet_us": [[5.0], [0.1]], "page_us": [[1.0], [3.5]]}).delivery
    0.05
    """
    deliveries, lists, merging = (
        np.array(told[name]) for name in ("deliveries_a_tweet", "lists_a_page", "merging_ratio")
    )
    tweet_us, page_us = (np.median(told[name], axis=1) for name in ("tweet_us", "page_us"))
    pushing, pulling = deliveries > 0, merging >= LEAST_MERGING_RATIO
    bare_us = page_us[told["rule"].index("on write")]
    beyond_us = page_us[pulling] - bare_us
    scale_us = np.maximum(beyond_us, LEAST_BEYOND_RATIO * bare_us)
    work = np.stack([lists[pulling], merging[pulling]], axis=1)
    (pull, merge), off = nnls(work / scale_us[:, None], beyond_us / scale_us)
    if off > MOST_OFF_RATIO * np.sqrt(pulling.sum()):
        raise ValueError(
            f"page_us={page_us.round(3).tolist()} must be near some prices of a list and a merge, "
            f"and the nearest are {100 * off / np.sqrt(pulling.sum()):.0f} % off, root mean square"
        )
    delivery = np.mean(tweet_us[pushing] / deliveries[pushing])
    if not np.min(told["tweet_us"][told["rule"].index("on write")]) > 0:
        raise ValueError(f"tweet_us={tweet_us.round(3).tolist()} must be above 0 on write")
    return Costs(delivery=float(delivery), pull=max(float(pull), 1e-9), merge=float(merge))


@checks.kinds
def out_of_order(
    expected: Mapping[str, float], measured: Mapping[str, float], margin_ratio: float = 1.0
) -> list[tuple[str, str]]:
    """Pairs of rules, the one expected to cost less first, that were measured the other way round.

    Only pairs that were expected to differ by more than a factor of `margin_ratio`.

    >>> expected, measured = {"a": 1.0, "b": 1.1, "c": 4.0}, {"a": 2.0, "b": 1.0, "c": 1.5}
    >>> out_of_order(expected, measured)
    [('a', 'b'), ('a', 'c')]
    >>> out_of_order(expected, measured, margin_ratio=1.2)
    [('a', 'c')]
    """
    margin = checks.real("margin_ratio", margin_ratio, at_least=1)
    if set(expected) != set(measured):
        raise ValueError(f"measured={sorted(measured)} must name the rules {sorted(expected)}")
    return [
        (cheap, dear)
        for cheap in expected
        for dear in expected
        if margin * expected[cheap] < expected[dear] and measured[cheap] > measured[dear]
    ]


RUNS: dict[str, Callable[..., dict]] = {"cpu": cpu_bill}
