"""A bad evening, from a schedule: who writes what, and what breaks at which moment.

Think of a rehearsal with a script. Ana, Bo and Cy write to each other; the script says when
the line of one is cut, when the disk is full, when the server dies and is started again. `run`
plays it in virtual time, in steps of a twentieth of a second, and writes down what everybody
saw. After twenty seconds nothing breaks any more, so that all that can arrive does.

An evening takes some 15 ms; `drawn(seed)` invents a script.

Left out: real time, real processes; `tests/whatsapp/delivery` kills one.
Sources: deterministic simulation testing, as of FoundationDB; Jepsen's histories.
"""

__all__ = [
    "CALM_S", "CLOCK_S", "CLUB", "END_S", "FAULTS", "LOOKERS", "LOOK_S", "PEOPLE", "STEP_S",
    "History", "Schedule", "drawn", "run",
]  # fmt: skip
__dir__ = lambda: __all__

from collections.abc import Callable
from dataclasses import dataclass

from scalemodel.core import checks
from scalemodel.core.rng import stream
from scalemodel.parts.storage.database import DatabaseTrouble
from scalemodel.whatsapp.delivery.client import Client
from scalemodel.whatsapp.delivery.messages import DAY_S
from scalemodel.whatsapp.delivery.network import Network
from scalemodel.whatsapp.delivery.server import WRITE, Server
from scalemodel.whatsapp.delivery.stores import ForgetfulStore

PEOPLE = ("ana", "bo", "cy")
LOOKERS = PEOPLE[:2]  # Cy leaves all unread, so that two grey ticks must do
CLUB = "club"  # a group of all three
STEP_S, CALM_S, END_S, LOOK_S = 0.05, 20.0, 35.0, 3.0
# before a commit; between it and the ack; the disk; a batch kept that seems not; the clock
FAULTS = ("kill", "unplug", "full", "locked", "torn", "ahead", "back")
CLOCK_S = {"ahead": 40 * DAY_S, "back": -5.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What is written, and what breaks; equal schedules are equal evenings.

    >>> Schedule(messages=((1.0, "ana", "bo", "m1"),), faults=((1.1, 2.0, "unplug"),)).drop
    0.0
    """

    messages: tuple = ()  # (at_s, sender, to, body), each body another
    faults: tuple = ()  # (from_s, until_s, one of FAULTS)
    partition: tuple = ()  # (from_s, until_s, user)
    laptops: tuple = ()  # users with a second device
    drop: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    delay_s: float = 0.1
    ttl_s: float = 30 * DAY_S
    write: str = "through"
    flush_every: int = 1  # batches
    seed: int = 0  # of the network and the pauses

    def __post_init__(self):
        checks.plain(self)
        for name in ("messages", "faults", "partition", "laptops"):
            if not isinstance(rows := getattr(self, name), tuple):
                raise ValueError(f"{name}={checks.brief(rows)} must be a tuple")
        for row in self.messages:
            if not isinstance(row, tuple) or len(row) != 4 or row[1] not in PEOPLE:
                raise ValueError(
                    f"messages has {checks.brief(row)}; it must be (at_s, sender, to, body)"
                )
            checks.real("messages", row[0], at_least=0, at_most=CALM_S)
            checks.text("messages", row[2]), checks.text("messages", row[3])
        bodies = [row[3] for row in self.messages]
        if len({*bodies}) < len(bodies):
            raise ValueError(f"messages has {checks.brief(bodies)}; each must be another")
        for fault in self.faults:
            if not isinstance(fault, tuple) or len(fault) != 3 or fault[2] not in FAULTS:
                allowed = f"(from_s, until_s, one of {FAULTS})"
                raise ValueError(f"faults has {checks.brief(fault)}; it must be {allowed}")
            checks.real("faults", fault[1], at_least=checks.real("faults", fault[0], at_least=0))
        for name in self.laptops:
            if name not in PEOPLE:
                allowed = ", ".join(PEOPLE)
                raise ValueError(f"laptops has {checks.brief(name)}; it must be of {allowed}")
        if self.write not in WRITE:
            raise ValueError(f"write={checks.brief(self.write)} must be one of {', '.join(WRITE)}")
        checks.real("ttl_s", self.ttl_s, above=0, at_most=1e9)
        checks.whole("flush_every", self.flush_every, at_least=1)
        checks.whole("seed", self.seed, at_least=0)
        self.network()

    def network(self) -> Network:
        """A fresh network with these faults."""
        rng = stream(self.seed, "network")
        ratios = self.drop, self.duplicate, self.reorder
        return Network(*ratios, self.delay_s, self.partition, rng)


@dataclass(frozen=True, slots=True)
class History:
    """What everybody saw, in order: `(at_s, what, ...)`, and who played.

    >>> History(Schedule(), Server, Client, ((1.0, "died"),)).events[0][1]
    'died'
    """

    schedule: Schedule
    server: Callable
    client: Callable
    events: tuple


class _Line:
    """What a client holds for its server: the way through the network."""

    def __init__(self, network):
        self.server, self.network, self.now_s = None, network, 0.0

    def join(self, user, device):
        return self.server.join(user, device)  # in a shop, and not over the network

    def handle(self, who, packet):
        self.network.put(self.now_s, who[0], (True, who, packet))


# ── The evening ─────────────────────────────────────────────────────────────
@checks.kinds
def run(schedule: Schedule, server: Callable = Server, client: Callable = Client) -> History:
    """The history of an evening, with this server and these clients or with others.

    >>> history = run(Schedule(messages=((1.0, "ana", "bo", "m1"),)))
    >>> [event[1:] for event in history.events if event[1] in ("acked", "shown")]
    [('shown', ('bo', 'phone'), 1, 'ana', 'bo', 'm1'), ('acked', ('ana', 'phone'), 1, 1)]
    """
    checks.takes("server", server, "store", "clock"), checks.takes("client", client, "s", "u", "r")
    store, line = ForgetfulStore(schedule.flush_every), _Line(schedule.network())
    faults, given = set(), set()
    clock = lambda: line.now_s + sum(CLOCK_S.get(fault, 0.0) for fault in faults)
    start = lambda: server(store, clock, write=schedule.write, ttl_s=schedule.ttl_s, resend_s=1.0)
    line.server = up = start()
    rng = stream(schedule.seed, "pauses")
    devices = [(user, "phone") for user in PEOPLE] + [(one, "laptop") for one in schedule.laptops]
    clients = {(user, d): client(line, user, rng, device=d) for user, d in devices}
    up.party(CLUB, PEOPLE), store.flush()
    events, messages = [], sorted(schedule.messages)
    for step in range(int(END_S / STEP_S)):
        now_s = line.now_s = step * STEP_S
        note = lambda *event, at_s=round(now_s, 2): events.append((at_s, *event))
        if step == int(CALM_S / STEP_S):
            line.network.calm()
        faults = {k for from_s, to_s, k in schedule.faults if from_s <= now_s < min(to_s, CALM_S)}
        store.trouble = next((why for why in FAULTS[2:5] if why in faults), None)
        death = next((how for how in ("unplug", "kill") if how in faults), None)
        if up is None and not death:
            up = start()
            note("started")
        for _, (is_up, who, packet) in line.network.due(now_s):
            if is_up and up is not None:
                _try(note, up.handle, who, packet)
            elif not is_up:
                for seen in clients[who].handle(packet, now_s):
                    note(seen[0], who, *seen[1:])
        while messages and messages[0][0] <= now_s:
            _, sender, to, body = messages.pop(0)
            note("typed", (sender, "phone"), clients[sender, "phone"].say(to, body), to, body)
        for who, one in clients.items():
            if step % int(LOOK_S / STEP_S) == 0 and who[0] in LOOKERS:
                one.look()
                note("looked", who)
            one.step(now_s)
        if up is None:
            continue
        for id in up.expire():
            note("expired", id)
        if "kill" not in faults:
            up.tick()
            _try(note, up.commit)
        if death:  # what it had not said it never says
            up = None
            note("died", death)
            if death == "unplug":
                store.lose_power()
            if death == "unplug" or schedule.write == WRITE[1]:
                for id in sorted({*range(1, max(given, default=0) + 1)} - store.flushed):
                    note("unwritten", id)
            continue
        for who, packet in up.take():
            given.update(packet[n] for n, kind in ((2, "ack"), (1, "push")) if packet[0] == kind)
            line.network.put(now_s, who[0], (False, who, packet))
    return History(schedule, server, client, tuple(events))


def _try(note, call, *arguments):
    try:
        call(*arguments)
    except DatabaseTrouble as trouble:
        note("trouble", trouble.why)


@checks.kinds
def drawn(seed: int, lazy: bool = False) -> Schedule:
    """A schedule as chance has it: crashes, a bad network, cuts, disks and clocks.

    A `lazy` one flushes or writes later, and may lose what was not written (`broken`).

    >>> drawn(7) == drawn(7), len(drawn(7).messages) > 2
    (True, True)
    """
    rng = stream(seed, "schedule")
    within = lambda low, high: float(rng.uniform(low, high))
    when = lambda: round(within(0, CALM_S - 2), 2)
    span = lambda: (at_s := when(), round(at_s + within(0.05, 6), 2))
    chance = lambda ratio: bool(rng.random() < ratio)
    someone = lambda: PEOPLE[rng.integers(3)]
    whom = lambda: CLUB if chance(0.2) else someone()
    soon = chance(0.25)  # what expires within seconds needs a clock that is right
    behind = lazy and chance(0.5)
    return Schedule(
        messages=tuple((when(), someone(), whom(), f"m{n + 1}") for n in range(rng.integers(3, 13))),
        faults=tuple((*span(), FAULTS[rng.integers(5 + 2 * (not soon))]) for _ in range(rng.integers(4))),
        partition=tuple((*span(), someone()) for _ in range(rng.integers(3))),
        laptops=tuple(user for user in PEOPLE if chance(0.2)),
        drop=within(0, 0.4), duplicate=within(0, 0.3), reorder=within(0, 0.3),
        delay_s=within(0.01, 0.3), ttl_s=within(3, 8) if soon else 30 * DAY_S, write=WRITE[behind],
        flush_every=int(rng.integers(2, 9)) if lazy and not behind else 1, seed=seed,
    )  # fmt: skip
