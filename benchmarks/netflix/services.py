"""A home page of services, with and without guards, beside plain Python and SimPy.

    python benchmarks/netflix/services.py    about a minute

An event is one of the model: a viewer comes, work is done, a call is given up or tried again.
All run the same pages with the same luck, and how each page ended, and when, is compared. CPU
time of the loops alone; medians of 5 rounds in which the contestants take turns, after a first
run that compiles. SimPy is no requirement of the project; where it is missing the table says so.
"""

import importlib.util
import math
import platform
import statistics
import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np

from scalemodel.core.rng import stream
from scalemodel.netflix.services import loop as engine
from scalemodel.netflix.services.changes import Slow
from scalemodel.netflix.services.graph import ALONE, NETFLIX, PYTHON, home_page
from scalemodel.netflix.services.run import RunConfig, simulate
from scalemodel.parts.resilience.breaker import Breaker
from scalemodel.parts.resilience.calls import LAWS
from scalemodel.parts.resilience.guards import Bulkhead
from scalemodel.parts.resilience.retry import RetryBudget

ROUNDS = 5
SLOW = (Slow(service="billing"),)
TABLES = {
    "no guards, all well": RunConfig(graph=NETFLIX),
    "every guard, all well": RunConfig(graph=home_page(ALONE)),
    "every guard, one service slow": RunConfig(graph=home_page(ALONE), changes=SLOW),
}
UNTIL_S = {"compiled": 200.0, "the same, plain": 3.0, "SimPy": 5.0}
HAS_SIMPY = importlib.util.find_spec("simpy") is not None


def main():
    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}\n")
    for title, config in TABLES.items():
        config = replace(config, arrivals_per_s=200.0, warm_up_s=0.0, graph=without_pauses(config.graph))  # fmt: skip
        configs = {name: replace(config, until_s=until_s) for name, until_s in UNTIL_S.items()}
        runs = {"compiled": lambda config: watched(config)[0], "the same, plain": plain_s}
        if HAS_SIMPY:
            runs["SimPy"] = lambda config: with_simpy(config)[0]
            _, _, end_s, how = watched(configs["SimPy"])
            _, their_end_s, their_how = with_simpy(configs["SimPy"])
            assert (how == their_how).all() and np.allclose(end_s, their_end_s, rtol=1e-9), title
        table(title, {name: (run, configs[name]) for name, run in runs.items()})
    if not HAS_SIMPY:
        print("not run: SimPy: make bench")


def without_pauses(graph):
    """SimPy's resources do not collect garbage."""
    services = tuple(replace(one, technology=PYTHON, queue=None) for one in graph.services)
    return replace(graph, services=services)


def table(title, runs):
    """The contestants in turn, and what each needs for an event."""
    seen = {name: simulate(config).events for name, (_, config) in runs.items()}
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


def watched(config, how=None):
    """Seconds of CPU of the loop alone, when pages came and ended, and how."""
    real, noted = engine.loop, []

    def noting(*arguments):
        began = time.process_time()
        answer = (how or real.native)(*arguments)
        spent_s = time.process_time() - began
        places, (times_s, notes) = len(arguments[2]), arguments[-3:-1]
        noted.extend([spent_s, arguments[0], times_s[::places, engine.END], notes[::places, engine.ENDED]])  # fmt: skip
        return answer

    engine.loop = SimpleNamespace(native=noting)
    try:
        simulate(config)
    finally:
        engine.loop = real
    return noted


def plain_s(config):
    """The same of the loop as it reads."""
    return watched(config, engine.loop)[0]


def with_simpy(config):
    """Seconds of CPU, and when pages ended and how: a process a job, and one a call."""
    import simpy

    graph, arrival_s = config.graph, watched(config)[1].tolist()
    pages, luck_of = len(arrival_s), {}
    slow = {change.service: change.factor for change in config.changes}
    out = {service.name: [] for service in graph.services}
    for call in graph.calls:
        guards = call.guards
        out[call.caller].append((
            call, guards.breaker and Breaker(guards.breaker), guards.budget and RetryBudget(guards.budget),
            Bulkhead(guards.bulkhead or 10**9),
        ))  # fmt: skip

    def draw(path, name):
        service = graph.service(name)
        works_s = (
            LAWS[service.law](stream(config.seed, f"works {path!r}"), pages) * service.mean_ms / 1e3
        )
        jitter = stream(config.seed, f"luck {path!r}").uniform(size=(pages, 3))[:, 2]
        luck_of[path] = works_s * slow.get(name, 1.0), jitter
        for call, *_ in out[name]:
            for again in range(1 + call.guards.retries):
                draw((*path, again, call.callee), call.callee)

    draw((graph.entry,), graph.entry)
    end_s, how = np.zeros(pages), np.zeros(pages, int)
    began = time.process_time()
    environment = simpy.Environment()
    desks = {one.name: simpy.Resource(environment, one.instances * one.workers) for one in graph.services}  # fmt: skip

    def job(page, path, name, answer):
        with desks[name].request() as turn:
            yield turn
            yield environment.timeout(luck_of[path][0][page])
            calls = [environment.process(called(page, path, *edge)) for edge in out[name]]
            worst = engine.WHOLE
            if calls:
                heard = yield environment.all_of(calls)
                worst = max(heard.values())
        answer.succeed(worst)

    def called(page, path, call, breaker, budget, bulkhead):
        guards, given_up = call.guards, engine.PARTLY if call.fallback else engine.FAILED
        if budget:
            budget.earn()
        memory, last_s = guards.backoff.memory(), 0.0
        for again in range(1 + guards.retries):
            if breaker and not breaker.allow(environment.now):
                return given_up
            if not bulkhead.enter():
                if breaker:
                    breaker.record(environment.now, False)
                return given_up
            below, answer = (*path, again, call.callee), environment.event()
            environment.process(job(page, below, call.callee, answer))
            if guards.time_out_s < math.inf:
                yield answer | environment.timeout(guards.time_out_s)
            else:
                yield answer
            bulkhead.leave()
            ok = answer.triggered and answer.value != engine.FAILED
            if breaker:
                breaker.record(environment.now, ok)
            if ok:
                return answer.value
            if again == guards.retries or (budget and not budget.may_retry()):
                return given_up
            last_s = guards.backoff.pause(again, last_s, luck_of[below][1][page], memory)
            yield environment.timeout(last_s)

    def viewer(page):
        answer = environment.event()
        environment.process(job(page, (graph.entry,), graph.entry, answer))
        how[page] = yield answer
        end_s[page] = environment.now

    def door():
        for page, at_s in enumerate(arrival_s):
            yield environment.timeout(at_s - environment.now)
            environment.process(viewer(page))

    environment.process(door())
    environment.run()
    return time.process_time() - began, end_s, how


if __name__ == "__main__":
    main()
