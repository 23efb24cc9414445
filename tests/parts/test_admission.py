"""Who may come, and how often."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalemodel.core.rng import stream
from scalemodel.parts.admission import MOST_ID, Allowance, token


# ── Examples ────────────────────────────────────────────────────────────────
def test_an_allowance_fills_at_its_rate_up_to_its_burst():
    bucket = Allowance(per_s=2.0, burst=3, now_s=10.0)
    assert [bucket.spend(10.0) for _ in range(4)] == [True, True, True, False]
    assert [bucket.spend(at_s) for at_s in (10.25, 10.5, 10.75, 11.0)] == [False, True, False, True]
    assert [bucket.spend(1_000.0) for _ in range(4)] == [True, True, True, False]


def test_an_allowance_gives_nothing_for_a_clock_that_is_set_back_and_comes_again():
    bucket = Allowance(per_s=1.0, burst=2, now_s=10.0)
    assert [bucket.spend(at_s) for at_s in (10.0, 10.0, 4.0, 10.0, 10.9)] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert bucket.spend(11.0)


# ── Laws ────────────────────────────────────────────────────────────────────
def test_the_token_of_a_user_is_no_other_users():
    proofs = {token(user, key) for user in (1, 2, 11) for key in (b"a", b"b")}
    assert len(proofs) == 6 and {len(proof) for proof in proofs} == {64}


@given(st.floats(0.1, 50), st.integers(1, 20), st.integers(0, 2**32))
def test_never_more_than_the_burst_and_what_has_come_in_since(per_s, burst, seed):
    bucket, at_s = Allowance(per_s, burst, 0.0), stream(seed, "asks").uniform(0, 10, 200).cumsum()
    passed = 0
    for now_s in at_s:
        passed += bucket.spend(now_s)
        assert passed <= burst + per_s * now_s + 1e-6


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_a_token_is_the_hmac_of_rfc_2104_written_out():
    key = b"k" * 20
    inner, outer = (bytes(byte ^ pad for byte in key.ljust(64, b"\0")) for pad in (0x36, 0x5C))
    hashed = hashlib.sha256(outer + hashlib.sha256(inner + b"user 17").digest()).hexdigest()
    assert hmac.compare_digest(token(17, key), hashed)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("key", [b"", "secret", None])
def test_a_key_is_bytes_and_is_never_shown(key):
    with pytest.raises(ValueError, match=r"^key must be bytes, at least one$"):
        token(17, key)


@pytest.mark.parametrize("user", [-1, MOST_ID + 1, 1.0, True])
def test_a_user_is_a_whole_number(user):
    with pytest.raises(ValueError, match=r"^user="):
        token(user, b"secret")
    assert token(MOST_ID, b"secret") != token(0, b"secret")
