"""A reader's score pairs as the engine pairs, and no pairing beats the whole room."""

import math
import random

import numpy as np
import pytest

from scalemodel.stage.python.outcome import columns
from scalemodel.stage.python.told import told
from scalemodel.stage.uber.yours import score_told
from scalemodel.stage.uber.yours.score import drive_min, drives_min, paired, race
from scalemodel.uber.matching import market_loop

PLACE = "scalemodel.stage.uber.yours.score"


TEMPTED = """\
Minutes in all: on map 1, mean of 12
the whole room          27.8    35.6
shortest line first     35.9    41.2
yours                   35.9    41.2
first come              36.9    44.7

On map 1 rider 6 pays most: 12.2 min in place of 2.6."""


def by_engine(rule, costs):
    car_of = np.full(len(costs), market_loop.NOBODY)
    rule.native(np.array(costs, dtype=float), np.array([1e6]), car_of)
    return car_of.tolist()


def drawn_score(seed):
    """A score that looks at this drive alone; it may rise and fall with the minutes."""
    dice = random.Random(seed)
    steep, wave = dice.uniform(-2, 0.5), dice.uniform(0, 5)
    return lambda minutes: steep * minutes + wave * math.sin(minutes)


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("seed", range(50))
def test_the_pairs_are_those_of_the_compiled_rule(seed):
    dice, score = random.Random(seed), drawn_score(seed)
    riders = dice.randint(1, 12)
    cars = riders + dice.randint(0, 6)
    minutes = [
        [round(dice.uniform(0, 9), dice.choice([0, 3])) for _ in range(cars)] for _ in range(riders)
    ]
    costs = [[-score(each) for each in row] for row in minutes]
    ours = paired(lambda minutes, rider_others, car_others: score(minutes), minutes)
    assert ours == by_engine(market_loop.edge_greedy, costs)


def test_the_rivals_are_the_engines():
    table = told(PLACE)
    assert table["maps"] == score_told.maps()
    for name, rule in score_told.RULES.items():
        ours = [by_engine(rule, drive_min(*places)) for places in table["maps"]]
        assert table["cars"][name] == ours


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("seed", range(5))
def test_no_score_beats_the_whole_room(seed):
    score, table = drawn_score(seed), told(PLACE)
    for places, best in zip(table["maps"], table["cars"]["the whole room"], strict=True):
        minutes = drive_min(*places)
        ours = paired(lambda minutes, rider_others, car_others: score(minutes), minutes)
        assert sorted(ours) == list(range(len(minutes)))
        least = sum(row[car] for row, car in zip(minutes, best, strict=True))
        assert sum(row[car] for row, car in zip(minutes, ours, strict=True)) >= least - 1e-9


def test_a_score_is_told_the_other_drives_that_are_left():
    seen = []

    def score(minutes, rider_others, car_others):
        seen.append((minutes, rider_others, car_others))
        return -minutes

    paired(score, [[1.0, 2.0], [3.0, 4.0]])
    assert seen[1] == (2.0, [1.0], [4.0]) and seen[-1] == (4.0, [], []) and len(seen) == 5


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_nearest_first_is_the_shortest_line_first_and_who_looks_about_beats_it():
    def looks_about(minutes, rider_others, car_others):
        rows = rider_others, car_others
        return sum(sum(row) / max(len(row), 1) for row in rows) - 2 * minutes

    assert race(lambda minutes, rider_others, car_others: -minutes).words == TEMPTED
    assert race(looks_about).words.splitlines()[2].startswith("yours")


def test_the_picture_has_a_bar_a_rider_who_loses_most_first():
    drives = drives_min(lambda minutes, *others: -minutes)
    pairs = list(zip(drives["yours"][2], drives["the whole room"][2], strict=True))
    mine, best = zip(*sorted(pairs, key=lambda pair: pair[1] - pair[0]), strict=True)
    says = "map 3: your minutes, and the best pairing's line", "longer", "shorter"
    assert race(lambda minutes, *others: -minutes, 3).svg == columns(says, mine, best)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("answer", [None, True, math.nan, math.inf, "1"])
def test_what_is_no_number_is_refused(answer):
    with pytest.raises(
        ValueError, match=r"^your score returned .*; it must return a finite number"
    ):
        race(lambda *seen: answer)


@pytest.mark.parametrize("chart", [0, 13, "1"])
def test_an_unknown_map_is_refused(chart):
    with pytest.raises(ValueError, match=r"chart=.* must be a whole number from 1 to 12"):
        race(lambda *seen: 0, chart)
