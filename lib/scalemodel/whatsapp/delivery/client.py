"""A device: it repeats what was not acknowledged, and shows nothing twice.

Think of somebody at a bad telephone line. They say a sentence again, after ever longer pauses,
until they hear "yes", and only then the next: one message is on its way at a time, so that
those of a chat arrive in order. What they hear they number: what has come already they do
not note again, and they confirm all up to a number, never beyond a gap. Each two seconds they
say "hello, I have all up to 17", which tells the other side of the gap, and of the line too.

A step costs some microseconds. One client stands for one device; a million are `actors`' matter.

Left out: keeping its own state over a restart (a phone that lost its counter must come as another
device, or what it writes is taken for known), and battery.
Sources: XEP-0198; Stevens, "TCP/IP Illustrated", on cumulative acknowledgement.
"""

__all__ = ["BACKOFF", "GIVE_UP_S", "HELLO_S", "PENDING", "TICKS", "Client"]
__dir__ = lambda: __all__

from collections import deque

import numpy as np

from scalemodel.core import checks
from scalemodel.parts.resilience.retry import Decorrelated, pause_s
from scalemodel.whatsapp.delivery.messages import DAY_S

HELLO_S = 2.0
GIVE_UP_S = 30 * DAY_S  # a message is not repeated for longer; its owner sees no tick
PENDING = 0
TICKS = {"sent": 1, "delivered": 2, "read": 3}  # one grey tick, two, two blue ones
BACKOFF = Decorrelated(base_s=0.5, most_s=4.0)


class Client:
    """The device `device` of `user`, at the other end of `server`, which has `join` and `handle`.

    >>> from scalemodel.whatsapp.delivery.server import Server
    >>> from scalemodel.whatsapp.delivery.stores import ForgetfulStore
    >>> server = Server(ForgetfulStore(), clock=lambda: 0.0)
    >>> ana, bo = (Client(server, user, np.random.default_rng(7)) for user in ("ana", "bo"))
    >>> ana.say("bo", "hello")
    1
    >>> for now_s in range(5):
    ...     ana.step(now_s); bo.step(now_s); done = server.commit()
    ...     for who, packet in server.take():
    ...         events = (ana if who == ana.who else bo).handle(packet, now_s)
    >>> bo.look(); bo.shown, ana.ticks
    ([(1, 'ana', 'bo', 'hello')], {1: 2})
    """

    def __init__(
        self, server: object, user: str, rng: np.random.Generator, *, device: str = "phone"
    ):
        if isinstance(server, type) or not all(hasattr(server, n) for n in ("join", "handle")):
            raise ValueError(f"server={checks.brief(server)} must have the methods join and handle")
        self._rng = checks.instance("rng", rng, np.random.Generator)
        self._server, self.who = server, server.join(user, device)
        self.shown, self.ticks = [], {}  # (id, sender, to, body); by client_id
        self.cursor = 0  # it has all up to this id
        self._ahead = {}  # by id, what came before what is missing
        self._outbox, self._next = deque(), 1
        self._again, self._due_s, self._pause_s, self._hello_s = 0, 0.0, 0.0, 0.0
        self._first_s = None  # when the first of the outbox was first sent
        self._mine, self._told = {}, {}  # (client_id, people) and who has what, by id
        self._unread = []

    # ── What its owner does ─────────────────────────────────────────────────
    def say(self, to: str, body: str) -> int:
        """Send `body` to a user or a group; the number that this device gives it."""
        return self._enqueue("send", checks.text("to", to), checks.text("body", body))

    def look(self) -> None:
        """Read all that is shown: who sent it will see so."""
        for id, sender in self._unread:
            self._enqueue("read", id, sender)
        self._unread = []

    def _enqueue(self, kind, *rest):
        client_id, self._next = self._next, self._next + 1
        self._outbox.append((kind, client_id, *rest))
        if kind == "send":
            self.ticks[client_id] = PENDING
        return client_id

    # ── The line ────────────────────────────────────────────────────────────
    def step(self, now_s: float) -> None:
        """Say what is due: a hello now and then, and the first that has no acknowledgement."""
        now_s = checks.real("now_s", now_s, at_least=0)
        if now_s >= self._hello_s:
            self._hello_s = now_s + HELLO_S
            self._server.handle(self.who, ("hello", self.cursor))
        if self._again and now_s - self._first_s > GIVE_UP_S:
            self._settled(self._outbox[0][1])
        if self._outbox and now_s >= self._due_s:
            self._first_s = self._first_s if self._again else now_s
            self._pause_s = pause_s(BACKOFF, self._again, self._pause_s, self._rng)
            self._again, self._due_s = self._again + 1, now_s + self._pause_s
            self._server.handle(self.who, self._outbox[0])

    def handle(self, packet: tuple, now_s: float) -> list[tuple]:
        """A packet of the server's; what its owner sees of it, as `("shown", ...)` and such."""
        now_s = checks.real("now_s", now_s, at_least=0)
        match packet:
            case ("ack", int(client_id), int(id), int(people)):
                if not self._settled(client_id) or client_id not in self.ticks:
                    return []  # it was heard before, or is of a receipt
                self._mine[id] = (client_id, people)
                return [("acked", client_id, id), *self._ticked(id)]
            case ("refused", int(client_id), str(why)):
                self._settled(client_id)
                return [("refused", client_id, why)]
            case ("push", int(id), int(), str(), int(), str(), str(), int() | float(), str()):
                if id > self.cursor:  # else it was shown, and its acknowledgement lost
                    self._ahead[id] = packet
                seen = self._in_order(now_s)
                self._server.handle(self.who, ("got", self.cursor))
                return seen
        raise ValueError(f"packet={checks.brief(packet)} must be one of those in `messages`")

    def _settled(self, client_id):
        """Whether this ends the wait for the first of the outbox."""
        is_first = bool(self._outbox) and self._outbox[0][1] == client_id
        if is_first:
            self._outbox.popleft()
            self._again, self._due_s, self._pause_s = 0, 0.0, 0.0
        return is_first

    def _in_order(self, now_s):
        """Show what follows upon the cursor, as far as there is no gap."""
        seen = []
        while ready := [id for id, packet in self._ahead.items() if packet[2] <= self.cursor]:
            _, id, _, kind, about, sender, to, until_s, body = self._ahead[min(ready)]
            self.cursor = id
            self._ahead = {n: packet for n, packet in self._ahead.items() if n > id}
            if kind in TICKS:
                self._told.setdefault(about, {}).setdefault(kind, set()).add(sender)
                seen += self._ticked(about)
            elif now_s < until_s:
                self.shown.append((id, sender, to, body))
                if sender != self.who[0]:
                    self._unread.append((id, sender))
                seen.append(("shown", id, sender, to, body))
        return seen

    def _ticked(self, id):
        """The ticks of its own message, if that is what they are about and they have changed."""
        client_id, people = self._mine.get(id, (None, 0))
        told = self._told.get(id, {})
        read, delivered = told.get("read", set()), told.get("delivered", set())
        level = TICKS["read" if people and len(read) >= people
                      else "delivered" if len(read | delivered) >= people else "sent"]  # fmt: skip
        if client_id is None or level <= self.ticks[client_id]:
            return []
        self.ticks[client_id] = level
        return [("tick", client_id, level)]
