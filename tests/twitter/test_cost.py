"""Curves of cost: every point is what the closed form gives, one rule at a time."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.core.rng import stream
from scalemodel.twitter.cost import (
    author_work,
    awake_deliveries,
    edge_curve,
    rate_curve,
    threshold_curve,
)
from scalemodel.twitter.timeline.engine import HomeTimelines
from scalemodel.twitter.timeline.expected import expected_cost
from scalemodel.twitter.timeline.graph import SocialGraph, reference_rates
from scalemodel.twitter.timeline.policies import (
    AuthorRate,
    FanOutOnRead,
    FanOutOnWrite,
    Hybrid,
    PerEdge,
)
from scalemodel.twitter.timeline.prices import Costs
from tests.laws.refusal_laws import one_wrong_at_a_time

PAIRS = st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda pair: pair[0] != pair[1])
RATES = st.lists(st.integers(0, 9), min_size=7, max_size=7)


def graph_of(edges):
    follower, followee = zip(*sorted(edges), strict=True) if edges else ((), ())
    return SocialGraph.from_edges(follower, followee, n_users=7)


# ── Examples ────────────────────────────────────────────────────────────────
def test_two_authors_and_two_readers_by_hand():
    ann, bo, cy, dee = range(4)
    graph = SocialGraph.from_edges([cy, cy, dee, dee], [ann, bo, ann, bo], n_users=4)
    posts, reads = [1, 100, 0, 0], [0, 0, 10, 0.1]
    deliveries, lists = author_work(graph, posts, reads)
    assert deliveries[:2].tolist() == [2, 200] and lists[:2] == pytest.approx([10.1, 10.1])
    by_followers, by_rate = (f(graph, posts, reads) for f in (threshold_curve, rate_curve))
    assert by_followers.limits.tolist() == [0, 2, 3]
    assert by_followers.cost() == pytest.approx([20.2, 20.2, 202])
    assert by_rate.limits.tolist() == [0, 1, 100]
    assert by_rate.cost() == pytest.approx([20.2, 12.1, 202])
    assert by_rate.cheapest() == pytest.approx((1, 12.1))
    per_edge = edge_curve(graph, posts, reads, [1.0])
    assert per_edge.cost == pytest.approx([11.2]) and per_edge.pulled_ratio == pytest.approx([0.75])


def test_one_edge_whose_costs_are_equal_is_pulled_and_a_dearer_pull_is_pushed():
    graph = SocialGraph.from_edges([1], [0], n_users=2)
    assert edge_curve(graph, [3, 0], [0, 3], [0.5, 1.0, 2.0]).pulled_ratio.tolist() == [1, 1, 0]


def test_the_first_limit_pulls_everybody_also_where_everybody_posts():
    graph = SocialGraph.from_edges([1, 0], [0, 1], n_users=2)
    curve = rate_curve(graph, [2, 3], [4, 5])
    assert curve.limits.tolist() == [0, 2, 3]
    assert curve.deliveries_per_s.tolist() == [0, 2, 5] and curve.lists_per_s.tolist() == [9, 4, 0]


# ── Laws ────────────────────────────────────────────────────────────────────
PRICES = st.builds(
    Costs, delivery=st.integers(1, 3), pull=st.integers(1, 3), merge=st.integers(0, 3)
)


@given(st.sets(PAIRS, max_size=25), RATES, RATES, PRICES)
def test_every_point_is_the_closed_forms_exactly(edges, posts, reads, costs):
    graph = graph_of(edges)
    by_followers, by_rate = (f(graph, posts, reads) for f in (threshold_curve, rate_curve))
    rules = [(by_followers, lambda limit: Hybrid(int(limit))), (by_rate, AuthorRate)]
    for curve, rule in rules:
        for limit, paid in zip(curve.limits, curve.cost(costs), strict=True):
            assert paid == expected_cost(graph, posts, reads, rule(limit), costs)
    prices = [0.5, 1.0, 2.0]
    for price, paid in zip(prices, edge_curve(graph, posts, reads, prices).cost, strict=True):
        rule = PerEdge(Costs(pull=price), posts, reads)
        assert paid == expected_cost(graph, posts, reads, rule, Costs(pull=price))


@given(st.sets(PAIRS, max_size=25), RATES, RATES, st.integers(0, 30))
def test_no_threshold_in_between_is_missed(edges, posts, reads, threshold):
    graph = graph_of(edges)
    curve = threshold_curve(graph, posts, reads)
    paid = expected_cost(graph, posts, reads, Hybrid(threshold))
    at = min(np.searchsorted(curve.limits, threshold), len(curve.limits) - 1)
    assert paid == curve.cost()[at]


@given(st.sets(PAIRS, max_size=25), RATES, RATES)
def test_the_ends_of_a_curve_are_the_two_pure_rules(edges, posts, reads):
    graph = graph_of(edges)
    for curve in (threshold_curve(graph, posts, reads), rate_curve(graph, posts, reads)):
        assert curve.cost()[-1] == expected_cost(graph, posts, reads, FanOutOnWrite())
    curve = threshold_curve(graph, posts, reads)
    assert curve.cost()[0] == expected_cost(graph, posts, reads, FanOutOnRead())


def test_twice_the_looks_at_half_the_price_are_the_same_bill():
    graph = SocialGraph.reference(n_users=500)
    once, twice = (reference_rates(graph, reads_per_tweet=r) for r in (8.0, 16.0))
    curves = [threshold_curve(graph, *rates) for rates in (once, twice)]
    assert curves[0].cost(Costs(pull=2.0)) == pytest.approx(curves[1].cost())


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_no_choice_of_push_or_pull_beats_the_rule_per_edge():
    luck = stream(3, "edges")
    graph = SocialGraph.from_edges([0, 0, 1, 2, 2, 3, 3, 4], [1, 2, 2, 0, 1, 0, 4, 3], n_users=5)
    posts, reads = luck.integers(1, 9, 5), luck.integers(1, 9, 5)
    follower, followee = graph.edges()
    both = np.stack([posts[followee], reads[follower]])
    ways = [both[list(way), range(8)].sum() for way in itertools.product((0, 1), repeat=8)]
    assert edge_curve(graph, posts, reads, [1.0]).cost[0] == min(ways)


def test_who_sleeps_is_not_delivered_to_as_the_engine_counts():
    """Half of the accounts look, the period passes, and then everybody posts."""
    graph = SocialGraph.reference(n_users=200)
    luck = stream(4, "sleepers")
    asleep, posts = luck.random(200) < 0.5, luck.integers(0, 5, 200)
    homes = HomeTimelines(graph, FanOutOnWrite(), inactive_after_s=60)
    homes.timeline_many(np.flatnonzero(~asleep), time_s=59.0)
    homes.post(0, time_s=61.0)
    first = homes.work.deliveries
    homes.post_many(np.repeat(np.arange(200), posts))
    assert homes.inactive().tolist() == np.flatnonzero(asleep).tolist()
    assert homes.work.deliveries - first == awake_deliveries(graph, posts, asleep.astype(int))
    everybody = expected_cost(graph, posts, posts, FanOutOnWrite())
    assert awake_deliveries(graph, posts, np.zeros(200)) == everybody
    assert awake_deliveries(graph, posts, np.full(200, 0.25)) == 0.75 * everybody


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reads_per_tweet", "pull", "optimum", "hybrid", "rate"),
    [
        (0.1, 0.033, 0.030, 0.033, 0.033),
        (1, 0.327, 0.185, 0.308, 0.248),
        (5, 1.63, 0.438, 0.729, 0.602),
        (10, 3.27, 0.570, 0.872, 0.749),
        (50, 16.3, 0.840, 1.0, 0.991),
        (300, 98, 0.978, 1.0, 1.08),
    ],
)
def test_the_table_of_an_independent_calculation(reads_per_tweet, pull, optimum, hybrid, rate):
    """Which tried a coarse grid of limits, so that ours may be cheaper, and never dearer."""
    graph = SocialGraph.reference()
    rates = reference_rates(graph, reads_per_tweet=reads_per_tweet)
    by_followers, by_rate = threshold_curve(graph, *rates), rate_curve(graph, *rates)
    push = by_followers.cost()[-1]
    assert by_followers.cost()[0] / push == pytest.approx(pull, rel=0.016)
    assert edge_curve(graph, *rates, [1.0]).cost[0] / push == pytest.approx(optimum, rel=0.02)
    for curve, theirs in ((by_followers, hybrid), (by_rate, rate)):
        ours = curve.cheapest()[1] / push
        assert ours <= theirs * 1.001 + 0.0005 and ours == pytest.approx(theirs, rel=0.08)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_rates_of_too_few_users_and_prices_of_nothing_are_refused():
    graph = SocialGraph.from_edges([1], [0], n_users=2)
    with pytest.raises(ValueError, match=r"reads_per_s has 1 numbers; it must have 2"):
        threshold_curve(graph, [1, 1], [1])
    with pytest.raises(ValueError, match=r"posts_per_s\[0\]=-1.0 must be a finite number"):
        rate_curve(graph, [-1, 1], [1, 1])
    with pytest.raises(ValueError, match=r"asleep_ratio has 1 numbers; it must have 2"):
        awake_deliveries(graph, [1, 1], [1])
    with pytest.raises(ValueError, match=r"pull_prices\[1\]=0.0 must be a finite number above 0"):
        edge_curve(graph, [1, 1], [1, 1], [1, 0])


def test_what_is_wrong_is_named():
    graph = SocialGraph.from_edges([0, 2], [1, 1], 3)
    rates = {"graph": graph, "posts_per_s": [1, 2, 3], "reads_per_s": [3, 2, 1]}
    right = {field: ["a row"] for field in rates} | {"graph": [], "pull_prices": ["a row"]}
    for curve in (author_work, threshold_curve, rate_curve):
        one_wrong_at_a_time(curve, rates, right)
    one_wrong_at_a_time(edge_curve, rates | {"pull_prices": [1.0]}, right)
    shares = {"graph": graph, "posts_per_s": [1, 2, 3], "asleep_ratio": [0, 1, 0.5]}
    one_wrong_at_a_time(awake_deliveries, shares, right | {"asleep_ratio": ["a row"]})
    one_wrong_at_a_time(threshold_curve(**rates).cost, {"costs": Costs()}, {})
