"""What happened, in order: the one thing that a grader looks at.

A history grows at its end only. An event has a time, an actor, a kind, what was asked,
and what came back.

Left out: histories of several machines with clocks of their own.
Sources: Kingsbury, Jepsen's histories of operations; Herlihy and Wing, 1990.
"""

__all__ = ["NAMED", "TOLD", "Event", "History"]
__dir__ = lambda: __all__

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from scalemodel.core import checks

TOLD = 100  # lines at either end of a long story
NAMED = 30  # the longest value that a line of the story shows


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, `time_ms` after the start.

    >>> Event(3.0, "user 2", "page", {"n": 5}, [9, 7]).line()
    '     3.0 ms  user 2    page n=5 -> [9, 7]'
    """

    time_ms: float
    actor: str
    kind: str
    payload: dict
    reply: object = None

    def line(self) -> str:
        """The event as a line of the story."""
        asked = " ".join(f"{key}={value}" for key, value in self.payload.items())
        answer = "" if self.reply is None else f" -> {_short(self.reply)}"
        return (
            f"{self.time_ms:8.1f} ms  {self.actor:<9} {self.kind} {_short(asked)}{answer}".rstrip()
        )


def _short(value):
    words = str(value)
    words = words if words.isprintable() else repr(words)[1:-1]  # no line of a student's making
    return words if len(words) <= 2 * NAMED else words[: 2 * NAMED] + " ..."


@dataclass(slots=True)
class History:
    """The events of one run in one `world`, oldest first.

    >>> history = History(world=None)
    >>> history.add(0.0, "user 1", "post", {"tweet": 7})
    >>> [event.payload for event in history.of("post")], len(history)
    ([{'tweet': 7}], 1)
    """

    world: object
    events: list[Event] = field(default_factory=list)

    @checks.kinds
    def add(
        self, time_ms: float, actor: str, kind: str, payload: dict, reply: object = None
    ) -> None:
        """Something more happened."""
        self.events.append(Event(time_ms, actor, kind, payload, reply))

    def of(self, *kinds: str) -> Iterator[Event]:
        """The events of these kinds, oldest first."""
        return (event for event in self.events if event.kind in kinds)

    @checks.kinds
    def story(self, until_ms: float = math.inf) -> str:
        """A line an event, of those up to `until_ms`."""
        lines = [event.line() for event in self.events if event.time_ms <= until_ms]
        if len(lines) > 2 * TOLD:
            lines[TOLD:-TOLD] = [f"... {len(lines) - 2 * TOLD:,} more lines ..."]
        return "\n".join(lines)

    def __len__(self):
        return len(self.events)
