"""What `next_task` is told: six mornings, and how long a task takes at each rung.

Left out: tasks of one rung that differ.
Sources: none.
"""

__all__ = ["CHUNK_S", "DIGITS", "MORNINGS", "UPLOADS", "WORKERS", "told"]
__dir__ = lambda: __all__

import numpy as np

from scalemodel.core.rng import stream
from scalemodel.youtube.upload.ladder import rungs

MORNINGS, UPLOADS, WORKERS, CHUNK_S = 6, 12, 6, 10.0
DIGITS = 4  # of a second


def told() -> dict:
    """The table, as plain numbers: chunks a video, a morning a row.

    >>> sorted(told())
    ['mornings', 'task_s', 'workers']
    """
    drawn = (stream(seed, "a morning").lognormal(np.log(8), 1.0, UPLOADS) for seed in range(MORNINGS))  # fmt: skip
    return {
        "mornings": [np.clip(np.ceil(row), 1, 60).astype(int).tolist() for row in drawn],
        "task_s": [round(CHUNK_S * one.work_ratio, DIGITS) for one in rungs(1080)],
        "workers": WORKERS,
    }
