"""Trying again: how long to pause before the next try, and whether there may be one.

Who is turned away at a door and knocks again at once makes the crowd larger. Three manners
help. Wait twice as long each time (exponential back-off). Roll a die for how long, lest
those who were turned away together come back together (jitter). And carry a purse of tokens
that only first tries fill: when all tries fail, few tries again are paid for (budget).

A rule of pauses is a `pause` and a `memory`, as in any compiled engine of the book: hand
`rule.pause.native` to a loop, or ask `pause_s` by hand. A budget is an array with named
places, which `earn` and `may_retry` change. Each costs nanoseconds and at most 24 bytes.

Left out: budgets that refill with the clock, and such as count the requests under way.
Sources: Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015; Google, "Site
Reliability Engineering", 2016, on overload.
"""

__all__ = [
    "AT_ONCE", "DUST", "EARNS", "MOST", "PAUSE", "TOKENS", "Backoff", "BudgetConfig",
    "Decorrelated", "Exponential", "FullJitter", "RetryBudget", "attempts_per_request",
    "attempts_through_layers", "earn", "may_retry", "pause_s",
]  # fmt: skip
__dir__ = lambda: __all__

from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks
from scalemodel.core.compiled import READ_FLOATS, compiled

# number of the retry (0 first), last pause_s, luck in 0 to 1, (base_s, most_s) -> pause_s
PAUSE = f"float64(int64, float64, float64, {READ_FLOATS})"
TOKENS, EARNS, MOST = 0, 1, 2  # places in a budget
DUST = 1e-9  # ten tenths of a token are one


# ── Pauses ──────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class _Pause:
    base_s: float = 0.1
    most_s: float = 5.0

    def __post_init__(self):
        checks.plain(self)
        checks.real("base_s", self.base_s, at_least=0, at_most=1e6)
        checks.real("most_s", self.most_s, at_least=self.base_s, at_most=1e6)

    def memory(self):
        return np.array([self.base_s, self.most_s])


class Exponential(_Pause):
    """`base_s`, twice that, and so on up to `most_s`; with both alike, always the same pause.

    >>> [pause_s(Exponential(), again, 0.0, np.random.default_rng(1)) for again in (0, 1, 9)]
    [0.1, 0.2, 5.0]
    """

    __slots__ = ()

    @staticmethod
    @compiled(PAUSE)
    def pause(again, last_s, luck, memory):
        return min(memory[1], memory[0] * 2.0 ** min(again, 60))


class FullJitter(_Pause):
    """Anything from nothing to what `Exponential` says.

    >>> 0 < pause_s(FullJitter(), 0, 0.0, np.random.default_rng(1)) < 0.1
    True
    """

    __slots__ = ()

    @staticmethod
    @compiled(PAUSE)
    def pause(again, last_s, luck, memory):
        return luck * min(memory[1], memory[0] * 2.0 ** min(again, 60))


class Decorrelated(_Pause):
    """Anything from `base_s` to three times the last pause, and at most `most_s`.

    >>> 0.1 < pause_s(Decorrelated(), 5, 0.2, np.random.default_rng(1)) < 0.6
    True
    """

    __slots__ = ()

    @staticmethod
    @compiled(PAUSE)
    def pause(again, last_s, luck, memory):
        base_s = memory[0]
        return min(memory[1], base_s + luck * (3.0 * max(last_s, base_s) - base_s))


Backoff = Exponential | FullJitter | Decorrelated
AT_ONCE = Exponential(base_s=0.0, most_s=0.0)


@checks.kinds
def pause_s(backoff: Backoff, again: int, last_s: float, rng: np.random.Generator) -> float:
    """The pause before retry number `again` (0 first), the one before it having been `last_s`.

    >>> pause_s(Exponential(base_s=1.0), 2, 2.0, np.random.default_rng(1))
    4.0
    """
    again = checks.whole("again", again, at_least=0, at_most=2**62)
    last_s = checks.real("last_s", last_s, at_least=0, at_most=1e9)
    return float(backoff.pause(again, last_s, rng.uniform(), backoff.memory()))


# ── Budgets ─────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetConfig:
    """Each first try earns a share of a token, up to `most_tokens`; a retry costs one.

    >>> BudgetConfig(earns_ratio=0.2).memory().tolist()
    [10.0, 0.2, 10.0]
    """

    earns_ratio: float = 0.1
    most_tokens: int = 10  # the purse begins full

    def __post_init__(self):
        checks.plain(self)
        checks.real("earns_ratio", self.earns_ratio, at_least=0, at_most=1)
        checks.whole("most_tokens", self.most_tokens, at_least=1, at_most=1_000_000)

    def memory(self) -> np.ndarray:
        """[tokens, earned by a first try, most]."""
        return np.array([self.most_tokens, self.earns_ratio, self.most_tokens], float)


class RetryBudget:
    """A budget at work.

    >>> budget = RetryBudget(BudgetConfig(earns_ratio=0.5, most_tokens=1))
    >>> budget.may_retry(), budget.may_retry()
    (True, False)
    >>> budget.earn(); budget.tokens
    0.5
    """

    def __init__(self, config: BudgetConfig):
        self.memory = checks.instance("config", config, BudgetConfig).memory()

    @property
    def tokens(self) -> float:
        """What is in the purse."""
        return float(self.memory[TOKENS])

    def earn(self) -> None:
        """Note a first try."""
        earn(self.memory)

    def may_retry(self) -> bool:
        """Whether a retry is paid for; if so the token is gone."""
        return may_retry(self.memory)


@compiled("void(float64[::1])")
def earn(budget):
    """Note a first try in the purse.

    >>> purse = [0.0, 0.25, 10.0]
    >>> earn(purse); purse[TOKENS]
    0.25
    """
    budget[TOKENS] = min(budget[MOST], budget[TOKENS] + budget[EARNS])


@compiled("boolean(float64[::1])")
def may_retry(budget):
    """Whether a retry is paid for; if so the token is gone.

    >>> may_retry([1.0, 0.1, 10.0]), may_retry([0.9, 0.1, 10.0])
    (True, False)
    """
    if budget[TOKENS] < 1 - DUST:
        return False
    budget[TOKENS] -= 1
    return True


# ── The closed forms ────────────────────────────────────────────────────────
def attempts_per_request(failure_ratio: float, retries: int) -> float:
    """Tries of a request if each fails with `failure_ratio`: (1 − f^(r+1)) / (1 − f).

    >>> attempts_per_request(0.5, retries=3), attempts_per_request(1.0, retries=3)
    (1.875, 4.0)
    """
    fails = checks.real("failure_ratio", failure_ratio, at_least=0, at_most=1)
    retries = checks.whole("retries", retries, at_least=0, at_most=1_000)
    return float(sum(fails**again for again in range(1 + retries)))


def attempts_through_layers(retries: int, layers: int) -> int:
    """Calls at the bottom for one at the top if every layer retries and all fail: (r + 1)^L.

    >>> attempts_through_layers(retries=2, layers=5)
    243
    """
    tries = 1 + checks.whole("retries", retries, at_least=0, at_most=1_000)
    return tries ** checks.whole("layers", layers, at_least=0, at_most=100)
