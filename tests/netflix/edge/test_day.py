"""A day hour by hour: by hand, sums and limits, the list asked for each request, bad input."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalemodel.core.stats import agrees
from scalemodel.netflix.edge.catalogue import CatalogueConfig, catalogue
from scalemodel.netflix.edge.day import (
    CONTENT,
    HEALTH,
    HOURS,
    NEAR,
    REQUESTS_BY_HOUR,
    DayConfig,
    day,
    loop,
    reactive,
    simulate,
)
from scalemodel.netflix.edge.expected import expected_hit_ratio
from scalemodel.netflix.edge.placement import (
    GLOBAL,
    NOISY,
    PERFECT,
    YESTERDAY,
    FillConfig,
    Prediction,
)
from scalemodel.netflix.edge.steering import ORIGIN, Appliance, Client, ranked
from scalemodel.parts.caches.engine import simulate as cache
from scalemodel.parts.caches.policies import FIFO, LRU
from tests.conftest import cases

SMALL = CatalogueConfig(titles=40, premieres=1, leaving=1)
SAME = CatalogueConfig(
    titles=200, regions=1, spread=0.0, length_h=1.0, gb_per_h=(2.0,), watched_ratio=(1.0,),
    drift_ratio=0.0, premieres=0, leaving=0,
)  # fmt: skip
BOX = Appliance(disk_tb=0.1, uplink_gbps=1000.0)
ONE = DayConfig(catalogue=SAME, boxes=(BOX,), clients=(Client(),), requests=3000)
# Add a prediction here: it obeys the laws of a day.
RULES = st.sampled_from([PERFECT, YESTERDAY, GLOBAL, NOISY])


@st.composite
def days(draw):
    boxes = []
    for _ in range(draw(st.integers(1, 4))):
        down_from_h = draw(st.integers(0, 24))
        boxes.append(
            Appliance(
                disk_tb=draw(st.floats(0, 0.5)),
                uplink_gbps=draw(st.floats(0, 0.2)),
                region=draw(st.integers(0, 1)),
                site=draw(st.integers(0, 1)),
                healthy=draw(st.booleans()) or draw(st.booleans()),
                down_from_h=down_from_h,
                down_until_h=draw(st.integers(down_from_h, 24)),
            )
        )
    clients = st.builds(
        Client, region=st.integers(0, 1), site=st.integers(0, 2), weight=st.floats(0.1, 9)
    )
    start_h = draw(st.integers(0, 23))
    return DayConfig(
        catalogue=replace(SMALL, drift_ratio=draw(st.floats(0, 1)), seed=draw(st.integers(0, 9))),
        day=draw(st.integers(0, 3)), requests=draw(st.integers(1, 300)), boxes=tuple(boxes),
        clients=tuple(draw(st.lists(clients, min_size=1, max_size=3))), prediction=draw(RULES),
        fill=FillConfig(
            start_h=start_h, window_h=draw(st.integers(0, 24 - start_h)),
            rate_gbps=draw(st.floats(0, 0.2)),
        ),
        seed=draw(st.integers(0, 9)),
    )  # fmt: skip


def up_at(box, hour):
    return box.healthy and not box.down_from_h <= hour < box.down_until_h


def asked_bytes(config):
    today = day(config)
    return np.bincount(today.hour, today.bytes_of[today.file], minlength=HOURS)


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_box_that_fails_is_a_health_miss_until_it_is_back_and_others_help():
    boxes = BOX, replace(BOX, site=1), replace(BOX, down_from_h=20, down_until_h=22, site=2)
    ask = replace(ONE, boxes=boxes, clients=(Client(site=2),))
    ill, well = simulate(ask), simulate(replace(ask, boxes=(*boxes[:2], replace(BOX, site=2))))
    assert np.flatnonzero(ill.health_miss_bytes).tolist() == [20, 21]
    assert not ill.box_bytes[20:22, 2].any() and not well.health_miss_bytes.any()
    assert (ill.tier_bytes[20:22, 1] == well.tier_bytes[20:22, 0]).all()  # all hold the same
    assert ill.edge_ratio == well.edge_ratio and ill.site_ratio < well.site_ratio
    assert (ill.content_miss_bytes[22:] == well.content_miss_bytes[22:]).all()
    alone = simulate(replace(ask, boxes=boxes[2:]))
    assert (alone.tier_bytes[:, 3].sum() > ill.tier_bytes[:, 3].sum()) and alone.edge_ratio < 1


def test_no_disk_is_all_content_misses_and_no_link_or_health_all_health_misses():
    total = asked_bytes(ONE)
    empty = simulate(replace(ONE, boxes=(replace(BOX, disk_tb=0.0),)))
    assert (empty.content_miss_bytes == total).all() and not empty.health_miss_bytes.any()
    for wrong in ({"uplink_gbps": 0.0}, {"healthy": False}, {"down_from_h": 0}):
        box = replace(BOX, disk_tb=9.0, **wrong)
        report = simulate(replace(ONE, boxes=(box,)))
        assert (report.health_miss_bytes == total).all() and not report.content_miss_bytes.any()
        assert (report.edge_ratio, report.site_ratio) == (0, 0)
        assert (report.tier_bytes[:, 3] == total).all()


def test_all_on_disk_is_all_from_the_edge():
    report = simulate(replace(ONE, boxes=(replace(BOX, disk_tb=0.4),)))
    assert (report.edge_ratio, report.site_ratio) == (1, 1)
    less = simulate(replace(ONE, boxes=(replace(BOX, disk_tb=0.399),)))
    assert 0.99 < less.edge_ratio < 1


def test_who_has_no_box_at_home_misses_only_in_the_region():
    """The nearest site counts: for somebody without a box, any of the region."""
    report = simulate(replace(ONE, boxes=(replace(BOX, disk_tb=9.0),), clients=(Client(site=7),)))
    assert (report.edge_ratio, report.site_ratio) == (1, 0)
    assert not (report.content_miss_bytes + report.health_miss_bytes).any()


def test_of_two_sites_as_near_one_is_the_nearest():
    """Who has no box at home asks the first of its region; another one there helps, and is a miss."""
    boxes = replace(BOX, down_from_h=20), replace(BOX, site=1)
    ask = replace(ONE, boxes=boxes, clients=(Client(site=7),))
    ill, well = simulate(ask), simulate(replace(ask, boxes=(BOX, boxes[1])))
    assert (ill.tier_bytes == well.tier_bytes).all() and not well.health_miss_bytes.any()
    assert (ill.health_miss_bytes[20:] == ill.tier_bytes[20:, 1]).all()
    same = simulate(replace(ask, boxes=(boxes[0], BOX, replace(BOX, region=0))))
    assert same.health_miss_bytes[20:].any() and same.tier_bytes[20:, 1].any()


def test_a_link_and_a_disk_are_used_to_the_last_byte():
    shop = replace(SAME, length_h=10.0, gb_per_h=(100.0,))  # files of a terabyte
    box = Appliance(disk_tb=200.0, uplink_gbps=4000 / 450)
    report = simulate(replace(ONE, catalogue=shop, boxes=(box,)))
    assert (report.box_bytes == 4 * 10**12).all() and not report.content_miss_bytes.any()
    two = day(replace(ONE, catalogue=shop, boxes=(replace(box, disk_tb=2.0),)))
    assert (two.goes_h == 24).sum() == 2


def test_a_film_is_there_when_its_last_byte_has_come():
    """Files of 2 GB at a rate of 3 GB an hour from 5 to 8: the first at 6, then 7, 7, and 8."""
    shop = replace(SAME, titles=20)

    def wants_other(catalogue, day):
        share = np.zeros((1, 20))
        share[0, day * 5 : day * 5 + 6] = np.arange(6, 0, -1)
        return share

    config = replace(
        ONE, catalogue=shop, boxes=(replace(BOX, disk_tb=0.010),), day=1, prediction=wants_other,
        fill=FillConfig(start_h=5, window_h=3, rate_gbps=3 / 450),
    )  # fmt: skip
    today = day(config)
    assert (today.comes_h[0, 5:11]).tolist() == [6, 7, 7, 8, 24, 24]
    assert today.comes_h[0, :5].tolist() == [0] * 5 and today.comes_h[0, 11:].min() == 24
    assert today.goes_h[0].tolist() == [5] * 5 + [24] * 4 + [5] * 11
    assert (today.fill_bytes[:, 0] / 10**9).tolist() == [0] * 5 + [3, 3, 2] + [0] * 16


def test_nobody_fills_a_box_that_is_down():
    box = replace(BOX, disk_tb=0.3, down_from_h=3, down_until_h=9)
    drifts = replace(ONE, catalogue=replace(SAME, drift_ratio=0.5), boxes=(box,), day=1)
    ill, well = simulate(drifts).fill_bytes, simulate(replace(drifts, boxes=(replace(box, healthy=True, down_from_h=24, down_until_h=24),))).fill_bytes  # fmt: skip
    assert not ill[3:9].any() and ill[2, 0] == well[2, 0] and ill.sum() <= well.sum()
    missed = replace(drifts, boxes=(replace(box, down_from_h=2, down_until_h=14),))
    late, whole = (simulate(replace(drifts, boxes=one.boxes)) for one in (missed, replace(drifts, boxes=(replace(BOX, disk_tb=0.3),))))  # fmt: skip
    assert (late.content_miss_bytes[14:] >= whole.content_miss_bytes[14:]).all()
    assert late.content_miss_bytes[14:].sum() > 1.2 * whole.content_miss_bytes[14:].sum()
    assert not late.health_miss_bytes[14:].any()


def test_a_title_that_has_gone_is_nowhere():
    config = DayConfig(catalogue=SMALL, boxes=(Appliance(), Appliance(region=1)), requests=500)
    there, today = catalogue(SMALL).there(3), day(config)
    assert not (today.comes_h < today.goes_h)[:, ~there].any() and there[today.file].all()


def test_a_premiere_is_missed_by_who_knows_only_yesterday():
    shop = CatalogueConfig(titles=300, premieres=5, leaving=0)
    ask = DayConfig(catalogue=shop, boxes=(Appliance(disk_tb=2.0),), clients=(Client(),), day=2)
    knows, not_yet = (day(replace(ask, prediction=rule)) for rule in (PERFECT, YESTERDAY))
    new = np.flatnonzero(~catalogue(shop).there(1) & catalogue(shop).there(2))
    assert (knows.comes_h[0, new] < 20).all() and (not_yet.comes_h[0, new] == 24).all()


def test_what_a_cache_fetches_it_fetches_in_the_evening():
    config = DayConfig(catalogue=SMALL, boxes=(Appliance(), Appliance(region=1)))
    for who in (0, 1):
        hit, fetched = reactive(config, LRU(capacity=10**11), client=who)
        today, before = day(config), day(replace(config, day=2))
        mine, ahead = today.client == who, before.file[before.client == who]
        sizes = today.bytes_of[np.append(ahead, today.file[mine])]
        run = cache(np.append(ahead, today.file[mine]), LRU(10**11), sizes=sizes)
        served = run.hit_mask[len(ahead) :]
        by_hour = np.bincount(today.hour[mine][served], sizes[len(ahead) :][served], minlength=24)
        assert (hit == by_hour).all() and fetched[18:23].sum() > fetched[2:14].sum() / 2
        total = np.bincount(today.hour[mine], sizes[len(ahead) :], minlength=24)
        assert (hit + fetched == total).all()
    assert not reactive(replace(ONE, day=0), FIFO(capacity=10**13))[1].any()  # all of it was there


def test_two_boxes_of_a_site_hold_twice_as_much_and_not_the_same():
    two = day(replace(ONE, boxes=(BOX, BOX)))
    holds = two.goes_h == 24
    assert holds.sum(axis=1).tolist() == [50, 50] and not (holds[0] & holds[1]).any()
    apart = day(replace(ONE, boxes=(BOX, replace(BOX, site=1)))).goes_h == 24
    assert (apart[0] == apart[1]).all()


def test_a_fill_that_is_faster_than_any_disk_is_done_in_its_first_hour():
    drifts = replace(ONE, catalogue=replace(SAME, drift_ratio=0.5), day=1)
    fast = simulate(replace(drifts, fill=FillConfig(rate_gbps=1000.0))).fill_bytes
    assert np.flatnonzero(fast).tolist() == [2] and fast.sum() == simulate(drifts).fill_bytes.sum()


# ── Laws ────────────────────────────────────────────────────────────────────
@settings(max_examples=cases(60))
@given(config=days())
def test_bytes_are_served_once_and_limits_hold(config):
    report, asked = simulate(config), asked_bytes(config)
    assert (report.tier_bytes.sum(axis=1) == asked).all()
    assert (report.box_bytes.sum(axis=1) == asked - report.tier_bytes[:, 3]).all()
    links = [box.hour_bytes for box in config.boxes]
    assert (report.box_bytes <= links).all()
    origin, site = report.tier_bytes.sum(axis=0)[[3, 0]] / asked.sum()
    assert (report.edge_ratio, report.site_ratio) == (1 - origin, site)
    misses = report.content_miss_bytes + report.health_miss_bytes
    assert (misses <= asked).all() and (misses >= report.tier_bytes[:, 3]).all()


@settings(max_examples=cases(60))
@given(config=days())
def test_fill_keeps_to_its_window_its_rate_and_boxes_that_are_up(config):
    fill, sent, today = config.fill, simulate(config).fill_bytes, day(config)
    assert (sent >= 0).all() and (sent <= fill.hour_bytes).all()
    assert not sent[: fill.start_h].any() and not sent[fill.start_h + fill.window_h :].any()
    up = [[up_at(box, hour) for box in config.boxes] for hour in range(HOURS)]
    assert not sent[~np.array(up)].any() and (sent.sum(axis=0) <= fill.budget_bytes).all()
    if config.day == 0:
        assert not sent.any()
    for hour in range(HOURS):
        holds = (today.comes_h <= hour) & (hour < today.goes_h)
        assert (holds @ today.bytes_of <= [round(box.disk_tb * 1e12) for box in config.boxes]).all()


@settings(max_examples=cases(60))
@given(config=days())
def test_the_compiled_loop_is_the_one_that_you_read(config):
    ends = []
    for run in (loop, loop.native):
        *told, left, _, _ = day(config)
        served_by, met = np.zeros((2, config.requests), dtype=np.int64)
        run(*told, left, served_by, met)
        ends.append((served_by.tolist(), met.tolist(), left.tolist()))
    assert ends[0] == ends[1]


@settings(max_examples=cases(40))
@given(seed=st.integers(0, 999), disk_gb=st.integers(1, 100), other=RULES)
def test_at_a_site_who_knows_the_day_is_never_beaten(seed, disk_gb, other):
    """By its own viewings, with files of one size and links that carry all."""
    ask = replace(
        ONE, day=0, requests=300, seed=seed, boxes=(replace(BOX, disk_tb=disk_gb / 1000),)
    )
    counts = np.bincount(day(ask).file, minlength=200)
    knows = replace(ask, prediction=lambda catalogue, day: [counts])
    best, worse = simulate(knows).site_ratio, simulate(replace(ask, prediction=other)).site_ratio
    assert best >= worse


def test_nothing_is_left_to_chance_but_by_the_seed():
    one, same, other = (day(replace(ONE, seed=seed)) for seed in (3, 3, 4))
    assert (one.file == same.file).all() and (one.file != other.file).any()
    assert (day(replace(ONE, day=2)).file != one.file).any()


# ── Oracle ──────────────────────────────────────────────────────────────────
@settings(max_examples=cases(40))
@given(config=days())
def test_every_viewer_is_sent_to_the_first_of_the_list(config):
    """The control plane, asked before each request: where to, and what was met at home."""
    *told, left, _, _ = day(config)
    served_by, met = np.zeros((2, config.requests), dtype=np.int64)
    loop.native(*told, left, served_by, met)
    today, now = day(config), -1
    for at, (hour, who, file) in enumerate(zip(today.hour, today.client, today.file, strict=True)):
        if hour != now:
            now, free = hour, [box.hour_bytes for box in config.boxes]
        boxes = tuple(replace(box, healthy=up_at(box, hour)) for box in config.boxes)
        client, size = config.clients[who], int(today.bytes_of[file])
        holds = (today.comes_h[:, file] <= hour) & (hour < today.goes_h[:, file])
        first = ranked(client, size, boxes, holds, free)[0]
        far = [client.tier(box) for box in boxes]
        at_home = boxes[far.index(min(far))]
        near = [n for n, box in enumerate(boxes) if (box.region, box.site) == (at_home.region, at_home.site)]  # fmt: skip
        kind = NEAR if first in near else HEALTH if holds[near].any() else CONTENT
        assert (served_by[at], met[at]) == (first, kind)
        if first != ORIGIN:
            free[first] -= size


def test_all_boxes_of_the_nearest_site_are_asked_before_another_as_far():
    """No box stands in the viewer's region: of two sites the first in the list is nearest."""
    far, sick = replace(BOX, region=1, disk_tb=0.5), {"healthy": False}
    boxes = replace(far, site=1, disk_tb=0.0), replace(far, site=0), replace(far, site=1, **sick)
    shop = replace(SAME, regions=2)
    report = simulate(replace(ONE, catalogue=shop, boxes=boxes, clients=(Client(region=0),)))
    assert report.health_miss_bytes.sum() > 0 == report.content_miss_bytes.sum()
    held = [True] * 3
    assert ranked(Client(region=0), 1, (*boxes[:2], replace(boxes[2], **{"healthy": True})), held, [9] * 3) == [0, 2, 1, ORIGIN]  # fmt: skip


@pytest.mark.parametrize("disk_gb", [0, 2, 50, 100, 398, 400])
def test_on_what_was_asked_for_the_closed_form_is_exact(disk_gb):
    """Files of 2 GB that just fill the disk, and a placement that knows the day."""
    ask = replace(ONE, boxes=(replace(BOX, disk_tb=disk_gb / 1000),))
    counts = np.bincount(day(ask).file, minlength=200)
    report = simulate(replace(ask, prediction=lambda catalogue, day: [counts]))
    formula = expected_hit_ratio(counts / counts.sum(), day(ask).bytes_of, disk_gb * 10**9)
    assert report.edge_ratio == pytest.approx(formula, rel=1e-12, abs=1e-12)


def test_the_closed_form_is_the_mean_of_days():
    shop, errors = catalogue(SAME), []
    formula = expected_hit_ratio(shop.demand(3)[0], shop.bytes_of, 100 * 10**9)
    for seed in range(20):
        errors.append(simulate(replace(ONE, seed=seed)).edge_ratio - formula)
    assert agrees(errors)


def test_requests_come_by_hour_by_client_and_by_taste():
    hours, weights, tastes = [], [], []
    two = CatalogueConfig(titles=20, shared_ratio=0.0)
    clients = Client(weight=3.0), Client(region=1)
    boxes = (replace(BOX, site=9),)
    for seed in range(20):
        config = DayConfig(catalogue=two, clients=clients, boxes=boxes, requests=4000, seed=seed)
        today = day(config)
        hours.append(np.mean(today.hour == 20) - REQUESTS_BY_HOUR[20] / sum(REQUESTS_BY_HOUR))
        weights.append(np.mean(today.client == 0) - 0.75)
        top = int(np.argmax(catalogue(two).demand(3)[1]))
        share = catalogue(two).demand(3)[1, top]
        tastes.append(np.mean(today.file[today.client == 1] == top) - share)
    assert agrees(hours) and agrees(weights) and agrees(tastes)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"boxes": ()}, r"boxes=\(\) must be a tuple of Appliance, 1 or more"),
        ({"clients": (Client(), 3)}, "clients=.* must be a tuple of Client, 1 or more"),
        ({"boxes": [Appliance()]}, "boxes=.* must be a tuple of Appliance"),
        ({"clients": (Client(region=2),)}, "region of clients=2 must be"),
        ({"clients": ((0, 0, 1.0),)}, "clients=.* must be a tuple of Client"),
        ({"boxes": (Appliance(),) * 1001}, "number of boxes=1001 must be"),
        (
            {"boxes": (Appliance(),) * 84, "catalogue": CatalogueConfig(titles=200_000)},
            "boxes · files of catalogue=50403528 must be an integer of at least 1 and at most 50000000",
        ),
        ({"day": 8}, "day=8 must be"),
        (
            {"prediction": lambda: 0},
            r"prediction=<lambda> must be a function of \(catalogue, day\)",
        ),
    ],
)
def test_a_day_that_cannot_be_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        DayConfig(**wrong)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([[1.0] * 200] * 2, r"prediction, a list, must have the shape \(1, 200\)"),
        (itertools.repeat([1.0] * 200), r"prediction, a repeat, must have the shape \(1, 200\)"),
        ([[1.0] * 199], r"prediction, a list, must have the shape \(1, 200\)"),
        ([[1.0] * 200, [1.0]], r"prediction, a list, must have the shape \(1, 200\)"),
        (3.0, r"prediction has the shape \(\); it must be a row"),
        (None, "prediction=None must be a row of numbers"),
        ([[-1.0] * 200], r"prediction\[0\]=-1.0 must be"),
        ([[np.nan] * 200], r"prediction\[0\]=nan must be"),
    ],
)
def test_a_prediction_that_says_no_shares_is_refused(answer, words):
    with pytest.raises(ValueError, match=words):
        day(replace(ONE, prediction=lambda catalogue, day: answer))


def test_more_bytes_than_are_counted_are_refused():
    large = replace(SAME, length_h=10.0, gb_per_h=(100.0,))
    ask = replace(ONE, catalogue=large, requests=9_223_373)
    with pytest.raises(ValueError, match=r"requests=9223373 must be .* at most 9223372"):
        day(ask)


def test_to_whom_nobody_comes_a_cache_serves_and_fetches_nothing():
    two = replace(ONE, clients=(Client(), Client(weight=1e-9)), requests=50)
    assert reactive(two, LRU(capacity=10**12), client=1).tolist() == [[0] * 24] * 2


def test_numbers_of_numpy_do_what_pythons_do():
    small = DayConfig(catalogue=SMALL, day=np.int8(3), requests=np.int16(300), seed=np.uint8(200))
    assert type(small.requests) is int
    plain = DayConfig(catalogue=SMALL, requests=300, seed=200)
    assert (simulate(small).tier_bytes == simulate(plain).tier_bytes).all()


def test_a_client_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="client=1 must be an integer of at least 0 and at most 0"):
        reactive(ONE, LRU(capacity=5), client=1)
    assert Prediction(days_old=1) == YESTERDAY
