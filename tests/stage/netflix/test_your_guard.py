"""A reader's guard lets through what the monkey would end behind it, and harm is named rightly."""

import random
import re
from xml.etree import ElementTree

import pytest

from scalemodel.netflix.chaos.fleet import Group
from scalemodel.stage.netflix.monkey_month import HARMS, SILENT
from scalemodel.stage.netflix.yours import guard_told
from scalemodel.stage.netflix.yours.guard import Kill, harms, killed, race
from scalemodel.stage.netflix.yours.guard_told import NO_GATE, through
from scalemodel.stage.python.told import told

PLACE = "scalemodel.stage.netflix.yours.guard"

TEMPTED = """\
Kills that did no harm, and that did:
all gates          10      0
yours               6     39
hours alone         4     52
no gates            1    185

25 × the second of a day
14 × too few are left
7 × a canary
5 × in the outage
5 × switched off for it
2 × not written down"""
ASKS = {  # what each gate asks, as a reader would write it
    "hours": lambda kill: kill.weekday < 5 and 9 <= kill.hour < 15,
    "outage": lambda kill: not kill.outage,
    "opted in": lambda kill: kill.opted_in,
    "application": lambda kill: kill.enabled,
    "canary": lambda kill: not kill.program.endswith("canary"),
    "minimum": lambda kill: kill.up > kill.minimum,
    "cap": lambda kill: kill.today == 0,
    "recorded": lambda kill: kill.written_down,
}


def asking(gates):
    return lambda kill: all(ASKS[gate](kill) for gate in gates)


def behind(guard):
    """The engine's gates, with a reader's guard in place of one and no other."""

    def seen(attempt):
        at, fleet = attempt.at, attempt.fleet
        group = next(one for one in fleet.groups if f" {one.name} " in attempt.unit)
        return guard(
            Kill(
                at.day,
                at.weekday(),
                at.hour,
                at.minute,
                group.name,
                group.opted_in,
                group.enabled,
                attempt.monkey.outage(at),
                at.date() != SILENT,
                len(fleet.healthy(group)),
                group.minimum,
                attempt.monkey.ledger.today,
            )
        )

    return NO_GATE | {"serving": seen}


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("seed", range(10))
def test_what_is_killed_is_what_the_engine_kills_behind_the_guard(seed):
    dice = random.Random(seed)
    for _ in range(5):
        gates, hour = dice.sample(list(ASKS), dice.randint(0, 7)), dice.randint(6, 20)

        def guard(kill, gates=gates, hour=hour):
            return (kill.hour < hour or kill.today < 2) and asking(gates)(kill)

        assert killed(guard) == through(behind(guard))


def test_all_that_the_gates_ask_lets_through_what_the_gates_do():
    table = told(PLACE)
    assert killed(asking(ASKS)) == through({}) == table["rivals"]["all gates"]
    assert killed(asking(["hours"])) == table["rivals"]["hours alone"]
    assert killed(asking([])) == table["rivals"]["no gates"]


@pytest.mark.parametrize("gate", HARMS)
def test_without_one_of_the_engines_gates_there_is_its_harm_and_no_other(gate):
    numbers = through({gate: lambda kill: True})
    assert set().union(*harms(numbers)) == {HARMS[gate]}


def test_behind_all_gates_there_is_no_harm():
    assert not any(harms(through({})))


def test_who_was_ended_is_back_after_three_minutes(monkeypatch):
    start = guard_told.START
    api = Group("api", instances=12, minimum=8, opted_in=True)
    moments = [start.replace(hour=9, minute=minute) for minute in (0, 1, 2, 3, 4)]
    row = [(at, api, "region-1") for at in moments]
    monkeypatch.setattr(guard_told, "tries", lambda: row)
    monkeypatch.setattr(guard_told, "GROUPS", (api,))
    told.cache_clear()
    ups = []
    try:
        killed(lambda kill: ups.append(kill.up) is None)
        again = []
        through(behind(lambda kill: again.append(kill.up) is None))
    finally:
        told.cache_clear()
    assert ups == again == [12, 11, 10, 10, 10]


# ── Examples ────────────────────────────────────────────────────────────────
def test_office_hours_and_consent_are_not_enough():
    assert race(asking(["hours", "opted in"])).words == TEMPTED


def test_the_calendar_has_a_square_or_a_cross_for_each_kill():
    guard = asking(["hours", "opted in"])
    _, desks, squares, crosses = ElementTree.fromstring(race(guard).svg).findall(".//{*}path")
    assert desks.get("d").count("M") == 22, "working days of March"
    assert desks.get("d").startswith("M11.6 21.4h11.6V64.3h-11.6z"), "the second, nine to three"
    numbers, tries, places = killed(guard), told(PLACE)["tries"], {True: [], False: []}
    for number, wrong in zip(numbers, harms(numbers), strict=True):
        day, _, hour, minute, *_ = tries[number]
        x, y = (day - 0.5) * 360 / 31 - 3, (hour + minute / 60 - 6) * 100 / 14 - 3
        places[bool(wrong)].append(f"M{x:.1f} {y:.1f}")
    assert re.findall(r"M[\d.]+ [\d.]+", squares.get("d")) == places[False]
    assert re.findall(r"M[\d.]+ [\d.]+", crosses.get("d")) == places[True]
    assert squares.get("d").endswith("h6v6h-6z") and crosses.get("d").endswith("l6 6m0-6l-6 6")


def test_who_asks_for_all_is_told_so():
    assert race(asking(ASKS)).words.endswith("No harm, and 10 of the 10 kills that could be.")


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("answer", [None, 1, "yes"])
def test_an_answer_that_is_neither_yes_nor_no_is_refused(answer):
    with pytest.raises(ValueError, match=r"^your guard returned .*; it must return True or False"):
        race(lambda kill: answer)
