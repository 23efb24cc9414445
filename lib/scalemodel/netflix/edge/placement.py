"""What a box should hold tomorrow, and how much of it can be carried in by night.

Picture a baker who loads his van while the town sleeps. He is limited twice, by the van and by
what can be carried in until the gates close, so he takes what sells most for its place. He goes
down his list once. What is in the van already costs only room; what is not costs room and
carrying; what does not fit is passed over.

A file's worth is the bytes it will serve for each byte of disk. If films are watched whole, that
is how often it is asked for: the size drops out. Going down that list is the best there is if
all files are of one size, or if a file may be cut: the two limits lie one inside the other (all
files, and the new ones among them), and for such limits greed is exact. With whole files of many
sizes it loses less than two files are worth, those at which the limits bit.

A prediction is a function of (catalogue, day). `perfect` knows how much each region will want of
everything, and not the luck of the day; its siblings know less. `reactive` asks nobody: it is
filled when somebody comes, so its fill is in the evening too.

A plan takes 0.1, 1 and 12 ms for a thousand, ten thousand and a hundred thousand files on one
box, and two bytes for each box and file.

Left out: copies of a file on several boxes of a site, fill from box to box, learning.
Sources: Netflix, Open Connect help centre, article 360035618071 (a window of 12 h from 2 o'clock,
at most 1.2 Gbit/s, popularity by file and by country or region); Edmonds, 1971 (greed).
"""

from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks
from scalemodel.core.compiled import READ_INTS, compiled
from scalemodel.core.rng import stream
from scalemodel.netflix.edge.catalogue import GBPS_HOUR, HOURS, Catalogue
from scalemodel.parts.caches import engine
from scalemodel.parts.caches.trace import MOST_BYTES

READ_FLAG_ROWS = "Array(boolean, 2, 'C', readonly=True)"
MOST_DISK_BYTES = 10**15


# ── Predictions: shares of each region's requests, shape (regions, files) ───
@checks.kinds
def perfect(catalogue: Catalogue, day: int) -> np.ndarray:
    """What each region will want that day.

    >>> from scalemodel.netflix.edge.catalogue import SHOP, catalogue
    >>> perfect(catalogue(SHOP), 3).shape
    (2, 6042)
    """
    return catalogue.demand(day)


@checks.kinds
def yesterday(catalogue: Catalogue, day: int) -> np.ndarray:
    """What each region wanted the day before, so nothing of a premiere; on day 0 that day's own.

    >>> from scalemodel.netflix.edge.catalogue import SHOP, catalogue
    >>> yesterday(catalogue(SHOP), 1)[:, 6000].tolist()
    [0.0, 0.0]
    """
    there = catalogue.there(day)
    return catalogue.demand(max(day - 1, 0)) * there


@checks.kinds
def everywhere(catalogue: Catalogue, day: int) -> np.ndarray:
    """What all regions together will want, said of each.

    >>> from scalemodel.netflix.edge.catalogue import SHOP, catalogue
    >>> float(np.ptp(everywhere(catalogue(SHOP), 3), axis=0).max())
    0.0
    """
    demand = catalogue.demand(day)
    return np.tile(demand.mean(axis=0), (len(demand), 1))


@dataclass(frozen=True, slots=True)
class Noisy:
    """What each region will want, each share wrong by a factor of its own.

    >>> from scalemodel.netflix.edge.catalogue import SHOP, catalogue
    >>> shop = catalogue(SHOP)
    >>> bool((Noisy(sigma=0.0)(shop, 3) == perfect(shop, 3)).all())
    True
    """

    sigma: float = 0.7  # of the factor's logarithm: mostly between half and twice
    seed: int = 0

    def __post_init__(self):
        checks.real("sigma", self.sigma, at_least=0, at_most=10)
        checks.whole("seed", self.seed, at_least=0)

    def __call__(self, catalogue, day):
        demand = perfect(catalogue, day)
        luck = stream(self.seed, f"prediction {day}").standard_normal(demand.shape)
        return demand * np.exp(self.sigma * luck)


# ── The fill of a night ─────────────────────────────────────────────────────
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
        checks.whole("start_h", self.start_h, at_least=0, at_most=HOURS - 1)
        checks.whole("window_h", self.window_h, at_least=0, at_most=HOURS - self.start_h)
        checks.real("rate_gbps", self.rate_gbps, at_least=0, at_most=1000)

    @property
    def budget_bytes(self) -> int:
        """What a box takes in a window, an integer for each hour."""
        return self.window_h * round(self.rate_gbps * GBPS_HOUR)

    def schedule(self, new_bytes: np.ndarray, up: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The hour from which each new file is there, and what comes in each hour, shape (24,).

        Files come one after another, in hours of the window in which the box is `up`. One that is
        not done by its end is there from hour 24 on: not today.

        >>> up = [hour != 3 for hour in range(24)]
        >>> ready_h, sent_bytes = FillConfig(rate_gbps=0.4).schedule([180 * 10**9] * 2, up)
        >>> ready_h.tolist(), (sent_bytes[:6] / 1e9).tolist()
        ([3, 5], [0.0, 0.0, 180.0, 0.0, 180.0, 0.0])
        """
        new = checks.numbers_row("new_bytes", new_bytes, at_least=0, at_most=MOST_BYTES, length=0)
        can = np.array(up)
        if can.dtype != bool or can.shape != (HOURS,):
            raise ValueError(f"up={up!r} must be a row of {HOURS} booleans")
        can[: self.start_h] = can[self.start_h + self.window_h :] = False
        room = np.cumsum(can * round(self.rate_gbps * GBPS_HOUR))
        up_to = np.cumsum(new.astype(np.int64))
        ready_h = np.minimum(np.searchsorted(room, up_to) + 1, HOURS)
        return ready_h, np.diff(np.minimum(room, new.sum()).astype(np.int64), prepend=0)


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
    share = checks.numbers_row("shares", shares, at_least=0, at_most=1e9)
    size = sizes_row(bytes_of, len(share))
    disk = checks.numbers_row("disk_bytes", disk_bytes, at_least=0, at_most=MOST_DISK_BYTES)
    most = checks.whole("budget_bytes", budget_bytes, at_least=0, at_most=MOST_DISK_BYTES)
    holds = np.zeros((len(disk), len(share)), dtype=bool)
    before = np.array(holds if held is None else held, order="C")
    if before.dtype != bool or before.shape != holds.shape:
        raise ValueError(f"held={held!r} must be booleans of shape {holds.shape}")
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


def reactive(hour, file, bytes_of: np.ndarray, policy: object, warm_up: int = 0) -> np.ndarray:
    """The bytes that a cache of `parts.caches` serves and fetches, by the hour, shape (2, 24).

    `hour` and `file` are rows, of each request; the first `warm_up` are not counted.

    >>> from scalemodel.parts.caches.policies import LRU
    >>> reactive([20, 20, 21], [0, 0, 1], [5, 7], LRU(capacity=9), warm_up=0)[:, 20:22].tolist()
    [[5, 0], [5, 7]]
    """
    size = sizes_row(bytes_of)
    asked = checks.numbers_row("file", file, at_least=0, at_most=len(size) - 1).astype(np.int64)
    when = checks.numbers_row("hour", hour, at_least=0, at_most=HOURS - 1).astype(np.int64)
    if len(when) != len(asked):
        raise ValueError(f"hour has {len(when)} numbers; it must have {len(asked)}, as file has")
    hit = engine.simulate(asked, policy, sizes=size[asked], warm_up=warm_up).hit_mask
    served, counted = np.zeros((2, HOURS), dtype=np.int64), slice(warm_up, None)
    np.add.at(served, ((~hit[counted]).astype(int), when[counted]), size[asked[counted]])
    return served


def sizes_row(bytes_of: np.ndarray, files: int | None = None) -> np.ndarray:
    """`bytes_of` as integers of at least 1, one for each of `files`.

    >>> sizes_row([3, 4], files=2).tolist()
    [3, 4]
    """
    row = checks.numbers_row("bytes_of", bytes_of, at_least=1, at_most=MOST_BYTES)
    if (files is not None and len(row) != files) or (row % 1).any():
        raise ValueError(f"bytes_of={bytes_of!r} must be integers, one for each of files={files!r}")
    return row.astype(np.int64)
