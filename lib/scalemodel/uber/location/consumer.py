"""Who reads the log and keeps the index: the same code for both logs and all stores.

A round is three steps, in this order: read a batch, put it into the store, commit. Who
dies between the second and the third leaves a batch that comes again, to somebody else, and
the store drops what it knows already by `seq`. The other order would lose it. If the store
fails, nothing is committed, and the same batch is tried again in the next round. A message
that is no report is counted and passed over: it would be none the second time either.

A batch of 500 costs some microseconds a report beside what the store takes for it
(`benchmarks/uber/stream.py`). One machine ends where one group's share of the log does.

Left out: filling an index in memory again when its process has died. It need not be read from
the log: whoever is on the road reports within four seconds.
Sources: Kafka's documentation (delivery semantics: at least once).
"""

__all__ = ["IndexConsumer", "Readings"]
__dir__ = lambda: __all__

from collections.abc import Mapping
from dataclasses import dataclass

from scalemodel.core import checks
from scalemodel.uber.location.log import able
from scalemodel.uber.location.reports import KINDS, decoded


@dataclass(slots=True)
class Readings:
    """What became of the messages that were read, a batch that is repeated counted once.

    >>> Readings(read=3, applied=2, stale=1).poison
    0
    """

    read: int = 0  # applied + stale + unwanted + poison
    applied: int = 0  # told the store something new
    stale: int = 0  # the store had this or something newer of that app
    unwanted: int = 0  # of a kind without a store
    poison: int = 0  # no reports
    again: int = 0  # of all of them, those that this consumer had read before
    lost: int = 0  # skipped by the log: it no longer had them


class IndexConsumer:
    """Keeps a store for each kind of app up to date from the log that `reader` reads.

    >>> from scalemodel.uber.location.grid import GeoIndex
    >>> from scalemodel.uber.location.log import Log
    >>> from scalemodel.uber.location.reports import Gateway, Report
    >>> log, cars = Log(), GeoIndex()
    >>> gateway = Gateway(log, b"secret")
    >>> proof = gateway.token_of(7, "driver")
    >>> answer = gateway.receive(Report(7, "driver", 52.5, 13.4, 100.0, 1), proof, now_s=100.0)
    >>> consumer = IndexConsumer(log.reader("index"), stores={"driver": cars})
    >>> consumer.step(most=500, wait_s=0.0), consumer.readings.applied, cars.position(7)
    (1, 1, (52.5, 13.4))
    >>> consumer.lag()
    0
    """

    @checks.kinds
    def __init__(self, reader, stores: Mapping):
        unknown = [kind for kind in stores if kind not in KINDS]
        if unknown or not stores:
            raise ValueError(f"stores={checks.brief(stores)} must be of some of {', '.join(KINDS)}")
        for kind, store in stores.items():
            able(f"stores[{kind!r}]", store, "move")
        self.readings = Readings()
        self._reader, self._stores = able("reader", reader, "poll", "commit", "lag"), dict(stores)
        self._batch, self._applied, self._next = [], {}, {}

    def step(self, most: int = 500, wait_s: float = 0.0) -> int:
        """One round; how many messages it read. Trouble with store or log comes as it is."""
        if not self._batch:  # else the store failed on it, or the commit did
            self._batch = self._reader.poll(most, wait_s)
        if self._batch:
            told = self._apply([message.value for message in self._batch])
            self._reader.commit()  # where it says no they come again, which is no matter
            self._count(*told)
        read, self._batch, self._applied = len(self._batch), [], {}
        return read

    def _apply(self, values):
        rows, poison = decoded(values)
        wanted = 0
        for kind, store in self._stores.items():
            mine = rows[rows["kind"] == KINDS.index(kind)]
            wanted += len(mine)
            if len(mine):
                columns = (mine[name] for name in ("id", "lat", "lon", "time_s", "seq"))
                self._applied.setdefault(kind, int(store.move(*columns)))  # the first time counts
        return sum(self._applied.values()), wanted, len(rows), len(poison)

    def _count(self, applied, wanted, rows, poison):
        seen = self.readings
        seen.read += len(self._batch)
        seen.applied += applied
        seen.stale += wanted - applied
        seen.unwanted += rows - wanted
        seen.poison += poison
        for partition, offset, _ in self._batch:
            expected = self._next.get(partition, offset)
            seen.again += offset < expected
            seen.lost += max(0, offset - expected)
            self._next[partition] = max(expected, offset + 1)

    def lag(self) -> int:
        """Messages in its share of the log that it has not put into a store."""
        return self._reader.lag() + len(self._batch)
