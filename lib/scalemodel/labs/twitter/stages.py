"""The stages of the Twitter lab, and what each must keep: how it is checked, what it may cost.

Left out: a solution; and the worlds, which are drawn with numpy, or read where there is none.
Sources: none needed.
"""

__all__ = ["SHAPE", "lab_of"]
__dir__ = lambda: __all__

from collections.abc import Callable

from scalemodel.core import checks
from scalemodel.labs.checks import runs_through
from scalemodel.labs.lab import Budget, Lab, Stage
from scalemodel.labs.playing.store import SERVICE
from scalemodel.labs.twitter.budgets import (
    birth_ms,
    held_tweets,
    longest_call_ms,
    page_p99_ms,
    quiet_page_p99_ms,
    write_ms,
)
from scalemodel.labs.twitter.checks import (
    complete_page,
    newest_first,
    no_duplicate,
    no_lost_tweet,
    nobody_else,
    not_dear,
    page_is_a_list,
)
from scalemodel.labs.twitter.run import play
from scalemodel.labs.twitter.world import simpler

SHAPE = (runs_through, page_is_a_list, nobody_else, no_duplicate, newest_first)


@checks.kinds
def lab_of(small: Callable, crashing: Callable, skewed: Callable) -> Lab:
    """The lab whose stages a, b and c are played in the worlds of these three.

    >>> from scalemodel.labs.twitter.world import Network
    >>> lab = lab_of(*[lambda seed: Network(seed, (), (), page=5)] * 3)
    >>> lab.stage("c").draw(7).seed
    7
    """
    return Lab(
        name="twitter",
        title="Twitter: fan-out that survives",
        version=8,
        folder="01_twitter_fanout",
        subject="Timelines",
        methods=("post", "work", "page"),
        service=SERVICE,
        stages=(
            Stage(key="a", title="Correct", points=25, draw=small, checks=(*SHAPE, complete_page)),
            Stage(
                key="b", title="Survive", points=25, draw=crashing,
                checks=(*SHAPE, no_lost_tweet, not_dear),
            ),
            Stage(
                key="c", title="Budget", points=0, draw=skewed, checks=(*SHAPE, no_lost_tweet),
                budgets=(
                    Budget(
                        name="writing", unit="ms a tweet", limit=30.0, reference=17.0, points=5,
                        measure=write_ms, hint="who has so many followers that a page could fetch them",
                    ),
                    Budget(
                        name="quiet reading, p99", unit="ms a page", limit=7.0, reference=3.6,
                        points=15, measure=quiet_page_p99_ms,
                        hint="who follows no celebrity finds a page in one list, or does not",
                    ),
                    Budget(
                        name="reading, p99", unit="ms a page", limit=9.5, reference=6.8, points=10,
                        measure=page_p99_ms,
                        hint="how many lists does one page ask for, how many letters come back, and "
                        "does the page show what the store gave, as it gave it",
                    ),
                    Budget(
                        name="longest post or work", unit="ms", limit=15.0, reference=8.0, points=10,
                        measure=longest_call_ms, hint="a piece of work may end before its tweet does",
                    ),
                    Budget(
                        name="back after a crash", unit="ms", limit=10.0, reference=2.0, points=5,
                        measure=birth_ms,
                        hint="what must a new life read before it can serve, and what has time until "
                        "somebody asks for it",
                    ),
                    Budget(
                        name="memory", unit="tweets", limit=40.0, reference=0.0, points=5,
                        measure=held_tweets,
                        hint="a tweet that a page shows and does not read is held: the fan-out that "
                        "is in the store needs no memory",
                    ),
                ),
            ),
        ),
        play=play,
        simpler=simpler,
    )  # fmt: skip
