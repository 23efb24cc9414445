"""One clerk and one line: by hand, Little's law, Lindley's recursion, M/M/1, bad input."""

import math
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.core.rng import stream
from scalemodel.core.stats import agrees
from scalemodel.parts.one_server import (
    OneServerConfig,
    OneServerReport,
    expected,
    loop,
    serve,
    simulate,
)

SECONDS = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1e3))  # meetings to the second too
ROWS = st.lists(st.tuples(SECONDS, SECONDS), min_size=1, max_size=40).map(
    lambda rows: (np.cumsum([gap for gap, _ in rows]), np.array([size for _, size in rows]))
)
WHOLE_ROWS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=40).map(
    lambda rows: (np.cumsum([gap for gap, _ in rows]), np.array([size for _, size in rows]))
)
MEASURES = [field.name for field in fields(OneServerReport)]


# ── Examples ────────────────────────────────────────────────────────────────
def test_ada_bo_cy_and_dee():
    """Ada comes at 1 for 4 s; Bo at 2 for 1; Cy at 2 for 2; Dee at 10, when all have gone."""
    visits = serve([1.0, 2.0, 2.0, 10.0], [4.0, 1.0, 2.0, 3.0])
    assert visits.start_s.tolist() == [1.0, 5.0, 6.0, 10.0]
    assert visits.leave_s.tolist() == [5.0, 6.0, 8.0, 13.0]
    assert visits.busy_s == 10.0
    assert visits.in_system_s == 4.0 + 4.0 + 6.0 + 3.0


def test_who_comes_as_another_leaves_does_not_wait():
    assert serve([0.0, 2.0], [2.0, 1.0]).start_s.tolist() == [0.0, 2.0]


def test_at_nine_tenths_one_waits_nine_services():
    report = expected(OneServerConfig(arrivals_per_s=9.0, services_per_s=10.0))
    assert report.mean_wait_s == pytest.approx(9 / 10)
    assert report.mean_latency_s == pytest.approx(1.0)
    assert report.mean_in_system == pytest.approx(9.0)
    assert report.p99_latency_s == pytest.approx(math.log(100))
    assert report.utilization_ratio == 0.9


def test_left_alone_it_is_a_load_of_four_fifths_where_one_waits_four_services():
    config = OneServerConfig()
    assert expected(config).mean_wait_s == pytest.approx(4 * 1.0)
    assert expected(config).utilization_ratio == 0.8
    assert (config.customers, config.seed) == (100_000, 0)


def test_with_more_work_than_the_server_has_time_the_run_still_ends():
    few, many = (
        simulate(OneServerConfig(arrivals_per_s=2.0, customers=n)) for n in (2_000, 20_000)
    )
    assert many.mean_wait_s > 5 * few.mean_wait_s and many.utilization_ratio > 0.99


# ── Laws ────────────────────────────────────────────────────────────────────
@given(rows=WHOLE_ROWS)
def test_littles_law_is_an_identity(rows):
    """Seconds in the system, summed as the clock goes and customer by customer: both exact."""
    visits = serve(*rows)
    assert visits.in_system_s == (visits.leave_s - visits.arrival_s).sum()
    assert visits.busy_s == (visits.leave_s - visits.start_s).sum() == rows[1].sum()


@pytest.mark.parametrize("arrivals_per_s", [0.3, 0.9, 1.5])
def test_a_report_obeys_littles_law_and_wait_is_latency_without_service(arrivals_per_s):
    config = OneServerConfig(arrivals_per_s=arrivals_per_s, customers=20_000)
    report = simulate(config)
    served_s = config.customers * (report.mean_latency_s - report.mean_wait_s)
    rate_per_s = config.customers * report.utilization_ratio / served_s
    assert report.mean_in_system == pytest.approx(rate_per_s * report.mean_latency_s, rel=1e-9)


@given(rows=ROWS)
def test_the_compiled_loop_is_the_one_that_you_read(rows):
    told = []
    for how in (loop, loop.native):
        outputs = np.zeros(len(rows[0])), np.zeros(len(rows[0])), np.zeros(2)
        how(*rows, *outputs)
        told.append([output.tobytes() for output in outputs])
    assert told[0] == told[1]


@given(rows=ROWS, faster=st.floats(0, 1))
def test_with_shared_luck_a_faster_server_lets_nobody_wait_longer(rows, faster):
    slow, fast = serve(*rows), serve(rows[0], faster * rows[1])
    assert (fast.start_s <= slow.start_s).all()


def test_a_clock_that_runs_twice_as_fast_halves_every_time():
    slow = simulate(OneServerConfig(arrivals_per_s=0.75, customers=1_000, seed=3))
    fast = simulate(
        OneServerConfig(arrivals_per_s=1.5, services_per_s=2.0, customers=1_000, seed=3)
    )
    assert fast.mean_latency_s == slow.mean_latency_s / 2
    assert fast.utilization_ratio == slow.utilization_ratio
    assert simulate(OneServerConfig(seed=3)) != simulate(OneServerConfig(seed=4))


# ── Oracle ──────────────────────────────────────────────────────────────────
@given(rows=ROWS)
def test_the_waits_are_lindleys_recursion(rows):
    visits = serve(*rows)
    free_s, area_s = 0.0, 0.0
    for n, (arrival_s, service_s) in enumerate(zip(*rows, strict=True)):
        start_s = max(arrival_s, free_s)
        free_s = start_s + service_s
        area_s += free_s - arrival_s
        assert (visits.start_s[n], visits.leave_s[n]) == (start_s, free_s)
    assert visits.in_system_s == pytest.approx(area_s, rel=1e-9, abs=1e-9)
    assert visits.busy_s == pytest.approx(rows[1].sum(), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("arrivals_per_s", [0.2, 0.5, 0.8])
def test_twenty_seeds_agree_with_the_closed_form(arrivals_per_s):
    truth = expected(OneServerConfig(arrivals_per_s=arrivals_per_s))
    reports = [
        simulate(OneServerConfig(arrivals_per_s=arrivals_per_s, seed=seed)) for seed in range(20)
    ]
    for name in MEASURES:
        errors = [getattr(report, name) - getattr(truth, name) for report in reports]
        assert agrees(errors), f"{name}: {np.mean(errors)}"


def test_services_that_do_not_vary_halve_the_wait():
    """M/D/1 by Pollaczek and Khinchine: load / (2 (1 - load)) services."""
    errors = []
    for seed in range(20):
        arrival_s = np.cumsum(stream(seed, "even").exponential(1 / 0.8, 50_000))
        errors.append((serve(arrival_s, np.ones(50_000)).start_s - arrival_s).mean() - 2.0)
    assert agrees(errors)


# ── Refusals ────────────────────────────────────────────────────────────────
WRONG = [None, math.nan, math.inf, -1, 0, 2**63, 2**70, 1e300, 0.5, [], [1, 2], "1", True]
ALLOWED = {  # what of these means something after all
    "arrivals_per_s": [0.5], "services_per_s": [0.5], "customers": [], "seed": [0, 2**63, 2**70],
}  # fmt: skip
FIELDS = [
    (name, wrong)
    for name, fine in ALLOWED.items()
    for wrong in WRONG
    if not any(type(wrong) is type(value) and wrong == value for value in fine)
]


@pytest.mark.parametrize(("name", "wrong"), FIELDS, ids=repr)
def test_a_config_that_means_nothing_is_named(name, wrong):
    with pytest.raises(ValueError) as refused:
        OneServerConfig(**{name: wrong})
    assert f"{name}={wrong!r} must be" in str(refused.value)
    assert "of at least" in str(refused.value)


@pytest.mark.parametrize("run", [simulate, expected])
@pytest.mark.parametrize("wrong", [*WRONG, {}, OneServerConfig], ids=repr)
def test_something_else_than_a_config_is_named(run, wrong):
    with pytest.raises(TypeError) as refused:
        run(wrong)
    assert f"config={wrong!r} must be a OneServerConfig" in str(refused.value)


@pytest.mark.parametrize("field", ["arrival_s", "service_s"])
@pytest.mark.parametrize(
    "wrong",
    [*(value for value in WRONG if value != [1, 2]), [math.nan, 1.0], [0.0, math.inf], [-1.0, 1.0], [2**63, 2**63],
     [2**70, 2**70], [0.0, 1e300], [None, 1.0], ["a", "b"], [[1.0, 2.0]], [0.0, 1.0, 2.0]],
    ids=repr,
)  # fmt: skip
def test_rows_that_mean_nothing_are_named(field, wrong):
    rows = {"arrival_s": [0.0, 1.0], "service_s": [1.0, 1.0], field: wrong}
    with pytest.raises(ValueError, match=rf"^{field}|^service_s has 2 numbers; it must have 3"):
        serve(**rows)


@pytest.mark.parametrize("arrivals_per_s", [1.0, 1.5])
def test_a_queue_that_grows_for_ever_has_no_mean(arrivals_per_s):
    words = f"arrivals_per_s={arrivals_per_s} must be below services_per_s=1.0: a load of .* has no mean"
    with pytest.raises(ValueError, match=words):
        expected(OneServerConfig(arrivals_per_s=arrivals_per_s))


def test_customers_come_in_the_order_of_the_clock():
    with pytest.raises(ValueError, match=r"arrival_s\[3\]=1\.0 must be at least 2\.0"):
        serve([0.0, 0.5, 2.0, 1.0], [1.0, 1.0, 1.0, 1.0])


def test_there_is_one_customer_at_least_and_ten_million_at_most():
    assert simulate(OneServerConfig(customers=1)).mean_wait_s == 0
    assert OneServerConfig(customers=10_000_000)
    with pytest.raises(ValueError, match=r"customers=10000001 must be .* at most 10000000"):
        OneServerConfig(customers=10_000_001)
