"""The ratchet's pictures: what opens, to whom, and what the server's log says; the reader's step."""

import hmac
import json
import re
from itertools import product
from xml.etree import ElementTree

import pytest

from scalemodel.stage.python.told import told
from scalemodel.stage.whatsapp.ratchet import chain
from scalemodel.stage.whatsapp.ratchet.group import REMEDIES, group_picture, parted
from scalemodel.stage.whatsapp.ratchet.late import MESSAGES, kept, late_picture
from scalemodel.stage.whatsapp.ratchet.log import LOOKS, awake_h, log_picture, week
from scalemodel.stage.whatsapp.ratchet.ratchet_moving import NAMES, TURNS, ratchet_moving, said
from scalemodel.stage.whatsapp.ratchet.strip import strip
from scalemodel.stage.whatsapp.ratchet.theft import TALKS, best, theft_picture, tried
from scalemodel.whatsapp.encryption import keys
from scalemodel.whatsapp.encryption.groups import expected_sent
from scalemodel.whatsapp.encryption.metadata import by_hour, by_pair
from scalemodel.whatsapp.encryption.theft import KINDS, expected_opened

GO_ON, ANEW = REMEDIES


def hashed(link, constant):
    return hmac.digest(link, constant, "sha256")


def data_of(embed):
    return json.loads(re.search(r"<script[^>]*>(.*?)</script>", embed.html, re.S)[1])


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_step_that_keeps_its_link_opens_all_and_says_so():
    outcome = chain.judge(lambda link: (link, hashed(link, b"\x01")))
    assert outcome.words.splitlines()[1:3] == [
        "of the 5 before, 5 open; of the 5 after, 5.",
        "A thief finds the key of message 5 alone: 10 of 10 open.",
    ]
    _, _, shut, opens = ElementTree.fromstring(outcome.svg).findall(".//{*}path")
    assert shut.get("d") in ("", None) and opens.get("d").count("M") == 20


def test_a_key_that_is_the_next_link_opens_all_that_follows():
    both = lambda link: (hashed(link, b"\x01"),) * 2
    assert chain.opened(both) == ({5, 6, 7, 8, 9, 10}, {5, 6, 7, 8, 9, 10}, False)


def test_a_link_that_is_counted_up_is_counted_back():
    up = lambda link: (
        ((int.from_bytes(link, "big") + 1) % 2**256).to_bytes(32, "big"),
        hashed(link, b"\x01"),
    )
    assert chain.opened(up).by_link == set(range(1, 11)) and len(chain.opened(up).by_key) == 1


def test_two_hashes_are_the_engines_own():
    right = lambda link: (hashed(link, b"\x02"), hashed(link, b"\x01"))
    assert chain.opened(right) == ({6, 7, 8, 9, 10}, {5}, True)
    words = chain.judge(right).words
    assert "Nothing of before, and one key is one message" in words and "byte for byte" in words
    other = chain.judge(lambda link: (hashed(link, b"a"), hashed(link, b"b"))).words
    assert "Nothing of before" in other and "byte for byte" not in other


def test_the_strip_has_each_message_once_and_a_line():
    figure = strip({"Anna": ["opens", "", "stays locked"], "Ben": ["", "opens", ""]}, 3, "copied")
    places = {trace.name: sorted(zip(trace.x, trace.y, strict=True)) for trace in figure.data}
    assert places == {"opens": [(1, 1), (2, 0)], "stays locked": [(3, 1)]}
    assert figure.layout.shapes[0].x0 == 2.5 and figure.layout.annotations[0].text == "copied"
    assert not strip({"Anna": ["opens"]}).layout.shapes


def test_what_opens_is_said_in_words():
    said = lambda *told: theft_picture(*told).alt.replace("\xa0", " ").rpartition("opens ")[2]
    assert said("long turns", "Ben", 5, "ratchet") == "6, 7 and 8."
    assert said("long turns", "Ben", 5, "chain") == "6 to 10."
    assert said("long turns", "Ben", 5, "one key") == "1 to 10."
    assert said("long turns", "Ben", 10, "ratchet") == "none."


# ── Laws ────────────────────────────────────────────────────────────────────
def test_what_is_kept_for_late_ones_is_what_the_thief_opens():
    for late, bound in product(range(9), (0, 2, 4, 8)):
        ben, thief = kept(late, bound)
        assert ben == thief and len(ben) == min(late, bound)
        assert ben == list(range(2 + late - len(ben), 2 + late)), "the oldest are given up"
        picture = late_picture(late, bound)
        drawn = {trace.name: len(trace.x) for trace in picture.figure.data}
        assert drawn.get("opens", 0) == len(thief) and drawn["was read"] == MESSAGES - late
        assert drawn.get("never opens", 0) == late - len(ben)
        assert drawn.get("is on its way", 0) == len(ben)
        assert picture.readings["that open to the thief"][0] == len(thief)


@pytest.mark.parametrize("remedy", REMEDIES)
def test_who_left_opens_what_was_before_and_after_it_without_new_keys(remedy):
    for phones, leaves in product((3, 9), range(MESSAGES + 1)):
        opens, _ = parted(phones, leaves, remedy)
        known = min(leaves, 2)  # of the two who write, whose key she was handed
        later = [opens[n] for n in range(leaves, MESSAGES)]
        assert all(opens[:leaves])
        if remedy == ANEW:
            assert not any(later)
        else:
            assert later == [n % 2 < known for n in range(leaves, MESSAGES)]
        picture = group_picture(phones, leaves, remedy)
        assert picture.readings["opened since she left"] == (sum(later), "count")


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_of_the_talk_name_each_message_and_its_writer(kind):
    words = said(kind)
    assert len(words) == len(TURNS) + 1
    for number, (who, line) in enumerate(zip(TURNS, words[1:], strict=True), 1):
        assert line.startswith(f"Message {number}, from {NAMES[who]}: ")
    mixes = [number for number, line in enumerate(words) if "mixed into the root" in line]
    assert mixes == ([1, 3, 7, 9, 10] if kind == "ratchet" else [])


def test_the_log_is_drawn_as_it_is():
    log = week()[0].log
    pairs, hours = by_pair(log), by_hour(log)
    who, when, much = (log_picture(7, look).figure.data[0] for look in LOOKS)
    assert sum(map(sum, who.z)) == 2 * len(log) and sum(map(sum, when.z)) == len(log) == len(much.x)
    place = {name: n for n, name in enumerate(who.x)}
    for (one, other), count in pairs.items():
        assert who.z[place[one]][place[other]] == who.z[place[other]][place[one]] == count
    assert [list(row) for row in when.z] == [hours[name] for name in when.y]
    assert sorted(much.y) == sorted(line.size_bytes for line in log)
    assert set(list(pairs)[:2]) == {("anna", "ben"), ("carla", "david")}
    day = by_pair([line for line in log if line.at_s < 86_400])
    assert set(list(day)[:2]) != set(list(pairs)[:2]), "a day does not tell"
    first, last = awake_h(log, "anna")
    assert hours["anna"][first] and hours["anna"][last] and not any(hours["anna"][:first])
    assert log_picture(1, LOOKS[0]).readings["messages"][0] < len(log)
    assert {log_picture(2, look).readings["texts that were read"] for look in LOOKS} == {
        (0, "count")
    }


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_first_screen_has_what_the_rule_says():
    data = data_of(ratchet_moving())
    assert len(data["opens"]) == 3 * 2 * 11 and data["turns"] == TURNS
    most = dict.fromkeys(KINDS, 0)
    for key, row in data["opens"].items():
        kind, phone, after = key.rsplit(" ", 2)
        expected = expected_opened(TURNS, int(after), phone, kind)
        assert row == "".join(str(int(one)) for one in expected), key
        most[kind] = max(most[kind], sum(expected))
    assert data["best"] == most == {"one key": 10, "chain": 10, "ratchet": 5}


@pytest.mark.parametrize("talk", TALKS)
def test_each_state_of_the_panel_is_the_rules(talk):
    turns = TALKS[talk]
    for phone, after, kind in product("AB", range(11), KINDS):
        expected = expected_opened(turns, after, phone, kind)
        assert tried(turns, after, phone, kind) == expected
        picture = theft_picture(talk, NAMES[phone], after, kind)
        drawn = {trace.name: sorted(trace.x) for trace in picture.figure.data}
        assert drawn.get("opens", []) == [n for n, one in enumerate(expected, 1) if one]
        assert picture.readings["opened of before"][0] == sum(expected[:after])
        assert picture.readings["opened of after"][0] == sum(expected[after:])
        assert picture.readings["best moment would open"][0] == best(turns, kind)[0]


def test_the_group_sends_what_the_rule_says():
    for phones in (3, 9):
        _, over = parted(phones, MESSAGES, GO_ON)
        assert over + MESSAGES == expected_sent(phones, 2, MESSAGES)[0]
        _, anew = parted(phones, 4, ANEW)
        assert anew == 2 * (phones - 1) + 2 * (phones - 2)


def test_the_chain_is_told_the_engines_keys():
    here = told("scalemodel.stage.whatsapp.ratchet.chain")
    link = bytes.fromhex(here["link"])
    for key in here["keys"]:
        link, made = keys.step(link)
        assert made.hex() == key


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("answer", [None, b"key", (b"", b"key"), (b"link", "key"), (1, 2, 3)])
def test_a_step_that_returns_something_else_is_told_so(answer):
    with pytest.raises(ValueError, match="your step returned"):
        chain.judge(lambda link: answer)


def test_rows_of_two_lengths_are_refused():
    for rows in ({}, {"Anna": ["opens"], "Ben": []}):
        with pytest.raises(ValueError, match="rows of one length"):
            strip(rows)
