"""Distances on a globe: known ones, laws of a metric, the loop's twin, bad input."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.uber.location.sphere import EARTH_M, brute_force, distance_m, great_circle_m

LAT, LON = st.floats(-90, 90), st.floats(-180, 180)


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_degree_and_half_a_turn():
    assert distance_m(0.0, 0.0, 1.0, 0.0) == pytest.approx(math.pi * EARTH_M / 180)
    assert distance_m(60.0, 10.0, -60.0, -170.0) == pytest.approx(math.pi * EARTH_M)
    lat, lon = [-2.5, 84.9, 69.3], [-35.4, -154.4, -47.6]  # by rounding the haversine is above 1
    there = distance_m(lat, lon, np.negative(lat), np.add(lon, 180.0))
    assert there == pytest.approx([math.pi * EARTH_M] * 3)
    assert distance_m(90.0, 0.0, 90.0, 77.0) == pytest.approx(0.0, abs=1e-8)
    assert distance_m(0.0, 180.0, 0.0, -180.0) == pytest.approx(0.0, abs=1e-8)


def test_the_nearest_come_first_and_equals_by_id():
    ids, far_m = brute_force([9, 3, 5], [1.0, 1.0, 0.5], [0.0] * 3, 0.0, 0.0, k=3)
    assert ids.tolist() == [5, 3, 9] and far_m[1] == far_m[2]
    assert brute_force([9], [1.0], [0.0], 0.0, 0.0, k=3, radius_m=111_000)[0].tolist() == []


# ── Laws ────────────────────────────────────────────────────────────────────
@given(LAT, LON, LAT, LON)
def test_there_and_back_is_as_far_and_no_further_than_half_a_turn(lat, lon, to_lat, to_lon):
    far_m = distance_m(lat, lon, to_lat, to_lon)
    assert 0 <= far_m <= math.pi * EARTH_M * (1 + 1e-12)
    assert far_m == pytest.approx(distance_m(to_lat, to_lon, lat, lon), rel=1e-12, abs=1e-6)


# ── Oracle ──────────────────────────────────────────────────────────────────
@given(LAT, LON, LAT, LON)
def test_the_loops_twin_says_the_same(lat, lon, to_lat, to_lon):
    told = great_circle_m(lat, lon, to_lat, to_lon)
    assert told == pytest.approx(float(distance_m(lat, lon, to_lat, to_lon)), rel=1e-6, abs=1e-6)


def test_the_angle_between_unit_vectors():
    luck = np.random.default_rng(1)
    lat, lon = luck.uniform(-90, 90, (2, 99)), luck.uniform(-180, 180, (2, 99))
    phi, turn = np.radians(lat), np.radians(lon)
    there = np.stack([np.cos(phi) * np.cos(turn), np.cos(phi) * np.sin(turn), np.sin(phi)])
    angle = np.arccos((there[:, 0] * there[:, 1]).sum(axis=0))
    far_m = distance_m(lat[0], lon[0], lat[1], lon[1])
    assert np.allclose(far_m, EARTH_M * angle, rtol=1e-6)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_brute_force_off_the_globe_is_refused():
    with pytest.raises(ValueError, match="at_lat=91 must be"):
        brute_force([1], [0.0], [0.0], 91, 0.0, k=1)
    with pytest.raises(ValueError, match="must be rows of one length"):
        brute_force([1, 2], [0.0], [0.0], 0.0, 0.0, k=1)


def test_points_that_do_not_go_together_are_refused():
    with pytest.raises(ValueError, match=r"^lat, lon, to_lat and to_lon must go together: \(\(2"):
        distance_m([0.0, 0.0], 0.0, 0.0, [0.0, 0.0, 0.0])


WRONG = [
    *(None, "", math.nan, 90.1, [0.0, -91.0], [[1], [1, 2]], True, [0.0] * 10**5 + [91]),
    *(np.int8(-128), np.int16(-(2**15)), np.iinfo(np.int64).min, np.uint8(200), 10**400),
    *(np.ma.array([1.0, 2.0], mask=[0, 1]), np.ma.array([1.0]), 1j),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda one: type(one).__name__)
def test_a_latitude_off_the_globe_is_refused(wrong):
    for name in ("lat", "to_lat"):
        with pytest.raises(
            ValueError, match=rf"(?s)^{name}=.* must be of numbers from -90 to 90"
        ) as trouble:
            distance_m(**({"lat": 0.0, "lon": 0.0, "to_lat": 0.0, "to_lon": 0.0} | {name: wrong}))
        assert len(str(trouble.value)) < 200


def test_small_numbers_are_as_good_as_large_ones():
    for kind in (np.int8, np.uint8, np.float16, np.int64):
        there = distance_m(kind(52), kind(13), kind(50), kind(120))
        assert there == distance_m(52.0, 13.0, 50.0, 120.0)


def test_ids_that_are_hidden_are_no_ids():
    with pytest.raises(ValueError, match=r"^ids, lat and lon must be rows of one length"):
        brute_force(np.ma.array([7, 8], mask=[0, 1]), [0.0, 1.0], [0.0, 1.0], 0.0, 0.0, k=1)
    with pytest.raises(ValueError, match=r"^ids, lat and lon must be rows of one length"):
        brute_force([[1], [1, 2]], [0.0, 1.0], [0.0, 1.0], 0.0, 0.0, k=1)
