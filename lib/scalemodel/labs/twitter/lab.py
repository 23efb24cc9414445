"""The Twitter lab: three stages, and what each must keep.

The world is in `labs.twitter.world`, the checks are in `labs.twitter.checks`; here are
the budgets, and what a stage is made of.

Left out: a solution.
Sources: none needed.
"""

__all__ = ["LAB", "SHAPE", "longest_call_ms", "page_p99_ms", "write_ms"]
__dir__ = lambda: __all__

import numpy as np

from scalemodel.core import checks
from scalemodel.labs.checks import runs_through
from scalemodel.labs.lab import Budget, Lab, Stage
from scalemodel.labs.playing.history import History
from scalemodel.labs.playing.store import SERVICE
from scalemodel.labs.twitter.checks import (
    complete_page,
    newest_first,
    no_duplicate,
    no_lost_tweet,
    nobody_else,
    page_is_a_list,
    pages_of,
)
from scalemodel.labs.twitter.world import crashing, play, simpler, skewed, small


# ── The budgets ─────────────────────────────────────────────────────────────
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
    """Store time of a page, 99 of 100 pages or better.

    >>> page_p99_ms(History(None)) is None
    True
    """
    took = [event.payload["took_ms"] for event in pages_of(history)]
    return float(np.quantile(took, 0.99, method="higher")) if took else None


@checks.kinds
def longest_call_ms(history: History) -> float | None:
    """Store time of the longest single `post` or `work`, while everybody else waits.

    >>> longest_call_ms(History(None)) is None
    True
    """
    took = [event.payload["took_ms"] for event in history.of("post done", "work done")]
    return max(took, default=None)


SHAPE = (runs_through, page_is_a_list, nobody_else, no_duplicate, newest_first)

LAB = Lab(
    name="twitter",
    title="Twitter: fan-out that survives",
    version=2,
    folder="01_twitter_fanout",
    subject="Timelines",
    methods=("post", "work", "page"),
    service=SERVICE,
    stages=(
        Stage(key="a", title="Correct", points=40, draw=small, checks=(*SHAPE, complete_page)),
        Stage(key="b", title="Survive", points=30, draw=crashing, checks=(*SHAPE, no_lost_tweet)),
        Stage(
            key="c", title="Budget", points=0, draw=skewed, checks=(*SHAPE, no_lost_tweet),
            budgets=(
                Budget(
                    name="writing", unit="ms a tweet", limit=30.0, reference=16.0, points=10,
                    measure=write_ms, hint="who has so many followers that a page could fetch them",
                ),
                Budget(
                    name="reading, p99", unit="ms a page", limit=16.0, reference=10.0, points=10,
                    measure=page_p99_ms, hint="how many lists does one page ask for",
                ),
                Budget(
                    name="longest post or work", unit="ms", limit=15.0, reference=8.0, points=10,
                    measure=longest_call_ms, hint="a piece of work may end before its tweet does",
                ),
            ),
        ),
    ),
    play=play,
    simpler=simpler,
)  # fmt: skip
