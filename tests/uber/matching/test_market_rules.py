"""The rules on matrices: by hand, scipy, Parisi's sum, harmonic numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from scalemodel.core.rng import stream
from scalemodel.core.stats import agrees
from scalemodel.uber.matching import market
from scalemodel.uber.matching.market_loop import (
    NOBODY,
    edge_greedy,
    first_come,
    optimal,
    torus_km,
)

RULES = {"first come": first_come, "edge greedy": edge_greedy, "optimal": optimal}
SIDES = st.tuples(st.integers(1, 6), st.integers(1, 6))
MATRICES = SIDES.flatmap(
    lambda sides: st.lists(
        st.sampled_from([0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 7.25]), min_size=sides[0] * sides[1], max_size=sides[0] * sides[1]
    ).map(lambda row: np.array(row).reshape(sides))
)  # fmt: skip


def decided(rule, drive_s, most_s=1e9):
    """The car of each rider and the number of pairs; machine code and plain code agree."""
    drive_s = np.array(drive_s, float)
    cars, same = (np.full(len(drive_s), NOBODY) for _ in range(2))
    pairs = rule.native(drive_s.copy(), np.array([most_s]), cars)
    assert pairs == rule(drive_s.copy(), np.array([most_s]), same) and (cars == same).all()
    return cars.tolist(), pairs


# ── Examples ────────────────────────────────────────────────────────────────
def test_ada_and_bo_want_the_same_car():
    drive_s = [[2.0, 3.0, 9.0], [1.0, 5.0, 9.0]]
    assert decided(first_come, drive_s) == ([0, 1], 2)
    assert decided(edge_greedy, drive_s) == ([1, 0], 2)
    assert decided(optimal, [[2.0, 3.0], [4.0, 9.0]]) == ([1, 0], 2)
    assert decided(edge_greedy, [[2.0, 3.0], [4.0, 9.0]]) == ([0, 1], 2)


def test_one_car_for_three():
    drive_s = [[5.0], [3.0], [4.0]]
    assert decided(first_come, drive_s) == ([0, -1, -1], 1)
    assert decided(edge_greedy, drive_s) == decided(optimal, drive_s) == ([-1, 0, -1], 1)


def test_too_far_is_not_driven():
    assert decided(optimal, [[1.0, 3.0], [9.0, 3.0]], 3.0) == ([0, -1], 1)
    assert decided(optimal, [[1.0, 3.0], [9.0, 3.0]], 3.5) == ([0, 1], 2)


def test_round_the_end_of_the_square():
    assert (
        torus_km(1.0, 1.0, 9.0, 8.5, 10.0)
        == torus_km(9.0, 8.5, 1.0, 1.0, 10.0)
        == 3.2015621187164243
    )
    assert torus_km(0.0, 0.0, 3.0, 4.0, 10.0) == torus_km.native(0.0, 0.0, 3.0, 4.0, 10.0) == 5.0


def test_every_rule_of_the_market_is_here():
    assert [*RULES.values()] == [*market.RULES.values()]


# ── Laws ────────────────────────────────────────────────────────────────────
@given(drive_s=MATRICES)
def test_nobody_goes_without_while_a_car_is_left(drive_s):
    totals = {}
    for name, rule in RULES.items():
        cars, pairs = decided(rule, drive_s)
        named = [car for car in cars if car != NOBODY]
        assert pairs == len(named) == len(set(named)) == min(drive_s.shape)
        totals[name] = sum(drive_s[rider, car] for rider, car in enumerate(cars) if car >= 0)
    assert totals["optimal"] <= min(totals.values()) + 1e-9


# ── Oracle ──────────────────────────────────────────────────────────────────
@given(drive_s=MATRICES, most_s=st.sampled_from([2.5, 6.0, 1e9]))
def test_the_optimum_is_scipys(drive_s, most_s):
    cars, pairs = decided(optimal, drive_s, most_s)
    total = sum(drive_s[rider, car] for rider, car in enumerate(cars) if car >= 0)
    total += most_s * (len(cars) - pairs)
    dummies = np.full((len(cars), len(cars)), most_s)
    both = np.hstack([drive_s, dummies])
    assert total == pytest.approx(both[linear_sum_assignment(both)].sum())


def test_a_large_matrix_is_scipys_too():
    for riders, cars in ((150, 40), (40, 150), (90, 90)):
        drive_s = stream(riders, "large").uniform(size=(riders, cars))
        chosen, _ = decided(optimal, drive_s)
        total = sum(drive_s[rider, car] for rider, car in enumerate(chosen) if car >= 0)
        assert total == pytest.approx(drive_s[linear_sum_assignment(drive_s)].sum(), rel=1e-12)


@pytest.mark.parametrize(
    ("name", "mean"), [("first come", 3.597740), ("edge greedy", 3.597740), ("optimal", 1.596163)]
)
def test_random_costs_have_their_sums(name, mean):
    """Exponential costs, 20 x 20: H(20) for both greedies, Parisi's sum of 1/k² for the optimum."""
    errors = []
    for seed in range(400):
        cost, cars = stream(seed, "costs").standard_exponential((20, 20)), np.full(20, NOBODY)
        RULES[name].native(cost.copy(), np.array([1e9]), cars)
        errors.append(cost[range(20), cars].sum() - mean)
    assert agrees(errors)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_matrix_of_whole_numbers_is_no_matrix_of_seconds():
    with pytest.raises(TypeError):
        optimal.native(np.ones((2, 2), int), np.zeros(1), np.zeros(2, int))
