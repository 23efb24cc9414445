"""Whether a schedule's promises held, and the shortest one that broke one, in words.

Four promises. What is right is accepted, and what was accepted is published, or dead with a
reason, and never both. Nothing is published twice. What is published plays, every byte of each
rung. What cannot be right is refused. A schedule that broke one is made shorter as long as it
breaks the same, so that it can be read.

A counterexample takes some dozens of schedules, a few seconds.

Left out: promises on how soon.
Sources: Jepsen's checkers; Zeller and Hildebrandt, 2002.
"""

__all__ = ["PROMISES", "broken", "check", "story"]
__dir__ = lambda: __all__

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from scalemodel.core import checks
from scalemodel.parts.shrink import Verdict, shrink, without_some
from scalemodel.youtube.upload.path.kills import FILMS, History, Schedule, run

PROMISES = {
    "lost": "what is right is accepted; what was accepted is published, or dead with a reason",
    "twice": "nothing is published twice",
    "whole": "what is published plays, every byte of each rung",
    "refused": "what cannot be right is refused or dead, with a reason",
}


@checks.kinds
def check(history: History, tries: int = 200) -> Verdict:
    """The verdict on a history, and if a promise was broken the shortest schedule found for it.

    >>> from scalemodel.youtube.upload.path.kills import drawn
    >>> check(run(drawn(7))).holds
    True
    """
    tries = checks.whole("tries", tries, at_least=0, at_most=100_000)
    found = broken(history)
    if found is None:
        return Verdict("", "", None)
    fails = lambda schedule: (broken(run(schedule, history.site)) or ("",))[0] == found[0]
    shortest = shrink(history.schedule, _simpler, fails, tries)
    last = run(shortest, history.site)
    return Verdict(found[0], f"{broken(last)[1]}\n{story(last)}", shortest)


def _simpler(schedule: Schedule) -> Iterator[Schedule]:
    for name in ("films", "kills", "full", "sleeps"):
        for some in without_some(getattr(schedule, name)):
            yield replace(schedule, **{name: some})
    for n in range(len(schedule.films)):
        if schedule.films[n] != "good":
            films = (*schedule.films[:n], "good", *schedule.films[n + 1 :])
            yield replace(schedule, films=films)
    if schedule.seed:
        yield replace(schedule, seed=0)


@checks.kinds
def broken(history: History) -> tuple[str, str] | None:
    """The first promise that was broken, and how, in a sentence; None if all were kept.

    >>> broken(run(Schedule(films=("poison",)))) is None
    True
    """
    dead, seen = dict(history.dead), Counter(key for key, _ in history.published)
    films = {f"film-{n + 1}": kind for n, kind in enumerate(history.schedule.films)}
    for key, kind in films.items():
        if kind in FILMS[:2] and key not in history.accepted:
            return "lost", f"{key}, {kind}, was never accepted."
    for key in history.accepted:
        if not seen[key] and not dead.get(key):
            return "lost", f"{key} was accepted, and is neither published nor dead with a reason."
    for key, count in seen.items():
        if count > 1 or key in dead:
            return "twice", f"{key} is published {count} times{' and dead' * (key in dead)}."
    for key, plays in history.published:
        if not plays:
            return "whole", f"{key} is published, and is not what was sent."
    for key, kind in films.items():
        if key in seen and kind in FILMS[2:]:
            return "refused", f"{key}, {kind}, is published."
        if key in dead and kind == "wrong hash":
            return "refused", f"{key} was accepted under a wrong hash."
    return None


@checks.kinds
def story(history: History) -> str:
    """The events of a history as something to read, a line each.

    >>> print(story(run(Schedule())).splitlines()[0])
    turn 1: the server has 5 bytes of film-1, from 0
    """
    words = [f"turn {turn}: {_the(who)} {words}" for turn, who, words in history.events]
    return "\n".join(words)


def _the(who):
    return "the server" if who == "server" else who
