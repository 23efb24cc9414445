"""For every test and every notebook: one-line panels, and last words on labs and what did not run.

A test that lacks a program skips with `not run: <what>: <how to get it>`. These are
listed at the very end, and fail the run when REQUIRE_ALL=1. A test that grades an answer
to a lab says with `record_property(LAB, line)` what became of it; the lines are printed.
"""

import os

NOT_RUN = "not run: "
LAB = "lab"

os.environ.setdefault("SCALEMODEL_VIEW", "digest")


def pytest_sessionfinish(session, exitstatus):
    if _not_run(session.config) and os.environ.get("REQUIRE_ALL") == "1" and exitstatus == 0:
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter, config):
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
    if os.environ.get("REQUIRE_ALL") == "1":
        terminalreporter.line("REQUIRE_ALL=1: what did not run is a failure.", red=True)


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
