"""What a run counts, ids made dense, LRU at every capacity: by hand, laws, brute force, bad input."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.parts.caches import curve
from scalemodel.parts.caches.curve import lru_curve
from scalemodel.parts.caches.engine import simulate
from scalemodel.parts.caches.expected import zipf, zipf_trace
from scalemodel.parts.caches.policies import LRU, Admitting
from scalemodel.parts.caches.trace import requests

IDS = st.lists(st.integers(0, 9), min_size=1, max_size=80)


# ── Examples ────────────────────────────────────────────────────────────────
def test_objects_and_bytes_are_counted_apart_and_the_warm_up_is_not():
    report = simulate([1, 2, 1, 2, 3], LRU(10), sizes=[1, 9, 1, 9, 2])
    assert (report.hits, report.misses, report.miss_ratio) == (2, 3, 0.6)
    assert report.byte_hit_ratio == 10 / 22
    assert report.hit_mask.tolist() == [False, False, True, True, False]
    later = simulate([1, 2, 1, 2, 3], LRU(10), sizes=[1, 9, 1, 9, 2], warm_up=3)
    assert (later.hits, later.misses, later.byte_hit_ratio) == (1, 1, 9 / 11)
    assert later.hit_mask.tolist() == report.hit_mask.tolist()
    assert simulate([1, 1, 2], LRU(10)).byte_hit_ratio == 1 / 3


def test_nothing_of_the_callers_is_changed_or_kept():
    ids = np.array([0, 1, 0])
    report = simulate(ids, LRU(2))
    assert ids.flags.writeable and not report.hit_mask.flags.writeable
    ids[:] = 5
    assert report.hit_mask.tolist() == [False, False, True]


def test_ids_that_lie_together_stay_and_others_are_numbered():
    near = requests([4, 0, 1, 3])  # four of five
    assert (near.ids.tolist(), near.distinct) == ([4, 0, 1, 3], 5)
    apart = requests([5, 0, 1, 3])  # four of six
    assert (apart.ids.tolist(), apart.distinct) == ([3, 0, 1, 2], 4)
    for lowest in (-1, 1, 10**9):
        moved = requests([lowest + 1, lowest, lowest + 1])
        assert (moved.ids.tolist(), moved.distinct) == ([1, 0, 1], 2)


def test_ids_far_apart_are_sorted():
    for ids in ([15, 0], [16, 0], [2**63 - 1, -(2**63)]):  # a table has eight places a request
        far = requests(ids)
        assert (far.ids.tolist(), far.distinct) == ([1, 0], 2)
    assert requests(np.array([7, 7], dtype=np.uint8)).distinct == 1


def test_a_pile_of_three_books():
    """1 lay third when it was asked for again, 3 on top, 2 third."""
    misses = lru_curve([1, 2, 3, 1, 1, 2]).misses
    assert misses.tolist() == [6, 5, 5, 3]
    far = lru_curve([10**9, 5, 10**9])
    assert [far.miss_ratio(capacity) for capacity in (0, 1, 2, 10**6)] == [1, 1, 2 / 3, 2 / 3]
    assert lru_curve([5, 5]).miss_ratio(1) == 0.5


def test_a_report_is_itself_and_no_other():
    one, other = (simulate([1, 2, 1], LRU(2)) for _ in range(2))
    assert len({one, other}) == 2 and one == one != other


# ── Laws ────────────────────────────────────────────────────────────────────
@given(ids=IDS)
def test_the_curve_is_lru_at_every_capacity(ids):
    misses = lru_curve(ids).misses
    assert len(misses) == len(set(ids)) + 1 and misses[0] == len(ids)
    for capacity in range(1, len(misses)):
        assert misses[capacity] == simulate(ids, LRU(capacity)).misses
    assert lru_curve([one * 10**6 for one in ids]).misses.tolist() == misses.tolist()


@given(ids=IDS)
def test_the_compiled_loop_is_the_one_that_you_read(ids):
    dense = requests([one * 10**6 for one in ids])
    depths = []
    for how in (curve._count_depths, curve._count_depths.native):
        row = np.zeros(dense.distinct + 1, dtype=np.int64)
        how(dense.ids, dense.distinct, row)
        depths.append(row.tolist())
    assert depths[0] == depths[1]


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_curve_of_a_long_trace_is_lru_again():
    ids = zipf_trace(100_000, 300_000, 0.8, np.random.default_rng(7))
    misses = lru_curve(ids).misses
    for capacity in (1, 10, 1_000, 20_000, len(misses) - 2):
        assert misses[capacity] == simulate(ids, LRU(capacity)).misses


def test_zipf_is_a_power_and_the_trace_follows_it():
    share = zipf(4, 0.5)
    assert share == pytest.approx(np.arange(1, 5) ** -0.5 / (1 + 2**-0.5 + 3**-0.5 + 0.5))
    assert zipf(3, 0).tolist() == [1 / 3] * 3
    ids = zipf_trace(4, 100_000, 0.5, np.random.default_rng(1))
    seen = np.bincount(ids, minlength=4) / len(ids)
    assert (abs(seen - share) < 4 * np.sqrt(share * (1 - share) / len(ids))).all()
    assert ids.dtype == np.int64


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"ids": []}, r"ids=\[\] must be a row of at least 1 integer"),
        ({"ids": [1.5]}, r"ids=\[1.5\] must be"),
        ({"ids": [True]}, r"ids=\[True\] must be"),
        ({"ids": [[1]]}, r"ids=\[\[1\]\] must be"),
        ({"ids": ["a"]}, r"ids=\['a'\] must be"),
        ({"ids": 3}, r"ids=3 must be"),
        ({"ids": [2**63]}, r"ids\[0\]=9223372036854775808 must be .* at most 9223372036854775807"),
        ({"ids": np.ma.array([1], mask=[True])}, r"(?s)ids=.* must be"),
        ({"sizes": [1, 1]}, "sizes has 2 numbers; it must have 3, as ids has"),
        ({"sizes": [1, 0, 1]}, r"sizes\[1\]=0 must be an integer of at least 1"),
        ({"sizes": [1, -5, 1]}, r"sizes\[1\]=-5 must be an integer of at least 1"),
        ({"sizes": [1, 10**12 + 1, 1]}, r"sizes\[1\]=1000000000001 must be .* at most 10{12}"),
        ({"sizes": [1, 1, 2]}, r"sizes\[2\]=2 must be 1, as before"),
        ({"times_s": [0.0, 1.0]}, "times_s has 2 numbers; it must have 3"),
        ({"times_s": [0.0, 2.0, 1.0]}, r"times_s\[2\]=1.0 must be at least 2.0"),
        ({"times_s": [0.0, math.nan, 1.0]}, r"times_s\[1\]=nan must be"),
        ({"warm_up": 3}, "warm_up=3 must be .* at most 2"),
        ({"warm_up": -1}, "warm_up=-1 must be .* at least 0"),
        ({"policy": LRU}, "policy.hits=hits must be a function"),
        ({"policy": 5}, "policy.hits=None must be a function"),
    ],
)
def test_a_run_that_means_nothing_is_named(wrong, words):
    right = {"ids": [7, 8, 7], "policy": LRU(2)}
    with pytest.raises(ValueError, match=words):
        simulate(**{**right, **wrong})


@pytest.mark.parametrize("name", ["ids", "bytes_of", "times_s", "admits"])
def test_a_policy_that_writes_into_what_it_is_asked_is_stopped(name):
    class Scribbles:
        def hits(self, requests):
            getattr(requests, name)[:1] = 0
            return np.ones(len(requests.ids), bool)

        def admits(self, requests):
            return np.ones(len(requests.ids), bool)

    asked = np.array([5, 6, 5])
    with pytest.raises(ValueError, match="read-only"):
        simulate(asked, Admitting(Scribbles(), Scribbles()), sizes=[1, 2, 1], times_s=[0, 1, 2])
    assert asked.tolist() == [5, 6, 5]
    asked[0] = 6  # and it is the caller's own still


def test_a_trace_and_a_curve_that_mean_nothing_are_named():
    with pytest.raises(ValueError, match=r"capacity=-1 must be"):
        lru_curve([1]).miss_ratio(-1)
    with pytest.raises(ValueError, match=r"objects=0 must be"):
        zipf(0, 1.0)
    with pytest.raises(ValueError, match=r"alpha=-0.1 must be"):
        zipf(3, -0.1)
    with pytest.raises(ValueError, match=r"requests=0 must be"):
        zipf_trace(3, 0, 1.0, np.random.default_rng(1))
    with pytest.raises(ValueError, match=r"rng=5 must be a Generator"):
        zipf_trace(3, 1, 1.0, 5)
