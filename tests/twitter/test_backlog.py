"""The line behind a celebrity: hand cases, laws, first-come-first-served, bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.twitter.backlog import drain, expected_early_ratio, expected_wait_s, finish_times
from scalemodel.twitter.timeline.engine import HomeTimelines
from scalemodel.twitter.timeline.graph import SocialGraph
from scalemodel.twitter.timeline.policies import FanOutOnWrite
from tests.laws.refusal_laws import one_wrong_at_a_time, refused

TWEETS = st.lists(st.tuples(st.floats(0, 5), st.integers(1, 300)), min_size=1, max_size=30).map(
    lambda rows: (np.cumsum([gap for gap, _ in rows]), np.array([size for _, size in rows]))
)
BATCHES = st.one_of(st.none(), st.integers(1, 400))


# ── Examples ────────────────────────────────────────────────────────────────
def test_small_batches_let_a_friend_pass_and_the_celebrity_pays_little():
    together = finish_times([0, 0], [1000, 10], 100, None)
    fair = finish_times([0, 0], [1000, 10], 100, 10)
    assert together.tolist() == [10.0, 10.1]
    assert fair == pytest.approx([10.1, 0.2])


# ── Laws ────────────────────────────────────────────────────────────────────
@given(tweets=TWEETS, batch=BATCHES)
def test_work_is_conserved_whatever_the_batch(tweets, batch):
    arrival_s, followers = tweets
    last = finish_times(arrival_s, followers, 50.0, batch).max()
    assert last == pytest.approx(finish_times(arrival_s, followers, 50.0, None).max())


@given(tweets=TWEETS, batch=st.integers(1, 400))
def test_a_tweet_waits_for_at_most_one_batch_of_each_before_it_in_each_round(tweets, batch):
    arrival_s, followers = tweets
    finish_s = finish_times(arrival_s, followers, 50.0, batch)
    for tweet, size in enumerate(followers):
        others = sum(finish_s > arrival_s[tweet]) - 1  # of whoever was there meanwhile
        rounds = -(-size // batch)
        # One batch may be under way at arrival; then each round costs at most all others once.
        bound_s = (size + (others * rounds + 1) * batch) / 50.0
        assert finish_s[tweet] - arrival_s[tweet] <= bound_s + 1e-9


@given(tweets=TWEETS, batch=st.integers(1, 400))
def test_the_compiled_loop_is_the_one_that_you_read(tweets, batch):
    arguments = (tweets[0].astype(float), tweets[1].astype(float), 50.0, float(batch))
    assert drain(*arguments).tolist() == drain.native(*arguments).tolist()


# ── Oracle ──────────────────────────────────────────────────────────────────
@given(tweets=TWEETS)
def test_without_batches_it_is_first_come_first_served(tweets):
    arrival_s, followers = tweets
    done_s, expected = 0.0, []
    for at_s, size in zip(arrival_s, followers, strict=True):  # Lindley's recursion
        done_s = max(done_s, at_s) + size / 50.0
        expected.append(done_s)
    assert finish_times(arrival_s, followers, 50.0, None) == pytest.approx(expected)


def test_the_wait_behind_a_celebrity_is_the_closed_form():
    after_s = np.arange(1, 400) * 0.1
    small = np.full(399, 50.0)  # one every 0.1 s at 1,000 a second: half the window
    finish_s = finish_times(np.append(0, after_s), np.append(20_000, small), 1_000.0, None)
    waited_s = finish_s[1:] - after_s - 0.05
    expected_s = expected_wait_s(20_000, 1_000.0, 0.5, after_s)
    assert np.abs(waited_s - expected_s).max() <= 0.05 + 1e-9, (
        "half a tweet, for they come in lumps"
    )


@pytest.mark.parametrize("answered_s", [0.0, 1.0, 2.5, 4.0, 9.0])
def test_early_answers_are_those_of_whom_the_question_has_not_reached(answered_s):
    reached_s = np.arange(1, 1_001) * 0.004  # a copy at a time, the last after 4 s
    early = (reached_s > answered_s).mean()
    assert expected_early_ratio(answered_s, 4.0) == pytest.approx(early, abs=0.001)
    assert expected_early_ratio(answered_s, 0.0) == 0.0


def test_the_order_is_that_of_the_timelines_queue():
    followers = [7, 2, 5, 1, 3]
    reader, author = zip(
        *((5 + r, a) for a, size in enumerate(followers) for r in range(size)), strict=True
    )
    graph = SocialGraph.from_edges(reader, author, 20)
    timelines = HomeTimelines(graph, FanOutOnWrite(), queued=True, batch=2)
    ids = timelines.post_many(range(5))
    finished = []
    while timelines.lag.tweets:
        timelines.fan_out(batches=1)
        for author, size in enumerate(followers):
            have = sum(ids[author] in timelines.timeline(5 + r) for r in range(size))
            if have == size and author not in finished:
                finished.append(author)
    assert np.argsort(finish_times(np.zeros(5), followers, 1.0, 2)).tolist() == finished


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, 2.0, 1.5], [1, 1, 1], 1.0, 1), r"arrival_s\[2\]=1\.5 must be at least 2\.0"),
        (([-0.5], [1], 1.0, 1), r"arrival_s\[0\]=-0\.5"),
        (([0.0], [1, 1], 1.0, 1), "followers has 2 numbers and arrival_s 1; they must"),
        (([0.0], [-1], 1.0, 1), r"followers\[0\]=-1"),
        (([0.0], [1], 0.0, 1), "deliveries_per_s=0"),
        (([0.0], [1], 1.0, 0), "batch=0"),
        (([0.0], [11e9], 1.0, 1), "batch=1 must be so large .* in at most 1,000,000,000 batches"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        finish_times(*arguments)


@pytest.mark.parametrize(
    ("field", "wrong", "edges"),
    [("followers", -1, [0, 1]), ("deliveries_per_s", 0, [0.5]), ("load_ratio", -0.1, [0]),
     ("load_ratio", 1.1, [1]), ("after_s", [-0.5], [[0], [0.5]])],
)  # fmt: skip
def test_what_no_wait_can_be_made_of_is_named_and_the_edge_is_not(field, wrong, edges):
    fine = {"followers": 10, "deliveries_per_s": 2.0, "load_ratio": 0.5, "after_s": [1.0]}
    with pytest.raises(ValueError, match=rf"^{field}"):
        expected_wait_s(**fine | {field: wrong})
    for edge in edges:
        assert (expected_wait_s(**fine | {field: edge}) >= 0).all()


def test_a_tweet_for_nobody_is_done_at_once():
    assert finish_times([1.0, 2.0], [0, 0], 1.0, None).tolist() == [1.0, 2.0]


def test_what_is_wrong_is_named_and_nothing_goes_on_for_ever():
    line = {"arrival_s": [0.0, 1.0, 2.0], "followers": [1, 2, 3], "deliveries_per_s": 1.0}
    one_wrong_at_a_time(finish_times, line | {"batch": 2}, {
        "arrival_s": ["a row"], "followers": ["a row"], "batch": ["None"],
    })  # fmt: skip
    wait = {"followers": 3, "deliveries_per_s": 1.0, "load_ratio": 0.5, "after_s": [1.0]}
    one_wrong_at_a_time(expected_wait_s, wait, {"load_ratio": [], "after_s": ["a row"]})
    one_wrong_at_a_time(expected_early_ratio, {"answered_s": 1.0, "done_s": 2.0}, {})
    refused(lambda: finish_times([0.0], [1e15], 1.0, 1), "batch")
