"""The brief's matcher as it is written, to break: do not use it.

It computes a distance that nothing uses, takes the largest of what may be an empty list,
leaves open in which unit an ETA is, and never reserves the driver it chose.

Left out: what `dispatch` has.
Sources: the brief, "Supply-Demand Matching Algorithm".
"""

__all__ = ["NaiveEngine"]
__dir__ = lambda: __all__

from collections.abc import Mapping
from dataclasses import dataclass

from scalemodel.core import checks
from scalemodel.uber.location.grid import GeoIndex
from scalemodel.uber.location.sphere import distance_m
from scalemodel.uber.matching.dispatch import Request


@dataclass(frozen=True, slots=True)
class NaiveEngine:
    """Cars, stars by driver, and `eta_to_pickup` by driver, in who knows what.

    >>> index = GeoIndex(); index.move([7, 8], [52.5, 52.51], [13.4, 13.4])
    2
    >>> engine = NaiveEngine(index, stars={7: 4.0, 8: 4.5}, eta_to_pickup={7: 1.0, 8: 3.0})
    >>> engine.match(Request("ada", 52.5, 13.4)), engine.match(Request("ben", 52.5, 13.4))
    (7, 7)
    """

    index: GeoIndex
    stars: Mapping
    eta_to_pickup: Mapping

    @checks.kinds
    def match(self, request: Request) -> int:
        """The driver with the best score."""
        candidates = self.index.within(request.lat, request.lon, radius_m=2000).ids.tolist()
        scored = [(driver, self.score(driver, request)) for driver in candidates]
        return max(scored, key=lambda pair: pair[1])[0]

    @checks.kinds
    def score(self, driver: int, request: Request) -> float:
        """Stars and ETA, and a distance for nothing."""
        distance = distance_m(*self.index.position(driver), request.lat, request.lon)  # noqa: F841
        rating_score = self.stars[driver] / 5.0
        eta_score = 1.0 / (self.eta_to_pickup[driver] + 1)
        return rating_score * 0.4 + eta_score * 0.6
