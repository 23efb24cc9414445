"""The pictures of copies, and the rule of what to send ahead, against the engines that they show."""

import json
import math
import re
from dataclasses import replace

import numpy as np
import pytest

from scalemodel.stage.python.outcome import columns
from scalemodel.stage.python.told import told
from scalemodel.stage.youtube.edge import ahead, eaten, town, way
from scalemodel.stage.youtube.yours import push, push_told
from scalemodel.youtube.edge.coalescing import expected_fetches
from scalemodel.youtube.edge.demand import DAY_S, views
from scalemodel.youtube.edge.tiers import BY, answers, simulate

PUSH = "scalemodel.stage.youtube.yours.push"
GOOD = next(iter(eaten.GOOD_H))
TEMPTED = """\
Requests spared by 600 copies, mean of 4 days
knows the whole day         600
knows the tastes            571
at random, where none is    445
yours                       375
most watched                375

Of yours 138 were there already, and nobody asks for 87."""


def steps(name):
    """The sentences of one way, with what each thing is at."""
    html = way.way_moving().html
    data = json.loads(re.search(r'data-is="data">(.+?)</script>', html)[1])
    ways = re.findall(r'aria-pressed="(?:true|false)">(.+?)</button>', html)
    return data["things"], data["ways"][ways.index(name)]


# ── Examples ────────────────────────────────────────────────────────────────
def test_nine_days_are_told_as_they_went():
    _, days = steps("nine quiet days")
    told_ = [step[0].replace("\xa0", " ") for step in days]
    assert told_[2] == "Day 1, 12:00: Linz has none, and nobody has one yet: from the origin. Both keep a copy."  # fmt: skip
    assert told_[4] == "Day 1, 17:00: Bonn has none; the hub has one, and Bonn keeps a copy of it."
    assert told_[6] == "Day 1, 22:00: the edge in Bonn has a copy, 6 hours old."
    assert "older than a week: from the origin" in told_[24] and len(told_) == 27


def test_the_most_watched_first_is_worse_than_chance():
    by_views = lambda here, region, world: here + region + world
    assert push.race(by_views).words == TEMPTED
    reach = lambda rule: np.mean([push.spared(one, push.sent(rule, one))[0] for one in told(PUSH)["days"]])  # fmt: skip
    assert reach(by_views) < 445 < reach(lambda here, region, world: -1 if here else region + world)


def test_the_picture_has_a_bar_for_thirty_copies():
    rule = lambda here, region, world: region - here
    days = told(PUSH)["days"]
    bars = np.mean(
        [[push.spared(one, push.sent(rule, one)[at : at + 30])[0] for at in range(0, 600, 30)] for one in days],
        axis=0,
    )  # fmt: skip
    says = "spared by your copies, best first, 30 at a time; the line: all of them", "the first", "the last"  # fmt: skip
    assert push.race(rule).svg == columns(says, bars.tolist(), [30] * 20)


# ── Laws ────────────────────────────────────────────────────────────────────
def test_a_copy_is_drawn_as_long_as_it_is_good():
    things, days = steps("nine quiet days")
    watched, by = views(way.WEEK.demand), answers(way.WEEK)
    assert way.WEEK.edge.ttl_s == 1.5 * DAY_S and way.WEEK.hub.ttl_s == 7 * DAY_S
    fetched = {}
    for turn, (now_s, edge, which) in enumerate(zip(watched.time_s, watched.edge, by, strict=True)):
        before, after = days[2 * turn + 1][1:], days[2 * turn + 2][1:]
        seen = {place: after[things.index(f"at-{place}")] != 0 for place in ("hub", *way.TOWNS)}
        name = way.TOWNS[edge]
        assert (before[things.index(f"at-{name}")] != 0) == (BY[which] == "edge")
        fetched |= {name: now_s} if BY[which] != "edge" else {}
        fetched |= {"hub": now_s} if BY[which] == "origin" else {}
        for place, there in seen.items():
            good_s = (7 if place == "hub" else 1.5) * DAY_S
            assert there == (now_s - fetched.get(place, -math.inf) < good_s), (turn, place)
        dot = after[things.index(f"asks-{turn % 2}")]
        assert dot[1] == {"edge": way.EDGE_Y - 20, "hub": way.HUB_Y - 20, "origin": way.ORIGIN_Y}[BY[which]]  # fmt: skip


def test_every_dot_of_the_crowd_goes_up_or_waits():
    things, each = steps(way.EACH)
    _, together = steps(way.TOGETHER)
    dots = [n for n, name in enumerate(things) if name.startswith("dot-")]
    high = lambda step: {step[1:][n][1] for n in dots}
    assert len(dots) * 25 == way.AT_ONCE.crowd_views
    assert max(high(each[3])) < way.HUB_Y - 20 < min(high(each[2])), (
        "first the hub, then the origin"
    )
    assert all(min(high(step)) >= way.TOWN_Y for step in together)
    asks = [sum(1 for n, name in enumerate(things) if name.startswith("asks") and step[1:][n]) for step in together]  # fmt: skip
    assert asks == [0, 0, 4, 4, 5, 0]


@pytest.mark.parametrize("seed", range(3))
def test_no_rule_spares_more_than_there_is(seed):
    one, rng = push_told.day(seed), np.random.default_rng(seed)
    pairs = push.sent(lambda *seen: rng.random(), one)
    assert len(set(pairs)) == push.COPIES and sum(push.spared(one, pairs)) == push.COPIES
    others = push_told.rivals(seed)
    assert push.spared(one, pairs)[0] < others["knows the tastes"] < others["knows the whole day"]


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_of_a_crowd_as_many_go_up_as_the_formula_says():
    alone = expected_fetches(1_000, way.AT_ONCE.crowd_s, way.SLOW.fetch_s, coalesce=False)
    assert way.crowd(coalesce=False) == (alone, alone) == (1_000, 1_000)
    assert way.crowd(coalesce=True) == (way.AT_ONCE.edges, 1)


@pytest.mark.parametrize("edge_room", eaten.ROOMS)
def test_the_areas_are_the_shares(edge_room):
    picture = eaten.eaten_picture(edge_room, 2_000, GOOD)
    edge, both, all_ = picture.figure.data
    area = lambda trace: np.trapezoid(trace.y, trace.x) / 100
    at_edge, at_hub, at_origin = eaten.split(edge_room, 2_000, GOOD)
    assert abs(area(edge) - 100 * at_edge) < 1 and abs(area(both) - 100 * (at_edge + at_hub)) < 1
    assert area(all_) == pytest.approx(100)
    assert [value[0] for value in picture.readings.values()][:3] == [
        round(100 * share, 1) for share in (at_edge, at_hub, at_origin)
    ]


def test_a_lone_hub_is_what_a_run_says():
    config = eaten.config(2_000, 2_000, GOOD, edges=1)
    config = replace(
        config, demand=replace(config.demand, views=200_000), warm_up_s=5 * DAY_S,
        edge=replace(config.edge, ttl_s=7 * DAY_S),
    )  # fmt: skip
    assert abs(simulate(config).edge_ratio - eaten.alone(2_000, 168.0)) < 0.01


def test_a_dot_is_a_run():
    room = "1,000 videos"
    *lines, here = ahead.ahead_picture(room, "second view", "third view").figure.data
    many = ahead.DEMAND.views + ahead.DEMAND.upload_views
    for admit, line in zip(ahead.ADMITS, lines, strict=True):
        for n, at in enumerate(ahead.AHEAD):
            report = simulate(ahead.config(room, admit, at))
            assert line.y[n] == round(100 * report.edge_ratio, 1)
            assert line.x[n] == round(100 * report.pushed / many, 1)
    assert (here.x[0], here.y[0]) == (lines[1].x[2], lines[1].y[2])


def test_a_town_waits_as_the_queue_says():
    way_ms = town.town(3)
    assert way_ms.shape == (town.VIEWERS, town.EDGES)
    assert 0.4 < (way_ms.argmin(axis=1) == 1).mean() < 0.7
    nearest, fair, busy = (town.met(price, 3) for price in (0.0, 5.0, 1e9))
    assert nearest.wait_ms == math.inf and nearest.fullest_ratio == 1
    even = town.VIEWERS / town.EDGES / town.ROOM
    assert busy.fullest_ratio == pytest.approx(even, abs=0.01)
    assert busy.wait_ms == pytest.approx(town.WAIT_MS * even / (1 - even), rel=0.02)
    assert town.least_way_ms(3) < nearest.way_ms < fair.way_ms < busy.way_ms


def fetches(seed, sent_ahead):
    """What the hub is asked for on a day, request by request; copies come at one o'clock."""
    config = replace(push_told.DEMAND, seed=seed)
    watched, shuffled = views(config), push_told._shuffled(seed)
    held, count, to_come = set(), 0, set(sent_ahead)
    for now_s, region, edge, video in zip(*watched, strict=True):
        if now_s >= push_told.FIRST_S:
            held |= to_come
            to_come = set()
        place = int(shuffled[video]), int(region * config.edges + edge)
        count += place not in held
        held.add(place)
    return count


@pytest.mark.parametrize("seed", [0, 3])
def test_what_is_spared_is_what_a_request_by_request_run_misses_less(seed):
    one = push_told.day(seed)
    pairs = push.sent(lambda here, region, world: 2 * region + world - here, one)
    assert fetches(seed, []) - fetches(seed, pairs) == push.spared(one, pairs)[0]
    assert told(PUSH)["days"][seed] == one


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("answer", [None, True, math.nan, math.inf, "1"])
def test_what_is_no_number_is_refused(answer):
    with pytest.raises(ValueError, match=r"^your rule returned .*; it must return a finite number"):
        push.race(lambda *seen: answer)
