"""From an app to the index: nothing is lost, and no car ends where it was before."""

from collections import Counter, deque
from types import SimpleNamespace

import numpy as np
import pytest

from scalemodel.core.rng import stream
from scalemodel.uber.location import kafka
from scalemodel.uber.location.consumer import IndexConsumer, Readings
from scalemodel.uber.location.grid import GeoIndex
from scalemodel.uber.location.kafka import KafkaLog
from scalemodel.uber.location.log import Log, LogTrouble, Message
from scalemodel.uber.location.reports import KINDS, Gateway, GatewayConfig, Report
from scalemodel.uber.location.stores import StoreTrouble
from tests.conftest import cases

ANA, BO = 7, 8
needs_kafka = pytest.mark.skipif(
    kafka.client is None, reason="not run: Kafka: pip install confluent-kafka"
)


class Killed(BaseException):
    """What a process sees that is killed: nothing that it could catch."""


class Watched(GeoIndex):
    """An index that notices a car that goes back, and in whose calls somebody may be killed."""

    def __init__(self):
        super().__init__()
        self.newest, self.dies = {}, None

    def move(self, ids, lat, lon, time_s, seq):
        if self.dies == "before":
            self.dies = None
            raise Killed
        half = len(ids) // 2 if self.dies == "half" else len(ids)
        moved = super().move(ids[:half], lat[:half], lon[:half], time_s[:half], seq[:half])
        for id in set(ids[:half].tolist()):
            seq_there = round(self.position(id)[0] * 1000)  # a report says its seq in its place
            assert seq_there >= self.newest.get(id, 0), f"car {id} went back"
            self.newest[id] = seq_there
        if self.dies is not None:
            self.dies = None
            raise Killed
        return moved


class History:
    """Cars that report and consumers that come and die, over `log`, as `rng` will."""

    wait_s = 0.0

    def __init__(self, log, rng, cars=12):
        self.log, self.rng, self.store = log, rng, Watched()
        config = GatewayConfig(reports_per_s=1e6, burst=10**6)
        self.gateway = Gateway(log, b"secret", config)
        self.seq, self.said, self.published, self.poison = [0] * cars, [0] * cars, 0, 0
        self.on_their_way, self.alive, self.read = [], [], Counter()

    def report(self):
        """A car reports; the net may keep a report back, and let others go before it."""
        car = int(self.rng.integers(len(self.seq)))
        self.seq[car] += 1
        seq = self.seq[car]
        self.on_their_way.append(Report(car, "driver", seq / 1000, car, 0.0, seq))
        if self.rng.random() < 0.7:
            self.arrive()

    def arrive(self):
        report = self.on_their_way.pop(int(self.rng.integers(len(self.on_their_way))))
        proof = self.gateway.token_of(report.id, "driver")
        for _ in range(1 + (self.rng.random() < 0.1)):  # an app that hears no answer says it again
            assert self.gateway.receive(report, proof, 0.0).status == 202
            self.published += 1
        self.said[report.id] = max(self.said[report.id], report.seq)

    def spoil(self):
        self.log.publish(b"%d" % self.rng.integers(9), b"no report")
        self.published, self.poison = self.published + 1, self.poison + 1

    def join(self):
        reader = self.log.reader("index")
        poll = reader.poll

        def noted(*given):
            found = poll(*given)
            self.read.update((one.partition, one.offset) for one in found)
            return found

        reader.poll = noted
        self.alive.append((IndexConsumer(reader, {"driver": self.store}), reader))

    def kill(self):
        self.step(("before", "half", "after", "commit")[int(self.rng.integers(4))])

    def step(self, dies=None):
        """One of them goes a step, and may be killed within it."""
        if not self.alive:
            return
        consumer, reader = self.alive[int(self.rng.integers(len(self.alive)))]
        if dies == "commit":
            reader.commit = self.killed
        self.store.dies = dies
        try:
            consumer.step(int(self.rng.integers(1, 30)), self.wait_s)
        except Killed:
            self.bury(consumer, reader)
        self.store.dies = None
        reader.__dict__.pop("commit", None)

    def killed(self):
        raise Killed

    def bury(self, consumer, reader):
        self.alive.remove((consumer, reader))
        getattr(reader, "drop", reader.close)()

    def give_up(self):
        """A slow one is taken for dead: it wakes, and what it commits no longer counts."""
        if self.alive and hasattr(self.alive[0][1], "drop"):
            self.alive[0][1].drop()

    def run(self, steps, deeds):
        for deed in self.rng.choice([*deeds], p=[*deeds.values()], size=steps):
            if deed != "join" or len(self.alive) < 3:
                getattr(self, deed)()
        while self.on_their_way:
            self.arrive()
        self.log.flush()

    def check(self):
        """Every message was read, and every car is where it said last."""
        assert self.log.acked == self.published == self.gateway.answers[202] + self.poison
        assert len(self.read) == self.published, "messages that nobody read"
        for car, seq in enumerate(self.said):
            if seq:
                assert self.store.position(car) == (seq / 1000, car)
            assert (car in self.store) == bool(seq)


# ── Examples ────────────────────────────────────────────────────────────────
def publish(log, *reports):
    gateway = Gateway(log, b"secret", GatewayConfig(burst=1_000))
    for report in reports:
        proof = gateway.token_of(report.id, report.kind)
        assert gateway.receive(report, proof, 100.0).words == "taken"


def ana(seq, kind="driver"):
    return Report(ANA, kind, 52.0 + seq / 100, 13.0, 90.0 + seq, seq)


def test_reports_of_each_kind_go_to_their_own_store():
    log, cars, riders = Log(), GeoIndex(), GeoIndex()
    publish(log, ana(1), ana(2, "rider"), Report(BO, "rider", 1.0, 2.0, 99.0, 1))
    consumer = IndexConsumer(log.reader("index"), {"driver": cars, "rider": riders})
    assert consumer.step() == 3
    assert cars.position(ANA) == (52.01, 13.0) and riders.position(ANA) == (52.02, 13.0)
    assert BO not in cars and riders.position(BO) == (1.0, 2.0)
    assert consumer.readings == Readings(read=3, applied=3)


def test_what_became_of_each_message_is_counted():
    log = Log(partitions=1)
    publish(log, ana(2), ana(1), ana(2), ana(3), ana(9, "rider"))
    log.publish(b"x", b"no report"), log.publish(b"x", b"")
    consumer = IndexConsumer(log.reader("index"), {"driver": GeoIndex()})
    assert consumer.step() == 7 and consumer.step() == 0
    assert consumer.readings == Readings(read=7, applied=2, stale=2, unwanted=1, poison=2)


def test_lag_is_told_in_messages():
    log = Log(partitions=1)
    publish(log, ana(1), ana(2), ana(3))
    consumer = IndexConsumer(log.reader("index"), {"driver": GeoIndex()})
    assert consumer.lag() == 3
    assert consumer.step(2) == 2 and consumer.lag() == 1
    assert consumer.step(2) == 1 and consumer.lag() == 0


class Fails:
    """A store, or a log's reader, that fails so many times."""

    def __init__(self, inner, call, times, error):
        self.inner, self.call, self.times, self.error = inner, call, times, error

    def __getattr__(self, name):
        if name == self.call and self.times:
            self.times -= 1
            raise self.error
        return getattr(self.inner, name)


def test_a_store_that_fails_loses_nothing_and_is_tried_again():
    log, cars = Log(), GeoIndex()
    store = Fails(cars, "none yet", 2, StoreTrouble("full"))
    consumer = IndexConsumer(log.reader("index"), {"driver": store})
    store.call = "move"
    publish(log, ana(1))
    for _ in range(2):
        with pytest.raises(StoreTrouble, match="full"):
            consumer.step()
        assert log.behind() == consumer.lag() == 1 and consumer.readings.read == 0
    assert consumer.step() == 1 and log.behind() == consumer.lag() == 0
    assert consumer.readings == Readings(read=1, applied=1) and ANA in cars


def test_a_commit_that_fails_is_made_again_with_the_same_batch():
    log, cars = Log(), GeoIndex()
    reader = Fails(log.reader("index"), "none yet", 1, LogTrouble("nobody there"))
    consumer = IndexConsumer(reader, {"driver": cars})
    reader.call = "commit"
    publish(log, ana(1))
    with pytest.raises(LogTrouble, match="nobody there"):
        consumer.step()
    assert log.behind() == 1 and ANA in cars
    assert consumer.step() == 1 and log.behind() == 0
    assert consumer.readings == Readings(read=1, applied=1), "as the store said at first"


def test_of_two_stores_each_counts_as_it_did_at_first():
    log, cars, riders = Log(), GeoIndex(), Fails(GeoIndex(), "move", 0, StoreTrouble("full"))
    reader = Fails(log.reader("index"), "none yet", 1, LogTrouble("nobody there"))
    consumer = IndexConsumer(reader, {"driver": cars, "rider": riders})
    publish(log, ana(1), ana(1), ana(1, "rider"))
    riders.times, reader.call = 1, "commit"
    for trouble in (StoreTrouble, LogTrouble):
        with pytest.raises(trouble):
            consumer.step()
    assert consumer.step() == 3
    assert consumer.readings == Readings(read=3, applied=2, stale=1)
    publish(log, ana(2))
    assert consumer.step() == 1 and consumer.readings.applied == 3


def test_what_was_read_before_and_what_the_log_no_longer_had_is_seen():
    batches = deque(
        [Message(0, offset, b"") for offset in offsets] for offsets in ((4, 5), (4,), (6, 9), (6,))
    )
    reader = SimpleNamespace(
        poll=lambda most, wait_s: batches.popleft(), commit=lambda: True, lag=lambda: 0
    )
    consumer = IndexConsumer(reader, {"driver": GeoIndex()})
    for _ in range(4):
        consumer.step()
    assert consumer.readings == Readings(read=6, poison=6, again=2, lost=2)


# ── Laws ────────────────────────────────────────────────────────────────────
DEEDS = {"report": 0.6, "step": 0.25, "kill": 0.04, "join": 0.06, "give_up": 0.03, "spoil": 0.02}


@pytest.mark.parametrize("some", range(8))
def test_no_schedule_of_kills_and_repeats_loses_a_report_or_turns_a_car_back(some):
    for seed in range(some * 25, some * 25 + cases(25)):
        rng = stream(seed, "history")
        partitions = int(rng.integers(1, 6))
        log = Log(partitions)
        history = History(log, rng)
        history.run(150, DEEDS)
        for consumer, reader in history.alive[1:]:
            history.bury(consumer, reader)
        if not history.alive:
            history.join()
        ((consumer, reader),) = history.alive
        while consumer.step():
            pass
        assert log.behind() == reader.lag() == 0, seed
        history.check()


class OverKafka(History):
    """The same, where a group takes seconds to share out: all are waited for."""

    wait_s = 0.02

    def join(self):
        super().join()
        self.settle()

    def bury(self, consumer, reader):
        super().bury(consumer, reader)
        self.settle()

    def settle(self):
        for _ in range(1_500):
            for consumer, _ in self.alive:
                consumer.step(500, 0.01)
            if all(reader.assigned for _, reader in self.alive):
                break

    def kill(self):
        """Somebody, with a batch in hand; on a busy machine a group shares out for long."""
        before, self.wait_s = len(self.alive), 0.2
        for _ in range(500):
            self.report()
            self.log.flush()
            super().kill()
            if len(self.alive) < before:
                break
        else:
            pytest.fail("nobody could be killed")
        del self.wait_s


NO_KILLS = {"report": 0.7, "step": 0.25, "spoil": 0.05}


def over_kafka(seed, deeds):
    with KafkaLog() as log:
        history = OverKafka(log, stream(seed, "Kafka's history"))
        for deed in deeds:
            getattr(history, deed)()
            history.run(150, NO_KILLS)
        for _ in range(1_000):
            history.settle()
            if log.behind() == 0:
                break
        history.check()
        ends = Counter()
        for partition, offset in history.read:
            ends[partition] = max(ends[partition], offset + 1)
        assert ends.total() == history.published, "something lies there twice"
        assert sum(consumer.lag() for consumer, _ in history.alive) == 0


@needs_kafka
def test_the_same_over_kafkas_protocol():
    over_kafka(0, ("join", "kill", "join"))


@needs_kafka
@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(1, 11))
def test_the_same_over_kafkas_protocol_in_many_ways(seed):
    deeds = ["join", "kill", "join", "join", "kill", "join"]
    over_kafka(seed, [*deeds, *[["kill"], ["kill", "kill", "join"]][seed % 2]])


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_index_is_what_sorting_all_reports_says():
    rng = stream(3, "oracle")
    log, cars = Log(), GeoIndex()
    lat, lon = rng.uniform(-90, 90, 400), rng.uniform(-180, 180, 400)
    id, seq = rng.integers(40, size=400), rng.integers(100, size=400)
    rows = zip(id.tolist(), lat.tolist(), lon.tolist(), seq.tolist(), strict=True)
    publish(log, *(Report(i, KINDS[0], a, o, 100.0, s) for i, a, o, s in rows))
    consumer = IndexConsumer(log.reader("index"), {"driver": cars})
    while consumer.step(7):
        pass
    first = np.lexsort((-np.arange(400), seq))  # of equals the first one counts
    last = {int(id[n]): (lat[n], lon[n]) for n in first}
    assert {i: cars.position(i) for i in last} == last and len(cars) == len(last)
    assert consumer.readings.applied + consumer.readings.stale == 400


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("reader", "stores", "words"),
    [
        (None, {"driver": GeoIndex()}, "reader=None must have the methods poll, commit, lag"),
        (Log().reader("a"), {}, r"stores=\{\} must be of some of driver, rider"),
        (Log().reader("a"), None, "stores=None must be a dictionary"),
        (Log().reader("a"), {"bus": GeoIndex()}, "must be of some of driver, rider"),
        (Log().reader("a"), {"rider": None}, r"stores\['rider'\]=None must have the methods move"),
    ],
)
def test_a_consumer_needs_a_reader_and_stores(reader, stores, words):
    with pytest.raises(ValueError, match=words):
        IndexConsumer(reader, stores)
