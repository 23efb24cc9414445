"""The town: lists, reports and answers, against the library's index."""

import json
import re

import numpy as np
import pytest

from scalemodel.stage.uber.town import (
    CELL_M,
    EVERY_S,
    HIGH,
    LAST_S,
    M_PER_S,
    NAMES,
    RIDERS,
    WIDE,
    K,
    answer,
    in_words,
    known,
    reports,
    town_moving,
)  # fmt: skip
from scalemodel.uber.location.grid import GeoIndex

DEGREE_M = 111_195.08


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_first_rider_has_three_in_its_own_cell_and_they_are_the_wrong_ones():
    early, sure = answer(0, 0.0)
    assert early == (
        "1 cell, 3 of 24 cars looked at: the third is 238 m away, and somebody unseen could be at "
        "30 m. Look further."
    )
    assert sure == (
        "9 cells, 14 of 24 cars looked at: the third is 157 m away, and nobody unseen can be nearer "
        "than 280 m. Stop."
    )
    assert in_words(0.0) == "0 s: 0 reports, of which 0 moved a car to another list."


def test_the_page_holds_the_very_town():
    data = json.loads(re.search(r'data-is="data">(.+?)</script>', town_moving().html)[1])
    assert np.array_equal(data["places"], reports()[1]) and data["riders"] == [*map(list, RIDERS)]
    assert (data["wide"], data["high"], data["cell"], data["k"]) == (WIDE, HIGH, CELL_M, K)


# ── Laws ────────────────────────────────────────────────────────────────────
def test_everybody_reports_every_four_seconds_and_drives_no_faster_than_allowed():
    first_s, places = reports()
    assert ((first_s > -EVERY_S) & (first_s <= 0)).all() and len(set(first_s)) == len(NAMES)
    assert (places >= 0).all() and (places < (WIDE * CELL_M, HIGH * CELL_M)).all()
    step_m = np.hypot(*np.moveaxis(np.diff(places, axis=1), 2, 0))
    assert step_m.max() <= M_PER_S * EVERY_S + 0.2
    assert step_m.min() >= M_PER_S * EVERY_S / np.sqrt(2) - 0.2, "it cuts a corner at most"
    assert known(float(LAST_S))[1] == len(NAMES) * LAST_S / EVERY_S


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("now_s", [0.0, 12.0, 40.0])
def test_the_librarys_index_finds_the_same_three(now_s):
    places = known(now_s)[0]
    index = GeoIndex(CELL_M)
    index.move(np.arange(len(places)), *(places[:, ::-1].T / DEGREE_M))
    for rider, (x, y) in enumerate(RIDERS):
        third_m = index.nearest(y / DEGREE_M, x / DEGREE_M, K).distance_m[-1]
        told = re.search(r"the third is (\d+)", answer(rider, now_s)[-1])
        assert int(told[1]) == pytest.approx(third_m, abs=0.6)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_rider_that_is_not_there_is_none():
    with pytest.raises(IndexError):
        answer(len(RIDERS), 0.0)
