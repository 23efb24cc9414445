"""A run from moment to moment: how many calls each service holds, and what its viewers got.

A report says how many guests went home hungry; this is the window to the kitchen. A call that a
service holds has a worker or waits for one, so what is above the number of its workers is its
line. A page belongs to the moment at which its viewer has it, or gives it up.

Costs as much as the run, and 16 bytes a service and moment.
Left out: which instance has a call; calls that nobody waits for are held like others.
Sources: none; it counts what `run.trace` has.
"""

__all__ = ["ERROR", "FALLBACK", "HANGS", "LIVE", "MOST_MOMENTS", "Moments", "watch"]
__dir__ = lambda: __all__

from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks
from scalemodel.netflix.services.loop import (
    CALLER,
    CAME,
    EDGE,
    END,
    ENDED,
    FAILED,
    SERVICE,
    SETTLED,
)  # fmt: skip
from scalemodel.netflix.services.run import RunConfig, trace

LIVE, FALLBACK, ERROR, HANGS = range(4)
MOST_MOMENTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """At the end of each stretch what is held, and what came of the pages that ended in it.

    >>> watch(RunConfig(until_s=20.0), every_s=5.0).at_s.tolist()
    [5.0, 10.0, 15.0, 20.0]
    """

    at_s: np.ndarray  # shape (moments,)
    held: dict[str, np.ndarray]  # of each service, shape (moments,)
    rows: dict[str, np.ndarray]  # of each row, shape (moments, 4): live, fallback, error, hangs


@checks.kinds
def watch(config: RunConfig, every_s: float) -> Moments:
    """The run of `config`, looked at every so many seconds.

    >>> from scalemodel.netflix.services.changes import Slow
    >>> slow = RunConfig(until_s=20.0, changes=(Slow(service="billing"),))
    >>> watch(slow, every_s=5.0).rows["playback"][-1, LIVE]
    np.int64(0)
    """
    least_s = config.until_s / MOST_MOMENTS
    checks.real("every_s", every_s, at_least=least_s, at_most=config.until_s)
    run = trace(config)
    at_s = every_s * np.arange(1, 1 + int(config.until_s / every_s + 1e-9))
    places, calls, _ = run.tree
    services = places[:, SERVICE]
    came_s, end_s = (run.times_s[:, n].reshape(-1, len(services)) for n in (CAME, END))
    held = {}
    for number, service in enumerate(config.graph.services):
        mine = came_s[:, services == number].ravel()
        over = np.where(np.isfinite(mine), end_s[:, services == number].ravel(), np.inf)
        held[service.name] = _by(mine, at_s) - _by(over, at_s)
    page_s = end_s[:, 0] - run.arrival_s
    hangs = page_s > config.patience_s
    fails = run.notes[:, ENDED].reshape(came_s.shape)[:, 0] == FAILED
    known_s = run.arrival_s + np.minimum(page_s, config.patience_s)
    settled = run.told[:, SETTLED].reshape(-1, len(calls))
    rows = {}
    for number, call in enumerate(calls):
        if call[CALLER] == 0:
            how = np.where(settled[:, number] == FAILED, FALLBACK, LIVE)
            how = np.where(hangs, HANGS, np.where(fails, ERROR, how))
            counts = [_by(known_s[how == kind], [0.0, *at_s]) for kind in range(4)]
            rows[config.graph.calls[call[EDGE]].callee] = np.diff(counts, axis=1).T
    return Moments(at_s=at_s, held=held, rows=rows)


def _by(moment_s, at_s):
    """How many of the moments have come by each of these."""
    return np.searchsorted(np.sort(moment_s), at_s, side="right")
