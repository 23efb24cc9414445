"""A reader's rule plays as the engine plays it, and is ranked as the race ranks."""

import random

import numpy as np
import pytest

from scalemodel.core.compiled import compiled
from scalemodel.stage.python.told import told
from scalemodel.stage.youtube import your_rule, your_rule_told
from scalemodel.stage.youtube.race import account as race_account
from scalemodel.stage.youtube.your_rule import account, played, race, reached
from scalemodel.youtube import playback
from scalemodel.youtube.abr.ceiling import optimum
from scalemodel.youtube.abr.play import play_many
from scalemodel.youtube.abr.scores import LINEAR
from scalemodel.youtube.media import Trace


def within(share, reserve_s, step):
    """A rule: what arrives within a share of the store beyond a reserve, `step` rungs up at most."""

    def choose(buffer_s, throughput_kbps, last_rung, next_bytes, ladder_kbps, memory):
        chosen = 0
        for rung in range(len(next_bytes)):
            takes_s = 8 * next_bytes[rung] / 1000 / throughput_kbps
            if takes_s < share * max(buffer_s - reserve_s, 0.0):
                chosen = rung
        memory[0] += 1.0
        return min(chosen, last_rung + step + (memory[0] > 20.0))

    return choose


def drawn_rules(count, seed):
    dice = random.Random(seed)
    return [(dice.uniform(0.2, 1.2), dice.uniform(0, 8), dice.randint(1, 5)) for _ in range(count)]


@pytest.fixture(scope="module")
def table():
    return told(your_rule.__name__)


# ── Oracle ──────────────────────────────────────────────────────────────────
class Own:
    """A rule for the compiled engine, with the memory that a reader's rule has."""

    def __init__(self, rule):
        self.choose = compiled(playback.CHOOSE)(rule)

    def memory(self, video):
        return np.zeros(64)


def test_a_session_is_that_of_the_compiled_engine(table):
    video, rides = (
        your_rule_told.film(),
        {one: your_rule_told.rides(one) for one in your_rule_told.LINES},
    )
    pairs = 0
    for number, settings in enumerate(drawn_rules(5, seed=1)):
        rule = within(*settings)
        for line, many in rides.items():
            sessions = play_many(video, many[number : number + 6], Own(rule))
            for n, session in enumerate(sessions):
                rungs, stops_s = played(rule, line, number + n + 1)
                assert rungs == session.rung.tolist() and stops_s == session.rebuffer_s.tolist()
                assert account(rungs, stops_s).score == pytest.approx(
                    session.qoe(LINEAR), abs=1e-12
                )
                pairs += 1
    assert pairs == 60


@pytest.mark.thorough
def test_every_drawn_rule_plays_every_ride_as_the_engine(table):
    video = your_rule_told.film()
    for settings in drawn_rules(50, seed=2):
        rule = within(*settings)
        for line in your_rule_told.LINES:
            sessions = play_many(video, your_rule_told.rides(line), Own(rule))
            for n, session in enumerate(sessions):
                assert played(rule, line, n + 1)[0] == session.rung.tolist()
                assert played(rule, line, n + 1)[1] == session.rebuffer_s.tolist()


def test_the_parts_of_an_account_are_the_races(table):
    rule = within(1.0, 0.0, 5)
    session = play_many(your_rule_told.film(), your_rule_told.rides("3G")[:1], Own(rule))[0]
    assert account(*played(rule, "3G", 1)) == pytest.approx(race_account(session))


def test_the_rivals_and_the_ceiling_are_the_engines(table):
    video, ride = your_rule_told.film(), your_rule_told.rides("3G")[6]
    bounds = optimum(video, ride)
    assert table["ceilings"]["3G"][6] == pytest.approx(bounds.upper, abs=1e-6)
    assert table["best"]["3G"][6] == bounds.session.rung.tolist()
    for name, rule in your_rule_told.RIVALS.items():
        score = play_many(video, [ride], rule)[0].qoe(LINEAR)
        assert table["scores"][name]["3G"][6] == pytest.approx(score, abs=1e-6)


def test_the_rides_travel_whole(table):
    for line, many in table["mbps"].items():
        for mbps, ride in zip(many, your_rule_told.rides(line), strict=True):
            assert mbps == ride.bandwidth_mbps.tolist() and len(mbps) == len(ride.time_s)
            assert isinstance(ride, Trace) and ride.time_s.tolist() == list(range(len(mbps)))


# ── Examples ────────────────────────────────────────────────────────────────
def test_what_reads_well_wins_on_a_fast_line_and_loses_on_a_slow_one():
    words = race(within(1.0, 0.0, 5), "3G", 7).words.splitlines()
    names = [line.split("  ")[0] for line in words[1:7]]
    assert names[-1] == "yours" and "The picture stopped for 6.4 s in all" in words[-1]
    parts = reached(within(1.0, 0.0, 5))
    assert parts["yours"]["3G"] < 0 < 0.97 < parts["yours"]["4G"]


def test_a_rule_that_never_stops_is_told_its_changes():
    to_and_fro = lambda buffer_s, throughput_kbps, last_rung, *others: 1 - last_rung
    words = race(to_and_fro).words
    assert words.endswith("The picture never stopped, and the rate changed 47 times.")


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("answer", [None, 1.0, True, "1", 6, -1])
def test_what_is_no_rung_is_refused(answer):
    with pytest.raises(ValueError, match=r"^your rule returned .*; it must return"):
        race(lambda *seen: answer)


@pytest.mark.parametrize(("line", "ride"), [("5G", 1), ("3G", 0), ("3G", 13), ("3G", "1")])
def test_an_unknown_ride_is_refused(line, ride):
    with pytest.raises(ValueError, match=r"(line|ride)=.* must be"):
        race(lambda *seen: 0, line, ride)
