"""A city that nobody lives in: where rides begin and end, and when.

It lies in the middle of an ocean, so that nobody takes it for theirs, and is generated from a
seed. Its shape is that of two tables, and they are of two cities: hours, days and the two kinds
of trips are as in 10,000 taxi trips of Chicago; its hot spots are as unlike as 249 zones of car
sharing in Montreal (of cars that stood there, not of riders). Its level is yours: `base_per_s`.

A city is a square of small squares. Each hot spot is a Gaussian hill over them; a few requests
come from anywhere. Where a ride goes is drawn by gravity, weight · exp(-d / d0), and d0 is solved
for the mean length that you ask for; who goes far on purpose has a negative one. Requests are a
Poisson process, thinned: too many are drawn at a steady rate, and each stays with the chance that
its hour, day and place give it. Every hour has luck of its own, whatever else you ask for.

A city takes 2 ms to build with 8 × 8 squares, 50 ms with 24 × 24, 0.9 s and 60 MB with 40 × 40,
where it ends; then it makes 1.7 million requests a second.
Left out: streets, shifts of drivers, seasons, ways between two cities, the way back home.
Sources: taxi in modeldata (R, MIT); carshare in plotly (MIT, origin not stated); thinning: Lewis,
Shedler, Naval Research Logistics 26, 1979.
"""

__all__ = [
    "BY_DAY", "BY_HOUR", "DAY_TRIPS", "HOUR_TRIPS", "KM_A_DEGREE", "MOST_REQUESTS", "SPOT_MEAN_H",
    "SPOT_SPREAD_H", "City", "CityConfig", "Event", "Requests",
]  # fmt: skip
__dir__ = lambda: __all__

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import optimize, special

from scalemodel.core import checks
from scalemodel.core.rng import stream

# Trips of 10,000 by hour (none at 3: one is added to each) and by day, from Monday on.
HOUR_TRIPS = (55, 19, 13, 0, 8, 23, 105, 280, 645, 630, 604, 554,
              664, 686, 688, 738, 809, 898, 848, 692, 465, 281, 169, 126)  # fmt: skip
DAY_TRIPS = (1374, 1628, 1746, 1958, 1571, 896, 827)
BY_HOUR = 24 * (np.array(HOUR_TRIPS) + 1) / sum(HOUR_TRIPS, 24)  # 1 on average
BY_DAY = 7 * np.array(DAY_TRIPS) / sum(DAY_TRIPS)
SPOT_MEAN_H, SPOT_SPREAD_H = 1092.5, 572.2  # car-hours of a zone: mean, standard deviation
KM_A_DEGREE = 111.195
MOST_REQUESTS = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What fills a hot spot, in hours from Monday midnight; when it ends, all leave at once.

    >>> Event(zone=0, start_h=20, end_h=19)
    Traceback (most recent call last):
    ...
    ValueError: end_h=19 must be a finite number of at least 20 and at most 168
    >>> Event(zone=0, start_h=20, end_h=22.5, burst=8).burst_h
    0.5
    """

    zone: int
    start_h: float
    end_h: float
    factor: float = 1.0  # of the requests from there, while it lasts
    burst: float = 6.0  # of them, in the time after
    burst_h: float = 0.5

    def __post_init__(self):
        checks.plain(self)
        checks.whole("zone", self.zone, at_least=0, at_most=1_000)
        checks.real("start_h", self.start_h, at_least=0, at_most=168)
        checks.real("end_h", self.end_h, at_least=self.start_h, at_most=168)
        for name, most in (("factor", 1_000), ("burst", 1_000), ("burst_h", 24)):
            checks.real(name, getattr(self, name), at_least=0, at_most=most)


@dataclass(frozen=True, slots=True, kw_only=True)
class CityConfig:
    """A generated city; numbers without a table behind them are ours.

    >>> CityConfig(hop_km=0)
    Traceback (most recent call last):
    ...
    ValueError: hop_km=0 must be a finite number of at least 0.01 and at most 1000
    """

    lat: float = 45.0  # of its middle: an ocean
    lon: float = -30.0
    side_km: float = 24.0
    squares: int = 24  # along a side
    zones: int = 30  # hot spots
    spread_km: float = 0.8  # of a hot spot
    background_ratio: float = 0.2  # of requests, from anywhere
    base_per_s: float = 0.5  # requests, on average over a week without events
    hop_km: float = 2.5  # mean of the short trips
    run_km: float = 14.0  # and of the long ones
    run_ratio: float = 0.3  # of trips are long: as the table's quartiles .94, 1.78, 15.56 tell
    events: Sequence[Event] = ()
    seed: int = 0

    def __post_init__(self):
        checks.plain(self)
        for name, least, most in (
            *(("lat", -80, 80), ("lon", -179, 179), ("side_km", 1, 100), ("spread_km", 0.01, 100)),
            *(("background_ratio", 0, 1), ("run_ratio", 0, 1), ("base_per_s", 0, 1_000)),
            *(("hop_km", 0.01, 1_000), ("run_km", 0.01, 1_000)),
        ):
            checks.real(name, getattr(self, name), at_least=least, at_most=most)
        half = self.side_km / 2 / KM_A_DEGREE / math.cos(math.radians(self.lat))
        checks.real("lon", self.lon, at_least=half - 180, at_most=180 - half)
        checks.whole("squares", self.squares, at_least=2, at_most=40)
        checks.whole("zones", self.zones, at_least=1, at_most=1_000)
        events = checks.instance("events", self.events, tuple)
        if not all(isinstance(event, Event) and event.zone < self.zones for event in events):
            raise ValueError(
                f"events={checks.brief(events)} must be events at one of {self.zones} zones"
            )
        checks.whole("seed", self.seed, at_least=0)


class Requests(NamedTuple):
    """Who wants to go where, in order of time: arrays of one length.

    >>> City(CityConfig()).requests(8, 9).time_s[:3].round()
    array([28800., 28802., 28803.])
    """

    time_s: np.ndarray  # from Monday midnight
    lat: np.ndarray
    lon: np.ndarray
    to_lat: np.ndarray
    to_lon: np.ndarray
    km: np.ndarray  # as the crow flies
    zone: np.ndarray  # where it began; the last one is the background
    runs: np.ndarray  # whether it is a long trip


class City:
    """The hot spots of a city, and what they make its people do.

    >>> city = City(CityConfig(events=(Event(zone=2, start_h=20, end_h=22),)))
    >>> city.d0_km.round(1)
    array([ 1.5, -6.3])
    """

    def __init__(self, config: CityConfig):
        self.config = checks.instance("config", config, CityConfig)
        side_km, n = config.side_km, config.squares
        rng = stream(config.seed, "zones")
        shape = (SPOT_MEAN_H / SPOT_SPREAD_H) ** 2  # a Gamma law: its quartiles fit the table's
        weights = rng.gamma(shape, size=config.zones)
        middle_km = rng.normal(scale=side_km / 5, size=(config.zones, 2))
        self.spots_km = np.clip(middle_km, -side_km / 2, side_km / 2)  # from the middle; x, y
        calm = (1 - config.background_ratio) * weights / weights.sum()
        self.weights = np.append(calm, config.background_ratio)  # of zones, then the background
        edges_km = np.linspace(-side_km / 2, side_km / 2, n + 1)
        below = special.ndtr((edges_km - self.spots_km[:, :, None]) / config.spread_km)
        along = np.diff(below) / (below[..., -1:] - below[..., :1])  # (zones, 2, n)
        hills = along[:, 1, :, None] * along[:, 0, None, :]
        self.shares = np.vstack([hills.reshape(-1, n * n), np.full(n * n, 1 / n**2)])
        self._far_km = _mean_far_km(n, side_km / n)
        self.d0_km = 1 / np.array([self._pull("hop_km"), self._pull("run_km")])
        goes = [self._gravity(1 / d0_km) for d0_km in self.d0_km]
        self._from, self._to = _ladder(self.shares), _ladder(np.vstack(goes))

    # ── Where to ────────────────────────────────────────────────────────────
    def _gravity(self, pull_per_km):
        """The chance of each square to be where a ride from each square ends."""
        pulled = self.weights @ self.shares * np.exp(-pull_per_km * self._far_km)
        return pulled / pulled.sum(axis=1, keepdims=True)

    def _pull(self, name):
        """1/d0, so that rides have the mean length of that name."""
        wanted_km, begin = getattr(self.config, name), self.weights @ self.shares

        def off(pull_per_km):
            return begin @ (self._gravity(pull_per_km) * self._far_km).sum(axis=1) - wanted_km

        most = 30 / self.config.side_km
        if not off(most) < 0 < off(-most):
            raise ValueError(
                f"{name}={checks.brief(wanted_km)} must be between {off(most) + wanted_km:.3g} and "
                f"{off(-most) + wanted_km:.3g}: the city allows no other mean"
            )
        return optimize.brentq(off, -most, most, xtol=1e-12)

    # ── When ────────────────────────────────────────────────────────────────
    def _rate_per_s(self, time_h, zone):
        """Base · hour · day · zone · events, element by element."""
        hour = np.floor(time_h).astype(int)
        rate_per_s = self.config.base_per_s * BY_HOUR[hour % 24] * BY_DAY[hour // 24]
        rate_per_s = rate_per_s * self.weights[zone]
        for event in self.config.events:
            edges_h = [event.start_h, event.end_h, event.end_h + event.burst_h]
            factor = np.array([1.0, event.factor, event.burst, 1.0])
            factor = factor[np.searchsorted(edges_h, time_h, side="right")]
            rate_per_s = rate_per_s * np.where(zone == event.zone, factor, 1.0)
        return rate_per_s

    def requests(self, begin_h: int, end_h: int) -> Requests:
        """All requests from one full hour of the week to another.

        >>> city = City(CityConfig())
        >>> len(city.requests(17, 18).km), len(city.requests(3, 4).km)
        (3721, 5)
        """
        begin_h = checks.whole("begin_h", begin_h, at_least=0, at_most=167)
        end_h = checks.whole("end_h", end_h, at_least=begin_h + 1, at_most=168)
        hours = map(self._hour, range(begin_h, end_h))
        return Requests(*map(np.concatenate, zip(*hours, strict=True)))

    def _hour(self, hour):
        config, rng = self.config, stream(self.config.seed, f"requests of hour {hour}")
        most = np.ones(config.zones + 1)
        for event in config.events:  # two at once multiply
            most[event.zone] *= max(1.0, event.factor, event.burst)
        peak_per_s = config.base_per_s * BY_HOUR.max() * BY_DAY.max() * self.weights * most
        if peak_per_s.sum() * 3600 > MOST_REQUESTS:
            raise ValueError(
                f"events={checks.brief(config.events)} must call fewer than {MOST_REQUESTS:,}"
            )
        zone_at = np.append(np.cumsum(peak_per_s)[:-1], np.inf)
        time_h = hour + np.sort(rng.random(rng.poisson(peak_per_s.sum() * 3600)))
        zone = np.searchsorted(zone_at, rng.random(len(time_h)) * peak_per_s.sum(), side="right")
        kept = rng.random(len(time_h)) * peak_per_s[zone] < self._rate_per_s(time_h, zone)
        time_h, zone = time_h[kept], zone[kept]
        luck = rng.random((7, len(zone)))
        runs = luck[0] < config.run_ratio
        here = _climb(self._from, zone, luck[1])
        there = _climb(self._to, runs * config.squares**2 + here, luck[2])
        x_km, y_km = self._inside(here, luck[3:5])
        to_x_km, to_y_km = self._inside(there, luck[5:7])
        ends = *self._degrees(x_km, y_km), *self._degrees(to_x_km, to_y_km)
        return time_h * 3600, *ends, np.hypot(to_x_km - x_km, to_y_km - y_km), zone, runs

    def drivers(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Latitude and longitude of `n` drivers, who wait where requests come from.

        >>> City(CityConfig()).drivers(2)[0].round(3)
        array([45.069, 45.05 ])
        """
        n = checks.whole("n", n, at_least=0, at_most=MOST_REQUESTS)
        luck = stream(self.config.seed, "drivers").random((n, 4)).T  # the first stay who they are
        zone = np.searchsorted(np.cumsum(self.weights)[:-1], luck[0], side="right")
        return self._degrees(*self._inside(_climb(self._from, zone, luck[1]), luck[2:]))

    def _inside(self, square, luck):
        n, wide_km = self.config.squares, self.config.side_km / self.config.squares
        return ((square % n + luck[0]) - n / 2) * wide_km, (square // n + luck[1] - n / 2) * wide_km

    def _degrees(self, x_km, y_km):
        wide = KM_A_DEGREE * np.cos(np.radians(self.config.lat))
        return self.config.lat + y_km / KM_A_DEGREE, self.config.lon + x_km / wide


def _mean_far_km(n, wide_km):
    """The mean distance from a point in each of n² squares to one in each, shape (n², n²).

    The difference of two points has a triangular density along each axis; by quadrature.
    """
    nodes, weights = np.polynomial.legendre.leggauss(12)
    off = np.concatenate([nodes - 1, nodes + 1]) / 2
    weights = np.tile(weights, 2) / 2 * (1 - np.abs(off))
    along = (np.arange(n)[:, None] + off) ** 2
    far = np.sqrt(along[:, None, :, None] + along[None, :, None, :]) @ weights @ weights
    row, column = np.divmod(np.arange(n * n), n)
    return wide_km * far[np.abs(row[:, None] - row), np.abs(column[:, None] - column)]


def _ladder(chances):
    """Rows of chances as one rising row, for `_climb`."""
    rising = np.cumsum(chances, axis=1)
    rising[:, -1] = 1.0
    return (rising + np.arange(len(rising))[:, None]).ravel(), chances.shape[1]


def _climb(ladder, row, luck):
    """A column of each `row`, by its chance."""
    rising, wide = ladder
    return np.searchsorted(rising, row + luck, side="right") - row * wide
