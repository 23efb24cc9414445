"""Processes: a desk each, a tray for letters, and a clerk who goes from desk to desk.

A process has a state and a handler, which is called with each message of its mailbox, one at a
time. Nobody else touches its state, so a mistake in one handler ends one process. Who is linked
to it gets a signal, and who monitors it a message.

Read `Process`, then `System.cast` and `System.run`, which are the whole of a routed message;
then `exit` and what it calls, which is what supervision stands on. A handler may be a generator:
it then yields what it waits for, and other messages stay where they are until it has ended.
A mailbox is made for its first message, and is gone with its last: an idle process has none.

Cost: 96 bytes an idle process; a cast and its handling half a microsecond. One core: that is
where one machine ends, for nothing here runs at the same time as anything else.
Left out: priorities, distribution, and who computes for ever: a turn ends with its messages only.
Sources: J. Armstrong, Making reliable distributed systems in the presence of software errors
(2003); the Erlang manual on processes, links and monitors.
"""

__all__ = [
    "FULL", "NOBODY", "SENT", "Call", "Clock", "Down", "Exited", "Process", "Stop", "System",
    "Timer",
]  # fmt: skip
__dir__ = lambda: __all__

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Hashable
from types import GeneratorType
from typing import NamedTuple

from scalemodel.core import checks

SENT, NOBODY, FULL = "sent", "nobody", "full"  # what a cast answers


class Process:
    """Who gets messages; made by `System.spawn`, and known by its object.

    >>> system = System(Clock())
    >>> ada = system.spawn(lambda me, message: print(me.name, "reads", message), name="Ada")
    >>> system.cast(ada, "hello"), system.run()
    Ada reads hello
    ('sent', 1)
    """

    __slots__ = ("exit_reason", "handler", "links", "mailbox", "name", "rare", "state", "system")

    def __init__(self, system, handler, state, name):
        self.system, self.handler, self.state, self.name = system, handler, state, name
        # A row of messages, or one tuple by itself, and then it is in the ready queue. Without any:
        # None, which is the common case, and [] for the dead and for who has what few have.
        self.mailbox = None
        self.links = None  # nobody, one process, or a set of them
        self.exit_reason = None  # of the dead
        self.rare = None  # what few have

    def __repr__(self):
        return f"<Process {self.name}>"


class _Rare:
    """What few processes have: watchers, and what a generator that waits has left unread."""

    __slots__ = ("generator", "saved", "traps", "wanted", "watchers")

    def __init__(self):
        self.traps, self.watchers = False, {}
        self.generator, self.wanted, self.saved = None, None, []


class Exited(NamedTuple):
    """The signal of a linked process, for who traps exits: `process` and the `reason`.

    >>> Exited("Ada", "oh")
    Exited(process='Ada', reason='oh')
    """

    process: Process
    reason: object


class Down(NamedTuple):
    """The end of a monitored process: `process` and the `reason`.

    >>> Down("Ada", "oh").reason
    'oh'
    """

    process: Process
    reason: object


class Stop(Exception):
    """Raised in a handler to end its process for a `reason`; "normal" harms nobody.

    >>> Stop("normal").reason
    'normal'
    """

    def __init__(self, reason: Hashable = "normal"):
        super().__init__(_reason(reason))
        self.reason = reason


class Call:
    """A request under way; its `outcome` is None, or `(kind, value)`, and never changes again.

    Kinds are "reply", "down" with the reason, and "timed out". Who serves gets the call as its
    message, and answers by `System.reply`; a caller that is a process gets it back with an outcome.

    >>> system = System(Clock())
    >>> deaf = system.spawn(lambda me, call: None)
    >>> call = system.call(deaf, "who?", timeout_s=2.0)
    >>> system.advance(2.0), call.outcome
    (None, ('timed out', None))
    """

    __slots__ = ("caller", "outcome", "request", "server", "timer")

    def __init__(self, server, request, caller):
        self.server, self.request, self.caller = server, request, caller
        self.outcome = self.timer = None


class Timer:
    """A message that is due later, of `System.after`; `System.cancel` makes it nobody's.

    >>> system = System(Clock())
    >>> system.after(1.0, system.spawn(lambda me, message: None), "tea").message
    'tea'
    """

    __slots__ = ("message", "target")

    def __init__(self, target, message):
        self.target, self.message = target, message


class Clock:
    """A clock that stands until `System.advance` moves it: `now_s` seconds.

    >>> clock = Clock(7.5)
    >>> clock()
    7.5
    """

    def __init__(self, now_s: float = 0.0):
        self.now_s = checks.real("now_s", now_s)

    def __call__(self) -> float:
        return self.now_s


# ── The engine ──────────────────────────────────────────────────────────────
class System:
    """All processes of one core, on a `clock` in seconds, which may stand but not go back.

    A turn is at most `messages_per_turn` of one process; a mailbox holds `most_waiting`.

    >>> clock = Clock()
    >>> system = System(clock)
    >>> def count(me, message):
    ...     me.state += message
    >>> counter = system.spawn(count, 0)
    >>> system.after(5.0, counter, 10), system.advance(4.9), counter.state  # doctest: +ELLIPSIS
    (<...Timer object at ...>, None, 0)
    >>> system.advance(0.1), counter.state
    (None, 10)
    """

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        messages_per_turn: int = 64,
        most_waiting: int = 100_000,
    ):
        self.clock = checks.takes("clock", clock)
        self.messages_per_turn = checks.whole("messages_per_turn", messages_per_turn, at_least=1)
        self.most_waiting = checks.whole("most_waiting", most_waiting, at_least=1)
        self.late_replies, self.starting = 0, 0  # the latter: supervisors, one within another
        self._ready, self._timers, self._order = [], [], itertools.count()
        self._latest_s, self._runs = -float("inf"), False

    def now_s(self) -> float:
        """The clock's seconds; where it was set back, the latest that it showed."""
        self._latest_s = max(self._latest_s, checks.real("clock()", self.clock()))
        return self._latest_s

    def spawn(
        self,
        handler: Callable,
        state: object = None,
        *,
        name: Hashable = None,
        link: Process | None = None,
        trap_exit: bool = False,
    ) -> Process:
        """A process that runs `handler(me, message)`, linked to `link` from its first moment."""
        if not callable(handler):
            raise ValueError(f"handler={checks.brief(handler)} must be a function of (me, message)")
        if type(trap_exit) is not bool:
            raise ValueError(f"trap_exit={checks.brief(trap_exit)} must be True or False")
        process = Process(self, handler, state, name)
        if link is not None:
            self.link(process, link)
        if trap_exit:
            self.trap_exit(process)
        return process

    def cast(self, process: Process, message: object) -> str:
        """Put `message` into a mailbox; never fails: "sent", "nobody" if dead, "full" at its bound."""
        try:
            if process.mailbox is None and process.system is self:
                process.mailbox = [message]
                self._ready.append(process)
                return SENT
        except AttributeError:
            pass
        if _ours(self, "process", process).exit_reason is not None:
            return NOBODY
        saved = () if process.rare is None else process.rare.saved
        if len(saved) + len(_unread(process)) >= self.most_waiting:
            return FULL
        self._signal(process, message)
        return SENT

    def run(self, most_turns: int | None = None) -> int:
        """Give everybody who has messages their turns, until all is quiet; the number of turns.

        Who has more than one turn's messages goes to the end of the queue. What a handler raises
        ends its process and nobody else's. Timers are looked at once a round.
        """
        if most_turns is not None:
            checks.whole("most_turns", most_turns, at_least=0)
        if self._runs:
            raise ValueError("run() must not be called by a handler")
        self._runs, turns = True, 0
        try:
            while True:
                self._fire()
                now = len(self._ready)
                if most_turns is not None:
                    now = min(now, most_turns - turns)
                if not now:
                    return turns
                self._round(now)
                turns += now
        finally:
            self._runs = False

    def _round(self, turns):
        """The next `turns` of the ready queue."""
        ready, most = self._ready, self.messages_per_turn
        queue = iter(ready[:turns])
        del ready[:turns]
        for process in queue:
            if process.exit_reason is not None:
                continue
            batch, rare = process.mailbox, process.rare
            process.mailbox = None if rare is None else []
            if type(batch) is tuple:
                batch = (batch,)
            elif len(batch) > most:
                process.mailbox = batch[most:]
                del batch[most:]
                ready.append(process)
            rest = iter(batch)
            try:
                if rare is not None and rare.generator is not None:
                    self._receive(process, rest)
                for message in rest:
                    handler = process.handler  # of this message: code may change between two
                    waits = handler(process, message)
                    if waits is not None and type(waits) is GeneratorType:
                        self._begin(process, waits, rest)
                    if process.exit_reason is not None:
                        break  # of another's end
            except Exception as error:  # let it crash
                self._end(process, _why(error))
            except BaseException:  # not the handler's: Ctrl-C, say
                self._put_back(process, rest)
                ready[:0] = queue
                raise

    def advance(self, duration_s: float) -> None:
        """Move a `Clock` on, from timer to timer, and run what is due at each."""
        checks.real("duration_s", duration_s, at_least=0)
        if not isinstance(self.clock, Clock):
            raise ValueError(
                f"clock={checks.brief(self.clock)} must be a Clock: others move by themselves"
            )
        end_s = checks.real("clock() + duration_s", self.now_s() + duration_s)
        self.run()
        while self._timers and self._timers[0][0] <= end_s:
            self.clock.now_s = max(self.clock.now_s, self._timers[0][0])
            self.run()
        self.clock.now_s = end_s

    # ── Calls and timers ────────────────────────────────────────────────────
    def call(
        self,
        process: Process,
        request: object,
        *,
        timeout_s: float = 5.0,
        caller: Process | None = None,
    ) -> Call:
        """Ask, and wait at most `timeout_s`: a monitor, a request and one answer.

        >>> system = System(Clock())
        >>> double = system.spawn(lambda me, call: me.system.reply(call, 2 * call.request))
        >>> call = system.call(double, 21)
        >>> system.run(), call.outcome
        (1, ('reply', 42))
        """
        checks.real("timeout_s", timeout_s, above=0)
        if caller is not None:
            _ours(self, "caller", caller)
        call = Call(_ours(self, "process", process), request, caller)
        if process.exit_reason is not None:
            self._close(call, "down", "noproc")
        else:
            call.timer = self._later(timeout_s, call, None)
            _rare(process).watchers[call] = call
            if self.cast(process, call) == FULL:
                self._close(call, "down", FULL)
        return call

    def reply(self, call: Call, value: object) -> bool:
        """Answer a call; False if nobody waits any more: a late reply is dropped, and counted."""
        _ours(self, "call.server", checks.instance("call", call, Call).server)
        if call.outcome is not None:
            self.late_replies += 1
            return False
        self._close(call, "reply", value)
        return True

    def after(self, delay_s: float, process: Process, message: object) -> Timer:
        """A timer that puts `message` into a mailbox in `delay_s` seconds, full or not."""
        checks.real("delay_s", delay_s, at_least=0)
        return self._later(delay_s, _ours(self, "process", process), message)

    def cancel(self, timer: Timer) -> None:
        """Make sure that a timer's message does not come, if it has not yet.

        >>> system = System(Clock())
        >>> ada = system.spawn(lambda me, message: print(message))
        >>> system.cancel(system.after(1.0, ada, "hello")), system.advance(2.0)
        (None, None)
        """
        checks.instance("timer", timer, Timer).target = None

    def _later(self, delay_s, target, message):
        timer = Timer(target, message)
        heapq.heappush(self._timers, (self.now_s() + delay_s, next(self._order), timer))
        return timer

    def _fire(self):
        timers = self._timers
        while timers and (timers[0][2].target is None or timers[0][0] <= self.now_s()):
            timer = heapq.heappop(timers)[2]
            if isinstance(timer.target, Call):
                self._close(timer.target, "timed out", None)
            elif timer.target is not None:
                self._signal(timer.target, timer.message)

    def _close(self, call, kind, value):
        if call.outcome is not None:
            return
        call.outcome = (kind, value)
        if call.timer is not None:
            call.timer.target = None
        if call.server.rare is not None:
            call.server.rare.watchers.pop(call, None)
        if call.caller is not None:
            self._signal(call.caller, call)

    # ── Links, monitors and exits ───────────────────────────────────────────
    def link(self, one: Process, other: Process) -> None:
        """Let each of two get a signal when the other ends; at once, if it has.

        >>> system = System(Clock())
        >>> ada, bo, cy = (system.spawn(lambda me, message: print(message)) for _ in range(3))
        >>> system.link(ada, bo), system.link(bo, cy), system.unlink(bo, cy), system.monitor(cy, ada)
        (None, None, None, None)
        >>> system.exit(ada, "oh"), bo.exit_reason, cy.exit_reason
        (None, 'oh', None)
        >>> system.run() and None
        Down(process=<Process None>, reason='oh')
        """
        _ours(self, "one", one), _ours(self, "other", other)
        if one is other:
            raise ValueError(f"other={checks.brief(other)} must be another process than one")
        for dead, left in (one, other), (other, one):
            if dead.exit_reason is not None:
                return self._exit_signal(left, dead, "noproc")  # nothing, if both are
        _add_link(one, other), _add_link(other, one)

    def unlink(self, one: Process, other: Process) -> None:
        """Take a link away, on both sides."""
        _drop_link(_ours(self, "one", one), _ours(self, "other", other)), _drop_link(other, one)

    def monitor(self, watcher: Process, process: Process) -> None:
        """Let `watcher` get one `Down` when `process` ends; at once, if it has."""
        _ours(self, "watcher", watcher), _ours(self, "process", process)
        if process.exit_reason is not None:
            self._signal(watcher, Down(process, "noproc"))
        else:
            _rare(process).watchers[object()] = watcher

    def trap_exit(self, process: Process) -> None:
        """Let exit signals come as `Exited` messages, all but "kill"."""
        if _ours(self, "process", process).exit_reason is None:
            _rare(process).traps = True

    def exit(self, process: Process, reason: Hashable, *, sender: Process | None = None) -> None:
        """Send an exit signal: it ends who does not trap it; "normal" ends nobody, "kill" anybody."""
        sender = process if sender is None else _ours(self, "sender", sender)
        self._exit_signal(_ours(self, "process", process), sender, _reason(reason))

    def _exit_signal(self, process, sender, reason):
        if process.exit_reason is None and reason == "kill":
            self._end(process, "killed")
        elif process.rare is not None and process.rare.traps:
            self._signal(process, Exited(sender, reason))
        elif reason != "normal":
            self._end(process, reason)

    def _end(self, process, reason):
        """One ends, and with it all who are linked and do not trap: breadth first, no recursion."""
        ending = deque([(process, reason)])
        while ending:
            one, why = ending.popleft()
            if one.exit_reason is not None:
                continue
            links, rare = _links(one), one.rare
            one.exit_reason, one.mailbox, one.links, one.rare = why, [], None, None
            for other in links:
                _drop_link(other, one)
                if other.rare is not None and other.rare.traps:
                    self._signal(other, Exited(one, why))
                elif why != "normal":
                    ending.append((other, why))
            for watcher in () if rare is None else [*rare.watchers.values()]:
                if isinstance(watcher, Call):
                    self._close(watcher, "down", why)
                else:
                    self._signal(watcher, Down(one, why))

    def _signal(self, process, message):
        """A signal, and what a timer brings, comes whether or not a mailbox is full."""
        if process.exit_reason is not None:
            return
        unread = _unread(process)
        if not unread:
            self._ready.append(process)
        unread.append(message)
        process.mailbox = unread

    # ── Handlers that wait ──────────────────────────────────────────────────
    def _begin(self, process, generator, rest):
        """A handler has become a generator: it runs to what it first waits for."""
        if process.exit_reason is not None:
            return
        _rare(process).generator = generator
        self._step(process, None)
        self._receive(process, rest)

    def _receive(self, process, rest):
        """Look through all that is unread for what is waited for: costs its length, each time."""
        rare = process.rare
        if process.exit_reason is None:
            rare.saved += rest
        while rare.generator is not None and process.exit_reason is None:
            found = next((n for n, one in enumerate(rare.saved) if rare.wanted(one)), None)
            if found is None:
                return
            self._step(process, rare.saved.pop(found))
        self._put_back(process, ())

    def _step(self, process, message):
        rare = process.rare
        generator, rare.generator = rare.generator, None  # over, unless it yields
        try:
            rare.wanted = generator.send(message)
            rare.generator = generator
        except StopIteration:
            pass

    def _put_back(self, process, rest):
        """What was not read comes first the next time."""
        if process.exit_reason is not None:
            return
        first, later = [*rest], _unread(process)
        if process.rare is not None:
            first, process.rare.saved = process.rare.saved + first, []
        if first:
            process.mailbox = first + later
            if not later:
                self._ready.append(process)


def _ours(system, field, process):
    if not isinstance(process, Process) or process.system is not system:
        raise ValueError(f"{field}={checks.brief(process)} must be a Process of this system")
    return process


def _reason(reason):
    """Refuse what is no reason: None, which the living have, and what is not to be compared."""
    try:
        hash(reason)
        good = (reason == "normal") in (True, False) and reason is not None
    except Exception:
        good = False
    if not good:
        raise ValueError(f"reason={checks.brief(reason)} must be hashable, and not None")
    return reason


def _why(error):
    """The reason of what a handler raised, whose own text may raise, too."""
    kind = type(error).__name__
    try:
        return _reason(error.reason) if isinstance(error, Stop) else f"{kind}: {error}"
    except Exception:
        return f"{kind}: no words"


def _rare(process):
    if process.rare is None:
        process.rare, process.mailbox = _Rare(), _unread(process)
    return process.rare


def _unread(process):
    """A mailbox as a row; a new one, unless it is one already."""
    mailbox = process.mailbox
    return [mailbox] if type(mailbox) is tuple else [] if mailbox is None else mailbox


def _links(process):
    links = process.links
    return () if links is None else tuple(links) if isinstance(links, set) else (links,)


def _add_link(process, other):
    if process.links is None or process.links is other:
        process.links = other
    elif isinstance(process.links, Process):
        process.links = {process.links, other}
    else:
        process.links.add(other)


def _drop_link(process, other):
    if process.links is other:
        process.links = None
    elif isinstance(process.links, set):
        process.links.discard(other)
