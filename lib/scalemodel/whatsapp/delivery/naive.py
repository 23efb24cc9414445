"""A server as short as the brief's, and its four mistakes: the exhibit to break.

`is_user_online`, then `cast`; else `store_message`. It reads well, and each mistake takes one
line. *It looks, and then casts*: who is cut off between the two is believed on line, and a cast
that nobody hears tells nobody. *It acknowledges before the store*: a crash or a full disk in
between, and the tick is a lie. *It knows no key*: a repeated message is a new message. And *an
atom for each user*: Erlang never gives back an atom, so whoever makes up a million names ends
the whole machine.

Left out: what makes a server: that is `server`.
Sources: the brief's `route_message`; Erlang's Efficiency Guide (atoms, 1,048,576 by default).
"""

__all__ = ["MOST_ATOMS", "AtomTableFull", "NaiveServer"]
__dir__ = lambda: __all__

from collections.abc import Callable, Iterable

from scalemodel.core import checks

MOST_ATOMS = 1_048_576


class AtomTableFull(RuntimeError):
    """No more names: Erlang's virtual machine ends here, and all its users with it.

    >>> raise AtomTableFull(2)
    Traceback (most recent call last):
    ...
    scalemodel.whatsapp.delivery.naive.AtomTableFull: no more index entries in atom_tab (max=2)
    """

    def __init__(self, most: int):
        super().__init__(f"no more index entries in atom_tab (max={most})")


class NaiveServer:
    """The brief's server, with the calls of `Server`.

    >>> from scalemodel.whatsapp.delivery.stores import ForgetfulStore
    >>> server = NaiveServer(ForgetfulStore(), lambda: 0.0)
    >>> ana, bo = server.join("ana"), server.join("bo")
    >>> server.handle(bo, ("hello", 0)); server.handle(ana, ("send", 1, "bo", "hello"))
    >>> [packet[0] for _, packet in server.take()]  # Bo may be gone by now
    ['ack', 'push']
    """

    def __init__(
        self, store: object, clock: Callable[[], float], *, most_atoms: int = MOST_ATOMS, **_
    ):
        if isinstance(store, type) or not all(hasattr(store, name) for name in ("write", "load")):
            raise ValueError(f"store={store!r} must have the methods write and load")
        self._most = checks.whole("most_atoms", most_atoms, at_least=1)
        self._store, self._clock, self._out = store, checks.takes("clock", clock), []
        self._atoms, self._online, self._parties = set(), set(), {}
        self._offline = [row for row in store.load("message")]
        self._next = max([id for id, *_ in self._offline], default=0)

    def _atom(self, name):
        self._atoms.add(name)
        if len(self._atoms) > self._most:
            raise AtomTableFull(self._most)
        return name

    def join(self, user: str, device: str = "phone") -> tuple[str, str]:
        """The address of a device."""
        return self._atom(checks.text("user", user)), checks.text("device", device)

    def party(self, name: str, members: Iterable[str]) -> None:
        """A group."""
        if isinstance(members, str) or not isinstance(members, Iterable):
            raise ValueError(f"members={members!r} must be a row of users")
        self._parties[self._atom(checks.text("name", name))] = tuple(members)

    def handle(self, who: tuple[str, str], packet: tuple) -> None:
        """A packet of a device."""
        match packet:
            case ("send", client_id, to, body):
                users = self._parties.get(to, (to,))
                self._out.append((who, ("ack", client_id, self._next + 1, len(users))))
                for user in users:
                    self._next += 1
                    self._route_message(who[0], self._atom(user), self._next, body)
            case ("hello", _):
                self._online.add(who)
                waiting = [row for row in self._offline if row[4] == who[0]]
                for id, _, _, _, to, _, _, body, sender in waiting:
                    self._cast(who, id, sender, to, body)
                self._offline = [row for row in self._offline if row not in waiting]
                self._store.write({"gone": [row[:1] for row in waiting]})
            case ("bye",):
                self._online.discard(who)

    def _route_message(self, sender, to, id, body):
        devices = [who for who in self._online if who[0] == to]
        if devices:  # it looks,
            for who in devices:
                self._cast(who, id, sender, to, body)  # and then casts
        else:
            row = (id, "text", 0, 0, to, 0, self._clock(), body, sender)
            self._offline.append(row)
            self._store.write({"message": [row]})  # the sender was told long ago

    def _cast(self, who, id, sender, to, body):
        self._out.append((who, ("push", id, 0, "text", 0, sender, to, float("inf"), body)))

    def take(self) -> list[tuple]:
        """`(device, packet)` of what is to go out."""
        out, self._out = self._out, []
        return out

    def commit(self) -> int:
        """Nothing."""
        return 0

    def expire(self) -> list[int]:
        """Nothing."""
        return []

    def tick(self) -> None:
        """Nothing."""
