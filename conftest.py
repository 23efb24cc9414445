"""For every test and every notebook: one-line panels, order and cost, and last words.

A test that lacks a program skips with `not run: <what>: <how to get it>`. These are
listed at the very end, and fail the run when REQUIRE_ALL=1, unless another target is how. A test that grades an answer
to a lab says with `record_property(LAB, line)` what became of it; the lines are printed.

What is run together stays together: a file, of the pages of the site each page, and the examples
of a folder, which share what has to be compiled. The book is built first and looked at last, so
that nobody waits for it. There is one worker more
than cores, for a test that waits for a browser, a kernel or a socket leaves its core to it.
"""

import doctest
import os
import re
from collections import Counter
from pathlib import Path

import pytest

NOT_RUN = "not run: "
ELSEWHERE = ": make dask"  # in an environment of its own, and CI has a job for it
LAB = "lab"
ROOT = Path(__file__).parent
SITE = "tests/site/"
PAGE = re.compile(r"\[(book/[^\]]*?)-\d+-(?:light|dark)-")

os.environ.setdefault("SCALEMODEL_VIEW", "digest")


# ── Order ───────────────────────────────────────────────────────────────────
def pytest_collection_modifyitems(items):
    items.sort(key=_turn)  # which keeps the order of equals


def _turn(item):
    name = item.nodeid.partition("::")[0]
    if not name.startswith(SITE):
        return 1
    return {f"{SITE}test_built.py": 0, f"{SITE}test_pages.py": 3}.get(name, 2)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadScopeScheduling

    class ByFileOrPage(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file, _, test = nodeid.partition("::")
            page = PAGE.search(test)
            together = file.rpartition("/")[0] if file.startswith("lib/") else file
            return f"{file} {page[1]}" if page else together

    config.option.loadscopereorder = False
    return ByFileOrPage(config, log)


# ── Examples ────────────────────────────────────────────────────────────────
# A number keeps its unit on its line by a space that does not break; an example shows a space.
def _no_break_is_a_space(check=doctest.OutputChecker.check_output):
    def checked(self, want, got, flags):
        return check(self, want, got.replace("\\xa0", " ").replace("\xa0", " "), flags)

    return checked


doctest.OutputChecker.check_output = _no_break_is_a_space()


# ── Cost ────────────────────────────────────────────────────────────────────
# CPU-seconds by file, of the process that runs the tests and of all that it started: kernels,
# builds, browsers. Left out: what was started and has cut itself loose, as a server in the
# background, and what a killed process had waited for.
COST: Counter = Counter()
_until_now_s = 0.0


def cpu_s(pid="self"):
    """CPU-seconds of a process, its children and theirs, those that have ended included."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        tasks = [task.read_text() for task in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:  # it has ended, or this system has no such files
        return sum(os.times()[:4]) if pid == "self" else 0.0
    own = sum(map(int, stat[11:15])) / os.sysconf("SC_CLK_TCK")
    return own + sum(cpu_s(child) for task in tasks for child in task.split())


def _charge(file):
    global _until_now_s
    now_s = cpu_s()
    COST[file] += max(0.0, now_s - _until_now_s)
    _until_now_s = now_s


def pytest_collection_finish():
    _charge("collection")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """Charged before what a file shares is torn down, for a browser takes its figures along."""
    last = nextitem is None or nextitem.path != item.path
    file = item.nodeid.partition("::")[0]
    if last:
        _charge(file)
    result = yield
    if last:
        _charge(file)
    return result


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    COST.update(getattr(node, "workeroutput", {}).get("cost", {}))


def _by_folder():
    """A line for each folder that cost a second, with its dearest files."""
    folders: dict[str, Counter] = {}
    for name, seconds in COST.items():
        place = Path(name).parts
        folder = "/".join(place[: 3 if place[0] == "lib" else 2][: len(place) - 1]) or name
        folders.setdefault(folder, Counter())[place[-1]] += seconds
    for folder, files in sorted(folders.items(), key=lambda row: -row[1].total()):
        if files.total() >= 1:
            most = ", ".join(f"{name} {s:.0f}" for name, s in files.most_common(4) if s >= 1)
            yield f"{files.total():6.0f}  {folder}: {most}"


# ── Last words ──────────────────────────────────────────────────────────────
def pytest_sessionfinish(session, exitstatus):
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["cost"] = dict(COST)
    if _missing(session.config) and os.environ.get("REQUIRE_ALL") == "1" and exitstatus == 0:
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter, config):
    terminalreporter.section(f"CPU-seconds by folder, {COST.total():.0f} in all")
    terminalreporter.write("".join(f"{line}\n" for line in _by_folder()))
    reports = terminalreporter.stats.get("passed", [])
    graded = sorted({line for r in reports for name, line in r.user_properties if name == LAB})
    if graded:
        terminalreporter.section("labs")
        terminalreporter.write("".join(f"{line}\n" for line in graded))
    lines = _not_run(config)
    if not lines:
        return
    terminalreporter.section("not run")
    for line, count in sorted(lines.items()):
        terminalreporter.line(f"{count} test{'s' if count > 1 else ''}: {line}")
    if _missing(config) and os.environ.get("REQUIRE_ALL") == "1":
        terminalreporter.line("REQUIRE_ALL=1: what did not run is a failure.", red=True)


def _missing(config):
    return [line for line in _not_run(config) if not line.endswith(ELSEWHERE)]


def _not_run(config):
    """The reasons why tests did not run, with how many each stopped."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    lines = {}
    for report in reporter.stats.get("skipped", []) if reporter else []:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        _, found, line = reason.partition(NOT_RUN)
        if found:
            lines[line] = lines.get(line, 0) + 1
    return lines
