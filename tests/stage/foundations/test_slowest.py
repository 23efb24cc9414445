"""Pages and their slowest answers: dots, cells and curves against counting and the engine."""

import itertools
import math

import numpy as np
import pytest

from scalemodel.core.rng import stream
from scalemodel.core.stats import agrees
from scalemodel.parts.resilience.calls import CallsConfig, calls
from scalemodel.parts.resilience.guards import Guards
from scalemodel.stage.foundations import slowest
from scalemodel.stage.foundations.slowest import (
    P50_MS,
    P95_MS,
    P99_MS,
    page_ms,
    slow_answers,
    slow_pages_ratio,
    slower_ratio,
    slowest_picture,
)
from scalemodel.stage.foundations.slowest_moving import SERVERS, answers_ms, slowest_moving
from tests.stage.foundations.told import ways_of

STATES = (1, 3, 10, 30, 100, 300, 1000)


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_same_luck_makes_more_slow_pages_where_more_are_asked():
    one, three, six = ways_of(slowest_moving())
    assert [way[-1][0] for way in (one, three, six)] == [
        "1 of 8 pages was slow.",
        "2 of 8 pages were slow.",
        "4 of 8 pages were slow.",
    ]
    assert one[6][0] == "Page 4 asks A." and three[6][0] == "Page 4 asks A, B and C."
    assert one[7][0] == "Page 4: A answers after 41 ms. The page is slow."
    assert three[7][0] == "Page 4: the last answer is A's, after 41 ms. The page is slow."
    assert six[1][0] == "Page 1: the last answer is B's, after 16 ms. The page is fast."


def test_a_hundred_servers_make_two_of_three_pages_slow():
    picture = slowest_picture(100, "never")
    assert picture.readings == {
        "slow pages, of 100": (pytest.approx(63.3968, abs=1e-3), "count"),
        "slow in the field": (63, "count"),
        "half the pages take over": (pytest.approx(71.680, abs=1e-3), "ms"),
        "calls a page": (100.0, "count"),
    }
    hedged = slowest_picture(100, "after the p95")
    assert hedged.readings["slow pages, of 100"] == (pytest.approx(10.15, abs=0.01), "count")
    assert hedged.readings["calls a page"] == (pytest.approx(105), "count")
    assert slowest_picture(1, "never").alt.startswith("1 server asked, a second copy never: 1\xa0%")
    assert slowest_picture(1000, "never").alt.startswith("1,000 servers asked")


def test_percentiles_of_the_law():
    assert [slower_ratio(ms) for ms in (P50_MS, P95_MS, P99_MS)] == pytest.approx([0.5, 0.05, 0.01])
    assert (P50_MS, round(P95_MS, 2), round(P99_MS, 2)) == (pytest.approx(10), 37.28, 64.31)
    assert slower_ratio(0.0) == 1.0 and slower_ratio(P95_MS, P95_MS) == pytest.approx(0.05)


# ── Laws ────────────────────────────────────────────────────────────────────
def test_each_dot_stands_at_its_time_and_the_line_at_the_last():
    for asked, way in zip((1, 3, 6), ways_of(slowest_moving()), strict=True):
        for page, row in enumerate(answers_ms().tolist()):
            sent, done = way[2 * page][1], way[2 * page + 1][1]
            for n, name in enumerate(SERVERS):
                assert bool(sent[name]) == bool(done[name]) == (n < asked)
                if n < asked:
                    assert sent[name][:2] == [44, 20 + 22 * n]
                    look = 3 if row[n] > 30 else 2  # bad, good
                    assert done[name] == [44 + 5 * row[n], 20 + 22 * n, look]
            last = max(row[:asked])
            assert (
                done["ready"] == [44 + 5 * last, 144, 3 if last > 30 else 2] and not sent["ready"]
            )
    assert answers_ms().max() <= 60 and (answers_ms() > 30).sum() == 4


def test_to_ask_more_adds_cells_and_changes_none():
    for hedge_ms in slowest.HEDGES_MS.values():
        for few, many in itertools.pairwise(STATES):
            for less, more in zip(
                slow_answers(few, hedge_ms), slow_answers(many, hedge_ms), strict=True
            ):
                assert less == [n for n in more if n < few]


def test_an_earlier_copy_takes_slow_answers_away_and_adds_none():
    late, early, never = (slow_answers(1000, ms) for ms in (P95_MS, P50_MS, math.inf))
    for a, b, c in zip(early, late, never, strict=True):
        assert set(a) <= set(b) <= set(c)
    shares = [slow_pages_ratio(100, ms) for ms in (P50_MS, P95_MS, math.inf)]
    assert shares == sorted(shares)


def test_the_field_is_like_most():
    for hedge_ms in slowest.HEDGES_MS.values():
        for asked in STATES:
            share = slow_pages_ratio(asked, hedge_ms)
            seen = sum(1 for page in slow_answers(asked, hedge_ms) if page)
            assert abs(seen - 100 * share) <= 1.5 * math.sqrt(100 * share * (1 - share)) + 0.5


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_slow_answers_are_counted_one_by_one():
    first = 10 * np.exp(0.8 * stream(slowest.SEED, "first").standard_normal((100, 1000)))
    second = 10 * np.exp(0.8 * stream(slowest.SEED, "second").standard_normal((100, 1000)))
    for asked, hedge_ms in ((10, math.inf), (300, P95_MS)):
        told = slow_answers(asked, hedge_ms)
        for page in (0, 7, 99):
            took = [min(first[page, n], hedge_ms + second[page, n]) for n in range(asked)]
            assert told[page] == [n for n in range(asked) if took[n] > P99_MS]
        assert slowest_picture(asked, "never").scene.data["slow"] == slow_answers(asked, math.inf)


@pytest.mark.parametrize("hedge_ms", [math.inf, P95_MS, P50_MS])
def test_the_engine_agrees_with_the_closed_form(hedge_ms):
    median_s = 0.01
    errors = []
    for seed in range(20):
        config = CallsConfig(
            arrivals_per_s=100.0, servers=1_000, services_per_s=1 / (median_s * math.exp(0.32)),
            law="lognormal", guards=Guards(hedge_s=hedge_ms / 1000), until_s=100.0, seed=seed,
        )  # fmt: skip
        run = calls(config)
        late = 1000 * (run.end_s - run.arrival_s) > 50.0
        errors.append(late.mean() - slower_ratio(50.0, hedge_ms))
    assert agrees(errors)


def test_half_the_pages_take_as_long_as_is_said():
    for asked, hedge_ms in ((1, math.inf), (100, math.inf), (100, P95_MS), (30, P50_MS)):
        for share in (0.5, 0.99):
            ms = page_ms(asked, share, hedge_ms)
            assert (1 - slower_ratio(ms, hedge_ms)) ** asked == pytest.approx(share, abs=1e-9)


def test_the_curves_are_the_closed_form():
    never, hedged, here = slowest_picture(30, "after the median").figure.data
    assert len(slowest_picture(30, "never").figure.data) == 2
    assert never.x[0] == 1 and never.x[-1] == 1000
    for n, y, z in zip(never.x, never.y, hedged.y, strict=True):
        assert y == pytest.approx(100 * (1 - 0.99**n), abs=1e-3)
        q = 0.01 * slower_ratio(P99_MS - P50_MS)
        assert z == pytest.approx(100 * (1 - (1 - q) ** n), abs=1e-3)
    assert (here.x[0], here.y[0]) == (30, pytest.approx(0.515, abs=1e-3))
    axis = slowest_picture(30, "never").figure.layout.xaxis
    assert list(axis.ticktext) == ["1", "10", "100", "1,000"]


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_hedge_that_is_none_is_refused():
    with pytest.raises(KeyError, match="at once"):
        slowest_picture(10, "at once")
    with pytest.raises(ValueError, match=r"parts=0 must be"):
        page_ms(0, 0.5)
