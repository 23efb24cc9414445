"""Those who ask for what is on its way: one fetch for all of them, or one for each.

A baker is out of rye bread, and a boy has gone to the mill for flour. Who asks meanwhile waits
for that boy, or a boy is sent for each. Only the miller sees the difference, on the day of the
fair. A cache of `parts.caches` has an object as soon as it was asked for; here a fetch takes a
while, so hits that come within it are none. A request costs 40 ns.

Left out: a fetch that fails; one that takes longer because the tier above must fetch, too.
Sources: none needed.
"""

__all__ = ["expected_fetches", "waiting"]
__dir__ = lambda: __all__

import numpy as np

from scalemodel.core import checks
from scalemodel.core.compiled import READ_FLOATS, READ_INTS, compiled
from scalemodel.parts.caches.trace import READ_FLAGS, requests


def waiting(ids: np.ndarray, times_s: np.ndarray, hit: np.ndarray, fetch_s: float) -> np.ndarray:
    """Which hits came while their object was on its way from the last miss, shape (requests,).

    >>> waiting([7, 7, 8, 7], [0.0, 1.0, 1.0, 2.0], [False, True, False, True], 2.0).tolist()
    [False, True, False, False]
    """
    times_s = checks.numbers_row("times_s", times_s, at_least=0)
    asked = requests(ids, times_s=times_s)
    fetch_s = checks.real("fetch_s", fetch_s, at_least=0, at_most=1e9)
    hit, late = np.array(hit), np.zeros(len(asked.ids), dtype=bool)
    if hit.dtype != bool or hit.shape != late.shape:
        raise ValueError(f"hit={checks.brief(hit)} must be True or False for each of the ids")
    _late.native(asked.ids, asked.distinct, asked.times_s, hit, fetch_s, late)
    return late


@compiled(f"void({READ_INTS}, int64, {READ_FLOATS}, {READ_FLAGS}, float64, boolean[::1])")
def _late(ids, distinct, times_s, hit, fetch_s, late):
    there_s = np.zeros(distinct)
    for at in range(len(ids)):
        if hit[at]:
            late[at] = times_s[at] < there_s[ids[at]]
        else:
            there_s[ids[at]] = times_s[at] + fetch_s


def expected_fetches(askers: float, spread_s: float, fetch_s: float, coalesce: bool) -> float:
    """How many fetches a crowd causes that asks for one new object, evenly over `spread_s`.

    One, if others wait for it. Else of n who come at random 1 + n·w − wⁿ come before the first
    fetch is back, where w = fetch ÷ spread, at most 1.

    >>> round(expected_fetches(1001, 10.0, 2.0, coalesce=False), 1)
    201.2
    """
    n = checks.real("askers", askers, at_least=1, at_most=1e12)
    spread_s = checks.real("spread_s", spread_s, above=0, at_most=1e9)
    window = min(1.0, checks.real("fetch_s", fetch_s, at_least=0, at_most=1e9) / spread_s)
    return 1.0 if checks.instance("coalesce", coalesce, bool) else 1 + n * window - window**n
