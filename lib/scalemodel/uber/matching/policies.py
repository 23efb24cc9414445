"""Who is served first: ways to hand waiting riders to idle cars.

A counter at a bakery serves who came first. A good maître d' looks at the whole room.

Left out: the worth of a car to tomorrow's riders (DiDi's learned values), pooling.
Sources: assignment problem, Kuhn 1955; batched matching, marketplace.uber.com/matching.
"""

__all__ = ["POLICIES", "EdgeGreedy", "FirstCome", "Optimal", "rule_of"]
__dir__ = lambda: __all__

from collections.abc import Mapping
from dataclasses import dataclass

from scalemodel.core import checks


@dataclass(frozen=True, slots=True)
class FirstCome:
    """In the order of asking, each rider the car that is soonest there.

    >>> FirstCome()
    FirstCome()
    """


@dataclass(frozen=True, slots=True)
class EdgeGreedy:
    """The shortest pickup of all first, then the shortest among those left.

    >>> EdgeGreedy()
    EdgeGreedy()
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimal:
    """The least sum of minutes over all riders; one who goes without counts `penalty_min`.

    A rider whose pickup costs the others more than `penalty_min` in detours is left to wait.

    >>> Optimal(neighbours=16, penalty_min=60.0)
    Optimal(neighbours=16, penalty_min=60.0)
    >>> Optimal(neighbours=0)
    Traceback (most recent call last):
    ...
    ValueError: neighbours=0 must be an integer of at least 1 and at most 1000000
    """

    neighbours: int = 16  # cars looked at for each rider, before the proof asks for more
    penalty_min: float = 60.0  # what a rider who gets no car counts as

    def __post_init__(self):
        checks.plain(self)
        checks.whole("neighbours", self.neighbours, at_least=1, at_most=1_000_000)
        checks.real("penalty_min", self.penalty_min, above=0, at_most=1e9)


POLICIES = FirstCome | EdgeGreedy | Optimal


@checks.kinds
def rule_of(policy: object, rules: Mapping) -> object:
    """What the table of an engine has for a policy. A kind of its own needs a line of its own.

    >>> rule_of(EdgeGreedy(), {FirstCome: "the oldest", EdgeGreedy: "the nearest"})
    'the nearest'
    >>> rule_of(Optimal(), {FirstCome: "the oldest", EdgeGreedy: "the nearest"})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    ValueError: policy=Optimal(...) must be a FirstCome or a EdgeGreedy itself: no other has a rule here
    """
    if type(policy) not in rules:
        known = " or ".join(f"a {kind.__name__}" for kind in rules)
        raise ValueError(
            f"policy={checks.brief(policy)} must be {known} itself: no other has a rule here"
        )
    return rules[type(policy)]
