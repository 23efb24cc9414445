"""What waits for phones that are away: by hand, Little's law over seeds, the usual mistake; bad input."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.core.stats import agrees
from scalemodel.whatsapp.capacity.offline import (
    DAY_S,
    OfflineConfig,
    expected,
    naive_waiting,
    simulate,
    written_ratio,
)

SMALL = OfflineConfig(arrivals_per_s=0.01, away_s=20_000.0, ttl_s=30_000.0, messages=2_000)


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_facts():
    """1,000 a second, a day away, 30 days: 86.4 million. A week away: 1.38 % expire."""
    config = OfflineConfig(arrivals_per_s=1_000, away_s=DAY_S)
    assert expected(config).waiting == pytest.approx(86.4e6, rel=1e-9)
    assert expected(OfflineConfig()).expired_ratio == pytest.approx(0.0138, abs=5e-5)


def test_half_are_written_after_a_minute_and_two_in_a_hundred_after_six():
    assert written_ratio(0) == 1 and written_ratio(60) == 0.5
    assert written_ratio(60 * math.log2(50)) == pytest.approx(0.02)


def test_the_mistake_is_the_shorter_of_two_averages():
    assert naive_waiting(OfflineConfig(arrivals_per_s=2, away_s=5, ttl_s=7)) == 10
    assert naive_waiting(OfflineConfig(arrivals_per_s=2, away_s=7, ttl_s=5)) == 10


def test_one_message_is_enough_if_it_is_old_enough():
    one = simulate(OfflineConfig(arrivals_per_s=1e-6, ttl_s=1, messages=1))
    assert (one.waiting, one.expired_ratio) == (0, 1)


# ── Laws ────────────────────────────────────────────────────────────────────
@given(away=st.floats(1, 1e6), ttl=st.floats(1, 1e6))
def test_the_mistake_is_never_too_few(away, ttl):
    config = OfflineConfig(away_s=away, ttl_s=ttl)
    assert expected(config).waiting <= naive_waiting(config) * (1 + 1e-12)
    assert 0 <= expected(config).expired_ratio <= 1


def test_equal_seeds_are_equal_runs():
    assert simulate(SMALL) == simulate(SMALL) != simulate(replace(SMALL, seed=1))


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("ttl_s", [5_000.0, 30_000.0, 120_000.0])
def test_it_is_the_closed_form_over_seeds_and_not_the_mistake(ttl_s):
    config = replace(SMALL, ttl_s=ttl_s)
    runs = [simulate(replace(config, seed=seed)) for seed in range(40)]
    owed = expected(config)
    assert agrees([run.waiting - owed.waiting for run in runs])
    assert agrees([run.expired_ratio - owed.expired_ratio for run in runs])
    assert ttl_s > 1e5 or not agrees([run.waiting - naive_waiting(config) for run in runs])


def test_the_mean_is_the_integral_of_who_is_still_away():
    steps = 100_000
    width = SMALL.ttl_s / steps
    area = sum(math.exp(-(n + 0.5) * width / SMALL.away_s) for n in range(steps)) * width
    assert expected(SMALL).waiting == pytest.approx(SMALL.arrivals_per_s * area, rel=1e-6)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("wrong", [{"arrivals_per_s": 0}, {"away_s": 0.5}, {"ttl_s": math.inf}, {"messages": 0}, {"seed": -1}], ids=repr)  # fmt: skip
def test_a_config_that_means_nothing_is_named(wrong):
    with pytest.raises(ValueError, match=rf"^{next(iter(wrong))}=.* must be"):
        OfflineConfig(**wrong)


def test_a_run_that_is_too_short_is_named():
    with pytest.raises(ValueError, match=r"messages=100 must reach back .*; they reach \d{4,5}$"):
        simulate(replace(SMALL, messages=100))
    with pytest.raises(ValueError, match="delay_s=-1 must be"):
        written_ratio(-1)


@pytest.mark.parametrize("ask", [simulate, expected, naive_waiting])
def test_what_is_no_config_is_named(ask):
    with pytest.raises(ValueError, match="config=3 must be a OfflineConfig"):
        ask(3)
