"""From an app to the index, over a log in this process and over Kafka's wire protocol.

    python benchmarks/uber/stream.py    about a minute

Reports of 5,000 cars go through the gateway, the log and two consumers of a group into a store;
then the same from bytes that are packed already, without the gateway. Every run ends in
an audit: published = acknowledged = read, each place of the log once, none in a partition
goes back, and the store has every car where it said last. Kafka's brokers are those that
librdkafka brings along for its tests: they live in this process, keep nothing on disk and copy
nothing, so the figure is of the protocol and not of Kafka. CPU is that of the whole process,
brokers included. Medians of 3 rounds in which the contestants take turns.
"""

import platform
import statistics
import time
from collections import Counter

import numpy as np

from scalemodel.core.rng import stream
from scalemodel.parts.storage.redis_server import server_program
from scalemodel.uber.location import kafka
from scalemodel.uber.location.consumer import IndexConsumer
from scalemodel.uber.location.grid import GeoIndex
from scalemodel.uber.location.kafka import KafkaLog
from scalemodel.uber.location.log import Log
from scalemodel.uber.location.reports import PACKED, VERSION, Gateway, GatewayConfig, Report
from scalemodel.uber.location.stores import RedisStore

CARS = 5_000
ROUNDS = 3
BATCH = 1_000
AHEAD = 50_000  # published and not read; more and the brokers would throw some away
OPEN = GatewayConfig(reports_per_s=1e9, burst=10**9, most_behind=AHEAD)


class Nowhere:
    """A store that keeps what a car said last and does nothing else."""

    def __init__(self):
        self.seq = np.full(CARS, -1)

    def move(self, ids, lat, lon, time_s, seq):
        """Note the newest, as an array takes it."""
        before = self.seq[ids]
        np.maximum.at(self.seq, ids, seq)
        return int((seq > before).sum())

    def close(self):
        """Nothing."""


def main():
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}")
    runs = {
        "log in this process, bytes, no store": (Log, Nowhere, False, 60_000),
        "log in this process, bytes, GeoIndex": (Log, GeoIndex, False, 60_000),
        "log in this process, gateway, GeoIndex": (Log, GeoIndex, True, 15_000),
    }
    if kafka.client is not None:
        print(f"librdkafka {kafka.client.libversion()[0]}")
        runs |= {
            "Kafka's protocol, bytes, no store": (KafkaLog, Nowhere, False, 60_000),
            "Kafka's protocol, bytes, GeoIndex": (KafkaLog, GeoIndex, False, 60_000),
            "Kafka's protocol, gateway, GeoIndex": (KafkaLog, GeoIndex, True, 15_000),
        }
    if server_program():
        with RedisStore() as one:
            print(f"Redis {one._redis.info()['redis_version']}")
        runs["log in this process, bytes, Redis"] = (Log, RedisStore, False, 20_000)
        if kafka.client is not None:
            runs["Kafka's protocol, bytes, Redis"] = (KafkaLog, RedisStore, False, 20_000)
    else:
        print("not run: Redis: install redis-server")
    rounds = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            rounds[name].append(end_to_end(*run))
    print(f"\n{'':<42}{'messages a second':>18}{'CPU us each':>13}")
    for name, figures in rounds.items():
        wall_s, cpu_s = (statistics.median(kind) for kind in zip(*figures, strict=True))
        print(f"{name:<42}{1 / wall_s:>18,.0f}{1e6 * cpu_s:>13.1f}")
    print("\naudit: every run, every round: nothing lost, nothing twice, no car at an older place")


def said(n):
    """Reports, each car in its turn, somewhere in a city."""
    rng = stream(0, "city")
    lat, lon = rng.uniform(52.3, 52.7, n).tolist(), rng.uniform(13.0, 13.8, n).tolist()
    for i in range(n):
        yield i % CARS, i // CARS, lat[i], lon[i]


def end_to_end(make_log, make_store, gateway, n):
    """Seconds and CPU seconds a message, from before the door to the last commit."""
    store = make_store()
    with make_log() as log:
        readers = [log.reader("index") for _ in range(2)]
        consumers = [IndexConsumer(Audited(reader), {"driver": store}) for reader in readers]
        while not all(reader.assigned for reader in readers):  # Kafka's protocol: 3 s
            for consumer in consumers:
                consumer.step(1, 0.1)
        if gateway:
            door = Gateway(log, b"secret", OPEN)
            proofs = [door.token_of(car, "driver") for car in range(CARS)]
            rows = [(Report(i, "driver", *at, 0.0, seq), proofs[i]) for i, seq, *at in said(n)]
            send = lambda report, proof: door.receive(report, proof, 0.0).status == 202
        else:
            rows = [
                (b"%d" % i, PACKED.pack(VERSION, 0, i, seq, 0.0, *at)) for i, seq, *at in said(n)
            ]
            send = lambda key, value: log.publish(key, value) is None
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        at = 0
        while at < n or log.behind():
            if log.behind() < AHEAD - BATCH:
                for row in rows[at : at + BATCH]:
                    assert send(*row)
                at = min(at + BATCH, n)
            for consumer in consumers:
                consumer.step(BATCH, 0.001)
        wall_s, cpu_s = time.perf_counter() - began_s, time.process_time() - began_cpu_s
        log.flush()
        audit(log, consumers, store, n)
    getattr(store, "close", int)()
    return wall_s / n, cpu_s / n


class Audited:
    """A reader that counts what comes, and sees an offset that goes back."""

    def __init__(self, reader):
        self.reader, self.read, self.last = reader, 0, Counter()
        self.commit, self.lag = reader.commit, reader.lag

    def poll(self, most, wait_s):
        """The next batch, counted."""
        batch = self.reader.poll(most, wait_s)
        self.read += len(batch)
        for partition, offset, _ in batch:
            assert offset == self.last[partition], "a message lost, or read twice"
            self.last[partition] = offset + 1
        return batch


def audit(log, consumers, store, n):
    """Assert that nothing is missing, twice, or old."""
    seen = [consumer.readings for consumer in consumers]
    assert log.acked == n == sum(one.read for one in seen)
    assert sum(one.applied for one in seen) == n, "each was newer than the one before"
    assert sum(consumer._reader.last.total() for consumer in consumers) == n
    assert all(one.lost == one.again == one.poison == 0 for one in seen)
    if isinstance(store, Nowhere):
        assert (store.seq == (n - 1 - np.arange(CARS)) // CARS).all()
        return
    assert len(store) == CARS
    *_, last = said(n)
    assert store.nearest(last[2], last[3], 1).ids.tolist() == [last[0]]


if __name__ == "__main__":
    main()
