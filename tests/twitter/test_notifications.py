"""The bell: its own promise, whatever becomes of home lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.twitter.timeline.engine import HomeTimelines, WorkerCrashed
from scalemodel.twitter.timeline.graph import SocialGraph
from scalemodel.twitter.timeline.notifications import Notification, Notifications
from scalemodel.twitter.timeline.policies import FanOutOnWrite
from tests.laws.refusal_laws import methods_refuse, one_wrong_at_a_time

ANN, BO, CY, DEE = range(4)


def bells(**options):
    graph = SocialGraph.from_edges([ANN, CY, DEE], [BO, BO, BO], n_users=4)
    return Notifications(HomeTimelines(graph, FanOutOnWrite(), **options))


# ── Examples ────────────────────────────────────────────────────────────────
def test_one_tweet_rings_once_and_for_the_best_reason():
    ringing = bells()
    ringing.subscribe(ANN, BO)
    asked = ringing.post(ANN)
    answer = ringing.post(BO, mentions=[ANN, CY, BO], reply_to=asked)
    ringing.deliver()
    assert ringing.inbox(ANN) == [Notification(answer, "reply", BO)]
    assert ringing.inbox(CY) == [Notification(answer, "mention", BO)]
    assert ringing.inbox(BO) == ringing.inbox(DEE) == []


def test_bells_ring_while_fan_out_still_stands():
    ringing = bells(queued=True, batch=1)
    tweet = ringing.post(BO, mentions=[DEE])
    assert ringing.deliver() == 1 and ringing.inbox(DEE)[0].tweet_id == tweet
    assert ringing.timelines.timeline(DEE).tolist() == []


def test_full_lists_and_sleepers_lose_no_bell():
    ringing = bells(cap=1, inactive_after_s=10.0)
    tweets = [ringing.post(BO, mentions=[ANN], time_s=20.0 + step) for step in range(5)]
    ringing.deliver()
    assert [told.tweet_id for told in ringing.inbox(ANN)] == tweets[::-1]
    assert [told.tweet_id for told in ringing.inbox(ANN, n=2, before=tweets[3])] == tweets[2:0:-1]


def test_blocks_and_tombstones_silence_it():
    ringing = bells()
    first, second = (ringing.post(BO, mentions=[ANN, CY]) for _ in range(2))
    ringing.deliver()
    ringing.timelines.delete(first)
    assert [told.tweet_id for told in ringing.inbox(CY)] == [second]
    ringing.timelines.block(ANN, BO)
    ringing.post(BO, mentions=[ANN])
    assert ringing.waiting == 0 and ringing.inbox(ANN) == []


def test_an_author_may_be_unsubscribed():
    ringing = bells()
    ringing.subscribe(ANN, CY)
    ringing.unsubscribe(ANN, CY)
    ringing.post(CY)
    assert ringing.waiting == 0


# ── Laws ────────────────────────────────────────────────────────────────────
@given(
    posts=st.lists(
        st.tuples(st.integers(0, 3), st.lists(st.integers(0, 3), max_size=5)), max_size=20
    ),
    crashes=st.lists(st.integers(0, 4), max_size=10),
)
def test_everybody_is_told_once_however_often_the_worker_dies(posts, crashes):
    ringing, expected = bells(), {user: [] for user in range(4)}
    for author, mentions in posts:
        tweet = ringing.post(author, mentions=mentions)
        for user in set(mentions) - {author}:
            expected[user].insert(0, tweet)
    for crash_after in crashes:
        if ringing.waiting > crash_after:
            with pytest.raises(WorkerCrashed):
                ringing.deliver(crash_after=crash_after)
    ringing.deliver()
    for user in range(4):
        assert [told.tweet_id for told in ringing.inbox(user)] == expected[user]


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_count_of_bells_is_that_of_a_set():
    ringing = bells()
    ringing.subscribe(ANN, BO)
    ringing.post(BO, mentions=[ANN, CY, DEE, DEE])
    assert ringing.waiting == len({ANN} | {ANN, CY, DEE})
    assert ringing.deliver(most=2) == 2 and ringing.waiting == 1


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda b: b.post(BO, mentions=[ANN, 9]), r"mentions\[1\]=9"),
        (lambda b: b.post(BO, reply_to=77), "tweet_id=77"),
        (lambda b: b.post(9), "author=9"),
        (lambda b: b.subscribe(ANN, ANN), "author=0 must be another user"),
        (lambda b: b.inbox(ANN, n=0), "n=0"),
    ],
)
def test_bad_calls_are_named_and_post_nothing(call, message):
    ringing = bells()
    with pytest.raises(ValueError, match=message):
        call(ringing)
    assert ringing.timelines.work.posts == 0 and ringing.waiting == 0


def test_a_refused_call_changes_nothing():
    ringing = bells()
    asked = ringing.post(ANN, mentions=[BO])
    ringing.post(BO, mentions=[ANN, CY])
    calls = {
        "subscribe": {"reader": ANN, "author": CY},
        "unsubscribe": {"reader": ANN, "author": CY},
        "post": {"author": BO, "mentions": [ANN], "reply_to": asked, "time_s": 9.0},
        "deliver": {"most": 1},
        "inbox": {"reader": ANN, "n": 3, "before": 2**40},
    }
    accepted = {
        "mentions": ["empty", "empty text"],
        "reply_to": ["None"],
        "time_s": ["None"],
        "most": ["None"],
        "before": ["None", "-1"],
    }
    methods_refuse(ringing, calls, accepted)
    crash = {"most": 2, "crash_after": 5}
    one_wrong_at_a_time(ringing.deliver, crash, {name: ["None"] for name in crash})
    one_wrong_at_a_time(Notifications, {"timelines": ringing.timelines}, {})
