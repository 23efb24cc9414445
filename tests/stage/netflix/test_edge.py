"""What a box serves, as drawn, against the engine and its formulas."""

import numpy as np
import pytest

from scalemodel.netflix.edge.catalogue import GBPS_HOUR, catalogue
from scalemodel.netflix.edge.day import reactive, simulate
from scalemodel.netflix.edge.expected import expected_hit_ratio
from scalemodel.parts.caches.policies import LRU
from scalemodel.stage.netflix.edge import (
    BEST_TB,
    DAY,
    DISKS_TB,
    EVENINGS,
    FAR,
    FORECASTS,
    TB,
    best_ratios,
    config,
    disk_picture,
    far_gbps,
    far_picture,
    needed_tb,
    shares,
)  # fmt: skip


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_start_of_the_panel():
    picture = disk_picture(8, "perfect", "like others")
    assert picture.alt.replace("\xa0", " ") == (
        "With 8 TB and a perfect forecast the box serves 71 % of the bytes; 29 % are content "
        "misses, 0 % health misses."
    )
    served, content, health, filled = (reading[0] for reading in picture.readings.values())
    assert served + content == pytest.approx(100) and health == 0 and 1.1 < filled < 1.3


def test_a_box_that_fails_misses_by_health_and_not_by_content():
    well, down = (shares(8, "perfect", one) for one in ("like others", "the box fails at eight"))
    assert down.content == well.content and down.filled_tb == well.filled_tb
    assert down.health == pytest.approx(well.served - down.served) and down.health > 0.2


@pytest.mark.parametrize("name", FORECASTS)
def test_every_forecast_has_its_words(name):
    rule, words = FORECASTS[name]
    assert callable(rule) and words in disk_picture(8, name, "like others").alt.replace("\xa0", " ")


# ── Laws ────────────────────────────────────────────────────────────────────
def test_more_disk_serves_more_and_who_knows_more_serves_more():
    for evening in EVENINGS:
        rows = {name: [shares(disk, name, evening) for disk in DISKS_TB] for name in FORECASTS}
        for name, row in rows.items():
            assert (np.diff([one.served for one in row]) > 0).all()
            for one, best in zip(row, rows["perfect"], strict=True):
                assert one.served + one.health + one.content == pytest.approx(1)
                assert one.content >= best.content - 0.005, name
                assert one.filled_tb <= 6.48


def test_what_is_drawn_is_the_runs_and_the_formula():
    figure = disk_picture(4, "yesterday's", "half the link").figure
    served, health, best = figure.data
    rows = [shares(disk, "yesterday's", "half the link") for disk in DISKS_TB]
    assert list(served.y) == np.round([100 * row.served for row in rows], 1).tolist()
    assert list(health.y) == np.round([100 * (row.served + row.health) for row in rows], 1).tolist()
    assert list(best.y) == np.round([100 * one for one in best_ratios("half the link")], 1).tolist()
    assert list(served.x) == list(health.x) == list(DISKS_TB) and list(best.x) == list(BEST_TB)
    assert figure.layout.shapes[0].x0 == 4 and figure.layout.shapes[0].y1 == 100 * rows[2].served


def test_the_far_lines_are_drawn_hour_by_hour():
    picture, rows = far_picture(8, "twelve premieres"), far_gbps(8, "twelve premieres")
    for line, (way, row) in zip(picture.figure.data, rows.items(), strict=True):
        assert line.name == way and list(line.y) == np.round(row, 2).tolist()
    assert list(rows) == list(FAR) and rows["placed by night"][20] < rows["kept on demand"][20]


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_perfect_forecast_meets_the_formula():
    shop = catalogue(config(8, "perfect").catalogue)
    wanted = shop.demand(DAY)[0]
    for disk in DISKS_TB:
        formula = expected_hit_ratio(wanted, shop.bytes_of, disk * TB)
        assert shares(disk, "perfect").served == pytest.approx(formula, abs=0.01)
    needed = round(needed_tb() * TB)
    assert expected_hit_ratio(wanted, shop.bytes_of, needed) == pytest.approx(0.95, abs=1e-6)


def test_what_comes_from_far_is_the_engines():
    night = config(4, "perfect")
    report, (_, fetched) = simulate(night), reactive(night, LRU(capacity=4 * TB))
    rows = far_gbps(4)
    placed = report.fill_bytes.sum(axis=1) + report.tier_bytes[:, 3]
    assert rows["placed by night"] == pytest.approx(placed / GBPS_HOUR)
    assert rows["kept on demand"] == pytest.approx(fetched / GBPS_HOUR)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_what_was_not_run_is_refused():
    with pytest.raises(ValueError, match="disk_tb=3 must be one of 1, 2, 4"):
        disk_picture(3, "perfect", "like others")
    with pytest.raises(ValueError, match="forecast='lucky' must be one of perfect"):
        shares(8, "lucky")
    with pytest.raises(ValueError, match="evening='odd' must be one of like others"):
        far_gbps(8, "odd")
