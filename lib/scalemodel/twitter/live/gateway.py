"""The gateway: the switchboard that holds a connection to everybody who is looking.

Many sockets, one desk. A *registry* knows which connections belong to a user. A new tweet goes
only to followers who have a connection, into the outbox of each (`outbox`), and from
there to the socket, if the socket takes it. Nobody is waited for: a reader whose socket
is full finds posts in the outbox later, or the word that some are missing. So one slow
reader costs a bounded queue and never anybody's time.

A frame is put into bytes once and the same bytes are written to all, the frame's header
included, which needs compression to be off. That is also cheaper: deflate keeps a
dictionary for each connection and would pack the same words a thousand times.

Who misbehaves is refused with the close code that says why, one line in the log, and a
count; the others notice nothing:

  1003  a binary frame                 1008  a forged user, a flood of messages,
  1007  text that has no form                silence where hello was due
  1009  a frame over the limit         1013  too many connections: in all, of one user, a second;
                                             the service fails as somebody says hello

Every frame spends the connection's allowance, pings and pieces of messages as much as messages.
Nothing that a connection sends makes memory grow: what is answered and not read is bounded, and
who is beyond the bound, or does not agree to a close in time, is cut. What the service
cannot do, take a tweet or find a gap, it says in words (`wire.Refused`), and the connection stays.

A connection from which nothing was heard for an interval and a deadline is cut (1006 at the
other end): it was pinged, and its pong did not come. The watch is our own, since a ping
that is sent with back-pressure waits behind a full socket and would never find it dead.

Read in this order: `admission`, `GatewayConfig`, `Gateway`.
Left out: TLS, tokens that expire, a second gateway and the channel between them.
Sources: RFC 6455, sections 5.5 and 7.4; the IANA registry of close codes (1013);
the documentation of `websockets` on broadcasting, which warns that nothing stops the
buffer of a slow reader from growing.
"""

__all__ = [
    "BAD_TEXT", "LEAST_S", "LINES", "MOST_AT_ONCE", "NOT_ACCEPTABLE", "NO_HELLO", "PIECE_BYTES",
    "POLICY", "SPARE_FILES", "TOO_BIG", "TRY_LATER", "Gateway", "GatewayConfig", "GatewayReport",
    "logger",
]  # fmt: skip
__dir__ = lambda: __all__

import asyncio
import contextlib
import functools
import hmac
import logging
import os
import socket
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.protocol import State

from scalemodel.core import checks
from scalemodel.core.frames import Tabular
from scalemodel.parts.admission import Allowance, token
from scalemodel.twitter.live import wire
from scalemodel.twitter.live.admission import Registry, rising
from scalemodel.twitter.live.outbox import (
    MOST_QUEUED,
    MOST_S,
    Outbox,
    Timelines,
    answer,
    answered_to,
    needs_methods,
)

logger = logging.getLogger("scalemodel.twitter.live.gateway")

NOT_ACCEPTABLE, BAD_TEXT, POLICY, TOO_BIG, TRY_LATER = 1003, 1007, 1008, 1009, 1013
NO_HELLO = "no hello"
LEAST_S = 0.001  # a shorter deadline would keep the loop busy with nothing else
MOST_AT_ONCE = 2**30  # bytes of a buffer, connections, or what comes in a burst
LINES = 5_000  # if the limit on open files allows
SPARE_FILES = 64  # connections on their way in or out, which are not counted yet, or no longer
PIECE_BYTES = 4_096  # of what a connection sends is looked at before it is asked whether it reads


# ── Config ──────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayConfig:
    """Windows, queues, limits and deadlines of a gateway.

    >>> GatewayConfig(window_s=-1)
    Traceback (most recent call last):
    ...
    ValueError: window_s=-1 must be a finite number of at least 0 and at most 86400
    """

    window_s: float = 0.1  # at most one frame of posts a connection in this time
    queue_posts: int = 256  # posts that wait for a slow reader; later ones are counted
    frame_posts: int = 100  # posts in a frame
    snapshot_posts: int = 50  # posts in the page that a new connection gets
    gap_posts: int = 400  # a gap larger than this is not filled: reload
    write_buffer_bytes: int = 4_096  # unsent bytes above which a connection takes no new frame
    kernel_buffer_bytes: int | None = 16_384  # SO_SNDBUF; None: as the system likes
    message_bytes: int = 4_096  # the largest message a client may send; a tweet needs 3,424
    messages_per_s: float = 10.0  # frames of any kind by one connection, in the long run
    messages_burst: int = 30  # and at once
    connections: int | None = None  # connections in all; None: 5,000, or what open files allow
    user_connections: int = 5  # connections of one user
    connects_per_s: float = 1_000.0  # new connections, in the long run
    connects_burst: int = 2_000  # and at once
    hello_deadline_s: float = 5.0  # from connecting to hello
    ping_interval_s: float = 20.0  # a connection that was silent for so long is pinged
    ping_deadline_s: float = 20.0  # and cut if it stays silent for so much longer
    close_deadline_s: float = 2.0  # for the other end to agree to a close

    def __post_init__(self):
        checks.plain(self)
        checks.real("window_s", self.window_s, at_least=0, at_most=MOST_S)
        for name in ("messages_per_s", "connects_per_s"):
            checks.real(name, getattr(self, name), above=0, at_most=MOST_AT_ONCE)
        for name in ("hello_deadline_s", "ping_interval_s", "ping_deadline_s", "close_deadline_s"):
            checks.real(name, getattr(self, name), above=0, at_most=MOST_S)
            checks.real(name, getattr(self, name), at_least=LEAST_S)
        checks.whole("queue_posts", self.queue_posts, at_least=1, at_most=MOST_QUEUED)
        for name in ("frame_posts", "snapshot_posts", "gap_posts"):
            checks.whole(name, getattr(self, name), at_least=1, at_most=wire.MOST_IDS)
        for name in ("messages_burst", "user_connections", "connects_burst", "write_buffer_bytes"):
            checks.whole(name, getattr(self, name), at_least=1, at_most=MOST_AT_ONCE)
        checks.whole(
            "message_bytes", self.message_bytes, at_least=wire.MOST_BYTES, at_most=MOST_AT_ONCE
        )
        for name in ("connections", "kernel_buffer_bytes"):
            if getattr(self, name) is not None:
                checks.whole(name, getattr(self, name), at_least=1, at_most=MOST_AT_ONCE)

    @property
    def unsent_bytes(self) -> int:
        """What a connection may have unsent: full buffer, frame and answer, and some pongs more.

        >>> GatewayConfig(frame_posts=100, snapshot_posts=50, gap_posts=400).unsent_bytes
        20192
        """
        ids = self.frame_posts + max(self.snapshot_posts, self.gap_posts)
        return self.write_buffer_bytes + 24 * ids + PIECE_BYTES


@dataclass(frozen=True, slots=True)
class GatewayReport(Tabular):
    """What a gateway has done so far, in counts.

    >>> GatewayReport(connections=3, refused={"forged": 1}).refused["forged"]
    1
    """

    connections: int = 0  # connections that said a good hello
    open_connections: int = 0  # of these, now
    posts: int = 0  # tweets accepted
    failures: int = 0  # tweets, gaps and pages that the service could not take or find
    untold: int = 0  # tweets stored whose followers could not be found; all were told to ask
    deltas: int = 0  # frames with new posts
    deliveries: int = 0  # posts in them
    notices: int = 0  # frames that say how many were missed
    missed: int = 0  # posts that found no room
    gap_fills: int = 0  # answers with a gap
    gap_posts: int = 0  # posts in them
    reloads: int = 0  # answers with "too old"
    silent: int = 0  # connections cut after a ping without a pong
    longest_queue: int = 0  # posts in one outbox
    refused: dict[str, int] = field(default_factory=dict)  # by reason


# ── The gateway ─────────────────────────────────────────────────────────────
class Gateway:
    """Lines to readers over `timelines`, for users who prove themselves with a `token`.

    `accept(author)` makes a tweet of who sends one and returns its id; tweet processing
    (`service`) puts itself there. `deliver` brings ids to whoever is there.

    >>> from scalemodel.twitter.timeline.engine import HomeTimelines
    >>> from scalemodel.twitter.timeline.graph import SocialGraph
    >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
    >>> homes = HomeTimelines(SocialGraph.from_edges([0], [1], n_users=2), FanOutOnWrite())
    >>> async def visit():
    ...     async with Gateway(homes, key=b"secret") as gateway:
    ...         return gateway.port > 0, gateway.report.open_connections
    >>> asyncio.run(visit())
    (True, 0)
    """

    def __init__(
        self,
        timelines: Timelines,
        key: bytes,
        config: GatewayConfig = GatewayConfig(),
        accept: Callable[[int], int] | None = None,
        port: int = 0,
    ):
        token(0, key)
        needs_methods(timelines, "timeline", "followers")
        checks.instance("config", config, GatewayConfig)
        if accept is not None and not callable(accept):
            raise ValueError(
                f"accept={checks.brief(accept)} must be a function of an author, or None"
            )
        self.timelines, self.config, self.accept = timelines, config, accept
        self.port = checks.whole("port", port, at_least=0, at_most=65_535)
        self.registry = Registry()
        self._key = key
        self._loop = None  # until it opens
        self._lines = set()  # all that were admitted, hello or not
        self._sockets = set()  # these, and who is on the way in or out
        self._alarms = {}  # due time -> lines
        self._counts = Counter()
        self._refused = Counter()
        self._longest = 0
        self._bytes = functools.lru_cache(maxsize=1024)(_frame_bytes)

    async def __aenter__(self):
        config = self.config
        self._most = _lines_that_fit(config.connections)
        self._loop = asyncio.get_running_loop()
        self._connects = Allowance(config.connects_per_s, config.connects_burst, self._loop.time())
        self._server = await serve(
            self._handle,
            "127.0.0.1",
            self.port,
            create_connection=functools.partial(_Line, gateway=self),
            compression=None,
            max_size=config.message_bytes,
            max_queue=4,
            write_limit=config.write_buffer_bytes,
            open_timeout=config.hello_deadline_s,
            close_timeout=config.close_deadline_s,
            ping_interval=None,  # see _watch
            backlog=1024,
        )
        self.port = self._server.sockets[0].getsockname()[1]
        self._watcher = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *error):
        self._watcher.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._watcher
        self._server.close()
        cut = self._loop.call_later(self.config.close_deadline_s, self._cut_all)
        await self._server.wait_closed()
        cut.cancel()

    def _cut_all(self):  # who does not read does not see a goodbye either
        for line in list(self._sockets):
            line.transport.abort()

    @property
    def report(self) -> GatewayReport:
        """The counts until now."""
        return GatewayReport(
            open_connections=len(self.registry),
            longest_queue=self._longest,
            refused=dict(self._refused),
            **self._counts,
        )

    # ── Outwards ────────────────────────────────────────────────────────────
    def deliver(self, ids: tuple[int, ...], followers: Iterable[int]) -> None:
        """Bring the tweets `ids`, rising, to those `followers` who have a connection. Waits for nobody."""
        ids = rising("ids", ids).tolist()
        lines = self.registry.live(followers)
        if not lines:
            return
        now_s = self._loop.time()
        for line in lines:
            outbox = line.outbox
            for tweet in ids:
                known = outbox.missed
                if not outbox.offer(tweet):
                    self._counts["missed"] += outbox.missed - known
            self._pump(line, now_s)
            self._longest = max(self._longest, len(outbox))

    def withhold(self, tweet: int) -> None:
        """Tell everybody who has a connection to ask: whose `tweet` is could not be found out."""
        tweet = checks.whole("tweet", tweet, at_least=0, at_most=wire.MOST_ID)
        self._counts["untold"] += 1
        for line in self.registry:
            line.outbox.withhold(tweet)
            self._pump(line, self._loop.time())

    def _pump(self, line, now_s):
        """Write what is due, if the socket takes it, and set an alarm for what is due later."""
        outbox = line.outbox
        if outbox is None or line.paused or line.protocol.state is not State.OPEN:
            return  # a paused connection is pumped when it takes bytes again
        if line.transport.is_closing():  # the socket is gone, and the connection hears of it soon
            return
        if outbox.due_s <= now_s:
            word = outbox.take(now_s)
            line.transport.write(self._bytes(word))
            if type(word) is wire.Delta:
                self._counts["deltas"] += 1
                self._counts["deliveries"] += len(word.ids)
            else:
                self._counts["notices"] += 1
        due_s = outbox.due_s
        if due_s != float("inf") and not line.alarmed:
            line.alarmed = True
            if (
                due_s not in self._alarms
            ):  # one timer for all connections that were written together
                self._alarms[due_s] = []
                self._loop.call_at(due_s, self._ring, due_s)
            self._alarms[due_s].append(line)

    def _ring(self, due_s):
        now_s = max(self._loop.time(), due_s)
        for line in self._alarms.pop(due_s):
            line.alarmed = False
            self._pump(line, now_s)

    # ── Inwards ─────────────────────────────────────────────────────────────
    async def _handle(self, line):
        """The life of one connection, from its first frame to its end."""
        try:
            self._admit(line)
            await self._greet(line)
            while line.outbox is not None:  # until refused
                await self._listen(line, await line.recv())
        except _Refusal as refusal:
            self._refuse(line, refusal)
        except ConnectionClosed as closed:
            self._note_protocol(line, closed)
        finally:
            self._forget(line)

    def _admit(self, line):
        if len(self._lines) >= self._most:
            raise _Refusal(TRY_LATER, "too many connections", f"{len(self._lines)} are open")
        if not self._connects.spend(self._loop.time()):
            raise _Refusal(TRY_LATER, "connection flood", "they come too fast")
        self._lines.add(line)

    def _forget(self, line):
        self._lines.discard(line)
        if line.user is not None:
            self.registry.remove(line.user, line)
        line.outbox = None

    async def _greet(self, line):
        try:
            async with asyncio.timeout(self.config.hello_deadline_s):
                text = await line.recv()
        except TimeoutError:
            raise _Refusal(POLICY, NO_HELLO, "silence where hello was due") from None
        hello = self._word(text)
        if not isinstance(hello, wire.Hello):
            raise _Refusal(POLICY, NO_HELLO, "the first word was another")
        proof = token(hello.user, self._key)
        if not hmac.compare_digest(proof.encode(), hello.token.encode(errors="replace")):
            raise _Refusal(POLICY, "forged user", f"not user {hello.user}")
        if self.registry.count(hello.user) >= self.config.user_connections:
            raise _Refusal(TRY_LATER, "too many of one user", f"user {hello.user}")
        try:
            words = self._answer(hello.user, hello.last_id)
        except (ValueError, IndexError) as error:  # a good token for a user who is not there
            raise _Refusal(POLICY, "unknown user", str(error)) from None
        except Exception as error:
            self._counts["failures"] += 1
            raise _Refusal(TRY_LATER, "service failed", repr(error)) from error
        config = self.config
        line.user = hello.user
        line.outbox = Outbox(config.queue_posts, config.window_s, config.frame_posts)
        self.registry.add(line.user, line)
        self._counts["connections"] += 1
        await self._reply(line, words, hello.last_id)

    async def _listen(self, line, text):
        match self._word(text):
            case wire.Since(last_id):
                try:
                    words = self._answer(line.user, last_id)
                except Exception as error:
                    await self._excuse(line, "what came since could not be found", error)
                    return
                await self._reply(line, words, last_id)
            case wire.Post() if self.accept is not None:
                try:
                    posted = wire.encode(wire.Posted(self.accept(line.user)))
                except Exception as error:
                    await self._excuse(line, "the post was not taken", error)
                    return
                self._counts["posts"] += 1
                await line.send(posted)
            case _:
                raise _Refusal(POLICY, "out of turn", "a second hello, or a post to nobody")

    async def _excuse(self, line, what, error):
        """Say `what` failed, and why if the `error` was written for people; all else stays."""
        self._counts["failures"] += 1
        logger.error("user %s was told: %s", line.user, what, exc_info=error)
        why = str(error) if isinstance(error, ValueError) else "the service failed, try again"
        await line.send(wire.encode(wire.Refused(_in_words(f"{what}: {why}"))))

    def _word(self, text):
        if not isinstance(text, str):
            raise _Refusal(NOT_ACCEPTABLE, "binary", "text is spoken here")
        try:
            return wire.from_client(text)
        except ValueError as error:
            raise _Refusal(BAD_TEXT, "malformed", str(error)) from None

    def _answer(self, user, last_id):
        config = self.config
        return answer(
            self.timelines, user, last_id,
            snapshot_posts=config.snapshot_posts, gap_posts=config.gap_posts,
        )  # fmt: skip

    async def _reply(self, line, words, last_id):
        """Write an answer, then wait for its reader, and nobody else, to take it."""
        line.outbox.caught_up(answered_to(words, last_id))
        match words[0]:
            case wire.Gap(ids):
                self._counts["gap_fills"] += 1
                self._counts["gap_posts"] += len(ids)
            case wire.TooOld():
                self._counts["reloads"] += 1
        for word in words[:-1]:  # with nothing in between: no delta may come before its snapshot
            line.transport.write(self._bytes(word))
        await line.send(wire.encode(words[-1]))

    # ── Refusals and silence ────────────────────────────────────────────────
    def _refuse(self, line, refusal):
        """End a connection with the code that says why, whether or not its other end reads that."""
        if line.refused:
            return
        line.refused = True
        self._note(line, refusal.reason, refusal.code, str(refusal))
        self._forget(line)  # before the other end agrees to close, which it may never do
        if line.protocol.state is State.OPEN:
            line.protocol.fail(refusal.code, refusal.said)
            line.send_data()
        line.transport.resume_reading()  # or its goodbye is not seen

    def _note(self, line, reason, code, why):
        self._refused[reason] += 1
        who = "a stranger" if line.user is None else f"user {line.user}"
        logger.warning("refused %s, %s (close code %d): %s", who, reason, code, why)

    def _note_protocol(self, line, closed):
        """Count what `websockets` itself has refused: too large, not UTF-8, against RFC 6455."""
        reasons = {TOO_BIG: "oversized", BAD_TEXT: "malformed", 1002: "protocol error"}
        if closed.sent is not None and not closed.rcvd_then_sent and closed.sent.code in reasons:
            self._note(line, reasons[closed.sent.code], closed.sent.code, closed.sent.reason)

    async def _watch(self):
        """Ping whoever is silent, and cut the connection of who stays so."""
        config = self.config
        while True:
            await asyncio.sleep(min(config.ping_interval_s, config.ping_deadline_s) / 2)
            now_s = self._loop.time()
            for line in [line for line in self._lines if line.protocol.state is State.OPEN]:
                silent_s = now_s - line.heard_s
                if silent_s > config.ping_interval_s + config.ping_deadline_s:
                    self._counts["silent"] += 1
                    logger.warning("cut user %s: no pong for %.1f s", line.user, silent_s)
                    line.transport.abort()
                elif silent_s > config.ping_interval_s and not line.pinged:
                    line.pinged = True
                    line.protocol.send_ping(b"there?")
                    line.send_data()


class _Line(ServerConnection):
    """A socket with its outbox."""

    def __init__(self, *arguments, gateway, **options):
        super().__init__(*arguments, **options)
        config = gateway.config
        self.gateway = gateway
        self.user = self.outbox = None
        self.alarmed = self.pinged = self.refused = False
        self.heard_s = self.loop.time()
        self.allowance = Allowance(config.messages_per_s, config.messages_burst, self.heard_s)

    @property
    def unsent_bytes(self):
        return self.transport.get_write_buffer_size()

    def connection_made(self, transport):
        super().connection_made(transport)
        self.gateway._sockets.add(self)
        if len(self.gateway._sockets) > self.gateway._most + SPARE_FILES:
            transport.abort()  # there is no file left to say why
            return
        size = self.gateway.config.kernel_buffer_bytes
        if size is not None:
            pipe = transport.get_extra_info("socket")
            pipe.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, size)

    def connection_lost(self, error):
        self.gateway._sockets.discard(self)
        super().connection_lost(error)

    def data_received(self, data):
        self.heard_s, self.pinged = self.loop.time(), False
        was_open = self.protocol.state is not State.CLOSING
        for at in range(0, len(data), PIECE_BYTES):  # a read may hold thousands of pings
            super().data_received(data[at : at + PIECE_BYTES])
            if self.unsent_bytes > self.gateway.config.unsent_bytes:
                self.gateway._note(self, "unread", 1006, f"{self.unsent_bytes} bytes wait")
                self.transport.abort()
                return
        if was_open and self.protocol.state is State.CLOSING:  # and is to be gone in time
            self.loop.call_later(self.gateway.config.close_deadline_s, self.transport.abort)

    def process_event(self, event):
        """Each frame spends, before anybody looks at what it says."""
        if isinstance(event, Frame) and not self.allowance.spend(self.heard_s):
            self.gateway._refuse(self, _Refusal(POLICY, "message flood", "too many messages"))
        if not self.refused:
            super().process_event(event)

    def resume_writing(self):
        super().resume_writing()
        self.gateway._pump(self, self.loop.time())


class _Refusal(Exception):
    """Why a connection ends, with the close code that says so, and what the close frame says."""

    def __init__(self, code, reason, why):
        super().__init__(why)
        self.code, self.reason = code, reason
        self.said = reason if reason != "malformed" else _in_words(f"{reason}: {why}", 100)


def _in_words(text, most=wire.MOST_CHARACTERS):
    """`text` cut to so many bytes."""
    return text.encode("ascii", "replace").decode()[:most]


def _lines_that_fit(connections):
    """How many connections may be open at once; a `ValueError` if `connections` are more than can."""
    try:
        import resource
    except ImportError:  # a system without such a limit
        return connections or LINES
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most == resource.RLIM_INFINITY:
        return connections or LINES
    fit = max(0, most - len(os.listdir("/dev/fd")) - SPARE_FILES)
    if fit < (connections or 1):
        raise ValueError(
            f"connections={checks.brief(connections)} must be at most {fit} here: this process may open {most} "
            f"files (ulimit -n), and {SPARE_FILES} are kept spare"
        )
    return connections or min(LINES, fit)


def _frame_bytes(word):
    """`word` as the bytes of a whole frame, header included: servers do not mask."""
    return Frame(Opcode.TEXT, wire.encode(word).encode()).serialize(mask=False)
