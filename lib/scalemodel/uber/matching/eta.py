"""How long a car takes: straight ahead here, by road in `roads`.

A matchmaker asks for minutes, and the index of cars answers in metres. So that the nearest
cars may stand for the soonest ones, an ETA also says how soon a car so far away can be here
`at_least`: what lies beyond that needs no look.

Left out: traffic of the moment, learned corrections.
Sources: none needed.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from scalemodel.core import checks
from scalemodel.uber.location.sphere import distance_m


class Eta(Protocol):
    """Minutes between points in degrees, element by element, and the least for a distance.

    >>> float(StraightLine(kmh=60).at_least(1000.0))
    1.0
    """

    def minutes(self, lat, lon, to_lat, to_lon) -> np.ndarray:
        """Minutes from each first point to each second one."""

    def at_least(self, distance_m) -> np.ndarray:
        """Minutes that nobody so far away can beat."""


@dataclass(frozen=True, slots=True)
class StraightLine:
    """As the crow flies, at one speed.

    >>> round(float(StraightLine(kmh=30).minutes(52.5, 13.4, 52.51, 13.4)), 2)
    2.22
    """

    kmh: float = 30.0

    def __post_init__(self):
        checks.plain(self)
        checks.real("kmh", self.kmh, above=0, at_most=1e4)

    def minutes(self, lat, lon, to_lat, to_lon) -> np.ndarray:
        """Minutes from each first point to each second one."""
        return self.at_least(distance_m(*degrees(lat, lon, to_lat, to_lon)))

    def at_least(self, distance_m) -> np.ndarray:
        """Minutes for so many metres, which is what they take.

        >>> float(StraightLine(kmh=60).at_least(1500.0))
        1.5
        """
        return _numbers("distance_m", distance_m, 0, np.inf) / 1000 / self.kmh * 60


def degrees(lat, lon, to_lat, to_lon) -> list[np.ndarray]:
    """The four as arrays of one shape.

    >>> [row.shape for row in degrees(lat=52.5, lon=13.4, to_lat=[52.6, 52.7], to_lon=13.4)]
    [(2,), (2,), (2,), (2,)]
    """
    rows = {"lat": (lat, 90), "lon": (lon, 180), "to_lat": (to_lat, 90), "to_lon": (to_lon, 180)}
    arrays = [_numbers(name, row, -most, most) for name, (row, most) in rows.items()]
    try:
        return np.broadcast_arrays(*arrays)
    except ValueError:
        shapes = [array.shape for array in arrays]
        raise ValueError(f"lat, lon, to_lat, to_lon: {shapes} must go together") from None


def _numbers(field, values, least, most):
    array = np.asarray(values)
    if array.dtype.kind not in "iuf" or not ((least <= array) & (array <= most)).all():
        raise ValueError(
            f"{field}={values!r} must be numbers of at least {least} and at most {most}"
        )
    return array
