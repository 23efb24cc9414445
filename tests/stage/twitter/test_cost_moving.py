"""Coins fall as the engine counts, and stand where the one stands who pays."""

import itertools
import json
import re

import pytest

from scalemodel.stage.twitter.cost_moving import (
    COIN_PX,
    copies_of,
    counted,
    page_coins,
    page_prices,
    reader_day,
    sleepers_day,
)
from scalemodel.twitter.cost import awake_deliveries
from scalemodel.twitter.timeline.expected import expected_cost
from scalemodel.twitter.timeline.graph import SocialGraph
from scalemodel.twitter.timeline.policies import FanOutOnRead, FanOutOnWrite, PerEdge
from scalemodel.twitter.timeline.prices import Costs

DAY = ["Bo", "Bo", "look", "Ann", "Bo", "look", "Bo"]
COSTS_US = Costs(delivery=0.02, pull=0.03, merge=0.24)
WAYS = {"push": FanOutOnWrite(), "pull": FanOutOnRead()}


def steps(embed):
    """Each way's steps: the words, and where the things stand that are seen."""
    data = json.loads(re.search(r'data-is="data">(.*?)</script>', embed.html)[1])
    return [
        [
            (words, {n: p for n, p in zip(data["things"], at, strict=True) if p})
            for words, *at in way
        ]
        for way in data["ways"]
    ]


def coins(at):
    return [place for name, place in at.items() if name.startswith("coin")]


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_day_is_told_event_by_event():
    push, pull = steps(reader_day(["Ann", "Bo"], DAY, "Cy"))
    assert push[1][0] == (
        "Bo writes. The tweet is stored, and is copied to Cy’s home list: "
        "1 delivery, paid by the authors."
    )
    assert push[3][0] == "Cy looks, and sees 2 tweets: nothing to pay."
    assert pull[3][0] == "Cy looks, and sees 2 tweets: 2 lists pulled, paid by the reader."
    assert push[-1][0] == "In all 5 deliveries, paid by the authors."
    assert pull[-1][0] == "In all 4 lists pulled, paid by the reader."


def test_a_page_that_merges_costs_more_than_its_lists():
    as_counted, as_measured = steps(page_prices(COSTS_US, {"Cy": 0, "Dee": 1, "Eve": 2}))
    assert [len(coins(at)) for _, at in as_counted] == [0, 0, 1, 3, 3]
    assert [len(coins(at)) for _, at in as_measured] == [0, 0, 14, 29, 29]
    assert as_measured[1][0].endswith("pulls no list: nothing beyond the bare page.")
    assert as_measured[2][0].endswith("pulls 1 list: 14 coins, 12 of them for merging at all.")
    assert as_counted[2][0].endswith("pulls 1 list: 1 coin.")
    free = steps(page_prices(Costs(delivery=0.02, pull=0.03), {"Cy": 2}))[1]
    assert free[1][0].endswith("pulls 2 lists: 3 coins.")


def test_sleepers_get_nothing_until_they_wake():
    awake, few = steps(
        sleepers_day("Ann", ["Cy", "Dee", "Eve"], ["Cy", "Ann", "Ann", "Dee", "Ann"])
    )
    assert [len(coins(at)) for _, at in awake] == [0, 0, 3, 6, 6, 9, 9]
    assert [len(coins(at)) for _, at in few] == [0, 0, 1, 2, 3, 5, 5]
    assert few[2][0] == "Ann writes: 1 delivery." and few[5][0] == "Ann writes: 2 deliveries."
    assert few[4][0].startswith("Dee wakes and looks: the list is built anew by a pull")
    assert few[-1][0] == "In all 4 deliveries, and 1 list built anew."
    assert awake[-1][0] == "In all 9 deliveries."


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("way", range(2))
def test_coins_never_leave_and_fall_on_the_side_that_pays(way):
    told = steps(reader_day(["Ann", "Bo"], DAY, "Cy"))[way]
    for (_, before), (_, after) in itertools.pairwise(told):
        assert coins(after)[: len(coins(before))] == coins(before)
    left = [x < 180 for x, *_ in coins(told[-1][1])]
    assert left and all(left) == (way == 0) and any(left) == (way == 0)


def test_both_ways_show_the_same_page_at_each_look():
    push, pull = (
        [
            sorted(
                name for name, place in at.items() if place[2:] == [2]
            )  # looks good: on the page
            for _, at in way
        ]
        for way in steps(reader_day(["Ann", "Bo"], DAY, "Cy"))
    )
    assert push == pull and sum(map(bool, push)) == DAY.count("look")


def test_nothing_lies_on_anything_else():
    four = sleepers_day("Ann", ["Cy", "Dee", "Eve", "Fay"], ["Ann"] * 4)
    pages = page_prices(COSTS_US, {"Dee": 1, "Eve": 2})
    for embed in (reader_day(["Ann", "Bo"], DAY, "Cy"), four, pages):
        for way in steps(embed):
            for _, at in way:
                places = [tuple(place[:2]) for name, place in at.items() if name[:3] != "own"]
                assert len(set(places)) == len(places)
                assert all(0 <= x <= 360 - COIN_PX / 2 for x, _ in places)


@pytest.mark.parametrize("way", range(2))
def test_what_is_stored_stays_in_its_authors_list(way):
    for event, (_, at) in enumerate(steps(reader_day(["Ann", "Bo"], DAY, "Cy"))[way][1:-1]):
        kept = {name: place for name, place in at.items() if name.startswith("own")}
        who = [DAY[int(name[4:])] for name in kept]
        assert who == [name for name in DAY[: event + 1] if name != "look"]
        assert all(
            place[1] == {"Ann": 33, "Bo": 78}[name]
            for name, place in zip(who, kept.values(), strict=True)
        )
        assert len(set(map(tuple, kept.values()))) == len(kept)


def test_who_has_looked_before_the_first_post_is_awake_from_the_start():
    for way in steps(sleepers_day("Ann", ["Cy", "Dee", "Eve"], ["Cy", "Ann", "Dee", "Ann"])):
        asleep = [{name for name in at if name.startswith("zzz")} for _, at in way]
        both, one = {"zzz-1", "zzz-2"}, {"zzz-2"}
        assert asleep == [both, both, both, one, one, one]


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", WAYS)
def test_the_coins_of_a_day_are_the_closed_forms(name):
    graph = SocialGraph.from_edges([2, 2], [0, 1], 3)
    rates = [DAY.count("Ann"), DAY.count("Bo"), 0], [0, 0, DAY.count("look")]
    deliveries, lists, _ = counted(["Ann", "Bo"], DAY, WAYS[name])[-1]
    assert deliveries + lists == expected_cost(graph, *rates, WAYS[name])
    told = steps(reader_day(["Ann", "Bo"], DAY, "Cy"))[list(WAYS).index(name)]
    assert len(coins(told[-1][1])) == deliveries + lists
    assert expected_cost(graph, *rates, PerEdge(Costs(), *rates)) < deliveries + lists


@pytest.mark.parametrize("asleep", [False, True])
def test_copies_are_delivered_to_who_is_awake_as_the_closed_form_says(asleep):
    graph = SocialGraph.from_edges([1, 2, 3], [0] * 3, 4)
    deliveries, rebuilds, ready = copies_of(3, [0, None, None, None], asleep)[-1]
    sleeping = [0, 0, 1, 1] if asleep else [0] * 4
    assert deliveries == awake_deliveries(graph, [3, 0, 0, 0], sleeping)
    assert rebuilds == 0 and ready == [3, 3 * (not asleep), 3 * (not asleep)]


def test_a_pages_coins_are_the_prices_of_the_formula():
    graph = SocialGraph.from_edges([3, 3, 3], [0, 1, 2], 4)
    paid = expected_cost(graph, [0] * 4, [0, 0, 0, 1], FanOutOnRead(), COSTS_US)
    assert page_coins(COSTS_US, 3) == round(paid / COSTS_US.delivery)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_what_cannot_be_drawn_is_named():
    with pytest.raises(
        ValueError, match=r"day=\['Eve'\] must be 1 to 12 of \['Ann', 'Bo', 'look'\]"
    ):
        reader_day(["Ann", "Bo"], ["Eve"], "Cy")
    with pytest.raises(ValueError, match="must be 1 to 12 of"):
        reader_day(["Ann", "Bo"], ["look"] * 13, "Cy")
    with pytest.raises(
        ValueError, match="coins of Cy=302 must be an integer of at least 0 and at most 15"
    ):
        page_prices(Costs(merge=300.0), {"Cy": 2})
    with pytest.raises(ValueError, match=r"day=\['Bo'\] must be 1 to 12 of \['Ann', 'Cy', 'Dee'\]"):
        sleepers_day("Ann", ["Cy", "Dee"], ["Bo"])
    with pytest.raises(ValueError, match="lists=-1"):
        page_coins(COSTS_US, -1)
