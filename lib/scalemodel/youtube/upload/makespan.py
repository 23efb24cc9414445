"""One upload, cut into chunks, on several workers: when is the last one done?

Movers carry boxes from a van. Four carry forty boxes in ten walks; forty-one take eleven. More
movers than boxes help nobody, and each box wants its wrapping: cut too fine, one does nothing but
wrap.

Left out: what compression loses at each cut.
Sources: Graham, "Bounds for Certain Multiprocessing Anomalies", 1966.
"""

__all__ = ["MOST", "best_chunks", "expected_makespan_s", "makespan_s"]
__dir__ = lambda: __all__

import heapq
import math
from collections.abc import Sequence

from scalemodel.core import checks

MOST = 10**9


def expected_makespan_s(
    video_s: float, chunks: int, workers: int, each_s: float = 0.0, speed: float = 1.0
) -> float:
    """When so many equal chunks are done: in whole rounds, each with its fixed cost.

    >>> expected_makespan_s(400.0, chunks=40, workers=4), expected_makespan_s(410.0, 41, 4)
    (100.0, 110.0)
    """
    video_s = checks.real("video_s", video_s, at_least=0, at_most=1e12)
    chunks = checks.whole("chunks", chunks, at_least=1, at_most=MOST)
    workers = checks.whole("workers", workers, at_least=1, at_most=MOST)
    each_s = checks.real("each_s", each_s, at_least=0, at_most=1e9)
    speed = checks.real("speed", speed, at_least=1e-9, at_most=1e9)
    return math.ceil(chunks / workers) * (video_s / chunks / speed + each_s)


def best_chunks(video_s: float, each_s: float, speed: float = 1.0) -> float:
    """Into how many chunks to cut where a worker can be had for each but they are split in turn.

    The last is done after m · each + video ÷ (m · speed), least at m = √(video ÷ (speed · each)).

    >>> best_chunks(900.0, each_s=1.0)
    30.0
    """
    video_s = checks.real("video_s", video_s, at_least=0, at_most=1e12)
    each_s = checks.real("each_s", each_s, at_least=1e-9, at_most=1e9)
    return math.sqrt(video_s / (checks.real("speed", speed, at_least=1e-9, at_most=1e9) * each_s))


def makespan_s(tasks_s: Sequence[float], workers: int) -> float:
    """When the last task is done if each, in this order, goes to whoever is free first.

    No plan is done before all work, shared out, or the longest task; and this one, says Graham,
    takes at most 2 − 1 ÷ workers times as long as the best.

    >>> makespan_s([1.0, 1.0, 2.0], workers=2), makespan_s([2.0, 1.0, 1.0], workers=2)
    (3.0, 2.0)
    """
    tasks = checks.numbers_row("tasks_s", tasks_s, at_least=0, at_most=1e12)
    free_s = [0.0] * min(checks.whole("workers", workers, at_least=1, at_most=MOST), len(tasks))
    for task_s in tasks.tolist():
        heapq.heapreplace(free_s, free_s[0] + task_s)
    return max(free_s)
