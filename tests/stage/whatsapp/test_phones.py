"""The pictures of phones and machines, against the engines that they show."""

import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.stage.whatsapp.phones import door, fill
from scalemodel.stage.whatsapp.phones.away import AWAY, TTL_DAYS, away_picture, config
from scalemodel.stage.whatsapp.phones.regions import LOST, REGIONS, TAKES, regions_picture
from scalemodel.stage.whatsapp.phones.stanza import CHAT, pieces
from scalemodel.whatsapp.capacity import offline
from scalemodel.whatsapp.capacity.server import AS_IT_WAS, BOX, CHANGES, after, best_road, walls
from scalemodel.whatsapp.capacity.wire import Stanza, as_tokens, as_xml


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_machine_says_which_wall_and_at_last_how_good_the_choice_was():
    assert fill.told(["fewer locks"]) == "Full at 1,069,473 phones: the wall is memory. Changes left: 3."  # fmt: skip
    road = ["fewer locks", "smaller buffers", "fewer locks again", "one process a phone"]
    assert fill.told(road) == "2,465,753 phones, and the wall is processors. The best four changes hold 2,465,753: you have 100 % of that."  # fmt: skip
    cards = [*road[:3], "a second network card"]
    assert fill.told(cards).endswith("the wall is memory. The best four changes hold 2,465,753: you have 81 % of that.")  # fmt: skip


def test_the_page_holds_the_very_machine():
    data = json.loads(re.search(r'data-is="data">(.+?)</script>', fill.fill().html)[1])
    held = [int(room / cost) for room, cost in zip(data["box"], data["phone"], strict=True)]
    assert held == [*walls(BOX, AS_IT_WAS).values()] and data["names"] == [*fill.NAMES.values()]
    assert [row.index(min(row)) for row in data["changes"]] == [1, 0, 1, 0, 1, 0, 2]
    assert data["best"] == best_road(BOX, AS_IT_WAS, fill.MOST_CHANGES)[1]
    assert walls(BOX, after(AS_IT_WAS, [*CHANGES]))["cpu"] < fill.DOT * fill.DOTS


def test_the_night_is_told_by_half_minutes():
    config, report = door.night("full jitter", "any length", "230,000 logins a second")
    told = door.moments(report)
    assert [len(told[name]) for name in ("in", "line", "left")] == [121] * 3
    assert told["in"][:21] == [*told["line"][:20], 0] == [0] * 21, "nobody in the outage"
    at = 2 * 40  # minute 40
    assert told["in"][at] == round(report.back[2_400] / config.phones * 100)
    assert told["line"][at] == round(report.waiting[2_400] / config.phones * 100)
    assert told["left"][at] == round((report.in_line - report.waiting)[2_400] / config.phones * 100)


def test_who_holds_the_phones_of_a_lost_region():
    lost = regions_picture("south", "the nearest region", 0.0)
    assert lost.alt.endswith("While south is lost, its phones are held by west.")
    assert "by west, south and middle." in regions_picture("east", "all regions alike", 0.0).alt
    assert "each holds its own" in regions_picture("none", "all regions alike", 0.0).alt


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("lost", LOST)
@pytest.mark.parametrize("takes", TAKES)
@pytest.mark.parametrize("headroom_ratio", [0.0, 0.5])
def test_no_phone_is_lost_with_its_region(lost, takes, headroom_ratio):
    figure = regions_picture(lost, takes, headroom_ratio).figure
    own, taken, idle = (np.array(bar.y) for bar in figure.data)
    assert own.sum() + taken.sum() == pytest.approx(147, abs=0.02) and (idle >= 0).all()
    assert lost == "none" or own[REGIONS.index(lost)] == taken[REGIONS.index(lost)] == 0


@pytest.mark.parametrize("pauses", door.PAUSES)
def test_no_dot_is_in_two_places(pauses):
    for line in door.LINES:
        told = door.moments(door.night(pauses, line, "twice that")[1])
        for inside, waiting in zip(told["in"], told["line"], strict=True):
            assert 0 <= inside + waiting <= door.DOTS + 1


SIMPLE = st.text("abcdefghij <&1234567890", max_size=12)


@given(values=st.lists(SIMPLE, max_size=3), text=SIMPLE, children=st.integers(0, 2))
def test_the_pieces_are_the_whole(values, text, children):
    attributes = dict(zip(("to", "from", "thing"), values, strict=False))
    stanza = Stanza("message", attributes, (Stanza("body", text="Hi"),) * children, text)
    if text and children:
        return  # text before elements: the pieces are of one or the other
    told = pieces(stanza)
    assert "".join(one for one, _ in told) == as_xml(stanza)
    assert bytes.fromhex("".join(tokens for _, tokens in told)) == as_tokens(stanza)


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("away", AWAY)
def test_the_curve_is_the_closed_form(away):
    mistake, right, here = away_picture(away, 30.0).figure.data
    at = [*TTL_DAYS].index(30)
    owed = offline.expected(config(AWAY[away], 30.0)).waiting / 1e6
    assert right.y[at] == here.y[0] == round(owed, 1) and mistake.y[at] >= right.y[at]


def test_the_best_curve_is_phones_over_logins():
    best, night = door.door_picture("full jitter", "20 s of logins", "twice that").figure.data
    assert best.y[10] == 0 and best.y[15] == pytest.approx(100 * 300 * 46 / 14_700, abs=0.1)
    assert all(ours <= theirs + 0.4 for ours, theirs in zip(night.y, best.y, strict=True))
    assert CHAT.text == ""
