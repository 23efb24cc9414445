"""Who is sent where: the list of boxes that a player gets before the film begins.

Picture the clerk of a taxi rank with a town map. He knows which cars are out, which are broken
down and which are full, and names the others by distance: those of your own street, of your part
of the town, of other parts, and last the depot, which always has one. He drives nobody: he is
the control plane, and the boxes are the data plane.

A street is a site, a provider's building or an exchange where nobody lives; a part of the town is
a region. The origin has every title of today.

A list costs 1 µs a box in Python, so one clerk makes some 100,000 a second among ten boxes and
1,000 among a thousand; `day` has the same rule compiled.

Left out: networks and their prices; a provider's box that serves that provider alone (here it
helps its region); sharing load within a site; a player that measures and changes its mind.
Sources: none needed; the order of the list is ours.
"""

from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks
from scalemodel.netflix.edge.catalogue import GBPS_HOUR, HOURS

OWN_SITE, OWN_REGION, OTHER_REGION, FROM_ORIGIN = range(4)  # how far
ORIGIN = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Appliance:
    """One box: a disk, a link to its viewers, and a day on which it may fail and come back.

    >>> Appliance(down_from_h=20, down_until_h=19)
    Traceback (most recent call last):
    ...
    ValueError: down_until_h=19 must be an integer of at least 20 and at most 24
    """

    disk_tb: float = 8.0
    uplink_gbps: float = 10.0
    region: int = 0
    site: int = 0  # of that region
    healthy: bool = True  # at all, that day
    down_from_h: int = HOURS  # the beginning of that hour
    down_until_h: int = HOURS

    def __post_init__(self):
        checks.real("disk_tb", self.disk_tb, at_least=0, at_most=1000)
        checks.real("uplink_gbps", self.uplink_gbps, at_least=0, at_most=10_000)
        checks.whole("region", self.region, at_least=0, at_most=99)
        checks.whole("site", self.site, at_least=0, at_most=10_000)
        checks.instance("healthy", self.healthy, bool)
        checks.whole("down_from_h", self.down_from_h, at_least=0, at_most=HOURS)
        checks.whole("down_until_h", self.down_until_h, at_least=self.down_from_h, at_most=HOURS)

    @property
    def hour_bytes(self) -> int:
        """What its link carries in an hour."""
        return round(self.uplink_gbps * GBPS_HOUR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """The viewers of one site, and their weight among all.

    >>> Client(site=1, weight=-1.0)
    Traceback (most recent call last):
    ...
    ValueError: weight=-1.0 must be a finite number above 0 and at most 1e+09
    """

    region: int = 0
    site: int = 0
    weight: float = 1.0

    def __post_init__(self):
        checks.whole("region", self.region, at_least=0, at_most=99)
        checks.whole("site", self.site, at_least=0, at_most=10_000)
        checks.real("weight", self.weight, above=0, at_most=1e9)


@checks.kinds
def tier(client: Client, box: Appliance) -> int:
    """How far a box is: 0 the client's own site, 1 its region, 2 another region.

    >>> tier(Client(site=3), Appliance(site=3)), tier(Client(region=1), Appliance(site=3))
    (0, 2)
    """
    if client.region != box.region:
        return OTHER_REGION
    return OWN_SITE if client.site == box.site else OWN_REGION


class ControlPlane:
    """What boxes hold, how they are, and what their links have left in this hour.

    >>> boxes = Appliance(site=0), Appliance(site=1), Appliance(region=1)
    >>> clerk = ControlPlane(boxes, holds=[[True, False], [True, True], [True, True]])
    >>> home = Client(site=1)
    >>> clerk.ranked(home, file=0), clerk.ranked(home, file=1)
    ((1, 0, 2, -1), (1, 2, -1))
    >>> clerk.turn(1, healthy=False); clerk.ranked(home, file=1)
    (2, -1)
    """

    def __init__(self, boxes: tuple[Appliance, ...], holds: np.ndarray):
        if not isinstance(boxes, tuple | list) or {type(one) for one in boxes} != {Appliance}:
            raise ValueError(f"boxes={boxes!r} must be a tuple of Appliance, 1 or more")
        self.boxes, self.holds = tuple(boxes), np.array(holds)  # shape (boxes, files)
        if self.holds.dtype != bool or self.holds.ndim != 2 or len(self.holds) != len(boxes):
            raise ValueError(f"holds={holds!r} must be booleans, a row for each of the boxes")
        self.healthy = [box.healthy for box in boxes]
        self.next_hour()

    def next_hour(self) -> None:
        """Every link is free again."""
        self.left_bytes = [box.hour_bytes for box in self.boxes]

    def turn(self, box: int, healthy: bool) -> None:
        """A box goes, or comes back with all that it held."""
        box = checks.whole("box", box, at_least=0, at_most=len(self.boxes) - 1)
        self.healthy[box] = checks.instance("healthy", healthy, bool)

    def ranked(self, client: Client, file: int, size_bytes: int = 0) -> tuple[int, ...]:
        """Boxes that hold a file, are well and have so much left, nearest first; ORIGIN last."""
        checks.instance("client", client, Client)
        file = checks.whole("file", file, at_least=0, at_most=self.holds.shape[1] - 1)
        size = checks.whole("size_bytes", size_bytes, at_least=0, at_most=10**12)
        able = [
            at for at, left in enumerate(self.left_bytes)
            if self.holds[at, file] and self.healthy[at] and left >= size
        ]  # fmt: skip
        return *sorted(able, key=lambda at: tier(client, self.boxes[at])), ORIGIN

    def send(self, client: Client, file: int, size_bytes: int) -> int:
        """The first of the list; its link carries the bytes.

        >>> clerk = ControlPlane((Appliance(uplink_gbps=0.01),), [[True]])  # 4.5 GB an hour
        >>> [clerk.send(Client(), file=0, size_bytes=3 * 10**9) for _ in range(2)]
        [0, -1]
        """
        first = self.ranked(client, file, size_bytes)[0]
        if first != ORIGIN:
            self.left_bytes[first] -= int(size_bytes)
        return first
