"""From submit to acknowledged on a disk that flushes, beside plain SQLite.

    python benchmarks/whatsapp/delivery.py [folder on the disk to measure]    about a minute

300 people write 100 letters each to one another. *Submit to acknowledged* has the key looked up,
an id given, the row and the key committed (WAL, synchronous=FULL, a thousand messages a commit) and
the acknowledgement handed out. Then all of it is delivered: pushed, acknowledged, deleted, and the
receipts written. Beside it plain `sqlite3`: a commit for each row is what the server would be without
batches, one `executemany` for all the ceiling. The audit after each run: all accepted are acknowledged,
all are pushed once, in order, and nothing is left. Medians of 3 rounds in turns.
"""

import platform
import sqlite3
import statistics
import sys
import tempfile
import time

from scalemodel.whatsapp.delivery.server import BATCH, Server
from scalemodel.whatsapp.delivery.stores import SqlStore

PEOPLE, MESSAGES, ROUNDS = 300, 100_000, 3
BODY = "x" * 100


def main(folder):
    print(
        f"{platform.machine()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )
    rounds = {}
    for _ in range(ROUNDS):
        for name, run in RUNS.items():
            with tempfile.TemporaryDirectory(dir=folder) as place:
                for what, figure in run(f"{place}/file.db").items():
                    rounds.setdefault(f"{name}: {what}", []).append(figure)
    for what, figures in rounds.items():
        print(f"{what:<58}{statistics.median(figures):>14,.1f}")


def through(where, write="through"):
    with SqlStore(where) as store:
        server = Server(store, time.monotonic, write=write)
        who = [server.join(f"user{n}") for n in range(PEOPLE)]
        acked, commits_ms, cpu_s, start_s = 0, [], time.process_time(), time.perf_counter()
        for n in range(MESSAGES):
            server.send(who[n % PEOPLE], n // PEOPLE + 1, f"user{(7 * n + 1) % PEOPLE}", BODY)
            if n % BATCH == BATCH - 1:
                before_s = time.perf_counter()
                server.commit()
                acked += len(server.take())
                commits_ms.append(1e3 * (time.perf_counter() - before_s))
        wall_s, cpu_s = time.perf_counter() - start_s, time.process_time() - cpu_s
        assert acked == MESSAGES == server.counts["accepted"]
        told = {
            "submit to acknowledged, messages a second": MESSAGES / wall_s,
            "the same a CPU-second": MESSAGES / cpu_s,
            "commit to acknowledged, p50 ms": statistics.median(commits_ms),
            "commit to acknowledged, p99 ms": sorted(commits_ms)[int(0.99 * len(commits_ms))],
        }
        start_s, pushed = time.perf_counter(), 0
        for one in who:
            server.hello(one, 0)
            last = 0
            while texts := [p[1] for to, p in server.take() if to == one and p[3] == "text"]:
                assert texts == sorted(texts) and texts[0] > last
                pushed, last = pushed + len(texts), texts[-1]
                server.got(one, last)
            server.bye(one)
            while server.commit():
                pass
        for one in who:  # and the receipts to those who sent
            server.hello(one, server._next - 1)
        while server.commit() or server._gone:
            server.take()
        told["delivered, deleted, receipt and all, messages a second"] = MESSAGES / (
            time.perf_counter() - start_s
        )
        assert pushed == MESSAGES and len(server) == 0 and store.load("message") == []
        return told


def repeated(where):
    """Every message comes twice."""
    with SqlStore(where) as store:
        server = Server(store, time.monotonic)
        ana = server.join("ana")
        server.join("bo")
        start_s = time.perf_counter()
        for n in range(MESSAGES // 2):
            server.send(ana, n + 1, "bo", BODY), server.send(ana, n + 1, "bo", BODY)
            if n % BATCH == BATCH - 1:
                server.commit(), server.take()
        told = {"submits a second": MESSAGES / (time.perf_counter() - start_s)}
        assert server.counts["repeated"] == MESSAGES // 2 == len(server)
        return told


def plain(where, each):
    connection = sqlite3.connect(where, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, sender, recipient, body)")
    rows = [
        (n, n % PEOPLE, (7 * n + 1) % PEOPLE, BODY) for n in range(MESSAGES if each > 1 else 500)
    ]
    start_s = time.perf_counter()
    for n in range(0, len(rows), each):
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO message VALUES (?, ?, ?, ?)", rows[n : n + each])
        connection.execute("COMMIT")
    told = {"rows a second": len(rows) / (time.perf_counter() - start_s)}
    connection.close()
    return told


RUNS = {
    "written through": through,
    "written behind": lambda where: through(where, "behind"),
    "written through, every message twice": repeated,
    "plain sqlite3, a commit each": lambda where: plain(where, 1),
    "plain sqlite3, 1,000 a commit": lambda where: plain(where, BATCH),
    "plain sqlite3, one executemany": lambda where: plain(where, MESSAGES),
}

if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
