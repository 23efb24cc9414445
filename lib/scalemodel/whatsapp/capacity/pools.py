"""One line for all clerks or one for each, and which door a phone is sent to.

Ten clerks with a line of their own: somebody waits in one while next door a clerk yawns. A pool
of connections to a database is one line for all, and nobody yawns while one waits.

A phone keeps its connection for hours, so where it is sent is where it stays. Sent by the throw
of a die, the fullest server has some more than the mean; to the emptier of two drawn, hardly any.

Left out: phones that leave, servers of different size, news of the load that is late.
Sources: `parts.queues`, under Erlang C; Mitzenmacher, "The Power of Two Choices in Randomized
Load Balancing", IEEE TPDS, 2001.
"""

__all__ = [
    "at_random", "balance", "emptier_of_two", "expected_fullest", "in_turn", "pooled_wait_s",
    "split_wait_s",
]  # fmt: skip
__dir__ = lambda: __all__

import math
from collections.abc import Callable

import numpy as np

from scalemodel.core import checks
from scalemodel.parts import queues


# ── One line or many ────────────────────────────────────────────────────────
@checks.kinds
def pooled_wait_s(connections: int, jobs_per_s: float, job_s: float) -> float:
    """Mean wait for one of so many connections that all jobs share: M/M/c.

    >>> round(pooled_wait_s(10, jobs_per_s=800, job_s=0.01) * 1000, 2)
    2.05
    """
    checks.whole("connections", connections, at_least=1, at_most=queues.MOST_SERVERS)
    checks.real("job_s", job_s, at_least=1e-9, at_most=1e6)
    checks.real("jobs_per_s", jobs_per_s, at_least=1e-9, at_most=connections / job_s)
    waits_ratio = queues.erlang_c(connections, jobs_per_s * job_s)
    return waits_ratio / (connections / job_s - jobs_per_s)


@checks.kinds
def split_wait_s(connections: int, jobs_per_s: float, job_s: float) -> float:
    """The same if each connection has its own line, and its own share of the jobs: M/M/1.

    >>> round(split_wait_s(10, jobs_per_s=800, job_s=0.01) * 1000, 2)
    40.0
    """
    checks.whole("connections", connections, at_least=1, at_most=queues.MOST_SERVERS)
    return pooled_wait_s(1, jobs_per_s / connections, job_s)


# ── Which door ──────────────────────────────────────────────────────────────
@checks.kinds
def at_random(held: np.ndarray, phone: int, rng: np.random.Generator) -> int:
    """Any server, where `held` has the phones of each.

    >>> at_random(np.zeros(4), 0, np.random.default_rng(1))
    1
    """
    return int(rng.integers(_servers(held)))


@checks.kinds
def emptier_of_two(held: np.ndarray, phone: int, rng: np.random.Generator) -> int:
    """The server with fewer phones of two that are drawn.

    >>> emptier_of_two(np.array([9, 0, 9, 9]), 0, np.random.default_rng(1))
    1
    """
    one, two = rng.integers(_servers(held), size=2)
    return int(one if held[one] <= held[two] else two)


@checks.kinds
def in_turn(held: np.ndarray, phone: int, rng: np.random.Generator) -> int:
    """The next server, round and round.

    >>> in_turn(np.zeros(4), 6, np.random.default_rng(1))
    2
    """
    return checks.whole("phone", phone, at_least=0) % _servers(held)


def _servers(held):
    return checks.whole("len(held)", len(held), at_least=1)


@checks.kinds
def balance(policy: Callable, servers: int, phones: int, rng: np.random.Generator) -> np.ndarray:
    """How many phones each server holds when all have come; shape (servers,).

    >>> balance(in_turn, 3, 7, np.random.default_rng(1)).tolist()
    [3, 2, 2]
    """
    checks.takes("policy", policy, "held", "phone", "rng")
    checks.whole("servers", servers, at_least=1, at_most=100_000)
    checks.whole("phones", phones, at_least=0, at_most=1_000_000)
    held = np.zeros(servers, np.int64)
    seen, most = checks.read_only(held), servers - 1
    for phone in range(phones):
        chosen = policy(seen, phone, rng)
        held[checks.whole("policy(...)", chosen, at_least=0, at_most=most)] += 1
    return held


def expected_fullest(servers: int, phones: float) -> float:
    """Phones of the fullest server if each is sent at random, for many: m + √(2 m ln n).

    >>> round(expected_fullest(150, 150e6))
    1003166
    """
    checks.whole("servers", servers, at_least=1, at_most=10**9)
    mean = checks.real("phones", phones, at_least=0, at_most=1e15) / servers
    return mean + math.sqrt(2 * mean * math.log(servers))
