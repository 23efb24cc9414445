"""What a fleet takes: by hand, bad input."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.uber.location.fleet import FleetConfig, expected_bill


# ── Examples ────────────────────────────────────────────────────────────────
def test_what_900_cities_take_on_paper():
    bill = expected_bill(FleetConfig())
    assert (bill.reports_per_s, bill.index_bytes) == (4.2e6 / 4, 4.2e6 * 64)
    assert bill.machines == 3 * 11  # 10.5, rounded up, three of each
    assert bill.largest_cars == round(4e6 / sum(1 / n for n in range(1, 901)))


# ── Laws ────────────────────────────────────────────────────────────────────
@given(cities=st.integers(1, 2_000), cars=st.integers(1, 10**7))
def test_no_city_has_less_than_its_even_share_at_the_top_or_more_than_all(cities, cars):
    bill = expected_bill(FleetConfig(cities=cities, cars=cars, twice_ratio=0.0))
    assert cars / cities - 1 <= bill.largest_cars <= cars


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_largest_of_two_cities_has_two_thirds():
    assert expected_bill(FleetConfig(cities=2, cars=300)).largest_cars == 200


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("wrong", [{"cars": 0}, {"report_s": 0}, {"twice_ratio": 1.5}, {"copies": 0}, {"machine_per_s": 0}], ids=repr)  # fmt: skip
def test_a_fleet_that_cannot_be_is_named(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}=.* must be"):
        FleetConfig(**wrong)
