"""Formulas of caches: by hand, the table, runs that they foretell, bad input."""

import math

import numpy as np
import pytest

from scalemodel.core.rng import stream
from scalemodel.core.stats import agrees
from scalemodel.parts.caches.engine import simulate
from scalemodel.parts.caches.expected import (
    che_time,
    fifo_miss_ratio,
    lru_miss_ratio,
    static_miss_ratio,
    ttl_miss_ratio,
    two_levels,
    zipf,
    zipf_trace,
)
from scalemodel.parts.caches.policies import FIFO, LRU, Expiring

EVEN = np.full(4, 0.25)


# ── Examples ────────────────────────────────────────────────────────────────
def test_where_all_are_equal_a_cache_misses_what_does_not_fit():
    assert lru_miss_ratio(EVEN, 1) == pytest.approx(0.75)
    assert fifo_miss_ratio(EVEN, 1) == pytest.approx(0.75)
    assert static_miss_ratio(EVEN, 1) == 0.75
    assert che_time(EVEN, 1) == pytest.approx(-4 * math.log(0.75))


def test_the_highest_of_all_draws_is_an_object_still():
    class Highest(np.random.Generator):
        def random(self, size):
            return np.full(size, np.nextafter(1.0, 0.0))

    assert np.cumsum(zipf(8, 0.8))[-1] < np.nextafter(1.0, 0.0), "the sum falls short"
    assert zipf_trace(8, 2, 0.8, Highest(np.random.PCG64(1))).tolist() == [7, 7]


def test_what_an_edge_never_misses_takes_no_room_in_the_region():
    """The favourite is always at the edge, so both of the others fit into the region."""
    assert two_levels([0.9998, 1e-4, 1e-4], 1, 2, 2).origin_ratio == 0.0


def test_where_all_fit_nothing_is_missed_in_the_long_run():
    assert che_time(EVEN, 4) == math.inf
    assert che_time([0.5, 0.5, 0.0], 2) == math.inf  # who is never asked for needs no room
    assert [law(EVEN, 4) for law in (lru_miss_ratio, fifo_miss_ratio, static_miss_ratio)] == [0] * 3
    assert static_miss_ratio(EVEN, 9) == 0
    assert two_levels(EVEN, 1, 4, 1) == (1, 0, 0)


def test_from_empty_each_object_is_missed_once():
    """Until the cache is full, misses are first requests: 4 (1 − e^(−n/4)) of n."""
    assert lru_miss_ratio(EVEN, 4, requests=8) == pytest.approx(4 * (1 - math.exp(-2)) / 8)
    assert lru_miss_ratio(EVEN, 3, requests=1) == pytest.approx(4 * (1 - math.exp(-0.25)))
    late = (3 + (100 - che_time(EVEN, 3)) * 0.25) / 100
    assert lru_miss_ratio(EVEN, 3, requests=100) == pytest.approx(late)


def test_a_timer_of_two_seconds_at_half_a_request_a_second_an_object():
    assert ttl_miss_ratio([0.5, 0.5], 2.0, 1.0) == pytest.approx(1 / 2)
    assert ttl_miss_ratio([0.5, 0.5], 2.0, 1.0, renewing=True) == pytest.approx(math.exp(-1))
    assert ttl_miss_ratio([0.5, 0.5], 4.0, 1.0) == ttl_miss_ratio([0.5, 0.5], 2.0, 2.0)


def test_levels_share_the_requests():
    levels = two_levels(zipf(1_000, 1.0), 3, 20, 200)
    assert sum(levels) == pytest.approx(1)
    assert levels.edge_hit_ratio == pytest.approx(1 - lru_miss_ratio(zipf(1_000, 1.0), 20))
    assert two_levels(zipf(9, 1.0), 3, 2, 9).origin_ratio == 0


def test_behind_one_edge_of_its_own_size_a_region_has_hardly_anything():
    """What the edge misses was not asked for since it left there, so the region has lost it too."""
    assert two_levels(zipf(100, 0.8), 1, 10, 2, corrected=True).region_hit_ratio == 0
    assert two_levels(zipf(100, 0.8), 1, 10, 2).region_hit_ratio > 0.01


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("capacity", "time", "lru", "cold", "fifo", "static"),
    [
        (100, 104.1, 0.932211, 0.932214, 0.942659, 0.821466),
        (1_000, 1169.2, 0.795666, 0.795736, 0.820788, 0.660471),
        (10_000, 15605.9, 0.531315, 0.533023, 0.571629, 0.404979),
    ],
)
def test_the_table_of_formulas(capacity, time, lru, cold, fifo, static):
    share = zipf(100_000, 0.8)
    assert che_time(share, capacity) == pytest.approx(time, abs=0.05)
    assert lru_miss_ratio(share, capacity) == pytest.approx(lru, abs=5e-7)
    assert lru_miss_ratio(share, capacity, requests=1_000_000) == pytest.approx(cold, abs=5e-7)
    assert fifo_miss_ratio(share, capacity) == pytest.approx(fifo, abs=5e-7)
    assert static_miss_ratio(share, capacity) == pytest.approx(static, abs=5e-7)


@pytest.mark.parametrize("alpha", [0.6, 0.8, 1.0, 1.3])
def test_a_run_from_empty_is_what_che_says(alpha):
    ids = zipf_trace(100_000, 1_000_000, alpha, np.random.default_rng(42))
    for capacity in (100, 1_000, 10_000):
        foretold = lru_miss_ratio(zipf(100_000, alpha), capacity, requests=len(ids))
        assert abs(simulate(ids, LRU(capacity)).miss_ratio - foretold) < 1e-3, capacity
    if alpha == 0.8:
        foretold = lru_miss_ratio(zipf(100_000, alpha), 10_000, requests=len(ids))
        assert abs(simulate(ids, LRU(10_000)).miss_ratio - foretold) < 5e-4


def test_fifo_after_a_warm_up_is_what_the_formula_says():
    share, errors = zipf(2_000, 0.8), []
    for seed in range(20):
        ids = zipf_trace(2_000, 40_000, 0.8, np.random.default_rng(seed))
        errors.append(simulate(ids, FIFO(200), warm_up=10_000).miss_ratio)
    assert agrees(np.array(errors) - fifo_miss_ratio(share, 200))


@pytest.mark.parametrize("renewing", [False, True])
def test_timers_do_what_the_formula_says(renewing):
    errors = []
    for seed in range(20):
        luck = stream(seed, "timers")
        times_s = np.cumsum(luck.exponential(1 / 5.0, 20_000))
        ids = zipf_trace(100, len(times_s), 0.8, luck)
        policy = Expiring(LRU(100), 8.0, renewing)
        miss_ratio = simulate(ids, policy, times_s=times_s, warm_up=5_000).miss_ratio
        errors.append(miss_ratio - ttl_miss_ratio(zipf(100, 0.8), 8.0, 5.0, renewing))
    assert agrees(errors)


def test_two_levels_of_a_table():
    share = zipf(20_000, 0.9)
    plain = two_levels(share, 10, 200, 2_000)
    assert plain == pytest.approx((0.28953, 0.28642, 0.42405), abs=1e-5)
    corrected = two_levels(share, 10, 200, 2_000, corrected=True)
    assert corrected.region_hit_ratio == pytest.approx(0.27823, abs=1e-5)


def test_ten_edges_and_a_region_answer_what_the_formula_says():
    ids = zipf_trace(20_000, 2_000_000, 0.9, np.random.default_rng(42))
    edge_of = np.random.default_rng(43).integers(10, size=len(ids))
    edge_hit = np.zeros(len(ids), dtype=bool)
    for edge in range(10):
        edge_hit[edge_of == edge] = simulate(ids[edge_of == edge], LRU(200)).hit_mask
    region_hit = np.zeros(len(ids), dtype=bool)
    region_hit[~edge_hit] = simulate(ids[~edge_hit], LRU(2_000)).hit_mask
    counted = slice(len(ids) // 5, None)
    seen = edge_hit[counted].mean(), region_hit[counted].mean()
    levels = two_levels(zipf(20_000, 0.9), 10, 200, 2_000)
    assert abs(seen[0] - levels.edge_hit_ratio) < 1e-3
    assert abs(seen[1] - levels.region_hit_ratio) < 5e-3
    assert abs(1 - sum(seen) - levels.origin_ratio) < 5e-3


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: che_time([0.5, 0.4], 1), "popularity sums to 0.9; it must sum to 1"),
        (lambda: che_time([1.5, -0.5], 1), r"popularity\[0\]=1.5 must be"),
        (lambda: che_time([], 1), "popularity has the shape"),
        (lambda: che_time(EVEN, 0), "capacity=0 must be .* at least 1"),
        (lambda: lru_miss_ratio(EVEN, 1.5), "capacity=1.5 must be an integer"),
        (lambda: lru_miss_ratio(EVEN, 1, requests=0), "requests=0 must be .* at least 1"),
        (lambda: fifo_miss_ratio(EVEN, None), "capacity=None must be"),
        (lambda: static_miss_ratio(EVEN, -1), "capacity=-1 must be"),
        (lambda: ttl_miss_ratio(EVEN, 0, 1.0), "ttl_s=0 must be .* above 0"),
        (lambda: ttl_miss_ratio(EVEN, 1.0, 0), "requests_per_s=0 must be .* above 0"),
        (lambda: ttl_miss_ratio(EVEN, 1.0, 1.0, renewing=1), "renewing=1 must be True or False"),
        (lambda: two_levels(EVEN, 0, 1, 1), "edges=0 must be .* at least 1"),
        (lambda: two_levels(EVEN, 1, 0, 1), "edge_capacity=0 must be .* at least 1"),
        (lambda: two_levels(EVEN, 1, 1, 0), "region_capacity=0 must be .* at least 1"),
        (lambda: two_levels(EVEN, 1, 1, 1, corrected=1), "corrected=1 must be True or False"),
    ],
)
def test_what_means_nothing_is_named(ask, words):
    with pytest.raises(ValueError, match=words):
        ask()
