"""A month of a monkey, with all its gates, without one of them, and with none at all.

Five programs stand in two regions of three zones each, and each has a reason why something must
not happen to it: one has nothing to spare, one never opted in, one is switched off, one is a
canary. There is an outage of two days, a day on which the list of kills does not answer, and one
on which the monkey's own server stands still till five. Each minute it is asked what is due: at
those of the plan, for in all others nothing is. Days, sizes and faults are ours.

To take a gate away is to let everything through it, for one run.

Left out: Gorilla and Kong, whose week is in `monkey_week`.
Sources: none; who is killed when is read off `scalemodel.netflix.chaos`.
"""

__all__ = [
    "ALL", "CONFIG", "DAYS", "GROUPS", "HARMS", "NOTHING", "OUTAGE", "SEED", "SILENT", "START",
    "STILL", "Kill", "Month", "first_harm", "month", "month_picture",
]  # fmt: skip
__dir__ = lambda: __all__

import functools
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import plotly.graph_objects as go

from scalemodel.core.rng import stream
from scalemodel.netflix.chaos.fleet import Fleet, Group, Instance
from scalemodel.netflix.chaos.monkey import GATES, NEVER, ChaosMonkey, MonkeyConfig, NaiveMonkey
from scalemodel.netflix.chaos.workdays import OFFICE
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture

GROUPS = (
    Group("api", instances=12, minimum=8, opted_in=True),
    Group("web", instances=6, minimum=6, opted_in=True),  # nothing to spare
    Group("db", instances=6, minimum=4),
    Group("bill", instances=6, minimum=4, opted_in=True, enabled=False),
    Group("api", detail="canary", instances=6, opted_in=True),
)
START, DAYS = datetime(2026, 3, 1, tzinfo=UTC), 31
OUTAGE = datetime(2026, 3, 11, 8, tzinfo=UTC), datetime(2026, 3, 12, 18, tzinfo=UTC)
SILENT = datetime(2026, 3, 19).date()  # the list of kills does not answer
STILL = datetime(2026, 3, 9, 17, tzinfo=UTC)  # till then the monkey's own server stands still
CONFIG = {"leashed": False, "mean_workdays_between_kills": 2, "most_instances": 1}
SEED = 3
NOTHING, ALL = "nothing", "all of them"
HARMS = {  # each gate with what it is there for
    "hours": "nobody at their desk",
    "outage": "in the outage",
    "opted in": "it never opted in",
    "application": "switched off for it",
    "canary": "a canary",
    "minimum": "too few are left",
    "cap": "the second of a day",
    "recorded": "not written down",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """One kill: when, who, and what was wrong with it, in the words of `HARMS`.

    >>> month("cap").kills[0].harms
    ()
    """

    at: datetime
    victims: tuple[Instance, ...]
    harms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """All kills of a month, and what was refused: when, and by which gate.

    >>> str(month().refused[0][0]), month().refused[0][1]
    ('2026-03-02 09:44:00+00:00', 'opted in')
    """

    kills: tuple[Kill, ...]
    refused: tuple[tuple[datetime, str], ...]

    def harmed(self) -> Counter:
        """How many kills did each harm.

        >>> sum(month().harmed().values())
        0
        """
        return Counter(harm for kill in self.kills for harm in kill.harms)


@contextmanager
def _taken_away(gate):
    kept = dict(GATES)
    try:
        if gate in GATES:
            GATES[gate] = lambda kill: True
        yield
    finally:
        GATES.update(kept)


@functools.cache
def month(without: str = NOTHING) -> Month:
    """The kills of March without one gate, or without all of them.

    >>> [len(month(without).kills) for without in ("nothing", "all of them")]
    [14, 103]
    """
    if without != NOTHING and without != ALL and without not in HARMS:
        raise ValueError(f"without={without!r} must be one of {[NOTHING, ALL, *HARMS]}")
    fleet = Fleet(groups=GROUPS, start=START)
    if without == ALL:
        return _naive(fleet, len(month().kills) + len(month().refused))
    noted = []

    def note(termination):
        if termination.at.date() == SILENT:
            raise OSError("no answer")
        noted.append(termination)

    monkey = ChaosMonkey(
        MonkeyConfig(**CONFIG), np.random.default_rng(SEED), _outage, trackers=[note]
    )
    days = [(START + timedelta(days=n)).date() for n in range(DAYS)]
    planned = [at for day in days for at, _ in monkey.plan(fleet, day)]
    kills, history = [], _History()
    with _taken_away(without):
        for now in [STILL if at.date() == STILL.date() else at for at in planned]:
            fleet.advance(now)
            before = {one.name: one for one in fleet.healthy()}
            for kill in monkey.tick(fleet, now):
                victims = [before[name] for name in kill.instances]
                kills.append(history.kill(fleet, now, victims, kill in noted))
    return Month(kills=tuple(kills), refused=tuple((at, gate) for at, _, gate in monkey.log))


def _naive(fleet, strikes):
    """As many strikes as the other made attempts, at any minute of the month."""
    rng, kills, history = stream(SEED, "no gates"), [], _History()
    monkey = NaiveMonkey(fleet, rng)
    for minute in np.sort(rng.integers(DAYS * 1440, size=strikes)).tolist():
        now = START + timedelta(minutes=minute)
        fleet.advance(max(now, fleet.now))
        before = {one.name: one for one in fleet.healthy()}
        victims = [before[name] for name in monkey.strike()]
        kills.append(history.kill(fleet, now, victims, False))
    return Month(kills=tuple(kills), refused=())


class _History:
    """How many were killed on each day, for a further kill is judged by them, too."""

    def __init__(self):
        self.days = Counter()

    def kill(self, fleet, now, victims, noted):
        groups = {one.group for one in victims}
        self.days[now.date()] += 1
        wrong = {
            "hours": not OFFICE.is_open(now),
            "outage": _outage(now),
            "opted in": any(not group.opted_in for group in groups),
            "application": any(not group.enabled for group in groups),
            "canary": any(group.name.endswith(NEVER) for group in groups),
            "minimum": any(len(fleet.healthy(group)) < group.minimum for group in groups),
            "cap": self.days[now.date()] > CONFIG["most_instances"],
            "recorded": not noted,
        }
        harms = tuple(HARMS[gate] for gate in HARMS if wrong[gate])
        return Kill(at=now, victims=tuple(victims), harms=harms)


def _outage(now):
    return OUTAGE[0] <= now < OUTAGE[1]


def first_harm(without: str) -> tuple[str, int]:
    """When the first kill did the harm that the missing gate is there for, and how many did.

    >>> first_harm("opted in")
    ('Mon 2 March, 9:44', 6)
    """
    wanted = HARMS[without]
    kills = [kill for kill in month(without).kills if wanted in kill.harms]
    return _clock(kills[0].at), len(kills)


def _clock(at):
    return f"{at:%a} {at.day} March, {at.hour}:{at.minute:02d}"


# ── The picture ─────────────────────────────────────────────────────────────
def month_picture(without: str = NOTHING) -> Picture:
    """The month as a calendar: a day is a column, the hours run down.

    >>> month_picture().alt[:47]
    'With all gates: 14 kills, none of which harmed '
    """
    told = month(without)
    good = [kill.at for kill in told.kills if not kill.harms]
    bad = [kill for kill in told.kills if kill.harms]
    series = (
        ("a gate refused", [at for at, _ in told.refused], "green", "line-ew-open",
         [gate for _, gate in told.refused]),
        ("killed", good, "blue", "circle", [""] * len(good)),
        ("killed, and it should not have been", [kill.at for kill in bad], "red", "x",
         [", ".join(kill.harms) for kill in bad]),
    )  # fmt: skip
    office = [
        {"type": "rect", "x0": day + 0.5, "x1": day + 1.5, "y0": 9, "y1": 15, "layer": "below",
         "line": {"width": 0}, "fillcolor": theme.colour("field")}
        for day in range(DAYS) if OFFICE.works((START + timedelta(days=day)).date())
    ]  # fmt: skip
    outage = {
        "type": "rect", "x0": 10.5 + 8 / 24, "x1": 12.5, "y0": 0, "y1": 24, "layer": "below",
        "line": {"width": 0}, "fillcolor": theme.colour("alarm_field"), "opacity": 0.45,
    }  # fmt: skip
    figure = go.Figure(
        {
            "data": [
                {"type": "scatter", "mode": "markers", "name": name, "text": words,
                 "x": [at.day for at in times],
                 "y": [round(at.hour + at.minute / 60, 2) for at in times],
                 "marker": {"color": theme.colour(hue), "symbol": symbol, "size": 9,
                            "line": {"width": 2, "color": theme.colour(hue)}}}
                for name, times, hue, symbol, words in series
            ],
            "layout": {
                "height": 275, "legend": {"orientation": "h", "y": 1.15},
                "xaxis": {"title": {"text": "day of March"},
                          "range": [0.3, DAYS + 0.7], "tickvals": [1, 8, 15, 22, 29]},
                "yaxis": {"title": {"text": "hour"}, "range": [24, 0], "tickvals": [0, 6, 9, 15, 18, 24]},
                "shapes": [outage, *office],
            },
        }
    )  # fmt: skip
    which = {NOTHING: "With all gates", ALL: "Without any gate"}.get(
        without, f"Without the gate “{without}”"
    )
    harm = f"{len(bad)} of which should not have been" if bad else "none of which harmed anybody"
    alt = f"{which}: {len(told.kills)} kills, {harm}; {len(told.refused)} times a gate refused."
    readings = {
        "kills": (len(told.kills), "count"),
        "that should not have been": (len(bad), "count"),
        "refused": (len(told.refused), "count"),
    }
    return Picture(figure, readings, alt)
