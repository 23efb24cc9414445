"""Reports that come late, twice, or from a reader that slept: who ends at an old place?

Four hundred cars drive east and report every four seconds, through the door, the log and two
readers into an index. The same messages go to two indexes. One believes whoever comes last, the
other the highest number. All that differs is whether the store is told the `seq` of a report.

Left out: a Kafka and a Redis, which take the same reports; `book/uber/real.md` runs them.
Sources: none; door, log, readers and index are those of `scalemodel.uber.location`.
"""

__all__ = [
    "CARS", "EVERY_S", "LAT", "LATE", "LATE_S", "LON", "RATIO", "SEED", "SLEEPS_S", "STEP",
    "TROUBLES", "UNTIL_S", "WAKES_S", "WINS", "HighestWins", "LastWins", "Told", "late_picture",
    "late_run", "sent",
]  # fmt: skip
__dir__ = lambda: __all__

import functools
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from scalemodel.core import units
from scalemodel.core.rng import stream
from scalemodel.stage.look import theme
from scalemodel.stage.panel.picture import Picture, Scene
from scalemodel.stage.views.kinds import Kind
from scalemodel.uber.location.consumer import IndexConsumer
from scalemodel.uber.location.grid import GeoIndex
from scalemodel.uber.location.log import Log, LogTrouble
from scalemodel.uber.location.reports import Gateway, Report

CARS, EVERY_S, UNTIL_S, SEED = 400, 4, 60, 3
RATIO, LATE_S = 0.05, 12.0  # of reports; how late, on average
SLEEPS_S, WAKES_S = (26, 30), 36  # one reader lags, reads a batch and falls asleep
TROUBLES = ("none", "one in 20 comes late", "one in 20 comes twice", "a reader sleeps, and wakes")
WINS = ("the last to arrive", "the highest number")
LAT, LON, STEP = 45.0, -30.0, 1e-3  # degrees; a step is a report's way east
LATE = Kind.beside(__file__, '<svg viewBox="0 0 240 134" aria-hidden="true"></svg>')


class LastWins:
    """An index that is not told the numbers of reports.

    >>> store = LastWins()
    >>> store.move([7, 7], [45.0, 45.0], [-30.0, -29.9], [0.0, 0.0], [2, 1])
    2
    >>> store.index.position(7)
    (45.0, -29.9)
    """

    def __init__(self):
        self.index = GeoIndex()

    def move(self, ids, lat, lon, time_s, seq):
        """Put each car where it is said to be, in this order."""
        return self.index.move(ids, lat, lon, time_s)


class HighestWins(LastWins):
    """An index that is told, and drops what is old news.

    >>> store = HighestWins()
    >>> store.move([7, 7], [45.0, 45.0], [-30.0, -29.9], [0.0, 0.0], [2, 1])
    1
    """

    def move(self, ids, lat, lon, time_s, seq):
        """Put each car where its newest report says."""
        return self.index.move(ids, lat, lon, time_s, seq)


class Told(NamedTuple):
    """A run: `held`, the number of the report that the index has, shape (seconds + 1, cars).

    >>> Told(np.array([[1], [0]]), [(0, 1)], 0).old_ratio.tolist()
    [0.0, 1.0]
    """

    held: np.ndarray
    read: list  # (car, number) as they were applied
    dropped: int  # as old news

    @property
    def old_ratio(self) -> np.ndarray:
        """The share of cars, second by second, that the index had further on before."""
        return (self.held < np.maximum.accumulate(self.held, axis=0)).mean(axis=1)


def sent(trouble: str) -> list[tuple[float, int, int]]:
    """When each report comes to the door: (second, car, number), in order.

    >>> sent("none")[:2]
    [(0.1, 0, 0), (0.11, 1, 0)]
    """
    rng, come = stream(SEED, "road"), []
    for number in range(UNTIL_S // EVERY_S):
        for car in range(CARS):
            at_s = round(EVERY_S * (number + car / CARS) + 0.1, 6)
            odd, later_s = rng.random() < RATIO, rng.exponential(LATE_S)
            if trouble == TROUBLES[1] and odd:
                at_s += later_s
            come.append((at_s, car, number))
            if trouble == TROUBLES[2] and odd:
                come.append((at_s + later_s, car, number))
    return sorted(come)


def late_run(trouble: str, wins: str) -> Told:
    """A minute of reports, and what the index holds after each second.

    >>> float(late_run("none", "the last to arrive").old_ratio.max())
    0.0
    """
    if trouble not in TROUBLES or wins not in WINS:
        raise ValueError(f"trouble={trouble!r} and wins={wins!r} must be of {TROUBLES} and {WINS}")
    return _both(trouble)[WINS.index(wins)]


@functools.cache
def _both(trouble):
    """The same messages into both indexes."""
    log, stores = Log(), (LastWins(), HighestWins())
    asleep, read, moved = [], [], np.zeros(2, dtype=int)

    class Both:
        def move(self, ids, lat, lon, time_s, seq):
            if asleep:
                raise LogTrouble("it sleeps")
            read.extend(zip(ids.tolist(), seq.tolist(), strict=True))
            moved[:] += [store.move(ids, lat, lon, time_s, seq) for store in stores]
            return int(moved[1])

    door, come = Gateway(log, b"ours"), sent(trouble)
    proofs = [door.token_of(car, "driver") for car in range(CARS)]
    readers = [log.reader("index") for _ in range(2)]
    first, second = (IndexConsumer(one, {"driver": Both()}) for one in readers)
    held, at = np.full((2, UNTIL_S + 1, CARS), -1), 0
    for now_s in range(1, UNTIL_S + 1):
        while at < len(come) and come[at][0] <= now_s:
            at_s, car, number = come[at]
            place = LAT + car * STEP, LON + number * STEP
            time_s = EVERY_S * number + EVERY_S * car / CARS
            door.receive(Report(car, "driver", *place, time_s, number), proofs[car], at_s)
            at += 1
        if trouble != TROUBLES[3] or not SLEEPS_S[0] <= now_s < WAKES_S:
            first.step(most=10_000)
        elif now_s == SLEEPS_S[1]:
            _fall_asleep(first, readers[0], asleep)
        second.step(most=10_000)
        for kept, store in zip(held, stores, strict=True):
            there = [car for car in range(CARS) if car in store.index]
            kept[now_s, there] = [
                round((store.index.position(car)[1] - LON) / STEP) for car in there
            ]
    return tuple(
        Told(kept, read, len(read) - int(one)) for kept, one in zip(held, moved, strict=True)
    )


def _fall_asleep(consumer, reader, asleep):
    """It has read a batch, and before it hands it on its group gives it up."""
    asleep.append(True)
    try:
        consumer.step(most=10_000)
    except LogTrouble:
        reader.drop()
    asleep.clear()


def late_picture(trouble: str, wins: str) -> Picture:
    """The share of cars at an old place, second by second, and the reports of one of them.

    >>> late_picture("none", "the highest number").alt
    'Trouble: none; the highest number wins: at most 0 % of cars stand at an old place at once.'
    """
    told = late_run(trouble, wins)
    share = 100 * told.old_ratio
    back = (np.diff(told.held, axis=0) < 0).any(axis=0)
    figure = go.Figure(
        {
            "data": [
                {
                    "type": "scatter", "mode": "lines", "fill": "tozeroy", "name": "old",
                    "x": list(range(UNTIL_S + 1)), "y": [round(float(v), 2) for v in share],
                    "line": {"color": theme.colour("red"), "width": 3, "shape": "hv"},
                },
            ],
            "layout": {
                "height": 200, "showlegend": False,
                "xaxis": {"title": {"text": "time, s"}, "range": [0, UNTIL_S]},
                "yaxis": {"title": {"text": "at an old place, %"}, "range": [0, max(12, 1.1 * _most(trouble))]},
            },
        }
    )  # fmt: skip
    readings = {
        "of 100 cars, sent back at some time": (round(100 * float(back.mean()), 1), "count"),
        "at once, at most": (round(float(share.max()), 1), "count"),
        "reports dropped as old news": (told.dropped, "count"),
    }
    alt = units.tied(
        f"Trouble: {trouble}; {wins} wins: at most {share.max():.3g} % of cars stand at an old "
        "place at once."
    )
    return Picture(figure, readings, alt, Scene(LATE, _tape(trouble, wins)))


def _most(trouble):
    return 100 * float(late_run(trouble, WINS[0]).old_ratio.max())


def _tape(trouble, wins):
    """The reports of one car in the order in which they were applied, and what is held after."""
    worst = late_run(trouble, WINS[0])
    car = int(np.argmin(np.diff(worst.held, axis=0).min(axis=0)))
    numbers, held, newest = [n for who, n in worst.read if who == car], [], -1
    for number in numbers:
        newest = number if wins == WINS[0] else max(newest, number)
        held.append(newest)
    return {"numbers": numbers, "held": held, "car": car}
