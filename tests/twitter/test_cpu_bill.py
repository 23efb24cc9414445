"""CPU of each rule: what is counted, what follows from the figures, and the record of the page."""

import json
from inspect import signature
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from scalemodel.twitter import cpu_bill
from scalemodel.twitter.timeline.engine import HomeTimelines
from scalemodel.twitter.timeline.expected import expected_cost
from scalemodel.twitter.timeline.graph import SocialGraph, reference_rates
from scalemodel.twitter.timeline.policies import AuthorRate, FanOutOnWrite
from scalemodel.twitter.timeline.prices import Costs

RECORD = Path(__file__).parents[2] / "book" / "twitter" / "bill.json"
SMALL = {"users": 2_000, "tweets_before": 2_000, "tweets": 4_000, "pages": 20_000,
         "thresholds": [60], "plans": [1, 50], "cap": 30, "rounds": 1}  # fmt: skip
TIMED = {"tweet_us", "page_us"}


def rules(graph, posts, looks, reads, thresholds):
    named = cpu_bill.policies(graph, posts, reads * looks, thresholds, plans=[1])
    return named | {"per edge": named.pop("per edge, 1 reads")}


def made_up(**rows):
    """Figures of a machine with known prices: delivery 0.05, pull 0.02, merge 0.4, page 1."""
    told = {"deliveries_a_tweet": [100.0, 0.0, 60.0, 90.0], "lists_a_page": [0.0, 50.0, 5.0, 0.5],
            "merging_ratio": [0.0, 1.0, 0.9, 0.2]}  # fmt: skip
    told["tweet_us"] = [[0.05 * n] for n in told["deliveries_a_tweet"]]
    told["page_us"] = [
        [1 + 0.02 * lists + 0.4 * share]
        for lists, share in zip(told["lists_a_page"], told["merging_ratio"], strict=True)
    ]
    return told | {"rule": ["on write", "on read", "by rate", "per edge, 9 reads"]} | rows


# ── Examples ────────────────────────────────────────────────────────────────
def test_every_rule_has_a_row_of_figures():
    told = cpu_bill.cpu_bill(**SMALL)
    assert told["rule"] == [
        "on write", "on read", "by rate", "hybrid, 60", "per edge, 1 reads", "per edge, 50 reads",
    ]  # fmt: skip
    rows = [row for name, row in told.items() if isinstance(row, list) and name != "rule"]
    assert {len(row) for row in rows} == {6} and len(rows) == 5
    assert np.shape(told["tweet_us"]) == np.shape(told["page_us"]) == (6, 1)
    assert np.min([told["tweet_us"], told["page_us"]]) > 0
    assert told["merging_ratio"][:2] == [0, 1]
    json.dumps(told)


def test_a_bill_leaves_the_bare_page_out_and_takes_its_own_plan():
    expected = {"on write": 5, "on read": 9 * 1.4, "by rate": 3 + 9 * 0.46, "per edge": 5.31}
    bills, ratios = cpu_bill.bills_us(made_up(), 9), cpu_bill.cpu_ratios(made_up(), 9)
    assert {rule: bill.item() for rule, bill in bills.items()} == pytest.approx(expected)
    for rule, paid in expected.items():
        assert ratios[rule] == pytest.approx([paid / 5] * 3)
    assert "per edge" not in cpu_bill.bills_us(made_up(), 8)


def test_rules_are_compared_round_by_round():
    """A machine that is half as fast in one round changes no ratio."""
    told = made_up()
    for name in ("tweet_us", "page_us"):
        told[name] = [[2 * each[0], each[0], each[0]] for each in told[name]]
    for rule, ratios in cpu_bill.cpu_ratios(told, 9).items():
        assert np.ptp(ratios) < 1e-12 and ratios[0] == cpu_bill.cpu_ratios(made_up(), 9)[rule][0]
    assert cpu_bill.fitted_costs_us(told) == cpu_bill.fitted_costs_us(made_up())


def test_the_clock_runs_over_tweets_and_pages_of_a_service_that_has_run(monkeypatch):
    """With a stopwatch of ours: what it meets when it starts, and what it makes of its times."""
    stores, met, times_s = [], [], iter([49.382714, 0.02, 0.012, 0.01, 0.008, 1234.56788])

    class Noted(HomeTimelines):
        def __init__(self, graph, rule, cap):
            super().__init__(graph, rule, cap=cap)
            stores.append((self, cap))

    def stopwatch(call):
        homes = stores[-1][0]
        before = homes.work
        call()
        told = (before.posts, before.pages)
        met.append((*told, homes.work.posts - before.posts, homes.work.pages - before.pages))
        return next(times_s, 0.004)

    monkeypatch.setattr(cpu_bill, "HomeTimelines", Noted)
    monkeypatch.setattr(cpu_bill, "_cpu_s", stopwatch)
    told = cpu_bill.cpu_bill(**SMALL | {"thresholds": [], "plans": [], "rounds": 1})
    assert {cap for _, cap in stores} == {30}
    warm = 1  # page, which may pay for machine code
    assert met == [(2_000, warm, 4_000, 0), (6_000, warm, 0, 20_000)] * 3
    assert told["tweet_us"] == [[12345.678], [3.0], [2.0]]  # to the nanosecond
    assert told["page_us"] == [[1.0], [0.5], [61728.394]]


def test_left_alone_it_measures_what_the_record_holds():
    sizes = {name: each.default for name, each in signature(cpu_bill.cpu_bill).parameters.items()}
    recorded = json.loads(RECORD.read_text())["runs"]["cpu"]["sizes"]
    assert {name: list(s) if isinstance(s, tuple) else s for name, s in sizes.items()} == recorded


def test_most_lists_are_full_when_the_clock_starts():
    sizes = {name: each.default for name, each in signature(cpu_bill.cpu_bill).parameters.items()}
    graph = SocialGraph.reference(n_users=sizes["users"])
    posts, _ = reference_rates(graph)
    homes = HomeTimelines(graph, FanOutOnWrite(), cap=sizes["cap"])
    homes.post_many(np.random.default_rng(0).choice(graph.n_users, sizes["tweets_before"], p=posts))
    evicted = [homes.horizon(user) >= 0 for user in range(0, graph.n_users, 50)]
    assert np.mean(evicted) > 0.5


# ── Laws ────────────────────────────────────────────────────────────────────
def test_all_but_the_times_comes_out_the_same_again():
    once, again = (cpu_bill.cpu_bill(**SMALL) for _ in range(2))
    assert {k: v for k, v in once.items() if k not in TIMED} == {
        k: v for k, v in again.items() if k not in TIMED
    }


def test_a_wider_margin_never_finds_more_pairs():
    rng = np.random.default_rng(7)
    expected, measured = ({str(n): x for n, x in enumerate(rng.random(9))} for _ in range(2))
    found = [
        set(cpu_bill.out_of_order(expected, measured, margin)) for margin in (1, 1.1, 1.5, 4, 1e9)
    ]
    assert found[0] > found[-1] == set()
    assert all(wider <= narrow for narrow, wider in pairwise(found))
    assert cpu_bill.out_of_order(expected, expected) == []
    assert cpu_bill.out_of_order({"a": 1, "b": 2}, {"a": 3, "b": 3}) == [], "a tie is in order"


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_known_prices_are_found_again():
    found = cpu_bill.fitted_costs_us(made_up())
    assert (found.delivery, found.pull, found.merge) == pytest.approx((0.05, 0.02, 0.4))


def test_errors_count_in_proportion():
    """A page is half as dear again as it should be; the cheap one keeps its price all the same."""
    told = made_up()
    told["page_us"][2][0] = 1 + 1.5 * 0.46
    found = cpu_bill.fitted_costs_us(told)
    cheap_us = 0.5 * found.pull + 0.2 * found.merge
    assert 0.09 < cheap_us < 1.2 * 0.09


def test_noise_gives_no_negative_price_and_few_merges_have_no_say():
    told = made_up(lists_a_page=[0.0, 50.0, 5.0, 0.05], merging_ratio=[0.0, 1.0, 0.9, 0.005])
    told["page_us"][3] = [0.99]
    found = cpu_bill.fitted_costs_us(told)
    assert (found.pull, found.merge) == pytest.approx((0.02, 0.4))
    told["page_us"][2] = [1.1]  # five lists and hardly a merge
    assert cpu_bill.fitted_costs_us(told).merge == 0


@pytest.mark.parametrize("scale", [1, 1e-6, 1e6])
def test_timings_that_no_prices_explain_are_told_as_such(scale):
    """Pages that pull took no longer than those that do not: a bill of 5,550,780,841 % came of it."""
    told = made_up()
    told["page_us"] = [[scale * page] for (page,) in told["page_us"]]
    assert cpu_bill.fitted_costs_us(told).merge == pytest.approx(0.4 * scale)
    told["page_us"][1:] = [[0.9 * scale], [0.95 * scale], [1.0 * scale]]
    with pytest.raises(ValueError, match=r"^page_us=\[.*must be near some prices.* 323 % off"):
        cpu_bill.fitted_costs_us(told)
    still = made_up(tweet_us=[[0.0]] * 4)  # a clock too coarse
    with pytest.raises(ValueError, match=r"^tweet_us=\[.*must be above 0 on write"):
        cpu_bill.fitted_costs_us(still)


@pytest.mark.parametrize("reads", [1, 50])
def test_what_is_counted_is_what_the_closed_form_expects(reads):
    """A draw of tweets and pages beside the sum over edges: 4 % off at most."""
    told = cpu_bill.cpu_bill(**SMALL)
    graph = SocialGraph.reference(n_users=SMALL["users"])
    posts, looks = reference_rates(graph, reads_per_tweet=1)
    costs = Costs(delivery=1, pull=3, merge=7)
    for name, rule in rules(graph, posts, looks, reads, SMALL["thresholds"]).items():
        at = told["rule"].index(f"per edge, {reads} reads" if name == "per edge" else name)
        counted = told["deliveries_a_tweet"][at] + reads * (
            3 * told["lists_a_page"][at] + 7 * told["merging_ratio"][at]
        )
        expected = expected_cost(graph, posts, reads * looks, rule, costs)
        assert counted == pytest.approx(expected, rel=0.04), name


def test_the_merge_is_paid_by_readers_with_a_pulled_edge_at_each_look():
    """By hand: 2 and 3 follow 0, 3 also follows 1; whoever posts more than 1 is pulled."""
    graph = SocialGraph.from_edges([2, 3, 3], [0, 0, 1], 4)
    posts, reads = [5, 1, 0, 0], [0, 0, 10, 100]
    rule = AuthorRate(1, posts)
    assert expected_cost(graph, posts, reads, rule) == 10 + 100 + 1
    assert expected_cost(graph, posts, reads, rule, Costs(merge=0.5)) == 111 + 0.5 * 110
    assert expected_cost(graph, posts, reads, FanOutOnWrite(), Costs(merge=9)) == 11


@pytest.mark.slow
def test_the_record_keeps_what_the_chapter_says():
    """Counted as the formula expects, and in its order where it sees a difference."""
    run = json.loads(RECORD.read_text())["runs"]["cpu"]
    told, thresholds = run["numbers"], run["sizes"]["thresholds"]
    graph = SocialGraph.reference(n_users=told["users"])
    posts, looks = reference_rates(graph, reads_per_tweet=1)
    costs = cpu_bill.fitted_costs_us(told)
    for reads in (1, 50):
        every = rules(graph, posts, looks, reads, thresholds)
        measured = {rule: each[1] for rule, each in cpu_bill.cpu_ratios(told, reads).items()}
        expected = {
            name: expected_cost(graph, posts, reads * looks, rule, costs)
            for name, rule in every.items()
        }
        assert cpu_bill.out_of_order(expected, measured, margin_ratio=1.25) == []
        off = [measured[name] * expected["on write"] / expected[name] - 1 for name in expected]
        assert np.abs(off).max() < 0.5


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cpu_bill.cpu_bill(users=1), "^users=1 must be an integer of at least 2"),
        (lambda: cpu_bill.cpu_bill(rounds=0), "rounds=0"),
        (lambda: cpu_bill.cpu_bill(cap=0), "cap=0"),
        (lambda: cpu_bill.cpu_bill(100, plans=[0]), "reads_per_tweet=0"),
        (lambda: cpu_bill.cpu_bill(100, thresholds=[-1]), "celebrity_followers=-1"),
        (lambda: cpu_bill.bills_us(made_up(), 0), "reads_per_tweet=0"),
        (lambda: cpu_bill.out_of_order({"a": 1}, {"b": 1}), r"\['b'\] must name the rules \['a'\]"),
        (lambda: cpu_bill.out_of_order({}, {}, margin_ratio=0.5), "margin_ratio=0.5"),
        (lambda: Costs(merge=-1), "merge=-1"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
