"""What each reader has by when, and the storm of reconnects: hand cases, laws, bad input."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.core.rng import stream
from scalemodel.twitter.live.arrival import SceneConfig, scene
from scalemodel.twitter.live.flow import READERS, arrivals, newest_seen
from scalemodel.twitter.live.reconnect import (
    MOST_TRIES,
    SLOT_S,
    expected_end_s,
    expected_tries,
    storm,
)

USUAL = scene(SceneConfig())


# ── Examples ────────────────────────────────────────────────────────────────
def test_cy_stands_still_in_the_tunnel_and_catches_up_at_once():
    before, inside, after = (newest_seen(USUAL, "Cy", at_s) for at_s in (3.0, 6.9, 7.2))
    assert before == inside < after
    assert after - newest_seen(USUAL, "Ana", 7.0) >= 0


def test_a_frame_on_a_line_that_breaks_never_came():
    config = SceneConfig(posts_per_s=20.0, line_s=0.5, cut_at_s=3.0, cut_s=4.0)
    report = scene(config)
    lost = [event for event in report.events if event.kind == "lost"]
    assert lost, "something was on the line"
    came = {end_s for end_s, _ in arrivals(report, "Cy")}
    assert not any(3.0 < end_s < 7.0 for end_s in came)


# ── Laws ────────────────────────────────────────────────────────────────────
@given(
    drain_per_s=st.floats(0.2, 20), cut_s=st.floats(0, 6), queue_posts=st.integers(1, 40),
    seed=st.integers(0, 20),
)  # fmt: skip
def test_the_steps_rise_and_end_at_the_last_post(drain_per_s, cut_s, queue_posts, seed):
    report = scene(
        SceneConfig(drain_per_s=drain_per_s, cut_s=cut_s, queue_posts=queue_posts, seed=seed)
    )
    for name in READERS:
        posts = [post for _, post in arrivals(report, name)]
        assert posts == sorted(posts)
        assert newest_seen(report, name, report.end_s) == report.posts + 3


@given(clients=st.integers(1, 200), jitter=st.booleans(), seed=st.integers(0, 9))
def test_everybody_comes_back_once_and_no_slot_takes_too_many(clients, jitter, seed):
    tried = storm(clients, 100.0, jitter, stream(seed, "storm"), most_s=4.0)
    assert tried.accepted.sum() == clients
    assert (np.diff(tried.time_s) >= 0).all()
    slots = (tried.time_s[tried.accepted] / SLOT_S + 1e-9).astype(int)
    assert np.bincount(slots).max() <= 10


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_without_chance_the_waves_are_those_of_arithmetic():
    tried = storm(30, 100.0, False, stream(1, "storm"), base_s=0.5, most_s=30.0)
    times_s, counts = np.unique(tried.time_s, return_counts=True)
    assert times_s.tolist() == [0.0, 0.5, 1.5] and counts.tolist() == [30, 20, 10]


# ── The books of a scene, kept once more from its log ───────────────────────
BUSY = SceneConfig(posts_per_s=30.0, drain_per_s=0.5, queue_posts=8, frame_posts=4, seed=3)


def frames_to(report, reader):
    """Frames of the gateway to a reader: (kind, when it leaves, when it is read, its posts)."""
    for event in report.events:
        if event.target == reader and event.kind != "lost":
            first, *last = (
                map(int, re.findall(r"\d+", event.text)) if "post" in event.text else (0,)
            )
            posts = range(first, (last or [first])[-1] + 1) if event.kind == "delta" else ()
            yield event.kind, event.t_s, event.until_s, posts


@pytest.mark.parametrize("config", [SceneConfig(), BUSY, SceneConfig(window_s=0.5, cut_s=0.0)])
@pytest.mark.parametrize("reader", [0, 1])  # neither of whom is ever cut off
def test_a_report_says_what_the_log_says(config, reader):
    report = scene(config)
    told, frames = report.readers[reader], [*frames_to(report, READERS[reader])]
    posted_s = {int(event.text[5:]): event.t_s for event in report.events if event.kind == "post"}
    assert told.frames == len(frames)
    assert told.deltas == sum(kind == "delta" for kind, *_ in frames)
    while_there = sum(at_s >= config.line_s for at_s in posted_s.values())
    assert told.posts_missed + told.queued == while_there
    assert told.mean_queue == pytest.approx(told.mean_wait_s * told.queued / report.end_s), "Little"
    if told.posts_missed == 0:
        waits_s = [leaves - posted_s[post] for _, leaves, _, posts in frames for post in posts]
        assert told.queued == len(waits_s)
        assert told.mean_wait_s == pytest.approx(sum(waits_s) / len(waits_s))
        late_s = [read - posted_s[posts[0]] for _, _, read, posts in frames if posts]
        assert told.worst_delay_s == pytest.approx(max(late_s))


def test_what_lay_in_the_box_when_the_line_broke_waited_until_then():
    config = SceneConfig(posts_per_s=1.0, window_s=10.0, cut_at_s=3.0, cut_s=4.0)
    report = scene(config)
    told = report.readers[2]
    posted_s = [event.t_s for event in report.events if event.kind == "post"]
    before = [at_s for at_s in posted_s if config.line_s <= at_s < config.cut_at_s]
    first, *waiting = before  # the first leaves at once and shuts the window
    after = [at_s for at_s in posted_s if at_s >= config.cut_at_s + config.cut_s + config.line_s]
    left_s = {
        event.t_s for event in report.events if event.kind == "delta" and event.target == "Cy"
    }
    assert len(waiting) > 0 and told.queued == len(before) + len(after) and first in left_s
    here = sum(config.cut_at_s - at_s for at_s in waiting)
    there = sum(min(left for left in left_s if left >= at_s) - at_s for at_s in after)
    assert told.mean_wait_s == pytest.approx((here + there) / told.queued)


def test_a_new_line_does_not_wait_for_a_frame_on_the_old_one():
    under_way = next(
        event for event in scene(SceneConfig(line_s=0.0, cut_s=0.0)).events
        if (event.kind, event.target) == ("delta", "Cy")
    )  # fmt: skip
    quarter_s = (under_way.until_s - under_way.t_s) / 4
    cut_at_s = under_way.t_s + quarter_s
    again = scene(SceneConfig(line_s=0.0, cut_at_s=cut_at_s, cut_s=quarter_s))
    back = next(event for event in again.events if event.kind == "gap" and event.target == "Cy")
    assert back.t_s == pytest.approx(cut_at_s + quarter_s, abs=quarter_s / 10)


def test_a_scene_in_which_nothing_is_posted_has_nothing_to_say():
    for reader in scene(SceneConfig(duration_s=0.0)).readers:
        assert (reader.queued, reader.mean_wait_s, reader.worst_delay_s) == (0, 0.0, 0.0)
        assert reader.mean_queue == 0.0 and reader.complete


@pytest.mark.parametrize(
    ("clients", "accepts_per_s", "base_s", "most_s"),
    [(1_000, 100, 0.5, 4.0), (2_000, 100, 0.25, 4.0), (300, 20, 0.5, 2.0)],
)
def test_a_storm_takes_as_many_tries_as_the_closed_form_says(
    clients, accepts_per_s, base_s, most_s
):
    case = {"base_s": base_s, "most_s": most_s}
    by_lot = storm(clients, accepts_per_s, True, stream(1, "storm"), **case)
    expected = expected_tries(clients, accepts_per_s, True, **case)
    assert len(by_lot.time_s) == pytest.approx(expected, rel=0.04)
    if clients % (accepts_per_s * SLOT_S) == 0:
        alike = storm(clients, accepts_per_s, False, stream(1, "storm"), **case)
        assert len(alike.time_s) == expected_tries(clients, accepts_per_s, False, **case)
        assert alike.time_s[-1] == pytest.approx(expected_end_s(clients, accepts_per_s, **case))


def test_the_longest_pause_says_how_long_the_waves_go_on():
    assert expected_end_s(50, 500.0) == 0.0, "one slot takes them all"
    assert expected_end_s(51, 500.0) == 0.5
    assert [expected_end_s(1_000, 500.0, most_s=cap) for cap in (0.5, 4.0)] == [9.5, 67.5]


def test_a_storm_that_takes_too_many_tries_is_refused_and_the_largest_is_not():
    clients = 1_413  # 1413 · 1414 / 2 tries
    assert (
        expected_tries(clients, 10.0, False)
        <= MOST_TRIES
        < expected_tries(clients + 1, 10.0, False)
    )
    with pytest.raises(ValueError, match="clients=1414 must be fewer"):
        storm(clients + 1, 10.0, False, stream(1, "storm"))


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: newest_seen(USUAL, "Dee", 1.0), "reader='Dee' must be one of Ana, Bo, Cy"),
        (lambda: newest_seen(USUAL, "Ana", -1.0), r"at_s=-1"),
        (lambda: storm(0, 100.0, True, stream(1, "storm")), "clients=0"),
        (lambda: storm(1, 1.0, True, stream(1, "storm")), "accepts_per_s=1"),
        (lambda: storm(1, 100.0, 1, stream(1, "storm")), "jitter=1 must be a bool"),
        (lambda: expected_tries(1, 100.0, 1), "jitter=1 must be a bool"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
