"""Everybody comes back at once: a gateway restarts, and all its clients knock.

The gateway lets in so many in each tenth of a second and turns the rest away. Who is
turned away doubles the pause before the next try. If all pause equally long they come
back together, in waves (a thundering herd); if each draws the pause at random (jitter), they
come spread out. How long the waves go on is up to the longest pause.

Left out: the time that a try takes, clients who give up.
Sources: Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
"""

__all__ = ["MOST_TRIES", "SLOT_S", "Storm", "expected_end_s", "expected_tries", "storm"]
__dir__ = lambda: __all__

import heapq
import math
from typing import NamedTuple

import numpy as np

from scalemodel.core import checks
from scalemodel.twitter.live.client import backoff_s, pauses_s

SLOT_S = 0.1
MOST_TRIES = 1_000_000


class Storm(NamedTuple):
    """When there was a try and whether it was let in, both of shape (tries,).

    >>> Storm(np.array([0.0]), np.array([True])).accepted.all()
    np.True_
    """

    time_s: np.ndarray
    accepted: np.ndarray


def storm(
    clients: int,
    accepts_per_s: float,
    jitter: bool,
    rng: np.random.Generator,
    base_s: float = 0.5,
    most_s: float = 30.0,
) -> Storm:
    """All tries of `clients` who are cut off at time 0, in order.

    Each slot lets in what `accepts_per_s` makes of its tenth of a second, whole clients; what
    is left of one counts for the next slot.

    >>> from scalemodel.core.rng import stream
    >>> calm, waves = (storm(100, 50, jitter, stream(1, "storm")) for jitter in (True, False))
    >>> len(calm.time_s) < len(waves.time_s)
    True
    """
    clients = checks.whole("clients", clients, at_least=1, at_most=MOST_TRIES)
    a_slot = SLOT_S * checks.real("accepts_per_s", accepts_per_s, at_least=1 / SLOT_S, at_most=1e9)
    checks.instance("jitter", jitter, bool)
    checks.instance("rng", rng, np.random.Generator)
    base_s, most_s = pauses_s(base_s, most_s)
    tries = expected_tries(clients, accepts_per_s, jitter, base_s, most_s)
    if tries > MOST_TRIES:
        raise ValueError(
            f"{clients=!r} must be fewer, or {accepts_per_s=!r} or {most_s=!r} larger: "
            f"that is about {tries:,.0f} tries, and {MOST_TRIES:,} are allowed"
        )
    agenda = [(0.0, client, 0) for client in range(clients)]
    let_in, tried = {}, []
    while agenda:
        now_s, client, attempt = heapq.heappop(agenda)
        slot = int(now_s / SLOT_S + 1e-9)
        room = int((slot + 1) * a_slot + 1e-9) - int(slot * a_slot + 1e-9)
        accepted = let_in.get(slot, 0) < room
        tried.append((now_s, accepted))
        if accepted:
            let_in[slot] = let_in.get(slot, 0) + 1
            continue
        pause_s = backoff_s(attempt, rng, base_s, most_s)
        if not jitter:
            pause_s = min(most_s, base_s * 2.0 ** min(attempt, 60))
        heapq.heappush(agenda, (now_s + pause_s, client, attempt + 1))
    return Storm(np.array([time_s for time_s, _ in tried]), np.array([let for _, let in tried]))


# ── The closed form ─────────────────────────────────────────────────────────
def expected_tries(
    clients: int, accepts_per_s: float, jitter: bool, base_s: float = 0.5, most_s: float = 30.0
) -> float:
    """How many tries a storm takes.

    All alike: each wave is a slotful smaller than the one before, exact where a slot takes
    whole clients. At random: some tries until the pause has grown to `most_s`, and then, for as
    long as the gateway needs to let all in, two pauses in each `most_s` for half of the
    clients; for storms that outlast `most_s`.

    >>> expected_tries(1_000, 100.0, jitter=False)
    50500.0
    >>> expected_tries(1_000, 100.0, jitter=True, most_s=4.0)
    5500.0
    """
    clients = checks.whole("clients", clients, at_least=1, at_most=MOST_TRIES)
    rate = checks.real("accepts_per_s", accepts_per_s, at_least=1 / SLOT_S, at_most=1e9)
    checks.instance("jitter", jitter, bool)
    base_s, most_s = pauses_s(base_s, most_s)
    if jitter:
        return clients * (math.log2(most_s / base_s) + clients / rate / most_s)
    return clients * (clients / (rate * SLOT_S) + 1) / 2


def expected_end_s(
    clients: int, accepts_per_s: float, base_s: float = 0.5, most_s: float = 30.0
) -> float:
    """When the last of `clients` is let in if all pause alike and a slot takes whole clients.

    A wave for each slotful, and a pause between one wave and the next: base, twice that, and
    so on up to `most_s`.

    >>> expected_end_s(200, 500.0), expected_end_s(1_000, 500.0, most_s=2.0)
    (3.5, 35.5)
    """
    clients = checks.whole("clients", clients, at_least=1, at_most=MOST_TRIES)
    rate = checks.real("accepts_per_s", accepts_per_s, at_least=1 / SLOT_S, at_most=1e9)
    base_s, most_s = pauses_s(base_s, most_s)
    waves = math.ceil(clients / (rate * SLOT_S))
    return sum(min(most_s, base_s * 2.0 ** min(wave, 60)) for wave in range(waves - 1))
