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

from collections import deque

import numpy as np

from scalemodel.core import checks
from scalemodel.twitter.timeline.engine import HomeTimelines
from scalemodel.twitter.timeline.graph import SocialGraph
from scalemodel.twitter.timeline.policies import Policy

REGIONS = 2


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
        self.lag_s = checks.real("lag_s", lag_s, at_least=0)
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
        region = self._now(region, time_s)
        tweet_id = self._engines[region][region].post(author, time_s)
        self._cables[1 - region].append((time_s + self.lag_s, self._copy, region, author, time_s))
        return tweet_id

    def follow(self, region: int, a: int, b: int, time_s: float) -> None:
        """Let `a` follow `b`, here now and in the other region a lag later.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnRead
        >>> regions = TwoRegions(SocialGraph.from_edges([], [], 2), FanOutOnRead(), lag_s=1.0)
        >>> regions.follow(0, 0, 1, time_s=1.0)
        """
        region = self._now(region, time_s)
        if self._said(region, "blocked", min(a, b), max(a, b)):
            raise ValueError(f"b={b} must not be blocked: one of {a} and {b} blocks the other")
        self._say(region, time_s, (("follows", a, b, True),))

    def unfollow(self, region: int, a: int, b: int, time_s: float) -> None:
        """Let `a` follow `b` no more, here now and there a lag later.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnRead
        >>> regions = TwoRegions(SocialGraph.from_edges([0], [1], 2), FanOutOnRead(), lag_s=1.0)
        >>> regions.unfollow(0, 0, 1, time_s=1.0)
        """
        self._say(self._now(region, time_s), time_s, (("follows", a, b, False),))

    def block(self, region: int, a: int, b: int, time_s: float) -> None:
        """Part the two, here now and there a lag later.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnRead
        >>> regions = TwoRegions(SocialGraph.from_edges([0], [1], 2), FanOutOnRead(), lag_s=1.0)
        >>> regions.block(0, 0, 1, time_s=1.0)
        """
        words = (
            ("blocked", min(a, b), max(a, b), True),
            ("follows", a, b, False),
            ("follows", b, a, False),
        )
        self._say(self._now(region, time_s), time_s, words)

    def delete(self, region: int, tweet_id: int, time_s: float) -> None:
        """Take a tweet back that this region has; the other one follows a lag later.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnRead
        >>> regions = TwoRegions(SocialGraph.from_edges([0], [1], 2), FanOutOnRead(), lag_s=1.0)
        >>> regions.delete(0, regions.post(0, 1, time_s=1.0), time_s=1.0)
        """
        region = self._now(region, time_s)
        self._take_back(region, tweet_id)
        self._cables[1 - region].append((time_s + self.lag_s, self._take_back, tweet_id))

    def timeline(
        self, region: int, user: int, time_s: float, n: int = 50, before: int | None = None
    ) -> np.ndarray:
        """The newest `n` ids below `before` that this region knows of, newest first.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnRead
        >>> regions = TwoRegions(SocialGraph.from_edges([0], [1], 2), FanOutOnRead(), lag_s=1.0)
        >>> regions.timeline(0, user=0, time_s=1.0).tolist()
        []
        """
        region = self._now(region, time_s)
        ids = [engine.timeline(user, n, before) for engine in self._engines[region]]
        ids = np.sort(np.concatenate(ids))[::-1]
        return ids[ids > self.horizon(region, user)][:n]

    def horizon(self, region: int, user: int) -> int:
        """The id of the newest tweet that the user's lists in this region have lost, or -1.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnRead
        >>> TwoRegions(SocialGraph.from_edges([0], [1], 2), FanOutOnRead(), lag_s=1.0).horizon(0, 0)
        -1
        """
        return max(engine.horizon(user) for engine in self._engines[region])

    def behind(self, region: int) -> int:
        """How many changes are still on their way to the region.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnRead
        >>> regions = TwoRegions(SocialGraph.from_edges([0], [1], 2), FanOutOnRead(), lag_s=1.0)
        >>> tweet = regions.post(0, author=1, time_s=1.0)
        >>> regions.behind(0), regions.behind(1)
        (0, 1)
        """
        return len(self._cables[region])

    # ── What the cable brings ───────────────────────────────────────────────
    def _now(self, region, time_s):
        region = checks.whole("region", region, at_least=0, at_most=REGIONS - 1)
        self._clock_s = checks.real("time_s", time_s, at_least=self._clock_s)
        for side, cable in enumerate(self._cables):
            while cable and cable[0][0] <= self._clock_s:
                _, apply, *what = cable.popleft()
                apply(side, *what)
        return region

    def _copy(self, region, origin, author, time_s):
        self._engines[region][origin].post(author, time_s)  # the same posts give the same ids

    def _take_back(self, region, tweet_id):
        worker = tweet_id >> 12 & 1023
        engines = self._engines[region]
        engines[checks.whole("tweet_id's region", worker, at_least=0, at_most=1)].delete(tweet_id)

    def _say(self, region, time_s, words):
        for _, a, b, _ in words:
            self._engines[region][0].blocked(a, b)  # refuses bad users before anything changes
        stamp = (time_s, region)
        self._hear(region, stamp, words)
        self._cables[1 - region].append((time_s + self.lag_s, self._hear, stamp, words))

    def _hear(self, region, stamp, words):
        for kind, a, b, said in words:
            if stamp >= self._words[region].get((kind, a, b), ((-1.0, 0), False))[0]:
                self._words[region][kind, a, b] = (stamp, said)
        for kind, a, b, _ in words:
            if kind == "follows":
                parted = self._said(region, "blocked", min(a, b), max(a, b))
                for engine in self._engines[region]:
                    if self._said(region, "follows", a, b) and not parted:
                        engine.follow(a, b)
                    else:
                        engine.unfollow(a, b)

    def _said(self, region, kind, a, b):
        return self._words[region].get((kind, a, b), (None, False))[1]
