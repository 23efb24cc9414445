"""Pictures of the chapter on cost say what the curves say."""

import numpy as np
import pytest

from scalemodel.stage.look import theme
from scalemodel.stage.twitter.cost import (
    bars_picture,
    errors_picture,
    habits_picture,
    rules_picture,
    threshold_picture,
    worth_picture,
)
from scalemodel.twitter.cost import author_work, edge_curve, threshold_curve
from scalemodel.twitter.timeline.expected import expected_cost
from scalemodel.twitter.timeline.graph import SocialGraph, reference_rates
from scalemodel.twitter.timeline.policies import Hybrid, PerEdge
from scalemodel.twitter.timeline.prices import Costs

GRAPH = SocialGraph.reference(n_users=2_000)
POSTS, LOOKS = reference_rates(GRAPH, reads_per_tweet=1)
CURVE = threshold_curve(GRAPH, POSTS, LOOKS)
PRICES = np.array([0.1, 1.0, 5.0, 50.0, 300.0])
PER_EDGE = edge_curve(GRAPH, POSTS, LOOKS, PRICES)
PUSH = CURVE.cost()[-1]


# ── Examples ────────────────────────────────────────────────────────────────
def test_an_account_is_worth_pulling_above_the_price_and_not_at_it():
    picture = worth_picture(np.array([3, 3, 0]), np.array([2.0, 2.1, 9.0]), 2.0, 3)
    assert [count for count, _ in picture.readings.values()] == [1, 1]
    pulled, pushed = picture.figure.data
    assert list(pulled.y) == [2.1] and list(pushed.y) == [2.0]
    assert pulled.marker.symbol != pushed.marker.symbol


def test_bars_wear_the_colours_of_their_rules():
    costs = {"push everything": 1.0, "threshold of 9, not to sleepers": 1.5, "per edge": 0.25}
    picture = bars_picture(costs, "With 75 % asleep")
    inks = [theme.policy_colour(rule) for rule in ("on write", "hybrid", "per edge")]
    assert list(picture.figure.data[0].marker.color) == inks
    assert picture.readings["per edge"] == (0.25, "ratio")
    assert all(
        x < bars_picture(costs | {"per edge": x}, "").figure.layout.xaxis.range[1] for x in (1, 9)
    )
    assert picture.alt == (
        "With 75 % asleep push everything costs 1, threshold of 9, not to "
        "sleepers 1.5 and per edge 0.25."
    )


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("at", range(len(PRICES)))
def test_what_is_drawn_and_said_is_what_the_rules_cost(at):
    costs = Costs(pull=PRICES[at])
    picture = threshold_picture(CURVE, PER_EDGE.cost[at], PER_EDGE.pulled_ratio[at], costs)
    line, optimum, *marks = picture.figure.data
    for threshold, ratio in zip(line.x[::9], line.y[::9], strict=True):
        paid = expected_cost(GRAPH, POSTS, LOOKS, Hybrid(int(threshold)), costs)
        assert ratio == pytest.approx(paid / PUSH, rel=1e-3)
    least = expected_cost(GRAPH, POSTS, LOOKS, PerEdge(costs, POSTS, LOOKS), costs)
    assert optimum.y[0] == pytest.approx(least / PUSH, rel=1e-3)
    assert min(line.y) >= optimum.y[0]
    limit, its_cost = (value for value, _ in list(picture.readings.values())[:2])
    assert its_cost == pytest.approx(min(line.y), rel=2e-3)
    names = [mark.name for mark in marks]
    assert ("cheapest threshold" in names) == np.isfinite(limit) == ("followers" in picture.alt)
    assert np.isnan(limit) == (its_cost == 1)


def test_both_kinds_of_thresholds_were_met_above():
    never = [CURVE.cheapest(Costs(pull=price))[0] == CURVE.limits[-1] for price in PRICES]
    assert any(never) and not all(never)


def test_the_largest_saving_is_where_both_pure_rules_cost_the_same():
    meet = PUSH / CURVE.lists_per_s[0]
    reads = np.sort(np.append(np.geomspace(0.1, 300, 40), meet))
    per_edge = edge_curve(GRAPH, POSTS, LOOKS, reads).cost / PUSH
    picture = rules_picture(reads, {"on read": reads / meet, "per edge": per_edge})
    assert picture.readings["at reads a tweet"][0] == meet
    assert picture.readings["largest saving"][0] == pytest.approx(1 - per_edge[reads == meet][0])
    *lines, mark = picture.figure.data
    assert mark.x[0] == meet
    inks = {line.name: line.line.color for line in lines}
    assert inks == {name: theme.policy_colour(name) for name in ("on write", "on read", "per edge")}


def test_accounts_above_the_line_are_those_that_cost_more_pushed():
    delivered, pulled = author_work(GRAPH, POSTS, LOOKS)
    between = POSTS / np.where(pulled > 0, pulled / np.maximum(GRAPH.followers.length, 1), np.inf)
    picture = worth_picture(GRAPH.followers.length, between, 5.0, 100)
    assert picture.readings["accounts worth pulling"][0] == (delivered > 5 * pulled).sum()


@pytest.mark.parametrize("planned", PRICES)
def test_a_plan_costs_what_it_was_made_for_and_then_a_straight_line(planned):
    picture = habits_picture(PER_EDGE, PUSH, planned)
    kept, anew, mark = picture.figure.data
    rule = PerEdge(Costs(pull=planned), POSTS, LOOKS)
    for reads, ratio in zip(kept.x, kept.y, strict=True):
        paid = expected_cost(GRAPH, POSTS, reads * LOOKS, rule)
        assert ratio == pytest.approx(paid / PUSH, rel=1e-3)
    assert (np.array(kept.y) >= np.array(anew.y) * 0.999).all()
    assert (mark.x[0], mark.y[0]) in set(zip(kept.x, kept.y, strict=True))
    until = picture.readings["costs more than pushing from"][0]
    assert expected_cost(GRAPH, POSTS, until * LOOKS, rule) == pytest.approx(PUSH)


def test_errors_are_told_with_the_first_that_is_too_large():
    ratios = {"5 reads": np.array([0.4, 0.5, 0.9]), "50 reads": np.array([0.8, 1.1, 1.5])}
    picture = errors_picture(np.array([1.0, 2.0, 3.0]), ratios)
    assert "At 5 reads the rule per edge costs 0.4 with true rates and stays" in picture.alt
    assert "everything from a typical error of 2 times on." in picture.alt
    assert len({(line.line.dash, line.marker.symbol) for line in picture.figure.data}) == 2
