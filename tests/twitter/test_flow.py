"""The way of a tweet: what the drawing says is what the engine did."""

import pytest

from scalemodel.twitter.flow import TWEET_FLOW, flow_state, pushed
from scalemodel.twitter.timeline.engine import HomeTimelines
from scalemodel.twitter.timeline.graph import SocialGraph
from scalemodel.twitter.timeline.policies import FanOutOnRead, FanOutOnWrite, Hybrid

ANN, BO, CY, DEE = range(4)
PUSHED = {("author", "fan-out"), ("fan-out", "home list"), ("home list", "merge")}
ALWAYS = {("author", "author's list"), ("merge", "reader")}


@pytest.fixture
def graph():
    """Cy and Dee follow Ann, Dee follows Bo too, and nobody Dee."""
    return SocialGraph.from_edges([CY, DEE, DEE], [ANN, ANN, BO], 4)


# ── Examples ────────────────────────────────────────────────────────────────
def test_what_is_pushed_is_delivered_and_nothing_is_pulled(graph):
    state = flow_state(HomeTimelines(graph, FanOutOnWrite()), ANN, CY)
    assert state.says == {
        "author": "2 followers",
        "fan-out": "2 deliveries",
        "merge": "0 lists pulled",
    }
    assert state.running == PUSHED | ALWAYS


def test_what_is_pulled_is_fetched_from_each_author_whom_the_reader_follows(graph):
    state = flow_state(HomeTimelines(graph, FanOutOnRead()), ANN, DEE)
    assert state.says == {
        "author": "2 followers",
        "fan-out": "0 deliveries",
        "merge": "2 lists pulled",
    }
    assert state.running == {("author's list", "merge")} | ALWAYS


def test_a_hybrid_does_both_by_the_author(graph):
    homes = HomeTimelines(graph, Hybrid(2))
    assert [pushed(homes, author, DEE) for author in (ANN, BO)] == [False, True]


def test_who_has_no_follower_is_not_pushed(graph):
    assert not pushed(HomeTimelines(graph, FanOutOnWrite()), DEE, CY)


def test_a_drawing_counts_its_own_tweet_alone_and_leaves_none_behind(graph):
    for rule, counted in ((FanOutOnWrite(), ("2", "0")), (FanOutOnRead(), ("0", "1"))):
        homes = HomeTimelines(graph, rule)
        mine = homes.post(ANN)
        assert homes.timeline(CY) == [mine]
        says = flow_state(homes, ANN, CY).says
        assert (says["fan-out"].split()[0], says["merge"].split()[0]) == counted
        assert pushed(homes, ANN, CY) == (counted[0] == "2")
        assert homes.timeline(CY) == [mine]


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("rule", [FanOutOnWrite(), FanOutOnRead()])
def test_every_part_that_works_and_every_way_is_drawn(graph, rule):
    names = {part.name for part in TWEET_FLOW.parts}
    ways = {(flow.start, flow.end) for flow in TWEET_FLOW.flows}
    state = flow_state(HomeTimelines(graph, rule), ANN, CY)
    assert set(state.says) < names and state.running < ways
    places = [(part.column, part.row) for part in TWEET_FLOW.parts]
    assert sorted(places) == [(column, row) for column in range(3) for row in range(2)]
    place = {part.name: (part.column, part.row) for part in TWEET_FLOW.parts}
    assert place["author"] == (0, 0) and place["reader"] == (2, 1)
    for start, end in ways - {("home list", "merge")}:
        apart = [abs(a - b) for a, b in zip(place[start], place[end], strict=True)]
        assert sorted(apart) == [0, 1], f"{start} and {end} are no neighbours"


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_reader_who_is_not_there_is_refused(graph):
    with pytest.raises(ValueError, match="9"):
        flow_state(HomeTimelines(graph, FanOutOnWrite()), ANN, 9)
