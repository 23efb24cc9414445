"""A run from moment to moment, against its report and against a count by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.netflix.services.changes import Down, Slow
from scalemodel.netflix.services.graph import ALONE, Call, Graph, Service, home_page
from scalemodel.netflix.services.loop import CAME, END, SERVICE
from scalemodel.netflix.services.moments import ERROR, FALLBACK, HANGS, LIVE, _by, watch
from scalemodel.netflix.services.run import RunConfig, simulate, trace

SLOW = RunConfig(until_s=14.0, warm_up_s=0.0, changes=(Slow(service="billing", at_s=2.0),))


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_line_before_a_slow_service_climbs_to_the_entry():
    moments = watch(SLOW, 2.0)
    assert moments.at_s.tolist() == [2, 4, 6, 8, 10, 12, 14]
    assert moments.held["billing"][1] > 30 and moments.held["gateway"][1] < 150
    assert (moments.held["billing"][3:6] == 150).all() and moments.held["gateway"][3] > 150
    assert moments.rows["playback"][0].tolist() == [188, 0, 0, 0]
    assert moments.rows["playback"][3, LIVE] == 0 < moments.rows["playback"][3, HANGS]


def test_a_dead_service_is_a_fallback_in_its_row_and_nothing_else():
    moments = watch(replace(SLOW, changes=(Down(service="billing", at_s=0.0),)), 7.0)
    assert moments.rows["billing"][:, FALLBACK].sum() == moments.rows["playback"][:, LIVE].sum()
    assert moments.held["billing"].tolist() == [0, 0]


def test_a_needed_service_that_is_dead_is_an_error():
    moments = watch(replace(SLOW, changes=(Down(service="user", at_s=0.0),)), 14.0)
    assert moments.rows["playback"][0, ERROR] == moments.rows["user"][0].sum() > 0


def test_a_page_belongs_to_the_moment_in_which_it_came_or_was_given_up():
    page = Service(name="page", law="constant", mean_ms=1_500.0, workers=1, instances=1)
    row = Service(name="row", law="constant", mean_ms=1.0)
    graph = Graph(services=(page, row), calls=(Call(caller="page", callee="row"),), entry="page")
    config = RunConfig(
        graph=graph, arrivals_per_s=1.0, until_s=6.0, warm_up_s=0.0, patience_s=2.0, seed=1
    )
    run, found = trace(config), watch(config, 0.5)
    end_s = run.times_s[:, END].reshape(-1, 2)[:, 0]
    late = end_s - run.arrival_s > 2.0
    known_s = np.where(late, run.arrival_s + 2.0, end_s)
    assert 0 < late.sum() < len(late)
    for kind, which in ((HANGS, late), (LIVE, ~late)):
        by_hand = np.histogram(known_s[which], bins=[0.0, *found.at_s])[0]
        assert found.rows["row"][:, kind].tolist() == by_hand.tolist()


def test_what_comes_at_the_very_moment_has_come():
    assert _by(np.array([3.0, 1.0]), [0.5, 1.0, 2.0, 3.0]).tolist() == [0, 1, 1, 2]


# ── Laws ────────────────────────────────────────────────────────────────────
@given(
    every_s=st.sampled_from([0.1, 0.7, 5.0]), guarded=st.booleans(), at_s=st.floats(0.0, 3.0),
    change=st.sampled_from([Slow, Down]), name=st.sampled_from(["billing", "playback", "encoding"]),
)  # fmt: skip
def test_all_rows_of_a_page_end_with_it(every_s, guarded, at_s, change, name):
    config = RunConfig(
        graph=home_page(ALONE) if guarded else home_page(), until_s=5.0, warm_up_s=0.0,
        changes=(change(service=name, at_s=at_s),),
    )  # fmt: skip
    moments = watch(config, every_s)
    rows = list(moments.rows.values())
    for row in rows:
        assert row.shape == (len(moments.at_s), 4)
        assert (row.sum(axis=1) == rows[0].sum(axis=1)).all()
        assert (row[:, [ERROR, HANGS]] == rows[0][:, [ERROR, HANGS]]).all()
    assert all((held >= 0).all() for held in moments.held.values())


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("changes", [SLOW.changes, (Down(zone=1, at_s=3.0),)])
def test_the_rows_add_up_to_those_of_the_report(changes):
    config = replace(SLOW, changes=changes)
    rows, long = simulate(config).rows, replace(config, until_s=14.0)
    moments = watch(long, 14.0)
    late = trace(config).arrival_s + 2.0 > 14.0  # these may end after the last moment
    for name, row in rows.items():
        counted = moments.rows[name][0]
        report = np.array([row.live, row.fallback, row.failed, row.hangs])
        assert (counted <= report).all() and report.sum() - counted.sum() <= late.sum()


def test_what_is_held_is_counted_one_by_one():
    run, moments = trace(SLOW), watch(SLOW, 0.5)
    mine = run.tree[0][:, SERVICE] == [s.name for s in SLOW.graph.services].index("billing")
    came_s, end_s = (run.times_s[:, n].reshape(-1, len(mine))[:, mine].ravel() for n in (CAME, END))
    by_hand = [int(((came_s <= t) & (end_s > t)).sum()) for t in moments.at_s]
    assert moments.held["billing"].tolist() == by_hand


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("every_s", [0.0, -1.0, 14.1, 0.001, float("nan"), None, "1"])
def test_stretches_must_fit_the_run(every_s):
    with pytest.raises((ValueError, TypeError), match="every_s"):
        watch(SLOW, every_s)


@pytest.mark.parametrize("config", [None, "slow", 3])
def test_a_run_is_one_of_this_room(config):
    with pytest.raises(ValueError, match=r"config=.* must be a RunConfig"):
        watch(config, 1.0)
