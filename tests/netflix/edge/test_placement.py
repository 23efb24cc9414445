"""What boxes hold: by hand, limits, the best by brute force, bad input."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalemodel.core.stats import agrees
from scalemodel.netflix.edge import placement
from scalemodel.netflix.edge.catalogue import SHOP, CatalogueConfig, catalogue
from scalemodel.netflix.edge.placement import (
    GLOBAL,
    NOISY,
    PERFECT,
    YESTERDAY,
    FillConfig,
    Prediction,
    fill,
    place,
)
from tests.conftest import cases

FILES = st.integers(1, 8)


@st.composite
def nights(draw, boxes=3, equal=False):
    """(shares, bytes, disks, held, budget) of a site."""
    files = draw(FILES)
    row = lambda kind: draw(st.lists(kind, min_size=files, max_size=files))
    shares = np.array(row(st.integers(0, 20)), dtype=float)
    sizes = np.full(files, draw(st.integers(1, 9))) if equal else np.array(row(st.integers(1, 9)))
    disks = np.array(draw(st.lists(st.integers(0, 40), min_size=1, max_size=boxes)))
    held = np.zeros((len(disks), files), dtype=bool)
    for file in range(files):
        box = draw(st.integers(-1, len(disks) - 1))
        if box >= 0 and sizes[held[box]].sum() + sizes[file] <= disks[box]:
            held[box, file] = True
    return shares, sizes, disks, held, draw(st.integers(0, 40))


# ── Examples ────────────────────────────────────────────────────────────────
def test_what_is_asked_for_most_comes_first_whatever_its_size():
    assert place([0.1, 0.5, 0.4], [1, 6, 2], [8]).tolist() == [[False, True, True]]
    assert place([0.3, 0.3, 0.4], [4, 4, 4], [8]).tolist() == [[True, False, True]]  # the first


def test_what_does_not_fit_is_passed_over():
    assert place([0.5, 0.3, 0.2], [5, 4, 3], [8]).tolist() == [[True, False, True]]
    assert place([0.5, 0.3, 0.2], [5, 4, 3], [9]).tolist() == [[True, True, False]]


def test_a_budget_is_for_what_is_new_and_what_is_held_costs_room_alone():
    held = [[False, False, True, True]]
    shares, sizes = [0.4, 0.3, 0.2, 0.1], [2, 2, 2, 2]
    for budget, holds in ((1, "0011"), (2, "1010"), (3, "1010"), (4, "1100")):
        answer = place(shares, sizes, [4], held, budget)
        assert "".join(str(int(one)) for one in answer[0]) == holds


def test_a_file_stays_in_its_box_and_a_new_one_comes_where_most_room_is():
    held = [[False, False, True], [False, False, False]]
    answer = place([0.5, 0.3, 0.2], [3, 3, 3], [6, 7], held)
    assert answer.tolist() == [[False, True, True], [True, False, False]]
    both = place([0.5, 0.3], [3, 3], [6, 6], [[False, True], [False, True]])
    assert both.tolist() == [[True, True], [False, False]]  # of two that hold it, the first


def test_a_box_that_is_full_gives_its_file_to_another_by_night():
    held = [[False, True], [False, False]]
    assert place([0.5, 0.3], [3, 3], [4, 3], held, 3).tolist() == [[True, False], [False, True]]
    assert place([0.5, 0.3], [3, 3], [4, 3], held, 2).tolist() == [[False, True], [False, False]]


def test_what_nobody_wants_is_withdrawn():
    assert place([0.0, 1.0], [1, 1], [9], [[True, True]]).tolist() == [[False, True]]


def test_a_night_of_twelve_hours():
    assert (FillConfig().hour_bytes, FillConfig().budget_bytes) == (540 * 10**9, 6480 * 10**9)
    assert FillConfig(rate_gbps=0.4, window_h=12).budget_bytes == 2160 * 10**9
    assert FillConfig(start_h=20, window_h=4, rate_gbps=0.0).budget_bytes == 0


def test_predictions_know_less_than_all():
    shop = catalogue(CatalogueConfig(titles=300, regions=3))
    demand = shop.demand(4)
    assert (PERFECT(shop, 4) == demand).all()
    assert (YESTERDAY(shop, 4) == shop.demand(3) * shop.there(4)).all()
    assert (Prediction(days_old=3)(shop, 4) == shop.demand(1) * shop.there(4)).all()
    assert (YESTERDAY(shop, 0) == shop.demand(0)).all()
    for row in GLOBAL(shop, 4):
        assert row == pytest.approx(demand.mean(axis=0))
    new, gone = ~shop.there(3) & shop.there(4), shop.there(3) & ~shop.there(4)
    assert new.sum() == gone.sum() == 6
    assert not YESTERDAY(shop, 4)[:, new | gone].any() and (PERFECT(shop, 4)[:, new] > 0).all()


def test_noise_is_of_each_day_and_seed():
    shop = catalogue(SHOP)
    one, again, other = (Prediction(sigma=0.7, seed=seed)(shop, 3) for seed in (0, 0, 1))
    assert (one == again).all() and (one != other).any() and (one == NOISY(shop, 3)).all()
    calm = catalogue(CatalogueConfig(drift_ratio=0.0, premieres=0, leaving=0))
    assert (NOISY(calm, 3) != NOISY(calm, 4)).any()


# ── Laws ────────────────────────────────────────────────────────────────────
@settings(max_examples=cases(200))
@given(night=nights())
def test_disk_and_budget_hold_and_each_file_is_there_once(night):
    shares, sizes, disks, held, budget = night
    holds = place(*night)
    assert (holds @ sizes <= disks).all()
    assert ((holds & ~held) @ sizes <= budget).all()
    assert (holds.sum(axis=0) <= (shares > 0)).all()


@settings(max_examples=cases(200))
@given(night=nights())
def test_the_compiled_walk_is_the_one_that_you_read(night):
    shares, sizes, disks, held, budget = night
    order = np.argsort(-shares, kind="stable")
    order = order[shares[order] > 0]
    ends = []
    for walk in (fill, fill.native):
        room, left = disks.astype(np.int64), np.full(len(disks), budget)
        holds = np.zeros_like(held)
        walk(order, sizes.astype(np.int64), room, left, held, holds)
        ends.append((room.tolist(), left.tolist(), holds.tolist()))
    assert ends[0] == ends[1] and ends[0][2] == place(*night).tolist()


@settings(max_examples=cases(200))
@given(
    night=nights(boxes=1, equal=True), other=st.lists(st.integers(0, 20), min_size=8, max_size=8)
)
def test_who_knows_the_demand_is_never_beaten_with_files_of_one_size(night, other):
    shares, *limits = night
    best, worse = place(*night), place(np.array(other[: len(shares)], dtype=float), *limits)
    assert (best @ shares)[0] >= (worse @ shares)[0]


# ── Oracle ──────────────────────────────────────────────────────────────────
def best_of_all(shares, sizes, disk, held, budget):
    """The most bytes served by any set of files within the limits."""
    best = 0
    for chosen in itertools.product((0, 1), repeat=len(shares)):
        new = np.array(chosen) * ~held[0]
        if np.dot(chosen, sizes) <= disk and np.dot(new, sizes) <= budget:
            best = max(best, np.dot(chosen, shares * sizes))
    return best


@settings(max_examples=cases(60))
@given(night=nights(boxes=1, equal=True))
def test_with_files_of_one_size_nothing_is_better(night):
    shares, sizes, disks, held, budget = night
    served = (place(*night) @ (shares * sizes))[0]
    assert served == best_of_all(shares, sizes, disks[0], held, budget)


@settings(max_examples=cases(60))
@given(night=nights(boxes=1))
def test_with_files_of_many_sizes_two_files_are_lost_at_most(night):
    shares, sizes, disks, held, budget = night
    served = (place(*night) @ (shares * sizes))[0]
    two = np.sort(shares * sizes)[-2:].sum()
    assert served >= best_of_all(shares, sizes, disks[0], held, budget) - two


def test_noise_has_the_quality_that_is_stated():
    shop, errors = catalogue(CatalogueConfig(titles=300, premieres=0, leaving=0)), []
    for seed in range(20):
        factor = np.log(Prediction(sigma=0.7, seed=seed)(shop, 2) / shop.demand(2))
        errors.append(float((factor**2).mean()) - 0.49)
    assert agrees(errors)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (([0.5], [3, 3], [4]), "bytes_of must have 1 numbers, as shares, not 2"),
        (
            ([0.5, 0.5], [1.9, 2.2], [4]),
            r"bytes_of=\[1.9, 2.2\] must be integers, with a sum below",
        ),
        (([0.5], [0], [4]), r"bytes_of\[0\]=0.0 must be a finite number of at least 1"),
        (([-0.5], [3], [4]), r"shares\[0\]=-0.5 must be"),
        (([0.5], [3], [-4]), r"disk_bytes\[0\]=-4.0 must be"),
        (
            ([0.5], [3], [4], [[1]]),
            r"held must be booleans, \(1, 1\) as disk_bytes and shares: \[\[1\]\]",
        ),
        (([0.5], [3], [4], [[True, False]]), r"held must be booleans, \(1, 1\) as disk_bytes"),
        (([0.5], [3], [4], None, -1), "budget_bytes=-1 must be"),
    ],
)
def test_what_cannot_be_placed_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        place(*wrong)


def test_a_rougher_prediction_than_any_that_is_placed_is_refused():
    with pytest.raises(ValueError, match=r"sigma=3.1 must be a finite number of at least 0"):
        Prediction(sigma=3.1)
    shop = catalogue(CatalogueConfig(titles=20_000, regions=1))
    assert place(Prediction(sigma=3)(shop, 0)[0], shop.bytes_of, [10**13]).any()


def test_a_sum_of_bytes_that_is_not_counted_is_refused(monkeypatch):
    monkeypatch.setattr(placement, "MOST_BYTES", 2.0**63)
    assert placement.files([1.0], [2.0**62])[1].tolist() == [2**62]
    with pytest.raises(ValueError, match="must be integers, with a sum below"):
        placement.files([1.0, 1.0], [2.0**62, 2.0**62])


def test_a_window_ends_with_the_day():
    assert type(FillConfig(rate_gbps=np.float32(2.0)).rate_gbps) is float
    assert type(Prediction(days_old=np.int8(2)).days_old) is int
    with pytest.raises(
        ValueError, match="window_h=12 must be an integer of at least 0 and at most 11"
    ):
        FillConfig(start_h=13)
    assert placement.MOST_DISK_BYTES >= 10**15
