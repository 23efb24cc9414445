"""Copies, chunks and workers by formulas, against published figures and all plans there are."""

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.parts.queues import erlang_c
from scalemodel.youtube.upload.ladder import LADDER, cost, rungs, work
from scalemodel.youtube.upload.makespan import (
    best_chunks,
    expected_makespan_s,
    makespan_s,
)
from scalemodel.youtube.upload.staffing import (
    erlangs,
    halfin_whitt,
    square_root_workers,
    workers_for,
)


# ── Examples ────────────────────────────────────────────────────────────────
def test_five_hundred_hours_a_minute_are_thirty_thousand_workers_for_each_copy():
    assert erlangs(500) == 30_000 and round(erlangs(500, work(1080))) == 54_610


def test_the_copies_of_the_fact_sheet():
    pixels = [round(one.work_ratio, 4) for one in LADDER]
    assert pixels == [0.0178, 0.0493, 0.1111, 0.1977, 0.4444, 1.0, 1.7778, 4.0, 16.0]
    assert (round(work(1080), 4), round(work(2160), 4)) == (1.8203, 7.5981)
    assert work(1080, fps=60) == 2 * work(1080) and cost(1080, 2.0) == 2 * work(1080)
    assert rungs(1) == LADDER[:1] and rungs(99_999) == LADDER


def test_more_workers_than_chunks_help_nobody():
    assert expected_makespan_s(400.0, 40, 40) == expected_makespan_s(400.0, 40, 400) == 10.0
    assert expected_makespan_s(400.0, 40, 4, each_s=0.5, speed=2.0) == 10 * 5.5


# ── Laws ────────────────────────────────────────────────────────────────────
@given(st.floats(1, 1e4), st.integers(1, 60), st.integers(1, 40), st.floats(0, 3))
def test_equal_chunks_take_what_the_formula_says(video_s, chunks, workers, each_s):
    tasks = [video_s / chunks + each_s] * chunks
    assert math.isclose(
        makespan_s(tasks, workers), expected_makespan_s(video_s, chunks, workers, each_s)
    )
    assert makespan_s(tasks, workers) * min(chunks, workers) >= sum(tasks) * (1 - 1e-12)


@given(st.floats(1, 1e4), st.floats(0.01, 10), st.floats(0.1, 9), st.floats(0.05, 20))
def test_no_other_number_of_chunks_is_better(video_s, each_s, speed, times):
    takes = lambda m: m * each_s + video_s / (m * speed)
    best = best_chunks(video_s, each_s, speed)
    assert takes(best) <= takes(times * best) * (1 + 1e-12)


@given(st.floats(0.5, 400), st.floats(0.001, 0.5), st.floats(0, 5))
def test_with_one_worker_less_it_would_not_be_enough(load, waits_ratio, wait_s):
    workers = workers_for(load, waits_ratio, wait_s)
    late = lambda c: erlang_c(c, load) * math.exp(-(c - load) * wait_s)
    assert late(workers) <= waits_ratio
    assert workers - 1 <= load or late(workers - 1) > waits_ratio
    assert workers_for(load, waits_ratio, wait_s + 1) <= workers


# ── Oracle ──────────────────────────────────────────────────────────────────
@given(st.lists(st.integers(0, 9), min_size=1, max_size=6), st.integers(1, 3))
def test_whoever_is_free_first_is_near_the_best_of_all_plans(tasks, workers):
    best = min(
        max(
            sum(t for t, to in zip(tasks, plan, strict=True) if to == one) for one in range(workers)
        )
        for plan in product(range(workers), repeat=len(tasks))
    )
    assert max(sum(tasks) / workers, max(tasks)) <= best <= makespan_s(tasks, workers)
    assert makespan_s(tasks, workers) <= (2 - 1 / workers) * best  # Graham, 1966


@pytest.mark.parametrize(
    ("workers", "waits", "wait"),
    [(30_100, "0.449592", "4.4959e-03"), (30_300, "0.0514011", "1.7134e-04"),
     (30_600, "0.000299946", "4.9991e-07"), (31_000, "4.8692e-09", "4.8692e-12")],
)  # fmt: skip
def test_erlang_c_at_thirty_thousand_to_the_digits_of_the_fact_sheet(workers, waits, wait):
    share = erlang_c(workers, 30_000.0)
    digits = len(waits.split("e")[0].replace(".", "").lstrip("0"))
    assert f"{share:.{digits}g}" == waits and f"{share / (workers - 30_000):.4e}" == wait


def test_the_square_root_rule_is_near_erlang_at_this_size():
    for workers, printed in ((30_100, 0.44884), (30_300, 0.05089), (30_600, 2.8547e-4)):
        share = halfin_whitt((workers - 30_000) / math.sqrt(30_000))
        assert math.isclose(share, printed, rel_tol=2e-4)
        assert math.isclose(share, erlang_c(workers, 30_000.0), rel_tol=0.05)
    assert abs(square_root_workers(30_000.0, 0.05) - workers_for(30_000.0, 0.05)) == 1


def test_a_small_shop_needs_more_than_twice_its_work():
    assert round(erlang_c(7, 3.0), 4) == 0.0376 and round(erlang_c(6, 3.0), 4) == 0.0991
    assert workers_for(3.0, 0.05) == 7 and workers_for(30_000.0, 0.05) <= 1.011 * 30_000


def test_a_share_that_is_met_to_the_digit_is_enough():
    assert workers_for(3.0, erlang_c(7, 3.0)) == 7


def test_twice_the_work_and_twice_the_wait_are_the_same():
    assert workers_for(3.0, 0.05, wait_s=2.0, service_s=2.0) == workers_for(3.0, 0.05, wait_s=1.0)


def test_the_square_root_rule_holds_where_half_of_all_may_wait():
    assert abs(square_root_workers(30_000.0, 0.5) - workers_for(30_000.0, 0.5)) <= 1


# ── Refusals ────────────────────────────────────────────────────────────────
def test_wrong_work_is_refused_in_words():
    for call, said in (
        (lambda: rungs(0), "height_px=0"),
        (lambda: work(1080, fps=0), "fps=0"),
        (lambda: cost(1080, -1), "worker_h_price=-1"),
        (lambda: makespan_s([], 1), "tasks_s"),
        (lambda: makespan_s([1.0], 0), "workers=0"),
        (lambda: best_chunks(1.0, 0), "each_s=0"),
        (lambda: workers_for(0, 0.5), "load=0"),
        (lambda: workers_for(3.0, 1.0), "waits_ratio=1.0"),
        (lambda: halfin_whitt(0), "beta=0"),
        (lambda: erlangs(-1), "hours_per_min=-1"),
    ):
        with pytest.raises(ValueError, match=said):
            call()
