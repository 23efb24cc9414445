"""Chains and copies: the sheet's numbers, every state counted, a long run of failures, bad input."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.core.rng import stream
from scalemodel.core.stats import agrees
from scalemodel.parts.availability import (
    all_of_ratio,
    any_of_ratio,
    detection_s,
    k_of_n_ratio,
    part_of_ratio,
    repaired_ratio,
    spread_ratio,
    up_ratio,
)

RATIOS = st.floats(0, 1)


# ── Examples ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("part", "parts", "chain"), [(0.9999, 20, 0.998002), (0.9999, 30, 0.997004), (0.9999, 500, 0.951227), (0.999, 7, 0.99302), (0.999, 50, 0.95121), (0.5, 0, 1.0)])  # fmt: skip
def test_chains_are_the_sheets(part, parts, chain):
    assert all_of_ratio(part, parts) == pytest.approx(chain, abs=6e-6)


@pytest.mark.parametrize(("slow", "leaves", "requests"), [(0.01, 100, 0.6339676587), (0.01, 10, 0.0956179), (1e-4, 2_000, 0.1812774), (0.3, 1, 0.3)])  # fmt: skip
def test_tails_are_the_sheets(slow, leaves, requests):
    assert any_of_ratio(slow, leaves) == pytest.approx(requests, abs=5e-8)
    assert any_of_ratio(part_of_ratio(0.99, 100), 1) == pytest.approx(0.9998995017, abs=5e-11)


def test_a_part_is_up_but_for_its_repairs():
    assert up_ratio(mtbf_s=30 * 86_400, mttr_s=300) == pytest.approx(0.9998842727, abs=5e-11)
    assert (up_ratio(3.0, 1.0), up_ratio(1.0, 0.0)) == (0.75, 1.0)
    assert detection_s(10.0, 1, 0.0) == 5.0 and detection_s(2.0, 3, 1.5) == 6.5


def test_zones_are_the_sheets():
    assert spread_ratio(1, [1, 1, 1], 0.99, 0.999) == pytest.approx(0.9999986726, abs=5e-11)
    assert spread_ratio(1, [3], 0.99, 0.999) == pytest.approx(0.999 * (1 - 1e-6), abs=1e-12)


# ── Laws ────────────────────────────────────────────────────────────────────
@given(part=RATIOS, parts=st.integers(1, 9))
def test_one_of_all_and_all_of_all(part, parts):
    assert k_of_n_ratio(1, parts, part) == pytest.approx(any_of_ratio(part, parts), abs=1e-12)
    assert k_of_n_ratio(parts, parts, part) == pytest.approx(all_of_ratio(part, parts), abs=1e-12)
    assert part_of_ratio(all_of_ratio(part, parts), parts) == pytest.approx(part, abs=1e-12)


@given(mtbf_s=st.floats(0.1, 1e3), mttr_s=st.floats(0.1, 1e3), needed=st.integers(1, 5))
def test_with_a_crew_for_each_repairs_are_independent(mtbf_s, mttr_s, needed):
    told = k_of_n_ratio(needed, 5, up_ratio(mtbf_s, mttr_s))
    assert repaired_ratio(needed, 5, mtbf_s, mttr_s, crews=5) == pytest.approx(told, abs=1e-12)
    assert repaired_ratio(needed, 5, mtbf_s, mttr_s, crews=99) == pytest.approx(told, abs=1e-12)
    assert repaired_ratio(needed, 5, mtbf_s, mttr_s, crews=2) <= told + 1e-12


# ── Oracle ──────────────────────────────────────────────────────────────────
@given(zones=st.lists(st.integers(1, 3), min_size=1, max_size=3), part=RATIOS, zone=RATIOS, data=st.data())  # fmt: skip
def test_spread_is_what_counting_every_state_gives(zones, part, zone, data):
    needed = data.draw(st.integers(1, sum(zones)))
    home = [at for at, parts in enumerate(zones) for _ in range(parts)]
    total = 0.0
    for zone_up in itertools.product([0, 1], repeat=len(zones)):
        for part_up in itertools.product([0, 1], repeat=len(home)):
            chance = math.prod(zone if up else 1 - zone for up in zone_up)
            chance *= math.prod(part if up else 1 - part for up in part_up)
            alive = sum(up and zone_up[at] for up, at in zip(part_up, home, strict=True))
            total += chance * (alive >= needed)
    assert spread_ratio(needed, zones, part, zone) == pytest.approx(total, abs=1e-12)


@pytest.mark.parametrize(("crews", "down"), [(3, 4.0175e-8), (1, 8.0357e-8)])
def test_two_of_three_with_repair_are_the_sheets(crews, down):
    up = repaired_ratio(2, 3, mtbf_s=720 * 3600, mttr_s=300, crews=crews)
    assert 1 - up == pytest.approx(down, rel=1e-4)
    hundredth = {3: 0.999702, 1: 0.999400181}[crews]
    assert repaired_ratio(2, 3, 99.0, 1.0, crews) == pytest.approx(hundredth, abs=5e-10)


def test_a_long_run_of_failures_and_two_crews_agrees():
    """Three of four, lives of 5 and repairs of 1, stepped from failure to repair."""
    errors = []
    for seed in range(20):
        rng, down, up_s, all_s = stream(seed, "repairs"), 0, 0.0, 0.0
        for gap, luck in zip(rng.standard_exponential(4_000), rng.uniform(size=4_000), strict=True):
            fails, mends = (4 - down) / 5.0, min(down, 2) / 1.0
            all_s += gap / (fails + mends)
            up_s += gap / (fails + mends) * (down <= 1)
            down += 1 if luck * (fails + mends) < fails else -1
        errors.append(up_s / all_s - repaired_ratio(3, 4, mtbf_s=5.0, mttr_s=1.0, crews=2))
    assert agrees(errors)


def test_a_thousand_parts_are_counted_without_overflow():
    assert repaired_ratio(1, 1_000, 1e-9, 1e12, crews=1) < 1e-15
    assert repaired_ratio(1_000, 1_000, 1e12, 1e-9, crews=1) == 1.0
    assert k_of_n_ratio(500, 1_000, 0.5) == pytest.approx(0.5126, abs=1e-4)


def test_probes_find_a_failure_after_the_mean_of_many():
    """Probes every 10 s that answer at once or after 1 s never; the third miss in a row tells."""
    fails_at_s = stream(1, "moments").uniform(0, 10, 4_000)
    noticed_s = 10.0 * np.ceil(fails_at_s / 10) + 2 * 10.0 + 1.0
    assert agrees(noticed_s - fails_at_s - detection_s(10.0, 3, 1.0))


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("ask", "field"),
    [(lambda: up_ratio(0.0, 1.0), "mtbf_s"), (lambda: up_ratio(1.0, -1.0), "mttr_s"), (lambda: detection_s(0.0, 1, 0.0), "every_s"),
     (lambda: detection_s(1.0, 0, 0.0), "misses"), (lambda: all_of_ratio(1.1, 2), "part_ratio"), (lambda: any_of_ratio(-0.1, 2), "part_ratio"),
     (lambda: part_of_ratio(0.5, 0), "parts"), (lambda: k_of_n_ratio(0, 3, 0.5), "needed"), (lambda: k_of_n_ratio(4, 3, 0.5), "needed"),
     (lambda: spread_ratio(1, [], 0.5, 0.5), "zones"), (lambda: spread_ratio(1, [0], 0.5, 0.5), "zones"), (lambda: spread_ratio(1, "3", 0.5, 0.5), "zones"),
     (lambda: repaired_ratio(1, 2, 1.0, 1.0, 0), "crews"), (lambda: repaired_ratio(3, 2, 1.0, 1.0, 1), "needed")],
)  # fmt: skip
def test_numbers_that_mean_nothing_are_named(ask, field):
    with pytest.raises(ValueError, match=f"^{field}=.* must be"):
        ask()
