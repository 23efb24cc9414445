"""Several servers and one line: by hand, Little's law, brute force, Erlang and his heirs, bad input."""

import math
from bisect import insort
from dataclasses import fields, replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from scalemodel.core.rng import stream
from scalemodel.core.stats import agrees, percentile
from scalemodel.parts import one_server
from scalemodel.parts.queues import (
    Constant,
    Exponential,
    Lognormal,
    ServersConfig,
    ServersReport,
    customer_seconds,
    draw,
    erlang_b,
    erlang_c,
    expected,
    fifo,
    simulate,
    wait,
)

SECONDS = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0, 1e3))  # meetings to the second too
ROWS = st.lists(st.tuples(SECONDS, SECONDS), min_size=1, max_size=40).map(
    lambda rows: (np.cumsum([gap for gap, _ in rows]), np.array([size for _, size in rows]))
)
SERVERS = st.integers(1, 9)
MEASURES = [field.name for field in fields(ServersReport) if field.name != "mean_waits_s"]
KINDS = {  # one of each that has a closed form
    "three": ServersConfig(arrivals_per_s=1.8),
    "one, constant": ServersConfig(servers=1, arrivals_per_s=0.6, service=Constant()),
    "one, lognormal": ServersConfig(servers=1, arrivals_per_s=0.4, service=Lognormal(0.7)),
    "three, urgent ones": ServersConfig(arrivals_per_s=1.8, shares=(0.2, 0.5, 0.3)),
    "one, urgent, constant": ServersConfig(
        servers=1, arrivals_per_s=0.6, service=Constant(), shares=(0.4, 0.6)
    ),
    "five places": ServersConfig(arrivals_per_s=3.0, services_per_s=1.25, places=5),
    "no chair": ServersConfig(arrivals_per_s=3.0, places=3, service=Lognormal(1.0)),
}


def brute_wait(arrival_s, service_s, servers):
    """The same by a sorted list of when each server is free."""
    free_s, waits = [0.0] * servers, []
    for came_s, size_s in zip(arrival_s, service_s, strict=True):
        start_s = max(came_s, free_s.pop(0))
        insort(free_s, start_s + size_s)
        waits.append(start_s - came_s)
    return waits


# ── Examples ────────────────────────────────────────────────────────────────
def test_ada_bo_cy_dee_and_eve_before_two_clerks():
    """Ada until 5 and Bo until 3; Cy takes Bo's at 3, and at 5 Dee takes Ada's; Eve takes Cy's."""
    assert wait([0, 1, 2, 3, 4], [5, 2, 3, 1, 1], servers=2).tolist() == [0, 0, 1, 2, 2]


def test_who_comes_as_another_leaves_does_not_wait():
    assert wait([0.0, 2.0], [2.0, 1.0]).tolist() == [0.0, 0.0]


def test_a_clock_counts_the_seconds_of_all_customers():
    assert customer_seconds([0.0, 1.0, 4.0], [2.0, 4.0, 5.0]) == 2 + 3 + 1
    assert customer_seconds([2.0, 2.0], [2.0, 3.0]) == 1


def test_thirty_clerks_as_busy_as_three_let_hardly_anybody_wait():
    assert erlang_c(3, 2.4) > 0.6 and erlang_c(30, 24.0) < 0.2


def test_the_figures_of_three_servers_at_four_fifths():
    report = expected(ServersConfig())
    assert erlang_b(3, 2.4) == pytest.approx(0.2684063374, abs=5e-11)
    assert erlang_c(3, 2.4) == pytest.approx(0.6471910112, abs=5e-11)
    assert report.mean_wait_s == pytest.approx(1.0786516854, abs=5e-11)
    assert report.mean_latency_s == pytest.approx(2.0786516854, abs=5e-11)
    assert report.waits_ratio == erlang_c(3, 2.4)
    assert report.utilization_ratio == pytest.approx(0.8) and report.lost_ratio == 0
    assert report.throughput_per_s == 2.4
    assert report.mean_waits_s == (report.mean_wait_s,)
    assert math.exp(-0.6 * report.p99_wait_s) * report.waits_ratio == pytest.approx(0.01)


def test_a_line_in_which_hardly_anybody_waits_has_a_p99_of_nothing():
    seldom = replace(ServersConfig(), servers=10)
    assert erlang_c(10, 2.4) < 0.01 and expected(seldom).p99_wait_s == 0


def test_twice_as_fast_clerks_halve_every_time_of_the_closed_form():
    slow, fast = (
        expected(ServersConfig(servers=2, arrivals_per_s=a, services_per_s=m, places=4))
        for a, m in ((3.0, 1.0), (6.0, 2.0))
    )
    assert fast.mean_wait_s == pytest.approx(slow.mean_wait_s / 2)
    assert fast.mean_latency_s == pytest.approx(slow.mean_latency_s / 2)
    assert fast.throughput_per_s == pytest.approx(2 * slow.throughput_per_s)
    assert fast.mean_in_system == pytest.approx(slow.mean_in_system)
    assert fast.utilization_ratio == pytest.approx(slow.utilization_ratio)


def test_one_clerk_two_classes():
    """Until he is free, 0.8 s; the urgent wait 0.8 / 0.6, the others another fifth of a time."""
    report = expected(ServersConfig(servers=1, arrivals_per_s=0.8, shares=(0.5, 0.5)))
    assert report.mean_waits_s == pytest.approx((0.8 / 0.6, 0.8 / 0.6 / 0.2))
    assert report.mean_wait_s == pytest.approx(4.0)
    assert report.p99_wait_s is None
    even = expected(
        ServersConfig(servers=1, arrivals_per_s=0.8, service=Constant(), shares=(0.5, 0.5))
    )
    assert even.mean_waits_s == pytest.approx((0.4 / 0.6, 0.4 / 0.6 / 0.2))


@pytest.mark.parametrize(
    ("service", "wait_s"),
    [(Exponential(), 4.0), (Constant(), 2.0), (Lognormal(1.0), 2.0 * math.e)],
    ids=repr,
)
def test_what_varies_more_lets_one_wait_longer(service, wait_s):
    """Pollaczek and Khinchine at a load of 0.8: 2 seconds, times one and the squared variation."""
    report = expected(ServersConfig(servers=1, arrivals_per_s=0.8, service=service))
    assert report.mean_wait_s == pytest.approx(wait_s)
    assert report.waits_ratio == pytest.approx(0.8)
    assert (report.p99_wait_s is None) == (service != Exponential())


@pytest.mark.parametrize("service", [Exponential(), Constant(), Lognormal(0.8)], ids=repr)
def test_services_have_a_mean_of_one_and_vary_as_they_say(service):
    means, squares = [], []
    for seed in range(20):
        size = draw(service, 5_000, seed)
        means.append(size.mean() - 1)
        squares.append((size**2).mean() - 1 - service.squared_variation)
    assert agrees(means) and agrees(squares)


def test_who_is_not_served_has_no_wait():
    alone = simulate(ServersConfig(customers=1, shares=(0.5, 0.5)))
    assert sorted(alone.mean_waits_s, key=str) == [0.0, None]


# ── Laws ────────────────────────────────────────────────────────────────────
@given(rows=ROWS, servers=SERVERS)
def test_the_compiled_loops_are_the_ones_that_you_read(rows, servers):
    told = []
    for how, count in ((fifo, customer_seconds), (fifo.native, customer_seconds.native)):
        free_s, start_s = np.zeros(servers), np.zeros(len(rows[0]))
        how(*rows, free_s, start_s)
        area_s = count(rows[0], np.sort(start_s + rows[1]))
        told.append((free_s.tobytes(), start_s.tobytes(), float(area_s)))
    assert told[0] == told[1]


@given(rows=ROWS, servers=SERVERS)
def test_another_server_lets_nobody_wait_longer_and_a_server_for_each_nobody_at_all(rows, servers):
    waits = wait(*rows, servers)
    assert (waits >= 0).all() and (wait(*rows, servers + 1) <= waits).all()
    assert not wait(*rows, len(rows[0])).any()


@given(
    rows=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=40),
    servers=SERVERS,
)
def test_littles_law_is_an_identity(rows, servers):
    """Seconds in the system, summed as the clock goes and customer by customer: both exact."""
    arrival_s, service_s = np.cumsum([gap for gap, _ in rows]), np.array([size for _, size in rows])
    leave_s = arrival_s + wait(arrival_s, service_s, servers) + service_s
    area_s = customer_seconds(arrival_s, np.sort(leave_s))
    assert area_s == (leave_s - arrival_s).sum()


@pytest.mark.parametrize("kind", KINDS)
def test_every_report_obeys_littles_law(kind):
    report, truth = simulate(replace(KINDS[kind], customers=20_000)), expected(KINDS[kind])
    for each in (report, truth):
        held = each.throughput_per_s * each.mean_latency_s
        assert each.mean_in_system == pytest.approx(held, rel=1e-9)
    assert len(report.mean_waits_s) == len(truth.mean_waits_s) == len(KINDS[kind].shares)


def test_a_clock_that_runs_twice_as_fast_halves_every_time_and_seeds_differ():
    slow = ServersConfig(arrivals_per_s=2.5, places=4, shares=(0.5, 0.5), customers=1_000, seed=3)
    one = simulate(slow)
    other = simulate(replace(slow, arrivals_per_s=5.0, services_per_s=2.0))
    assert other.mean_latency_s == one.mean_latency_s / 2
    assert (other.lost_ratio, other.utilization_ratio) == (one.lost_ratio, one.utilization_ratio)
    assert simulate(slow) == one != simulate(replace(slow, seed=4))


@pytest.mark.parametrize("servers", [1, 3])
def test_who_is_called_first_changes_nothing_for_all_together(servers):
    """Services alike and drawn in the order of calling or not: the mean of the closed form stays."""
    config = ServersConfig(servers=servers, arrivals_per_s=0.9 * servers)
    ranked = expected(replace(config, shares=(0.1, 0.2, 0.3, 0.4)))
    assert ranked.mean_wait_s == pytest.approx(expected(config).mean_wait_s)
    assert list(ranked.mean_waits_s) == sorted(ranked.mean_waits_s)


# ── Oracle ──────────────────────────────────────────────────────────────────
@given(rows=ROWS, servers=SERVERS)
def test_the_waits_are_those_of_a_sorted_list(rows, servers):
    assert wait(*rows, servers).tolist() == brute_wait(*rows, servers)


@given(rows=ROWS)
def test_one_server_is_the_exemplar(rows):
    visits = one_server.serve(*rows)
    assert (wait(*rows) == visits.start_s - visits.arrival_s).all()


def test_a_run_is_what_its_streams_and_the_sorted_list_say():
    config = ServersConfig(servers=2, arrivals_per_s=2.2, services_per_s=1.25, service=Lognormal(0.5),
                           customers=500, seed=5)  # fmt: skip
    arrival_s = np.cumsum(stream(5, "arrivals").standard_exponential(500) / 2.2)
    service_s = stream(5, "services").lognormal(-0.125, 0.5, 500) / 1.25
    waits = np.array(brute_wait(arrival_s, service_s, 2))
    latency_s, end_s = waits + service_s, (arrival_s + waits + service_s).max()
    truth = ServersReport(
        mean_wait_s=waits.mean(), p99_wait_s=percentile(waits, 99), mean_latency_s=latency_s.mean(),
        mean_waits_s=(waits.mean(),), waits_ratio=(waits > 0).mean(), lost_ratio=0.0,
        throughput_per_s=500 / end_s, utilization_ratio=service_s.sum() / 2 / end_s,
        mean_in_system=latency_s.sum() / end_s,
    )  # fmt: skip
    report = simulate(config)
    for name in [*MEASURES, "mean_waits_s"]:
        assert getattr(report, name) == pytest.approx(getattr(truth, name), rel=1e-11), name


@pytest.mark.parametrize("kind", KINDS)
def test_twenty_seeds_agree_with_the_closed_form(kind):
    truth = expected(KINDS[kind])
    reports = [simulate(replace(KINDS[kind], customers=20_000, seed=seed)) for seed in range(20)]
    for name in MEASURES:
        if getattr(truth, name) is not None:
            errors = [getattr(report, name) - getattr(truth, name) for report in reports]
            assert agrees(errors), f"{name}: {np.mean(errors)}"
    errors = np.array([report.mean_waits_s for report in reports]) - truth.mean_waits_s
    assert all(agrees(each) for each in errors.T)


@pytest.mark.parametrize(("servers", "erlangs"), [(1, 0.5), (4, 3.5), (12, 20.0)])
def test_erlang_b_is_the_sum_in_fractions(servers, erlangs):
    terms = [Fraction(erlangs) ** n / math.factorial(n) for n in range(servers + 1)]
    assert erlang_b(servers, erlangs) == pytest.approx(float(terms[-1] / sum(terms)), rel=1e-14)


def test_thirty_thousand_erlangs_are_no_trouble():
    """By the Poisson distribution: with 30,300 servers one caller of nine hundred finds all busy."""
    log = 30_300 * math.log(30_000) - 30_000 - special.gammaln(30_301)
    blocked = math.exp(log) / special.pdtr(30_300, 30_000)
    assert erlang_b(30_300, 30_000.0) == pytest.approx(blocked, rel=1e-9)
    waits = blocked / (1 - 30_000 / 30_300 * (1 - blocked))
    assert erlang_c(30_300, 30_000.0) == pytest.approx(waits, rel=1e-9)
    config = ServersConfig(servers=30_300, arrivals_per_s=30_000.0)
    assert expected(config).mean_wait_s == pytest.approx(waits / 300, rel=1e-9)
    lossy = expected(replace(config, places=30_300))
    assert lossy.lost_ratio == pytest.approx(blocked, rel=1e-8)


def test_many_places_are_as_good_as_no_bound():
    free, bound = (expected(ServersConfig(places=places)) for places in (None, 400))
    for name in (*MEASURES, "mean_waits_s"):
        if name != "p99_wait_s":
            assert getattr(bound, name) == pytest.approx(getattr(free, name), abs=1e-12), name


@pytest.mark.parametrize("places", [2, 3, 6])
def test_few_places_are_birth_and_death_in_fractions(places):
    config = ServersConfig(servers=2, arrivals_per_s=3.0, services_per_s=1.25, places=places)
    time = [Fraction(1)]
    for inside in range(1, places + 1):
        time.append(time[-1] * 3 / (Fraction(5, 4) * min(inside, 2)))
    time = [each / sum(time) for each in time]
    taken = 3 * (1 - time[-1])
    inside = sum(n * each for n, each in enumerate(time))
    report = expected(config)
    assert report.lost_ratio == pytest.approx(float(time[-1]), rel=1e-12)
    assert report.throughput_per_s == pytest.approx(float(taken), rel=1e-12)
    assert report.mean_in_system == pytest.approx(float(inside), rel=1e-12)
    assert report.mean_latency_s == pytest.approx(float(inside / taken), rel=1e-12)
    waits = sum(time[2:places]) / (1 - time[-1])
    assert report.waits_ratio == pytest.approx(float(waits), rel=1e-12)
    assert report.utilization_ratio == pytest.approx(float(taken / Fraction(5, 2)), rel=1e-12)


# ── Refusals ────────────────────────────────────────────────────────────────
WRONG = [None, math.nan, math.inf, -1, 0, 2**63, 2**70, 1e300, 0.5, [], [1, 2], "1", True]
ALLOWED = {  # what of these means something after all
    "servers": [], "arrivals_per_s": [0.5], "services_per_s": [0.5], "service": [], "places": [None],
    "shares": [], "customers": [], "seed": [0, 2**63, 2**70],
}  # fmt: skip
FIELDS = [
    (name, wrong)
    for name, fine in ALLOWED.items()
    for wrong in WRONG
    if not any(type(wrong) is type(value) and wrong == value for value in fine)
]


@pytest.mark.parametrize(("name", "wrong"), FIELDS, ids=repr)
def test_a_config_that_means_nothing_is_named(name, wrong):
    with pytest.raises(ValueError, match=rf"^{name}.* must be"):
        ServersConfig(**{name: wrong})


@pytest.mark.parametrize("shares", [(0.5, 0.4), (0.5, 0.6), (1.0, 0.0), (0.001,) * 1_001])
def test_shares_are_of_all_customers(shares):
    with pytest.raises(ValueError, match=r"^shares"):
        ServersConfig(shares=shares)


def test_a_thousand_classes_and_as_many_places_as_servers_are_fine():
    config = ServersConfig(shares=[0.001] * 1_000, places=3)
    assert config.shares == (0.001,) * 1_000 and hash(config)


@pytest.mark.parametrize("sigma", [None, math.nan, 0, -1, 3.001, "1"])
def test_a_spread_that_means_nothing_is_named(sigma):
    with pytest.raises(ValueError, match=r"sigma=.* must be"):
        Lognormal(sigma)


@pytest.mark.parametrize("servers", [0, -1, 1.0, None, 1_000_001])
def test_there_is_a_server_and_there_are_not_too_many(servers):
    for ask in (lambda: wait([0.0], [1.0], servers), lambda: erlang_b(servers, 1.0)):
        with pytest.raises(ValueError, match=r"servers=.* must be an integer of at least 1"):
            ask()


@pytest.mark.parametrize("erlangs", [0, -1.0, math.nan, math.inf, None, 1e19])
def test_a_load_that_means_nothing_is_named(erlangs):
    with pytest.raises(ValueError, match=r"erlangs=.* must be a finite number above 0"):
        erlang_b(3, erlangs)


@pytest.mark.parametrize("erlangs", [3.0, 3.5])
def test_a_line_that_only_grows_has_no_mean(erlangs):
    with pytest.raises(ValueError, match=f"erlangs={erlangs} must be below servers=3"):
        erlang_c(3, erlangs)
    with pytest.raises(ValueError, match="must be below"):
        expected(ServersConfig(arrivals_per_s=erlangs))
    assert expected(ServersConfig(arrivals_per_s=erlangs, places=9)).lost_ratio > 0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"service": Constant()}, "service=.* must be Exponential.. for several servers"),
        ({"service": Constant(), "places": 4}, "service=.* must be Exponential.. where some may"),
        ({"places": 3, "shares": (0.5, 0.5)}, r"shares=.* must be \(1.0,\) where places"),
    ],
)
def test_what_has_no_closed_form_is_named_and_still_runs(wrong, words):
    config = ServersConfig(customers=10, **wrong)
    with pytest.raises(ValueError, match=words):
        expected(config)
    assert simulate(config).mean_latency_s > 0


@pytest.mark.parametrize("run", [simulate, expected])
def test_something_else_than_a_config_is_named(run):
    with pytest.raises(ValueError, match=r"config=\{\} must be a ServersConfig"):
        run({})


def test_rows_that_mean_nothing_are_named():
    with pytest.raises(ValueError, match=r"arrival_s\[1\]=0.0 must be at least 1.0"):
        wait([1.0, 0.0], [1.0, 1.0], 2)
    with pytest.raises(ValueError, match="service_s has 2 numbers; it must have 1"):
        wait([1.0], [1.0, 1.0], 2)
