"""What a lab is: stages, each with worlds to draw, checks to pass and budgets to keep.

A lab of a company fills in these parts; everything else in the room `labs` takes any.

Left out: what the students build; a lab knows no solution.
Sources: none needed.
"""

__all__ = ["QUANTILE", "Budget", "Check", "Lab", "Measured", "Stage", "World"]
__dir__ = lambda: __all__

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from scalemodel.core import checks
from scalemodel.labs.playing.history import History
from scalemodel.labs.playing.player import Player
from scalemodel.labs.verdict import Verdict

QUANTILE = 0.8  # a budget is kept if so many of the seeds keep it
Check = Callable[[History], Verdict]


class World(Protocol):
    """One scenario, drawn from a seed: what is asked of the student's object, in order.

    >>> from scalemodel.labs.twitter.draws import small
    >>> small(7).seed
    7
    """

    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A count or a virtual time that must not pass `limit`; `reference` is what one correct
    answer pays.

    `measure(history)` gives the value, `None` if the run has no evidence for it.

    >>> budget = Budget(name="pages", unit="count", limit=3, reference=2, points=5,
    ...                 measure=lambda history: 4.0, hint="make fewer")
    >>> budget.of([4.0, 2.0, 2.0, 2.0, 2.0]).kept
    True
    """

    name: str
    unit: str
    limit: float
    reference: float
    points: int
    measure: Callable[[History], float | None]
    hint: str

    @checks.kinds
    def of(self, values: Iterable[float | None]) -> "Measured":
        """What the values of several seeds come to."""
        known = sorted(value for value in values if value is not None)
        if not known:
            return Measured(self, math.nan, False)
        value = known[math.ceil(QUANTILE * len(known)) - 1]
        return Measured(self, value, value <= self.limit)


@dataclass(frozen=True, slots=True)
class Measured:
    """A budget beside its value: the quantile 0.8 over the seeds.

    >>> budget = Budget(name="pages", unit="count", limit=3, reference=2, points=5,
    ...                 measure=lambda history: 4.0, hint="make fewer")
    >>> print(Measured(budget, 4.0, False).sentence())
    pages: 4.0 count, limit 3.0, reference 2.0: too much. Hint: make fewer.
    """

    budget: Budget
    value: float
    kept: bool

    def sentence(self) -> str:
        """Value beside limit beside reference."""
        b = self.budget
        end = "kept" if self.kept else f"too much. Hint: {b.hint}."
        if math.isnan(self.value):
            return f"{b.name}: not measured, for the run did not come so far"
        return (
            f"{b.name}: {self.value:.1f} {b.unit}, limit {b.limit:.1f}, "
            f"reference {b.reference:.1f}: {end}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One of the rising demands: `draw(seed)` makes a world, `checks` judge its history.

    `points` are for the checks, all of them on every seed; each budget has its own.

    >>> stage = Stage(key="a", title="Correct", points=40, draw=lambda seed: seed, checks=())
    >>> stage.all_points
    40
    """

    key: str
    title: str
    points: int
    draw: Callable[[int], World]
    checks: tuple[Check, ...]
    budgets: tuple[Budget, ...] = ()

    @property
    def all_points(self) -> int:
        """For the checks and the budgets."""
        return self.points + sum(budget.points for budget in self.budgets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """A whole lab. `subject` is the class that students write, with `methods`.

    `play(world, player)` runs the student's object and returns the history; `simpler`
    gives simpler worlds, for the counterexample; `service` names what the object is given.

    >>> from scalemodel.labs.twitter.lab import LAB
    >>> LAB.name, [stage.key for stage in LAB.stages]
    ('twitter', ['a', 'b', 'c'])
    """

    name: str
    title: str
    version: int
    folder: str
    subject: str
    methods: tuple[str, ...]
    service: tuple[str, ...]
    stages: tuple[Stage, ...]
    play: Callable[[World, Player], History]
    simpler: Callable[[World], Iterable[World]]

    def stage(self, key: str) -> Stage:
        """The stage of that key."""
        for stage in self.stages:
            if stage.key == key:
                return stage
        raise ValueError(
            f"stage={checks.brief(key)} must be one of {[stage.key for stage in self.stages]}"
        )
