"""The doorkeeper's words."""

import numpy as np
import pytest

from scalemodel.core import checks


# ── Examples ────────────────────────────────────────────────────────────────
def test_what_passes_comes_back_in_one_form():
    assert type(checks.real("x", np.float32(2))) is float
    assert type(checks.whole("n", np.int8(2), at_least=0)) is int
    row = checks.numbers_row("row", [1, 2])
    assert row.dtype == np.float64 and not row.flags.writeable


def test_a_row_is_a_copy():
    mine = np.array([1.0, 2.0])
    row = checks.numbers_row("row", mine)
    mine[0] = 9.0
    assert row[0] == 1.0


def test_a_bound_that_is_not_above_lies_within():
    assert checks.real("x", 1, at_least=1, at_most=1) == 1
    assert checks.whole("n", 1, at_least=1, at_most=1) == 1
    assert checks.numbers_row("row", [1, 2], at_least=1, at_most=2, length=2).tolist() == [1, 2]


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("bounds", "words"),
    [({}, ""), ({"above": 0}, "above 0"), ({"at_least": 1}, "of at least 1"),
     ({"at_most": 5}, "of at most 5"), ({"above": 0, "at_most": 1}, "above 0 and at most 1")],
)  # fmt: skip
def test_the_refusal_says_exactly_what_is_allowed(bounds, words):
    with pytest.raises(
        ValueError, match=rf"^x=nan must be a finite number{words and ' ' + words}$"
    ):
        checks.real("x", float("nan"), **bounds)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("value", ["1", None, True, [1], 1j, float("inf"), 10**400])
def test_what_is_no_real_number_is_refused(value):
    with pytest.raises(ValueError, match=r"^x=.* must be a finite number$"):
        checks.real("x", value)


def test_the_bound_above_which_it_lies_is_refused():
    with pytest.raises(ValueError, match=r"^x=0 must be a finite number above 0$"):
        checks.real("x", 0, above=0)
    with pytest.raises(ValueError, match=r"^row\[1\]=0.0 must be a finite number above 0$"):
        checks.numbers_row("row", [1, 0], above=0)


@pytest.mark.parametrize("value", ["1", None, True, 1.0, 1.5, [1], 0, 4])
def test_what_is_no_integer_within_the_bounds_is_refused(value):
    with pytest.raises(ValueError, match=r"^n=.* must be an integer of at least 1 and at most 3$"):
        checks.whole("n", value, at_least=1, at_most=3)


def test_a_row_that_is_too_short_is_refused():
    with pytest.raises(ValueError, match=r"^row has the shape \(1,\); .* at least 2 numbers"):
        checks.numbers_row("row", [1], length=2)


@pytest.mark.parametrize(
    "values", ["abc", [[1, 2]], [], 3, ["a"], ["1", "2"], [10**400], [1, None, 2]]
)
def test_what_is_no_row_is_refused(values):
    with pytest.raises(ValueError, match=r"^row"):
        checks.numbers_row("row", values)


def test_the_first_bad_entry_is_named():
    with pytest.raises(ValueError, match=r"^row\[2\]=inf must be"):
        checks.numbers_row("row", [1, 2, float("inf"), float("nan")])
