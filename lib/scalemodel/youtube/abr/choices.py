"""Four ways to pick from a ladder; policies are made of them.

Like a buyer at a market: the best that the purse allows, the best that fits into
the bag, the most for the money, and the cautious "not so much more at once".

Left out: any memory; what a policy keeps is its own affair.
Sources: `most_worth_a_byte` and `steadied_rung` are from Spiteri, Urgaonkar,
Sitaraman, "BOLA: Near-Optimal Bitrate Adaptation for Online Videos", INFOCOM 2016.
"""

__all__ = ["highest_fitting", "highest_rung", "most_worth_a_byte", "steadied_rung"]
__dir__ = lambda: __all__

from scalemodel.core.compiled import compiled


@compiled()
def highest_rung(budget_kbps, ladder_kbps):
    """The highest rung within `budget_kbps`, or the lowest rung.

    >>> highest_rung(1000.0, [300, 750, 1200])
    1
    """
    rung = 0
    while rung + 1 < len(ladder_kbps) and ladder_kbps[rung + 1] <= budget_kbps:
        rung += 1
    return rung


@compiled()
def highest_fitting(kbit, next_bytes):
    """The highest rung of at most `kbit` kilobits, or the lowest rung.

    >>> highest_fitting(3000.0, [150_000, 375_000, 400_000])
    1
    """
    rung = len(next_bytes) - 1
    while rung > 0 and next_bytes[rung] > 125 * kbit:
        rung -= 1
    return rung


@compiled()
def most_worth_a_byte(buffer_s, next_bytes, fullest_s):
    """The rung of the highest (fullest_s − buffer_s) ÷ bytes, and the lowest of equals.

    >>> most_worth_a_byte(16.0, [150_000, 375_000], [17.5, 37.5])
    1
    """
    best = 0
    for rung in range(1, len(next_bytes)):
        here = (fullest_s[rung] - buffer_s) / next_bytes[rung]
        if here > (fullest_s[best] - buffer_s) / next_bytes[best]:
            best = rung
    return best


@compiled()
def steadied_rung(wanted, last_rung, carried, one_above):
    """`wanted`, unless it rises above `carried`: then no rise, or `one_above` what is carried.

    >>> steadied_rung(5, 1, 2, False), steadied_rung(5, 1, 2, True), steadied_rung(5, 3, 2, True)
    (2, 3, 3)
    """
    if wanted <= last_rung or wanted <= carried:
        return wanted
    if carried < last_rung:
        return last_rung
    return carried + 1 if one_above else carried
