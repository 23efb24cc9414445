"""A reader's end of the connection: it opens it, keeps a list, and comes back when it is cut.

Like a child that asks "are we there yet": again soon at first, then after longer and
longer pauses, each drawn at random (jitter) so that a thousand cut off together do not all knock at
the same moment. What to say and what to keep is `outbox.Inbox`; here are the socket and
the patience. A refusal that will not change (a forged user, a malformed frame) ends it;
"try again later", a hello that came too late and broken connections do not.

Left out: posts are not repeated if the connection breaks before their id came back.
Sources: Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015
(full jitter); RFC 6455, section 7.2.3.
"""

__all__ = ["FINAL", "LATE", "LEAST_S", "MOST_FRAME_BYTES", "LiveClient", "backoff_s", "pauses_s"]
__dir__ = lambda: __all__

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable

import numpy as np
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from scalemodel.core import checks
from scalemodel.twitter.live import wire
from scalemodel.twitter.live.outbox import MOST_S, Inbox

FINAL = {1002, 1003, 1007, 1008, 1009}  # codes after which asking again is no use
LATE = (1008, "no hello")  # but a hello that was late, on a busy machine, may be in time next
LEAST_S = 0.001
MOST_FRAME_BYTES = 2**20  # of the gateway's; see wire.MOST_IDS


def backoff_s(attempt: int, rng: np.random.Generator, base_s: float, most_s: float) -> float:
    """A pause before attempt number `attempt` (0 first): at random, up to a doubling bound.

    >>> from scalemodel.core.rng import stream
    >>> rng = stream(1, "backoff")
    >>> [round(backoff_s(attempt, rng, 0.1, 5.0), 2) for attempt in (0, 1, 2, 20)]
    [0.02, 0.17, 0.3, 2.04]
    """
    attempt = checks.whole("attempt", attempt, at_least=0)
    checks.instance("rng", rng, np.random.Generator)
    base_s, most_s = pauses_s(base_s, most_s)
    bound_s = min(most_s, base_s * 2.0 ** min(attempt, 60))
    return float(rng.uniform(0, bound_s))


def pauses_s(base_s: float, most_s: float) -> tuple[float, float]:
    """Both bounds of a pause; shorter ones than a millisecond would knock without end.

    >>> pauses_s(0.1, most_s=0)
    Traceback (most recent call last):
    ...
    ValueError: most_s=0 must be a finite number of at least 0.1 and at most 86400
    """
    base_s = checks.real("base_s", base_s, at_least=LEAST_S, at_most=MOST_S)
    return base_s, checks.real("most_s", most_s, at_least=base_s, at_most=MOST_S)


class LiveClient:
    """A reader on `port` of this machine; `run` it as a task, and `stop` it.

    `rng` draws the pauses between attempts. `listen(client, word)` hears what comes.
    `pace` is awaited before each read, which makes a slow reader. `inbox.ids` is the list.

    >>> from scalemodel.core.rng import stream
    >>> client = LiveClient(
    ...     80, user=17, token="9f", rng=stream(1, "Ana"), receive_buffer_bytes=4_096
    ... )
    >>> client.inbox.ids, client.connects
    ([], 0)
    """

    def __init__(
        self,
        port: int,
        user: int,
        token: str,
        *,
        rng: np.random.Generator,
        base_s: float = 0.1,
        most_s: float = 10.0,
        receive_buffer_bytes: int | None = None,
        listen: Callable[["LiveClient", wire.GatewayWord], None] | None = None,
        pace: Callable[[], Awaitable] | None = None,
    ):
        self.port = checks.whole("port", port, at_least=1, at_most=65_535)
        wire.encode(wire.Hello(user, token))  # which refuses what would be refused there
        self.user, self.token = user, token
        checks.instance("rng", rng, np.random.Generator)
        self.base_s, self.most_s = pauses_s(base_s, most_s)
        if receive_buffer_bytes is not None:
            checks.whole("receive_buffer_bytes", receive_buffer_bytes, at_least=1, at_most=2**30)
        for name, function in (("listen", listen), ("pace", pace)):
            if function is not None and not callable(function):
                raise ValueError(f"{name}={checks.brief(function)} must be a function, or None")
        self.receive_buffer_bytes = receive_buffer_bytes
        self.inbox = Inbox()
        self.connects = self.frames = self.attempts = 0
        self.closed_with = None  # the code of a refusal that ended it
        self.ready = asyncio.Event()  # set once the first answer is here
        self._rng, self._listen, self._pace = rng, listen, pace
        self._connection = None
        self._stopped = False

    async def run(self) -> None:
        """Connect, read, and come back after a cut, until stopped or refused for good."""
        attempt = 0
        while not self._stopped:
            before = self.frames
            self.attempts += 1
            try:
                await self._session()
            except ConnectionClosed as closed:
                code, why = (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")
                if code in FINAL and (code, why) != LATE:
                    self.closed_with = code
                    return
            except (OSError, InvalidHandshake, TimeoutError):
                pass
            if self._stopped:
                return
            attempt = 0 if self.frames > before else attempt + 1
            await asyncio.sleep(backoff_s(attempt, self._rng, self.base_s, self.most_s))

    async def post(self, text: str = "a tweet") -> None:
        """Send a tweet; its id comes back as a `Posted`, or a `Refused` that says why not."""
        post = wire.encode(wire.Post(text))
        if self._connection is None:
            raise ConnectionError(
                "there is no connection now: wait until the client is `ready` again"
            )
        await self._connection.send(post)

    def cut(self) -> None:
        """Break the connection without a word, as a tunnel does."""
        if self._connection is not None:
            self._connection.transport.abort()

    async def stop(self) -> None:
        """Say goodbye and stay away."""
        self._stopped = True
        if self._connection is not None:
            await self._connection.close()

    async def _session(self):
        async with self._connected() as connection:
            self._connection = connection
            try:
                await connection.send(wire.encode(self.inbox.hello(self.user, self.token)))
                self.connects += 1
                while True:
                    if self._pace is not None:
                        await self._pace()
                    await self._read(connection)
            finally:
                self._connection = None

    async def _read(self, connection):
        word = wire.from_gateway(await connection.recv())
        self.frames += 1
        question = self.inbox.receive(word)
        if self._listen is not None:
            self._listen(self, word)
        if isinstance(word, wire.Snapshot | wire.Gap):
            self.ready.set()
        if question is not None:
            await connection.send(wire.encode(question))

    @contextlib.asynccontextmanager
    async def _connected(self):
        pipe = socket.socket()
        try:
            pipe.setblocking(False)
            if self.receive_buffer_bytes is not None:
                pipe.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer_bytes)
            await asyncio.get_running_loop().sock_connect(pipe, ("127.0.0.1", self.port))
            async with connect(
                f"ws://127.0.0.1:{self.port}",
                sock=pipe,
                compression=None,
                ping_interval=None,
                max_size=MOST_FRAME_BYTES,
                max_queue=4,
                proxy=None,
            ) as connection:
                yield connection
        finally:
            pipe.close()
