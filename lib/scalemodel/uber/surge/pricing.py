"""A price for each hexagon that rises where riders are many and cars are few.

**Ours, built from the parts that papers name; it is not Uber's algorithm, which is not public.**

Think of a map of weather stations. Each hexagon counts who asks and who is idle. One reading is
mostly luck, so requests are counted over the last few ticks, both are smoothed in time (EWMA),
and each hexagon shares with its neighbours, for a rider can walk across the border. The ratio of
the two goes through a curve with a cap. What is shown moves in steps, and unwillingly: it rises
where the curve is past the next step, falls only when it is a good way below the step where it
stands, or at 1, and stays for a while in any case.

A tick costs 0.1 ms for 600 hexagons, 1 ms for 8,000, and for a million, a continent, 0.2 s,
which is far below a minute; what ends a machine are requests, 0.7 µs each to find its hexagon.

Read in this order: the curves, `SurgeConfig`, `Shown`, `Surge`.
Left out: where riders want to go, prices of rivals, whatever the real one does besides.
Sources: h3geo.org (hexagons, res 8: 0.74 km²); Garg, Nazerzadeh, arXiv 1905.07544 (additive and
multiplicative surge); Hall, Kendrick, Nosko, 2015 (what surge did on two evenings).
"""

__all__ = ["DUST", "MOST", "NEIGHBOURS", "Linear", "Power", "Shown", "Surge", "SurgeConfig"]
__dir__ = lambda: __all__

from dataclasses import dataclass

import h3.api.basic_int as h3
import numpy as np

from scalemodel.core import checks

MOST = 1e9
DUST = 1e-9  # 1.3 is three steps of 0.1 above 1
NEIGHBOURS = 6  # a hexagon's; twelve cells of the globe are pentagons


# ── From ratios of requests to cars to multipliers: siblings of one shape ───
@dataclass(frozen=True, slots=True)
class Linear:
    """1 up to a ratio, and from there on a straight line.

    >>> Linear(begins=1.0, slope=0.5).multiplier(np.array([0.5, 1.0, 2.0]))
    array([1. , 1. , 1.5])
    """

    begins: float = 1.0
    slope: float = 0.5

    def __post_init__(self):
        checks.plain(self)
        checks.real("begins", self.begins, at_least=0, at_most=1e3)
        checks.real("slope", self.slope, at_least=0, at_most=1e3)

    def multiplier(self, ratio: np.ndarray) -> np.ndarray:
        """One number a ratio, of at least 1."""
        ratio = checks.numbers_row("ratio", ratio, at_least=0, length=0)
        return 1 + self.slope * np.maximum(ratio - self.begins, 0)


@dataclass(frozen=True, slots=True)
class Power:
    """A power of the ratio: on a scale of logarithms, a straight line.

    >>> Power(begins=1.0, power=0.5).multiplier(np.array([0.5, 1.0, 4.0]))
    array([1., 1., 2.])
    """

    begins: float = 1.0
    power: float = 0.5

    def __post_init__(self):
        checks.plain(self)
        checks.real("begins", self.begins, at_least=0.001, at_most=1e3)
        checks.real("power", self.power, at_least=0, at_most=10)

    def multiplier(self, ratio: np.ndarray) -> np.ndarray:
        """One number a ratio, of at least 1."""
        ratio = checks.numbers_row("ratio", ratio, at_least=0, at_most=1e13, length=0)
        return np.maximum(ratio / self.begins, 1.0) ** self.power


@dataclass(frozen=True, slots=True, kw_only=True)
class SurgeConfig:
    """How quickly and how unwillingly a price moves; all numbers are ours.

    >>> SurgeConfig(smooth_ratio=0)
    Traceback (most recent call last):
    ...
    ValueError: smooth_ratio=0 must be a finite number of at least 0.001 and at most 1
    """

    curve: Linear | Power = Linear()  # whoever turns ratios into multipliers, never falling
    cap: float = 3.0
    tick_s: float = 60.0
    window_ticks: int = 5  # requests of so many ticks are counted together
    smooth_ratio: float = 0.3  # weight of the newest reading; 1: no smoothing
    blend_ratio: float = 0.3  # of a hexagon's count goes to its six neighbours
    step: float = 0.1  # of what is shown
    gap: float = 0.1  # so much below its step a price falls; 0: no hysteresis
    dwell_ticks: int = 3  # a price stays for so long; 1: as long as a tick

    def __post_init__(self):
        checks.plain(self)
        if not isinstance(self.curve, Linear | Power):
            raise ValueError(f"curve={checks.brief(self.curve)} must be Linear or Power")
        for name, least, most in (
            *(("cap", 1, 100), ("tick_s", 0.001, 86_400), ("smooth_ratio", 0.001, 1)),
            *(("blend_ratio", 0, 1), ("step", 0.001, 100), ("gap", 0, 100)),
        ):
            checks.real(name, getattr(self, name), at_least=least, at_most=most)
        checks.whole("window_ticks", self.window_ticks, at_least=1, at_most=1_000)
        checks.whole("dwell_ticks", self.dwell_ticks, at_least=1, at_most=100_000)


class Shown:
    """Prices on so many screens, each with its own memory: smoothing, curve, hysteresis, dwell.

    >>> screen = Shown(SurgeConfig(smooth_ratio=1, step=0.5, gap=0.25, dwell_ticks=1), n=1)
    >>> [float(screen.tick([requests], [10])[0]) for requests in (20, 19, 14, 20, 5, 5)]
    [1.5, 1.5, 1.0, 1.5, 1.0, 1.0]
    """

    def __init__(self, config: SurgeConfig, n: int):
        self.config = checks.instance("config", config, SurgeConfig)
        n = checks.whole("n", n, at_least=1, at_most=1_000_000)
        self.requests, self.cars = np.zeros(n), np.zeros(n)  # smoothed
        self.level = np.zeros(n, dtype=int)  # steps above 1
        self.since = np.full(n, config.dwell_ticks)  # ticks since it moved

    @property
    def multiplier(self) -> np.ndarray:
        """What is on the screens."""
        return np.minimum(1 + self.level * self.config.step, self.config.cap)

    def tick(self, requests: np.ndarray, cars: np.ndarray) -> np.ndarray:
        """The multipliers after one more reading."""
        requests, cars = self._counts("requests", requests), self._counts("cars", cars)
        return self._tick(requests, cars, lambda counts: counts)

    def _counts(self, field, row):
        row = checks.numbers_row(field, row, at_least=0, at_most=MOST)
        if len(row) != len(self.level):
            raise ValueError(f"{field} has {len(row)} places; it must have {len(self.level)}")
        return row

    def _tick(self, requests, cars, blended):
        config, a = self.config, self.config.smooth_ratio
        requests = a * requests + (1 - a) * self.requests
        cars = a * cars + (1 - a) * self.cars
        ratio = blended(requests) / np.maximum(blended(cars), 1.0)
        target = np.minimum(config.curve.multiplier(ratio), config.cap)
        up, down = (np.floor((target - 1 + gap) / config.step + DUST).astype(int)
                    for gap in (0.0, config.gap))  # fmt: skip
        down[target == 1] = 0  # where nothing is asked for, nothing stays
        wanted = np.clip(self.level, up, down)  # who stands between the two stays
        moves = (wanted != self.level) & (self.since >= config.dwell_ticks)
        self.requests, self.cars = requests, cars  # a curve that raises has changed nothing
        self.level = np.where(moves, wanted, self.level)
        self.since = np.where(moves, 1, self.since + 1)
        return self.multiplier


class Surge:
    """The hexagons around a place, and what is shown in each.

    >>> surge = Surge(SurgeConfig(window_ticks=1, smooth_ratio=1), 45.0, -30.0, rings=2)
    >>> len(surge.cells)
    19
    >>> requests = surge.count([45.0] * 40, [-30.0] * 40)
    >>> surge.tick(requests, np.full(19, 10.0)).max()
    np.float64(1.9)
    """

    def __init__(self, config: SurgeConfig, lat: float, lon: float, rings: int, res: int = 8):
        checks.instance("config", config, SurgeConfig)
        lat = checks.real("lat", lat, at_least=-90, at_most=90)
        lon = checks.real("lon", lon, at_least=-180, at_most=180)
        rings = checks.whole("rings", rings, at_least=0, at_most=100)
        self.res = checks.whole("res", res, at_least=0, at_most=15)  # H3's resolution
        self.cells = sorted(h3.grid_disk(h3.latlng_to_cell(lat, lon, self.res), rings))
        self._at = {cell: n for n, cell in enumerate(self.cells)}
        pairs = [(n, self._at[near]) for cell, n in self._at.items()
                 for near in h3.grid_disk(cell, 1) if near != cell and near in self._at]  # fmt: skip
        self._gives, self._gets = np.array(pairs, dtype=int).reshape(-1, 2).T
        self._window = np.zeros((config.window_ticks, len(self.cells)))
        self.shown, self.ticks = Shown(config, len(self.cells)), 0

    def count(self, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        """How many of these points lie in each hexagon; those outside of all count nowhere."""
        lat = checks.numbers_row("lat", lat, at_least=-90, at_most=90, length=0)
        lon = checks.numbers_row("lon", lon, at_least=-180, at_most=180, length=0)
        if len(lat) != len(lon):
            raise ValueError(f"lat and lon must have one length: {len(lat)} and {len(lon)}")
        found = [self._at.get(h3.latlng_to_cell(*place, self.res), len(self.cells))
                 for place in zip(lat.tolist(), lon.tolist(), strict=True)]  # fmt: skip
        return np.bincount(np.array(found, dtype=int), minlength=len(self.cells) + 1)[:-1]

    def _blended(self, counts):
        """Counts after each hexagon has given its neighbours their share; the total stays."""
        given = counts * self.shown.config.blend_ratio / NEIGHBOURS
        after = counts.copy()
        np.subtract.at(after, self._gives, given[self._gives])  # at the rim there are fewer
        np.add.at(after, self._gets, given[self._gives])
        return np.maximum(after, 0.0)  # what has given all may be a little below

    def tick(self, requests: np.ndarray, cars: np.ndarray) -> np.ndarray:
        """The multiplier of each hexagon after one more tick: its requests, its idle cars."""
        count = self.shown._counts
        requests, cars = count("requests", requests), count("cars", cars)
        window = self._window.copy()
        window[self.ticks % len(window)] = requests
        multiplier = self.shown._tick(window.sum(axis=0), cars, self._blended)
        self._window, self.ticks = window, self.ticks + 1
        return multiplier
