"""How clumped idle cars are: by hand, a snapshot, one car alone, the whole market; bad input."""

import math

import numpy as np
import pytest

from scalemodel.core.rng import stream
from scalemodel.core.stats import agrees
from scalemodel.uber.matching.market import MarketConfig, simulate
from scalemodel.uber.matching.policies import FirstCome
from scalemodel.uber.surge import clumping as inside
from scalemodel.uber.surge.clumping import (
    CLUMPING,
    clumping,
    expected_clumping,
    replace_nearest,
)


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_request_takes_the_nearest_and_a_newcomer_stands_elsewhere():
    cars, drive = np.array([[0.5, 0.5], [0.875, 0.0]]), np.empty(3)
    requests = np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 0.25]])
    newcomers = np.array([[0.25, 0.0], [0.0, 0.5], [0.0, 0.0]])
    replace_nearest(cars, requests, newcomers, drive)
    assert drive.tolist() == [0.125, 0.25, 0.25]
    assert cars.tolist() == [[0.5, 0.5], [0.0, 0.0]]


# ── Laws ────────────────────────────────────────────────────────────────────
def test_the_compiled_loop_is_the_one_that_you_read():
    drives = []
    for way in (replace_nearest, replace_nearest.native):
        rng, drive = stream(4, "cars"), np.empty(200)
        way(rng.random((12, 2)), rng.random((200, 2)), rng.random((200, 2)), drive)
        drives.append(drive.tolist())
    assert drives[0] == drives[1]


def test_the_table_is_passed_through():
    for idle, ratio in CLUMPING:
        assert expected_clumping(idle) == pytest.approx(ratio)
    middle = (CLUMPING[3][1] + CLUMPING[4][1]) / 2
    assert expected_clumping(math.sqrt(CLUMPING[3][0] * CLUMPING[4][0])) == pytest.approx(middle)


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_a_measurement_is_what_you_would_do_by_hand():
    """Four cars, thirty requests counted after the first eighty; pairs of places by turns."""
    luck = stream(6, "cars").random((4 + 2 * (80 + 30), 2))
    cars, far = [*luck[:4]], []
    for request, newcomer in luck[4:].reshape(-1, 2, 2):
        off = abs(np.array(cars) - request)
        away = np.hypot(*np.minimum(off, 1 - off).T)
        far.append(away.min())
        cars[away.argmin()] = newcomer
    by_hand = np.mean(far[-30:]) * 2 * math.sqrt(4)
    assert clumping(4, 30, stream(6, "cars")) == pytest.approx(by_hand, rel=1e-12)


def test_a_snapshot_obeys_the_square_root_law(monkeypatch):
    monkeypatch.setattr(inside, "BURN_IN", 0)
    assert agrees([clumping(300, 1, stream(seed, "snapshot")) - 1 for seed in range(2000)])


def test_one_car_alone_is_a_mean_distance():
    """(√2 + ln(1 + √2)) / 6 of the side to a car that may be anywhere, times 2."""
    mean = 2 * (math.sqrt(2) + math.log(1 + math.sqrt(2))) / 6
    assert mean == pytest.approx(CLUMPING[0][1], abs=5e-4)
    assert agrees([clumping(1, 20_000, stream(seed, "alone")) - mean for seed in range(20)])


@pytest.mark.parametrize(("idle", "draws"), [(3, 20_000), (10, 20_000), (30, 20_000), (100, 20_000), (300, 20_000)])  # fmt: skip
def test_a_running_market_drives_farther(idle, draws):
    measured = [clumping(idle, draws, stream(seed, "clumping")) for seed in range(20)]
    assert agrees(np.array(measured) - expected_clumping(idle))
    assert np.std(measured) / math.sqrt(20) < 0.01, "so that it can tell"


def test_the_whole_market_is_as_clumped_as_the_smallest():
    """218 cars are idle on average; drives are 1.3 times the snapshot's, to 3 per cent."""
    reports = [simulate(MarketConfig(until_s=14_400.0), FirstCome(), seed) for seed in range(10)]
    idle = np.mean([report.mean_idle for report in reports])
    drive_km = np.mean([report.mean_pickup_s for report in reports]) * 30 / 3600
    assert drive_km / (5 / math.sqrt(idle)) == pytest.approx(expected_clumping(idle), rel=0.03)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_as_many_distances_as_are_allowed_are_measured(monkeypatch):
    monkeypatch.setattr(inside, "MOST_DISTANCES", 3 * (60 + 5))
    assert clumping(3, 5, stream(1, "cars")) > 0
    with pytest.raises(ValueError, match=r"draws=6 must be fewer: with idle=3 .* above 195 dist"):
        clumping(3, 6, stream(1, "cars"))


@pytest.mark.parametrize("wrong", [{"idle": 0}, {"idle": 2**70}, {"draws": 0}, {"draws": 1e9}, {"rng": 3}, {"idle": 10**6}], ids=repr)  # fmt: skip
def test_a_measurement_of_nothing_or_too_much_is_refused(wrong):
    right = {"idle": 30, "draws": 1_000_000, "rng": stream(1, "cars")}
    with pytest.raises(ValueError, match=r"=.* must be"):
        clumping(**right | wrong)
    for idle in (0, 0.99, 1_001, math.nan):
        with pytest.raises(ValueError, match=r"^idle=.* must be .* at least 1 and at most 1000"):
            expected_clumping(idle)
