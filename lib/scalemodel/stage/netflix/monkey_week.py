"""The moments of a monkey's week in a fleet: whom it picks, and which gate says no.

On Wednesday there is an outage, on Thursday what writes kills down does not answer. Two thirds
of the instances have to stay up. Every fleet, beast and leash has its own run.

Left out: several programs, and a plan of less than a kill a day; a month is in `monkey_month`.
Sources: none; who is killed when is read off `scalemodel.netflix.chaos`.
"""

__all__ = [
    "BEASTS", "DAYS", "OUTAGE", "REPLACE_S", "SEED", "SILENT", "START", "WHY", "Moment", "least_up",
    "week",
]  # fmt: skip
__dir__ = lambda: __all__

import functools
import heapq
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from scalemodel.core.rng import stream
from scalemodel.netflix.chaos.fleet import Fleet, Group
from scalemodel.netflix.chaos.monkey import GATES, ChaosMonkey, MonkeyConfig, NaiveMonkey

BEASTS = {"Monkey": "instance", "Gorilla": "zone", "Kong": "region", "no gates": ""}
START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
OUTAGE, SILENT = 2, 3  # the days on which the monkey is refused for a reason
SEED = 10  # with it the kill of Tuesday is at about ten
REPLACE_S = 180.0
WHY = {
    "outage": "there is an outage",
    "cap": "one zone a day is enough",
    "share down": "more than half would be down",
    "recorded": "the list of kills does not answer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What has happened by a minute of the week, in words and in the fleet.

    `passed` counts the gates that let the kill through, `refused` names the one that did not;
    `struck` and `down` are places of the fleet, zone by zone.

    >>> week("Monkey", 2, 3, 2)[3].passed
    16
    """

    minute: int
    words: str
    down: tuple[int, ...] = ()
    struck: tuple[int, ...] = ()
    passed: int = 0
    refused: str = ""


def least_up(instances: int) -> int:
    """How many must stay up: two thirds, rounded up.

    >>> [least_up(instances) for instances in (1, 3, 4, 12)]
    [1, 2, 3, 8]
    """
    return -(-2 * instances // 3)


@functools.cache
def week(beast: str, regions: int, zones: int, each: int, leashed: bool = False) -> list[Moment]:
    """The moments of one week, by the engine.

    >>> [moment.refused for moment in week("Kong", 2, 3, 2) if moment.refused]
    ['minimum', 'minimum', 'outage', 'minimum', 'minimum']
    """
    return _Week(beast, regions, zones, each, leashed).told()


class _Week:
    """A fleet and its beast, and what is told of them."""

    def __init__(self, beast, regions, zones, each, leashed):
        self.beast, self.leashed, self.instances = beast, leashed, regions * zones * each
        self.least = least_up(self.instances)
        group = Group("api", instances=self.instances, minimum=self.least, opted_in=True)
        self.fleet = Fleet(regions=regions, zones_per_region=zones, groups=[group],
                           replace_s=REPLACE_S, start=START)  # fmt: skip
        self.zone_names = sorted(self.fleet.zones)
        self.place = {}  # of each instance that is up
        self.free = {zone: [number * each + n for n in range(each)]
                     for number, zone in enumerate(self.zone_names)}  # fmt: skip
        self.settle()
        self.naive = (
            NaiveMonkey(self.fleet, stream(SEED, "no gates")) if beast == "no gates" else None
        )
        config = MonkeyConfig(
            leashed=leashed, scope=BEASTS[beast] or "instance", mean_workdays_between_kills=1,
            regions_independent=False,
        )  # fmt: skip
        outage = lambda now: now.weekday() == OUTAGE
        self.monkey = ChaosMonkey(config, np.random.default_rng(SEED), outage, [self.written])
        self.killed = self.refused = 0

    def written(self, termination):
        if termination.at.weekday() == SILENT:
            raise OSError("the list does not answer")

    def settle(self):
        """Give each newcomer the first free place of its zone; who has gone leaves theirs."""
        up = {one.name: one.zone for one in self.fleet.healthy()}
        for name in [name for name in self.place if name not in up]:
            place, zone = self.place.pop(name)
            self.free[zone] = sorted([*self.free[zone], place])
        for name, zone in up.items():
            if name not in self.place:
                self.place[name] = (self.free[zone].pop(0), zone)

    @property
    def down(self):
        return tuple(sorted(place for row in self.free.values() for place in row))

    def planned(self, day):
        """When something is tried on that day of the week."""
        if self.naive:
            minute = int(stream(SEED, f"day {day}").integers(24 * 60))
            return [START + timedelta(days=day, minutes=minute)]
        return [at for at, _ in self.monkey.plan(self.fleet, (START + timedelta(days=day)).date())]

    def told(self):
        up = f"{self.instances} instance{'s' * (self.instances > 1)}"
        opening = f"Monday, 0:00: {up} of one program; {self.least} must stay up."
        moments = [Moment(minute=0, words=opening)]
        for day in range(7):
            times = self.planned(day)
            if not times:
                words = f"{DAYS[day]}: nobody is at their desk, so nothing is planned."
                moments.append(Moment(minute=day * 1440 + 720, words=words))
            heapq.heapify(times)
            while times:
                now = heapq.heappop(times)
                moments += self.at(now)
                back = now + timedelta(seconds=REPLACE_S)
                if self.down and back not in times:
                    heapq.heappush(times, back)
        words = f"The week is over. Kills: {self.killed}{', all dry' * self.leashed}. Refused by a gate: {self.refused}."
        return [*moments, Moment(minute=7 * 1440, words=words)]

    def at(self, now):
        """What happens at a moment: replacements first, then what is tried."""
        minute, clock = int((now - START).total_seconds()) // 60, _clock(now)
        self.fleet.advance(now)
        missing = self.down
        self.settle()
        moments = []
        if len(self.down) < len(missing):
            words = f"{clock}: replaced. {self.up()}."
            moments.append(Moment(minute=minute, words=words, down=self.down))
        before, seen = dict(self.place), len(self.monkey.log)
        if self.naive and now in self.planned(now.weekday()):
            gone = self.naive.strike()
            self.settle()
            self.killed += 1
            moments.append(
                self.struck_by_naive(now, minute, clock, [before[name] for name in gone])
            )
        elif not self.naive:
            kills = self.monkey.tick(self.fleet, now)
            self.settle()
            moments += [self.struck(minute, clock, kill, before) for kill in kills]
            moments += [self.stopped(minute, clock, gate) for _, _, gate in self.monkey.log[seen:]]
        return moments

    def up(self):
        return f"{len(self.place)} of {self.instances} are up"

    def struck(self, minute, clock, kill, before):
        self.killed += 1
        places = [before[name] for name in kill.instances]
        who = _who(self.beast, kill.instances[0], places[0][1], len(places))
        end = "is written down, and nobody is killed" if kill.leashed else f"is gone. {self.up()}"
        words = f"{clock}: all {len(GATES)} gates let it through; {who} {end}."
        return Moment(minute=minute, words=words, down=self.down, passed=len(GATES),
                      struck=tuple(place for place, _ in places))  # fmt: skip

    def stopped(self, minute, clock, gate):
        self.refused += 1
        left = f"fewer than {self.least} would be left"
        words = f"{clock}: the gate “{gate}” refuses, for {WHY.get(gate, left)}."
        return Moment(minute=minute, words=words, down=self.down, refused=gate,
                      passed=list(GATES).index(gate))  # fmt: skip

    def struck_by_naive(self, now, minute, clock, places):
        zones = {zone for _, zone in places}
        who = f"{len(places)} instance{'s' * (len(places) > 1)}"
        where = "" if len(places) == 1 else f", all of {_where(zones)}"
        office = now.weekday() < 5 and 9 <= now.hour < 15
        also = [
            " Nobody is at their desk." * (not office),
            " There was an outage already." * (now.weekday() == OUTAGE),
        ]
        should = f", and {self.least} must be" * (len(self.place) < self.least)
        words = f"{clock}: {who} gone{where}. {self.up()}{should}.{''.join(also)}"
        return Moment(minute=minute, words=words, down=self.down,
                      struck=tuple(place for place, _ in places))  # fmt: skip


def _clock(now):
    return f"{DAYS[now.weekday()]}, {now.hour}:{now.minute:02d}"


def _where(zones):
    return f"zone {min(zones)}" if len(zones) == 1 else min(zones)[:-1]


def _who(beast, name, zone, count):
    many = f"with {count} instance{'s' * (count > 1)}"
    return {"Monkey": name, "Gorilla": f"zone {zone}, {many},"}.get(beast, f"{zone[:-1]}, {many},")
