"""A day in the life of the boxes, hour by hour: filled by night, asked in the evening.

Picture van and taxi rank together. From two in the morning boxes are filled with what is predicted;
a film is there as soon as it has come. All day people ask, most of them at eight in the evening.
Each is sent to the nearest box that has the film, is well, and has room on its link in this hour.
What the nearest site does not serve is a miss, even if another site helps: a content miss if no
box there holds the file, a health miss if one does, but is down or over its link. What a box was
not filled with, for it was down in the window, is a content miss from then on.

On day 0 boxes arrive full; each later day has its fill and its budget. Bytes are integers, so sums
are exact. A day of a thousand requests takes 13 ms, of a million 0.25 s, of ten million 3 s and
0.6 GB, an eighth of it in the loop (`benchmarks/netflix/edge.py`); a box and file are 20 bytes. A machine
of 16 GB ends near 250 million; we stop at 50.

Left out: films that go on into the next hour, time zones, premieres in mid-day.
Sources: Netflix's division of misses into content and health (technology blog, on cache misses).
"""

__all__ = [
    "CONTENT", "HEALTH", "MOST_BOXES", "MOST_HELD", "MOST_REQUESTS", "NEAR", "NIGHT",
    "REQUESTS_BY_HOUR", "Day", "DayConfig", "DayReport", "day", "loop", "reactive", "simulate",
]  # fmt: skip
__dir__ = lambda: __all__

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from typing import NamedTuple

import numpy as np

from scalemodel.core import checks
from scalemodel.core.compiled import READ_INT_ROWS, READ_INTS, compiled
from scalemodel.core.frames import Tabular
from scalemodel.core.rng import stream
from scalemodel.netflix.edge.catalogue import HOURS, SHOP, CatalogueConfig, catalogue
from scalemodel.netflix.edge.placement import MOST_DISK_BYTES, PERFECT, FillConfig, place
from scalemodel.netflix.edge.steering import FROM_ORIGIN, ORIGIN, Appliance, Client
from scalemodel.parts.caches import engine

NEAR, CONTENT, HEALTH = range(3)  # what a request meets at its nearest site
NIGHT = FillConfig()
MOST_BOXES, MOST_REQUESTS, MOST_HELD = 1000, 50_000_000, 50_000_000  # held: boxes · files
REQUESTS_BY_HOUR = (  # beside one another
    30, 18, 10, 6, 5, 6, 10, 16, 22, 26, 30, 34, 38, 40, 42, 46, 54, 66, 82, 96, 100, 92, 70, 46
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DayConfig:
    """Who asks for how much, which boxes there are, and who predicts.

    >>> DayConfig(boxes=(Appliance(region=2),))
    Traceback (most recent call last):
    ...
    ValueError: region of boxes=2 must be an integer of at least 0 and at most 1
    """

    catalogue: CatalogueConfig = SHOP
    day: int = 3
    requests: int = 20_000  # of the day, all clients together
    boxes: tuple[Appliance, ...] = (Appliance(), Appliance(region=1))
    clients: tuple[Client, ...] = (Client(), Client(region=1))
    prediction: Callable = PERFECT  # of (catalogue, day): shares, shape (regions, files)
    fill: FillConfig = NIGHT
    seed: int = 0

    def __post_init__(self):
        checks.plain(self)
        shop = checks.instance("catalogue", self.catalogue, CatalogueConfig)
        checks.whole("day", self.day, at_least=0, at_most=shop.days - 1)
        checks.whole("requests", self.requests, at_least=1, at_most=MOST_REQUESTS)
        for field, kind in (("boxes", Appliance), ("clients", Client)):
            row = getattr(self, field)
            if not isinstance(row, tuple) or {type(one) for one in row} != {kind}:
                raise ValueError(
                    f"{field}={checks.brief(row)} must be a tuple of {kind.__name__}, 1 or more"
                )
            checks.whole(f"number of {field}", len(row), at_least=1, at_most=MOST_BOXES)
            for one in row:
                checks.whole(f"region of {field}", one.region, at_least=0, at_most=shop.regions - 1)
        held = len(self.boxes) * shop.files
        checks.whole("boxes · files of catalogue", held, at_least=1, at_most=MOST_HELD)
        checks.takes("prediction", self.prediction, "catalogue", "day")
        checks.instance("fill", self.fill, FillConfig)
        checks.whole("seed", self.seed, at_least=0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DayReport(Tabular):
    """The bytes of a day by the hour, and their shares.

    >>> report = simulate(DayConfig(requests=2000))
    >>> round(report.edge_ratio, 3), int(report.fill_bytes[14:].sum())
    (0.733, 0)
    """

    edge_ratio: float  # of bytes, from any box
    site_ratio: float  # of bytes, from a box of the viewer's own site
    tier_bytes: np.ndarray  # shape (24, 4): own site, own region, other regions, origin
    box_bytes: np.ndarray  # what each sent, shape (24, boxes)
    fill_bytes: np.ndarray  # what each was filled with, shape (24, boxes)
    content_miss_bytes: np.ndarray  # no box of the nearest site held the file, shape (24,)
    health_miss_bytes: np.ndarray  # one did, but was down or over its link, shape (24,)


class Day(NamedTuple):
    """All that the loop is told, before the first request.

    >>> day(DayConfig(requests=2000)).order.tolist()
    [[0, 1], [1, 0]]
    """

    hour: np.ndarray  # of each request, shape (requests,), as the next two
    client: np.ndarray  # a place in `clients`
    file: np.ndarray
    bytes_of: np.ndarray  # shape (files,)
    order: np.ndarray  # boxes, nearest first, shape (clients, boxes)
    site: np.ndarray  # the first box that stands where each does, shape (boxes,)
    comes_h: np.ndarray  # a box holds a file from this hour on, shape (boxes, files)
    goes_h: np.ndarray  # and until this one
    left_bytes: np.ndarray  # what links carry, none of those that are down, shape (24, boxes)
    fill_bytes: np.ndarray  # what comes in, shape (24, boxes)
    tier: np.ndarray  # how far each box is, shape (clients, boxes)


# ── The night ───────────────────────────────────────────────────────────────
def day(config: DayConfig) -> Day:
    """Who asks for what in which hour, and what each box holds by then.

    >>> np.bincount(day(DayConfig(requests=2000)).hour).argmax()
    np.int64(20)
    """
    shop = catalogue(checks.instance("config", config, DayConfig).catalogue)
    most = (2**63 - 1) // int(shop.bytes_of.max())  # more would be more bytes than int64 counts
    checks.whole("requests", config.requests, at_least=1, at_most=most)
    clients, rng = config.clients, stream(config.seed, f"requests of day {config.day}")
    by_hour, weight = np.array(REQUESTS_BY_HOUR), np.array([one.weight for one in clients])
    counts = rng.multinomial(config.requests, by_hour / by_hour.sum())
    client = rng.choice(len(clients), size=config.requests, p=weight / weight.sum())
    chance, up_to = rng.random(config.requests), np.cumsum(shop.demand(config.day), axis=1)
    file = np.empty(config.requests, dtype=np.int64)
    for at, one in enumerate(clients):
        row, asks = up_to[one.region], client == at
        file[asks] = np.searchsorted(row / row[-1], chance[asks], side="right")
    far = np.array([[one.tier(box) for box in config.boxes] for one in clients])
    places = [(box.region, box.site) for box in config.boxes]
    site = np.array([places.index(one) for one in places])  # whose boxes are asked together
    return Day(
        np.repeat(np.arange(HOURS), counts), client, file, shop.bytes_of,
        np.lexsort((np.broadcast_to(site, far.shape), far)), site, *_filled(config, shop), far,
    )  # fmt: skip


def _filled(config, shop):
    """From and until which hour boxes hold files, what links carry, and what comes in."""
    after, fill = np.zeros((len(config.boxes), len(shop.bytes_of)), dtype=bool), config.fill
    for one in range(config.day + 1):
        share, before = _predicted(config, shop, one), after
        budget = min(fill.budget_bytes, MOST_DISK_BYTES) if one > 0 else MOST_DISK_BYTES
        after = np.zeros_like(after)
        for site in {(box.region, box.site) for box in config.boxes}:
            here = [at for at, box in enumerate(config.boxes) if (box.region, box.site) == site]
            disks = [round(config.boxes[at].disk_tb * 1e12) for at in here]
            after[here] = place(share[site[0]], shop.bytes_of, disks, before[here], budget)
    if config.day == 0:
        before = after
    comes_h = np.where(before, 0, HOURS)
    goes_h = np.where(after, HOURS, fill.start_h) * shop.there(config.day)
    hour, up = np.arange(HOURS)[:, None], np.array([box.up for box in config.boxes]).T
    fills = up & (hour >= fill.start_h) & (hour < fill.start_h + fill.window_h)
    room, fill_bytes = np.cumsum(fills * fill.hour_bytes, axis=0), np.zeros(up.shape, np.int64)
    for at, box in enumerate(config.boxes):  # one file after another, the best first
        new = np.flatnonzero(after[at] & ~before[at])
        new = new[np.argsort(-share[box.region, new], kind="stable")]
        up_to = np.cumsum(shop.bytes_of[new])  # what is not done in time is not there today
        comes_h[at, new] = np.minimum(np.searchsorted(room[:, at], up_to) + 1, HOURS)
        come = np.minimum(room[:, at], shop.bytes_of[new].sum())
        fill_bytes[:, at] = np.diff(come, prepend=0)
    left_bytes = np.where(up, [box.hour_bytes for box in config.boxes], 0)
    return comes_h, goes_h, np.ascontiguousarray(left_bytes), fill_bytes


def _predicted(config, shop, one):
    """The shares that are predicted for a day, of what is there; each row is looked at."""
    answer, rows = config.prediction(shop, one), []
    for row in islice(answer if np.iterable(answer) else [answer], config.catalogue.regions + 1):
        rows.append(checks.numbers_row("prediction", row, at_least=0, at_most=1e9))
    if [len(row) for row in rows] != [len(shop.bytes_of)] * config.catalogue.regions:
        shape = config.catalogue.regions, len(shop.bytes_of)
        raise ValueError(f"prediction, a {type(answer).__name__}, must have the shape {shape}")
    return np.array(rows) * shop.there(one)


# ── The day ─────────────────────────────────────────────────────────────────
@compiled(
    f"void({', '.join([READ_INTS] * 4 + [READ_INT_ROWS, READ_INTS] + [READ_INT_ROWS] * 2)}, int64[:, ::1], int64[::1], int64[::1])"
)
def loop(
    hour, client, file, bytes_of, order, site, comes_h, goes_h, left_bytes, served_by, met
):  # fmt: skip
    """Fill which box served each request, or ORIGIN, and what it met at its nearest site.

    >>> served_by, met = np.zeros((2, 3), dtype=np.int64)
    >>> loop(*day(DayConfig(requests=3))[:-2], served_by, met)
    >>> served_by.tolist(), met.tolist()
    ([0, 0, -1], [0, 0, 1])
    """
    for at in range(len(hour)):
        now, who, one = hour[at], client[at], file[at]
        size, served_by[at], met[at] = bytes_of[one], ORIGIN, CONTENT
        for box in order[who]:
            near = site[box] == site[order[who, 0]]
            if comes_h[box, one] <= now < goes_h[box, one]:
                if near:
                    met[at] = HEALTH
                if left_bytes[now, box] >= size:
                    served_by[at] = box
                    left_bytes[now, box] -= size
                    if near:
                        met[at] = NEAR
                    break


def simulate(config: DayConfig) -> DayReport:
    """The report of one day.

    >>> fails = Appliance(down_from_h=20, down_until_h=22), Appliance(region=1)
    >>> report = simulate(DayConfig(requests=2000, boxes=fails))
    >>> np.flatnonzero(report.health_miss_bytes).tolist()
    [20, 21]
    """
    today = day(config)
    served_by, met = np.zeros((2, len(today.hour)), dtype=np.int64)
    loop.native(*today[:-2], served_by, met)
    far = np.where(served_by == ORIGIN, FROM_ORIGIN, today.tier[today.client, served_by])
    tier_bytes, met_bytes, box_bytes = (
        _by_hour(today.hour, column, today.bytes_of[today.file], columns)
        for column, columns in ((far, 4), (met, 3), (served_by, len(config.boxes) + 1))
    )
    site, *_, origin = (tier_bytes.sum(axis=0) / tier_bytes.sum()).tolist()
    return DayReport(  # in the last column, -1, is what the origin sent
        edge_ratio=1 - origin, site_ratio=site, tier_bytes=tier_bytes, box_bytes=box_bytes[:, :-1],
        fill_bytes=today.fill_bytes, content_miss_bytes=met_bytes[:, CONTENT],
        health_miss_bytes=met_bytes[:, HEALTH],
    )  # fmt: skip


def reactive(config: DayConfig, policy: object, client: int = 0) -> np.ndarray:
    """What a cache of `parts.caches` serves one client and fetches, by the hour, shape (2, 24).

    It sees the boxes' requests, warmed up by those of the day before (on day 0, by that day's own).

    >>> from scalemodel.parts.caches.policies import LRU
    >>> hit, fetched = reactive(DayConfig(requests=2000), LRU(capacity=8 * 10**12), client=0)
    >>> bool(fetched[20] > fetched[4])
    True
    """
    today, before = day(config), day(replace(config, day=max(config.day - 1, 0)))
    who = checks.whole("client", client, at_least=0, at_most=len(config.clients) - 1)
    mine, ahead = today.client == who, before.file[before.client == who]
    if not mine.any():
        return np.zeros((2, HOURS), dtype=np.int64)
    size = today.bytes_of[asked := np.append(ahead, today.file[mine])]
    missed = ~engine.simulate(asked, policy, sizes=size).hit_mask[len(ahead) :]
    return _by_hour(today.hour[mine], missed.astype(int), size[len(ahead) :], 2).T


def _by_hour(hour, column, size, columns):
    """Bytes of requests in each hour and column, exactly."""
    table = np.zeros((HOURS, columns), dtype=np.int64)
    np.add.at(table, (hour, column), size)
    return table
