"""The market: by hand, a plain model of objects, Erlang's formulas, batching over seeds, bad input."""

import functools
import heapq
import math
from dataclasses import replace
from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from scalemodel.core.stats import agrees, percentile, z_score
from scalemodel.parts.queues import erlang_b, erlang_c
from scalemodel.uber.matching import market, policies
from scalemodel.uber.matching.market import MarketConfig, run, simulate
from scalemodel.uber.matching.market_loop import loop
from scalemodel.uber.matching.policies import EdgeGreedy, FirstCome, Optimal
from tests.conftest import cases

POLICIES = [FirstCome(), EdgeGreedy(), Optimal()]
NEVER = math.inf


def evening(monkeypatch, riders, cars, policy, patience_s=100.0, window_s=0.0, until_s=100.0):
    """`(when, which car, drive)` of each rider `(arrival_s, x, to x, trip_s)`; all on one street of
    10 km, at a kilometre a second."""
    arrival_s, x_km, to_km, trip_s = np.array(riders, float).T.copy()
    on_street = {"from": x_km, "to": to_km, "cars": np.array(cars, float)}

    def told(_, name):
        if name in on_street:
            x = on_street[name]
            return SimpleNamespace(uniform=lambda *_: np.column_stack([x, np.zeros(len(x))]))
        return SimpleNamespace(standard_exponential=lambda _: trip_s)

    monkeypatch.setattr(market, "stream", told)
    monkeypatch.setattr(market, "_poisson_s", lambda *_: arrival_s)
    config = MarketConfig(drivers=len(cars), kmh=3600.0, trip_s=1.0, patience_s=patience_s,
                          window_s=window_s, warm_up_s=0.0, until_s=until_s)  # fmt: skip
    report = simulate(config, policy)
    report.check()
    story = run(config, policy)
    return list(zip(story.assigned_s, story.car, story.drive_s, strict=True)), report, story


# ── Examples ────────────────────────────────────────────────────────────────
def test_one_car_and_three_riders(monkeypatch):
    """The car needs 2 s to Ada, 5 for her trip, and stands at 4 when Bo has waited for 3 s. From
    his door at 5, 1 km away, he rides until 12; Cy, who would wait for 4 s, has gone at 11."""
    riders = [(1.0, 2.0, 4.0, 5.0), (5.0, 5.0, 9.0, 3.0), (7.0, 9.0, 0.0, 1.0)]
    told, report, story = evening(monkeypatch, riders, [0.0], FirstCome(), 4.0, until_s=20.0)
    assert told == [(1.0, 0, 2.0), (8.0, 0, 1.0), (NEVER, -1, NEVER)]
    assert (report.served, report.abandoned, report.lost, report.waiting_after) == (2, 1, 0, 0)
    assert (report.mean_wait_s, report.mean_delay_s, report.mean_pickup_s) == (3.0, 1.5, 1.5)
    assert report.p95_wait_s == pytest.approx(3.9)
    assert (report.idle_s, report.en_route_s, report.on_trip_s) == (9.0, 3.0, 8.0)
    assert (report.waiting_s, report.waited_s) == (7.0, 7.0)
    assert (report.throughput_per_s, report.completion_ratio) == (0.1, 2 / 3)
    assert report.mean_idle == 0.45
    assert story.events == 6, "three came, one gave up, two trips ended"
    assert story.idle_at([0.0, 1.0, 7.9, 8.0, 12.0, 99.0]).tolist() == [1, 0, 0, 0, 1, 1]


def test_a_freed_car_takes_the_oldest_or_the_nearest(monkeypatch):
    riders = [(0.0, 0.0, 5.0, 9.0), (1.0, 1.0, 1.0, 1.0), (2.0, 5.0, 5.0, 1.0)]
    told, _, _ = evening(monkeypatch, riders, [0.0], FirstCome(), until_s=10.0)
    assert told[1:] == [(9.0, 0, 4.0), (NEVER, -1, NEVER)]
    for policy in POLICIES[1:]:
        told, report, _ = evening(monkeypatch, riders, [0.0], policy, until_s=10.0)
        assert told[1:] == [(NEVER, -1, NEVER), (9.0, 0, 0.0)]
        assert (report.served, report.waiting_after) == (2, 1)


def test_the_rules_on_one_street(monkeypatch):
    """Cars at 0 and 4; Ada at 3, Bo at 4.5. The greedy give Bo the car at 4, then Ada the one at 0;
    the oldest first takes the car at 4 from Bo. Across the end of the street it is 5.5 km to Bo."""
    riders = [(1.0, 3.0, 0.0, 1.0), (2.0, 4.5, 0.0, 1.0)]
    cars = [0.0, 4.0]
    assert evening(monkeypatch, riders, cars, FirstCome(), window_s=5.0)[0] == [
        (5.0, 1, 1.0), (5.0, 0, 4.5)]  # fmt: skip
    for policy in POLICIES[1:]:
        assert evening(monkeypatch, riders, cars, policy, window_s=5.0)[0] == [
            (5.0, 0, 3.0), (5.0, 1, 0.5)]  # fmt: skip
    riders = [(1.0, 3.0, 0.0, 1.0), (2.0, 9.0, 0.0, 1.0)]
    cars = [4.0, 2.5]  # Bo is 5 km from one and 3.5 from the other, round the end
    assert evening(monkeypatch, riders, cars, EdgeGreedy(), window_s=5.0)[0] == [
        (5.0, 1, 0.5), (5.0, 0, 5.0)]  # fmt: skip
    assert evening(monkeypatch, riders, cars, Optimal(), window_s=5.0)[0] == [
        (5.0, 0, 1.0), (5.0, 1, 3.5)]  # fmt: skip


def test_a_decision_comes_before_who_would_give_up_with_it(monkeypatch):
    riders = [(2.0, 0.0, 0.0, 1.0), (4.0, 0.0, 0.0, 1.0)]
    told, report, _ = evening(monkeypatch, riders, [0.0], FirstCome(), 3.0, 5.0)
    assert told == [(5.0, 0, 0.0), (NEVER, -1, NEVER)], "the car is free at 6, Bo gone at 7"
    assert (report.served, report.abandoned) == (1, 1)


def test_a_car_that_becomes_free_with_a_request_is_there_for_it(monkeypatch):
    """Ada's car is free at Bo's door when he asks; the other would have 2 km to him."""
    riders = [(0.0, 0.0, 5.0, 4.0), (4.0, 5.0, 0.0, 1.0)]
    told, _, _ = evening(monkeypatch, riders, [0.0, 3.0], FirstCome())
    assert told == [(0.0, 0, 0.0), (4.0, 0, 0.0)]


def test_without_patience_who_finds_no_car_is_lost(monkeypatch):
    riders = [(0.0, 0.0, 0.0, 1.0), (0.5, 0.0, 0.0, 1.0), (1.0, 0.0, 0.0, 1.0)]
    told, report, _ = evening(monkeypatch, riders, [0.0], FirstCome(), patience_s=0.0)
    assert [when_s for when_s, _, _ in told] == [0.0, NEVER, 1.0], "free again at 1, for Cy"
    assert (report.served, report.lost, report.abandoned) == (2, 1, 0)


def test_a_far_rider_is_not_driven_to(monkeypatch):
    riders = [(0.0, 5.0, 5.0, 1.0), (1.0, 2.0, 2.0, 1.0)]
    told, _, _ = evening(monkeypatch, riders, [0.0, 1.0], Optimal(penalty_min=3 / 60))
    assert told == [(NEVER, -1, NEVER), (1.0, 1, 1.0)]


def test_nobody_comes(monkeypatch):
    quiet = simulate(MarketConfig(rate_per_s=1e-6, warm_up_s=0.0, until_s=10.0), FirstCome())
    quiet.check()
    assert (quiet.requests, quiet.mean_wait_s, quiet.p95_wait_s) == (0, math.inf, math.inf)
    assert (quiet.mean_pickup_s, quiet.mean_delay_s, quiet.completion_ratio) == (
        math.inf,
        math.inf,
        0,
    )
    assert (quiet.mean_idle, quiet.on_trip_s) == (600, 0)


# ── Laws ────────────────────────────────────────────────────────────────────
SMALL = st.builds(
    MarketConfig, drivers=st.integers(1, 6), rate_per_s=st.sampled_from([0.002, 0.01, 0.03]),
    trip_s=st.sampled_from([100.0, 900.0]), side_km=st.just(3.0), warm_up_s=st.sampled_from([0.0, 700.0]),
    patience_s=st.sampled_from([60.0, 600.0, 1e6]), window_s=st.sampled_from([0.0, 0.0, 10.0, 60.0]),
    until_s=st.just(2500.0),
) | st.builds(MarketConfig, drivers=st.integers(1, 6), rate_per_s=st.just(0.01), patience_s=st.just(0.0), warm_up_s=st.just(500.0), until_s=st.just(2500.0))  # fmt: skip
ANY = st.sampled_from([*POLICIES, Optimal(penalty_min=2.0)])


@settings(max_examples=cases(40))
@given(config=SMALL, policy=ANY, seed=st.integers(0, 99))
def test_the_compiled_loop_is_the_one_that_you_read(config, policy, seed):
    fast = run(config, policy, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(market, "loop", SimpleNamespace(native=loop))
        rule = SimpleNamespace(native=market.RULES[type(policy)])
        patch.setitem(market.RULES, type(policy), rule)
        plain = run(config, policy, seed)
    assert all(np.array_equal(one, other) for one, other in zip(fast, plain, strict=True))


@given(config=SMALL, policy=ANY, seed=st.integers(0, 99))
def test_no_rider_and_no_car_second_is_lost(config, policy, seed):
    report, story = simulate(config, policy, seed), run(config, policy, seed)
    report.check()
    start_s, stop_s = config.warm_up_s, config.until_s
    leave_s = np.minimum(story.assigned_s, story.arrival_s + config.patience_s)
    served = (story.assigned_s >= start_s) & (story.assigned_s < stop_s)
    gone = np.isinf(story.assigned_s) & (leave_s >= start_s) & (leave_s < stop_s)
    assert report.served == served.sum() and report.lost + report.abandoned == gone.sum()
    assert report.requests == (story.arrival_s >= start_s).sum()
    assert (report.lost == 0) or (config.patience_s == 0)
    if served.any():
        wait_s = (story.assigned_s - story.arrival_s + story.drive_s)[served]
        assert report.mean_wait_s == pytest.approx(wait_s.mean())
        assert report.p95_wait_s == pytest.approx(percentile(wait_s, 95))
        assert report.mean_wait_s == pytest.approx(report.mean_delay_s + report.mean_pickup_s)
    moment_s = np.linspace(0, stop_s, 50)
    free_s = story.assigned_s + story.drive_s + story.trip_s
    busy = (story.assigned_s <= moment_s[:, None]) & (free_s > moment_s[:, None])
    assert (story.idle_at(moment_s) == config.drivers - busy.sum(1)).all()


def test_policies_and_windows_share_their_luck():
    config = MarketConfig(until_s=4000.0)
    one, other = run(config, FirstCome(), 3), run(replace(config, window_s=30.0), Optimal(), 3)
    assert all(np.array_equal(one[n], other[n]) for n in range(5))
    assert not np.array_equal(one.assigned_s, other.assigned_s)
    assert not np.array_equal(run(config, FirstCome(), 4).arrival_s[:9], one.arrival_s[:9])


def test_at_each_event_the_optimum_is_the_nearest():
    config = MarketConfig(rate_per_s=0.6, until_s=5000.0)
    assert simulate(config, Optimal(), 2) == simulate(config, EdgeGreedy(), 2)


# ── Oracle ──────────────────────────────────────────────────────────────────
FIRST = {FirstCome: lambda edge: (edge[1], edge[0]), EdgeGreedy: lambda edge: edge}


def test_each_policy_has_a_rule_and_an_oracle_of_its_own():
    assert {*get_args(policies.POLICIES)} == {*market.RULES} == {*FIRST, Optimal}
    assert {*map(type, POLICIES)} == {*market.RULES}


def chosen(policy, drive_s):
    """Pairs (rider, car), by lists and scipy."""
    riders, cars = range(len(drive_s)), range(len(drive_s[0]))
    if isinstance(policy, Optimal):  # a dummy car for each rider
        dummies = np.full((len(riders), len(riders)), policy.penalty_min * 60)
        rows, columns = linear_sum_assignment(np.hstack([drive_s, dummies]))
        return [(row, column) for row, column in zip(rows, columns, strict=True) if column in cars]
    edges = [(drive_s[rider][car], rider, car) for rider in riders for car in cars]
    edges.sort(key=FIRST[type(policy)])
    pairs = {}
    for _, rider, car in edges:
        if rider not in pairs and car not in pairs.values():
            pairs[rider] = car
    return list(pairs.items())


def told(config, policy, luck):
    """When each rider got which car: a list of dictionaries, and every moment looked at anew."""
    cars = [dict(number=n, at=at, free_s=0.0) for n, at in enumerate(luck.start_km)]
    riders = [dict(n=n, at_s=at_s, got=(math.inf, -1)) for n, at_s in enumerate(luck.arrival_s)]
    moments = list(luck.arrival_s) if config.window_s == 0 else [
        n * config.window_s for n in range(1, int(config.until_s / config.window_s) + 1)
    ]  # fmt: skip
    heapq.heapify(moments)
    while moments:
        now_s = heapq.heappop(moments)
        if now_s >= config.until_s:
            break
        line = [one for one in riders if one["got"][1] < 0
                and one["at_s"] <= now_s <= one["at_s"] + config.patience_s]  # fmt: skip
        idle = [car for car in cars if car["free_s"] <= now_s]
        if not line or not idle:
            continue
        gap = np.abs([[car["at"] - luck.from_km[one["n"]] for car in idle] for one in line])
        far_km = np.sqrt((np.minimum(gap, config.side_km - gap) ** 2).sum(-1))
        for row, column in chosen(policy, far_km / config.kmh * 3600):
            one, car = line[row], idle[column]
            one["got"] = (now_s, car["number"])
            car["at"] = luck.to_km[one["n"]]
            car["free_s"] = now_s + far_km[row, column] / config.kmh * 3600 + luck.trip_s[one["n"]]
            if config.window_s == 0:
                heapq.heappush(moments, car["free_s"])
    return [one["got"] for one in riders]


@given(config=SMALL, policy=ANY, seed=st.integers(0, 99))
def test_it_is_the_story_of_objects(config, policy, seed):
    story = run(config, policy, seed)
    expected = told(config, policy, story)
    assert story.car.tolist() == [car for _, car in expected]
    assert np.allclose(story.assigned_s, [when_s for when_s, _ in expected], rtol=1e-12)


def test_without_streets_it_is_erlangs_loss():
    """Cars that fly: 12 lines, 10 erlangs, and 12 % of calls find none."""
    config = MarketConfig(drivers=12, kmh=1e6, side_km=0.1, rate_per_s=0.1, trip_s=100.0,
                          patience_s=0.0, warm_up_s=2e3, until_s=5e4)  # fmt: skip
    lost = erlang_b(12, 10.0)
    reports = [simulate(config, FirstCome(), seed) for seed in range(20)]
    assert agrees([1 - report.completion_ratio - lost for report in reports])
    assert agrees(
        [
            (report.en_route_s + report.on_trip_s) / report.measured_s - 10 * (1 - lost)
            for report in reports
        ]
    )


def test_with_endless_patience_it_is_erlangs_wait():
    config = MarketConfig(drivers=12, kmh=1e6, side_km=0.1, rate_per_s=0.1, trip_s=100.0,
                          patience_s=1e6, warm_up_s=2e3, until_s=5e4)  # fmt: skip
    wait_s = erlang_c(12, 10.0) * 100 / (12 - 10)
    reports = [simulate(config, FirstCome(), seed) for seed in range(20)]
    assert agrees([report.mean_delay_s - wait_s for report in reports])
    assert agrees([report.on_trip_s / (12 * report.measured_s) - 10 / 12 for report in reports])


@functools.cache
def wait_s(rate_per_s, window_s):
    """The mean wait of each of forty evenings."""
    config = MarketConfig(rate_per_s=rate_per_s, window_s=window_s)
    reports = [simulate(config, Optimal(), seed) for seed in range(40)]
    for report in reports:
        report.check()
    return np.array([report.mean_wait_s for report in reports])


@pytest.mark.parametrize("window_s", [10.0, 40.0])
def test_with_slack_a_window_costs_half_of_itself(window_s):
    later = wait_s(0.4, window_s) - wait_s(0.4, 0.0)
    assert (later > 0).all() and 0.45 * window_s < later.mean() < 0.5 * window_s


@pytest.mark.parametrize("window_s", [10.0, 20.0])
def test_where_cars_are_scarce_a_window_shortens_the_wait(window_s):
    later = wait_s(0.55, window_s) - wait_s(0.55, 0.0)
    assert later.mean() < -8 and z_score(later) < -3


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("wrong", [{"drivers": 0}, {"side_km": 0.0}, {"kmh": math.inf}, {"rate_per_s": 0.0}, {"rate_per_s": 1e5}, {"trip_s": -1.0}, {"patience_s": -1.0},
                                   {"window_s": -1.0}, {"window_s": 0.001}, {"warm_up_s": 8911.0}, {"until_s": 0.0}, {"rate_per_s": 1000.0, "until_s": 6000.0}], ids=repr)  # fmt: skip
def test_a_config_that_means_nothing_is_named(wrong):
    with pytest.raises(ValueError, match=f"^{list(wrong)[-1]}=.* must be"):
        MarketConfig(**wrong)


def test_a_window_needs_riders_who_wait_and_a_matrix_that_fits():
    with pytest.raises(ValueError, match=r"window_s=5.0 must be 0, .* above 0"):
        MarketConfig(patience_s=0.0, window_s=5.0)
    for window_s in (0.0, 10.0):
        fits = {"drivers": 10_000, "rate_per_s": 1.0, "window_s": window_s}
        assert MarketConfig(**fits, patience_s=1000.0 - window_s)
        words = r"patience_s=.* must be so short that .* at most 10,000,000: 10,005,000 here"
        with pytest.raises(ValueError, match=words):
            MarketConfig(**fits, patience_s=1000.5 - window_s)


def test_an_evening_that_would_not_end_is_refused():
    """One car, and a million who wait: each who gives up moves all behind up by one."""
    words = r"until_s=.* must be so early that .* at most 5,000,000,000: 3,000,003,000,000 here"
    with pytest.raises(ValueError, match=words):
        MarketConfig(drivers=1, rate_per_s=1e4, patience_s=100.0, until_s=300.0, warm_up_s=0.0)
    fits = {"drivers": 90_000, "patience_s": 0.0, "rate_per_s": 1.0, "warm_up_s": 0.0}
    assert MarketConfig(**fits, until_s=50_000.0)
    with pytest.raises(ValueError, match="all riders times drivers and who may wait"):
        MarketConfig(**fits, until_s=60_000.0)


@pytest.mark.parametrize("wrong", [None, 3, FirstCome, SimpleNamespace(decide=None)], ids=repr)
def test_what_is_no_policy_is_told_what_one_is(wrong):
    for call in (run, simulate):
        with pytest.raises(ValueError, match=r"^policy=.* must be a FirstCome or"):
            call(MarketConfig(), wrong)
        with pytest.raises(ValueError, match=r"^config=3 must be a MarketConfig"):
            call(3, FirstCome())
