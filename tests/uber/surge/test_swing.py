"""A price that chases its own tail: by hand, four cures measured, the bound, bad input."""

from dataclasses import replace

import numpy as np
import pytest

from scalemodel.core.stats import agrees
from scalemodel.uber.surge.pricing import Linear, Power, SurgeConfig
from scalemodel.uber.surge.swing import (
    UNWILLING,
    SwingConfig,
    expected_calm,
    expected_gain,
    expected_most_gain,
    swing,
)

BARE = replace(UNWILLING, smooth_ratio=1.0, gap=0.0, dwell_ticks=1)
FINE = replace(BARE, step=0.001, cap=2.0)  # steps that nobody sees
EXACT = SwingConfig(noise=False, hexagons=1)


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_price_without_a_brake_swings_between_nothing_and_the_cap():
    """Three riders a car: 3; then 3 / 3^1.2 is below 1, so 1 again; each half lasts the delay."""
    shown = swing(replace(EXACT, pricing=BARE)).shown[:, 0]
    assert shown[:15].tolist() == [3.0] * 5 + [1.0] * 5 + [3.0] * 5


def test_changes_flips_and_height_of_a_square_wave():
    report = swing(replace(EXACT, pricing=BARE, ticks=122))
    # in the 60 minutes of the second half it changes every fifth, and all but the first are turns
    assert report.flips_per_h == 11 and report.height == 2.0


def test_whoever_does_not_care_is_followed_by_no_swing():
    report = swing(replace(EXACT, pricing=BARE, rider_elasticity=0, driver_elasticity=0))
    assert (report.shown == 3.0).all() and report.flips_per_h == 0


def test_the_rush_begins_when_all_was_calm():
    config = replace(EXACT, pricing=replace(FINE, smooth_ratio=0.3), ticks=4)
    shown = swing(config).shown[:2, 0]
    assert shown == pytest.approx([1.6, 2.0])  # .3 · 60 + .7 · 20 are 32 for 20; then the cap


def test_where_cars_are_enough_the_calm_price_is_one_and_a_curve_that_begins_later_asks_less():
    assert expected_calm(SwingConfig(requests_per_tick=10.0, cars=20.0)) == 1.0
    late = replace(UNWILLING, curve=Power(power=1.0, begins=2.0))
    rush = SwingConfig(pricing=late, requests_per_tick=60.0, cars=20.0)  # 3 for a car: 1.5 × 2
    assert expected_calm(rush) == pytest.approx(1.5 ** (1 / 2.2))
    just = SwingConfig(requests_per_tick=30.0, cars=20.0)
    assert expected_calm(just) == pytest.approx(1.5 ** (1 / 2.2))


# ── Laws ────────────────────────────────────────────────────────────────────
def test_the_same_seed_is_the_same_and_the_loop_begins_as_if_nobody_had_seen_a_price():
    one, again = swing(SwingConfig(ticks=40)), swing(SwingConfig(ticks=40))
    assert (one.shown == again.shown).all() and one.shown.shape == (40, 50)
    assert (one.shown != swing(SwingConfig(ticks=40, seed=1)).shown).any()
    late = swing(SwingConfig(ticks=40, delay_ticks=20)).shown
    assert (late[:5] == one.shown[:5]).all() and (late[5] != one.shown[5]).all()


def test_both_cures_help_and_together_they_help_most():
    """Over eight seeds, each pair with the same luck: fewer flips and lower swings."""
    both = {name: np.array([[(r := swing(SwingConfig(pricing=pricing, seed=seed, hexagons=10, ticks=240))).flips_per_h, r.height]
            for seed in range(8)]) for name, pricing in {
                "none": BARE, "smooth": replace(BARE, smooth_ratio=0.3), "unwilling": replace(UNWILLING, smooth_ratio=1.0),
                "both": UNWILLING}.items()}  # fmt: skip
    mean = {name: figures.mean(axis=0) for name, figures in both.items()}
    for better, worse in (("smooth", "none"), ("unwilling", "none"), ("both", "smooth"), ("both", "unwilling")):  # fmt: skip
        assert (both[better] < both[worse]).all(), (better, worse)
    assert (mean["none"] > 5 * mean["both"]).all()


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("delay_ticks", [1, 2, 3, 5])
@pytest.mark.parametrize("smooth_ratio", [1.0, 0.5, 0.2])
def test_swings_die_out_below_the_bound_and_grow_above_it(smooth_ratio, delay_ticks):
    most = expected_most_gain(smooth_ratio, delay_ticks)
    heights = []
    for gain in (0.9 * most, 1.1 * most):
        config = replace(EXACT, pricing=replace(FINE, smooth_ratio=smooth_ratio), ticks=800, delay_ticks=delay_ticks,
                         requests_per_tick=20 * 1.5 ** (1 + gain), rider_elasticity=gain / 2, driver_elasticity=gain / 2)  # fmt: skip
        assert expected_gain(config) == pytest.approx(gain)
        report = swing(config)
        heights.append(report.height)
        if gain < most:
            assert report.shown[-1, 0] == pytest.approx(expected_calm(config), abs=0.002)
    assert heights[0] <= 0.01 and heights[1] > 0.1


def test_the_bound_is_where_a_root_leaves_the_unit_circle():
    for a, d in ((1.0, 4), (0.3, 1), (0.3, 2), (0.7, 5), (0.05, 9)):
        g = expected_most_gain(a, d)
        loop = np.zeros(d + 1)
        loop[0], loop[1] = 1.0, -(1 - a)
        loop[-1] += a * g
        assert abs(np.roots(loop)).max() == pytest.approx(1.0, abs=1e-7)
    assert expected_most_gain(1.0, 7) == 1.0 and expected_most_gain(0.25, 1) == pytest.approx(7)


def test_a_calm_price_is_that_of_the_closed_form_on_average():
    config = SwingConfig(pricing=replace(UNWILLING, smooth_ratio=0.05, step=0.001, gap=0.0, dwell_ticks=1),
                         requests_per_tick=6_000, cars=2_000, hexagons=5, ticks=400)  # fmt: skip
    rounded = 0.0005 / (1 + expected_gain(config))  # half a step down, and part of it taken back
    errors = [swing(replace(config, seed=seed)).shown[200:].mean() for seed in range(20)]
    assert agrees(np.array(errors) + rounded - expected_calm(config))


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("wrong", [{"pricing": None}, {"requests_per_tick": 0}, {"cars": 0}, {"rider_elasticity": -1}, {"driver_elasticity": 21},
                                   {"delay_ticks": 0}, {"noise": 1}, {"hexagons": 0}, {"ticks": 3}, {"seed": -1}], ids=repr)  # fmt: skip
def test_a_swing_that_cannot_be_is_named(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}=.* must be"):
        SwingConfig(**wrong)


@pytest.mark.parametrize("formula", [swing, expected_calm, expected_gain])
def test_what_is_no_rush_has_no_answer(formula):
    with pytest.raises(ValueError, match=r"^config=3 must be a SwingConfig"):
        formula(3)


def test_a_curve_without_a_closed_form_is_named():
    with pytest.raises(ValueError, match=r"curve=Linear.* must be a Power"):
        SwingConfig(pricing=SurgeConfig(curve=Linear()))
    assert SwingConfig(pricing=SurgeConfig(curve=Power())).pricing.curve.power == 0.5
