"""What becomes of one message when the plug is pulled: lost, shown once, or shown twice.

Two steps, the disk and the tick, one after the other, and a plug that is pulled before both,
between the two, or after both. A sender may send once, or repeat until it has its tick, or repeat
with a key by which the server knows the message again. Each packet is lost with the same chance,
and the plug is pulled once, at the first copy that arrives; what was on the disk then is there.

Nine cases of ten are plain to see, so all are computed by hand below, and played with the
server itself beside it: 1,000 messages take half a second.

Left out: the way to the other phone, where a dedupe by id does the same once more.
Sources: none; each line of the closed form is one of a geometric number of tries.
"""

__all__ = ["FIRST", "MOST_TRIES", "PULLED", "SENDERS", "Fates", "expected_fates", "play"]
__dir__ = lambda: __all__

from typing import NamedTuple

import numpy as np

from scalemodel.core import checks
from scalemodel.whatsapp.delivery.server import Server
from scalemodel.whatsapp.delivery.stores import ForgetfulStore

SENDERS = ("once", "repeats", "repeats, with a key")
PULLED = ("nowhere", "before both", "between the two", "after both")
FIRST = ("disk", "tick")
MOST_TRIES = 1_000


class Fates(NamedTuple):
    """Shares of the messages that somebody wrote, and how often each was sent.

    >>> Fates(0.1, 0.9, 0.0, 1.0).lost_ratio
    0.1
    """

    lost_ratio: float  # never shown
    once_ratio: float
    more_ratio: float  # shown twice or more
    sent: float  # times a message


def _asked(sender, first, pulled, drop):
    for name, value, known in (
        ("sender", sender, SENDERS), ("first", first, FIRST), ("pulled", pulled, PULLED),
    ):  # fmt: skip
        if not isinstance(value, str) or value not in known:
            raise ValueError(f"{name}={checks.brief(value)} must be one of {', '.join(known)}")
    return checks.real("drop", drop, at_least=0, at_most=0.9)


def expected_fates(sender: str, first: str, pulled: str, drop: float) -> Fates:
    """The shares by hand.

    >>> expected_fates("repeats", "disk", "between the two", drop=0.1).more_ratio
    1.0
    """
    p = _asked(sender, first, pulled, drop)
    q = 1 - p
    kept = pulled in ("nowhere", "after both") or (pulled, first) == (PULLED[2], "disk")
    told = pulled in ("nowhere", "after both") or (pulled, first) == (PULLED[2], "tick")
    if sender == "once":
        return Fates(1 - q * kept, q * kept, 0.0, 1.0)
    ends = q if told else 0.0  # the first copy that arrives also ends it
    lost = 0.0 if kept else ends
    sent = 1 / q + (1 - ends) / q**2
    if sender == SENDERS[2]:
        return Fates(lost, 1 - lost, 0.0, sent)
    once = ends if kept else (1 - ends) * q  # kept now and never again, or later and once
    return Fates(lost, once, 1 - lost - once, sent)


def play(
    sender: str, first: str, pulled: str, drop: float, messages: int, rng: np.random.Generator
) -> Fates:
    """The shares as the server leaves them, over so many messages, a server for each.

    >>> play("once", "disk", "nowhere", 0.0, 3, np.random.default_rng(1))
    Fates(lost_ratio=0.0, once_ratio=1.0, more_ratio=0.0, sent=1.0)
    """
    drop = _asked(sender, first, pulled, drop)
    messages = checks.whole("messages", messages, at_least=1, at_most=10_000)
    checks.instance("rng", rng, np.random.Generator)
    rows = [_one(sender, first, pulled, drop, rng) for _ in range(messages)]
    shown = np.array([shown for shown, _ in rows])
    shares = [float(np.mean(mask)) for mask in (shown == 0, shown == 1, shown > 1)]
    return Fates(*shares, float(np.mean([sent for _, sent in rows])))


def _one(sender, first, pulled, drop, rng):
    """How often one message is shown, and was sent."""
    store = ForgetfulStore()
    write = "through" if first == "disk" else "behind"
    remember_s = 1e6 if sender == SENDERS[2] else 0.0
    start = lambda: Server(store, lambda: 0.0, write=write, remember_s=remember_s)
    server, is_pulled = start(), pulled == "nowhere"
    ana, bo = server.join("ana"), server.join("bo")
    heard, sent = False, 0
    while not heard and sent < (1 if sender == "once" else MOST_TRIES):
        sent += 1
        dies, told = not is_pulled, False
        if rng.random() < drop:
            continue
        server.send(ana, 1, "bo", "tea")
        if first == "tick" and not (dies and pulled == "before both"):
            told = bool(server.take())
        if not dies or pulled == "after both" or (pulled == PULLED[2] and first == "disk"):
            server.commit()
            told |= bool(server.take()) and not (dies and pulled == PULLED[2])
        if dies:
            server, is_pulled = start(), True
        if sender != SENDERS[2]:
            server.commit()  # what the keys are without: a server that has forgotten them
        heard = told and rng.random() >= drop
    last = start()
    last.hello(bo, 0)
    return sum(packet[0] == "push" for who, packet in last.take() if who == bo), sent
