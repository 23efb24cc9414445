"""A viewer's speed by a rule of the reader's: with numpy or without.

On the page there is Python, and nothing that was ever installed. So a live player is seven plain
lines here, and what it is told is when each chunk of half a second had come, by the engine. The
rule is asked before each chunk is shown, and answers how fast to play it.

A ride costs the seconds that its viewer is behind on average, and on top of that `STOP_S` seconds
for each second in a minute in which the picture stands still.

Left out: what the ear makes of another speed.
Sources: none; the price is ours.
"""

__all__ = [
    "FASTEST", "FIRST", "GROUP", "SLOWEST", "STOP_S", "UNIT_S", "Ride", "costs", "play", "played",
    "watched",
]  # fmt: skip
__dir__ = lambda: __all__

from collections.abc import Callable, Sequence
from typing import NamedTuple

from scalemodel.stage.python.outcome import Outcome, columns
from scalemodel.stage.python.told import told

UNIT_S, SLOWEST, FASTEST = 0.5, 0.9, 1.1
STOP_S = 3.0  # further behind is as bad as a second's stop in each minute
FIRST = 3  # the chunk with whose coming all begin to play
GROUP = 10  # chunks in a column


class Ride(NamedTuple):
    """What a viewer saw: seconds behind when each chunk began, and how long each was waited for.

    >>> Ride([2.0, 2.0], [0.0, 0.0]).cost_s
    2.0
    """

    behind_s: list[float]
    stopped_s: list[float]

    @property
    def cost_s(self) -> float:
        """Seconds behind, and the price of the stops."""
        many = len(self.behind_s)
        minutes = many * UNIT_S / 60
        return sum(self.behind_s) / many + STOP_S * sum(self.stopped_s) / minutes


def play(rule: Callable, comes_s: Sequence[float]) -> Ride:
    """The ride of a viewer whose chunk n has come at `comes_s[n]`; chunk n was shot at n / 2.

    >>> play(lambda *seen: 1.0, [1.0, 1.5, 2.0, 2.5, 3.0, 9.0]).stopped_s
    [0.0, 0.0, 0.0, 0.0, 0.0, 4.0]
    """
    many, memory, here = len(comes_s), [0.0] * 64, 0
    now_s, stop_s, ride = comes_s[min(FIRST, many - 1)], 0.0, Ride([], [])
    for n in range(many):
        while here < many and comes_s[here] <= now_s:
            here += 1
        ride.behind_s.append(now_s - n * UNIT_S)
        ride.stopped_s.append(stop_s)
        speed = rule((here - n) * UNIT_S, now_s - n * UNIT_S, stop_s, memory)
        if (
            isinstance(speed, bool)
            or not isinstance(speed, (int, float))
            or not SLOWEST <= speed <= FASTEST
        ):
            raise ValueError(f"your rule returned {speed!r}; it must return a speed from {SLOWEST} to {FASTEST}")  # fmt: skip
        over_s = now_s + UNIT_S / speed
        now_s = max(over_s, comes_s[n + 1]) if n + 1 < many else over_s
        stop_s = now_s - over_s
    return ride


def played(rule: Callable, line: str, ride: int) -> Ride:
    """What `rule` makes of a ride on a line.

    >>> round(played(lambda *seen: 1.0, "3G", 1).cost_s, 1)
    6.1
    """
    lines = told(__name__)["comes_ms"]
    if line not in lines:
        raise ValueError(f"line={line!r} must be one of {', '.join(lines)}")
    if isinstance(ride, bool) or ride not in range(1, len(lines[line]) + 1):
        raise ValueError(f"ride={ride!r} must be a whole number from 1 to {len(lines[line])}")
    return play(rule, [n * UNIT_S + ms / 1000 for n, ms in enumerate(lines[line][ride - 1])])


def costs(rule: Callable) -> dict[str, dict[str, float]]:
    """The mean cost of each rule on the rides of each line: the reader's, the others', the optimum's.

    >>> sorted(costs(lambda *seen: 1.0)["yours"])
    ['3G', 'tunnels']
    """
    here = told(__name__)
    mine = {
        line: [played(rule, line, n + 1).cost_s for n in range(len(rides))]
        for line, rides in here["comes_ms"].items()
    }
    every = {**here["costs"], "yours": mine}
    return {
        name: {line: sum(row) / len(row) for line, row in lines.items()}
        for name, lines in every.items()
    }


def watched(rule: Callable, line: str = "tunnels", ride: int = 1) -> Outcome:
    """The reader's `rule` beside fixed targets and the optimum, on one ride and on all.

    `rule` is asked before each chunk of half a second, with the seconds of video that are stored,
    the seconds behind, how long this chunk was waited for, and a `memory` of 64 numbers. It answers
    with a speed from 0.9 to 1.1.

    >>> print(watched(lambda *seen: 1.0).words.splitlines()[0])
    seconds, less is better  ride 1     3G tunnels
    """
    here, mine = told(__name__), played(rule, line, ride)
    every = costs(rule)
    now = {name: rows[line][ride - 1] for name, rows in here["costs"].items()} | {
        "yours": mine.cost_s
    }
    words = [
        f"{'seconds, less is better':<24}{f'ride {ride}':>7}"
        + "".join(f"{one:>{max(7, len(one) + 1)}}" for one in every["yours"])
    ]
    for name in sorted(now, key=now.get):
        words.append(
            f"{name:<24}{now[name]:>7.2f}"
            + "".join(f"{cost:>{max(7, len(one) + 1)}.2f}" for one, cost in every[name].items())
        )
    stops = sum(mine.stopped_s)
    many = len(mine.behind_s)
    words += [
        "",
        f"On average {sum(mine.behind_s) / many:.1f} s behind, and stopped for {stops:.1f} s of {many * UNIT_S:.0f}.",
    ]
    grouped = lambda row, by: [by(row[n : n + GROUP]) for n in range(0, many, GROUP)]
    mean = lambda row: sum(row) / len(row)
    says = (
        f"{line}, ride {ride}: your seconds behind, the optimum's line; red: stops",
        "0 s",
        f"{many * UNIT_S:.0f} s",
    )
    picture = columns(
        says,
        grouped(mine.behind_s, mean),
        here["best_s"][line][ride - 1],
        grouped(mine.stopped_s, sum),
    )
    return Outcome("\n".join(words), picture)
