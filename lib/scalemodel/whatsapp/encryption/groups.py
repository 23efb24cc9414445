"""One lock for many readers; several devices; and what a member who left still reads.

A talk in a group of nine phones could be eight talks: each message locked and sent eight times.
With a *sender key* it is locked once, and the server copies it: each member hands out the first
link of a chain of their own, over the sessions that they have with each of the others' devices.
The chain moves on with every message, and is never mixed anew.

So a member who leaves reads on, if the wire is theirs, until those who are left throw their chains
away and hand out new ones (`rotates`). Who joins gets the links of now, and nothing of before. A
laptop is a member's second device, with keys and sessions of its own.

In a group of nine a message takes 1.1 ms, its eight readers included; the first of each, eight
handshakes more, 2 ms each.

Left out: messages that come late, devices that are added to a member who is there.
Sources: WhatsApp, "Encryption Overview" (white paper), under *Group Messages*; M. Marlinspike,
"Private Group Messaging", 2014.
"""

__all__ = ["MOST_SKIPPED", "Device", "Group", "GroupMessage", "expected_sent"]
__dir__ = lambda: __all__

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from scalemodel.core import checks
from scalemodel.whatsapp.encryption import keys
from scalemodel.whatsapp.encryption.handshake import Keys, accept, open_with
from scalemodel.whatsapp.encryption.ratchet import NONCE, Message, Session

MOST_SKIPPED = 2_000


# ── Devices ─────────────────────────────────────────────────────────────────
class Device:
    """A phone or a laptop: its keys, and a session with each other device.

    >>> rng = np.random.default_rng(1)
    >>> anna, ben = Device("anna's phone", rng), Device("ben's phone", rng)
    >>> ben.read(anna, anna.write(ben, b"tea?"))
    b'tea?'
    """

    def __init__(self, name: str, rng: np.random.Generator):
        self.name, self.rng = checks.text("name", name), rng
        self.keys = Keys(rng, once=1)
        self.sessions = {}  # by the other's name
        self.openings = {}  # of those whose first message has not been opened yet, by name
        self.chain = None  # a group's sender key: the next link, its number, an identity to sign
        self.chains = {}  # of others, by name: the next link, its number, who signs

    def write(self, other: "Device", text: bytes) -> Message:
        """A message for another device; the first one shakes hands."""
        checks.instance("text", text, bytes)
        if checks.instance("other", other, Device).name == self.name:
            raise ValueError(f"other={other.name} must be another device than the one that writes")
        if other.name not in self.sessions:
            shared, opening = open_with(self.keys, other.keys.bundle(), self.rng)
            theirs, secret = accept(other.keys, opening), other.keys.signed_pre_key
            self.sessions[other.name] = Session.opening(shared, opening.signed_pre_key, self.rng)
            other.sessions[self.name] = Session.accepting(theirs, secret, self.rng)
            other.openings[self.name] = opening
        return self.sessions[other.name].lock(text)

    def read(self, other: "Device", message: Message) -> bytes:
        """The text of a message from another device."""
        if checks.instance("other", other, Device).name not in self.sessions:
            raise ValueError(f"other={other.name} must have written, or been written to")
        text = self.sessions[other.name].unlock(message)
        if other.name in self.openings:
            self.keys.spend(self.openings.pop(other.name))
        return text


# ── Groups ──────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class GroupMessage:
    """What is locked once, and copied by the server to all.

    >>> GroupMessage("anna 1", 0, b"locked", b"signed").number
    0
    """

    device: str
    number: int  # under this sender key, from 0
    body: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    def __post_init__(self):
        checks.plain(self)
        checks.text("device", self.device)
        checks.whole("number", self.number, at_least=0, at_most=2**32 - 1)
        checks.instance("body", self.body, bytes)
        checks.instance("signature", self.signature, bytes)

    @property
    def signed(self) -> bytes:
        """What the signature is of."""
        return b"%s %d %s" % (self.device.encode(), self.number, self.body)


class Group:
    """People with so many devices each, who write to all of the others.

    With `rotates`, who is left throws their sender keys away when somebody leaves.

    >>> tea = Group({"anna": 2, "ben": 1, "carla": 1}, np.random.default_rng(1), rotates=False)
    >>> first = tea.write("anna", b"tea?")
    >>> tea.read("carla", first), tea.over_sessions
    (b'tea?', 3)
    >>> tea.leave("carla")
    >>> tea.read("carla", tea.write("anna", b"without carla"))
    b'without carla'
    """

    def __init__(self, members: Mapping[str, int], rng: np.random.Generator, rotates: bool = True):
        self.rng = checks.instance("rng", rng, np.random.Generator)
        self.rotates = checks.instance("rotates", rotates, bool)
        self.devices, self.left, self.over_sessions = {}, {}, 0
        for member, count in checks.instance("members", members, Mapping).items():
            self.join(member, count)

    def join(self, member: str, devices: int = 1) -> None:
        """Somebody comes with so many devices, or is back with theirs, and is told today's links."""
        if checks.text("member", member) in self.devices:
            raise ValueError(f"member={member!r} must not be in the group")
        most = len(self.left.get(member, range(10)))  # who is back brings no new ones
        count = checks.whole("devices", devices, at_least=1, at_most=most)
        new = self.left.pop(member, None) or [
            Device(f"{member} {number + 1}", self.rng) for number in range(count)
        ]
        for device in self._all():
            if device.chain:
                self._tell(device, new)
        for device in new:
            device.chain = None  # others have come and gone since: they begin anew, too
        self.devices[member] = new

    def leave(self, member: str) -> None:
        """Somebody goes, and keeps what they have."""
        self._phone(member)
        self.left[member] = self.devices.pop(member)
        for device in self._all() if self.rotates else ():
            device.chain = None

    def write(self, member: str, text: bytes) -> GroupMessage:
        """A message from a member's first device, which hands out a sender key if it has none."""
        device = self._phone(member)
        checks.instance("text", text, bytes)
        if device.chain is None:
            device.chain = (keys.fresh(self.rng), 0, keys.Identity(keys.fresh(self.rng)))
            self._tell(device, [other for other in self._all() if other is not device])
        link, number, identity = device.chain
        link, key = keys.step(link)
        device.chain = link, number + 1, identity
        unsigned = GroupMessage(device.name, number, AESGCM(key).encrypt(NONCE, text, None), b"")
        return GroupMessage(device.name, number, unsigned.body, identity.sign(unsigned.signed))

    def read(self, member: str, message: GroupMessage, device: int = 0) -> bytes:
        """What a member's device makes of a message, whether they are still in the group or not."""
        everybody = {**self.left, **self.devices}
        if checks.text("member", member) not in everybody:
            raise ValueError(f"member={member!r} must be, or have been, in the group")
        owned = everybody[member]
        reader = owned[checks.whole("device", device, at_least=0, at_most=len(owned) - 1)]
        checks.instance("message", message, GroupMessage)
        if message.device not in reader.chains:
            raise ValueError(f"{reader.name} has no sender key of {message.device}")
        link, at, public = reader.chains[message.device]
        if not at <= message.number <= at + MOST_SKIPPED:
            raise ValueError(f"message.number={message.number} must be {at} to {at + MOST_SKIPPED}")
        if not keys.signed(public, message.signed, message.signature):
            raise ValueError(f"message must be signed by {message.device}, with its key of now")
        for _ in range(at, message.number + 1):
            link, key = keys.step(link)
        try:
            text = AESGCM(key).decrypt(NONCE, message.body, None)
        except InvalidTag:
            raise ValueError("message must be locked with its number's key") from None
        reader.chains[message.device] = link, message.number + 1, public
        return text

    def _all(self):
        return [device for owned in self.devices.values() for device in owned]

    def _phone(self, member):
        if checks.text("member", member) not in self.devices:
            raise ValueError(f"member={member!r} must be in the group")
        return self.devices[member][0]

    def _tell(self, device, others):
        """The next link of a device's chain goes to others, over a session each."""
        link, number, identity = device.chain
        told = link + number.to_bytes(4, "big") + identity.public
        for other in others:
            got = other.read(device, device.write(other, told))
            other.chains[device.name] = got[:32], int.from_bytes(got[32:36], "big"), got[36:]
            self.over_sessions += 1


# ── The closed form ─────────────────────────────────────────────────────────
def expected_sent(devices: int, senders: int, messages: int) -> tuple[int, int]:
    """Messages that phones send with sender keys, and without; nobody comes or goes.

    >>> expected_sent(devices=9, senders=9, messages=1_000)
    (1072, 8000)
    """
    others = checks.whole("devices", devices, at_least=2, at_most=1_000_000) - 1
    checks.whole("senders", senders, at_least=0, at_most=devices)
    checks.whole("messages", messages, at_least=senders, at_most=10**15)
    return senders * others + messages, messages * others
