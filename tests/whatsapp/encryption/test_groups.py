"""Groups: locked once, read by all; who leaves, who joins, and who forges."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalemodel.whatsapp.encryption.groups import (
    MOST_SKIPPED,
    Device,
    Group,
    GroupMessage,
    expected_sent,
)
from tests.conftest import cases


def group(members=None, rotates=True, seed=1):
    members = members or {"anna": 2, "ben": 1, "carla": 1}
    return Group(members, np.random.default_rng(seed), rotates)


def refused(group, member, message, said):
    before = [dict(one.chains) for one in group._all()]
    with pytest.raises(ValueError, match=said):
        group.read(member, message)
    assert [dict(one.chains) for one in group._all()] == before


# ── Examples ────────────────────────────────────────────────────────────────
def test_one_message_for_three_and_annas_laptop():
    tea = group()
    message = tea.write("anna", b"tea?")
    assert [tea.read(who, message) for who in ("ben", "carla")] == [b"tea?"] * 2
    assert tea.read("anna", message, device=1) == b"tea?"
    assert tea.over_sessions == 3
    assert tea.read("ben", tea.write("anna", b"at five")) == b"at five" and tea.over_sessions == 3


def test_a_laptop_has_sessions_of_its_own():
    tea = group()
    tea.write("ben", b"tea?")
    phone, laptop = tea.devices["anna"]
    ben = tea.devices["ben"][0]
    assert ben.sessions[phone.name].who != ben.sessions[laptop.name].who
    assert ben.sessions[phone.name].chains.root != ben.sessions[laptop.name].chains.root
    assert phone.name not in laptop.sessions


@pytest.mark.parametrize("rotates", [True, False])
def test_who_left_reads_on_until_the_keys_are_new(rotates):
    tea = group(rotates=rotates)
    tea.read("carla", tea.write("anna", b"with carla"))
    tea.leave("carla")
    message = tea.write("anna", b"about carla")
    if rotates:
        refused(tea, "carla", message, "must be 1 to")
        refused(tea, "carla", tea.write("anna", b"more"), "signed by anna 1, with its key of now")
    else:
        assert tea.read("carla", message) == b"about carla"
    assert tea.read("ben", message) == b"about carla"
    assert tea.over_sessions == (5 if rotates else 3)


def test_who_joins_reads_what_comes_and_nothing_of_before():
    tea = group()
    early = tea.write("anna", b"before david")
    tea.join("david")
    refused(tea, "david", early, "must be 1 to")
    assert tea.read("david", tea.write("anna", b"hello david")) == b"hello david"
    refused(tea, "david", GroupMessage("ben 1", 0, b"", b""), "no sender key of ben 1")
    assert tea.read("david", tea.write("ben", b"hello")) == b"hello"


def test_who_comes_back_is_told_anew():
    tea = group()
    tea.read("carla", tea.write("anna", b"1"))
    tea.leave("carla")
    tea.write("anna", b"2")
    tea.join("carla")
    assert tea.read("carla", tea.write("anna", b"3")) == b"3" and not tea.left


@pytest.mark.parametrize("rotates", [True, False])
def test_who_comes_back_writes_to_who_is_there_now(rotates):
    club = Group({"anna": 1, "ben": 1, "carla": 1}, np.random.default_rng(1), rotates=rotates)
    club.write("ben", b"before"), club.leave("ben"), club.leave("carla")
    club.join("david"), club.join("ben")
    back = club.write("ben", b"I am back")
    assert club.read("david", back) == club.read("anna", back) == b"I am back"
    with pytest.raises(ValueError):
        club.read("carla", back)


def test_two_devices_write_to_each_other():
    rng = np.random.default_rng(1)
    anna, ben = Device("anna", rng), Device("ben", rng)
    for number in range(4):
        assert ben.read(anna, anna.write(ben, b"%d" % number)) == b"%d" % number
        assert anna.read(ben, ben.write(anna, b"yes")) == b"yes"


def test_a_pre_key_goes_when_the_first_message_opens_and_not_before():
    rng = np.random.default_rng(1)
    anna, ben = Device("anna", rng), Device("ben", rng)
    message = anna.write(ben, b"tea")
    with pytest.raises(ValueError, match="changed on its way"):
        ben.read(anna, replace(message, body=bytes(19)))
    assert len(ben.keys.once) == 1
    assert ben.read(anna, message) == b"tea" and not ben.keys.once and not ben.openings


# ── Laws ────────────────────────────────────────────────────────────────────
@given(st.lists(st.tuples(st.sampled_from("wjl"), st.integers(0, 4)), max_size=20), st.booleans())
@settings(max_examples=cases(25))
def test_everybody_reads_just_what_was_written_while_they_were_in(deeds, rotates):
    names = ["anna", "ben", "carla", "david", "ema"]
    tea, was_in = group({"anna": 1, "ben": 1}, rotates), {"anna", "ben"}
    knew = {}  # of each sender, who was ever told the present chain
    for deed, number in deeds:
        who = names[number]
        if deed == "j" and who not in was_in:
            tea.join(who)
            was_in.add(who)
            for told in knew.values():
                told.add(who)
        elif deed == "l" and who in was_in and len(was_in) > 1:
            tea.leave(who)
            was_in.discard(who)
            knew.pop(who, None)
            if rotates:
                knew.clear()
        elif deed == "w" and who in was_in:
            message = tea.write(who, b"tea")
            told = knew.setdefault(who, set(was_in))
            for other in names:
                if other != who and other in {**tea.devices, **tea.left}:
                    if other in told:
                        assert tea.read(other, message) == b"tea"
                    else:
                        refused(tea, other, message, r"must be|no sender key")
            if rotates:
                assert told == was_in


@given(st.integers(0, 500))
def test_a_change_of_any_bit_is_refused(bit):
    tea = group()
    message = tea.write("anna", b"tea at five")
    raw = bytearray(message.body + message.signature)
    raw[bit % (8 * len(raw)) // 8] ^= 1 << bit % 8
    size = len(message.body)
    forged = replace(message, body=bytes(raw[:size]), signature=bytes(raw[size:]))
    refused(tea, "ben", forged, "must be signed")
    refused(tea, "ben", replace(message, number=1), "must be signed")
    assert tea.read("ben", message) == b"tea at five"
    refused(tea, "ben", message, "must be 1 to")


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(("members", "senders"), [(2, 1), (4, 0), (4, 2), (5, 5)])
def test_what_phones_send_is_what_the_rule_says(members, senders):
    names = ["anna", "ben", "carla", "david", "ema"][:members]
    tea, messages = group(dict.fromkeys(names, 1)), 0
    for who in names[:senders] * 3:
        tea.write(who, b"tea")
        messages += 1
    sent, without = expected_sent(members, senders, messages)
    assert tea.over_sessions + messages == sent and without == messages * (members - 1)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_who_is_not_there_is_named():
    tea = group()
    for deed in (lambda: tea.leave("eve"), lambda: tea.write("eve", b"")):
        with pytest.raises(ValueError, match="member='eve' must be in the group"):
            deed()
    with pytest.raises(ValueError, match="must be, or have been"):
        tea.read("eve", tea.write("anna", b"tea"))
    with pytest.raises(ValueError, match="member='anna' must not be in"):
        tea.join("anna")
    for wrong in (0, 11, None):
        with pytest.raises(ValueError, match="devices="):
            tea.join("eve", wrong)
    assert list(tea.devices) == ["anna", "ben", "carla"]


def test_who_comes_back_brings_no_other_devices():
    tea = group()
    tea.leave("anna")
    with pytest.raises(ValueError, match=r"devices=3 must be .* at most 2"):
        tea.join("anna", 3)
    assert list(tea.left) == ["anna"] and "anna" not in tea.devices
    tea.join("anna")
    assert [one.name for one in tea.devices["anna"]] == ["anna 1", "anna 2"]


def test_a_message_of_another_kind_or_place_is_refused():
    tea = group()
    message = tea.write("anna", b"tea")
    refused(tea, "ben", None, "message=None")
    refused(tea, "ben", replace(message, number=MOST_SKIPPED + 1), f"must be 0 to {MOST_SKIPPED}")
    refused(tea, "ben", replace(message, number=MOST_SKIPPED), "must be signed")
    with pytest.raises(ValueError, match="device=1"):
        tea.read("ben", message, device=1)
    for field, wrong in (("device", ""), ("number", -1), ("body", "b"), ("signature", None)):
        with pytest.raises(ValueError, match=f"{field}="):
            replace(message, **{field: wrong})
    with pytest.raises(ValueError, match="text="):
        tea.write("anna", "tea")


def test_what_is_printed_shows_neither_body_nor_signature():
    assert repr(GroupMessage("ben 1", 0, b"locked", b"by ben")) == "GroupMessage(device='ben 1', number=0)"  # fmt: skip


def test_a_device_reads_whom_it_has_a_session_with():
    rng = np.random.default_rng(1)
    anna, ben, carla = (Device(name, rng) for name in ("anna", "ben", "carla"))
    message = anna.write(ben, b"tea")
    with pytest.raises(ValueError, match="other=anna must have written"):
        carla.read(anna, message)
    with pytest.raises(ValueError, match="other=None"):
        anna.write(None, b"tea")
    with pytest.raises(ValueError, match="other=None"):
        carla.read(None, message)
    with pytest.raises(ValueError, match="text='tea' must be a bytes"):
        anna.write(carla, "tea")
    for wrong in ("", None):
        with pytest.raises(ValueError, match="name="):
            Device(wrong, rng)
    for told, name in (((3, rng), "members"), (({"anna": 1}, 3), "rng"), (({"anna": 1}, rng, 1), "rotates")):  # fmt: skip
        with pytest.raises(ValueError, match=f"^{name}="):
            Group(*told)
    with pytest.raises(ValueError, match="other=anna must be another device"):
        anna.write(anna, b"tea")
    assert not carla.sessions and list(anna.sessions) == ["ben"]


@pytest.mark.parametrize("wrong", [(1, 1, 1), (2, 3, 3), (2, -1, 1), (3, 2, 1), (10**400, 1, 1), (2, 1, 10**400)])  # fmt: skip
def test_a_wrong_count_is_refused(wrong):
    with pytest.raises(ValueError, match=r"devices=|senders=|messages="):
        expected_sent(*wrong)
