"""A process for each task, as many at once as there are cores; one that dies stops no other.

What a task gives comes back as JSON. A process that takes too long is killed.

Left out: systems without fork.
Sources: `multiprocessing`, whose pools stop when one of their processes dies.
"""

__all__ = ["MOST_S", "cores", "each_done"]
__dir__ = lambda: __all__

import contextlib
import json
import multiprocessing
import multiprocessing.connection
import os
import signal
import tempfile
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator

from scalemodel.core import checks

MOST_S = 300.0  # one after which no bound of the grader's own has held


@checks.kinds
def cores() -> int:
    """How many processes may run at the same time here.

    >>> cores() >= 1
    True
    """
    if hasattr(os, "sched_getaffinity"):  # not all of a machine may be ours
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@checks.kinds
def each_done(
    tasks: list, act: Callable, at_once: int = 1, within_s: float = MOST_S
) -> Iterator[tuple[int, object, str]]:
    """For each task, as it is done, its place, what `act(task)` gave, and else why it gave nothing.

    >>> sorted(each_done([3, 0], lambda task: 6 // task, at_once=2))
    [(0, 2, ''), (1, None, 'ZeroDivisionError: integer division or modulo by zero')]
    """
    checks.takes("act", act, "task")
    waiting, running = deque(enumerate(tasks)), {}
    with tempfile.TemporaryDirectory() as folder:  # what a killed one leaves behind goes with it
        try:
            while waiting or running:
                while waiting and len(running) < at_once:
                    place, task = waiting.popleft()
                    line, process = _started(act, task, folder)
                    running[line] = place, process, time.monotonic() + within_s
                first_s = min(stops for _, _, stops in running.values()) - time.monotonic()
                for line in multiprocessing.connection.wait([*running], max(0.0, first_s)):
                    place, process, _ = running.pop(line)
                    yield place, *_answer(line, process)
                for line in [line for line, row in running.items() if row[2] < time.monotonic()]:
                    place, process, _ = running.pop(line)
                    _end(line, process)
                    yield place, None, f"it took more than {within_s:g} s"
        finally:
            for line, (_, process, _) in running.items():
                _end(line, process)


def _started(act, task, folder):
    context = multiprocessing.get_context("fork")
    line, its = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(its, act, task, folder), daemon=True)
    with warnings.catch_warnings(action="ignore"):  # of threads: this process runs none of its own
        process.start()
    its.close()
    return line, process


def _work(line, act, task, folder):
    """The whole of a process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who is asked to stop is the one who started it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    tempfile.tempdir = folder
    try:
        told = [act(task), ""]
    except OSError as error:
        told = [None, f"{error.strerror or error}"]
    except ValueError as error:
        told = [None, str(error)]
    except Exception as error:
        told = [None, f"{type(error).__name__}: {error}"]
    line.send_bytes(json.dumps(told).encode())
    line.close()


def _answer(line, process):
    told = [None, ""]
    with contextlib.suppress(EOFError, OSError, ValueError):
        told = json.loads(line.recv_bytes())
    if told == [None, ""]:
        process.join(1.0)
        told = [None, f"its grader was ended, by {_ended_by(process.exitcode)}"]
    _end(line, process)
    return told


def _ended_by(code):
    if code is None or code >= 0:
        return "itself"
    return f"the signal {signal.Signals(-code).name}"


def _end(line, process):
    line.close()
    process.kill()
    process.join()
