"""Pictures of the Twitter chapters say what the models say."""

import numpy as np
import pytest

from scalemodel.stage.twitter.fan_out import (
    burst_picture,
    early_picture,
    lost_picture,
    queue_picture,
)  # fmt: skip
from scalemodel.twitter.backlog import expected_wait_s

RATES = {"deliveries_per_s": 1e4, "tweets_per_s": 50.0, "followers_mean": 100.0}


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_queue_behind_a_celebrity_is_the_closed_form():
    line, celebrity = queue_picture(
        200_000, None, "on write", delivered=True, **RATES, pulled=0
    ).figure.data
    expected_s = expected_wait_s(200_000, 1e4, 0.5, np.asarray(line.x))
    assert np.asarray(line.y) == pytest.approx(expected_s, abs=0.03)
    assert celebrity.y[0] == pytest.approx(20.0)


def test_small_batches_and_the_other_rules_take_the_queue_away():
    for batch, rule in ((100, "on write"), (None, "hybrid"), (None, "on read")):
        picture = queue_picture(
            200_000, batch, rule, delivered=rule == "on write", **RATES, pulled=3
        )
        assert picture.readings["others wait at most"][0] < 0.05
        assert picture.readings["lists pulled for a page"] == (3, "count")


def test_whom_the_question_has_not_reached_reads_the_answer_first():
    picture = early_picture(40.0, "on write")
    (curve,) = picture.figure.data
    assert (curve.y[0], curve.y[20], curve.y[40], curve.y[-1]) == (100, 50, 0, 0)
    assert picture.readings["read an answer of 10 s first, of 100"] == (75.0, "count")
    assert early_picture(0.0, "hybrid").alt == "Nobody reads an answer before its question."


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
