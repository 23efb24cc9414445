"""The index of moving cars: by hand, a dictionary beside it, brute force, bad input."""

import math
from contextlib import ExitStack
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from scipy.stats import chisquare

from scalemodel.uber.location import cells, search
from scalemodel.uber.location.cells import columns_in
from scalemodel.uber.location.grid import GeoIndex
from scalemodel.uber.location.rows import columns, place, whole_row
from scalemodel.uber.location.sphere import MOST_M, brute_force, distance_m
from tests.conftest import cases

ADA, BO, CY = 7, 8, 2**62  # drivers


def index_of(lat, lon, cell_m=250, ids=None):
    index = GeoIndex(cell_m)
    index.move(np.arange(len(lat)) if ids is None else ids, lat, lon)
    return index


def same(found, ids, far_m):
    """As the brute force has it; who is as far, to a hair, may stand in another order."""
    assert np.allclose(found.distance_m, far_m, rtol=1e-6, atol=1e-6)
    assert (np.diff(found.distance_m) >= 0).all()
    odd = ~np.isin(found.ids, ids)
    assert np.allclose(found.distance_m[odd], far_m[-1:], rtol=0, atol=1e-6), found.ids[odd]
    assert len(set(found.ids.tolist())) == len(ids)


def hold_against_brute_force(index, ids, lat, lon, at, k=10, radius_m=2000.0):
    for at_lat, at_lon in at:
        same(index.nearest(at_lat, at_lon, k), *brute_force(ids, lat, lon, at_lat, at_lon, k))
        near = brute_force(ids, lat, lon, at_lat, at_lon, len(ids) or 1, radius_m)
        same(index.within(at_lat, at_lon, radius_m), *near)
        near = brute_force(ids, lat, lon, at_lat, at_lon, k, radius_m)
        same(index.nearest(at_lat, at_lon, k, radius_m=radius_m), *near)


# ── Examples ────────────────────────────────────────────────────────────────
def test_old_news_changes_nothing_in_a_batch_or_alone():
    index = GeoIndex()
    moved = index.move([ADA, BO, ADA, ADA], [1, 2, 3, 4], [1, 2, 3, 4], [0, 0, 9, 9], [5, 0, 6, 6])
    assert moved == 3 and index.position(ADA) == (3.0, 3.0)
    assert not index.move_one(ADA, 5.0, 5.0, seq=6)
    assert index.move_one(ADA, 5.0, 5.0), "without a number it is believed"
    assert not index.move_one(ADA, 6.0, 6.0, seq=7), "and counted on"
    assert index.move_one(ADA, 6.0, 6.0, seq=8) and index.position(ADA) == (6.0, 6.0)
    assert index.move_one(CY, 1.0, 1.0), "who never gave one has sent number 0"
    assert not index.move_one(CY, 2.0, 2.0, seq=0) and index.move_one(CY, 2.0, 2.0, seq=1)


def test_who_is_silent_goes_and_who_goes_is_unknown():
    index = GeoIndex()
    index.move([ADA, BO, CY], [1, 1, 1], [1, 1, 1], time_s=[0.0, 4.0, 5.0])
    assert index.expire(now_s=16.0, ttl_s=12.0) == 1, "twelve seconds are not longer than twelve"
    assert ADA not in index and CY in index and len(index) == 2
    assert index.remove(CY) and not index.remove(CY) and len(index) == 1
    assert index.within(1.0, 1.0, 10).ids.tolist() == [BO]
    with pytest.raises(KeyError, match="id=7 must be a car that is here"):
        index.position(ADA)


def test_equals_stand_by_id_and_only_who_is_free_is_found():
    index = index_of([1.0] * 40, [1.0] * 40, ids=np.arange(40)[::-1])
    assert index.nearest(1.0, 1.0, 5).ids.tolist() == [0, 1, 2, 3, 4]
    assert index.nearest(1.0, 1.0, 2, radius_m=0.0).ids.tolist() == [0, 1]
    assert index.within(1.0, 1.0, 0.0).ids.tolist() == list(range(40))
    for order in (1, -1):
        crowd = index_of([1.0] * 40, [1.0] * 40, ids=np.arange(40)[::order])
        assert crowd.nearest(1.001, 1.0, 5).ids.tolist() == [0, 1, 2, 3, 4], "from afar too"
    free = np.arange(30) % 2 == 1
    assert index.nearest(1.0, 1.0, 3, available=free).ids.tolist() == [1, 3, 5]
    assert index.nearest(1.0, 1.0, 40, available=free).ids.tolist() == list(range(1, 30, 2))
    assert index.nearest(1.0, 1.0, 3, available=[]).ids.tolist() == []
    short_m = np.nextafter(index.nearest(1.001, 1.0, 1).distance_m[0], 0)
    assert index.nearest_many([1.001], [1.0], 2, radius_m=short_m)[0].tolist() == [[-1, -1]]
    ids, far_m = index.nearest_many([1.0, 2.0], [1.0, 1.0], 3, available=[False, True])
    assert index.nearest_many([1.0], [1.0], 10**6, available=free)[0][0, 14:17].tolist() == [
        29,
        -1,
        -1,
    ]
    assert ids.tolist() == [[1, -1, -1]] * 2 and far_m[0].tolist() == [0.0, math.inf, math.inf]


def test_the_nearest_alone_is_the_first_of_ten():
    luck = np.random.default_rng(5)
    index = index_of(*layout("uniform", 2000, luck))
    for at in zip(*layout("uniform", 20, luck), strict=True):
        assert index.nearest(*at, 1).ids[0] == index.nearest(*at, 10).ids[0]


@pytest.mark.parametrize("cell_m", [30, 250, 1000])
def test_a_cell_is_about_as_wide_and_as_high_as_asked_for(cell_m):
    degrees = cell_m / 111_195
    bands = GeoIndex(cell_m)._bands
    rows = {cells.cell_of(bands, 52.0 + n * degrees / 10, 13.0)[0] for n in range(1000)}
    wide = degrees / math.cos(math.radians(52))
    columns = {cells.cell_of(bands, 52.0, 13.0 + n * wide / 10)[1] for n in range(1000)}
    assert len(rows) in (100, 101) and len(columns) in (99, 100, 101)


def test_an_empty_index_finds_nobody():
    index = GeoIndex()
    assert len(index) == 0 and index.nearest(0.0, 0.0, 3).ids.tolist() == []
    assert index.move([], [], []) == 0 and index.expire(0, 0) == 0


def test_a_car_takes_64_bytes():
    luck = np.random.default_rng(1)
    index = index_of(luck.uniform(52, 53, 5000), luck.uniform(13, 14, 5000))
    assert index.bytes <= 64 * len(index)
    for id in range(5000, 5100):
        index.move_one(id, 52.5, 13.5)
        assert index.bytes <= 64 * len(index)


@pytest.mark.parametrize("alone", [True, False])
def test_room_grows_by_a_tenth(alone):
    index, bytes, grown = GeoIndex(), GeoIndex().bytes, []
    for id in range(100):
        _ = index.move_one(id, 52.5, 13.5) if alone else index.move([id], [52.5], [13.5])
        if index.bytes > bytes:
            bytes = index.bytes
            grown.append(len(index))
    assert grown == [65, 71, 78, 85, 93], "at first there is room for 64"


def in_order(index):
    """Whether the rows stand chain by chain."""
    places, _, ids, _, _ = index._grid
    cars = [places[row, :2].tolist() for row in range(1, ids[0, 1] + 1)]
    chains = [cells.head_of(*cells.cell_of(index._bands, *car), len(ids)) for car in cars]
    return chains == sorted(chains)


ASKED = {
    "nearest": lambda index: index.nearest(0.0, 0.0, 1),
    "within": lambda index: index.within(0.0, 0.0, 1e6),
    "nearest_many": lambda index: index.nearest_many([0.0], [0.0], 1),
}


@pytest.mark.parametrize("asked", ASKED)
def test_after_many_moves_a_question_puts_the_rows_in_order(asked):
    index = GeoIndex(1e6)
    for id in range(32):
        assert index.move_one(id, 80 - 4.0 * id, -5.0 * id, time_s=60.0 + id, seq=id + 1)
    index.move([1, 1], [0.0, 1.0], [0.0, 0.0], seq=[1, 0])
    ASKED[asked](index)
    assert not in_order(index), "32 moves, half of the room, and old news"
    index.move_one(32, -50.0, 0.0)
    told = [index.position(id) for id in range(33)]
    assert not in_order(index), "nobody asked"
    ASKED[asked](index)
    assert in_order(index) and told == [index.position(id) for id in range(33)]
    assert not any(index.move_one(id, 0.0, 0.0, seq=id + 1) for id in range(32)), "still old news"
    assert index.expire(now_s=91.0, ttl_s=60.0) == 1, "of 32 no time was said"
    index.check()
    index.move(range(2, 32), np.linspace(80, -80, 30), np.zeros(30))
    index.move(range(2, 32), np.linspace(80, -80, 30), np.ones(30))
    assert not in_order(index)
    ASKED[asked](index)
    assert in_order(index)


def test_of_many_cars_half_as_many_moves_are_many():
    index = index_of(np.linspace(-80, 80, 200), np.linspace(-170, 170, 200), 1e6)
    index._tidy()
    for cars, ordered in ((range(100), False), (range(150, 151), True), (range(101), True)):
        index.move(cars, *np.random.default_rng(len(cars)).uniform(-80, 80, (2, len(cars))))
        index.nearest(0.0, 0.0, 1)
        assert in_order(index) == ordered


def test_who_gave_no_time_was_seen_at_nought():
    index = GeoIndex()
    index.move([ADA], [1.0], [1.0])
    index.move_one(BO, 1.0, 1.0)
    assert index.expire(now_s=0.0, ttl_s=0.0) == 0 and index.expire(now_s=0.5, ttl_s=0.0) == 2


# ── Laws ────────────────────────────────────────────────────────────────────
# Few places, so that cars meet: across the antimeridian, at both poles, and a crowd.
LATS = st.sampled_from([-90.0, -89.9995, 0.0, 0.001, 52.5, 52.5001, 89.9999, 90.0])
LONS = st.sampled_from([-180.0, -179.999, 0.0, 13.4, 13.401, 179.9995, 180.0])
IDS = st.sampled_from([0, 1, 2, 3, 2**31, 2**40 + 1, 2**63 - 1])


class History(RuleBasedStateMachine):
    """Any history of reports, beside a dictionary."""

    def __init__(self):
        super().__init__()
        self.index, self.cars = GeoIndex(300), {}  # id: (lat, lon, time_s, seq)

    def noted(self, id, lat, lon, time_s, seq):
        last = self.cars.get(id, (0, 0, 0, -1))[3]
        if seq is not None and seq <= last:
            return False
        self.cars[id] = lat, lon if lon < 180 else -180.0, time_s, last + 1 if seq is None else seq
        return True

    @rule(id=IDS, lat=LATS, lon=LONS, time_s=st.integers(0, 9), seq=st.none() | st.integers(0, 5))
    def move_one(self, id, lat, lon, time_s, seq):
        told = self.index.move_one(id, lat, lon, float(time_s), seq)
        assert told == self.noted(id, lat, lon, time_s, seq)

    @rule(
        rows=st.lists(st.tuples(IDS, LATS, LONS, st.integers(0, 9), st.integers(0, 5)), min_size=1)
    )
    def move(self, rows):
        assert self.index.move(*zip(*rows, strict=True)) == sum(self.noted(*row) for row in rows)

    @rule(first=st.integers(10, 99), lat=LATS, lon=LONS)
    def a_crowd_comes(self, first, lat, lon):
        ids = range(first, first + 60)
        self.index.move(ids, [lat] * 60, [lon] * 60)
        assert all(self.noted(id, lat, lon, 0, None) for id in ids)

    @rule(id=IDS | st.integers(10, 99))
    def remove(self, id):
        assert self.index.remove(id) == (self.cars.pop(id, None) is not None)

    @rule(now_s=st.integers(0, 12), ttl_s=st.integers(0, 5))
    def expire(self, now_s, ttl_s):
        old = [id for id, car in self.cars.items() if now_s - car[2] > ttl_s]
        assert self.index.expire(now_s, ttl_s) == len(old)
        for id in old:
            del self.cars[id]

    @rule(lat=LATS, lon=LONS, k=st.integers(1, 80), radius_m=st.sampled_from([50.0, 500.0, 3e7]))
    def ask(self, lat, lon, k, radius_m):
        ids = np.array([*self.cars], dtype=np.int64)
        places = np.array([car[:2] for car in self.cars.values()]).reshape(-1, 2).T
        hold_against_brute_force(self.index, ids, *places, [(lat, lon)], k, radius_m)

    @invariant()
    def it_is_sound(self):
        self.index.check()
        assert len(self.index) == len(self.cars)
        assert all(self.index.position(id) == car[:2] for id, car in self.cars.items())


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=cases(12), stateful_step_count=20, deadline=None)


def test_a_car_that_crosses_the_globe_is_always_in_its_cell():
    luck, index, lat, lon = np.random.default_rng(6), GeoIndex(1e6), 0.0, 0.0
    for _ in range(400):
        lat = min(max(lat + luck.normal(0, 3), -90), 90)
        lon = (lon + luck.normal(0, 9) + 180) % 360 - 180
        index.move_one(ADA, lat, lon)
        index.check()


def test_whoever_leaves_the_others_are_found():
    """In a full table, where nearly all stand beside their homes."""
    index, luck = index_of([1.0] * 64, [1.0] * 64), np.random.default_rng(7)
    for id in luck.permutation(64).tolist():
        assert index.remove(id)
        index.check()


@pytest.mark.parametrize("high", [0, 32])
def test_ids_are_spread_over_the_table(high):
    """Small ones, and those that differ in their high bits alone: none is looked for long."""
    index = GeoIndex()
    homes = np.array([cells.find(index._grid, id << high) for id in range(9600)])
    counts = np.bincount(homes - homes.min(), minlength=len(index._grid[-1]) - 65)
    assert len(counts) == 97 and chisquare(counts).pvalue > 0.001
    assert (np.diff(homes) == 0).mean() < 2 / 97, "neighbours by number are none by home"


def plainly(index):
    """The same index, whose loops run as they are written."""
    stack = ExitStack()
    for module, names in LOOPS.items():
        plain = {name: _Plain(getattr(module, name)) for name in names}
        stack.enter_context(patch.multiple(module, **plain))
    return stack


LOOPS = {
    cells: ("put", "put_many", "take", "take_silent", "rebuild", "tidy"),
    search: ("circle", "nearest", "nearest_many"),
}


class _Plain:
    def __init__(self, loop):
        self.native = self.unchecked = self.loop = loop

    def __call__(self, *arguments):
        return self.loop(*arguments)


@settings(max_examples=cases(10), deadline=None)
@given(st.lists(st.tuples(IDS, LATS, LONS, st.integers(0, 9)), max_size=70), LATS, LONS)
def test_the_compiled_loop_is_the_one_that_you_read(rows, at_lat, at_lon):
    def run():
        index = GeoIndex(400)
        if rows:
            ids, lat, lon, seq = zip(*rows, strict=True)
            index.move(ids, lat, lon, seq=seq)
        index.move(range(100, 150), np.linspace(52, 52.1, 50), [13.4] * 50, time_s=range(50))
        index.move_one(1, 52.501, 13.4)
        index.expire(30.0, 5.0)
        found = [*index.within(at_lat, at_lon, 5e4), *index.nearest(52.0, 13.4, 9)]
        found += index.nearest_many([at_lat], [at_lon], 7, 1e6)
        return [row.tobytes() for row in (*found, *index._grid)]

    compiled = run()
    with plainly(GeoIndex):
        assert run() == compiled


# ── Oracle ──────────────────────────────────────────────────────────────────
LAYOUTS = ["uniform", "hot", "antimeridian", "north", "south", "world"]


def layout(name, n, luck):
    """Cars, and the points from which they are looked for."""
    if name == "uniform":
        lat, lon = luck.uniform(52.3, 52.7, n), luck.uniform(13.1, 13.7, n)
    elif name == "hot":
        spot = luck.uniform(-0.15, 0.15, (2, 12))[:, luck.integers(0, 12, n)]
        lat, lon = np.array([[52.5], [13.4]]) + spot + luck.normal(0, 0.01, (2, n))
    elif name == "antimeridian":
        lat, lon = luck.uniform(-17.2, -16.8, n), luck.uniform(179.8, 180.2, n)
        lon = np.where(lon > 180, lon - 360, lon)
    elif name == "world":
        lat, lon = np.degrees(np.arcsin(luck.uniform(-1, 1, n))), luck.uniform(-180, 180, n)
    else:
        far = np.sqrt(luck.uniform(0, 0.1, n))
        lat, lon = (90 - far if name == "north" else far - 90), luck.uniform(-180, 180, n)
    return lat, lon


@pytest.mark.parametrize("cell_m", [60, 250, 3000, 1e6])
@pytest.mark.parametrize("name", LAYOUTS)
def test_the_nearest_are_those_of_the_brute_force(name, cell_m):
    luck = np.random.default_rng(3)
    lat, lon = layout(name, 4000, luck)
    index, ids = index_of(lat, lon, cell_m), np.arange(4000)
    places = [(lat[n], lon[n]) for n in range(4)] + [*zip(*layout(name, 8, luck), strict=True)]
    places += [(90.0, 0.0), (-90.0, 7.0), (0.0, 180.0), (-17.0, -180.0)]
    hold_against_brute_force(index, ids, lat, lon, places)
    hold_against_brute_force(index, ids, lat, lon, places[:3], k=200, radius_m=9000.0)
    index.move(ids, *layout(name, 4000, luck))
    index.check()


@pytest.mark.parametrize("name", LAYOUTS)
def test_few_or_many_and_whoever_may_be_had_are_those_of_the_brute_force(name):
    for seed in range(cases(50)):
        luck = np.random.default_rng([seed, LAYOUTS.index(name)])
        n, cell_m, k = (int(10 ** luck.uniform(*upto)) for upto in ((0, 3.3), (1.7, 6), (0, 2)))
        radius_m = 10 ** luck.uniform(1, 7.2) if luck.random() < 0.5 else None
        lat, lon = layout(name, n, luck)
        free = luck.random(n) < luck.random()
        index, ids = index_of(lat, lon, cell_m), np.arange(n)[free]
        for at in [(lat[0], lon[0]), (-lat[0], lon[0]), *zip(*layout(name, 3, luck), strict=True)]:
            true = brute_force(ids, lat[free], lon[free], *at, k, radius_m or MOST_M)
            same(index.nearest(*at, k, radius_m, free), *true)


def test_a_chain_that_a_circle_meets_twice_gives_its_cars_once():
    index = index_of([0.98] * 3, [179.9998, -179.9995, -179.999], ids=[7, 8, 9])
    assert index.nearest(0.98, 180.0, k=2).ids.tolist() == [7, 8]
    assert index.within(0.98, -180.0, 2000.0).ids.tolist() == [7, 8, 9]


def test_a_circle_to_the_first_column_past_the_date_line_has_its_cars_once():
    """In this band the last column and the first have one head, and nothing lies further east."""
    index = GeoIndex()
    heads, bands = index._grid[0].shape[0], index._bands
    band = next(b for b in range(bands // 2, bands) if columns_in(b, bands) % heads == 1)
    lat, columns = (band + 0.5) / bands * 180 - 90, columns_in(band, bands)
    wide = 360 / columns
    index.move([7, 8], [lat, lat], [180 - wide / 2, wide / 2 - 180])
    metres = distance_m(lat, 0.0, lat, wide)
    assert index.within(lat, 180 - wide / 2, 1.01 * metres).ids.tolist() == [7, 8]
    assert index.nearest(lat, 180 - wide / 2, 2).ids.tolist() == [7, 8]


def test_a_few_cars_at_the_end_of_the_world_are_found_once():
    index = index_of([-90.0, -89.9999], [0.0, 90.0])
    assert index.within(-90.0, 0.0, 1e6).ids.tolist() == [0, 1]
    assert index.nearest(50.0, 0.0, 5).ids.tolist() == [1, 0]


@pytest.mark.parametrize("cell_m", range(700, 1300, 100))
def test_around_a_pole_each_car_is_found_once(cell_m):
    """So near that cells are looked at, and so few cars that some cells share a head."""
    luck = np.random.default_rng(8)
    far, lon = np.sqrt(luck.uniform(0, 0.0012, 60)), luck.uniform(-180, 180, 60)
    for pole in (1, -1):
        lat = pole * (90 - far)
        at = [(pole * 90.0, 0.0), (lat[0], lon[0])]
        hold_against_brute_force(
            index_of(lat, lon, cell_m), np.arange(60), lat, lon, at, radius_m=2.5 * cell_m
        )


@pytest.mark.parametrize("cell_m", [30, 250, 2000])
def test_on_both_sides_of_the_date_line_each_car_is_found_once(cell_m):
    """Few cars and many, so that some columns to its east and west have one head."""
    for seed in range(cases(100)):
        luck = np.random.default_rng([seed, cell_m])
        n, middle = int(10 ** luck.uniform(0, 3)), luck.uniform(-89.9, 89.9)
        wide = cell_m / 1e5 * luck.uniform(1, 8)
        lat = np.clip(middle + wide * luck.uniform(-1, 1, n), -90, 90)
        lon = 180 + wide / math.cos(math.radians(middle)) * luck.uniform(-1, 1, n)
        lon = (lon + 180) % 360 - 180
        index = index_of(lat, lon, cell_m)
        at = [(middle, 180.0), (middle, -180.0), (lat[0], lon[0])]
        hold_against_brute_force(index, np.arange(n), lat, lon, at, radius_m=6 * cell_m)


def test_the_date_line_is_one_line_and_nothing_is_nearer_than_nothing():
    index = index_of([0.0, 0.0], [180.0, -180.0])
    assert index.within(0.0, -180.0, 0.0).ids.tolist() == [0, 1]
    assert index.within(0.0, 180.0, 0.0).ids.tolist() == [0, 1]
    assert index.position(0) == index.position(1) == (0.0, -180.0)
    assert index.move_one(2, 0.0, 180) and index.position(2) == (0.0, -180.0)


def test_many_at_once_are_one_after_the_other():
    luck = np.random.default_rng(4)
    index = index_of(*layout("hot", 3000, luck))
    lat, lon = layout("hot", 30, luck)
    ids, far_m = index.nearest_many(lat, lon, 6, radius_m=300.0)
    circles = index.within_many(lat, lon, 300.0)
    for n, (at_lat, at_lon) in enumerate(zip(lat, lon, strict=True)):
        one = index.nearest(at_lat, at_lon, 6, radius_m=300.0)
        assert ids[n][ids[n] >= 0].tolist() == one.ids.tolist() == circles[n].ids[:6].tolist()
        assert far_m[n][: len(one.ids)].tolist() == one.distance_m.tolist()
        assert (far_m[n][len(one.ids) :] == math.inf).all()
        assert np.allclose(distance_m(*index.position(one.ids[0]), at_lat, at_lon) if len(one.ids)
                           else 0, one.distance_m[:1], rtol=1e-6)  # fmt: skip


def test_metres_are_those_of_the_haversine_near_and_far():
    """Sines of small angles are a series: it must not be seen where it ends, at some 250 km."""
    away = np.geomspace(0.05, 20.0, 300)
    lat, lon = np.tile(40 + away, 2), np.repeat([13.4, 13.4 + 1.7], 300)
    lon[:300] += away
    index = index_of(lat, lon)
    for ids, metres in (index.nearest(40.0, 13.4, 600), index.within(40.0, 13.4, 1e7)):
        assert len(ids) == 600
        np.testing.assert_allclose(metres, distance_m(40.0, 13.4, lat[ids], lon[ids]), rtol=1e-11)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("lat", [90.5, -90.5, 1e300])
def test_a_question_from_beyond_a_pole_is_refused(lat):
    index = index_of([52.5], [13.4])
    with pytest.raises(ValueError, match="lat="):
        index.nearest(lat, 13.4, 1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ids": [1, -2]}, r"ids=\[1, -2\] must be a row of whole numbers from 0"),
        ({"ids": [1.0, 2.0]}, "must be a row of whole numbers"),
        (
            {"ids": np.array([1, 2**63], dtype=np.uint64)},
            "ids=.* must be a row of whole numbers from 0 to 9223372036854775807",
        ),
        ({"ids": [1]}, "lat has 2 places; it must have 1, as ids"),
        ({"lat": [0.0, math.nan]}, r"lat\[1\]=nan must be a finite number"),
        ({"lat": [0.0, 90.1]}, r"lat\[1\]=90.1 must be .* at most 90"),
        ({"lon": [-180.1, 0.0]}, r"lon\[0\]=-180.1 must be .* at least -180"),
        ({"lat": [0.0], "lon": [0.0]}, "lat has 1 places; it must have 2"),
        ({"lon": [0.0]}, "lat and lon must have one length: 2 and 1"),
        ({"time_s": [0.0]}, "time_s has 1 places; it must have 2"),
        ({"seq": []}, "seq has 0 places; it must have 2"),
        ({"seq": [0, -1]}, r"seq=\[0, -1\] must be a row of whole numbers"),
        ({"seq": [0, 2**53]}, "seq=.* from 0 to 9007199254740991"),
        ({"ids": [[1], [2, 3]]}, "ids=.* must be a row of whole numbers"),
    ],
)
def test_a_bad_batch_is_refused_whole(change, words):
    index = index_of([1.0], [1.0], ids=[1])
    with pytest.raises(ValueError, match=words):
        index.move(**({"ids": [1, 2], "lat": [2.0, 2.0], "lon": [2.0, 2.0]} | change))
    assert len(index) == 1 and index.position(1) == (1.0, 1.0)


def test_a_bad_question_is_refused():
    index = index_of([1.0], [1.0])
    for call, words in (
        (lambda: index.move_one(0, math.nan, 0), "lat=nan must be"),
        (lambda: index.move_one(0, 0.0, 180.5), "lon=180.5 must be"),
        (lambda: index.move_one(0, 0.0, 0.0, math.inf), "time_s=inf must be"),
        (lambda: index.move_one(-1, 0.0, 0.0), "id=-1 must be"),
        (lambda: index.move_one(0, 0.0, 0.0, seq=True), "seq=True must be"),
        (lambda: index.move_one(0, 0.0, 0.0, seq=2**53), "seq=9007199254740992 must be"),
        (lambda: index.nearest(0.0, 0.0, 0), "k=0 must be"),
        (lambda: index.nearest(0.0, 0.0, 1, radius_m=-1), "radius_m=-1 must be"),
        (lambda: index.nearest(0.0, 0.0, 1, available=[1]), "available=.* must be a row of True"),
        (lambda: index.within(0.0, 0.0, None), "radius_m=None must be"),
        (lambda: index.expire(0.0, -1), "ttl_s=-1 must be"),
        (lambda: GeoIndex(0.5), "cell_m=0.5 must be"),
    ):
        with pytest.raises(ValueError, match=words):
            call()
    assert index.position(0) == (1.0, 1.0)


@pytest.mark.parametrize("far", [1e-9, 0.5, 500.0])
def test_a_place_beyond_the_globe_is_refused_in_a_row_or_alone(far):
    for lat, lon, name in ((90 + far, 0.0, "lat"), (-90 - far, 0.0, "lat"),
                           (0.0, 180 + far, "lon"), (0.0, -180 - far, "lon")):  # fmt: skip
        with pytest.raises(ValueError, match=f"^{name}=.* must be"):
            place(lat, lon)
        with pytest.raises(ValueError, match=rf"^{name}\[0\]=.* must be"):
            columns([ADA], [lat], [lon])
    assert place(-90.0, -180.0) == (-90.0, -180.0) == place(-90, 180) and place(90.0, 0)[0] == 90.0


def test_a_row_of_ids_is_one_row_of_whole_numbers():
    for wrong in ([-1, 2], [0, 10], [1.0, 2.0], [[1, 2], [3, 4]], np.zeros((0, 2)), 3):
        with pytest.raises(ValueError, match=r"(?s)ids=.* must be a row of whole numbers"):
            whole_row("ids", wrong, 9)
    assert whole_row("ids", [0, 9], 9).tolist() == [0, 9] and not len(whole_row("ids", [], 9))


def test_ids_that_are_hidden_are_no_ids():
    index = GeoIndex()
    for hidden in (np.ma.array([7, 8], mask=[0, 1]), [[7], [7, 8]]):
        with pytest.raises(ValueError, match=r"(?s)ids=.* must be a row of whole"):
            index.move(hidden, [0.0, 0.0], [0.0, 0.0])
    assert len(index) == 0


@pytest.mark.parametrize("order", [(7, 8), (8, 7)])
def test_a_cell_is_looked_at_as_far_as_it_reaches_beyond_the_circle(order):
    """It is not looked at again, so nobody in it may be passed by, however far north he is."""
    places = {7: (68.5, 9.04), 8: (68.0, 11.0)}
    index = GeoIndex(cell_m=1e6)
    for id in order:
        index.move_one(id, *places[id])
    index.move(range(100, 160), [-40.0] * 60, [100.0] * 60)  # so that cells are worth their while
    lat, lon = zip(*places.values(), strict=True)
    true, _ = brute_force([*places], lat, lon, 60.0, 1.0, k=1)
    assert true.tolist() == [8] == index.nearest(60.0, 1.0, k=1).ids.tolist()
