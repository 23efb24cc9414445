"""Who is sent where: the list of boxes that a player gets before the film begins.

Picture the clerk of a taxi rank with a town map. He knows which cars are out, broken down or full,
and names the others by distance: those of your street (a site: a provider, or an exchange where
nobody lives), of your part of the town (a region), of other parts, and last the depot (the
origin), which always has one. He drives nobody: he is the control plane, boxes are the data plane.

A list costs 5 µs a box in Python: 20,000 a second among ten boxes, 200 among a thousand; `day`
has the same rule compiled.

Left out: networks and their prices; that a provider's box may serve that provider alone (here it
helps its region); sharing load at a site; a player that measures and changes its mind.
Sources: none needed; the order of the list is ours.
"""

__all__ = ["FROM_ORIGIN", "MOST_REGION", "MOST_SITE", "ORIGIN", "Appliance", "Client", "ranked"]
__dir__ = lambda: __all__

from dataclasses import dataclass
from itertools import islice

import numpy as np

from scalemodel.core import checks
from scalemodel.netflix.edge.catalogue import GBPS_HOUR, HOURS

FROM_ORIGIN = 3  # a tier: after one's own site, one's region, and others
ORIGIN = -1  # in place of a box
MOST_REGION, MOST_SITE = 99, 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Appliance:
    """One box: a disk, a link to its viewers, and a day on which it may fail and come back.

    >>> Appliance(down_from_h=20, down_until_h=22).up[18:].tolist()
    [True, True, False, False, True, True]
    """

    disk_tb: float = 8.0
    uplink_gbps: float = 10.0
    region: int = 0
    site: int = 0  # of that region
    healthy: bool = True  # at all, that day
    down_from_h: int = HOURS  # the beginning of that hour
    down_until_h: int = HOURS

    def __post_init__(self):
        checks.plain(self)
        checks.real("disk_tb", self.disk_tb, at_least=0, at_most=1000)
        checks.real("uplink_gbps", self.uplink_gbps, at_least=0, at_most=10_000)
        checks.whole("region", self.region, at_least=0, at_most=MOST_REGION)
        checks.whole("site", self.site, at_least=0, at_most=MOST_SITE)
        checks.instance("healthy", self.healthy, bool)
        checks.whole("down_from_h", self.down_from_h, at_least=0, at_most=HOURS)
        checks.whole("down_until_h", self.down_until_h, at_least=self.down_from_h, at_most=HOURS)

    @property
    def hour_bytes(self) -> int:
        """What its link carries in an hour."""
        return round(self.uplink_gbps * GBPS_HOUR)

    @property
    def up(self) -> np.ndarray:
        """Whether it is well in each hour, shape (24,)."""
        hour = np.arange(HOURS)
        return self.healthy & ((hour < self.down_from_h) | (hour >= self.down_until_h))


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """The viewers of one site, and their weight among all.

    >>> Client(site=3).tier(Appliance(site=3)), Client(region=1).tier(Appliance(site=3))
    (0, 2)
    """

    region: int = 0
    site: int = 0
    weight: float = 1.0

    def __post_init__(self):
        checks.plain(self)
        checks.whole("region", self.region, at_least=0, at_most=MOST_REGION)
        checks.whole("site", self.site, at_least=0, at_most=MOST_SITE)
        checks.real("weight", self.weight, above=0, at_most=1e9)

    @checks.kinds
    def tier(self, box: Appliance) -> int:
        """How far a box is: 0 the client's own site, 1 its region, 2 another region."""
        return (self.region != box.region) + ((self.region, self.site) != (box.region, box.site))


@checks.kinds
def ranked(
    client: Client, size_bytes: int, boxes: tuple, holds: np.ndarray, left_bytes: np.ndarray
) -> list[int]:
    """Places of boxes that hold a file, are well and not full, nearest site first; then ORIGIN.

    Each box has its word in `holds`, and what its link can still carry, of which the film takes
    `size_bytes`.

    >>> from dataclasses import replace
    >>> boxes = Appliance(site=0), Appliance(site=1), Appliance(region=1)
    >>> ask = dict(size_bytes=5, holds=[True, True, True], left_bytes=[9, 9, 9])
    >>> ranked(Client(site=1), boxes=boxes, **ask)
    [1, 0, 2, -1]
    >>> ranked(Client(site=1), boxes=(boxes[0], replace(boxes[1], healthy=False), boxes[2]), **ask)
    [0, 2, -1]
    """
    size = checks.whole("size_bytes", size_bytes, at_least=1, at_most=10**12)
    left = checks.numbers_row("left_bytes", left_bytes, at_least=0, length=0)
    held = [*islice(holds, len(boxes) + 1)]
    if len(held) != len(boxes) or not {type(one) for one in held} <= {bool, np.bool_}:
        raise ValueError(
            f"holds={checks.brief(holds)} must be True or False for each of {len(boxes)} boxes"
        )
    if len(left) != len(boxes):
        raise ValueError(
            f"left_bytes={checks.brief(left_bytes)} must have one number for each of boxes"
        )
    site = [(box.region, box.site) for box in boxes]  # whose boxes are asked together
    near = sorted(range(len(boxes)), key=lambda n: (client.tier(boxes[n]), site.index(site[n])))
    return [at for at in near if held[at] and boxes[at].healthy and left[at] >= size] + [ORIGIN]
