"""What all the rest is made of, beside the numbers that are printed in the RFCs."""

import hashlib
import hmac

import numpy as np
import pytest
import xeddsa
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.whatsapp.encryption.keys import (
    Identity,
    agree,
    derive,
    fresh,
    point_of,
    public_of,
    signed,
    step,
)

secrets = st.binary(min_size=32, max_size=32)


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_chain_moves_on_and_its_keys_are_of_no_use_to_go_back():
    links, keys = [b"a" * 32], []
    for _ in range(100):
        link, key = step(links[-1])
        links.append(link)
        keys.append(key)
    assert len({*links, *keys}) == 201


def test_chance_is_the_generators():
    assert fresh(np.random.default_rng(3)) == np.random.default_rng(3).bytes(32)


# ── Laws ────────────────────────────────────────────────────────────────────
@given(secrets, secrets)
def test_both_have_the_same_in_common(anna, ben):
    assert agree(anna, public_of(ben)) == agree(ben, public_of(anna))
    one, other = Identity(anna), Identity(ben)
    assert one.agree(point_of(other.public)) == other.agree(point_of(one.public))
    assert one.agree(public_of(ben)) == agree(ben, point_of(one.public))


@given(secrets, st.binary(max_size=40), st.integers(0, 63), st.integers(0, 7))
def test_a_signature_is_of_one_text_by_one_person(seed, text, place, bit):
    signature = Identity(seed).sign(text)
    assert signed(Identity(seed).public, text, signature)
    assert not signed(Identity(seed).public, text + b"!", signature)
    changed = bytearray(signature)
    changed[place] ^= 1 << bit
    assert not signed(Identity(seed).public, text, bytes(changed))
    assert not signed(Identity(b"another" + bytes(25)).public, text, signature)


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_x25519_is_that_of_rfc_7748():
    """Section 5.2, the first vector and 1,000 rounds; section 6.1, Alice and Bob."""
    scalar = "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"
    point = "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"
    out = "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"
    assert agree(bytes.fromhex(scalar), bytes.fromhex(point)).hex() == out
    k = u = bytes([9]) + bytes(31)
    for _ in range(1_000):
        k, u = agree(k, u), k
    assert k.hex() == "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"
    alice = bytes.fromhex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")
    bob = bytes.fromhex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")
    assert public_of(alice).hex().startswith("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4")
    assert public_of(bob).hex().startswith("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674d")
    both = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"
    assert agree(alice, public_of(bob)).hex() == agree(bob, public_of(alice)).hex() == both


def test_hkdf_is_that_of_rfc_5869():
    """Appendix A.1 and A.3."""
    material = b"\x0b" * 22
    salt, info = bytes(range(13)), bytes(range(0xF0, 0xFA))
    assert derive(salt, material, info, 42).hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )
    assert derive(b"", material, b"", 42).hex() == (
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    )


def test_hmac_is_that_of_rfc_4231():
    """Test case 2 through Python's own, by which the chain moves; and the chain's two constants."""
    said = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert hmac.new(b"Jefe", b"what do ya want for nothing?", "sha256").hexdigest() == said
    link, key = step(b"k" * 32)
    assert key == hmac.new(b"k" * 32, b"\x01", hashlib.sha256).digest()
    assert link == hmac.new(b"k" * 32, b"\x02", hashlib.sha256).digest()


@given(secrets)
def test_an_identity_reads_as_a_point_as_libsodium_reads_it(seed):
    anna, secret = Identity(seed), xeddsa.seed_to_priv(seed)
    assert anna.public == xeddsa.seed_to_ed25519_pub(seed)
    assert point_of(anna.public) == xeddsa.ed25519_pub_to_curve25519_pub(anna.public)
    assert point_of(anna.public) == xeddsa.priv_to_curve25519_pub(secret)
    assert anna.agree(public_of(seed)) == xeddsa.x25519(secret, public_of(seed))
    assert xeddsa.ed25519_verify(anna.sign(b"tea"), anna.public, b"tea")


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("wrong", [b"", bytes(31), bytes(33), "a" * 32, None, bytearray(32)])
def test_a_key_is_32_bytes(wrong):
    for what in (public_of, step, Identity, point_of):
        with pytest.raises(ValueError, match="must be 32 bytes"):
            what(wrong)
    for pair in ((wrong, bytes(32)), (bytes(32), wrong)):
        with pytest.raises(ValueError, match="must be 32 bytes"):
            agree(*pair)


def test_a_point_with_which_no_secret_stays_one_is_refused():
    for point in (bytes(32), b"\x01" + bytes(31)):
        with pytest.raises(ValueError, match="must be a point"):
            agree(b"a" * 32, point)
    with pytest.raises(ValueError, match="must be a point"):
        point_of(b"\x01" + bytes(31))  # y = 1 is nowhere on the other curve
    with pytest.raises(ValueError, match="must be a point of its curve, x not 0"):
        point_of((2**255 - 20).to_bytes(32, "little"))  # y = -1 keeps no secret there
    for wrong in (b"\xff" * 32, b"\x02" + bytes(31), (2**255 - 19).to_bytes(32, "little")):
        with pytest.raises(ValueError, match="must be a point"):
            point_of(wrong)  # no number below the prime, or no x for it


@pytest.mark.parametrize("length", [0, -1, 255 * 32 + 1, 1.5])
def test_hkdf_stretches_so_far(length):
    with pytest.raises(ValueError, match="length="):
        derive(b"", b"", b"", length)
    assert len(derive(b"", b"", b"", 255 * 32)) == 255 * 32
    for place, name in enumerate(("salt", "material", "info")):
        wrong = [b"", b"", b""]
        wrong[place] = ""
        with pytest.raises(ValueError, match=f"^{name}='' must be a bytes"):
            derive(*wrong, 1)


def test_what_is_signed_is_bytes_and_no_seed_is_printed():
    anna = Identity(bytes(32))
    for deed, name in (
        (lambda: anna.sign("tea"), "text"),
        (lambda: signed(anna.public, "tea", anna.sign(b"tea")), "text"),
        (lambda: signed(anna.public, b"tea", "signed"), "signature"),
        (lambda: signed(b"short", b"tea", b""), "public"),
    ):
        with pytest.raises(ValueError, match=f"^{name}="):
            deed()
    assert repr(anna) == "Identity()"
    with pytest.raises(ValueError, match="rng=7 must be a Generator"):
        fresh(7)
