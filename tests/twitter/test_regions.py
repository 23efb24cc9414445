"""Two regions: at once here, a lag later there, and the same in the end."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.twitter.timeline.brute_force import BruteForce
from scalemodel.twitter.timeline.graph import SocialGraph
from scalemodel.twitter.timeline.policies import AuthorRate, FanOutOnRead, FanOutOnWrite, Hybrid
from scalemodel.twitter.timeline.regions import TwoRegions
from tests.laws.refusal_laws import methods_refuse, one_wrong_at_a_time, refused, state_of
from tests.laws.timeline_laws import Moody

ANN, BO, CY = range(3)
GRAPH = SocialGraph.from_edges([ANN, CY], [BO, BO], n_users=3)
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["post", "post", "post", "follow", "unfollow", "delete", "block"]),
        st.integers(0, 1),  # region
        st.sampled_from([(a, b) for a in range(3) for b in range(3) if a != b]),
        st.sampled_from([0.0, 0.4, 3.0]),  # pause
    ),
    max_size=40,
)


# ── Examples ────────────────────────────────────────────────────────────────
def test_late_tweets_take_their_place_in_time():
    regions = TwoRegions(GRAPH, FanOutOnWrite(), lag_s=5.0)
    first = regions.post(0, BO, 1.0)
    second = regions.post(1, BO, 2.0)
    assert regions.timeline(1, ANN, 3.0).tolist() == [second]
    assert regions.timeline(1, ANN, 6.0).tolist() == [second, first]
    assert regions.timeline(0, ANN, 7.0).tolist() == [second, first]


@pytest.mark.parametrize(
    ("post_s", "lag_s", "due_s", "before_s"), [(0.1, 0.2, 0.3, 0.29), (1.1, 2.2, 3.3, 3.2999)]
)
def test_a_lag_later_is_a_lag_later(post_s, lag_s, due_s, before_s):
    regions = TwoRegions(GRAPH, FanOutOnWrite(), lag_s)
    tweet = regions.post(0, BO, post_s)
    assert regions.timeline(1, ANN, before_s).tolist() == [] and regions.behind(1) == 1
    assert regions.timeline(1, ANN, due_s).tolist() == [tweet] and regions.behind(1) == 0


def test_time_begins_at_nothing_and_what_is_said_then_counts():
    regions = TwoRegions(GRAPH, FanOutOnWrite(), lag_s=1.0)
    with pytest.raises(ValueError, match=r"time_s=-0.5 must be"):
        regions.timeline(0, ANN, -0.5)
    regions.follow(0, ANN, CY, 0.0)
    tweet = regions.post(0, CY, 0.0)
    assert regions.timeline(0, ANN, 0.0).tolist() == [tweet]
    assert regions.timeline(1, ANN, 1.0).tolist() == [tweet]


def test_a_tweet_that_is_on_its_way_is_no_other_tweet():
    regions = TwoRegions(GRAPH, FanOutOnWrite(), lag_s=1.0)
    regions.post(0, BO, 1.0)
    with pytest.raises(
        ValueError, match=r"^tweet_id=7 must be the id of a tweet that region 1 has"
    ):
        regions.delete(1, 7, 3.0)
    assert regions.behind(1) == 1


def test_the_later_word_counts_in_both_regions():
    regions = TwoRegions(GRAPH, FanOutOnWrite(), lag_s=5.0)
    tweet = regions.post(0, BO, 0.5)
    regions.unfollow(0, ANN, BO, 1.0)
    regions.follow(1, ANN, BO, 2.0)
    assert regions.timeline(0, ANN, 2.0).tolist() == []
    for region in (0, 1):
        assert regions.timeline(region, ANN, 10.0).tolist() == [tweet]


def test_a_block_parts_in_both_regions_and_a_tombstone_follows():
    regions = TwoRegions(GRAPH, FanOutOnWrite(), lag_s=5.0)
    tweet = regions.post(0, BO, 1.0)
    regions.block(0, BO, ANN, 2.0)
    regions.delete(0, tweet, 2.0)
    assert regions.behind(1) == 3
    assert regions.timeline(1, CY, 6.5).tolist() == [tweet]
    assert regions.timeline(1, CY, 7.0).tolist() == regions.timeline(1, ANN, 7.0).tolist() == []


def test_ids_tell_their_region_and_what_happens_at_one_instant_is_in_their_order():
    regions = TwoRegions(GRAPH, FanOutOnWrite(), lag_s=1.0)
    second, first = regions.post(1, BO, 2.0), regions.post(0, BO, 2.0)
    assert (first >> 12 & 1023, second >> 12 & 1023, first >> 22) == (0, 1, 2000)
    for region in (0, 1):
        assert regions.timeline(region, ANN, 3.0).tolist() == [second, first]
        assert regions.timeline(region, ANN, 3.0, n=1).tolist() == [second]
        assert regions.timeline(region, ANN, 3.0, before=second).tolist() == [first]


@pytest.mark.parametrize("region", [0, 1])
def test_every_word_moves_the_clock_and_is_heard_over_there_a_lag_later(region):
    there = 1 - region
    words = {
        "post": (BO,), "follow": (BO, CY), "unfollow": (ANN, BO), "block": (CY, BO),
        "timeline": (ANN,), "delete": None,
    }  # fmt: skip
    for method, arguments in words.items():
        regions = TwoRegions(GRAPH, FanOutOnWrite(), lag_s=4.0)
        tweet = regions.post(region, BO, 1.0)
        getattr(regions, method)(region, *(arguments or (tweet,)), 3.0)
        with pytest.raises(ValueError, match="time_s"):
            regions.timeline(there, ANN, 2.9)
        told = 1 if method == "timeline" else 2
        assert (regions.behind(region), regions.behind(there)) == (0, told)
        regions.timeline(there, CY, 6.9)
        assert regions.behind(there) == told - 1
        regions.timeline(region, CY, 7.0)  # whoever asks, time has passed for both
        assert regions.behind(there) == 0


@pytest.mark.parametrize("method", ["post", "follow", "unfollow", "block", "delete", "timeline"])
def test_with_every_word_what_is_due_has_come(method):
    regions = TwoRegions(GRAPH, FanOutOnWrite(), lag_s=1.0)
    first = regions.post(0, BO, 0.0)
    assert first == 0, "the very first id"
    arguments = {"post": (BO,), "delete": (first,), "timeline": (ANN,)}.get(method, (CY, ANN))
    getattr(regions, method)(1, *arguments, 1.0)
    assert regions.behind(1) == 0
    assert regions.behind(0) == (method != "timeline")


def test_at_one_instant_the_word_of_the_second_region_counts():
    for region, follows in ((0, False), (1, True)):
        regions = TwoRegions(GRAPH, FanOutOnWrite(), lag_s=1.0)
        tweet = regions.post(0, BO, 0.5)
        regions.follow(region, ANN, BO, 2.0)
        regions.unfollow(1 - region, ANN, BO, 2.0)
        for where in (0, 1):
            assert regions.timeline(where, ANN, 9.0).tolist() == ([tweet] if follows else [])


def test_of_two_words_of_one_region_at_one_instant_the_second_counts():
    regions = TwoRegions(GRAPH, FanOutOnWrite(), lag_s=1.0)
    tweet = regions.post(0, BO, 0.5)
    regions.unfollow(1, ANN, BO, 2.0)
    regions.follow(1, ANN, BO, 2.0)
    assert [regions.timeline(where, ANN, 3.0).tolist() for where in (0, 1)] == [[tweet]] * 2


def test_an_older_word_that_comes_late_changes_nothing():
    regions = TwoRegions(GRAPH, FanOutOnWrite(), lag_s=5.0)
    tweet = regions.post(0, BO, 0.0)
    regions.unfollow(0, ANN, BO, 1.0)
    regions.follow(1, ANN, BO, 2.0)
    regions.timeline(1, ANN, 6.0)  # the first word is here now, and is too old
    assert regions.timeline(1, ANN, 6.5).tolist() == [tweet]


@pytest.mark.parametrize("pair", [(ANN, BO), (BO, ANN)])
@pytest.mark.parametrize("region", [0, 1])
def test_a_block_holds_both_ways_here_and_there_from_the_instant_it_is_known(region, pair):
    edges = [ANN, BO, CY], [BO, ANN, ANN]
    regions = TwoRegions(SocialGraph.from_edges(*edges, n_users=3), FanOutOnWrite(), lag_s=2.0)
    tweets = [regions.post(region, author, 1.0) for author in (ANN, BO)]
    regions.block(region, *pair, 3.0)
    for where, known_s in ((region, 3.0), (1 - region, 5.0)):
        for follower, followee in ((ANN, BO), (BO, ANN)):
            assert regions.timeline(where, follower, known_s).tolist() == []
            with pytest.raises(ValueError, match="blocks the other"):
                regions.follow(where, follower, followee, known_s)
        assert regions.timeline(where, CY, known_s).tolist() == tweets[:1]


def test_a_follow_that_did_not_know_of_the_block_comes_to_nothing():
    regions = TwoRegions(GRAPH, FanOutOnWrite(), lag_s=5.0)
    tweet = regions.post(0, BO, 0.0)
    regions.block(0, BO, CY, 6.0)
    regions.follow(1, CY, BO, 7.0)  # the block is on its way
    assert regions.timeline(1, CY, 7.0).tolist() == [tweet]
    for where in (0, 1):
        assert regions.timeline(where, CY, 30.0).tolist() == []


def test_a_region_takes_back_only_what_it_has_by_then():
    regions = TwoRegions(GRAPH, FanOutOnWrite(), lag_s=2.0)
    tweet = regions.post(0, BO, 1.0)
    with pytest.raises(ValueError, match=f"tweet_id={tweet} must be .* that region 1 has"):
        regions.delete(1, tweet, 2.9)
    for other in (tweet + 1, tweet - 1, tweet | 2 << 12):
        with pytest.raises(ValueError, match=f"tweet_id={other} must be"):
            regions.delete(1, other, 3.0)
    regions.delete(1, tweet, 3.0)
    assert regions.timeline(1, ANN, 3.0).tolist() == []
    assert regions.timeline(0, ANN, 4.9).tolist() == [tweet]
    assert regions.timeline(0, ANN, 5.0).tolist() == []


def test_a_page_of_two_regions_ends_at_the_nearer_horizon_and_is_cut_to_n():
    regions = TwoRegions(GRAPH, FanOutOnWrite(), lag_s=0.0, cap=3)
    there = [regions.post(1, BO, 1.0 + step) for step in range(2)]
    here = [regions.post(0, BO, 10.0 + step) for step in range(5)]
    assert regions.timeline(1, ANN, 19.0).tolist() == here[:1:-1]
    assert regions.horizon(0, ANN) == regions.horizon(1, ANN) == here[1] > there[1]
    assert regions.timeline(0, ANN, 20.0).tolist() == here[:1:-1]
    assert regions.timeline(0, ANN, 20.0, n=2).tolist() == here[:2:-1]
    regions.post(1, BO, 21.0)
    assert len(regions.timeline(0, ANN, 22.0, n=3)) == 3


def test_a_short_list_ends_at_its_horizon():
    regions = TwoRegions(GRAPH, FanOutOnWrite(), lag_s=0.0, cap=2)
    ids = [regions.post(step % 2, BO, 1.0 + step) for step in range(6)]
    page = regions.timeline(0, ANN, 20.0).tolist()
    assert page == [i for i in ids[::-1] if i > regions.horizon(0, ANN)] and len(page) >= 2


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("policy", [FanOutOnWrite(), FanOutOnRead(), Hybrid(2, 1)], ids=str)
@given(changes=CHANGES, lag_s=st.sampled_from([0.0, 1.0, 50.0]))
def test_both_regions_show_the_same_when_the_cable_has_caught_up(policy, changes, lag_s):
    regions, clock_s, tweets = TwoRegions(GRAPH, policy, lag_s), 1.0, []
    for kind, region, (a, b), pause_s in changes:
        clock_s += pause_s
        if kind == "post":
            tweets.append((regions.post(region, a, clock_s), region))
        elif kind == "delete":
            mine = [tweet for tweet, origin in tweets if origin == region]
            if mine:
                regions.delete(region, mine[-1], clock_s)
        elif kind == "follow":
            try:
                regions.follow(region, a, b, clock_s)
            except ValueError as error:
                assert "blocks the other" in str(error)
        else:
            getattr(regions, kind)(region, a, b, clock_s)
    for user in range(3):
        pages = [regions.timeline(region, user, clock_s + 100).tolist() for region in (0, 1)]
        assert pages[0] == pages[1]
        assert pages[0] == sorted(set(pages[0]), reverse=True)
    assert regions.behind(0) == regions.behind(1) == 0


# ── Oracle ──────────────────────────────────────────────────────────────────
@given(changes=CHANGES)
def test_without_a_lag_it_is_brute_force(changes):
    regions, clock_s = TwoRegions(GRAPH, Hybrid(2), 0.0), 1.0
    truth = BruteForce(3, [(ANN, BO), (CY, BO)])
    for kind, region, (a, b), pause_s in changes:
        clock_s += pause_s + 0.002  # two ids in one millisecond are in order of region
        if kind == "post":
            truth.post(a, regions.post(region, a, clock_s))
        elif kind == "unfollow":
            regions.unfollow(region, a, b, clock_s)
            truth.unfollow(a, b)
        elif kind == "follow":
            regions.follow(region, a, b, clock_s)
            truth.follow(a, b)
    for region in (0, 1):
        for user in range(3):
            page = regions.timeline(region, user, clock_s, n=100)
            assert page.tolist() == truth.timeline(user, 100)
            if len(page) > 1:
                rest = regions.timeline(region, user, clock_s, n=100, before=int(page[0]))
                assert np.array_equal(rest, page[1:])


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda r: r.post(2, BO, 2.0), "region=2"),
        (lambda r: r.post(0, BO, 0.5), r"time_s=0\.5"),
        (lambda r: r.follow(0, ANN, 9, 2.0), "b=9"),
        (lambda r: r.unfollow(0, ANN, ANN, 2.0), "b=0 must be another user"),
        (lambda r: r.delete(1, r.post(0, BO, 2.0), 2.0), "tweet_id="),
        (lambda r: TwoRegions(GRAPH, FanOutOnRead(), lag_s=-1.0), "lag_s=-1"),
    ],
)
def test_bad_calls_are_named(call, message):
    regions = TwoRegions(GRAPH, FanOutOnWrite(), lag_s=1.0)
    regions.post(0, BO, 1.0)
    with pytest.raises(ValueError, match=message):
        call(regions)


@pytest.mark.parametrize("rule", [FanOutOnWrite(), AuthorRate(1.0)], ids=str)
def test_a_refused_call_changes_nothing(rule):
    regions = TwoRegions(GRAPH, rule, lag_s=3.0)
    tweet = regions.post(0, BO, 1.0)
    regions.block(1, ANN, CY, 1.5)
    regions.unfollow(0, CY, BO, 2.0)
    calls = {
        "post": {"region": 1, "author": BO, "time_s": 5.0},
        "follow": {"region": 0, "a": CY, "b": BO, "time_s": 5.1},
        "unfollow": {"region": 1, "a": ANN, "b": BO, "time_s": 5.2},
        "block": {"region": 0, "a": CY, "b": BO, "time_s": 5.3},
        "delete": {"region": 1, "tweet_id": tweet, "time_s": 5.4},
        "timeline": {"region": 1, "user": ANN, "time_s": 5.5, "n": 3, "before": 2**40},
        "horizon": {"region": 1, "user": ANN},
        "behind": {"region": 1},
    }
    for time_s in (4.5, 100.0):  # what is on its way is due, and stays there
        refused(lambda: regions.follow(0, ANN, CY, time_s), "b", lambda: state_of(regions))  # noqa: B023
    refused(lambda: regions.delete(1, tweet, 3.9), "tweet_id", lambda: state_of(regions))
    methods_refuse(regions, calls, {"before": ["None", "-1"]})


@pytest.mark.parametrize("method", ["post", "follow", "unfollow", "block"])
def test_a_policy_that_does_not_answer_changes_nothing(method):
    rule = Moody()
    regions = TwoRegions(GRAPH, rule, lag_s=0.0)
    regions.post(0, BO, 1.0)
    regions.timeline(1, ANN, 1.0)
    rule.says = ZeroDivisionError("boom")
    pair = (BO, CY) if method == "follow" else (ANN, BO)
    call = lambda: getattr(regions, method)(0, *([BO] if method == "post" else pair), 2.0)
    refused(call, "policy=Moody", lambda: state_of(regions))
    rule.says = 0.0
    regions.post(0, BO, 1.5)
    call()


def test_what_a_policy_does_not_take_in_stays_on_its_way():
    rule = Moody()
    regions = TwoRegions(GRAPH, rule, lag_s=1.0)
    tweet = regions.post(0, BO, 1.0)
    rule.says = ZeroDivisionError("boom")
    refused(lambda: regions.timeline(1, ANN, 2.0), "policy=Moody", lambda: state_of(regions))
    rule.says = 0.0
    assert regions.timeline(1, ANN, 2.0).tolist() == [tweet]


def test_wrong_regions_are_named():
    right = {"graph": GRAPH, "policy": FanOutOnWrite(), "lag_s": 1.0, "cap": 3}
    one_wrong_at_a_time(TwoRegions, right, {})
