"""Pauses and budgets: by hand, bounds for every luck, closed forms, bad input."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.core.rng import stream
from scalemodel.core.stats import agrees
from scalemodel.parts.resilience.retry import (
    AT_ONCE,
    BudgetConfig,
    Decorrelated,
    Exponential,
    FullJitter,
    RetryBudget,
    attempts_per_request,
    attempts_through_layers,
    pause_s,
)

RULES = (Exponential, FullJitter, Decorrelated)
AGAIN = st.integers(0, 2_000)
LUCK = st.floats(0, 1)


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_pause_doubles_and_then_stays():
    rule, rng = Exponential(base_s=0.5, most_s=3.0), stream(1, "pauses")
    pauses = [pause_s(rule, again, 0.0, rng) for again in range(5)]
    assert pauses == [0.5, 1.0, 2.0, 3.0, 3.0]
    assert pause_s(AT_ONCE, 7, 1.0, rng) == 0.0


def test_a_pause_doubles_sixty_times_at_most():
    for again, doublings in ((59, 59), (60, 60), (61, 60), (10**6, 60)):
        longest = Exponential(base_s=1e-15, most_s=1e6)
        assert pause_s(longest, again, 0.0, stream(1, "luck")) == 1e-15 * 2.0**doublings
        shaken = FullJitter(base_s=1e-15, most_s=1e6)
        luck = stream(1, "luck").random()
        assert pause_s(shaken, again, 0.0, stream(1, "luck")) == luck * (1e-15 * 2.0**doublings)


def test_the_luck_of_a_half_by_hand():
    half = np.array([1.0, 8.0])
    assert FullJitter.pause(2, 5.0, 0.5, half) == 2.0
    assert Decorrelated.pause(0, 0.0, 0.5, half) == 1 + 0.5 * (3 - 1)
    assert Decorrelated.pause(9, 2.0, 0.5, half) == 1 + 0.5 * (6 - 1)
    assert Decorrelated.pause(9, 8.0, 0.5, half) == 8.0


def test_a_purse_by_hand():
    budget = RetryBudget(BudgetConfig(earns_ratio=0.5, most_tokens=2))
    assert budget.tokens == 2.0
    budget.earn()
    assert budget.tokens == 2.0, "it was full"
    assert [budget.may_retry() for _ in range(3)] == [True, True, False]
    budget.earn()
    assert (budget.may_retry(), budget.tokens) == (False, 0.5)
    budget.earn()
    assert (budget.may_retry(), budget.tokens) == (True, 0.0)


def test_ten_tenths_of_a_token_are_one():
    budget = RetryBudget(BudgetConfig(earns_ratio=0.1, most_tokens=1))
    assert budget.may_retry()
    for _ in range(10):
        assert not budget.may_retry()
        budget.earn()
    assert budget.tokens < 1 and budget.may_retry()


# ── Laws ────────────────────────────────────────────────────────────────────
@given(again=AGAIN, last_s=st.floats(0, 9), luck=LUCK, rule=st.sampled_from(RULES))
def test_a_pause_is_never_above_the_most(again, last_s, luck, rule):
    memory = rule(base_s=0.1, most_s=9.0).memory()
    assert memory.tolist() == [0.1, 9.0]
    pause = rule.pause(again, last_s, luck, memory)
    assert 0 <= pause <= 9.0
    if rule is Decorrelated:
        assert pause >= 0.1 * (1 - 1e-12)
    if rule is FullJitter:
        assert pause == luck * Exponential.pause(again, last_s, luck, memory)


@given(steps=st.lists(st.booleans(), max_size=60), earns=st.sampled_from([0.0, 0.25, 1.0]),
       most=st.integers(1, 4))  # fmt: skip
def test_a_budget_pays_for_no_more_than_it_was_given(steps, earns, most):
    budget = RetryBudget(BudgetConfig(earns_ratio=earns, most_tokens=most))
    tokens = float(most)
    for first in steps:
        if first:
            budget.earn()
            tokens = min(most, tokens + earns)
        else:
            assert budget.may_retry() == (tokens >= 1)
            tokens -= tokens >= 1
        assert budget.tokens == tokens


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("fails", "tries"), [(0.1, 1.111), (0.5, 1.875), (0.9, 3.439), (1.0, 4.0), (0.0, 1.0)])  # fmt: skip
def test_attempts_are_the_sheets(fails, tries):
    assert attempts_per_request(fails, retries=3) == pytest.approx(tries, abs=5e-4)
    if fails < 1:
        assert attempts_per_request(fails, 3) == pytest.approx((1 - fails**4) / (1 - fails))


def test_layers_are_the_sheets():
    assert [attempts_through_layers(r - 1, d) for r, d in ((4, 3), (3, 3), (3, 5), (4, 5))] == [
        64,
        27,
        243,
        1024,
    ]
    assert attempts_through_layers(3, 0) == 1


@pytest.mark.parametrize(("rule", "mean_s"), [(FullJitter(base_s=1.0, most_s=6.0), 2.0), (Decorrelated(base_s=1.0, most_s=99.0), 5.0)])  # fmt: skip
def test_jitter_is_level(rule, mean_s):
    """Uniform from 0 to 4, and from 1 to 9."""
    rng = stream(1, "level")
    assert agrees([pause_s(rule, 2, 3.0, rng) - mean_s for _ in range(2_000)])


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("wrong", [{"base_s": -1.0}, {"most_s": 0.05}, {"most_s": math.inf}, {"base_s": None}], ids=repr)  # fmt: skip
def test_pauses_that_mean_nothing_are_named(rule, wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))}=.* must be a finite number"):
        rule(**wrong)


@pytest.mark.parametrize("wrong", [{"earns_ratio": 1.5}, {"earns_ratio": -0.1}, {"most_tokens": 0}, {"most_tokens": 1.5}], ids=repr)  # fmt: skip
def test_budgets_that_mean_nothing_are_named(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))}=.* must be"):
        BudgetConfig(**wrong)
