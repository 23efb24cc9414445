"""The live service: a tweet to a thousand open lines, beside `websockets.broadcast`.

    python benchmarks/realtime.py    about a minute

A thousand readers live in a second process, so that the CPU of this one is that of the
server alone. Everybody follows one star. A burst is a row of tweets, each sent when the
one before has reached all; the contestants take turns over 5 rounds and medians are
printed. CPU a delivery is the figure to trust: the rate also counts what the readers
cost, who share the machine. Then the star posts ten times a second, and the time until
each reader holds the post is taken; both processes read the same clock.

The peer sends the very text that our gateway sends, with compression off and on. The
readers of all three parse nothing: they look for the number at the frame's end.
"""

import asyncio
import contextlib
import multiprocessing
import platform
import resource
import statistics
import time

import numpy as np
import websockets
from websockets.asyncio.client import connect
from websockets.asyncio.server import broadcast, serve

from scalemodel.parts.admission import token
from scalemodel.twitter.live import wire
from scalemodel.twitter.live.gateway import GatewayConfig
from scalemodel.twitter.live.service import LiveService
from scalemodel.twitter.timeline.engine import HomeTimelines
from scalemodel.twitter.timeline.graph import SocialGraph
from scalemodel.twitter.timeline.policies import FanOutOnWrite

READERS = 1_000
STAR = READERS
ROUNDS = 5
BURST = 20
PACED = 50
POSTS_PER_S = 10.0
AT_ONCE = 50  # lines that are opened together
KEY = b"only the server has it"
FILES = 2 * READERS + 200


def main():
    if not enough_files():
        print(f"not run: {FILES:,} open files are needed; raise `ulimit -n`")
        return
    print(f"{platform.machine()}, Python {platform.python_version()}, "
          f"websockets {websockets.__version__}, {READERS:,} readers\n")  # fmt: skip
    asyncio.run(side_by_side())


def enough_files():
    """Whether this process may open a thousand lines; the soft limit is raised if it must be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < FILES:
        return False
    if soft != resource.RLIM_INFINITY and soft < FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, hard))
    return True


# ── The servers ─────────────────────────────────────────────────────────────
class Ours:
    """`LiveService`: stores a tweet, finds who looks, fills outboxes, writes."""

    compression = None

    async def __aenter__(self):
        readers = np.arange(READERS)
        graph = SocialGraph.from_edges(readers, np.full(READERS, STAR), READERS + 1)
        homes = HomeTimelines(graph, FanOutOnWrite())
        config = GatewayConfig(window_s=0.0)  # no frame waits for company
        self.service = LiveService(homes, KEY, config)
        await self.service.__aenter__()
        self.port = self.service.gateway.port
        return self

    async def __aexit__(self, *error):
        await self.service.__aexit__(*error)

    def lines(self):
        """How many readers are there."""
        return self.service.gateway.report.open_connections

    def post(self):
        """A tweet by the star."""
        return self.service.post(STAR)


class Broadcast:
    """The peer: a set of connections and `websockets.broadcast`; nothing is stored."""

    compression = None

    async def __aenter__(self):
        self.connections, self.tweet = set(), -1
        self.server = await serve(
            self.handle, "127.0.0.1", 0, compression=self.compression, ping_interval=None,
            backlog=1024,
        )  # fmt: skip
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *error):
        self.server.close()
        await self.server.wait_closed()

    async def handle(self, connection):
        """The life of one line: its hello, then silence."""
        await connection.recv()
        self.connections.add(connection)
        await connection.send(wire.encode(wire.Snapshot(())))
        with contextlib.suppress(websockets.ConnectionClosed):
            await connection.recv()
        self.connections.discard(connection)

    def lines(self):
        """How many readers are there."""
        return len(self.connections)

    def post(self):
        """The words of the next tweet, to everybody."""
        self.tweet += 1
        broadcast(self.connections, wire.encode(wire.Delta((self.tweet,))))
        return self.tweet


class Deflated(Broadcast):
    """The peer with permessage-deflate."""

    compression = "deflate"


CONTESTANTS = {"ours": Ours, "broadcast": Broadcast, "with deflate": Deflated}


# ── The readers, in a process of their own ──────────────────────────────────
def read_all(pipe, port, compression):
    """Open the lines, then answer each round with the times at which its posts arrived."""
    enough_files()
    asyncio.run(_read_all(pipe, port, compression))


async def _read_all(pipe, port, compression):
    loop, arrived, wanted = asyncio.get_running_loop(), {}, asyncio.Event()

    async def read(connection):
        with contextlib.suppress(websockets.ConnectionClosed):
            async for text in connection:
                now_s = time.monotonic()
                if text.startswith('{"ids"'):
                    for tweet in text[9:-3].split('","'):
                        times_s = arrived.setdefault(int(tweet), [])
                        times_s.append(now_s)
                        if len(times_s) == READERS:
                            pipe.send((int(tweet), times_s))
                            del arrived[int(tweet)]

    async def enter(user):
        connection = await connect(
            f"ws://127.0.0.1:{port}", compression=compression, ping_interval=None, proxy=None
        )
        await connection.send(wire.encode(wire.Hello(user, token(user, KEY))))
        await connection.recv()
        return connection

    connections = []
    for first in range(0, READERS, AT_ONCE):
        connections += await asyncio.gather(*map(enter, range(first, first + AT_ONCE)))
    tasks = [asyncio.create_task(read(connection)) for connection in connections]
    loop.add_reader(pipe.fileno(), wanted.set)  # any word, or the end of the pipe: go home
    pipe.send("ready")
    await wanted.wait()
    loop.remove_reader(pipe.fileno())
    for connection in connections:
        connection.transport.abort()
    await asyncio.wait(tasks)


# ── Side by side ────────────────────────────────────────────────────────────
async def side_by_side():
    """Deliveries a second, CPU a delivery and arrival times, in turn."""
    rates = {name: [] for name in CONTESTANTS}
    waits_s = {}
    async with contextlib.AsyncExitStack() as stack:
        crowds = {}
        for name, kind in CONTESTANTS.items():
            server = await stack.enter_async_context(kind())
            crowds[name] = await stack.enter_async_context(crowd(server))
        for name in CONTESTANTS:
            await burst(*crowds[name])  # warm
        for _ in range(ROUNDS):
            for name in CONTESTANTS:
                rates[name].append(await burst(*crowds[name]))
        for name in CONTESTANTS:
            waits_s[name] = await paced(*crowds[name])
    middle = {
        name: [statistics.median(kind) for kind in zip(*rates[name], strict=True)] for name in rates
    }
    row = "{:<14} {:>20} {:>22} {:>18} {:>12} {:>12}"
    print(row.format("", "deliveries a second", "server CPU us each", "us, 10 a second",
                     "p50 ms", "p99 ms"))  # fmt: skip
    for name, (rate, cpu_us) in middle.items():
        times_s, paced_us = waits_s[name]
        p50, p99 = 1000 * np.percentile(times_s, (50, 99))
        print(row.format(name, f"{rate:,.0f}", f"{cpu_us:.1f}", f"{paced_us:.1f}",
                         f"{p50:.1f}", f"{p99:.1f}"))  # fmt: skip
    for name in ("broadcast", "with deflate"):
        print(f"ours / {name}: {middle['ours'][0] / middle[name][0]:.2f} in deliveries a second, "
              f"{middle['ours'][1] / middle[name][1]:.2f} in CPU a delivery")  # fmt: skip
    print("in ours is the tweet's way into a thousand lists in memory; the peer stores nothing")


@contextlib.asynccontextmanager
async def crowd(server):
    """A thousand readers of `server` in a second process: the server and the pipe to them."""
    here, there = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(
        target=read_all, args=(there, server.port, server.compression), daemon=True
    )
    process.start()
    there.close()
    try:
        word = await heard(here)
        assert word == "ready" and server.lines() == READERS
        yield server, here
    finally:
        here.close()
        await asyncio.to_thread(process.join, 10)


async def heard(pipe):
    """The next word from the readers, while the server goes on."""
    come = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(pipe.fileno(), come.set)
    try:
        await asyncio.wait_for(come.wait(), 60)
    finally:
        loop.remove_reader(pipe.fileno())
    return pipe.recv()


async def burst(server, pipe):
    """Deliveries a second and CPU microseconds of this process a delivery."""
    cpu_s, start = time.process_time(), time.perf_counter()
    for _ in range(BURST):
        tweet = server.post()
        assert (await heard(pipe))[0] == tweet
    wall_s, cpu_s = time.perf_counter() - start, time.process_time() - cpu_s
    return BURST * READERS / wall_s, 1e6 * cpu_s / (BURST * READERS)


async def paced(server, pipe):
    """How long each post took to each reader at ten posts a second, and CPU us a delivery."""
    loop, posted_s, times_s = asyncio.get_running_loop(), {}, []
    cpu_s = time.process_time()

    async def listen():
        for _ in range(PACED):
            tweet, arrived_s = await heard(pipe)
            times_s.extend(at - posted_s[tweet] for at in arrived_s)

    listening = asyncio.create_task(listen())
    start = loop.time()
    for n in range(PACED):
        await asyncio.sleep(max(0.0, start + n / POSTS_PER_S - loop.time()))
        before_s = time.monotonic()
        posted_s[server.post()] = before_s
    await listening
    return times_s, 1e6 * (time.process_time() - cpu_s) / (PACED * READERS)


if __name__ == "__main__":
    main()
