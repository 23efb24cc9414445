"""The storm: who stands in the line, and what the guards make of it, against the engine."""

import itertools
import math

import numpy as np
import pytest

from scalemodel.parts.metastable import CURES, MetastableConfig, simulate
from scalemodel.parts.resilience.calls import GOOD, TIMED_OUT, Trigger
from scalemodel.parts.resilience.guards import UNGUARDED
from scalemodel.stage.foundations import storm
from scalemodel.stage.foundations.storm import storm_picture, storm_run, together
from scalemodel.stage.foundations.storm_moving import (
    NAMES,
    TIME_OUT_S,
    run,
    served,
    storm_moving,
)  # fmt: skip
from tests.stage.foundations.told import ways_of


# ── Examples ────────────────────────────────────────────────────────────────
def test_without_a_second_call_the_line_is_worked_off_and_with_one_it_lives_on():
    once, twice = ways_of(storm_moving())
    assert once[0][0] == "4 s: it works on C's call; nobody in line."
    assert once[5][0] == "9 s: the server is stopped; 2 in line."
    assert (
        once[10][0]
        == "14 s: it works on D's call, but D has given up; 4 in line, 2 of them given up."
    )
    assert once[21][0] == "25 s: it has nothing to do; nobody in line."
    assert once[-1][0] == "10 of 17 callers had their answer in time, the last after 30 s."
    assert (
        twice[26][0]
        == "30 s: it works on M's call, but M has given up; 9 in line, 5 of them given up."
    )
    assert twice[-1][0] == "3 of 17 callers had their answer in time, the last after 5 s."


def test_ten_seconds_of_stop_are_fatal_with_retries_and_harmless_without():
    picture = storm_picture(10.0, 3)
    assert picture.alt.replace("\xa0", " ") == (
        "A stop of 10 s, 3 retries: in the last 30 s, 0 % of callers are answered in time."
    )
    answered, per_caller, lost = picture.readings.values()
    assert answered == (0, "count") and per_caller[0] == pytest.approx(4, abs=0.05)
    assert lost[0] > 5_000
    healthy = storm_picture(10.0, 0).readings.values()
    assert [value for value, _ in healthy][:2] == [100, pytest.approx(1)]
    assert "1 retry:" in storm_picture(1.0, 1).alt


def test_guards_are_put_together():
    guards = together("back-off", "budget", "LIFO", "bounded queue", "breaker", "drop expired")
    assert guards.backoff == CURES["back-off"].backoff and guards.budget == CURES["budget"].budget
    assert guards.lifo and guards.queue == 80 and guards.drops_expired
    assert guards.breaker == CURES["breaker"].breaker and together() == UNGUARDED


def test_the_panel_has_the_edges_that_the_chapter_tells_of():
    dies = lambda stop_s, retries: (
        storm_run(stop_s, retries, 70.0, UNGUARDED).goodput_ratio(70, 100) < 0.02
    )
    assert [dies(stop_s, 3) for stop_s in (1.0, 1.2, 1.4)] == [False, True, True]
    assert [dies(stop_s, 1) for stop_s in (1.2, 1.4)] == [False, True] and not dies(2.0, 0)


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("retries", [0, 1])
def test_each_step_shows_who_is_where(retries):
    way = ways_of(storm_moving())[retries]
    for words, at in way[:-1]:
        now_s = int(words.split(" s:")[0])
        ahead = 0
        for call, (sent_s, begun_s, done_s) in served(retries).items():
            assert bool(at[call]) == (sent_s <= now_s < done_s)
            if at[call]:
                live = now_s < sent_s + TIME_OUT_S
                assert at[call] == [
                    322 if begun_s <= now_s else 276 - 27 * ahead,
                    56,
                    1 if live else 4,
                ]
                ahead += begun_s > now_s
                if live:
                    assert at[f"caller-{call[0]}"] == [at[call][0], 34, 1]
        assert bool(at["stop"]) == (6 <= now_s < 14) == ("stopped" in words)
        assert (f"{ahead} in line" in words) == (ahead > 0)
        for name, end_s, how in zip(NAMES, run(retries).end_s, run(retries).ended, strict=True):
            if now_s - 1 < end_s <= now_s:
                assert at[f"caller-{name}"] == ([352, 14, 2] if how == GOOD else [232, 12, 3])
    assert [int(words.split(" s:")[0]) for words, _ in way[:-1]] == list(range(4, 31))


def test_a_row_of_the_scene_is_a_second_of_the_run():
    picture = storm_picture(1.4, 3, 90.0, together("LIFO"))
    report, data = storm_run(1.4, 3, 90.0, together("LIFO")), picture.scene.data
    assert data["came"] == report.arrivals_per_s.tolist() and len(data["came"]) == 100
    assert data["good"] == report.goodput_per_s.tolist() and data["stop"] == [20, 21.4]
    both = np.add(data["came"], data["again"])
    assert (both >= report.attempts_per_s).all()
    assert (both == report.attempts_per_s)[report.attempts_per_s >= report.arrivals_per_s].all()
    assert storm.STORM.scripts[0].name == "player.js"


def test_what_is_drawn_is_the_run():
    calls, good, able = storm_picture(2.0, 3).figure.data
    report = storm_run(2.0, 3, 70.0, UNGUARDED)
    assert list(calls.y) == report.attempts_per_s.tolist() and list(calls.x) == list(range(100))
    assert list(good.y) == report.goodput_per_s.tolist() and set(able.y) == {100}
    (rain,) = storm_picture(2.0, 3).figure.layout.shapes
    assert (rain.x0, rain.x1) == (20, 22)
    for state in itertools.product((2.0, 10.0), (0, 3), (70.0, 90.0)):
        top = max(storm_picture(*state).figure.data[0].y)
        assert top <= 420, "it fits its axis"


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("retries", [0, 1])
def test_the_line_of_the_picture_is_that_of_the_engine(retries):
    line, told = served(retries), run(retries)
    for n, name in enumerate(NAMES):
        mine = [times for call, times in line.items() if call[0] == name]
        assert len(mine) == np.isfinite(told.sent_s[n]).sum()
        answers = [done_s for sent_s, _, done_s in mine if done_s <= sent_s + TIME_OUT_S]
        if told.ended[n] == GOOD:
            assert answers == [pytest.approx(told.end_s[n])]
        else:
            assert told.ended[n] == TIMED_OUT and not answers
            assert told.end_s[n] == pytest.approx(mine[-1][0] + TIME_OUT_S)
    begun = [begun_s for _, begun_s, _ in line.values()]
    assert begun == sorted(begun), "first come, first served"


def test_a_run_is_the_one_of_the_parts():
    config = MetastableConfig(
        arrivals_per_s=90.0, retries=3, trigger=Trigger(start_s=20.0, stop_s=30.0),
        cure=CURES["breaker"], until_s=100.0,
    )  # fmt: skip
    mine, theirs = storm_run(10.0, 3, 90.0, together("breaker")), simulate(config)
    assert (mine.goodput_per_s == theirs.goodput_per_s).all()
    lost = storm_picture(10.0, 3, 90.0, together("breaker")).readings[
        "callers without an answer, from the stop on"
    ][0]
    assert lost == (theirs.arrivals_per_s - theirs.goodput_per_s)[20:].sum() > 1_000
    assert math.isfinite(mine.recovered_s)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_guard_that_is_none_is_refused():
    with pytest.raises(KeyError, match="umbrella"):
        together("umbrella")
    with pytest.raises(ValueError, match="retries=-1 must be"):
        storm_picture(1.0, -1)
