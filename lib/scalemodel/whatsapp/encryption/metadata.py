"""What the server sees all the same: who, to whom, when and how much.

The post office cannot open a letter. It reads the envelope, weighs it and stamps the hour, or it
could not carry it. In a `town` people talk for some days over real sessions, through a `Server`
that has no secret key and keeps a `Line` for each message. From the log alone follow who is close
to whom (`by_pair`) and when each sleeps (`by_hour`). A week of eight people takes 0.5 s.

Left out: keys fetched, groups, addresses on the network, contacts uploaded, sealed senders.
Sources: the people are ours; WhatsApp's privacy policy lists what it keeps of real ones.
"""

__all__ = [
    "COUPLES", "DAY_S", "FRIENDS_RATIO", "FRIEND_TALKS", "HOUR_S", "PEOPLE", "PICTURE_RATIO",
    "TALK", "Line", "Server", "by_hour", "by_pair", "expected_by_pair", "town",
]  # fmt: skip
__dir__ = lambda: __all__

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from scalemodel.core import checks
from scalemodel.whatsapp.encryption.groups import Device

PEOPLE = ("anna", "ben", "carla", "david", "ema", "finn", "greta", "hugo")
COUPLES = {("anna", "ben"): 6.0, ("carla", "david"): 6.0}  # talks a day
FRIENDS_RATIO, FRIEND_TALKS = 0.25, 1.0  # of all other pairs; a day
TALK = 8.0  # messages in one, geometric, by turns, a minute from one to the next
PICTURE_RATIO = 0.03  # of all messages
DAY_S, HOUR_S = 86_400, 3_600


@dataclass(frozen=True, slots=True)
class Line:
    """What the server must know of a message, to carry it.

    >>> Line(at_s=60.0, sender="anna", receiver="ben", size_bytes=77).size_bytes
    77
    """

    at_s: float  # since midnight of the first day
    sender: str
    receiver: str
    size_bytes: int

    def __post_init__(self):
        checks.plain(self)
        checks.real("at_s", self.at_s, at_least=0)
        checks.text("sender", self.sender), checks.text("receiver", self.receiver)
        checks.whole("size_bytes", self.size_bytes, at_least=0)


class Server:
    """Carries what it cannot read.

    >>> rng = np.random.default_rng(1)
    >>> anna, ben, server = Device("anna", rng), Device("ben", rng), Server()
    >>> server.carry(60.0, anna, ben, b"tea at five?")
    b'tea at five?'
    >>> server.log
    [Line(at_s=60.0, sender='anna', receiver='ben', size_bytes=68)]
    """

    def __init__(self):
        self.log = []

    def carry(self, at_s: float, sender: Device, receiver: Device, text: bytes) -> bytes:
        """What the receiver reads; the log has a line more."""
        at_s = checks.real("at_s", at_s, at_least=0)
        message = checks.instance("sender", sender, Device).write(receiver, text)
        size_bytes = len(message.header + message.body)
        self.log.append(Line(at_s, sender.name, receiver.name, size_bytes))
        return receiver.read(sender, message)


# ── The town ────────────────────────────────────────────────────────────────
def town(rng: np.random.Generator, days: int = 7) -> tuple[Server, dict[tuple[str, str], float]]:
    """The server after some days, and what it was not told: how often each pair talks a day.

    >>> server, truth = town(np.random.default_rng(1), days=1)
    >>> len(server.log) > 0, truth["anna", "ben"]
    (True, 6.0)
    """
    days = checks.whole("days", days, at_least=1, at_most=60)
    device = {name: Device(name, rng) for name in PEOPLE}
    wakes_h = {name: rng.uniform(5, 10) for name in PEOPLE}  # and sleeps after 16 hours
    truth, sent, server = {}, [], Server()
    for pair in combinations(PEOPLE, 2):
        truth[pair] = COUPLES.get(pair, FRIEND_TALKS * (rng.random() < FRIENDS_RATIO))
        both_h = [wakes_h[one] for one in pair]
        for day in range(days):
            for _ in range(rng.poisson(truth[pair])):
                hour = rng.uniform(max(both_h), min(both_h) + 16)
                sent += _talk(rng, day * DAY_S + hour * HOUR_S, *pair)
    for at_s, sender, receiver, size in sorted(sent):
        server.carry(at_s, device[sender], device[receiver], bytes(size))
    return server, truth


def _talk(rng, at_s, sender, receiver):
    for _ in range(rng.geometric(1 / TALK)):
        picture = rng.random() < PICTURE_RATIO
        size = rng.uniform(60_000, 300_000) if picture else rng.lognormal(3.5, 0.8)
        yield at_s, sender, receiver, int(size) + 1
        at_s, sender, receiver = at_s + rng.exponential(60), receiver, sender


# ── What the log says ───────────────────────────────────────────────────────
@checks.kinds
def by_pair(log: Sequence[Line]) -> dict[tuple[str, str], int]:
    """Messages of each pair, in both directions, the closest first.

    >>> by_pair([Line(60.0, "ben", "anna", 90), Line(7300.0, "anna", "ben", 80_000)])
    {('anna', 'ben'): 2}
    """
    lines = [checks.instance("log", line, Line) for line in log]
    return dict(Counter(tuple(sorted((one.sender, one.receiver))) for one in lines).most_common())


@checks.kinds
def by_hour(log: Sequence[Line]) -> dict[str, list[int]]:
    """Messages that each has sent, in each hour of the day; shape (24,) a person.

    >>> by_hour([Line(7300.0, "anna", "ben", 80_000)])["anna"][:4]
    [0, 0, 1, 0]
    """
    hours = {}
    for line in log:
        row = hours.setdefault(checks.instance("log", line, Line).sender, [0] * 24)
        row[int(line.at_s % DAY_S // HOUR_S)] += 1
    return hours


# ── The closed form ─────────────────────────────────────────────────────────
def expected_by_pair(truth: Mapping, days: int) -> dict[tuple[str, str], float]:
    """Messages of each pair, by the talks a day that the server was not told.

    >>> expected_by_pair({("anna", "ben"): 6.0}, days=7)
    {('anna', 'ben'): 336.0}
    """
    messages = TALK * checks.whole("days", days, at_least=1, at_most=1_000_000)
    rows = checks.instance("truth", truth, Mapping).items()
    most = {"at_least": 0, "at_most": 1e9}
    return {pair: messages * checks.real("truth", talks, **most) for pair, talks in rows}
