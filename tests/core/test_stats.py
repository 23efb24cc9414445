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


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_score_is_the_t_statistic_of_a_peer():
    values = stream(6, "values").normal(0.3, 1.0, 25)
    error = peer.stdev(values) / math.sqrt(25)
    assert stats.standard_error(values) == pytest.approx(error)
    assert stats.z_score(values) == pytest.approx(peer.mean(values) / error)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("values", [[1.0], [], [1.0, np.nan]])
def test_too_few_or_broken_values_are_refused(values):
    with pytest.raises(ValueError, match="values "):
        stats.standard_error(values)


def test_a_percentile_beyond_100_is_refused():
    with pytest.raises(ValueError, match=r"q=101 must be .* at most 100"):
        stats.percentile([1.0], 101)
