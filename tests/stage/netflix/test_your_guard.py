"""A reader's guard lets through what the monkey would end behind it, and harm is named rightly."""

import random

import pytest

from scalemodel.netflix.chaos.fleet import Group
from scalemodel.stage.netflix import your_guard, your_guard_told
from scalemodel.stage.netflix.monkey_month import HARMS, SILENT
from scalemodel.stage.netflix.your_guard import Kill, harms, killed, race
from scalemodel.stage.netflix.your_guard_told import NO_GATE, through
from scalemodel.stage.python.told import told

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
    table = told(your_guard.__name__)
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
    start = your_guard_told.START
    api = Group("api", instances=12, minimum=8, opted_in=True)
    moments = [start.replace(hour=9, minute=minute) for minute in (0, 1, 2, 3, 4)]
    row = [(at, api, "region-1") for at in moments]
    monkeypatch.setattr(your_guard_told, "tries", lambda: row)
    monkeypatch.setattr(your_guard_told, "GROUPS", (api,))
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
    words = race(lambda kill: asking(["hours", "opted in"])(kill)).words.splitlines()
    assert words[1].split() == ["all", "gates", "10", "0"] and words[2].split() == [
        "yours",
        "6",
        "39",
    ]
    assert "14 × too few are left" in words


def test_who_asks_for_all_is_told_so():
    assert race(asking(ASKS)).words.endswith("No harm, and 10 of the 10 kills that could be.")


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("answer", [None, 1, "yes"])
def test_an_answer_that_is_neither_yes_nor_no_is_refused(answer):
    with pytest.raises(ValueError, match=r"^your guard returned .*; it must return True or False"):
        race(lambda kill: answer)
