"""Pictures of the Twitter chapters say what the models say."""

import numpy as np
import pytest

from scalemodel.stage.twitter.fan_out import burst_picture, flow_picture, line_picture, lost_picture
from scalemodel.twitter.backlog import expected_wait_s
from scalemodel.twitter.timeline.engine import HomeTimelines
from scalemodel.twitter.timeline.graph import SocialGraph
from scalemodel.twitter.timeline.policies import FanOutOnRead, FanOutOnWrite, Hybrid

RATES = {"deliveries_per_s": 1e4, "tweets_per_s": 50.0, "followers_mean": 100.0}
CELEBRITY, READER = 0, 1
GRAPH = SocialGraph.from_edges([1, 2, 3, 1], [0, 0, 0, 2], 4)


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_line_behind_a_celebrity_is_the_closed_form():
    line, celebrity = line_picture(
        200_000, None, "on write", delivered=True, **RATES, pulled=0
    ).figure.data
    expected_s = expected_wait_s(200_000, 1e4, 0.5, np.asarray(line.x))
    assert np.asarray(line.y) == pytest.approx(expected_s, abs=0.03)
    assert celebrity.y[0] == pytest.approx(20.0)


def test_small_batches_and_the_other_rules_take_the_line_away():
    for batch, rule in ((100, "on write"), (None, "hybrid"), (None, "on read")):
        picture = line_picture(
            200_000, batch, rule, delivered=rule == "on write", **RATES, pulled=3
        )
        assert picture.readings["others wait at most"][0] < 0.05
        assert picture.readings["lists pulled for a page"] == (3, "count")


@pytest.mark.parametrize(
    ("policy", "author", "words", "lists"),
    [
        (FanOutOnWrite(), CELEBRITY, "copied to 3 home lists", 0),
        (FanOutOnRead(), CELEBRITY, "waits in its author's list", 2),
        (Hybrid(3), CELEBRITY, "waits in its author's list", 1),
        (Hybrid(3), 2, "copied to 1 home lists", 1),
    ],
)
def test_the_way_of_a_tweet_is_the_engines(policy, author, words, lists):
    picture = flow_picture(HomeTimelines(GRAPH, policy), author, READER, "Ann")
    assert words in picture.alt
    assert picture.readings["lists pulled"] == (lists, "count")


def test_a_threshold_cuts_the_bursts():
    whole, cut = (burst_picture([1, 5, 5, 800], limit, {}) for limit in (None, 100))
    assert whole.readings["largest burst"] == (800, "count")
    assert cut.readings["largest burst"] == (5, "count")
    shares = dict(zip(whole.figure.data[0].x, whole.figure.data[0].y, strict=True))
    assert shares[1.0] == pytest.approx(0.75)


def test_lost_tweets_are_counted_and_drawn():
    lists = {"loud": list(range(10, 60)), "Ann": [1, 2, 3]}
    picture = lost_picture(lists, of_each=20, n=50)
    drawn = {trace.name: len(trace.x) for trace in picture.figure.data}
    assert drawn == {"by loud": 20, "by others": 0, "lost": 30}
    assert picture.readings == {"tweets lost": (30, "count"), "older ones shown": (3, "count")}
    assert lost_picture(lists, of_each=50).readings["tweets lost"] == (0, "count")
