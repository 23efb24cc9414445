"""Two regions, each with its own timelines, and a cable between them that takes time.

Who writes in a region sees it there at once. The other region learns of it a lag later,
in the order in which it happened here. A reader who changes regions may miss what was
written in the last moment, and when the cable has caught up both regions show the same.

Each region keeps the tweets of each origin in an engine of its own, so ids stay in
order within it, and a page is the merge of the two. Follows, blocks and tombstones go by
the latest word: of two regions that say different things, the later one counts.

Left out: more than two regions, cut cables (a long lag is one), clocks that disagree.
Sources: Kleppmann, Designing Data-Intensive Applications, chapter 5 (replication lag,
last write wins).
"""

__all__ = ["NOTHING_SAID", "REGIONS", "TwoRegions"]
__dir__ = lambda: __all__

from collections import deque
from decimal import Decimal

import numpy as np

from scalemodel.core import checks
from scalemodel.twitter.timeline.engine import HomeTimelines
from scalemodel.twitter.timeline.graph import MOST_S, SocialGraph, moment, one_user, two_users
from scalemodel.twitter.timeline.pages import cursor, page_size
from scalemodel.twitter.timeline.policies import Policy

REGIONS = 2
NOTHING_SAID = (-1.0, 0), False  # a stamp, (time, region), and what was said


class TwoRegions:
    """Timelines in regions 0 and 1, with `lag_s` seconds of cable between them.

    Every call names its region and its time, and time may not go back.

    >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
    >>> graph = SocialGraph.from_edges(follower=[0], followee=[1], n_users=2)
    >>> regions = TwoRegions(graph, FanOutOnWrite(), lag_s=2.0)
    >>> tweet = regions.post(0, author=1, time_s=10.0)
    >>> regions.timeline(0, user=0, time_s=10.0).tolist() == [tweet]
    True
    >>> regions.timeline(1, user=0, time_s=11.9).tolist()
    []
    >>> regions.timeline(1, user=0, time_s=12.0).tolist() == [tweet]
    True
    """

    def __init__(self, graph: SocialGraph, policy: Policy, lag_s: float, cap: int = 800):
        self.lag_s = checks.real("lag_s", lag_s, at_least=0, at_most=MOST_S)
        checks.instance("graph", graph, SocialGraph)
        self.n_users = graph.n_users
        self._engines = [
            [HomeTimelines(graph, policy, cap, worker=origin) for origin in range(REGIONS)]
            for _ in range(REGIONS)
        ]
        self._cables = [deque() for _ in range(REGIONS)]  # to each region: (due_s, apply, ...)
        self._words = [{} for _ in range(REGIONS)]  # (kind, a, b): (stamp, said)
        self._clock_s = 0.0

    def post(self, region: int, author: int, time_s: float) -> int:
        """The id of a new tweet, on the pages of its region at once.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnRead
        >>> regions = TwoRegions(SocialGraph.from_edges([0], [1], 2), FanOutOnRead(), lag_s=1.0)
        >>> regions.post(0, 1, 1.0) < regions.post(1, 1, 1.0)
        True
        """
        region, time_s = self._asked(region, time_s)
        author = one_user("author", author, self.n_users)
        self._arrive(time_s)
        tweet_id = self._engines[region][region].post(author, time_s)
        self._tell(region, time_s, self._copy, region, author, time_s, tweet_id)
        return tweet_id

    def follow(self, region: int, a: int, b: int, time_s: float) -> None:
        """Let `a` follow `b`, here now and in the other region a lag later.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnRead
        >>> regions = TwoRegions(SocialGraph.from_edges([], [], 2), FanOutOnRead(), lag_s=1.0)
        >>> regions.follow(0, 0, 1, time_s=1.0)
        """
        region, time_s = self._asked(region, time_s)
        a, b = two_users(a, b, self.n_users)
        if self._blocked(region, a, b, time_s):
            raise ValueError(f"b={b} must not be blocked: one of {a} and {b} blocks the other")
        self._say(region, time_s, (("follows", a, b, True),))

    def unfollow(self, region: int, a: int, b: int, time_s: float) -> None:
        """Let `a` follow `b` no more, here now and there a lag later.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnRead
        >>> regions = TwoRegions(SocialGraph.from_edges([0], [1], 2), FanOutOnRead(), lag_s=1.0)
        >>> regions.unfollow(0, 0, 1, time_s=1.0)
        """
        region, time_s = self._asked(region, time_s)
        a, b = two_users(a, b, self.n_users)
        self._say(region, time_s, (("follows", a, b, False),))

    def block(self, region: int, a: int, b: int, time_s: float) -> None:
        """Part the two, here now and there a lag later.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnRead
        >>> regions = TwoRegions(SocialGraph.from_edges([0], [1], 2), FanOutOnRead(), lag_s=1.0)
        >>> regions.block(0, 0, 1, time_s=1.0)
        """
        region, time_s = self._asked(region, time_s)
        a, b = two_users(a, b, self.n_users)
        words = (
            ("blocked", min(a, b), max(a, b), True),
            ("follows", a, b, False),
            ("follows", b, a, False),
        )
        self._say(region, time_s, words)

    def delete(self, region: int, tweet_id: int, time_s: float) -> None:
        """Take a tweet back that this region has; the other one follows a lag later.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnRead
        >>> regions = TwoRegions(SocialGraph.from_edges([0], [1], 2), FanOutOnRead(), lag_s=1.0)
        >>> regions.delete(0, regions.post(0, 1, time_s=1.0), time_s=1.0)
        """
        region, time_s = self._asked(region, time_s)
        if not self._has(region, tweet_id, time_s):
            raise ValueError(
                f"tweet_id={checks.brief(tweet_id)} must be the id of a tweet that region {region} has"
            )
        self._arrive(time_s)
        self._take_back(region, int(tweet_id))
        self._tell(region, time_s, self._take_back, int(tweet_id))

    def timeline(
        self, region: int, user: int, time_s: float, n: int = 50, before: int | None = None
    ) -> np.ndarray:
        """The newest `n` ids below `before` that this region knows of, newest first.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnRead
        >>> regions = TwoRegions(SocialGraph.from_edges([0], [1], 2), FanOutOnRead(), lag_s=1.0)
        >>> regions.timeline(0, user=0, time_s=1.0).tolist()
        []
        """
        region, time_s = self._asked(region, time_s)
        user, n = one_user("user", user, self.n_users), page_size(n)
        before = None if before is None else cursor(before)
        self._arrive(time_s)
        self._clock_s = time_s
        ids = [engine.timeline(user, n, before) for engine in self._engines[region]]
        ids = np.sort(np.concatenate(ids))[::-1]
        return ids[ids > self.horizon(region, user)][:n]

    def horizon(self, region: int, user: int) -> int:
        """The id of the newest tweet that the user's lists in this region have lost, or -1.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnRead
        >>> TwoRegions(SocialGraph.from_edges([0], [1], 2), FanOutOnRead(), lag_s=1.0).horizon(0, 0)
        -1
        """
        region, user = _one_region(region), one_user("user", user, self.n_users)
        return max(engine.horizon(user) for engine in self._engines[region])

    def behind(self, region: int) -> int:
        """How many changes are still on their way to the region.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnRead
        >>> regions = TwoRegions(SocialGraph.from_edges([0], [1], 2), FanOutOnRead(), lag_s=1.0)
        >>> tweet = regions.post(0, author=1, time_s=1.0)
        >>> regions.behind(0), regions.behind(1)
        (0, 1)
        """
        return len(self._cables[_one_region(region)])

    # ── What is asked, before anything changes ──────────────────────────────
    def _asked(self, region, time_s):
        return _one_region(region), moment(time_s, self._clock_s)

    def _due(self, region, time_s):
        """What the cable to this region brings until then, in its order: (apply, what)."""
        for due_s, apply, *what in self._cables[region]:
            if due_s > _exact(time_s):
                return
            yield apply, what

    def _blocked(self, region, a, b, time_s):
        """Whether one of the two blocks the other, by what the region has heard until then."""
        key = ("blocked", min(a, b), max(a, b))
        return key in self._words[region] or any(
            (*key, True) in what[-1]
            for apply, what in self._due(region, time_s)
            if apply == self._hear
        )

    def _has(self, region, tweet_id, time_s):
        """Whether the region has the tweet by then."""
        tweet_id = checks.whole("tweet_id", tweet_id, at_least=0, at_most=2**63 - 1)
        if any(
            apply == self._copy and what[-1] == tweet_id
            for apply, what in self._due(region, time_s)
        ):
            return True
        try:
            self._engine_of(region, tweet_id).author_of(tweet_id)
        except ValueError:
            return False
        return True

    # ── What the cable brings ───────────────────────────────────────────────
    def _arrive(self, time_s):
        """Apply what is due; a thing leaves the cable when it has been applied."""
        for region, cable in enumerate(self._cables):
            while cable and cable[0][0] <= _exact(time_s):
                _, apply, *what = cable[0]
                apply(region, *what)
                cable.popleft()

    def _tell(self, region, time_s, apply, *what):
        """Send what happened in a region to the other one; only now has time moved on."""
        self._cables[1 - region].append((_exact(time_s) + _exact(self.lag_s), apply, *what))
        self._clock_s = time_s

    def _copy(self, region, origin, author, time_s, tweet_id):
        self._engines[region][origin].post(author, time_s)  # the same posts give the same ids

    def _take_back(self, region, tweet_id):
        self._engine_of(region, tweet_id).delete(tweet_id)

    def _engine_of(self, region, tweet_id):
        return self._engines[region][tweet_id >> 12 & 1]

    def _say(self, region, time_s, words):
        self._arrive(time_s)
        stamp = (time_s, region)
        self._hear(region, stamp, words)
        self._tell(region, time_s, self._hear, stamp, words)

    def _hear(self, region, stamp, words):
        heard, new = self._words[region], {}
        for *key, word in words:
            if stamp >= heard.get(tuple(key), NOTHING_SAID)[0]:
                new[tuple(key)] = (stamp, word)

        def said(*key):
            return new.get(key, heard.get(key, NOTHING_SAID))[1]

        changes = [
            (a, b, said("follows", a, b) and not said("blocked", min(a, b), max(a, b)))
            for kind, a, b, _ in words
            if kind == "follows"
        ]
        engines = self._engines[region]
        priced = [engine._priced(changes) for engine in engines]  # refused here or not at all
        for engine, each in zip(engines, priced, strict=True):
            engine._carry_out(each)
        heard.update(new)


def _one_region(region):
    return checks.whole("region", region, at_least=0, at_most=REGIONS - 1)


def _exact(time_s):
    """A time as it is written: of floats, 0.1 + 0.2 is later than 0.3."""
    return Decimal(repr(time_s))
