"""What a delivery and a pull cost, in any one unit.

Left out: what a processor really pays, which `scalemodel.twitter.cpu_bill` measures.
Sources: Silberstein et al., "Feeding Frenzy", SIGMOD 2010; the price of a merge is ours.
"""

__all__ = ["MOST_RATE", "PULLED", "READ", "WRITTEN", "Costs"]
__dir__ = lambda: __all__

from dataclasses import dataclass

from scalemodel.core import checks

MOST_RATE = 1e12  # a second, and of a price: no sum of products overflows
WRITTEN, READ, PULLED = 0.0, 1.0, 2.0  # prices of a rule that only says push or pull


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """The price of one delivery and of one pulled list, in any one unit.

    `merge` is what a page costs besides, if it pulls any list at all.

    >>> Costs(delivery=1.0, pull=3.0).pull
    3.0
    """

    delivery: float = 1.0
    pull: float = 1.0
    merge: float = 0.0

    def __post_init__(self):
        checks.plain(self)
        checks.real("delivery", self.delivery, above=0, at_most=MOST_RATE)
        checks.real("pull", self.pull, above=0, at_most=MOST_RATE)
        checks.real("merge", self.merge, at_least=0, at_most=MOST_RATE)
