"""The walls of a machine: by hand, the published stations, every order of changes; bad input."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.whatsapp.capacity.server import (
    AS_IT_WAS,
    BOX,
    CHANGES,
    PACKETS_PER_S,
    STATIONS,
    Load,
    after,
    best_road,
    first_wall,
    walls,
)

ROAD = list(CHANGES)[:5]
COSTS = st.floats(1e-3, 1e6)


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_machine_by_hand():
    box = Load(memory_bytes=1_000, cpu_us_per_s=500, packets_per_s=90)
    phone = Load(memory_bytes=10, cpu_us_per_s=4, packets_per_s=1)
    assert walls(box, phone) == {"memory": 100, "cpu": 125, "packets": 90}
    assert first_wall(box, phone) == ("packets", 90)
    card = after(phone, ["a second network card"])
    assert card == Load(memory_bytes=10, cpu_us_per_s=4, packets_per_s=0.5)
    assert first_wall(box, card) == ("memory", 100)
    assert after(phone, ["twice the memory", "twice the memory"]).memory_bytes == 2.5


def test_the_wall_moves_with_each_change():
    names = [first_wall(BOX, after(AS_IT_WAS, ROAD[:n]))[0] for n in range(6)]
    assert names == ["cpu", "memory", "cpu", "memory", "cpu", "cpu"]


def test_the_process_is_not_what_fills_the_machine():
    """A million Erlang users of 2,848 bytes are 2.85 GB; a phone took 25 to 75 kB."""
    process = Load(memory_bytes=2_848, cpu_us_per_s=1, packets_per_s=1)
    assert 1e6 * process.memory_bytes == pytest.approx(2.85e9, rel=1e-3)
    assert walls(BOX, process)["memory"] > 28e6
    last = after(AS_IT_WAS, ROAD)
    assert AS_IT_WAS.memory_bytes == pytest.approx(74_803, abs=1)
    assert last.memory_bytes == pytest.approx(25_000) and last.cpu_us_per_s == pytest.approx(7.2857, abs=1e-4)  # fmt: skip


# ── Laws ────────────────────────────────────────────────────────────────────
@given(costs=st.tuples(COSTS, COSTS, COSTS))
def test_the_first_wall_holds_and_one_phone_more_does_not(costs):
    phone = Load(memory_bytes=costs[0], cpu_us_per_s=costs[1], packets_per_s=costs[2])
    name, phones = first_wall(BOX, phone)
    for part in ("memory_bytes", "cpu_us_per_s", "packets_per_s"):
        assert phones * getattr(phone, part) <= getattr(BOX, part) * (1 + 1e-9)
    part = {"memory": "memory_bytes", "cpu": "cpu_us_per_s", "packets": "packets_per_s"}[name]
    assert (phones + 1) * getattr(phone, part) > getattr(BOX, part) * (1 - 1e-9)


def test_the_order_of_changes_is_all_the_same():
    ends = {round(first_wall(BOX, after(AS_IT_WAS, order))[1], -2) for order in permutations(ROAD)}
    assert len(ends) == 1


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_walls_are_the_published_ones_within_six_percent():
    """425 thousand, a million, two million; at the end above the 2.8 million and below the 3 that failed."""
    held = [first_wall(BOX, after(AS_IT_WAS, ROAD[:n]))[1] for n in (0, 1, 3, 5)]
    stated = [phones for phones, _, _ in STATIONS.values()]
    assert stated == [425_000, 1_016_000, 2_000_000, 2_800_000]
    for ours, theirs in zip(held, stated, strict=True):
        assert ours == pytest.approx(theirs, rel=0.06)
    assert 2_800_000 < held[-1] < 3_000_000


def test_the_peak_is_the_published_packets():
    assert round(2_800_000 * PACKETS_PER_S) == 571_000
    assert after(AS_IT_WAS, ROAD).packets_per_s == PACKETS_PER_S


def test_the_best_road_is_that_of_all_walks():
    for most in range(4):
        walked = max(
            first_wall(BOX, after(AS_IT_WAS, order[:most]))[1] for order in permutations(CHANGES, 3)
        )
        names, held = best_road(BOX, AS_IT_WAS, most)
        assert held == pytest.approx(walked, rel=1e-6) and len(names) <= most
    assert best_road(BOX, AS_IT_WAS, 3)[0] == ("fewer locks", "fewer locks again", "twice the memory")  # fmt: skip
    assert best_road(BOX, AS_IT_WAS, 7) == (tuple(ROAD), 2_964_705)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_what_is_no_cost_or_no_change_is_named():
    with pytest.raises(ValueError, match="memory_bytes=0 must be"):
        Load(memory_bytes=0, cpu_us_per_s=1, packets_per_s=1)
    with pytest.raises(ValueError, match="packets_per_s=nan must be"):
        Load(memory_bytes=1, cpu_us_per_s=1, packets_per_s=float("nan"))
    with pytest.raises(ValueError, match="change='magic' must be one of fewer locks"):
        after(AS_IT_WAS, ["magic"])
    with pytest.raises(ValueError, match="most_changes=8 must be"):
        best_road(BOX, AS_IT_WAS, 8)
    with pytest.raises(ValueError, match="box=3 must be a Load"):
        walls(3, AS_IT_WAS)
