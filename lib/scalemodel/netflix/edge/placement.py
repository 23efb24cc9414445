"""What a box should hold tomorrow, and how much of it can be carried in by night.

Picture a baker who loads his van by night. The van is so large, and so much can be carried until
the gates close. He goes once down a list of what sells most for its place: what is in the van
costs only room, what is not costs carrying too, what does not fit is passed over.

A file's worth is the bytes it will serve for each byte of disk. If films are watched whole, that
is how often it is asked for: the size drops out. The list is exact if files are of one size, or
if one may be cut, for its limits lie one inside the other (new files, all files). With whole files
of many sizes one box loses at most what two of them are worth. Several boxes are packing, and sites
together are another question.

`PERFECT` knows what each region will want, not the luck of the day; its siblings know less. Any
function of (catalogue, day) is one: it answers shares, shape (regions, files), at least 0, of which
only order and zeros count. Day 0 has no yesterday, and what is not there that day gets 0. A plan takes 0.1, 1 and 12 ms for a thousand, ten thousand and
a hundred thousand files, and two bytes for each box and file.

Left out: copies of a file at one site, fill from box to box, predictions that learn.
Sources: Netflix, Open Connect help centre, article 360035618071 (a window of 12 h from 2 o'clock,
at most 1.2 Gbit/s, popularity by file and by country or region); Edmonds, 1971 (greed).
"""

__all__ = [
    "GLOBAL", "MOST_DISK_BYTES", "NOISY", "PERFECT", "READ_FLAG_ROWS", "YESTERDAY", "FillConfig",
    "Prediction", "files", "fill", "place",
]  # fmt: skip
__dir__ = lambda: __all__

from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks
from scalemodel.core.compiled import READ_INTS, compiled
from scalemodel.core.rng import stream
from scalemodel.netflix.edge.catalogue import GBPS_HOUR, HOURS
from scalemodel.parts.caches.trace import MOST_BYTES

READ_FLAG_ROWS = "Array(boolean, 2, 'C', readonly=True)"
MOST_DISK_BYTES = 10**15


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """Shares of each region's requests on a day, as well as somebody knows them.

    >>> from scalemodel.netflix.edge.catalogue import SHOP, catalogue
    >>> shop = catalogue(SHOP)
    >>> bool((Prediction(sigma=0.0)(shop, 3) == shop.demand(3)).all())
    True
    >>> float(YESTERDAY(shop, 1)[0, 6000])  # a premiere
    0.0
    """

    days_old: int = 0  # what is known is the demand of so many days before; on day 0 that day's own
    regional: bool = True  # or of all regions together, and said of each
    sigma: float = 0.0  # each share is wrong by a factor, with this deviation of its logarithm
    seed: int = 0

    def __post_init__(self):
        checks.plain(self)
        checks.whole("days_old", self.days_old, at_least=0, at_most=100)
        checks.instance("regional", self.regional, bool)
        checks.real("sigma", self.sigma, at_least=0, at_most=3)
        checks.whole("seed", self.seed, at_least=0)

    def __call__(self, catalogue, day):
        share = catalogue.demand(max(day - self.days_old, 0)) * catalogue.there(day)
        if not self.regional:
            share[:] = share.mean(axis=0)
        luck = stream(self.seed, f"prediction {day}").standard_normal(share.shape)
        return share * np.exp(self.sigma * luck)


PERFECT, YESTERDAY, GLOBAL = Prediction(), Prediction(days_old=1), Prediction(regional=False)
NOISY = Prediction(sigma=0.7)  # mostly between half and twice


@dataclass(frozen=True, slots=True, kw_only=True)
class FillConfig:
    """When a box may be filled, and how fast.

    >>> FillConfig().budget_bytes / 1e12
    6.48
    """

    start_h: int = 2  # of the day
    window_h: int = 12
    rate_gbps: float = 1.2

    def __post_init__(self):
        checks.plain(self)
        checks.whole("start_h", self.start_h, at_least=0, at_most=HOURS - 1)
        checks.whole("window_h", self.window_h, at_least=0, at_most=HOURS - self.start_h)
        checks.real("rate_gbps", self.rate_gbps, at_least=0, at_most=1000)

    @property
    def hour_bytes(self) -> int:
        """What a box takes in an hour."""
        return round(self.rate_gbps * GBPS_HOUR)

    @property
    def budget_bytes(self) -> int:
        """What it takes in a window."""
        return self.window_h * self.hour_bytes


def place(
    shares: np.ndarray,
    bytes_of: np.ndarray,
    disk_bytes: np.ndarray,
    held: np.ndarray | None = None,
    budget_bytes: int = MOST_DISK_BYTES,
) -> np.ndarray:
    """What the boxes of a site should hold, shape (boxes, files), each file once.

    `shares` of requests are predicted, `bytes_of` are integers, shape (files,); `disk_bytes` has
    shape (boxes,). Of what it has not `held` yet, a box takes at most `budget_bytes`.

    >>> place([0.5, 0.3, 0.2], [9, 6, 2], [8]).tolist()  # the favourite is too large
    [[False, True, True]]
    >>> place([0.5, 0.3], [4, 4], [4], held=[[False, True]], budget_bytes=3).tolist()
    [[False, True]]
    """
    share, size = files(shares, bytes_of)
    disk = checks.numbers_row("disk_bytes", disk_bytes, at_least=0, at_most=MOST_DISK_BYTES)
    most = checks.whole("budget_bytes", budget_bytes, at_least=0, at_most=MOST_DISK_BYTES)
    holds = np.zeros((len(disk), len(share)), dtype=bool)
    before = np.array(holds if held is None else held, order="C")
    if before.dtype != bool or before.shape != holds.shape:
        raise ValueError(
            f"held must be booleans, {holds.shape} as disk_bytes and shares: {checks.brief(held)}"
        )
    order = np.argsort(-share, kind="stable")
    order, left = order[share[order] > 0], np.full(len(disk), most)  # nobody wants the rest
    fill.native(order, size, disk.astype(np.int64), left, before, holds)
    return holds


@compiled(
    f"void({READ_INTS}, {READ_INTS}, int64[::1], int64[::1], {READ_FLAG_ROWS}, boolean[:, ::1])"
)
def fill(order, bytes_of, room, budget, held, holds):
    """Go once down the list `order`; a new file comes to the box with most room.

    >>> holds = np.zeros((2, 2), dtype=bool)
    >>> fill([1, 0], [3, 4], [5, 4], [9, 9], np.zeros((2, 2), dtype=bool), holds)
    >>> holds.tolist()
    [[False, True], [True, False]]
    """
    for file in order:
        size, home = bytes_of[file], -1
        for box in range(len(room)):
            if size <= room[box] and home < 0 and held[box, file]:
                home = box
        if home < 0:
            for box in range(len(room)):
                fits = size <= min(room[box], budget[box])
                if fits and (home < 0 or room[box] > room[home]):
                    home = box
            if home >= 0:
                budget[home] -= size
        if home >= 0:
            room[home] -= size
            holds[home, file] = True


def files(shares: np.ndarray, bytes_of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of one length: shares of at least 0, and integers of at least 1.

    >>> files([1.0, 0.5], [4, 6])
    (array([1. , 0.5]), array([4, 6]))
    """
    share = checks.numbers_row("shares", shares, at_least=0, at_most=1e9)
    size = checks.numbers_row("bytes_of", bytes_of, at_least=1, at_most=MOST_BYTES)
    if len(size) != len(share):
        raise ValueError(f"bytes_of must have {len(share)} numbers, as shares, not {len(size)}")
    if (size % 1).any() or size.sum() >= 2**63:
        raise ValueError(
            f"bytes_of={checks.brief(bytes_of)} must be integers, with a sum below 2**63"
        )
    return share, size.astype(np.int64)
