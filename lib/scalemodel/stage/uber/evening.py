"""An evening in a generated city: a concert lets out, and a price for each hexagon answers, or none.

Requests are those of `uber.city`. A dispatcher sends the nearest idle car at once, in a straight
line; who finds none is lost. Each minute the hexagons count who asks and who is idle, and
`uber.surge` shows a price. Who sees one of m stays with the chance 1/m, a demand of elasticity 1,
and has the same luck in every run. Three hours take 0.2 s.

Left out: streets, drivers who come because of the price or move to where it is, riders who wait.
Sources: none; **all sizes are ours**, and the city is no city.
"""

__all__ = [
    "CARS", "CONCERT", "FROM_H", "KMH", "MINUTES", "PRICE", "RINGS", "SHOWN_H", "STOP_S", "TOWN",
    "UNTIL_H", "WITHOUT", "Evening", "evening",
]  # fmt: skip
__dir__ = lambda: __all__

import functools
from dataclasses import replace
from typing import NamedTuple

import h3.api.basic_int as h3
import numpy as np

from scalemodel.core.rng import stream
from scalemodel.uber.city import KM_A_DEGREE, City, CityConfig, Event
from scalemodel.uber.surge.pricing import Linear, Surge, SurgeConfig

FROM_H, SHOWN_H, UNTIL_H = 17, 18, 20  # the first hour fills the streets and is not shown
MINUTES = 60 * (UNTIL_H - SHOWN_H)
CONCERT = Event(zone=4, start_h=18.0, end_h=18.5, burst=12.0, burst_h=0.5)
TOWN = CityConfig(
    side_km=8.0, squares=16, zones=12, base_per_s=0.25, hop_km=2.5, run_km=4.5, events=(CONCERT,), seed=3,
)  # fmt: skip
CARS, KMH, STOP_S, RINGS = 510, 25.0, 300.0, 5  # a trip is its distance, and STOP_S beside
PRICE = SurgeConfig(curve=Linear(begins=3.0, slope=1.5), cap=3.0, blend_ratio=0.5)
WITHOUT = {
    "as it is": PRICE,
    "no cap": replace(PRICE, cap=100.0),
    "no smoothing": replace(PRICE, smooth_ratio=1.0),
    "no hysteresis, no dwell": replace(PRICE, gap=0.0, dwell_ticks=1),
    "no neighbours": replace(PRICE, blend_ratio=0.0),
}


class Evening(NamedTuple):
    """What was seen in each minute from six on, by hexagon or, below, in all.

    >>> seen = evening(None)
    >>> seen.shown.shape, int(seen.wanted.sum())
    ((120, 91), 3574)
    """

    cells: list[int]
    asked: np.ndarray  # who saw the price and stayed, shape (minutes, hexagons)
    idle: np.ndarray  # cars
    shown: np.ndarray  # multiplier
    wanted: np.ndarray  # who came to look, shape (minutes,)
    served: np.ndarray
    lost: np.ndarray  # stayed, and there was no car
    drive_s: np.ndarray  # of all who were served, added up


@functools.cache
def evening(price: SurgeConfig | None, seed: int = TOWN.seed) -> Evening:
    """The evening under a price, or without one, in the city of a seed.

    >>> [int(evening(price).lost.sum()) for price in (None, PRICE)]
    [337, 0]
    """
    surge = Surge(price or PRICE, TOWN.lat, TOWN.lon, rings=RINGS)
    time_s, km, begin, end, cars_km, from_cell, to_cell, cars_in = _people(seed)
    car_km, in_cell = cars_km.copy(), cars_in.copy()
    luck = stream(seed, "who minds the price").random(len(begin))
    free_s, hexagons, minutes = np.zeros(CARS), len(surge.cells), 60 * (UNTIL_H - FROM_H)
    asked, idle, shown = (np.zeros((minutes, hexagons + 1)) for _ in range(3))
    wanted, served, lost, drive_s = np.zeros((4, minutes))
    now = np.ones(hexagons + 1)  # the last one is everywhere else
    minute_of = (time_s // 60 - 60 * FROM_H).astype(int)
    for minute in range(minutes):
        for rider in np.flatnonzero(minute_of == minute):
            wanted[minute] += 1
            if luck[rider] * now[from_cell[rider]] >= 1:
                continue
            asked[minute, from_cell[rider]] += 1
            far_km = np.abs(car_km - begin[rider])
            far_km[free_s > time_s[rider]] = np.inf
            car = far_km.argmin()
            if far_km[car] == np.inf:
                lost[minute] += 1
                continue
            to_rider_s, trip_s = 3600 / KMH * far_km[car], 3600 / KMH * km[rider] + STOP_S
            free_s[car] = time_s[rider] + to_rider_s + trip_s
            car_km[car], in_cell[car] = end[rider], to_cell[rider]
            served[minute] += 1
            drive_s[minute] += to_rider_s
        over_s = 60 * (60 * FROM_H + minute + 1)
        idle[minute] = np.bincount(in_cell[free_s <= over_s], minlength=hexagons + 1)
        if price is not None:
            now[:-1] = surge.tick(asked[minute, :-1], idle[minute, :-1])
        shown[minute] = now
    maps = (row[-MINUTES:, :-1] for row in (asked, idle, shown))
    return Evening(surge.cells, *maps, *(row[-MINUTES:] for row in (wanted, served, lost, drive_s)))


@functools.cache
def _people(seed):
    """When, how far, from where, to where, and the cars: in km, and in hexagons."""
    town, surge = City(replace(TOWN, seed=seed)), Surge(PRICE, TOWN.lat, TOWN.lon, rings=RINGS)
    asks, cars = town.requests(FROM_H, UNTIL_H), town.drivers(CARS)
    places = (asks.lat, asks.lon), (asks.to_lat, asks.to_lon), cars
    cells = (_cell(surge, *place) for place in places)
    return asks.time_s, asks.km, *(_km(*place) for place in places), *cells


def _km(lat, lon):
    """East and north of the middle, as a complex number: a distance is one step."""
    east = (np.asarray(lon) - TOWN.lon) * np.cos(np.radians(TOWN.lat))
    return KM_A_DEGREE * (east + 1j * (np.asarray(lat) - TOWN.lat))


def _cell(surge, lat, lon):
    """The number of each point's hexagon; one more than the last for who is outside."""
    number = {cell: n for n, cell in enumerate(surge.cells)}
    at = (h3.latlng_to_cell(*place, surge.res) for place in zip(lat, lon, strict=True))
    return np.array([number.get(cell, len(number)) for cell in at])
