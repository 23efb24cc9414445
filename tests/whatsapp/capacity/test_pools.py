"""One line or many, and which door: by hand, a chain of states, runs over seeds; bad input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.core.rng import stream
from scalemodel.core.stats import agrees
from scalemodel.parts import queues
from scalemodel.whatsapp.capacity.pools import (
    at_random,
    balance,
    emptier_of_two,
    expected_fullest,
    in_turn,
    pooled_wait_s,
    split_wait_s,
)

POLICIES = [at_random, emptier_of_two, in_turn]


# ── Examples ────────────────────────────────────────────────────────────────
def test_one_line_for_ten_is_twenty_times_as_quick():
    assert split_wait_s(10, 800, 0.01) == pytest.approx(0.04)  # rho / (mu − lambda) = 0.8 / 20
    assert split_wait_s(10, 800, 0.01) > 19 * pooled_wait_s(10, 800, 0.01)
    assert split_wait_s(1, 80, 0.01) == pooled_wait_s(1, 80, 0.01)


def test_the_emptier_of_two_is_taken_and_a_tie_is_the_first():
    draws = np.random.default_rng(3).integers(4, size=(50, 2))
    rng, held = np.random.default_rng(3), np.array([3, 1, 1, 0])
    for one, two in draws:
        chosen = emptier_of_two(held, 0, rng)
        assert held[chosen] == min(held[one], held[two]) and (held[one] != held[two] or chosen == one)  # fmt: skip


# ── Laws ────────────────────────────────────────────────────────────────────
@given(servers=st.integers(1, 20), phones=st.integers(0, 200), policy=st.sampled_from(POLICIES), seed=st.integers(0, 99))  # fmt: skip
def test_each_phone_is_on_one_server(servers, phones, policy, seed):
    held = balance(policy, servers, phones, stream(seed, "phones"))
    assert len(held) == servers and held.sum() == phones and held.min() >= 0
    assert policy is not in_turn or np.ptp(held) <= 1


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("connections", "load"), [(1, 0.5), (3, 2.4), (10, 8.0), (10, 9.9)])
def test_the_wait_is_that_of_the_chain_of_states(connections, load):
    """The states 0, 1, ... of M/M/c weighed one by one: in line / arrivals is the wait."""
    weights, weight = [], 1.0
    for inside in range(1, 20_000):
        weights.append(weight)
        weight *= load / min(inside, connections)
    weights = np.array(weights) / sum(weights)
    in_line = np.maximum(np.arange(len(weights)) - connections, 0) @ weights
    assert pooled_wait_s(connections, load, 1.0) == pytest.approx(in_line / load, rel=1e-6)


def test_the_wait_is_that_of_runs():
    config = lambda seed: queues.ServersConfig(servers=10, arrivals_per_s=8, services_per_s=1, customers=30_000, seed=seed)  # fmt: skip
    waits = [queues.simulate(config(seed)).mean_wait_s for seed in range(20)]
    assert agrees(np.array(waits) - pooled_wait_s(10, 8, 1))


def test_the_fullest_of_those_sent_at_random_is_near_the_closed_form():
    """√(2 m ln n) is what the highest of n bells tends to, from above: within a half of it."""
    servers, phones = 50, 5_000
    over = [balance(at_random, servers, phones, stream(seed, "phones")).max() for seed in range(10)]
    beyond = np.mean(over) - phones / servers
    expected = expected_fullest(servers, phones) - phones / servers
    assert 0.6 * expected < beyond < expected
    two = [balance(emptier_of_two, servers, phones, stream(seed, "phones")).max() for seed in range(10)]  # fmt: skip
    assert np.mean(two) - phones / servers < 4 < beyond


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_pool_that_is_asked_too_much_is_named():
    with pytest.raises(ValueError, match="jobs_per_s=1000 must be"):
        pooled_wait_s(9, 1_000, 0.01)
    with pytest.raises(ValueError, match="must be below servers=10"):
        pooled_wait_s(10, 1_000, 0.01)
    with pytest.raises(ValueError, match="connections=0 must be"):
        split_wait_s(0, 1, 1)
    with pytest.raises(ValueError, match="job_s=0 must be"):
        pooled_wait_s(1, 1, 0)


def test_a_policy_that_sends_nowhere_is_named():
    rng = np.random.default_rng(1)
    with pytest.raises(ValueError, match=r"policy\(\.\.\.\)=3 must be"):
        balance(lambda held, phone, rng: 3, 3, 1, rng)
    with pytest.raises(ValueError, match="must be a function of"):
        balance(lambda held: 0, 3, 1, rng)


def test_a_policy_that_empties_the_servers_is_stopped():
    with pytest.raises(ValueError, match="read-only"):
        balance(lambda held, phone, rng: held.fill(0) or 0, 3, 7, np.random.default_rng(1))
