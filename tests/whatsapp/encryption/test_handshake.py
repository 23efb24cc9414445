"""Two phones of which one is off have one secret, and nobody else has."""

import copy
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from x3dh import Header

from scalemodel.whatsapp.encryption import keys
from scalemodel.whatsapp.encryption.handshake import Keys, Opening, Shared, accept, open_with
from tests.whatsapp.encryption.peers import TheirKeys, now, their_bundle


def rng(seed=0):
    return np.random.default_rng(seed)


# ── Examples ────────────────────────────────────────────────────────────────
def test_ben_sleeps_while_anna_opens():
    anna, ben = Keys(rng(1)), Keys(rng(2), once=2)
    hers, opening = open_with(anna, ben.bundle(), rng(3))
    his = accept(ben, opening)
    assert his == hers and his.who == anna.identity.public + ben.identity.public
    ben.spend(opening)
    assert opening.once not in ben.once and len(ben.once) == 1


def test_a_pre_key_is_handed_out_once_and_then_there_is_none():
    ben = Keys(rng(2), once=2)
    handed = [ben.bundle().once for _ in range(4)]
    assert handed[0] != handed[1] and handed[2:] == [None, None]
    assert set(handed[:2]) == set(ben.once), "handed out, and not used"


def test_without_a_pre_key_to_use_once_an_opening_is_good_twice():
    anna, ben = Keys(rng(1)), Keys(rng(2), once=0)
    shared, opening = open_with(anna, ben.bundle(), rng(3))
    assert accept(ben, opening) == accept(ben, opening) == shared


def test_a_forged_opening_burns_no_pre_key():
    """Anybody can name a pre-key that was handed out; only what opens throws it away."""
    anna, ben = Keys(rng(1)), Keys(rng(2), once=1)
    shared, opening = open_with(anna, ben.bundle(), rng(3))
    forged = replace(opening, ephemeral=keys.public_of(b"x" * 32))
    assert accept(ben, forged).secret != shared.secret
    assert accept(ben, opening) == shared


def test_a_copied_phone_opens_talks_that_begin_later():
    """Its identity and its pre-keys are on it: no ratchet heals those."""
    anna, ben = Keys(rng(1)), Keys(rng(2))
    thief = copy.deepcopy(ben)
    shared, opening = open_with(anna, ben.bundle(), rng(3))
    assert accept(thief, opening) == accept(ben, opening) == shared


def test_a_bundle_of_the_servers_own_is_taken_for_bens():
    """It is signed by its own identity: only an identity that is known by another way tells."""
    anna, ben, server = Keys(rng(1)), Keys(rng(2)), Keys(rng(3))
    shared, opening = open_with(anna, server.bundle(), rng(4))
    assert accept(server, opening) == shared
    assert shared.who[32:] == server.identity.public != ben.identity.public


# ── Laws ────────────────────────────────────────────────────────────────────
@given(st.integers(0, 99), st.booleans())
def test_both_have_one_secret_and_each_opening_another(seed, once):
    anna, ben = Keys(rng([seed, 1])), Keys(rng([seed, 2]), once=4 * once)
    secrets = set()
    for number in range(3):
        hers, opening = open_with(anna, ben.bundle(), rng([seed, 3, number]))
        assert accept(ben, opening) == hers
        secrets.add(hers.secret)
    assert len(secrets) == 3


@pytest.mark.parametrize("part", ["identity", "signed_pre_key", "once"])
def test_each_key_of_a_bundle_is_in_the_secret(part):
    """Whoever has another one in its place has another secret, or is refused."""
    anna, ben, eve = Keys(rng(1)), Keys(rng(2)), Keys(rng(3))
    bundle, other = ben.bundle(), eve.bundle()
    hers, _ = open_with(anna, bundle, rng(4))
    changed = replace(bundle, **{part: getattr(other, part)})
    if part == "once":
        assert open_with(anna, changed, rng(4))[0].secret != hers.secret
    else:
        with pytest.raises(ValueError, match="signature"):
            open_with(anna, changed, rng(4))


@pytest.mark.parametrize("part", ["identity", "ephemeral"])
def test_each_key_of_an_opening_is_in_the_secret(part):
    anna, ben, eve = Keys(rng(1)), Keys(rng(2)), Keys(rng(3))
    hers, opening = open_with(anna, ben.bundle(), rng(4))
    changed = replace(opening, **{part: getattr(open_with(eve, ben.bundle(), rng(5))[1], part)})
    assert accept(copy.deepcopy(ben), changed).secret != hers.secret


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("once", [0, 3])
def test_anna_opens_with_us_and_ben_accepts_with_the_package(once):
    anna, ben = Keys(rng(1)), TheirKeys.fresh(once)
    hers, opening = open_with(anna, ben.ours(), rng(2))
    header = Header(opening.identity, opening.ephemeral, opening.signed_pre_key, opening.once)
    secret, who, _ = now(ben.get_shared_secret_passive(header, require_pre_key=bool(once)))
    assert (secret, who) == (hers.secret, hers.who)


@pytest.mark.parametrize("once", [0, 3])
def test_anna_opens_with_the_package_and_ben_accepts_with_us(once):
    anna, ben = TheirKeys.fresh(0), Keys(rng(2), once=once)
    bundle = their_bundle(ben.bundle())
    secret, who, header = now(anna.get_shared_secret_active(bundle, require_pre_key=bool(once)))
    opening = Opening(identity=header.identity_key, ephemeral=header.ephemeral_key,
                      signed_pre_key=header.signed_pre_key, once=header.pre_key)  # fmt: skip
    assert accept(ben, opening) == Shared(secret=secret, who=who)


# ── Refusals ────────────────────────────────────────────────────────────────
def test_an_opening_that_was_used_or_is_anothers_is_refused_and_nothing_changes():
    anna, ben, eve = Keys(rng(1)), Keys(rng(2)), Keys(rng(3))
    _, opening = open_with(anna, ben.bundle(), rng(4))
    accept(ben, opening)
    ben.spend(opening)
    before = dict(ben.once)
    with pytest.raises(ValueError, match="it was used"):
        accept(ben, opening)
    with pytest.raises(ValueError, match="the one of now"):
        accept(eve, opening)
    fresh = open_with(anna, ben.bundle(), rng(5))[1]
    with pytest.raises(ValueError, match="public="):
        accept(ben, replace(fresh, ephemeral=bytes(32)))
    assert ben.once == before


@pytest.mark.parametrize("identity", [b"\2" + bytes(31), b"\1" + bytes(31), b"\xff" * 32])
def test_an_identity_that_is_no_point_is_refused_and_spends_nothing(identity):
    anna, ben = Keys(rng(1)), Keys(rng(2), once=2)
    shared, opening = open_with(anna, ben.bundle(), rng(3))
    with pytest.raises(ValueError, match=r"identity=.* must be a point of its curve"):
        accept(ben, replace(opening, identity=identity))
    assert len(ben.once) == 2 and accept(ben, opening) == shared


def test_a_signed_pre_key_that_keeps_no_secret_is_refused_before_chance_is_asked():
    anna, ben, dice = Keys(rng(1)), Keys(rng(2)), rng(3)
    weak = replace(ben.bundle(), signed_pre_key=bytes(32), signature=ben.identity.sign(bytes(32)))
    with pytest.raises(ValueError, match=r"public=.* must be a point"):
        open_with(anna, weak, dice)
    assert dice.bit_generator.state == rng(3).bit_generator.state


@pytest.mark.parametrize("field", ["identity", "ephemeral", "signed_pre_key", "once"])
def test_a_key_that_is_none_is_named(field):
    right = dict.fromkeys(
        ("identity", "ephemeral", "signed_pre_key", "once"), keys.public_of(b"a" * 32)
    )
    with pytest.raises(ValueError, match=f"{field}=b'short' must be 32 bytes"):
        Opening(**{**right, field: b"short"})
    if field != "ephemeral":
        bundle = Keys(rng()).bundle()
        with pytest.raises(ValueError, match=f"{field}=b'short' must be 32 bytes"):
            replace(bundle, **{field: b"short"})


def test_what_is_no_phone_no_bundle_and_no_opening_is_named():
    anna, ben = Keys(rng(1)), Keys(rng(2))
    shared, opening = open_with(anna, ben.bundle(), rng(3))
    for said, deed in (
        ("mine=3 must be a Keys", lambda: open_with(3, ben.bundle(), rng(3))),
        ("bundle=3 must be a Bundle", lambda: open_with(anna, 3, rng(3))),
        ("mine=3 must be a Keys", lambda: accept(3, opening)),
        ("opening=3 must be a Opening", lambda: accept(ben, 3)),
        ("opening=3 must be a Opening", lambda: ben.spend(3)),
        ("secret=b'short' must be 32 bytes", lambda: replace(shared, secret=b"short")),
        ("who='anna ben' must be a bytes", lambda: replace(shared, who="anna ben")),
    ):
        with pytest.raises(ValueError, match=f"^{said}"):
            deed()
    assert "secret" not in repr(shared)


def test_so_many_pre_keys():
    assert len(Keys(rng()).once) == 10
    for wrong in (-1, 1_001, 2.5, None):
        with pytest.raises(ValueError, match="once="):
            Keys(rng(), once=wrong)
    with pytest.raises(ValueError, match="rng="):
        Keys(7)
    with pytest.raises(ValueError, match="signature="):
        replace(Keys(rng()).bundle(), signature="signed")
