"""Bars of windows and dots of evenings: what is drawn is what the evenings say."""

import re

import numpy as np
import pytest

from scalemodel.stage.uber.pairs import change, evenings_picture, windows_picture
from scalemodel.uber.matching.market import MarketConfig, simulate
from scalemodel.uber.matching.policies import Optimal


def played(rate_per_s, evenings):
    config = {w: MarketConfig(rate_per_s=rate_per_s, window_s=w) for w in (0.0, 20.0)}
    return {
        w: [simulate(each, Optimal(), s) for s in range(evenings)] for w, each in config.items()
    }


QUIET, BUSY = played(0.4, 3), played(0.62, 2)


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_bars_of_a_window_add_up_to_the_mark():
    delay, drive, both = windows_picture(QUIET, 20.0).figure.data
    assert delay.y[0] + drive.y[0] == pytest.approx(both.y[0])
    assert delay.y[0] == pytest.approx(10, abs=1)


def test_the_readings_are_those_of_the_window_that_is_chosen():
    for window_s, reports in BUSY.items():
        readings = windows_picture(BUSY, window_s).readings
        assert readings["mean wait of the served"][0] == np.mean([r.mean_wait_s for r in reports])
        assert readings["of it the drive"][0] == np.mean([r.mean_pickup_s for r in reports])
        gone = sum(r.abandoned for r in reports) / sum(r.requests for r in reports)
        assert readings["of 1,000 riders give up"][0] == round(1000 * gone) > 0


def test_a_window_pays_where_cars_are_scarce_and_the_dots_show_it():
    picture = evenings_picture({"quiet": QUIET, "busy": BUSY}, 20.0, scarce=50)
    quiet, busy = picture.figure.data
    assert (min(quiet.x), max(busy.x)) == pytest.approx((215, 0), abs=10)
    assert min(quiet.y) > 8 and max(busy.y) < 0
    assert "on 0 of 3 quiet evenings and 2 of 2 busy evenings" in picture.alt.replace("\xa0", " ")
    (border,) = picture.figure.layout.shapes
    assert border.x0 == border.x1 == 50


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("field", ["mean_wait_s", "mean_delay_s", "mean_pickup_s"])
def test_without_a_window_nothing_changes(field):
    assert change(BUSY, 0.0, field).tolist() == [0, 0]


def test_each_evening_is_one_dot():
    picture = evenings_picture({"quiet": QUIET, "busy": BUSY}, 20.0, scarce=50)
    for dots, evenings in zip(picture.figure.data, (QUIET, BUSY), strict=True):
        assert dots.x == pytest.approx([one.mean_idle for one in evenings[0.0]], abs=0.051)
        assert dots.y == pytest.approx(change(evenings, 20.0, "mean_wait_s"), abs=0.051)


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_a_change_is_paired_by_evening():
    waits = zip(QUIET[20.0], QUIET[0.0], strict=True)
    assert change(QUIET, 20.0, "mean_wait_s") == pytest.approx(
        [now.mean_wait_s - before.mean_wait_s for now, before in waits]
    )


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: windows_picture(QUIET, 30.0), "window_s=30.0 must be one of [0.0, 20.0]"),
        (lambda: windows_picture({20.0: QUIET[20.0]}, 20.0), "[20.0], and 0.0 another"),
        (lambda: evenings_picture({"quiet": QUIET}, 30.0, scarce=50), "window_s=30.0 must be one"),
        (lambda: evenings_picture({}, 20.0, scarce=50), "loads=[] must be 1 to 3"),
    ],
)
def test_a_slip_is_named(call, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        call()
