"""Stores: the same answers from an index in memory, from a real Redis, and from many as one."""

import socket

import numpy as np
import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.core.rng import stream
from scalemodel.parts.redis_server import PrivateServer
from scalemodel.uber.location import stores
from scalemodel.uber.location.consumer import IndexConsumer, Readings
from scalemodel.uber.location.grid import GeoIndex
from scalemodel.uber.location.log import Log
from scalemodel.uber.location.reports import PACKED, VERSION
from scalemodel.uber.location.shards import Shards
from scalemodel.uber.location.sphere import EARTH_M, distance_m
from scalemodel.uber.location.stores import RedisStore, StoreTrouble
from tests.conftest import needs_redis

ROUNDED_M = 0.61  # what a geohash of 52 bits may be off, either way
ANA, BO, CY = 7, 8, 9


@pytest.fixture(scope="module")
def running():
    with PrivateServer() as server:
        yield server


@pytest.fixture
def look(running):
    """A client of the server's own, before and after which nothing lies there."""
    with redis.Redis.from_url(running.url) as client:
        client.flushall()
        yield client
        assert client.dbsize() == 0, "something was left behind"


def kinds(url):
    """A fresh store of each kind, and whether it rounds."""
    yield GeoIndex(), False
    yield Shards([GeoIndex() for _ in range(5)], cell_m=1_000), False
    with RedisStore(url) as one:
        yield one, True
    with RedisStore(url) as one, RedisStore(url) as two:
        yield Shards([one, two], cell_m=1_000), True


def city(rng, n):
    """A spread-out city with a hot spot in it."""
    hot = n // 3
    lat = np.concatenate([52.5 + rng.normal(0, 0.002, hot), 52.4 + rng.uniform(0, 0.2, n - hot)])
    return lat, 13.4 + rng.uniform(-0.15, 0.15, n)


# ── Examples ────────────────────────────────────────────────────────────────
@needs_redis
def test_every_store_does_the_same_on_a_small_day(running, look):
    for store, rounds in kinds(running.url):
        near = lambda found: np.allclose(found, [0.0, 0.0], atol=ROUNDED_M)
        assert store.move([ANA, BO], [52.5, 52.6], [13.4, 13.4], [0.0, 10.0], [4, 4]) == 2
        assert store.move([ANA, BO], [1.0, 52.5], [1.0, 13.4], [5.0, 20.0], [4, 5]) == 1
        assert len(store) == 2
        both = store.within(52.5, 13.4, 1.0)
        assert sorted(both.ids.tolist()) == [ANA, BO] and near(both.distance_m)
        assert store.nearest(1.0, 1.0, 3).ids.tolist() == both.ids.tolist()
        assert store.nearest(52.5, 13.4, 1).ids.tolist() == both.ids[:1].tolist()
        assert store.nearest(52.6, 13.4, 2, 500.0).ids.tolist() == []
        assert store.expire(now_s=21.0, ttl_s=21.0) == 0
        assert store.expire(now_s=21.0, ttl_s=20.0) == 1
        assert store.within(52.5, 13.4, 1.0).ids.tolist() == [BO]
        assert store.remove(BO) and not store.remove(BO) and len(store) == 0
        assert store.move([BO], [52.5], [13.4], None, [1]) == 1, "nothing is known of it any more"
        assert store.move([BO, BO], [52.7, 52.8], [13.4, 13.4]) == 2
        assert store.nearest(52.8, 13.4, 1, 1.0).ids.tolist() == [BO]
        assert store.move([BO], [52.5], [13.4], None, [3]) == 0, "without a number it counts on"
        assert store.move([BO], [52.5], [13.4], None, [4]) == 1
        assert store.move([], [], [], [], []) == 0
        assert rounds == (store.within(52.5, 13.4, 1.0).distance_m[0] > 1e-6)


@needs_redis
def test_what_redis_cannot_hold_is_not_found_until_it_is_back(look, running):
    with RedisStore(running.url) as cars:
        assert cars.move([ANA, BO], [85.0, 85.0], [0.0, 0.0], [0.0, 0.0], [1, 1]) == 2
        assert cars.move([ANA, CY], [85.1, -89.0], [0.0, 0.0], [1.0, 1.0], [2, 1]) == 2
        assert cars.nearest(85.0, 0.0, 3).ids.tolist() == [BO] and len(cars) == 3
        assert cars.move([ANA], [85.0], [0.0], [0.0], [1]) == 0, "it is not where it was"
        assert cars.move([ANA], [85.05], [0.0], [2.0], [3]) == 1
        assert cars.nearest(85.0, 0.0, 3).ids.tolist() == [BO, ANA]


@needs_redis
def test_numbers_of_numpys_come_through_and_two_stores_do_not_meet(look, running):
    with RedisStore(running.url) as cars, RedisStore(running.url) as others:
        ids = np.array([2**63 - 1, ANA])
        where = np.array([52.5, 52.5], dtype=np.float32), np.array([13.5, 13.5])
        assert cars.move(ids, *where, np.array([1, 2]), np.array([2**53 - 1, 0])) == 2
        found = cars.nearest(np.float64(52.5), np.float32(13.5), np.int64(2), np.float64(100))
        assert sorted(found.ids.tolist()) == [ANA, 2**63 - 1]
        assert len(others) == 0 and others.nearest(52.5, 13.5, 1).ids.tolist() == []
        keys = look.keys()
        assert len(keys) == 3 and {key.partition(b"}")[0] for key in keys} == {
            cars._keys[0].partition("}")[0].encode()
        }
        assert all(3_500 < look.ttl(key) <= 3_600 for key in keys)
        cars.close(), cars.close()


@needs_redis
def test_a_server_of_its_own_ends_with_it():
    with RedisStore() as cars:
        server = cars._server
        assert cars.move([ANA], [52.5], [13.4]) == 1
    assert server.process.returncode is not None


@needs_redis
def test_what_others_have_on_the_server_stays(running):
    with redis.Redis.from_url(running.url) as client:
        client.flushall()
        client.set("scalemodel:theirs", "kept")
        with RedisStore(running.url) as cars:
            cars.move([ANA], [52.5], [13.4])
        assert client.keys() == [b"scalemodel:theirs"]
        client.flushall()


def report(seq):
    return PACKED.pack(VERSION, 0, ANA, seq, 0.0, 52.5, 13.4)


@needs_redis
def test_a_full_server_says_so_and_the_report_is_not_committed():
    with (
        PrivateServer() as server,
        RedisStore(server.url) as cars,
        redis.Redis.from_url(server.url) as client,
    ):
        log = Log()
        log.publish(b"7", report(1))
        consumer = IndexConsumer(log.reader("index"), {"driver": cars})
        client.config_set("maxmemory", 1)
        with pytest.raises(StoreTrouble, match=r"cannot move: the Redis server is full\. Raise"):
            consumer.step()
        assert log.behind() == 1
        client.config_set("maxmemory", 0)
        assert consumer.step() == 1 and log.behind() == 0
        assert consumer.readings == Readings(read=1, applied=1)


@needs_redis
def test_a_server_that_is_gone_says_so_and_the_report_waits():
    log = Log()
    with PrivateServer() as server:
        cars = RedisStore(server.url)
        consumer = IndexConsumer(log.reader("index"), {"driver": cars})
        log.publish(b"7", report(1))
    for call, what in (
        (consumer.step, "move"), (lambda: cars.nearest(0.0, 0.0, 1), "search"),
        (lambda: cars.remove(ANA), "remove"), (lambda: cars.expire(1.0, 1.0), "expire"),
        (lambda: len(cars), "count"),
    ):  # fmt: skip
        with pytest.raises(StoreTrouble, match=f"cannot {what}: the Redis server does not answer"):
            call()
    assert log.behind() == 1
    cars.close()


@needs_redis
def test_a_server_that_may_throw_positions_away_is_refused():
    words = r"maxmemory-policy allkeys-lru .* must be noeviction"
    with PrivateServer(maxmemory_policy="allkeys-lru") as own:
        with pytest.raises(StoreTrouble, match=words):
            RedisStore(own.url)
        with redis.Redis.from_url(own.url) as client:
            assert client.dbsize() == 0 and len(client.client_list()) == 1


def test_a_server_that_does_not_answer_is_not_waited_for_long(monkeypatch):
    monkeypatch.setattr(stores, "ANSWER_S", 0.05)
    words = "cannot open: the Redis server does not answer"
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(StoreTrouble, match=words),
    ):
        RedisStore(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")


class Refuses(GeoIndex):
    """A store that takes a while to be there again."""

    down = False

    def move(self, *given):
        if self.down:
            raise StoreTrouble("gone")
        return super().move(*given)

    def remove(self, id):
        if self.down:
            raise StoreTrouble("gone")
        return super().remove(id)


def test_a_car_is_in_one_shard_alone_whatever_fails_when_it_crosses():
    parts = [Refuses() for _ in range(7)]
    cars = Shards(parts, cell_m=1_000)
    places = np.linspace(52.0, 52.2, 40)
    for seq, lat in enumerate(places.tolist()):
        for part in parts:
            part.down = seq % 3 == 1
        try:
            cars.move([ANA], [lat], [13.4], [0.0], [seq])
        except StoreTrouble:
            (before,) = cars.nearest(lat, 13.4, 5).ids.tolist()
            assert before == ANA
            old = next(part for part in parts if ANA in part)
            old.down, others = True, [part for part in parts if part is not old]
            for part in others:
                part.down = False  # it can be put into the new one and not taken out of the old
            for _ in range(2):
                if cars._owners(*map(cars._along, (lat + 90, 13.4 + 180))) != parts.index(old):
                    with pytest.raises(StoreTrouble):
                        cars.move([ANA], [lat], [13.4], [0.0], [seq])
                    assert len(cars.nearest(lat, 13.4, 5).ids) == 1
            old.down = False
            cars.move([ANA], [lat], [13.4], [0.0], [seq])
        assert sum(ANA in part for part in parts) == 1
        assert cars.within(lat, 13.4, 0.1).ids.tolist() == [ANA]
    assert sum(map(len, parts)) == 1


def test_a_small_circle_asks_few_and_a_large_one_all():
    cars = Shards([GeoIndex() for _ in range(200)], cell_m=1_000)
    assert len(cars.touched(52.5, 13.4, 10.0)) <= 4
    assert 5 <= len(cars.touched(52.5, 13.4, 1_500.0)) <= 30
    assert len(cars.touched(52.5, 13.4, 500_000.0)) == 200
    assert len(cars.touched(-89.999, 13.4, 500.0)) == len(cars.touched(0, 0, 2e7)) == 200


# ── Laws ────────────────────────────────────────────────────────────────────
COORDINATES = st.tuples(
    st.one_of(st.floats(-90, 90), st.floats(89.9, 90), st.just(0.0), st.floats(-0.01, 0.01)),
    st.one_of(st.floats(-180, 180), st.floats(179.98, 180), st.floats(-180, -179.98)),
)


@given(
    st.lists(COORDINATES, min_size=1, max_size=12), COORDINATES, st.floats(1, 100_000),
    st.integers(1, 6), st.sampled_from([300.0, 1_000.0, 7_777.0, 10_000_000.0]),
)  # fmt: skip
def test_shards_answer_as_one_index_does_anywhere_on_the_globe(there, place, radius_m, n, cell_m):
    lat, lon = np.array(there).T
    one, many = GeoIndex(), Shards([GeoIndex() for _ in range(n)], cell_m)
    for store in (one, many):
        store.move(range(len(lat)), lat, lon)
    for ask in (
        lambda store: store.within(*place, radius_m),
        lambda store: store.nearest(*place, 3, radius_m),
        lambda store: store.nearest(*place, 3),
    ):
        ours, theirs = ask(many), ask(one)
        assert ours.ids.tolist() == theirs.ids.tolist()
        assert ours.distance_m.tolist() == theirs.distance_m.tolist()


@pytest.mark.parametrize("cell_m", [700.0, 50_000.0, 3_000_000.0])
def test_whoever_is_in_a_circle_is_in_a_shard_that_it_touches(cell_m):
    """With more shards than cells in sight, round the world and up to the poles."""
    cars, rng = Shards([GeoIndex() for _ in range(997)], cell_m), stream(4, "circles")
    seen = 0
    for _ in range(1_500):
        lat = rng.choice([rng.uniform(-90, 90), rng.uniform(75, 90), rng.uniform(-2, 2)])
        lon = rng.choice([rng.uniform(-180, 180), rng.uniform(175, 180), rng.uniform(-180, -175)])
        radius_m = min(cell_m * rng.uniform(0.1, 6), 2e7)
        wide = np.degrees(radius_m / EARTH_M)
        to_lat = np.clip(lat + rng.uniform(-wide, wide, 20), -90, 90)
        to_lon = lon + rng.uniform(-wide, wide, 20) / max(0.02, np.cos(np.radians(lat)))
        to_lon = (to_lon + 180) % 360 - 180
        inside = distance_m(lat, lon, to_lat, to_lon) <= radius_m
        owners = cars._owners(cars._along(to_lat + 90), cars._along(to_lon + 180))
        touched = cars.touched(lat, lon, radius_m)
        assert set(owners[inside].tolist()) <= set(touched), (lat, lon, radius_m)
        seen += len(touched) < 997
    assert seen > 300


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6), st.floats(52, 52.1)), max_size=30))
def test_shards_hold_what_one_index_holds_whatever_comes_in_which_order(said):
    one, many = GeoIndex(), Shards([GeoIndex() for _ in range(4)], cell_m=500)
    while said:
        some, said = said[:7], said[7:]
        ids, seq, lat = map(list, zip(*some, strict=True))
        batch = ids, lat, [13.4] * len(ids), [float(n) for n in seq], seq
        assert one.move(*batch) == many.move(*batch)
        assert (
            one.within(52.05, 13.4, 9e3).ids.tolist() == many.within(52.05, 13.4, 9e3).ids.tolist()
        )
    assert one.expire(9.0, 5.0) == many.expire(9.0, 5.0) and len(one) == len(many)


@needs_redis
def test_redis_lets_no_older_report_win_in_any_order(look, running):
    rng = stream(2, "orders")
    with RedisStore(running.url) as cars:
        newest = {}
        for _ in range(20):
            ids, seq = rng.integers(5, size=30), rng.integers(40, size=30)
            expected = 0
            for id, its in zip(ids.tolist(), seq.tolist(), strict=True):
                expected += its > newest.get(id, -1)
                newest[id] = max(newest.get(id, -1), its)
            assert cars.move(ids, seq / 100, ids * 1.0, seq * 1.0, seq) == expected
        for id, its in newest.items():
            assert cars.nearest(its / 100, id * 1.0, 1).ids.tolist() == [id]
            assert cars.nearest(its / 100, id * 1.0, 1).distance_m[0] < ROUNDED_M


# ── Oracle ──────────────────────────────────────────────────────────────────
@needs_redis
def test_a_circle_in_redis_is_the_exact_one_but_for_who_stands_on_its_edge(look, running):
    rng = stream(1, "city")
    lat, lon = city(rng, 6_000)
    total = wrong = 0
    with RedisStore(running.url) as cars:
        cars.move(range(len(lat)), lat, lon)
        for n in range(40):
            far_m = distance_m(lat, lon, lat[n], lon[n])
            found = cars.within(lat[n], lon[n], 2_000.0)
            inside = set(np.flatnonzero(far_m <= 2_000.0).tolist())
            differ = sorted(inside ^ set(found.ids.tolist()))
            assert (abs(far_m[differ] - 2_000.0) < ROUNDED_M).all()
            assert (abs(found.distance_m - far_m[found.ids]) < ROUNDED_M).all()
            total, wrong = total + len(inside), wrong + len(differ)
            near = cars.nearest(lat[n], lon[n], 10)
            exact = np.sort(far_m)[:10]
            assert (abs(near.distance_m - exact) < ROUNDED_M).all()
            assert (np.diff(near.distance_m) >= 0).all()
    assert total > 15_000 and wrong / total < 0.0006


@needs_redis
def test_redis_finds_who_is_on_the_other_side_of_the_world(look, running):
    with RedisStore(running.url) as cars:
        cars.move([ANA, BO], [-33.0, 10.0], [-179.9999, 10.0])
        found = cars.nearest(33.0, 0.0, 1)
        assert found.ids.tolist() == [BO]
        found = cars.nearest(33.0, 0.0, 2)
        assert found.ids.tolist() == [BO, ANA]
        assert found.distance_m[1] == pytest.approx(
            distance_m(-33.0, -179.9999, 33.0, 0.0), abs=ROUNDED_M
        )
        assert found.distance_m[1] > 0.99 * np.pi * EARTH_M
        assert cars.within(-33.0, 179.9999, 30.0).ids.tolist() == [ANA]


# ── Refusals ────────────────────────────────────────────────────────────────
WRONG = [
    (lambda store: store.move([-1], [0], [0]), "ids=.*must be a row of whole numbers from 0"),
    (lambda store: store.move([2**63], [0], [0]), "ids=.*must be a row of whole numbers from 0"),
    (lambda store: store.move([1.5], [0], [0]), "ids=.*must be a row of whole numbers"),
    (lambda store: store.move([[1]], [0], [0]), "ids=.*must be a row of whole numbers"),
    (lambda store: store.move([[1], [2, 3]], [0], [0]), "ids=.*must be a row of whole numbers"),
    (lambda store: store.move([1], [90.1], [0]), r"lat\[0\]=90.1 must be"),
    (lambda store: store.move([1], [0], [-180.1]), r"lon\[0\]=-180.1 must be"),
    (lambda store: store.move([1], [np.nan], [0]), r"lat\[0\]=nan must be"),
    (lambda store: store.move([1], [0], [0], [-1.0]), r"time_s\[0\]=-1.0 must be"),
    (lambda store: store.move([1], [0], [0], [0], [2**53]), "seq=.*must be a row of whole numbers"),
    (lambda store: store.move([1, 2], [0], [0]), "lat must have as many numbers as ids: 1, 2"),
    (lambda store: store.move([1], [0], [0], [1, 2]), "time_s must have as many numbers as ids"),
    (lambda store: store.move([1], [0], [0], [1], []), "seq must have as many numbers as ids"),
    (lambda store: store.within(91, 0, 1), "lat=91 must be"),
    (lambda store: store.within(0, 181, 1), "lon=181 must be"),
    (lambda store: store.within(0, 0, -1), "radius_m=-1 must be"),
    (lambda store: store.nearest(0, 0, 0), "k=0 must be"),
    (lambda store: store.nearest(0, 0, 1, np.inf), "radius_m=inf must be"),
    (lambda store: store.remove(-1), "id=-1 must be"),
    (lambda store: store.expire(-1.0, 1.0), "now_s=-1.0 must be"),
    (lambda store: store.expire(1.0, -1.0), "ttl_s=-1.0 must be"),
]


@pytest.mark.parametrize(("call", "words"), WRONG)
def test_shards_refuse_in_words(call, words):
    cars = Shards([GeoIndex()])
    with pytest.raises(ValueError, match=words):
        call(cars)
    assert len(cars) == 0


@needs_redis
def test_redis_refuses_in_words_before_it_is_asked(look, running):
    with RedisStore(running.url) as cars:
        for call, words in WRONG:
            with pytest.raises(ValueError, match=words):
                call(cars)
        assert look.dbsize() == 0


@pytest.mark.parametrize(
    ("stores", "words"),
    [
        ([], r"stores=\[\] must have at least one"),
        ([GeoIndex(), None], r"stores\[1\]=None must have the methods move, nearest"),
        (None, "stores=None must be a row"),
    ],
)
def test_shards_need_stores(stores, words):
    with pytest.raises(ValueError, match=words):
        Shards(stores)
    with pytest.raises(ValueError, match="cell_m=0 must be"):
        Shards([GeoIndex()], cell_m=0)


def test_a_url_is_one_of_redis_and_no_password_is_shown():
    with pytest.raises(ValueError, match=r"url='http://\*\*\*@there' must be None or a Redis URL"):
        RedisStore("http://ana:secret@there")
