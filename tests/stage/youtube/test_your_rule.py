"""A reader's rule plays as the engine plays it, and is ranked as the race ranks."""

import random

import numpy as np
import pytest

from scalemodel.core.compiled import compiled
from scalemodel.stage.python.outcome import columns
from scalemodel.stage.python.told import told
from scalemodel.stage.youtube.race import account as race_account
from scalemodel.stage.youtube.yours import rule_told
from scalemodel.stage.youtube.yours.rule import account, of_ceiling, played, race
from scalemodel.youtube import playback
from scalemodel.youtube.abr.ceiling import optimum
from scalemodel.youtube.abr.play import play_many
from scalemodel.youtube.abr.scores import LINEAR
from scalemodel.youtube.media import Trace

PLACE = "scalemodel.stage.youtube.yours.rule"


TEMPTED = """\
% of the ceiling   ride 7   3G   4G
Dynamic                81   75   87
follow buffer          79   61   94
BOLA                   77   74   87
follow throughput      68   62   92
RobustMPC              45   67   97
yours                  42   -2   99

The picture stopped for 6.4 s in all, longest before segment 43: 4.3 s."""


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
    return told(PLACE)


# ── Oracle ──────────────────────────────────────────────────────────────────
class Own:
    """A rule for the compiled engine, with the memory that a reader's rule has."""

    def __init__(self, rule):
        self.choose = compiled(playback.CHOOSE)(rule)

    def memory(self, video):
        return np.zeros(64)


def test_a_session_is_that_of_the_compiled_engine(table):
    video, rides = (
        rule_told.film(),
        {one: rule_told.rides(one) for one in rule_told.LINES},
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
    video = rule_told.film()
    for settings in drawn_rules(50, seed=2):
        rule = within(*settings)
        for line in rule_told.LINES:
            sessions = play_many(video, rule_told.rides(line), Own(rule))
            for n, session in enumerate(sessions):
                assert played(rule, line, n + 1)[0] == session.rung.tolist()
                assert played(rule, line, n + 1)[1] == session.rebuffer_s.tolist()


def test_the_parts_of_an_account_are_the_races(table):
    rule = within(1.0, 0.0, 5)
    session = play_many(rule_told.film(), rule_told.rides("3G")[:1], Own(rule))[0]
    assert account(*played(rule, "3G", 1)) == pytest.approx(race_account(session))


def test_the_rivals_and_the_ceiling_are_the_engines(table):
    video, ride = rule_told.film(), rule_told.rides("3G")[6]
    bounds = optimum(video, ride)
    assert table["ceilings"]["3G"][6] == pytest.approx(bounds.upper, abs=1e-6)
    assert table["best"]["3G"][6] == bounds.session.rung.tolist()
    for name, rule in rule_told.RIVALS.items():
        score = play_many(video, [ride], rule)[0].qoe(LINEAR)
        assert table["scores"][name]["3G"][6] == pytest.approx(score, abs=1e-6)


def test_the_rides_travel_whole(table):
    for line, many in table["mbps"].items():
        for mbps, ride in zip(many, rule_told.rides(line), strict=True):
            assert mbps == ride.bandwidth_mbps.tolist() and len(mbps) == len(ride.time_s)
            assert isinstance(ride, Trace) and ride.time_s.tolist() == list(range(len(mbps)))


# ── Examples ────────────────────────────────────────────────────────────────
def test_what_reads_well_wins_on_a_fast_line_and_loses_on_a_slow_one():
    assert race(within(1.0, 0.0, 5), "3G", 7).words == TEMPTED
    parts = of_ceiling(within(1.0, 0.0, 5))
    assert parts["yours"]["3G"] < 0 < 0.97 < parts["yours"]["4G"]


def test_the_picture_has_a_bar_a_segment_and_no_stop_before_the_first(table):
    rungs, stops_s = played(within(1.0, 0.0, 5), "4G", 2)
    mine, best = ([table["ladder_kbps"][rung] / 1000 for rung in row]
                  for row in (rungs, table["best"]["4G"][1]))  # fmt: skip
    says = "4G, ride 2: your Mbit/s, the optimum's line; red: stops", "segment 1", "48"
    assert stops_s[0] > 0
    assert race(within(1.0, 0.0, 5), "4G", 2).svg == columns(says, mine, best, [0, *stops_s[1:]])


def test_one_can_be_ahead_of_all_five_on_both_lines():
    def rule(buffer_s, throughput_kbps, last_rung, next_bytes, ladder_kbps, memory):
        asked = int(memory[63])
        memory[asked % 3], memory[63] = 1 / throughput_kbps, asked + 1
        known = min(asked + 1, 3)
        s_a_kbit = sum(memory[:known]) / known
        in_time = [
            n for n, size in enumerate(next_bytes) if 0.008 * size * s_a_kbit < 0.35 * buffer_s
        ]
        return max(in_time, default=0)

    parts = of_ceiling(rule)
    ours = parts.pop("yours")
    assert all(ours[line] > part for each in parts.values() for line, part in each.items())


@pytest.mark.parametrize("place", [3, 4])
def test_a_rule_cannot_make_its_segments_smaller(place):
    def shrinks(*seen):
        seen[place][-1] = 1
        return len(seen[place]) - 1

    with pytest.raises(TypeError, match="does not support item assignment"):
        race(shrinks)


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
