"""Services, calls and graphs: a home page, and what is no graph."""

import itertools
from dataclasses import replace

import pytest

from scalemodel.netflix.services.graph import (
    ALONE,
    JAVA,
    NETFLIX,
    NODE,
    PYTHON,
    Call,
    Graph,
    Service,
    Technology,
    home_page,
)
from scalemodel.parts.resilience.guards import UNGUARDED, Guards

ANN, BOB, EVE = (Service(name=name) for name in ("ann", "bob", "eve"))


def call(caller, callee, **more):
    return Call(caller=caller.name, callee=callee.name, **more)


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_home_page_has_the_nine_services_behind_a_gateway():
    nine = {"user", "content", "recommendation", "billing", "analytics", "encoding", "discovery",
            "playback", "personalization"}  # fmt: skip
    assert {service.name for service in NETFLIX.services} == nine | {"gateway"}
    assert NETFLIX.entry == "gateway" and home_page() == NETFLIX
    hard = {one.callee for one in NETFLIX.calls if not one.fallback}
    assert hard == {"user", "playback"}
    rows = {one.callee: one.shows for one in NETFLIX.calls_of("gateway")}
    assert rows["playback"] == "the play button" and all(rows.values()) and len(rows) == 7
    below = [(one.caller, one.callee) for one in NETFLIX.calls if one.caller != "gateway"]
    assert below == [("playback", "encoding"), ("recommendation", "personalization")]


def test_what_is_further_down_gives_up_sooner():
    guards = {one.callee: one.guards for one in home_page(ALONE).calls}
    assert guards["playback"] == ALONE
    assert guards["encoding"] == replace(ALONE, time_out_s=ALONE.time_out_s / 4)
    assert all(one.guards == UNGUARDED for one in NETFLIX.calls)


def test_services_have_room_for_200_pages_a_second():
    for service in NETFLIX.services:
        load = 200 * service.mean_ms / 1e3
        assert load < 0.7 * service.instances * service.workers, service.name


def test_technologies_side_by_side():
    assert [one.name for one in (JAVA, PYTHON, NODE)] == ["Java", "Python", "Node.js"]
    assert JAVA.memory_bytes > PYTHON.memory_bytes > NODE.memory_bytes
    assert JAVA.pause_s > NODE.pause_s > PYTHON.pause_s == 0
    used = {service.technology.name for service in NETFLIX.services}
    assert used == {"Java", "Python", "Node.js"}


def test_a_graph_is_a_drawing():
    graph = Graph(services=(ANN, BOB, EVE), entry="ann",
                  calls=(call(ANN, EVE, shows="tea"), call(ANN, BOB, fallback=True), call(BOB, EVE)))  # fmt: skip
    system = graph.system()
    places = [(part.name, part.column, part.row) for part in system.parts]
    assert places == [("ann", 0, 0), ("bob", 1, 0), ("eve", 2, 0)]  # the longest way counts
    assert system.parts[1].about == "Python, 3 × 10 workers"
    flows = [(flow.start, flow.end, flow.carries, flow.light) for flow in system.flows]
    assert flows == [("ann", "eve", "tea", False), ("ann", "bob", "", True), ("bob", "eve", "", False)]  # fmt: skip


# ── Laws ────────────────────────────────────────────────────────────────────
def test_parts_of_a_drawing_stand_beside_each_other():
    system = NETFLIX.system()
    assert len({(part.column, part.row) for part in system.parts}) == 10
    columns = {part.name: part.column for part in system.parts}
    assert all(columns[flow.start] < columns[flow.end] for flow in system.flows)


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_a_graph_of_many_ways_is_looked_through_in_time():
    """24 floors of two: 2^24 ways up, and 47 services."""
    floors = [[Service(name=f"{floor}{side}") for side in "ab"] for floor in range(23)]
    calls = [call(ANN, one) for one in floors[0]]
    for lower, upper in itertools.pairwise(floors):
        calls += [call(one, other) for one in lower for other in upper]
    services = (ANN, *(one for floor in floors for one in floor))
    graph = Graph(services=services, calls=tuple(calls), entry="ann")
    assert max(part.column for part in graph.system().parts) == 23


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("calls", "entry", "words"), [
    ((call(ANN, BOB), call(BOB, EVE), call(EVE, BOB)), "ann", "calls go round for ever: bob -> eve -> bob; they must"),
    ((call(ANN, ANN),), "ann", "calls go round for ever: ann -> ann"),
    ((call(ANN, Service(name="zoe")),), "ann", r"calls\[0\] names 'zoe'; it must be one of ann, bob, eve"),
    ((call(ANN, BOB), call(ANN, BOB)), "ann", r"calls has \('ann', 'bob'\) twice"),
    ((call(ANN, BOB),), "zoe", "entry='zoe' is no service; it must be one of ann, bob, eve"),
    ((call(ANN, BOB),), None, "entry=None is no service"),
    ((call(ANN, BOB),), "ann", "services has 'eve', which no call reaches"),
    ((call(ANN, BOB), 3), "ann", r"calls\[...\]=3 must be a Call"),
    ([call(ANN, BOB)], "ann", "calls=.* must be a tuple"),
], ids=str)  # fmt: skip
def test_what_is_no_graph_is_told_so(calls, entry, words):
    with pytest.raises(ValueError, match=words):
        Graph(services=(ANN, BOB, EVE), calls=calls, entry=entry)


def test_no_name_stands_twice_and_there_is_a_service():
    with pytest.raises(ValueError, match="services has 'ann' twice; each must"):
        Graph(services=(ANN, ANN), calls=(), entry="ann")
    many = tuple(Service(name=f"s{n}") for n in range(201))
    for services in ((), many, (3,) * 201):
        with pytest.raises(ValueError, match=r"len\(services\)=\d+ must be .* at least 1 and at most 200"):  # fmt: skip
            Graph(services=services, calls=(), entry="s0")
    with pytest.raises(ValueError, match=r"len\(calls\)=2001 must be .* at least 0 and at most 2000"):  # fmt: skip
        Graph(services=(ANN, BOB), calls=(call(ANN, BOB),) * 2001, entry="ann")
    chain = tuple(call(one, other) for one, other in itertools.pairwise(many[:200]))
    assert Graph(services=many[:200], calls=chain, entry="s0").system().parts[-1].column == 199
    for ask in (NETFLIX.service, NETFLIX.calls_of):
        with pytest.raises(ValueError, match="name='biling' is no service; it must be one of gate"):
            ask("biling")


@pytest.mark.parametrize("wrong", [{"name": ""}, {"instances": 0}, {"workers": 0}, {"mean_ms": 0.0}, {"law": "uniform"}, {"law": None}, {"failure_ratio": 1.5},
                                   {"queue": -1}, {"zones": 0}, {"technology": "Java"}], ids=repr)  # fmt: skip
def test_a_service_that_means_nothing_is_named(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))}=.* must be"):
        Service(**{"name": "ann", **wrong})


@pytest.mark.parametrize("wrong", [{"name": 3}, {"start_s": -1.0}, {"memory_bytes": 0}, {"pause_every_s": 0.0}, {"pause_s": 1.1, "pause_every_s": 2.0}], ids=repr)  # fmt: skip
def test_a_technology_that_means_nothing_is_named(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))}=.* must be"):
        Technology(**{"name": "C", "start_s": 1.0, "memory_bytes": 1, **wrong})


@pytest.mark.parametrize("wrong", [{"deadline_s": 1.0}, {"hedge_s": 1.0}, {"queue": 3}, {"lifo": True}, {"drops_expired": True}], ids=repr)  # fmt: skip
def test_guards_that_a_call_does_not_have_are_named(wrong):
    with pytest.raises(ValueError, match=f"guards must leave {next(iter(wrong))}=.* out"):
        call(ANN, BOB, guards=Guards(**wrong))


@pytest.mark.parametrize("wrong", [{"caller": ""}, {"callee": 3}, {"guards": None}, {"fallback": 1}, {"shows": None}], ids=repr)  # fmt: skip
def test_a_call_that_means_nothing_is_named(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))}=.* must be"):
        Call(**{"caller": "ann", "callee": "bob", **wrong})
