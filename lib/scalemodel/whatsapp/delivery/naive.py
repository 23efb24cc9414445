"""A server as short as the brief's, and its four mistakes: the exhibit to break.

`is_user_online`, then `cast`; else `store_message`. It reads well, and each mistake takes one
line. *It looks, and then casts*: who is cut off between the two is believed on line, and a cast
that nobody hears tells nobody. *It acknowledges before the store*: a crash or a full disk in
between, and the tick is a lie. *It knows no key*: a repeated message is a new message. And *an
atom for each user*: Erlang never gives back an atom, so whoever makes up a million names ends
the whole machine.

Left out: what makes a server: that is `server`, whose list of devices it uses.
Sources: the brief's `route_message`; Erlang's Efficiency Guide (atoms, 1,048,576 by default).
"""

__all__ = ["AtomTableFull", "NaiveServer"]
__dir__ = lambda: __all__

from scalemodel.whatsapp.delivery.messages import Message
from scalemodel.whatsapp.delivery.server import Server


class AtomTableFull(RuntimeError):
    """No more names: Erlang's virtual machine ends here, and all its users with it.

    >>> raise AtomTableFull("no more index entries in atom_tab (max=2)")
    Traceback (most recent call last):
    ...
    scalemodel.whatsapp.delivery.naive.AtomTableFull: no more index entries in atom_tab (max=2)
    """


class NaiveServer(Server):
    """The brief's server, with the calls of `Server`.

    >>> from scalemodel.whatsapp.delivery.stores import ForgetfulStore
    >>> server = NaiveServer(ForgetfulStore(), lambda: 0.0)
    >>> ana, bo = server.join("ana"), server.join("bo")
    >>> server.handle(bo, ("hello", 0)); server.handle(ana, ("send", 1, "bo", "hello"))
    >>> [packet[0] for _, packet in server.take()]  # Bo may be gone by now
    ['ack', 'push']
    """

    most_atoms = 1_048_576

    def handle(self, who: tuple[str, str], packet: tuple) -> None:
        """A packet of a device; what it does not know it passes over."""
        match packet:
            case ("send", client_id, to, body):
                self._out.append((who, ("ack", client_id, self._next, 1)))
                for user in self._parties.get(to, (to,)):
                    self._atoms = {*getattr(self, "_atoms", ()), user}
                    if len(self._atoms) > self.most_atoms:
                        most = self.most_atoms
                        raise AtomTableFull(f"no more index entries in atom_tab (max={most})")
                    self._route_message(who, user, body)
            case ("hello", _):
                device = self._device(who)
                device.online = True
                while device.queue:  # what was stored goes out, and is deleted at once
                    message = device.queue.popleft()
                    self._out.append(self._pushed(device, message, 0))
                    self._store.write({"gone": [(message.id,)]})

    def _route_message(self, who, to, body):
        sender, devices = self._device(who), self._users.get(to, ())
        message = Message(self._next, "text", sender, to, 0, self._time(), body, devices)
        self._next += 1
        if any(device.online for device in devices):  # it looks,
            for device in devices:
                self._out.append(self._pushed(device, message, 0))  # and then casts
        else:
            self._store.write({"message": [message.row]})  # the sender was told long ago
            for device in devices:
                device.queue.append(message)
