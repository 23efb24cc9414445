"""Names on a server that others use too."""

import re

import pytest
import redis

from scalemodel.parts.storage.redis_server import PrivateServer
from scalemodel.twitter.on_redis import keys as names
from scalemodel.twitter.on_redis.keys import Keys, Taken, in_groups
from tests.conftest import needs_redis


@pytest.fixture(scope="module")
def running():
    with PrivateServer() as server:
        yield server


@pytest.fixture
def client(running):
    with redis.Redis.from_url(running.url) as client:
        client.flushall()
        yield client


class Meanwhile:
    """A client during one of whose calls somebody else does something."""

    def __init__(self, client, call, deed):
        self._client, self._call, self._deed = client, call, deed

    def __getattr__(self, name):
        answer = getattr(self._client, name)
        if name != self._call:
            return answer

        def then(*given, **more):
            said = answer(*given, **more)
            self._deed()
            return said

        return then


def fill(client, keys):
    """Three posts in each list, and one horizon of ours beside another's."""
    for home, author in zip(keys.homes, map(keys.author, range(len(keys.homes))), strict=True):
        client.rpush(home, "a", "b", "c")
        client.zadd(author, {"a": 1, "b": 2, "c": 3})
        client.hset(keys.horizons, home, 7)


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_name_of_its_own_is_new_each_time_and_so_is_its_owner():
    one, two = Keys(None, 1), Keys(None, 1)
    assert re.fullmatch(r"scalemodel:[0-9a-f]{8}:", one.prefix) and one.prefix != two.prefix
    assert re.fullmatch(rb"[0-9a-f]{16}:1", one.term) and one.owner != two.owner


@needs_redis
def test_a_claim_puts_the_mark_and_a_second_one_is_refused(client):
    keys = Keys("demo:", 2)
    keys.claim(client)
    assert client.get("demo:mark") == keys.term
    with pytest.raises(Taken, match="1 of our keys lie under it"):
        Keys("demo:", 2).claim(client)
    assert client.get("demo:mark") == keys.term


@needs_redis
def test_whoever_is_quicker_keeps_the_prefix(client):
    quicker = Meanwhile(client, "exists", lambda: client.set("demo:mark", "theirs"))
    with pytest.raises(Taken, match="1 of our keys"):
        Keys("demo:", 2).claim(quicker)
    assert client.get("demo:mark") == b"theirs"


@needs_redis
def test_keys_that_lie_there_are_counted_in_every_group(client, monkeypatch):
    monkeypatch.setattr(names, "KEYS_TOGETHER", 3)
    keys = Keys("demo:", 5)
    fill(client, keys)
    with pytest.raises(Taken, match="11 of our keys"):
        keys.claim(client)
    assert client.get("demo:mark") is None


@needs_redis
def test_a_new_term_is_written_only_where_the_old_one_stands(client):
    keys = Keys("demo:", 1)
    keys.claim(client)
    keys.begin_term(client)
    assert keys.term.endswith(b":2") and client.get("demo:mark") == keys.term
    keys.begin_term(Meanwhile(client, "get", client.flushall))
    assert keys.term.endswith(b":3") and client.get("demo:mark") is None
    keys.begin_term(client)
    assert keys.term.endswith(b":4") and client.get("demo:mark") is None, "it came back empty"
    client.set("demo:mark", "theirs")
    with pytest.raises(Taken, match="another process has taken it"):
        keys.begin_term(client)


@needs_redis
def test_a_claim_again_marks_what_came_back_empty_and_leaves_what_is_marked(client):
    keys = Keys("demo:", 1)
    keys.claim_again(client)
    assert client.get("demo:mark") == keys.term
    client.set("demo:mark", keys.owner + b":0")
    keys.claim_again(client)
    assert client.get("demo:mark") == keys.owner + b":0"
    client.set("demo:mark", "theirs")
    with pytest.raises(Taken):
        keys.claim_again(client)


# ── Oracle ──────────────────────────────────────────────────────────────────
@needs_redis
@pytest.mark.parametrize("together", [2, 1_000])
def test_what_we_put_there_goes_and_nothing_else(client, monkeypatch, together):
    monkeypatch.setattr(names, "KEYS_TOGETHER", together)
    keys = Keys("demo:", 5)
    keys.claim(client)
    fill(client, keys)
    client.set(keys.homes[3], "of another kind")
    client.set("demo:home:5", "nobody's")
    client.hset(keys.horizons, "theirs", 1)
    keys.give_back(client)
    assert sorted(client.keys()) == [b"demo:gone", b"demo:home:3", b"demo:home:5"]
    assert client.hgetall(keys.horizons) == {b"theirs": b"1"}


@needs_redis
def test_another_s_prefix_is_not_cleared(client):
    keys = Keys("demo:", 1)
    fill(client, keys)
    client.set("demo:mark", "theirs")
    keys.give_back(client)
    assert len(client.keys()) == 4 and client.get("demo:mark") == b"theirs"
    client.delete("demo:mark")
    keys.give_back(client)
    assert client.keys() == [], "without a mark it is what a server that lost it kept of ours"


@needs_redis
def test_a_mark_that_somebody_puts_while_we_clear_stays(client):
    keys = Keys("demo:", 1)
    keys.claim(client)
    slow = Meanwhile(client, "pipeline", lambda: client.set("demo:mark", "theirs"))
    with pytest.raises(Taken):
        keys.give_back(slow)
    assert client.get("demo:mark") == b"theirs"


@needs_redis
def test_what_is_more_than_another_kind_of_key_is_told(client):
    keys = Keys("demo:", 1)
    keys.claim(client)
    client.set(keys.horizons, "of another kind")
    keys.give_back(client)
    assert client.keys() == [keys.horizons]

    class Full:
        def get(self, key):
            return None

        def pipeline(self, transaction):
            return self

        def execute(self, raise_on_error):
            return [redis.ResponseError("WRONGTYPE"), redis.ResponseError("OOM one"), 1]

        def ltrim(self, *_): ...

        zremrangebyrank = hdel = ltrim

    with pytest.raises(redis.ResponseError, match="OOM one"):
        keys.give_back(Full())


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_mark_is_bytes_or_none():
    with pytest.raises(ValueError, match="mark=3 must be bytes or None"):
        Keys("demo:", 1).owns(3)


@pytest.mark.parametrize("size", [0, -1, 1.5, None])
def test_a_group_has_at_least_one(size):
    with pytest.raises(ValueError, match="size="):
        in_groups([1], size)
