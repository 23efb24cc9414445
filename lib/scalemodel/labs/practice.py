"""The checks of a lab, in a notebook: the same verdicts as the grader's, in this process.

Left out: limits. An endless loop is ended by the notebook's stop button.
Sources: none needed.
"""

import os

from scalemodel.labs import grade as grading
from scalemodel.labs.player import Here
from scalemodel.labs.seeds import PRACTICE_KEY, seeds_of
from scalemodel.labs.shelf import lab_named


class NotYet(AssertionError):
    """A stage that is not passed, with the counterexample in its words.

    >>> raise NotYet("stage a: ...")
    Traceback (most recent call last):
    ...
    scalemodel.labs.practice.NotYet: stage a: ...
    """


def check(lab: str, stage: str, subject: type, student: str = "practice", attempt: int = 1) -> None:
    """Print that the stage is passed, with its budgets, or raise `NotYet`.

    The seeds come from the student's id; the course's key, where there is one, is in
    the environment as `SCALEMODEL_COURSE_KEY`.

    >>> check("twitter", "d", object)
    Traceback (most recent call last):
    ...
    ValueError: stage='d' must be one of ['a', 'b', 'c']
    """
    the_lab = lab_named(lab)
    part = the_lab.stage(stage)
    key = os.environ.get("SCALEMODEL_COURSE_KEY", PRACTICE_KEY)
    seeds = seeds_of(key, student, lab, attempt, grading.SEEDS)
    result = grading.grade_stage(the_lab, part, Here(subject, list(the_lab.service)), seeds)
    lines = [measured.sentence() for measured in result.budgets]
    if result.outcome != "valid":
        words = lines if result.verdict.outcome == "valid" else [result.verdict.sentence()]
        raise NotYet("\n".join(words))
    print("\n".join([f"{part.key}. {part.title}: passed on {len(seeds)} seeds", *lines]))


def replay(lab: str, stage: str, subject: type, seed: int) -> None:
    """Print the whole run of one seed, a line an event, and what is wrong with it.

    >>> replay("twitter", "a", object, seed=-1)
    Traceback (most recent call last):
    ...
    ValueError: seed=-1 must be an integer of at least 0
    """
    the_lab = lab_named(lab)
    part = the_lab.stage(stage)
    history = the_lab.play(part.draw(seed), Here(subject, list(the_lab.service)))
    print(history.story())
    print(grading.first_wrong(part, history).sentence())
