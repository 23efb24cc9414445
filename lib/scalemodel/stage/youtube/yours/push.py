"""What to send ahead after an hour of views: a rule of the reader's own, with numpy or without.

Two hundred videos were published at midnight, and at one o'clock 600 copies may be sent to the
edges. An edge where a video was watched has a copy already. One that is sent is worth a single
request to the hub, that of the first who asks there later; if nobody does, it is worth none.

Left out: what a copy pushes out; copies that grow old within the day.
Sources: none; views are those of `scalemodel.youtube.edge.demand`.
"""

__all__ = ["COPIES", "PIECE", "ahead", "race", "sent", "spared"]
__dir__ = lambda: __all__

import math
from collections.abc import Callable, Sequence

from scalemodel.stage.python.outcome import Outcome, columns
from scalemodel.stage.python.told import told

COPIES = 600
PIECE = 30  # copies in a bar of the picture


def race(worth: Callable) -> Outcome:
    """The requests that the reader's `worth` spares the hub, beside the most there is to spare.

    `worth(here, region, world)` is called for each video and edge with the views of the first
    hour at this edge, at the others of its region, and in the other regions. The copies with the
    highest numbers are sent.

    >>> race(lambda here, region, world: here + region + world).words.splitlines()[1]
    'knows the whole day         600'
    """
    days = told(__name__)["days"]
    pairs = [sent(worth, day) for day in days]
    rows = [spared(day, each) for day, each in zip(days, pairs, strict=True)]
    mine, there, never = (sum(row) / len(days) for row in zip(*rows, strict=True))
    reach = {"yours": mine, **told(__name__)["rivals"]}
    words = [f"Requests spared by {COPIES} copies, mean of {len(days)} days"]
    words += [
        f"{name:<26}{reach[name]:>5.0f}" for name in sorted(reach, key=reach.get, reverse=True)
    ]
    words += ["", f"Of yours {there:.0f} were there already, and nobody asks for {never:.0f}."]
    says = (
        f"spared by your copies, best first, {PIECE} at a time; the line: all of them",
        "the first",
        "the last",
    )
    best_first = [sum(spared(day, each[at : at + PIECE])[0] for day, each in zip(days, pairs, strict=True)) / len(days)
                  for at in range(0, COPIES, PIECE)]  # fmt: skip
    return Outcome("\n".join(words), columns(says, best_first, [PIECE] * len(best_first)))


def sent(worth: Callable, day: dict) -> list[tuple[int, int]]:
    """The videos and edges with the highest `worth`, of equal ones the first, as many as may be.

    >>> sent(lambda *seen: 0, told(__name__)["days"][0])[-1]
    (49, 11)
    """
    scores = {(video, edge): _number(worth(*seen)) for video, edge, *seen in ahead(day)}
    return sorted(scores, key=lambda pair: -scores[pair])[:COPIES]


def ahead(day: dict) -> list[tuple[int, int, int, int, int]]:
    """Each video, edge, and its views of the first hour: here, in the region, in the world.

    >>> ahead({"early": [[1, 0, 2, 0]], "regions": 2})[0]
    (0, 0, 1, 0, 2)
    """
    rows, each = [], len(day["early"][0]) // day["regions"]
    for video, early in enumerate(day["early"]):
        for edge, here in enumerate(early):
            first = edge // each * each
            region = sum(early[first : first + each])
            rows.append((video, edge, here, region - here, sum(early) - region))
    return rows


def spared(day: dict, pairs: Sequence[tuple[int, int]]) -> tuple[int, int, int]:
    """How many of these copies spare a request, were there already, and are never asked for.

    >>> spared({"early": [[0, 1, 0]], "later": [3]}, [(0, 0), (0, 1), (0, 2)])
    (1, 1, 1)
    """
    useful = sum(_useful(day, pair) for pair in pairs)
    there = sum(day["early"][video][edge] > 0 for video, edge in pairs)
    return useful, there, len(pairs) - useful - there


def _useful(day, pair):
    """Whether somebody will ask where nobody has yet; bit n of `later` is edge n."""
    video, edge = pair
    return day["early"][video][edge] == 0 and day["later"][video] >> edge & 1 == 1


def _number(value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"your rule returned {value!r}; it must return a finite number")
    return value
