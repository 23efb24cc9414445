"""Which task next? A reader's rule for the morning after an outage: with numpy or without.

Twelve uploads wait, and six workers begin again. Whoever is free takes the task whose score is
highest. An upload can be watched when its lowest rung is whole, and is complete when all are.

Left out: uploads that come meanwhile, stragglers, workers that fail.
Sources: none. The bound: by the time that n uploads can be watched, the chunks of n of them are
done, so at least those of the n shortest; with equal chunks that is reached.
"""

__all__ = ["BOUND", "Backlog", "begun", "bound_s", "race", "ready_s"]
__dir__ = lambda: __all__

import heapq
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from scalemodel.stage.python.outcome import Outcome, columns
from scalemodel.stage.python.told import told

BOUND = "nobody can do better"


class Backlog(NamedTuple):
    """The tasks of one morning in the order in which they were begun, and when each was done.

    >>> begun(lambda upload, rung, chunks, left: -upload, [2, 1]).upload[:3]
    [0, 0, 0]
    """

    upload: list[int]
    rung: list[int]
    end_s: list[float]


def race(rule: Callable, morning: int = 1) -> Outcome:
    """How long until uploads can be watched and are complete by `rule`, beside other rules and a bound.

    `rule(upload, rung, chunks, left)` is called for each kind of task that waits: the upload's
    place in line and the rung, both from 0, how many chunks the upload has, and how many tasks
    of this upload are not begun.

    >>> print(race(lambda upload, rung, chunks, left: -upload).words.splitlines()[1])
    nobody can do better     1.3 s   2.1 min
    """
    here = told(__name__)
    mornings = here["mornings"]
    if isinstance(morning, bool) or morning not in range(1, len(mornings) + 1):
        raise ValueError(f"morning={morning!r} must be a whole number from 1 to {len(mornings)}")
    rows = {BOUND: [bound_s(chunks) for chunks in mornings], **here["rivals"]}
    rows["yours"] = [ready_s(begun(rule, chunks)) for chunks in mornings]
    mean = {
        name: [
            round(sum(sum(pair[n]) / len(pair[n]) for pair in row) / len(row), 6) for n in (0, 1)
        ]
        for name, row in rows.items()
    }
    words = [f"{'On average until':<21}{'watched':>9}{'complete':>10}"]
    for name in sorted(mean, key=mean.get):
        watched, complete = f"{mean[name][0]:.1f} s", f"{mean[name][1] / 60:.1f} min"
        words.append(f"{name:<21}{watched:>9}{complete:>10}")
    mine, best = (sorted(rows[name][morning - 1][0]) for name in ("yours", BOUND))
    words += ["", f"On morning {morning} the last can be watched after {mine[-1] / 60:.1f} min."]
    says = f"morning {morning}: when each can be watched; line: the best", "first", "last"
    return Outcome("\n".join(words), columns(says, mine, best))


def begun(rule: Callable, chunks: Sequence[int]) -> Backlog:
    """One morning with uploads of so many `chunks`, task by task.

    Of tasks that have the same score the one that is asked about first is taken: uploads in their
    order, of each the lowest rung first.

    >>> begun(lambda upload, rung, chunks, left: -rung, [1, 1]).rung[:4]
    [0, 0, 1, 1]
    """
    here = told(__name__)
    task_s, free_s = here["task_s"], [0.0] * here["workers"]
    waiting = [[many] * len(task_s) for many in chunks]
    done = Backlog([], [], [])
    for _ in range(sum(chunks) * len(task_s)):
        best = -math.inf, 0, 0
        for upload, row in enumerate(waiting):
            left = sum(row)
            for rung, many in enumerate(row):
                if many:
                    worth = _number(rule(upload, rung, chunks[upload], left))
                    if worth > best[0]:
                        best = worth, upload, rung
        _, upload, rung = best
        waiting[upload][rung] -= 1
        end_s = free_s[0] + task_s[rung]
        heapq.heapreplace(free_s, end_s)
        for row, value in zip(done, (upload, rung, end_s), strict=True):
            row.append(value)
    return done


def ready_s(done: Backlog) -> tuple[list[float], list[float]]:
    """When each upload can be watched, and when it is complete.

    >>> ready_s(Backlog([0, 1, 0], [0, 0, 1], [1.0, 2.0, 5.0]))
    ([1.0, 2.0], [5.0, 2.0])
    """
    uploads = max(done.upload) + 1
    watched, complete = [0.0] * uploads, [0.0] * uploads
    for upload, rung, end_s in zip(*done, strict=True):
        complete[upload] = max(complete[upload], end_s)
        if rung == 0:
            watched[upload] = max(watched[upload], end_s)
    return watched, complete


def bound_s(chunks: Sequence[int]) -> tuple[list[float], list[float]]:
    """Before which no rule has n uploads to be watched, and n complete, for each n.

    >>> [round(row[-1], 2) for row in bound_s([6, 6])]
    [0.36, 36.41]
    """
    here = told(__name__)
    watched, complete, so_far = [], [], 0
    for many in sorted(chunks):
        so_far += many
        watched.append(math.ceil(so_far / here["workers"]) * here["task_s"][0])
        complete.append(so_far * sum(here["task_s"]) / here["workers"])
    return watched, complete


def _number(value):
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"your rule returned {value!r}; it must return a finite number")
    return value
