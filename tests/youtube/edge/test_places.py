"""Which edge a viewer is sent to, against the least of all ways."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from scalemodel.youtube.edge.places import NOWHERE, choose

towns = st.integers(0, 999).map(
    lambda seed: (np.random.default_rng(seed).integers(1, 60, (6, 3)).astype(float), [2, 3, 2])
)


# ── Examples ────────────────────────────────────────────────────────────────
def test_who_finds_all_full_is_sent_nowhere():
    assert choose([[1.0], [1.0]], [1]).tolist() == [0, NOWHERE]
    assert choose([[1.0], [1.0]], [0]).tolist() == [NOWHERE, NOWHERE]


# ── Laws ────────────────────────────────────────────────────────────────────
@given(towns, st.floats(0, 1000))
def test_nobody_is_sent_where_no_room_is(town, wait_ms):
    ways, room = town
    chosen = choose(ways, room, wait_ms)
    assert (np.bincount(chosen, minlength=3) <= room).all() and (chosen != NOWHERE).all()
    assert (chosen == choose(ways.tolist(), room, wait_ms)).all()


@given(towns)
def test_without_a_wait_it_is_the_nearest_with_room_and_with_an_endless_one_the_least_busy(town):
    ways, room = town
    taken = np.zeros(3)
    for viewer, edge in enumerate(choose(ways, room)):
        free = np.flatnonzero(taken < room)
        assert ways[viewer, edge] == ways[viewer, free].min()
        taken[edge] += 1
    taken = np.zeros(3)
    for edge in choose(ways, room, wait_ms=1e9):
        assert taken[edge] / room[edge] == (taken / room).min()
        taken[edge] += 1


# ── Oracle ──────────────────────────────────────────────────────────────────
@given(towns, st.floats(0, 100))
def test_it_is_what_one_gets_by_looking_at_every_price(town, wait_ms):
    ways, room = town
    taken, least = [0, 0, 0], np.repeat(np.arange(3), room)
    chosen = choose(ways, room, wait_ms)
    for viewer, edge in enumerate(chosen):
        price = {e: ways[viewer, e] + wait_ms * taken[e] / (room[e] - taken[e])
                 for e in range(3) if taken[e] < room[e]}  # fmt: skip
        assert edge == min(price, key=price.get)
        taken[edge] += 1
    who, place = linear_sum_assignment(ways[:, least])  # of all ways to send them, the shortest
    assert ways[range(6), chosen].sum() >= ways[who, least[place]].sum()


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_wrong_town_is_refused_in_words():
    for ways, room, said in (
        ([1.0], [1], "way_ms"),
        ([[1.0, 2.0]], [1], "room="),
        ([], [1], "room="),
        ([[1.0]], [1.5], "room="),
        ([[-1.0]], [1], "way_ms"),
        ([[1.0, 2.0]], [1, 1.5], "room="),
        (None, [1], "way_ms"),
    ):
        with pytest.raises((TypeError, ValueError), match=said):
            choose(ways, room)
