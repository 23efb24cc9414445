"""A monkey that breaks things, on a leash: what has to be true before anything is killed.

A school holds its fire drill in the middle of a lesson: not on a Sunday, nor while the house
next door burns, nor twice a day, nor before somebody has written down that it will.
`ChaosMonkey` plans on each working day, for each unit with probability 1/mean, one kill at a
minute that it draws. When the minute has come, the kill passes the `GATES` one after another.
The first that refuses ends it, and `log` says which. The last writes the kill down with every
tracker; where one fails, or there is none, nobody is killed. On its leash, as it comes, all
that is done but the killing.

Three beasts, by `scope`: Monkey kills an instance of a group, Gorilla what stands in a zone,
Kong what stands in a region. Each has a cap a day, and all leave every group its minimum. Who
must not be killed is passed over, in a zone that falls too.

A plan depends on seed, day and unit alone: one group more leaves the luck of the others. What
is planned is tried at the first tick from then on, so tick each minute: after hours is too late.
Plan, cap and gap are kept in a `Ledger`, which a second monkey, or one that starts again, shares.

A tick with nothing due costs 3 µs, a plan 30 µs a unit and day, a kill 0.4 ms among a hundred
instances, 17 ms among ten thousand, and 2.6 s among a million, which ends its usefulness.

Left out: plug-in filters of a plan, the cap on applications, harm of another kind than an end.
Sources: github.com/Netflix/chaosmonkey, whose order of gates this is (its mean is 2 working
days in the documentation and 5 in the code; here it is 5); Basiri et al., "Chaos Engineering",
IEEE Software, 2016. The hours are its scheduler's; minimum, cap and share down are ours.
"""

__all__ = [
    "GATES", "GROUPINGS", "NEVER", "SCOPES", "ChaosMonkey", "Ledger", "MonkeyConfig", "NaiveMonkey",
    "Termination",
]  # fmt: skip
__dir__ = lambda: __all__

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fnmatch import fnmatchcase

import numpy as np

from scalemodel.core import checks
from scalemodel.core.rng import stream
from scalemodel.netflix.chaos.fleet import Fleet
from scalemodel.netflix.chaos.workdays import OFFICE, Workdays, utc

SCOPES = {"instance": "name", "zone": "zone", "region": "region"}  # each with what tells it
GROUPINGS = ("app", "stack", "cluster")
NEVER = ("-canary", "-baseline", "-citrus", "-citrusproxy")  # a group whose name ends so


# ── Config and what is written down ─────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class MonkeyConfig:
    """What a monkey may do, and when.

    >>> MonkeyConfig(scope="zone", exempt=[("*", "region-1", "*", "db*")]).leashed
    True
    """

    enabled: bool = True
    leashed: bool = True  # write down, do not kill
    in_test: bool = False  # in a test environment, where nothing runs off its leash
    scope: str = "instance"
    grouping: str = "cluster"  # what is a unit: an app, a stack of it, a cluster of that
    regions_independent: bool = True  # and it is one in each of its regions
    mean_workdays_between_kills: int = 5  # of one unit; 1 is every day
    min_workdays_between_kills: int = 1  # 1 is at most one a day
    workdays: Workdays = OFFICE
    exempt: Sequence[Sequence[str]] = ()  # account, region, stack, detail; * is anything
    most_instances: int = 10  # a day, where the scope is instances; so the next two
    most_zones: int = 1
    most_regions: int = 1
    most_down_ratio: float = 0.5  # of all instances, at the same time

    def __post_init__(self):
        checks.plain(self)
        for name in ("enabled", "leashed", "in_test", "regions_independent"):
            checks.instance(name, getattr(self, name), bool)
        for name, known in (("scope", [*SCOPES]), ("grouping", GROUPINGS)):
            if getattr(self, name) not in known:
                raise ValueError(
                    f"{name}={checks.brief(getattr(self, name))} must be one of {known}"
                )
        for name in ("mean_workdays_between_kills", "min_workdays_between_kills"):
            checks.whole(name, getattr(self, name), at_least=1, at_most=10_000)
        checks.instance("workdays", self.workdays, Workdays)
        for row in _row("exempt", self.exempt):
            if [type(one) for one in _row("exempt", row)] != [str] * 4:
                raise ValueError(
                    f"exempt={checks.brief(row)} must be account, region, stack and detail"
                )
        object.__setattr__(self, "exempt", tuple(map(tuple, self.exempt)))
        for scope in SCOPES:
            checks.whole(f"most_{scope}s", getattr(self, f"most_{scope}s"), at_least=0)
        checks.real("most_down_ratio", self.most_down_ratio, at_least=0, at_most=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Termination:
    """A kill as it is written down, before it happens.

    >>> Termination(at=datetime(2026, 3, 2), unit="all", scope="region", leashed=True).instances
    ()
    """

    at: datetime  # in UTC
    unit: str
    scope: str
    leashed: bool  # nobody was killed
    instances: tuple[str, ...] = ()  # their names


class Ledger:
    """What is planned and done by all monkeys of one config that write in it.

    >>> Ledger().today
    0
    """

    def __init__(self):
        self.fleet, self.now = None, None  # whose instances these are; the moment of the last tick
        self.day, self.due = None, []  # of the plan, and what is left of it
        self.today = 0  # kills of that day
        self.last = {}  # of each unit the day of its last kill, dry ones too


class _Attempt:
    """A kill on its way through the gates, which may leave fewer victims."""

    def __init__(self, monkey, fleet, at, unit):
        self.monkey, self.config, self.fleet = monkey, monkey.config, fleet
        self.at, self.day, self.unit = at, monkey.config.workdays.day(at), unit
        up = fleet.healthy()
        self.victims = [one for one in up if _unit(self.config, one.group, one.region) == unit]

    def left(self, keep):
        """Whether some victims are kept, or there were none: so who refuses is named rightly."""
        before, self.victims = self.victims, [one for one in self.victims if keep(one)]
        return bool(self.victims) or not before

    @property
    def termination(self):
        return Termination(
            at=self.at, unit=self.unit, scope=self.config.scope, leashed=self.config.leashed,
            instances=tuple(one.name for one in self.victims),
        )  # fmt: skip


# ── The gates ───────────────────────────────────────────────────────────────
def _no_outage(kill):
    """The checker says False; one that fails may be a part of the outage."""
    try:
        return kill.monkey.outage(kill.at) is False
    except Exception:
        return False


def _agreed(kill, says):
    """Of an application all groups say so, or all are spared."""
    no = {(one.account, one.app) for one in kill.fleet.groups if not says(one)}
    return kill.left(lambda one: (one.group.account, one.group.app) not in no)


def _not_exempt(kill):
    def exempt(one):
        said = (one.group.account, one.region, one.group.stack, one.group.detail)
        return any(all(map(_like, said, row)) for row in kill.config.exempt)

    return kill.left(lambda one: not exempt(one))


def _like(text, pattern):
    """Whether text has the pattern, in which a star alone means more than itself."""
    return fnmatchcase(text, pattern.replace("[", "[[]").replace("?", "[?]"))


def _somebody(kill):
    """An instance, a zone or a region is picked among those who are left."""
    tells = SCOPES[kill.config.scope]
    names = sorted({getattr(one, tells) for one in kill.victims})
    if not names:
        return False
    rng = stream(kill.monkey.seed, f"pick {kill.day} {kill.unit}")
    chosen = names[rng.integers(len(names))]
    return kill.left(lambda one: getattr(one, tells) == chosen)


def _rested(kill):
    last, least = kill.monkey.ledger.last.get(kill.unit), kill.config.min_workdays_between_kills
    return last is None or kill.day >= kill.config.workdays.nth(last, least)


def _minimum(kill):
    lost = Counter(one.group for one in kill.victims)
    left = Counter(one.group for one in kill.fleet.healthy()) - lost
    return all(left[group] >= group.minimum for group in lost)


def _small_part(kill):
    down, size = len(kill.fleet.due), len(kill.fleet.due) + len(kill.fleet.healthy())
    return down + len(kill.victims) <= kill.config.most_down_ratio * size


def _recorded(kill):
    """Every tracker has it, and none did it; one that fails calls it off, others keep their note."""
    try:
        for tracker in kill.monkey.trackers:
            tracker(kill.termination)
    except Exception:
        return False
    up = {one.name for one in kill.fleet.healthy()}
    noted = kill.config.leashed or bool(kill.monkey.trackers)
    return noted and up.issuperset(kill.termination.instances)


GATES = {  # in order
    "enabled": lambda kill: kill.config.enabled,
    "hours": lambda kill: kill.config.workdays.is_open(kill.at),
    "outage": _no_outage,
    "opted in": lambda kill: _agreed(kill, lambda group: group.opted_in),
    "leashed in test": lambda kill: kill.config.leashed or not kill.config.in_test,
    "application": lambda kill: _agreed(kill, lambda group: group.enabled),
    "whitelist": lambda kill: _agreed(kill, lambda group: not group.whitelisted),
    "exempt": _not_exempt,
    "canary": lambda kill: kill.left(lambda one: not one.group.name.endswith(NEVER)),
    "serving": lambda kill: kill.left(lambda one: one.group.serving),
    "somebody": _somebody,
    "gap": _rested,
    "minimum": _minimum,
    "cap": lambda kill: (
        kill.monkey.ledger.today < getattr(kill.config, f"most_{kill.config.scope}s")
    ),
    "share down": _small_part,
    "recorded": _recorded,
}


# ── The monkey ──────────────────────────────────────────────────────────────
class ChaosMonkey:
    """Kills by plan, through the gates.

    `outage(now)` says whether there is one; each of `trackers` takes a `Termination`. A monkey
    with the `ledger` of one that has ended goes on where it stopped.

    >>> from datetime import UTC
    >>> from scalemodel.netflix.chaos.fleet import Group
    >>> fleet = Fleet(groups=[Group("api", instances=30, minimum=20, opted_in=True)])
    >>> config, rng = MonkeyConfig(mean_workdays_between_kills=1), np.random.default_rng(7)
    >>> monkey = ChaosMonkey(config, rng, outage=lambda now: False, trackers=[print])
    >>> [unit for at, unit in monkey.plan(fleet, day=date(2026, 3, 2))]
    ['prod api region-1', 'prod api region-2']
    >>> monkey.trackers, late = (), datetime(2026, 3, 2, 14, 59, tzinfo=UTC)
    >>> [kill.leashed for kill in monkey.tick(fleet, now=late)], len(fleet.healthy())
    ([True, True], 30)
    >>> ChaosMonkey(config, rng, ledger=monkey.ledger).tick(fleet, late)
    []
    """

    def __init__(self, config: MonkeyConfig, rng: np.random.Generator,
                 outage: Callable = lambda now: False, trackers: Sequence[Callable] = (),
                 ledger: Ledger | None = None):  # fmt: skip
        self.config = checks.instance("config", config, MonkeyConfig)
        self.outage = checks.takes("outage", outage, "now")
        for tracker in _row("trackers", trackers):
            checks.takes("trackers", tracker, "termination")
        self.trackers = tuple(trackers)
        self.ledger = Ledger() if ledger is None else checks.instance("ledger", ledger, Ledger)
        self.seed = int(checks.instance("rng", rng, np.random.Generator).integers(2**63))
        self.log = []  # of what was refused: the moment, the unit, the gate

    def plan(self, fleet: Fleet, day: date) -> list[tuple[datetime, str]]:
        """From when on which unit may lose somebody on a day, in order of time."""
        regions = checks.instance("fleet", fleet, Fleet).regions
        config, workdays, planned = self.config, self.config.workdays, []
        units = {_unit(config, group, region) for group in fleet.groups for region in regions}
        start, stop = workdays.hours(day)
        minutes = (stop - start) // timedelta(minutes=1)  # none if the clock jumps over them
        for unit in sorted(units) if workdays.works(day) and minutes else ():
            rng = stream(self.seed, f"plan {day} {unit}")
            if rng.random() * config.mean_workdays_between_kills < 1:
                planned.append((start + timedelta(minutes=int(rng.integers(minutes))), unit))
        return sorted(planned)

    def tick(self, fleet: Fleet, now: datetime) -> list[Termination]:
        """What is killed of that which is due by now; the fleet's clock goes on to `now`."""
        at, clock = utc("now", now), checks.instance("fleet", fleet, Fleet).now
        day, ledger = self.config.workdays.day(at), self.ledger
        if at < max(clock, ledger.now or clock):
            raise ValueError(f"now={at} must not be before {clock} and the last tick")
        if ledger.fleet not in (None, fleet):
            raise ValueError(
                f"fleet={checks.brief(fleet)} must be the one that the ledger is about"
            )
        due = ledger.due if day == ledger.day else self.plan(fleet, day)
        fleet.advance(at)
        ledger.fleet, ledger.due = fleet, due
        if day != ledger.day:
            ledger.day, ledger.today = day, 0
        ledger.now, due = at, [unit for when, unit in ledger.due if when <= at]
        ledger.due = ledger.due[len(due) :]
        return [kill for unit in due if (kill := self._tried(fleet, at, unit))]

    def _tried(self, fleet, at, unit):
        kill = _Attempt(self, fleet, at, unit)
        for name, passes in GATES.items():
            if not passes(kill):
                self.log.append((at, unit, name))
                return None
        for victim in kill.victims if not self.config.leashed else ():
            fleet.terminate(victim.name)
        self.ledger.last[unit] = kill.day
        self.ledger.today += 1
        return kill.termination


def _unit(config, group, region):
    """The name of what a plan is made for: part of a group, a region with its zones, or all."""
    if config.scope != "instance":
        return region if config.scope == "zone" else "all"
    stack = f"{group.app}-{group.stack}".rstrip("-")
    name = {"app": group.app, "stack": stack, "cluster": group.name}[config.grouping]
    return f"{group.account} {name}{f' {region}' if config.regions_independent else ''}"


def _row(name, value):
    if not isinstance(value, list | tuple):
        raise ValueError(f"{name}={checks.brief(value)} must be a row")
    return value


# ── What the gates are for ──────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class NaiveMonkey:
    """A monkey without gates: at any hour, of any group, below any minimum, and nothing noted.

    >>> from scalemodel.netflix.chaos.fleet import Group
    >>> fleet = Fleet(groups=[Group("api", minimum=30)])
    >>> len(NaiveMonkey(fleet, rng=np.random.default_rng(3)).strike())
    15
    """

    fleet: Fleet
    rng: np.random.Generator

    def __post_init__(self):
        checks.plain(self)
        checks.instance("fleet", self.fleet, Fleet)
        checks.instance("rng", self.rng, np.random.Generator)

    def strike(self) -> list[str]:
        """The names of those who are gone: an instance, what stands in a zone or in a region."""
        instances = [one.name for one in self.fleet.healthy()]
        zones, regions = [*self.fleet.zones], self.fleet.regions
        targets = (instances or regions, zones, regions)[self.rng.integers(3)]
        gone = self.fleet.terminate(targets[self.rng.integers(len(targets))])
        return [one.name for one in gone]
