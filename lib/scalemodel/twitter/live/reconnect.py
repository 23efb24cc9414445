"""Everybody comes back at once: a gateway restarts, and all its clients knock.

The gateway lets in so many in each tenth of a second and turns the rest away. Who is
turned away doubles the pause before the next try. If all pause equally long they come
back together, in waves; if each draws the pause by lot, they come spread out.

Left out: the time that a try takes, clients who give up.
Sources: Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
"""

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
    _bounded(clients, a_slot, jitter, base_s, most_s)
    agenda = [(0.0, client, 0) for client in range(clients)]
    let_in, tries = {}, []
    while agenda:
        now_s, client, attempt = heapq.heappop(agenda)
        slot = int(now_s / SLOT_S + 1e-9)
        room = int((slot + 1) * a_slot + 1e-9) - int(slot * a_slot + 1e-9)
        accepted = let_in.get(slot, 0) < room
        tries.append((now_s, accepted))
        if accepted:
            let_in[slot] = let_in.get(slot, 0) + 1
            continue
        pause_s = backoff_s(attempt, rng, base_s, most_s)
        if not jitter:
            pause_s = min(most_s, base_s * 2.0 ** min(attempt, 60))
        heapq.heappush(agenda, (now_s + pause_s, client, attempt + 1))
    time_s, accepted = zip(*tries, strict=True)
    return Storm(np.array(time_s), np.array(accepted))


def _bounded(clients, a_slot, jitter, base_s, most_s):
    """Refuse what would take minutes: alike, a wave a slotful; by lot, half of `most_s` a try."""
    lasts_s = clients / a_slot * SLOT_S
    waits = 2 * lasts_s / most_s if jitter else clients / a_slot / 2
    tries = clients * (math.log2(most_s / base_s) + 2 + waits)
    if tries > MOST_TRIES:
        raise ValueError(
            f"clients={clients!r} must be fewer, or accepts_per_s={a_slot / SLOT_S:g} or "
            f"most_s={most_s!r} larger: that is about {tries:,.0f} tries, and {MOST_TRIES:,} are "
            "allowed"
        )
