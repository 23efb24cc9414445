"""What a run of the Twitter lab has cost: store time, who had to wait, and memory.

All of it is read off the history. Memory is what pages prove: a tweet that a page shows,
and that the store did not give in that same call as a number, was held since the object last
heard of it. What that call had put there itself is no gift. To a page such a tweet is no
cheaper than a question of its own, or a log that is packed and held would serve in place of
a fan-out.

Left out: memory that no page shows; the computer's own time.
Sources: none needed.
"""

__all__ = [
    "HELD_MS", "PAGES", "birth_ms", "held_tweets", "longest_call_ms", "page_p99_ms", "pages_of",
    "quiet_page_p99_ms", "write_ms",
]  # fmt: skip
__dir__ = lambda: __all__

import collections
import itertools
import math
from collections.abc import Iterator

from scalemodel.core import checks
from scalemodel.labs.playing.history import Event, History

PAGES = ("page", "last page")
HELD_MS = 1.0  # that a page takes for a tweet out of memory


@checks.kinds
def pages_of(history: History) -> Iterator[Event]:
    """Every page that was looked at, the last ones too.

    >>> list(pages_of(History(None)))
    []
    """
    return history.of(*PAGES)


@checks.kinds
def write_ms(history: History) -> float | None:
    """Store time a tweet, over all calls of `post` and `work`.

    >>> write_ms(History(None)) is None
    True
    """
    posts = sum(1 for _ in history.of("accepted"))
    spent = sum(event.payload["took_ms"] for event in history.of("post done", "work done"))
    return spent / posts if posts and any(history.of("settled")) else None


@checks.kinds
def page_p99_ms(history: History) -> float | None:
    """Time of a page, 99 of 100 pages or better: the store's, and `HELD_MS` a tweet held.

    Whoever looks right after a crash waits for the new life's `__init__`, too.

    >>> page_p99_ms(History(None)) is None
    True
    """
    return _page_p99_ms(history, lambda reader: True)


@checks.kinds
def quiet_page_p99_ms(history: History) -> float | None:
    """The same, of the pages of those who follow nobody with followers in every second user.

    >>> quiet_page_p99_ms(History(None)) is None
    True
    """
    quiet = set()
    if history.world is not None:
        rows = history.world.followers
        stars = {author for author, readers in enumerate(rows) if 2 * len(readers) > len(rows)}
        quiet = {user for user, row in enumerate(history.world.followees()) if not stars & {*row}}
    return _page_p99_ms(history, quiet.__contains__)


def _page_p99_ms(history, counts):
    took, birth = [], 0.0
    for _, event, held in _with_held(history):
        if event.kind in PAGES:
            if counts(event.payload["reader"]):
                took.append(birth + event.payload["took_ms"] + HELD_MS * len(held))
        elif event.kind not in ("start done", "post done", "work done"):
            continue
        birth = event.payload["took_ms"] if event.kind == "start done" else 0.0
    return sorted(took)[math.ceil(0.99 * (len(took) - 1))] if took else None


@checks.kinds
def longest_call_ms(history: History) -> float | None:
    """Store time of the longest single `post` or `work`, while everybody else waits.

    >>> longest_call_ms(History(None)) is None
    True
    """
    took = [event.payload["took_ms"] for event in history.of("post done", "work done")]
    return max(took, default=None)


@checks.kinds
def birth_ms(history: History) -> float | None:
    """Store time of the longest `__init__` after a crash, while nobody is served.

    >>> birth_ms(History(None)) is None
    True
    """
    if not any(history.of("crash")):
        return None
    return max((event.payload["took_ms"] for event in history.of("start done")), default=0.0)


@checks.kinds
def held_tweets(history: History) -> int | None:
    """The most tweets that the object held in memory at a time, as its pages prove.

    >>> history = History(None)
    >>> for tweet in (7, 9):
    ...     history.add(0.0, "user 1", "post", {"tweet": tweet})
    >>> history.add(1.0, "store", "newest", {"key": "x", "n": 2}, [7])
    >>> history.add(1.1, "user 2", "page", {}, [9, 7])
    >>> held_tweets(history)
    1
    """
    born, heard, moments = 0, {}, collections.Counter()
    for now, event, held in _with_held(history):
        if event.actor == "store":
            heard.update(dict.fromkeys(held, now))
        elif event.kind in PAGES:
            for tweet in held:
                moments[heard.get(tweet, born)] += 1
                moments[now] -= 1
                heard[tweet] = now
        elif event.kind in ("post", "post again"):
            heard[event.payload["tweet"]] = now
        elif event.kind == "crash":
            born, heard = now, {}
    held = itertools.accumulate(moments[now] for now in sorted(moments))
    return max(held, default=0) if any(pages_of(history)) else None


def _with_held(history):
    """The events, numbered; with what the store gave, or which tweets a page shows out of memory."""
    given, own = set(), set()
    for now, event in enumerate(history.events):
        if event.actor == "store":
            own |= set(_numbers(event.payload.get("value"))) - given
            numbers = set(_numbers(event.reply)) - own
            given |= numbers
            yield now, event, numbers
        else:
            yield now, event, set(event.reply or ()) - given if event.kind in PAGES else set()
            given, own = set(), set()


def _numbers(value):
    if isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _numbers(part)
    elif type(value) is int:
        yield value
