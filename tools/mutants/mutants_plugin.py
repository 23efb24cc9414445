"""A plugin of pytest, for the runs of `tools/mutants`: cheapest first, each test on a clock.

The plan is a JSON file named by MUTANTS_PLAN: `leave` lists tests not to run, `seconds` what
each is known to take, `most_s` is each one's limit, or less for what is known to be quick where
nothing is compiled; `out`, if given, is where the seconds that each took are written, infinite
if it did not pass.
"""

import contextlib
import json
import os
import resource
import signal
from pathlib import Path

import pytest

PLAN = json.loads(Path(os.environ["MUTANTS_PLAN"]).read_text())
MOST_BYTES = 8 << 30  # a fault may fill a list for ever
LEAST_S, TIMES = 3.0, 10.0  # what a quick test may take: a busy machine is slower
AGAIN_S = 2.0  # and then it is stopped again: a loop of events cleans up, and may wait for ever
took_s: dict[str, float] = {}

with contextlib.suppress(ValueError):  # a system that does not count it
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    files = list(dict.fromkeys(item.path for item in items))
    cost = lambda item: (files.index(item.path), PLAN["seconds"].get(item.nodeid, 0.0))
    items[:] = sorted((item for item in items if item.nodeid not in PLAN["leave"]), key=cost)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    def stop(*_):
        pytest.fail("too slow")

    before = signal.signal(signal.SIGALRM, stop)
    most_s = PLAN["most_s"]
    if os.environ.get("NUMBA_DISABLE_JIT") == "1" and item.nodeid in PLAN["seconds"]:
        most_s = min(most_s, LEAST_S + TIMES * PLAN["seconds"][item.nodeid])
    signal.setitimer(signal.ITIMER_REAL, most_s, AGAIN_S)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def pytest_runtest_logreport(report):
    took_s.setdefault(report.nodeid, 0.0)
    took_s[report.nodeid] += report.duration if report.passed else float("inf")


def pytest_sessionfinish():
    if "out" in PLAN:
        Path(PLAN["out"]).write_text(json.dumps(took_s))
