"""The same log over Kafka's wire protocol, with the calls of `log`.

By default three brokers come along: librdkafka has them for its own tests. They listen on
real ports and speak the real protocol, but keep everything in this process, copy nothing,
and hold the last 100,000 messages or 5 MiB of a partition, whichever is less. So a sender must
not run away from the readers (`behind`), and an audit counts messages and not offsets. With
`bootstrap_servers` it is your own Kafka, which keeps what it was told to, and a topic that
is there: none is made, and none deleted.

The sender is idempotent: what the client repeats by itself lies there once. A message counts
as `acked` when a broker has said so; `flush` and `close` wait for that, and say how many it was not.
To join a group takes these brokers 3 s. A message costs some 10 µs of a
processor, brokers included (`benchmarks/uber/stream.py`).

Left out: transactions, TLS and passwords, making topics.
Sources: librdkafka, CONFIGURATION.md and rdkafka_mock.c; documentation of confluent-kafka.
"""

__all__ = [
    "BROKERS", "FULL_S", "GONE", "QUIET", "READER", "SENDER", "KafkaLog", "KafkaReader", "asking",
]  # fmt: skip
__dir__ = lambda: __all__

import contextlib
import functools
from collections import Counter

from scalemodel.core import checks
from scalemodel.uber.location.log import LogTrouble, Message

try:
    import confluent_kafka as client
except ImportError:  # not to be had on every system; `log` does the same in this process
    client = None

BROKERS = {"test.mock.num.brokers": 3}
QUIET = {"log_level": 0}  # what goes wrong is said by errors, and not on the screen
SENDER = QUIET | {"enable.idempotence": True, "linger.ms": 5}
READER = QUIET | {"auto.offset.reset": "earliest", "enable.auto.commit": False}
READER |= {"fetch.wait.max.ms": 10}
READER |= {"session.timeout.ms": 6_000, "heartbeat.interval.ms": 500}  # until one is given up
GONE = ("ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID", "REBALANCE_IN_PROGRESS")
FULL_S = 0.05  # to let some messages go where the sender's queue is full


class KafkaLog:
    """A topic; `bootstrap_servers=None` brings brokers along, which end with it.

    >>> if client:
    ...     with KafkaLog() as log:
    ...         log.publish(b"7", b"here"); log.flush()
    ...         assert log.acked == log.behind() == 1
    """

    @checks.kinds
    def __init__(
        self,
        topic: str = "reports",
        bootstrap_servers: str | None = None,
        patience_s: float = 10.0,  # for a broker to answer, then it is an error
    ):
        self.topic = _text("topic", topic)
        if bootstrap_servers is not None:
            _text("bootstrap_servers", bootstrap_servers)
        self.patience_s = checks.real("patience_s", patience_s, at_least=1, at_most=3_600)
        if client is None:
            raise LogTrouble(
                "Kafka's protocol is not to be had here: `pip install confluent-kafka`, or take "
                "scalemodel.uber.location.log.Log, which has the same calls"
            )
        self._own, self._readers, self._read = bootstrap_servers is None, [], {}
        self.acked, self._sent, self._closed = 0, 0, False
        self._late, self._refused = 0, Counter()  # what `flush` has not told yet
        self._told = 0  # how often it has told something
        where = BROKERS if self._own else {"bootstrap.servers": bootstrap_servers}
        last = {"message.timeout.ms": int(1000 * self.patience_s)}
        self._sender = client.Producer(where | SENDER | last)
        try:
            with asking(f"reach Kafka at {bootstrap_servers}"):  # to ask for a topic makes it
                words = [self.topic] if self._own else []
                found = self._sender.list_topics(*words, timeout=self.patience_s)
            if self.topic not in found.topics:
                raise ValueError(
                    f"topic={checks.brief(topic)} must be there: none is made on a Kafka of yours"
                )
        except BaseException:
            self._sender.close()
            raise
        brokers = (f"{broker.host}:{broker.port}" for broker in found.brokers.values())
        self.bootstrap_servers = bootstrap_servers or ",".join(brokers)

    @checks.kinds
    def publish(self, key: bytes, value: bytes) -> None:
        """Hand a message to the sender; whether it arrived is known by `acked` and `flush`."""
        sender = self._open()
        for _ in range(int(self.patience_s / FULL_S)):
            with (
                contextlib.suppress(BufferError),
                asking(f"publish {len(value)} bytes", "Say less"),
            ):
                heard = functools.partial(self._delivered, self._told)
                sender.produce(self.topic, value, key, on_delivery=heard)
                self._sent, self._late = self._sent + 1, self._late + 1
                sender.poll(0)
                return
            sender.poll(FULL_S)
        raise LogTrouble("the queue to Kafka is full: look at its brokers, and repeat the call")

    def _delivered(self, told, error, _):
        is_news = told == self._told  # else it was told that no answer had come
        self._late -= is_news
        if error is None:
            self.acked += 1
            return
        self._sent -= 1
        if is_news:
            self._refused[error.str()] += 1

    def flush(self) -> None:
        """Wait until all that was published is acknowledged; `LogTrouble`, once, if some was not."""
        self._open().flush(self.patience_s)
        late, refused = self._late, self._refused
        if late or refused:
            self._late, self._refused, self._told = 0, Counter(), self._told + 1
            why = ", ".join(refused) or "no answer"
            raise LogTrouble(f"{late + refused.total()} messages were not acknowledged: {why}")

    def behind(self) -> int:
        """Messages that the slowest group has not committed; 0 on a Kafka of yours.

        It knows the readers that this `KafkaLog` made: those of other processes are not seen.
        """
        self._open().poll(0)
        read = min((sum(offsets.values()) for offsets in self._read.values()), default=0)
        return max(0, self._sent - read) if self._own else 0

    @checks.kinds
    def reader(self, group: str) -> "KafkaReader":
        """A new member of a group; its first calls of `poll` wait until the group has shared."""
        self._open()
        read = self._read.setdefault(_text("group", group), Counter())
        self._readers.append(KafkaReader(self, group, read))
        return self._readers[-1]

    def close(self) -> None:
        """End readers, sender and, if they came along, brokers; twice is no matter.

        `LogTrouble`, when all is ended, if something was not acknowledged.
        """
        if self._closed:
            return
        with contextlib.ExitStack() as ends:
            ends.callback(self._sender.close)
            for reader in self._readers:
                ends.callback(reader.close)
            ends.callback(setattr, self, "_closed", True)
            self.flush()

    def _open(self):
        if self._closed:
            raise LogTrouble("the log is closed: another must be made")
        return self._sender

    def __enter__(self):
        return self

    def __exit__(self, _, error, __):
        try:
            self.close()
        except LogTrouble as trouble:
            if error is None:
                raise
            error.add_note(str(trouble))


class KafkaReader:
    """A member of a group, made by `KafkaLog.reader`.

    >>> if client:
    ...     with KafkaLog() as log:
    ...         reader = log.reader("index")
    ...         assert reader.poll(most=5, wait_s=0.1) == []  # it has not joined yet
    """

    def __init__(self, log: KafkaLog, group: str, read: Counter):
        self._topic, self._patience_s, self._read = log.topic, log.patience_s, read
        self._at, self._wrong, self._closed = {}, None, False  # where it goes on; trouble
        where = {"bootstrap.servers": log.bootstrap_servers, "group.id": group}
        self._consumer = client.Consumer(READER | where | {"error_cb": self._heard})
        forget = lambda _, partitions: [self._at.pop(one.partition, None) for one in partitions]
        self._consumer.subscribe([log.topic], on_revoke=forget, on_lost=forget)

    def _heard(self, error):
        self._wrong = error

    @property
    def assigned(self) -> list[int]:
        """The partitions that are its own at present."""
        return sorted(one.partition for one in self._open().assignment())

    @checks.kinds
    def poll(self, most: int = 500, wait_s: float = 0.1) -> list[Message]:
        """The next messages of its partitions; it waits so long for `most` of them."""
        most = checks.whole("most", most, at_least=1, at_most=1_000_000)
        wait_s = checks.real("wait_s", wait_s, at_least=0, at_most=3_600)
        read = []
        for one in self._open().consume(most, wait_s):
            if one.error() is None:
                read.append(Message(one.partition(), one.offset(), one.value() or b""))
            else:
                self._wrong = one.error()
        self._at |= {message.partition: message.offset + 1 for message in read}
        if self._wrong is not None and not read:  # what has been read would be lost
            self._wrong = None
            with asking(f"read {self._topic}"):
                found = self._consumer.list_topics(self._topic, timeout=self._patience_s)
                if found.topics[self._topic].error is not None:
                    raise client.KafkaException(found.topics[self._topic].error)
        return read

    def commit(self) -> bool:
        """Write down how far it has read; False where its partitions are another's by now."""
        if self._closed or not self._at:
            return False
        offsets = [client.TopicPartition(self._topic, *place) for place in self._at.items()]
        try:
            for one in self._consumer.commit(offsets=offsets, asynchronous=False):
                if one.error is not None:
                    raise client.KafkaException(one.error)
        except client.KafkaException as error:
            if error.args[0].name() in GONE:
                return False
            with asking(f"commit in {self._topic}"):
                raise
        self._read |= self._at  # the larger of both, for each partition
        return True

    def lag(self) -> int:
        """Messages in its partitions that it has not read."""
        lag, patience = 0, {"timeout": self._patience_s}
        with asking(f"read {self._topic}"):
            mine = self._open().assignment()
            for one in self._consumer.committed(mine, **patience) if mine else ():
                first, end = self._consumer.get_watermark_offsets(one, **patience)
                lag += end - max(first, self._at.get(one.partition, one.offset))
        return lag

    def close(self) -> None:
        """Leave the group; what was read and not committed comes again, to another."""
        if not self._closed:
            self._closed = True
            self._consumer.close()

    def _open(self):
        if self._closed:
            raise LogTrouble("the reader is closed: another must be made")
        return self._consumer


def _text(field, value):
    if "\0" in checks.text(field, value):  # to Kafka it is the end
        raise ValueError(f"{field}={checks.brief(value)} must be text without a NUL")
    return value


@contextlib.contextmanager
def asking(what, then="Repeat the call"):
    """Kafka's errors, as `LogTrouble` that says what could not be done, and what to do then.

    >>> with asking("count to three"):
    ...     assert 1 + 2 == 3
    """
    try:
        yield
    except client.KafkaException as error:
        raise LogTrouble(f"cannot {what}: {error.args[0].str()}. {then}") from error
