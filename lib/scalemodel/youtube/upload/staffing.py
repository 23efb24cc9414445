"""How many workers all uploads need, by formulas.

Five hundred hours a minute are thirty thousand videos that come in at any moment, each as fast
as it plays. With a worker for each there is no end to the wait; with one in a hundred more, nine
tasks of ten begin at once. A small shop would need twice as many as it has work for.

Chance makes as many more tasks as the square root of their usual number, so that is how many
workers one must have beside them. A search asks Erlang's recursion some fifteen times, 2 ms each
at thirty thousand.

Left out: tasks that differ more than exponential ones do; `capacity` runs those.
Sources: Erlang, 1917, by `parts.queues`; Halfin and Whitt, Operations Research 1981.
"""

__all__ = ["erlangs", "halfin_whitt", "square_root_workers", "workers_for"]
__dir__ = lambda: __all__

import math

from scipy.optimize import brentq
from scipy.special import log_ndtr

from scalemodel.core import checks
from scalemodel.parts.queues import MOST_SERVERS, erlang_c


def erlangs(hours_per_min: float, work_ratio: float = 1.0) -> float:
    """How many workers are busy on average, where a second of video is so many of theirs.

    >>> erlangs(500)
    30000.0
    """
    hours = checks.real("hours_per_min", hours_per_min, at_least=0, at_most=1e9)
    return hours * 60 * checks.real("work_ratio", work_ratio, at_least=0, at_most=1e6)


def halfin_whitt(beta: float) -> float:
    """The share of tasks that wait where β · √load workers stand beside the load; for large loads.

    >>> round(halfin_whitt(1.7320508), 5)
    0.0509
    """
    beta = checks.real("beta", beta, above=0, at_most=30)
    log_density = -(beta**2) / 2 - math.log(2 * math.pi) / 2
    return float(1 / (1 + beta * math.exp(log_ndtr(beta) - log_density)))


def square_root_workers(load: float, waits_ratio: float) -> int:
    """The workers by which no more than that share of tasks waits, as Halfin and Whitt have it.

    >>> square_root_workers(30_000.0, waits_ratio=0.05)
    30302
    """
    load = checks.real("load", load, above=0, at_most=MOST_SERVERS / 2)
    waits_ratio = checks.real("waits_ratio", waits_ratio, at_least=1e-12, at_most=0.99)
    beta = brentq(lambda beta: math.log(halfin_whitt(beta) / waits_ratio), 1e-9, 30)
    return math.ceil(load + beta * math.sqrt(load))


def workers_for(
    load: float, waits_ratio: float, wait_s: float = 0.0, service_s: float = 1.0
) -> int:
    """The fewest workers by which at most that share of tasks waits longer than `wait_s`.

    Of those who wait, a share e^(−(workers − load) · wait ÷ service) waits longer (Erlang C).

    >>> workers_for(3.0, waits_ratio=0.05), workers_for(3.0, 0.05, wait_s=1.0)
    (7, 5)
    """
    load = checks.real("load", load, above=0, at_most=MOST_SERVERS / 2)
    waits_ratio = checks.real("waits_ratio", waits_ratio, at_least=1e-12, at_most=0.99)
    wait_s = checks.real("wait_s", wait_s, at_least=0, at_most=1e12)
    service_s = checks.real("service_s", service_s, above=0, at_most=1e9)

    def enough(workers):
        late = math.exp(-(workers - load) * wait_s / service_s)
        return erlang_c(workers, load) * late <= waits_ratio

    low, high = math.floor(load), math.floor(load) + 1
    while not enough(high):
        low, high = high, high + 2 * (high - low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
