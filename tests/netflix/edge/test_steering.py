"""Who is sent where: by hand, laws of the list, bad input."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalemodel.netflix.edge.steering import ORIGIN, Appliance, Client, ranked
from tests.conftest import cases

HOME, NEXT, FAR = Appliance(site=4), Appliance(site=5), Appliance(region=1, site=4)
ANN = Client(site=4)
BOXES = st.lists(
    st.builds(Appliance, region=st.integers(0, 2), site=st.integers(0, 2), healthy=st.booleans()),
    max_size=8,
)


# ── Examples ────────────────────────────────────────────────────────────────
def test_ones_own_site_comes_first_then_the_region_then_others_then_the_origin():
    ask = {"holds": [True] * 3, "left_bytes": [9] * 3}
    assert ranked(ANN, 5, (FAR, NEXT, HOME), **ask) == [2, 1, 0, ORIGIN]
    assert ranked(Client(region=1, site=5), 5, (FAR, NEXT, HOME), **ask) == [0, 1, 2, ORIGIN]
    assert [ANN.tier(box) for box in (HOME, NEXT, FAR)] == [0, 1, 2]
    assert Client(region=1, site=4).tier(FAR) == 0 and Client(region=1).tier(FAR) == 1


def test_who_does_not_hold_it_is_ill_or_full_is_not_named():
    boxes = HOME, NEXT, FAR
    assert ranked(ANN, 5, boxes, [False, True, True], [9, 9, 9]) == [1, 2, ORIGIN]
    assert ranked(ANN, 5, boxes, [True, True, True], [4, 5, 6]) == [1, 2, ORIGIN]
    ill = replace(HOME, healthy=False), NEXT, FAR
    assert ranked(ANN, 5, ill, [True, True, True], [9, 9, 9]) == [1, 2, ORIGIN]
    assert ranked(ANN, 5, (), [], []) == [ORIGIN]


def test_a_link_carries_so_much_an_hour():
    assert Appliance(uplink_gbps=10.0).hour_bytes == 4500 * 10**9
    assert Appliance(uplink_gbps=0.0).hour_bytes == 0


# ── Laws ────────────────────────────────────────────────────────────────────
@settings(max_examples=cases(100))
@given(boxes=BOXES, data=st.data())
def test_the_list_never_goes_nearer_again_and_loses_only_who_goes(boxes, data):
    client = Client(region=data.draw(st.integers(0, 2)), site=data.draw(st.integers(0, 2)))
    row = lambda kind: data.draw(st.lists(kind, min_size=len(boxes), max_size=len(boxes)))
    holds, left = row(st.booleans()), row(st.integers(0, 9))
    *named, last = ranked(client, 5, tuple(boxes), holds, left)
    assert last == ORIGIN and len(set(named)) == len(named)
    assert (np.diff([client.tier(boxes[box]) for box in named]) >= 0).all()
    for box in named:
        assert holds[box] and boxes[box].healthy and left[box] >= 5
        gone = [replace(one, healthy=one.healthy and at != box) for at, one in enumerate(boxes)]
        assert ranked(client, 5, tuple(gone), holds, left) == [
            one for one in (*named, ORIGIN) if one != box
        ]


# ── Oracle ──────────────────────────────────────────────────────────────────
@settings(max_examples=cases(100))
@given(boxes=BOXES, holds=st.lists(st.booleans(), min_size=8, max_size=8))
def test_the_list_is_what_three_walks_find(boxes, holds):
    holds, walks = holds[: len(boxes)], []
    sites = dict.fromkeys((box.region, box.site) for box in boxes)  # in the order of the list
    for far, site in itertools.product(range(3), sites):
        for at, box in enumerate(boxes):
            same = (box.region == 0) + (box.region == 0 and box.site == 4 % 3)
            if holds[at] and box.healthy and same == 2 - far and site == (box.region, box.site):
                walks.append(at)
    client = Client(region=0, site=4 % 3)
    assert ranked(client, 1, tuple(boxes), holds, [1] * len(boxes)) == [*walks, ORIGIN]


# ── Refusals ────────────────────────────────────────────────────────────────
def test_rows_of_several_lengths_are_refused():
    for holds, left in (([True], [9, 9]), ([True, True], [9])):
        with pytest.raises(
            ValueError, match=r"(holds|left_bytes)=.* must (be|have) .* for each of"
        ):
            ranked(ANN, 5, (HOME, NEXT), holds, left)
    for holds in ([1, 0], ["yes", "no"], [[True], [False]], [True] * 3, itertools.repeat(True)):
        with pytest.raises(ValueError, match=r"holds=.* must be True or False for each of 2 boxes"):
            ranked(ANN, 5, (HOME, NEXT), holds, [9, 9])
    assert ranked(ANN, 5, (HOME, NEXT), np.array([False, True]), [9, 9]) == [1, ORIGIN]
    with pytest.raises(ValueError, match="size_bytes=0 must be"):
        ranked(ANN, 0, (HOME,), [True], [9])
    with pytest.raises(ValueError, match="healthy=1 must be a bool"):
        Appliance(healthy=1)
    with pytest.raises(ValueError, match="down_until_h=19 must be an integer of at least 20"):
        Appliance(down_from_h=20, down_until_h=19)


@pytest.mark.parametrize(
    "wrong",
    [
        {"region": "0"}, {"region": 100}, {"region": -1}, {"site": float("nan")}, {"site": -5},
        {"site": 10_001}, {"weight": 0.0}, {"weight": 1.1e9}, {"weight": "much"},
    ],
)  # fmt: skip
def test_a_viewer_who_is_nowhere_or_nobody_is_refused(wrong):
    ((field, value),) = wrong.items()
    with pytest.raises(ValueError, match=f"{field}={value!r} must be"):
        Client(**wrong)


def test_limits_are_allowed_and_numbers_are_pythons():
    ann, bob = Client(region=99, site=10_000, weight=1e9), Client(region=np.int8(3))
    assert (ann.region, ann.site, type(bob.region)) == (99, 10_000, int)
    assert type(Appliance(disk_tb=np.float16(8)).disk_tb) is float
    with pytest.raises(AttributeError):
        ann.site = 3
