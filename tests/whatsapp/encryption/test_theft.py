"""What a copy of a phone opens: each small talk is tried with real keys, beside the rule."""

from itertools import product

import numpy as np
import pytest

from scalemodel.whatsapp.encryption import theft
from scalemodel.whatsapp.encryption.ratchet import FRESH
from scalemodel.whatsapp.encryption.theft import KINDS, expected_opened, opened


def tried(turns, after, phone, kind="ratchet", fresh=FRESH[0]):
    return opened(turns, after, phone, kind, np.random.default_rng(1), fresh)


def read(answers):
    return "".join("·x"[one] for one in answers)


# ── Examples ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("phone", "kind", "said"),
    [
        ("B", "one key", "xxxxxxxxxx"),
        ("B", "chain", "·····xxxxx"),
        ("B", "ratchet", "·····xxx··"),  # the rest of his turn, and her answer
        ("A", "ratchet", "·····x····"),  # the rest of his turn: she has a new key with her answer
    ],
)
def test_a_copy_after_five_of_ten(phone, kind, said):
    turns = "AAABBBAABA"
    assert read(tried(turns, 5, phone, kind)) == said
    assert read(expected_opened(turns, 5, phone, kind)) == said


def test_bens_pre_key_is_as_good_as_a_first_word_and_anna_has_none():
    assert read(tried("AABA", 0, "B")) == "xx··"
    assert read(tried("AABA", 0, "A")) == "····"


def test_a_copy_at_the_end_opens_nothing():
    for phone in "AB":
        assert (
            read(tried("ABAB", 4, phone))
            == read(expected_opened("ABAB", 4, phone, "ratchet"))
            == "····"
        )


@pytest.mark.parametrize("length", [1, 2, 5])
def test_the_worst_moment_by_both_rules_of_when_a_key_is_made(length):
    turns = ("A" * length + "B" * length) * 3
    moments = [(after, phone) for after in range(len(turns) + 1) for phone in "AB"]
    for fresh, most in zip(FRESH, (2 * length - 1, 3 * length - 1), strict=True):
        assert max(sum(tried(turns, *one, fresh=fresh)) for one in moments) == most


def test_one_key_for_all_never_locks_under_one_nonce():
    """AES-GCM would give the key away; the first message has the nonce 1."""
    lock = theft._OneKey(bytes(32))
    assert [lock.lock(b"tea")[0] for _ in range(3)] == [1, 2, 3]


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("phone", ["A", "B"])
def test_who_answers_each_message_loses_one_or_two(phone):
    turns = "AB" * 10
    for after in range(1, 18):
        assert sum(tried(turns, after, phone)) == (turns[after - 1] == phone)


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("fresh", FRESH)
@pytest.mark.parametrize("kind", KINDS)
def test_the_rule_is_what_the_keys_do(kind, fresh):
    for rest in [rest for size in range(6) for rest in product("AB", repeat=size)]:
        turns = "A" + "".join(rest)
        for after, phone in product(range(len(turns) + 1), "AB"):
            if kind == "ratchet" or len(turns) < 5:
                told = turns, after, phone, kind
                assert tried(*told, fresh=fresh) == expected_opened(*told, fresh), told


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("place", "wrong"),
    [(0, "BA"), (0, ""), (0, "AXB"), (0, None), (1, -1), (1, 3), (1, 1.5), (2, "C"), (3, "chains")],
)
def test_a_wrong_theft_is_refused_in_words(place, wrong):
    told = ["AB", 1, "B", "chain"]
    told[place] = wrong
    for function in (tried, expected_opened):
        with pytest.raises(ValueError, match=("turns", "after", "phone", "kind")[place] + "="):
            function(*told)


def test_a_key_is_made_at_one_of_two_moments():
    for function in (tried, expected_opened):
        with pytest.raises(ValueError, match="fresh='never' must be one of"):
            function("AB", 1, "B", "ratchet", fresh="never")


def test_chance_is_a_generator():
    with pytest.raises(ValueError, match="rng="):
        opened("AB", 1, "B", "chain", 7)
