"""Home timelines: five policies against brute force, the closed form and bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scalemodel.core.rng import stream
from scalemodel.twitter.timeline import graph as graphs
from scalemodel.twitter.timeline import homes, pages
from scalemodel.twitter.timeline.brute_force import BruteForce, naive_pull
from scalemodel.twitter.timeline.engine import HomeTimelines, WorkerCrashed
from scalemodel.twitter.timeline.expected import expected_cost
from scalemodel.twitter.timeline.graph import SocialGraph, millisecond, reference_rates
from scalemodel.twitter.timeline.homes import Homes
from scalemodel.twitter.timeline.policies import (
    AuthorRate,
    FanOutOnRead,
    FanOutOnWrite,
    Hybrid,
    PerEdge,
    asked_price,
    asked_prices,
)
from scalemodel.twitter.timeline.prices import Costs
from scalemodel.twitter.timeline.rows import Rows
from tests.laws.refusal_laws import methods_refuse, one_wrong_at_a_time, refused, state_of
from tests.laws.timeline_laws import N_USERS, POLICIES, Moody, history

ANN, BO, CY, DEE = range(4)
EVERY_POLICY = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)


def everyone_follows_bo(policy, **options):
    graph = SocialGraph.from_edges([ANN, CY, DEE], [BO, BO, BO], n_users=N_USERS)
    return HomeTimelines(graph, policy, **options)


# ── Examples ────────────────────────────────────────────────────────────────
@EVERY_POLICY
def test_a_page_is_the_newest_first_and_a_cursor_goes_on_from_there(policy):
    timelines = everyone_follows_bo(policy)
    ids = timelines.post_many([BO] * 5)[::-1].tolist()
    first = timelines.timeline(ANN, n=2)
    timelines.post(BO)  # a new one shifts nothing
    second = timelines.timeline(ANN, n=2, before=first[-1])
    assert first.tolist() + second.tolist() == ids[:4]


@EVERY_POLICY
def test_your_own_tweets_are_not_on_your_page(policy):
    timelines = everyone_follows_bo(policy)
    timelines.post(BO)
    assert timelines.timeline(BO).tolist() == []


def test_ids_carry_the_time_and_the_worker():
    timelines = everyone_follows_bo(FanOutOnRead(), worker=5)
    tweet = timelines.post(BO, time_s=12.345)
    assert (tweet >> 22, tweet >> 12 & 1023, tweet & 4095) == (12345, 5, 0)
    more = timelines.post_many([BO] * 5000)
    assert (np.diff(more) > 0).all() and more[-1] >> 22 == 12346, "4,096 ids a millisecond"


def test_a_tweet_is_dated_the_millisecond_that_is_written():
    graph = SocialGraph.from_edges([], [], 1)
    timelines = HomeTimelines(graph, FanOutOnRead())
    dated = [timelines.post(0, time_s=ms / 1000) >> 22 for ms in range(19_999)]
    assert dated == list(range(19_999))
    for ms in (1_001, 8_059, 2**31 * 1000 - 1001):
        assert millisecond(ms / 1000) == ms
        assert millisecond(np.nextafter(ms / 1000, 0)) == ms - 1
        assert millisecond(np.nextafter(ms / 1000, np.inf)) == ms


def test_what_was_paid_is_counted():
    pushed, pulled = everyone_follows_bo(FanOutOnWrite()), everyone_follows_bo(FanOutOnRead())
    for timelines in (pushed, pulled):
        timelines.post_many([BO, BO])
        timelines.timeline_many([ANN, ANN, CY, BO])
    assert (pushed.work.deliveries, pushed.work.lists_pulled) == (6, 0)
    assert (pulled.work.deliveries, pulled.work.lists_pulled) == (0, 3)
    assert pushed.work.posts == 2 and pushed.work.pages == pulled.work.pages == 4
    assert pushed.work.bytes_held > pulled.work.bytes_held


def test_a_full_list_ends_at_its_horizon():
    timelines = everyone_follows_bo(FanOutOnWrite(), cap=3)
    ids = timelines.post_many([BO] * 5)
    assert timelines.timeline(ANN).tolist() == ids[:1:-1].tolist()
    assert timelines.horizon(ANN) == ids[1]


def test_what_was_evicted_does_not_come_back_by_following_again():
    timelines = everyone_follows_bo(FanOutOnWrite(), cap=2)
    old = timelines.post(DEE)
    timelines.post_many([BO, BO, BO])
    timelines.follow(ANN, DEE)
    assert timelines.horizon(ANN) > old and old not in timelines.timeline(ANN)


@EVERY_POLICY
@pytest.mark.parametrize("way", ["unfollow", "block", "delete", "delete in the middle"])
def test_what_a_removal_makes_room_for_is_seen_again(policy, way):
    timelines = everyone_follows_bo(policy, cap=4)
    quiet = timelines.post_many([BO] * 6).tolist()
    timelines.follow(ANN, DEE)
    loud = timelines.post_many([DEE] * 9).tolist()
    assert timelines.timeline(ANN, n=4).tolist() == loud[:4:-1]
    if way in ("unfollow", "block"):
        getattr(timelines, way)(ANN, DEE)
        left = quiet
    else:
        left = quiet + (loud[:1] + loud[-1:] if way == "delete in the middle" else [])
        for tweet in set(loud) - set(left):
            timelines.delete(tweet)
    rebuilds = timelines.work.rebuilds
    assert timelines.timeline(ANN, n=1).tolist() == left[-1:]
    assert timelines.timeline(ANN, n=4).tolist() == left[:-5:-1]
    assert timelines.timeline(ANN, n=2, before=left[-2]).tolist() == left[-3:-5:-1]
    assert timelines.timeline_many([ANN, CY], n=3).tolist() == [left[:-4:-1], quiet[:-4:-1]]
    assert timelines.work.rebuilds <= rebuilds + 1 and timelines.work.pages == 6
    assert timelines.timeline(ANN).tolist()[:4] == left[:-5:-1]
    assert timelines.work.rebuilds <= rebuilds + 1, "a list that is whole is not built again"
    timelines.check()


def test_a_hybrid_delivers_only_below_the_threshold():
    graph = SocialGraph.from_edges([ANN, CY, DEE, ANN], [BO, BO, BO, CY], n_users=4)
    timelines = HomeTimelines(graph, Hybrid(celebrity_followers=3))
    both = timelines.post_many([BO, CY])
    assert timelines.work.deliveries == 1
    assert timelines.timeline(ANN).tolist() == both[::-1].tolist()
    assert timelines.work.lists_pulled == 1


def test_hysteresis_stops_an_account_at_the_border_from_crossing_at_each_follower():
    crossings = {}
    for down in (None, 2):
        timelines = everyone_follows_bo(Hybrid(3, down))
        before = timelines.pulled(BO)
        count = 0
        for _ in range(5):
            for change in (timelines.unfollow, timelines.follow):
                change(ANN, BO)
                count += timelines.pulled(BO) != before
                before = timelines.pulled(BO)
        crossings[down] = count
    assert crossings == {None: 10, 2: 0}


def test_an_author_who_posts_fast_is_pulled_and_comes_back():
    timelines = everyone_follows_bo(AuthorRate(posts_per_s=1.0))
    for step in range(9):
        timelines.post(BO, time_s=step * 0.1)
    assert timelines.pulled(BO)
    fast = timelines.work.deliveries
    ids = [timelines.post(BO, time_s=100.0 + 10 * step) for step in range(9)]
    assert not timelines.pulled(BO) and timelines.work.deliveries > fast
    assert timelines.timeline(CY, n=9).tolist() == ids[::-1]


def test_at_its_border_each_rule_decides_as_it_says():
    followers, rates = np.array([2, 3, 4]), np.array([0.9, 1.0, 1.1])
    rule = Hybrid(3, demoted_followers=2)
    assert (rule.prices(followers, rates)[0] < 1).tolist() == [True, False, False]
    assert [rule.price(0, n, 0.0, now=0.0) for n in (2, 3)] == [0.0, 2.0]
    assert [rule.price(0, n, 0.0, now=2.0) for n in (1, 2, 3)] == [0.0, 2.0, 2.0]
    assert [Hybrid(3).price(0, n, 0.0, now=2.0) for n in (2, 3)] == [0.0, 2.0]
    for rule in (AuthorRate(1.0), AuthorRate(1.0, rates)):
        assert (rule.prices(followers, rates)[0] < 1).tolist() == [True, True, False]
    assert [AuthorRate(1.0).price(0, 9, rate, now=0.0) for rate in rates] == [0.0, 0.0, 2.0]
    equal = PerEdge(Costs(delivery=2.0, pull=1.0), [1.0] * N_USERS, [2.0] * N_USERS)
    timelines = everyone_follows_bo(equal)
    timelines.post(BO)
    assert timelines.pulled(BO) and timelines.work.deliveries == 0, "no cheaper: pulled"


class Prices:
    """A policy that answers what it is told to."""

    def __init__(self, rows=None, price=0.0):
        self.rows, self.one = rows, price

    def prices(self, followers, posts_per_s):
        return self.rows

    def price(self, author, followers, posts_per_s, now):
        return self.one


def test_each_row_of_a_policys_answer_is_for_every_user():
    users, rates = np.array([1, 0, 2]), np.zeros(3)
    for rows, words in (
        (([0.0] * 2, [1.0] * 3), "policy=Prices: write has 2 numbers; it must have 3"),
        (([0.0] * 3, [1.0] * 2), "policy=Prices: read has 2 numbers; it must have 3"),
    ):
        with pytest.raises(ValueError, match=words):
            asked_prices(Prices(rows), users, rates)
    with pytest.raises(ValueError, match="rates_per_s has 2 numbers; it must have 3"):
        AuthorRate(1.0, [0.5, 2.0]).prices(users, rates)
    assert asked_price(Prices(price=np.array(1.5)), 0, 1, 0.0, 0.0) == 1.5
    with pytest.raises(ValueError, match=r"policy=Prices: price=.* must be"):
        asked_price(Prices(price=np.array([1.5])), 0, 1, 0.0, 0.0)


def test_a_rate_is_measured_unless_it_stands_in_a_table():
    assert AuthorRate(1.0).measured is True and AuthorRate(1.0, [1.0]).measured is False


def test_the_rate_is_that_of_eight_pauses_and_not_more_nor_less():
    for slow in (7, 8):  # pauses of a second after fast ones
        timelines = everyone_follows_bo(AuthorRate(posts_per_s=1.0))
        for step in range(5):
            timelines.post(BO, time_s=step / 10)
        for step in range(slow):
            timelines.post(BO, time_s=1.4 + step)
        assert timelines.pulled(BO) == (slow == 7)
    timelines = everyone_follows_bo(AuthorRate(posts_per_s=1.0))
    timelines.post(BO, time_s=1.0)
    assert not timelines.pulled(BO), "one post has no rate"
    timelines.post(BO, time_s=2.0)
    assert not timelines.pulled(BO), "as fast as the limit"
    timelines.post(BO, time_s=2.999)
    assert timelines.pulled(BO)
    together = everyone_follows_bo(AuthorRate(posts_per_s=1.0))
    together.post_many([BO, BO])
    assert together.pulled(BO), "two at one instant"


class ByFollowers:
    """An author costs what they have in followers; what a reader pays at most stands in a row."""

    def __init__(self, most):
        self.most = most

    def prices(self, followers, posts_per_s):
        return followers.astype(float), np.array(self.most, dtype=float)

    def price(self, author, followers, posts_per_s, now):
        return float(followers)


def test_a_price_may_rise_above_some_readers_and_not_above_others():
    """CY pulls above two followers, ANN above one; DEE and 4 never do."""
    timelines = HomeTimelines(
        SocialGraph.from_edges([ANN, CY], [BO, BO], 6), ByFollowers([2, 9, 3, 9, 9, 9])
    )
    tweet = timelines.post(BO)
    assert timelines.work.deliveries == 1, "CY has it; ANN pulls"
    for follower in (DEE, 4):
        timelines.follow(follower, BO)
        timelines.check()
    tweets = [timelines.post(BO), tweet]
    assert timelines.work.deliveries == 1 + 2, "DEE and 4"
    for reader, pulls in ((ANN, 1), (CY, 1), (DEE, 0), (4, 0)):
        before = timelines.work.lists_pulled
        assert timelines.timeline(reader).tolist() == tweets
        assert timelines.work.lists_pulled == before + pulls


def test_whoever_wakes_is_backfilled_with_all_that_is_looked_at():
    for cap, looked_at in ((8, 3), (2, 3), (1, 2)):
        timelines = everyone_follows_bo(FanOutOnWrite(), inactive_after_s=10.0, cap=cap)
        for second in (11.0, 12.0, 13.0):
            timelines.post(BO, time_s=second)
        assert timelines.work.backfilled == timelines.work.rebuilds == 0
        timelines.timeline(ANN)
        assert (timelines.work.rebuilds, timelines.work.backfilled) == (1, looked_at)


def test_a_page_that_has_to_be_refilled_counts_once():
    for look in ("timeline", "timeline_many"):
        timelines = HomeTimelines(
            SocialGraph.from_edges([ANN, ANN], [BO, CY], 4), FanOutOnWrite(), cap=2
        )
        kept = timelines.post(BO)
        timelines.post_many([CY, CY])
        timelines.unfollow(ANN, CY)
        who = ANN if look == "timeline" else [CY, ANN, DEE]
        page = np.atleast_2d(getattr(timelines, look)(who, n=2))[-2 if look != "timeline" else 0]
        assert [tweet for tweet in page.tolist() if tweet >= 0] == [kept]
        assert timelines.work.pages == np.size(who) and timelines.work.rebuilds == 1


def test_a_promoted_author_is_pulled_and_a_demoted_one_is_backfilled():
    timelines = everyone_follows_bo(Hybrid(4, 3))
    ids = [timelines.post(BO)]
    timelines.follow(4, BO)
    assert timelines.pulled(BO)
    ids.append(timelines.post(BO))
    assert timelines.work.deliveries == 3 and timelines.work.backfilled == 1
    timelines.unfollow(4, BO)
    assert timelines.pulled(BO), "three are not fewer than three"
    timelines.unfollow(DEE, BO)
    assert not timelines.pulled(BO) and timelines.work.backfilled == 1 + 2 * 2
    ids.append(timelines.post(BO))
    assert timelines.work.deliveries == 5
    lists = timelines.work.lists_pulled
    assert timelines.timeline(ANN).tolist() == timelines.timeline(CY).tolist() == ids[::-1]
    assert timelines.work.lists_pulled == lists
    assert timelines.timeline(4).tolist() == timelines.timeline(DEE).tolist() == []


def test_who_has_not_read_for_just_so_long_sleeps():
    for last_s, asleep in ((9.999, []), (10.0, [ANN, BO, CY, DEE, 4, 5])):
        timelines = everyone_follows_bo(FanOutOnWrite(), inactive_after_s=10.0)
        timelines.post(BO, time_s=last_s)
        assert timelines.inactive().tolist() == asleep
    timelines.timeline(ANN)  # at 10.0
    timelines.timeline_many([CY, ANN], time_s=15.0)
    timelines.post(BO, time_s=20.0)
    assert ANN not in timelines.inactive() and CY not in timelines.inactive()
    timelines.post(BO, time_s=25.0)
    assert ANN in timelines.inactive() and CY in timelines.inactive()
    timelines.timeline(ANN)
    assert timelines.work.rebuilds == 3
    timelines.post(BO, time_s=25.9)
    timelines.post(BO, time_s=35.0)
    assert ANN in timelines.inactive(), "looked for again after a tenth of the time"


def test_what_is_paid_for_a_page_is_counted_entry_by_entry():
    graph = SocialGraph.from_edges([ANN, ANN, CY, DEE], [BO, CY, BO, BO], n_users=4)
    timelines = HomeTimelines(graph, Hybrid(celebrity_followers=3))
    bo, cy = timelines.post_many([BO, BO, BO, CY, CY])[[0, 3]]
    timelines.timeline(ANN, n=3)
    assert (timelines.work.lists_pulled, timelines.work.entries_scanned) == (1, 3)
    timelines.timeline(ANN, n=1, before=cy)
    assert timelines.work.entries_scanned == 3 + 2 + 1, "two are newer than the cursor"
    timelines.timeline_many([ANN, CY], n=9)
    assert (timelines.work.lists_pulled, timelines.work.entries_scanned) == (4, 6 + 5 + 3)
    assert timelines.work.pages == 4 and timelines.timeline(ANN, before=bo).tolist() == []
    pushed = everyone_follows_bo(FanOutOnWrite())
    tweets = pushed.post_many([BO] * 4)
    pushed.timeline(ANN, n=2)
    pushed.timeline(ANN, n=1, before=tweets[2])
    pushed.timeline(BO)
    assert pushed.work.entries_scanned == 2 + 2 + 1 and pushed.work.pages == 3
    both = HomeTimelines(SocialGraph.from_edges([0, 0, 2], [1, 3, 3], 4), Hybrid(2))
    first, second, third = both.post_many([1, 1, 1])
    both.post(3)
    assert both.timeline(0, before=third).tolist() == [second, first]
    assert both.work.entries_scanned == 2 + 1 + 1, (
        "one of the list and one of the author's are newer"
    )


def test_lossy_readers_are_counted_anew_when_they_follow():
    timelines = HomeTimelines(SocialGraph.from_edges([ANN], [BO], 3), FanOutOnWrite(),
                              lossy_followees=1)  # fmt: skip
    timelines.post_many([BO] * 50)
    assert len(timelines.timeline(ANN, n=99)) == 50, "as many as the limit: nothing is lost"
    timelines.follow(ANN, CY)
    timelines.post_many([BO] * 100)
    kept = len(timelines.timeline(ANN, n=200)) - 50
    assert 30 < kept < 70, "twice the limit: about half"
    timelines.unfollow(ANN, CY)
    timelines.post_many([BO] * 10)
    assert len(timelines.timeline(ANN, n=200)) == 60 + kept


def test_a_long_list_gives_its_boxes_back_one_by_one():
    lists = Homes(n_users=2, cap=65)
    for row in range(300):
        lists.deliver(1, row)
        assert lists.entries(1).tolist() == list(range(row, max(-1, row - 65), -1))
        assert lists.horizon(1) == max(-1, row - 65)
        lists.check()
    assert lists.shelf[homes.USED] <= 4 * homes.BOX, "what was given back is used again"
    timelines = everyone_follows_bo(FanOutOnWrite(), cap=65)
    several = everyone_follows_bo(FanOutOnWrite(), cap=65, queued=True, batch=2)
    for step in range(40):
        ids = timelines.post_many([BO] * (1 + step % 9))
        several.post_many([BO] * (1 + step % 9))
        several.fan_out()
        timelines.check()
        several.check()
        assert timelines.timeline(ANN, n=1)[0] == ids[-1]
    assert len(timelines.timeline(ANN, n=99)) == 65
    for user in (ANN, CY, DEE):
        assert timelines.timeline(user, n=99).tolist() == several.timeline(user, n=99).tolist()
        assert timelines.horizon(user) == several.horizon(user)


def test_nobody_gets_twice_what_a_demotion_backfills_and_fan_out_brings():
    timelines = everyone_follows_bo(AuthorRate(posts_per_s=1.0))
    ids = timelines.post_many([BO, BO]).tolist()
    while timelines.pulled(BO):
        ids.append(timelines.post(BO, time_s=10.0 * len(ids)))
    assert timelines.timeline(ANN).tolist() == ids[::-1]
    assert timelines.work.redeliveries == 3 and timelines.work.deliveries == 0
    timelines.check()


def test_the_very_first_tweet_may_be_the_horizon():
    timelines = everyone_follows_bo(FanOutOnWrite(), cap=1)
    assert timelines.horizon(ANN) == -1
    assert timelines.post_many([BO, BO])[0] == timelines.horizon(ANN) == 0


def test_an_id_between_two_tweets_is_nobodys():
    timelines = everyone_follows_bo(FanOutOnWrite())
    first, _ = timelines.post(BO, time_s=1.0), timelines.post(BO, time_s=2.0)
    for wrong in (first - 1, first + 1):
        with pytest.raises(ValueError, match=f"tweet_id={wrong} must be the id of a tweet"):
            timelines.delete(wrong)
    assert len(timelines.timeline(ANN)) == 2


def test_what_is_handed_out_is_a_copy():
    timelines = everyone_follows_bo(FanOutOnWrite(), worker=1023)
    tweets = timelines.post_many([BO, BO])
    for row in (timelines.followers(BO), timelines.followees(ANN), timelines.timeline(ANN)):
        row[:] = 0
    assert timelines.followers(BO).tolist() == [ANN, CY, DEE]
    assert timelines.followees(ANN).tolist() == [BO]
    assert timelines.timeline(ANN).tolist() == tweets[::-1].tolist()
    tweets[:] = 0
    newest = timelines.timeline(ANN)[0]
    assert newest > 0 and newest >> 12 & 1023 == 1023
    assert timelines.author_of(newest) == BO and not timelines.deleted(newest)
    timelines.delete(newest)
    assert timelines.deleted(newest) and not timelines.deleted(timelines.timeline(CY)[0])
    with pytest.raises(ValueError, match="must be the id of a tweet"):
        timelines.deleted(int(newest) + 1)


def test_readers_who_do_not_look_get_nothing_and_are_rebuilt():
    timelines = everyone_follows_bo(FanOutOnWrite(), inactive_after_s=60.0)
    early = timelines.post(BO, time_s=1.0)
    timelines.timeline(ANN, time_s=50.0)
    late = timelines.post(BO, time_s=70.0)
    assert timelines.work.deliveries == 3 + 1, "only to Ann, who looked"
    assert CY in timelines.inactive() and ANN not in timelines.inactive()
    assert timelines.timeline(CY).tolist() == [late, early]
    assert timelines.work.rebuilds == 1 and CY not in timelines.inactive()
    timelines.check()


def test_who_sleeps_is_looked_for_ten_times_a_period_at_most():
    """A sweep at 100 s, when nobody has been away for long enough, and the next ten later."""
    timelines = everyone_follows_bo(FanOutOnWrite(), inactive_after_s=100.0)
    timelines.timeline(ANN, time_s=5.0)
    delivered = []
    for time_s in (100.0, 106.0, 109.9, 110.0):
        before = timelines.work.deliveries
        timelines.post(BO, time_s=time_s)
        delivered.append(timelines.work.deliveries - before)
    assert delivered == [1, 1, 1, 0], "Ann, who looked at 5 s, sleeps from 110 s on"


def test_a_rebuilt_list_knows_what_it_could_not_hold():
    timelines = everyone_follows_bo(FanOutOnWrite(), inactive_after_s=1.0, cap=3)
    timelines.timeline(DEE, time_s=2.0)
    ids = [timelines.post(BO, time_s=3.0 + step / 10) for step in range(5)]
    assert timelines.timeline(CY).tolist() == ids[:1:-1] and timelines.horizon(CY) == ids[1]


def test_lossy_readers_keep_the_same_tweets_at_each_try():
    n_users, posts = 3_000, 400
    reader = np.zeros(n_users - 1, dtype=int)
    graph = SocialGraph.from_edges(reader, np.arange(1, n_users), n_users)
    authors = stream(1, "authors").integers(1, n_users, posts)
    lists = []
    for queued in (False, True):
        timelines = HomeTimelines(
            graph, FanOutOnWrite(), lossy_followees=1_500, queued=queued, batch=1
        )
        timelines.post_many(authors)
        if queued:
            with pytest.raises(WorkerCrashed):
                timelines.fan_out(crash_after=1)
            timelines.fan_out()
        lists.append(timelines.timeline(0, n=posts).tolist())
    assert lists[0] == lists[1]
    mean, deviation = posts * 0.5, (posts * 0.25) ** 0.5
    assert abs(len(lists[0]) - mean) < 4 * deviation


def test_naive_pull_loses_what_one_author_wrote_too_much_of():
    page, lost = naive_pull({"Ann": list(range(100, 150)), "Bo": list(range(30))})
    assert lost == list(range(129, 99, -1)) and page[20:] == list(range(29, 9, -1))
    page, lost = naive_pull({"Ann": [9, 8, 7], "Bo": [6, 5]}, of_each=2, n=3)
    assert (page, lost) == ([9, 8, 6], [7])
    timelines = everyone_follows_bo(FanOutOnRead())
    ids = timelines.post_many([BO] * 60)
    assert timelines.timeline(ANN, n=50).tolist() == ids[:9:-1].tolist()


def test_a_tweet_for_few_waits_for_one_batch_of_each_before_it():
    n_users = 5_000
    celebrities, reader, late = (0, 1, 2), 3, 4
    followers = np.arange(3, n_users)
    edges = [np.tile(followers, 3), np.repeat(celebrities, len(followers))]
    graph = SocialGraph.from_edges(np.append(edges[0], reader), np.append(edges[1], late), n_users)
    timelines = HomeTimelines(graph, FanOutOnWrite(), queued=True, batch=100)
    timelines.post_many(celebrities)
    tweet = timelines.post(late)
    timelines.fan_out(batches=3)
    assert tweet not in timelines.timeline(reader)
    timelines.fan_out(batches=1)
    assert tweet in timelines.timeline(reader)
    assert timelines.work.deliveries == 3 * 100 + 1
    assert timelines.lag.tweets == 3 and timelines.lag.followers == 3 * (n_users - 3 - 100)


def test_the_lag_is_the_age_of_the_oldest_tweet_not_yet_out():
    timelines = everyone_follows_bo(FanOutOnWrite(), queued=True, batch=1)
    timelines.post(BO, time_s=1.0)
    timelines.post(BO, time_s=5.5)
    assert timelines.lag.oldest_s == pytest.approx(4.5)
    timelines.fan_out(batches=3)
    assert timelines.lag.oldest_s == pytest.approx(4.5), "the first lacks one follower"
    timelines.fan_out()
    assert (timelines.lag.oldest_s, timelines.lag.followers) == (0.0, 0)


@pytest.mark.parametrize("crash_after", range(5))
@pytest.mark.parametrize("crash_at", range(6))
def test_a_worker_may_die_at_any_step(crash_at, crash_after):
    timelines = everyone_follows_bo(FanOutOnWrite(), queued=True, batch=2)
    ids = timelines.post_many([BO, BO, BO])[::-1].tolist()
    timelines.fan_out(batches=crash_at)
    if timelines.lag.tweets:
        with pytest.raises(WorkerCrashed):
            timelines.fan_out(crash_after=crash_after)
    timelines.fan_out()
    for reader in (ANN, CY, DEE):
        assert timelines.timeline(reader).tolist() == ids
    assert timelines.work.deliveries == 9


# ── Laws ────────────────────────────────────────────────────────────────────
def make(graph, policy, **options):
    return HomeTimelines(graph, policy, **options)


TestFanOutOnWrite = history(make, POLICIES["FanOutOnWrite"])
TestFanOutOnRead = history(make, POLICIES["FanOutOnRead"])
TestHybrid = history(make, POLICIES["Hybrid"])
TestHybridSlow = history(make, POLICIES["Hybrid, slow to demote"])
TestAuthorRate = history(make, POLICIES["AuthorRate"])
TestAuthorRateKnown = history(make, POLICIES["AuthorRate, known"])
TestPerEdge = history(make, POLICIES["PerEdge"])
TestEvicting = history(make, POLICIES["FanOutOnWrite"], cap=5)
TestEvictingHybrid = history(make, POLICIES["Hybrid"], cap=5)
TestEvictingPerEdge = history(make, POLICIES["PerEdge"], cap=40)
TestQueued = history(make, POLICIES["FanOutOnWrite"], queued=True, batch=2)
TestQueuedHybrid = history(make, POLICIES["Hybrid"], queued=True, batch=2)
TestQueuedEvicting = history(make, POLICIES["PerEdge"], queued=True, batch=1, cap=4)
TestSleepers = history(make, POLICIES["Hybrid"], inactive_after_s=4.0)
TestSleepersEvicting = history(make, POLICIES["FanOutOnWrite"], inactive_after_s=4.0, cap=5)


def test_every_policy_runs_the_same_laws():
    tested = {name for name, value in globals().items() if name.startswith("Test")}
    assert len(tested) >= len(POLICIES)


@given(rows=st.lists(st.integers(0, 200), max_size=300), cap=st.integers(1, 90))
def test_a_list_keeps_the_newest_in_order_however_they_come(rows, cap):
    lists = Homes(n_users=2, cap=cap)
    seen = set()
    for row in rows:
        lists.deliver(1, row)
        seen.add(row)
    newest = sorted(seen, reverse=True)
    assert lists.entries(1).tolist() == newest[:cap]
    assert lists.horizon(1) == (newest[cap] if len(newest) > cap else -1)
    assert len(lists.entries(0)) == 0
    lists.check()


def test_a_list_that_was_cleared_is_as_new_and_its_box_serves_again():
    lists = Homes(2, cap=3)
    new = lists.lists.copy()
    for row in (4, 6, 7, 9):
        lists.deliver(0, row)
    lists.clear(0)
    assert (lists.lists == new).all()
    used = lists.shelf.copy()
    lists.deliver(1, 5)
    assert lists.shelf.tolist() == [-1, used[1]], "no new box"
    assert homes.new_box(np.zeros(homes.BOX, dtype=np.int32), np.array([-1, homes.BOX])) == -1


def test_what_was_deleted_is_not_looked_at_for_somebody_who_follows_later():
    timelines = HomeTimelines(SocialGraph.from_edges([], [], 2), FanOutOnWrite(), cap=2)
    kept, *gone = timelines.post_many([1, 1, 1])
    for tweet in gone:
        timelines.delete(int(tweet))
    timelines.follow(0, 1)
    assert timelines.work.backfilled == 1
    assert timelines.timeline(0).tolist() == [kept] and timelines.horizon(0) == -1


@given(pairs=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.booleans()), max_size=80))
def test_rows_are_sets(pairs):
    rows, sets = Rows.from_pairs([2, 2], [4, 1], 6), [set() for _ in range(6)]
    sets[2] = {1, 4}
    other = rows.copy()
    for row, value, adding in pairs:
        changed = rows.insert(row, value) if adding else rows.remove(row, value)
        assert changed == (adding != (value in sets[row]))
        (sets[row].add if adding else sets[row].discard)(value)
    assert [rows[row].tolist() for row in range(6)] == [sorted(each) for each in sets]
    assert other[2].tolist() == [1, 4]


def test_a_row_that_is_full_moves_to_twice_its_room_and_the_whole_grows_by_a_quarter():
    rows = Rows.from_pairs([0], [0], 64)
    held = []
    for value in range(1, 9):
        rows.insert(0, value)
        held.append(len(rows.values))
    assert held == [5, 5, 5, 13, 13, 13, 13, 29]
    rows = Rows.from_pairs(np.arange(96), np.zeros(96), 96)
    start = rows.start[0]
    rows.replace(0, np.array([5]))
    assert (rows.start[0], len(rows.values)) == (start, 96), "it fits where it stands"
    for row in range(6):
        rows.insert(row, 7)
        assert len(rows.values) == 120, "and no more as long as that is enough"
    rows.insert(6, 7)
    assert len(rows.values) == 150


@given(
    posts=arrays(float, 6, elements=st.floats(0, 100)),
    reads=arrays(float, 6, elements=st.floats(0, 100)),
    edges=st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda e: e[0] != e[1])),
    pull=st.floats(0.1, 10),
    limit=st.floats(0, 100),
)
def test_no_rule_costs_less_than_the_rule_per_edge(posts, reads, edges, pull, limit):
    follower, followee = np.array(sorted(edges), dtype=int).reshape(-1, 2).T
    graph = SocialGraph.from_edges(follower, followee, 6)
    costs = Costs(pull=pull)

    def cost(policy):
        return expected_cost(graph, posts, reads, policy, costs)

    least = cost(PerEdge(costs, posts, reads))
    for policy in (FanOutOnWrite(), FanOutOnRead(), Hybrid(int(limit)), AuthorRate(limit)):
        assert least <= cost(policy) * (1 + 1e-12)


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_hand_example():
    graph = SocialGraph.from_edges([2, 2, 3, 3], [0, 1, 0, 1], n_users=4)
    posts, reads = [1, 100, 0, 0], [0, 0, 10, 0.1]

    def cost(policy):
        return expected_cost(graph, posts, reads, policy)

    assert cost(FanOutOnWrite()) == pytest.approx(202)
    assert cost(FanOutOnRead()) == pytest.approx(20.2)
    assert min(cost(Hybrid(limit)) for limit in range(5)) == pytest.approx(20.2)
    assert min(cost(AuthorRate(limit)) for limit in (0, 1, 50, 100)) == pytest.approx(12.1)
    assert cost(PerEdge(Costs(), posts, reads)) == pytest.approx(11.2)


def test_an_edge_of_equal_prices_is_pulled_as_it_is_in_the_engine():
    graph = SocialGraph.from_edges([ANN], [BO], n_users=2)
    rule = PerEdge(Costs(pull=2), [0, 4], [2, 0])
    assert expected_cost(graph, [0, 4], [2, 0], rule, Costs(pull=2, merge=10)) == 2 * (2 + 10)
    timelines = HomeTimelines(graph, rule)
    timelines.post(BO)
    assert timelines.work.deliveries == 0


@pytest.mark.parametrize("field", ["posts_per_s", "reads_per_s"])
@pytest.mark.parametrize("rates", [[1.0], [1.0, 2.0, 3.0]], ids=len)
def test_each_user_has_one_rate(field, rates):
    graph = SocialGraph.from_edges([ANN], [BO], n_users=2)
    given = {"posts_per_s": [1.0, 1.0], "reads_per_s": [1.0, 1.0]} | {field: rates}
    with pytest.raises(ValueError, match=f"{field} has {len(rates)} numbers; it must have 2"):
        expected_cost(graph, **given, policy=FanOutOnWrite())


@pytest.fixture(scope="module")
def reference():
    return SocialGraph.reference()


def test_the_reference_graph_is_the_published_one(reference):
    followers = reference.followers.length
    assert reference.n_edges == 5_009_880
    assert (followers.max(), np.median(followers), round(np.percentile(followers, 99))) == (
        11_970,
        24,
        439,
    )
    assert (followers >= 2_000).sum() == 122
    posts, _ = reference_rates(reference)
    delivered = posts * followers
    assert delivered.sum() == pytest.approx(154, abs=0.5)
    assert delivered[followers >= 2_000].sum() / delivered.sum() == pytest.approx(0.40, abs=0.005)


def test_nobody_follows_more_than_five_thousand():
    _, followed = graphs._reference_start(1_000_000, seed=2)  # one of whom would follow 8,158
    assert (followed.min(), followed.max()) == (1, 5_000)


PUBLISHED = {  # reads per tweet: pull / push, optimum / push, rule, its cost / push, its threshold
    0.1: (0.033, 0.030, 0.033, 3),
    1: (0.327, 0.185, 0.308, 30),
    5: (1.63, 0.438, 0.729, 1_000),
    10: (3.27, 0.570, 0.872, 3_000),
    50: (16.3, 0.840, 1.0, 10**9),
    300: (98, 0.978, 1.0, 10**9),
}


@pytest.mark.parametrize("reads_per_tweet", PUBLISHED)
def test_the_published_table_comes_out(reference, reads_per_tweet):
    posts, reads = reference_rates(reference, reads_per_tweet)

    def cost(policy):
        return expected_cost(reference, posts, reads, policy)

    push = cost(FanOutOnWrite())
    pull, least, best, threshold = PUBLISHED[reads_per_tweet]
    assert cost(FanOutOnRead()) / push == pytest.approx(pull, rel=0.005, abs=0.0005)
    assert cost(PerEdge(Costs(), posts, reads)) / push == pytest.approx(least, abs=0.0005)
    assert cost(Hybrid(threshold)) / push == pytest.approx(best, abs=0.0005)


def test_what_is_paid_is_what_the_closed_form_says():
    """Each author posts and each reader reads as often as the rates say, exactly."""
    graph = SocialGraph.reference(n_users=300)
    rng = stream(3, "rates")
    posts, reads = rng.integers(0, 6, 300), rng.integers(0, 9, 300)
    for policy in (FanOutOnWrite(), FanOutOnRead(), Hybrid(60), PerEdge(Costs(), posts, reads)):
        timelines = HomeTimelines(graph, policy)
        timelines.post_many(np.repeat(np.arange(300), posts))
        timelines.timeline_many(np.repeat(np.arange(300), reads))
        paid = timelines.work.deliveries + timelines.work.lists_pulled
        assert paid == expected_cost(graph, posts, reads, policy)


@EVERY_POLICY
def test_a_long_history_on_a_larger_graph_equals_brute_force(policy):
    graph = SocialGraph.reference(n_users=N_USERS * 20)
    rates = np.resize([1, 9, 3, 0, 5, 2], graph.n_users)
    if isinstance(policy, PerEdge):
        policy = PerEdge(Costs(), rates, rates[::-1])
    elif isinstance(policy, AuthorRate) and policy.rates_per_s is not None:
        policy = AuthorRate(4.0, rates)
    elif isinstance(policy, Hybrid):
        policy = Hybrid(20, None if policy.demoted_followers is None else 15)
    follower, followee = graph.edges()
    truth = BruteForce(graph.n_users, zip(follower.tolist(), followee.tolist(), strict=True))
    timelines = HomeTimelines(graph, policy)
    rng = stream(5, "history")
    for _ in range(6):
        authors = rng.integers(0, graph.n_users, 500)
        for author, tweet in zip(authors.tolist(), timelines.post_many(authors), strict=True):
            truth.post(author, tweet)
        for _ in range(40):
            a, b = rng.choice(graph.n_users, 2, replace=False).tolist()
            for store in (timelines, truth):
                (store.follow if (a + b) % 3 else store.unfollow)(a, b)
        for user in range(0, graph.n_users, 7):
            page = timelines.timeline(user, n=300).tolist()
            horizon = timelines.horizon(user)
            assert page == [i for i in truth.timeline(user, 300) if i > horizon]
    timelines.check()


def test_the_plain_loops_do_what_the_compiled_ones_do(monkeypatch):
    def run():
        graph = SocialGraph.reference(n_users=60)
        timelines = HomeTimelines(graph, Hybrid(20), cap=70, lossy_followees=30)
        authors = stream(9, "authors").integers(0, 60, 400)
        timelines.post_many(authors)
        timelines.follow(0, 59) if 59 not in timelines.followees(0) else None
        one_by_one = [timelines.timeline(user, n=90).tolist() for user in range(60)]
        return timelines.timeline_many(np.arange(60), n=40), one_by_one, timelines.work

    compiled_pages, *compiled_rest = run()
    for module in (homes, pages):
        for name in ("fan_out", "deliver", "backfill", "entries", "clear", "read_page",
                     "merge_page", "copy_page", "read_pages", "link"):  # fmt: skip
            if hasattr(module, name):
                function = getattr(module, name)
                monkeypatch.setitem(function.__dict__, "native", function._function)
    plain_pages, *plain_rest = run()
    assert (plain_pages == compiled_pages).all() and plain_rest == compiled_rest


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("answer", [None, 7, ([1.0], [1.0], [1.0]), ([1.0],)])
def test_prices_are_two_rows(answer):
    class Odd(FanOutOnWrite):
        def prices(self, followers, posts_per_s):
            return answer

    with pytest.raises(ValueError, match="policy=Odd: prices must answer two rows"):
        HomeTimelines(SocialGraph.from_edges([0], [1], 2), Odd())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda t: t.post(6), "author=6 must be an integer of at least 0 and at most 5"),
        (lambda t: t.post(True), "author=True"),
        (lambda t: t.post(BO, time_s=-1.0), "time_s=-1.0 must be"),
        (lambda t: t.post(BO, time_s=float("nan")), "time_s=nan"),
        (lambda t: t.post_many([BO, -1]), r"authors\[1\]=-1"),
        (lambda t: t.post_many([0.5]), "authors=.* must be a row of integers"),
        (lambda t: t.timeline(-1), "user=-1"),
        (lambda t: t.timeline(ANN, n=0), "n=0 must be an integer of at least 1"),
        (lambda t: t.timeline(ANN, before="x"), "before='x'"),
        (lambda t: t.timeline_many([9]), r"users\[0\]=9"),
        (lambda t: t.follow(ANN, ANN), "b=0 must be another user than a=0"),
        (lambda t: t.delete(12345), "tweet_id=12345 must be the id of a tweet"),
        (lambda t: t.fan_out(batches=-1), "batches=-1"),
    ],
)
def test_bad_calls_are_named_and_change_nothing(call, message):
    timelines = everyone_follows_bo(FanOutOnWrite())
    tweet = timelines.post(BO)
    before = timelines.work
    with pytest.raises(ValueError, match=message):
        call(timelines)
    assert timelines.work == before and timelines.timeline(ANN).tolist() == [tweet]
    timelines.check()


def test_a_block_holds_until_it_is_lifted():
    timelines = everyone_follows_bo(FanOutOnWrite())
    timelines.block(BO, ANN)
    for pair in ((ANN, BO), (BO, ANN)):
        with pytest.raises(ValueError, match="must not be blocked"):
            timelines.follow(*pair)
    assert timelines.blocked(ANN, BO) and timelines.blocked(BO, ANN)
    timelines.unblock(ANN, BO)
    assert not timelines.blocked(ANN, BO) and not timelines.blocked(BO, ANN)
    timelines.follow(ANN, BO)
    tweet = timelines.post(BO)
    assert timelines.timeline(ANN).tolist() == [tweet]


def test_the_clock_does_not_go_back():
    timelines = everyone_follows_bo(FanOutOnWrite())
    timelines.post(BO, time_s=2.0)
    with pytest.raises(ValueError, match=r"time_s=1\.0 must be a finite number of at least 2"):
        timelines.post(BO, time_s=1.0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SocialGraph.from_edges([0], [3], 3), r"followee\[0\]=3"),
        (lambda: SocialGraph.from_edges([0, 1], [2], 3), "followee has 1 numbers"),
        (lambda: SocialGraph.from_edges([0], [0], 3), r"followee\[0\]=0 must not be its own"),
        (lambda: SocialGraph.from_edges([0, 2], [1, 2], 3), r"followee\[1\]=2 must not be its own"),
        (lambda: SocialGraph.from_edges([], [], 0), "n_users=0"),
        (lambda: Costs(pull=0), "pull=0"),
        (lambda: Hybrid(10, demoted_followers=11), "demoted_followers=11"),
        (lambda: AuthorRate(-1.0), "posts_per_s=-1.0"),
        (lambda: AuthorRate([1.0, 2.0]), "posts_per_s="),
        (lambda: PerEdge(Costs(), [1.0, -2.0], [1.0]), r"posts_per_s\[1\]=-2.0"),
        (lambda: everyone_follows_bo(PerEdge(Costs(), [1.0], [1.0])), "posts_per_s has 1"),
        (lambda: everyone_follows_bo(FanOutOnWrite(), cap=0), "cap=0"),
        (lambda: everyone_follows_bo(FanOutOnWrite(), batch=0), "batch=0"),
        (lambda: everyone_follows_bo(FanOutOnWrite(), worker=1024), "worker=1024"),
        (lambda: everyone_follows_bo(FanOutOnWrite(), inactive_after_s=0), "inactive_after_s=0"),
        (lambda: everyone_follows_bo(FanOutOnWrite(), lossy_followees=0), "lossy_followees=0"),
        (lambda: naive_pull({}, of_each=0), "of_each=0"),
    ],
)
def test_bad_settings_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# ── Refusals, one wrong argument at a time ──────────────────────────────────
CALLS = {
    "post": {"author": BO, "time_s": 9.0},
    "post_many": {"authors": [BO, CY]},
    "timeline": {"user": ANN, "n": 3, "before": 2**40, "time_s": 9.5},
    "timeline_many": {"users": [ANN, CY], "n": 3, "time_s": 10.0},
    "fan_out": {"batches": 1},
    "horizon": {"user": ANN},
    "follow": {"a": BO, "b": CY},
    "unfollow": {"a": ANN, "b": BO},
    "block": {"a": CY, "b": BO},
    "blocked": {"a": CY, "b": BO},
    "unblock": {"a": CY, "b": BO},
    "followers": {"user": BO},
    "followees": {"user": ANN},
    "pulled": {"author": BO},
    "author_of": {"tweet_id": 0},
    "deleted": {"tweet_id": 0},
    "delete": {"tweet_id": 0},
}
ACCEPTED = {
    "time_s": ["None"],
    "before": ["None", "-1"],
    "batches": ["None"],
    "authors": ["empty"],
    "users": ["empty"],
    "tweet_id": [],
}


@pytest.mark.parametrize(
    "options", [{}, {"queued": True, "inactive_after_s": 3.0, "lossy_followees": 2}], ids=str
)
@pytest.mark.parametrize("rule", [Hybrid(2), AuthorRate(1.0)], ids=str)
def test_a_refused_call_changes_nothing(rule, options):
    timelines = everyone_follows_bo(rule, **options)
    timelines.post_many([BO, CY, BO])
    methods_refuse(timelines, CALLS, ACCEPTED)
    crash = {"batches": 9, "crash_after": 1}
    one_wrong_at_a_time(timelines.fan_out, crash, {name: ["None"] for name in crash})


@pytest.mark.parametrize(
    "says", [KeyError("boom"), None, float("nan"), [0.0, 1.0], "dear"], ids=str
)
@pytest.mark.parametrize(
    ("method", "right"),
    [(name, CALLS[name]) for name in ("post", "post_many", "follow", "unfollow")]
    + [("block", {"a": ANN, "b": BO})],
)
def test_a_policy_that_does_not_answer_changes_nothing(method, right, says):
    rule = Moody()
    timelines = everyone_follows_bo(rule)
    timelines.post(BO)
    rule.says = says
    refused(
        lambda: getattr(timelines, method)(**right), "policy=Moody", lambda: state_of(timelines)
    )
    rule.says = 0.0
    getattr(timelines, method)(**right)
    timelines.check()


ROW, RATES = [0, 1], [1.0, 2.0, 3.0]
THREE = SocialGraph.from_edges([0, 2], [1, 1], 3)
FUNCTIONS = {
    HomeTimelines: {
        "graph": THREE, "policy": FanOutOnRead(), "cap": 3, "queued": True, "batch": 2,
        "inactive_after_s": 3.0, "lossy_followees": 2, "worker": 1,
    },
    SocialGraph.from_edges: {"follower": ROW, "followee": [1, 0], "n_users": 3},
    SocialGraph.reference: {"n_users": 30, "seed": 1},
    reference_rates: {"graph": SocialGraph.reference(30), "reads_per_tweet": 2.0, "seed": 42},
    expected_cost: {
        "graph": THREE, "posts_per_s": RATES, "reads_per_s": RATES, "policy": FanOutOnRead(),
        "costs": Costs(),
    },
    Hybrid: {"celebrity_followers": 3, "demoted_followers": 2},
    AuthorRate: {"posts_per_s": 1.0, "rates_per_s": RATES},
    PerEdge: {"costs": Costs(), "posts_per_s": RATES, "reads_per_s": RATES},
    Costs: {"delivery": 1.0, "pull": 2.0, "merge": 3.0},
    BruteForce: {"n_users": 3},
    naive_pull: {"lists": {"Ann": [3, 1]}, "of_each": 2, "n": 2},
}  # fmt: skip
LARGE = ["2**63", "2**70"]
ACCEPTED_BY = {
    HomeTimelines: {"queued": ["True"], "inactive_after_s": ["None"], "lossy_followees": ["None"]},
    SocialGraph.reference: {"seed": LARGE},
    SocialGraph.from_edges: {"follower": ["empty"]},  # then the other is too long
    reference_rates: {"seed": LARGE},
    Hybrid: {"celebrity_followers": LARGE, "demoted_followers": ["None"]},
    AuthorRate: {"rates_per_s": ["None", "a row"]},
    PerEdge: {"posts_per_s": ["a row"], "reads_per_s": ["a row"]},
    expected_cost: {"posts_per_s": ["a row"], "reads_per_s": ["a row"]},
    naive_pull: {"of_each": LARGE, "n": LARGE},
    BruteForce: {"n_users": LARGE},
}


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__qualname__)
def test_what_is_wrong_is_named(function):
    one_wrong_at_a_time(function, FUNCTIONS[function], ACCEPTED_BY.get(function, {}))


def test_brute_force_refuses_what_the_others_refuse():
    truth = BruteForce(3, [(0, 1)])
    truth.post(1, 7)
    calls = {
        "post": {"author": 1, "tweet_id": 9},
        "timeline": {"user": 0, "n": 3, "before": 9},
        "follow": {"a": 0, "b": 2},
        "unfollow": {"a": 0, "b": 1},
        "block": {"a": 0, "b": 1},
        "unblock": {"a": 0, "b": 1},
        "delete": {"tweet_id": 7},
    }
    accepted = {"n": ["None", *LARGE], "before": ["None", "-1"], "tweet_id": LARGE}
    methods_refuse(truth, calls, accepted)
    with pytest.raises((TypeError, ValueError), match="follows=7 must be"):
        BruteForce(3, 7)
