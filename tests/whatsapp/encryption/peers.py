"""The two packages with our functions in their places, so that they speak as we do.

Their calls are coroutines that never wait, so `now` runs each to its end.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from doubleratchet import DoubleRatchet, EncryptedMessage, Header
from doubleratchet.aead import AEAD, AuthenticationFailedException
from doubleratchet.recommended import (
    HashFunction,
    diffie_hellman_ratchet_curve25519,
    kdf_hkdf,
    kdf_separate_hmacs,
)
from x3dh import Bundle, IdentityKeyFormat
from x3dh import HashFunction as X3DHFunction
from x3dh.base_state import BaseState

from scalemodel.whatsapp.encryption import handshake, ratchet

BOUNDS = 1_000, 2_000


def now(coroutine):
    """What a coroutine that waits for nothing returns."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waits")


# ── DoubleRatchet ───────────────────────────────────────────────────────────
class Root(kdf_hkdf.KDF):
    @staticmethod
    def _get_hash_function():
        return HashFunction.SHA_256

    @staticmethod
    def _get_info():
        return ratchet.INFO


class Chain(kdf_separate_hmacs.KDF):
    @staticmethod
    def _get_hash_function():
        return HashFunction.SHA_256


class Lock(AEAD):
    @staticmethod
    async def encrypt(plaintext, key, associated_data):
        return AESGCM(key).encrypt(bytes(12), plaintext, associated_data)

    @staticmethod
    async def decrypt(ciphertext, key, associated_data):
        try:
            return AESGCM(key).decrypt(bytes(12), ciphertext, associated_data)
        except InvalidTag:
            raise AuthenticationFailedException from None


class Theirs(DoubleRatchet):
    @staticmethod
    def _build_associated_data(associated_data, header):
        before, number = header.previous_sending_chain_length, header.sending_chain_length
        return associated_data + header.ratchet_pub + before.to_bytes(4, "big") + number.to_bytes(4, "big")  # fmt: skip


class TheirEnd:
    """One end of a talk, in the package's hands, with the calls of a `Session`."""

    def __init__(self, shared, theirs=None, secret=None, lock=Lock):
        self.shared, self.theirs, self.secret, self.inner = shared, theirs, secret, None
        ways = diffie_hellman_ratchet_curve25519.DiffieHellmanRatchet, Root, Chain, b"\x02\x01"
        self.told = (*ways, *BOUNDS, lock, shared.secret)

    def lock(self, text):
        who = self.shared.who
        if self.inner is None:
            first = Theirs.encrypt_initial_message(*self.told, self.theirs, text, who)
            self.inner, sent = now(first)
        else:
            sent = now(self.inner.encrypt_message(text, who))
        header = sent.header
        return ratchet.Message(header.ratchet_pub, header.previous_sending_chain_length,
                               header.sending_chain_length, sent.ciphertext)  # fmt: skip

    def unlock(self, message):
        header = Header(message.public, message.before, message.number)
        theirs, who = EncryptedMessage(header, message.body), self.shared.who
        if self.inner is None:
            first = Theirs.decrypt_initial_message(*self.told, self.secret, theirs, who)
            self.inner, text = now(first)
            return text
        return now(self.inner.decrypt_message(theirs, who))

    @property
    def skipped(self):
        rows = self.inner.model.skipped_message_keys
        return {(row.ratchet_pub, row.index): row.message_key for row in rows}


# ── X3DH ────────────────────────────────────────────────────────────────────
class TheirKeys(BaseState):
    """A phone's keys, in the package's hands; a fresh one has no pre-keys that are used once."""

    @staticmethod
    def _encode_public_key(key_format, pub):
        return pub

    @classmethod
    def fresh(cls, once):
        way = IdentityKeyFormat.ED_25519, X3DHFunction.SHA_256, handshake.INFO
        self = cls.create(*way)
        self.generate_pre_keys(once)
        return self

    def ours(self):
        """Its bundle, in our words."""
        bundle = self.bundle
        return handshake.Bundle(
            identity=bundle.identity_key, signed_pre_key=bundle.signed_pre_key,
            signature=bundle.signed_pre_key_sig, once=next(iter(bundle.pre_keys), None),
        )  # fmt: skip


def their_bundle(bundle):
    """Our bundle, in their words."""
    once = frozenset(() if bundle.once is None else (bundle.once,))
    return Bundle(bundle.identity, bundle.signed_pre_key, bundle.signature, once)
