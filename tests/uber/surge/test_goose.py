"""The wild goose chase: pinned peaks, markets that bend backward, the price that prevents it."""

import functools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.uber.matching.market import MarketConfig, simulate
from scalemodel.uber.matching.policies import EdgeGreedy, FirstCome
from scalemodel.uber.surge.clumping import expected_clumping
from scalemodel.uber.surge.goose import (
    Demand,
    expected_pickup_s,
    expected_throughput_per_s,
    peak,
)

CITY = MarketConfig(patience_s=0.0)  # the first dispatch, and who finds no idle car is lost
STEADY = 1.3  # how clumped the idle cars of a running market are


@functools.cache
def evenings(rate_per_s, patience_s=0.0, policy=FirstCome()):
    """Means over twenty evenings: trips a second, idle cars, seconds of the drive."""
    config = replace(CITY, rate_per_s=rate_per_s, patience_s=patience_s)
    reports = [simulate(config, policy, seed) for seed in range(20)]
    for report in reports:
        report.check()
    names = ("throughput_per_s", "mean_idle", "mean_pickup_s")
    return [float(np.mean([getattr(report, name) for report in reports])) for name in names]


# ── Examples ────────────────────────────────────────────────────────────────
def test_with_36_cars_idle_one_comes_in_100_seconds():
    assert expected_pickup_s(CITY, 36.0) == pytest.approx(100)
    assert expected_pickup_s(CITY, 36.0, clumping=1.5) == pytest.approx(150)
    assert expected_pickup_s(replace(CITY, kmh=60.0, side_km=20.0), 36.0) == pytest.approx(100)
    assert expected_throughput_per_s(CITY, 36.0) == pytest.approx(564 / 1000)
    assert expected_throughput_per_s(CITY, 600) == 0


def test_a_price_holds_the_demand():
    demand = Demand(base_per_s=0.8, elasticity=2.0)
    assert demand.multiplier(0.2) == pytest.approx(2)
    assert demand.requests_per_s(2.0) == pytest.approx(0.2)
    assert demand.multiplier(0.8) == demand.multiplier(5.0) == 1


# ── Laws ────────────────────────────────────────────────────────────────────
@given(drivers=st.integers(2, 5000), trip_s=st.floats(60, 3600), clumping=st.floats(0.5, 2))
def test_the_peak_is_the_highest_point(drivers, trip_s, clumping):
    config = replace(CITY, drivers=drivers, trip_s=trip_s)
    top = peak(config, clumping)
    assert 0 < top.idle < drivers
    beside = [expected_throughput_per_s(config, top.idle * by, clumping) for by in (0.97, 1.03)]
    assert max(beside) < top.throughput_per_s
    assert top.throughput_per_s == expected_throughput_per_s(config, top.idle, clumping)
    assert top.pickup_s == expected_pickup_s(config, top.idle, clumping)


@given(base_per_s=st.floats(0.01, 10), elasticity=st.floats(0.1, 5), most_per_s=st.floats(0.01, 10))
def test_no_more_ask_than_may(base_per_s, elasticity, most_per_s):
    demand = Demand(base_per_s=base_per_s, elasticity=elasticity)
    multiplier = demand.multiplier(most_per_s)
    assert multiplier >= 1
    asked_per_s = demand.requests_per_s(multiplier)
    assert asked_per_s == pytest.approx(min(base_per_s, most_per_s))


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("drivers", "clumping", "idle", "per_s"), [(600, 1.0, 30.61, 0.56462), (600, 1.3, 35.73, 0.54757), (300, 1.0, 18.76, 0.27081), (1200, 1.0, 49.69, 1.16769)])  # fmt: skip
def test_peaks_that_were_worked_out_before(drivers, clumping, idle, per_s):
    top = peak(replace(CITY, drivers=drivers), clumping)
    assert top.idle == pytest.approx(idle, abs=0.005)
    assert top.throughput_per_s == pytest.approx(per_s, abs=0.000005)


@pytest.mark.parametrize("rate_per_s", [0.3, 0.5, 0.6, 1.0])
def test_cars_are_idle_or_driving_or_on_a_trip(rate_per_s):
    """Q = (L - I) / (τ + T), with what was measured on both sides, to 2 per cent."""
    trips_per_s, idle, pickup_s = evenings(rate_per_s)
    assert trips_per_s == pytest.approx((600 - idle) / (900 + pickup_s), rel=0.02)


@pytest.mark.parametrize("rate_per_s", [0.3, 0.4, 0.5])
def test_above_the_peak_the_steady_formula_tells_the_trips(rate_per_s):
    trips_per_s, idle, _ = evenings(rate_per_s)
    steady_per_s = expected_throughput_per_s(CITY, idle, expected_clumping(idle))
    assert trips_per_s == pytest.approx(rate_per_s, rel=0.01)
    assert trips_per_s == pytest.approx(steady_per_s, rel=0.01)


def test_more_requests_are_fewer_trips():
    """It bends where the steady formula says: beyond 0.55 requests a second, at 36 idle cars."""
    top = peak(CITY, STEADY)
    trips_per_s, idle, pickup_s = zip(*map(evenings, (0.5, 0.54, 0.6, 0.8, 1.2)), strict=True)
    assert trips_per_s[0] < trips_per_s[1] < top.throughput_per_s
    assert trips_per_s[1] == pytest.approx(top.throughput_per_s, rel=0.03)
    assert trips_per_s[1] > 1.05 * trips_per_s[2] > trips_per_s[3] > trips_per_s[4]
    assert trips_per_s[3] < 0.88 * top.throughput_per_s
    assert idle[1] > top.idle > 3 * idle[2] and idle[3] < 3
    assert pickup_s[3] > 3 * pickup_s[1]


def test_a_price_serves_more_riders_with_shorter_drives():
    """0.8 ask for a ride in each second; at half as much again only as many as the streets can."""
    demand, most_per_s = (
        Demand(base_per_s=0.8, elasticity=1.0),
        0.97 * peak(CITY, STEADY).throughput_per_s,
    )
    multiplier = demand.multiplier(most_per_s)
    assert 1.4 < multiplier < 1.6
    cheap, dear = evenings(0.8), evenings(demand.requests_per_s(multiplier))
    assert dear[0] > 1.1 * cheap[0]
    assert dear[2] < cheap[2] / 3


def test_riders_who_queue_escape_it():
    """A freed car takes the nearest of many, and the drives stay short."""
    lost, queued = evenings(0.8), evenings(0.8, 300.0, EdgeGreedy())
    assert queued[0] > 1.2 * lost[0] and queued[2] < lost[2] / 3


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("wrong", [{"config": 3}, {"clumping": 0.0}, {"idle": 0.0}, {"idle": 601.0}], ids=repr)  # fmt: skip
def test_a_formula_of_nothing_is_refused(wrong):
    right = {"config": CITY, "idle": 9.0, "clumping": 1.0}
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))}=.* must be"):
        expected_throughput_per_s(**right | wrong)
    if "idle" not in wrong:
        for formula in (expected_pickup_s, peak):
            few = {n: v for n, v in right.items() if n != "idle" or formula is expected_pickup_s}
            with pytest.raises(ValueError, match=f"^{next(iter(wrong))}=.* must be"):
                formula(**few | wrong)


@pytest.mark.parametrize("wrong", [{"base_per_s": 0.0}, {"elasticity": 0.0}, {"elasticity": None}], ids=repr)  # fmt: skip
def test_a_demand_of_nothing_is_refused(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))}=.* must be"):
        Demand(**wrong)
    with pytest.raises(ValueError, match=r"^multiplier=0.5 must be"):
        Demand().requests_per_s(0.5)
    with pytest.raises(ValueError, match=r"^most_per_s=0 must be"):
        Demand().multiplier(0)
