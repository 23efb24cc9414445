"""All uploads on all workers, task by task.

A kitchen of many cooks gets its orders on slips. Each order is cut into plates, and of each plate
there are several sizes; a cook takes a slip, cooks, and takes the next. The first plates of every
order, the smallest, go before all others, so that nobody sits there with nothing (`urgent`). Who
takes far longer than usual has a second cook begin the same plate; the first to be done wins, and
the other stops at once. And when the shift changes, each finishes what is on the stove.

A task is one chunk at one rung. With all draws and checks it costs 0.25 µs among a hundred
workers and 0.5 among thirty thousand, so two to four million tasks a second; the loop is a
hundred times as fast as SimPy (`benchmarks/youtube/upload.py`). A task holds 38 bytes at the peak.
A hundredth of a day of uploads, 16 million tasks, takes six seconds, and a whole day would take 60
GB and ten minutes; a machine of 16 GB ends near 400 million; we stop at twenty.

Left out: workers that fail, tasks that cannot be done, splitting and joining, which cost little.
Sources: Dean and Barroso, "The Tail at Scale", 2013, for second copies. All figures are ours.
"""

__all__ = [
    "ARRIVES", "BATCH", "BUSY_S", "COPIES", "DEPLOYED_S", "DEPLOYS", "DONE", "ENCODING", "FRESH",
    "FRESH_COPY", "LEAVES", "LENGTH", "MOST_TASKS", "READ_RUNGS", "RETURNS", "STALE", "STALE_COPY",
    "STRAGGLES", "Tasks", "UploadsConfig", "UploadsReport", "fewest_workers", "loop", "simulate",
    "tasks",
]  # fmt: skip
__dir__ = lambda: __all__

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from scalemodel.core import checks, events
from scalemodel.core.compiled import READ_FLOATS, READ_INT_ROWS, compiled
from scalemodel.core.frames import Tabular
from scalemodel.core.rng import stream
from scalemodel.core.stats import percentile
from scalemodel.parts.queues import MOST_SERVERS, Constant, Exponential, Lognormal, draw
from scalemodel.youtube.upload.ladder import rungs

MOST_TASKS = 20_000_000
BATCH = 1_000_000  # of draws
LENGTH, ENCODING = Lognormal(1.0), Lognormal(0.2)
ARRIVES, LEAVES, STRAGGLES, DEPLOYS, RETURNS = range(5)  # kinds of event
STALE, FRESH, STALE_COPY, FRESH_COPY, DONE = 1, 2, 4, 8, 16  # who is at a task; bits
BUSY_S, COPIES, DEPLOYED_S = range(3)  # places in `tally`


# ── Config and report ───────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class UploadsConfig:
    """What is uploaded, who encodes it, and what goes wrong.

    >>> UploadsConfig(straggler_ratio=0.001, copy_after_ratio=0.99).workers
    120
    """

    uploads: int = 300
    uploads_per_s: float = 0.1  # Poisson
    video_s: float = 600.0  # on average
    length: Exponential | Constant | Lognormal = LENGTH
    chunk_s: float = 10.0
    height_px: int = 1080  # of each source
    workers: int = 120
    encoding: Exponential | Constant | Lognormal = ENCODING  # of a task, beside the usual
    urgent: bool = True  # the lowest rung of any upload goes before all others
    straggler_ratio: float = 0.0
    straggler_times: float = 10.0  # as long as else
    copy_after_ratio: float | None = None  # of tasks are done when a second begins; None: never
    deploy_s: float | None = None  # when each worker is to restart after its task
    restart_s: float = 60.0
    out: int = 10  # at most so many workers at once
    seed: int = 0

    def __post_init__(self):
        checks.plain(self)
        checks.whole("uploads", self.uploads, at_least=1, at_most=MOST_TASKS)
        checks.real("uploads_per_s", self.uploads_per_s, at_least=1e-9, at_most=1e9)
        checks.real("video_s", self.video_s, at_least=1e-3, at_most=1e6)
        for name in ("length", "encoding"):
            if not isinstance(getattr(self, name), Exponential | Constant | Lognormal):
                allowed = "Exponential(), Constant() or Lognormal(...)"
                raise ValueError(f"{name}={checks.brief(getattr(self, name))} must be {allowed}")
        checks.real("chunk_s", self.chunk_s, at_least=1e-3, at_most=1e6)
        rungs(self.height_px)
        checks.whole("workers", self.workers, at_least=1, at_most=MOST_SERVERS)
        checks.instance("urgent", self.urgent, bool)
        checks.real("straggler_ratio", self.straggler_ratio, at_least=0, at_most=1)
        checks.real("straggler_times", self.straggler_times, at_least=1, at_most=1e6)
        if self.copy_after_ratio is not None:
            checks.real("copy_after_ratio", self.copy_after_ratio, at_least=0, at_most=1)
        if self.deploy_s is not None:
            checks.real("deploy_s", self.deploy_s, at_least=0, at_most=1e12)
        checks.real("restart_s", self.restart_s, at_least=0, at_most=1e9)
        checks.whole("out", self.out, at_least=1, at_most=MOST_SERVERS)
        checks.whole("seed", self.seed, at_least=0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UploadsReport(Tabular):
    """A run from an empty kitchen to an empty kitchen.

    >>> report = simulate(UploadsConfig())
    >>> report.tasks, round(report.playable_s.mean()), round(report.complete_s.mean())
    (107754, 1, 67)
    """

    tasks: int
    waits_ratio: float  # of tasks, those that did not begin at once
    mean_wait_s: float
    playable_s: np.ndarray  # from upload to the lowest rung's last chunk, shape (uploads,)
    complete_s: np.ndarray  # and to the last task of all
    utilization_ratio: float
    worker_s: float  # of all tasks and their copies
    copies: int  # tasks that were begun a second time
    deployed_s: float  # from the deploy's beginning until the last worker is back; 0: none

    @property
    def p99_complete_s(self) -> float:
        """Until one upload in a hundred is not complete."""
        return percentile(self.complete_s, 99)


class Tasks(NamedTuple):
    """Every task, in the order in which they were begun if nobody was more urgent.

    >>> tasks(UploadsConfig(uploads=1, video_s=20.0, length=Constant())).upload.tolist()[:3]
    [0, 0, 0]
    """

    arrival_s: np.ndarray  # shape (uploads,)
    upload: np.ndarray  # shape (tasks,), as the next three
    rung: np.ndarray
    start_s: np.ndarray
    end_s: np.ndarray  # of the quicker try
    busy_s: float  # of all workers
    copies: int  # second tries
    deployed_s: float


# ── Engine ──────────────────────────────────────────────────────────────────
READ_RUNGS = "Array(uint8, 1, 'C', readonly=True)"


@compiled(
    f"void({READ_FLOATS}, {READ_INT_ROWS}, {READ_RUNGS}, {READ_FLOATS}, {READ_FLOATS}, float64, "
    f"{READ_FLOATS}, int64, float64, int64, float64[::1], float64[::1], uint8[::1], float64[::1])"
)
def loop(
    arrival_s, added, rung, service_s, usual_s, patience, copy_luck, workers, restart_s, most_out,
    start_s, end_s, state, tally,
):  # fmt: skip
    """Fill when each task is begun and done, and the `tally`.

    Tasks stand in the order in which they are begun, those of line 0 before those of line 1, and
    an upload adds `added[line, upload]` to each. A second try begins at `patience` times what is
    usual at a rung, and takes as many times the usual as is next in `copy_luck`.
    `tally[DEPLOYED_S]` has the deploy's beginning, or infinity.

    >>> start_s, end_s, tally = np.zeros(3), np.zeros(3), np.array([0.0, 0.0, np.inf])
    >>> loop([0.0], np.array([[1], [2]]), [0, 1, 1], [1.0, 2.0, 2.0], [1.0, 2.0], 9.0, [], 1, 0.0, 1,
    ...      start_s, end_s, np.zeros(3, np.uint8), tally)
    >>> start_s.tolist(), end_s.tolist(), tally.tolist()
    ([0.0, 1.0, 3.0], [1.0, 3.0, 5.0], [5.0, 0.0, 0.0])
    """
    heap = events.new(2 * min(workers, len(service_s)) + 3)
    copies, first_copy, last_copy, tried = np.zeros(len(copy_luck), dtype=np.int64), 0, 0, 0
    head, tail = np.zeros(2, dtype=np.int64), np.zeros(2, dtype=np.int64)
    head[1] = tail[1] = added[0].sum()
    stale, fresh, out, back, deploying, before_s = workers, 0, 0, 0, False, 0.0
    deploy_s, tally[DEPLOYED_S] = tally[DEPLOYED_S], 0.0
    events.push(heap, arrival_s[0], ARRIVES, 0)
    if deploy_s < np.inf:
        events.push(heap, deploy_s, DEPLOYS, 0)
    while events.waiting(heap) > 0:
        heap = events.with_room(heap, 1)
        now_s, kind, item, _ = events.pop(heap)
        if kind == LEAVES and state[item] == DONE:
            continue  # a second try was quicker
        tally[BUSY_S] += (workers - stale - fresh - out) * (now_s - before_s)
        before_s = now_s
        if kind == ARRIVES:
            tail[0] += added[0, item]
            tail[1] += added[1, item]
            if item + 1 < len(arrival_s):
                events.push(heap, arrival_s[item + 1], ARRIVES, item + 1)
        elif kind == LEAVES:
            at = int(state[item])
            state[item], end_s[item] = DONE, now_s
            stale += (at & STALE > 0) + (at & STALE_COPY > 0)
            fresh += (at & FRESH > 0) + (at & FRESH_COPY > 0)
        elif kind == STRAGGLES:
            if state[item] != DONE:
                copies[last_copy] = item
                last_copy += 1
        elif kind == DEPLOYS:
            deploying = True
        else:
            out, fresh, back = out - 1, fresh + 1, back + 1
            if back == workers:
                tally[DEPLOYED_S] = now_s - deploy_s
        while deploying and stale > 0 and out < most_out:
            stale, out = stale - 1, out + 1
            heap = events.with_room(heap, 1)
            events.push(heap, now_s + restart_s, RETURNS, 0)
        while stale + fresh > 0:
            heap = events.with_room(heap, 2)
            again = first_copy < last_copy
            if again:
                task = copies[first_copy]
                first_copy += 1
                if state[task] == DONE:
                    continue
            else:
                line = 0 if head[0] < tail[0] else 1
                if head[line] == tail[line]:
                    break
                task = head[line]
                head[line] += 1
            is_fresh = fresh > 0
            fresh, stale = fresh - is_fresh, stale - (not is_fresh)
            if again:
                state[task] |= FRESH_COPY if is_fresh else STALE_COPY
                copied_s = now_s + usual_s[rung[task]] * copy_luck[tried]
                tried += 1
                if copied_s < start_s[task] + service_s[task]:
                    events.push(heap, copied_s, LEAVES, task)
            else:
                state[task] = FRESH if is_fresh else STALE
                start_s[task] = now_s
                events.push(heap, now_s + service_s[task], LEAVES, task)
                patience_s = patience * usual_s[rung[task]]
                if service_s[task] > patience_s:
                    events.push(heap, now_s + patience_s, STRAGGLES, task)
    tally[COPIES] = tried


@checks.kinds
def tasks(config: UploadsConfig) -> Tasks:
    """All tasks of one run, and what was counted as the clock went.

    >>> run = tasks(UploadsConfig(uploads=1, video_s=20.0, length=Constant(), height_px=240))
    >>> run.rung.tolist(), (run.end_s - run.arrival_s[0]).round(2).tolist()
    ([0, 0, 1, 1], [0.13, 0.21, 0.57, 0.39])
    """
    usual_s = config.chunk_s * np.array([one.work_ratio for one in rungs(config.height_px)])
    rng = stream(config.seed, "uploads")
    arrival_s = np.cumsum(rng.standard_exponential(config.uploads) / config.uploads_per_s)
    videos_s = config.video_s * _luck(config.length, config.uploads, rng)
    if np.ceil(videos_s / config.chunk_s).sum() * len(usual_s) > MOST_TASKS:
        raise ValueError(f"uploads={config.uploads} are more than {MOST_TASKS:,} tasks")
    chunks = np.maximum(np.ceil(videos_s / config.chunk_s), 1).astype(np.int64)
    rest = chunks * (len(usual_s) - 1)
    upload = np.repeat(np.arange(config.uploads, dtype=np.int32), chunks + rest)
    each = np.tile(np.arange(len(usual_s), dtype=np.uint8), config.uploads)
    rung = np.repeat(each, np.repeat(chunks, len(usual_s)))
    added = np.array([chunks, rest] if config.urgent else [chunks + rest, 0 * rest])
    luck = _luck(config.encoding, len(rung), rng)
    if config.straggler_ratio > 0:
        luck[rng.random(len(rung)) < config.straggler_ratio] *= config.straggler_times
    if config.urgent:  # the same tasks with the same luck, in another order
        order = np.argsort(rung > 0, kind="stable")
        upload, rung, luck = upload[order], rung[order], luck[order]
    patience = np.inf
    if config.copy_after_ratio is not None:
        patience = np.quantile(luck, config.copy_after_ratio)
    service_s = luck * usual_s[rung]
    slow = np.count_nonzero(service_s > patience * usual_s[rung])
    copy_luck = np.ascontiguousarray(luck[rng.integers(len(luck), size=slow)])  # of another worker
    del luck
    start_s, end_s, state = *np.zeros((2, len(rung))), np.zeros(len(rung), dtype=np.uint8)
    tally = np.array([0.0, 0.0, np.inf if config.deploy_s is None else config.deploy_s])
    told = arrival_s, added, rung, service_s, usual_s, patience, copy_luck
    habits = config.workers, config.restart_s, config.out
    loop.native(*told, *habits, start_s, end_s, state, tally)
    busy_s, copies, deployed_s = tally.tolist()
    return Tasks(arrival_s, upload, rung, start_s, end_s, busy_s, int(copies), deployed_s)


@checks.kinds
def simulate(config: UploadsConfig) -> UploadsReport:
    """What all uploads of one run met.

    >>> slow = UploadsConfig(straggler_ratio=0.001)
    >>> [round(simulate(replace(slow, copy_after_ratio=ratio)).p99_complete_s) for ratio in (None, 0.99)]
    [198, 170]
    """
    run = tasks(config)
    wait_s, ready_s = run.start_s - run.arrival_s[run.upload], np.zeros((2, config.uploads))
    first = run.rung == 0
    np.maximum.at(ready_s[0], run.upload[first], run.end_s[first])
    np.maximum.at(ready_s[1], run.upload, run.end_s)
    playable_s, complete_s = ready_s - run.arrival_s
    return UploadsReport(
        tasks=len(run.rung), waits_ratio=float((wait_s > 0).mean()),
        mean_wait_s=float(wait_s.mean()), playable_s=playable_s, complete_s=complete_s,
        utilization_ratio=run.busy_s / (config.workers * float(run.end_s.max())),
        worker_s=run.busy_s, copies=run.copies, deployed_s=run.deployed_s,
    )  # fmt: skip


def _luck(kind, count, rng):
    """Draws of a mean of 1, shape (count,)."""
    batches = [min(BATCH, count - at) for at in range(0, count, BATCH)]
    return np.concatenate([draw(kind, each, int(rng.integers(2**62))) for each in batches])


@checks.kinds
def fewest_workers(config: UploadsConfig, waits_ratio: float) -> int:
    """The fewest workers by which at most that share of tasks waits, found by runs on one luck.

    >>> one = UploadsConfig(uploads=20_000, height_px=144, video_s=10.0, length=Constant(),
    ...                     chunk_s=10.0, encoding=Exponential(), uploads_per_s=3 / (10 * 0.0178))
    >>> fewest_workers(one, waits_ratio=0.05)  # Erlang C: 7
    7
    """
    waits_ratio = checks.real("waits_ratio", waits_ratio, at_least=0, at_most=1)
    low, high = 0, 1
    while simulate(replace(config, workers=high)).waits_ratio > waits_ratio:
        if high == MOST_SERVERS:
            raise ValueError(f"{waits_ratio=} must be larger: {MOST_SERVERS} workers are too few")
        low, high = high, min(2 * high, MOST_SERVERS)
    while high - low > 1:
        middle = (low + high) // 2
        enough = simulate(replace(config, workers=middle)).waits_ratio <= waits_ratio
        low, high = (low, middle) if enough else (middle, high)
    return high
