"""The ceiling: what the best session of all is worth, against trying every session."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalemodel.core import bandwidth
from scalemodel.core.rng import stream
from scalemodel.youtube import playback
from scalemodel.youtube.abr import offline
from scalemodel.youtube.abr.ceiling import optimum
from scalemodel.youtube.abr.play import play, play_many
from scalemodel.youtube.abr.policies import Bola, BufferBased, RobustMpc
from scalemodel.youtube.abr.presets import DASH_JS
from scalemodel.youtube.abr.scores import HD, LINEAR, LOG, Quality
from scalemodel.youtube.media import Player, Trace, Video
from tests.conftest import cases
from tests.laws.bitrate_laws import players, traces, videos
from tests.youtube.test_abr import SIX_RUNGS, published, published_video

FREE = Quality("rebuffering is free", LINEAR.of_rungs, 0.0)
CHEAP = Quality("rebuffering is cheap", LINEAR.of_rungs, 0.1)  # so that some of it pays
never_paused = st.builds(
    Player,
    rtt_s=st.sampled_from([0.0, 0.08, 0.3]),
    payload_ratio=st.sampled_from([0.95, 0.9]),
    buffer_cap_s=st.just(1e5),
    first_rung=st.sampled_from([0, 1]),
)


def best_of_all(video, trace, player, qoe):
    """The best score of every way to ask, by playing them all."""
    worth = qoe.of_rungs(video.ladder_kbps)

    def after(segment, last, row, clock_s, buffer_s):
        if segment == video.segments:
            return 0.0
        best = -np.inf
        for rung in range(len(worth)) if segment > 0 else [last]:
            seconds, then_row, then_s = playback.transfer(
                int(video.segment_bytes[segment, rung]), row, clock_s,
                trace.time_s.tolist(), trace.bandwidth_mbps.tolist(), player.payload_ratio,
            )  # fmt: skip
            wait_s = seconds + player.rtt_s
            level_s = max(buffer_s - wait_s, 0.0) + video.segment_s
            if level_s > player.buffer_cap_s:
                steps = np.ceil((level_s - player.buffer_cap_s) / player.pause_step_s)
                pause_s = float(steps) * player.pause_step_s
                level_s -= pause_s
                then_row, then_s = playback.idle(
                    1000 * pause_s, then_row, then_s, trace.time_s.tolist()
                )
            score = after(segment + 1, rung, then_row, then_s, level_s)
            if segment > 0:
                lost = qoe.rebuffer_cost * max(wait_s - buffer_s, 0.0)
                score += worth[rung] - lost - abs(worth[rung] - worth[last])
            best = max(best, score)
        return best

    first = min(player.first_rung, len(worth) - 1)
    return after(0, first, 1, 0.0, 0.0) / (video.segments - 1)


def faster(trace, more_mbps):
    return Trace(trace.time_s, trace.bandwidth_mbps + more_mbps)


def ride(n):
    return Trace(*bandwidth.simulate(bandwidth.HSDPA_LIKE, stream(n, "ride")))


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_fast_line_carries_the_top_rung_from_the_second_segment_on():
    lower, upper, session = optimum(Video.constant(4, SIX_RUNGS, 12), Trace.constant(20))
    expected = 4.3 - (4.3 - 0.75) / 11
    assert session.rung.tolist() == [1] + [5] * 11
    assert lower == pytest.approx(expected) and 0 <= upper - expected <= 1e-3


def test_a_session_that_knows_of_the_tunnel_saves_for_it():
    """Twenty seconds of nothing: BBA meets them unprepared and rebuffers."""
    line = Trace.from_periods([(30, 1500), (20, 0), (100, 1500)])
    video = Video.constant(4, SIX_RUNGS, 30)
    bounds = optimum(video, line)
    assert bounds.session.rebuffer_s[1:].sum() == 0
    assert play(video, line, BufferBased()).rebuffer_s[1:].sum() > 1


def test_on_a_line_too_slow_for_anything_the_wait_is_counted_once():
    """Every download of the lowest rung takes 6.4 s, so 2.4 s are missing each time."""
    video = Video.constant(4, [300, 750], 6)
    lower, upper, session = optimum(video, Trace.constant(0.2), Player(0.08, 0.9375, first_rung=0))
    assert session.rung.tolist() == [0] * 6
    assert lower == pytest.approx(0.3 - 4.3 * (150_000 * 8 / 187_500 + 0.08 - 4))
    assert upper == pytest.approx(lower, abs=1e-3)


def test_where_rebuffering_is_free_the_top_rung_is_best():
    video = Video.constant(4, SIX_RUNGS, 8)
    bounds = optimum(video, Trace.constant(0.3), qoe=FREE)
    assert bounds.session.rung.tolist() == [1] + [5] * 7


def test_what_goes_by_while_the_buffer_is_full_cannot_be_saved():
    """A line that dies after a minute: 12 s of buffer are what is left for two minutes of nothing."""
    video, line = Video.constant(4, [300, 750], 20), Trace.from_periods([(60, 5000), (120, 0)])
    lower, upper, session = optimum(video, line, Player(buffer_cap_s=12))
    assert session.rebuffer_s[1:].sum() == pytest.approx(120 - 12, abs=4)
    assert lower < 0 and upper - lower < 0.1
    assert optimum(video, line).lower == pytest.approx(0.75, abs=1e-3)  # 60 s are enough for it all


def test_a_cap_costs_no_more_than_its_pauses_do():
    """Two of these rides need more than 60 s of buffer for their best session."""
    luck = stream(1, "sizes").uniform(0.6, 1.5, size=(48, 1))
    video = Video(4.0, SIX_RUNGS, (luck * np.array(SIX_RUNGS) * 500).astype(int))
    for n in (1, 21):
        bounds = optimum(video, ride(n))
        assert 0 <= bounds.upper - bounds.lower <= 1e-3
        assert optimum(video, ride(n), Player(buffer_cap_s=200)).lower > bounds.lower


# ── Laws ────────────────────────────────────────────────────────────────────
@given(st.integers(0, 10**6), st.floats(0.01, 2), never_paused, st.sampled_from([LINEAR, LOG]))
@settings(max_examples=cases(25))
def test_more_line_everywhere_never_lowers_the_ceiling(seed, more_mbps, player, qoe):
    video, line = Video.constant(4, SIX_RUNGS, 20), ride(seed)
    low, high = (optimum(video, trace, player, qoe) for trace in (line, faster(line, more_mbps)))
    assert low.lower <= high.upper + 1e-9
    assert low.upper <= high.upper + 1e-3  # each is that near to the truth


@given(st.integers(0, 10**6), st.sampled_from([LINEAR, LOG, HD]))
@settings(max_examples=cases(15))
def test_a_finer_tolerance_only_narrows_the_bounds(seed, qoe):
    video, line = Video.constant(4, SIX_RUNGS, 20), ride(seed)
    coarse, fine = (optimum(video, line, Player(), qoe, tolerance) for tolerance in (0.05, 1e-4))
    assert fine.upper <= coarse.upper + 1e-4 and coarse.upper - fine.upper <= 0.05 + 1e-4


@given(videos(), st.sampled_from([LINEAR, LOG]), st.floats(1e-5, 0.1))
def test_a_gain_is_never_rounded_down(video, qoe, rounding):
    worth = qoe.of_rungs(video.ladder_kbps)
    course = offline.lay_out(video, Trace.constant(2), Player(), worth, 4.3, rounding)
    for before in range(len(worth)):
        gain = worth - np.abs(worth - worth[before])
        excess = course.gain[before] * course.point - gain
        assert (excess > -1e-9).all() and (excess < (1e-9 if qoe is LINEAR else rounding)).all()


@given(videos(), traces(), never_paused | players, st.floats(0, 20))
@settings(max_examples=cases(50))
def test_prices_bound_what_the_frontier_finds_and_both_run_compiled(video, trace, player, wait_s):
    if video.segments < 2:
        return
    course = offline.lay_out(video, trace, player, video.ladder_kbps / 1000, 4.3, 1e-3)
    game = (course.gain, course.sizes, course.first)
    budget = offline.budgets(course, wait_s)
    results, bounds = [], []
    for set_prices, best_rungs in (
        (offline.set_prices, offline.best_rungs),
        (offline.set_prices.native, offline.best_rungs.native),
    ):
        rungs, found = len(video.ladder_kbps), np.zeros(video.segments, int)
        out = (
            np.zeros(video.segments + 1),
            np.zeros((video.segments, rungs)),
            np.zeros(video.segments),
        )
        toll = np.zeros(video.segments)
        bound = set_prices(*game, budget, 0.0, 15, toll, *out)
        blind = best_rungs(*game, course.gone, budget, -1e15, *(np.zeros_like(row) for row in out[:1]),
                           np.full_like(out[1], 1e12), out[2] * 0, found)  # fmt: skip
        unseen = found.copy()
        score = best_rungs(*game, course.gone, budget, min(blind - 0.5, 1e15), *out, found)
        results.append((blind, score, unseen.tolist(), found.tolist()))
        bounds.append(bound)
        assert score == blind  # the prices drop only what ends lower
        if blind > offline.NOTHING:
            assert blind <= bound + 1e-6
            assert offline.needed_wait_s(course, found) <= wait_s + 1e-6
            assert course.gain[found[:-1], found[1:]].sum() == score
    assert results[0] == results[1]
    # A sum that numpy adds in another order than the machine does, up to its last bits.
    assert bounds[0] == pytest.approx(bounds[1], rel=1e-12, abs=1e-9)


# ── Oracle ──────────────────────────────────────────────────────────────────
@given(
    videos(), traces(), never_paused, st.sampled_from([LINEAR, LOG, CHEAP, CHEAP, FREE]),
    st.sampled_from([1e-5, 1e-3, 0.1]),
)  # fmt: skip
def test_it_is_the_best_of_all_sessions(video, trace, player, qoe, tolerance):
    segments = {1: 6, 2: 6, 3: 6, 4: 5, 5: 5, 6: 4}[len(video.ladder_kbps)]
    if video.segments < 2:
        return
    video = Video(video.segment_s, video.ladder_kbps, video.segment_bytes[:segments])
    best = best_of_all(video, trace, player, qoe)
    lower, upper, session = optimum(video, trace, player, qoe, tolerance)
    assert lower == session.qoe(qoe)
    assert lower - 1e-6 <= best <= upper
    # A last byte on the brink of a silence comes before it or after, by a rounding.
    hair = Trace(trace.time_s, trace.bandwidth_mbps * (1 + 1e-9))
    hasty = best_of_all(video, hair, player, qoe)
    assert upper <= hasty + tolerance + 1e-6
    if hasty < best + 1e-6:
        assert lower >= best - tolerance - 1e-6


@given(videos(), traces(), players, st.booleans(), st.sampled_from([LINEAR, LOG, CHEAP]))
def test_it_is_above_the_best_of_all_sessions_with_pauses(video, trace, player, smooth, qoe):
    player = replace(player, pause_step_s=0.001) if smooth else player
    segments = {1: 6, 2: 6, 3: 6, 4: 5, 5: 5, 6: 4}[len(video.ladder_kbps)]
    if video.segments < 2:
        return
    video = Video(video.segment_s, video.ladder_kbps, video.segment_bytes[:segments])
    best = best_of_all(video, trace, player, qoe)
    lower, upper, _ = optimum(video, trace, player, qoe)
    assert lower - 1e-6 <= best <= upper


@given(
    st.integers(0, 10**6), st.sampled_from([0.02, 0.05, 0.1, 0.3, 1.0]),
    st.sampled_from([1e-4, 0.2]), st.sampled_from([0.5, 1e9]),
)  # fmt: skip
@settings(max_examples=cases(30))
def test_the_search_over_t_misses_nothing(seed, cost, slack_ratio, wide_s):
    """Beside it a plain walk over T, up to where the top rungs are in time."""
    video = Video.constant(4, [300, 750, 1200], 8)
    line = Trace.from_periods([(8, kbps) for kbps in stream(seed, "line").uniform(300, 1500, 4)])
    course = offline.lay_out(video, line, Player(), video.ladder_kbps / 1000, cost, 1e-3)
    game = (course.gain, course.sizes, course.first)
    no_prices, found = (np.zeros(9), np.full((8, 3), 1e12), np.zeros(8)), np.zeros(8, int)
    walked, step_s = -np.inf, 0.02
    last_s = offline.needed_wait_s(course, np.array([1] + [2] * 7))
    for wait_s in np.arange(0, last_s + step_s, step_s):
        points = offline.best_rungs.native(
            *game, course.gone, offline.budgets(course, wait_s),
            -1e12, *no_prices, found,
        )  # fmt: skip
        walked = max(walked, points - course.rebuffer_cost * wait_s)
    slack = slack_ratio * 7 / course.point
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(offline, "WIDE_S", wide_s)
        points, _ = offline.ceiling(course, [np.array([1] + [0] * 7)], slack)
    assert walked - 1e-6 <= points <= walked + course.rebuffer_cost * step_s + slack + 1e-6


def test_a_small_buffer_opens_the_bounds_by_little(reference):
    """Pauses last whole half-seconds, which the ceiling does not count; 1.3 points is the mean."""
    video = published_video(reference)
    rides = [trace for trace, _ in published(reference, "bola")]
    gaps = []
    for trace in rides:
        bounds = optimum(video, trace, Player(buffer_cap_s=12))
        gaps.append(bounds.upper - bounds.lower)
    assert min(gaps) >= 0 and max(gaps) < 0.02


def test_published_sessions_stay_below_and_the_gap_is_small(reference):
    video = published_video(reference)
    rides = [trace for trace, _ in published(reference, "bola")]
    bounds = [optimum(video, trace) for trace in rides]
    assert all(0 <= upper - lower <= 1e-3 for lower, upper, _ in bounds)
    for policy in (BufferBased(), Bola(), RobustMpc(), DASH_JS):
        for session, (_, upper, _) in zip(play_many(video, rides, policy), bounds, strict=True):
            assert session.qoe(LINEAR) < upper
    assert np.mean([lower for lower, _, _ in bounds]) == pytest.approx(1.343, abs=5e-4)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("tolerance", [0, -1, np.nan, "fine"])
def test_a_tolerance_is_above_0(tolerance):
    with pytest.raises(ValueError, match=r"tolerance=.* must be a finite number above 0"):
        optimum(Video.constant(4, SIX_RUNGS, 3), Trace.constant(2), tolerance=tolerance)


def test_a_session_of_one_segment_has_no_ceiling():
    with pytest.raises(ValueError, match="segments=1 must be at least 2"):
        optimum(Video.constant(4, SIX_RUNGS, 1), Trace.constant(2))


def test_things_of_the_wrong_kind_are_refused():
    with pytest.raises(ValueError, match="trace=7 must be a Trace"):
        optimum(Video.constant(4, SIX_RUNGS, 3), 7)


@pytest.mark.parametrize("slack", [-1, -1e-9, np.nan, np.inf, None, "0"])
def test_a_slack_is_at_least_0(slack):
    video = Video.constant(4, [300, 750], 4)
    course = offline.lay_out(video, Trace.constant(0.6), Player(), np.array([0.3, 0.75]), 4.3, 1e-3)
    with pytest.raises(ValueError, match=r"^slack=.* must be a "):
        offline.ceiling(course, [np.array([1, 0, 0, 0])], slack=slack)
    with pytest.raises(ValueError, match=r"^tolerance=.* must be"):
        optimum(video, Trace.constant(0.6), tolerance=slack)


def test_no_slack_at_all_ends():
    video = Video.constant(4, [300, 750], 4)
    course = offline.lay_out(video, Trace.constant(0.6), Player(), np.array([0.3, 0.75]), 4.3, 1e-3)
    points, _ = offline.ceiling(course, [np.array([1, 0, 0, 0])], slack=0)
    assert points * course.point == pytest.approx(0.45)


@pytest.mark.parametrize(
    "known", [[], [[1, 0, 0]], [[1, 0, 0, 2]], [[1, 0, 0, -1]], [[1, 0, 0.5, 0]]]
)
def test_known_rungs_are_rungs_of_the_course(known):
    video = Video.constant(4, [300, 750], 4)
    course = offline.lay_out(video, Trace.constant(0.6), Player(), np.array([0.3, 0.75]), 4.3, 1e-3)
    with pytest.raises(ValueError, match=r"^(known|rungs).* must"):
        offline.ceiling(course, known, slack=0.1)
