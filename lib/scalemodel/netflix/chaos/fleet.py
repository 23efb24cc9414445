"""A fleet: instances in zones in regions, each of which is replaced a while after it is gone.

Think of taxis at the ranks of several towns. One that breaks down is gone at once; another comes
to the same rank some minutes later. A rank may lose all its taxis, and so may a town.

A `Group` is what the original calls a cluster: copies of one program, named by application,
stack and detail. They are dealt like cards, to the regions in turn and to the zones of each.

To ask who of a group is healthy is a pass over the fleet: 25 µs among a hundred instances, 2 ms
among ten thousand, 0.2 s among a million, its limit, at 0.2 kB each; to end one is a microsecond.

Left out: replacements that fail or find no room, traffic, instances that are ill and not gone.
Sources: github.com/Netflix/chaosmonkey, whose names of things these are.
"""

__all__ = ["BEGIN", "MOST_INSTANCES", "Fleet", "Group", "Instance"]
__dir__ = lambda: __all__

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from string import ascii_lowercase

from scalemodel.core import checks
from scalemodel.netflix.chaos.workdays import utc

MOST_INSTANCES = 1_000_000
BEGIN = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Group:
    """Instances of one program, and how many of them it cannot do without.

    >>> Group("api", stack="eu", detail="canary").name
    'api-eu-canary'
    """

    app: str
    _: KW_ONLY
    stack: str = ""
    detail: str = ""
    account: str = "prod"
    instances: int = 30
    minimum: int = 0
    opted_in: bool = False  # whether it takes part at all
    enabled: bool = True  # whether its application does
    whitelisted: bool = False  # its application, by a list of an older kind, nowadays unread
    serving: bool = True  # whether traffic goes to it

    def __post_init__(self):
        checks.plain(self)
        for name in ("app", "account", "stack", "detail"):
            value = checks.instance(name, getattr(self, name), str)
            if name in ("app", "account") or value:
                checks.text(name, value)
            if " " in value:  # it parts the names in a unit's
                raise ValueError(f"{name}={checks.brief(value)} must be without blanks")
        instances = checks.whole("instances", self.instances, at_least=1, at_most=MOST_INSTANCES)
        checks.whole("minimum", self.minimum, at_least=0, at_most=instances)
        for name in ("opted_in", "enabled", "serving", "whitelisted"):
            checks.instance(name, getattr(self, name), bool)

    @property
    def name(self) -> str:
        """Application, stack and detail, as the original joins them."""
        return f"{self.app}-{self.stack}-{self.detail}".rstrip("-")


@dataclass(frozen=True, slots=True)
class Instance:
    """One copy of a group's program, and where it stands.

    >>> Fleet(groups=[Group("api")]).healthy()[0].name
    'api.region-1a.0'
    """

    name: str
    group: Group
    region: str
    zone: str


class Fleet:
    """All instances, and a clock.

    >>> fleet = Fleet(regions=2, zones_per_region=3, groups=[Group("api", instances=12)],
    ...               replace_s=180, start=datetime(2026, 3, 2, 9, tzinfo=UTC))
    >>> gone = fleet.terminate("region-2b")
    >>> [instance.name for instance in gone], len(fleet.healthy(fleet.groups[0]))
    (['api.region-2b.3', 'api.region-2b.9'], 10)
    >>> fleet.advance(datetime(2026, 3, 2, 9, 3, tzinfo=UTC)); fleet.check(); len(fleet.healthy())
    12
    """

    def __init__(self, *, regions: int = 2, zones_per_region: int = 3, groups: Sequence[Group],
                 replace_s: float = 180.0, start: datetime = BEGIN):  # fmt: skip
        regions = checks.whole("regions", regions, at_least=1, at_most=100)
        zones = checks.whole("zones_per_region", zones_per_region, at_least=1, at_most=26)
        if not isinstance(groups, list | tuple) or not groups:
            raise ValueError(f"groups={checks.brief(groups)} must be a row of at least one Group")
        names = [checks.instance("groups", one, Group).name for one in groups]
        if len(set(names)) < len(names):
            raise ValueError(f"groups={checks.brief(names)} must differ in name")
        if sum(group.instances for group in groups) > MOST_INSTANCES:
            raise ValueError(f"groups must have at most {MOST_INSTANCES:,} instances in all")
        self.groups = tuple(groups)
        self.replace_s = checks.real("replace_s", replace_s, at_least=1, at_most=1e7)
        self.now = utc("start", start)
        self.regions = tuple(f"region-{number + 1}" for number in range(regions))
        letters = ascii_lowercase[:zones]  # of the zones, each of which knows its region
        self.zones = {where + letter: where for letter in letters for where in self.regions}
        self._up = {}
        self.due = deque()  # of who is gone: when the next stands there, the group and the zone
        self._serial = 0
        for group in self.groups:
            for zone in islice(cycle(self.zones), group.instances):
                self._start(group, zone)

    def healthy(self, group: Group | None = None) -> list[Instance]:
        """Who is up, of all or of one group, in the order in which they came."""
        if group is None:
            return list(self._up.values())
        if group not in self.groups:
            raise ValueError(f"group={checks.brief(group)} must be one of the fleet's groups")
        return [instance for instance in self._up.values() if instance.group == group]

    def terminate(self, name: str) -> list[Instance]:
        """End the instance of that name, or all that stand in the zone or region; who is gone."""
        if checks.text("name", name) in self._up:
            gone = [self._up[name]]
        elif name not in self.zones and name not in self.regions:
            raise ValueError(f"{name=} must be of an instance that is up, a zone or a region")
        else:
            gone = [one for one in self._up.values() if name in (one.zone, one.region)]
        for instance in gone:
            del self._up[instance.name]
            back_at = self.now + timedelta(seconds=self.replace_s)
            self.due.append((back_at, instance.group, instance.zone))
        return gone

    def advance(self, to: datetime) -> None:
        """Let the clock go on to a moment; who was due by then is replaced."""
        moment = utc("to", to)
        if moment < self.now:
            raise ValueError(f"to={moment} must not be before {self.now}")
        self.now = moment
        while self.due and self.due[0][0] <= moment:
            self._start(*self.due.popleft()[1:])

    def check(self) -> None:
        """Assert what must hold: each group is whole, but for who is due."""
        up, due = Counter(one.group for one in self.healthy()), Counter(of for _, of, _ in self.due)
        for group in self.groups:
            assert up[group] + due[group] == group.instances, f"{group.name} is not whole"
        moments = [at for at, _, _ in self.due]
        assert moments == sorted(moments), "those who are due are not in order"
        assert all(at > self.now for at in moments), "one is late"

    def _start(self, group, zone):
        name = f"{group.name}.{zone}.{self._serial}"
        self._up[name] = Instance(name, group, self.zones[zone], zone)
        self._serial += 1
