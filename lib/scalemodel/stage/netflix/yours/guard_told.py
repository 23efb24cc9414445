"""What `guard` is told: who tries to end what in March, and what the gates let through.

The tries are ours, six a day from six to eight o'clock; which of them kill is the engine's answer,
asked with all its gates, with the office hours alone, and with none.

Left out: a plan; these tries come at any hour.
Sources: none.
"""

__all__ = ["NO_GATE", "PER_DAY", "through", "told", "tries"]
__dir__ = lambda: __all__

import functools
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from datetime import timedelta

import numpy as np

from scalemodel.core.rng import stream
from scalemodel.netflix.chaos.fleet import Fleet
from scalemodel.netflix.chaos.monkey import GATES, NEVER, ChaosMonkey, MonkeyConfig
from scalemodel.netflix.chaos.workdays import OFFICE
from scalemodel.stage.netflix.monkey_month import CONFIG, DAYS, GROUPS, HARMS, OUTAGE, SILENT, START
from scalemodel.stage.netflix.yours.guard import FIRST_H, LAST_H

PER_DAY = 6
NO_GATE = {name: lambda kill: True for name in GATES if name != "somebody"}  # which picks one


@functools.cache
def tries() -> list[tuple]:
    """When somebody tries to end an instance, of which group, in which region.

    >>> len(tries())
    186
    """
    rng, rows = stream(4, "your guard"), []
    for day in range(DAYS):
        minutes = FIRST_H * 60 + rng.choice((LAST_H - FIRST_H) * 60, PER_DAY, replace=False)
        for minute in np.sort(minutes).tolist():
            at = START + timedelta(days=day, minutes=minute)
            rows.append((at, GROUPS[rng.integers(len(GROUPS))], f"region-{rng.integers(1, 3)}"))
    return rows


class _Eager(ChaosMonkey):
    """Tries what stands in the list, and nothing of its own."""

    def plan(self, fleet, day):
        return [(at, f"{group.account} {group.name} {region}")
                for at, group, region in tries() if at.date() == day]  # fmt: skip


def through(gates: Mapping[str, Callable]) -> list[int]:
    """The numbers of the tries that the engine lets through, with `gates` in place of its own.

    >>> len(through({})), len(through(NO_GATE))
    (10, 186)
    """
    fleet, number_of = (
        Fleet(groups=GROUPS, start=START),
        {at: n for n, (at, *_) in enumerate(tries())},
    )

    def note(termination):
        if termination.at.date() == SILENT:
            raise OSError("no answer")

    monkey = _Eager(MonkeyConfig(**CONFIG), np.random.default_rng(0), _outage, trackers=[note])
    with _in_place(gates):
        return [number_of[kill.at] for at, *_ in tries() for kill in monkey.tick(fleet, at)]


@contextmanager
def _in_place(gates):
    kept = dict(GATES)
    try:
        GATES.update(gates)
        yield
    finally:
        GATES.update(kept)


def told() -> dict:
    """The table, as plain numbers and words.

    >>> {name: len(row) for name, row in told()["rivals"].items()}
    {'all gates': 10, 'hours alone': 56, 'no gates': 186}
    """
    hours = {name: passes for name, passes in NO_GATE.items() if name != "hours"}
    return {
        "tries": [_told(*one) for one in tries()],
        "programs": {one.name: [one.opted_in, one.enabled, one.instances, one.minimum] for one in GROUPS},
        "harms": HARMS,
        "most_a_day": CONFIG["most_instances"],
        "rivals": {"all gates": through({}), "hours alone": through(hours), "no gates": through(NO_GATE)},
    }  # fmt: skip


def _told(at, group, _):
    wrong = {
        "hours": not OFFICE.is_open(at), "outage": _outage(at), "opted in": not group.opted_in,
        "application": not group.enabled, "canary": group.name.endswith(NEVER),
        "recorded": at.date() == SILENT,
    }  # fmt: skip
    return [
        at.day, at.weekday(), at.hour, at.minute, group.name, wrong["outage"], not wrong["recorded"],
        [gate for gate in wrong if wrong[gate]],
    ]  # fmt: skip


def _outage(now):
    return OUTAGE[0] <= now < OUTAGE[1]
