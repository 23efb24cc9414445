"""The monkey's pictures: a week in every fleet, a month without each gate, zones, and kills."""

import json
import re
from collections import Counter
from datetime import UTC, datetime
from itertools import product

import pytest

from scalemodel.netflix.chaos.latent import expected
from scalemodel.netflix.chaos.monkey import GATES
from scalemodel.netflix.chaos.workdays import OFFICE
from scalemodel.netflix.chaos.zones import expected_ratio
from scalemodel.stage.netflix import latent, zones
from scalemodel.stage.netflix.latent import latent_picture
from scalemodel.stage.netflix.monkey_month import (
    ALL,
    HARMS,
    NOTHING,
    OUTAGE,
    SILENT,
    STILL,
    first_harm,
    month,
    month_picture,
)
from scalemodel.stage.netflix.monkey_moving import EACH, REGIONS, ZONES, monkey_moving
from scalemodel.stage.netflix.monkey_week import BEASTS, START, least_up, week
from scalemodel.stage.netflix.zones import zones_picture

SIZES = list(product(REGIONS, ZONES, EACH))


# ── Examples ────────────────────────────────────────────────────────────────
def test_on_tuesday_at_ten_an_instance_goes_and_comes_back():
    told = [moment.words for moment in week("Monkey", 2, 3, 2)]
    assert told[0] == "Monday, 0:00: 12 instances of one program; 8 must stay up."
    assert told[3].startswith("Tuesday, 10:05: all 16 gates let it through; api.region-")
    assert told[3].endswith("is gone. 11 of 12 are up.")
    assert told[4] == "Tuesday, 10:08: replaced. 12 of 12 are up."
    assert told[-1] == "The week is over. Kills: 3. Refused by a gate: 2."


def test_a_zone_and_a_region_go_where_enough_is_left():
    kills = lambda *size: sum(bool(moment.struck) for moment in week(*size))
    assert [kills("Kong", regions, 3, 2) for regions in REGIONS] == [0, 0, 3]
    assert [kills("Gorilla", 1, zones_each, 2) for zones_each in ZONES] == [0, 0, 3]
    assert kills("Monkey", 1, 1, 2) == 0 and kills("Monkey", 1, 1, 4) == 3


def test_on_its_leash_it_writes_down_and_kills_nobody():
    told = week("Gorilla", 2, 3, 2, leashed=True)
    assert not any(moment.down for moment in told)
    assert (
        sum(moment.words.endswith("is written down, and nobody is killed.") for moment in told) == 3
    )
    assert told[-1].words == "The week is over. Kills: 3, all dry. Refused by a gate: 7."


def test_the_month_without_a_gate_has_its_harm_and_with_all_none():
    assert month().harmed() == Counter()
    assert {gate for _, gate in month().refused} == set(HARMS)
    for gate, harm in HARMS.items():
        assert set(month(gate).harmed()) == {harm}, gate
    assert set(month(ALL).harmed()) == set(HARMS.values())
    assert len(month(ALL).kills) == len(month().kills) + len(month().refused)
    late = [at for at, gate in month().refused if gate == "hours"]
    assert late and set(late) == {STILL}  # and else it is asked at once what is due
    assert first_harm("outage")[0].startswith(("Wed 11", "Thu 12"))
    assert month_picture(ALL).alt.startswith("Without any gate: 103 kills, 103 of which should")
    assert month_picture("cap").alt.startswith("Without the gate “cap”: 19 kills, 5 of which")


def test_four_zones_make_four_nines_and_two_are_worse_than_one():
    picture = zones_picture(1, 12, "eight")
    assert picture.readings["zones for four nines"] == (4, "count")
    formula, ran, alone, goal = (list(trace.y) for trace in picture.figure.data)
    assert formula[1] > 1.9 * formula[0] and formula[3] < goal[0] < formula[2]
    assert alone[0] == pytest.approx(0.063, abs=0.001) and len(ran) == 6
    assert zones_picture(1, 13, "eight").readings["zones for four nines"] == (3, "count")
    assert zones_picture(1, 6, "any one of them").readings["zones for four nines"] == (2, "count")


def test_a_mean_of_two_keeps_four_nines_and_of_five_does_not():
    picture = latent_picture(2.0, 5.0)
    assert (
        picture.readings["mean of 2"][0] < latent.FOUR_NINES_MIN < picture.readings["mean of 5"][0]
    )
    assert [note.text for note in picture.figure.layout.annotations] == ["↑ 398", "↑ 209"]
    assert "best, kills a year" not in latent_picture(2.0, 0.0).readings
    assert latent_picture(2.0, 0.0).alt.endswith("a mean of 1 working day, with 27\xa0min.")


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("beast", BEASTS)
def test_every_week_keeps_the_gates_and_the_fleet_is_whole_again(beast):
    for size, leashed in product(SIZES, (False, True) if BEASTS[beast] else (False,)):
        told = week(beast, *size, leashed)
        instances = size[0] * size[1] * size[2]
        assert [moment.minute for moment in told] == sorted(moment.minute for moment in told)
        assert not told[0].down and not told[-1].down and told[-1].minute == 7 * 1440
        for moment in told:
            assert all(0 <= place < instances for place in (*moment.down, *moment.struck))
            assert moment.words.count("let it through") == (moment.passed == len(GATES))
            assert (moment.refused == "") or list(GATES)[moment.passed] == moment.refused
            if moment.struck and beast != "no gates":
                day, minute = divmod(moment.minute, 1440)
                assert day in (0, 1, 4) and 9 * 60 <= minute < 15 * 60
                assert instances - len(moment.down) >= least_up(instances)
                assert set(moment.struck) == set(moment.down) or leashed
        kills = sum(bool(moment.struck) for moment in told)
        assert f"Kills: {kills}" in told[-1].words


def test_the_places_that_are_struck_are_the_zone_or_the_region_that_is_named():
    for regions, zones_each, each in SIZES:
        for moment in week("Gorilla", regions, zones_each, each):
            if moment.struck:
                region, zone = re.search(r"region-(\d)([abc])", moment.words).groups()
                first = ((int(region) - 1) * zones_each + "abc".index(zone)) * each
                assert sorted(moment.struck) == list(range(first, first + each))
        for moment in week("Kong", regions, zones_each, each):
            if moment.struck:
                first = (int(re.search(r"region-(\d)", moment.words)[1]) - 1) * zones_each * each
                assert sorted(moment.struck) == list(range(first, first + zones_each * each))


def test_the_page_holds_every_week_and_opens_on_the_first():
    html = monkey_moving().html
    runs = json.loads(re.search(r'data-is="data">(.+?)</script>', html)[1])["runs"]
    assert len(runs) == len(SIZES) * (2 * 3 + 1)
    for key, rows in runs.items():
        name, regions, zones_each, each, leashed = re.fullmatch(
            r"(.+?) (\d) (\d) (\d)( leashed)?", key
        ).groups()
        told = week(name, int(regions), int(zones_each), int(each), bool(leashed))
        assert len(rows) == len(told)
        for row, moment in zip(rows, told, strict=True):
            minute, words, down, struck, passed, refused = [*row, [], [], 0, 0][:6]
            assert (minute, words.replace("\xa0", " ")) == (moment.minute, moment.words)
            assert (tuple(down or ()), tuple(struck or ())) == (moment.down, moment.struck)
            assert (passed or 0, bool(refused)) == (moment.passed, bool(moment.refused))
    for gate in GATES:
        assert f"<li>{gate}</li>" in html
    assert html.count('r="6"/>') == 2 * 3 * 2


def test_the_month_is_drawn_as_it_was():
    for without in (NOTHING, ALL, "hours"):
        told, picture = month(without), month_picture(without)
        dash, circle, cross = picture.figure.data
        assert len(dash.x) == len(told.refused) and len(circle.x) + len(cross.x) == len(told.kills)
        assert list(cross.x) == [kill.at.day for kill in told.kills if kill.harms]
        assert picture.readings["kills"][0] == len(told.kills)
        assert all(0 <= hour < 24 for trace in picture.figure.data for hour in trace.y)


def test_a_gate_that_was_taken_away_is_there_again():
    before = dict(GATES)
    month.__wrapped__("outage")
    assert before == GATES and list(GATES) == list(before)


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_each_harm_of_the_month_is_one_by_the_calendar():
    for without in (NOTHING, ALL, *HARMS):
        days = Counter()
        for kill in month(without).kills:
            days[kill.at.date()] += 1
            has = {gate: HARMS[gate] in kill.harms for gate in HARMS}
            assert has["hours"] != OFFICE.is_open(kill.at)
            assert has["outage"] == (OUTAGE[0] <= kill.at < OUTAGE[1])
            assert has["cap"] == (days[kill.at.date()] > 1)
            assert has["canary"] == any(one.group.detail == "canary" for one in kill.victims)
            assert has["opted in"] == any(one.group.app == "db" for one in kill.victims)
            assert has["application"] == any(one.group.app == "bill" for one in kill.victims)
            assert has["recorded"] == (without in (ALL, "recorded"))
            if without != ALL:
                assert has["minimum"] == (kill.victims[0].group.app == "web")
    assert SILENT not in {kill.at.date() for kill in month().kills}
    assert datetime(2026, 3, 2, tzinfo=UTC) == START


def test_the_curve_is_the_closed_form():
    for regions, needed in product((1, 2), zones.NEEDS):
        trace = zones_picture(regions, 12, needed).figure.data[0]
        for count, drawn in zip(trace.x, trace.y, strict=True):
            truth = zones.YEAR_MIN * (1 - expected_ratio(zones.config(regions, count, 12, needed)))
            assert (
                drawn is None
                if truth < zones.LEAST_MIN
                else drawn == pytest.approx(truth, abs=1e-3)
            )


def test_the_runs_that_are_drawn_agree_with_the_curve_beside_them():
    formula, ran = zones_picture(1, 12, "eight").figure.data[:2]
    for truth, drawn, half in zip(formula.y, ran.y, ran.error_y.array, strict=True):
        assert abs(drawn - truth) <= half


def test_the_bars_add_up_to_what_is_down():
    bars = latent_picture(3.0, 10.0).figure.data[:4]
    for at, mean in enumerate(latent.MEANS):
        report = expected(latent.config(mean, 3.0, 10.0))
        assert sum(bar.y[at] for bar in bars) == pytest.approx(report.down_s / 60, abs=0.05)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_gate_that_is_none_is_refused():
    with pytest.raises(ValueError, match="without='door' must be one of"):
        month("door")
