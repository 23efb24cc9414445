"""The checks of a lab, in a notebook: the same verdicts as the grader's.

Each life begins from the source of the class, in a process of its own as the grader's does,
or where the system has no fork, in this process; there an endless loop is ended by the
notebook's stop button.

Left out: a cheat that changes the grader, for the notebook is the student's.
Sources: none needed.
"""

__all__ = ["NotYet", "check", "parts", "player_of", "replay"]
__dir__ = lambda: __all__

import contextlib
import io
import math
import os

from scalemodel.core import checks
from scalemodel.labs import grade as grading
from scalemodel.labs.lab import Lab
from scalemodel.labs.playing.anew import Anew
from scalemodel.labs.playing.apart import Apart
from scalemodel.labs.playing.origin import source_of
from scalemodel.labs.playing.patience import Patient
from scalemodel.labs.playing.player import Player
from scalemodel.labs.seeds import PRACTICE_KEY, seeds_of
from scalemodel.labs.shelf import lab_named
from scalemodel.labs.told import told


class NotYet(AssertionError):
    """A stage that is not passed, with the counterexample in its words.

    >>> raise NotYet("stage a: ...")
    Traceback (most recent call last):
    ...
    scalemodel.labs.practice.NotYet: stage a: ...
    """


@checks.kinds
def check(
    lab: str,
    stage: str,
    subject: type,
    student: str = "practice",
    attempt: int = 1,
    part: str = "all",
) -> None:
    """Print that the stage is passed, with its budgets, or raise `NotYet`.

    `part` may be one of `parts(lab, stage)`: what has points of its own. The seeds come
    from the student's id; the course's key, where there is one, is in the environment
    as `SCALEMODEL_COURSE_KEY`. Where that is there, or nbgrader grades, all checks must
    find the same program.

    >>> check("twitter", "d", object)
    Traceback (most recent call last):
    ...
    ValueError: stage='d' must be one of ['a', 'b', 'c']
    """
    the_lab = lab_named(lab)
    asked = the_lab.stage(stage)
    if part != "all" and part not in parts(lab, stage):
        raise ValueError(
            f"part={checks.brief(part)} must be 'all' or one of {list(parts(lab, stage))}"
        )
    key = os.environ.get("SCALEMODEL_COURSE_KEY", PRACTICE_KEY).strip()
    if not key:
        raise ValueError("SCALEMODEL_COURSE_KEY is empty: it must hold the course's key")
    dice = "practice" if key == PRACTICE_KEY else "the course's"
    seeds = seeds_of(key, student, lab, attempt, grading.SEEDS)
    playing = player_of(the_lab, subject)
    if dice != "practice" or os.environ.get("NBGRADER_EXECUTION") == "autograde":
        _the_only((lab, student, attempt), playing.source, subject.__name__)
    player = Patient(playing, grading.GRADE_S)
    again = lambda stage, seed: f'replay("{lab}", "{stage}", {subject.__name__}, {seed})'
    with contextlib.redirect_stdout(io.StringIO()):  # of hundreds of runs; `replay` shows one
        result = grading.grade_stage(the_lab, asked, player, seeds, again)
    passed, words = told(result, f"{len(seeds)} seeds, with {dice} dice", part)
    if not passed:
        raise NotYet(words)
    print(words)


_GRADED = {}  # the source of what is graded in this process, by the lab and the student


def _the_only(whose, source, name):
    """In a graded notebook one program is in all checks, or they are parts of no whole."""
    if _GRADED.setdefault(whose, source) != source:
        raise ValueError(
            f"the notebook defines the class {name}, or what it needs, in two cells, and which of "
            "them is meant is for its author to say: delete the other. Each of its checks that is "
            "graded must find the same program"
        )


@checks.kinds
def player_of(lab: Lab, subject: type) -> Player:
    """Who plays the class `subject` of a notebook, from its source.

    >>> player_of(lab_named("twitter"), object)
    Traceback (most recent call last):
    ...
    ValueError: subject=object must be a class that a cell or a file defines
    """
    player = Apart if hasattr(os, "fork") else Anew
    return player(source_of(subject, lab.subject), lab.subject, list(lab.service))


@checks.kinds
def parts(lab: str, stage: str) -> dict[str, int]:
    """What of a stage has points of its own: its checks, and each budget.

    >>> parts("twitter", "a")
    {'checks': 25}
    >>> sum(parts("twitter", "c").values())
    50
    """
    asked = lab_named(lab).stage(stage)
    rows = {"checks": asked.points} | {budget.name: budget.points for budget in asked.budgets}
    return {name: points for name, points in rows.items() if points}


@checks.kinds
def replay(lab: str, stage: str, subject: type, seed: int) -> None:
    """Print the run of one seed, a line an event, and what is wrong with it.

    A run that breaks a promise is first made as short as it can be. What your methods
    print stands above.

    >>> replay("twitter", "a", object, seed=-1)
    Traceback (most recent call last):
    ...
    ValueError: seed=-1 must be an integer of at least 0
    """
    the_lab = lab_named(lab)
    part = the_lab.stage(stage)
    world, player = part.draw(seed), player_of(the_lab, subject)
    with contextlib.redirect_stdout(io.StringIO()):
        found = grading.first_wrong(part, the_lab.play(world, player))
        if found.outcome == "invalid":
            check = next(check for check in part.checks if check.__name__ == found.check)
            history = grading.smallest(the_lab, world, player, check)
            world, found = history.world, check(history)
    player.printed = ""
    history = the_lab.play(world, player)  # what it prints in this process shows here
    print(player.printed, end="")
    print(history.story(found.time_ms if found.outcome == "invalid" else math.inf))
    print(found.sentence())
