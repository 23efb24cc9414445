"""Standard errors and agreement."""

import math
import statistics as peer

import numpy as np
import pytest

from scalemodel.core import stats
from scalemodel.core.rng import stream


# ── Examples ────────────────────────────────────────────────────────────────
def test_no_error_at_all_agrees_and_a_constant_error_does_not():
    assert stats.agrees([0.0, 0.0])
    assert not stats.agrees([0.1, 0.1])


def test_without_spread_the_score_is_none_or_infinite_with_the_sign_of_the_error():
    assert [stats.z_score([x, x]) for x in (0.0, 0.1, -0.1)] == [0, math.inf, -math.inf]


def test_an_error_of_just_so_many_standard_errors_agrees():
    assert stats.z_score([3.0, 5.0]) == 4 and stats.agrees([3.0, 5.0])
    assert not stats.agrees([3.5, 5.5]) and stats.agrees([3.5, 5.5], 4.5)


def test_the_percentiles_at_the_ends_are_the_least_and_the_largest():
    assert [stats.percentile([5, 1, 3], q) for q in (0, 100)] == [1, 5]


def test_numbers_near_the_largest_of_all_do_not_overflow():
    assert stats.z_score([1e308, 1e308]) == math.inf == -stats.z_score([-1e308, -1e308])
    assert stats.z_score([1e308, 1.5e308]) == stats.z_score([1.0, 1.5]) == 5.0
    assert stats.percentile([-1e308, 1e308], 50) == 0.0
    assert stats.percentile([1e308] * 3, 99) == 1e308
    assert stats.standard_error([-1e308, 1e308]) == 1e308


def test_equal_values_have_no_spread_however_they_round():
    assert stats.standard_error([0.1] * 3) == 0 and stats.z_score([0.1] * 3) == math.inf


def test_half_the_difference_takes_four_times_the_runs_and_two_are_the_fewest():
    assert [stats.runs_needed(d, 1.0) for d in (1.0, 0.1, 0.05)] == [8, 785, 3140]
    assert stats.runs_needed(100.0, 1.0) == 2
    assert stats.runs_needed(3e-3, 3e-3) == stats.runs_needed(1e200, 1e200) == 8


# ── Laws ────────────────────────────────────────────────────────────────────
def test_honest_noise_agrees_and_a_shift_of_a_deviation_does_not():
    noise = stream(5, "noise").standard_normal((1000, 20))
    assert sum(not stats.agrees(row) for row in noise) <= 4  # about 1 in 1,000 is expected
    assert sum(stats.agrees(row + 2.0) for row in noise) <= 4


def test_an_interval_of_95_percent_covers_the_true_mean_in_95_of_100_experiments():
    noise = stream(7, "noise").standard_normal((4000, 8))
    covered = np.mean([abs(row.mean()) <= stats.confidence_half_width(row) for row in noise])
    assert covered == pytest.approx(0.95, abs=4 * math.sqrt(0.95 * 0.05 / 4000))


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_score_is_the_t_statistic_of_a_peer():
    values = stream(6, "values").normal(0.3, 1.0, 25)
    error = peer.stdev(values) / math.sqrt(25)
    assert stats.standard_error(values) == pytest.approx(error)
    assert stats.z_score(values) == pytest.approx(peer.mean(values) / error)


def test_the_interval_is_that_of_the_printed_table():
    values = stream(6, "values").normal(0.3, 1.0, 25)
    error = peer.stdev(values) / math.sqrt(25)
    t_24 = 1.711  # Student's t, 24 degrees of freedom, 5 % above
    assert stats.confidence_half_width(values, 0.9) == pytest.approx(t_24 * error, rel=1e-4)


@pytest.mark.parametrize(("power", "level"), [(0.8, 0.95), (0.5, 0.95), (0.9, 0.8)])
def test_so_many_runs_show_a_difference_as_often_as_they_should(power, level):
    runs, experiments = stats.runs_needed(0.2, 1.0, power, level), 4000
    noise = stream(8, "noise").normal(0.2, 1.0, (experiments, runs))
    shown = np.mean([row.mean() > stats.confidence_half_width(row, level) for row in noise])
    assert shown == pytest.approx(power, abs=4 * math.sqrt(power * (1 - power) / experiments))


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("values", [[1.0], [], [1.0, np.nan]])
def test_too_few_or_broken_values_are_refused(values):
    with pytest.raises(ValueError, match="values "):
        stats.standard_error(values)


@pytest.mark.parametrize("q", [-0.5, 100.5])
def test_a_percentile_is_one_of_a_hundred(q):
    with pytest.raises(ValueError, match=rf"q={q} must be .* of at least 0 and at most 100"):
        stats.percentile([1.0], q)


NO_NUMBERS = [
    np.array(["2026-01-01", "2026-01-02"], "M8[D]"), np.array([1, 2], "m8[s]"),
    np.ma.array([1.0, 2.0, 1e9], mask=[0, 0, 1]), np.array([1 + 1j, 2]), ["1", "2"], "12",
    [True, False], [None, 1.0], [1.0, [2.0]], [2**70, 1], None, {1.0, 2.0},
]  # fmt: skip


@pytest.mark.parametrize("values", NO_NUMBERS, ids=lambda values: type(values).__name__)
def test_what_is_no_row_of_plain_numbers_is_refused(values):
    for ask in (lambda v: stats.percentile(v, 50), stats.standard_error, stats.z_score,
                stats.agrees, stats.confidence_half_width):  # fmt: skip
        with pytest.raises(ValueError, match=r"(?s)^(values|errors)=.* must hold numbers"):
            ask(values)


@pytest.mark.parametrize("wrong", [math.nan, math.inf, 0, -4, None, "4"])
def test_agreement_is_within_a_number_of_errors(wrong):
    with pytest.raises(ValueError, match=r"standard_errors=.* must be a finite number above 0"):
        stats.agrees([1.0, 2.0], wrong)


def test_a_percentile_beyond_100_is_refused():
    with pytest.raises(ValueError, match=r"q=101 must be .* at most 100"):
        stats.percentile([1.0], 101)


def test_of_nothing_there_is_no_percentile():
    with pytest.raises(ValueError, match="values has 0 entries; it must have at least 1"):
        stats.percentile([], 50)


@pytest.mark.parametrize("level", [95, 1, 0, -0.5])
def test_a_level_of_confidence_is_a_share(level):
    with pytest.raises(ValueError, match=rf"level={level} must be .* above 0 and at most 0.99"):
        stats.confidence_half_width([1.0, 2.0], level)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((0, 1.0), "difference=0 must be a finite number above 0"),
        ((0.1, 0), "spread=0 must be a finite number above 0"),
        ((0.1, 1.0, 0.4), "power=0.4 must be .* of at least 0.5"),
        ((0.1, 1.0, 1), "power=1 must be .* at most 0.999"),
        ((0.1, 1.0, 0.8, 0), "level=0 must be a finite number above 0"),
        ((0.1, 1.0, 0.8, 1), "level=1 must be .* at most 0.999"),
        ((1e-300, 1.0), "difference=1e-300 must be larger beside spread=1.0"),
        ((1e-8, 1.0), "difference=1e-08 must be larger"),
    ],
)
def test_a_difference_that_no_number_of_runs_would_show_is_refused(given, words):
    with pytest.raises(ValueError, match=words):
        stats.runs_needed(*given)
