"""What a supervisor did, event by event, in the format in which the real one was recorded.

A scenario says the strategy, the workers' restart type and who ends; what comes back has the
fields that the recording has: `events` and `after`, or `supervisor_alive_after_each`.

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
from scalemodel.whatsapp.actors.processes import Clock, Exited, Stop, System
from scalemodel.whatsapp.actors.supervisors import Child, Intensity, Supervisor, children


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
    names = _field(scenario, "children", list)
    kinds = scenario.get("restart", "permanent")
    if isinstance(kinds, str):
        kinds = dict.fromkeys(names, kinds)
    elif not isinstance(kinds, Mapping):
        kinds = dict(zip(names, kinds, strict=True))
    clock, events = Clock(), []
    system = System(clock)
    top = Supervisor(
        strategy=_field(scenario, "strategy", str),
        children=[
            Child(id=name, start=_worker, restart=kinds[name], shutdown_s=1.0) for name in names
        ],
        intensity=Intensity(
            max_restarts=_field(scenario, "max_r", int),
            window_s=_field(scenario, "max_t_s", int | float),
            window=scenario.get("window", "otp"),
        ),
        told=lambda what, id: events.append([what, id]) if what != "give up" else None,
    ).start(system)
    events.clear()
    kills = scenario.get("kill", names[:1])
    kills = [kills] if isinstance(kills, str) else [*kills]
    reasons = scenario.get("reason", "crash")
    at_ms = scenario.get("crash_at_ms")
    if at_ms is not None:
        kills = [kills[n % len(kills)] for n in range(len(at_ms))]
    reasons = [reasons] * len(kills) if isinstance(reasons, str) else [*reasons]
    alive = []
    for n, (name, reason) in enumerate(zip(kills, reasons, strict=True)):
        if at_ms is not None:
            system.advance(max(0.0, at_ms[n] / 1000 - system.now_s()))
        if name not in names:
            raise ValueError(f"kill={name!r} must be one of {', '.join(names)}")
        victim = children(top).get(name)
        if victim is not None:
            system.cast(victim, Stop(reason))
            system.run()
        alive.append(top.exit_reason is None)
    if at_ms is not None:
        return {"events": events, "supervisor_alive_after_each": alive}
    left = sorted(children(top).items())
    return {
        "events": events,
        "after": [[name, "dead" if one is None else "up"] for name, one in left],
    }


def _worker(system, supervisor):
    return system.spawn(_work, link=supervisor, trap_exit=True)


def _work(me, message):
    """Goes when it is asked to, or told to by who plants the fault."""
    match message:
        case Stop():
            raise message
        case Exited(_, "shutdown"):
            raise Stop("shutdown")


def _field(scenario, name, kind):
    checks.instance("scenario", scenario, Mapping)
    if not isinstance(scenario.get(name), kind):
        raise ValueError(
            f"scenario[{name!r}]={scenario.get(name)!r} must be there, and be a {kind}"
        )
    return scenario[name]
