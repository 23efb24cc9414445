"""What is true of every session, whatever the policy, the video and the line.

A policy joins by one line: its name and strategy in `POLICIES` of tests/youtube/test_abr.py.
"""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scalemodel.youtube.abr.ceiling import optimum
from scalemodel.youtube.abr.play import play, play_many
from scalemodel.youtube.abr.scores import LINEAR, LOG
from scalemodel.youtube.media import Player, Trace, Video
from tests.conftest import cases


@st.composite
def videos(draw):
    """Short videos of uneven segments on ladders of one to six rungs."""
    steps = draw(st.lists(st.integers(50, 1500), min_size=1, max_size=6))
    ladder = np.cumsum(steps)
    segment_s = draw(st.sampled_from([1.0, 2.0, 4.0, 6.5]))
    segments = draw(st.integers(1, 30))
    luck = draw(st.lists(st.floats(0.5, 1.8), min_size=segments, max_size=segments))
    sizes = np.maximum(np.outer(luck, ladder * 125 * segment_s), 1).astype(int)
    return Video(segment_s, ladder, sizes)


@st.composite
def traces(draw):
    """Lines of a few uneven periods, with silences, fast or slow."""
    periods = draw(
        st.lists(
            st.tuples(st.floats(0.1, 20), st.one_of(st.just(0.0), st.floats(10, 20_000))),
            min_size=1,
            max_size=12,
        )
    )
    return Trace.from_periods([*periods, (draw(st.floats(1, 10)), draw(st.floats(100, 5_000)))])


players = st.builds(
    Player,
    rtt_s=st.sampled_from([0.0, 0.08, 0.3]),
    payload_ratio=st.sampled_from([0.95, 1.0]),
    buffer_cap_s=st.sampled_from([5.0, 12.0, 60.0]),
    pause_step_s=st.sampled_from([0.25, 0.5, 3.0]),
    first_rung=st.sampled_from([0, 1]),
)


def weighing_rates(policy, k):
    """`policy`, its score counting a rate as one of a k-th."""
    if not hasattr(policy, "qoe"):
        return policy
    scaled = policy.qoe._replace(of_rungs=lambda rates: policy.qoe.of_rungs(rates / k))
    return replace(policy, qoe=scaled)


def carried_megabits(trace, clock_s):
    """What the line has carried by each of `clock_s`, counted from the very start."""
    passes, rest_s = np.divmod(clock_s, trace.time_s[-1])
    so_far = np.append(0.0, np.cumsum(np.diff(trace.time_s) * trace.bandwidth_mbps[1:]))
    return passes * trace.megabits + np.interp(rest_s, trace.time_s, so_far)


class BitrateLaws:
    """Laws of a session; a subclass is parametrized over `policies`, a strategy each."""

    def session(self, data, policies):
        video, trace, player = data.draw(videos()), data.draw(traces()), data.draw(players)
        policy = data.draw(policies)
        return video, trace, player, policy, play(video, trace, policy, player)

    @given(data=st.data())
    def test_plain_and_compiled_sessions_are_the_same(self, policies, data):
        video, trace, player, policy, plain = self.session(data, policies)
        other = data.draw(traces())
        native = play_many(video, [other, trace, other], policy, player)[1]
        for row in ("rung", "kbps", "download_s", "rebuffer_s", "buffer_s", "pause_s"):
            assert np.array_equal(getattr(plain, row), getattr(native, row)), row

    @given(data=st.data())
    def test_every_byte_came_over_the_line(self, policies, data):
        video, trace, player, _, session = self.session(data, policies)
        busy_s = session.download_s - player.rtt_s  # the trace stands still in a round trip
        ends_s = np.cumsum(busy_s + session.pause_s)
        starts_s = np.append(0.0, ends_s[:-1])
        moved = carried_megabits(trace, starts_s + busy_s) - carried_megabits(trace, starts_s)
        sizes = video.segment_bytes[np.arange(video.segments), session.rung]
        wanted = sizes * 8 / 1e6
        # A clock of T seconds is good to T × 1e-15, times the rate at hand.
        tolerance = 1e-9 * trace.bandwidth_mbps.max() * (1 + ends_s[-1])
        assert np.allclose(moved * player.payload_ratio, wanted, rtol=1e-9, atol=tolerance)

    @given(data=st.data())
    def test_no_second_is_lost(self, policies, data):
        """Time spent = time waited for + video gained − video left."""
        video, _, _, _, session = self.session(data, policies)
        spent_s = session.download_s.sum() + session.pause_s.sum()
        left_s = session.buffer_s[-1]
        accounted_s = session.rebuffer_s.sum() + video.segment_s * video.segments - left_s
        assert np.isclose(spent_s, accounted_s, rtol=1e-9)

    @given(data=st.data())
    def test_levels_stay_within_their_bounds(self, policies, data):
        video, _, player, _, session = self.session(data, policies)
        assert (session.rung >= 0).all() and (session.rung < len(video.ladder_kbps)).all()
        assert session.rung[0] == min(player.first_rung, len(video.ladder_kbps) - 1)
        assert (session.rebuffer_s >= 0).all() and (session.pause_s >= 0).all()
        assert (session.buffer_s >= 0).all() and (session.buffer_s <= player.buffer_cap_s).all()
        steps = session.pause_s / player.pause_step_s
        assert np.allclose(steps, np.rint(steps), atol=1e-9)

    @given(data=st.data(), power=st.integers(-3, 6))
    def test_twice_the_line_and_twice_the_bytes_are_the_same_evening(self, policies, data, power):
        video, trace, player, policy, session = self.session(data, policies)
        k = 2.0**power  # a power of two scales every product exactly
        if (video.segment_bytes * k % 1).any():
            return
        big = Video(video.segment_s, video.ladder_kbps * k, (video.segment_bytes * k).astype(int))
        wide = Trace(trace.time_s, trace.bandwidth_mbps * k)
        scaled = play(big, wide, weighing_rates(policy, k), player)
        assert np.array_equal(scaled.rung, session.rung)
        assert np.array_equal(scaled.download_s, session.download_s)
        assert np.array_equal(scaled.rebuffer_s, session.rebuffer_s)

    @given(data=st.data())
    @settings(max_examples=cases(25))
    def test_no_session_scores_above_the_ceiling(self, policies, data):
        video, trace, player, _, session = self.session(data, policies)
        if video.segments < 2:
            return
        qoe = data.draw(st.sampled_from([LINEAR, LOG]))
        bounds = optimum(video, trace, player, qoe)
        assert session.qoe(qoe) <= bounds.upper
        assert bounds.lower == bounds.session.qoe(qoe) <= bounds.upper
