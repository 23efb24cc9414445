"""From a long history that fails to a short one that fails in the same way, and the verdict.

Left out: the shortest of all; this is a greedy walk that stops where no single step
makes it shorter, or when its tries are used up.
Sources: Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002.
"""

__all__ = ["Verdict", "World", "shrink", "without_some"]
__dir__ = lambda: __all__

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from scalemodel.core import checks

World = TypeVar("World")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether all promises held; else which did not, how, and the short history where it did not.

    >>> Verdict("", "", None).holds
    True
    """

    promise: str  # nothing if all held
    words: str
    schedule: object  # what the history was of

    @property
    def holds(self) -> bool:
        """Whether all promises held."""
        return not self.promise


def shrink(
    world: World,
    simpler: Callable[[World], Iterable[World]],
    fails: Callable[[World], bool],
    tries: int = 200,
) -> World:
    """The last of ever simpler worlds that still fails, after at most so many tries.

    >>> without = lambda row: (row[:i] + row[i + 1 :] for i in range(len(row)))
    >>> shrink([1, 8, 3, 9], without, fails=lambda row: sum(row) > 8)
    [9]
    """
    tries = checks.whole("tries", tries, at_least=0, at_most=100_000)
    checks.takes("simpler", simpler, "world")
    checks.takes("fails", fails, "world")
    candidates = iter(simpler(world))
    for _ in range(tries):
        candidate = next(candidates, None)
        if candidate is None:
            break
        if fails(candidate):
            world, candidates = candidate, iter(simpler(candidate))
    return world


@checks.kinds
def without_some(items: tuple) -> Iterator[tuple]:
    """`items` without its second half, its first half, a quarter, ..., any one.

    >>> [len(some) for some in without_some((1, 2, 3, 4))]
    [2, 2, 3, 3, 3, 3]
    """
    size = len(items)
    while size > 1:
        size = (size + 1) // 2
        for start in range(len(items) - size, -1, -size):
            yield items[:start] + items[start + size :]
    if len(items) == 1:
        yield ()
