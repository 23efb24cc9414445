"""A price for each hexagon: by hand, laws of counts and screens, closed forms, bad input."""

from dataclasses import replace

import h3.api.basic_int as h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalemodel.uber.surge.pricing import Linear, Power, Shown, Surge, SurgeConfig
from tests.conftest import cases

CURVES = [Linear(), Linear(begins=0.5, slope=2.0), Power(), Power(begins=2.0, power=1.0)]
AT_ONCE = SurgeConfig(window_ticks=1, smooth_ratio=1.0, dwell_ticks=1)
COUNTS = st.lists(st.integers(0, 50), min_size=7, max_size=7)


def small(config=AT_ONCE):
    return Surge(config, 45.0, -30.0, rings=1)


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_price_rises_at_once_and_falls_unwillingly():
    screen = Shown(replace(AT_ONCE, step=0.5, gap=0.25), n=1)
    shown = [float(screen.tick([n], [10])[0]) for n in (19, 20, 16, 15, 14, 30, 26, 24)]
    assert shown == [1.0, 1.5, 1.5, 1.5, 1.0, 2.0, 2.0, 1.5]  # 1.25 is enough for a stay at 1.5


def test_a_price_moves_again_only_after_its_dwell():
    screen = Shown(replace(AT_ONCE, step=0.5, gap=0.0, dwell_ticks=3), n=2)
    shown = [screen.tick([ada, 20], [10, 10])[0] for ada in (20, 5, 5, 5, 20, 20)]
    assert shown == [1.5, 1.5, 1.5, 1.0, 1.0, 1.0]
    assert screen.tick([20, 20], [10, 10]).tolist() == [1.5, 1.5]


def test_a_window_counts_the_requests_of_its_ticks():
    surge = small(replace(AT_ONCE, window_ticks=3, blend_ratio=0.0))
    zero, ten = np.zeros(7), np.full(7, 10.0)
    shown = [surge.tick(requests, ten)[0] for requests in (ten, ten, ten, zero, zero, zero)]
    assert shown == [1.0, 1.5, 2.0, 1.6, 1.0, 1.0]  # 1 is 1, without a gap


def test_counts_by_hexagon_and_those_outside():
    surge = small()
    lat, lon = zip(*map(h3.cell_to_latlng, surge.cells), strict=True)
    counts = surge.count([*lat, lat[2], lat[2], 0.0], [*lon, lon[2], lon[2], 0.0])
    assert counts.tolist() == [1, 1, 3, 1, 1, 1, 1]
    assert surge.count([], []).tolist() == [0] * 7


def test_no_cars_count_as_one():
    assert Shown(AT_ONCE, 1).tick([2], [0]) == Shown(AT_ONCE, 1).tick([2], [1]) == 1.5


def test_many_cars_next_door_are_cars_too():
    surge = small(replace(AT_ONCE, blend_ratio=0.6))
    middle = surge.cells.index(h3.latlng_to_cell(45.0, -30.0, 8))
    cars = np.full(7, 10.0)
    cars[middle] = 60
    shown = surge.tick(np.full(7, 20.0), cars)
    assert shown[middle] == 1.0 and set(np.delete(shown, middle)) == {1.1}  # 20 for 15


def test_no_ratio_is_too_large():
    steep = replace(AT_ONCE, curve=Power(power=10.0), cap=7.0)
    assert Shown(steep, 1).tick([1e9], [0]) == 7.0
    surge = small(replace(steep, window_ticks=1_000, blend_ratio=1.0))
    for _ in range(1_000):
        shown = surge.tick(np.full(7, 1e9), np.zeros(7))
    assert shown.tolist() == [7.0] * 7


def test_twelve_hexagons_of_the_globe_are_pentagons():
    lat, lon = h3.cell_to_latlng(sorted(h3.get_pentagons(8))[0])
    surge = Surge(replace(AT_ONCE, blend_ratio=0.6), lat, lon, rings=2)
    assert len(surge.cells) == 16
    counts = surge.count([lat], [lon]) * 10.0
    assert sorted(surge._blended(counts))[-6:] == pytest.approx([1] * 5 + [5])


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("curve", CURVES, ids=repr)
@given(ratios=st.lists(st.floats(0, 100), min_size=2, max_size=5))
def test_a_curve_never_falls_and_begins_at_1(curve, ratios):
    said = curve.multiplier(np.sort(ratios))
    assert (np.diff(said) >= 0).all() and (said >= 1).all()
    assert curve.multiplier(np.array([0.0, curve.begins])).tolist() == [1, 1]
    assert curve.multiplier(np.array([curve.begins * 1.1]))[0] > 1


HISTORIES = st.lists(st.tuples(COUNTS, COUNTS), min_size=1, max_size=6)
CONFIGS = st.builds(SurgeConfig, curve=st.sampled_from(CURVES), cap=st.sampled_from([1.0, 1.7, 3.0]),
                    window_ticks=st.integers(1, 3), smooth_ratio=st.floats(0.1, 1), blend_ratio=st.floats(0, 1),
                    step=st.sampled_from([0.05, 0.1, 0.5]), gap=st.sampled_from([0, 0.1, 0.3]),
                    dwell_ticks=st.integers(1, 4))  # fmt: skip


def run(config, history, more=None):
    """What is shown tick by tick, with `more` requests and `more` cars in hexagons, from the first."""
    surge = small(config)
    return surge, np.array([
        surge.tick(np.add(requests, 0 if more is None else more[0]),
                   np.add(cars, 0 if more is None else more[1]))
        for requests, cars in history])  # fmt: skip


@given(config=CONFIGS, history=HISTORIES, more=COUNTS)
@settings(max_examples=cases(80))
def test_more_requests_never_cost_less_and_more_cars_never_more(config, history, more):
    config = replace(config, dwell_ticks=1)  # a dwell can hold the one and not the other
    plain = run(config, history)[1]
    assert (run(config, history, (more, 0))[1] >= plain).all()
    assert (run(config, history, (0, more))[1] <= plain).all()


@given(config=CONFIGS, history=HISTORIES)
@settings(max_examples=cases(80))
def test_a_price_is_on_a_step_within_its_cap_and_does_not_flip_in_its_dwell(config, history):
    shown = run(config, history * 3)[1]
    assert (shown >= 1).all() and (shown <= config.cap).all()
    steps = (shown - 1) / config.step
    assert np.allclose(steps, np.round(steps)) or config.cap in shown
    for screen in np.vstack([np.ones(7), shown]).T:
        moved = np.flatnonzero(np.diff(screen))
        assert (np.diff(moved) >= config.dwell_ticks).all()


@given(counts=COUNTS, blend_ratio=st.floats(0, 1))
@settings(max_examples=cases(80))
def test_neighbours_share_and_nobody_is_lost(counts, blend_ratio):
    surge = small(replace(AT_ONCE, blend_ratio=blend_ratio))
    after = surge._blended(np.array(counts, float))
    assert after.sum() == pytest.approx(sum(counts)) and (after >= 0).all()


def test_who_gives_all_has_nothing_and_not_less():
    surge = small(replace(AT_ONCE, blend_ratio=1.0))
    middle = surge.cells.index(h3.latlng_to_cell(45.0, -30.0, 8))
    for count in range(1, 51):
        counts = np.zeros(7)
        counts[middle] = count
        assert 0 <= surge._blended(counts)[middle] < 1e-12


@given(config=CONFIGS, extra=st.integers(1, 1_000))
@settings(max_examples=cases(40))
def test_one_hexagon_reaches_its_ring_and_no_further(config, extra):
    surges = [Surge(config, 45.0, -30.0, rings=3) for _ in range(2)]
    ten = np.full(37, 10.0)
    middle = surges[0].cells.index(h3.latlng_to_cell(45.0, -30.0, 8))
    more = ten.copy()
    more[middle] += extra
    for _ in range(3):
        plain, changed = surges[0].tick(ten, ten), surges[1].tick(more, ten)
    ring = {surges[0].cells.index(cell) for cell in h3.grid_disk(surges[0].cells[middle], 1)}
    assert set(np.flatnonzero(plain != changed)) <= ring


def test_a_ring_is_reached():
    surge = Surge(replace(AT_ONCE, blend_ratio=0.6), 45.0, -30.0, rings=3)
    middle = surge.cells.index(h3.latlng_to_cell(45.0, -30.0, 8))
    requests = np.full(37, 10.0)
    requests[middle] = 110
    said = surge.tick(requests, np.full(37, 10.0))
    assert sorted(said[said > 1].tolist()) == [1.5] * 6 + [3.0]  # 10 more each; 40 more


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("smooth_ratio", [1.0, 0.3, 0.05])
def test_a_sudden_change_is_followed_as_the_closed_form_says(smooth_ratio):
    screen = Shown(replace(AT_ONCE, smooth_ratio=smooth_ratio), 1)
    for tick in range(1, 30):
        screen.tick([100], [40])
        share = 1 - (1 - smooth_ratio) ** tick
        assert screen.requests[0] == pytest.approx(100 * share)
        assert screen.cars[0] == pytest.approx(40 * share)


def test_blending_is_the_average_of_a_ring_written_with_sets():
    surge = Surge(replace(AT_ONCE, blend_ratio=0.42), 45.0, -30.0, rings=2)
    counts = np.random.default_rng(1).integers(0, 50, len(surge.cells)).astype(float)
    by_cell = dict(zip(surge.cells, counts, strict=True))
    for cell, after in zip(surge.cells, surge._blended(counts), strict=True):
        ring = [near for near in h3.grid_ring(cell, 1) if near in by_cell]
        expected = by_cell[cell] * (1 - 0.07 * len(ring)) + 0.07 * sum(map(by_cell.get, ring))
        assert after == pytest.approx(expected)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("wrong", [{"curve": 3}, {"cap": 0.9}, {"tick_s": 0}, {"window_ticks": 0}, {"smooth_ratio": 1.1}, {"blend_ratio": -0.1},
                                   {"step": 0}, {"gap": -0.1}, {"dwell_ticks": 0}], ids=repr)  # fmt: skip
def test_a_config_that_cannot_be_is_named(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}=.* must be"):
        SurgeConfig(**wrong)


@pytest.mark.parametrize(("requests", "cars", "words"), [
    ([1] * 6, [1] * 7, "requests has 6 places; it must have 7"), ([1] * 7, [1] * 8, "cars has 8"),
    ([-1] * 7, [1] * 7, "requests"), ([1] * 7, None, "cars")])  # fmt: skip
def test_a_tick_that_means_nothing_is_named_and_changes_nothing(requests, cars, words):
    surge = small(replace(AT_ONCE, blend_ratio=0.0))
    with pytest.raises(ValueError, match=words):
        surge.tick(requests, cars)
    assert surge.ticks == 0 and surge.tick([20] * 7, [10] * 7).tolist() == [1.5] * 7


def test_a_curve_that_raises_has_changed_nothing():
    surge, told = small(replace(AT_ONCE, blend_ratio=0.0)), []

    def broken(curve, ratio):
        raise ZeroDivisionError(told.append(ratio))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(AT_ONCE.curve), "multiplier", broken)
        with pytest.raises(ZeroDivisionError):
            surge.tick([90] * 7, [10] * 7)
    assert told and surge.ticks == 0 and surge.tick([20] * 7, [10] * 7).tolist() == [1.5] * 7


def test_rows_of_two_lengths_are_named():
    with pytest.raises(ValueError, match="lat and lon must have one length: 1 and 2"):
        small().count([1.0], [1.0, 2.0])
