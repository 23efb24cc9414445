"""Many cities: by hand, the unsharded index as an oracle, bad input."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalemodel.uber.location.cities import Cities, _square
from scalemodel.uber.location.grid import GeoIndex
from scalemodel.uber.location.rows import MOST_K
from scalemodel.uber.location.sphere import distance_m
from tests.conftest import cases

WEST, EAST = -30.0, -29.8  # two cities on 45° north, 15.7 km from each other
MIDDLE = (WEST + EAST) / 2
KM = 1 / 111.195 / math.cos(math.radians(45))  # of longitude there


def two(border_m=1_000, limit=5_000, level=11):
    return Cities([45.0, 45.0], [WEST, EAST], border_m, limit, level)


# ── Examples ────────────────────────────────────────────────────────────────
def near(cities, lon, radius_m, k=9):
    return cities.nearest(45.0, lon, k, radius_m).ids.tolist()


def lists(cities):
    """How many cars each city's lists have, and on which levels."""
    sizes = [sum(map(len, shards.values())) for shards in cities.shards]
    return sizes, {square[0] for shards in cities.shards for square in shards}


def test_a_car_in_the_strip_is_on_two_lists_and_in_an_answer_once():
    cities = two()
    assert [cities.owners(45.0, MIDDLE + far * KM) for far in (-1.01, -0.99, 0.99, 1.01)] == [
        [0], [0, 1], [0, 1], [1]]  # fmt: skip
    assert cities.move([7], [45.0], [MIDDLE + 0.5 * KM]) == 1
    assert near(cities, MIDDLE, 5_000) == [7] and lists(cities)[0] == [1, 1]
    assert cities.asked(45.0, MIDDLE, 5_000) == [0, 1]


def test_who_asks_from_further_inside_asks_the_neighbour_too():
    cities = two()
    cities.move([7], [45.0], [MIDDLE + 1.2 * KM])  # beyond the strip
    assert cities.owners(45.0, MIDDLE + 1.2 * KM) == [1]
    assert near(cities, MIDDLE - 1.5 * KM, 3_000) == [7]
    assert cities.asked(45.0, MIDDLE - 1.9 * KM, 3_000) == [0, 1]
    assert cities.asked(45.0, MIDDLE - 2.1 * KM, 3_000) == [0]
    half_m = float(distance_m(45.0, WEST, 45.0, EAST)) / 2
    assert two(border_m=0).asked(45.0, WEST, half_m) == [0, 1], "who is on the line is both's"


def test_a_hand_over_is_first_here_and_then_no_longer_there(monkeypatch):
    cities, asked = two(), []
    cities.move([7, 8], [45.0] * 2, [WEST] * 2)

    def remove(index, id):
        asked.append([near(cities, lon, 500, k=2) for lon in (WEST, EAST)])
        assert lists(cities)[0] == [2, 1], "it is on both lists, and counts on the new one"
        return was(index, id)

    was = GeoIndex.remove
    monkeypatch.setattr(GeoIndex, "remove", remove)
    cities.move([7], [45.0], [EAST])
    assert asked == [[[8], [7]]] and lists(cities)[0] == [1, 1]
    assert near(cities, WEST, 500, k=1) == [8]


def test_a_car_that_leaves_hides_nobody_behind_it(monkeypatch):
    cities = two()
    cities.move([7, 8], [45.0] * 2, [WEST, WEST + 0.001])
    monkeypatch.setattr(GeoIndex, "remove", lambda index, id: None)
    cities.move([7], [45.0], [EAST])
    assert near(cities, WEST, 500, k=1) == [8]


def test_who_stays_on_its_lists_stays_there():
    cities = two()
    cities.move([7, 7], [45.0] * 2, [WEST, WEST + 0.001])
    assert lists(cities)[0] == [1, 0] and near(cities, WEST, 500) == [7]


def test_old_news_changes_nothing():
    cities = two()
    assert cities.move([7, 7, 7], [45.0] * 3, [WEST, EAST, EAST], seq=[3, 3, 2]) == 1
    assert near(cities, WEST, 1) == [7]
    assert cities.move([7], [45.0], [EAST]) == 1, "without a number it counts on"
    assert cities.move([7, 7], [45.0] * 2, [WEST] * 2, seq=[4, 5]) == 1


def test_a_crowded_square_becomes_four_children():
    cities = two(limit=4, level=11)
    lat = 45.0 + np.arange(5) * 0.04
    cities.move(range(4), lat[:4], [WEST] * 4)
    assert lists(cities) == ([4, 0], {11})
    cities.move([4], lat[4:], [WEST])
    assert lists(cities) == ([5, 0], {12})
    assert cities.nearest(45.07, WEST, 9, 20_000).ids.tolist() == [2, 1, 3, 0, 4]
    cities.move([5], [45.0], [WEST])  # a newcomer finds the child
    cities.move([4], [45.12], [WEST])  # and who was divided leaves it
    assert lists(cities) == ([6, 0], {12})


def test_cars_in_one_spot_are_divided_until_a_square_is_two_metres_wide():
    cities = Cities([45.0], [WEST], limit=1)
    cities.move([7, 8], [45.0, 45.0], [WEST, WEST])
    assert lists(cities) == ([2], {24}) and near(cities, WEST, 1) == [7, 8]


def test_the_pole_and_the_date_line_are_in_a_square():
    cities = Cities([90.0], [180.0], level=3)
    cities.move([7, 8], [90.0, 0.0], [0.0, 180.0])
    assert set(cities.shards[0]) == {(3, 3, 4), (3, 2, 0)}
    assert cities.nearest(0.0, -180.0, 2, 2e7).ids.tolist() == [8, 7]
    assert cities.nearest(0.0, 180.0, MOST_K, 2e7).ids.tolist() == [8, 7]


# ── Laws ────────────────────────────────────────────────────────────────────
PLACES = st.tuples(st.floats(44.97, 45.03), st.floats(MIDDLE - 4 * KM, MIDDLE + 4 * KM))
CORNER = st.sampled_from([(45.0, MIDDLE), (45.0, WEST), (45.0, EAST), (44.96, MIDDLE)])
STEPS = st.lists(st.tuples(st.integers(0, 6), PLACES | CORNER, st.integers(0, 30)), max_size=25)
THREE = [45.0, 45.0, 44.9], [WEST, EAST, MIDDLE]


@given(steps=STEPS, at=PLACES | CORNER, border_m=st.sampled_from([0, 300, 2_000]),
       radius_m=st.floats(0, 5_000), k=st.integers(1, 8), limit=st.integers(1, 4))  # fmt: skip
@settings(max_examples=cases(100))
def test_many_desks_answer_as_one_index_would(steps, at, border_m, radius_m, k, limit):
    cities, one = Cities(*THREE, border_m, limit), GeoIndex()
    for id, place, seq in steps:
        moved = cities.move([id], [place[0]], [place[1]], seq=[seq])
        assert moved == one.move_one(id, *place, seq=seq)
    for city, shards in enumerate(cities.shards):
        there = [id for id in range(7) if id in one and city in cities.owners(*one.position(id))]
        assert sorted(id for index in shards.values() for id in range(7) if id in index) == there
    ours, theirs = (index.nearest(*at, k, radius_m) for index in (cities, one))
    assert ours.ids.tolist() == theirs.ids.tolist()
    assert ours.distance_m.tolist() == theirs.distance_m.tolist()


@given(at=PLACES | CORNER, radius_m=st.floats(0, 2_000))
@settings(max_examples=cases(100))
def test_up_to_the_strips_width_one_desk_is_asked(at, radius_m):
    assert len(Cities(*THREE, 2_000).asked(*at, radius_m)) == 1


GLOBE = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(st.lists(GLOBE, min_size=1, max_size=5), st.lists(GLOBE, min_size=1, max_size=9),
       GLOBE, st.floats(0, 2e7), st.sampled_from([0.0, 1e4, 1e6]))  # fmt: skip
@settings(max_examples=cases(60))
def test_also_over_poles_and_the_date_line(centres, cars, at, radius_m, border_m):
    cities, one = Cities(*zip(*centres, strict=True), border_m, limit=2, level=2), GeoIndex()
    lat, lon = zip(*cars, strict=True)
    cities.move(range(len(cars)), lat, lon)
    one.move(range(len(cars)), lat, lon)
    for far_m in (radius_m, radius_m / 1e3):
        assert cities.nearest(*at, 9, far_m).ids.tolist() == one.within(*at, far_m).ids.tolist()


# ── Oracle ──────────────────────────────────────────────────────────────────
# The unsharded index above; here a thousand cars that cross, with all asked of both.
def test_a_thousand_cars_cross_and_nobody_is_lost():
    rng = np.random.default_rng(17)
    cities, one = two(limit=60), GeoIndex()
    lat, lon = rng.uniform(44.95, 45.05, 1_000), rng.uniform(WEST, EAST, 1_000)
    for seq in range(3):
        cities.move(range(1_000), lat, lon, seq=[seq] * 1_000)
        one.move(np.arange(1_000), lat, lon)
        for at in zip(rng.uniform(44.95, 45.05, 20), rng.uniform(WEST, EAST, 20), strict=True):
            assert cities.nearest(*at, 10, 2e7).ids.tolist() == one.nearest(*at, 10).ids.tolist()
            assert cities.nearest(*at, 999, 900).ids.tolist() == one.within(*at, 900).ids.tolist()
        lon = WEST + EAST - lon  # everybody to the other side
    assert max(len(index) for shards in cities.shards for index in shards.values()) <= 60


def test_a_circle_touches_no_fewer_squares_than_its_own_points():
    rng = np.random.default_rng(3)
    for _ in range(200):
        lat, lon = rng.uniform(-89, 89), rng.uniform(-180, 180)
        there = lat + rng.normal(0, 2), (lon + rng.normal(0, 2) + 180) % 360 - 180
        there = max(-90, min(90, there[0])), there[1]
        cities = Cities([there[0]], [there[1]], level=9)
        cities.move([7], [there[0]], [there[1]])
        far_m = float(distance_m(lat, lon, *there))
        assert cities._touched(0, lat, lon, far_m) == [_square(9, *there)]
    cities = Cities([45.0], [WEST])
    cities.move([1, 2, 3], [45.1, 45.6, 45.1], [WEST, WEST, WEST + 0.7])  # 0.18° are a square
    assert cities._touched(0, 45.1, WEST, 1_000) == [_square(11, 45.1, WEST)]


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("wrong", "words"), [
    (dict(ids=[7], lat=[91.0], lon=[0.0], seq=[1]), "lat"), (dict(ids=[7], lat=[1.0], lon=[200.0], seq=[1]), "lon"),
    (dict(ids=[-1], lat=[1.0], lon=[0.0], seq=[1]), r"ids=\[-1\]"), (dict(ids=[7], lat=[1.0], lon=[0.0], seq=[-1]), r"seq=\[-1\]"),
    (dict(ids=[7, 8], lat=[1.0], lon=[0.0], seq=[1]), "lat has 1 places"), (dict(ids=7, lat=[1.0], lon=[0.0], seq=[1]), "ids=7"),
])  # fmt: skip
def test_a_report_that_means_nothing_is_named_and_nothing_is_done(wrong, words):
    cities = two()
    with pytest.raises(ValueError, match=words):
        cities.move(**wrong)
    assert lists(cities)[0] == [0, 0]


@pytest.mark.parametrize("wrong", [{"border_m": -1}, {"limit": 0}, {"level": 25}, {"lat": []}, {"lat": [1.0, 2.0]}], ids=repr)  # fmt: skip
def test_cities_that_cannot_be_are_named(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}.* must"):
        Cities(**{"lat": [45.0], "lon": [0.0], **wrong})
