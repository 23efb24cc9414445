"""A real process that is killed between commit and acknowledgement, and real databases."""

import os
import subprocess
import sys

import pytest

from scalemodel.core.rng import stream
from scalemodel.parts.storage.database import DatabaseTrouble
from scalemodel.whatsapp.delivery.server import Server
from scalemodel.whatsapp.delivery.stores import SqlStore
from tests.conftest import cases, needs_postgres

EACH, BATCHES = 10, 8
# Ana sends ten messages, the server commits, says what is acknowledged; at one commit it is killed,
# by itself, when the database has kept the batch and nobody has been told.
DIES = """
import os, signal, sys
from scalemodel.whatsapp.delivery.server import Server
from scalemodel.whatsapp.delivery.stores import SqlStore
where, dies_at, each, batches, late = sys.argv[1], *map(int, sys.argv[2:])
server = Server(store := SqlStore(where), lambda: 0.0)
ana, bo = server.join("ana"), server.join("bo")
write, commits = store.write, 0
def counted(batch):
    global commits
    commits += 1
    if commits == dies_at and not late: os.kill(os.getpid(), signal.SIGKILL)
    write(batch)
    if commits == dies_at: os.kill(os.getpid(), signal.SIGKILL)
store.write = counted
for batch in range(batches):
    for n in range(each):
        server.send(ana, batch * each + n + 1, "bo", f"m{batch * each + n + 1}")
    server.commit()
    for who, (kind, client_id, id, people) in server.take():
        print(client_id, id, flush=True)
"""


def killed(where, dies_at, late=True):
    """What a server acknowledged before it died."""
    words = [sys.executable, "-c", DIES, str(where), *map(str, (dies_at, EACH, BATCHES, int(late)))]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert ended.returncode == -9, ended.stderr
    return dict(map(int, line.split()) for line in ended.stdout.splitlines())


def after(where, acked):
    """Ana repeats all that she has not heard of; what Bo gets then, and what she hears."""
    with SqlStore(where) as store:
        server = Server(store, lambda: 1.0)
        ana, bo = server.join("ana"), server.join("bo")
        for client_id in range(1, EACH * BATCHES + 1):
            if client_id not in acked:
                server.send(ana, client_id, "bo", f"m{client_id}")
        server.commit()
        acks = {packet[1]: packet[2] for _, packet in server.take()}
        server.hello(bo, 0)
        pushed = [(packet[1], packet[-1]) for _, packet in server.take()]
        server.got(bo, pushed[-1][0]), server.commit()
        return server, acks, pushed


def nothing_lost(where, dies_at, late):
    acked = killed(where, dies_at, late)
    assert len(acked) == EACH * (dies_at - 1)
    server, acks, pushed = after(where, acked)
    assert server.counts["repeated"] == EACH * late, "committed, and told now"
    assert [body for _, body in pushed] == [f"m{n + 1}" for n in range(EACH * BATCHES)]
    assert {**acked, **acks} == {n + 1: id for n, (id, _) in enumerate(pushed)}, "each its own id"


# ── Examples ────────────────────────────────────────────────────────────────
def test_killed_between_commit_and_acknowledgement_it_loses_nothing_and_doubles_nothing(tmp_path):
    for n in range(max(cases(3) * 50 // 120, 2)):  # fifty when thorough
        dies_at = int(stream(n, "killed").integers(1, BATCHES + 1))
        nothing_lost(tmp_path / f"{n}.db", dies_at, late=True)


def test_killed_before_the_commit_nobody_had_been_told(tmp_path):
    nothing_lost(tmp_path / "a.db", 3, late=False)


# ── Laws ────────────────────────────────────────────────────────────────────
@needs_postgres
def test_a_real_server_by_its_url_does_the_same(postgres):
    import psycopg

    for late in (True, False):
        with psycopg.connect(postgres) as look:
            look.execute("DROP SCHEMA IF EXISTS scalemodel_delivery CASCADE")
        nothing_lost(postgres, 4, late)


def torn(store):
    """The line breaks at the next commit, which the database keeps; a function that mends it."""
    write = store.database.write

    def breaks(strokes):
        write(strokes)
        raise DatabaseTrouble("write", "gone")

    store.database.write = breaks
    return lambda: setattr(store.database, "write", write)


@pytest.mark.parametrize("where", ["file", pytest.param("url", marks=needs_postgres)])
def test_a_line_that_breaks_in_the_commit_leaves_no_doubt_for_good(where, tmp_path, request):
    if where == "url":
        import psycopg

        where = request.getfixturevalue("postgres")
        with psycopg.connect(where) as look:
            look.execute("DROP SCHEMA IF EXISTS scalemodel_delivery CASCADE")
    else:
        where = tmp_path / "a.db"
    with SqlStore(where) as store:
        server = Server(store, lambda: 0.0)
        ana, _ = server.join("ana"), server.join("bo")
        server.send(ana, 1, "bo", "a"), server.send(ana, 2, "bo", "b")
        mend = torn(store)
        for n in (3, 4):
            with pytest.raises(DatabaseTrouble, match="not there any more"):
                server.commit()
            mend()
            server.send(ana, n, "bo", f"more {n}")
            mend = torn(store)
        mend()
        assert server.take() == [] and server.commit() == 4
        assert [packet[2] for _, packet in server.take()] == [1, 2, 3, 4]
        assert [row[6] for row in store.load("message")] == ["a", "b", "more 3", "more 4"]
        assert len(store.load("sent")) == 4


@needs_postgres
def test_a_server_whose_line_to_the_database_was_cut_dials_again(postgres):
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as look, SqlStore(postgres) as store:
        server = Server(store, lambda: 0.0)
        ana = server.join("ana")
        server.join("bo"), server.send(ana, int(server._next) + 10_000, "bo", "a")
        look.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        )
        with pytest.raises(DatabaseTrouble, match="cannot be reached"):
            server.commit()
        assert server.commit() == 1 and server.take()[0][1][0] == "ack"


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_what_is_acknowledged_stands_in_the_database_and_goes_with_its_receipt(tmp_path):
    with SqlStore(tmp_path / "a.db") as store:
        server, rows = Server(store, lambda: 5.0), lambda: store.database.read(
            "SELECT id, kind, body FROM message ORDER BY id"
        )  # fmt: skip
        ana, bo = server.join("ana"), server.join("bo")
        server.send(ana, 1, "bo", "tea")
        assert rows() == [] and server.take() == []
        server.commit()
        assert rows() == [(1, "text", "tea")] and len(server.take()) == 1
        server.got(bo, 1), server.hello(ana, 0)
        assert rows() == [(1, "text", "tea")] and server.take() == [], "the receipt comes first"
        server.commit()
        assert rows() == [(2, "delivered", "")] and server.take()[0][1][3] == "delivered"
        server.got(ana, 2), server.commit()
        assert rows() == [] and len(server) == 0


# ── Refusals ────────────────────────────────────────────────────────────────
def test_two_servers_on_one_log_and_one_that_is_gone(tmp_path):
    with SqlStore(tmp_path / "a.db") as store, SqlStore(tmp_path / "a.db") as same:
        one = Server(store, lambda: 0.0)
        ana = one.join("ana")
        two = Server(same, lambda: 0.0)
        one.send(ana, 1, "ana", "one"), two.send(ana, 2, "ana", "two")
        one.commit()
        with pytest.raises(DatabaseTrouble, match="two programs write here"):
            two.commit()
        assert two.take() == []
        os.remove(tmp_path / "a.db")
        one.send(ana, 3, "ana", "three")
        with pytest.raises(DatabaseTrouble, match="not there any more"):
            one.commit()
