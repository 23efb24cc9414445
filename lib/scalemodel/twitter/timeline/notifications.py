"""The bell: somebody mentions you, replies to you, or an author you asked for posts.

A home timeline may end, thin out or come late; the bell may not. So it has a promise of
its own: whoever is to be told is told once, whatever happens to home lists. The bell has
its own queue, beside the fan-out's, and a tweet rings few bells, so it is served first
and a celebrity's millions never stand before it.

Left out: phones and their push services, settings by kind, grouping ("Ann and 3 others").
Sources: Krikorian, "Timelines at Scale", 2012 (mentions have a path of their own);
Mastodon's notification kinds.
"""

__all__ = ["MENTION", "REPLY", "SUBSCRIBED", "Notification", "Notifications"]
__dir__ = lambda: __all__

from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from scalemodel.core import checks
from scalemodel.twitter.timeline.engine import HomeTimelines, WorkerCrashed
from scalemodel.twitter.timeline.graph import one_user
from scalemodel.twitter.timeline.pages import cursor, page_size

REPLY, MENTION, SUBSCRIBED = "reply", "mention", "subscribed"


class Notification(NamedTuple):
    """Why somebody is told of a tweet: a reply, a mention, or a subscription.

    >>> Notification(7, MENTION, author=3).kind
    'mention'
    """

    tweet_id: int
    kind: str
    author: int


class Notifications:
    """The bells of all users, beside their `timelines`.

    Nobody is told of their own tweets, of tweets by somebody from whom a block parts
    them, or twice of one tweet: a reply goes before a mention, a mention before a
    subscription. Bells ring at `deliver`.

    >>> from scalemodel.twitter.timeline.graph import SocialGraph
    >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
    >>> ann, bo, cy = 0, 1, 2
    >>> timelines = HomeTimelines(SocialGraph.from_edges([], [], 3), FanOutOnWrite())
    >>> bells = Notifications(timelines)
    >>> bells.subscribe(cy, bo)
    >>> tweet = bells.post(bo, mentions=[ann, ann])
    >>> bells.deliver(), bells.inbox(ann)[0].kind, bells.inbox(cy)[0].kind
    (2, 'mention', 'subscribed')
    """

    def __init__(self, timelines: HomeTimelines):
        checks.instance("timelines", timelines, HomeTimelines)
        self.timelines = timelines
        self._subscribers = {}  # author: readers
        self._queue = deque()  # (reader, notification), in order of time
        self._inboxes = {}  # reader: {tweet: notification}

    def subscribe(self, reader: int, author: int) -> None:
        """Tell `reader` of every tweet by `author`, followed or not.

        >>> from scalemodel.twitter.timeline.graph import SocialGraph
        >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
        >>> bells = Notifications(HomeTimelines(SocialGraph.from_edges([], [], 2), FanOutOnWrite()))
        >>> bells.subscribe(0, 0)
        Traceback (most recent call last):
        ...
        ValueError: author=0 must be another user than reader=0
        """
        reader, author = self._user("reader", reader), self._user("author", author)
        if reader == author:
            raise ValueError(f"author={author} must be another user than reader={reader}")
        self._subscribers.setdefault(author, set()).add(reader)

    def unsubscribe(self, reader: int, author: int) -> None:
        """Tell `reader` of `author`'s tweets no more.

        >>> from scalemodel.twitter.timeline.graph import SocialGraph
        >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
        >>> bells = Notifications(HomeTimelines(SocialGraph.from_edges([], [], 2), FanOutOnWrite()))
        >>> bells.unsubscribe(0, 1)
        """
        reader, author = self._user("reader", reader), self._user("author", author)
        self._subscribers.get(author, set()).discard(reader)

    def post(
        self,
        author: int,
        *,
        mentions: Sequence[int] = (),
        reply_to: int | None = None,
        time_s: float | None = None,
    ) -> int:
        """Post on the timelines and queue the bells; the id of the tweet.

        `mentions` are users, `reply_to` is the id of a tweet. Bad ones are refused
        before anything is posted.

        >>> from scalemodel.twitter.timeline.graph import SocialGraph
        >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
        >>> bells = Notifications(HomeTimelines(SocialGraph.from_edges([], [], 2), FanOutOnWrite()))
        >>> answer = bells.post(1, reply_to=bells.post(0))
        >>> bells.deliver(), bells.inbox(0)[0].kind
        (1, 'reply')
        """
        author = self._user("author", author)
        kinds = dict.fromkeys(sorted(self._subscribers.get(author, ())), SUBSCRIBED)
        if not isinstance(mentions, Iterable):
            raise ValueError(f"mentions={checks.brief(mentions)} must be a row of users")
        for at, user in enumerate(mentions):
            kinds[self._user(f"mentions[{at}]", user)] = MENTION
        if reply_to is not None:
            try:
                kinds[self.timelines.author_of(reply_to)] = REPLY
            except ValueError as error:
                raise ValueError(f"reply_to: {error}") from None
        tweet_id = self.timelines.post(author, time_s)
        for reader, kind in kinds.items():
            if reader != author and not self.timelines.blocked(reader, author):
                self._queue.append((reader, Notification(tweet_id, kind, author)))
        return tweet_id

    def deliver(self, most: int | None = None, crash_after: int | None = None) -> int:
        """Ring up to `most` bells, or all; how many rang.

        A bell is taken off the queue after it has rung. With `crash_after` the worker dies
        before it takes off the next one that rang, and raises `WorkerCrashed`; that one
        rings again at the next call, and the inbox knows it.

        >>> from scalemodel.twitter.timeline.graph import SocialGraph
        >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
        >>> bells = Notifications(HomeTimelines(SocialGraph.from_edges([], [], 2), FanOutOnWrite()))
        >>> bells.deliver(), bells.deliver(most=9, crash_after=9)
        (0, 0)
        """
        if most is not None:
            most = checks.whole("most", most, at_least=0, at_most=2**63 - 1)
        if crash_after is not None:
            crash_after = checks.whole("crash_after", crash_after, at_least=0, at_most=2**63 - 1)
        rang = 0
        while self._queue and (most is None or rang < most):
            reader, notification = self._queue[0]
            self._inboxes.setdefault(reader, {}).setdefault(notification.tweet_id, notification)
            if rang == crash_after:
                raise WorkerCrashed(f"after {rang} bells, before the next was noted")
            self._queue.popleft()
            rang += 1
        return rang

    @property
    def waiting(self) -> int:
        """How many bells have not rung."""
        return len(self._queue)

    def inbox(self, reader: int, n: int = 50, before: int | None = None) -> list[Notification]:
        """The newest `n` of what `reader` was told, below the id `before`, newest first.

        Tweets taken back, and those of somebody whom a block now parts from `reader`, are
        not shown.

        >>> from scalemodel.twitter.timeline.graph import SocialGraph
        >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
        >>> bells = Notifications(HomeTimelines(SocialGraph.from_edges([], [], 2), FanOutOnWrite()))
        >>> bells.inbox(0)
        []
        """
        reader, n = self._user("reader", reader), page_size(n)
        before = None if before is None else cursor(before)
        told = self._inboxes.get(reader, {})
        shown = [
            told[tweet_id]
            for tweet_id in sorted(told, reverse=True)
            if (before is None or tweet_id < before) and self._may_see(reader, told[tweet_id])
        ]
        return shown[:n]

    def _may_see(self, reader, notification):
        if self.timelines.deleted(notification.tweet_id):
            return False
        return not self.timelines.blocked(reader, notification.author)

    def _user(self, field, user):
        return one_user(field, user, self.timelines.n_users)
