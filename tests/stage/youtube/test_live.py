"""The pictures of live streams, and the reader's rule, against the engine that they show."""

import json
import re
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.stage.python.told import told
from scalemodel.stage.youtube.live import behind, frontier, goal, rule, rule_told
from scalemodel.youtube.live.chain import LiveConfig
from scalemodel.youtube.live.expected import expected_parts
from scalemodel.youtube.live.session import watch

NEAR_S = 1e-9
SEGMENTS, SHORT, CHUNKS = goal.COMES


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_goal_comes_later_in_larger_pieces():
    said = [goal.told(comes).replace("\xa0", " ") for comes in goal.COMES]
    assert said == [f"{seen} s: now you see it, {after} s after the shout next door."
                    for seen, after in (("7.7", "5.4"), ("5.2", "2.9"), ("3.3", "1.0"))]  # fmt: skip


def test_the_page_holds_the_very_parts():
    html = goal.goal().html
    data = json.loads(re.search(r'data-is="data">(.+?)</script>', html)[1])
    for shares, comes in zip(data["yours"], goal.COMES, strict=True):
        assert shares == pytest.approx(goal.parts(comes), abs=1e-4)
    assert data["theirs"] == pytest.approx(expected_parts(goal.NEXT_DOOR, goal.MBPS), abs=1e-4)
    bars = re.findall(r'data-row="(\d)" x="([\d.]+)" y="\d+" width="([\d.]+)"', html)
    for row, shares in enumerate((data["theirs"], data["yours"][0])):
        mine = [(float(x), float(wide)) for number, x, wide in bars if int(number) == row]
        assert [wide / data["scale"] for _, wide in mine] == pytest.approx(shares, abs=2e-3)
        assert [x for x, _ in mine][1:] == pytest.approx(
            [x + wide for x, wide in mine][:-1], abs=0.2
        )
    assert max(map(sum, data["yours"])) <= goal.LONG_S


def test_the_picture_says_where_the_seconds_are():
    said = behind.behind_picture(CHUNKS, 10.0, 1.05).alt.replace("\xa0", " ")
    assert said == (
        "Usually 3.3 s behind, most of it target (2.0 s). The picture stops for 7.8 s, and 157 s "
        "after the tunnel the viewer is at the target again."
    )


def test_as_near_as_it_goes_is_best_on_3g_and_worst_in_tunnels():
    costs = rule.costs(lambda stored_s, *seen: 1.1 if stored_s > 0.5 else 1.0)
    mine, others = costs.pop("yours"), [costs[name] for name in costs if name != "optimum"]
    assert mine["3G"] < min(other["3G"] for other in others)
    assert mine["tunnels"] > max(other["tunnels"] for other in others)
    words = rule.watched(lambda *seen: 1.0, "3G", 2).words.splitlines()
    assert words[1].startswith("optimum") and len(words) == 9


def test_one_rule_can_be_ahead_on_both_lines():
    def learns(stored_s, behind_s, stopped_s, memory):
        memory[0] += stopped_s
        return min(1.1, max(0.9, 1 + 0.2 * (stored_s - 0.8 - 0.8 * memory[0])))

    costs = rule.costs(learns)
    assert costs["yours"]["3G"] < costs["target 0.5 s"]["3G"]
    assert costs["yours"]["tunnels"] < costs["target 2 s"]["tunnels"]


# ── Laws ────────────────────────────────────────────────────────────────────
comings = st.lists(st.floats(0, 3), min_size=2, max_size=30).map(
    lambda gaps: np.maximum.accumulate(1 + 0.5 * np.arange(len(gaps)) + gaps).tolist()
)
speeds = st.lists(st.floats(0.9, 1.1), min_size=1, max_size=7)


@given(comings, speeds)
def test_time_goes_by_in_pictures_and_in_stops(comes_s, speeds):
    seen = []

    def turns(stored_s, behind_s, stopped_s, memory):
        seen.append(stored_s)
        return speeds[(len(seen) - 1) % len(speeds)]

    ride = rule.play(turns, comes_s)
    shown_s = np.array(ride.behind_s) + 0.5 * np.arange(len(comes_s))
    assert (shown_s >= np.array(comes_s) - NEAR_S).all() and min(seen) >= 0.5
    played_s = [0.5 / speeds[n % len(speeds)] for n in range(len(comes_s))]
    assert np.allclose(np.diff(shown_s), np.array(played_s[:-1]) + ride.stopped_s[1:])
    assert rule_told.least(comes_s)[0] <= ride.cost_s + 1e-6


@pytest.mark.parametrize("network", frontier.NETWORKS)
@pytest.mark.parametrize("comes", frontier.COMES)
def test_a_larger_target_is_farther_and_stops_no_more(network, comes):
    row = frontier.family(network, 0.8, comes)
    for near, far in pairwise(row):
        assert near.behind_s < far.behind_s and near.stopped_s >= far.stopped_s


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("comes", goal.COMES)
@pytest.mark.parametrize("tunnel_s", [0.0, 5.0, 20.0])
def test_the_curve_is_the_session_and_ends_where_it_is_said(comes, tunnel_s):
    config, report, usual_s, back_s = behind.through(comes, tunnel_s, 1.1)
    line = behind.behind_picture(comes, tunnel_s, 1.1).figure.data[-1]
    since_s = report.at_s - behind.TUNNEL_AT_S
    shown = (since_s >= line.x[0]) & (since_s <= line.x[-1])
    drawn_s = np.interp(since_s[shown], line.x, line.y)
    assert np.abs(drawn_s - report.latency_s[shown]).max() < 0.2
    before_s = report.latency_s[(since_s > -behind.BEFORE_S) & (since_s < 0)]
    assert before_s == pytest.approx(usual_s, abs=1e-6), "nobody is late before the tunnel"
    late = report.at_s[(report.latency_s > usual_s + 1e-6) & (since_s > 0)]
    last_s = late[-1] - behind.TUNNEL_AT_S - tunnel_s if len(late) else 0.0
    assert last_s - NEAR_S <= back_s <= last_s + config.unit_s + NEAR_S


@pytest.mark.parametrize("line", rule_told.LINES)
def test_a_viewer_of_the_page_stops_as_the_engine_does(line):
    """At the usual speed, when all that differs is who counts: the engine by units, the page by chunks."""
    config = LiveConfig(
        chunk_s=rule.UNIT_S, line=frontier.rides(rule_told.LINES[line])[0],
        ladder_kbps=(rule_told.KBPS[line],), buffer_s=rule.FIRST * rule.UNIT_S, speed=1 + 1e-9,
        watch_s=240.0,
    )  # fmt: skip
    report = watch(config)
    many = rule_told.CHUNKS
    ride = rule.played(lambda *seen: 1.0, line, 1)
    shown_s = report.at_s[:many] + report.buffer_s[:many]  # the end of what is there, if it goes on
    stops_s = np.maximum(np.diff(shown_s) - rule.UNIT_S, 0)
    assert sum(ride.stopped_s) == pytest.approx(stops_s[rule.FIRST :].sum(), abs=0.02)
    ends_s = np.array(ride.behind_s) + rule.UNIT_S * np.arange(many)
    assert ends_s[-1] == pytest.approx(
        shown_s[-1] - rule.UNIT_S - config.first_unit * 0.5, abs=0.02
    )


@given(st.lists(st.sampled_from([0.0, 0.0, 0.5, 2.0]), min_size=6, max_size=6))
def test_nobody_who_knows_the_ride_does_better_than_the_optimum(gaps):
    comes_s = np.maximum.accumulate(1 + 0.5 * np.arange(6) + gaps).tolist()
    cost_s, _ = rule_told.least(comes_s)
    tried = []
    for way in product((0.9, 1.0, 1.1), repeat=5):
        answers = iter([*way, 1.0])
        tried.append(rule.play(lambda *seen, answers=answers: next(answers), comes_s).cost_s)
    assert cost_s <= min(tried) + NEAR_S
    if max(gaps) == 0:
        assert cost_s == pytest.approx(min(tried), abs=NEAR_S)


@pytest.mark.parametrize("line", rule_told.LINES)
def test_the_optimum_can_be_played_for_what_it_promises(line):
    comes_s = rule_told.comes_s(line, 1)
    cost_s, best = rule_told.least(comes_s)
    shown_s = np.array(best.behind_s) + rule.UNIT_S * np.arange(len(comes_s))
    lasts_s = np.append(np.diff(shown_s) - best.stopped_s[1:], rule.UNIT_S)
    speeds = iter(np.clip(rule.UNIT_S / lasts_s, rule.SLOWEST, rule.FASTEST).tolist())
    ride = rule.play(lambda *seen: next(speeds), comes_s)
    assert ride.cost_s == pytest.approx(cost_s, abs=1e-6)
    assert told("scalemodel.stage.youtube.live.rule")["costs"]["optimum"][line][0] == round(
        cost_s, 6
    )


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("answer", [None, True, "1", 0.89, 1.11, float("nan"), 2])
def test_what_is_no_speed_is_refused(answer):
    with pytest.raises(ValueError, match=r"^your rule returned .*; it must return a speed"):
        rule.watched(lambda *seen: answer)


@pytest.mark.parametrize(
    ("line", "ride"), [("5G", 1), ("3G", 0), ("3G", 7), ("3G", "1"), ("3G", True)]
)
def test_an_unknown_ride_is_refused(line, ride):
    with pytest.raises(ValueError, match=r"(line|ride)=.* must be"):
        rule.watched(lambda *seen: 1.0, line, ride)


def test_an_unknown_network_is_refused():
    with pytest.raises(ValueError, match="network='5G' must be one of 3G"):
        frontier.rides("5G")
