"""Weaknesses that wait: who finds them first, against brute force and the closed form."""

from dataclasses import replace
from itertools import pairwise
from math import isclose

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.core.stats import agrees
from scalemodel.netflix.chaos.latent import (
    YEAR_S,
    LatentConfig,
    best_kills_per_year,
    expected,
    simulate,
)

FIELDS = ("monkey_s", "day_s", "night_s", "kills_s", "hidden_s", "down_s")
shares = st.floats(0.01, 1)
configs = st.builds(
    LatentConfig, weaknesses_per_year=st.floats(0, 50), kills_per_year=st.floats(0, 500),
    touches_ratio=st.floats(0, 1), chances_per_year=st.floats(0.01, 20), desk_ratio=st.floats(0, 1),
    day_s=st.floats(0, 1000), night_s=st.floats(1000, 1e5), kill_s=st.floats(0.1, 60),
)  # fmt: skip


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_monkey_as_often_as_chance_finds_half():
    config = LatentConfig(
        weaknesses_per_year=10.0, kills_per_year=20.0, touches_ratio=0.1, chances_per_year=2.0,
        desk_ratio=0.25, day_s=100.0, night_s=1000.0, kill_s=3.0,
    )  # fmt: skip
    report = expected(config)
    assert (report.monkey_s, report.day_s, report.night_s) == (500.0, 125.0, 3750.0)
    assert report.kills_s == 60.0 and report.hidden_s == YEAR_S / 4
    assert report.down_s == 500 + 125 + 3750 + 60
    assert config.found_per_year == (2.0, 2.0)


def test_without_kills_chance_finds_all_and_without_weaknesses_nothing_is_down():
    never = LatentConfig(kills_per_year=0)
    for report in (simulate(never), expected(never)):
        assert report.monkey_s == report.kills_s == 0 < report.day_s < report.night_s
    nothing = LatentConfig(weaknesses_per_year=0, kills_per_year=0)
    assert simulate(nothing).down_s == simulate(nothing).hidden_s == expected(nothing).down_s == 0


def test_a_rate_of_next_to_nothing_is_none():
    for kills in (0.0, 5e-324, 1e-200):
        report = simulate(
            LatentConfig(kills_per_year=kills, touches_ratio=1, chances_per_year=1e-9)
        )
        assert report.monkey_s == 0 < report.night_s


def test_where_kills_touch_nothing_it_is_best_not_to_kill():
    assert best_kills_per_year(LatentConfig(touches_ratio=0)) == 0
    assert best_kills_per_year(LatentConfig(desk_ratio=1)) == 0


# ── Laws ────────────────────────────────────────────────────────────────────
@given(configs)
def test_of_all_numbers_of_kills_the_best_is_down_least(config):
    best = best_kills_per_year(config)
    if best > 1e4:
        return
    least = expected(replace(config, kills_per_year=best)).down_s
    for other in (0.0, 0.5 * best, 0.9 * best, min(1e4, 1.1 * best + 1), min(1e4, 2 * best + 5)):
        assert expected(replace(config, kills_per_year=other)).down_s >= least * (1 - 1e-9)


@given(configs, st.integers(0, 99))
def test_what_is_found_is_whole(config, seed):
    """Each weakness is found by somebody, at one of two prices; a seed is a run."""
    config = replace(config, seed=seed, years=3)
    report = simulate(config)
    assert report == simulate(config)
    parts = [getattr(report, name) for name in FIELDS[:4]]
    assert report.down_s == sum(parts) and min(parts) >= 0
    found = sum(
        getattr(report, name) * 3 / cost
        for name, cost in (("monkey_s", config.day_s), ("day_s", config.day_s), ("night_s", config.night_s))
        if cost > 0
    )  # fmt: skip
    assert isclose(found, round(found), abs_tol=1e-6)
    kills = report.kills_s * 3 / config.kill_s
    assert isclose(kills, round(kills), abs_tol=1e-6)


def test_more_kills_never_lengthen_the_wait():
    hidden = [
        expected(LatentConfig(kills_per_year=kills)).hidden_s for kills in (0, 1, 10, 100, 1000)
    ]
    assert all(later < sooner for sooner, later in pairwise(hidden))


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("kills", [0.0, 5.0, 125.0])
def test_the_runs_agree_with_the_closed_form(kills):
    config = LatentConfig(weaknesses_per_year=20.0, kills_per_year=kills, desk_ratio=0.3, years=200)
    runs, truth = [simulate(replace(config, seed=seed)) for seed in range(20)], expected(config)
    for name in FIELDS:
        errors = [getattr(run, name) - getattr(truth, name) for run in runs]
        assert not any(errors) or agrees(errors), name


def test_day_by_day_it_comes_to_nearly_the_same():
    """A weakness each, day after day, whose kills are at ten and whose accidents at any hour."""
    rng, config, day = np.random.default_rng(2), LatentConfig(), 1 / 365.25
    monkey, chance = (1 - np.exp(-rate * day) for rate in config.found_per_year)
    by, days = [], 0
    for _ in range(3_000):
        while True:
            days += 1
            drawn = rng.random(2)
            if drawn[0] < monkey or drawn[1] < chance:
                by.append(drawn[0] < monkey)
                break
    m, c = config.found_per_year
    assert agrees(np.array(by, float) - m / (m + c))
    assert isclose(days / 3_000 * 86_400, expected(config).hidden_s, rel_tol=0.08)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"weaknesses_per_year": -1}, "weaknesses_per_year=-1"),
        ({"kills_per_year": 1e5}, "kills_per_year=100000.0"),
        ({"touches_ratio": 1.5}, "touches_ratio=1.5"),
        ({"chances_per_year": 0}, "chances_per_year=0"),
        ({"desk_ratio": -0.1}, "desk_ratio=-0.1"),
        ({"day_s": -1}, "day_s=-1"),
        ({"night_s": 299}, "night_s=299"),
        ({"kill_s": -1}, "kill_s=-1"),
        ({"years": 0}, "years=0"),
        ({"weaknesses_per_year": 1e4, "years": 101}, "years=101"),
        ({"seed": -1}, "seed=-1"),
    ],
)
def test_a_wrong_year_is_refused_in_words(changed, said):
    with pytest.raises(ValueError, match=said):
        LatentConfig(**changed)


def test_the_edges_are_allowed():
    LatentConfig(weaknesses_per_year=1e4, kills_per_year=1e4, touches_ratio=1, years=100)
    LatentConfig(desk_ratio=0, day_s=0, night_s=0, kill_s=0)
    LatentConfig(day_s=1e7, night_s=1e7, kill_s=1e6, chances_per_year=1e4, desk_ratio=1)
    LatentConfig(weaknesses_per_year=0.5, years=1_000_000)


def test_a_best_needs_a_price_and_everybody_a_config():
    with pytest.raises(ValueError, match="kill_s=0"):
        best_kills_per_year(LatentConfig(kill_s=0.0))
    for function in (simulate, expected, best_kills_per_year):
        with pytest.raises((TypeError, ValueError), match="config"):
            function(None)
