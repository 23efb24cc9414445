"""The live line as drawn, and the storm of reconnects: hand cases, laws, bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.core.rng import stream
from scalemodel.twitter.live.arrival import SceneConfig, scene
from scalemodel.twitter.live.flow import LIVE_LINE, READERS, arrivals, line_state, newest_seen
from scalemodel.twitter.live.reconnect import SLOT_S, storm

USUAL = scene(SceneConfig())


# ── Examples ────────────────────────────────────────────────────────────────
def test_cy_stands_still_in_the_tunnel_and_catches_up_at_once():
    before, inside, after = (newest_seen(USUAL, "Cy", at_s) for at_s in (3.0, 6.9, 7.2))
    assert before == inside < after
    assert after - newest_seen(USUAL, "Ana", 7.0) >= 0
    assert ["Cy" in line_state(USUAL, at_s).failed for at_s in (2.9, 3.1, 6.9, 7.1)] == [
        False, True, True, False,
    ]  # fmt: skip


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
    for at_s in np.linspace(0, report.end_s, 20):
        LIVE_LINE.checked(line_state(report, float(at_s)))


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


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: newest_seen(USUAL, "Dee", 1.0), "reader='Dee' must be one of Ana, Bo, Cy"),
        (lambda: line_state(USUAL, -1.0), r"at_s=-1"),
        (lambda: storm(0, 100.0, True, stream(1, "storm")), "clients=0"),
        (lambda: storm(1, 1.0, True, stream(1, "storm")), "accepts_per_s=1"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
