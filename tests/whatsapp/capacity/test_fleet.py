"""A fleet that may lose a region: by hand, every loss tried, the closed form; bad input."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.whatsapp.capacity.fleet import (
    FleetConfig,
    expected_idle_ratio,
    simulate,
    to_all,
    to_nearest,
)

PHONES = st.lists(st.integers(0, 10**8), min_size=2, max_size=6).filter(sum)


# ── Examples ────────────────────────────────────────────────────────────────
def test_three_regions_by_hand():
    """Of 6, 2 and 4 on a line: all alike take 3, 1 and 2 more; the nearest takes all."""
    config = FleetConfig(phones=[6, 2, 4], longitudes=[0, 10, 30], phones_per_server=1)
    alike, near = simulate(config), simulate(replace(config, takes=to_nearest))
    assert alike.servers == (8, 5, 7) and near.servers == (8, 8, 4)
    assert alike.idle_ratio == pytest.approx(8 / 20) == near.idle_ratio
    assert alike.farther_ms == pytest.approx(25 * 40_000 / 360 / 100)
    assert near.farther_ms == pytest.approx(20 * 40_000 / 360 / 100)


def test_the_earth_is_round():
    config = FleetConfig(phones=[1, 1, 1], longitudes=[-170, 170, 0], takes=to_nearest)
    assert simulate(config).farther_ms == pytest.approx(170 * 10 / 9)
    two = FleetConfig(phones=[1, 1], longitudes=[-170, 170])
    assert simulate(two).farther_ms == pytest.approx(20 * 10 / 9)


def test_headroom_comes_on_top():
    config = FleetConfig(phones=[50, 50], longitudes=[0, 90], phones_per_server=10)
    assert simulate(config).servers == (10, 10)
    assert simulate(replace(config, headroom_ratio=0.5)).servers == (20, 20)
    assert simulate(replace(config, phones=[0, 0])).idle_ratio == 1


# ── Laws ────────────────────────────────────────────────────────────────────
@given(phones=PHONES, takes=st.sampled_from([to_all, to_nearest]), seed=st.integers(0, 99))
def test_each_loss_is_carried_and_no_server_is_too_many(phones, takes, seed):
    at = np.random.default_rng(seed).uniform(-180, 180, len(phones))
    servers = simulate(FleetConfig(phones=phones, longitudes=at, takes=takes)).servers
    worst = np.array(phones, float)
    for lost in range(len(phones)):
        left = [n for n in range(len(phones)) if n != lost]
        far = np.array([min(abs(at[n] - at[lost]), 360 - abs(at[n] - at[lost])) for n in left])
        for n, share in zip(left, takes(far), strict=True):
            worst[n] = max(worst[n], phones[n] + share * phones[lost])
    assert all(load <= held * 1e6 * (1 + 1e-9) + 1 for load, held in zip(worst, servers, strict=True))  # fmt: skip
    assert all(load > (held - 1) * 1e6 - 1 for load, held in zip(worst, servers, strict=True))


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("regions", [2, 3, 5, 10])
def test_equal_regions_are_the_closed_form(regions):
    config = FleetConfig(phones=[9e8] * regions, longitudes=np.linspace(-170, 170, regions), phones_per_server=1e5)  # fmt: skip
    assert simulate(config).idle_ratio == pytest.approx(expected_idle_ratio(regions), abs=1e-6)
    near = simulate(replace(config, takes=to_nearest))
    assert near.idle_ratio >= expected_idle_ratio(regions) - 1e-6


def test_all_alike_is_the_closed_form_on_the_published_fleet():
    """147 million on servers of a million each, in four regions alike: 196, and a quarter idle."""
    report = simulate(FleetConfig(phones=[147e6 / 4] * 4))
    assert sum(report.servers) == 196 and report.idle_ratio == pytest.approx(0.25)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("wrong", [{"phones": (1e6,) * 3}, {"phones_per_server": 0}, {"headroom_ratio": 1}, {"takes": lambda: 0}, {"longitudes": (0.0, 0.0, 0.0, 181.0)}, {"phones": (-1.0, 1.0, 1.0, 1.0)}], ids=lambda wrong: next(iter(wrong)))  # fmt: skip
def test_a_config_that_means_nothing_is_named(wrong):
    name = "longitudes" if wrong.get("phones") == (1e6,) * 3 else next(iter(wrong))
    with pytest.raises(ValueError, match=rf"^{name}.* must be"):
        FleetConfig(**wrong)


@pytest.mark.parametrize("takes", [lambda far: [1.0], lambda far: [0.5] * len(far), lambda far: [2.0, -1.0, 0.0], lambda far: None])  # fmt: skip
def test_a_policy_that_gives_no_shares_is_named(takes):
    with pytest.raises(ValueError, match=r"takes\(far\)"):
        simulate(FleetConfig(takes=takes))


def test_a_policy_that_writes_into_the_distances_is_stopped():
    def here(far):
        far[:] = 0
        return to_all(far)

    with pytest.raises(ValueError, match="read-only"):
        simulate(FleetConfig(takes=here))


def test_a_region_alone_has_nowhere_to_go():
    with pytest.raises(ValueError, match="config=3 must be a FleetConfig"):
        simulate(3)
    with pytest.raises(ValueError, match="regions=1 must be"):
        expected_idle_ratio(1)
    with pytest.raises(ValueError, match="far"):
        to_nearest([])
