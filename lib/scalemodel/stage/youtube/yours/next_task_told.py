"""What `next_task` is told: six mornings, how long a task takes, and what came of three orders.

Left out: tasks of one rung that differ.
Sources: none; who is done when is told by the loop of `scalemodel.youtube.upload.capacity`.
"""

__all__ = ["CHUNK_S", "DIGITS", "MORNINGS", "ORDERS", "UPLOADS", "WORKERS", "told"]
__dir__ = lambda: __all__

import math

import numpy as np

from scalemodel.core.rng import stream
from scalemodel.youtube.upload import capacity
from scalemodel.youtube.upload.ladder import rungs

MORNINGS, UPLOADS, WORKERS, CHUNK_S = 6, 12, 6, 10.0
DIGITS = 4  # of a second
ORDERS = {  # what is begun first; of equals the older upload, of that the lower rung
    "one line for all": lambda upload, rung: 0,
    "lowest rung first": lambda upload, rung: rung > 0,
    "longest task first": lambda upload, rung: -rung,
}


def told() -> dict:
    """The table, as plain numbers: chunks a video, a morning a row.

    >>> sorted(told())
    ['mornings', 'rivals', 'task_s', 'workers']
    """
    drawn = (stream(seed, "a morning").lognormal(np.log(8), 1.0, UPLOADS) for seed in range(MORNINGS))  # fmt: skip
    mornings = [np.clip(np.ceil(row), 1, 60).astype(int).tolist() for row in drawn]
    task_s = [round(CHUNK_S * one.work_ratio, DIGITS) for one in rungs(1080)]
    rivals = {name: [_ready_s(order, chunks, np.array(task_s)) for chunks in mornings] for name, order in ORDERS.items()}  # fmt: skip
    return {"mornings": mornings, "rivals": rivals, "task_s": task_s, "workers": WORKERS}


def _ready_s(order, chunks, task_s):
    """When each upload can be watched, and when it is complete, by the engine."""
    tasks = [(u, r) for u, many in enumerate(chunks) for r in range(len(task_s)) for _ in range(many)]  # fmt: skip
    upload, rung = np.array(sorted(tasks, key=lambda task: order(*task))).T
    start_s, end_s, state = *np.zeros((2, len(tasks))), np.zeros(len(tasks), dtype=np.uint8)
    capacity.loop.native(
        np.zeros(1), np.array([[len(tasks)], [0]]), rung.astype(np.uint8), task_s[rung], task_s, math.inf,
        np.zeros(0), WORKERS, 0.0, 1, start_s, end_s, state, np.array([0.0, 0.0, np.inf]),
    )  # fmt: skip
    ready_s = np.zeros((2, len(chunks)))
    np.maximum.at(ready_s[0], upload[rung == 0], end_s[rung == 0])
    np.maximum.at(ready_s[1], upload, end_s)
    return ready_s.round(DIGITS).tolist()
