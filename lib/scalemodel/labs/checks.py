"""What the checks of every lab have in common: that a run came through, and what killed it.

Left out: what one lab promises; that is in its own `checks`.
Sources: none needed.
"""

__all__ = ["death_since", "if_killed", "runs_through"]
__dir__ = lambda: __all__

from scalemodel.core import checks
from scalemodel.labs.playing.history import History
from scalemodel.labs.verdict import VALID, Verdict, invalid, unknown, valid


@checks.kinds
def runs_through(history: History) -> Verdict:
    """The object answers every call, without an error and in bounded time.

    >>> runs_through(History(None)).outcome
    'valid'
    """
    for event in history.of("fault"):
        if "busy" in event.payload:
            return unknown(
                f"the computer was too busy, or the program waits: {event.payload['words']}, and "
                "little of that was spent in computing. Let it be judged again when nothing else runs"
            )
        return invalid(
            "every call is answered",
            f"the run ended in {event.payload['words']}",
            event.time_ms,
            "the class that is graded has the name that the lab gave it"
            if ": the file defines no " in event.payload["words"]
            else "run this one call by hand, with the arguments that the replay shows",
        )
    return valid()


@checks.kinds
def if_killed(history: History, verdict: Verdict) -> Verdict:
    """`verdict`, but what is valid in a run without a crash is unknown: nothing tried it.

    >>> if_killed(History(None), valid()).outcome
    'unknown'
    """
    if verdict.outcome == VALID and not any(history.of("crash")):
        return unknown("no crash happened: the object used the store too little to be killed in it")
    return verdict


@checks.kinds
def death_since(history: History, since_ms: float) -> str:
    """The first crash from `since_ms` on, as the end of a sentence; empty if there was none.

    >>> history = History(None)
    >>> history.add(7.0, "worker", "crash", {"during": "post", "operations": 2})
    >>> death_since(history, 3.0)
    '; the worker died at 7.0 ms, in `post`, after its operation 2'
    """
    for crash in history.of("crash"):
        if crash.time_ms >= since_ms:
            during, operations = crash.payload["during"], crash.payload["operations"]
            return (
                f"; the worker died at {crash.time_ms:.1f} ms, in `{during}`, "
                f"{f'after its operation {operations}' if operations else 'before it did a thing'}"
            )
    return ""
