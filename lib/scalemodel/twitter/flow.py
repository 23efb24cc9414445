"""The way of a tweet, from its author to a page: who does which part of the work.

One tweet has two ways to a reader. It is copied into the home list when it is
written, or it stays in its author's own list and is fetched when the reader looks.
Which way it takes is read off a `HomeTimelines`, so the drawing cannot say anything
else than the engine does.

Left out: notifications, search, and whatever else hangs on a tweet.
Sources: Krikorian, "Timelines at Scale", 2012.
"""

from scalemodel.core import checks
from scalemodel.parts.system import Flow, Part, State, System
from scalemodel.twitter.timeline.engine import HomeTimelines
from scalemodel.twitter.timeline.graph import one_user

TWEET_FLOW = System(
    parts=(
        Part("author", "writes a tweet", 0, 0),
        Part("fan-out", "copies it", 1, 0),
        Part("home list", "of the reader", 2, 0),
        Part("author's list", "one copy", 0, 1),
        Part("merge", "makes the page", 1, 1),
        Part("reader", "looks", 2, 1),
    ),
    flows=(
        Flow("author", "fan-out"),
        Flow("fan-out", "home list", "deliveries"),
        Flow("author", "author's list"),
        Flow("author's list", "merge", "pulled"),
        Flow("home list", "merge"),
        Flow("merge", "reader", "page"),
    ),
)


def pushed(timelines: HomeTimelines, author: int, reader: int) -> bool:
    """Whether what `author` writes next is delivered to `reader`, who follows them.

    Tried on a tweet that is written and taken back.

    >>> from scalemodel.twitter.timeline.graph import SocialGraph
    >>> from scalemodel.twitter.timeline.policies import FanOutOnRead, FanOutOnWrite
    >>> graph = SocialGraph.from_edges([0], [1], 2)
    >>> [pushed(HomeTimelines(graph, rule), 1, 0) for rule in (FanOutOnWrite(), FanOutOnRead())]
    [True, False]
    """
    checks.instance("timelines", timelines, HomeTimelines)
    author, reader = (
        one_user(field, user, timelines.n_users)
        for field, user in (("author", author), ("reader", reader))
    )
    before = timelines.work
    tweet = timelines.post(author)
    timelines.timeline(reader, n=1)
    after = timelines.work
    timelines.delete(tweet)
    followers = len(timelines.followers(author))
    return after.deliveries - before.deliveries == followers and followers > 0


def flow_state(timelines: HomeTimelines, author: int, reader: int) -> State:
    """Which parts work when `author` posts and `reader`, a follower, then looks.

    >>> from scalemodel.twitter.timeline.graph import SocialGraph
    >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
    >>> graph = SocialGraph.from_edges([0, 2], [1, 1], 3)
    >>> flow_state(HomeTimelines(graph, FanOutOnWrite()), author=1, reader=0).says["fan-out"]
    '2 deliveries'
    """
    checks.instance("timelines", timelines, HomeTimelines)
    before = timelines.work
    delivered = pushed(timelines, author, reader)
    work = timelines.work
    deliveries = work.deliveries - before.deliveries
    pulled = work.lists_pulled - before.lists_pulled
    ways = {("author", "author's list"), ("merge", "reader")}
    if delivered:
        ways |= {("author", "fan-out"), ("fan-out", "home list"), ("home list", "merge")}
    else:
        ways |= {("author's list", "merge")}
    return State(
        says={
            "author": f"{len(timelines.followers(author)):,} followers",
            "fan-out": f"{deliveries:,} deliveries",
            "merge": f"{pulled:,} lists pulled",
        },
        running=frozenset(ways),
    )
