"""The picture of a threshold says what curve, CPU and burst say."""

import numpy as np
import pytest

from scalemodel.stage.twitter.cpu import cpu_picture
from scalemodel.twitter.cost import threshold_curve
from scalemodel.twitter.timeline.engine import HomeTimelines
from scalemodel.twitter.timeline.expected import expected_cost
from scalemodel.twitter.timeline.graph import SocialGraph, reference_rates
from scalemodel.twitter.timeline.policies import FanOutOnWrite, Hybrid
from scalemodel.twitter.timeline.prices import Costs

GRAPH = SocialGraph.reference(n_users=2_000)
POSTS, LOOKS = reference_rates(GRAPH, reads_per_tweet=1)
CURVE = threshold_curve(GRAPH, POSTS, LOOKS)
COSTS_US = Costs(delivery=0.05, pull=0.03, merge=0.5)
CPU = {"on write": 1.0, "on read": 10.0, "hybrid, 100": 2.5, "hybrid, 400": 1.5, "per edge": 0.9}


def picture(threshold=100, reads=50):
    return cpu_picture(CURVE, CPU, COSTS_US, 0.8, reads, threshold)


def trace(shown, name):
    return next(each for each in shown.figure.data if each.name == name)


# ── Examples ────────────────────────────────────────────────────────────────
def test_readings_of_a_threshold_and_of_none():
    some, none = picture(100).readings, picture(None).readings
    assert some["its CPU, pushing everything = 1"][0] == 2.5
    assert none["its CPU, pushing everything = 1"][0] == 1
    assert none["cost of the threshold, two prices"][0] == 1
    assert some["CPU of the rule per edge"][0] == 0.9
    assert none["largest burst, deliveries"][0] == GRAPH.followers.length.max()
    wait_ms = none["largest burst, deliveries"][0] * 0.05 / 1000
    assert none["one core delivers that burst in"] == (pytest.approx(wait_ms), "ms")
    assert picture(None).alt.startswith("At 50 reads a tweet pushing everything costs 1 by")
    assert picture(100, reads=1).alt.startswith("At 1 read a tweet a threshold of 100 followers")


def test_marks_stand_at_what_was_measured():
    cpu = trace(picture(), "threshold, CPU")
    assert cpu.x == (1, 100, 400, CURVE.limits[-1]) and cpu.y == (10, 2.5, 1.5, 1)
    assert set(trace(picture(), "per edge, two prices").y) == {0.8}
    assert set(trace(picture(), "per edge, CPU").y) == {0.9}
    chosen = trace(picture(400), "chosen")
    assert (chosen.x, chosen.y) == ((400,), (1.5,))


# ── Laws ────────────────────────────────────────────────────────────────────
def test_a_lower_threshold_never_leaves_a_larger_burst():
    bursts = trace(picture(), "largest burst").y
    assert (np.diff(bursts) >= 0).all() and bursts[0] == 1


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("threshold", [100, 400])
def test_the_burst_is_the_engines_and_both_lines_are_the_closed_forms(threshold):
    """Each account posts once; the largest step of `work.deliveries` is the burst."""
    homes, most = HomeTimelines(GRAPH, Hybrid(threshold)), 0
    for author in range(GRAPH.n_users):
        before = homes.work.deliveries
        homes.post(author)
        most = max(most, homes.work.deliveries - before)
    shown = picture(threshold, reads=5)
    assert shown.readings["largest burst, deliveries"][0] == most
    for name, costs in (("two prices", Costs()), ("three prices", COSTS_US)):
        line = trace(shown, f"threshold, {name}")
        for x, y in list(zip(line.x, line.y, strict=True))[::7]:
            paid, push = (
                expected_cost(GRAPH, POSTS, 5 * LOOKS, rule, costs)
                for rule in (Hybrid(int(x)), FanOutOnWrite())
            )
            assert y == pytest.approx(paid / push, rel=1e-3)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_threshold_that_was_not_measured_is_named():
    with pytest.raises(ValueError, match=r"threshold=7 must be one that was measured.*100, 400"):
        picture(7)
