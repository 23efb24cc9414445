"""The size of a cell: counts against a closed form and the library's index, and what is drawn."""

import numpy as np
import pytest

from scalemodel.stage.uber.cell_size import (
    CARS,
    LAYOUTS,
    SIDE_M,
    SIZES_M,
    WINDOW_M,
    cell_picture,
    changes_ratio,
    expected_changes_ratio,
    looked,
    town,
)  # fmt: skip
from scalemodel.uber.matching.expected import expected_nearest_km


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_panel_opens_on_nine_cells_and_some_forty_cars():
    picture = cell_picture(250.0, "evenly", 10)
    assert picture.alt.replace("\xa0", " ") == (
        "Cells of 250 m: for the 10 nearest of 100,000 cars, spread evenly, a question looks into "
        "9 cells and at 38 cars."
    )
    assert [value for value, _ in picture.readings.values()] == [9.5, 38.1, 16.3]


def test_who_stops_at_the_first_ring_with_ten_is_fooled_where_cells_are_large():
    assert looked("evenly", 10, 250.0)[2] < 0.03 and looked("evenly", 10, 500.0)[2] > 0.7
    assert looked("in hot spots", 10, 250.0)[2] > 0.5


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("layout", LAYOUTS)
def test_larger_cells_are_fewer_and_fuller(layout):
    told = np.array([looked(layout, 10, size) for size in SIZES_M])
    assert (np.diff(told[:, 0]) < 0).all() and (np.diff(told[:, 1]) > 0).all()
    assert (told[:, 1] >= 10).all() and (told[:, 0] >= 1).all()


def test_what_is_drawn_is_counted():
    picture = cell_picture(500.0, "in hot spots", 1)
    cells, cars, changes = picture.figure.data
    at = SIZES_M.index(500.0)
    assert [cells.y[at], cars.y[at]] == pytest.approx(
        looked("in hot spots", 1, 500.0)[:2], rel=1e-3
    )
    assert changes.y[at] == pytest.approx(100 * changes_ratio(500.0), rel=1e-3)
    assert picture.figure.layout.shapes[0].x0 == 500.0
    assert all(1 <= value <= 10**3.6 for line in (cells, cars, changes) for value in line.y)


@pytest.mark.parametrize("cell_m", SIZES_M)
def test_the_scene_holds_as_many_cars_in_the_block_as_were_looked_at(cell_m):
    data = cell_picture(cell_m, "evenly", 10).scene.data
    west, south, east, north = data["block"]
    assert (east - west) % cell_m == pytest.approx(0, abs=0.01) and data["kth"] > 0
    wide, high = WINDOW_M
    if min(west, south) >= 0 and east <= wide and north <= high:  # all of it is to be seen
        x, y = np.array(data["cars"]).reshape(-1, 2).T
        inside = (x >= west - 5) & (x < east + 5) & (y >= south - 5) & (y < north + 5)
        assert abs(int(inside.sum()) - data["looked"]) <= 4


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("cell_m", [62.5, 125.0, 250.0, 1_000.0])
def test_laplaces_needle_says_how_often_lists_change(cell_m):
    truth = expected_changes_ratio(cell_m)
    assert abs(changes_ratio(cell_m) - truth) < 4 * np.sqrt(truth * (1 - truth) / 200_000)


def test_even_cars_stand_as_far_as_the_closed_form_says():
    cars, _ = town("evenly")
    density = CARS / (SIDE_M / 1_000) ** 2
    at = np.random.default_rng(0).uniform(5_000, 35_000, (300, 2))
    far_m = np.array([np.sort(np.hypot(*(cars - place).T))[9] for place in at])
    truth_m = 1_000 * expected_nearest_km(10, density)[0]
    assert abs(far_m.mean() - truth_m) < 4 * far_m.std() / np.sqrt(len(at))


# ── Refusals ────────────────────────────────────────────────────────────────
def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ValueError, match="layout='at sea' must be one of evenly, in hot spots"):
        cell_picture(250.0, "at sea", 10)
    with pytest.raises(ValueError, match="cell_m=0"):
        changes_ratio(0.0)
    with pytest.raises(ValueError, match="cell_m=10"):
        expected_changes_ratio(10.0)
