"""Named streams."""

import numpy as np
import pytest

from scalemodel.core.rng import stream


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_same_name_brings_the_same_luck():
    assert stream(3, "arrivals").random(5).tolist() == stream(3, "arrivals").random(5).tolist()


def test_a_numpy_integer_is_a_seed_too():
    assert stream(np.int64(3), "a").random() == stream(3, "a").random()


# ── Laws ────────────────────────────────────────────────────────────────────
def test_other_names_and_seeds_bring_other_luck():
    draws = {stream(seed, name).random() for seed in range(20) for name in ("a", "b", "ab", "ba")}
    assert len(draws) == 80


def test_streams_are_not_correlated():
    one, two = (stream(1, name).standard_normal(100_000) for name in ("bus", "train"))
    assert abs(np.corrcoef(one, two)[0, 1]) < 4 / np.sqrt(100_000)


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_first_numbers_are_those_written_down():
    """Numbers in the book rest on these; a release of NumPy that moves them must be noticed."""
    assert stream(1, "bandwidth").integers(1000, size=6).tolist() == [305, 281, 490, 973, 561, 387]


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("seed", [-1, 1.5, "1", None, True])
def test_a_seed_that_is_no_count_is_named(seed):
    with pytest.raises(ValueError, match=r"seed=.* must be an integer of at least 0"):
        stream(seed, "a")


@pytest.mark.parametrize("name", ["", 7])
def test_a_stream_without_a_name_is_refused(name):
    with pytest.raises(ValueError, match=r"name=.* must be a non-empty string"):
        stream(1, name)
