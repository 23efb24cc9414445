"""Calls with their guards, and the storm after the rain, beside plain Python and SimPy.

    python benchmarks/resilience.py    about a minute

An event is one of the model: somebody comes, tries again, gives up, is served. All run the
same requests with the same luck, and the ends of all requests are compared. CPU time; medians
of 5 rounds in which the contestants take turns, after a first run that compiles. SimPy is no
requirement of the project; where it is missing the table says so.
"""

import importlib.util
import platform
import statistics
import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from scalemodel.core.rng import stream
from scalemodel.parts.metastable import STOP
from scalemodel.parts.resilience import calls as inside
from scalemodel.parts.resilience.breaker import BreakerConfig
from scalemodel.parts.resilience.calls import GOOD, LAWS, CallsConfig, calls, finish_s
from scalemodel.parts.resilience.guards import Guards
from scalemodel.parts.resilience.retry import BudgetConfig, FullJitter

ROUNDS = 5
TRIES = Guards(time_out_s=0.5, retries=3, backoff=FullJitter(base_s=0.1, most_s=1.0))
ALL = replace(
    TRIES, deadline_s=3.0, budget=BudgetConfig(), breaker=BreakerConfig(slots=10, slot_s=1.0),
    bulkhead=200, hedge_s=0.4, queue=200, drops_expired=True,
)  # fmt: skip
TABLES = {
    "calls to 10 servers, time-outs, retries, jitter": CallsConfig(arrivals_per_s=95.0, guards=TRIES),
    "the same with every guard": CallsConfig(arrivals_per_s=95.0, guards=ALL),
    "a metastable failure": CallsConfig(
        arrivals_per_s=70.0, servers=1, services_per_s=100.0, trigger=STOP,
        guards=Guards(time_out_s=1.0, retries=3),
    ),
}  # fmt: skip
UNTIL_S = {"compiled": 6_000.0, "the same, plain": 30.0, "SimPy": 60.0}
HAS_SIMPY = importlib.util.find_spec("simpy") is not None


def main():
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}\n")
    for title, config in TABLES.items():
        configs = {name: replace(config, until_s=until_s) for name, until_s in UNTIL_S.items()}
        runs = {"compiled": compiled_s, "the same, plain": plain_s}
        if HAS_SIMPY and config.guards.budget is None:
            runs["SimPy"] = lambda config: with_simpy(config)[1]
            same = with_simpy(configs["SimPy"])[0] == (calls(configs["SimPy"]).ended == GOOD)
            assert same.all(), title
        table(title, {name: (run, configs[name]) for name, run in runs.items()})
    if not HAS_SIMPY:
        print("not run: SimPy: make bench")


def table(title, runs):
    """The contestants in turn, and what each needs for an event."""
    seen = {name: calls(config).events for name, (_, config) in runs.items()}
    rounds = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, (run, config) in runs.items():
            rounds[name].append(run(config) / seen[name])
    middle = {name: statistics.median(seconds) for name, seconds in rounds.items()}
    print(title)
    for name, seconds in middle.items():
        print(f"  {name:<16} {1e6 * seconds:8.3f} µs an event {1e-6 / seconds:7.3f} M a second "
              f"{seconds / middle['compiled']:7.0f} ×")  # fmt: skip
    print()


def compiled_s(config, how=None):
    """Seconds of CPU of the loop alone; to draw the luck is the same for all."""
    real, spent_s = inside.loop, []

    def watched(*arguments):
        began = time.process_time()
        answer = (how or real.native)(*arguments)
        spent_s.append(time.process_time() - began)
        return answer

    inside.loop = SimpleNamespace(native=watched)
    try:
        calls(config)
    finally:
        inside.loop = real
    return spent_s[0]


def plain_s(config):
    """The same of the loop as it reads."""
    return compiled_s(config, inside.loop)


def with_simpy(config):
    """Whether each request was answered in time, and the seconds of CPU: a process an attempt."""
    import simpy

    guards, trigger = config.guards, config.trigger
    arrival_s = calls(config).arrival_s.tolist()
    tries = 1 + guards.retries
    size = tries * len(arrival_s)
    work_s = LAWS[config.law](stream(config.seed, "works"), size) / config.services_per_s
    jitter = stream(config.seed, "jitter").uniform(size=size)
    pause, memory = guards.backoff.pause, guards.backoff.memory()
    good = np.zeros(len(arrival_s), bool)
    began = time.process_time()
    environment = simpy.Environment()
    desks = simpy.Resource(environment, config.servers)

    def attempt(number, answer):
        with desks.request() as turn:
            yield turn
            until_s = finish_s(
                environment.now, work_s[number],
                trigger.start_s, trigger.stop_s, trigger.capacity_ratio,
            )  # fmt: skip
            yield environment.timeout(until_s - environment.now)
        answer.succeed()

    def request(n):
        for again in range(tries):
            answer = environment.event()
            environment.process(attempt(n * tries + again, answer))
            late = environment.timeout(guards.time_out_s)
            yield answer | late
            if answer.triggered:
                good[n] = True
                return
            yield environment.timeout(pause(again, 0.0, jitter[n * tries + again], memory))

    def door():
        for n, at_s in enumerate(arrival_s):
            yield environment.timeout(at_s - environment.now)
            environment.process(request(n))

    environment.process(door())
    environment.run()
    return good, time.process_time() - began


if __name__ == "__main__":
    main()
