"""The pictures of the two ticks say what the server did."""

import json
import re

import pytest

from scalemodel.stage.python.told import told
from scalemodel.stage.whatsapp.ticks.behind import EVERY_S, behind_picture
from scalemodel.stage.whatsapp.ticks.fates import PARTS, fates_picture
from scalemodel.stage.whatsapp.ticks.keys import judged, race
from scalemodel.stage.whatsapp.ticks.life import WAYS, life
from scalemodel.whatsapp.delivery.fates import FIRST, PULLED, SENDERS, expected_fates


def data_of(embed):
    return json.loads(re.search(r"<script[^>]*>(.*?)</script>", embed.html, re.S)[1])


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_plug_between_commit_and_tick_makes_two_of_one_and_a_key_makes_it_one():
    data = data_of(life())
    ends = {way: steps[-1] for way, steps in zip(WAYS, data["ways"], strict=True)}
    at = lambda way, thing: ends[way][1 + data["things"].index(thing)]
    for way in WAYS:
        assert at(way, "shown1") and at(way, "tick1") and at(way, "tick2"), way
        assert not at(way, "log1") and not at(way, "going"), way
        assert bool(at(way, "shown2")) == (way == "between commit and tick")
    words = " ".join(step[0] for step in data["ways"][2])
    assert "in which the message stands" in words and "asked for tea twice" in words
    assert "in which nothing stands" in " ".join(step[0] for step in data["ways"][1])
    assert "The server knows this key" in " ".join(step[0] for step in data["ways"][3])


def test_the_tempting_keys_are_wrong_each_in_its_way():
    assert race(lambda m: m.body).words.startswith(
        "59 arrive, of 40 that were written: 5 shown, 0 twice, 35 swallowed."
    )
    assert "is taken for another" in race(lambda m: (m.sender, m.body)).words
    assert "40 shown, 19 twice, 0 swallowed" in race(lambda m: m.sent_s).words
    assert "is a repetition" in race(lambda m: m.sent_s).words
    assert race(lambda m: (m.sender, m.device, m.number)).words.endswith(
        "Each message is shown once."
    )
    by_person = race(lambda m: (m.sender, m.number)).words
    assert "0 twice, 9 swallowed" in by_person, "her laptop has a number 1 as well"


def test_the_repetition_that_the_plug_made_is_among_them_and_the_key_decides():
    for key, asked in (
        (lambda m: (m.sender, m.device, m.number), "once"),
        (lambda m: m.sent_s, "twice"),
        (lambda m: 0, "never"),
    ):
        assert (
            f"The plug was pulled at Ana's phone's number 4: Bo sees it {asked}." in race(key).words
        )


# ── Laws ────────────────────────────────────────────────────────────────────
def test_bars_fill_the_width_in_every_state():
    for drop in (0.0, 0.4):
        for pulled in PULLED:
            for first in FIRST:
                picture = fates_picture(drop, first, pulled)
                whole = [sum(bar.x[n] for bar in picture.figure.data) for n in range(len(SENDERS))]
                assert len(picture.figure.data) == len(PARTS) and whole == pytest.approx(
                    [100] * 3, abs=0.02
                )
                assert picture.readings["sent, times"][0] == round(
                    expected_fates(SENDERS[2], first, pulled, drop).sent, 2
                )


def test_the_point_lies_on_the_line():
    for every, period_s in EVERY_S.items():
        line, point = behind_picture(every, 60).figure.data
        near = min(range(len(line.x)), key=lambda n, at=period_s: abs(line.x[n] - at))
        assert abs(line.y[near] - point.y[0]) < 3


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_each_arrival_has_the_fate_that_a_count_says():
    rows = [tuple(row) for row in told("scalemodel.stage.whatsapp.ticks.keys")["arrivals"]]
    right = judged(lambda m: (m.sender, m.device, m.number))
    assert right.count("shown") == len({row[:3] for row in rows}) == 40
    assert right.count("known") == len(rows) - 40
    never = judged(lambda m: (m.sender, m.device, m.number, m.sent_s))
    assert never.count("twice") == len(rows) - 40 and never.count("shown") == 40
    one = judged(lambda m: 0)
    assert one.count("shown") == 1 and one.count("swallowed") == 39


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_key_that_cannot_be_one_is_told_so():
    with pytest.raises(ValueError, match=r"your key returned \['bo'\]"):
        race(lambda m: [m.sender])
