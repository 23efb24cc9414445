"""A bitrate rule of the reader's own in the race: with numpy or without.

On the page there is Python, and nothing that was ever installed. So the reader's rule is played
by the loop of `scalemodel.youtube.playback` itself, on lists; the rides, and what the other
rules and the optimum made of them, are carried along as a table. In a notebook the table is
made where it is asked for, by the engine.

Left out: all but the linear score.
Sources: those of the chapter *Which of five rules is best*.
"""

__all__ = ["TABLE", "Account", "Race", "account", "played", "race", "table"]
__dir__ = lambda: __all__

import functools
import json
from html import escape
from pathlib import Path
from typing import NamedTuple

from scalemodel.youtube import playback

TABLE = Path(__file__).with_suffix(".json")
STOP_COST = 4.3  # points a second
ROW, LEFT, WIDE = 26, 130, 420  # px of the picture


class Account(NamedTuple):
    """A session's points, means a segment: what its rates earned, changes and stops took.

    >>> round(Account(2.0, changes=0.5, stops=1.0).score, 1)
    0.5
    """

    rate: float
    changes: float
    stops: float

    @property
    def score(self) -> float:
        """What is left."""
        return self.rate - self.changes - self.stops


@functools.cache
def table() -> dict:
    """The rides, the film and what others made of them: as carried, or made by the engine."""
    if TABLE.is_file():
        return json.loads(TABLE.read_text())
    from scalemodel.stage.youtube import your_rule_told  # which needs numpy

    return your_rule_told.told()


def played(rule, line: str, ride: int) -> tuple[list[int], list[float]]:
    """The rungs that `rule` asked for on a ride, and the seconds that each segment stopped.

    >>> rungs, stops_s = played(lambda *seen: 0, "3G", 7)
    >>> len(rungs), set(rungs[1:])
    (48, {0})
    """
    told = table()
    time_s, mbps = told["rides"][line][ride - 1]
    rung, download_s, stops_s, buffer_s, pause_s = ([0] * told["segments"] for _ in range(5))
    wrong = playback.session(
        tuple(told["player"]), told["segment_s"], told["first_rung"], told["ladder_kbps"],
        [told["rung_bytes"]] * told["segments"], time_s, mbps, _whole(rule), [0.0] * 64,
        rung, download_s, stops_s, buffer_s, pause_s,
    )  # fmt: skip
    if wrong >= 0:
        rungs = len(told["ladder_kbps"])
        raise ValueError(
            f"your rule returned {rung[wrong]!r} for segment {wrong}; it must return the index of "
            f"a rung, 0 to {rungs - 1}"
        )
    return rung, stops_s


def _whole(rule):
    def choose(*seen):
        chosen = rule(*seen)
        if isinstance(chosen, bool) or not isinstance(chosen, int):
            raise ValueError(f"your rule returned {chosen!r}; it must return a whole number")
        return chosen

    return choose


def account(rungs: list[int], stops_s: list[float]) -> Account:
    """What a session is worth; the first segment, for which everybody waits, is not counted.

    >>> account([0, 0, 1], [1.0, 0.0, 0.5]).stops
    1.075
    """
    worth = [table()["ladder_kbps"][rung] / 1000 for rung in rungs]
    counted = len(worth) - 1
    changes = sum(abs(b - a) for a, b in zip(worth, worth[1:]))  # noqa: B905, RUF007
    return Account(
        sum(worth[1:]) / counted, changes / counted, STOP_COST * sum(stops_s[1:]) / counted
    )


class Race(NamedTuple):
    """Who came how far: `accounts` by rule, and the `ceiling`."""

    line: str
    ride: int
    accounts: dict
    ceiling: float

    def __str__(self):
        ranked = sorted(self.accounts.items(), key=lambda row: -row[1].score)
        rows = [
            f"{name:<18}{100 * told.score / self.ceiling:5.0f} % of the ceiling: rates "
            f"{told.rate:.2f}, less changes {told.changes:.2f}, less stops {told.stops:.2f}"
            for name, told in ranked
        ]
        return "\n".join([f"{self.line}, ride {self.ride}", *rows])
