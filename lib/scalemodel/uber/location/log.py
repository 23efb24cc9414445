"""A log between those who report and those who keep the index, in one process.

Think of four tapes that only grow. A message goes to the end of the tape that its key says,
and its place there, the *offset*, is its number for ever. Readers of a *group* share the tapes
among themselves. Each reads on, and now and then writes down how far it has *committed*. When
a reader comes, leaves or dies the tapes are shared out anew, and whoever gets one starts at
what was committed: what was read after that is read again. Nothing is lost, some comes twice.

The other log is Kafka's protocol, in `kafka`, with the same calls. To publish and to read a
message take some microseconds. A report in it holds some 85 bytes: 0.9 MB for ten thousand, 85 MB
for a million, 8.5 GB for a hundred million, where one machine ends.

Read in this order: `Message`, `Log`, `Reader`.
Left out: copies of a tape, its end, transactions, the time until a dead reader is missed.
Sources: Kafka's documentation (design, on consumer groups and delivery); the key's hash is
that of librdkafka, CRC-32.
"""

__all__ = ["MOST_AT_ONCE", "MOST_PARTITIONS", "Log", "LogTrouble", "Message", "Reader", "able"]
__dir__ = lambda: __all__

import zlib
from typing import NamedTuple

from scalemodel.core import checks

MOST_PARTITIONS = 1_000
MOST_AT_ONCE = 2**31


class LogTrouble(RuntimeError):
    """The log did not do what it was asked; the message says what to do.

    >>> raise LogTrouble("the log is closed")
    Traceback (most recent call last):
    ...
    scalemodel.uber.location.log.LogTrouble: the log is closed
    """


class Message(NamedTuple):
    """One message, and where it lies.

    >>> Message(partition=0, offset=3, value=b"here").offset
    3
    """

    partition: int
    offset: int
    value: bytes


def able(field: str, thing: object, *methods: str) -> object:
    """`thing`, which has these methods: a log, a reader and a store are whatever has theirs.

    >>> able("log", None, "publish", "behind")
    Traceback (most recent call last):
    ...
    ValueError: log=None must have the methods publish, behind
    """
    if isinstance(thing, type) or not all(callable(getattr(thing, m, None)) for m in methods):
        raise ValueError(
            f"{field}={checks.brief(thing)} must have the methods {', '.join(methods)}"
        )
    return thing


class Log:
    """So many partitions, in this process.

    >>> log = Log(partitions=4)
    >>> log.publish(b"7", b"here"); log.publish(key=b"7", value=b"there"); log.flush()
    >>> reader = log.reader(group="index")
    >>> [message.value for message in reader.poll(most=500)], reader.lag(), log.behind()
    ([b'here', b'there'], 0, 2)
    >>> reader.commit(), log.behind()
    (True, 0)
    >>> log.close()
    """

    def __init__(self, partitions: int = 4):
        partitions = checks.whole("partitions", partitions, at_least=1, at_most=MOST_PARTITIONS)
        self._tapes, self._groups = [[] for _ in range(partitions)], {}
        self.acked = 0  # messages that lie there

    @checks.kinds
    def publish(self, key: bytes, value: bytes) -> None:
        """Put a message at the end of its partition."""
        self._tapes[zlib.crc32(key) % len(self._tapes)].append(value)
        self.acked += 1

    def flush(self) -> None:
        """Nothing: what was published lies there."""

    def behind(self) -> int:
        """Messages that the slowest group has not committed; all, where nobody reads."""
        return self.acked - min((sum(one.committed) for one in self._groups.values()), default=0)

    # ── Groups ──────────────────────────────────────────────────────────────
    def reader(self, group: str) -> "Reader":
        """A new member of a group, at whose coming the partitions are shared out anew."""
        name = checks.text("group", group)
        if name not in self._groups:
            self._groups[name] = _Group(len(self._tapes))
        return Reader(self, self._groups[name])

    def close(self) -> None:
        """Nothing: for what runs elsewhere there is something to close."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class _Group:
    """Who reads together, how far they have come, and how often the shares have changed."""

    def __init__(self, partitions):
        self.committed, self.members, self.generation = [0] * partitions, [], 0

    def share_out(self, *, come=None, gone=None):
        self.members = [one for one in self.members if one is not gone]
        self.members += [] if come is None else [come]
        self.generation += 1


class Reader:
    """A member of a group; made by `Log.reader`.

    >>> log = Log()
    >>> log.publish(b"7", b"here")
    >>> one, other = log.reader("index"), log.reader("index")
    >>> one.assigned, other.assigned
    ([0, 2], [1, 3])
    >>> read = one.poll(most=5, wait_s=0.0) + other.poll(); one.drop()  # before it commits
    >>> one.commit(), [message.value for message in other.poll()], other.lag()
    (False, [b'here'], 0)
    >>> one.close(); other.close()
    """

    def __init__(self, log: Log, group: _Group):
        self._log = checks.instance("log", log, Log)
        self._group = checks.instance("group", group, _Group)
        self._turn, self._generation, self._at, self._closed = 0, -1, {}, False
        group.share_out(come=self)

    @property
    def assigned(self) -> list[int]:
        """The partitions that are its own at present."""
        members = self._group.members
        mine = members.index(self) if self in members else len(self._group.committed)
        return [*range(mine, len(self._group.committed), len(members) or 1)]

    def poll(self, most: int = 500, wait_s: float = 0.0) -> list[Message]:
        """The next messages of its partitions, those of one partition in order."""
        most = checks.whole("most", most, at_least=1, at_most=MOST_AT_ONCE)
        checks.real("wait_s", wait_s, at_least=0)
        if self._closed:
            raise LogTrouble("the reader is closed: another must be made")
        if self not in self._group.members:  # it was given up and did not know
            self._group.share_out(come=self)
        if self._generation != self._group.generation:
            self._generation = self._group.generation
            self._at = {partition: self._group.committed[partition] for partition in self.assigned}
        read, self._turn = [], self._turn + 1
        for n in range(len(self._at)):
            partition = [*self._at][(n + self._turn) % len(self._at)]
            at = self._at[partition]
            values = self._log._tapes[partition][at : at + most - len(read)]
            read += [Message(partition, at + i, value) for i, value in enumerate(values)]
            self._at[partition] = at + len(values)
        return read

    def commit(self) -> bool:
        """Write down how far it has read; False where its partitions are another's by now."""
        if self._closed or self._generation != self._group.generation:
            return False
        for partition, at in self._at.items():
            self._group.committed[partition] = at
        return True

    def lag(self) -> int:
        """Messages in its partitions that it has not read."""
        holds = self._generation == self._group.generation
        at = self._at if holds else self._group.committed  # where it will go on
        return sum(len(self._log._tapes[p]) - at[p] for p in self.assigned)

    def drop(self) -> None:
        """Be given up by the group, as who was not heard of; its next `poll` joins again."""
        self._group.share_out(gone=self)

    def close(self) -> None:
        """Leave the group; what was read and not committed comes again, to another."""
        if not self._closed:
            self._closed = True
            self.drop()
