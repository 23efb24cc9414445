"""Rows, recoveries and the tree of calls: what is drawn is what the engine and the graph say."""

import re

import numpy as np
import pytest

from scalemodel.netflix.services.changes import BY_HAND_S, Down, lost_calls
from scalemodel.netflix.services.graph import home_page
from scalemodel.parts.system import Flow, Part, System
from scalemodel.stage.netflix.recover import (
    AT_S,
    TROUBLES,
    lost_min,
    recover_picture,
    recover_run,
)  # fmt: skip
from scalemodel.stage.netflix.rows import ROWS_WALLS, rows_picture, rows_run
from scalemodel.stage.netflix.tree import service_tree


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_time_out_alone_leaves_workers_over_time_out():
    picture = rows_picture(100.0, "time-out", 800.0)
    assert list(picture.readings.values()) == [
        (round(100 * 150 / 0.4 / 800), "count"),
        (0, "count"),
    ]
    assert (100, "count") in rows_picture(100.0, "+ bulkhead", 800.0).readings.values()


def test_the_walls_have_names_in_words():
    starts = {walls: rows_picture(1.0, walls, 100.0).alt for walls in ROWS_WALLS}
    assert [alt.split(": ")[0].split(", ", 1)[1] for alt in starts.values()] == [
        "no walls", "time-out", "time-out and bulkhead", "time-out, bulkhead and breaker",
    ]  # fmt: skip


def test_one_after_another_costs_no_page_and_walls_keep_a_slow_plan_to_its_row():
    assert lost_min("a new playback", "one after another", False) == 0
    assert lost_min("a new playback", "all at once", False) == pytest.approx(0.5, abs=0.05)
    assert lost_min("the plan is slow", "left alone", True) == 0
    assert "with walls. Minutes" in recover_picture("the plan is slow", True).alt


def test_a_tree_hangs_each_service_under_who_asks_it():
    system = System(
        (Part("ann", "1 × 2 workers", 0, 0), Part("bob", "", 1, 0), Part("cy", "", 2, 0)),
        (Flow("ann", "bob", "a row"), Flow("bob", "cy", light=True)),
    )
    tree = service_tree(system, "ann")
    assert str(tree) == "ann asks bob; bob asks cy or goes on without."
    assert re.findall(r"<text [^>]*>([^<]*)", tree.svg) == [
        "ann", "1 × 2", "bob", "a row · ", "cy", ""
    ]  # fmt: skip
    solid, dashed = re.findall(r"<path [^>]*>", tree.svg)
    assert "dasharray" not in solid and "dasharray" in dashed
    assert [re.search(r'd="M(\d+) (\d+)V(\d+)H(\d+)', path).groups() for path in (solid, dashed)] == [
        ("12", "25", "41", "25"), ("36", "52", "68", "49"),
    ]  # fmt: skip
    assert not re.findall(r"var\(--[\w-]+\)", tree.svg), (
        "where a colour is not known, as in Jupyter, the text's is taken"
    )


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("walls", ROWS_WALLS)
def test_every_bar_is_a_hundred_pages(walls):
    picture = rows_picture(30.0, walls, 200.0)
    across = np.array([bar.x for bar in picture.figure.data], float)
    assert np.allclose(across.sum(axis=0), 100, atol=0.2)
    assert list(picture.figure.data[0].y)[-1] == "who watches", "the first row stands on top"
    assert set(across[2]) == {across[2][0]}, "who has no page has no row"


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("walls", [False, True])
def test_all_is_well_before_and_every_line_is_drawn(trouble, walls):
    lines = recover_picture(trouble, walls).figure.data
    assert [line.name for line in lines] == list(TROUBLES[trouble][1])
    for line, way in zip(lines, TROUBLES[trouble][1], strict=True):
        minutes, pages = recover_run(trouble, way, walls)
        assert (pages[minutes * 60 <= AT_S] == 100).all() and pages.min() >= 0
        assert list(line.y) == pages.round(1).tolist() and len(pages) == TROUBLES[trouble][0] / 10


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_a_zone_by_hand_costs_what_three_in_a_row_fail():
    """Gateway, user and playback must each find an instance that is up: all but (2/3)³."""
    (down,) = TROUBLES["a zone goes down"][1]["noticed by hand"]
    assert down == Down(zone=0, at_s=AT_S, noticed_s=BY_HAND_S)
    lost = lost_calls(1.0, 1 - (2 / 3) ** 3, BY_HAND_S) / 60
    assert lost_min("a zone goes down", "noticed by hand", False) == pytest.approx(lost, rel=0.02)


def test_the_bars_are_those_of_the_report():
    report, picture = rows_run(10.0, "none", 800.0), rows_picture(10.0, "none", 800.0)
    live, fallback, none = (bar.x[0] for bar in picture.figure.data)
    row = report.rows["analytics"]
    assert picture.figure.data[0].y[0] == "ten most seen"
    total = report.page.requests
    assert (live, fallback) == (
        round(100 * row.live / total, 1),
        round(100 * row.fallback / total, 1),
    )
    assert none == round(100 * (row.failed + row.hangs) / total, 1) > 40


def test_the_tree_has_each_service_of_the_home_page_once():
    page = home_page()
    bold = re.findall(r'font-weight="600"[^>]*>([^<]+)', service_tree(page.system(), "gateway").svg)
    assert sorted(bold) == sorted(service.name for service in page.services)
    assert bold.index("encoding") == bold.index("playback") + 1


# ── Refusals ────────────────────────────────────────────────────────────────
def test_what_is_not_there_is_named():
    with pytest.raises(KeyError, match="ditch"):
        rows_picture(1.0, "ditch", 100.0)
    with pytest.raises(KeyError, match="rain"):
        recover_picture("rain", True)
    with pytest.raises((ValueError, TypeError), match="system"):
        service_tree(None, "gateway")
