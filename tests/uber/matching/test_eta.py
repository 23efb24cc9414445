"""ETAs: an equator's minute, avenues, Dijkstra beside scipy's, 4/π, bad input."""

import heapq
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.core import stats
from scalemodel.core.rng import stream
from scalemodel.uber.location.sphere import distance_m
from scalemodel.uber.matching import roads
from scalemodel.uber.matching.eta import StraightLine
from scalemodel.uber.matching.expected import expected_nearest_km
from scalemodel.uber.matching.roads import RoadGrid

KM = 1 / 111.19508  # degrees at the equator
with pytest.MonkeyPatch.context() as patch:
    patch.setattr(roads, "SLOWEST", 1.0)  # all streets alike
    PLAIN = RoadGrid(streets=31, block_m=100, avenue_kmh=30.0)
CITY = RoadGrid(lat=52.5, lon=13.4, streets=12, seed=5)


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_kilometre_at_thirty_takes_two_minutes():
    line = StraightLine(kmh=30)
    assert line.minutes(0.0, 0.0, [0.0, KM], [KM, 0.0]) == pytest.approx([2.0, 2.0], rel=1e-5)
    assert line.at_least(1000.0) == 2.0 and line.at_least(np.inf) == np.inf


def test_around_the_block():
    """Three blocks east and four north, at the pace of a street."""
    assert PLAIN.minutes(0, 0, 0.4 * KM, 0.3 * KM) == pytest.approx(0.7 * 2, rel=1e-5)
    assert PLAIN.minutes(0, 0, 0, 0) == pytest.approx(0, abs=1e-9)
    beside = PLAIN.minutes(0.01 * KM, 0, 0.4 * KM, 0)
    assert beside == pytest.approx((0.01 + 0.4) * 2, rel=1e-5), "back to the corner, and then"
    half_around = 179.7 / KM * 2
    for lon in (179.7, -179.7):
        assert PLAIN.minutes(0, lon, 0, 0) == pytest.approx(half_around, rel=1e-5), (
            "the nearer side"
        )


def test_avenues_are_faster_and_each_side_street_has_its_pace():
    city = RoadGrid(streets=41, block_m=100)
    for ends in ((0, -0.4 * KM, 0, 0.4 * KM), (-0.4 * KM, 0, 0.4 * KM, 0)):
        assert city.minutes(*ends) == pytest.approx(0.8 / 50 * 60, rel=1e-5)
    block_min = {n: city.table_min[n, n + 41] for n in range(41)}  # to the north, street by street
    slow = [0.1 / block_min[n] * 60 for n in range(41) if n % 5]
    assert 18 <= min(slow) < 20 and 28 < max(slow) <= 30
    assert [block_min[n] for n in (0, 5, 40)] == pytest.approx([0.12] * 3, rel=1e-5)
    east = [city.table_min[41 * n, 41 * n + 1] for n in (1, 2, 3)]  # along the streets to the east
    assert not np.isclose(east, [block_min[n] for n in (1, 2, 3)], rtol=1e-3).any()
    assert (np.diff(city.axes) > 0).all(), "from the south, and from the west"
    corner = city.axes[0][0], city.axes[1][0]
    assert city.minutes(*corner, *corner) == pytest.approx(0, abs=1e-9), "the first one is one too"
    one, other = (RoadGrid(streets=3, seed=seed).table_min for seed in (0, 1))
    assert (one != other).any() and (one == RoadGrid(streets=3).table_min).all()


@pytest.mark.parametrize("lon", [179.0, -179.0])
def test_a_city_on_the_antimeridian_is_like_any_other(lon):
    """Its streets go on where 180 east is 180 west."""
    wide = {"lat": 85.0, "streets": 27, "block_m": 1000.0, "seed": 2}  # 2.7 degrees of longitude
    there, middle = RoadGrid(lon=lon, **wide), RoadGrid(lon=0.0, **wide)
    assert np.allclose(there.table_min, middle.table_min, rtol=1e-6)
    east, to_east = np.linspace(-1.2, 1.2, 25), np.linspace(1.2, -1.1, 25)
    wrapped = [(lon + far + 180) % 360 - 180 for far in (east, to_east)]
    told = there.minutes(85.03, wrapped[0], 84.95, wrapped[1])
    assert np.allclose(told, middle.minutes(85.03, east, 84.95, to_east), rtol=1e-6)


# ── Laws ────────────────────────────────────────────────────────────────────
@given(st.integers(0, 2**32))
def test_no_way_is_faster_than_straight_ahead_at_the_top_speed(seed):
    lat, lon, to_lat, to_lon = np.random.default_rng(seed).uniform(-2, 2, (4, 50)) * KM
    lat, to_lat, lon, to_lon = 52.5 + lat, 52.5 + to_lat, 13.4 + lon * 1.6, 13.4 + to_lon * 1.6
    far_m = distance_m(lat, lon, to_lat, to_lon)
    for eta in (CITY, StraightLine(kmh=30)):
        assert (eta.minutes(lat, lon, to_lat, to_lon) >= eta.at_least(far_m) - 1e-9).all()


def test_a_detour_is_never_shorter():
    table = CITY.table_min
    for middle in range(0, len(table), 7):
        assert (table <= table[:, [middle]] + table[[middle]] + 1e-9).all()


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_dijkstra_by_hand():
    graph = (CITY.graph + CITY.graph.T).tocsr()  # there and back
    assert graph.nnz == 4 * 12 * 11
    for start in (0, 37, 100):
        far, heap = {}, [(0.0, start)]
        while heap:
            now, at = heapq.heappop(heap)
            if at not in far:
                far[at] = now
                for edge in range(graph.indptr[at], graph.indptr[at + 1]):
                    heapq.heappush(heap, (now + graph.data[edge], graph.indices[edge]))
        assert [far[at] for at in range(144)] == pytest.approx(CITY.table_min[start])


def test_a_grid_is_four_over_pi_of_the_straight_line():
    """|cos| + |sin| over all directions; to a corner it is half a block each way, or the diagonal."""
    angle, far_km = np.linspace(0, 2 * math.pi, 3600, endpoint=False), 1.4
    north, east = np.sin(angle) * far_km, np.cos(angle) * far_km
    km = PLAIN.minutes(0, 0, north * KM, east * KM) / 2
    assert np.abs(km - np.abs(north) - np.abs(east)).max() <= 0.1 + 0.05 * math.sqrt(2) + 1e-5
    assert km.mean() / far_km == pytest.approx(4 / math.pi, abs=0.1)
    row, column = np.divmod(np.arange(31**2), 31)
    blocks = np.abs(row - 15) + np.abs(column - 15)
    assert PLAIN.table_min[15 * 31 + 15] == pytest.approx(blocks * 0.2, rel=1e-4), "to all corners"


@pytest.mark.parametrize("k", [1, 2, 10])
def test_the_nearest_of_a_poisson_crowd(k):
    """On a torus of 10 km with as many points as chance says; 40 askers each, 20 crowds."""
    means, squares = [], []
    mean, variance = expected_nearest_km(k, 20.0)
    for seed in range(20):
        rng = stream(seed, "crowd")
        cars = rng.uniform(0, 10, (rng.poisson(20 * 100), 2))
        away = np.abs(cars - rng.uniform(0, 10, (40, 1, 2)))
        far = np.sort(np.hypot(*np.minimum(away, 10 - away).transpose(2, 0, 1)))[:, k - 1]
        means.append(far.mean() - mean)
        squares.append(((far - mean) ** 2).mean() - variance)
    assert stats.agrees(means) and stats.agrees(squares)


def test_the_figures_of_the_nearest():
    for density, first, tenth, spread in [
        (5, 0.22361, 0.78798, 0.013662), (20, 0.11180, 0.39399, 0.0034155),
        (80, 0.05590, 0.19699, 0.00085387),
    ]:  # fmt: skip
        assert expected_nearest_km(1, density) == pytest.approx((first, spread), rel=1e-4)
        assert expected_nearest_km(10, density)[0] == pytest.approx(tenth, rel=1e-4)
    far, variance = expected_nearest_km(1000, 1.0)
    assert variance == pytest.approx(1 / (4 * math.pi), rel=1e-3), "the limit of large k"
    assert far == pytest.approx(math.sqrt(1000 / math.pi), rel=1e-3)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("eta", [StraightLine(), CITY])
@pytest.mark.parametrize(
    ("places", "words"),
    [
        ((91, 0, 0, 0), "lat=91 must be of numbers from -90 to 90"),
        ((0, [0, -181], 0, 0), r"lon=\[0, -181\] must be"),
        ((0, 0, np.nan, 0), "to_lat=nan must be"),
        ((0, 0, 0, "east"), "to_lon='east' must be"),
        (([0, 0], 0, 0, [0, 0, 0]), r"lat, lon, to_lat and to_lon must go together"),
    ],
)
def test_what_is_no_place_is_refused(eta, places, words):
    with pytest.raises(ValueError, match=words):
        eta.minutes(*places)
    with pytest.raises(ValueError, match="distance_m=-1 must be"):
        eta.at_least(-1)
    with pytest.raises(ValueError, match=r"(?s)distance_m=masked_array.* must be"):
        eta.at_least(np.ma.array([1.0, 2.0], mask=[0, 1]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"streets": 1}, {"streets": 52}, {"block_m": 5}, {"street_kmh": 0.5},
        {"street_kmh": 60.0, "avenue_kmh": 50.0}, {"lat": 86.0}, {"lon": 180.0},
    ],
)  # fmt: skip
def test_what_is_no_city_is_refused(wrong):
    with pytest.raises(ValueError, match=f"{[*wrong][-1]}=.* must be"):
        RoadGrid(**wrong)
