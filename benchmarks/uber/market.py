"""A market of an evening: our loop, itself in plain Python, and SimPy with numpy and scipy.

    python benchmarks/uber/market.py    about two minutes

Hours of a market of 600 cars that pass in a second of CPU, drawing the luck included, on the
same evening of two and a half hours, which begins with all cars idle. Then the cost of a request
with a tenth and with ten times as many cars, in a city that grows with them. All run the same
riders, and who got which car is held equal. Medians of 3 rounds in which the contestants take
turns, after a first run that compiles. SimPy is no requirement of the project; where it is
missing the table says so.
"""

import importlib.util
import platform
import statistics
import time
from dataclasses import replace
from types import SimpleNamespace
from unittest import mock

import numpy as np
from scipy.optimize import linear_sum_assignment

from scalemodel.uber.matching import market
from scalemodel.uber.matching.market import RULES, MarketConfig, run
from scalemodel.uber.matching.policies import EdgeGreedy, FirstCome, Optimal

ROUNDS = 3
TIGHT = MarketConfig(rate_per_s=0.55, warm_up_s=0.0)
MARKETS = {
    "first come, at each event": (TIGHT, FirstCome()),
    "edge greedy, at each event": (TIGHT, EdgeGreedy()),
    "edge greedy, every 10 s": (replace(TIGHT, window_s=10.0), EdgeGreedy()),
    "optimal, every 10 s": (replace(TIGHT, window_s=10.0), Optimal()),
    "optimal, every 60 s": (replace(TIGHT, window_s=60.0), Optimal()),
}
HOURS = TIGHT.until_s / 3600
TIMES = {"compiled": 40, "SimPy": 1, "the same, plain": 1}
HAS_SIMPY = importlib.util.find_spec("simpy") is not None


def main():
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}\n")
    for title, (config, policy) in MARKETS.items():
        runs = {"compiled": run, "the same, plain": plain}
        if HAS_SIMPY:
            runs["SimPy"] = with_simpy
        table(title, runs, config, policy)
    for policy, window_s in ((FirstCome(), 0.0), (Optimal(), 10.0)):
        for by in (0.1, 1, 10):
            city = replace(TIGHT, drivers=int(600 * by), side_km=10 * by**0.5, rate_per_s=0.5 * by,
                           window_s=window_s, until_s=36_000.0)  # fmt: skip
            seconds = statistics.median(timed(run, city, policy) for _ in range(ROUNDS))
            requests = city.rate_per_s * city.until_s
            print(f"{city.drivers:6,} cars, {type(policy).__name__:<9}: {10 / seconds:7.1f} hours a second, "
                  f"{1e6 * seconds / requests:6.2f} µs a request")  # fmt: skip
    if not HAS_SIMPY:
        print("not run: SimPy: make bench")


def table(title, runs, config, policy):
    """The contestants in turn, and how many hours of the market pass for each in a second."""
    ours = run(config, policy)
    for name, contestant in runs.items():  # the same cars for the same riders
        assert np.array_equal(contestant(config, policy).car, ours.car), name
    rounds = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, contestant in runs.items():
            rounds[name].append(HOURS / timed(contestant, config, policy, TIMES[name]))
    middle = {name: statistics.median(hours) for name, hours in rounds.items()}
    print(title)
    for name, hours in middle.items():
        print(f"  {name:<16} {hours:8.1f} hours a second {middle['compiled'] / hours:7.0f} ×")
    print()


def timed(contestant, config, policy, times=1):
    began = time.process_time()
    for _ in range(times):
        contestant(config, policy)
    return (time.process_time() - began) / times


def plain(config, policy):
    """The same of the loop and the rule as they read."""
    rules = RULES | {type(policy): SimpleNamespace(native=RULES[type(policy)])}
    with mock.patch.multiple(market, loop=SimpleNamespace(native=market.loop), RULES=rules):
        return run(config, policy)


def with_simpy(config, policy):
    """Who got which car: a process a rider and a trip, distances by numpy, the optimum by scipy."""
    import simpy

    luck = run(replace(config, drivers=1, window_s=0.0), FirstCome())  # its draws alone
    car_km = market.stream(0, "cars").uniform(0, config.side_km, (config.drivers, 2))
    idle, line, car = list(range(config.drivers)), [], np.full(len(luck.arrival_s), -1)
    environment = simpy.Environment()

    def decide():
        if not line or not idle:
            return
        gap = np.abs(car_km[idle] - luck.from_km[line][:, None])
        far_km = np.sqrt((np.minimum(gap, config.side_km - gap) ** 2).sum(-1))
        drive_s = far_km / (config.kmh / 3600)
        for row, column in list(pairs(policy, drive_s.copy())):
            rider, taken = line[row], idle[column]
            car[rider] = taken
            car_km[taken] = luck.to_km[rider]
            environment.process(trip(taken, drive_s[row, column] + luck.trip_s[rider]))
        named = set(car[line])
        line[:] = [rider for rider in line if car[rider] < 0]
        idle[:] = [taken for taken in idle if taken not in named]

    def trip(taken, seconds):
        yield environment.timeout(seconds)
        idle.append(taken)
        if config.window_s == 0:
            decide()

    def waits(rider):
        line.append(rider)
        if config.window_s == 0:
            decide()
        yield environment.timeout(config.patience_s)
        if car[rider] < 0:
            line.remove(rider)

    def door():
        for rider, at_s in enumerate(luck.arrival_s):
            yield environment.timeout(at_s - environment.now)
            environment.process(waits(rider))

    def dispatcher():
        while True:
            yield environment.timeout(config.window_s)
            decide()

    environment.process(door())
    if config.window_s > 0:
        environment.process(dispatcher())
    environment.run(until=config.until_s)
    return SimpleNamespace(car=car)


def pairs(policy, drive_s):
    """Rows and columns that a policy brings together."""
    if isinstance(policy, Optimal):
        yield from zip(*linear_sum_assignment(drive_s), strict=True)
        return
    for row in range(min(drive_s.shape)):
        if isinstance(policy, FirstCome):
            column = drive_s[row].argmin()
        else:
            row, column = divmod(drive_s.argmin(), drive_s.shape[1])
        yield row, column
        drive_s[row], drive_s[:, column] = np.inf, np.inf


if __name__ == "__main__":
    main()
