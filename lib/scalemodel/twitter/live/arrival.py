"""A tweet arrives: the live connection as a scene in virtual time, with its formula.

Three people look at the same star's posts. Ana reads at once. Bo's phone takes a frame
only now and then. Cy goes through a tunnel and comes back. What the gateway keeps for
each and what it answers is not written again here: the scene runs `outbox.Outbox`,
`outbox.Inbox` and `outbox.answer`, as the sockets of `gateway` do. Only the connection
and the clock are replaced: a frame takes a while to cross, a reader takes a while to
read it, and a connection holds one frame at a time.

With posts at random (Poisson) and readers who keep up, a connection has a closed form. A frame
shuts it for one window. In the window nothing comes with the chance exp(-rate x window),
then the connection rests until the next post, which leaves at once; else the next frame leaves
as the window ends. So 1 / frames per second = window + exp(-rate x window) / rate. A slow
reader is the same connection with a longer window, until the outbox is full.

Read in this order: `SceneConfig`, `scene`, `expected_frames_per_s`.
Left out: acknowledgements, bandwidth, buffers on the way that hold more than one frame.
Sources: Little, "A Proof for the Queuing Formula L = λW", Operations Research, 1961; the
renewal-reward theorem, in any text on stochastic processes.
"""

__all__ = [
    "MOST_POSTS", "OLD_POSTS", "RATES_PER_S", "READ_S", "Event", "ReaderReport", "SceneConfig",
    "SceneReport", "expected_frames_per_s", "expected_queue", "expected_wait_s", "scene",
]  # fmt: skip
__dir__ = lambda: __all__

import heapq
import math
from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

from scalemodel.core import checks
from scalemodel.core.frames import Tabular
from scalemodel.core.rng import stream
from scalemodel.twitter.live import wire
from scalemodel.twitter.live.outbox import (
    MOST_QUEUED,
    MOST_S,
    Inbox,
    Outbox,
    answer,
    answered_to,
)

READ_S = 0.001  # how long a quick reader needs for a frame
OLD_POSTS = 3  # tweets that were there before
MOST_POSTS = 100_000
RATES_PER_S = {"at_least": 1e-6, "at_most": 1e6}  # of posts and frames


# ── Config ──────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class SceneConfig:
    """A star who posts, a slow reader, and one who is cut off for a while.

    >>> SceneConfig(drain_per_s=0)
    Traceback (most recent call last):
    ...
    ValueError: drain_per_s=0 must be a finite number above 0
    """

    posts_per_s: float = 5.0  # by the star, at random times
    duration_s: float = 12.0  # of posting; the scene ends when all have read all
    window_s: float = 0.1  # least time between two frames of posts on a connection
    queue_posts: int = 8  # that an outbox holds
    frame_posts: int = 50  # in one frame, at most
    snapshot_posts: int = 20  # in a page
    gap_posts: int = 100  # in an answer; more is too old
    drain_per_s: float = 0.5  # frames that Bo reads in a second
    cut_at_s: float = 3.0  # when Cy's connection breaks
    cut_s: float = 4.0  # for how long; 0: never
    line_s: float = 0.04  # for a frame to cross the connection
    seed: int = 1

    def __post_init__(self):
        checks.plain(self)
        for name in ("posts_per_s", "drain_per_s"):
            checks.real(name, getattr(self, name), above=0)
            checks.real(name, getattr(self, name), **RATES_PER_S)
        for name in ("window_s", "cut_at_s", "cut_s", "line_s", "duration_s"):
            checks.real(name, getattr(self, name), at_least=0, at_most=MOST_S)
        checks.whole("queue_posts", self.queue_posts, at_least=1, at_most=MOST_QUEUED)
        for name in ("frame_posts", "snapshot_posts", "gap_posts"):
            checks.whole(name, getattr(self, name), at_least=1, at_most=wire.MOST_IDS)
        checks.whole("seed", self.seed, at_least=0)
        if self.posts_per_s * self.duration_s > MOST_POSTS:
            raise ValueError(
                f"posts_per_s={checks.brief(self.posts_per_s)} must make at most {MOST_POSTS:,} posts in "
                f"duration_s={self.duration_s!r}"
            )


class Event(NamedTuple):
    """Something that crosses from `source` to `target`, leaving at `t_s`, there at `until_s`.

    Kinds: post, store, told (to the gateway); hello, since; snapshot, gap, too old, delta,
    missed; cut (from a reader to the gateway), lost (a frame on a connection that broke).

    >>> Event(1.0, "delta", "gateway", "Ana", "post 7", until_s=1.04).kind
    'delta'
    """

    t_s: float
    kind: str
    source: str
    target: str
    text: str
    until_s: float


@dataclass(frozen=True, slots=True)
class ReaderReport(Tabular):
    """What one reader got, and what the outbox for them went through.

    >>> [line.name for line in scene(SceneConfig()).readers]
    ['Ana', 'Bo', 'Cy']
    """

    name: str
    frames: int  # that the gateway sent
    deltas: int  # of these, with new posts
    posts_missed: int  # that found the outbox full
    longest_queue: int  # posts
    mean_queue: float  # posts, over the whole scene
    mean_wait_s: float  # of a post in the outbox
    queued: int  # posts that waited there, or passed through
    worst_delay_s: float  # from posting to reading
    gaps: int
    reloads: int
    complete: bool  # whether the final list is what brute force shows


@dataclass(frozen=True, slots=True)
class SceneReport(Tabular):
    """The whole scene: its events in order of time, and a report for each reader.

    >>> report = scene(SceneConfig())
    >>> report.complete, report.events[0].kind, report.readers[1].posts_missed > 0
    (True, 'hello', True)
    """

    events: tuple[Event, ...]
    readers: tuple[ReaderReport, ...]
    posts: int
    end_s: float

    @property
    def complete(self) -> bool:
        """Whether every reader ends with what brute force shows."""
        return all(reader.complete for reader in self.readers)

    def _figures(self):
        """All but the log, of which `events` is a table by itself."""
        return {name: told for name, told in Tabular._figures(self).items() if name != "events"}


# ── Run and report ──────────────────────────────────────────────────────────
def scene(config: SceneConfig = SceneConfig(), events: bool = True) -> SceneReport:
    """The scene of `config`, the same each time; without the log if not `events`.

    >>> ana, bo, cy = scene(SceneConfig(posts_per_s=4, drain_per_s=0.4)).readers
    >>> bo.frames < ana.frames, bo.worst_delay_s > ana.worst_delay_s, cy.gaps
    (True, True, 1)
    """
    checks.instance("config", config, SceneConfig)
    run = _Run(config, checks.instance("events", events, bool))
    while run.agenda:
        run.now_s, _, act, arguments = heapq.heappop(run.agenda)
        act(*arguments)
    return SceneReport(
        events=tuple(sorted(run.events, key=lambda event: event.t_s)),
        readers=tuple(run.report(reader) for reader in run.readers),
        posts=len(run.posted_s),
        end_s=run.now_s,
    )


class _Page:
    """A timeline service for one page that everybody sees; ids are 1, 2, 3 ..."""

    def __init__(self, ids):
        self.ids = ids

    def timeline(self, user, n):
        return self.ids[: -n - 1 : -1]


class _Reader:
    """A reader, the connection to them, and the books that are kept on their outbox."""

    def __init__(self, name, read_s):
        self.name, self.read_s, self.inbox = name, read_s, Inbox()
        self.outbox = None  # while there is no connection
        self.line = 0  # the number of the connection; what travels on an older one is lost
        self.free_s = 0.0  # when the connection takes the next frame
        self.alarm_s = math.inf
        self.entered = deque()  # when each queued post came
        self.waits_s, self.area, self.changed_s = [], 0.0, 0.0
        self.frames = self.deltas = self.missed = self.longest = 0
        self.worst_s = 0.0


class _Run:
    """The state of a scene: an agenda of what happens next, and the log of what did."""

    def __init__(self, config, logs):
        self.config, self.logs, self.agenda, self.events = config, logs, [], []
        self.now_s, self.turn = 0.0, 0
        self.page = _Page(list(range(1, OLD_POSTS + 1)))
        self.posted_s = {}
        bo_s = max(READ_S, 1 / config.drain_per_s)
        self.readers = [_Reader("Ana", READ_S), _Reader("Bo", bo_s), _Reader("Cy", READ_S)]
        for reader in self.readers:
            self.at(0.0, self.connect, reader)
        for at_s in _post_times_s(config):
            self.at(at_s, self.post)
        if config.cut_s > 0:
            self.at(config.cut_at_s, self.cut, self.readers[2])
            self.at(config.cut_at_s + config.cut_s, self.connect, self.readers[2])

    def at(self, at_s, act, *arguments):
        self.turn += 1
        heapq.heappush(self.agenda, (at_s, self.turn, act, arguments))

    def log(self, kind, source, target, text, takes_s=0.0, at_s=None):
        if self.logs:
            at_s = self.now_s if at_s is None else at_s
            self.events.append(Event(at_s, kind, source, target, text, at_s + takes_s))

    # ── What happens ────────────────────────────────────────────────────────
    def post(self):
        tweet = self.page.ids[-1] + 1
        self.page.ids.append(tweet)
        self.posted_s[tweet] = self.now_s
        self.log("post", "the star", "tweet processing", f"post {tweet}")
        self.log("store", "tweet processing", "timeline service", f"post {tweet}")
        self.log("told", "tweet processing", "gateway", f"post {tweet}")
        for reader in self.readers:
            if reader.outbox is None:
                continue
            if reader.outbox.offer(tweet):
                self.count_queue(reader, came=1)
            else:
                reader.missed += 1
            self.pump(reader)
            reader.longest = max(reader.longest, len(reader.outbox))

    def connect(self, reader):
        hello = reader.inbox.hello(0, "")
        text = "new" if hello.last_id is None else f"has up to post {hello.last_id}"
        self.log("hello", reader.name, "gateway", text, self.config.line_s)
        self.at(self.now_s + self.config.line_s, self.reply, reader, reader.line, hello.last_id)

    def cut(self, reader):
        self.log("cut", reader.name, "gateway", "the connection breaks")
        reader.line += 1
        if reader.outbox is not None:
            self.count_queue(reader, left=len(reader.entered))
        reader.outbox = None

    def reply(self, reader, line, last_id):
        if line != reader.line:
            return
        config = self.config
        words = answer(
            self.page, 0, last_id, snapshot_posts=config.snapshot_posts, gap_posts=config.gap_posts
        )
        if reader.outbox is None:
            reader.outbox = Outbox(config.queue_posts, config.window_s, config.frame_posts)
            reader.free_s = self.now_s
        self.count_queue(reader, left=len(reader.entered))
        reader.outbox.caught_up(answered_to(words, last_id))
        for word in words:
            self.send(reader, word)

    def pump(self, reader):
        """The gateway's `_pump`, with a connection that holds one frame for a socket's buffer."""
        outbox = reader.outbox
        if outbox is None:
            return
        if max(outbox.due_s, reader.free_s) <= self.now_s:
            word = outbox.take(self.now_s)
            if isinstance(word, wire.Delta):
                self.count_queue(reader, left=len(word.ids))
                reader.deltas += 1
            self.send(reader, word)
        due_s = max(outbox.due_s, reader.free_s)
        if due_s < reader.alarm_s and due_s != math.inf:
            reader.alarm_s = due_s
            self.at(due_s, self.ring, reader, due_s)

    def ring(self, reader, due_s):
        if reader.alarm_s == due_s:
            reader.alarm_s = math.inf
            self.pump(reader)

    def send(self, reader, word):
        leaves_s = max(self.now_s, reader.free_s)
        reader.free_s = leaves_s + reader.read_s
        reader.frames += 1
        read_s = reader.free_s + self.config.line_s
        if self.logs:
            kind, text = _told(word)
            self.log(kind, "gateway", reader.name, text, read_s - leaves_s, leaves_s)
        self.at(read_s, self.receive, reader, reader.line, word)

    def receive(self, reader, line, word):
        if line != reader.line:
            self.log("lost", "gateway", reader.name, _told(word)[1])
            return
        last_id = reader.inbox.last_id
        question = reader.inbox.receive(word)
        if last_id is not None:
            for tweet in reversed(reader.inbox.ids):
                if tweet <= last_id:
                    break
                reader.worst_s = max(reader.worst_s, self.now_s - self.posted_s[tweet])
        if question is not None:
            text = f"what came after post {question.last_id}?"
            self.log("since", reader.name, "gateway", text, self.config.line_s)
            due_s = self.now_s + self.config.line_s
            self.at(due_s, self.reply, reader, line, question.last_id)

    # ── The books ───────────────────────────────────────────────────────────
    def count_queue(self, reader, came=0, left=0):
        """Note that posts came to an outbox or left it, to hold Little's law against."""
        reader.area += len(reader.entered) * (self.now_s - reader.changed_s)
        reader.changed_s = self.now_s
        reader.entered.extend([self.now_s] * came)
        for _ in range(left):
            reader.waits_s.append(self.now_s - reader.entered.popleft())

    def report(self, reader):
        ids, truth, waits_s = reader.inbox.ids, self.page.ids, reader.waits_s
        whole = len(ids) >= min(self.config.snapshot_posts, len(truth))
        return ReaderReport(
            name=reader.name,
            frames=reader.frames,
            deltas=reader.deltas,
            posts_missed=reader.missed,
            longest_queue=reader.longest,
            mean_queue=reader.area / self.now_s if self.now_s else 0.0,
            mean_wait_s=sum(waits_s) / len(waits_s) if waits_s else 0.0,
            queued=len(waits_s),
            worst_delay_s=reader.worst_s,
            gaps=reader.inbox.gaps,
            reloads=reader.inbox.reloads,
            complete=whole and ids == truth[len(truth) - len(ids) :],
        )


def _post_times_s(config):
    """Poisson times; at another rate the same luck, stretched."""
    most = config.posts_per_s * config.duration_s
    gaps = stream(config.seed, "posts").exponential(size=int(most + 10 * math.sqrt(most) + 30))
    times_s = gaps.cumsum() / config.posts_per_s
    return times_s[times_s < config.duration_s].tolist()


def _told(word):
    """The kind of a word of the gateway, and what it says."""
    match word:
        case wire.Snapshot(ids):
            return "snapshot", f"a page of {len(ids)}, to post {word.newest}"
        case wire.Gap(ids):
            return "gap", f"posts {ids[0]} to {ids[-1]}" if ids else "nothing came since"
        case wire.Delta(ids) if len(ids) > 1:
            return "delta", f"posts {ids[0]} to {ids[-1]}"
        case wire.Delta(ids):
            return "delta", f"post {ids[0]}"
        case wire.Missed(posts):
            return "missed", f"{posts} more had no room"
    return "too old", "too much came since"


# ── The closed form ─────────────────────────────────────────────────────────
def expected_frames_per_s(posts_per_s: float, window_s: float) -> float:
    """Frames a second on a connection that posts reach at random, at most one a window.

    1 / (window + exp(-rate x window) / rate): the rate itself when posts are rare, one a
    window when they are many. For a slow reader the window is the time of one frame.

    >>> [round(expected_frames_per_s(rate, window_s=0.1), 2) for rate in (0.1, 5, 1000)]
    [0.1, 4.52, 10.0]
    """
    posts_per_s = checks.real("posts_per_s", posts_per_s, **RATES_PER_S)
    window_s = checks.real("window_s", window_s, at_least=0, at_most=MOST_S)
    return 1 / (window_s + math.exp(-posts_per_s * window_s) / posts_per_s)


def expected_wait_s(posts_per_s: float, window_s: float) -> float:
    """The mean time of a post in the outbox: half a window for those that find it shut.

    The connection is shut for window x frames per second of the time, and posts at random see
    what an onlooker sees.

    >>> round(expected_wait_s(5, window_s=0.1), 4), expected_wait_s(5, window_s=0)
    (0.0226, 0.0)
    """
    frames_per_s = expected_frames_per_s(posts_per_s, window_s)
    return window_s / 2 * window_s * frames_per_s


def expected_queue(posts_per_s: float, window_s: float) -> float:
    """The mean number of posts in the outbox: Little's law, rate x mean wait.

    >>> round(expected_queue(5, window_s=0.1), 3)
    0.113
    """
    return posts_per_s * expected_wait_s(posts_per_s, window_s)
