"""Copies and a year of moments: dice, marks and curve against counting."""

import numpy as np
import pytest

from scalemodel.core.rng import stream
from scalemodel.core.stats import agrees
from scalemodel.parts.availability import spread_ratio
from scalemodel.stage.foundations import copies
from scalemodel.stage.foundations.copies import copies_picture, moments_down, zones_of
from scalemodel.stage.foundations.copies_moving import MOMENTS, ZONE_DOWN, copies_moving, copies_up
from tests.stage.foundations.told import ways_of


# ── Examples ────────────────────────────────────────────────────────────────
def test_two_copies_in_one_zone_miss_four_nines_by_what_the_zone_loses():
    picture = copies_picture(2, "any one of them", "all in one zone", 0.99, 0.999)
    assert picture.readings["expected"] == (pytest.approx(10.999), "count")
    assert picture.readings["down, of 10,000 moments"] == (12, "count")
    assert picture.readings["down in a year"] == (pytest.approx(9.6417, abs=1e-3), "h")
    assert len(picture.scene.data["down"]) == 12


def test_the_year_is_told_in_what_fits():
    said = lambda *state: (
        copies_picture(*state, 0.99, 0.999).alt.replace("\xa0", " ").split("which is ")[1]
    )
    assert said(5, "all of them", "a zone for each") == "19.6 days a year."
    assert said(1, "any one of them", "a zone for each") == "4.01 days a year."
    assert said(2, "any one of them", "a zone for each") == "1.06 h a year."
    assert said(5, "any one of them", "a zone for each") == "0.00506 s a year."


def test_one_luck_is_enough_for_one_of_three_and_too_little_for_all():
    any_one, two, all_three, shared = ways_of(copies_moving())
    assert any_one[-1][0] == "It was up at all moments."
    assert (
        two[-1][0] == "Down at 3 of 12 moments." and all_three[-1][0] == "Down at 7 of 12 moments."
    )
    assert shared[-1][0] == "Down at 1 of 12 moments."
    assert shared[ZONE_DOWN][0] == (
        f"Moment {ZONE_DOWN + 1}: the zone is down, and every copy with it. The service is down."
    )
    assert any_one[ZONE_DOWN][0] == f"Moment {ZONE_DOWN + 1}: all copies are up. The service is up."


# ── Laws ────────────────────────────────────────────────────────────────────
def test_what_stands_there_is_what_the_dice_say():
    for needed, way in zip((1, 2, 3), ways_of(copies_moving()), strict=False):
        for row, (words, at) in zip(copies_up(), way[:-1], strict=True):
            assert [at[name][2] == 2 for name in "ABC"] == row.tolist()  # good
            assert [at[name][2] == 3 for name in "ABC"] == (~row).tolist()  # bad
            up = row.sum() >= needed
            assert words.endswith(f"The service is {'up' if up else 'down'}.")
            assert bool(at["service"]) == up and bool(at["outage"]) != up and not at["zone"]
    assert len(copies_up()) == MOMENTS


@pytest.mark.parametrize("place", copies.PLACES)
def test_with_the_same_dice_a_further_copy_takes_marks_away_and_a_further_need_adds_some(place):
    def down(n, needed):
        return set(moments_down(needed, zones_of(n, place), 0.7, 0.9, 5_000, seed=1).tolist())

    for n in range(1, 5):
        assert down(n + 1, 1) <= down(n, 1) and down(n, n) <= down(n + 1, n + 1)
        assert all(down(n, k) <= down(n, k + 1) for k in range(1, n))


def test_what_stands_alone_and_what_stands_together():
    assert zones_of(4, "a zone for each") == [1, 1, 1, 1]
    assert zones_of(4, "all in one zone") == [4]


@pytest.mark.parametrize(("n", "most"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3)])
def test_more_than_half(n, most):
    assert [rule(n) for rule in copies.NEEDED.values()] == [1, most, n]


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_moments_are_counted_one_by_one():
    part = stream(3, "copies").random((5, 400))
    zone = stream(3, "zones").random((5, 400))
    up = [
        sum(part[c, m] < 0.6 and zone[z, m] < 0.8 for c, z in enumerate((0, 0, 1)))
        for m in range(400)
    ]
    for needed in (1, 2, 3):
        told = moments_down(needed, [2, 1], 0.6, 0.8, 400, seed=3)
        assert told.tolist() == [m for m in range(400) if up[m] < needed]


@pytest.mark.parametrize(("needed", "zones"), [(1, [2]), (2, [1, 1, 1]), (3, [2, 2, 1])])
def test_dice_agree_with_the_closed_form(needed, zones):
    truth = 1 - spread_ratio(needed, zones, 0.9, 0.95)
    shares = [len(moments_down(needed, zones, 0.9, 0.95, 20_000, s)) / 20_000 for s in range(20)]
    assert agrees([share - truth for share in shares])


def test_the_curve_is_the_closed_form_for_one_to_five():
    for need, place in (
        ("any one of them", "all in one zone"),
        ("more than half", "a zone for each"),
    ):
        curve, here, nines = copies_picture(3, need, place, 0.99, 0.999).figure.data
        truth = [
            1 - spread_ratio(copies.NEEDED[need](n), zones_of(n, place), 0.99, 0.999)
            for n in range(1, 6)
        ]
        assert list(curve.x) == [1, 2, 3, 4, 5] and np.allclose(curve.y, truth, rtol=1e-3)
        assert (here.x[0], here.y[0]) == (3, curve.y[2]) and set(nines.y) == {1e-4}


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_share_that_is_none_is_named():
    with pytest.raises(ValueError, match=r"part_ratio=1.5 must be"):
        copies_picture(2, "any one of them", "all in one zone", 1.5, 0.999)
