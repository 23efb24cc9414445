"""What `rule` is told: when each chunk had come, and what fixed targets and the optimum made of it.

When a chunk comes does not hang on how fast one plays, for it is asked for as soon as it is there.
So who knows all of it beforehand has a linear programme to solve, with a time for each chunk: no
chunk is shown before it has come, none lasts longer or shorter than the speeds allow unless the
picture stops, and what is paid is the rule's own cost. Its least value is the ceiling.

Left out: the rungs; a ride is at one rate.
Sources: the arrivals are those of `scalemodel.youtube.live.session`.
"""

__all__ = ["CHUNKS", "KBPS", "LINES", "SPEED", "TARGETS_S", "comes_s", "least", "target", "told"]
__dir__ = lambda: __all__

from collections.abc import Callable

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from scalemodel.stage.youtube.live.frontier import RIDES, rides
from scalemodel.stage.youtube.live.rule import (
    FASTEST,
    FIRST,
    GROUP,
    SLOWEST,
    STOP_S,
    UNIT_S,
    Ride,
    play,
)
from scalemodel.youtube.live.chain import LiveConfig
from scalemodel.youtube.live.session import watch

LINES = {"3G": "3G", "tunnels": "a line with tunnels"}
KBPS = {"3G": 300.0, "tunnels": 2500.0}
CHUNKS, TARGETS_S, SPEED = 440, (0.5, 1.0, 2.0, 4.0), 1.1


def comes_s(line: str, ride: int) -> list[float]:
    """When each chunk of a ride had come, in whole milliseconds, by the engine.

    >>> comes_s("tunnels", 1)[:2]
    [4.125, 4.25]
    """
    config = LiveConfig(
        chunk_s=UNIT_S, line=rides(LINES[line])[ride - 1], ladder_kbps=(KBPS[line],), watch_s=240.0
    )
    late_s = watch(config).at_s[:CHUNKS] - UNIT_S * (config.first_unit + np.arange(CHUNKS))
    return [n * UNIT_S + round(1000 * one) / 1000 for n, one in enumerate(late_s.tolist())]


def target(target_s: float) -> Callable:
    """The engine's rule: faster while more than the target is stored beside the chunk to be shown.

    >>> target(1.0)(2.0, 9.0, 0.0, [])
    1.1
    """
    return lambda stored_s, *seen: SPEED if stored_s > target_s + UNIT_S else 1.0


def least(comes: list[float]) -> tuple[float, Ride]:
    """The least cost that any rule could have had, and the ride that has it.

    >>> cost_s, ride = least([1.0 + 0.5 * n for n in range(9)])
    >>> round(cost_s - ride.cost_s, 9)
    0.0
    """
    many = len(comes)
    shown, stops = np.arange(many), many + np.arange(many - 1)
    price = np.r_[np.full(many, 1 / many), np.full(many - 1, STOP_S * 60 / (many * UNIT_S))]
    rows = np.arange(many - 1)
    one = lambda column, value: sparse.coo_array(
        (np.full(many - 1, value), (rows, column)), shape=(many - 1, len(price))
    )
    lasts = one(shown[1:], 1.0) + one(shown[:-1], -1.0)
    above = sparse.vstack([-lasts, lasts + one(stops, -1.0)])
    most = np.r_[np.full(many - 1, -UNIT_S / FASTEST), np.full(many - 1, UNIT_S / SLOWEST)]
    first_s = comes[min(FIRST, many - 1)]
    bounds = [(first_s, first_s), *((at, None) for at in comes[1:]), *((0, None) for _ in rows)]
    found = linprog(price, above, most, bounds=bounds, method="highs")
    behind_s = found.x[:many] - UNIT_S * shown
    ride = Ride(behind_s.tolist(), [0.0, *found.x[many:].tolist()])
    return float(found.fun - UNIT_S * shown.mean()), ride


def told() -> dict:
    """The table, as plain numbers.

    >>> sorted(told()["costs"])[:2]
    ['optimum', 'target 0.5 s']
    """
    every = {line: [comes_s(line, n + 1) for n in range(RIDES)] for line in LINES}
    best = {line: [least(comes) for comes in many] for line, many in every.items()}
    costs = {
        f"target {target_s:g} s": {
            line: [play(target(target_s), comes).cost_s for comes in many]
            for line, many in every.items()
        }
        for target_s in TARGETS_S
    }
    costs["optimum"] = {line: [cost_s for cost_s, _ in many] for line, many in best.items()}
    means = lambda row: [round(sum(row[n : n + GROUP]) / GROUP, 2) for n in range(0, CHUNKS, GROUP)]
    return {
        "comes_ms": {
            line: [
                [round(1000 * (at - n * UNIT_S)) for n, at in enumerate(comes)] for comes in many
            ]
            for line, many in every.items()
        },
        "costs": {
            name: {line: [round(one, 6) for one in row] for line, row in lines.items()}
            for name, lines in costs.items()
        },
        "best_s": {line: [means(ride.behind_s) for _, ride in many] for line, many in best.items()},
    }
