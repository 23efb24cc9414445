"""Sessions: each user on line is a process, and who writes to one who is not writes to a store.

One table has each user's process, and another what waits for who has none. So a message is
routed by one look-up, a look whether the process lives, and a cast. The keeper of all sessions
is linked to each; when one ends, by a mistake or because the phone has gone, its user is off line,
and nobody else notices.

Cost, of an idle user: 96 bytes of process, 31 to 43 of the table's entry, 33 to 53 of the
keeper's link, and the user's name. A routed message is less than a microsecond at 10 thousand
users, about one at 100 thousand and more at a million, as ever less of them is in the cache.
Left out: what becomes of a mailbox whose process crashes: it is lost here, and safe in `delivery`.
Sources: R. Reed, That's 'Billion' with a 'B' (Erlang Factory 2014), for a process a user.
"""

__all__ = [
    "ONESELF", "ROUTED", "STORED", "STORE_FULL", "TOO_LATE", "UNKNOWN_STANZA", "UNKNOWN_USER",
    "Message", "Receipt", "Sessions", "Typing",
]  # fmt: skip
__dir__ = lambda: __all__

from collections.abc import Callable, Hashable
from typing import NamedTuple

from scalemodel.core import checks
from scalemodel.whatsapp.actors.processes import NOBODY, SENT, Exited, Process, Stop, System

ROUTED, STORED, TOO_LATE = "routed", "stored", "not stored"
UNKNOWN_USER, UNKNOWN_STANZA, ONESELF = "unknown user", "unknown stanza", "to oneself"
STORE_FULL = "store full"
_NOTHING = ()  # waits for most users


class Message(NamedTuple):
    """A stanza with a body: it is kept for who is off line.

    >>> Message(1, "hello").kind
    'message'
    """

    id: Hashable
    body: object
    kind = "message"


class Receipt(NamedTuple):
    """A stanza that says what became of message `id`: it is kept, too.

    >>> Receipt(1, "read").kind
    'receipt'
    """

    id: Hashable
    what: str
    kind = "receipt"


class Typing(NamedTuple):
    """A stanza that is worth nothing in a minute: it is not kept.

    >>> Typing().kind
    'typing'
    """

    kind = "typing"


class Sessions:
    """Who is on line, and what waits for whom is not; `serve(me, (sender, stanza))` is a session.

    >>> from scalemodel.whatsapp.actors.processes import Clock
    >>> system = System(Clock())
    >>> sessions = Sessions(system, lambda me, given: print(me.name, "reads", given))
    >>> sessions.add_user("Ada"), sessions.route_message("Bo", "Ada", Message(1, "hello"))
    (None, 'stored')
    >>> sessions.start_user_session("Ada"), system.run()
    Ada reads ('Bo', Message(id=1, body='hello'))
    (<Process Ada>, 1)
    >>> sessions.route_message("Bo", "Ada", "hello"), sessions.route_message("Bo", "Eve", Typing())
    ('unknown stanza', 'unknown user')
    >>> sessions.end_user_session("Ada"), sessions.route_message("Bo", "Ada", Typing())
    (None, 'not stored')
    """

    def __init__(self, system: System, serve: Callable, *, most_stored: int = 10_000):
        self.system = checks.instance("system", system, System)
        self.serve = checks.takes("serve", serve, "me", "message")
        self.most_stored = checks.whole("most_stored", most_stored, at_least=1)
        self.online, self.offline = {}, {}  # of each user the process, or what waits
        self.keeper = self.above = None
        self._ready = system._ready
        self.start(system)

    def start(self, system: System, supervisor: Process | None = None) -> Process:
        """The keeper's process, as a `Child` starts it: all users are off line, and keep what waits."""
        if checks.instance("system", system, System) is not self.system:
            raise ValueError(f"system={system!r} must be the one of these sessions")
        keeper = system.spawn(_keep, self, name="sessions", link=supervisor, trap_exit=True)
        if self.keeper is not None:
            system.exit(self.keeper, "kill")
        self.keeper, self.above = keeper, supervisor
        return keeper

    def add_user(self, user: Hashable) -> None:
        """Make a user known, who is off line; nothing, if known already."""
        if _name(user) not in self.online:
            self.offline.setdefault(user, _NOTHING)

    def start_user_session(self, user: Hashable) -> Process:
        """The user's process, started if there is none; what has waited is the first it gets."""
        process = self.online.get(_name(user))
        if process is not None and process.exit_reason is None:
            return process
        if self.keeper.exit_reason is not None:
            raise ValueError(f"keeper={self.keeper!r} must run: start it again")
        process = self.system.spawn(self.serve, name=user, link=self.keeper)
        waiting = self.offline.get(user, _NOTHING)
        for one in waiting:
            if self.system.cast(process, one) != SENT:
                self.system.exit(process, "shutdown")
                raise ValueError(
                    f"most_waiting must be at least the {len(waiting)} that wait for {checks.brief(user)}"
                )
        self.offline.pop(user, None)
        self.online[user] = process
        return process

    def end_user_session(self, user: Hashable) -> None:
        """Let a phone go: its process ends; nothing, where there is none."""
        process = self.online.get(_name(user))
        if process is not None:
            self.system.exit(process, "shutdown", sender=self.keeper)

    def route_message(self, sender: Hashable, to: Hashable, stanza: object) -> str:
        """Send a stanza to the process of who is on line, or to the store; what became of it.

        "routed", "stored", or in plain words why not: nothing is raised for what a phone may send.
        """
        try:
            match stanza.kind:
                case "message" | "receipt":
                    kept = True
                case "typing":
                    kept = False
                case _:
                    return UNKNOWN_STANZA
        except Exception:  # whatever it is that has come
            return UNKNOWN_STANZA
        try:
            if sender == to:
                return ONESELF
            process = self.online[to]
        except KeyError:
            process = None
        except Exception:
            return UNKNOWN_USER  # what is no name is nobody's
        if process is not None:
            if process.mailbox is None:  # as `cast` does, without the call
                process.mailbox = (sender, stanza)
                self._ready.append(process)
                return ROUTED
            answer = self.system.cast(process, (sender, stanza))
            if answer != NOBODY:
                return ROUTED if answer == SENT else answer
            self._leave(process)  # it has died, and the keeper has not heard of it yet
        waiting = self.offline.get(to)
        if waiting is None:
            return UNKNOWN_USER
        if not kept:
            return TOO_LATE
        if len(waiting) >= self.most_stored:
            return STORE_FULL
        if waiting is _NOTHING:
            waiting = self.offline[to] = []
        waiting.append((sender, stanza))
        return STORED

    def _leave(self, process):
        """A session has ended: its user is off line, unless a new one has begun."""
        if self.online.get(process.name) is process:
            del self.online[process.name]
            self.offline[process.name] = _NOTHING


def _keep(me, message):
    """What the keeper does when it hears of an end."""
    sessions = me.state
    match message:
        case Exited(process, reason) if process is me or process is sessions.above:
            raise Stop(reason)  # asked to go
        case Exited(process, _):
            sessions._leave(process)


def _name(user):
    if user is None:
        raise ValueError("user=None must be a name")
    try:
        hash(user)
    except TypeError:
        raise ValueError(f"user={checks.brief(user)} must be a name") from None
    return user
