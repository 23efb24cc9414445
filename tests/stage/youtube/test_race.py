"""The accounts of a race add up to the scores that the sessions have."""

import numpy as np
import pytest

from scalemodel.core import bandwidth
from scalemodel.core.rng import stream
from scalemodel.stage.look import theme
from scalemodel.stage.youtube.race import account, race_picture
from scalemodel.youtube.abr.ceiling import optimum
from scalemodel.youtube.abr.play import play
from scalemodel.youtube.abr.policies import Bola, BufferBased, RobustMpc
from scalemodel.youtube.abr.scores import HD_LADDER_KBPS, LINEAR
from scalemodel.youtube.media import Trace, Video

VIDEO = Video.constant(4, HD_LADDER_KBPS, 24)
RULES = {"follow buffer": BufferBased(), "RobustMPC": RobustMpc(), "mine": Bola()}


def on_a_ride(seed):
    line = Trace(*bandwidth.simulate(bandwidth.HSDPA_LIKE, stream(seed, "race"), 200))
    return {name: play(VIDEO, line, rule) for name, rule in RULES.items()}, line


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("seed", range(5))
def test_rate_less_changes_less_stops_is_the_score(seed):
    for session in on_a_ride(seed)[0].values():
        assert account(session).score == pytest.approx(session.qoe(LINEAR), abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_drawn_and_said_is_what_the_sessions_have(seed):
    sessions, line = on_a_ride(seed)
    ceiling = optimum(VIDEO, line)
    picture = race_picture(sessions, ceiling)
    earned, changes, stops, score = picture.figure.data
    assert list(score.y) == ["optimum", *RULES]
    assert np.allclose(np.add(earned.x, np.add(changes.x, stops.x)), score.x)
    assert picture.figure.layout.shapes[0].x0 == ceiling.upper >= max(score.x) - 1e-9
    parts = [part for part, _ in picture.readings.values()]
    assert parts == sorted(parts, reverse=True)
    best = max(sessions, key=lambda name: sessions[name].qoe(LINEAR))
    assert picture.alt.startswith(f"Of what was possible, {best} reached ")


def test_each_policy_has_its_own_colour_and_a_newcomer_that_of_newcomers():
    sessions, line = on_a_ride(1)
    marks = race_picture(sessions, optimum(VIDEO, line)).figure.data[3].marker.color
    assert list(marks) == [theme.policy_colour(name) for name in ("optimum", *RULES)]
    assert marks[-1] == theme.colour(theme.NEWCOMER)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_race_of_nobody_is_refused():
    _, line = on_a_ride(1)
    with pytest.raises(ValueError, match=r"sessions=.* must have at least one policy"):
        race_picture({}, optimum(VIDEO, line))
