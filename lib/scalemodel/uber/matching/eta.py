"""How long a car takes: straight ahead here, by road in `roads`.

A matchmaker asks for minutes, and the index of cars answers in metres. So that the nearest
cars may stand for the soonest ones, an ETA also says how soon a car so far away can be here
`at_least`: what lies beyond that needs no look. Infinity says that nobody comes.

Left out: traffic of the moment, learned corrections.
Sources: none needed.
"""

__all__ = ["Eta", "StraightLine", "asked"]
__dir__ = lambda: __all__

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from scalemodel.core import checks
from scalemodel.uber.location.sphere import as_row, distance_m


class Eta(Protocol):
    """Minutes between points in degrees, element by element, and the least for a distance.

    >>> float(StraightLine(kmh=60).at_least(1000.0))
    1.0
    """

    def minutes(self, lat, lon, to_lat, to_lon) -> np.ndarray:
        """Minutes from each first point to each second one."""

    def at_least(self, distance_m) -> np.ndarray:
        """Minutes that nobody so far away can beat."""


@checks.kinds
def asked(eta: Eta, method: str, *given) -> np.ndarray:
    """What an ETA answers for rows: for each entry a number of at least 0, or it is refused.

    >>> asked(StraightLine(kmh=60), "at_least", np.array([1500.0, np.inf]))
    array([1.5, inf])
    """
    said = getattr(eta, method)(*given)
    row = as_row(said)
    fits = row.dtype.kind in "iuf" and row.shape == np.shape(given[0])
    if not fits or not (row >= 0).all():
        raise ValueError(
            f"eta.{method} answered {checks.brief(said)}; it must be {np.size(given[0])} numbers "
            "of at least 0, infinity where nobody comes"
        )
    return row.astype(float)


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
        return self.at_least(distance_m(lat, lon, to_lat, to_lon))

    def at_least(self, distance_m) -> np.ndarray:
        """Minutes for so many metres, which is what they take.

        >>> float(StraightLine(kmh=60).at_least(1500.0))
        1.5
        """
        far_m = as_row(distance_m)
        if far_m.dtype.kind not in "iuf" or not (far_m >= 0).all():
            raise ValueError(f"distance_m={checks.brief(distance_m)} must be numbers of at least 0")
        return far_m / 1000 / self.kmh * 60
