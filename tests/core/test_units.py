"""Units and how numbers are printed."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.core import units


# ── Examples ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (-0.0, "0"), (0.1 + 0.2, "0.3"), (999.4, "999"), (999.5, "1,000"),
     (1e6, "1,000,000"), (-12.345, "−12.3"), (math.nan, "none"), (math.inf, "∞"),
     (-math.inf, "−∞"), (-999.6, "−1,000")],
)  # fmt: skip
def test_a_number_has_three_digits_that_count(value, text):
    assert units.number(value) == text


def test_one_second_is_not_one_seconds():
    assert units.spoken(1, "s") == "1 second"
    assert units.spoken(0, "s") == "0 seconds"
    assert units.spoken(math.nan, "s") == "none"


# ── Laws ────────────────────────────────────────────────────────────────────
@given(
    st.floats(1e-6, 1e6), st.sampled_from(sorted(units.UNITS)), st.sampled_from(sorted(units.UNITS))
)
def test_there_and_back_again(value, here, there):
    if units.unit(here).dimension == units.unit(there).dimension:
        back = units.convert(units.convert(value, here, there), there, here)
        assert math.isclose(back, value, rel_tol=1e-12)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_a_printed_number_is_close_to_its_value(value):
    printed = float(units.number(value).replace(",", "").replace("−", "-"))
    assert math.isclose(printed, value, rel_tol=0.006, abs_tol=0)


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_a_megabit_a_second_is_125_kilobytes_a_second():
    assert units.UNITS["Mbit/s"].scale == 125 * units.UNITS["kB"].scale


@pytest.mark.parametrize(
    ("many", "small", "large"),
    [(1000, "ms", "s"), (60, "s", "min"), (60, "min", "h"), (24, "h", "day"),
     (365.25, "day", "year"), (1000, "bytes", "kB"), (1000, "kB", "MB"), (1000, "MB", "GB"),
     (1000, "kbit/s", "Mbit/s"), (86_400, "1/day", "1/s"), (1000, "m", "km")],
)  # fmt: skip
def test_so_many_of_the_small_unit_are_one_of_the_large(many, small, large):
    assert units.convert(1, large, small) == pytest.approx(many, rel=1e-12)
    assert units.convert(many, small, large) == pytest.approx(1, rel=1e-12)


def test_each_dimension_has_one_unit_in_which_it_is_counted():
    whole = {row.dimension for row in units.UNITS.values() if row.scale == 1}
    assert {row.dimension for row in units.UNITS.values()} - whole == {"data rate"}  # in bytes


# ── Refusals ────────────────────────────────────────────────────────────────
def test_an_unknown_unit_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"unit='furlong' must be one of .*km"):
        units.quantity(1, "furlong")
