"""How long a car takes: a contract. An ETA model has `minutes(lat, lon, to_lat, to_lon)`.

Left out: roads, so far.
Sources: none needed.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from scalemodel.core import checks
from scalemodel.uber.location.sphere import distance_m


class Eta(Protocol):
    """Anything that says how many minutes lie between points in degrees, element by element."""

    def minutes(self, lat, lon, to_lat, to_lon) -> np.ndarray: ...


@dataclass(frozen=True, slots=True)
class StraightLine:
    """As the crow flies, at one speed.

    >>> round(float(StraightLine(kmh=30).minutes(52.5, 13.4, 52.51, 13.4)), 2)
    2.22
    """

    kmh: float = 30.0

    def __post_init__(self):
        checks.real("kmh", self.kmh, above=0)

    def minutes(self, lat, lon, to_lat, to_lon) -> np.ndarray:
        """Minutes from each first point to each second one."""
        return distance_m(lat, lon, to_lat, to_lon) / 1000 / self.kmh * 60
