"""A server that keeps each message until whoever it is for has it: store and forward.

Think of registered mail. The clerk writes a letter into the book before you get your slip, and
strikes it out when the other side has signed. In seven steps: a device sends; the server gives
an id and notes the key; the log is committed, a thousand messages at one stroke; *then* the
sender has its acknowledgement, one grey tick; the message goes to the devices that are
connected, and waits in the queues of the others; they acknowledge all up to an id; it is
deleted, and a receipt takes the same road back, two grey ticks. A receipt is a message too.

A queue is the truth and a push only a hint: what gets lost is pushed again, and nobody asks
beforehand who is on line. `write="through"` acknowledges what is committed. `write="behind"`
acknowledges at once and writes what is still there when `commit` is called: what was delivered
by then is never written, and what was not is lost with the process (`at_risk` counts it).
To the database it makes no difference, to the promise it makes all.

Whoever has one server reads `take()` and calls `commit()` and `tick()` now and then. A message
from `send` to its acknowledgement costs some 10 µs on SQLite (`benchmarks/whatsapp/delivery.py`);
all that waits lies in memory, too, 750 bytes each, and where that is full one machine ends.

Whoever lets a clock leap by 40 days and back would delete all mail that waits. So a leap of more
than an hour is on trial for an hour, in which nothing expires and no key is forgotten. Keys are
remembered for a day longer than a `Client` repeats.

Left out: accounts, several servers, the order among different chats, and a clock that is wrong
for longer than an hour.
Sources: the brief's message flow; XEP-0198; Reed, "That's 'Billion' with a 'B'", 2014.
"""

__all__ = [
    "BATCH", "LEAP_S", "MOST_ID", "MOST_MEMBERS", "MOST_S", "MOST_WAITING", "WINDOW", "WRITE",
    "Server", "ServerBusy",
]  # fmt: skip
__dir__ = lambda: __all__

import json
from collections import Counter, deque
from collections.abc import Callable, Iterable
from itertools import islice, takewhile

from scalemodel.core import checks
from scalemodel.whatsapp.delivery.messages import DAY_S, Device, Message, clean

WRITE = ("through", "behind")
BATCH = 1_000  # messages in one commit
MOST_WAITING = 10_000  # messages that are not committed
WINDOW = 100  # messages on their way to a device
LEAP_S = 3_600.0  # a clock that leaps farther is on trial for as long
MOST_MEMBERS = 1_024  # of a group
MOST_ID = 2**53
MOST_S = 1e11


class ServerBusy(RuntimeError):
    """So much is not committed that no more is taken; the message says what to do.

    >>> raise ServerBusy("10000 messages wait for `commit()`; repeat then")
    Traceback (most recent call last):
    ...
    scalemodel.whatsapp.delivery.server.ServerBusy: 10000 messages wait for `commit()`; repeat then
    """


class Server:
    """The server on a `store`, which holds what an earlier one left; `clock()` gives seconds.

    >>> from scalemodel.whatsapp.delivery.stores import ForgetfulStore
    >>> server = Server(ForgetfulStore(), clock=lambda: 0.0)
    >>> ana, bo = server.join("ana"), server.join("bo", device="phone")
    >>> server.send(ana, client_id=1, to="bo", body="hello"); server.take()
    []
    >>> server.commit(), server.take()
    (1, [(('ana', 'phone'), ('ack', 1, 1, 1))])
    >>> server.hello(bo, last_id=0); who, packet = server.take()[0]; who, packet[:4], packet[-1]
    (('bo', 'phone'), ('push', 1, 0, 'text'), 'hello')
    >>> server.got(bo, id=1); server.hello(ana, 0); server.commit(); server.take()[0][1][:5]
    1
    ('push', 2, 0, 'delivered', 1)
    >>> server.bye(bo)
    """

    def __init__(
        self, store: object, clock: Callable[[], float], *, write: str = "through",
        ttl_s: float = 30 * DAY_S, remember_s: float = 31 * DAY_S, resend_s: float = 5.0,
    ):  # fmt: skip
        if isinstance(store, type) or not all(hasattr(store, name) for name in ("write", "load")):
            raise ValueError(f"store={checks.brief(store)} must have the methods write and load")
        if write not in WRITE:
            raise ValueError(f"write={checks.brief(write)} must be one of {', '.join(WRITE)}")
        self._store, self._clock = store, checks.takes("clock", clock)
        self._behind = write == WRITE[1]
        self.ttl_s = checks.real("ttl_s", ttl_s, above=0, at_most=MOST_S)
        self._remember_s = checks.real("remember_s", remember_s, at_least=0, at_most=MOST_S)
        self._resend_s = checks.real("resend_s", resend_s, at_least=0, at_most=MOST_S)
        self.counts = Counter()  # accepted, repeated, refused, delivered, expired, absorbed
        self._out, self._now = [], 0.0
        self._leap_s, self._leapt_s = 0.0, 0.0  # how far the clock has leapt, and when
        self._devices, self._users, self._parties = {}, {}, {}
        self._numbers = {}  # of each device, and of those of whom no answer came
        self._held = {}  # by id, what some device has not acknowledged
        self._waiting, self._unwritten = {}, []  # not committed: messages, and keys without one
        self._gone = deque()  # nor these: (receipts up to, row of a cursor, id deleted)
        self._sent, self._keys = {}, deque()  # the row of each key, and `(at_s, rows)` by age
        self._load()

    def _load(self):
        _, self._high, self._now = next(iter(self._store.load("mark")), (0, 0, 0.0))
        self._next, numbers = self._high + 1, {}
        for number, owner, name, cursor in self._store.load("device"):
            numbers[number] = self._enlist(Device(number, owner, name, cursor))
        for name, members in self._store.load("party"):
            self._parties[name] = tuple(json.loads(members))
        rows = self._store.load("sent")
        self._keys.extend([(self._now, rows)] if rows else ())
        self._sent = {row[1:3]: row for row in rows}
        for id, kind, number, *rest, devices in self._store.load("message"):
            unknown = {number, *map(int, devices.split())} - numbers.keys()
            if unknown:
                raise ValueError(
                    f"store: message {id} is of device {min(unknown)}, which must be there"
                )
            all = tuple(numbers[int(one)] for one in devices.split())
            message = Message(id, kind, numbers[number], *rest, all)
            left = [device for device in all if device.cursor < id]
            message.left, self._held[id] = len(left), message
            for device in left:
                device.queue.append(message)
            if not left:
                self._gone.append((0, None, self._delete(message)))

    # ── Who there is ────────────────────────────────────────────────────────
    def join(self, user: str, device: str = "phone") -> tuple[str, str]:
        """The address of somebody's device, which is made known if it is new."""
        key = (clean("user", user), clean("device", device))
        if key not in self._devices:
            self._free("user", user, self._parties)
            # whoever had no answer has this number for good, for it may stand in the log
            last = next(reversed(self._numbers.values()), 0)
            number = self._numbers.setdefault(key, last + 1)
            self._store.write({"device": [(number, *key, 0)]})
            self._enlist(Device(number, *key))
        return key

    def party(self, name: str, members: Iterable[str]) -> None:
        """Make a group, or give it other members: what is sent to it goes to all of them."""
        self._free("name", clean("name", name), self._users)
        if isinstance(members, str) or not isinstance(members, Iterable):
            raise ValueError(f"members={checks.brief(members)} must be a row of users")
        row = [*islice(members, MOST_MEMBERS + 1)]
        if not 0 < len(row) <= MOST_MEMBERS:
            raise ValueError(
                f"members={checks.brief(row)} must be a row of 1 to {MOST_MEMBERS} users"
            )
        for user in row:
            if not isinstance(user, str) or user not in self._users:
                raise ValueError(f"members has {checks.brief(user)}: nobody of that name is known")
        once = [*dict.fromkeys(row)]
        self._store.write({"party": [(name, json.dumps(once))]})
        self._parties[name] = tuple(once)

    def _free(self, field, name, taken):
        if name in taken:
            raise ValueError(f"{field}={checks.brief(name)} must be a name that is free")

    def _enlist(self, device):
        self._devices[device.key], self._numbers[device.key] = device, device.number
        self._users[device.owner] = (*self._users.get(device.owner, ()), device)
        return device

    def _device(self, who):
        try:
            return self._devices[who]
        except (KeyError, TypeError):
            raise ValueError(f"who={checks.brief(who)} must be a device that has joined") from None

    # ── What a device says ──────────────────────────────────────────────────
    def handle(self, who: tuple[str, str], packet: tuple) -> None:
        """A packet of a device; what is wrong with it, it is told, and nothing has happened."""
        try:
            match packet:
                case ("send", client_id, to, body):
                    self.send(who, client_id, to, body)
                case ("read", client_id, about, to):
                    self.read(who, client_id, about, to)
                case ("got", id):
                    self.got(who, id)
                case ("hello", last_id):
                    self.hello(who, last_id)
                case ("bye",):
                    self.bye(who)
                case _:
                    allowed = "one of those in `messages`"
                    raise ValueError(f"packet={checks.brief(packet)} must be {allowed}")
        except ServerBusy:  # it will come again
            self.counts["busy"] += 1
        except ValueError as error:
            self.counts["refused"] += 1
            client_id = packet[1] if isinstance(packet, tuple) and len(packet) == 4 else 0
            client_id = client_id if type(client_id) is int else 0
            self._out.append((who, ("refused", client_id, str(error))))

    def send(self, who: tuple[str, str], client_id: int, to: str, body: str) -> None:
        """A message for a user or a group; the same `client_id` again is the same message."""
        self._accept(who, client_id, to, "text", 0, clean("body", body))

    def read(self, who: tuple[str, str], client_id: int, about: int, to: str) -> None:
        """A receipt for `to`, whose message `about` was read; repeated like any message."""
        about = checks.whole("about", about, at_least=1, at_most=self._next - 1)
        if not isinstance(to, str) or to not in self._users:
            raise ValueError(f"to={checks.brief(to)} must be a user who is known")
        self._accept(who, client_id, to, "read", about, "")

    def _accept(self, who, client_id, to, kind, about, body):
        sender = self._device(who)
        if type(client_id) is not int or not 0 < client_id < MOST_ID:
            client_id = checks.whole("client_id", client_id, at_least=1, at_most=MOST_ID)
        sent = self._sent.get(key := (sender.number, client_id))
        if sent is not None:
            id, _, _, before, people = sent
            if not isinstance(to, str) or to != before:
                raise ValueError(f"to={checks.brief(to)} must be {before!r}, as it was at first")
            self.counts["repeated"] += 1
            if self._behind or id not in self._waiting:  # else `commit` will say it
                self._out.append((who, ("ack", client_id, id, people)))
            return
        devices, people = self._goes_to(sender, to)
        if len(self._waiting) >= MOST_WAITING:
            if not self._behind:
                words = f"{len(self._waiting)} messages wait for `commit()`; repeat then"
                raise ServerBusy(words)
            self.commit()
        self._reserve(1)
        id, at_s = self._next, self._time()
        self._sent[key] = sent = (id, *key, to, people)
        self.counts["accepted"] += 1
        self._put(Message(id, kind, sender, to, about, at_s, body, devices, sent))

    def _goes_to(self, sender, to):
        """Devices, and how many people: whoever it is for now, and the sender's others."""
        users, mine = self._users, self._users[sender.owner]
        if not isinstance(to, str) or (to not in users and to not in self._parties):
            raise ValueError(f"to={checks.brief(to)} must be a user or a group who is known")
        if len(mine) == 1 and to in users:
            return users[to], int(to != sender.owner)
        others = [user for user in self._parties.get(to, (to,)) if user != sender.owner]
        mine = [device for device in mine if device is not sender or to == sender.owner]
        return tuple([d for user in others for d in users[user]] + mine), len(others)

    def _reserve(self, ids):
        """Have so many ids marked on the disk, so that no later server gives one of them again."""
        if self._behind and self._next + ids > self._high:
            high = self._next + ids + MOST_WAITING
            self._store.write({"mark": [(0, high, self._now)]})
            self._high = high

    def _put(self, message):
        self._waiting[message.id] = message
        self._next += 1
        if self._behind:
            self._let_out(message)

    def _let_out(self, message):
        """Acknowledge it, and push it to whoever is there."""
        if message.sent:
            id, _, client_id, _, people = message.sent
            self._out.append((message.sender.key, ("ack", client_id, id, people)))
        self._held[message.id] = message
        for device in message.devices:
            queue = device.queue
            if device.online and len(queue) < WINDOW:
                self._out.append(self._pushed(device, message, queue[-1].id if queue else 0))
            queue.append(message)

    def got(self, who: tuple[str, str], id: int) -> None:
        """A device has all up to `id`: they leave its queue, and their senders are told."""
        device = self._device(who)
        if type(id) is not int or not 0 <= id < self._next:
            id = checks.whole("id", id, at_least=0, at_most=self._next - 1)
        queue, owner = device.queue, device.owner
        if queue and queue[0].id <= id:  # what may fail comes before anything has changed
            self._reserve(len(queue))
            at_s = self._time()
        while queue and queue[0].id <= id:
            message = queue.popleft()
            message.left -= 1
            if message.kind == "text" and owner != message.sender.owner:
                twins = (d for d in message.devices if d.owner == owner and d is not device)
                if len(message.devices) == 1 or all(d.cursor < message.id for d in twins):
                    self._receipt("delivered", device, message, at_s)
            deleted = None if message.left else self._delete(message)
            self._gone.append((self._next - 1, (message.id, device.number), deleted))
        if id > device.cursor:
            device.cursor = id
            self._gone.append((self._next - 1, (id, device.number), None))
        if device.online and queue and queue[-1].id > device.pushed:  # there is room now
            self._push(device, device.pushed)

    def _receipt(self, kind, device, message, at_s):
        self.counts[kind] += 1
        to = message.sender.owner
        receipt = (self._next, kind, device, to, message.id, at_s, "", self._users[to])
        self._put(Message(*receipt))

    def _delete(self, message):
        """Its id, if it is to be struck out of the log, too."""
        self._held.pop(message.id, None)
        if self._waiting.pop(message.id, None) is None:
            return message.id
        self.counts["absorbed"] += 1  # written behind, and not yet: it never will be
        if message.sent:
            self._unwritten.append(message.sent)
        return None

    def hello(self, who: tuple[str, str], last_id: int) -> None:
        """A device is back and has all up to `last_id`: the rest is pushed."""
        device = self._device(who)
        self.got(who, last_id)
        device.online = True
        self._push(device)

    def bye(self, who: tuple[str, str]) -> None:
        """A device is gone; what comes for it waits."""
        self._device(who).online = False

    # ── What has to be done now and then ────────────────────────────────────
    def commit(self) -> int:
        """Write at most a thousand messages at one stroke, acknowledge them; how many.

        Trouble with the store comes as it is: nothing was acknowledged, and all is tried again
        in the next `commit`.
        """
        self.expire()
        batch = [*islice(self._waiting.values(), BATCH)]
        last = batch[-1].id if len(batch) < len(self._waiting) else self._next - 1
        keys = [message.sent for message in batch if message.sent] + self._unwritten
        # a deletion and a cursor go with the receipt that they make, never before it
        done = [*takewhile(lambda one: one[0] <= last, self._gone)]
        is_old = self._keys and self._keys[0][0] + self._remember_s <= self._now
        old = self._keys[0][1] if is_old else []
        cursors = {row[1]: row for _, row, _ in done if row}  # the last of each device
        rows = {
            "message": [message.row for message in batch],
            "sent": keys,
            "cursor": [*cursors.values()],
            "gone": [(id,) for *_, id in done if id],
            "forgotten": [(max(old)[0],)] if old else [],
        }
        if not any(rows.values()):
            return 0
        high = max(self._high, self._next - 1 + MOST_WAITING * self._behind)
        self._store.write({**rows, "mark": [(0, high, self._now)]})
        self._high, self._unwritten = high, []
        for row in old:
            if self._sent.get(row[1:3]) is row:
                del self._sent[row[1:3]]
        if old:
            self._keys.popleft()
        if keys:
            self._keys.append((self._now, keys))
        for _ in done:
            self._gone.popleft()
        for message in batch:
            del self._waiting[message.id]
            if not self._behind:
                self._let_out(message)
        return len(batch)

    def expire(self) -> list[int]:
        """The ids of what is older than `ttl_s`: it leaves all queues, and is counted."""
        self._time()
        expired, until_s = [], self._now - self.ttl_s
        while self._held and (oldest := next(iter(self._held.values()))).row[5] <= until_s:
            for device in oldest.devices:
                if device.queue and device.queue[0] is oldest:
                    device.queue.popleft()
            self._gone.append((self._next - 1, None, self._delete(oldest)))
            self.counts["expired"] += oldest.kind == "text"
            expired.append(oldest.id)
        return expired

    def tick(self) -> None:
        """Push again what was not acknowledged for `resend_s`."""
        self.expire()
        for device in self._devices.values():
            if device.online and device.queue and self._now - device.pushed_s >= self._resend_s:
                self._push(device)

    def _push(self, device, above=0):
        after = 0
        for message in islice(device.queue, WINDOW):
            if message.id > above:
                self._out.append(self._pushed(device, message, after))
            after = message.id

    def _pushed(self, device, m, after):
        device.pushed, device.pushed_s = m.id, self._now
        id, kind, _, to, about, at_s, body, _ = m.row
        until_s = at_s + self.ttl_s
        return device.key, ("push", id, after, kind, about, m.sender.owner, to, until_s, body)

    def take(self) -> list[tuple]:
        """`(device, packet)` of what is to go out, in order; the next call gives what is new."""
        out, self._out = self._out, []
        return out

    def _time(self):
        """The clock's time to stamp with; `_now`, by which things expire, leaps after a trial."""
        now_s = self._clock()
        try:
            is_one = abs(now_s) < MOST_S
        except TypeError:
            raise TypeError(f"clock gives {checks.brief(now_s)} and must give seconds") from None
        if is_one:
            if now_s - self._leap_s - self._now > LEAP_S:
                self._leap_s, self._leapt_s = now_s - self._now, now_s
            elif now_s - self._leapt_s >= LEAP_S or now_s - self._now < self._leap_s / 2:
                self._leap_s = 0.0  # it has gone on from there, or was set back
            if now_s - self._leap_s > self._now:  # a clock that was set back stands still
                self._now = now_s - self._leap_s
        return self._now + self._leap_s

    @property
    def at_risk(self) -> int:
        """Messages that would be lost with this process, though their senders have a tick."""
        return len(self._waiting) * self._behind

    def __len__(self) -> int:
        return len(self._held)
