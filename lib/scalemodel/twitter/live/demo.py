"""The live service, shown: five readers, a star and a friend, for an eventful second.

    python -m scalemodel.twitter.live.demo                 it ends by itself
    python -m scalemodel.twitter.live.demo --serve --port 8765

One of the readers puts the phone away, one drives into a tunnel, a stranger says to be a
third. In the end each holds what a brute force says that they should.

Read in this order: `demo`, `main`.
Left out: figures; `scalemodel.twitter.real` measures the same service.
Sources: none; the story is that of `arrival.scene`.
"""

__all__ = [
    "ANA", "A_FRIEND_EVERY", "BO", "CY", "DEE", "ELI", "FOLLOWS", "FRIEND", "NAMES", "PAUSE_S",
    "PORT", "SMALL", "STAR", "demo", "main",
]  # fmt: skip
__dir__ = lambda: __all__

import argparse
import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Callable

from scalemodel.core import checks
from scalemodel.core.rng import stream
from scalemodel.parts.admission import token
from scalemodel.twitter.live import wire
from scalemodel.twitter.live.client import LiveClient
from scalemodel.twitter.live.gateway import GatewayConfig
from scalemodel.twitter.live.service import LiveService
from scalemodel.twitter.timeline.brute_force import BruteForce
from scalemodel.twitter.timeline.engine import HomeTimelines
from scalemodel.twitter.timeline.graph import SocialGraph
from scalemodel.twitter.timeline.policies import FanOutOnWrite

NAMES = ("Ana", "Bo", "Cy", "Dee", "Eli", "the star", "a friend")
ANA, BO, CY, DEE, ELI, STAR, FRIEND = range(7)
FOLLOWS = [(reader, STAR) for reader in (ANA, BO, CY, DEE, ELI)] + [(ANA, FRIEND), (CY, FRIEND)]
A_FRIEND_EVERY = 100  # tweets of the burst
PAUSE_S = 0.05  # before a reader's first try to come back
PORT = 8765  # of `--serve`, if nothing is said
SMALL = GatewayConfig(  # so that a reader who does not read is noticed soon
    queue_posts=20, window_s=0.05, snapshot_posts=20, gap_posts=1_200,
    kernel_buffer_bytes=4_096, write_buffer_bytes=512,
)  # fmt: skip


async def demo(
    say: Callable[[str], None] = print, burst: int = 800, patience_s: float = 30.0
) -> bool:
    """Whether all readers end with the page that brute force shows, within `patience_s`.

    `say` gets one line for each thing that happens; `burst` tweets come while Bo does not
    read and Cy is in the tunnel.

    >>> lines = []
    >>> asyncio.run(demo(lines.append))
    True
    """
    say = checks.takes("say", say, "line")
    burst = checks.whole("burst", burst, at_least=1, at_most=1_000)  # a gap holds 1,200
    checks.real("patience_s", patience_s, above=0, at_most=3_600)
    homes, truth, key = _homes(), BruteForce(len(NAMES), FOLLOWS), secrets.token_bytes(32)
    truth.post(FRIEND, homes.post(FRIEND))  # the first tweet pays for machine code
    began_s = time.monotonic()

    def tell(text):
        say(f"{time.monotonic() - began_s:6.2f} s  {text}")

    tell(
        "a service opens, and five readers their connections"
    )  # before there is any: `say` may fail
    async with LiveService(homes, key, SMALL, lambda: time.monotonic() - began_s) as service:
        reading = asyncio.Event()
        reading.set()

        def post(author):
            truth.post(author, service.post(author))

        def hear(client, word):
            if not isinstance(word, wire.Delta) or client.user == ANA:
                tell(f"{NAMES[client.user]:>8} hears {_short(word)}")

        def reader(user, proof=None, **options):
            rng, proof = stream(1, NAMES[user]), proof or token(user, key)
            port = service.gateway.port
            return LiveClient(port, user, proof, rng=rng, base_s=PAUSE_S, listen=hear, **options)

        def holds(user):
            return readers[user].inbox.ids == truth.timeline(user, n=None)[::-1]

        async def until_all_hold(users):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience_s):
                    while not all(map(holds, users)):
                        await asyncio.sleep(0.02)

        readers = {user: reader(user) for user in (ANA, CY, DEE, ELI)}
        readers[BO] = reader(BO, pace=reading.wait, receive_buffer_bytes=2_048)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(client.run()) for client in readers.values()]
            await asyncio.gather(*(client.ready.wait() for client in readers.values()))
            tell("the star posts one tweet")
            post(STAR)
            await until_all_hold(readers)
            tell("Bo puts the phone away, Cy drives into a tunnel, and the star posts on and on")
            reading.clear()
            readers[CY].cut()
            for n in range(1, burst + 1):
                post(STAR if n % A_FRIEND_EVERY else FRIEND)
                await asyncio.sleep(0.0005)
            await until_all_hold((ANA, CY, DEE, ELI))
            tell("Bo reads again")
            reading.set()
            stranger = reader(ANA, proof="made up")
            await stranger.run()
            tell(f"a stranger who says to be Ana is refused: close code {stranger.closed_with}")
            await until_all_hold(readers)
            for client in readers.values():
                await client.stop()
            await asyncio.wait(tasks)
        for user in sorted(readers):
            client = readers[user]
            tell(f"{NAMES[user]:>8} holds {len(client.inbox.ids):3d} ids after {client.frames:3d} "
                 f"frames, {client.connects} connection(s), {client.inbox.gaps} gap(s): "
                 f"{'equal to' if holds(user) else 'NOT'} brute force")  # fmt: skip
        done = service.gateway.report
        tell(f"in all {done.deltas} frames carried {done.deliveries} posts, {done.missed} had no "
             f"room, {done.gap_fills} gaps brought {done.gap_posts}; refused: {done.refused}")  # fmt: skip
        return all(map(holds, readers))


def _homes():
    follower, followee = zip(*FOLLOWS, strict=True)
    return HomeTimelines(SocialGraph.from_edges(follower, followee, len(NAMES)), FanOutOnWrite())


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
    key = secrets.token_bytes(32)
    async with LiveService(_homes(), key, clock_s=time.monotonic, port=port) as service:
        print(f"ws://127.0.0.1:{service.gateway.port}, until Ctrl-C. Say one of:")
        for user, name in enumerate(NAMES):
            print(f"  {wire.encode(wire.Hello(user, token(user, key)))}   ({name})", flush=True)
        await asyncio.Event().wait()


def main(arguments: list[str] | None = None) -> int:
    """Exit code of the command line: 0 if all lists were right.

    >>> main(["--port", "eighty"])
    Traceback (most recent call last):
    ...
    SystemExit: 2
    """
    parser = argparse.ArgumentParser(prog="python -m scalemodel.twitter.live.demo")
    parser.add_argument("--serve", action="store_true", help="keep serving")
    parser.add_argument("--port", type=int, default=PORT, help="for --serve; 0 picks a free one")
    options = parser.parse_args(arguments)
    logging.basicConfig(format="          log: %(message)s")
    with contextlib.suppress(KeyboardInterrupt):
        if options.serve:
            asyncio.run(_serve(options.port))
        elif not asyncio.run(demo()):
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
