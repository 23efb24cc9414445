"""What happens during a run, as rows of a timeline."""

import re
from dataclasses import replace

import numpy as np
import pytest

from scalemodel.core.stats import agrees
from scalemodel.netflix.services.changes import (
    BY_HAND_S,
    BY_PROBES_S,
    DEAD,
    GONE,
    SLOWS,
    UP,
    Deploy,
    Down,
    Scale,
    Slow,
    lost_calls,
    timeline,
)
from scalemodel.netflix.services.graph import NODE, PYTHON, Call, Graph, Service
from scalemodel.netflix.services.run import RunConfig, simulate

ANN = Service(name="ann", instances=2, zones=2, technology=replace(NODE, start_s=2.0))
BOB = Service(name="bob", instances=3, zones=2, technology=replace(PYTHON, start_s=5.0))
GRAPH = Graph(services=(ANN, BOB), calls=(Call(caller="ann", callee="bob"),), entry="ann")


def rows(*changes):
    return [tuple(row) for row in timeline(GRAPH, changes).tolist()]


# ── Examples ────────────────────────────────────────────────────────────────
def test_slow_from_then_till_then():
    assert rows(Slow(service="bob", at_s=1.0, until_s=4.0, factor=3.0)) == [(1, 1, SLOWS, 3), (4, 1, SLOWS, 1)]  # fmt: skip


def test_down_until_it_is_noticed_and_something_new_has_started():
    assert rows(Down(service="ann", at_s=10.0, noticed_s=3.0)) == [
        (10, 0, 0, DEAD), (10, 0, 1, DEAD), (13, 0, 0, GONE), (13, 0, 1, GONE), (15, 0, 0, UP), (15, 0, 1, UP),
    ]  # fmt: skip


def test_a_zone_takes_its_instances_of_all_services():
    died = [(int(row[1]), int(row[2])) for row in rows(Down(zone=0)) if row[3] == DEAD]
    assert died == [(0, 0), (1, 0), (1, 2)]
    assert [row[1:3] for row in rows(Down(zone=1, service="bob")) if row[3] == DEAD] == [(1, 1)]
    assert len([row for row in rows(Down()) if row[3] == DEAD]) == 5


def test_scale_up_after_the_start_and_down_at_once():
    up, down = Scale(service="bob", at_s=1.0, instances=5), Scale(service="bob", at_s=9.0, instances=4)  # fmt: skip
    assert rows(down, up) == [(6, 1, 3, UP), (6, 1, 4, UP), (9, 1, 4, GONE)]
    assert rows(replace(up, instances=3)) == []
    assert len([row for row in rows(up, Down(service="bob", at_s=8.0)) if row[3] == DEAD]) == 5
    back = Scale(service="bob", at_s=9.0, instances=5)
    assert rows(up, down, back)[-1] == (14, 1, 4, UP), "who was sent away may come back"


def test_a_deploy_takes_one_after_another():
    assert rows(Deploy(service="ann", at_s=1.0)) == [(1, 0, 0, GONE), (3, 0, 0, UP), (3, 0, 1, GONE), (5, 0, 1, UP)]  # fmt: skip


def test_two_zones_or_two_services_may_go_down_together():
    both = [(Down(zone=0, noticed_s=9.0), Down(zone=1, noticed_s=9.0)), (Down(service="ann"), Down(service="bob"))]  # fmt: skip
    assert [len(rows(*pair)) for pair in both] == [15, 15]


def test_nothing_happens():
    assert timeline(GRAPH, ()).shape == (0, 4)


# ── Laws ────────────────────────────────────────────────────────────────────
def test_a_timeline_goes_forward():
    changes = [Deploy(service="bob"), Down(zone=1, at_s=3.0, noticed_s=1.0), Slow(service="ann", at_s=2.0)]  # fmt: skip
    assert (np.diff(timeline(GRAPH, changes)[:, 0]) >= 0).all()


def test_a_deploy_touches_no_other_service():
    """With room for one instance less nobody fails, and a program is new."""
    config = RunConfig(graph=GRAPH, arrivals_per_s=50.0, until_s=30.0, warm_up_s=0.0)
    plain, new = simulate(config), simulate(replace(config, changes=(Deploy(service="bob"),)))
    assert new.page.availability_ratio == plain.page.availability_ratio == 1
    assert new.services["ann"].calls == plain.services["ann"].calls


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_probes_lose_fewer_calls_than_people():
    """(3 - 1/2) 10 + 1 seconds, and a guess of a quarter of an hour."""
    assert (BY_PROBES_S, BY_HAND_S) == (26.0, 900.0)
    assert lost_calls(60.0, 0.5, BY_PROBES_S) == 780 and lost_calls(60.0, 0.5, BY_HAND_S) == 27_000


@pytest.mark.parametrize("noticed_s", [4.0, 20.0])
def test_who_is_not_noticed_loses_what_the_closed_form_says(noticed_s):
    graph = Graph(services=(replace(ANN, workers=500),), calls=(), entry="ann")
    down = Down(zone=1, at_s=5.0, noticed_s=noticed_s)
    config = RunConfig(graph=graph, arrivals_per_s=50.0, until_s=40.0, warm_up_s=0.0, changes=(down,))  # fmt: skip
    # and who was inside as it went down: half of 50 a second for a mean of 10 ms
    law = lost_calls(50.0, 0.5, noticed_s + 0.010)
    assert agrees([simulate(replace(config, seed=seed)).page.failed - law for seed in range(20)])


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("kind", "wrong"), [
    (Slow, {"service": ""}), (Slow, {"at_s": -1.0}), (Slow, {"until_s": 2e6}), (Slow, {"factor": 0.0}), (Down, {"service": 3}), (Down, {"zone": -1}),
    (Down, {"at_s": None}), (Down, {"noticed_s": -1.0}), (Scale, {"service": None}), (Scale, {"at_s": -1.0}), (Scale, {"instances": 0}),
    (Deploy, {"service": ""}), (Deploy, {"at_s": 1e7}),
], ids=repr)  # fmt: skip
def test_a_change_that_means_nothing_is_named(kind, wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))}=.* must be"):
        kind(**{"service": "ann", **wrong})


def test_an_end_before_the_beginning_is_named():
    with pytest.raises(ValueError, match=r"^until_s=1.0 must be"):
        Slow(service="ann", at_s=2.0, until_s=1.0)


BOBS = Down(service="bob", at_s=10.0, noticed_s=3.0)  # until 18 s


@pytest.mark.parametrize(("first", "second", "over_s"), [
    (Slow(service="bob", at_s=1.0, until_s=5.0), Slow(service="bob", at_s=4.0), 5),
    (BOBS, replace(BOBS, at_s=17.9), 18), (BOBS, Down(zone=0, at_s=12.0), 18), (BOBS, Scale(service="bob", at_s=12.0, instances=1), 18),
    (Deploy(service="bob", at_s=1.0), Scale(service="bob", at_s=2.0, instances=2), 16),
    (Scale(service="bob", at_s=1.0, instances=4), replace(BOBS, at_s=5.0), 6), (Deploy(service="ann", at_s=1.0), Deploy(service="ann", at_s=4.9), 5),
], ids=repr)  # fmt: skip
def test_two_changes_to_the_same_at_once_are_named(first, second, over_s):
    """Without this the end of the one would undo the other."""
    words = f"must not begin before {over_s} s, when changes[1]={first!r} is over"
    with pytest.raises(ValueError, match=re.escape(f"changes[0]={second!r} {words}")):
        rows(second, first)
    assert len(rows(first, replace(second, at_s=float(over_s)))) > 0


def test_a_zone_where_nobody_stands_is_named():
    for change in (Down(zone=50), Down(zone=2), Down(zone=2, service="bob")):
        where = change.service or "some service"
        with pytest.raises(ValueError, match=rf"^changes\[0\] names zone={change.zone}; .* of {where}$"):  # fmt: skip
            rows(change)


def test_more_rows_than_a_run_looks_at_are_refused():
    big = Service(name="big", instances=1_000)
    graph = Graph(services=(big,), calls=(), entry="big")
    downs = [Down(at_s=100.0 * n, noticed_s=1.0) for n in range(34)]
    assert len(timeline(graph, downs[:33])) == 99_000
    with pytest.raises(ValueError, match=r"at most 100,000 rows; changes\[33\]="):
        timeline(graph, downs)


@pytest.mark.parametrize("wrong", [{"rate_per_s": -1.0}, {"share_ratio": 1.1}, {"noticed_s": None}])
def test_lost_calls_of_nonsense_are_named(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))}=.* must be"):
        lost_calls(**{"rate_per_s": 1.0, "share_ratio": 0.5, "noticed_s": 1.0, **wrong})


def test_changes_that_can_be_looked_at_only_once_are_refused():
    with pytest.raises(ValueError, match=r"changes=.* must be a row"):
        timeline(GRAPH, iter([Slow(service="bob")]))
