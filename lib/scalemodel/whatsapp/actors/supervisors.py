"""Supervisors: who does no work, and sees to it that others are there to do it.

A supervisor is a process that is linked to its children and traps exits. When a child ends, the
supervisor looks at the child's restart type, and then at its own strategy: who is started again.
Who is to go is asked to, the last started first, and waited for; who does not go in time is killed.
More restarts than allowed within a window, and it ends all children and itself: the problem is
then its own supervisor's.

Read `Supervisor.start`, then `_Keeper.restart`. Every step in which it must wait is a `yield`.

Left out: children that are added while it runs, automatic shutdown by significant children.
Sources: Erlang/OTP 25, `supervisor`: its manual, its source, and eight runs of it that are kept
in `tests/whatsapp/actors/otp`.
"""

__all__ = [
    "RESTARTS", "STRATEGIES", "WINDOWS", "Child", "Intensity", "StartFailed", "Supervisor",
    "children",
]  # fmt: skip
__dir__ = lambda: __all__

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scalemodel.core import checks
from scalemodel.whatsapp.actors.processes import Down, Exited, Process, Stop, System

STRATEGIES = {  # of those in the list, in the order of their starts, who starts again with one
    "one_for_one": lambda order, one: [one],
    "one_for_all": lambda order, one: order,
    "rest_for_one": lambda order, one: order[order.index(one) :],
}
RESTARTS = "permanent", "transient", "temporary"
WINDOWS = "otp", "exact"
_DEEPEST = 50  # of supervisors, each of which starts the next


class StartFailed(Exception):
    """A child, or a supervisor, did not start.

    >>> raise StartFailed("db")
    Traceback (most recent call last):
    ...
    scalemodel.whatsapp.actors.supervisors.StartFailed: db
    """


class _TooDeep(ValueError):
    """As it is to the outermost, and not as the cause of a cause."""


def _one_of(field, value, allowed):
    if value not in allowed:
        raise ValueError(f"{field}={checks.brief(value)} must be one of {', '.join(allowed)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Intensity:
    """How many restarts are allowed within a window: "otp" counts whole seconds, "exact" does not.

    Crashes at 1.1 and 2.9 s are of the same window of a second, for who drops the fractions.

    >>> Intensity(max_restarts=1, window_s=1.0).exceeded([1], now_s=2.9)
    (True, [1, 2])
    """

    max_restarts: int = 1  # as many are allowed, and one more is not
    window_s: float = 5.0
    window: str = "otp"

    def __post_init__(self):
        checks.plain(self)
        checks.whole("max_restarts", self.max_restarts, at_least=0, at_most=10**9)
        checks.real("window_s", self.window_s, above=0)
        _one_of("window", self.window, WINDOWS)
        if self.window == "otp" and self.window_s != int(self.window_s):
            raise ValueError(f"window_s={self.window_s} must be whole seconds where window='otp'")

    @checks.kinds
    def exceeded(self, stamps: Sequence[float], now_s: float) -> tuple[bool, list[float]]:
        """Whether one more restart is too many; and the stamps that are kept."""
        checks.real("now_s", now_s)
        for n, stamp in enumerate(stamps):
            checks.real(f"stamps[{n}]", stamp)
        at_s = math.floor(now_s) if self.window == "otp" else now_s
        kept = [stamp for stamp in stamps if stamp >= at_s - self.window_s] + [at_s]
        return len(kept) > self.max_restarts, kept


_USUAL = Intensity()


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A line of a supervisor's list.

    `start(system, supervisor)` gives a process that is linked to the supervisor, or raises. It
    may be a `Supervisor`. `shutdown_s` is how long it may take to go: None for ever, 0 no time.

    >>> Child(id="chat", start=lambda system, me: system.spawn(print, link=me)).restart
    'permanent'
    """

    id: str
    start: "Callable[[System, Process], Process] | Supervisor"
    restart: str = "permanent"
    shutdown_s: float | None = 5.0

    def __post_init__(self):
        checks.plain(self)
        checks.text("id", self.id)
        _one_of("restart", self.restart, RESTARTS)
        if self.shutdown_s is not None:
            checks.real("shutdown_s", self.shutdown_s, at_least=0)
        if not isinstance(self.start, Supervisor):
            checks.takes("start", self.start, "system", "supervisor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervisor:
    """A strategy, the children in the order in which they start, and the intensity.

    `told(what, id)` hears "shutdown", "start" and "give up" as they happen.

    >>> from scalemodel.whatsapp.actors.processes import Clock
    >>> system, said = System(Clock()), []
    >>> worker = lambda system, me: system.spawn(print, link=me)
    >>> tree = Supervisor(
    ...     strategy="rest_for_one", children=[Child(id=name, start=worker) for name in "abc"],
    ...     told=lambda what, id: said.append((what, id)),
    ... )
    >>> top = tree.start(system)
    >>> system.exit(children(top)["b"], "crash"), system.run() > 0, said[3:]
    (None, True, [('shutdown', 'c'), ('start', 'b'), ('start', 'c')])
    """

    strategy: str = "one_for_one"
    children: Sequence[Child] = ()
    intensity: Intensity = _USUAL
    told: Callable[[str, str], object] = lambda what, id: None
    name: str = "supervisor"

    def __post_init__(self):
        _one_of("strategy", self.strategy, [*STRATEGIES])
        checks.instance("intensity", self.intensity, Intensity)
        checks.takes("told", self.told, "what", "id")
        checks.text("name", self.name)
        some = self.children
        if not isinstance(some, list | tuple) or not all(isinstance(one, Child) for one in some):
            raise ValueError(f"children={checks.brief(some)} must be a row of Child")
        ids = [child.id for child in some]
        if len({*ids}) < len(ids):
            raise ValueError(f"children={checks.brief(ids)} must have different ids")
        object.__setattr__(self, "children", tuple(some))

    def start(self, system: System, link: Process | None = None) -> Process:
        """The supervisor's process, all children started; `StartFailed` if one does not start."""
        checks.instance("system", system, System)
        keeper = _Keeper(self, link)
        me = system.spawn(_supervise, keeper, name=self.name, link=link, trap_exit=True)
        for child in self.children:
            try:
                keeper.start_child(me, child.id)
                keeper.told("start", child.id)
            except Exception:
                # As in OTP, those that run go in order; whoever asked hears of it at once.
                if link is not None:
                    system.unlink(me, link)
                system._signal(me, StartFailed(child.id))
                raise
        return me


def children(supervisor: Process) -> dict[str, Process | None]:
    """Who runs under a supervisor by id, in the order of the list; None for who is dead.

    >>> from scalemodel.whatsapp.actors.processes import Clock
    >>> chat = Child(id="chat", start=lambda system, me: system.spawn(print, name="c", link=me))
    >>> children(Supervisor(children=[chat]).start(System(Clock())))
    {'chat': <Process c>}
    """
    keeper = getattr(supervisor, "state", None)
    if not isinstance(keeper, _Keeper):
        raise ValueError(
            f"supervisor={checks.brief(supervisor)} must be the process of a Supervisor"
        )
    return {} if supervisor.exit_reason is not None else dict(keeper.running)


# ── The engine ──────────────────────────────────────────────────────────────
def _supervise(me, message):
    """What a supervisor does with a message; its own mistake ends its children, too."""
    keeper = me.state
    try:
        match message:
            case Exited(process, reason) if process is keeper.parent or process is me:
                yield from keeper.end(me, reason)
            case Exited(process, reason):
                yield from keeper.ended(me, process, reason)
            case ("try again", id) if keeper.running.get(id, me) is None:
                yield from keeper.restart(me, id)
            case StartFailed():
                yield from keeper.end(me, ("shutdown", f"failed to start {message}"))
    except Exception:  # a mistake in `told`, say: nobody is left without a supervisor
        keeper.told = lambda what, id: None
        yield from keeper.shut_down(me, [*keeper.running])
        raise


class _Keeper:
    """The state of a supervisor: who runs, and when it last started somebody again."""

    def __init__(self, tree, parent):
        self.tree, self.parent, self.stamps, self.told = tree, parent, [], tree.told
        self.specs = {child.id: child for child in tree.children}
        self.running = dict.fromkeys(self.specs)

    def start_child(self, me, id):
        """Start one, or raise `StartFailed`."""
        if me.system.starting >= _DEEPEST:
            raise _TooDeep(
                f"child {checks.brief(id)} must be at most {_DEEPEST} supervisors deep: does one start itself?"
            )
        me.system.starting += 1
        try:
            start = self.specs[id].start
            process = (start.start if isinstance(start, Supervisor) else start)(me.system, me)
        except _TooDeep:
            raise
        except Exception as error:
            raise StartFailed(id) from error
        finally:
            me.system.starting -= 1
        checks.instance(f"start of {checks.brief(id)}", process, Process)
        above = me
        while isinstance(above, Process) and isinstance(above.state, _Keeper):
            if process is above:
                raise ValueError(f"child {checks.brief(id)} must not be its own supervisor")
            above = above.state.parent
        me.system.link(process, me)
        self.running[id] = process

    def ended(self, me, process, reason):
        """A child's end: by its restart type it is started again, kept in the list, or dropped."""
        id = next((id for id, one in self.running.items() if one is process), None)
        if id is None:
            return  # nobody's: it was started anew meanwhile
        self.running[id] = None
        kind = self.specs[id].restart
        if kind == "permanent" or (kind == "transient" and not _clean(reason)):
            yield from self.restart(me, id)
        elif kind == "temporary":
            self.drop(id)

    def restart(self, me, id):
        """Count it; then by strategy end who has to go, last first, and start them all, first first."""
        over, self.stamps = self.tree.intensity.exceeded(self.stamps, me.system.now_s())
        if over:
            self.told("give up", self.tree.name)
            yield from self.end(me, "shutdown")
        group = STRATEGIES[self.tree.strategy]([*self.running], id)
        yield from self.shut_down(me, [one for one in group if one != id])
        for one in [one for one in group if one in self.running]:
            try:
                self.start_child(me, one)
            except Exception:
                # After what else waits, be the mailbox full; it counts anew.
                me.system._signal(me, ("try again", one))
                return
            self.told("start", one)

    def end(self, me, reason):
        """End all children, and then itself."""
        yield from self.shut_down(me, [*self.running])
        raise Stop(reason)

    def shut_down(self, me, ids):
        """Ask each to go, last first, one at a time; kill who does not. Temporary ones are dropped."""
        system = me.system
        for id in reversed(ids):
            process, spec = self.running[id], self.specs[id]
            if process is not None and process.exit_reason is None:
                self.told("shutdown", id)
                system.unlink(me, process)
                if spec.shutdown_s != 0:
                    system.monitor(me, process)
                    system.exit(process, "shutdown", sender=me)
                    late = ("late", object())
                    timer = spec.shutdown_s and system.after(spec.shutdown_s, me, late)
                    yield (
                        lambda heard, late=late, gone=process: (
                            heard is late or (isinstance(heard, Down) and heard.process is gone)
                        )
                    )
                    if timer:
                        system.cancel(timer)
                system.exit(process, "kill", sender=me)  # nothing, to the dead
            self.running[id] = None
            if spec.restart == "temporary":
                self.drop(id)

    def drop(self, id):
        """A temporary child that has ended is in the list no more."""
        del self.running[id], self.specs[id]


def _clean(reason):
    return reason in ("normal", "shutdown") or (
        isinstance(reason, tuple) and reason[:1] == ("shutdown",)
    )
