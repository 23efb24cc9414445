"""Hot code: the clerks go on working while their instructions are replaced.

Two versions of a program may run at once, the current one and the old one. A process moves from
the one to the other between two messages, and `code_change` makes its new state of its old one.
When a third version is loaded, who is still on the oldest is ended.

Left out: several modules that change together, and the way back down.
Sources: the Erlang manual, Compilation and Code Loading; OTP's `sys:change_code`.
"""

__all__ = ["Code"]
__dir__ = lambda: __all__

from collections.abc import Callable

from scalemodel.core import checks
from scalemodel.whatsapp.actors.processes import Process, System


class Code:
    """A program of which at most two versions run; `number` is that of the current one.

    >>> from scalemodel.whatsapp.actors.processes import Clock
    >>> system = System(Clock())
    >>> def count(me, message):
    ...     me.state += 1
    >>> def count_by_kind(me, message):
    ...     me.state[message] = me.state.get(message, 0) + 1
    >>> code = Code(system, count)
    >>> ada = code.spawn(0)
    >>> system.cast(ada, "hello"), system.run(), ada.state
    ('sent', 1, 1)
    >>> code.load(count_by_kind, code_change=lambda state: {"before": state}), code.change(ada)
    (2, 'changed')
    >>> system.cast(ada, "hello"), system.run(), ada.state
    ('sent', 1, {'before': 1, 'hello': 1})
    >>> code.running()
    {1: 0, 2: 1}
    """

    def __init__(self, system: System, handler: Callable):
        self.system = checks.instance("system", system, System)
        self.number, self._versions = 0, []
        self.load(handler)

    def load(self, handler: Callable, code_change: Callable | None = None) -> int:
        """Make `handler` the current version; the processes on the oldest of three are killed."""
        checks.takes("handler", handler, "me", "message")
        if code_change is not None:
            checks.takes("code_change", code_change, "state")
        self._versions.append((handler, code_change, set()))
        self.number += 1
        if len(self._versions) > 2:
            for process in self._versions.pop(0)[2]:
                self.system.exit(process, "kill")
        return self.number

    def spawn(self, state: object = None, **options: object) -> Process:
        """A process on the current version; `options` are those of `System.spawn`."""
        handler, _, on_it = self._versions[-1]
        process = self.system.spawn(handler, state, **options)
        on_it.add(process)
        return process

    def change(self, process: Process) -> str:
        """Move a process to the current version, its state through `code_change`.

        "changed", or "current" if it is there already, or "dead"; where `code_change` raises,
        "refused: ..." with the process as it was, on the old version.
        """
        (handler, code_change, current), old = self._versions[-1], self._versions[0][2]
        if checks.instance("process", process, Process).exit_reason is not None:
            return "dead"
        if process in current:
            return "current"
        if process not in old:
            raise ValueError(f"process={checks.brief(process)} must run a version of this code")
        try:
            state = process.state if code_change is None else code_change(process.state)
        except Exception as error:
            kind = type(error).__name__
            try:
                return f"refused: {kind}: {error}"
            except Exception:  # of its own text
                return f"refused: {kind}: no words"
        if process.exit_reason is not None:
            return "dead"  # of what it did there
        process.state, process.handler = state, handler
        old.discard(process), current.add(process)
        return "changed"

    def running(self) -> dict[int, int]:
        """How many processes run on each version that may, oldest first; the dead are forgotten."""
        counts = {}
        for age, (_, _, on_it) in enumerate(reversed(self._versions)):
            on_it.difference_update([one for one in on_it if one.exit_reason is not None])
            counts[self.number - age] = len(on_it)
        return dict(reversed(counts.items()))
