"""A server that stops for a while, and the line before it: callers who give up, and call again.

A call takes a second, and a caller waits four for the answer. Whoever has given up leaves the
call in the line: the server cannot know, and works for nobody. In the second way each who gave
up calls once more.

Left out: chance, and guards; both are in `storm`.
Sources: none; who is served when is read off `scalemodel.parts.resilience.calls`.
"""

__all__ = [
    "ABOVE", "FROM_S", "GAP_S", "GROUND", "LINE_X", "NAMES", "PITCH", "SERVER_X", "SERVICE_S",
    "STOP", "TIME_OUT_S", "UNTIL_S", "WAYS", "Y", "run", "served", "storm_moving",
]  # fmt: skip
__dir__ = lambda: __all__

import functools

import numpy as np

from scalemodel.parts.resilience.calls import GOOD, Calls, CallsConfig, Trigger, calls, finish_s
from scalemodel.parts.resilience.guards import Guards
from scalemodel.stage.panel.moving import Step, moving
from scalemodel.stage.views.embed import Embed

GAP_S, SERVICE_S, TIME_OUT_S = 1.8, 1.0, 4.0
STOP = Trigger(start_s=6.0, stop_s=14.0)
FROM_S, UNTIL_S = 4, 30
WAYS = {"nobody calls again": 0, "each calls once more": 1}
NAMES = "ABCDEFGHIJKLMNOPQ"  # who comes in that time
SERVER_X, LINE_X, PITCH, Y, ABOVE = 322, 276, 27, 56, 22
GROUND = (
    '<rect x="300" y="38" width="44" height="36" rx="4" fill="none" stroke="currentColor" '
    'style="color:var(--sm-muted)"/><path d="M4 74h288" fill="none" stroke="currentColor" '
    'style="color:var(--sm-muted)"/><g style="fill:var(--sm-muted)"><text x="322" y="91" '
    'text-anchor="middle">the server</text><text x="4" y="91">the line</text>'
    '<text x="4" y="110">a box is a call, the dot on it a caller who still waits</text></g>'
)


@functools.cache
def run(retries: int) -> Calls:
    """What came of each call, by the engine.

    >>> int((run(0).ended == GOOD).sum()), int((run(1).ended == GOOD).sum())
    (10, 3)
    """
    guards = Guards(retries=retries, time_out_s=TIME_OUT_S)
    config = CallsConfig(
        servers=1, services_per_s=1 / SERVICE_S, law="constant", guards=guards, trigger=STOP,
        until_s=UNTIL_S,
    )  # fmt: skip
    return calls(config, np.round(GAP_S * np.arange(len(NAMES)), 6))


def served(retries: int) -> dict[str, tuple[float, float, float]]:
    """When each call was sent, begun and done, in the order of the line; B1 is B's second call.

    >>> list(served(0).items())[:2]
    [('A0', (0.0, 0.0, 1.0)), ('B0', (1.8, 1.8, 2.8))]
    """
    sent_s, free_s, line = run(retries).sent_s, 0.0, {}
    for caller, again in zip(*np.unravel_index(np.argsort(sent_s, axis=None, kind="stable"), sent_s.shape), strict=True):  # fmt: skip
        at_s = float(sent_s[caller, again])
        if at_s < np.inf:
            begun_s = max(free_s, at_s)
            free_s = finish_s(begun_s, SERVICE_S, STOP.start_s, STOP.stop_s, STOP.capacity_ratio)
            line[f"{NAMES[caller]}{again}"] = (at_s, begun_s, free_s)
    return line


def storm_moving() -> Embed:
    """The same callers and the same stop, in two ways.

    >>> storm_moving().text[:59]
    'What is in the line?: nobody calls again, 28 steps, each ca'
    """
    things = {f"{name}{again}": _call(name) for again in range(2) for name in NAMES}
    things |= {f"caller-{name}": _caller() for name in NAMES} | {"stop": _stop()}
    ways = {way: _steps(retries) for way, retries in WAYS.items()}
    return moving(things, ways, title="What is in the line?", size_px=(360, 116), ground=GROUND)


def _steps(retries):
    steps = [_step(retries, now_s) for now_s in range(FROM_S, UNTIL_S + 1)]
    good_s = run(retries).end_s[run(retries).ended == GOOD]
    good_s = good_s[good_s <= UNTIL_S]
    words = f"{len(good_s)} of {len(NAMES)} callers had their answer in time, the last after {good_s.max():.0f} s."
    return [*steps, Step(words, steps[-1].at)]


def _step(retries, now_s):
    at, ahead, dead, works = {}, 0, 0, ""
    for call, (sent_s, begun_s, done_s) in served(retries).items():
        if sent_s <= now_s < done_s:
            x = SERVER_X if begun_s <= now_s else LINE_X - PITCH * ahead
            waited_for = now_s < sent_s + TIME_OUT_S
            at[call] = (x, Y, "busy" if waited_for else "faint")
            if begun_s <= now_s:
                works = f"{call[0]}'s call" + (
                    "" if waited_for else f", but {call[0]} has given up"
                )
            else:
                ahead += 1
                dead += not waited_for
            if waited_for:
                at[f"caller-{call[0]}"] = (x, Y - ABOVE, "busy")
    for name, end_s, how in zip(
        NAMES, run(retries).end_s.tolist(), run(retries).ended, strict=True
    ):
        if now_s - 1 < end_s <= now_s:
            at[f"caller-{name}"] = (352, 14, "good") if how == GOOD else (SERVER_X - 90, 12, "bad")
    stopped = STOP.start_s <= now_s < STOP.stop_s
    if stopped:
        at["stop"] = (SERVER_X, 22, "bad")
    said = (
        "the server is stopped"
        if stopped
        else f"it works on {works}"
        if works
        else "it has nothing to do"
    )
    line = (
        f"{ahead} in line" + (f", {dead} of them given up" if dead else "")
        if ahead
        else "nobody in line"
    )
    return Step(f"{now_s} s: {said}; {line}.", at)


def _call(name):
    return (
        '<rect x="-11" y="-13" width="22" height="26" rx="3" style="fill:var(--sm-paper)" '
        f'stroke="currentColor" stroke-width="2.5"/><text y="4" text-anchor="middle">{name}</text>'
    )


def _caller():
    return '<circle r="6"/>'


def _stop():
    return '<text text-anchor="middle">stopped</text>'
