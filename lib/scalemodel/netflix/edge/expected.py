"""What a formula says of a disk, and of a night.

Line the files up, most requests first, and add up the disk they take and the share of bytes they
serve. Read upwards, the curve says a disk's hit ratio; read sideways, the disk of a hit ratio. It
is exact where whole files just fill the disk, and else, as if the last were cut, a bound that
nobody beats. A night's budget is rate · time: `FillConfig.budget_bytes`.

On record, by the company: in July 2014 one box took 70 % and more off a provider's lines, three
took 90 % and more; in March 2016 all video went through Open Connect, close to 90 % of it over
direct connections. "95 %" is a share of *direct connections* too, and no hit ratio.

A curve costs a sort: 0.1, 1 and 10 ms for a thousand, ten thousand and a hundred thousand files.

Left out: the day's luck, links, failures, fill: `day` has them.
Sources: Dantzig, 1957 (the cut knapsack); Che, Tung, Wang, IEEE JSAC 2002, here with sizes; Temkin,
NANOG mailing list, 11 July 2014; Florance, Netflix, March 2016.
"""

__all__ = ["expected_disk_bytes", "expected_hit_ratio", "expected_lru_hit_ratio"]
__dir__ = lambda: __all__

import numpy as np
from scipy.optimize import brentq

from scalemodel.core import checks
from scalemodel.netflix.edge.placement import MOST_DISK_BYTES, files


def expected_hit_ratio(shares: np.ndarray, bytes_of: np.ndarray, disk_bytes: int) -> float:
    """The share of bytes that the best use of a disk serves; the last file may be cut.

    `shares` are of requests and `bytes_of` integers, shape (files,).

    >>> expected_hit_ratio([0.5, 0.3, 0.2], [4, 4, 4], disk_bytes=8)
    0.8
    """
    disk, served = _curve(shares, bytes_of)
    room = checks.whole("disk_bytes", disk_bytes, at_least=0, at_most=MOST_DISK_BYTES)
    return float(np.interp(room, disk, served))


def expected_disk_bytes(shares: np.ndarray, bytes_of: np.ndarray, hit_ratio: float) -> float:
    """The smallest disk whose best use serves such a share of bytes.

    >>> expected_disk_bytes([0.5, 0.3, 0.2], [4, 4, 4], hit_ratio=0.65)
    6.0
    """
    disk, served = _curve(shares, bytes_of)
    share = checks.real("hit_ratio", hit_ratio, at_least=0, at_most=1)
    return float(np.interp(share, served, disk))


def expected_lru_hit_ratio(shares: np.ndarray, bytes_of: np.ndarray, disk_bytes: int) -> float:
    """The share of bytes that LRU serves in the long run, by Che with sizes.

    T solves Σ sᵢ (1 − e^(−pᵢ T)) = C; the hits are Σ pᵢ sᵢ (1 − e^(−pᵢ T)) of Σ pᵢ sᵢ.

    >>> round(expected_lru_hit_ratio([0.5, 0.3, 0.2], [4, 4, 4], disk_bytes=4), 3)
    0.371
    """
    share, size = _wanted(shares, bytes_of)
    share = np.maximum(share / share.max(), 1e-100)  # T is about as many requests as 1 / share
    room = checks.whole("disk_bytes", disk_bytes, at_least=1, at_most=MOST_DISK_BYTES)
    if room >= size.sum():
        return 1.0
    most = room / (share @ size)  # T is at least as many requests
    while size @ -np.expm1(-share * most) < room:
        most *= 2
    time = brentq(lambda t: size @ -np.expm1(-share * t) - room, 0, most, rtol=1e-14)
    return float(share * size @ -np.expm1(-share * time) / (share @ size))


def _curve(shares, bytes_of):
    """Disk and share served along the line of files, from 0 on."""
    share, size = _wanted(shares, bytes_of)
    order = np.argsort(-share, kind="stable")
    served = np.append(0, np.cumsum((share * size)[order]))
    return np.append(0, np.cumsum(size[order])), served / served[-1]


def _wanted(shares, bytes_of):
    """Those that anybody wants; no formula here asks what their shares sum to."""
    share, size = files(shares, bytes_of)
    if not share.any():
        raise ValueError("shares=0 everywhere; one of them must be above 0")
    return share[share > 0], size[share > 0]
