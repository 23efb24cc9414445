"""What 900 cities take, on paper: a few divisions, and one surprise.

Four million cars fit into the memory of a telephone. What needs machines is that each of them
says every few seconds where it is. And if cities are as unlike as Zipf's law has them, one of them
has a seventh of all cars, so that a shard cannot be a city.

Left out: questions, the network, what a machine does besides. The numbers are ours, but for three.
Sources: Ranney, QCon, 2015 (design target: a million writes a second; a report every 4 s).
"""

__all__ = ["Bill", "FleetConfig", "expected_bill"]
__dir__ = lambda: __all__

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from scalemodel.core import checks


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetConfig:
    """All cities at once. **Numbers of ours**, but for three.

    900 cities are the brief's: second-hand, and unclear what is counted (Uber's report for 2019
    says over 10,000). A report every 4 s and a million a second, hence 4 million cars, were the
    targets of a design of 2015.

    >>> FleetConfig(cities=0)
    Traceback (most recent call last):
    ...
    ValueError: cities=0 must be an integer of at least 1 and at most 1000000
    """

    cities: int = 900
    cars: int = 4_000_000  # on line at one moment
    report_s: float = 4.0
    car_bytes: int = 64  # of an index
    twice_ratio: float = 0.05  # of cars are in a strip, on two lists
    machine_per_s: float = 100_000.0  # reports that a machine takes
    copies: int = 3  # of each machine

    def __post_init__(self):
        checks.plain(self)
        for name, most in (
            ("cities", 10**6),
            ("cars", 10**12),
            ("car_bytes", 10**6),
            ("copies", 100),
        ):
            checks.whole(name, getattr(self, name), at_least=1, at_most=most)
        checks.real("report_s", self.report_s, at_least=1e-3, at_most=1e6)
        checks.real("twice_ratio", self.twice_ratio, at_least=0, at_most=1)
        checks.real("machine_per_s", self.machine_per_s, at_least=1, at_most=1e12)


class Bill(NamedTuple):
    """What a fleet takes.

    >>> bill = expected_bill(FleetConfig())
    >>> bill.reports_per_s, bill.index_bytes / 1e6, bill.machines, bill.largest_cars
    (1050000.0, 268.8, 33, 541993)
    """

    reports_per_s: float  # each once for each list
    index_bytes: float
    largest_cars: int  # of the largest city
    machines: int


def expected_bill(config: FleetConfig) -> Bill:
    """Cars by Zipf's law over cities, then division: reports decide, not memory.

    >>> expected_bill(FleetConfig(cities=1, cars=100, twice_ratio=0, copies=1)).machines
    1
    """
    checks.instance("config", config, FleetConfig)
    lists = config.cars * (1 + config.twice_ratio)
    reports_per_s = lists / config.report_s
    machines = config.copies * math.ceil(reports_per_s / config.machine_per_s)
    largest = round(config.cars / (1 / np.arange(1, config.cities + 1)).sum())
    return Bill(reports_per_s, lists * config.car_bytes, largest, machines)
