"""What a supervisor did, event by event, in the format in which the real one was recorded.

A scenario says the strategy, the workers' restart type and who ends; what comes back has the
fields that a recording has: `events`, `after`, and `supervisor_alive_after_each`.

`restart` may be one type for all, or one by child; `kill` may be a row, one after another, each
with the same `reason` or its own; with `crash_at_ms` each of those instants ends `kill`, or the
first child. A kill of who is dead is none. After a supervisor's end nobody is listed.

Left out: start and shutdown that fail or take time; those are in the tests.
Sources: `tests/whatsapp/actors/otp/README.md`, the format.
"""

__all__ = ["replay"]
__dir__ = lambda: __all__

from collections.abc import Mapping

from scalemodel.core import checks
from scalemodel.whatsapp.actors.processes import Clock, Stop, System
from scalemodel.whatsapp.actors.supervisors import Child, Intensity, Supervisor, children

_MUST_BE = {"strategy": str, "children": list, "max_r": int, "max_t_s": int | float}


def replay(scenario: Mapping) -> dict:
    """What our supervisor does in a `scenario`: the recording's answers, under the same names.

    >>> told = replay({
    ...     "strategy": "rest_for_one", "restart": "permanent", "max_r": 3, "max_t_s": 5,
    ...     "children": ["a", "b", "c"], "kill": "b", "reason": "crash",
    ... })
    >>> told["events"]
    [['shutdown', 'c'], ['start', 'b'], ['start', 'c']]
    >>> told["after"]
    [['a', 'up'], ['b', 'up'], ['c', 'up']]
    """
    checks.instance("scenario", scenario, Mapping)
    for name, kind in _MUST_BE.items():
        if not isinstance(scenario.get(name), kind):
            raise ValueError(
                f"scenario[{name!r}]={checks.brief(scenario.get(name))} must be {kind}"
            )
    names, at_ms = scenario["children"], scenario.get("crash_at_ms")
    kinds = _row(scenario.get("restart", "permanent"), len(names))
    kills = _row(scenario.get("kill", names[0] if names else []), len(at_ms or [0]))
    reasons = _row(scenario.get("reason", "crash"), len(kills))
    if not {*kills} <= {*names}:
        raise ValueError(f"kill={checks.brief(kills)} must be some of {checks.brief(names)}")
    system, events, alive = System(Clock()), [], []
    top = Supervisor(
        strategy=scenario["strategy"],
        children=[
            Child(id=name, start=_worker, restart=kind)
            for name, kind in zip(names, kinds, strict=True)
        ],
        intensity=Intensity(
            max_restarts=scenario["max_r"],
            window_s=scenario["max_t_s"],
            window=scenario.get("window", "otp"),
        ),
        told=lambda what, id: events.append([what, id]) if what != "give up" else None,
    ).start(system)
    events.clear()
    for ms, name, reason in zip(at_ms or [0] * len(kills), kills, reasons, strict=True):
        system.advance(max(0.0, ms / 1000 - system.now_s()))
        victim = children(top).get(name)
        if victim is not None:
            system.cast(victim, reason)
            system.run()
        alive.append(top.exit_reason is None)
    left = sorted(children(top).items())
    return {
        "events": events,
        "after": [[name, "dead" if one is None else "up"] for name, one in left],
        "supervisor_alive_after_each": alive,
    }


def _row(value, length):
    """A value for all, or one by one."""
    return [value] * length if isinstance(value, str) else [*value]


def _worker(system, supervisor):
    return system.spawn(_work, link=supervisor)


def _work(me, reason):
    """Ends as it is told to by who plants the fault."""
    raise Stop(reason)
