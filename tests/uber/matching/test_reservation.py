"""The ledger of drivers: one set of laws for both, threads on a real Redis, a server that goes."""

import sys
import threading
import time

import pytest
import redis

from scalemodel.parts.storage.redis_server import PrivateServer
from scalemodel.uber.location.grid import GeoIndex
from scalemodel.uber.matching.dispatch import Drivers, Match, MatchingEngine, Request
from scalemodel.uber.matching.reservation import InMemory, OnRedis, StoreGone
from tests.conftest import needs_redis

LEDGERS = ["in memory", pytest.param("on Redis", marks=needs_redis)]


@pytest.fixture(scope="module")
def server():
    with PrivateServer() as one:
        yield one


@pytest.fixture(params=LEDGERS)
def ledger(request):
    if request.param == "in memory":
        return InMemory()
    return OnRedis(request.getfixturevalue("server").url, f"{request.node.name}:")


# ── Examples ────────────────────────────────────────────────────────────────
def test_whoever_is_first_has_the_driver(ledger):
    assert ledger.read(7, 0.0) is None
    assert ledger.swap(7, None, "offered ada", 60.0, 0.0)
    assert not ledger.swap(7, None, "offered ben", 60.0, 0.0)
    assert ledger.read(7, 0.0) == "offered ada"
    assert ledger.swap(8, None, "offered ben", 60.0, 0.0), "another line"


def test_only_who_knows_the_line_changes_it(ledger):
    ledger.swap(7, None, "offered ada", 60.0, 0.0)
    assert not ledger.swap(7, "offered ben", "en route ben", 60.0, 0.0)
    assert not ledger.swap(7, "offered ben", None, 60.0, 0.0)
    assert ledger.swap(7, "offered ada", "en route ada", 60.0, 0.0)
    assert ledger.swap(7, "en route ada", None, 60.0, 0.0) and ledger.read(7, 0.0) is None
    assert not ledger.swap(7, "en route ada", None, 60.0, 0.0), "not twice"
    assert ledger.swap(7, None, None, 60.0, 0.0), "it is as it is said to be"


def test_who_has_not_heard_the_answer_asks_again(ledger):
    for before, after in ((None, "offered ada"), ("offered ada", "en route ada")):
        assert ledger.swap(7, before, after, 60.0, 0.0)
        assert ledger.swap(7, before, after, 60.0, 0.0), "it is done already"
        assert not ledger.swap(7, before, "offered ben", 60.0, 0.0)


def test_what_is_for_good_no_clock_ends(ledger):
    assert ledger.swap(7, None, "offered ada", 0.05, 0.0)
    assert ledger.swap(7, "offered ada", "on trip ada", None, 0.0)
    time.sleep(0.06)
    assert ledger.read(7, 1e15) == "on trip ada"
    assert not ledger.swap(7, None, "offered ben", 15.0, 1e15)
    assert ledger.swap(7, "on trip ada", None, None, 1e15) and ledger.read(7, 1e15) is None


def test_of_two_threads_only_one_gets_a_driver():
    class Slow(dict):
        def get(self, *key):
            found = super().get(*key)
            time.sleep(0)  # the other thread's turn
            return found

    ledger, both, won = InMemory(), threading.Barrier(2), []
    ledger._lines = Slow()

    def work(name):
        for driver in range(300):
            both.wait()
            if ledger.swap(driver, None, f"offered {name}", 60.0, 0.0):
                won.append(driver)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(name,)) for name in ("ada", "ben")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert sorted(won) == [*range(300)], "each driver once"


def test_a_line_fades():
    ledger = InMemory()
    ledger.swap(7, None, "offered ada", 15.0, 100.0)
    assert [ledger.read(7, at) for at in (114.999, 115.0)] == ["offered ada", None]
    assert not ledger.swap(7, "offered ada", "en route ada", 60.0, 115.0)
    ledger.swap(7, None, "offered ben", 15.0, 115.0)
    ledger.swap(7, "offered ben", "en route ben", 60.0, 120.0)
    assert [ledger.read(7, at) for at in (179.9, 180.0)] == ["en route ben", None]


@needs_redis
def test_a_line_fades_on_the_server_too(server):
    ledger = OnRedis(server.url, "fades:")
    client = redis.Redis.from_url(server.url)
    ledger.swap(7, None, "offered ada", 0.05)
    assert ledger.swap(9, None, "offered cy", 0.001), "the shortest there is"
    assert ledger.swap(8, None, "offered ben", 20.0)
    assert 0 < client.pttl(f"{ledger.prefix}8") <= 20_000
    assert ledger.swap(8, "offered ben", "en route ben", 7200.0)
    assert 7_195_000 < client.pttl(f"{ledger.prefix}8") <= 7_200_000
    assert ledger.swap(8, "en route ben", "on trip ben", None)
    assert client.pttl(f"{ledger.prefix}8") == -1, "it stays"
    time.sleep(0.06)
    assert ledger.read(7) is None and ledger.swap(7, None, "offered ben", 15.0)


@needs_redis
def test_two_prefixes_are_two_ledgers(server):
    one, other, same = OnRedis(server.url), OnRedis(server.url), OnRedis(server.url, "x:")
    assert one.swap(7, None, "offered ada", 60.0)
    assert not other.swap(7, None, "offered ben", 60.0), "by default all are one"
    assert other.read(7) == "offered ada" and same.swap(7, None, "offered ada", 60.0)
    assert OnRedis(server.url, "x:").read(7) == "offered ada"


@needs_redis
def test_threads_on_a_real_server_never_share_a_driver(server):
    """Eight dispatchers with connections of their own, 40 riders, 25 drivers on one spot."""
    index, stars = GeoIndex(), dict.fromkeys(range(25), 5.0)
    index.move([*stars], [0.0] * 25, [n / 1e5 for n in stars])
    told = {}

    def work(name):
        ledger = OnRedis(server.url, "threads:")
        engine = MatchingEngine(index, Drivers(stars, ledger, offer_s=30.0))
        for n in range(5):
            told[name, n] = engine.match(Request(f"{name} {n}", 0.0, 0.0))

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = [met.driver for met in told.values() if isinstance(met, Match)]
    assert len(told) == 40 and sorted(taken) == [*range(25)], "each driver once"


@needs_redis
def test_a_server_that_is_gone_says_so_and_nobody_is_stuck():
    with PrivateServer() as server:
        drivers = Drivers({7: 5.0}, OnRedis(server.url))
        assert drivers.step(7, "offer", "ada", 0.0)
    for ask in (
        lambda: drivers.step(7, "offer", "ada", 0.0),
        lambda: drivers.step(7, "accept", "ada", 0.0),
        lambda: drivers.state(7, 0.0),
    ):
        with pytest.raises(StoreGone, match="the Redis server does not answer"):
            ask()
    with PrivateServer() as another:
        drivers.store = OnRedis(another.url, drivers.store.prefix)
        assert drivers.state(7, 0.0) == "idle"


# ── Laws ────────────────────────────────────────────────────────────────────
def test_both_ledgers_tell_the_same_story(ledger):
    """Every swap of three texts, from every line: done where it is what is there, or was done."""
    texts, there = (None, "offered ada", "en route ada"), None
    for n in range(60):
        before, after = texts[n % 3], texts[(n // 3 + n // 9) % 3]
        done = before == there or (after == there and after is not None)
        assert ledger.swap(9, before, after, 60.0, 0.0) == done
        there = after if before == there else there
        assert ledger.read(9, 0.0) == there


# ── Oracle ──────────────────────────────────────────────────────────────────


@needs_redis
def test_what_stands_on_the_server_is_what_redis_says(server):
    ledger, client = OnRedis(server.url, "seen:"), redis.Redis.from_url(server.url)
    ledger.swap(7, None, "offered ada", 60.0)
    ledger.swap(8, None, "offered ben", 60.0)
    ledger.swap(8, "offered ben", None, 60.0)
    assert client.get("seen:7") == b"offered ada" and client.keys("seen:*") == [b"seen:7"]


# ── Refusals ────────────────────────────────────────────────────────────────
def test_what_is_no_line_is_refused(ledger):
    for words, line in [
        ("driver=-1 must be", (-1, None, "offered ada", 15.0, 0.0)),
        ("driver=.* must be an integer", (None, None, "offered ada", 15.0, 0.0)),
        ("before='' must be", (7, "", "offered ada", 15.0, 0.0)),
        ("after='' must be", (7, None, "", 15.0, 0.0)),
        ("for_s=0.0 must be", (7, None, "offered ada", 0.0, 0.0)),
    ]:
        with pytest.raises(ValueError, match=words):
            ledger.swap(*line)
    assert ledger.read(7, 0.0) is None


@needs_redis
def test_a_server_that_may_throw_reservations_away_is_refused():
    words = r"maxmemory-policy allkeys-lru .* throw reservations away.* must be noeviction"
    with (
        PrivateServer(maxmemory_policy="allkeys-lru") as own,
        pytest.raises(StoreGone, match=words),
    ):
        OnRedis(own.url)


@needs_redis
def test_what_the_server_cannot_do_and_what_is_not_ours_is_said_in_words():
    with PrivateServer() as own, redis.Redis.from_url(own.url) as client:
        drivers = Drivers({7: 5.0}, OnRedis(own.url, "x:"))
        for line in ("hello", "offeredada", b"\xff\xfe"):
            client.set("x:7", line)
            with pytest.raises(StoreGone, match=r"the line of driver 7 is .*: take another prefix"):
                drivers.state(7, 0.0)
        client.delete("x:7")
        client.lpush("x:7", "a list")
        for call in (drivers.store.read, lambda driver: drivers.step(driver, "offer", "ada", 0.0)):
            with pytest.raises(StoreGone, match=r"cannot .*: Redis says .*WRONGTYPE"):
                call(7)
        client.config_set("maxmemory", 1)
        with pytest.raises(StoreGone, match="cannot reserve: the Redis server is full"):
            drivers.step(8, "offer", "ada", 0.0)


def test_a_url_that_is_none_is_refused():
    for url in ("nowhere", "redis://ana:geheim@localhost:x/0", "redis://localhost:1/0?foo=bar"):
        with pytest.raises(ValueError, match=r"url=.* must be .* Redis URL") as trouble:
            OnRedis(url)
        assert "geheim" not in str(trouble.value)
    for nothing in (7, None):
        with pytest.raises(ValueError, match=f"url={nothing} must be text"):
            OnRedis(nothing)
    with pytest.raises(ValueError, match="prefix='' must be"):
        OnRedis("redis://localhost:1", "")
    with pytest.raises(StoreGone):
        OnRedis("redis://localhost:1").read(7)
