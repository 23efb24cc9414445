"""The pictures of the rain: an evening that adds up, a map of it, a city that tips, swings, voices."""

import itertools
import json
import re
from dataclasses import replace

import h3.api.basic_int as h3
import numpy as np
import pytest

from scalemodel.stage.uber.chase import (
    CITY,
    SEEN_S,
    STEADY,
    back_min,
    best,
    chase_picture,
    market,
    seen,
)
from scalemodel.stage.uber.evening import PRICE, TOWN, WITHOUT, evening
from scalemodel.stage.uber.price import (
    MOMENTS,
    heard,
    swing_config,
    swing_picture,
    swung,
    voices_picture,
)
from scalemodel.stage.uber.rain_map import WAYS, corners, dots, frames, in_words, over, rain_map
from scalemodel.uber.matching.market import run
from scalemodel.uber.matching.policies import FirstCome
from scalemodel.uber.surge.goose import expected_throughput_per_s, peak
from scalemodel.uber.surge.pricing import Power, SurgeConfig
from scalemodel.uber.surge.swing import expected_calm, expected_gain, expected_most_gain, swing


@pytest.fixture(scope="module")
def drawn():
    html = rain_map().html
    return html, json.loads(re.search(r'data-is="data">(.+?)</script>', html)[1])


def numbers(text):
    return [int(text[n : n + 2], 36) - 200 for n in range(0, len(text), 2)]


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_concert_tips_the_city_and_a_price_does_not_let_it():
    flat, priced = evening(None), evening(PRICE)
    assert flat.lost[:30].sum() == 0 and flat.idle[:30].sum(axis=1).min() > 45, "well before"
    assert flat.idle[45:60].sum(axis=1).max() < 15 < priced.idle[40:70].sum(axis=1).mean()
    assert priced.lost.sum() == 0 and priced.served.sum() < flat.served.sum()
    assert priced.drive_s[30:70].sum() < flat.drive_s[30:70].sum() / 2
    assert priced.shown.max() == 3.0 and flat.shown.max() == 1.0


def test_a_moment_in_words_and_dots():
    assert in_words(evening(None), 60).startswith("19:00: of 186 who came in five minutes 122 got")
    assert dots(10, 20, 0) == "" and dots(10, 20, 9).count("h0") == 8
    assert dots(10, 20, 5).endswith("M4 29h0")


def test_the_map_tells_both_ways(drawn):
    html, data = drawn
    assert html.count("<polygon") == 92 and len(data["ways"]) == len(WAYS) == 2, "one is the hall's"
    assert html.count(" disabled") == 3, "until a script can answer"
    assert data["ways"][0]["shown"][0] == "0" * 91 and "K" in "".join(data["ways"][1]["shown"])
    assert html.count("<ol>") == 2 and "generated" in html


def test_a_city_tips_when_drivers_go_home():
    right, left = chase_picture(600, 0.54), chase_picture(540, 0.54)
    assert right.alt.endswith("stands right of the top.") and left.alt.endswith("left of the top.")
    trips, drive, multiplier = (value for value, _ in left.readings.values())
    assert trips < 46 and drive > 250 and multiplier == 1
    assert chase_picture(600, 0.81, True).readings["multiplier"][0] == 1.53


def test_the_rain_is_heard_and_a_quiet_tuesday_is_not():
    friday, tuesday = "a rainy Friday at five", "a dry Tuesday at noon"
    assert list(heard(friday).factors) == ["requests", "availability"]
    assert heard(friday, weather=True).multiplier == pytest.approx(1 + 0.5 * (1.75 * 1.4 - 1))
    assert heard(tuesday, history=True, time_of_day=True).multiplier == 1
    assert "time of day 1.00" in voices_picture(friday, time_of_day=True).alt


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", [None, *WITHOUT])
def test_nobody_is_missing_of_an_evening(name):
    one = evening(WITHOUT[name] if name else None)
    stayed = one.served + one.lost
    assert (stayed <= one.wanted).all() and (one.asked.sum(axis=1) <= stayed).all()
    assert (one.wanted == evening(None).wanted).all(), "the same riders come to look"
    assert (one.idle.sum(axis=1) <= 510).all() and one.shown.min() >= 1
    if name is None:
        assert (stayed == one.wanted).all()


def test_sums_over_five_minutes():
    rows = np.random.default_rng(0).integers(0, 9, (30, 3))
    assert (over(rows) == [rows[max(0, m - 4) : m + 1].sum(axis=0) for m in range(30)]).all()


def test_the_frames_are_the_run():
    one = evening(PRICE)
    told = frames(one)
    assert told["served"][-1] == one.served.sum() and told["lost"][-1] == 0
    assert told["away"][-1] + told["served"][-1] == one.wanted.sum()
    for minute in (0, 44, 119):
        assert [1 + int(digit, 36) / 10 for digit in told["shown"][minute]] == pytest.approx(
            one.shown[minute]
        )
        assert [int(digit, 36) for digit in told["idle"][minute]] == np.minimum(one.idle[minute], 35).tolist()  # fmt: skip


@pytest.mark.parametrize("rate_per_s", [0.4, 0.9])
def test_each_car_of_the_map_is_idle_or_on_its_way_or_on_a_trip(rate_per_s):
    told, ran = seen(CITY, rate_per_s), run(replace(CITY, rate_per_s=rate_per_s), FirstCome(), 0)
    idle, way = len(told["idle"]) // 4, len(told["way"]) // 8
    assert idle + way + told["trip"] == CITY.drivers and idle == ran.idle_at([SEEN_S])[0]
    there_s = ran.assigned_s + ran.drive_s
    assert way == ((ran.assigned_s <= SEEN_S) & (there_s > SEEN_S)).sum()
    lines = np.array(numbers(told["way"])).reshape(-1, 4)
    longest = np.hypot(*(lines[:, 2:] - lines[:, :2]).T).max()
    assert longest <= 190 / 2**0.5 + 2, "the short way round"


def test_every_state_of_the_panels_can_be_drawn():
    for state in itertools.product((480, 720), (0.54, 0.81), (False, True)):
        _, asked, here = chase_picture(*state).figure.data
        assert 25 < here.y[0] < 85 and 0.6 < here.x[0] < 260 and max(asked.y) < 85
    for moment in MOMENTS:
        (bars,) = voices_picture(moment, events=True, history=True).figure.data
        assert all(0.3 < 1 + x < 3.4 for x in bars.x) and len(bars.y) == 7
    for state in itertools.product((False, True), (False, True), (1, 10)):
        shown, calm = swing_picture(*state).figure.data
        assert len(shown.y) == 120 and 1 <= min(shown.y) <= max(shown.y) <= 5
        assert calm.y[0] == pytest.approx(expected_calm(swing_config(*state)), abs=0.001)


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_hexagons_are_those_of_h3():
    cells, places = evening(None).cells, corners(evening(None).cells)
    near = {n: {cells.index(c) for c in h3.grid_disk(cell, 1) if c in cells} - {n} for n, cell in enumerate(cells)}  # fmt: skip
    middles = np.array([place.mean(axis=0) for place in places])
    for n, others in near.items():
        far = np.hypot(*(middles - middles[n]).T)
        assert set(np.argsort(far)[1 : len(others) + 1]) == others, (
            "next on the globe, next on the map"
        )
    assert all((place >= 0).all() and (place <= 340).all() for place in places)


def test_the_dot_is_near_the_hill_where_nobody_is_turned_away():
    now = market(660, 0.54)
    hill = expected_throughput_per_s(replace(CITY, drivers=660), now.idle, 1.3)
    assert now.served_per_s == pytest.approx(hill, rel=0.03)
    assert market(600, 0.81, True).asked_per_s == pytest.approx(
        0.97 * peak(CITY, 1.3).throughput_per_s
    )


def test_each_place_of_the_map_is_where_a_plain_walk_through_the_evening_puts_it():
    told, ran = seen(CITY, 0.6), run(replace(CITY, rate_per_s=0.6), FirstCome(), 0)
    idle, ways = dict(enumerate(ran.start_km)), set()
    px = lambda km: np.rint(km * 19).astype(int).tolist()
    for rider in np.argsort(ran.assigned_s):
        there_s = ran.assigned_s[rider] + ran.drive_s[rider]
        if ran.assigned_s[rider] > SEEN_S:
            continue
        idle.pop(ran.car[rider], None)
        if there_s + ran.trip_s[rider] <= SEEN_S:
            idle[ran.car[rider]] = ran.to_km[rider]
        elif there_s > SEEN_S:
            ways.add((*px(ran.from_km[rider]), round((there_s - SEEN_S) * 30 / 3600 * 19)))
    places = np.array(numbers(told["idle"])).reshape(-1, 2)
    assert places.tolist() == [px(idle[car]) for car in sorted(idle)]
    lines = np.array(numbers(told["way"])).reshape(-1, 4)
    drawn = {(*map(int, line[2:]), float(np.hypot(*(line[2:] - line[:2])))) for line in lines}
    assert {way[:2] for way in drawn} == {way[:2] for way in ways}
    for (*_, long), (*_, left) in zip(sorted(drawn), sorted(ways), strict=True):
        assert abs(long - left) < 2, "what is left of the drive"


def test_each_brake_has_its_own_switch():
    smoothed, unwilling = swing_config(True, False, 5).pricing, swing_config(False, True, 5).pricing
    assert smoothed.smooth_ratio < 1 == unwilling.smooth_ratio
    assert smoothed.gap == 0 < unwilling.gap and smoothed.dwell_ticks == 1 < unwilling.dwell_ticks


def test_the_evening_of_the_book_is_a_typical_one():
    """Of twenty cities the price serves more in three; the book shows none of these."""
    gains, drives = [], []
    for seed in range(20):
        flat, priced = evening(None, seed), evening(PRICE, seed)
        gains.append(priced.served.sum() - flat.served.sum())
        drives.append(
            np.divide(
                *(one.drive_s[30:70].sum() / one.served[30:70].sum() for one in (priced, flat))
            )
        )
    assert sum(gain > 0 for gain in gains) == 3 and max(drives) < 0.9
    assert np.mean(gains) == pytest.approx(-75) and gains[TOWN.seed] == -76
    assert np.median(drives) == pytest.approx(0.488, abs=0.001)
    assert drives[TOWN.seed] == pytest.approx(0.470, abs=0.001)


def test_a_rush_is_felt_for_long_in_a_large_city():
    small, large = (
        np.array([back_min(cars, 0.9, seed) for seed in range(4)]) for cars in (600, 2400)
    )
    assert small.max() < 30 and np.isinf(large).all()
    assert max(back_min(2400, 0.8, seed) for seed in range(4)) < 60


def test_the_top_of_the_hill_holds_in_cities_to_which_nothing_was_fitted():
    village = replace(CITY, drivers=150, side_km=5.0, kmh=15.0)
    served_per_s, _, _ = best(village, (1.04, 1.06))
    assert served_per_s == pytest.approx(peak(village, STEADY).throughput_per_s, rel=0.02)
    assert served_per_s < 0.96 * peak(village).throughput_per_s, "thrown blindly it is too high"
    runs = [best(village, (ratio,)) for ratio in (0.8, 1.0)]
    assert best(village, (0.8, 1.0)) == max(runs) == runs[1]


def test_a_price_that_is_answered_after_ten_minutes_swings_with_both_brakes_on():
    late = swing_config(True, True, 10)
    assert expected_gain(late) > expected_most_gain(0.3, 10) and swung(True, True, 10).height > 1.5
    flat = replace(late, pricing=replace(late.pricing, curve=Power(power=0.7)))
    assert expected_gain(flat) < expected_most_gain(0.3, 10) and swing(flat).height < 0.3


def test_brakes_work_as_the_engine_measures():
    wild, calm = swung(False, False, 5), swung(True, True, 5)
    assert wild.flips_per_h > 4 * calm.flips_per_h and wild.height > 5 * calm.height


# ── Refusals ────────────────────────────────────────────────────────────────
def test_what_is_not_there_is_refused():
    with pytest.raises(KeyError, match="snow"):
        heard("snow")
    with pytest.raises(ValueError, match="delay_ticks=0 must be"):
        swing_config(True, True, 0)
    with pytest.raises(ValueError, match="drivers=0 must be"):
        market(0, 0.54)
    with pytest.raises(ValueError, match="drivers=0 must be"):
        back_min(0, 0.9)
    with pytest.raises(ValueError, match="cap=0 must be"):
        evening(SurgeConfig(cap=0))
