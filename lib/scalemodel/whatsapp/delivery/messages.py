"""A message, a device, and what lies in the log: the nouns that all else here speaks of.

Each message has a number, its *id*, that the server gives it and that only ever grows. Each
device has a queue of the messages that it has not acknowledged, and a *cursor*: the id up to
which it has. What goes over the wire is a packet, a tuple with its kind in front:

    to the server    hello last_id · send client_id to body · read client_id about to · got id · bye
    to a device      ack client_id id people · push id after kind about sender to until_s body ·
                     refused client_id why

`client_id` is the idempotency key: the number that a device gave its own message, and gives it
again when it repeats it. `after` is the id before this one in the device's queue, 0 for none;
`people` are those whose receipts are to come.

A message that waits takes some 750 bytes of memory, its key and 100 letters included.

Left out: media, edits, deletions, profile and presence.
Sources: the brief's seven steps; XEP-0198 (counters and resumption), XEP-0184 (receipts).
"""

__all__ = ["DAY_S", "MOST_LETTERS", "TABLES", "Device", "Message", "clean"]
__dir__ = lambda: __all__

from collections import deque

from scalemodel.core import checks

DAY_S = 86_400.0
MOST_LETTERS = 65_536  # of a body
TABLES = {
    "message": "id INTEGER PRIMARY KEY, kind TEXT, sender INTEGER, goes_to TEXT, about INTEGER,"
    " at_s DOUBLE PRECISION, body TEXT, devices TEXT",
    "sent": "id INTEGER PRIMARY KEY, sender INTEGER, client_id INTEGER, goes_to TEXT, people INTEGER",
    "device": "number INTEGER PRIMARY KEY, owner TEXT, name TEXT, last_id INTEGER",
    "party": "name TEXT PRIMARY KEY, members TEXT",
    "mark": "number INTEGER PRIMARY KEY, high INTEGER, at_s DOUBLE PRECISION",
}


class Device:
    """A phone or a laptop of somebody, and what it has not acknowledged yet.

    >>> phone = Device(1, "ana", "phone", cursor=7)
    >>> phone.key, phone.online, len(phone.queue)
    (('ana', 'phone'), False, 0)
    """

    __slots__ = ("cursor", "key", "number", "online", "owner", "pushed", "pushed_s", "queue")

    @checks.kinds
    def __init__(self, number: int, owner: str, name: str, cursor: int = 0):
        self.number, self.owner, self.key = number, owner, (owner, name)
        self.cursor = cursor  # it has acknowledged all up to this id
        self.queue = deque()  # messages, by id
        self.online, self.pushed, self.pushed_s = False, None, None  # up to which id, and when


class Message:
    """What somebody sent, or a receipt; for these `devices`, of which `left` have it not yet.

    `row` is the message as the log has it, `sent` the row of its key: what both are of is in
    `TABLES`. Whoever only reads one column takes it from there. A receipt that it was delivered
    has no key, for nobody repeats it.

    >>> phone = Device(1, "ana", "phone")
    >>> message = Message(3, "text", phone, "bo", 0, 60.0, "hello", (phone,), (3, 1, 7, "bo", 1))
    >>> message.row
    (3, 'text', 1, 'bo', 0, 60.0, 'hello', '1')
    """

    __slots__ = ("devices", "id", "kind", "left", "row", "sender", "sent")

    def __init__(self, id, kind, sender, to, about, at_s, body, devices, sent=None):
        self.id, self.kind, self.sender, self.sent = id, kind, sender, sent
        self.devices, self.left = devices, len(devices)
        numbers = " ".join([str(device.number) for device in devices])
        self.row = (id, kind, sender.number, to, about, at_s, body, numbers)


def clean(field: str, text: str) -> str:
    """`text` that every database holds: short enough, and no letter of it is NUL.

    >>> clean("body", "x" * 100_000)
    Traceback (most recent call last):
    ...
    ValueError: body has 100000 letters and must have at most 65536
    """
    if type(text) is str and 0 < len(text) <= MOST_LETTERS and text.isascii() and "\0" not in text:
        return text
    checks.text(field, text)
    if len(text) > MOST_LETTERS:
        raise ValueError(f"{field} has {len(text)} letters and must have at most {MOST_LETTERS}")
    if "\0" in text:
        raise ValueError(f"{field}={checks.brief(text)} must be text without the letter NUL")
    return text
