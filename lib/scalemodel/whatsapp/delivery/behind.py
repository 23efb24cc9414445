"""Written behind: what is delivered before the disk is reached is never written.

Think of a clerk who enters the letters once a minute. Those that were fetched meanwhile need no
entry, and those that lie on the desk when the lamp goes out are lost. A message is fetched after a
time that is exponential, and the clerk comes at whole multiples of the period, at any phase of it:

    never written = 1 − (m/T)·(1 − e^(−T/m))        on the desk, on the mean = rate · m · that

with the mean m and the period T. A thousand messages take 30 ms with the server itself.

Left out: that who has read one message has the phone in hand for the next.
Sources: both by integrating e^(−t/m) over the phase; the second is Little's law.
"""

__all__ = ["LEAST_S", "MOST_S", "Behind", "expected_behind", "play_behind"]
__dir__ = lambda: __all__

import heapq
from typing import NamedTuple

import numpy as np

from scalemodel.core import checks
from scalemodel.whatsapp.delivery.server import Server
from scalemodel.whatsapp.delivery.stores import ForgetfulStore

MOST_S = 1e6
LEAST_S = 1e-3  # where it is played


class Behind(NamedTuple):
    """What writing later spares, and what it risks.

    >>> Behind(0.5, 100.0).at_risk
    100.0
    """

    never_written_ratio: float
    at_risk: float  # messages with a tick that a crash would lose, on the mean


def expected_behind(period_s: float, mean_s: float, rate_per_s: float) -> Behind:
    """By the formula; `mean_s` is until a message is fetched.

    >>> round(expected_behind(60.0, 60.0, rate_per_s=1000.0).never_written_ratio, 3)
    0.368
    """
    period_s = checks.real("period_s", period_s, above=0, at_most=MOST_S)
    mean_s = checks.real("mean_s", mean_s, above=0, at_most=MOST_S)
    rate_per_s = checks.real("rate_per_s", rate_per_s, at_least=0, at_most=1e9)
    x = period_s / mean_s
    ratio = 1 + np.expm1(-x) / x if x > 1e-5 else x / 2
    return Behind(float(ratio), float(rate_per_s * mean_s * ratio))


def play_behind(
    period_s: float, mean_s: float, rate_per_s: float, messages: int, rng: np.random.Generator
) -> Behind:
    """The same with the server, over so many messages that come at a steady rate.

    >>> play_behind(1e-3, 60.0, 10.0, 20, np.random.default_rng(1)).never_written_ratio
    0.0
    """
    period_s = checks.real("period_s", period_s, at_least=LEAST_S, at_most=MOST_S)
    mean_s = checks.real("mean_s", mean_s, at_least=LEAST_S, at_most=MOST_S)
    rate_per_s = checks.real("rate_per_s", rate_per_s, at_least=LEAST_S, at_most=1 / LEAST_S)
    messages = checks.whole("messages", messages, at_least=1, at_most=20_000)
    checks.instance("rng", rng, np.random.Generator)
    now, events, ids = [0.0], [], {}
    server = Server(ForgetfulStore(), lambda: now[0], write="behind", remember_s=0.0)
    ana, bos = server.join("ana"), [server.join(f"bo{n}") for n in range(messages)]
    server.hello(ana, 0)
    for n, bo in enumerate(bos):
        server.hello(bo, 0)
        at_s = (n + rng.random()) / rate_per_s
        events += [(at_s, 0, n), (at_s + rng.exponential(mean_s), 1, n)]
    heapq.heapify(events)
    phase_s, waiting, area = period_s * rng.random(), 0, 0.0
    while events:
        at_s, is_fetched, n = heapq.heappop(events)
        while phase_s <= at_s:
            area, now[0] = area + waiting * (phase_s - now[0]), phase_s
            while server.commit():
                pass
            phase_s, waiting = phase_s + period_s, 0
            phase_s += max(0, int((at_s - phase_s) / period_s)) * period_s  # nothing to write
        area, now[0] = area + waiting * (at_s - now[0]), at_s
        if is_fetched:
            server.got(bos[n], ids[n])
            server.got(ana, server._next - 1)  # the receipt, at once
        else:
            server.send(ana, n + 1, f"bo{n}", "tea")
            ids[n] = next(packet[1] for who, packet in server.take() if packet[3] == "text")
        waiting = server.at_risk
    absorbed = server.counts["absorbed"] - server.counts["delivered"]  # of which all receipts
    return Behind(absorbed / messages, area * rate_per_s / messages)
