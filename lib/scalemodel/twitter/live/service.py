"""A tweet arrives: the live service, and a demonstration of it on this machine.

    python -m scalemodel.twitter.live.service                 a scene that ends by itself
    python -m scalemodel.twitter.live.service --serve --port 8765

Three desks in one room. *Tweet processing* takes a tweet, has it stored, and hands its id
on. The *timeline service* stores it and knows everybody's page. The *gateway* holds the
lines to those who are looking, and tells only them: for the rest there is nothing to do,
their page will have it when they open it.

Read in this order: `LiveService` here; `wire` for what is said (text frames of
JSON, ids as strings of digits; hello, snapshot, ids, missed, since, gap, too_old);
`outbox` for the queue and the gap; `gateway` and `client`
for the sockets; `arrival` for the same scene in virtual time, with its formula.

Left out: tweets that are deleted and accounts that are unfollowed while somebody looks;
a queue between storing and telling, so that the gap always has all that was told.
Sources: the pages named in those modules.
"""

import argparse
import asyncio
import logging
import math
import secrets
import time
from collections.abc import Callable

from scalemodel.core import checks
from scalemodel.core.rng import stream
from scalemodel.twitter.live import wire
from scalemodel.twitter.live.admission import token
from scalemodel.twitter.live.client import LiveClient
from scalemodel.twitter.live.gateway import Gateway, GatewayConfig
from scalemodel.twitter.live.outbox import Timelines, needs_methods
from scalemodel.twitter.timeline.brute_force import BruteForce
from scalemodel.twitter.timeline.engine import HomeTimelines
from scalemodel.twitter.timeline.graph import SocialGraph
from scalemodel.twitter.timeline.policies import FanOutOnWrite

logger = logging.getLogger("scalemodel.twitter.live.service")


class LiveService:
    """Tweet processing between `timelines` and a `gateway` of its own.

    `clock_s()` dates the tweets; without it they are numbered in the order they come. While
    it is behind the last tweet (it was set back) tweets carry that one's date, never an
    earlier one. A tweet that is stored is accepted, and has its id: if its followers cannot
    be found, all who look are told to ask what came.

    >>> homes = HomeTimelines(SocialGraph.from_edges([0], [1], n_users=2), FanOutOnWrite())
    >>> async def visit():
    ...     async with LiveService(homes, key=b"secret") as service:
    ...         return service.post(author=1), service.gateway.report.deliveries
    >>> asyncio.run(visit())  # stored, and nobody looks
    (0, 0)
    """

    def __init__(
        self,
        timelines: Timelines,
        key: bytes,
        config: GatewayConfig = GatewayConfig(),
        clock_s: Callable[[], float] | None = None,
        port: int = 0,
    ):
        if clock_s is not None and not callable(clock_s):
            raise ValueError(f"clock_s={clock_s!r} must be a function without arguments, or None")
        needs_methods(timelines, "timeline", "post", "followers")
        self.timelines, self._clock_s = timelines, clock_s
        self._last_s = -math.inf  # the date of the last tweet that was stored
        self.gateway = Gateway(timelines, key, config, accept=self.post, port=port)

    async def __aenter__(self):
        await self.gateway.__aenter__()
        return self

    async def __aexit__(self, *error):
        await self.gateway.__aexit__(*error)

    def post(self, author: int) -> int:
        """The id of a new tweet by `author`, stored and on its way to whoever looks."""
        author = checks.whole("author", author, at_least=0, at_most=wire.MOST_ID)
        time_s = None
        if self._clock_s is not None:
            time_s = max(checks.real("clock_s()", self._clock_s()), self._last_s)
        tweet = int(self.timelines.post(author, time_s))
        self._last_s = self._last_s if time_s is None else time_s
        try:
            self.gateway.deliver((tweet,), self.timelines.followers(author))
        except Exception:
            logger.exception("tweet %d is stored, and whom to tell could not be found", tweet)
            self.gateway.withhold(tweet)
        return tweet


# ── A demonstration ─────────────────────────────────────────────────────────
NAMES = ("Ana", "Bo", "Cy", "Dee", "Eli", "the star", "a friend")
ANA, BO, CY, DEE, ELI, STAR, FRIEND = range(7)
FOLLOWS = [(reader, STAR) for reader in (ANA, BO, CY, DEE, ELI)] + [(ANA, FRIEND), (CY, FRIEND)]


async def demo(say: Callable[[str], None] = print, burst: int = 800) -> bool:
    """Whether all readers end with the page that brute force shows, after an eventful minute.

    Five readers, a star and a friend. Bo does not read for a while, Cy goes through a
    tunnel, a stranger says to be Ana. `say` gets one line for each thing that happens.

    >>> lines = []
    >>> asyncio.run(demo(lines.append))
    True
    """
    say = checks.takes("say", say, "line")
    burst = checks.whole("burst", burst, at_least=1, at_most=1_000)  # a gap holds 1,200
    config = GatewayConfig(queue_posts=20, window_s=0.05, snapshot_posts=20, gap_posts=1_200,
                           kernel_buffer_bytes=4_096, write_buffer_bytes=512)  # fmt: skip
    follower, followee = zip(*FOLLOWS, strict=True)
    homes = HomeTimelines(SocialGraph.from_edges(follower, followee, len(NAMES)), FanOutOnWrite())
    truth, key = BruteForce(len(NAMES), FOLLOWS), secrets.token_bytes(32)
    truth.post(FRIEND, homes.post(FRIEND))  # the first tweet pays for machine code
    began_s = time.monotonic()

    def tell(text):
        say(f"{time.monotonic() - began_s:6.2f} s  {text}")

    tell("a service opens, and five readers their lines")  # before there is any: `say` may fail
    async with LiveService(homes, key, config, lambda: time.monotonic() - began_s) as service:
        port, reading = service.gateway.port, asyncio.Event()
        reading.set()

        def post(author):
            truth.post(author, service.post(author))

        def hear(client, word):
            if not isinstance(word, wire.Delta) or client.user == ANA:
                tell(f"{NAMES[client.user]:>8} hears {_short(word)}")

        def reader(user, proof=None, **options):
            rng, proof = stream(1, NAMES[user]), proof or token(user, key)
            return LiveClient(port, user, proof, rng=rng, base_s=0.05, listen=hear, **options)

        readers = {user: reader(user) for user in (ANA, CY, DEE, ELI)}
        readers[BO] = reader(BO, pace=reading.wait, receive_buffer_bytes=2_048)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(client.run()) for client in readers.values()]
            await asyncio.gather(*(client.ready.wait() for client in readers.values()))
            tell("the star posts one tweet")
            post(STAR)
            await asyncio.sleep(0.1)
            tell("Bo puts the phone away, Cy drives into a tunnel, and the star posts on and on")
            reading.clear()
            readers[CY].cut()
            for n in range(burst):
                post(FRIEND if n % 100 == 50 else STAR)
                await asyncio.sleep(0.001 if n % 4 == 0 else 0)
            await asyncio.sleep(0.1)
            tell("Bo reads again")
            reading.set()
            stranger = reader(ANA, proof="made up")
            await stranger.run()
            tell(f"a stranger who says to be Ana is refused: close code {stranger.closed_with}")
            wanted = {user: truth.timeline(user, n=None)[::-1] for user in readers}
            async with asyncio.timeout(30):
                while any(readers[user].inbox.ids != wanted[user] for user in readers):
                    await asyncio.sleep(0.02)
            for client in readers.values():
                await client.stop()
            await asyncio.wait(tasks)
        same = {user: readers[user].inbox.ids == wanted[user] for user in sorted(readers)}
        for user, equal in same.items():
            client = readers[user]
            tell(f"{NAMES[user]:>8} holds {len(client.inbox.ids):3d} ids after {client.frames:3d} "
                 f"frames, {client.connects} line(s), {client.inbox.gaps} gap(s): "
                 f"{'equal to' if equal else 'NOT'} brute force")  # fmt: skip
        done = service.gateway.report
        tell(f"in all {done.deltas} frames carried {done.deliveries} posts, {done.missed} had no "
             f"room, {done.gap_fills} gaps brought {done.gap_posts}; refused: {done.refused}")  # fmt: skip
    return all(same.values())


def _short(word):
    kind = type(word).__name__.lower()
    match word:
        case wire.Missed(posts):
            return f"that {posts} more had no room"
        case wire.Snapshot(ids) | wire.Gap(ids) | wire.Delta(ids):
            return f"a {kind} of {len(ids)}"
    return kind


async def _serve(port):
    """The service on `port`, with the demonstration's users, until Ctrl-C."""
    follower, followee = zip(*FOLLOWS, strict=True)
    homes = HomeTimelines(SocialGraph.from_edges(follower, followee, len(NAMES)), FanOutOnWrite())
    key = secrets.token_bytes(32)
    async with LiveService(homes, key, clock_s=time.monotonic, port=port) as service:
        print(f"ws://127.0.0.1:{service.gateway.port}, until Ctrl-C. Say one of:")
        for user in range(len(NAMES)):
            print(f"  {wire.encode(wire.Hello(user, token(user, key)))}   ({NAMES[user]})")
        await asyncio.Event().wait()


def main(arguments: list[str] | None = None) -> int:
    """Exit code of the command line: 0 if all lists were right.

    >>> main(["--port", "eighty"])
    Traceback (most recent call last):
    ...
    SystemExit: 2
    """
    parser = argparse.ArgumentParser(prog="python -m scalemodel.twitter.live.service")
    parser.add_argument("--serve", action="store_true", help="keep serving")
    parser.add_argument("--port", type=int, default=8765, help="for --serve; 0 picks a free one")
    options = parser.parse_args(arguments)
    logging.basicConfig(format="          log: %(message)s")
    try:
        if options.serve:
            asyncio.run(_serve(options.port))
            return 0
        return 0 if asyncio.run(demo()) else 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    raise SystemExit(main())
