"""The wild goose chase: a city from above at one moment, and the hill that its market stands on.

The hill is the closed form: with so many idle cars, so many trips in 100 s. The dashed line is
what is asked for. Where it cuts the hill on the right, everybody gets a car. Where it passes above
the top the market slides down on the left, and the map fills with long drives. Means are over ten
evenings, the map is one moment of the first. All states meet the same luck.

Left out: which car is on which trip.
Sources: none; runs and formula are those of `scalemodel.uber.matching.market` and `surge.goose`.
"""

__all__ = [
    "AFTER_S", "BACK", "BELOW", "CHASE", "CITY", "DIGITS", "EVENINGS", "IDLE", "MAP_PX", "RUSH_S",
    "SEEN_S", "STEADY", "Market", "back_min", "best", "chase_picture", "market", "seen",
]  # fmt: skip
__dir__ = lambda: __all__

import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.core.rng import stream
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture, Scene
from scalemodel.stage.views.kinds import Kind
from scalemodel.uber.matching import market_loop as inside
from scalemodel.uber.matching.market import MarketConfig, MarketRun, run, simulate
from scalemodel.uber.matching.policies import FirstCome
from scalemodel.uber.surge.goose import Demand, expected_throughput_per_s, peak

CHASE = Kind.beside(__file__, '<svg viewBox="0 0 196 230" aria-hidden="true"></svg>')
CITY = MarketConfig(patience_s=0.0)  # 600 cars; who finds none is lost
STEADY = 1.3  # how much longer drives are than to cars thrown blindly: a fit, see `goose`
BELOW = 0.97  # of the hill's top: as far as a price lets requests come
EVENINGS, SEEN_S = 10, 8400.0
RUSH_S, AFTER_S, BACK = (
    3600.0,
    7200.0,
    0.05,
)  # a rush, the time after it; the idle share of a city that is back
IDLE = np.geomspace(0.7, 250, 60)  # of the hill
MAP_PX = 190
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # no small e, lest 1e9 be read in them


class Market(NamedTuple):
    """A mean evening.

    >>> market(600, 0.81, False).multiplier
    1.0
    """

    asked_per_s: float  # after a price
    multiplier: float
    served_per_s: float
    idle: float
    pickup_s: float


@functools.cache
def market(drivers: int, wanted_per_s: float, price: bool = False) -> Market:
    """So many cars, so many who would ask, and a price that holds them below the top, or none.

    >>> round(market(600, 0.81, True).multiplier, 2)
    1.53
    """
    config = replace(CITY, drivers=drivers)
    demand = Demand(base_per_s=wanted_per_s, elasticity=1.0)
    most_per_s = BELOW * peak(config, STEADY).throughput_per_s
    multiplier = demand.multiplier(most_per_s) if price else 1.0
    config = replace(config, rate_per_s=demand.requests_per_s(multiplier))
    reports = [simulate(config, FirstCome(), seed) for seed in range(EVENINGS)]
    served_per_s, idle, pickup_s = (
        float(np.mean([getattr(report, name) for report in reports]))
        for name in ("throughput_per_s", "mean_idle", "mean_pickup_s")
    )
    return Market(config.rate_per_s, multiplier, served_per_s, idle, pickup_s)


def best(
    config: MarketConfig, ratios: Sequence[float], evenings: int = EVENINGS
) -> tuple[float, ...]:
    """Of demands near the formula's top, those evenings that serve most: trips, idle cars, drive.

    >>> served_per_s, idle, pickup_s = best(CITY, (0.98, 1.0), evenings=4)
    >>> round(served_per_s / peak(CITY, STEADY).throughput_per_s, 3), round(idle), round(pickup_s)
    (0.986, 52, 127)
    """
    top_per_s = peak(config, STEADY).throughput_per_s
    names = ("throughput_per_s", "mean_idle", "mean_pickup_s")
    runs = []
    for ratio in ratios:
        asked = replace(config, rate_per_s=ratio * top_per_s)
        reports = [simulate(asked, FirstCome(), seed) for seed in range(evenings)]
        runs.append(
            tuple(float(np.mean([getattr(one, name) for one in reports])) for name in names)
        )
    return max(runs)


def back_min(drivers: int, after_ratio: float, seed: int = 0) -> float:
    """How long a rush is felt: minutes until one car in twenty is idle again; infinite if never.

    For an hour half as many again ask as a city of 600 cars, or of as many as you like that stand
    as densely, serves at 54 in 100 s; then so much of the formula's top, for two hours.

    >>> [back_min(drivers, after_ratio=0.9) for drivers in (600, 2400)]
    [16.0, inf]
    """
    config = replace(CITY, drivers=drivers, side_km=10.0 * (drivers / 600) ** 0.5)
    rates_per_s = 0.81 * drivers / 600, after_ratio * peak(config, STEADY).throughput_per_s
    until_s, rng = RUSH_S + AFTER_S, stream(seed, "rush")
    spans_s = (0.0, RUSH_S), (RUSH_S, until_s)
    arrival_s = np.concatenate([
        np.sort(rng.uniform(*span_s, rng.poisson(rate_per_s * (span_s[1] - span_s[0]))))
        for rate_per_s, span_s in zip(rates_per_s, spans_s, strict=True)
    ])  # fmt: skip
    riders = len(arrival_s)
    from_km, to_km, start_km = (
        rng.uniform(0, config.side_km, (n, 2)) for n in (riders, riders, drivers)
    )
    trip_s = rng.exponential(config.trip_s, riders)
    assigned_s, drive_s = np.full((2, riders), np.inf)
    car, tally = np.full(riders, inside.NOBODY), np.zeros(2)
    rule = np.array([config.side_km, config.kmh / 3600, 0.0, 0.0, 0.0, until_s])
    inside.loop.native(
        arrival_s, from_km, to_km, trip_s, start_km.copy(), rule, inside.first_come.native, np.zeros(1),
        assigned_s, drive_s, car, tally,
    )  # fmt: skip
    ran = MarketRun(
        arrival_s, from_km, to_km, trip_s, start_km, assigned_s, drive_s, car, *tally, 0
    )
    idle = ran.idle_at(np.arange(RUSH_S, until_s, 60.0))
    back = np.flatnonzero(idle >= BACK * drivers)
    return float(back[0]) if len(back) else np.inf


def chase_picture(drivers: int, wanted_per_s: float, price: bool = False) -> Picture:
    """The map and the hill.

    >>> chase_picture(600, 0.81).alt.replace("\\xa0", " ")[:60]
    '600 cars and 81 requests in 100 s: 46.7 trips, 1 idle car, a'
    """
    now = market(drivers, wanted_per_s, price)
    config = replace(CITY, drivers=drivers)
    top = peak(config, STEADY)
    hill = [100 * expected_throughput_per_s(config, idle, STEADY) for idle in IDLE]
    ends = [float(IDLE[0]), float(IDLE[-1])]
    said = lambda rows, at, words: [words if n == at else "" for n in range(len(rows))]
    figure = go.Figure(
        {
            "data": [
                {"type": "scatter", "mode": "lines+text", "name": "what the streets allow",
                 "x": [round(float(one), 3) for one in IDLE], "y": [round(one, 2) for one in hill],
                 "text": said(IDLE, 8, "what the streets allow"), "textposition": "bottom right",
                 "line": {"color": theme.colour("blue"), "width": 3}},
                {"type": "scatter", "mode": "lines+text", "name": "asked for", "x": ends,
                 "y": [round(100 * now.asked_per_s, 2)] * 2,
                 "text": said(ends, 0, "asked for"), "textposition": "top right",
                 "line": {"color": theme.colour("red"), "width": 2, "dash": "dash"}},
                {"type": "scatter", "mode": "markers", "name": "this city", "x": [round(now.idle, 2)],
                 "y": [round(100 * now.served_per_s, 2)],
                 "marker": {"color": theme.colour("orange"), "size": 15}},
            ],
            "layout": {
                "height": 220, "showlegend": False, "margin": {"t": 10},
                "xaxis": {"title": {"text": "idle cars (log scale)"}, "type": "log", "range": [-0.22, 2.42],
                          "tickvals": [1, 3, 10, 30, 100], "ticktext": ["1", "3", "10", "30", "100"]},
                "yaxis": {"title": {"text": "trips in 100 s"}, "range": [25, 88]},
            },
        }
    )  # fmt: skip
    readings = {
        "trips in 100 s": (round(100 * now.served_per_s, 1), "count"),
        "drive to the rider": (round(now.pickup_s), "s"),
        "multiplier": (round(now.multiplier, 2), "count"),
    }
    side = "right" if now.idle > top.idle else "left"
    alt = units.tied(
        f"{drivers} cars and {100 * now.asked_per_s:.0f} requests in 100 s: {100 * now.served_per_s:.1f} trips, "
        f"{units.number(round(now.idle))} idle car{'s' * (round(now.idle) != 1)}, and a drive of {now.pickup_s:.0f} s to the rider. The city, the dot, stands "
        f"{side} of the top."
    )
    return Picture(figure, readings, alt, Scene(CHASE, seen(config, now.asked_per_s)))


def seen(config: MarketConfig, asked_per_s: float) -> dict:
    """One moment: where idle cars are, and who drives from where to which rider, two digits a number.

    >>> told = seen(CITY, 0.4)
    >>> len(told["idle"]) // 4, len(told["way"]) // 8, told["trip"]
    (219, 24, 357)
    """
    ran, side_km = run(replace(config, rate_per_s=asked_per_s), FirstCome(), 0), config.side_km
    named = np.argsort(ran.assigned_s)
    named = named[ran.assigned_s[named] <= SEEN_S]  # riders who have a car, in order
    there_s = (ran.assigned_s + ran.drive_s)[named]
    home_s = there_s + ran.trip_s[named]
    done, way = named[home_s <= SEEN_S], named[there_s > SEEN_S]
    place_km, busy = ran.start_km.copy(), np.zeros(config.drivers, bool)
    place_km[ran.car[done]] = ran.to_km[done]  # the last trip of a car wins
    busy[ran.car[named[home_s > SEEN_S]]] = True
    off_km = (ran.from_km[way] - place_km[ran.car[way]] + side_km / 2) % side_km - side_km / 2
    left = (there_s[there_s > SEEN_S] - SEEN_S) / ran.drive_s[way]  # of the drive
    ways_km = np.hstack([ran.from_km[way] - left[:, None] * off_km, ran.from_km[way]])
    idle_km, trips = place_km[~busy], int(busy.sum()) - len(way)
    return {"idle": _digits(idle_km, side_km), "way": _digits(ways_km, side_km), "trip": trips}  # fmt: skip


def _digits(km, side_km):
    """Two digits for each number, in px of the map and 200 more, so that none is negative."""
    px = np.rint(km * MAP_PX / side_km).astype(int).ravel() + 200
    return "".join(DIGITS[one // 36] + DIGITS[one % 36] for one in px)
