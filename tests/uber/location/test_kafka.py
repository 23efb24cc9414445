"""The log over Kafka's protocol: what it keeps, what it says when there is trouble."""

import importlib.util
import socket
import sys
from types import SimpleNamespace

import pytest

from scalemodel.uber.location import kafka
from scalemodel.uber.location.kafka import KafkaLog
from scalemodel.uber.location.log import LogTrouble
from scalemodel.uber.location.reports import Gateway, Report

pytestmark = pytest.mark.skipif(
    kafka.client is None, reason="not run: Kafka: pip install confluent-kafka"
)


def read(reader, n, tries=400):
    """What a reader gets until it has `n` messages."""
    found = []
    for _ in range(tries):
        found += reader.poll(100, 0.02)
        if len(found) >= n:
            break
    return found


@pytest.fixture
def nobody():
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    return f"127.0.0.1:{port}"


# ── Examples ────────────────────────────────────────────────────────────────
def test_two_logs_on_the_same_brokers_and_what_was_not_committed_comes_again():
    with KafkaLog("reports") as own:
        with KafkaLog("reports", own.bootstrap_servers) as other:
            for n in range(40):
                (own, other)[n % 2].publish(b"%d" % (n % 5), b"%d" % n)
            own.flush(), other.flush()
            assert (own.acked, other.acked, own.behind(), other.behind()) == (20, 20, 20, 0)
            reader = other.reader("index")
            found = read(reader, 40)
            assert sorted(int(message.value) for message in found) == list(range(40))
            assert reader.lag() == 0 and reader.assigned == [0, 1, 2, 3]
            for key in range(5):
                of_key = [int(m.value) for m in found if int(m.value) % 5 == key]
                assert len({m.partition for m in found if int(m.value) % 5 == key}) == 1
                assert [n for n in of_key if n % 2] == sorted(n for n in of_key if n % 2)
        ours = own.reader("index")  # the other has gone, and had not committed
        again = read(ours, 40)
        assert {message[:2] for message in again} == {message[:2] for message in found}
        assert ours.commit() and ours.commit() and own.behind() == 0
        own.reader("archive")
        assert own.behind() == 20, "by the group that has read the least"
        own.publish(b"1", b"more"), own.flush()
        assert ours.lag() == 1 and len(read(ours, 1)) == 1 and ours.lag() == 0
    assert not ours.commit()
    with pytest.raises(LogTrouble, match=r"^the reader is closed: another must be made$"):
        ours.poll()


def test_what_is_refused_is_counted_out_and_named():
    with KafkaLog() as log:
        log.publish(b"1", b"here"), log.publish(b"1", b"there"), log.flush()
        log.publish(b"1", b"lost"), log._sender.purge()
        with pytest.raises(LogTrouble, match=r"^1 messages were not acknowledged: .*[Pp]urged"):
            log.flush()
        assert log.behind() == log.acked == 2


class Troubled:
    """A consumer that reads nothing, with a topic that is well or not; a commit is refused."""

    def __init__(self, topic=None, commit="ILLEGAL_GENERATION"):
        self.topic, self.refusal, self.asked = topic, commit, 0

    def subscribe(self, topics, **_):
        pass

    def consume(self, most, wait_s):
        return []

    def list_topics(self, name, timeout):
        self.asked += 1
        return SimpleNamespace(topics={name: SimpleNamespace(error=self.topic)})

    def commit(self, offsets, asynchronous):
        code = getattr(kafka.client.KafkaError, self.refusal)
        raise kafka.client.KafkaException(kafka.client.KafkaError(code))

    def close(self):
        pass


@pytest.fixture
def reader_with(monkeypatch):
    def made(consumer):
        monkeypatch.setattr(kafka.client, "Consumer", lambda config: consumer)
        log = SimpleNamespace(topic="reports", patience_s=1.0, bootstrap_servers="nobody")
        return kafka.KafkaReader(log, "index", kafka.Counter())

    return made


def test_trouble_is_looked_at_once_and_is_told_where_it_is_not_over(reader_with):
    well = reader_with(Troubled())
    assert well.poll() == [] and well._consumer.asked == 0, "nothing was heard"
    well._heard(kafka.client.KafkaError(kafka.client.KafkaError._TRANSPORT))
    assert well.poll() == well.poll() == [] and well._consumer.asked == 1
    ill = reader_with(
        Troubled(kafka.client.KafkaError(kafka.client.KafkaError.UNKNOWN_TOPIC_OR_PART))
    )
    ill._heard(kafka.client.KafkaError(kafka.client.KafkaError._TRANSPORT))
    with pytest.raises(LogTrouble, match=r"^cannot read reports: .*nknown topic"):
        ill.poll()


def test_a_commit_for_which_it_is_too_late_is_none_and_another_refusal_is_trouble(reader_with):
    reader = reader_with(Troubled())
    assert reader.commit() is False, "nothing was read"
    reader._at = {0: 7}
    assert reader.commit() is False and not reader._read
    reader._consumer.refusal = "TOPIC_AUTHORIZATION_FAILED"
    with pytest.raises(LogTrouble, match=r"^cannot commit in reports: "):
        reader.commit()
    reader.close()
    assert reader.commit() is False


# ── Laws ────────────────────────────────────────────────────────────────────
def test_nothing_is_acknowledged_that_a_broker_has_not(nobody):
    with KafkaLog() as own:
        log = KafkaLog("reports", own.bootstrap_servers, patience_s=2.0)
        log.publish(b"1", b"here"), log.flush()
        reader = log.reader("index")
        reader.poll()
        own.close()  # and with it the brokers
        log.publish(b"1", b"nobody takes it")
        with pytest.raises(LogTrouble, match=r"^1 messages were not acknowledged: .*[a-z]"):
            log.flush()
        assert log.acked == 1
        with pytest.raises(LogTrouble, match=r"^cannot read reports: .*Repeat the call$"):
            for _ in range(50):
                reader.poll(10, 0.1)
        with pytest.raises(LogTrouble, match="messages were not acknowledged"):
            log.publish(b"1", b"nor this one"), log.close()
        log.close()


def test_what_was_not_acknowledged_is_told_at_the_end_of_a_block(nobody):
    with KafkaLog() as own:
        log, other, third = (KafkaLog("reports", own.bootstrap_servers, 1.0) for _ in range(3))
        own.close()
    with pytest.raises(LogTrouble, match=r"^50 messages were not acknowledged: ."), log:
        reader = log.reader("index")
        for n in range(50):
            log.publish(b"1", b"%d" % n)
    with pytest.raises(LogTrouble, match=r"^the reader is closed"):
        reader.poll()
    with pytest.raises(KeyError, match="on its way"), other:
        other.publish(b"1", b"lost")
        raise KeyError("on its way")
    third.publish(b"1", b"lost")
    with pytest.raises(LogTrouble, match=r"^1 messages were not acknowledged"):
        third.flush()
    third.close()  # it has been told


class Unheard:
    """A sender to whom answers come when the test says so."""

    def __init__(self, _):
        self.answers = []
        self.poll = self.flush = self.close = lambda *_: None

    def list_topics(self, timeout):
        return SimpleNamespace(topics={"reports": None}, brokers={})

    def produce(self, *_, on_delivery):
        self.answers.append(on_delivery)


def test_a_loss_is_told_once_whenever_its_refusal_comes(monkeypatch):
    monkeypatch.setattr(kafka.client, "Producer", Unheard)
    log, refusal = KafkaLog("reports", "somewhere:9092"), kafka.client.KafkaError(-192)
    answers = log._sender.answers
    for n in range(4):
        log.publish(b"1", b"%d" % n)
    answers[0](refusal, None), answers[1](None, None)
    with pytest.raises(LogTrouble, match=rf"^3 messages were not .*: {refusal.str()}$"):
        log.flush()
    answers[2](refusal, None), answers[3](None, None)
    log.flush()
    assert log.acked == 2 and log._sent == 2
    log.publish(b"1", b"new"), log.publish(b"1", b"newer"), answers[4](refusal, None)
    with pytest.raises(LogTrouble, match=r"^2 messages were not acknowledged"):
        log.flush()
    log.publish(b"1", b"newest")
    with pytest.raises(LogTrouble, match=r"^1 messages were not acknowledged: no answer$"):
        log.close()
    log.close()


def test_a_log_that_is_closed_says_so():
    with KafkaLog() as log:
        reader, gateway = log.reader("index"), Gateway(log, b"secret")
        log.publish(b"1", b"here")
    calls = (
        lambda: log.publish(b"1", b"x"), log.flush, log.behind, lambda: log.reader("index"),
        lambda: reader.assigned, reader.lag, reader.poll,
    )  # fmt: skip
    for call in calls:
        with pytest.raises(LogTrouble, match=r"^the (log|reader) is closed: another must be made$"):
            call()
    proof = gateway.token_of(7, "driver")
    answer = gateway.receive(Report(7, "driver", 52.5, 13.4, 100.0, 1), proof, 100.0)
    assert answer.status == 503 and answer.words.endswith("the log is closed: another must be made")


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_same_calls_as_of_the_log_in_this_process():
    from scalemodel.uber.location.log import Log, Reader

    public = lambda kind: {name for name in vars(kind) if name[0] != "_"}
    assert public(KafkaLog) == public(Log)
    assert public(kafka.KafkaReader) == public(Reader) - {"drop"}


def test_the_sender_is_told_what_the_text_says(monkeypatch):
    told, real = [], kafka.client.Producer
    monkeypatch.setattr(
        kafka.client, "Producer", lambda config: told.append(config) or real(config)
    )
    with KafkaLog(patience_s=2.5) as log:
        assert len(log.bootstrap_servers.split(",")) == 3
    assert told == [
        {
            "test.mock.num.brokers": 3, "log_level": 0, "enable.idempotence": True,
            "linger.ms": 5, "message.timeout.ms": 2_500,
        }
    ]  # fmt: skip


# ── Refusals ────────────────────────────────────────────────────────────────
def test_nobody_there_is_an_error_soon(nobody):
    with pytest.raises(LogTrouble, match=rf"^cannot reach Kafka at {nobody}: .*Repeat the call$"):
        KafkaLog("reports", nobody, patience_s=1)


def test_a_topic_that_is_not_there_is_not_made():
    with KafkaLog("reports") as own:
        with pytest.raises(ValueError, match="topic='riders' must be there: none is made"):
            KafkaLog("riders", own.bootstrap_servers)
        assert set(own._sender.list_topics(timeout=5).topics) == {"reports"}


def test_a_queue_that_stays_full_is_an_error_and_one_that_empties_is_not(monkeypatch):
    monkeypatch.setattr(kafka, "SENDER", kafka.SENDER | {"queue.buffering.max.messages": 5})
    with KafkaLog() as log:
        for n in range(50):
            log.publish(b"1", b"%d" % n)
        log.flush()
        assert log.acked == 50 and log.behind() == 50
        real, waits_s = log._sender, []

        def full(*_, **__):
            raise BufferError

        log._sender = SimpleNamespace(produce=full, poll=waits_s.append)
        with pytest.raises(LogTrouble, match=r"^the queue to Kafka is full: .*repeat the call$"):
            log.publish(b"1", b"too much")
        assert sum(waits_s) == pytest.approx(10.0)
        log._sender = real


def test_what_is_too_large_is_not_taken_and_not_counted():
    with KafkaLog() as log:
        with pytest.raises(LogTrouble, match=r"^cannot publish 2000000 bytes: .*size.*"):
            log.publish(b"1", b"x" * 2_000_000)
        assert log.behind() == 0


def test_a_group_that_is_none_is_refused():
    with KafkaLog() as log:
        for wrong in ("", "a\0b"):
            with pytest.raises(ValueError, match=f"^group={wrong!r}".replace("\\", r"\\")):
                log.reader(wrong)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"topic": ""}, "topic='' must be a non-empty string"),
        ({"topic": "a\0b"}, r"topic='a\\x00b' must be text without a NUL"),
        ({"bootstrap_servers": "a\0b"}, r"bootstrap_servers='a\\x00b' must be text without a NUL"),
        ({"bootstrap_servers": 9}, "bootstrap_servers=9 must be text or None"),
        ({"patience_s": 0.5}, "patience_s=0.5 must be a finite number of at least 1 "),
    ],
)
def test_what_makes_no_log_is_refused(given, words):
    with pytest.raises(ValueError, match=words):
        KafkaLog(**given)


def test_without_the_package_one_is_told_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    there = importlib.util.spec_from_file_location("kafka_without", kafka.__file__)
    there.loader.exec_module(without := importlib.util.module_from_spec(there))
    with pytest.raises(LogTrouble, match=r"pip install confluent-kafka.*log\.Log"):
        without.KafkaLog()
