"""The login storm: by hand, the loop and its twin, a walk over cohorts, single phones; bad input."""

import heapq
import math
from collections import Counter, deque
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.core.rng import stream
from scalemodel.core.stats import agrees
from scalemodel.parts.resilience.retry import AT_ONCE, Exponential, FullJitter
from scalemodel.whatsapp.capacity.storm import (
    BACKOFFS,
    StormConfig,
    expected_drain_s,
    knocks_per_s,
    loop,
    simulate,
)

SMALL = StormConfig(phones=200, logins_per_s=2.0, outage_s=20, time_out_s=5, refusal_ratio=1 / 64, until_s=400)  # fmt: skip


# ── Examples ────────────────────────────────────────────────────────────────
def test_three_phones_by_hand():
    """Out at 0 for 2 s, one login a second: all knock at 0, and again at 3, for nobody answers."""
    config = StormConfig(phones=3, logins_per_s=1, outage_s=2, time_out_s=2, until_s=8, backoff=AT_ONCE)  # fmt: skip
    report = simulate(config)
    assert report.knocks.tolist() == [3, 0, 0, 3, 0, 0, 1, 0]  # who waits two seconds has gone
    assert report.back.tolist() == [0, 0, 0, 1, 2, 2, 3, 3]
    assert report.in_line.tolist() == [0, 0, 0, 2, 1, 0, 0, 0]
    assert report.all_back_s == 5


def test_a_short_line_turns_away_and_a_refusal_costs():
    """Of four, one stands in a line of one; three are refused, each for half a login."""
    config = StormConfig(phones=4, logins_per_s=1, outage_s=0, time_out_s=9, line_s=1, refusal_ratio=0.5,
                         backoff=Exponential(base_s=3, most_s=3), until_s=14)  # fmt: skip
    report = simulate(config)
    assert report.knocks.tolist() == [4, 0, 0, 3, 0, 0, 2, 0, 0, 1, 0, 0, 0, 0]
    assert report.back.tolist() == [0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4, 4, 4]


def test_who_has_gone_may_cost_less_than_a_login():
    """Three knock, one is in, two have left at 1: to call one of them costs the second, or half."""
    config = StormConfig(phones=3, logins_per_s=1, outage_s=0, time_out_s=1, until_s=4, backoff=AT_ONCE)  # fmt: skip
    whole, half, free = (simulate(replace(config, gone_ratio=ratio)) for ratio in (1.0, 0.5, 0.0))
    assert whole.back.tolist() == [1, 1, 1, 1] and whole.in_line.tolist() == [2, 1, 2, 1]
    assert whole.waiting.tolist() == [2, 0, 2, 0]
    assert half.back.tolist() == [1, 1, 2, 2] and half.in_line.tolist() == [2, 1, 1, 0]
    assert free.back.tolist() == [1, 1, 2, 2] and free.in_line.tolist() == [2, 0, 1, 0]


def test_a_door_that_soon_sees_who_has_gone_recovers_and_ours_does_not():
    after = {ratio: simulate(StormConfig(gone_ratio=ratio)).all_back_s for ratio in (1.0, 0.5, 0.1)}
    assert after[1.0] == math.inf > after[0.5] > after[0.1] > expected_drain_s(14_700, 23.0)


def test_pauses_alone_or_a_short_line_alone_do_not_do_it_and_both_do():
    both = simulate(StormConfig(line_s=20.0))
    assert both.all_back_s < 1.5 * expected_drain_s(14_700, 23.0)
    assert simulate(StormConfig()).back[-1] < 14_700 / 10
    at_once = StormConfig(phones=1_470, logins_per_s=2.3, backoff=AT_ONCE, line_s=20.0)
    assert simulate(at_once).back[-1] == 0  # refusing is all that it does
    assert simulate(replace(at_once, line_s=None)).all_back_s == math.inf


def test_the_pauses_of_each_rule_at_their_longest():
    """The first, the second, and what it comes to; a phone at once knocks a second later."""
    pauses_s = {name: [rule.pause(again, 0.0, 1.0, rule.memory()) for again in (0, 1, 60)] for name, rule in BACKOFFS.items()}  # fmt: skip
    assert pauses_s == {"at once": [0, 0, 0], "every minute": [60, 60, 60],
                        "exponential": [1, 2, 600], "full jitter": [1, 2, 600]}  # fmt: skip


# ── Laws ────────────────────────────────────────────────────────────────────
CONFIGS = st.builds(
    StormConfig,
    phones=st.integers(1, 40),
    logins_per_s=st.sampled_from([0.3, 1.0, 2.5, 50.0]),
    outage_s=st.integers(0, 12),
    time_out_s=st.integers(1, 9),
    backoff=st.sampled_from([AT_ONCE, Exponential(base_s=2, most_s=9), FullJitter(base_s=1, most_s=20)]),
    line_s=st.sampled_from([None, 4.0, 20.0]),
    refusal_ratio=st.sampled_from([0.0, 0.25]),
    gone_ratio=st.sampled_from([0.0, 0.25, 1.0]),
    until_s=st.integers(1, 80),
)  # fmt: skip


def rows_of(config, way):
    places = config.phones * (config.until_s // config.time_out_s + 1)
    if config.line_s is not None:
        places = min(places, int(config.line_s * config.logins_per_s))
    rule = np.array([config.phones, config.logins_per_s, config.outage_s, config.time_out_s, places, config.refusal_ratio, config.gone_ratio])  # fmt: skip
    luck = stream(config.seed, "pauses").random(1 << 16)
    rows = [np.zeros(config.until_s, np.int64) for _ in range(4)]
    pause = config.backoff.pause if way is loop else config.backoff.pause.native
    way(pause, config.backoff.memory().astype(float), rule, luck, *rows)
    return [row.tolist() for row in rows]


@given(config=CONFIGS)
def test_the_compiled_loop_is_the_one_that_you_read(config):
    report = simulate(config)
    rows = report.back, report.knocks, report.in_line, report.waiting
    assert rows_of(config, loop) == [row.tolist() for row in rows]


@given(config=CONFIGS)
def test_who_is_in_stays_in_and_no_more_come_than_the_door_takes(config):
    report = simulate(config)
    assert (np.diff(report.back) >= 0).all() and report.back[-1] <= config.phones
    open_s = np.arange(1, config.until_s + 1) - config.outage_s
    assert (report.back <= np.maximum(0, np.ceil(open_s * config.logins_per_s))).all()
    assert (report.waiting <= np.minimum(report.in_line, config.phones - report.back)).all()
    if config.line_s is not None:
        assert report.in_line.max() <= config.line_s * config.logins_per_s
    if report.all_back_s < math.inf:
        at = config.outage_s + int(report.all_back_s) - 1
        assert report.back[at] >= 0.99 * config.phones and (at == 0 or report.back[at - 1] < 0.99 * config.phones)  # fmt: skip


# ── Oracle ──────────────────────────────────────────────────────────────────
def cohorts(config):
    """The same without a phone: how many knock in a second after how many tries."""
    knock, give_up, line = {0: Counter({0: config.phones})}, {}, deque()
    back, spare, rows = 0, 0.0, []
    places = math.inf if config.line_s is None else int(config.line_s * config.logins_per_s)
    pause = lambda tries: max(1, int(config.backoff.pause(tries, 0.0, 0.5, config.backoff.memory()) + 0.5))  # fmt: skip
    for now in range(config.until_s):
        spare += config.logins_per_s
        for batch in give_up.pop(now, []):
            if batch["left"]:
                knock.setdefault(now + pause(batch["tries"]), Counter())[batch["tries"] + 1] += batch["left"]  # fmt: skip
                batch["left"] = 0
        came = knock.pop(now, Counter())
        for tries, count in came.items():
            room = count if now < config.outage_s else min(count, places - sum(b["places"] for b in line))  # fmt: skip
            batch = {"tries": tries, "left": room, "places": room}
            give_up.setdefault(now + config.time_out_s, []).append(batch)
            if now >= config.outage_s:
                line.append(batch)
                spare -= config.refusal_ratio * (count - room)
                if count > room:
                    knock.setdefault(now + pause(tries), Counter())[tries + 1] += count - room
        while line and spare >= 1:
            if not line[0]["places"]:
                line.popleft()
                continue
            line[0]["places"] -= 1
            spare -= 1 if line[0]["left"] else config.gone_ratio
            if line[0]["left"]:
                line[0]["left"] -= 1
                back += 1
        waiting = sum(batch["places"] for batch in line)
        spare = max(0.0, spare) if waiting else 0.0
        rows.append((back, sum(came.values()), waiting, sum(batch["left"] for batch in line)))
    return rows


@pytest.mark.parametrize("backoff", [AT_ONCE, Exponential(base_s=7, most_s=7)], ids=["at once", "fixed"])  # fmt: skip
@pytest.mark.parametrize("line_s", [None, 3.0])
@pytest.mark.parametrize("logins_per_s", [2.0, 30.5])
@pytest.mark.parametrize("gone_ratio", [1.0, 0.125])
def test_it_is_the_walk_over_cohorts(backoff, line_s, logins_per_s, gone_ratio):
    """With pauses that are all alike a phone is as good as another, and counts say it all."""
    config = replace(
        SMALL, backoff=backoff, line_s=line_s, logins_per_s=logins_per_s, gone_ratio=gone_ratio
    )
    report = simulate(config)
    rows = report.back, report.knocks, report.in_line, report.waiting
    assert list(zip(*(row.tolist() for row in rows), strict=True)) == cohorts(config)  # fmt: skip


def phone_by_phone(config, rng):
    """How many are in at the end and have knocked, told with a calendar of single phones."""
    events = [(0, phone, "knocks") for phone in range(config.phones)]
    line, place, tries, inside, knocks = deque(), {}, Counter(), set(), 0
    now, spare = 0, 0.0
    for now in range(config.until_s):
        spare += config.logins_per_s
        while events and events[0][0] <= now:
            _, phone, what = heapq.heappop(events)
            if phone in inside:
                continue
            if what == "knocks":
                knocks += 1
                if now >= config.outage_s:
                    place[phone] = object()
                    line.append((phone, place[phone]))
                heapq.heappush(events, (now + config.time_out_s, phone, "leaves"))
            else:
                place.pop(phone, None)
                most = min(config.backoff.most_s, config.backoff.base_s * 2 ** tries[phone])
                tries[phone] += 1
                heapq.heappush(events, (now + max(1, round(rng.uniform(0, most))), phone, "knocks"))
        while line and spare >= 1:
            phone, where = line.popleft()
            spare -= 1
            if place.get(phone) is where:
                inside.add(phone)
        spare = spare if line else 0.0
    return len(inside), knocks


def test_jitter_is_that_of_single_phones_over_seeds():
    config = replace(SMALL, backoff=FullJitter(base_s=1, most_s=100), until_s=100, logins_per_s=9.0)
    runs = [simulate(replace(config, seed=seed)) for seed in range(40)]
    ours = np.array([[run.back[-1], run.knocks.sum()] for run in runs])
    theirs = np.array([phone_by_phone(config, np.random.default_rng(seed)) for seed in range(40)])
    for one, other in zip(ours.T, theirs.T, strict=True):
        assert agrees(one - other)
    assert len(set(ours[:, 0])) > 10 and ours[:, 0].mean() < 190


def test_the_least_time_is_phones_over_capacity():
    """147 million at the 230 thousand a second of 2014: 10.7 minutes; with a short line it is met."""
    assert expected_drain_s(147e6, 230e3) / 60 == pytest.approx(10.65, abs=0.01)
    assert expected_drain_s(100, 5) == 20
    config = StormConfig(phones=2_000, logins_per_s=10, outage_s=0, line_s=20.0, refusal_ratio=0.0,
                         backoff=Exponential(base_s=1, most_s=1), until_s=300)  # fmt: skip
    assert simulate(config).all_back_s == 0.99 * expected_drain_s(2_000, 10)


def test_below_the_capacity_a_line_of_any_length_drains():
    for name, backoff in BACKOFFS.items():
        config = StormConfig(backoff=backoff)
        assert knocks_per_s(config) > config.logins_per_s, name
        assert simulate(config).all_back_s == math.inf, name
    wide = StormConfig(backoff=FullJitter(base_s=1, most_s=1_800), logins_per_s=46.0)
    assert knocks_per_s(wide) == pytest.approx(14_700 / 930) and simulate(wide).all_back_s < 1_000


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("wrong", [{"phones": 0}, {"phones": 100_001}, {"logins_per_s": 0}, {"outage_s": -1}, {"time_out_s": 0}, {"backoff": 3}, {"line_s": 0.01}, {"refusal_ratio": 1.5}, {"gone_ratio": -0.1}, {"until_s": 0}, {"until_s": 10**6}, {"seed": -1}], ids=repr)  # fmt: skip
def test_a_config_that_means_nothing_is_named(wrong):
    with pytest.raises(ValueError, match=rf"^{next(iter(wrong))}=.* must be"):
        StormConfig(**wrong)


def test_a_night_of_too_many_knocks_is_named():
    """Sixty million at the most: one for each time-out, or for each second if they are refused."""
    for line_s, most_s in ((None, 18_000), (20.0, 600)):
        config = StormConfig(phones=100_000, line_s=line_s, until_s=most_s)
        with pytest.raises(ValueError, match=f"until_s={most_s + 1} must be .* at most {most_s}$"):
            replace(config, until_s=most_s + 1)
    with pytest.raises(ValueError, match=r"at most 1000000$"):
        StormConfig(phones=1, until_s=1_000_001)


def test_a_door_that_takes_nobody_is_named():
    with pytest.raises(ValueError, match="logins_per_s=0 must be"):
        expected_drain_s(10, 0)
