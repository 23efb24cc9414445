"""Both ends of a live line: the gateway's outbox for a reader, and the reader's own list.

An `Outbox` is a pigeonhole with a lid. New posts go in, and at most once in a window
all that lie there leave together, as one frame. When it is full the lid closes: later
posts are only counted, and the reader is told how many. What has been sent is therefore
always the beginning of what was posted, with nothing left out in the middle, and one
number, the last id, says where it ends. The reader's `Inbox` sends that number to ask
for the rest, after a full pigeonhole as after a lost connection, and `answer` replies:
the gap, or a fresh page when the gap is too large.

Nothing here knows of sockets or clocks; the time is an argument. The gateway that
listens on a port (`gateway`) and the scene in virtual time (`arrival`)
both run this code.

Left out: posts that are taken back; a reader finds out with the next page.
Sources: Mastodon's streaming (only who is connected is told, the rest is read later);
for a connection that opens and closes, renewal theory in any text on queues.
"""

__all__ = [
    "MOST_QUEUED", "MOST_S", "Inbox", "Outbox", "Timelines", "answer", "answered_to",
    "needs_methods",
]  # fmt: skip
__dir__ = lambda: __all__

import math
from collections import deque
from typing import Protocol

import numpy as np

from scalemodel.core import checks
from scalemodel.twitter.live.wire import (
    MOST_ID,
    MOST_IDS,
    NOTHING,
    Delta,
    Gap,
    GatewayWord,
    Hello,
    Missed,
    Posted,
    Refused,
    Since,
    Snapshot,
    TooOld,
)

MOST_QUEUED = 1_000_000  # posts in one outbox
MOST_S = 86_400.0  # a window of more than a day is no live connection


class Timelines(Protocol):
    """What the gateway asks of a timeline service.

    An object with a method `horizon(user)` is also asked for it: a gap that reaches
    below what the service still holds is too old.

    >>> from scalemodel.twitter.timeline.engine import HomeTimelines
    >>> all(hasattr(HomeTimelines, method) for method in ("timeline", "post", "followers"))
    True
    """

    def timeline(self, user: int, n: int) -> np.ndarray:
        """The newest `n` ids of the user's home timeline, newest first."""

    def post(self, author: int, time_s: float | None) -> int:
        """The id of a new tweet."""

    def followers(self, user: int) -> np.ndarray:
        """Who follows the user, in rising order."""


# ── The gateway's end ───────────────────────────────────────────────────────
class Outbox:
    """What one reader has yet to be sent: at most `queue_posts` ids.

    `window_s` is the least time between two frames. The first post after a quiet time
    leaves at once; those that follow within the window share the next frame, which
    holds at most `frame_posts`.

    >>> outbox = Outbox(queue_posts=2, window_s=0.1, frame_posts=50)
    >>> outbox.offer(7), outbox.take(now_s=0.0)
    (True, Delta(ids=(7,)))
    >>> [outbox.offer(tweet) for tweet in (8, 9, 10)]  # 10 finds the lid closed
    [True, True, False]
    >>> outbox.take(now_s=0.05) is None, outbox.due_s
    (True, 0.1)
    >>> outbox.take(now_s=0.1), outbox.take(now_s=0.2)
    (Delta(ids=(8, 9)), Missed(posts=1))
    """

    __slots__ = ("_opens_s", "_queue", "_told", "frame_posts", "missed", "newest", "queue_posts",
                 "window_s")  # fmt: skip

    def __init__(self, queue_posts: int, window_s: float, frame_posts: int, newest: int = NOTHING):
        self.queue_posts = checks.whole("queue_posts", queue_posts, at_least=1, at_most=MOST_QUEUED)
        self.window_s = checks.real("window_s", window_s, at_least=0, at_most=MOST_S)
        self.frame_posts = checks.whole("frame_posts", frame_posts, at_least=1, at_most=MOST_IDS)
        self.newest = _known("newest", newest)  # the largest id offered, or known to the reader
        self.missed = 0  # posts not sent since the last that was
        self._told = 0  # how many of them the reader knows of
        self._queue = deque()
        self._opens_s = -math.inf

    def __len__(self):
        return len(self._queue)

    def offer(self, tweet_id: int) -> bool:
        """Take in a new post; False if it had no room, or is not newer than all before."""
        if type(tweet_id) is not int or not 0 <= tweet_id <= MOST_ID:  # a call costs as much again
            tweet_id = checks.whole("tweet_id", tweet_id, at_least=0, at_most=MOST_ID)
        if tweet_id <= self.newest:
            return False
        self.newest = tweet_id
        if self.missed or len(self._queue) >= self.queue_posts:
            self.missed += 1
            return False
        self._queue.append(tweet_id)
        return True

    def withhold(self, tweet_id: int) -> None:
        """Count a post that may be for this reader and cannot be sent: a gap will tell."""
        self.newest = max(self.newest, _known("tweet_id", tweet_id))
        self.missed += 1

    @property
    def due_s(self) -> float:
        """When the next frame may leave; infinite if there is nothing to say."""
        told_enough = self.missed < max(1, 2 * self._told)  # again when the number has doubled
        return math.inf if told_enough and not self._queue else self._opens_s

    def take(self, now_s: float) -> Delta | Missed | None:
        """The frame that leaves now, if one is due."""
        now_s = checks.real("now_s", now_s)
        if now_s < self.due_s:
            return None
        self._opens_s = now_s + self.window_s
        queue = self._queue
        if not queue:
            self._told = self.missed
            return Missed(self.missed)
        if len(queue) <= self.frame_posts:
            ids = tuple(queue)
            queue.clear()
        else:
            ids = tuple(queue.popleft() for _ in range(self.frame_posts))
        return Delta(ids)

    def caught_up(self, newest: int) -> None:
        """Open the lid: the reader has been answered and knows all up to `newest`."""
        newest = _known("newest", newest)
        self._queue.clear()
        self.missed = self._told = 0
        self.newest = max(self.newest, newest)

    def check(self) -> None:
        """Assert what is true at every moment."""
        assert len(self._queue) <= self.queue_posts
        assert 0 <= self._told <= self.missed
        assert list(self._queue) == sorted(set(self._queue))
        assert not self._queue or self._queue[-1] <= self.newest


def answer(
    timelines: Timelines, user: int, last_id: int | None, *, snapshot_posts: int, gap_posts: int
) -> tuple[Gap | TooOld | Snapshot, ...]:
    """What to tell a reader who holds everything up to `last_id`, as one or two words.

    The gap if it has at most `gap_posts` ids. A page of `snapshot_posts` to who is new
    (None), and after the word `TooOld` to who was away for more. Who holds an id ahead of
    the whole page knows another history (the service was restarted, its clock set back, the
    tweet taken away) and gets the page too: after an empty gap they would wait for ever.

    >>> from scalemodel.twitter.timeline.engine import HomeTimelines
    >>> from scalemodel.twitter.timeline.graph import SocialGraph
    >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
    >>> homes = HomeTimelines(SocialGraph.from_edges([0], [1], n_users=2), FanOutOnWrite())
    >>> posted = homes.post_many([1, 1, 1, 1])
    >>> answer(homes, 0, last_id=1, snapshot_posts=3, gap_posts=2)
    (Gap(ids=(2, 3)),)
    >>> answer(homes, 0, last_id=0, snapshot_posts=3, gap_posts=2)
    (TooOld(), Snapshot(ids=(3, 2, 1)))
    >>> answer(homes, 0, last_id=4, snapshot_posts=3, gap_posts=2)
    (TooOld(), Snapshot(ids=(3, 2, 1)))
    """
    needs_methods(timelines, "timeline")
    user = checks.whole("user", user, at_least=0, at_most=MOST_ID)
    snapshot_posts = checks.whole("snapshot_posts", snapshot_posts, at_least=1, at_most=MOST_IDS)
    gap_posts = checks.whole("gap_posts", gap_posts, at_least=1, at_most=MOST_IDS)
    if last_id is not None:
        last_id = _known("last_id", last_id)
        ids = [int(tweet) for tweet in timelines.timeline(user, gap_posts + 1)]
        newest = ids[0] if ids else NOTHING
        newer = tuple(tweet for tweet in reversed(ids) if tweet > last_id)
        horizon = timelines.horizon(user) if hasattr(timelines, "horizon") else NOTHING
        if len(newer) <= gap_posts and horizon <= last_id <= newest:
            return (Gap(newer),)
    page = Snapshot(tuple(int(tweet) for tweet in timelines.timeline(user, snapshot_posts)))
    return (page,) if last_id is None else (TooOld(), page)


def answered_to(words: tuple[GatewayWord, ...], last_id: int | None) -> int:
    """The newest id that a reader holds after these words of an `answer`.

    >>> answered_to((Gap(()),), 7), answered_to((TooOld(), Snapshot((9, 8))), 12)
    (7, 9)
    """
    last = words[-1] if isinstance(words, tuple) and words else None
    held = NOTHING if last_id is None else _known("last_id", last_id)
    match last:
        case Snapshot():
            return last.newest
        case Gap(ids):
            return ids[-1] if ids else held
    raise ValueError(
        f"words={checks.brief(words)} must be a tuple that ends in a gap or a snapshot"
    )


def needs_methods(timelines: Timelines, *methods: str) -> None:
    """Refuse a timeline service that lacks one of `methods`.

    >>> needs_methods(None, "timeline", "post")
    Traceback (most recent call last):
    ...
    ValueError: timelines=None must have the methods timeline, post
    """
    if not all(callable(getattr(timelines, name, None)) for name in methods):
        raise ValueError(
            f"timelines={checks.brief(timelines)} must have the methods {', '.join(methods)}"
        )


def _known(field, value):
    return checks.whole(field, value, at_least=NOTHING, at_most=MOST_ID)


# ── The reader's end ────────────────────────────────────────────────────────
class Inbox:
    """What one reader holds: a list of ids, oldest first, without holes.

    >>> inbox = Inbox()
    >>> inbox.receive(Snapshot((9, 7)))
    >>> inbox.receive(Delta((10,)))
    >>> inbox.receive(Missed(3))
    Since(last_id=10)
    >>> inbox.receive(Missed(4))  # the question is already on its way
    >>> inbox.receive(Gap((11, 12, 13, 14)))
    >>> inbox.ids
    [7, 9, 10, 11, 12, 13, 14]
    """

    def __init__(self):
        self.ids = []
        self.last_id = None
        self.gaps = self.reloads = self.missed = 0
        self._asked = False

    @checks.kinds
    def hello(self, user: int, token: str) -> Hello:
        """The first word on a new connection."""
        user = checks.whole("user", user, at_least=0, at_most=MOST_ID)
        self._asked = False
        return Hello(user, token, self.last_id)

    def receive(self, word: GatewayWord) -> Since | None:
        """Note what the gateway says, and return what to ask it."""
        match word:
            case Snapshot(ids):  # starts anew, also from an id that was ahead of the service
                self.ids, self.last_id = list(reversed(ids)), word.newest
                self._asked = False
            case Delta(ids) | Gap(ids):
                held = NOTHING if self.last_id is None else self.last_id
                fresh = [tweet for tweet in ids if tweet > held]
                self.ids += fresh
                self.last_id = fresh[-1] if fresh else held
                if isinstance(word, Gap):
                    self.gaps += 1
                    self._asked = False
            case TooOld():
                self.reloads += 1
            case Missed(posts):
                self.missed = posts
                if not self._asked:
                    self._asked = True
                    return Since(NOTHING if self.last_id is None else self.last_id)
            case Posted() | Refused():
                pass
            case _:
                raise ValueError(f"word={checks.brief(word)} must be a word of the gateway")
        return None
