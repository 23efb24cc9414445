"""Adaptive bitrate: sessions against hand cases, laws and published logs."""

import csv
import itertools
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.core import bandwidth
from scalemodel.core.compiled import compiled
from scalemodel.core.rng import stream
from scalemodel.youtube.abr.expected import (
    expected_download_s,
    expected_hand_over_s,
    expected_rebuffer_s,
)
from scalemodel.youtube.abr.ladder import LADDER, select_rung
from scalemodel.youtube.abr.play import BATCH, play, play_many
from scalemodel.youtube.abr.policies import Bola, BufferBased, Dynamic, RobustMpc, ThroughputRule
from scalemodel.youtube.abr.presets import DASH_JS, HLS_JS, SHAKA
from scalemodel.youtube.abr.scores import HD, LINEAR, LOG, Quality
from scalemodel.youtube.media import Player, Trace, Video
from scalemodel.youtube.playback import CHOOSE
from tests.laws.bitrate_laws import BitrateLaws, players, traces, videos

SIX_RUNGS = [300, 750, 1200, 1850, 2850, 4300]
HEIGHTS = [144, 240, 360, 480, 720, 1080, 1440, 2160]


def always(rung):
    """A policy that never changes its mind."""
    return lambda *seen: rung


def published(reference, log):
    """The 12 published sessions of `log`: a list of (trace, columns)."""
    sessions = {}
    with (reference / f"abr/logs/{log}.csv").open() as file:
        for row in csv.DictReader(file):
            sessions.setdefault(row.pop("trace"), []).append(row)
    for name, rows in sessions.items():
        trace = Trace(*bandwidth.load_mbps(reference / f"abr/traces/{name}.csv"))
        yield trace, {key: np.array([float(row[key]) for row in rows]) for key in rows[0]}


def published_video(reference):
    table = np.loadtxt(reference / "abr/envivio_chunks.csv", delimiter=",", skiprows=1, dtype=int)
    return Video(4.0, SIX_RUNGS, table[:48, 1:])  # the 49th row is never downloaded


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_ladder_is_the_one_of_the_brief():
    assert [height for height, _ in LADDER] == HEIGHTS
    assert [kbps for _, kbps in LADDER] == [80, 150, 300, 500, 1000, 2000, 4000, 8000]


@pytest.mark.parametrize(
    ("kbps", "height", "safety", "expected"),
    [(2500, 1080, 0.8, 1080), (2499, 1080, 0.8, 720), (1e6, 1080, 0.8, 1080), (1e6, 480, 0.8, 480),
     (1e6, 1079, 0.8, 720), (1e6, 4320, 0.8, 2160), (0, 1080, 0.8, 144), (1e6, 1, 0.8, 144),
     (1000, 2160, 1.0, 720), (1000, 2160, 0.5, 480)],
)  # fmt: skip
def test_a_cap_in_pixels_is_a_number(kbps, height, safety, expected):
    rung = select_rung(kbps, height, safety=safety)
    assert type(rung) is int and LADDER[rung].height_px == expected


def test_any_ladder_of_pairs_will_do():
    assert select_rung(1000, 720, ladder=[(360, 400), (720, 700), (1080, 790)]) == 1


def test_two_megabits_a_second_by_hand():
    """8 × 450,283 ÷ (2 Mbit/s × 0.95) + 80 ms, then 8 × 155,580 likewise."""
    video = Video(4.0, SIX_RUNGS, [[181801, 450283, 668286, 1034108, 1728879, 2354772],
                                   [155580, 398865, 611087, 957685, 1431809, 2123065]])  # fmt: skip
    session = play(video, Trace.constant(2.0), BufferBased())
    assert session.rung.tolist() == [1, 0]
    assert 1000 * session.download_s == pytest.approx([1975.928, 735.074], abs=5e-4)
    assert 1000 * session.rebuffer_s == pytest.approx([1975.928, 0], abs=5e-4)


def test_a_full_buffer_makes_the_player_pause_in_half_seconds():
    session = play(Video.constant(4, SIX_RUNGS, 60), Trace.constant(100), always(0))
    paused = session.pause_s > 0
    assert paused.any() and paused[np.argmax(paused) :].all()
    assert (session.pause_s % 0.5 == 0).all()
    assert (session.buffer_s[paused] > 59.5).all() and (session.buffer_s[paused] <= 60).all()
    assert session.rebuffer_s[1:].sum() == 0


def test_the_line_runs_on_during_a_pause_and_starts_again_at_its_end():
    """Fast for 10 s, then slow for 10 s: the pauses carry the player into the slow part."""
    line = Trace.from_periods([(10, 100_000), (10, 1_000)])
    session = play(Video.constant(4, [300], 40), line, always(0), Player(buffer_cap_s=8))
    assert session.download_s.max() > 10 * session.download_s.min()
    clock_s = np.cumsum(session.download_s - 0.08 + session.pause_s)
    assert clock_s[-1] > 60  # three passes


def test_a_buffer_that_lands_on_its_cap_pauses_no_step_too_many():
    """Counted in seconds the level would come out a hair above the cap, and cost half a second."""
    session = play(Video(4, [300], [[9500]] * 30), Trace.constant(2), always(0))
    assert session.buffer_s[25] == 60.0 and session.pause_s[25] == 3.5


def test_a_silence_in_the_line_is_waited_out():
    line = Trace.from_periods([(1, 2000), (30, 0), (1, 2000)])
    video = Video.constant(4, [1000], 1)
    assert play(video, line, always(0)).download_s == pytest.approx(
        [0.08 + 33.0 + 0.2 / 1.9 + 0.0], abs=2
    )


def test_a_policy_keeps_notes_in_its_memory_and_every_session_starts_afresh():
    class Climber:
        """One rung higher each time, by a count it keeps."""

        def memory(self, video):
            return np.array([0.0])

        def choose(self, buffer_s, throughput_kbps, last_rung, next_bytes, ladder_kbps, memory):
            memory[0] += 1
            return int(min(memory[0], len(ladder_kbps) - 1))

    video = Video.constant(4, SIX_RUNGS, 5)
    climber = Climber()
    assert play(video, Trace.constant(3), climber).rung.tolist() == [1, 1, 2, 3, 4]
    both = play_many(video, [Trace.constant(3), Trace.constant(1)], climber)
    assert both.rung.tolist() == [[1, 1, 2, 3, 4]] * 2


def test_a_policy_sees_what_the_contract_says():
    seen = []

    def spy(buffer_s, throughput_kbps, last_rung, next_bytes, ladder_kbps, memory):
        seen.append(
            (buffer_s, throughput_kbps, last_rung, next_bytes.tolist(), ladder_kbps.tolist())
        )
        assert memory.dtype == np.float64 and memory.ndim == 1
        return 0

    video = Video.constant(4, [1000, 2000], 2)
    play(video, Trace.constant(4.0), spy, Player(rtt_s=0, payload_ratio=1.0))
    assert seen == [(4.0, 4000.0, 1, [500_000, 1_000_000], [1000.0, 2000.0])]


def test_a_policy_of_the_readers_own_can_be_compiled():
    @compiled(CHOOSE)
    def two_up_then_down(buffer_s, throughput_kbps, last_rung, next_bytes, ladder_kbps, memory):
        memory[0] += 1
        return int(memory[0]) % 3

    video, ride = Video.constant(4, SIX_RUNGS, 6), Trace.constant(2)
    native = play_many(video, [ride], two_up_then_down)[0]
    assert (
        native.rung.tolist()
        == play(video, ride, two_up_then_down).rung.tolist()
        == [1, 1, 2, 0, 1, 2]
    )


def rungs_seen(policy, seen, ladder=SIX_RUNGS):
    """The answers of `policy` to a list of (buffer_s, throughput_kbps, last_rung)."""
    video = Video.constant(4, ladder, len(seen) + 1)
    memory = policy.memory(video)
    return [
        policy.choose(*one, video.segment_bytes[n + 1], video.ladder_kbps, memory)
        for n, one in enumerate(seen)
    ]


def test_a_rise_asks_for_more_than_staying_does():
    """1300 kbit/s: 1200 is within 0.95 of it, not within 0.7."""
    policy = ThroughputRule(up=0.7, down=0.95)
    assert rungs_seen(policy, [(9.0, 1300.0, 2)]) == [2]
    assert rungs_seen(policy, [(9.0, 1300.0, 1)]) == [1]
    assert rungs_seen(policy, [(9.0, 1300.0, 0)]) == [1]
    assert rungs_seen(policy, [(9.0, 1250.0, 5)]) == [1]


def test_two_half_lives_are_quick_to_doubt_and_slow_to_trust():
    """One second of 4000 after four of 1000, and the other way round."""
    policy = ThroughputRule(safety=1.0, half_lives_s=(1.0, 4.0))
    ladder = [100, 250, 1000, 2000, 4000]
    rise = rungs_seen(policy, [(9.0, 1000.0, 2), (9.0, 4000.0, 2)], ladder)
    fall = rungs_seen(policy, [(9.0, 4000.0, 2), (9.0, 1000.0, 4)], ladder)
    # Both averages by hand: 1000 kbit/s for 4 s, then 4000 for 1 s; the slow one is lower.
    slow = (1000 * 0.5**0.25 * 0.5 + 4000 * (1 - 0.5**0.25)) / (1 - 0.5**1.25)
    assert 1000 < slow < 2000 and rise == [2, 2]
    assert fall == [4, 2]  # 4000 for 1 s, then 1000 for 16 s


def test_a_switch_interval_is_kept_between_two_decisions():
    line = Trace.from_periods([(5, 6000), (5, 700)])
    video = Video.constant(2, SIX_RUNGS, 60)
    for policy, least_s in ((SHAKA, 8.0), (ThroughputRule(window=1, switch_interval_s=0), 0.0)):
        session = play(video, line, policy, Player(buffer_cap_s=10))
        asked_s = np.cumsum(session.download_s + session.pause_s)[:-1]  # before segments 1, 2, ...
        switched_s = asked_s[np.diff(session.rung) != 0]
        assert len(switched_s) > 4
        assert np.diff(switched_s).min() >= least_s
    assert np.diff(switched_s).min() < 8  # without it they are nearer


def test_a_switch_interval_counts_the_pauses_of_a_full_buffer():
    """At a steady level each segment takes 4 s, whatever share of them was download."""
    policy = ThroughputRule(window=1, switch_interval_s=8.0)
    assert rungs_seen(policy, [(10.0, 9000.0, 1)] * 5) == [5, 1, 5, 1, 5]


def test_bola_asks_for_more_the_fuller_the_buffer():
    levels = [0.0, 12.9, 13.0, 18.4, 18.6, 22.0, 25.2, 28.3, 28.4, 37.6]
    seen = [(level, 1000.0, 0) for level in levels]
    assert rungs_seen(Bola(), seen) == [0, 0, 1, 1, 2, 3, 4, 4, 5, 5]


def test_steadiness_is_about_rises_above_what_the_line_carries():
    """At 26 s BOLA wants rung 4; 1300 kbit/s carry rung 2."""
    for steady, from_1, from_3 in (("", 4, 4), ("O", 2, 3), ("U", 3, 3)):
        policy = Bola(steady=steady)
        assert rungs_seen(policy, [(26.0, 1300.0, 1)]) == [from_1]
        assert rungs_seen(policy, [(26.0, 1300.0, 3)]) == [from_3]
        assert rungs_seen(policy, [(26.0, 1300.0, 5)]) == [4]  # a fall is no rise
        assert rungs_seen(policy, [(26.0, 9000.0, 1)]) == [4]


@pytest.mark.parametrize("policy", [Bola(low_buffer_safety=0.5), Dynamic(low_buffer_safety=0.5)])
def test_a_low_buffer_caps_the_bytes_from_the_third_segment_on(policy):
    """Half of 20 s at 480 kbit/s are 4800 kbit: a segment of rung 2."""
    assert rungs_seen(policy, [(20.0, 480.0, 0)] * 3) == [2, 2, 2]
    assert rungs_seen(policy, [(29.0, 200.0, 0)] * 3) == [5, 0, 0]


def test_dynamic_changes_hands_at_two_levels():
    """The line carries the top rung; BOLA at 6, 10 or 12 s asks for the lowest."""
    policy = Dynamic(bola_from_s=10, throughput_below_s=5, low_buffer_safety=None)
    levels = [6.0, 9.9, 10.0, 6.0, 5.0, 4.9, 6.0, 12.0]
    seen = [(level, 9000.0, 0) for level in levels]
    assert rungs_seen(policy, seen) == [5, 5, 0, 0, 0, 5, 5, 0]


def test_robust_means_doubt_after_a_wrong_forecast():
    """1000, 4000, 2000 kbit/s: the worst forecast was 0.75 off, after 4000."""
    seen = [(12.0, kbps, 2) for kbps in (1000.0, 4000.0, 2000.0)]
    doubtful = rungs_seen(RobustMpc(horizon=3), seen)
    trusting = rungs_seen(RobustMpc(horizon=3, robust=False), seen)
    assert doubtful[0] == trusting[0] and doubtful[1:] < trusting[1:]


def test_the_shipped_players_differ():
    video = Video.constant(4, SIX_RUNGS, 60)
    line = Trace(*bandwidth.simulate(bandwidth.HSDPA_LIKE, stream(3, "ride")))
    rungs = {tuple(play(video, line, policy).rung.tolist()) for policy in (DASH_JS, HLS_JS, SHAKA)}
    assert len(rungs) == 3


def test_many_sessions_behave_like_a_list():
    video = Video.constant(4, SIX_RUNGS, 5)
    rides = [Trace.constant(mbps) for mbps in (1, 2, 3)]
    many = play_many(video, rides, BufferBased())
    assert len(many) == 3 and len(list(many)) == 3
    assert many[-1].rung.tolist() == play(video, rides[-1], BufferBased()).rung.tolist()
    assert [s.qoe(LINEAR) for s in many[1:]] == [many[1].qoe(LINEAR), many[2].qoe(LINEAR)]
    with pytest.raises(IndexError):
        many[3]


def test_no_ride_and_more_rides_than_a_batch():
    video = Video.constant(4, SIX_RUNGS, 3)
    assert len(play_many(video, [], BufferBased())) == 0
    rides = [Trace.constant(1 + n / 1000) for n in range(2 * BATCH + 7)]
    rides += [rides[7], rides[-1], rides[BATCH]]  # ridden twice, packed once
    many = play_many(video, rides, BufferBased())
    for n in (0, BATCH - 1, BATCH, 2 * BATCH, *range(len(rides) - 4, len(rides))):
        assert (
            many[n].download_s.tolist() == play(video, rides[n], BufferBased()).download_s.tolist()
        )


def test_a_video_and_a_trace_are_copies_that_nobody_can_change():
    mine = np.array([0.0, 5.0])
    trace = Trace(mine, [1.0, 1.0])
    mine[1] = 9.0
    assert trace.time_s[1] == 5.0
    with pytest.raises(ValueError, match="read-only"):
        trace.bandwidth_mbps[0] = 3.0
    with pytest.raises(FrozenInstanceError):
        trace.time_s = mine


# ── Laws ────────────────────────────────────────────────────────────────────
POLICIES = {  # one line a policy, and it obeys every law
    "BufferBased": st.builds(
        BufferBased, reservoir_s=st.floats(0, 10), cushion_s=st.floats(0.5, 30)
    ),
    "ThroughputRule": st.builds(
        ThroughputRule,
        safety=st.floats(0.1, 1.2),
        window=st.integers(1, 8),
        up=st.none() | st.floats(0.1, 1.2),
        down=st.none() | st.floats(0.1, 1.2),
        half_lives_s=st.none() | st.tuples(st.floats(0.1, 9), st.floats(0.1, 9)),
        switch_interval_s=st.sampled_from([0.0, 0.0, 3.0, 8.0]),
    ),
    "Bola": st.builds(
        Bola,
        minimum_buffer_s=st.floats(1, 10),
        target_buffer_s=st.floats(10.5, 40),
        per_rung_s=st.sampled_from([0.0, 2.0]),
        steady=st.sampled_from(["", "O", "U"]),
        low_buffer_safety=st.none() | st.floats(0.3, 1),
        latency_s=st.sampled_from([0.0, 0.08]),
    ),
    "Dynamic": st.builds(
        Dynamic,
        throughput=st.builds(ThroughputRule, half_lives_s=st.none() | st.just((3.0, 8.0))),
        bola=st.builds(Bola, minimum_buffer_s=st.floats(1, 10)),
        bola_from_s=st.floats(5, 20),
        throughput_below_s=st.floats(0, 5),
        low_buffer_safety=st.none() | st.floats(0.3, 1),
    ),
    "RobustMpc": st.builds(
        RobustMpc,
        horizon=st.integers(1, 3),
        qoe=st.sampled_from([LINEAR, LOG]),
        robust=st.booleans(),
        window=st.integers(1, 6),
    ),
    "shipped": st.sampled_from([DASH_JS, HLS_JS, SHAKA]),
}


@pytest.mark.parametrize("policies", POLICIES.values(), ids=POLICIES)
class TestEveryPolicy(BitrateLaws):
    """The laws of tests/laws/bitrate_laws.py, for each of POLICIES."""


@given(st.floats(0, 60), st.floats(0, 60))
def test_a_fuller_buffer_never_means_a_lower_rung(one_s, other_s):
    policy = BufferBased()
    ladder = np.array(SIX_RUNGS, dtype=float)
    low, high = (
        policy.choose(level, 0.0, 0, np.ones(6, int), ladder, policy.memory(None))
        for level in sorted((one_s, other_s))
    )
    assert low <= high


@given(st.lists(st.floats(10, 1e5), min_size=1, max_size=20), st.integers(1, 8))
def test_it_follows_the_harmonic_mean_of_its_window(samples, window):
    policy = ThroughputRule(safety=0.8, window=window)
    ladder = np.array(SIX_RUNGS, dtype=float)
    rung = rungs_seen(policy, [(9.0, throughput_kbps, 0) for throughput_kbps in samples])[-1]
    recent = samples[-window:]
    estimate = len(recent) / sum(1 / sample for sample in recent)
    if all(abs(0.8 * estimate / rate - 1) > 1e-9 for rate in ladder):  # not on the very edge
        assert rung == max(int((ladder <= 0.8 * estimate).sum()) - 1, 0)


@given(
    st.lists(st.tuples(st.floats(10, 1e5), st.integers(0, 5)), min_size=1, max_size=12),
    st.none() | st.tuples(st.floats(0.1, 9), st.floats(0.1, 9)),
    st.floats(0.1, 2), st.floats(0.1, 2), st.floats(0, 1), st.floats(0, 1),
)  # fmt: skip
def test_a_larger_share_never_lowers_the_rung(samples, half_lives_s, up, down, more_up, more_down):
    seen = [(9.0, kbps, last) for kbps, last in samples]
    low = rungs_seen(ThroughputRule(up=up, down=down, half_lives_s=half_lives_s), seen)
    bolder = ThroughputRule(up=up + more_up, down=down + more_down, half_lives_s=half_lives_s)
    assert all(a <= b for a, b in zip(low, rungs_seen(bolder, seen), strict=True))


@given(
    st.lists(st.floats(10, 1e5), min_size=1, max_size=20), st.floats(0.1, 20), st.floats(0.1, 20)
)
def test_a_fading_average_weighs_each_second_by_its_age(samples, quick_s, slow_s):
    """The closed form of the running sums: a download counts for the seconds it took."""
    rungs = rungs_seen(
        ThroughputRule(safety=1.0, half_lives_s=(quick_s, slow_s)),
        [(9.0, kbps, 1) for kbps in samples],
    )
    seconds = 4 * SIX_RUNGS[1] / np.array(samples)
    end_s = np.cumsum(seconds)
    means = []
    for half_life_s in (quick_s, slow_s):
        weight = 0.5 ** ((end_s[-1] - end_s) / half_life_s)
        weight -= 0.5 ** ((end_s[-1] - end_s + seconds) / half_life_s)
        means.append((weight @ samples) / weight.sum())
    ladder = np.array(SIX_RUNGS)
    if all(abs(min(means) / rate - 1) > 1e-6 for rate in ladder):  # not on the very edge
        assert rungs[-1] == max(int((ladder <= min(means)).sum()) - 1, 0)


@given(st.floats(0, 60), st.floats(0, 60), st.sampled_from([Bola(), Bola(8, 12), DASH_JS.bola]))
def test_a_fuller_buffer_never_lowers_bola(one_s, other_s, policy):
    low, high = (rungs_seen(policy, [(level, 1000.0, 0)])[0] for level in sorted((one_s, other_s)))
    assert low <= high


@given(
    st.floats(0, 20_000), st.integers(1, 5000), st.integers(1, 5000),
    st.floats(0.05, 2), st.floats(0.05, 2), st.floats(0, 20_000),
)  # fmt: skip
def test_more_line_more_pixels_and_more_nerve_never_lower_the_rung(kbps, h1, h2, s1, s2, more):
    low, high = (
        select_rung(kbps, min(h1, h2), safety=min(s1, s2)),
        select_rung(kbps + more, max(h1, h2), safety=max(s1, s2)),
    )
    assert low <= high


@given(st.floats(0, 20_000), st.integers(1, 5000), st.floats(0.05, 2))
def test_the_rung_is_the_best_of_those_that_fit(kbps, height, safety):
    fits = [n for n, (h, rate) in enumerate(LADDER) if rate <= safety * kbps and h <= height]
    assert select_rung(kbps, height, safety=safety) == (max(fits) if fits else 0)


@given(videos(), traces(), players)
def test_a_constant_rung_without_rebuffering_is_worth_its_rate(video, trace, player):
    if video.segments < 2:
        return
    top = len(video.ladder_kbps) - 1
    session = play(video, trace, always(top), player)
    changes = abs(video.ladder_kbps[session.rung[0]] - video.ladder_kbps[top]) / 1000
    rest = video.segments - 1
    expected = video.ladder_kbps[top] / 1000 - (4.3 * session.rebuffer_s[1:].sum() + changes) / rest
    assert session.qoe(LINEAR) == pytest.approx(expected, abs=1e-9)


def test_one_step_down_and_up_again_costs_twice_the_gap():
    path = iter([2, 1, 2, 2])
    session = play(
        Video.constant(4, SIX_RUNGS, 5),
        Trace.constant(50),
        lambda *seen: next(path),
        Player(first_rung=2),
    )
    assert session.rebuffer_s[1:].sum() == 0
    flat, gap = (3 * 1.2 + 0.75) / 4, 1.2 - 0.75
    assert session.qoe(LINEAR) == pytest.approx(flat - 2 * gap / 4)


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("many", [False, True], ids=["play", "play_many"])
@pytest.mark.parametrize(("log", "policy"), [("bba", BufferBased()), ("bola", Bola())])
def test_bba_and_bola_reproduce_the_published_rows(reference, log, policy, many):
    video, cases = published_video(reference), list(published(reference, log))
    if many:
        sessions = play_many(video, [trace for trace, _ in cases], policy)
    else:
        sessions = [play(video, trace, policy) for trace, _ in cases]
    rows = 0
    for session, (_, log) in zip(sessions, cases, strict=True):
        rows += len(log["chunk"])
        assert np.array_equal(session.kbps, log["bitrate_kbps"])
        assert np.array_equal(
            video.segment_bytes[np.arange(48), session.rung], log["size_bytes"].astype(int)
        )
        for mine, theirs in (
            (session.buffer_s, log["buffer_s"]),
            (session.rebuffer_s, log["rebuffer_s"]),
            (session.download_s, log["download_ms"] / 1000),
        ):
            assert np.abs(mine - theirs).max() < 1e-9
        assert session.qoe(LINEAR) == pytest.approx(log["reward"][1:].mean(), abs=1e-9)
    assert rows == 576


def test_bola_earns_more_than_bba_on_the_published_rides(reference):
    """Over all 142 rides their logs say 0.818 and 0.639; these are twelve of them."""
    video = published_video(reference)
    for log, policy, mean in (("bba", BufferBased(), 0.917), ("bola", Bola(), 1.005)):
        rides = [trace for trace, _ in published(reference, log)]
        scores = [session.qoe(LINEAR) for session in play_many(video, rides, policy)]
        assert np.mean(scores) == pytest.approx(mean, abs=5e-4)


def test_bola_hands_over_where_the_closed_form_says():
    points = expected_hand_over_s(SIX_RUNGS)
    assert points == pytest.approx([12.923, 18.510, 21.922, 25.171, 28.350], abs=5e-4)
    assert Bola().fullest_s(np.array(SIX_RUNGS, float))[-1] == pytest.approx(37.511, abs=5e-4)


@given(videos(), st.floats(1, 15), st.floats(1, 30), st.floats(-0.1, 1.1), st.integers(0, 4))
def test_bola_hands_over_there_on_any_ladder(video, minimum_s, gap_s, between, pair):
    policy = Bola(minimum_s, minimum_s + gap_s)
    points = expected_hand_over_s(video.ladder_kbps, policy)
    assert len(points) == len(video.ladder_kbps) - 1 and (np.diff(points) > 0).all()
    if len(points) < 2:
        return
    low, high = points[pair % len(points)], points[(pair + 1) % len(points)]
    level_s = low + between * (high - low)
    if np.abs(points - level_s).min() > 1e-3:  # a size is a whole number of bytes
        ladder = video.ladder_kbps.tolist()
        assert rungs_seen(policy, [(level_s, 1000.0, 0)], ladder) == [(points < level_s).sum()]


def best_first_rung(video, session, segment, policy):
    """RobustMPC as its definition says, by trying every way."""
    sizes, ladder = video.segment_bytes, video.ladder_kbps
    worth = 1000 * policy.qoe.of_rungs(ladder)
    worth = np.rint(worth) if policy.qoe is LINEAR else worth
    taken = sizes[np.arange(segment), session.rung[:segment]] / session.download_s[:segment]
    forecasts = [
        len(taken[max(j - policy.window, 0) : j]) / (1 / taken[max(j - policy.window, 0) : j]).sum()
        for j in range(1, segment + 1)
    ]
    errors = [0.0, *(abs(f - c) / c for f, c in zip(forecasts, taken[1:], strict=False))]
    rate = forecasts[-1] / (1 + max(errors[-policy.window :]) * policy.robust)
    scores = {}
    depth = min(policy.horizon, video.segments - segment)
    for way in itertools.product(range(len(ladder)), repeat=depth):
        level_s, lost_s, before, gained = (
            session.buffer_s[segment - 1],
            0.0,
            session.rung[segment - 1],
            0,
        )
        for k, rung in enumerate(way):
            wait_s = sizes[segment + k, rung] / rate
            lost_s += max(wait_s - level_s, 0)
            level_s = max(level_s - wait_s, 0) + video.segment_s
            gained += worth[rung] - abs(worth[rung] - worth[before])
            before = rung
        scores[way] = gained / 1000 - policy.qoe.rebuffer_cost * lost_s
    best = max(scores.values())
    return [way for way, score in scores.items() if score >= best - 1e-9][-1][0]


@given(
    videos(), traces(), players, st.integers(1, 3), st.booleans(), st.integers(1, 5),
    st.sampled_from([LINEAR, LINEAR, LOG]),
)  # fmt: skip
def test_robust_mpc_is_the_first_step_of_the_best_way(
    video, trace, player, horizon, robust, window, qoe
):
    video = Video(video.segment_s, video.ladder_kbps, video.segment_bytes[:9])
    policy = RobustMpc(horizon, qoe, robust, window)
    session = play(video, trace, policy, player)
    for segment in range(1, video.segments):
        assert session.rung[segment] == best_first_rung(video, session, segment, policy)


def test_robust_mpc_is_the_first_step_of_the_best_way_on_published_rides(reference):
    video, policy = published_video(reference), RobustMpc(horizon=3)
    cases = [trace for trace, _ in published(reference, "bba")][:3]
    for session in play_many(video, cases, policy):
        for segment in range(1, 48):
            assert session.rung[segment] == best_first_rung(video, session, segment, policy)


@given(st.floats(0.1, 50), st.integers(1, 10**7), st.integers(1, 40), players)
def test_one_rung_over_a_constant_line_meets_the_closed_form(mbps, size_bytes, segments, player):
    video = Video(4.0, [1000], np.full((segments, 1), size_bytes))
    session = play(video, Trace.constant(mbps), always(0), player)
    download_s = expected_download_s(size_bytes, mbps, player)
    assert session.download_s == pytest.approx(np.full(segments, download_s), rel=1e-6)
    if session.pause_s.sum() == 0:
        expected_s = expected_rebuffer_s(size_bytes, 4.0, segments, mbps, player)
        assert session.rebuffer_s.sum() == pytest.approx(expected_s, rel=1e-6, abs=1e-6)


def test_the_scores_by_hand():
    """Rungs 300, 300, 4300, 4300 over a fast line: two terms of worth, one change."""
    path = iter([0, 5, 5])
    session = play(
        Video.constant(4, SIX_RUNGS, 4),
        Trace.constant(900),
        lambda *seen: next(path),
        Player(first_rung=0),
    )
    assert session.qoe(LINEAR) == pytest.approx((0.3 + 4.3 + 4.3 - 4.0) / 3)
    assert session.qoe(LOG) == pytest.approx(np.log(4300 / 300) * (0 + 1 + 1 - 1) / 3)
    assert session.qoe(HD) == pytest.approx((1 + 20 + 20 - 19) / 3)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("time_s", "mbps", "words"),
    [
        ([0, 2, 1], [1, 1, 1], r"time_s\[2\]=1.0 must be more than time_s\[1\]=2.0"),
        ([0, 1, 1], [1, 1, 1], r"time_s\[2\]=1.0 must be more"),
        ([1, 2], [1, 1], r"time_s\[0\]=1.0 must be 0"),
        ([0, np.nan], [1, 1], r"time_s\[1\]=nan must be a finite number"),
        ([0, 1], [1, -2], r"bandwidth_mbps\[1\]=-2.0 must be a finite number of at least 0"),
        ([0, 1], [1, np.inf], r"bandwidth_mbps\[1\]=inf must be"),
        ([0, 1, 2], [5, 0, 0], r"bandwidth_mbps=0 everywhere"),
        ([0, 1, 2], [1, 1], r"bandwidth_mbps has 2 values; it must have one for each of the 3"),
        ([0], [1], r"time_s has the shape \(1,\)"),
        ([[0, 1]], [[1, 1]], r"time_s has the shape \(1, 2\)"),
        (["a", "b"], [1, 1], r"time_s=.* must be a row of numbers"),
    ],
)
def test_a_line_that_cannot_be_is_refused(time_s, mbps, words):
    with pytest.raises(ValueError, match=words):
        Trace(time_s, mbps)


@pytest.mark.parametrize("periods", [[], [(1, 2, 3)], [(0, 5)], [(1, -5)], 7, [(1, 0)], [(-1, 5)]])
def test_periods_that_cannot_be_are_refused(periods):
    with pytest.raises(ValueError, match=r"^(periods|bandwidth_mbps)"):
        Trace.from_periods(periods)


@pytest.mark.parametrize("mbps", [0, -1, np.inf, "2"])
def test_a_constant_line_needs_a_rate(mbps):
    with pytest.raises(ValueError, match=r"mbps=.* must be a finite number above 0"):
        Trace.constant(mbps)


@pytest.mark.parametrize(
    ("segment_s", "ladder", "sizes", "words"),
    [
        (0, [1], [[1]], "segment_s=0 must"),
        (4, [], [[]], r"ladder_kbps has the shape \(0,\)"),
        (4, [2, 1], [[1, 1]], r"ladder_kbps\[1\]=1.0 must be more"),
        (4, [0], [[1]], r"ladder_kbps\[0\]=0.0 must be a finite number above 0"),
        (4, [1, 2], [[1]], r"segment_bytes has the shape \(1, 1\); it must be \(segments, 2\)"),
        (4, [1], [1], r"segment_bytes has the shape \(1,\)"),
        (4, [1], np.zeros((0, 1), int), r"segment_bytes has the shape \(0, 1\)"),
        (4, [1, 2], [[1, 2], [3]], "segment_bytes has the shape"),
        (4, [1], [[0]], "it must hold integers from 1"),
        (4, [1], [[1.5]], "segment_bytes holds float64"),
    ],
)
def test_a_video_that_cannot_be_is_refused(segment_s, ladder, sizes, words):
    with pytest.raises(ValueError, match=words):
        Video(segment_s, ladder, sizes)


@pytest.mark.parametrize(
    ("field", "value"),
    [("rtt_s", -1), ("payload_ratio", 0), ("payload_ratio", 1.1), ("buffer_cap_s", 0),
     ("pause_step_s", 61), ("first_rung", -1), ("first_rung", 1.0), ("rtt_s", np.nan)],
)  # fmt: skip
def test_a_player_that_cannot_be_is_refused(field, value):
    with pytest.raises(ValueError, match=f"^{field}={value!r} must"):
        Player(**{field: value})


@pytest.mark.parametrize(
    ("kbps", "height", "more", "words"),
    [(-1, 720, {}, "bandwidth_kbps=-1"), (np.nan, 720, {}, "bandwidth_kbps=nan"),
     (1, "720p", {}, "max_height='720p' must be an integer of at least 1"), (1, 0, {}, "max_height=0"),
     (1, 720.0, {}, "max_height=720.0"), (1, 720, {"safety": 0}, "safety=0"),
     (1, 720, {"ladder": []}, "ladder heights has the shape"), (1, 720, {"ladder": [1]}, "must hold pairs"),
     (1, 720, {"ladder": [(1, 2), (2, 1)]}, "must be more"),
     (1, 720, {"ladder": [(2, 1), (1, 2)]}, "must not fall")],
)  # fmt: skip
def test_a_selection_that_makes_no_sense_is_refused(kbps, height, more, words):
    with pytest.raises(ValueError, match=words):
        select_rung(kbps, height, **more)


@pytest.mark.parametrize(
    ("policy", "field", "value"),
    [(ThroughputRule, "safety", 0), (ThroughputRule, "window", 0), (ThroughputRule, "up", 0),
     (ThroughputRule, "down", -1), (ThroughputRule, "half_lives_s", (3.0,)),
     (ThroughputRule, "half_lives_s", 3.0), (ThroughputRule, "switch_interval_s", -1),
     (BufferBased, "reservoir_s", -1), (BufferBased, "cushion_s", 0),
     (Bola, "minimum_buffer_s", 0), (Bola, "minimum_buffer_s", np.nan),
     (Bola, "target_buffer_s", 10.0), (Bola, "per_rung_s", -1), (Bola, "steady", "X"),
     (Bola, "steady", None), (Bola, "low_buffer_safety", 0), (Bola, "latency_s", -1),
     (Dynamic, "throughput", Bola()), (Dynamic, "bola", None), (Dynamic, "bola_from_s", -1),
     (Dynamic, "throughput_below_s", 11), (Dynamic, "low_buffer_safety", -1),
     (RobustMpc, "horizon", 0), (RobustMpc, "horizon", 13), (RobustMpc, "window", 0),
     (RobustMpc, "qoe", "linear"), (RobustMpc, "robust", 1)],
)  # fmt: skip
def test_a_policy_without_sense_is_refused(policy, field, value):
    with pytest.raises(ValueError, match=rf"^{field}.*must be") as caught:
        policy(**{field: value})
    assert repr(value)[:80] in str(caught.value) or field == "half_lives_s"


def test_a_score_that_is_no_row_of_numbers_is_refused():
    nothing = Quality("nothing", lambda ladder_kbps: np.full(6, np.nan), 1.0)
    with pytest.raises(ValueError, match=r"nothing worth\[0\]=nan must be a finite number"):
        play(Video.constant(4, SIX_RUNGS, 3), Trace.constant(2), RobustMpc(qoe=nothing))


@compiled(CHOOSE)
def one_too_high(buffer_s, throughput_kbps, last_rung, next_bytes, ladder_kbps, memory):
    memory[0] += 1
    return len(ladder_kbps) if memory[0] == 2 else 0


@compiled(CHOOSE)
def below_zero(buffer_s, throughput_kbps, last_rung, next_bytes, ladder_kbps, memory):
    return -1


@pytest.mark.parametrize("how", ["play", "play_many"])
@pytest.mark.parametrize(("policy", "rung", "segment"), [(one_too_high, 6, 2), (below_zero, -1, 1)])
@pytest.mark.parametrize("native", [True, False])
def test_a_rung_that_does_not_exist_is_the_same_error_on_every_path(
    how, policy, rung, segment, native
):
    video, ride = Video.constant(4, SIX_RUNGS, 5), Trace.constant(2)
    chosen = policy if native else policy.__wrapped__
    with pytest.raises(ValueError) as caught:
        play(video, ride, chosen) if how == "play" else play_many(video, [ride], chosen)
    assert str(caught.value) == (
        f"policy returned rung {rung} for segment {segment}; it must be one of 0 to 5"
    )


@pytest.mark.parametrize("answer", [None, 1.0, "1", True, np.array([1])])
def test_an_answer_that_is_no_index_is_refused(answer):
    with pytest.raises(ValueError, match=r"policy returned .*; it must return an integer"):
        play(Video.constant(4, SIX_RUNGS, 3), Trace.constant(2), lambda *seen: answer)


@pytest.mark.parametrize("playing", [play, lambda v, t, p, *m: play_many(v, [t], p, *m)])
def test_things_of_the_wrong_kind_are_refused_on_both_paths(playing):
    video, ride = Video.constant(4, SIX_RUNGS, 3), Trace.constant(2)
    for wrong, words in [
        ((video, ([0, 1], [1, 1]), BufferBased()), "trace=.* must be a Trace"),
        (("video", ride, BufferBased()), "video='video' must be a Video"),
        ((video, ride, BufferBased(), 0.08), "player=0.08 must be a Player"),
        ((video, ride, 7), "policy=7 must have a choose"),
        ((video, ride, BufferBased(), Player(first_rung=6)), "first_rung=6 must be .* at most 5"),
    ]:
        with pytest.raises(ValueError, match=words):
            playing(*wrong)


def test_a_line_too_thin_to_ever_finish_is_refused():
    with pytest.raises(ValueError, match=r"bandwidth_mbps carries .* needs at least"):
        play(Video.constant(4, SIX_RUNGS, 3), Trace([0, 1], [0, 1e-7]), BufferBased())


@pytest.mark.parametrize("how", [play, lambda v, t, *rest: play_many(v, [t], *rest)])
@pytest.mark.parametrize(
    "trace",
    [
        Trace([0, 1e-17], [1e9, 1e9]),  # a pause would never end
        Trace([0, 1e-9], [1e6, 1e6]),
        Trace(np.arange(1e5) / 10, np.append(np.zeros(99_999), 0.002)),
    ],
)
def test_a_line_that_would_be_walked_for_ever_is_refused(how, trace):
    with pytest.raises(ValueError, match=r"(time_s|bandwidth_mbps) .* within .* passes"):
        how(Video.constant(4, [300], 30), trace, BufferBased())


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (BufferBased, "a class is neither"),
        (7, "must have a choose"),
        (compiled("float64(float64)")(lambda x: x), "must be compiled as CHOOSE"),
    ],
)
def test_what_is_no_policy_is_refused(policy, words):
    video, ride = Video.constant(4, [300, 750], 3), Trace.constant(2)
    for run in (lambda: play(video, ride, policy), lambda: play_many(video, [ride], policy)):
        with pytest.raises(ValueError, match=words):
            run()


@pytest.mark.parametrize("memory", [0.0, [[1.0, 2.0]], ["a"], None])
def test_a_memory_is_a_row_of_numbers(memory):
    class Forgetful:
        choose = BufferBased.choose

        def memory(self, video):
            return memory

    with pytest.raises(ValueError, match=r"memory=.* must be a row of numbers"):
        play_many(Video.constant(4, [300, 750], 3), [Trace.constant(2)], Forgetful())


@pytest.mark.parametrize("traces", [None, Trace.constant(2)])
def test_many_lines_are_a_sequence(traces):
    with pytest.raises(ValueError, match=r"traces=.* must be a sequence of Trace"):
        play_many(Video.constant(4, [300, 750], 3), traces, BufferBased())


def test_any_positive_integer_is_a_height():
    assert select_rung(1e6, 2**2000) == len(LADDER) - 1


def test_the_hd_score_is_for_its_six_rungs_only():
    session = play(Video.constant(4, [300, 750], 3), Trace.constant(2), BufferBased())
    with pytest.raises(ValueError, match="the HD score has a value for those six rungs only"):
        session.qoe(HD)


def test_a_session_of_one_segment_has_no_score():
    session = play(Video.constant(4, [300, 750], 1), Trace.constant(2), BufferBased())
    with pytest.raises(ValueError, match="segments=1 must be at least 2"):
        session.qoe(LINEAR)


def test_luck_on_random_lines_gives_the_same_sessions_twice():
    rides = [Trace(*bandwidth.simulate(bandwidth.HSDPA_LIKE, stream(n, "ride"))) for n in range(5)]
    video = Video.constant(4, SIX_RUNGS, 48)
    one, two = (play_many(video, rides, ThroughputRule()) for _ in range(2))
    assert np.array_equal(one.buffer_s, two.buffer_s)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Player(rtt_s=80), r"rtt_s=80 must be .* \(80 ms are 0.08 s\)"),
        (lambda: Video.constant(4, [0.3, 0.7, 1.2], 9), r"ladder_kbps\[0\]=0.3 must .* Mbit/s are"),
        (lambda: Video.constant(4, [1.5, 4, 45], 9), r"ladder_kbps\[0\]=1.5 must .* Mbit/s are"),
        (lambda: Video(4, [0.3], [[150]]), r"ladder_kbps\[0\]=0.3 must .* Mbit/s are a thousand"),
        (lambda: Video.constant(4, [3e5, 7e5], 9), r"ladder_kbps\[0\]=300000 must .* bit/s are"),
        (lambda: Video.constant(4000, [300], 9), r"segment_s=4000 must .* \(4000 ms are 4 s\)"),
        (
            lambda: Bola(low_buffer_safety=0.7, latency_s=80),
            r"latency_s=80 must .* \(80 ms are 0.08 s\)",
        ),
    ],
)
def test_a_slip_of_unit_is_said(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ((600, [1e12], 1), r"ladder_kbps=1e\+12 and segment_s=600 make segments of 7.5e\+16 bytes"),
        ((600, [100, 1e12], 1), r"ladder_kbps=1e\+12 and segment_s=600 make segments"),
        ((1e6, [1e12], 1), r"segment_s=1000000.0 must be"),
        ((4, [300], 2**63), "segments=9223372036854775808 must be an integer"),
        ((4, [300], 10**7), "segments=10000000 must be an integer of .* at most 1000000"),
    ],
)
def test_a_video_too_large_for_its_numbers_is_refused(fields, words):
    with pytest.raises(ValueError, match=words):
        Video.constant(*fields)


def test_a_policy_keeps_no_list_of_the_caller():
    pair = [3.0, 8.0]
    rule = ThroughputRule(half_lives_s=pair)
    pair[0] = -1.0
    assert rule.half_lives_s == (3.0, 8.0) and hash(rule) == hash(replace(rule))
