"""Those who ask for what is on its way: one fetch for all of them, or one for each.

A baker is out of rye bread, and a boy has gone to the mill for flour. Who asks meanwhile may be
told to wait for that boy, or a boy may be sent for each. Both are "there a moment later"; only
the miller sees the difference, and on the day of the fair it is a crowd of boys.

A cache of `parts.caches` has an object as soon as it was asked for. Here a fetch takes a while,
so the hits that come within it are none: they wait. A request costs a few nanoseconds.

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
    """Which of the hits came while their object was still on its way, shape (requests,).

    A miss sends for it; `fetch_s` later it is there.

    >>> waiting([7, 7, 8, 7], [0.0, 1.0, 1.0, 2.0], [False, True, False, True], 2.0).tolist()
    [False, True, False, False]
    """
    asked = requests(ids, times_s=times_s)
    if asked.times_s is None:
        raise ValueError("times_s=None must be a row of seconds: a fetch takes time")
    fetch_s = checks.real("fetch_s", fetch_s, at_least=0, at_most=1e9)
    was_there = np.array(hit)
    if was_there.dtype != bool or was_there.shape != asked.ids.shape:
        raise ValueError(f"hit={checks.brief(hit)} must be True or False for each of the ids")
    late = np.zeros(len(was_there), dtype=bool)
    was_there.flags.writeable = False
    _late.native(asked.ids, asked.distinct, asked.times_s, was_there, fetch_s, late)
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

    One, if who comes later waits for the first one's. Else each sends a boy of his own until the
    first is back: 1 + n·w − wⁿ of n who come at random, where w = fetch ÷ spread, at most 1.

    >>> expected_fetches(1001, 10.0, 2.0, coalesce=True)
    1.0
    >>> round(expected_fetches(1001, 10.0, 2.0, coalesce=False), 1)
    201.2
    """
    n = checks.real("askers", askers, at_least=1, at_most=1e12)
    spread_s = checks.real("spread_s", spread_s, above=0, at_most=1e9)
    fetch_s = checks.real("fetch_s", fetch_s, at_least=0, at_most=1e9)
    checks.instance("coalesce", coalesce, bool)
    window = min(1.0, fetch_s / spread_s)
    return 1.0 if coalesce else 1 + n * window - window**n
