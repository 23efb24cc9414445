"""Grades one submission: every stage, on several seeds, with one counterexample a check.

Correct means correct on all seeds; a budget is kept if four seeds of five keep it. The
first history that breaks a promise is shrunk, and the shortest is what students read.

Left out: marks; points are shares of a hundred, and a course makes of them what it likes.
Sources: none needed.
"""

__all__ = [
    "GRADE_S", "SEEDS", "SHRINK_S", "SLOW_S", "TRIES", "Command", "Grade", "StageGrade",
    "first_wrong", "grade", "grade_stage", "no_command", "smallest",
]  # fmt: skip
__dir__ = lambda: __all__

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from scalemodel.core import checks
from scalemodel.labs.lab import Check, Lab, Measured, Stage, World
from scalemodel.labs.playing.history import History
from scalemodel.labs.playing.patience import Patient
from scalemodel.labs.playing.player import Player
from scalemodel.labs.verdict import INVALID, UNKNOWN, VALID, Verdict, valid
from scalemodel.parts.shrink import shrink

SEEDS = 8
GRADE_S = 120.0  # of computing for all that a submission is asked; a right one takes a few
SLOW_S = 10.0  # a run that takes longer is not shrunk
TRIES, SHRINK_S = 150, 30.0  # of shrinking one history
Command = Callable[[str, int], str]


@checks.kinds
def no_command(stage: str, seed: int) -> str:
    """Nothing to type.

    >>> no_command("b", 41)
    ''
    """
    return ""


@dataclass(frozen=True, slots=True)
class StageGrade:
    """What a stage came to: the verdict of its checks, its budgets, the points.

    >>> from scalemodel.labs.twitter.lab import LAB
    >>> StageGrade(LAB.stage("a"), valid(), ()).points
    25
    """

    stage: Stage
    verdict: Verdict
    budgets: tuple[Measured, ...]

    @property
    def points(self) -> int:
        """Nothing for budgets of a program that is not correct."""
        if self.verdict.outcome != VALID:
            return 0
        return self.stage.points + sum(m.budget.points for m in self.budgets if m.kept)

    @property
    def outcome(self) -> str:
        """Of the checks and the budgets together."""
        kept = all(measured.kept for measured in self.budgets)
        return self.verdict.outcome if self.verdict.outcome != VALID or kept else INVALID


@dataclass(frozen=True, slots=True)
class Grade:
    """All stages of one submission, with the seeds that a rerun needs.

    >>> from scalemodel.labs.twitter.lab import LAB
    >>> Grade(LAB, (1, 2), (StageGrade(LAB.stage("a"), valid(), ()),)).points
    25
    """

    lab: Lab
    seeds: tuple[int, ...]
    stages: tuple[StageGrade, ...]

    @property
    def points(self) -> int:
        """Over all stages."""
        return sum(stage.points for stage in self.stages)

    @property
    def outcome(self) -> str:
        """Invalid if any stage is, else unknown if any stage is."""
        outcomes = {stage.outcome for stage in self.stages}
        return next((o for o in (INVALID, UNKNOWN) if o in outcomes), VALID)

    def digest(self) -> str:
        """A hash of everything that was graded; the same submission gives the same."""
        rows = [
            [
                *(s.stage.key, s.outcome, s.points, s.verdict.named(replay="").sentence()),
                [m.value for m in s.budgets],
            ]
            for s in self.stages
        ]
        text = json.dumps([self.lab.name, self.lab.version, self.seeds, rows])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@checks.kinds
def grade(lab: Lab, player: Player, seeds: list[int], replay: Command = no_command) -> Grade:
    """Grade what `player` plays, in all stages.

    `replay(stage, seed)` is what a student types to see that run again.

    >>> from scalemodel.labs.playing.player import Here
    >>> from scalemodel.labs.twitter.lab import LAB
    >>> class Timelines:
    ...     def __init__(self, store, followers, followees): pass
    ...     def post(self, author, tweet): pass
    ...     def work(self): return False
    ...     def page(self, reader, n): return []
    >>> result = grade(LAB, Here(Timelines, list(LAB.service)), seeds=[3])
    >>> result.points, result.outcome
    (0, 'invalid')
    """
    checks.takes("replay", replay, "stage", "seed")
    player = Patient(player, GRADE_S)
    stages = tuple(grade_stage(lab, stage, player, seeds, replay) for stage in lab.stages)
    return Grade(lab, tuple(seeds), stages)


@checks.kinds
def grade_stage(
    lab: Lab, stage: Stage, player: Player, seeds: list[int], replay: Command = no_command
) -> StageGrade:
    """Grade one stage: the first invalid seed decides, and is shrunk.

    >>> from scalemodel.labs.playing.player import Here
    >>> from scalemodel.labs.twitter.lab import LAB
    >>> class Timelines:
    ...     def __init__(self, store, followers, followees): pass
    ...     def post(self, author, tweet): pass
    ...     def work(self): return False
    ...     def page(self, reader, n): return [0]
    >>> grade_stage(LAB, LAB.stage("a"), Here(Timelines, list(LAB.service)), [3]).verdict.check
    'nobody_else'
    """
    checks.takes("replay", replay, "stage", "seed")
    seeds = [checks.whole("seeds", seed, at_least=0) for seed in seeds]
    if not seeds:
        raise ValueError("seeds=[] must hold at least one seed: nothing was tried")
    verdict, values = valid(), []
    for seed in seeds:
        begun_s = time.monotonic()
        history = lab.play(stage.draw(seed), player)
        slow = time.monotonic() - begun_s > SLOW_S
        found = first_wrong(stage, history)
        if found.outcome == INVALID:
            if not slow and not any(event.payload["hung"] for event in history.of("fault")):
                history, found = _shortest(lab, stage, player, history, found)
            verdict = found.named(
                where=f"stage {stage.key}, seed {seed}",
                replay=replay(stage.key, seed),
                story=history.story(until_ms=found.time_ms),
            )
            break
        if found.outcome == UNKNOWN:
            verdict = found.named(where=f"stage {stage.key}, seed {seed}")
            if _ended(history):
                break
        values.append([budget.measure(history) for budget in stage.budgets])
    budgets = tuple(
        budget.of([row[place] for row in values]) for place, budget in enumerate(stage.budgets)
    )
    return StageGrade(stage, verdict, budgets)


@checks.kinds
def first_wrong(stage: Stage, history) -> Verdict:
    """The first verdict of the stage's checks that is invalid, else unknown, else valid.

    >>> from scalemodel.labs.playing.history import History
    >>> from scalemodel.labs.twitter.lab import LAB
    >>> first_wrong(LAB.stage("a"), History(None)).outcome
    'unknown'
    """
    known = valid()
    for check in stage.checks:  # a later one may rely on what an earlier one has found right
        verdict = check(history).named(check=check.__name__)
        if verdict.outcome == INVALID or (verdict.outcome == UNKNOWN and _ended(history)):
            return verdict
        if verdict.outcome == UNKNOWN and known.outcome == VALID:
            known = verdict
    return known


@checks.kinds
def smallest(lab: Lab, world: World, player: Player, check: Check) -> History:
    """The shortest history found in which `check` still fails; `world` is one that fails.

    Crashes that the world leaves to be drawn are drawn once, at the start.

    >>> from scalemodel.labs.playing.player import Here
    >>> from scalemodel.labs.twitter.lab import LAB
    >>> from scalemodel.labs.twitter.checks import complete_page
    >>> class Timelines:
    ...     def __init__(self, store, followers, followees): pass
    ...     def post(self, author, tweet): pass
    ...     def work(self): return False
    ...     def page(self, reader, n): return []
    >>> player = Here(Timelines, list(LAB.service))
    >>> history = smallest(LAB, LAB.stage("a").draw(3), player, complete_page)
    >>> [event.kind for event in history.events][:3]
    ['post', 'post done', 'accepted']
    """
    checks.takes("check", check, "history")
    stops_s = time.monotonic() + SHRINK_S

    def fails(simpler):
        in_time = time.monotonic() < stops_s
        return in_time and check(lab.play(simpler, player)).outcome == INVALID

    try:
        small = shrink(lab.play(world, player).world, lab.simpler, fails, tries=TRIES)
    finally:
        player.printed = ""
    return lab.play(small, player)


def _ended(history):
    """Whether the run ended before its time."""
    return any(history.of("fault"))


def _shortest(lab, stage, player, history, found):
    """The same broken promise in the shortest history that shows it."""
    check = next(check for check in stage.checks if check.__name__ == found.check)
    small = smallest(lab, history.world, player, check)
    again = check(small)
    if again.outcome == INVALID:
        return small, again.named(check=found.check)
    words = f"{found.happened} (and not in every run of this world)"
    return history, found.named(happened=words)
