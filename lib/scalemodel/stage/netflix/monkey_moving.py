"""A week of a monkey in a fleet of the reader's size: whom it picks, and which gate says no.

The calendar runs from Monday to Sunday, and the hours at which people are at their desks are
shaded. On Wednesday there is an outage, on Thursday what writes kills down does not answer.
Two thirds of the instances have to stay up. Every fleet, beast and leash has its own run.

Left out: several programs, and a plan of less than a kill a day; a month is in `monkey_month`.
Sources: none; who is killed when is read off `scalemodel.netflix.chaos`.
"""

import functools
import heapq
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import product

import numpy as np

from scalemodel.core import units
from scalemodel.core.rng import stream
from scalemodel.netflix.chaos.fleet import Fleet, Group
from scalemodel.netflix.chaos.monkey import GATES, ChaosMonkey, MonkeyConfig, NaiveMonkey
from scalemodel.stage.views.embed import Embed, data_html
from scalemodel.stage.views.kinds import Kind

REGIONS, ZONES, EACH = (1, 2, 3), (1, 2, 3), (1, 2, 4)
BEASTS = {"Monkey": "instance", "Gorilla": "zone", "Kong": "region", "no gates": ""}
OPENS = (2, 3, 2)
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
        self.naive = NaiveMonkey(stream(SEED, "no gates")) if beast == "no gates" else None
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
            gone = self.naive.strike(self.fleet)
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


# ── The element ─────────────────────────────────────────────────────────────
def monkey_moving() -> Embed:
    """The week of each beast in each fleet, with and without a leash.

    >>> monkey_moving().text[:48]
    'What does a monkey do in a week?: 189 weeks, 2 r'
    """
    title = "What does a monkey do in a week?"
    sizes = list(product(REGIONS, ZONES, EACH))
    runs = {}
    for beast, size in product(BEASTS, sizes):
        for leashed in (False, True) if BEASTS[beast] else (False,):
            key = f"{beast} {' '.join(map(str, size))}{' leashed' * leashed}"
            runs[key] = [_row(moment) for moment in week(beast, *size, leashed)]
    first = week("Monkey", *OPENS)
    data = {"runs": runs, "gates": len(GATES)}
    picks = "".join(
        f'<button type="button" data-beast="{beast}" aria-pressed="{str(beast == "Monkey").lower()}">'
        f"{beast}</button>"
        for beast in BEASTS
    )
    selects = "".join(
        f'<label>{name} <select autocomplete="off">{_options(values, start)}</select></label>'
        for name, values, start in zip(
            ("regions", "zones in each", "instances in each"),
            (REGIONS, ZONES, EACH),
            OPENS,
            strict=True,
        )
    )
    gates = "".join(f"<li>{gate}</li>" for gate in GATES)
    steps = "".join(f"<li>{escape(units.tied(moment.words))}</li>" for moment in first)
    html = (
        f'<figure class="sm-moving" data-ready="1" aria-label="{title}" data-lm-suppress-shortcuts>'
        f'<div class="sm-monkey_moving"><p class="sm-title">{title}</p>'
        f'<div class="sm-moving-ways" hidden>{picks}</div>'
        f'<div class="sm-moving-ways" hidden>{selects}'
        '<button type="button" data-leash aria-pressed="false">on its leash</button></div>'
        f'<svg viewBox="0 0 360 168" aria-hidden="true">{_calendar()}<g data-fleet>{_fleet()}</g>'
        f'<g data-marks></g><path data-hand d="M5 20v38"/>{_beast()}</svg>'
        f'<ol aria-label="gates, in order">{gates}</ol>'
        f'<p data-said aria-live="polite">{escape(units.tied(first[0].words))}</p>'
        '<div class="sm-moving-buttons" hidden><button type="button" data-to="play">▶ play</button>'
        '<button type="button" data-to="back">‹ back</button>'
        '<button type="button" data-to="next">next ›</button><output></output></div>'
        f"<details><summary>The steps in words</summary><ol>{steps}</ol></details>"
        f"{data_html(data)}</div></figure>"
    )
    regions, zones, each = OPENS
    text = f"{title}: {len(runs)} weeks, {regions} regions, {zones} zones, {each} each first"
    return Embed(Kind.beside(__file__), html, text)


def _row(moment):
    words = units.tied(moment.words)
    row = [
        moment.minute,
        words,
        list(moment.down),
        list(moment.struck),
        moment.passed,
        int(bool(moment.refused)),
    ]
    while len(row) > 2 and not row[-1]:
        row.pop()
    return row


def _options(values, start):
    return "".join(f"<option{' selected' * (value == start)}>{value}</option>" for value in values)


def _calendar():
    days = "".join(
        f'<text x="{5 + 50 * n + 25}" y="13" text-anchor="middle">{day[:3]}</text>'
        f'<rect x="{5 + 50 * n}" y="20" width="50" height="38" class="day"/>'
        + f'<rect x="{5 + 50 * n + 18.75}" y="20" width="12.5" height="38" class="desk"/>'
        * (n < 5)
        for n, day in enumerate(DAYS)
    )
    return days


def _fleet():
    """The fleet as it opens; the script draws it anew, by the same rule."""
    regions, zones, each = OPENS
    wide, parts = 350 / regions, []
    for region in range(regions):
        parts.append(
            f'<rect x="{5 + region * wide + 2:g}" y="70" width="{wide - 4:g}" height="94" rx="5"/>'
            f'<text x="{5 + region * wide + 9:g}" y="85">region {region + 1}</text>'
        )
        for zone in range(zones):
            x = 5 + region * wide + (zone + 0.5) * wide / zones
            parts.append(f'<text x="{x:g}" y="158" text-anchor="middle">{"abc"[zone]}</text>')
            for n in range(each):
                dx, dy = (
                    (0 if each == 1 else 16 * (n % 2) - 8),
                    16 * (n // 2) - (8 if each > 2 else 0),
                )
                parts.append(f'<circle cx="{x + dx:g}" cy="{118 + dy}" r="6"/>')
    return "".join(parts)


def _beast():
    return (
        '<g data-beast-drawn style="transform:translate(180px,150px);opacity:0"><g>'
        '<circle cx="-8" cy="-1" r="4"/><circle cx="8" cy="-1" r="4"/><circle r="8.5"/>'
        '<ellipse cy="3" rx="5.5" ry="4.5" class="face"/><circle cx="-3" cy="-2.5" r="1.3" class="eye"/>'
        '<circle cx="3" cy="-2.5" r="1.3" class="eye"/></g></g>'
    )
