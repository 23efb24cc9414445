"""The line at its desks: the steps, the minute and the curve are those of the models."""

import numpy as np
import pytest

from scalemodel.core.rng import stream
from scalemodel.parts.one_server import serve
from scalemodel.parts.queues import ServersConfig, expected
from scalemodel.stage.foundations import queues
from scalemodel.stage.foundations.queues import inside, queue_picture
from scalemodel.stage.foundations.queues_moving import (
    NAMES,
    SERVICE_S,
    arrivals,
    queue_moving,
)  # fmt: skip
from scalemodel.stage.panel import grid
from scalemodel.stage.panel.explore import explore
from tests.stage.foundations.told import ways_of


# ── Examples ────────────────────────────────────────────────────────────────
def test_who_comes_evenly_never_waits_and_who_comes_at_random_does():
    evenly, anyhow = ways_of(queue_moving())
    assert evenly[-1][0] == "All are served. Nobody has waited."
    assert evenly[0][0] == "0 s: Ann comes. Ann is served."
    assert evenly[1][0] == "4 s: The desk has nothing to do."
    assert anyhow[-1][0] == "All are served. Waits: Cal 3 s, Dan 1 s, Eve 4 s, Fay 8 s, Gus 7 s."
    assert any("2 wait." in words for words, _ in anyhow)


def test_a_server_and_four_fifths_is_where_one_waits_four_services():
    picture = queue_picture(0.8, 1)
    assert picture.readings == {
        "mean wait": (pytest.approx(4), "s"), "of 100, have to wait": (pytest.approx(80), "count"),
        "stand in line, mean": (pytest.approx(3.2), "count"),
    }  # fmt: skip
    assert picture.scene.data["desks"] == 1 and len(picture.scene.data["inside"]) == 121


# ── Laws ────────────────────────────────────────────────────────────────────
def test_both_ways_have_the_same_work_in_the_same_time():
    evenly, anyhow = arrivals().values()
    assert evenly[-1] == anyhow[-1] and len(evenly) == len(anyhow) == len(NAMES)
    assert SERVICE_S / np.diff(evenly).mean() == 0.8


def test_each_step_shows_who_is_in_line_at_the_desk_and_gone():
    for way, arrival_s in zip(ways_of(queue_moving()), arrivals().values(), strict=True):
        visits = serve(arrival_s, np.full(len(NAMES), SERVICE_S))
        for words, at in way[:-1]:
            now_s = float(words.split(" s:")[0])
            for n, name in enumerate(NAMES):
                place = at[name] and at[name][0]
                if arrival_s[n] > now_s:
                    assert not at[name]
                elif visits.leave_s[n] <= now_s:
                    assert place == 330
                elif visits.start_s[n] <= now_s:
                    assert place == 236
                else:
                    ahead = ((visits.start_s > now_s) & (arrival_s <= now_s))[:n].sum()
                    assert place == 178 - 40 * ahead


def test_with_more_load_the_same_luck_puts_more_inside():
    means = [np.mean(inside(load, 1)) for load in (0.5, 0.8, 0.95)]
    assert means == sorted(means) and means[2] > 10 * means[0]
    assert all(queue_picture(0.95, c).scene.data["desks"] == c for c in (1, 30))


def test_the_minute_is_like_most():
    for load in (0.5, 0.8, 0.9, 0.95):
        truth = expected(ServersConfig(servers=1, arrivals_per_s=load)).mean_in_system
        assert 0.6 < np.mean(inside(load, 1)) / truth < 1.7


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_who_is_inside_is_counted_one_by_one():
    customers = queues.WARM_UP + 4 * queues.SECONDS
    arrival_s = np.cumsum(stream(queues.SEED, "arrivals").standard_exponential(customers) / 0.8)
    service_s = stream(queues.SEED, "services").standard_exponential(customers)
    leave_s = serve(arrival_s, service_s).leave_s
    told = inside(0.8, 1)
    for n in (0, 1, 60, 120):
        at_s = arrival_s[queues.WARM_UP] + n / 2
        assert told[n] == sum(a <= at_s < b for a, b in zip(arrival_s, leave_s, strict=True))


@pytest.mark.parametrize(("load", "servers"), [(0.5, 1), (0.95, 1), (0.8, 3), (0.9, 30)])
def test_the_curve_and_the_diamond_are_the_closed_form(load, servers):
    picture = queue_picture(load, servers)
    curve, here = picture.figure.data
    for percent, wait_s in list(zip(curve.x, curve.y, strict=True))[::9]:
        config = ServersConfig(servers=servers, arrivals_per_s=percent / 100 * servers)
        assert wait_s == pytest.approx(expected(config).mean_wait_s, abs=1e-4)
    config = ServersConfig(servers=servers, arrivals_per_s=load * servers)
    assert (here.x[0], here.y[0]) == (
        100 * load,
        pytest.approx(expected(config).mean_wait_s, abs=1e-4),
    )
    assert max(curve.y) <= queues.MOST_S


def test_each_state_brings_its_minute_to_the_page():
    panel = explore(queue_picture, title="?", load=[0.5, 0.8], servers=[1])
    states = grid.states_of(panel)
    assert states[1]["queues"]["inside"] == inside(0.8, 1) != states[0]["queues"]["inside"]
    assert [path.name for path in queues.QUEUES.scripts] == ["player.js", "queues.js"]


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_load_without_a_mean_is_refused():
    with pytest.raises(ValueError, match="a line that only grows has no mean"):
        queue_picture(1.0, 1)
