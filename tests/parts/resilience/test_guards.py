"""The table of guards, deadlines and bulkheads: by hand, laws, bad input."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.parts.resilience.guards import (
    ENVOY,
    HYSTRIX,
    RESILIENCE4J,
    UNGUARDED,
    Bulkhead,
    Deadline,
    Guards,
)
from scalemodel.parts.resilience.retry import AT_ONCE

MOMENTS = st.floats(0, 1e6)


# ── Examples ────────────────────────────────────────────────────────────────
def test_what_is_known_of_three_components():
    assert (HYSTRIX.time_out_s, HYSTRIX.bulkhead, HYSTRIX.retries) == (1.0, 10, 0)
    window = HYSTRIX.breaker
    assert (window.slots * window.slot_s, window.minimum_calls, window.open_s, window.probes) == (
        10,
        20,
        5,
        1,
    )
    assert (RESILIENCE4J.retries, RESILIENCE4J.bulkhead) == (2, 25)
    assert RESILIENCE4J.backoff.memory().tolist() == [0.5, 0.5]
    assert (ENVOY.budget.earns_ratio, ENVOY.budget.most_tokens, ENVOY.retries) == (0.2, 3, 1)


def test_nobody_guards_if_nothing_is_said():
    assert (UNGUARDED.time_out_s, UNGUARDED.deadline_s, UNGUARDED.hedge_s) == (math.inf,) * 3
    assert UNGUARDED.backoff == AT_ONCE and UNGUARDED.retries == 0
    assert not (UNGUARDED.lifo or UNGUARDED.drops_expired)
    assert Guards() == UNGUARDED != HYSTRIX


def test_two_places():
    bulkhead = Bulkhead(2)
    assert [bulkhead.enter() for _ in range(3)] == [True, True, False]
    bulkhead.leave()
    assert (bulkhead.inside, bulkhead.enter(), bulkhead.inside) == (1, True, 2)


# ── Laws ────────────────────────────────────────────────────────────────────
@given(at_s=st.lists(MOMENTS, min_size=1, max_size=6), now_s=MOMENTS)
def test_a_deadline_is_never_extended(at_s, now_s):
    deadline = Deadline(at_s[0])
    for later_s in at_s[1:]:
        deadline = deadline.narrowed(later_s)
    assert deadline == Deadline(min(at_s))
    assert deadline.left_s(now_s) == max(0.0, min(at_s) - now_s)


# ── Oracle ──────────────────────────────────────────────────────────────────
# None here: what guards do to calls is in test_calls.


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("wrong", [{"deadline_s": 0.0}, {"deadline_s": math.nan}, {"time_out_s": -1.0}, {"hedge_s": 0.0}, {"retries": 21}, {"retries": -1},
                                   {"backoff": 1.0}, {"backoff": None}, {"budget": 0.1}, {"breaker": HYSTRIX}, {"bulkhead": 0}, {"queue": -1}, {"queue": 0.5},
                                   {"lifo": 1}, {"drops_expired": None}], ids=repr)  # fmt: skip
def test_guards_that_mean_nothing_are_named(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))}=.* must be"):
        Guards(**wrong)


def test_who_leaves_must_have_been_inside():
    with pytest.raises(ValueError, match="inside=0 must be at least 1"):
        Bulkhead(1).leave()


def test_the_least_and_the_most_are_allowed():
    assert Guards(retries=20, bulkhead=1, queue=0, time_out_s=1e9)
