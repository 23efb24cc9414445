"""The checks of the Twitter lab: what a history of pages must never show.

Each takes a history of `labs.twitter.world` and says what was promised, what happened
instead, and one hint that points and does not tell.

A page may lack the tweets accepted last while work is left, and none when none is.

Left out: how fresh a page is, to the millisecond.
Sources: the laws of `twitter.timeline`, in the words of a first year.
"""

__all__ = [
    "DEAREST_MS", "FOLLOW", "LAG", "complete_page", "newest_first", "no_duplicate", "no_lost_tweet",
    "nobody_else", "not_dear", "page_is_a_list",
]  # fmt: skip
__dir__ = lambda: __all__

import collections
import itertools

from scalemodel.core import checks
from scalemodel.labs.checks import death_since, if_killed
from scalemodel.labs.playing.history import History
from scalemodel.labs.twitter.budgets import PAGES, pages_of, write_ms
from scalemodel.labs.verdict import Verdict, invalid, unknown, valid

LAG = 20  # tweets, those accepted last, that a page may lack while work is left
DEAREST_MS = 60.0  # a tweet, where crashes are what is looked at
FOLLOW = "follow this tweet from `post` to `page`: where does it stop?"


@checks.kinds
def page_is_a_list(history: History) -> Verdict:
    """A page is a list of at most n tweet numbers.

    >>> history = History(None)
    >>> history.add(1.0, "user 1", "page", {"reader": 1, "n": 5}, None)
    >>> page_is_a_list(history).happened
    "user 1's page came back as None"
    """
    for event in pages_of(history):
        reply, n = event.reply, event.payload["n"]
        whole = isinstance(reply, list) and all(type(tweet) is int for tweet in reply)
        if not whole:
            what = f"{event.actor}'s page came back as {str(reply)[:60]}"
        elif len(reply) > n:
            what = f"{event.actor}'s page has {len(reply)} tweets, and {n} were asked for"
        else:
            continue
        return invalid(
            "a page is a list of at most n tweet numbers", what, event.time_ms,
            "what does `page` return, and on every path?",
        )  # fmt: skip
    return valid()


@checks.kinds
def nobody_else(history: History) -> Verdict:
    """A page shows tweets of followees only.

    >>> nobody_else(History(None)).outcome
    'valid'
    """
    wrote = _authors(history)
    for event in pages_of(history):
        followees = set(history.world.followees()[event.payload["reader"]])
        for tweet in _tweets(event):
            if wrote.get(tweet) not in followees:
                by = f"is by user {wrote[tweet]}" if tweet in wrote else "was never posted"
                return invalid(
                    "a page shows tweets of those its reader follows, and no other",
                    f"{event.actor}'s page shows tweet {tweet}, which {by}; "
                    f"{event.actor} follows {_names(followees)}",
                    event.time_ms,
                    "which authors does `page` fetch from, and for whom?",
                )
    return valid()


@checks.kinds
def no_duplicate(history: History) -> Verdict:
    """No page shows a tweet twice.

    >>> no_duplicate(History(None)).outcome
    'valid'
    """
    for event in pages_of(history):
        seen = set()
        for tweet in _tweets(event):
            if tweet in seen:
                return invalid(
                    "no page shows a tweet twice",
                    f"{event.actor}'s page shows tweet {tweet} twice{_cause(history, tweet)}",
                    event.time_ms,
                    "work that was done and not noted is done again: where is the second one seen?",
                )
            seen.add(tweet)
    return valid()


@checks.kinds
def newest_first(history: History) -> Verdict:
    """A page is in order, the largest number first.

    >>> newest_first(History(None)).outcome
    'valid'
    """
    for event in pages_of(history):
        tweets = _tweets(event)
        for above, below in itertools.pairwise(tweets):
            if above < below:
                return invalid(
                    "a page has the newest tweet first, which is the largest number",
                    f"{event.actor}'s page has tweet {above} above tweet {below}"
                    f"{_cause(history, above)}",
                    event.time_ms,
                    "the order in which tweets arrived is not the order in which they were written",
                )
    return valid()


@checks.kinds
def complete_page(history: History) -> Verdict:
    """When all work is done, a page holds the newest n of the reader's followees.

    While work is left, it may lack those of the last `LAG` tweets.

    >>> complete_page(History(None)).outcome
    'unknown'
    """
    return _complete(history, "when all work is done, a page has the newest tweets of all followees",
                     FOLLOW)  # fmt: skip


@checks.kinds
def no_lost_tweet(history: History) -> Verdict:
    """Every accepted tweet reaches each follower's page, whatever crashed on the way.

    >>> no_lost_tweet(History(None)).outcome
    'unknown'
    """
    crashed = any(history.of("crash"))
    hint = "what did the worker that died know that the store does not?" if crashed else FOLLOW
    return if_killed(history, _complete(history, "an accepted tweet is never lost", hint))


@checks.kinds
def not_dear(history: History) -> Verdict:
    """A tweet costs no more than `DEAREST_MS` to write.

    >>> not_dear(History(None)).outcome
    'valid'
    """
    spent_ms = write_ms(history) or 0.0
    if spent_ms > DEAREST_MS:
        return invalid(
            f"a tweet costs at most {DEAREST_MS:g} ms of the store's time",
            f"`post` and `work` took {spent_ms:.1f} ms a tweet",
            history.events[-1].time_ms,
            "which of its operations does a page, or the next life, need",
        )
    return valid()


def _complete(history, promise, hint):
    if not any(history.of("settled")):
        return unknown("the run did not come to its end, so that no last page was looked at")
    followees = [set(row) for row in history.world.followees()]
    posts, accepted, idle = [], {}, False
    for event in history.of("post", "accepted", "idle", *PAGES):
        idle = event.kind == "idle" or (idle and event.kind != "post")
        if event.kind == "post":
            posts.append((event.payload["tweet"], _by(event)))
        elif event.kind == "accepted":
            accepted[event.payload["tweet"]] = event
        elif event.kind in PAGES:
            reader, n = event.payload["reader"], event.payload["n"]
            lag = 0 if idle else LAG
            due = (tweet for tweet, author in posts[::-1] if author in followees[reader])
            shown, old = set(_tweets(event)), set(list(accepted)[: max(0, len(accepted) - lag)])
            for tweet in itertools.islice(due, n):
                if tweet in old and tweet not in shown:
                    return _missing(history, event, accepted[tweet], lag, promise, hint)
    return valid()


def _missing(history, page, accepted, lag, promise, hint):
    tweet, reader = accepted.payload["tweet"], page.payload["reader"]
    repeated = _read_twice(history, page)
    cause = "" if repeated else _cause(history, tweet)
    when = f"{lag} tweets later" if lag else "when no work was left"
    return invalid(
        promise,
        f"tweet {tweet} by user {_by(accepted)} was accepted at "
        f"{accepted.time_ms:.1f} ms{cause}; {when} user {reader}, a follower, had "
        f"{_tweets(page)} on a page of {page.payload['n']}, without it{repeated}",
        page.time_ms,
        "how many different tweets did this page read, and how many does it need"
        if repeated else hint,
    )  # fmt: skip


def _read_twice(history, page):
    """In words, what the store gave this page more than once, in lists that had more to give."""
    read = []
    for event in history.events[: history.events.index(page)][::-1]:
        if event.actor != "store":
            break
        if event.kind == "newest" and len(event.reply) == event.payload["n"]:
            read += event.reply
    times = collections.Counter(str(value) for value in read)
    twice = [value for value, count in times.items() if count > 1]
    return f"; the store gave it {twice[0]} {times[twice[0]]} times" if twice else ""


def _cause(history, tweet):
    """The crash after this tweet was posted, in words."""
    begun = next((e.time_ms for e in history.of("post") if e.payload["tweet"] == tweet), 0.0)
    return death_since(history, begun)


def _tweets(event):
    return event.reply if isinstance(event.reply, list) else []


def _by(event):
    return int(event.actor.split()[1])


def _authors(history):
    return {event.payload["tweet"]: _by(event) for event in history.of("post")}


def _names(users):
    return ", ".join(f"user {user}" for user in sorted(users)) or "nobody"
