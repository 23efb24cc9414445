"""The solver: cases by hand, the two conditions of a proof, scipy's dense oracle, bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from scalemodel.core import stats
from scalemodel.core.rng import stream
from scalemodel.uber.matching.assign import NOBODY, assign, solve
from scalemodel.uber.matching.expected import expected_greedy, expected_optimum

TINY = 1e-9


@st.composite
def tables(draw):
    """A table of costs with gaps (infinity), ties and zeros among them, and a penalty."""
    riders, cars = draw(st.integers(0, 7)), draw(st.integers(0, 7))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    cost = rng.integers(0, 6, (riders, cars)) + draw(st.sampled_from([0.0, 0.0, 0.37]))
    cost = cost * (rng.random((riders, cars)) if draw(st.booleans()) else 1)
    gaps = rng.random((riders, cars)) < draw(st.sampled_from([0.0, 0.3, 0.8]))
    return np.where(gaps, np.inf, cost), draw(st.sampled_from([0.5, 3.0, 50.0]))


def edges(cost):
    there = np.isfinite(cost)
    return np.concatenate([[0], np.cumsum(there.sum(1))]), np.nonzero(there)[1].copy(), cost[there]


def solved(cost, penalty):
    return assign(*edges(cost), cost.shape[1], penalty)


def total(cost, penalty, car):
    return sum(penalty if at == NOBODY else cost[n, at] for n, at in enumerate(car))


def dense(cost, penalty):
    """What scipy says, with a column of its own for each rider who goes without."""
    without = np.where(np.eye(len(cost), dtype=bool), penalty, 1e6)
    wide = np.hstack([np.where(np.isfinite(cost), cost, 1e6), without])
    return wide[linear_sum_assignment(wide)].sum()


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_second_comer_may_move_the_first():
    """Ada's car is the only one that Ben can have; hers is one minute more."""
    got = solved(np.array([[2.0, 3.0], [4.0, np.inf]]), 60.0)
    assert got.car.tolist() == [1, 0]
    assert got.u.tolist() == [3.0, 5.0] and got.v.tolist() == [-1.0, 0.0]


def test_a_chain_of_moves_ends_at_the_free_bed():
    steps = np.full((3, 3), np.inf)
    steps[0, :2] = steps[1, 1:] = 1.0, 2.0
    steps[2, :2] = 1.5, 1.0
    got = solved(steps, 60.0)
    assert got.car.tolist() == [0, 2, 1] and total(steps, 60.0, got.car) == 4.0


def test_who_costs_the_others_more_than_the_penalty_goes_without():
    """Ben's pickup makes Ada's longer by four; at a penalty of 6 one of them is left."""
    cost = np.array([[1.0, 5.0], [2.5, np.inf]])
    assert solved(cost, 7.0).car.tolist() == [1, 0]
    assert solved(cost, 6.0).car.tolist() == [0, NOBODY]
    assert solved(np.array([[5.0], [1.0]]), 6.0).car.tolist() == [NOBODY, 0], "the first gives way"
    assert solved(np.array([[7.0]]), 6.0).u.tolist() == [6.0]


def test_nobody_and_nothing():
    assert solved(np.zeros((0, 0)), 5.0).car.tolist() == []
    assert solved(np.zeros((2, 0)), 5.0).u.tolist() == [5.0, 5.0]
    assert solved(np.zeros((0, 2)), 5.0).v.tolist() == [0.0, 0.0]


# ── Laws ────────────────────────────────────────────────────────────────────
@given(tables())
def test_the_prices_prove_the_cost(table):
    cost, penalty = table
    car, u, v = solved(cost, penalty)
    paired = np.nonzero(car != NOBODY)[0]
    assert len({*car[paired]}) == len(paired), "no car twice"
    assert (v <= 0).all() and (u <= penalty + TINY).all()
    assert (u[:, None] + v <= cost + TINY).all(), "a pair costs its prices or more"
    assert np.allclose(cost[paired, car[paired]], u[paired] + v[car[paired]], rtol=0, atol=TINY)
    assert np.allclose(u[car == NOBODY], penalty, rtol=0, atol=TINY)
    free = np.setdiff1d(np.arange(cost.shape[1]), car)
    assert (v[free] == 0).all(), "who is nobody's has no price"


@given(tables())
def test_the_compiled_loop_is_the_one_that_you_read(table):
    cost, penalty = table
    told = []
    for how in (solve, solve.native):
        riders, cars = cost.shape
        filled = (np.full(riders, NOBODY), np.full(cars, NOBODY), np.zeros(riders), np.zeros(cars))
        how(*edges(cost), penalty, *filled)
        told.append([row.tolist() for row in filled])
    assert told[0] == told[1]
    car, rider = told[0][:2]
    assert all(car[r] == at for at, r in enumerate(rider) if r != NOBODY)


@given(tables(), st.integers(0, 2**32))
def test_another_car_costs_nobody_anything_and_names_do_not_matter(table, seed):
    cost, penalty = table
    rng = np.random.default_rng(seed)
    least = total(cost, penalty, solved(cost, penalty).car)
    more = np.hstack([cost, rng.random((len(cost), 1)) * 4])
    assert total(more, penalty, solved(more, penalty).car) <= least + TINY
    mixed = rng.permuted(cost, axis=0) if cost.size == 0 else cost[rng.permutation(len(cost))]
    mixed = mixed[:, rng.permutation(cost.shape[1])]
    assert total(mixed, penalty, solved(mixed, penalty).car) == pytest.approx(least, abs=TINY)


# ── Oracle ──────────────────────────────────────────────────────────────────
@given(tables())
def test_it_costs_what_the_dense_table_costs(table):
    cost, penalty = table
    assert total(cost, penalty, solved(cost, penalty).car) == pytest.approx(dense(cost, penalty))


def test_it_costs_what_the_dense_table_costs_where_there_are_hundreds():
    rng = np.random.default_rng(1)
    for riders, cars, share in [(150, 300, 0.1), (200, 150, 0.2), (120, 121, 1.0)]:
        cost = rng.random((riders, cars)) * 9
        cost[rng.random(cost.shape) > share] = np.inf
        assert total(cost, 20.0, solved(cost, 20.0).car) == pytest.approx(dense(cost, 20.0))


@pytest.mark.parametrize("n", [5, 20, 100])
def test_parisi_and_the_harmonic_greedy(n):
    """On tables of exponentials: our solver, rows in turn, and the smallest edge first."""
    best, in_turn, smallest = [], [], []
    for seed in range(40 if n == 100 else 400):
        cost = stream(seed, "costs").exponential(size=(n, n))
        best.append(total(cost, 1e3, solved(cost, 1e3).car))
        in_turn.append(greedy(cost, rows=True))
        smallest.append(greedy(cost, rows=False))
    mean, variance = expected_greedy(n)
    assert stats.agrees(np.array(best) - expected_optimum(n))
    for costs in map(np.array, (in_turn, smallest)):
        assert stats.agrees(costs - mean)
        assert stats.agrees((costs - mean) ** 2 - variance)


def greedy(cost, rows):
    cost, spent = cost.copy(), 0.0
    for n in range(len(cost)):
        row = n if rows else np.unravel_index(cost.argmin(), cost.shape)[0]
        column = cost[row].argmin()
        spent += cost[row, column]
        cost[row], cost[:, column] = np.inf, np.inf
    return spent


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"first": [0, 3, 2]}, "first=.* must rise from 0 to the number of edges, 3"),
        ({"first": [1, 2, 3]}, "first=.* must rise from 0"),
        ({"first": [0, 2]}, "first=.* must rise from 0"),
        ({"first": []}, "first=.* must rise from 0"),
        ({"to": [0, 2, 0]}, r"to=\[0, 2, 0\] must be a row of whole numbers from 0 to 1"),
        ({"to": [0, 0.5, 0]}, "to=.* must be a row of whole numbers"),
        ({"to": [0, 1]}, "to and cost must have as many entries: 2 and 3"),
        ({"cost": [1.0, np.inf, 2.0]}, r"cost\[1\]=inf"),
        ({"cost": [1.0, -1.0, 2.0]}, r"cost\[1\]=-1.0"),
        ({"penalty": 0.0}, "penalty=0.0 must be a finite number above 0"),
        ({"cars": -1}, "cars=-1 must be an integer"),
    ],
)
def test_what_is_no_table_is_refused(change, words):
    right = {
        "first": [0, 2, 3],
        "to": [0, 1, 0],
        "cost": [1.0, 5.0, 2.0],
        "cars": 2,
        "penalty": 9.0,
    }
    with pytest.raises(ValueError, match=words):
        assign(**{**right, **change})
