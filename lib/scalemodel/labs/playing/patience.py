"""A bound on everything that a student's object is asked in one grading.

A call that hangs is ended by the player. Who lets each call take almost as long would
take hours; so the calls of a grading have a bound together.

What counts is what the lives computed, for on a busy computer a right answer waits, too. Who
waits has an end all the same: after `BUSY` times as long by the clock, and then the fault
says that it may be the computer's.

Left out: whether it waited for the computer, or slept.
Sources: none needed.
"""

__all__ = ["BUSY", "Patient"]
__dir__ = lambda: __all__

import time
from collections.abc import Callable

from scalemodel.core import checks
from scalemodel.labs.playing.player import Faulty, Player

BUSY = 3  # times as long as it may compute it may take by the clock


class Patient:
    """What `player` plays, for `most_s` seconds of its own in all; then each call is a fault.

    >>> from scalemodel.labs.playing.player import Here
    >>> class Echo:
    ...     def __init__(self, store): pass
    ...     def say(self): return 7
    >>> player = Patient(Here(Echo, service=[]), most_s=60.0)
    >>> player.begin([], serve=None)
    >>> player.call("say")
    7
    """

    @checks.kinds
    def __init__(self, player: Player, most_s: float):
        self.player, self.most_s = player, checks.real("most_s", most_s, above=0)
        self._spent_s = 0.0
        self._computed = getattr(player, "computed_s", time.process_time)
        self._before_s = self._computed()

    @checks.kinds
    def begin(self, arguments: list, serve: Callable | None):
        """Start a life with `arguments`."""
        self._within("__init__", self.player.begin, arguments, serve)

    @checks.kinds
    def call(self, method: str, *arguments):
        """What the method returns."""
        return self._within(method, self.player.call, method, *arguments)

    def end(self):
        """End the life."""
        self.player.end()

    @property
    def printed(self) -> str:
        """What it printed."""
        return self.player.printed

    @printed.setter
    def printed(self, text: str):
        self.player.printed = text

    def _within(self, method, act, *arguments):
        words = f"{method}: all calls of this grading together took more than"
        if self._spent_s > self.most_s:
            if self._computed() - self._before_s > self.most_s:
                raise Faulty(f"{words} {self.most_s:g} s", hung=True)
            if self._spent_s > BUSY * self.most_s:
                raise Faulty(f"{words} {BUSY * self.most_s:g} s", hung=True, busy=True)
        begun_s = time.monotonic()
        try:
            return act(*arguments)
        finally:
            self._spent_s += time.monotonic() - begun_s
