"""Maps with lines: what is drawn is what the engine says."""

import re

import numpy as np
import pytest

from scalemodel.core.rng import stream
from scalemodel.stage.panel.moving import Step
from scalemodel.stage.uber import pairs_moving
from scalemodel.stage.uber.pairs import (
    LAYOUTS,
    RIDERS,
    RULES,
    Room,
    paired,
    pairs_picture,
    room,
    saved_ratio,
)


def steps():
    first, best = (pairs_moving.met(rule) for rule in ("first come", "the whole room"))
    return pairs_moving._steps(first, best)


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_first_screen_ends_with_both_sums():
    told = steps()
    assert all(isinstance(step, Step) for step in told) and len(told) == 10
    first, best = (
        pairs_moving.met(rule).minutes.sum() for rule in ("first come", "the whole room")
    )
    assert f"{first:.1f} minutes in all" in told[7].words
    assert (
        f"{best:.1f} minutes" in told[8].words
        and f"{first - best:.1f} minutes less" in told[9].words
    )


def test_each_step_draws_the_lines_of_those_who_have_a_car():
    for number, step in enumerate(steps()):
        lines = [name for name in step.at if name.startswith("line-")]
        assert len(lines) == min(number, 6)
    assert {name for name in steps()[8].at if name.startswith("line-")} == {
        f"line-{rider}-{car}" for rider, car in enumerate(pairs_moving.met("the whole room").car)
    }


def test_in_the_end_each_car_stands_beside_its_rider():
    last = steps()[-1].at
    for rider, car in enumerate(pairs_moving.met("the whole room").car):
        x, y, _ = last[f"car-{car}"]
        to_x, to_y, _ = last[f"rider-{pairs_moving.RIDERS[rider]}"]
        assert np.hypot(x - to_x, y - to_y) == pytest.approx(17, abs=0.2)


def test_the_map_draws_a_line_for_each_rider():
    figure = pairs_picture("first come", 44, "hot spot").figure
    line, riders, busy, idle = figure.data
    assert len(line.x) == 3 * RIDERS and line.x[2] is None
    assert (len(riders.x), len(busy.x), len(idle.x)) == (RIDERS, RIDERS, 4)


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("seed", range(6))
def test_the_whole_room_is_never_worse(layout, seed):
    there = room(12, 15, layout, stream(seed, "law"))
    totals = {name: paired(there, rule).total(60.0) for name, rule in RULES.items()}
    assert totals["the whole room"] == min(totals.values())


def test_degrees_give_the_minutes_of_the_plane():
    there = room(9, 12, "anywhere", stream(0, "law"))
    met = paired(there, RULES["first come"])
    assert met.minutes == pytest.approx(there.minutes[range(9), met.car], rel=1e-6)


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_share_saved_is_that_of_the_maps_themselves():
    saved = []
    for seed in range(20):
        there = room(RIDERS, 60, "anywhere", stream(seed, "map"))
        first, best = (
            paired(there, RULES[name]).minutes.mean() for name in ("first come", "the whole room")
        )
        saved.append(1 - best / first)
    assert saved_ratio(60, "anywhere")[0] == pytest.approx(np.mean(saved))


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: pairs_picture("nearest", 40, "anywhere"), "rule='nearest' must be one of"),
        (lambda: room(2, 2, "nowhere", stream(0, "law")), "layout='nowhere' must be one of"),
        (lambda: room(0, 2, "anywhere", stream(0, "law")), "riders=0 must be"),
    ],
)
def test_a_slip_is_named(call, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        call()


def test_a_room_knows_its_minutes():
    assert Room(np.zeros((1, 2)), np.array([[1.0, 0.0]])).minutes.tolist() == [[2.0]]
