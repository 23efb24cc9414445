"""A phone's keys, and the three functions that all the rest is made of.

Two people who each mix their own secret paint with the other's public colour get the same
colour (`agree`), and whoever saw both public colours cannot mix it. `derive` stretches one secret
into several. `step` moves a chain on: one hash is a message's key, another the next link, and
neither leads back. All keys are 32 bytes. An identity is an Ed25519 key, which signs; to agree
with it, its point is read on Curve25519, the same curve in other coordinates.

**For learning.** Keys come from a generator with a seed, so that a page can be run again. Real
keys never do: they come from the operating system, and code that others have attacked for years.

`step` takes 4 µs, `agree` 70 µs.

Left out: keys wiped from memory, which Python cannot promise; keys that a user compares by eye.
Sources: RFC 7748 (X25519), RFC 8032 (Ed25519), RFC 5869 (HKDF), Signal's specifications.
"""

__all__ = [
    "KEY_BYTES", "PRIME", "D", "Identity", "agree", "derive", "fresh", "key", "point_of",
    "public_of", "signed", "step",
]  # fmt: skip
__dir__ = lambda: __all__

import hashlib
import hmac
from dataclasses import dataclass, field

import numpy as np
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from scalemodel.core import checks

KEY_BYTES = 32
PRIME = 2**255 - 19
D = -121665 * pow(121666, -1, PRIME) % PRIME  # of the curve of identities: y² - x² = 1 + D x² y²


def fresh(rng: np.random.Generator) -> bytes:
    """A new secret of 32 bytes; a seeded one, hence for learning only.

    >>> len(fresh(np.random.default_rng(1)))
    32
    """
    return checks.instance("rng", rng, np.random.Generator).bytes(KEY_BYTES)


def public_of(secret: bytes) -> bytes:
    """The public key of a `secret`, on Curve25519.

    >>> public_of(bytes(32)).hex()[:8]
    '2fe57da3'
    """
    own = X25519PrivateKey.from_private_bytes(key("secret", secret))
    return own.public_key().public_bytes_raw()


def agree(secret: bytes, public: bytes) -> bytes:
    """What two have in common who know each other's public key: X25519.

    >>> anna, ben = bytes(32), bytes(31) + b"8"
    >>> agree(anna, public_of(ben)) == agree(ben, public_of(anna))
    True
    """
    own, other = key("secret", secret), X25519PublicKey.from_public_bytes(key("public", public))
    try:
        return X25519PrivateKey.from_private_bytes(own).exchange(other)
    except ValueError:
        said = f"public={checks.brief(public)} must be a point with which a secret stays one"
        raise ValueError(said) from None


def derive(salt: bytes, material: bytes, info: bytes, length: int) -> bytes:
    """`length` bytes from a secret, by HKDF with SHA-256.

    >>> derive(b"salt", b"secret", b"for what", 64)[:4].hex()
    '6f731cd9'
    """
    for name, value in (("salt", salt), ("material", material), ("info", info)):
        checks.instance(name, value, bytes)
    length = checks.whole("length", length, at_least=1, at_most=255 * 32)
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(material)


def step(chain: bytes) -> tuple[bytes, bytes]:
    """The next link of a `chain`, and the key of the message at this one.

    >>> link, key = step(bytes(32))
    >>> link == key, len(link), len(key)
    (False, 32, 32)
    """
    key("chain", chain)
    link = hmac.digest(chain, b"\x02", "sha256")
    return link, hmac.digest(chain, b"\x01", "sha256")


def signed(public: bytes, text: bytes, signature: bytes) -> bool:
    """Whether the owner of an identity's `public` key has signed the `text`.

    >>> anna = Identity(bytes(32))
    >>> signed(anna.public, b"tea", anna.sign(b"tea")), signed(anna.public, b"gin", anna.sign(b"tea"))
    (True, False)
    """
    checks.instance("signature", signature, bytes), checks.instance("text", text, bytes)
    try:
        Ed25519PublicKey.from_public_bytes(key("public", public)).verify(signature, text)
        return True
    except InvalidSignature:
        return False


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a phone is: a key that signs and agrees.

    >>> anna, ben = Identity(bytes(32)), Identity(bytes(31) + b"8")
    >>> anna.agree(point_of(ben.public)) == ben.agree(point_of(anna.public))
    True
    """

    seed: bytes = field(repr=False)

    def __post_init__(self):
        key("seed", self.seed)

    @property
    def public(self) -> bytes:
        """What others know it by."""
        return self._pair().public_key().public_bytes_raw()

    def sign(self, text: bytes) -> bytes:
        """The signature of a `text`, 64 bytes."""
        return self._pair().sign(checks.instance("text", text, bytes))

    def agree(self, public: bytes) -> bytes:
        """What it has in common with the owner of a `public` key of Curve25519."""
        return agree(hashlib.sha512(self.seed).digest()[:KEY_BYTES], public)

    def _pair(self):
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def point_of(identity: bytes) -> bytes:
    """An identity's public key as one to agree with: u = (1 + y) / (1 - y), RFC 7748, 4.1.

    >>> point_of(Identity(bytes(32)).public).hex()[:8]
    '5bf55c73'
    """
    y = int.from_bytes(key("identity", identity), "little") % 2**255
    times = (y * y - 1) * (D * y * y + 1)  # a square where x² = (y² - 1) / (D y² + 1) is one
    if y >= PRIME or pow(times, PRIME // 2, PRIME) != 1:  # it is 0 where x is: of no use
        raise ValueError(f"identity={checks.brief(identity)} must be a point of its curve, x not 0")
    return ((1 + y) * pow(1 - y, -1, PRIME) % PRIME).to_bytes(KEY_BYTES, "little")


def key(field: str, value: bytes) -> bytes:
    """`value`, which is a key.

    >>> key("secret", b"short")
    Traceback (most recent call last):
    ...
    ValueError: secret=b'short' must be 32 bytes
    """
    if not isinstance(value, bytes) or len(value) != KEY_BYTES:
        raise ValueError(f"{field}={checks.brief(value)} must be {KEY_BYTES} bytes")
    return value
