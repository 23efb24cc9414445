"""Urgent customers and few places: by hand, the plain loop, brute force, bad input."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.parts.priorities import NO_BOUND, NOBODY, loop, wait_by_rank
from scalemodel.parts.queues import wait

SECONDS = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 9))
ROWS = st.lists(st.tuples(SECONDS, SECONDS, st.integers(0, 3)), min_size=1, max_size=40).map(
    lambda rows: (
        np.cumsum([gap for gap, _, _ in rows]),
        np.array([size for _, size, _ in rows]),
        np.array([rank for _, _, rank in rows]),
    )
)
SERVERS = st.integers(1, 4)
CHAIRS = st.integers(0, 5)


def brute_starts(arrival_s, service_s, rank, servers, places):
    """The same by looking through everybody at each step; no two things happen at once."""
    starts, leaves, lost, waiting = {}, {}, set(), []
    came, now_s = 0, 0.0
    while came < len(arrival_s) or waiting or any(each > now_s for each in leaves.values()):
        coming = [arrival_s[came]] if came < len(arrival_s) else []
        now_s = min(coming + [each for each in leaves.values() if each > now_s])
        inside = len(waiting) + sum(each > now_s for each in leaves.values())
        if coming and now_s == coming[0]:
            if inside < places:
                waiting.append(came)
            else:
                lost.add(came)
            came += 1
        if waiting and sum(each > now_s for each in leaves.values()) < servers:
            called = min(waiting, key=lambda customer: (rank[customer], customer))
            waiting.remove(called)
            starts[called], leaves[called] = now_s, now_s + service_s[called]
    return [math.nan if n in lost else starts[n] for n in range(len(arrival_s))]


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_urgent_are_called_first_and_of_equals_who_came_first():
    waits = wait_by_rank([0, 1, 2, 3, 4], [9, 1, 1, 1, 1], rank=[2, 1, 0, 1, 0])
    assert waits.tolist() == [0, 10, 7, 9, 6]


def test_nobody_is_sent_out_again_for_a_more_urgent_one():
    assert wait_by_rank([0.0, 1.0], [5.0, 1.0], rank=[1, 0]).tolist() == [0.0, 4.0]


def test_who_finds_no_place_goes_away_and_leaves_no_trace():
    waits = wait_by_rank([0, 1, 2, 3, 11], [9, 9, 1, 2, 1], servers=2, places=3)
    assert np.isnan(waits[3]) and waits[[0, 1, 2, 4]].tolist() == [0, 0, 7, 0]


def test_at_one_moment_what_was_written_first_happens_first():
    """The second arrival was written before the first departure: it finds the place taken."""
    assert np.isnan(wait_by_rank([0.0, 2.0], [2.0, 1.0], places=1)[1])
    assert not np.isnan(wait_by_rank([0.0, 1.0, 2.0], [2.0, 1.0, 1.0], places=1)[2])


# ── Laws ────────────────────────────────────────────────────────────────────
@given(rows=ROWS, servers=SERVERS, chairs=CHAIRS)
def test_the_compiled_loop_is_the_one_that_you_read(rows, servers, chairs):
    arrival_s, service_s, rank = rows
    told = []
    for how in (loop, loop.native):
        start_s, behind = np.full(len(rank), np.nan), np.full(len(rank), NOBODY)
        line = np.full((4, 2), NOBODY)
        how(arrival_s, service_s, rank, servers, servers + chairs, start_s, behind, line)
        told.append([array.tobytes() for array in (start_s, behind, line)])
    assert told[0] == told[1]
    assert (line[:, 0] == NOBODY).all(), "the last has been called"


@given(rows=ROWS, servers=SERVERS)
def test_the_last_rank_costs_the_first_only_what_is_being_served(rows, servers):
    """With one server, the urgent wait at most one service longer than without the others."""
    arrival_s, service_s, rank = rows
    first = rank == 0
    if first.any():
        alone = wait_by_rank(arrival_s[first], service_s[first])
        among = wait_by_rank(arrival_s, service_s, rank=rank)[first]
        longest_s = service_s[~first].max(initial=0)
        assert (among >= alone - 1e-9).all() and (among <= alone + longest_s + 1e-9).all()


# ── Oracle ──────────────────────────────────────────────────────────────────
@given(rows=ROWS, servers=st.integers(1, 9))
def test_without_ranks_and_bounds_it_is_the_recursion_to_the_bit(rows, servers):
    waits = wait(*rows[:2], servers).tolist()
    assert wait_by_rank(*rows[:2], servers).tolist() == waits
    assert wait_by_rank(*rows[:2], servers, places=len(waits) + servers).tolist() == waits
    assert wait_by_rank(*rows[:2], servers, [7] * len(waits), NO_BOUND).tolist() == waits


@given(seed=st.integers(0, 2**32), servers=SERVERS, chairs=CHAIRS)
def test_the_waits_are_those_of_brute_force(seed, servers, chairs):
    rng = np.random.default_rng(seed)
    arrival_s, service_s = np.cumsum(rng.random(25)), servers * 1.5 * rng.random(25)
    rank = rng.integers(0, 3, 25)
    starts = brute_starts(arrival_s, service_s, rank, servers, servers + chairs)
    waits = wait_by_rank(arrival_s, service_s, servers, rank, servers + chairs)
    assert np.array_equal(waits, np.array(starts) - arrival_s, equal_nan=True)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "rank", [[0], [0, 0, 0], [0, -1], [0, 0.5], [0, 1_001], [0, math.nan], "ab"]
)
def test_ranks_that_mean_nothing_are_named(rank):
    with pytest.raises(ValueError, match=r"^rank.* must be"):
        wait_by_rank([0.0, 1.0], [1.0, 1.0], rank=rank)


@pytest.mark.parametrize("places", [0, 1, -1, 2.0, 2**63, math.nan])
def test_there_are_as_many_places_as_servers(places):
    with pytest.raises(ValueError, match=r"places=.* must be an integer of at least 2"):
        wait_by_rank([0.0], [1.0], servers=2, places=places)


@pytest.mark.parametrize("servers", [0, None, 1.0, 1_000_001])
def test_there_is_a_server(servers):
    with pytest.raises(ValueError, match=r"servers=.* must be an integer of at least 1"):
        wait_by_rank([0.0], [1.0], servers=servers)


def test_rows_that_mean_nothing_are_named():
    with pytest.raises(ValueError, match=r"arrival_s\[1\]=0.0 must be at least 1.0"):
        wait_by_rank([1.0, 0.0], [1.0, 1.0])
