"""A monkey's guard of the reader's own, for the month of March: with numpy or without.

Somebody wants to end instances at all hours, of all programs, and asks the guard each time. The
month is the chapter's, with its five programs, its outage, the day on which the list of kills
does not answer, and eight reasons why something must not happen.

Left out: zones and regions as a whole.
Sources: none; the harms are those of the chapter, and so is what all gates let through.
"""

__all__ = ["BACK_MIN", "FIRST_H", "LAST_H", "Kill", "harms", "killed", "race"]
__dir__ = lambda: __all__

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from scalemodel.stage.python.outcome import HIGH, WIDE, Outcome, drawn, ink
from scalemodel.stage.python.told import told

BACK_MIN = 3  # until another instance stands there
FIRST_H, LAST_H = 6, 20  # of the calendar


class Kill(NamedTuple):
    """What a guard is told of a kill before it happens.

    >>> Kill(2, 0, 9, 44, "api", True, True, False, True, up=12, minimum=8, today=0).weekday
    0
    """

    day: int  # of March
    weekday: int  # 0 is Monday
    hour: int
    minute: int
    program: str
    opted_in: bool
    enabled: bool  # for the monkey
    outage: bool  # something else is broken
    written_down: bool  # the list of kills has taken it
    up: int  # instances of the program
    minimum: int  # that it needs
    today: int  # kills of this day


def race(guard: Callable) -> Outcome:
    """The kills that the reader's `guard` lets through, beside those of the gates.

    `guard(kill)` is asked at each try, and says whether it may be.

    >>> print(race(lambda kill: False).words.splitlines()[2])
    yours               0      0
    """
    here = told(__name__)
    numbers = here["rivals"] | {"yours": killed(guard)}
    wrong = {name: harms(row) for name, row in numbers.items()}
    bad = {name: sum(map(bool, row)) for name, row in wrong.items()}
    good = {name: len(row) - bad[name] for name, row in wrong.items()}
    counts = Counter(harm for row in wrong["yours"] for harm in row)
    words = [
        "Kills that did no harm, and that did:",
        *(f"{name:<16}{good[name]:>5}{bad[name]:>7}"
          for name in sorted(good, key=lambda name: (bad[name], -good[name]))),
        "",
        *(f"{count} × {harm}" for harm, count in sorted(counts.items(), key=lambda one: -one[1])),
    ]  # fmt: skip
    if not counts:
        words.append(
            f"No harm, and {good['yours']} of the {good['all gates']} kills that could be."
        )
    return Outcome("\n".join(words), _calendar(numbers["yours"], wrong["yours"]))


def killed(guard: Callable) -> list[int]:
    """The numbers of the tries that `guard` lets through, each of which ends an instance.

    >>> killed(lambda kill: kill.day == 1)
    [0, 1, 2, 3, 4, 5]
    """
    passed, month = [], _Month()
    for number in range(len(told(__name__)["tries"])):
        says = guard(month.kill(number))
        if not isinstance(says, bool):
            raise ValueError(f"your guard returned {says!r}; it must return True or False")
        if says:
            month.end(number)
            passed.append(number)
    return passed


def harms(numbers: Sequence[int]) -> list[list[str]]:
    """What was wrong with each of these kills, in the chapter's words.

    >>> harms([0])
    [['nobody at their desk', 'switched off for it']]
    """
    here, month, wrong = told(__name__), _Month(), []
    for number in numbers:
        kill, gates = month.kill(number), set(here["tries"][number][-1])
        gates |= {"minimum"} if kill.up - 1 < kill.minimum else set()
        gates |= {"cap"} if kill.today >= here["most_a_day"] else set()
        wrong.append([words for gate, words in here["harms"].items() if gate in gates])
        month.end(number)
    return wrong


class _Month:
    """Who was ended when, of which program."""

    def __init__(self):
        self.ended = []  # minutes of the month, and programs

    def kill(self, number):
        day, weekday, hour, minute, program, outage, noted, _ = told(__name__)["tries"][number]
        opted_in, enabled, instances, minimum = told(__name__)["programs"][program]
        now = _minutes(day, hour, minute)
        gone = sum(one == program and now - at < BACK_MIN for at, one in self.ended)
        today = sum(at // 1440 == day for at, _ in self.ended)
        return Kill(day, weekday, hour, minute, program, opted_in, enabled, outage, noted,
                    instances - gone, minimum, today)  # fmt: skip

    def end(self, number):
        day, _, hour, minute, program, *_ = told(__name__)["tries"][number]
        self.ended.append((_minutes(day, hour, minute), program))


def _minutes(day, hour, minute):
    return 1440 * day + 60 * hour + minute


def _calendar(numbers, wrong):
    """A day is a column and the hours run down: a square is a kill, and a cross one that did harm."""
    tries, step = told(__name__)["tries"], WIDE / 31

    def down(hour):
        return HIGH * (hour - FIRST_H) / (LAST_H - FIRST_H)

    desks = "".join(
        f"M{(day - 1) * step:.1f} {down(9):.1f}h{step:.1f}V{down(15):.1f}h-{step:.1f}z"
        for day in sorted({day for day, weekday, *_ in tries if weekday < 5})
    )
    squares = crosses = ""
    for number, harm in zip(numbers, wrong, strict=True):
        day, _, hour, minute, *_ = tries[number]
        start = f"M{(day - 0.5) * step - 3:.1f} {down(hour + minute / 60) - 3:.1f}"
        if harm:
            crosses += f"{start}l6 6m0-6l-6 6"
        else:
            squares += f"{start}h6v6h-6z"
    return drawn(
        ("March, office hours shaded; ■ a kill, × one that did harm", "1", "31"),
        f'<path d="{desks}" fill="{ink("field")}"/><path d="{squares}" fill="{ink("blue")}"/>'
        f'<path d="{crosses}" stroke="{ink("red")}" stroke-width="2"/>',
    )
