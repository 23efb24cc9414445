"""The ledger of drivers: one set of laws for both, threads on a real Redis, a server that goes."""

import threading
import time

import pytest
import redis

from scalemodel.parts.redis_server import PrivateServer
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
    return OnRedis(request.getfixturevalue("server").url)


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
    ledger = OnRedis(server.url)
    client = redis.Redis.from_url(server.url)
    ledger.swap(7, None, "offered ada", 0.05)
    assert ledger.swap(8, None, "offered ben", 20.0)
    assert 0 < client.pttl(f"{ledger.prefix}8") <= 20_000
    assert ledger.swap(8, "offered ben", "en route ben", 7200.0)
    assert 7_190_000 < client.pttl(f"{ledger.prefix}8") <= 7_200_000
    time.sleep(0.06)
    assert ledger.read(7) is None and ledger.swap(7, None, "offered ben", 15.0)


@needs_redis
def test_two_prefixes_are_two_ledgers(server):
    one, other, same = OnRedis(server.url), OnRedis(server.url), OnRedis(server.url, "x:")
    assert one.swap(7, None, "offered ada", 60.0) and other.read(7) is None
    assert same.swap(7, None, "offered ada", 60.0)
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
        with pytest.raises(StoreGone, match="the reservations do not answer"):
            ask()
    with PrivateServer() as another:
        drivers.store = OnRedis(another.url, drivers.store.prefix)
        assert drivers.state(7, 0.0) == "idle"


# ── Laws ────────────────────────────────────────────────────────────────────
def test_both_ledgers_tell_the_same_story(ledger):
    """Every swap of three texts, from every line: done if and only if it is what is there."""
    texts, there = (None, "offered ada", "en route ada"), None
    for n in range(60):
        before, after = texts[n % 3], texts[(n // 3 + n // 9) % 3]
        assert ledger.swap(9, before, after, 60.0, 0.0) == (before == there)
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


def test_a_url_that_is_none_is_refused():
    with pytest.raises(ValueError, match="url='nowhere' must be one of a Redis server"):
        OnRedis("nowhere")
    with pytest.raises(ValueError, match="prefix='' must be"):
        OnRedis("redis://localhost:1", "")
    with pytest.raises(StoreGone):
        OnRedis("redis://localhost:1").read(7)
