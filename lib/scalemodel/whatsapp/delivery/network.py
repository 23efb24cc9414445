"""A network that drops, doubles, reorders, delays and cuts off, in a time of its own.

Think of postcards in a mountain village: most arrive tomorrow, some never, some twice, and in
winter the road is shut. Nothing here waits for a real clock: `put` lays a card in the bag with
the moment at which it will arrive, `due` takes out what has arrived by now.

A packet costs some microseconds.

Left out: bandwidth, and a connection that notices by itself that it is gone.
Sources: the usual faults of a datagram network; the closed form is of stop-and-wait (Bertsekas
and Gallager, "Data Networks", 2.4).
"""

__all__ = ["MOST_DROP", "MOST_S", "SLOWER", "Network", "expected_transmissions", "transmissions"]
__dir__ = lambda: __all__

import heapq
from collections.abc import Sequence
from itertools import count

import numpy as np

from scalemodel.core import checks

SLOWER = 10  # how many times as long a packet takes that is overtaken
MOST_S = 1e9
MOST_DROP = 0.9  # where something is counted: a hundred tries a message


class Network:
    """Ratios of packets that are dropped, doubled and overtaken; the mean `delay` in seconds.

    `partition` has `(from_s, until_s, user)`: the times at which somebody is cut off.

    >>> network = Network(0.0, 0.0, 0.0, 0.1, [(5.0, 9.0, "bo")], np.random.default_rng(1))
    >>> network.put(0.0, "bo", "hello"); network.put(6.0, "bo", "where are you")
    >>> network.due(10.0)
    [('bo', 'hello')]
    >>> network.calm(); network.put(6.0, "bo", "hello?"), network.is_cut(6.0, user="bo")
    (None, False)
    """

    def __init__(
        self, drop: float, duplicate: float, reorder: float, delay: float,
        partition: Sequence[tuple[float, float, str]], rng: np.random.Generator,
    ):  # fmt: skip
        ratios = {"drop": drop, "duplicate": duplicate, "reorder": reorder}
        self._drop, self._duplicate, self._reorder = (
            checks.real(name, value, at_least=0, at_most=1) for name, value in ratios.items()
        )
        self._delay_s = checks.real("delay", delay, at_least=0, at_most=MOST_S)
        if not isinstance(partition, list | tuple) or not all(
            isinstance(cut, tuple) and len(cut) == 3 for cut in partition
        ):
            allowed = "a row of (from_s, until_s, user)"
            raise ValueError(f"partition={checks.brief(partition)} must be {allowed}")
        for from_s, until_s, user in partition:
            checks.real("partition", until_s, at_least=checks.real("partition", from_s))
            checks.text("partition", user)
        self._cuts, self._rng = tuple(partition), checks.instance("rng", rng, np.random.Generator)
        self._bag, self._serial, self.carried = [], count(), 0

    def put(self, now_s: float, user: str, packet: object) -> None:
        """Send a packet on the line of `user`, either way."""
        now_s = checks.real("now_s", now_s, at_least=0, at_most=MOST_S)
        is_cut = self.is_cut(now_s, user)
        self.carried += 1
        if is_cut or self._rng.random() < self._drop:
            return
        for _ in range(1 + (self._rng.random() < self._duplicate)):
            slower = SLOWER if self._rng.random() < self._reorder else 1
            at_s = now_s + self._delay_s * slower * (0.5 + self._rng.random())
            heapq.heappush(self._bag, (at_s, next(self._serial), user, packet))

    def is_cut(self, now_s: float, user: str) -> bool:
        """Whether the line of `user` is cut at this moment."""
        checks.real("now_s", now_s), checks.text("user", user)
        return any(from_s <= now_s < until_s and one == user for from_s, until_s, one in self._cuts)

    def due(self, now_s: float) -> list[tuple]:
        """`(user, packet)` of what has arrived by now, in order."""
        now_s, arrived = checks.real("now_s", now_s), []
        while self._bag and self._bag[0][0] <= now_s:
            at_s, _, user, packet = heapq.heappop(self._bag)
            if not self.is_cut(at_s, user):
                arrived.append((user, packet))
        return arrived

    def calm(self) -> None:
        """From now on nothing is dropped, doubled or cut."""
        self._drop = self._duplicate = self._reorder = 0.0
        self._cuts = ()


# ── The closed form ─────────────────────────────────────────────────────────
def expected_transmissions(drop: float) -> float:
    """How often a message is sent on the mean until its sender has heard of it: 1/(1 − p)².

    A try is over where both the message and its acknowledgement come through.

    >>> round(expected_transmissions(0.1), 3)
    1.235
    """
    return 1 / (1 - checks.real("drop", drop, at_least=0, at_most=0.999)) ** 2


def transmissions(drop: float, messages: int, rng: np.random.Generator) -> float:
    """The same, counted over so many messages: a sender repeats until the acknowledgement comes.

    >>> transmissions(0.0, 5, np.random.default_rng(1))
    1.0
    """
    checks.real("drop", drop, at_least=0, at_most=MOST_DROP)
    messages = checks.whole("messages", messages, at_least=1, at_most=10_000)
    there, back = (Network(drop, 0.0, 0.0, 0.0, (), rng) for _ in "ab")
    acked = 0
    while acked < messages:
        there.put(0.0, "ana", "message")
        for user, _ in there.due(0.0):
            back.put(0.0, user, "ack")
        acked += len(back.due(0.0))
    return there.carried / messages
