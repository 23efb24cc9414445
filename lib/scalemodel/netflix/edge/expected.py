"""What a formula says of a disk, and of a night.

Line the files up, those with most requests first: that is most bytes served for each byte of
disk. Walk along the line and add up two sums, the disk it takes and the share of bytes it
serves. They draw a curve that rises ever more slowly. Read upwards, a disk says its hit ratio;
read sideways, a hit ratio says its disk. Between two files it is straight, as if the last one
were cut: exact where whole files just fill the disk, and else a bound that nobody beats.

What is on record, and by whom: in July 2014 one box took 70 % and more off a provider's lines
and three took 90 % and more; in March 2016 all video went through Open Connect, close to 90 %
of it over direct connections. "95 %" is known as a share of *direct connections*: no hit ratio.

A curve costs a sort: 0.1, 1 and 10 ms for a thousand, ten thousand and a hundred thousand files.

Left out: the day's luck, links, failures, fill: `day` has them.
Sources: Dantzig, 1957 (the cut knapsack); Che, Tung, Wang, IEEE JSAC 2002, here with sizes; Temkin,
NANOG mailing list, 11 July 2014; Florance, Netflix, March 2016; `placement` for the window.
"""

import numpy as np
from scipy.optimize import brentq

from scalemodel.core import checks
from scalemodel.netflix.edge.catalogue import GBPS_HOUR, HOURS
from scalemodel.netflix.edge.placement import MOST_DISK_BYTES, sizes_row


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
    share, size = _files(shares, bytes_of)
    room = checks.whole("disk_bytes", disk_bytes, at_least=1, at_most=MOST_DISK_BYTES)
    if room >= size.sum():
        return 1.0
    most = room / size.min()  # requests; and by then ever more, until so much has come in
    while size @ -np.expm1(-share * most) < room:
        most *= 2
    time = brentq(lambda t: size @ -np.expm1(-share * t) - room, 0, most, rtol=1e-14)
    return float(size * share @ -np.expm1(-share * time) / (size @ share))


def expected_fill_bytes(rate_gbps: float = 1.2, window_h: float = 12.0) -> float:
    """What a box takes in a window: rate · time.

    >>> expected_fill_bytes() / 1e12, round(expected_fill_bytes(rate_gbps=0.4) / 1e12, 2)
    (6.48, 2.16)
    """
    rate = checks.real("rate_gbps", rate_gbps, at_least=0, at_most=1000)
    return rate * GBPS_HOUR * checks.real("window_h", window_h, at_least=0, at_most=HOURS)


def _curve(shares, bytes_of):
    """Disk and share served along the line of files, from 0 on."""
    share, size = _files(shares, bytes_of)
    order = np.argsort(-share, kind="stable")
    served = np.append(0, np.cumsum((share * size)[order]))
    return np.append(0, np.cumsum(size[order])), served / served[-1]


def _files(shares, bytes_of):
    """Those that anybody wants; the shares are made to sum to 1."""
    share = checks.numbers_row("shares", shares, at_least=0, at_most=1)
    size, wanted = sizes_row(bytes_of, len(share)), share > 0
    if not wanted.any():
        raise ValueError("shares=0 everywhere; one of them must be above 0")
    return share[wanted] / share.sum(), size[wanted].astype(float)
