"""Stores: the same answers from an index in memory and from a real Redis."""

import socket

import numpy as np
import pytest
import redis

from scalemodel.core.rng import stream
from scalemodel.parts.storage.redis_server import PrivateServer
from scalemodel.uber.location import stores
from scalemodel.uber.location.consumer import IndexConsumer, Readings
from scalemodel.uber.location.grid import GeoIndex
from scalemodel.uber.location.log import Log
from scalemodel.uber.location.reports import PACKED, VERSION
from scalemodel.uber.location.sphere import EARTH_M, distance_m
from scalemodel.uber.location.stores import RedisStore, StoreTrouble
from tests.conftest import needs_redis

ROUNDED_M = 0.34  # what a geohash of 52 bits may be off, either way
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
    with RedisStore(url) as one:
        yield one, True


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
def test_stores_of_one_name_have_the_same_cars_and_close_leaves_them(look, running):
    with RedisStore(running.url, name="cars") as one, RedisStore(running.url, "cars") as other:
        assert one.move([ANA], [52.5], [13.4]) == 1 and len(other) == 1
    assert len(look.keys("{cars}:*")) == len(look.keys()) == 3
    with RedisStore(running.url, "cars") as again:
        assert again.remove(ANA)
    look.delete(*look.keys() or ["none"])


@needs_redis
def test_more_cars_than_a_command_takes_go_in_strokes(look, running):
    n = 210_000
    ids, lat, lon = np.arange(n), np.linspace(50, 51, n), np.linspace(13, 14, n)
    with RedisStore(running.url) as cars:
        assert cars.move(ids, lat, lon, None, np.ones(n, int)) == len(cars) == n
        assert (
            cars.move(ids[-10_001:], lat[-10_001:], lon[-10_001:], None, np.full(10_001, 2))
            == 10_001
        )
        assert cars.nearest(lat[-1], lon[-1], 1).ids.tolist() == [n - 1]


@needs_redis
def test_what_is_closed_says_so(look, running):
    with RedisStore(running.url, "cars") as cars:
        assert cars.move([ANA], [52.5], [13.4]) == 1
    for call in (
        lambda: len(cars),
        lambda: cars.move([ANA], [52.5], [13.4]),
        lambda: cars.remove(ANA),
    ):
        with pytest.raises(StoreTrouble, match=r"cannot .*: the store is closed\. Make another"):
            call()
    look.delete(*look.keys())


@needs_redis
def test_after_the_last_number_one_without_is_believed_still(look, running):
    with RedisStore(running.url) as cars:
        assert cars.move([ANA], [1.0], [1.0], None, [2**53 - 1]) == 1
        for lat in (2.0, 3.0, 4.0):
            assert cars.move([ANA], [lat], [1.0]) == 1
            assert cars.nearest(lat, 1.0, 1, 1.0).ids.tolist() == [ANA]


@needs_redis
def test_the_date_line_is_one_line_on_redis_too(look, running):
    with RedisStore(running.url) as cars:
        cars.move([ANA, BO, CY], [10.0] * 3, [180.0, 179.9999, -179.9999])
        for lon in (180.0, -180.0):
            assert sorted(cars.within(10.0, lon, 50.0).ids.tolist()) == [ANA, BO, CY]
            assert cars.nearest(10.0, lon, 1).ids.tolist() == [ANA]


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


@needs_redis
def test_a_server_of_its_own_that_is_refused_ends_too(monkeypatch):
    made = []

    def forgetful():
        made.append(PrivateServer(maxmemory_policy="allkeys-lru"))
        return made[-1]

    monkeypatch.setattr(stores, "PrivateServer", forgetful)
    with pytest.raises(StoreTrouble, match="must be noeviction"):
        RedisStore()
    assert made[0].process.returncode is not None


def test_a_server_that_does_not_answer_is_not_waited_for_long(monkeypatch):
    monkeypatch.setattr(stores, "ANSWER_S", 0.05)
    words = "cannot open: the Redis server does not answer"
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(StoreTrouble, match=words),
    ):
        RedisStore(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")


# ── Laws ────────────────────────────────────────────────────────────────────
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
    (lambda store: store.move([1], [0], [0], [0], [2**53]), "seq=.*must be a row of whole numbers"),
    (lambda store: store.move([1, 2], [0], [0]), "lat has 1 places; it must have 2, as ids"),
    (
        lambda store: store.move([1], [0], [0], [1, 2]),
        "time_s has 2 places; it must have 1, as ids",
    ),
    (lambda store: store.move([1], [0], [0], [1], []), "seq has 0 places; it must have 1, as ids"),
    (lambda store: store.within(91, 0, 1), "lat=91 must be"),
    (lambda store: store.nearest(85.1, 0, 1), r"lat=85.1 must be .* \(Redis knows no other\)"),
    (lambda store: RedisStore(name=""), "name='' must be a non-empty string"),
    (lambda store: store.within(0, 181, 1), "lon=181 must be"),
    (lambda store: store.within(0, 0, -1), "radius_m=-1 must be"),
    (lambda store: store.nearest(0, 0, 0), "k=0 must be"),
    (lambda store: store.nearest(0, 0, 1, np.inf), "radius_m=inf must be"),
    (lambda store: store.remove(-1), "id=-1 must be"),
    (lambda store: store.expire(-1.0, 1.0), "now_s=-1.0 must be"),
    (lambda store: store.expire(1.0, -1.0), "ttl_s=-1.0 must be"),
]


@needs_redis
def test_redis_refuses_in_words_before_it_is_asked(look, running):
    with RedisStore(running.url) as cars:
        for call, words in WRONG:
            with pytest.raises(ValueError, match=words):
                call(cars)
        assert look.dbsize() == 0


def test_a_url_is_one_of_redis_and_no_password_is_shown():
    with pytest.raises(ValueError, match=r"url='http://\*\*\*@there' must be None or a Redis URL"):
        RedisStore("http://ana:secret@there")
