"""A bitrate rule of the reader's own in the race: with numpy or without.

On the page there is Python, and nothing that was ever installed. So the reader's rule is played
by the loop of `scalemodel.youtube.playback` itself, on lists; the rides, and what the other
rules and the optimum made of them, are told beforehand.

Left out: all but the linear score.
Sources: those of the chapter *Which of five rules is best*.
"""

__all__ = ["STOP_COST", "Account", "account", "of_ceiling", "played", "race"]
__dir__ = lambda: __all__

from collections.abc import Callable, Sequence
from typing import NamedTuple

from scalemodel.stage.python.outcome import Outcome, columns
from scalemodel.stage.python.told import told
from scalemodel.youtube import playback

STOP_COST = 4.3  # points a second


class Account(NamedTuple):
    """A session's points, as means a segment: what its rates earned, changes and stops took.

    >>> Account(rate=2.0, changes=0.5, stops=1.0).score
    0.5
    """

    rate: float
    changes: float
    stops: float

    @property
    def score(self) -> float:
        """What is left of the rate."""
        return self.rate - self.changes - self.stops


def race(rule: Callable, line: str = "3G", ride: int = 7) -> Outcome:
    """The reader's `rule` beside the others and under the ceiling, on one ride and on all.

    `rule` is called as the engine calls `choose`: before each segment but the first, with
    `buffer_s`, `throughput_kbps` of the last download, `last_rung`, `next_bytes`, `ladder_kbps`
    and a `memory` of 64 numbers for itself.

    >>> print(race(lambda *seen: 0).words.splitlines()[-1])
    The picture never stopped, and the rate changed 1 times.
    """
    here, _ = told(__name__), _mbps(line, ride)
    sessions = _sessions(rule)
    scores = _scores(sessions)
    now = {
        name: each[line][ride - 1] / here["ceilings"][line][ride - 1]
        for name, each in scores.items()
    }
    words = [
        f"{'% of the ceiling':<17}{f'ride {ride}':>8}" + "".join(f"{one:>5}" for one in sessions)
    ]
    for name in sorted(now, key=lambda name: -now[name]):
        parts = "".join(f"{100 * part:>5.0f}" for part in _parts(scores[name]).values())
        words.append(f"{name:<17}{100 * now[name]:>8.0f}{parts}")
    rungs, stops_s = sessions[line][ride - 1]
    rates, best = ([here["ladder_kbps"][rung] / 1000 for rung in row]
                   for row in (rungs, here["best"][line][ride - 1]))  # fmt: skip
    says = (
        f"{line}, ride {ride}: your Mbit/s, the optimum's line; red: stops",
        "segment 1",
        str(len(rungs)),
    )
    picture = columns(says, rates, best, [0, *stops_s[1:]])
    return Outcome("\n".join([*words, "", _in_words(rates, stops_s)]), picture)


def of_ceiling(rule: Callable) -> dict[str, dict[str, float]]:
    """The part of the ceiling that each rule reaches on all rides of each line, the reader's, too.

    >>> {line: round(part, 2) for line, part in of_ceiling(lambda *seen: 0)["yours"].items()}
    {'3G': 0.23, '4G': 0.07}
    """
    return {name: _parts(scores) for name, scores in _scores(_sessions(rule)).items()}


def played(rule: Callable, line: str, ride: int) -> tuple[list[int], list[float]]:
    """The rungs that `rule` asked for on a ride, and the seconds that each segment stopped.

    >>> rungs, stops_s = played(lambda *seen: 0, "3G", 7)
    >>> len(rungs), set(rungs[1:])
    (48, {0})
    """
    here = told(__name__)
    mbps = _mbps(line, ride)
    rung, download_s, stops_s, buffer_s, pause_s = ([0] * here["segments"] for _ in range(5))

    def choose(*seen):
        chosen = rule(*seen)
        if isinstance(chosen, bool) or not isinstance(chosen, int):
            raise ValueError(
                f"your rule returned {chosen!r}; it must return a whole number, a rung's"
            )
        return chosen

    wrong = playback.session(
        tuple(here["player"]), here["segment_s"], here["first_rung"], tuple(here["ladder_kbps"]),
        [tuple(here["rung_bytes"])] * here["segments"], [float(n) for n in range(len(mbps))], mbps,
        choose, [0.0] * 64, rung, download_s, stops_s, buffer_s, pause_s,
    )  # fmt: skip
    if wrong >= 0:
        raise ValueError(
            f"your rule returned {rung[wrong]} for segment {wrong + 1}; it must return the number "
            f"of a rung, 0 to {len(here['ladder_kbps']) - 1}"
        )
    return rung, stops_s


def account(rungs: Sequence[int], stops_s: Sequence[float]) -> Account:
    """What a session is worth; the first segment, for which everybody waits, is not counted.

    >>> account([0, 0, 1], [1.0, 0.0, 0.5]).stops
    1.075
    """
    worth = [told(__name__)["ladder_kbps"][rung] / 1000 for rung in rungs]
    counted = len(worth) - 1
    changes = sum(abs(worth[n + 1] - worth[n]) for n in range(counted))
    stops = STOP_COST * sum(stops_s[1:])
    return Account(sum(worth[1:]) / counted, changes / counted, stops / counted)


def _mbps(line, ride):
    lines = told(__name__)["mbps"]
    if line not in lines:
        raise ValueError(f"line={line!r} must be one of {', '.join(lines)}")
    if ride not in range(1, len(lines[line]) + 1):
        raise ValueError(f"ride={ride!r} must be a whole number from 1 to {len(lines[line])}")
    return lines[line][ride - 1]


def _sessions(rule):
    """The reader's, on all rides of each line."""
    lines = told(__name__)["mbps"]
    return {line: [played(rule, line, n + 1) for n in range(len(lines[line]))] for line in lines}


def _scores(sessions):
    """Of each rule, the reader's, too, by line and ride."""
    mine = {line: [account(*one).score for one in many] for line, many in sessions.items()}
    return told(__name__)["scores"] | {"yours": mine}


def _parts(scores):
    ceilings = told(__name__)["ceilings"]
    return {line: sum(scores[line]) / sum(row) for line, row in ceilings.items()}


def _in_words(rates, stops_s):
    """What it lost most by."""
    counted = range(1, len(rates))
    longest = max(counted, key=lambda n: stops_s[n])
    changes = sum(rates[n] != rates[n - 1] for n in counted)
    if stops_s[longest]:
        return (f"The picture stopped for {sum(stops_s[1:]):.1f} s in all, longest before segment "
                f"{longest + 1}: {stops_s[longest]:.1f} s.")  # fmt: skip
    return f"The picture never stopped, and the rate changed {changes} times."
