"""Where a session stands at a moment, against the session's own arrays."""

import numpy as np
import pytest

from scalemodel.core import bandwidth
from scalemodel.core.rng import stream
from scalemodel.youtube.abr.loop import moment
from scalemodel.youtube.abr.play import play
from scalemodel.youtube.abr.policies import BufferBased
from scalemodel.youtube.abr.scores import HD_LADDER_KBPS
from scalemodel.youtube.media import Player, Trace, Video

VIDEO = Video.constant(4, HD_LADDER_KBPS, 30)


def on_a_ride(seed, player):
    line = Trace(*bandwidth.simulate(bandwidth.HSDPA_LIKE, stream(seed, "loop"), 300))
    return play(VIDEO, line, BufferBased(), player)


PLAYERS = [Player(), Player(rtt_s=0, buffer_cap_s=8), Player(first_rung=5)]


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_download_of_two_seconds_by_hand():
    session = play(Video.constant(4, [950], 3), Trace.constant(2), lambda *seen: 0, Player(rtt_s=0))
    seen = [moment(session, 4, at_s) for at_s in (0, 1.9, 2.5, 5.0, 9.0, 13.9, 14.1)]
    assert [here.coming for here in seen] == [0, 0, 0, 0, None, None, None]
    assert [here.shown for here in seen] == [None, None, 0, 0, 0, 0, None]
    levels_s = [0, 0, 3.5, 5, 5, 0.1, 0]
    assert [here.buffer_s for here in seen] == pytest.approx(levels_s)


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("player", PLAYERS)
@pytest.mark.parametrize("seed", range(4))
def test_at_each_request_the_level_is_the_sessions_own(seed, player):
    session = on_a_ride(seed, player)
    ended_s = np.cumsum(session.download_s + session.pause_s)
    for segment, at_s in enumerate(ended_s[:-1]):
        here = moment(session, 4, at_s + 1e-9)
        assert here.buffer_s == pytest.approx(session.buffer_s[segment], abs=1e-6)
        assert here.coming == session.rung[segment + 1]


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("player", PLAYERS)
@pytest.mark.parametrize("seed", range(4))
def test_the_time_it_stands_still_is_the_rebuffering(seed, player):
    session, step_s = on_a_ride(seed, player), 0.05
    over_s = session.rebuffer_s.sum() + 4 * len(session.rung)
    seen = [moment(session, 4, at_s) for at_s in np.arange(0.5 * step_s, over_s, step_s)]
    stands_s = step_s * sum(here.shown is None for here in seen)
    stops = 1 + np.count_nonzero(session.rebuffer_s[1:])
    assert stands_s == pytest.approx(session.rebuffer_s.sum(), abs=step_s * stops + 1e-9)
    shown_s = step_s * np.bincount([h.shown for h in seen if h.shown is not None], minlength=6)
    played_s = 4 * np.bincount(session.rung, minlength=6)
    assert shown_s == pytest.approx(played_s, abs=step_s * 2 * len(session.rung))


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_moment_before_the_session_is_refused():
    with pytest.raises(ValueError, match="at_s=-1 must be a finite number of at least 0"):
        moment(on_a_ride(1, Player()), 4, -1)
