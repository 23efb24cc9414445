"""The curve of a disk: by hand, inverse, what placement does, and LRU's formula with sizes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from scalemodel.core.stats import agrees
from scalemodel.netflix.edge.catalogue import SHOP, catalogue
from scalemodel.netflix.edge.expected import (
    expected_disk_bytes,
    expected_hit_ratio,
    expected_lru_hit_ratio,
)
from scalemodel.netflix.edge.placement import place
from scalemodel.parts.caches.engine import simulate
from scalemodel.parts.caches.expected import lru_miss_ratio, static_miss_ratio, zipf, zipf_trace
from scalemodel.parts.caches.policies import LRU
from tests.conftest import cases

SHELVES = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9)), min_size=1, max_size=9).filter(
    lambda rows: any(share for share, _ in rows)
)


def shelf(rows):
    shares, sizes = np.array(rows, dtype=float).T
    return shares / shares.sum(), sizes


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_curve_of_three_films():
    """Requests 5, 3, 2 of films of 2, 4 and 1: bytes 10, 12 and 2."""
    ask = [0.2, 0.5, 0.3], [1, 2, 4]
    wanted = [(0, 0), (1, 5), (2, 10), (4, 16), (6, 22), (7, 24), (100, 24)]
    for disk, served in wanted:
        assert expected_hit_ratio(*ask, disk) == pytest.approx(served / 24)
    for disk, served in wanted[:-1]:
        assert expected_disk_bytes(*ask, served / 24) == pytest.approx(disk)


def test_what_nobody_wants_takes_no_disk():
    assert expected_disk_bytes([0.0, 1.0], [50, 3], 1.0) == 3
    assert expected_lru_hit_ratio([0.0, 1.0], [50, 3], 3) == 1


@pytest.mark.parametrize("least", [5e-324, 1e-300, 1e-90])
def test_what_hardly_anybody_wants_fills_the_rest_of_a_disk(least):
    assert expected_lru_hit_ratio([least, 1.0], [4, 4], 6) == pytest.approx(1)
    assert expected_lru_hit_ratio([least, least], [4, 4], 4) == pytest.approx(0.5)


def test_shares_are_beside_one_another():
    whole, half = [0.5, 0.3, 0.2], [0.25, 0.15, 0.1]
    for formula, ask in ((expected_hit_ratio, 3), (expected_disk_bytes, 0.4), (expected_lru_hit_ratio, 3)):  # fmt: skip
        assert formula(half, [2, 3, 4], ask) == pytest.approx(formula(whole, [2, 3, 4], ask))


# ── Laws ────────────────────────────────────────────────────────────────────
@settings(max_examples=cases(100))
@given(rows=SHELVES, hit_ratio=st.floats(0, 1))
def test_a_disk_says_the_ratio_that_asked_for_it(rows, hit_ratio):
    shares, sizes = shelf(rows)
    disk = expected_disk_bytes(shares, sizes * 10**9, hit_ratio)
    assert expected_hit_ratio(shares, sizes * 10**9, round(disk)) == pytest.approx(
        hit_ratio, abs=1e-8
    )


@settings(max_examples=cases(100))
@given(rows=SHELVES)
def test_it_is_exact_wherever_whole_files_fill_the_disk_and_else_a_bound(rows):
    shares, sizes = shelf(rows)
    order = np.argsort(-shares, kind="stable")
    full = np.cumsum(sizes[order])
    for disk in range(int(sizes.sum()) + 2):
        served = (place(shares, sizes, [disk])[0] @ (shares * sizes)) / (shares @ sizes)
        formula = expected_hit_ratio(shares, sizes, disk)
        assert served <= formula + 1e-12
        if disk in full:
            assert served == pytest.approx(formula, rel=1e-12)


@settings(max_examples=cases(50))
@given(rows=SHELVES, disk=st.integers(1, 80))
def test_lru_is_never_better(rows, disk):
    shares, sizes = shelf(rows)
    lru = expected_lru_hit_ratio(shares, sizes, disk)
    assert 0 <= lru <= expected_hit_ratio(shares, sizes, disk) + 1e-9


# ── Oracle ──────────────────────────────────────────────────────────────────
@settings(max_examples=cases(40))
@given(rows=SHELVES, disk=st.integers(0, 80))
def test_it_is_the_best_if_files_may_be_cut(rows, disk):
    shares, sizes = shelf(rows)
    best = linprog(-shares * sizes, A_ub=[sizes], b_ub=[disk], bounds=(0, 1))
    formula = expected_hit_ratio(shares, sizes, disk)
    assert formula == pytest.approx(-best.fun / (shares @ sizes), abs=1e-9)


@pytest.mark.parametrize("objects", [1, 10, 99, 100])
def test_with_one_size_it_is_the_formula_of_objects(objects):
    shares, sizes = zipf(100, 0.8), np.full(100, 7)
    assert expected_hit_ratio(shares, sizes, 7 * objects) == pytest.approx(
        1 - static_miss_ratio(shares, objects)
    )
    assert expected_lru_hit_ratio(shares, sizes, 7 * objects) == pytest.approx(
        1 - lru_miss_ratio(shares, objects)
    )


def test_lru_with_sizes_does_what_the_formula_says():
    rng, errors = np.random.default_rng(5), []
    shares, sizes = zipf(1000, 0.8), rng.integers(1, 200, 1000)
    formula = expected_lru_hit_ratio(shares, sizes, 20_000)
    for _ in range(20):
        ids = zipf_trace(1000, 30_000, 0.8, rng)
        run = simulate(ids, LRU(20_000), sizes=sizes[ids], warm_up=10_000)
        errors.append(run.byte_hit_ratio - formula)
    assert agrees(errors)


def test_three_boxes_of_our_default_are_not_three_times_as_good():
    """Our shop beside the company's 70 % and 90 % and more of one and three boxes, July 2014."""
    shop = catalogue(SHOP)
    one, three = (
        expected_hit_ratio(shop.demand(3)[0], shop.bytes_of, boxes * 8 * 10**12) for boxes in (1, 3)
    )
    assert (round(one, 2), round(three, 2)) == (0.72, 0.95)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_shelf_that_nobody_wants_is_refused():
    for formula, ask in ((expected_hit_ratio, 3), (expected_disk_bytes, 0.5), (expected_lru_hit_ratio, 3)):  # fmt: skip
        with pytest.raises(ValueError, match="shares=0 everywhere; one of them must be above 0"):
            formula([0.0, 0.0], [1, 1], ask)
    with pytest.raises(ValueError, match=r"hit_ratio=1.5 must be"):
        expected_disk_bytes([1.0], [1], 1.5)
