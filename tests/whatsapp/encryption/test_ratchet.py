"""A key for each message: with losses and lateness, forged, replayed, stolen; and beside the package."""

import copy
from dataclasses import astuple, replace

import numpy as np
import pytest
from doubleratchet.types import Header
from hypothesis import given, settings
from hypothesis import strategies as st

from scalemodel.whatsapp.encryption import keys
from scalemodel.whatsapp.encryption.handshake import Keys, Shared, accept, open_with
from scalemodel.whatsapp.encryption.ratchet import FRESH, MESSAGE_BYTES, Chains, Message, Session
from tests.conftest import cases
from tests.whatsapp.encryption.peers import TheirEnd


def talk(seed=0, **bounds):
    """Anna's end, and Ben's, who has not read anything yet."""
    rng = np.random.default_rng(seed)
    anna, ben = Keys(rng), Keys(rng)
    shared, opening = open_with(anna, ben.bundle(), rng)
    ends = (Session.opening(shared, opening.signed_pre_key, rng),
            Session.accepting(accept(ben, opening), ben.signed_pre_key, rng))  # fmt: skip
    for end in ends:
        vars(end).update(bounds)
    return ends


def state(end):
    return astuple(end.chains), dict(end.skipped), end.rng.bit_generator.state


def refused(end, message, said):
    """The message is refused in words, and the end is as it was."""
    before = copy.deepcopy(state(end))
    with pytest.raises(ValueError, match=said):
        end.unlock(message)
    assert state(end) == before


# ── Examples ────────────────────────────────────────────────────────────────
def test_anna_asks_and_ben_answers():
    anna, ben = talk()
    for number in range(3):
        assert ben.unlock(anna.lock(b"tea? %d" % number)) == b"tea? %d" % number
    assert anna.unlock(ben.lock(b"yes")) == b"yes"
    assert ben.unlock(anna.lock(b"")) == b""


def test_a_message_says_whose_key_it_is_under_and_where_in_its_chain():
    anna, ben = talk()
    first, second = anna.lock(b"a"), anna.lock(b"b")
    assert (first.number, second.number, first.before) == (0, 1, 0)
    ben.unlock(first), anna.unlock(ben.lock(b"c"))
    third = anna.lock(b"d")
    assert (third.number, third.before) == (0, 2) and third.public != first.public == second.public
    assert len(third.header) + len(third.body) == 1 + MESSAGE_BYTES
    assert ben.unlock(third) == b"d" and list(ben.skipped) == [(first.public, 1)]
    assert ben.unlock(second) == b"b" and not ben.skipped


def test_no_two_messages_have_one_key():
    anna, ben = talk()
    bodies = []
    for _ in range(20):
        bodies += [anna.lock(b"same").body, ben.copied().chains.theirs]
    assert len({body[:4] for body in bodies if body}) == 20


def test_a_text_is_bound_to_who_speaks():
    anna, ben = talk()
    ben.who = b"somebody else"
    refused(ben, anna.lock(b"tea"), "changed on its way, or is for another")


def test_what_is_printed_tells_no_secret():
    anna, ben = talk()
    message = anna.lock(b"tea")
    ben.unlock(message)
    anna.unlock(ben.lock(b"yes"))
    assert repr(message) == "Message(before=0, number=0)"
    assert repr(anna.chains) == "Chains(sent=1, received=1, before=0)"


# ── Laws ────────────────────────────────────────────────────────────────────
turns = st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 9)), max_size=60)


@given(turns, st.integers(0, 9))
@settings(max_examples=cases(50))
def test_each_message_that_comes_is_read_once_in_whatever_order(turns, seed):
    ends, flying, sent = talk(seed), ([], []), 0
    for sends, who, pick in turns:
        if sends and (who == 0 or ends[1].chains.theirs):
            flying[1 - who].append((ends[who].lock(b"%d" % sent), b"%d" % sent))
            sent += 1
        elif flying[who]:
            message, text = flying[who].pop(pick % len(flying[who]))
            assert ends[who].unlock(message) == text
            refused(ends[who], message, "opened before|a key of before|changed on its way")
    for who in (0, 1):
        for message, text in reversed(flying[who]):
            assert ends[who].unlock(message) == text
        assert not ends[who].skipped, "a key is left though all has come"


@given(turns, st.integers(0, 9), st.integers(0, 2**20))
@settings(max_examples=cases(50))
def test_a_change_of_any_bit_is_refused_and_nothing_moves(turns, seed, bit):
    ends = talk(seed)
    ends[1].unlock(ends[0].lock(b"first"))
    for sends, who, pick in turns[:12]:
        message = ends[who].lock(b"tea")
        raw = bytearray(message.header + message.body)
        place = (bit + pick * 977) % (8 * len(raw))
        raw[place // 8] ^= 1 << place % 8
        forged = Message(bytes(raw[:32]), int.from_bytes(raw[32:36], "big"),
                         int.from_bytes(raw[36:40], "big"), bytes(raw[40:]))  # fmt: skip
        refused(ends[1 - who], forged, ".")
        if sends:
            assert ends[1 - who].unlock(message) == b"tea"


def test_what_is_skipped_is_bounded_at_once_and_in_all():
    anna, ben = talk(most_skipped=5, most_kept=7)
    sent = [anna.lock(b"%d" % number) for number in range(30)]
    refused(ben, sent[6], "would skip 6 keys; at most 5")
    assert ben.unlock(sent[5]) == b"5" and len(ben.skipped) == 5
    assert ben.unlock(sent[11]) == b"11" and len(ben.skipped) == 7
    kept = [number for _, number in ben.skipped]
    assert kept == [3, 4, 6, 7, 8, 9, 10], "the oldest have gone"
    refused(ben, sent[2], "opened before, or its key is gone")
    assert [ben.unlock(sent[number]) for number in kept] == [b"%d" % number for number in kept]


def test_both_parts_of_what_one_message_skips_count():
    anna, ben = talk(most_skipped=5)
    first = [anna.lock(b"1") for _ in range(4)]
    ben.unlock(first[0])
    anna.unlock(ben.lock(b"yes"))
    second = [anna.lock(b"2") for _ in range(4)]
    refused(ben, second[3], "would skip 6 keys; at most 5")
    assert ben.unlock(second[2]) == b"2" and len(ben.skipped) == 5


def test_a_header_that_says_four_billion_costs_nothing():
    anna, ben = talk()
    message = anna.lock(b"tea")
    for field in ("before", "number"):
        ben.unlock(anna.lock(b"more"))
        anna.unlock(ben.lock(b"yes"))
        refused(ben, replace(anna.lock(b"tea"), **{field: 2**32 - 1}), "at most 1000 are made")
    assert ben.unlock(message) == b"tea"


def test_a_copy_of_a_session_has_no_way_back():
    """Forward secrecy: what has been read, or sent, opens with nothing that is left."""
    anna, ben = talk()
    wire = []
    for _ in range(3):
        for one, other in ((anna, ben), (ben, anna)):
            wire += [one.lock(b"tea"), one.lock(b"tea")]
            other.unlock(wire[-2]), other.unlock(wire[-1])
            for thief in (one.copied(), one.mirrored(), other.copied(), other.mirrored()):
                for message in wire:
                    refused(thief, message, ".")


def test_a_stolen_session_heals_with_the_next_round_trip():
    anna, ben = talk()
    ben.unlock(anna.lock(b"hello"))
    anna.unlock(ben.lock(b"hello"))
    thief, sends = ben.copied(), ben.mirrored()
    assert sends.unlock(ben.lock(b"still mine")) == b"still mine"
    message = anna.lock(b"the answer")
    assert thief.unlock(message) == ben.unlock(message) == b"the answer"
    healed = ben.lock(b"a new key")
    refused(sends, healed, "answers none of ours")
    anna.unlock(healed)
    refused(thief, anna.lock(b"and its answer"), "answers none of ours")


def test_who_copies_an_end_moves_nothing_of_it():
    anna, ben = talk()
    late = anna.lock(b"late")
    ben.unlock(anna.lock(b"tea"))
    before = copy.deepcopy(state(ben))
    thief = ben.copied()
    assert thief.unlock(late) == b"late" and thief.lock(b"mine") and state(ben) == before
    assert (thief.most_skipped, thief.most_kept) == (ben.most_skipped, ben.most_kept)


def test_a_thief_throws_other_dice_than_the_phone():
    """Or the copy would make the very key that is to heal the talk."""
    for fresh in FRESH:
        anna, ben = talk(fresh=fresh)
        asked = anna.lock(b"tea?")
        before = copy.deepcopy(state(ben))
        thief = ben.copied()
        assert state(ben) == before and thief.fresh == fresh
        assert thief.unlock(asked) == ben.unlock(asked) == b"tea?"
        assert thief.lock(b"yes").public != ben.lock(b"yes").public


def test_a_key_made_on_reading_is_on_a_phone_that_has_read():
    anna, ben = talk(fresh=FRESH[1])
    ben.unlock(anna.lock(b"tea?"))
    thief, sends = ben.copied(), ben.mirrored()
    answer = ben.lock(b"yes")
    assert sends.unlock(answer) == anna.unlock(answer) == b"yes"
    again = anna.lock(b"at five?")
    assert thief.unlock(again) == ben.unlock(again) == b"at five?"
    refused(sends, ben.lock(b"healed"), "answers none of ours")


# ── Oracle ──────────────────────────────────────────────────────────────────
def play(turns, ours_first, seed, fresh=FRESH[0]):
    """A talk of an end of ours and one of the package's; what flies comes in any order.

    Each message is read right, and in the end neither keeps a key.
    """
    rng, shared = np.random.default_rng(seed), Shared(secret=b"s" * 32, who=b"anna ben")
    secret = keys.fresh(rng)
    told = {"theirs": keys.public_of(secret)}, {"secret": secret}
    if ours_first:
        ends = Session.opening(shared, told[0]["theirs"], rng), TheirEnd(shared, **told[1])
    else:
        ends = TheirEnd(shared, **told[0]), Session.accepting(shared, secret, rng)
    ours = ends[1 - ours_first]
    ours.fresh = fresh
    ends[1].unlock(ends[0].lock(b"first"))
    flying, sent, read, most = ([], []), 1, 1, 0
    for _ in range(turns):
        who = int(rng.integers(2))
        if flying[who] and (len(flying[who]) > 25 or rng.random() < 0.5):
            message, text = flying[who].pop(int(rng.integers(len(flying[who]))))
            assert ends[who].unlock(message) == text
            read += 1
            most = max(most, len(ours.skipped))
        else:
            text = rng.bytes(int(rng.integers(40)))
            flying[1 - who].append((ends[who].lock(text), text))
            sent += 1
    for who in (0, 1):
        for message, text in flying[who]:
            assert ends[who].unlock(message) == text
    assert not ours.skipped and not ends[ours_first].skipped and most > 5
    return sent, read


@pytest.mark.parametrize("ours_first", [True, False])
@pytest.mark.parametrize("fresh", FRESH)
def test_ten_thousand_turns_with_the_package_in_any_order(fresh, ours_first):
    play(10_000, ours_first, seed=1, fresh=fresh)


def test_we_and_the_package_keep_the_same_keys_for_what_is_late():
    rng, shared = np.random.default_rng(5), Shared(secret=b"s" * 32, who=b"anna ben")
    secret = keys.fresh(rng)
    anna = Session.opening(shared, keys.public_of(secret), rng)
    ben, bens = Session.accepting(shared, secret, rng), TheirEnd(shared, secret=secret)
    sent = [anna.lock(b"%d" % number) for number in range(12)]
    for number in (3, 1, 9, 4, 11, 0):
        assert ben.unlock(sent[number]) == bens.unlock(sent[number]) == b"%d" % number
        assert ben.skipped == bens.skipped


@pytest.mark.parametrize("what", ["replay", "body", "header"])
def test_the_package_refuses_what_we_refuse(what):
    shared, secret = Shared(secret=b"s" * 32, who=b"anna ben"), b"t" * 32
    rng = np.random.default_rng(1)
    anna = Session.opening(shared, keys.public_of(secret), rng)
    ben, bens = Session.accepting(shared, secret, rng), TheirEnd(shared, secret=secret)
    first, second = anna.lock(b"one"), anna.lock(b"two")
    ben.unlock(first), bens.unlock(first)
    wrong = {"replay": first, "body": replace(second, body=second.body[:-1] + b"?"),
             "header": replace(second, before=7)}[what]  # fmt: skip
    refused(ben, wrong, "opened before" if what == "replay" else "changed on its way")
    with pytest.raises(Exception, match="already decrypted" if what == "replay" else "^$"):
        bens.unlock(wrong)
    assert ben.unlock(second) == bens.unlock(second) == b"two"
    assert Header(second.public, 0, 1)[1:] == (second.before, second.number)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_who_was_written_to_reads_before_writing():
    anna, ben = talk()
    with pytest.raises(ValueError, match="must read before it writes"):
        ben.lock(b"tea")
    assert ben.unlock(anna.lock(b"tea")) == b"tea" and ben.lock(b"yes")


def test_a_message_of_before_or_of_nobody_is_refused():
    anna, ben = talk()
    old = anna.lock(b"old")
    ben.unlock(old)
    refused(ben, replace(old, public=keys.public_of(b"z" * 32)), "a key of before")
    refused(anna, replace(old, public=anna.chains.theirs), "opened before")
    anna.unlock(ben.lock(b"yes"))
    ben.unlock(anna.lock(b"new"))
    refused(ben, old, "a key of before, or answers none of ours")
    ben.lock(b"and again")
    refused(ben, old, "changed on its way")
    refused(ben, replace(old, public=bytes(32)), "must be a point")


def test_a_pre_key_that_keeps_no_secret_is_refused_before_chance_is_asked():
    rng = np.random.default_rng(1)
    before = copy.deepcopy(rng.bit_generator.state)
    with pytest.raises(ValueError, match=r"public=.* must be a point"):
        Session.opening(Shared(secret=bytes(32), who=b""), bytes(32), rng)
    assert rng.bit_generator.state == before


@pytest.mark.parametrize("wrong", ["tea", None, 7, bytearray(b"tea")])
def test_a_text_is_bytes_and_a_message_one(wrong):
    anna, ben = talk()
    before = copy.deepcopy(state(anna))
    with pytest.raises(ValueError, match="text="):
        anna.lock(wrong)
    assert state(anna) == before
    refused(ben, wrong, "message=")


@pytest.mark.parametrize(
    ("field", "value"),
    [("public", b"short"), ("before", -1), ("before", 2**32), ("number", 2**32), ("body", "text")],
)
def test_a_message_is_what_fits_on_the_wire(field, value):
    right = Message(bytes(32), 2**32 - 1, 2**32 - 1, b"")
    with pytest.raises(ValueError, match=f"{field}="):
        replace(right, **{field: value})


def test_a_session_has_chains_and_bounds():
    chains, rng = Chains(bytes(32)), np.random.default_rng(1)
    for field in ("most_skipped", "most_kept"):
        with pytest.raises(ValueError, match=f"{field}=-1"):
            Session(chains, b"", rng, **{field: -1})
    with pytest.raises(ValueError, match="fresh='never' must be one of"):
        Session(chains, b"", rng, fresh="never")
    with pytest.raises(ValueError, match="chains="):
        Session(None, b"", rng)
    with pytest.raises(ValueError, match="who="):
        Session(chains, "", rng)
    with pytest.raises(ValueError, match="rng="):
        Session(chains, b"", 1)
    for end in (Session.opening, Session.accepting):
        with pytest.raises(ValueError, match="shared=3 must be a Shared"):
            end(3, keys.public_of(bytes(32)), rng)
    with pytest.raises(ValueError, match="secret=b'short' must be 32 bytes"):
        Session.accepting(Shared(secret=bytes(32), who=b""), b"short", rng)


def test_what_is_printed_tells_no_key():
    anna, ben = talk()
    message = anna.lock(b"tea")
    ben.unlock(message)
    ben.lock(b"yes")
    assert repr(message) == "Message(before=0, number=0)"
    assert [repr(end.chains) for end in (anna, ben)] == [
        "Chains(sent=1, received=0, before=0)", "Chains(sent=1, received=1, before=0)",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="theirs=None must be 32 bytes"):
        Chains(bytes(32)).answer(bytes(32))
    with pytest.raises(ValueError, match="secret=None must be 32 bytes"):
        Chains(bytes(32)).hear(keys.public_of(bytes(32)))
