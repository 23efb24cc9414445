"""A tweet arrives: the live service.

Three desks in one room. *Tweet processing* takes a tweet, has it stored, and hands its id
on. The *timeline service* stores it and knows everybody's page. The *gateway* holds the
connections to those who are looking, and tells only them: for the rest there is nothing to do,
their page will have it when they open it.

Read in this order: `LiveService` here; `wire` for what is said (text frames of
JSON, ids as strings of digits; hello, snapshot, ids, missed, since, gap, too_old);
`outbox` for the queue and the gap; `gateway` and `client`
for the sockets; `demo` for an eventful second of it; `arrival` for the same scene in virtual
time, with its formula.

Left out: tweets that are deleted and accounts that are unfollowed while somebody looks;
a queue between storing and telling, so that the gap always has all that was told.
Sources: the pages named in those modules.
"""

__all__ = ["LiveService", "logger"]
__dir__ = lambda: __all__

import logging
import math
from collections.abc import Callable

from scalemodel.core import checks
from scalemodel.twitter.live import wire
from scalemodel.twitter.live.gateway import Gateway, GatewayConfig
from scalemodel.twitter.live.outbox import Timelines, needs_methods

logger = logging.getLogger("scalemodel.twitter.live.service")


class LiveService:
    """Tweet processing between `timelines` and a `gateway` of its own.

    `clock_s()` dates the tweets; without it they are numbered in the order they come. While
    it is behind the last tweet (it was set back) tweets carry that one's date, never an
    earlier one. A tweet that is stored is accepted, and has its id: if its followers cannot
    be found, all who look are told to ask what came.

    >>> import asyncio
    >>> from scalemodel.twitter.timeline.engine import HomeTimelines
    >>> from scalemodel.twitter.timeline.graph import SocialGraph
    >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
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
            raise ValueError(
                f"clock_s={checks.brief(clock_s)} must be a function without arguments, or None"
            )
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
