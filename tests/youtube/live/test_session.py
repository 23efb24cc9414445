"""One viewer of a live stream, against formulas and a clock in small steps."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.youtube.abr.policies import Bola, BufferBased, Dynamic, RobustMpc, ThroughputRule
from scalemodel.youtube.live.chain import LiveConfig
from scalemodel.youtube.live.expected import (
    expected_catch_up_s,
    expected_join,
    expected_parts,
    expected_rebuffer_s,
)
from scalemodel.youtube.live.session import watch
from scalemodel.youtube.media import Trace

NEAR = 1e-6  # seconds, for sums of milliseconds


def tunnel(from_s, lasts_s, mbps=10.0):
    return Trace.from_periods([(from_s, 1000 * mbps), (lasts_s, 0), (5_000, 1000 * mbps)])


configs = st.builds(
    LiveConfig, segment_s=st.sampled_from([2.0, 4.0]), chunk_s=st.sampled_from([None, 0.5, 1.0]),
    encode_s=st.floats(0, 2), way_s=st.floats(0, 1), buffer_s=st.floats(0.1, 6), join_s=st.floats(10, 30),
    speed=st.floats(1.05, 1.3), watch_s=st.just(200.0),
)  # fmt: skip


# ── Examples ────────────────────────────────────────────────────────────────
def test_whole_segments_are_far_behind_and_chunks_near():
    whole, chunks = LiveConfig(watch_s=300), LiveConfig(watch_s=300, chunk_s=0.5, buffer_s=1.0)
    assert np.isclose(watch(whole).latency_s[-1], 0.6 + 4 + (0.1 + 1) + 2)
    assert np.isclose(watch(chunks).latency_s[-1], 0.6 + 0.5 + (0.1 + 0.125) + 1)


def test_a_small_buffer_is_nearer_and_stops_more():
    gaps = [(3 + k % 5, 10_000) if k % 2 == 0 else (k % 7 / 2, 0) for k in range(1, 200)]
    line = Trace.from_periods([(40, 10_000), *((s, k) for s, k in gaps if s > 0)])
    runs = [
        watch(LiveConfig(line=line, chunk_s=0.5, buffer_s=b, watch_s=500)) for b in (0.2, 1.0, 4.0)
    ]
    assert [run.rebuffer_s for run in runs] == sorted(
        (run.rebuffer_s for run in runs), reverse=True
    )
    assert runs[0].rebuffers > 5 > runs[2].rebuffers


def test_who_goes_through_a_tunnel_is_behind_and_catches_up():
    config = LiveConfig(line=tunnel(200, 6), chunk_s=0.5, watch_s=300)
    report = watch(config)
    usual = expected_parts(config, 10.0).latency_s
    before, after = report.at_s < 200, report.at_s > 206
    assert np.isclose(report.latency_s[before][-1], usual)
    assert report.latency_s[after][0] > usual + 3 and np.isclose(report.latency_s[-1], usual)


def test_who_stops_watching_in_a_tunnel_has_waited_until_then():
    report = watch(LiveConfig(line=tunnel(99, 100), chunk_s=0.5, join_s=20.0, watch_s=110.0))
    assert np.isclose(report.rebuffer_s, 130 - report.at_s[-1] - report.buffer_s[-1])
    assert report.rebuffers == 1


def test_one_begins_with_the_first_unit_of_the_newest_segment_that_has_begun_to_arrive():
    first = lambda **changed: LiveConfig(**changed).first_unit
    assert [first(join_s=t) for t in (16.6, 16.8, 20.6, 20.8)] == [2, 3, 3, 4]
    chunks = [first(chunk_s=0.5, join_s=t) for t in (17.1, 17.3, 20.9, 21.1, 21.3)]
    assert chunks == [24, 32, 32, 32, 40]


def test_who_gets_nothing_has_seen_nothing():
    report = watch(LiveConfig(line=tunnel(10, 500), join_s=20.0, watch_s=60.0))
    assert len(report.at_s) == report.rebuffers == report.mean_kbps == 0 and report.start_s == 60


def test_a_policy_is_told_what_the_line_carries_and_not_the_pauses():
    told = []

    class Spy(ThroughputRule):
        def choose(self, buffer_s, throughput_kbps, *seen):
            told.append(throughput_kbps)
            return 0

    for chunk_s in (None, 0.5):
        watch(LiveConfig(chunk_s=chunk_s, line=Trace.constant(3.0), policy=Spy()))
    assert len(told) > 20 and np.allclose(told, 3_000.0, rtol=1e-9)


def test_the_formulas_are_of_the_lowest_rung():
    config = LiveConfig(chunk_s=0.5, ladder_kbps=(500.0, 4_000.0))
    assert expected_parts(config, 1.0) == pytest.approx((0.6, 0.5, 0.1 + 0.25, 2.0))


def test_a_policy_climbs_the_ladder_as_the_line_allows():
    ladder = (500.0, 1_500.0, 4_000.0)
    for chunk_s in (None, 0.5):
        config = LiveConfig(ladder_kbps=ladder, chunk_s=chunk_s, line=Trace.constant(3.0))
        report = watch(config)
        assert (
            report.rung[0] == 0 and report.rung[-1] == 1
        )  # the line, and not what comes in a chunk's time
        assert watch(replace(config, line=Trace.constant(30.0))).rung[-1] == 2


# ── Laws ────────────────────────────────────────────────────────────────────
@given(
    configs,
    st.sampled_from([ThroughputRule(), BufferBased(1, 3), Bola(2, 6), Dynamic(), RobustMpc()]),
)
def test_what_a_viewer_has_seen_is_what_has_come_less_the_buffer(config, policy):
    line = Trace.from_periods([(31, 6_000), (4, 0), (23, 2_000), (2, 500)])
    config = replace(config, line=line, policy=policy, ladder_kbps=(400.0, 1_000.0), watch_s=90.0)
    report = watch(config)
    assert (np.diff(report.at_s) > 0).all() and (report.buffer_s >= config.unit_s - NEAR).all()
    playing_s = report.at_s[-1] - config.join_s - report.start_s - report.rebuffer_s
    seen_s = len(report.at_s) * config.unit_s - report.buffer_s[-1]
    gained_s = report.faster_s * (config.speed - 1)  # with the time after the last unit
    if report.start_s < config.watch_s and report.rebuffers == 0:
        assert playing_s - NEAR <= seen_s <= playing_s + gained_s + NEAR
    lowest = replace(config, ladder_kbps=(400.0,))
    least = expected_parts(lowest, 6.0).latency_s
    plays = report.at_s > config.join_s + report.start_s
    assert (report.latency_s[plays] >= least - config.unit_s - NEAR).all()


# ── Oracle ──────────────────────────────────────────────────────────────────
@given(configs, st.floats(3, 30))
def test_who_joins_is_where_the_formula_says_and_catches_up_in_time(config, mbps):
    config = replace(config, line=Trace.constant(mbps))
    report, (start_s, behind_s) = watch(config), expected_join(config, mbps)
    assert abs(report.start_s - start_s) < NEAR and report.rebuffer_s < NEAR
    usual = expected_parts(config, mbps).latency_s
    at = np.searchsorted(report.at_s, config.join_s + start_s - NEAR)
    assert abs(report.latency_s[at] - usual - behind_s) < NEAR
    catch_up_s = expected_catch_up_s(behind_s, config.speed)
    if start_s + catch_up_s < 190:
        assert abs(report.faster_s - catch_up_s) < 1e3 * NEAR
        assert abs(report.latency_s[-1] - usual) < 1e3 * NEAR


@given(configs, st.floats(90, 100), st.floats(0, 10))
def test_a_tunnel_stops_the_picture_for_as_long_as_the_formula_says(config, from_s, lasts_s):
    config = replace(config, line=tunnel(from_s, lasts_s + 1e-3), speed=1.3)
    report = watch(config)
    rebuffer_s = expected_rebuffer_s(config, 10.0, from_s, lasts_s + 1e-3)
    _, behind_s = expected_join(config, 10.0)
    assert abs(report.rebuffer_s - rebuffer_s) < 1e3 * NEAR
    assert abs(report.faster_s - expected_catch_up_s(behind_s + rebuffer_s, 1.3)) < 1e4 * NEAR


@pytest.mark.parametrize(("from_s", "lasts_s"), [(60, 4), (26, 9)])
def test_a_clock_in_small_steps_says_the_same(from_s, lasts_s):
    """A tank that is filled by units and emptied in steps of a millisecond; who joins late is
    still catching up in the second tunnel."""
    line = tunnel(from_s, lasts_s)
    config = LiveConfig(line=line, chunk_s=1.0, buffer_s=1.5, speed=1.2, join_s=24.6, watch_s=90.0)
    report, step_s = watch(config), 1e-3
    units = iter(report.at_s)
    coming_s, left_s, goes, stopped_s, hurry = next(units), 0.0, False, 0.0, False
    for now_s in np.arange(config.join_s, config.join_s + config.watch_s, step_s):
        while coming_s <= now_s:
            left_s, coming_s = left_s + 1.0, next(units, np.inf)
            goes = goes or left_s >= 2.5 - 1e-6
            extra_s = left_s - 2.5
        if goes:
            hurry = extra_s > 1e-9
            eaten_s = step_s * (1.2 if hurry else 1.0)
            extra_s -= eaten_s - step_s
            stopped_s += step_s * (left_s < eaten_s)
            left_s = max(left_s - eaten_s, 0.0)
    assert abs(stopped_s - report.rebuffer_s) < 0.05 and report.rebuffer_s > 1


# ── Refusals ────────────────────────────────────────────────────────────────
class NoMemory:
    choose = staticmethod(
        lambda buffer_s, throughput_kbps, last_rung, next_bytes, ladder_kbps, memory: 0
    )


def test_a_wrong_stream_is_refused_in_words():
    for changed, said in (
        ({"chunk_s": 5.0}, "chunk_s=5.0"),
        ({"chunk_s": 0.3}, "a whole number of times"),
        ({"policy": NoMemory()}, "policy.memory"),
        ({"join_s": 1.0}, "join_s=1.0"),
        ({"speed": 1.0}, "speed=1.0"),
        ({"policy": 7}, "policy.choose"),
        ({"ladder_kbps": (500.0, 400.0)}, "ladder_kbps"),
        ({"line": 7}, "line=7"),
        ({"watch_s": 1e6}, "watch_s"),
    ):
        with pytest.raises((TypeError, ValueError), match=said):
            LiveConfig(**changed)
    with pytest.raises(ValueError, match="mbps=1"):
        expected_parts(LiveConfig(), mbps=1.0)


def test_a_policy_with_a_rung_that_is_none_is_refused():
    class Seven(ThroughputRule):
        choose = staticmethod(lambda *seen: 7)

    with pytest.raises(ValueError, match="rung of policy=7"):
        watch(LiveConfig(policy=Seven()))
