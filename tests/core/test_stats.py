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


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("values", [[1.0], [], [1.0, np.nan]])
def test_too_few_or_broken_values_are_refused(values):
    with pytest.raises(ValueError, match="values "):
        stats.standard_error(values)


def test_a_percentile_beyond_100_is_refused():
    with pytest.raises(ValueError, match=r"q=101 must be .* at most 100"):
        stats.percentile([1.0], 101)


def test_a_level_of_confidence_is_a_share():
    with pytest.raises(ValueError, match=r"level=95 must be .* at most 0.99"):
        stats.confidence_half_width([1.0, 2.0], 95)
