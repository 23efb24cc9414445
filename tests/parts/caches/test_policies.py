"""Eight caches: by hand, laws in common, references of lists, a table of miss counts, bad input."""

import hashlib
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalemodel.parts.caches import furthest, policies
from scalemodel.parts.caches.engine import simulate
from scalemodel.parts.caches.expected import zipf_trace
from scalemodel.parts.caches.policies import (
    FIFO,
    LFU,
    LRU,
    S3FIFO,
    SIEVE,
    Admitting,
    Belady,
    Clock,
    Expiring,
    NotAbove,
    OnSecondRequest,
    WTinyLFU,
)
from tests.conftest import cases
from tests.laws import cache_laws as laws

EVERY = pytest.mark.parametrize("name", laws.POLICIES)
QUARTER = settings(max_examples=cases(25))  # for each of the eight
AGAIN = [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5]


def drawn(data, name, capacity):
    return data.draw(laws.POLICIES[name](capacity))


# ── Examples ────────────────────────────────────────────────────────────────
def test_fifo_may_miss_more_in_a_larger_cache():
    """Belady's anomaly; a stack policy never does."""
    assert [simulate(AGAIN, FIFO(frames)).misses for frames in (3, 4)] == [9, 10]
    assert [simulate(AGAIN, LRU(frames)).misses for frames in (3, 4)] == [10, 8]
    assert [simulate(AGAIN, Belady(frames)).misses for frames in (3, 4)] == [7, 6]


def hits(policy, ids, **more):
    return [int(hit) for hit in simulate(ids, policy, **more).hit_mask]


def test_of_equal_counts_the_least_recently_used_leaves():
    """1 and 2 are used twice each, 1 last: 3 takes the place of 2."""
    assert hits(LFU(2), [1, 2, 2, 1, 3, 1, 2]) == [0, 0, 1, 1, 0, 1, 0]


def test_a_count_is_lost_with_its_object():
    """3 leaves for 4 though it was used twice before it left for the first time."""
    assert hits(LFU(1), [3, 3, 4, 3, 3]) == [0, 1, 0, 0, 1]


def test_the_hand_rests_where_it_evicted():
    """It passes over 1, evicts 2, and goes on to 3; CLOCK would come to 3 as well, then 1."""
    assert hits(SIEVE(3), [1, 2, 3, 1, 4, 5, 1, 3]) == [0, 0, 0, 1, 0, 0, 1, 0]


def test_a_hand_that_evicted_the_head_begins_at_the_tail_again():
    """1 is passed over, 2 at the head goes; 3 comes in, and next 1 goes, not 3."""
    assert hits(SIEVE(2), [1, 2, 1, 3, 4, 3, 1]) == [0, 0, 1, 0, 0, 1, 0]


def test_what_is_larger_than_the_cache_is_never_kept():
    for name in laws.POLICIES:
        policy = getattr(policies, name)(5)
        assert hits(policy, [1, 2, 2, 1], sizes=[5, 6, 6, 5]) == [0, 0, 0, 1], name


def test_a_returning_ghost_goes_to_the_main_line():
    """Small holds 1 and main 2: 1 leaves a ghost, comes back, and outlives newcomers."""
    assert hits(S3FIFO(3, small_ratio=0.4, moves_at=1), [1, 2, 3, 4, 1, 5, 6, 7, 1]) == [
        *[0, 0, 0, 0, 0, 0, 0, 0, 1],
    ]


def test_who_came_back_and_left_the_main_line_is_no_ghost_any_more():
    """2 comes back as a ghost, leaves the main line, and is a newcomer when it comes again."""
    assert hits(S3FIFO(2, small_ratio=0.4, moves_at=1), [1, 0, 2, 2, 0, 1, 2, 0, 1, 0, 0, 2]) == [
        *[0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 1, 1],
    ]


def test_when_the_small_line_is_empty_the_main_line_makes_room():
    """2 was used and moves on, and leaves for 1 as nobody else is there to leave."""
    large = S3FIFO(6, small_ratio=0.1, moves_at=1)
    assert hits(large, [2, 2, 1, 2], sizes=[5] * 4) == [0, 1, 0, 0]


def test_what_expires_is_fetched_anew_at_that_age():
    times_s = [0.0, 4.0, 8.0, 10.0, 15.0, 20.0]
    once = Expiring(LRU(3), ttl_s=10.0)
    assert hits(once, [1] * 6, times_s=times_s) == [0, 1, 1, 0, 1, 0]
    renewed = Expiring(LRU(3), ttl_s=10.0, renewing=True)
    assert hits(renewed, [1] * 6, times_s=times_s) == [0, 1, 1, 1, 1, 1]
    assert hits(renewed, [1, 1], times_s=[0.0, 10.0]) == [0, 0]


def test_one_or_two_days_at_the_edge_and_the_shorter_holds():
    nested = Expiring(Expiring(LRU(3), ttl_s=5.0), ttl_s=9.0)
    assert hits(nested, [1] * 4, times_s=[0.0, 4.0, 5.0, 9.0]) == [0, 1, 0, 1]


def test_who_may_enter():
    second = Admitting(LRU(1), OnSecondRequest())
    assert hits(second, [1, 1, 2, 1, 2, 1]) == [0, 0, 0, 1, 0, 0]
    small = Admitting(second, NotAbove(3))
    assert hits(small, [1, 1, 1, 2, 2, 2], sizes=[3, 3, 3, 4, 4, 4]) == [0] * 6
    small = Admitting(Admitting(LRU(4), OnSecondRequest()), NotAbove(3))
    assert hits(small, [1, 1, 1, 2, 2, 2], sizes=[3, 3, 3, 4, 4, 4]) == [0, 0, 1, 0, 0, 0]


def test_left_alone_parameters_are_those_that_the_modules_tell():
    assert S3FIFO(1000).settings() == (1000, 100, 2)
    assert S3FIFO(9).settings() == (9, 1, 2)
    assert WTinyLFU(1000).settings() == (1000, 10, 825, 4)
    assert WTinyLFU(99).settings() == (99, 1, 81, 4)
    assert WTinyLFU(10, window_ratio=1.0).settings() == (10, 10, 0, 4)


# ── Laws ────────────────────────────────────────────────────────────────────
@EVERY
@QUARTER
@given(data=st.data(), ids=laws.ROWS, capacity=st.integers(1, 8), warm=st.integers(0, 59))
def test_it_counts_everything_once(name, data, ids, capacity, warm):
    laws.counts_everything_once(drawn(data, name, capacity), ids, min(warm, len(ids) - 1))


@EVERY
@QUARTER
@given(data=st.data(), ids=laws.ROWS)
def test_where_all_fit_each_object_is_missed_once(name, data, ids):
    laws.misses_once_each_where_all_fit(drawn(data, name, len(set(ids))), ids, None)
    sizes = [1 + one % 3 for one in ids]
    room = sum(1 + one % 3 for one in set(ids))
    laws.misses_once_each_where_all_fit(drawn(data, name, room), ids, sizes)


@EVERY
@QUARTER
@given(data=st.data(), ids=laws.ROWS, capacity=st.integers(1, 6))
def test_nobody_beats_belady(name, data, ids, capacity):
    laws.does_not_beat_belady(drawn(data, name, capacity), ids)


@EVERY
@QUARTER
@given(data=st.data(), ids=laws.ROWS, names=st.sets(st.integers(-(2**63), 2**63 - 1), min_size=8))
def test_it_knows_no_names(name, data, ids, names):
    policy = drawn(data, name, 3)
    if name != "WTinyLFU":  # whose strokes lie by number
        laws.knows_no_names(policy, ids, list(names))


@EVERY
@QUARTER
@given(data=st.data(), ids=laws.ROWS)
def test_what_never_expires_has_no_ttl(name, data, ids):
    laws.never_expires_is_no_ttl(drawn(data, name, 3), ids, np.arange(len(ids)))


@pytest.mark.parametrize("kind", [LRU, Belady])
@given(ids=laws.ROWS, capacity=st.integers(1, 7))
def test_a_stack_policy_hits_in_a_larger_cache_what_it_hit_in_a_smaller(kind, ids, capacity):
    small, large = (simulate(ids, kind(room)).hit_mask for room in (capacity, capacity + 1))
    assert not (small & ~large).any()


@given(ids=laws.ROWS)
def test_with_room_for_one_lru_is_fifo(ids):
    assert hits(LRU(1), ids) == hits(FIFO(1), ids) == hits(Clock(1), ids)


@given(ids=laws.ROWS, ttl=st.integers(1, 20), gaps=st.lists(st.integers(0, 4), min_size=60))
def test_an_object_is_good_while_it_is_younger_than_its_ttl(ids, ttl, gaps):
    times_s = np.cumsum(gaps[: len(ids)])
    for renewing in (False, True):
        fetched, truth = {}, []
        for one, now in zip(ids, times_s.tolist(), strict=True):
            truth.append(one in fetched and now - fetched[one] < ttl)
            if renewing or not truth[-1]:
                fetched[one] = now
        policy = Expiring(LRU(8), float(ttl), renewing)
        assert hits(policy, ids, times_s=times_s) == truth


# ── Oracle ──────────────────────────────────────────────────────────────────
@EVERY
@given(data=st.data(), history=laws.histories())
def test_it_is_its_reference_compiled_and_as_it_is_read(name, data, history):
    capacity, ids, sizes, admits = history
    laws.is_its_reference(drawn(data, name, capacity), ids, sizes, admits)


@EVERY
def test_it_is_its_reference_over_a_long_trace(name):
    ids = zipf_trace(200, 1_000, 0.8, np.random.default_rng(5))
    sizes = 1 + ids % 7
    laws.is_its_reference(getattr(policies, name)(30), ids.tolist(), None, None)
    laws.is_its_reference(getattr(policies, name)(100), ids.tolist(), sizes.tolist(), None)


@given(times=st.lists(st.integers(0, 50), unique=True, min_size=1, max_size=24), data=st.data())
def test_beladys_heap_has_the_latest_on_top_and_knows_where_each_is(times, data):
    when, whose, slot = [0] * len(times), [0] * len(times), [-1] * len(times)

    def sound(size):
        for at in range(size):
            assert slot[whose[at]] == at and when[at] == times[whose[at]]
            assert at == 0 or when[at] < when[(at - 1) // 2]

    for one, time in enumerate(times):
        furthest._rise(when, whose, slot, one, time, one)
        sound(one + 1)
    moved = data.draw(st.integers(0, len(times) - 1))
    times[moved] = 60
    furthest._rise(when, whose, slot, slot[moved], 60, moved)
    for size in range(len(times) - 1, -1, -1):
        sound(size + 1)
        assert when[0] == max(when[: size + 1])
        furthest._sink(when, whose, slot, size)


@pytest.fixture(scope="module")
def trace():
    return zipf_trace(100_000, 1_000_000, 0.8, np.random.default_rng(42))


MISSES = {  # in a million, at 100, 1,000 and 10,000 objects; by four engines or three
    "LRU": (932_240, 795_490, 533_061),
    "FIFO": (942_622, 820_548, 572_856),
    "Clock": (926_289, 785_973, 521_031),
    "LFU": (848_979, 697_804, 462_739),
    "SIEVE": (835_453, 693_564, 462_735),
    "Belady": (777_961, 590_065, 319_048),
}
NEAR = {  # as libCacheSim 0.3.5 has them, with parameters of its own
    "S3FIFO": (834_063, 685_162, 453_839),
    "WTinyLFU": (838_779, 681_636, 449_478),
}


def test_the_trace_is_the_one_of_the_table(trace):
    assert hashlib.sha256(trace.astype("<i8").tobytes()).hexdigest()[:16] == "9f212f09b3e7b5e1"
    assert len(np.unique(trace)) == 96_524


@pytest.mark.parametrize("name", MISSES)
def test_the_misses_of_the_table_to_the_last_one(trace, name):
    kind = getattr(policies, name)
    assert tuple(simulate(trace, kind(10**n)).misses for n in (2, 3, 4)) == MISSES[name]


@pytest.mark.parametrize("name", NEAR)
def test_the_misses_of_the_table_within_five_in_a_thousand(trace, name):
    for n, misses in zip((2, 3, 4), NEAR[name], strict=True):
        report = simulate(trace, getattr(policies, name)(10**n))
        assert abs(report.miss_ratio - misses / 1e6) < 5e-3


# ── Refusals ────────────────────────────────────────────────────────────────
@EVERY
@pytest.mark.parametrize("capacity", [0, -1, 1.5, None, math.nan, 10**15 + 1, True])
def test_a_capacity_that_holds_nothing_is_named(name, capacity):
    with pytest.raises(ValueError, match=r"capacity=.* must be an integer of at least 1"):
        getattr(policies, name)(capacity)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: S3FIFO(9, small_ratio=0), "small_ratio=0 must be .* above 0"),
        (lambda: S3FIFO(9, moves_at=4), "moves_at=4 must be .* at most 3"),
        (lambda: WTinyLFU(9, window_ratio=1.1), "window_ratio=1.1 must be .* at most 1"),
        (lambda: WTinyLFU(9, protected_ratio=-1), "protected_ratio=-1 must be .* at least 0"),
        (lambda: WTinyLFU(9, sample=0), "sample=0 must be .* at least 1"),
        (lambda: Expiring(LRU(9), 0), "ttl_s=0 must be .* above 0"),
        (lambda: Expiring(LRU(9), math.nan), "ttl_s=nan must be"),
        (lambda: Expiring(LRU(9), 1, renewing=1), "renewing=1 must be True or False"),
        (lambda: Expiring(LRU, 1), r"policy.hits=hits must be a function of \(requests\)"),
        (
            lambda: Admitting(9, OnSecondRequest()),
            r"policy.hits=None must be a function of \(requests\)",
        ),
        (lambda: Admitting(LRU(9), OnSecondRequest), r"rule.admits=admits must be a function"),
        (lambda: Admitting(LRU(9), None), r"rule.admits=None must be a function"),
        (lambda: NotAbove(0), "most_bytes=0 must be .* at least 1"),
    ],
)
def test_what_means_nothing_is_named(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize(
    "asked",
    [
        Expiring(LRU(9), 1).hits,
        Admitting(LRU(9), NotAbove(3)).hits,
        OnSecondRequest().admits,
        NotAbove(3).admits,
    ],
)
def test_what_is_no_trace_is_named(asked):
    with pytest.raises(ValueError, match=r"requests=\[1, 2\] must be"):
        asked([1, 2])


def test_what_a_wrapper_needs_of_the_trace_is_named():
    with pytest.raises(ValueError, match=r"times_s=None must be a row"):
        simulate([1], Expiring(LRU(9), 1))
    with pytest.raises(ValueError, match=r"sizes=None must be a row"):
        simulate([1], Admitting(LRU(9), NotAbove(3)))
