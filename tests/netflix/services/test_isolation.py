"""Measured beside closed form: one is slow, with and without walls; and errors by chance."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from scalemodel.core.stats import agrees
from scalemodel.netflix.services.changes import Down, Slow
from scalemodel.netflix.services.graph import ALONE, NETFLIX, Call, Graph, Service, home_page
from scalemodel.netflix.services.isolation import (
    expected_errors,
    expected_load,
    expected_slow,
)
from scalemodel.netflix.services.run import RunConfig, simulate
from scalemodel.parts.availability import all_of_ratio
from scalemodel.parts.resilience.breaker import BreakerConfig
from scalemodel.parts.resilience.guards import UNGUARDED, Guards
from scalemodel.parts.resilience.retry import BudgetConfig

SLOW = (Slow(service="plan", factor=50.0),)
BREAKER = BreakerConfig(slots=4, slot_s=0.25, minimum_calls=10, open_s=10.0)


def star(guards, workers, law="exponential", hard=("play",)):
    """A page with three rows, workers enough behind each."""
    page = Service(name="page", instances=1, workers=workers, mean_ms=2.0, law="constant", queue=0)
    rows = [Service(name=name, instances=1, workers=5_000, mean_ms=ms, law=law)
            for name, ms in (("play", 15.0), ("films", 10.0), ("plan", 8.0))]  # fmt: skip
    calls = [Call(caller="page", callee=row.name, guards=guards, fallback=row.name not in hard) for row in rows]  # fmt: skip
    return Graph(services=(page, *rows), calls=tuple(calls), entry="page")


CASES = {
    "healthy": (star(UNGUARDED, 4), (), 5.0),
    "crowded": (star(UNGUARDED, 10), SLOW, 5.0),
    "crowded, lognormal": (star(UNGUARDED, 20, "lognormal"), SLOW, 5.0),
    "crowded, constant": (star(UNGUARDED, 20, "constant"), SLOW, 5.0),
    "impatient": (star(UNGUARDED, 200), SLOW, 0.5),
    "time-out": (star(Guards(time_out_s=0.1), 10), SLOW, 5.0),
    "time-out, no fallback": (star(Guards(time_out_s=0.1), 10, hard=("play", "plan")), SLOW, 5.0),
    "bulkhead": (star(Guards(bulkhead=6), 22), SLOW, 5.0),
    "breaker": (star(Guards(time_out_s=0.1, breaker=BREAKER), 4), SLOW, 5.0),
}  # fmt: skip


def case(name, **more):
    graph, changes, patience_s = CASES[name]
    return RunConfig(graph=graph, changes=changes, patience_s=patience_s, until_s=50.0, **more)


def ring(**failures):
    """Two ways to eve, one of them by a fallback; bob is tried three times."""
    services = tuple(Service(name=name, instances=1, workers=5_000, failure_ratio=failures.get(name, 0.0))
                     for name in ("ann", "bob", "cat", "eve"))  # fmt: skip
    calls = (
        Call(caller="ann", callee="bob", guards=Guards(retries=2)),
        Call(caller="ann", callee="cat", fallback=True),
        Call(caller="bob", callee="eve"), Call(caller="cat", callee="eve", guards=Guards(retries=1)),
    )  # fmt: skip
    return Graph(services=services, calls=calls, entry="ann")


# ── Examples ────────────────────────────────────────────────────────────────
def test_one_slow_row_takes_the_workers_of_all():
    """400 ms for each of 100 pages a second: 40 workers' worth, and there are 10."""
    bare, walls = expected_slow(case("crowded")), expected_slow(case("breaker"))
    assert set(bare) == {"page", "play", "films", "plan"}
    assert max(bare.values()) < 0.25 < 0.85 < min(walls[name] for name in ("play", "films"))
    assert walls["plan"] == 0


def test_with_walls_each_other_service_is_as_if_all_were_well():
    """The breaker is open: what remains to be held is not the slow row's."""
    config = case("breaker")
    healthy = expected_slow(replace(config, changes=()))
    walls = expected_slow(config)
    assert walls["play"] >= healthy["play"] > 0.85


def test_a_breaker_opens_for_want_of_places_too():
    """Calls for 37 places, and five are there; nine in ten of those that have one are answered."""
    guards = Guards(time_out_s=1.0, bulkhead=5)
    small, both = (RunConfig(graph=star(one, 22), changes=SLOW) for one in (guards, replace(guards, breaker=BREAKER)))  # fmt: skip
    assert expected_slow(small)["plan"] > 0.1 and expected_slow(both)["plan"] == 0
    assert simulate(small).services["plan"].availability_ratio > 0.1
    assert simulate(both).services["plan"].availability_ratio < 0.02  # before it opens, and probes


def test_a_page_that_takes_longer_than_patience_is_nobodys():
    for law in ("exponential", "constant", "lognormal"):
        graph = star(UNGUARDED, 4, law)
        page = replace(graph.services[0], mean_ms=20_000.0)
        config = RunConfig(graph=replace(graph, services=(page, *graph.services[1:])), patience_s=0.1)  # fmt: skip
        assert expected_slow(config) == dict.fromkeys(("page", "play", "films", "plan"), 0.0)


def test_errors_multiply_up_to_a_fallback():
    found = expected_errors(ring(bob=0.5, eve=0.2))
    bob = 1 - (1 - 0.5 * 0.8) ** 3
    assert found["ann"] == found["bob"] == pytest.approx(bob)
    cat = 1 - 0.2**2  # eve is tried twice; cat itself is tried once
    assert found["cat"] == pytest.approx(bob * cat)
    assert found["eve"] == pytest.approx((bob + bob * cat) / 2)


def test_retries_make_calls():
    found = expected_load(ring(bob=0.5, eve=0.2))
    tries = 1 + 0.6 + 0.36
    assert found == pytest.approx({"ann": 1, "bob": tries, "cat": 1, "eve": tries / 2 + 1.2})


# ── Laws ────────────────────────────────────────────────────────────────────
def test_thirty_in_a_chain_are_a_power():
    services = tuple(Service(name=f"s{n}", failure_ratio=1e-4) for n in range(30))
    calls = tuple(Call(caller=f"s{n}", callee=f"s{n + 1}") for n in range(29))
    graph = Graph(services=services, calls=calls, entry="s0")
    assert expected_errors(graph)["s0"] == pytest.approx(all_of_ratio(0.9999, 30))


def test_ten_floors_of_three_are_no_three_to_the_tenth():
    """59,049 ways up: the closed form counts floors, not ways, and fan-out is a power too."""
    names = [[f"{floor}{side}" for side in "abc"] for floor in range(11)]
    services = (Service(name="door"), *(Service(name=name, failure_ratio=0.01) for floor in names for name in floor))  # fmt: skip
    pairs = [("door", name) for name in names[0]]
    pairs += [(one, other) for lower, upper in itertools.pairwise(names) for one in lower for other in upper]  # fmt: skip
    calls = tuple(Call(caller=one, callee=other, fallback=True) for one, other in pairs)
    graph = Graph(services=services, calls=calls, entry="door")
    assert expected_load(graph)["10a"] == pytest.approx(3**10 * 0.99**10)
    assert expected_errors(graph)["10a"] == pytest.approx(0.99**11)


def test_without_failures_all_is_well():
    assert set(expected_errors(NETFLIX).values()) == {1.0} == set(expected_load(NETFLIX).values())


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", CASES)
def test_measured_is_what_the_closed_form_says(name):
    law = expected_slow(case(name))
    reports = [simulate(case(name, seed=seed)) for seed in range(12)]
    for service, ratio in law.items():
        seen = [report.services[service] for report in reports]
        errors = np.array([one.availability_ratio for one in seen]) - ratio
        if (name, service) == ("breaker", "plan"):  # but for the calls before it opened, and probes
            assert 0 <= errors.mean() < 0.002
            continue
        assert agrees(errors), (service, ratio, errors.mean())
        within = sum(abs(error) <= 1.5 * one.half_width_ratio + 1e-3 for error, one in zip(errors, seen, strict=True))  # fmt: skip
        assert within >= 10, service


@pytest.mark.parametrize("failures", [{"bob": 0.3}, {"eve": 0.3}, {"cat": 0.5, "eve": 0.2, "ann": 0.1, "bob": 0.4}], ids=str)  # fmt: skip
def test_errors_are_what_the_closed_form_says(failures):
    graph = ring(**failures)
    config = RunConfig(graph=graph, until_s=20.0, warm_up_s=0.0)
    reports = [simulate(replace(config, seed=seed)) for seed in range(20)]
    for name, ratio in expected_errors(graph).items():
        assert agrees([report.services[name].availability_ratio - ratio for report in reports]), name  # fmt: skip
    for name, calls in expected_load(graph).items():
        assert agrees([report.services[name].calls / report.page.requests - calls for report in reports]), name  # fmt: skip


def test_the_whole_home_page_stands_with_walls():
    """Each of the nine in turn is slow: all others are as good as before, but what stands on it."""
    needs = {"playback": {"encoding"}, "recommendation": {"personalization"}}
    for service in ("content", "recommendation", "analytics", "encoding"):
        config = RunConfig(graph=home_page(ALONE), until_s=20.0, changes=(Slow(service=service),))
        found = simulate(config).services
        for name, seen in found.items():
            if name != service and name not in needs.get(service, ()):
                assert seen.availability_ratio > 0.995, (service, name)
        assert found[service].availability_ratio < 0.1


# ── Refusals ────────────────────────────────────────────────────────────────
def test_what_has_no_closed_form_is_named():
    for graph in (NETFLIX, Graph(services=(Service(name="one"),), calls=(), entry="one")):
        with pytest.raises(ValueError, match=r"config.graph=.* must have one step of calls"):
            expected_slow(RunConfig(graph=graph))
    with pytest.raises(ValueError, match=r"must have one step of calls, without retries"):
        expected_slow(RunConfig(graph=star(Guards(retries=1), 3)))
    graph = star(UNGUARDED, 3)
    for wrong in ({"queue": 1}, {"queue": None}, {"law": "exponential"}):
        door = replace(graph.services[0], **wrong)
        with pytest.raises(ValueError, match=r"config.graph must have an entry of constant law"):
            expected_slow(RunConfig(graph=replace(graph, services=(door, *graph.services[1:]))))
    for entry, ratio in ((True, 0.1), (False, 0.1)):
        ill = tuple(replace(one, failure_ratio=ratio * ((one.name == "page") == entry)) for one in graph.services)  # fmt: skip
        with pytest.raises(ValueError, match=r"config.graph must have failure_ratio=0 everywhere"):
            expected_slow(RunConfig(graph=replace(graph, services=ill)))
    with pytest.raises(ValueError, match=r"config.changes must leave the entry as it is: Slow"):
        expected_slow(RunConfig(graph=graph, changes=(Slow(service="page"),)))
    for change in (Down(), Slow(service="plan", at_s=1.0), Slow(service="plan", until_s=59.0)):
        with pytest.raises(ValueError, match=r"config.changes must be slow from beginning to end"):
            expected_slow(RunConfig(graph=graph, changes=(change,)))


@pytest.mark.parametrize("law", [expected_errors, expected_load])
@pytest.mark.parametrize("wall", [{"budget": BudgetConfig()}, {"breaker": BREAKER}, {"bulkhead": 3}], ids=str)  # fmt: skip
def test_errors_with_walls_have_no_closed_form(law, wall):
    graph = home_page(Guards(**wall))
    name = next(iter(wall))
    with pytest.raises(ValueError, match=f"^graph.calls from 'gateway' to 'user' must have {name}=None, not"):  # fmt: skip
        law(graph)
