"""Every way to ask for the next few segments, and the first step of the best.

A chess player who sees five moves ahead: six rungs make 7776 ways to ask for
five segments. Most need not be walked to their end. Once even the top rung for
ever after could not catch up with the best way known, the rest of a branch is cut.

Left out: a chance of each throughput; one forecast is believed for the whole look ahead.
Sources: Yin, Jindal, Sekar, Sinopoli, "A Control-Theoretic Approach for Dynamic
Adaptive Video Streaming over HTTP", SIGCOMM 2015.
"""

__all__ = ["TIE", "best_first_rung", "score_if_held"]
__dir__ = lambda: __all__

import numpy as np

from scalemodel.core.compiled import compiled

TIE = 1e-9  # scores closer than this are equal


@compiled()
def best_first_rung(
    buffer_s, bytes_per_s, last_rung, coming_bytes, depth, segment_s, worth, rebuffer_cost
):
    """The first rung of the best way to ask for `depth` segments; of equal ones the highest.

    `coming_bytes` holds one row of sizes a segment, end to end; `worth` is in
    thousandths, so that whole numbers of kbit/s add up without rounding.

    >>> sizes = [150_000, 375_000] * 2
    >>> [best_first_rung(6.0, rate, 0, sizes, 2, 4.0, [300.0, 750.0], 4.3) for rate in (2e5, 5e4)]
    [1, 0]
    """
    rungs = len(worth)
    highest = max(worth)
    path = np.zeros(depth, np.int64)
    level_s, lost_s, gained = np.zeros(depth + 1), np.zeros(depth + 1), np.zeros(depth + 1)
    best_from = np.full(rungs, -np.inf)  # by first rung
    best = -np.inf
    for rung in range(rungs):  # a good start cuts early
        held = score_if_held(
            rung,
            buffer_s,
            bytes_per_s,
            last_rung,
            coming_bytes,
            depth,
            segment_s,
            worth,
            rebuffer_cost,
        )
        best = max(best, held)
    level_s[0] = buffer_s
    path[0] = rungs
    step = 0
    while step >= 0:
        path[step] -= 1
        rung = path[step]
        if rung < 0:
            step -= 1
            continue
        before = path[step - 1] if step > 0 else last_rung
        wait_s = coming_bytes[step * rungs + rung] / bytes_per_s
        lost_s[step + 1] = lost_s[step] + max(wait_s - level_s[step], 0.0)
        level_s[step + 1] = max(level_s[step] - wait_s, 0.0) + segment_s
        gained[step + 1] = gained[step] + worth[rung] - abs(worth[rung] - worth[before])
        left = depth - step - 1
        # No way on earns more than this: the next segment gains at most this rung's worth.
        future = worth[rung] + (left - 1) * highest if left > 0 else 0.0
        bound = (gained[step + 1] + future) / 1000 - rebuffer_cost * lost_s[step + 1]
        if bound <= best_from[path[0]] or bound < best - 2 * TIE:
            continue
        if left > 0:
            step += 1
            path[step] = rungs
        else:
            best_from[path[0]] = bound
            best = max(best, bound)
    rung = rungs - 1
    while best_from[rung] < best - TIE:
        rung -= 1
    return rung


@compiled()
def score_if_held(
    rung, buffer_s, bytes_per_s, last_rung, coming_bytes, depth, segment_s, worth, rebuffer_cost
):
    """The score of `depth` segments of one and the same rung.

    >>> round(score_if_held(1, 6.0, 5e4, 0, [150_000, 375_000] * 2, 2, 4.0, [300.0, 750.0], 4.3), 3)
    -20.45
    """
    level_s, lost_s = buffer_s, 0.0
    for step in range(depth):
        wait_s = coming_bytes[step * len(worth) + rung] / bytes_per_s
        lost_s += max(wait_s - level_s, 0.0)
        level_s = max(level_s - wait_s, 0.0) + segment_s
    gained = depth * worth[rung] - abs(worth[rung] - worth[last_rung])
    return gained / 1000 - rebuffer_cost * lost_s
