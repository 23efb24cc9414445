"""How much of the time a thing made of things is up.

A chain holds as long as every link does; a rope of strands as long as enough of them do. All
of it is multiplication, as long as the parts fail each for a reason of its own. Zones are the
warning: what shares a zone fails with it, and copies in one zone count nearly as one.

A part fails every `mtbf_s` on average and is up again after `mttr_s`, which begins before
anybody has noticed: half a probing interval, the misses that are waited for, the repair.

Everything is a closed form, of microseconds.
Left out: repairs that fail, parts that age; a fallback, which takes a link out of the chain.
Sources: any reliability text, under k-out-of-n systems and birth-death processes; Hystrix wiki,
whose chain of 30 at 99.99 % this counts; Dean, Barroso, "The Tail at Scale", 2013.
"""

__all__ = [
    "MOST_S", "all_of_ratio", "any_of_ratio", "detection_s", "k_of_n_ratio", "part_of_ratio",
    "repaired_ratio", "spread_ratio", "up_ratio",
]  # fmt: skip
__dir__ = lambda: __all__

import math
from collections.abc import Sequence

import numpy as np

from scalemodel.core import checks

MOST_S = 1e12


def up_ratio(mtbf_s: float, mttr_s: float) -> float:
    """Share of the time that a part is up: MTBF / (MTBF + MTTR).

    Five minutes a month already miss four nines:

    >>> round(up_ratio(mtbf_s=30 * 86_400, mttr_s=300), 10)
    0.9998842727
    """
    mtbf_s = checks.real("mtbf_s", mtbf_s, above=0, at_most=MOST_S)
    return mtbf_s / (mtbf_s + checks.real("mttr_s", mttr_s, at_least=0, at_most=MOST_S))


def detection_s(every_s: float, misses: int, time_out_s: float) -> float:
    """Mean time until a failure is noticed by probes (MTTD): (k − 1/2) d + w.

    >>> detection_s(10.0, misses=3, time_out_s=1.0)
    26.0
    """
    every_s = checks.real("every_s", every_s, above=0, at_most=MOST_S)
    misses = checks.whole("misses", misses, at_least=1, at_most=10**6)
    time_out_s = checks.real("time_out_s", time_out_s, at_least=0, at_most=MOST_S)
    return (misses - 0.5) * every_s + time_out_s


def all_of_ratio(part_ratio: float, parts: int) -> float:
    """Share of the time that a chain of equal parts is up: a^n.

    >>> round(all_of_ratio(0.9999, 30), 6)
    0.997004
    """
    part = checks.real("part_ratio", part_ratio, at_least=0, at_most=1)
    return part ** checks.whole("parts", parts, at_least=0, at_most=10**9)


def any_of_ratio(part_ratio: float, parts: int) -> float:
    """Share of the time that one of equal parts at least is up: 1 − (1 − a)^n.

    The same sum tells how many requests meet a slow leaf, if one call in so many is slow:

    >>> round(any_of_ratio(0.99, 2), 12), round(any_of_ratio(0.01, 100), 10)
    (0.9999, 0.6339676587)
    """
    return 1 - all_of_ratio(1 - checks.real("part_ratio", part_ratio, at_least=0, at_most=1), parts)


def part_of_ratio(all_ratio: float, parts: int) -> float:
    """What each of so many parts must reach for the chain to reach `all_ratio`: A^(1/n).

    >>> round(part_of_ratio(0.99, 100), 10)
    0.9998995017
    """
    whole = checks.real("all_ratio", all_ratio, at_least=0, at_most=1)
    return whole ** (1 / checks.whole("parts", parts, at_least=1, at_most=10**9))


def k_of_n_ratio(needed: int, parts: int, part_ratio: float) -> float:
    """Share of the time that `needed` of equal parts are up.

    >>> [round(k_of_n_ratio(k, n, 0.99), 8) for k, n in ((1, 3), (2, 3), (3, 5))]
    [0.999999, 0.999702, 0.99999015]
    """
    parts = checks.whole("parts", parts, at_least=1, at_most=1_000)
    return spread_ratio(needed, [parts], part_ratio, zone_ratio=1.0)


def spread_ratio(needed: int, zones: Sequence[int], part_ratio: float, zone_ratio: float) -> float:
    """Share of the time that `needed` parts are up, `zones` of which stand in each zone.

    A zone takes its parts down with it. Three copies in three zones, and all in one:

    >>> round(spread_ratio(1, [1, 1, 1], 0.99, zone_ratio=0.999), 10)
    0.9999986726
    >>> round(spread_ratio(1, [3], 0.99, zone_ratio=0.999), 9)
    0.998999001
    """
    zones = [checks.whole("zones", parts, at_least=1, at_most=1_000) for parts in _row(zones)]
    needed = checks.whole("needed", needed, at_least=1, at_most=sum(zones))
    part = checks.real("part_ratio", part_ratio, at_least=0, at_most=1)
    zone = checks.real("zone_ratio", zone_ratio, at_least=0, at_most=1)
    down = np.ones(1)  # the chance that so many parts are down, zone by zone
    for parts in zones:
        chance = [math.comb(parts, n) * (1 - part) ** n * part ** (parts - n)
                  for n in range(parts + 1)]  # fmt: skip
        here = zone * np.array(chance)
        here[parts] += 1 - zone
        down = np.convolve(down, here)
    return float(1 - down[sum(zones) - needed + 1 :].sum())


def repaired_ratio(needed: int, parts: int, mtbf_s: float, mttr_s: float, crews: int) -> float:
    """Share of the time that `needed` of `parts` are up if only so many are repaired at once.

    A birth-death chain: of those up each fails by itself, of those down `crews` are repaired.

    >>> 1 - repaired_ratio(2, 3, mtbf_s=720 * 3600, mttr_s=300, crews=1) < 8.04e-8
    True
    >>> round(repaired_ratio(2, 3, mtbf_s=99.0, mttr_s=1.0, crews=1), 9)
    0.999400181
    """
    parts = checks.whole("parts", parts, at_least=1, at_most=1_000)
    needed = checks.whole("needed", needed, at_least=1, at_most=parts)
    crews = checks.whole("crews", crews, at_least=1, at_most=1_000)
    mtbf_s = checks.real("mtbf_s", mtbf_s, at_least=1e-9, at_most=MOST_S)
    mttr_s = checks.real("mttr_s", mttr_s, at_least=1e-9, at_most=MOST_S)
    down = np.arange(parts)
    steps = np.log((parts - down) * (mttr_s / mtbf_s) / np.minimum(down + 1, crews))
    weights = np.concatenate([[0.0], np.cumsum(steps)])  # logarithms, of so many down
    weights = np.exp(weights - weights.max())
    return float(1 - weights[parts - needed + 1 :].sum() / weights.sum())


def _row(zones):
    if isinstance(zones, str) or not isinstance(zones, Sequence | np.ndarray) or not len(zones):
        raise ValueError(
            f"zones={checks.brief(zones)} must be a row of how many parts stand in each"
        )
    return zones
