"""All uploads on all workers, beside SimPy and the same loop in plain Python.

    python benchmarks/youtube/upload.py    a minute

A task is a chunk at a rung: the lowest rung first, stragglers that get a second try, and a deploy
that drains. First all three run one small kitchen and must agree on when each task
is done; there is no deploy in it, which spares SimPy some work. Then the cost of a task as workers become more, with drawing and checks;
then a hundredth of a day, and bytes. CPU time; medians of 3 rounds in which the contestants take
turns. SimPy is no requirement of the project; where it is missing the table says so.
"""

import importlib.util
import platform
import statistics
import time
import tracemalloc
from dataclasses import replace
from itertools import count
from types import SimpleNamespace

import numpy as np

from scalemodel.youtube.upload import capacity
from scalemodel.youtube.upload.capacity import UploadsConfig, simulate

ROUNDS = 3
SLOW = {"straggler_ratio": 0.01, "straggler_times": 10.0, "copy_after_ratio": 0.99}
SMALL = UploadsConfig(uploads=30, workers=100, **SLOW)
KITCHENS = {  # workers, of which about one in fourteen is idle
    120: UploadsConfig(uploads=2_000, uploads_per_s=0.1, workers=120),
    3_000: UploadsConfig(uploads=4_000, uploads_per_s=2.5, workers=3_000),
    30_000: UploadsConfig(uploads=8_000, uploads_per_s=25.0, workers=30_000),
}
HUNDREDTH = UploadsConfig(uploads=43_200, uploads_per_s=0.5, workers=600, **SLOW)
HAS_SIMPY = importlib.util.find_spec("simpy") is not None


def main():
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}\n")
    side_by_side()
    print("compiled, with all draws and checks, a drain and stragglers")
    for workers, config in KITCHENS.items():
        config = replace(config, deploy_s=100.0, out=workers // 20, **SLOW)
        spent_s, report = timed(lambda config=config: simulate(config))
        print(f"  {workers:>6,} workers: {report.tasks:>9,} tasks {1e9 * spent_s / report.tasks:5.0f} ns "
              f"each, {1e-6 * report.tasks / spent_s:.2f} M a second")  # fmt: skip
    spent_s, report = timed(lambda: simulate(HUNDREDTH))
    print(f"\na hundredth of a day of 500 hours a minute: {report.tasks:,} tasks in {spent_s:.1f} s, "
          f"{1e-6 * report.tasks / spent_s:.2f} M a second")  # fmt: skip
    config = KITCHENS[3_000]
    tracemalloc.start()
    tasks = simulate(config).tasks
    print(f"at the peak {tracemalloc.get_traced_memory()[1] / tasks:.0f} bytes a task")
    if not HAS_SIMPY:
        print("not run: SimPy: make bench")


def timed(run):
    """CPU seconds, and what it answered, after a first small run that compiles."""
    simulate(SMALL)
    began = time.process_time()
    answer = run()
    return time.process_time() - began, answer


def side_by_side():
    arguments = told(SMALL)
    runs = {"compiled": capacity.loop.native, "plain Python": capacity.loop}
    if HAS_SIMPY:
        runs["SimPy"] = with_simpy
    rounds, answers = {name: [] for name in runs}, {}
    for turn in range(ROUNDS + 1):
        for name, run in runs.items():
            mine = [one.copy() if isinstance(one, np.ndarray) else one for one in arguments]
            began = time.process_time()
            run(*mine)
            if turn > 0:
                rounds[name].append(time.process_time() - began)
            answers[name] = mine[-3]
    tasks = len(arguments[3])
    for end_s in answers.values():
        assert np.allclose(end_s, answers["compiled"], rtol=0, atol=1e-6)
    middle = {name: statistics.median(seconds) / tasks for name, seconds in rounds.items()}
    print(f"the loop alone, {SMALL.workers} workers, {tasks:,} tasks; all agree")
    for name, seconds in middle.items():
        print(f"  {name:<13} {1e6 * seconds:8.3f} µs a task {1e-6 / seconds:7.3f} M a second "
              f"{seconds / middle['compiled']:6.0f} ×")  # fmt: skip
    print()


def told(config):
    """What `simulate` tells the loop, before it runs."""
    seen, real = [], capacity.loop

    def native(*arguments):
        seen.extend(one.copy() if isinstance(one, np.ndarray) else one for one in arguments)
        real.native(*arguments)

    capacity.loop = SimpleNamespace(native=native)
    try:
        simulate(config)
    finally:
        capacity.loop = real
    return seen


def with_simpy(
    arrival_s, added, rung, service_s, usual_s, patience, luck, workers, restart_s, most_out,
    start_s, end_s, state, tally,
):  # fmt: skip
    """A process for each worker, who takes the next slip, and one for each eye on a straggler."""
    import simpy

    home = simpy.Environment()
    added, rung = added.tolist(), rung.tolist()
    service_s, usual_s, luck = service_s.tolist(), usual_s.tolist(), iter(luck.tolist())
    slips = simpy.PriorityStore(home)  # (0 again, 1 urgent, 2 else; place in that line; task)
    done, done_at, late = set(), {}, count()

    def door():
        given = [0, sum(added[0])]
        for number, time_s in enumerate(arrival_s.tolist()):
            yield home.timeout(time_s - home.now)
            for line in (0, 1):
                for task in range(given[line], given[line] + added[line][number]):
                    slips.put((line + 1, task, task))
                given[line] += added[line][number]

    def watch(task):
        yield home.timeout(patience * usual_s[rung[task]])
        if task not in done:
            slips.put((0, next(late), task))

    def worker():
        while True:
            order, _, task = yield slips.get()
            if task in done:
                continue
            if order > 0:
                takes_s, done_at[task] = service_s[task], home.event()
                if takes_s > patience * usual_s[rung[task]]:
                    home.process(watch(task))
            else:
                takes_s = usual_s[rung[task]] * next(luck)
            yield home.timeout(takes_s) | done_at[task]
            if task not in done:
                done.add(task)
                done_at[task].succeed()
                end_s[task] = home.now

    home.process(door())
    for _ in range(workers):
        home.process(worker())
    home.run()


if __name__ == "__main__":
    main()
