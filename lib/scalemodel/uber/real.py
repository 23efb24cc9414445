"""Kafka's protocol and a real Redis, run for real, with a stopwatch in hand.

The other models of this room count; here processes are killed, sockets carry the reports, and
time is that of the machine at hand. Each function gives a plain dict of numbers, whose names
end in their units. `make real` writes them into the record that the chapter shows.

Read in this order: `killed`, `rounds`, `places`; `RUNS` lists them.

Left out: a network between machines; brokers that copy or keep anything (librdkafka's own do
neither); other people's load on the machine.
Sources: librdkafka, CONFIGURATION.md (session.timeout.ms), rdkafka_mock_cgrp.c; Redis,
geohash_helper.c.
"""

__all__ = [
    "EACH_S", "EAST", "EVERY_S", "KEPT", "LEAST_S", "LONGER", "NORTH", "PARTITIONS", "PATIENCE_S",
    "REDIS_EARTH_M", "ROUNDS", "RUNS", "SETTLED", "STORE", "expected_messages_per_s",
    "expected_unread_s", "fitted_ms", "here", "killed", "places", "rounds",
]  # fmt: skip
__dir__ = lambda: __all__

import contextlib
import multiprocessing
import os
import platform
import signal
import subprocess
import time
import zlib
from collections.abc import Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np

from scalemodel.core import checks
from scalemodel.core.rng import stream
from scalemodel.parts.storage.redis_server import PrivateServer, server_program
from scalemodel.uber.location import kafka
from scalemodel.uber.location.consumer import IndexConsumer
from scalemodel.uber.location.grid import GeoIndex
from scalemodel.uber.location.kafka import KafkaLog
from scalemodel.uber.location.reports import PACKED, VERSION, Gateway, Report
from scalemodel.uber.location.sphere import distance_m
from scalemodel.uber.location.stores import RedisStore, StoreTrouble

REDIS_EARTH_M = 6_372_797.560856  # 0.03 % more than ours
EVERY_S, PARTITIONS, KEPT = 4.0, 4, 40_000  # a car's reports; of a topic; messages in stock
PATIENCE_S, EACH_S, LEAST_S, ROUNDS, SETTLED = 60.0, 0.25, 0.2, 3, 15
NORTH, EAST = (52.32, 52.68), (13.1, 13.69)  # a city of 40 by 40 km


def here() -> dict[str, str]:
    """The machine and the versions that a run is made with.

    >>> sorted(here())
    ['Python', 'Redis', 'librdkafka', 'machine']
    """
    with contextlib.suppress(RuntimeError), RedisStore() as store:
        redis = store._redis.info("server")["redis_version"]
    return {
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "Redis": redis if server_program() else "none",
        "librdkafka": kafka.client.libversion()[0] if kafka.client else "none",
        "Python": platform.python_version(),
    }


# ── Something is killed ─────────────────────────────────────────────────────
def killed(
    what: str = "a reader", cars: int = 4_000, kill_s: float = 5.0, back_s: float = 11.0,
    duration_s: float = 24.0, session_s: float = 6.0,
) -> dict:  # fmt: skip
    """Two readers in two processes fill a Redis; at `kill_s` one of the three gets SIGKILL.

    A reader dies after it has told the store of a batch, and before the log knows. The store is
    replaced at `back_s`, by an empty one. After `session_s` without a heartbeat a reader is given
    up. `waiting` has a row for the survivor's partitions and one for the others: each `each_s`, how
    many reports are taken and not in the store.
    """
    if what not in ("a reader", "the store"):
        raise ValueError(f"what={checks.brief(what)} must be a reader or the store")
    cars = checks.whole("cars", cars, at_least=100, at_most=20_000)
    checks.real("duration_s", duration_s, at_least=EVERY_S, at_most=600)
    checks.real("back_s", back_s, at_least=0, at_most=duration_s)
    checks.real("kill_s", kill_s, at_least=0, at_most=back_s)
    checks.real("session_s", session_s, at_least=2, at_most=60)
    total, ways = int(duration_s * cars / EVERY_S), stream(0, "ways")
    spawn = multiprocessing.get_context("spawn")
    at = np.array([ways.uniform(*NORTH, total), ways.uniform(*EAST, total)]).T.tolist()
    said_s, came_s, times = np.zeros(total), np.full(total, np.inf), np.zeros(total, int)
    (pipe, his), dies_s, n, new = spawn.Pipe(duplex=False), spawn.Value("d", np.inf), 0, None

    def note(row):
        number = row[2] * cars + row[1]
        came_s[number] = np.minimum(came_s[number], row[0])
        times[number] += 1

    with PrivateServer() as old, RedisStore(old.url) as store, KafkaLog() as log:
        consumer = IndexConsumer(
            reader := _reader(log, session_s), {"driver": _noting(store, note)}
        )
        told = log.bootstrap_servers, old.url, store._keys, his, dies_s, session_s
        other = spawn.Process(target=_read_on, args=told, daemon=True)
        gateway, until_s = Gateway(log, b"ours"), time.monotonic() + PATIENCE_S
        proofs = [gateway.token_of(car, "driver") for car in range(cars)]
        other.start()
        try:
            settled = 0
            while settled < SETTLED and time.monotonic() < until_s:  # until both have joined
                consumer.step(wait_s=0.1)
                settled = (settled + 1) * (len(reader.assigned) == PARTITIONS // 2)
            if settled < SETTLED:
                raise RuntimeError("the readers did not share the log: run it again")
            own, began_s = reader.assigned, time.monotonic()
            dies_s.value = began_s + kill_s if what == "a reader" else np.inf
            while (now_s := time.monotonic() - began_s) < duration_s or not times.all():
                while n < min(total, now_s * cars / EVERY_S):
                    said_s[n] = time.monotonic()
                    report = Report(n % cars, "driver", *at[n], said_s[n], n // cars)
                    gateway.receive(report, proofs[n % cars], said_s[n])
                    n += 1
                if what == "the store" and now_s > kill_s and new is None:
                    old.process.kill()
                    if now_s > back_s:
                        new = subprocess.Popen(old.process.args, stdout=subprocess.DEVNULL)
                with contextlib.suppress(StoreTrouble):
                    consumer.step(wait_s=0.02)
                with contextlib.suppress(EOFError):
                    while pipe.poll():
                        note(pipe.recv())
                if now_s > duration_s + PATIENCE_S:
                    raise RuntimeError("some reports did not come to the store: run it again")
            log.flush()
            found = store._redis.geopos(store._keys[0], *range(cars))
        finally:
            other.kill()
            if new:
                new.kill()
    said_s, came_s = said_s - began_s, came_s - began_s
    mine = np.array([zlib.crc32(b"%d" % (n % cars)) % PARTITIONS in own for n in range(total)])
    sides = [(said_s[side], np.sort(came_s[side])) for side in (mine, ~mine)]
    upto = partial(np.searchsorted, v=np.arange(0, duration_s, EACH_S), side="right")
    last = {n % cars: at[n] for n in range(total)}
    return {
        "taken": total, "acked": log.acked, "in_the_store": int((times > 0).sum()),
        "came_again": [int((times[side] - 1).sum()) for side in (mine, ~mine)],
        "at_an_older_place": sum(not found[car] or bool(distance_m(*at, *found[car][::-1]) > 1)
                                 for car, at in last.items()),
        "silent_s": [_brief(np.diff(came).max()) for _, came in sides],
        "each_s": EACH_S, "waiting": [(upto(said) - upto(came)).tolist() for said, came in sides],
    }  # fmt: skip


def _noting(store, note, dies_s=None):
    """A store that notes what it was told and when; at `dies_s` it kills its process after that."""

    def move(ids, lat, lon, time_s, seq):
        moved = store.move(ids, lat, lon, time_s, seq)
        now_s = time.monotonic()  # one clock for all processes of a machine
        note((now_s, ids, seq))
        if dies_s is not None and now_s >= dies_s.value:
            os.kill(os.getpid(), signal.SIGKILL)
        return moved

    return SimpleNamespace(move=move)


def _reader(log, session_s):
    with patch.dict(kafka.READER, {"session.timeout.ms": int(1_000 * session_s)}):
        return log.reader("index")


def _read_on(servers, url, keys, pipe, dies_s, session_s):
    store, log = RedisStore(url), KafkaLog(bootstrap_servers=servers)
    store._keys = keys
    noting = {"driver": _noting(store, pipe.send, dies_s)}
    consumer = IndexConsumer(_reader(log, session_s), noting)
    while True:
        with contextlib.suppress(StoreTrouble):
            consumer.step(wait_s=0.02)


def expected_unread_s(session_s: float) -> float:
    """Seconds without a reader after a death: the time-out, and the wait for the others to join.

    librdkafka's brokers wait for that a second less than the time-out. A real classic group
    shares as soon as all the living have joined anew.

    >>> expected_unread_s(session_s=6.0)
    11.0
    """
    return 2 * checks.real("session_s", session_s, at_least=2, at_most=60) - 1


# ── How much in a round ─────────────────────────────────────────────────────
def rounds(messages_a_round: Sequence[int] = (1, 3, 10, 30, 100, 300, 1_000)) -> dict:
    """Messages a second from the log into our index, by how many a round takes.

    A round polls, tells the index and commits; `commit_us` is a commit alone. The messages lie
    there already, so that the reader is timed and not the sender.
    """
    for size in messages_a_round:
        checks.whole("messages_a_round", size, at_least=1, at_most=KEPT)
    best = dict.fromkeys(messages_a_round, 0.0)
    with KafkaLog() as log:
        reader = log.reader("index")
        while not reader.assigned:
            reader.poll(1, 0.1)
        for size in [*best] * ROUNDS:
            for car in range(KEPT - log.behind()):
                place = PACKED.pack(VERSION, 0, car, 0, 0.0, NORTH[0], EAST[0])
                log.publish(b"%d" % car, place)
            log.flush()
            time.sleep(LEAST_S)  # until they lie with the reader
            consumer = IndexConsumer(reader, {"driver": GeoIndex()})
            began_s = time.perf_counter()
            while (took_s := time.perf_counter() - began_s) < LEAST_S and log.behind() > KEPT // 4:
                consumer.step(size, 0.01)
            best[size] = max(best[size], consumer.readings.read / took_s)
        commit_us = _brief(1e6 * _seconds(reader.commit))
    rates = [*map(_brief, best.values())]
    return {"messages_a_round": [*best], "messages_per_s": rates, "commit_us": commit_us}


def fitted_ms(told: Mapping) -> tuple[float, float]:
    """What a round takes, and each of its messages, from the smallest and the largest round.

    `told` is what `rounds` gives. Rates that leave no time for one of the two are a `ValueError`.

    >>> fitted_ms({"messages_a_round": [1, 3], "messages_per_s": [500.0, 750.0]})
    (1.0, 1.0)
    """
    sizes, rates = told["messages_a_round"], told["messages_per_s"]
    work_ms = (1e3 * sizes[-1] / rates[-1] - 1e3 / rates[0]) / (sizes[-1] - 1)
    round_ms = 1e3 / rates[0] - work_ms
    if not min(round_ms, work_ms) > 0:
        raise ValueError(
            f"messages_per_s={rates} must leave a round and a message more than no time, "
            f"not {round_ms:.3g} and {work_ms:.3g} ms"
        )
    return round_ms, work_ms


def expected_messages_per_s(messages_a_round: int, round_ms: float, work_ms: float) -> float:
    """Messages a second if a round costs so much, and each of its messages: n / (a + n b).

    >>> expected_messages_per_s(messages_a_round=10, round_ms=0.9, work_ms=0.01)
    10000.0
    """
    n = checks.whole("messages_a_round", messages_a_round, at_least=1)
    round_ms = checks.real("round_ms", round_ms, at_least=0)
    return 1e3 * n / (round_ms + n * checks.real("work_ms", work_ms, above=0))


# ── Redis beside our index ──────────────────────────────────────────────────
def places(cars: int = 100_000, questions: int = 144) -> dict:
    """Best-10 within 1 km and moves a second, on a Redis and on our index; and where they differ.

    Questions go to Redis one by one, then all in a pipeline, then to the index; moves one by one
    and a hundred in a script, then so to the index. `missed` are those of the cars `within` 2 km
    that GEOSEARCH leaves out, `different` the lists of ten that differ.
    """
    cars = checks.whole("cars", cars, at_least=100, at_most=1_000_000)
    checks.whole("questions", questions, at_least=1, at_most=10_000)
    ways, index, ids = stream(0, "ways"), GeoIndex(), np.arange(cars)
    lat, lon = ways.uniform(*NORTH, cars), ways.uniform(*EAST, cars)
    middle = ways.uniform(52.35, 52.65, questions), ways.uniform(13.15, 13.64, questions)
    asked = np.array(middle).T.tolist()
    with RedisStore() as store:
        for some in np.array_split(ids, -(-cars // 10_000)):
            store.move(some, lat[some], lon[some])
        index.move(ids, lat, lon)

        def search(radius_m, count=None):
            pipe = store._redis.pipeline(transaction=False)
            for at in asked:
                at = dict(zip(("latitude", "longitude"), at, strict=True))
                pipe.geosearch(store._keys[0], **at, radius=radius_m, sort="ASC", count=count)
            return [set(map(int, found)) for found in pipe.execute()]

        ask = lambda one: [one.nearest(*at, 10, 1_000.0).ids.tolist() for at in asked]
        move = lambda one, n: one.move(ids[:n], lat[:n], lon[:n])
        asks = [(ask, store), (search, 1_000, 10), (ask, index)]
        moves = {(move, store, 1): 1, (move, store, 100): 100}
        moves |= {(index.move_one, 0, NORTH[0], EAST[0]): 1, (move, index, 100): 100}
        truth = [set(index.within(*at, 2_000.0).ids.tolist()) for at in asked]
        found = np.array(store._redis.geopos(store._keys[0], *ids.tolist()))
        return {
            "ten_nearest_per_s": [_brief(questions / _seconds(partial(*call))) for call in asks],
            "moves_per_s": [_brief(n / _seconds(partial(*call))) for call, n in moves.items()],
            "rounded_m": _brief(distance_m(lat, lon, found[:, 1], found[:, 0]).max()),
            "within": sum(map(len, truth)),
            "missed": sum(len(a - b) for a, b in zip(truth, search(2_000), strict=True)),
            "different": sum(a != b for a, b in zip(ask(store), ask(index), strict=True)),
        }


def _seconds(call):
    best_s = np.inf
    for _ in range(ROUNDS):
        count, began_s = 0, time.perf_counter()
        while (took_s := time.perf_counter() - began_s) < LEAST_S or not count:
            call()
            count += 1
        best_s = min(best_s, took_s / count)
    return best_s


def _brief(value):
    return float(f"{value:.4g}")


STORE = partial(killed, what="the store")
LONGER = partial(killed, session_s=12.0, duration_s=30.0)
RUNS = {"a reader": killed, "a longer time-out": LONGER, "the store": STORE}
RUNS |= {"rounds": rounds, "places": places}
