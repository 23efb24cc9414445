"""The first secret of two phones of which one is off: X3DH.

Ben leaves open padlocks with the server: one that he changes now and then, signed by him, and
some that are used once (`Keys`, of which the server has the `Bundle`). Anna takes one of each,
mixes her own keys with them in four ways, and sends her first message with a note of what she
took (`Opening`). Ben mixes the same four, a day later, and throws the padlock away when her first
message opens, not before (`Keys.spend`): anybody can send an opening with rubbish behind it.

    1. her identity  with his signed pre-key      she is Anna
    2. her new key   with his identity            he is Ben
    3. her new key   with his signed pre-key      another one tomorrow
    4. her new key   with a pre-key used once     and the opening is good once

`open_with` and `accept` take 0.6 ms each.

**For learning**: the signature tells that a bundle is of one piece, and not whose it is. A server that
hands out one of its own reads all, until the two compare their identities by another way.

Left out: the signed pre-key's date, old signed pre-keys, quantum computers (PQXDH, 2023).
Sources: M. Marlinspike and T. Perrin, "The X3DH Key Agreement Protocol", revision 1, 2016.
"""

__all__ = ["INFO", "Bundle", "Keys", "Opening", "Shared", "accept", "open_with"]
__dir__ = lambda: __all__

from dataclasses import dataclass, field

import numpy as np

from scalemodel.core import checks
from scalemodel.whatsapp.encryption import keys
from scalemodel.whatsapp.encryption.keys import Identity

INFO = b"scalemodel X3DH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What the server hands out of somebody who is off: public keys only.

    >>> Bundle(identity=bytes(32), signed_pre_key=bytes(32), signature=bytes(64)).once is None
    True
    """

    identity: bytes
    signed_pre_key: bytes
    signature: bytes
    once: bytes | None = None  # none is left, and the opening could be played again

    def __post_init__(self):
        _held(self, "identity", "signed_pre_key")
        checks.instance("signature", self.signature, bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What goes with a first message: which keys the secret was made of.

    >>> Opening(identity=bytes(32), ephemeral=bytes(32), signed_pre_key=bytes(32)).once is None
    True
    """

    identity: bytes
    ephemeral: bytes
    signed_pre_key: bytes
    once: bytes | None = None

    def __post_init__(self):
        _held(self, "identity", "ephemeral", "signed_pre_key")


def _held(letter, *names):
    """Refuse what is no key; there need not be one that is used once."""
    for name in names if letter.once is None else (*names, "once"):
        keys.key(name, getattr(letter, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What both have after it: a secret, and who they are, which every message is bound to.

    >>> Shared(secret=bytes(32), who=b"anna ben")
    Shared(who=b'anna ben')
    """

    secret: bytes = field(repr=False)
    who: bytes

    def __post_init__(self):
        keys.key("secret", self.secret)
        checks.instance("who", self.who, bytes)


class Keys:
    """A phone's secrets, and what it publishes of them; chance comes from `rng`.

    >>> anna, ben = Keys(np.random.default_rng(1)), Keys(np.random.default_rng(2), once=1)
    >>> hers, opening = open_with(anna, ben.bundle(), np.random.default_rng(3))
    >>> accept(ben, opening).secret == hers.secret
    True
    >>> ben.spend(opening)
    >>> accept(ben, opening)
    Traceback (most recent call last):
    ...
    ValueError: opening.once must be one that is there; it was used, or is another's
    """

    def __init__(self, rng: np.random.Generator, once: int = 10):
        count = checks.whole("once", once, at_least=0, at_most=1_000)
        self.identity = Identity(keys.fresh(rng))
        self.signed_pre_key = keys.fresh(rng)
        self.once = {keys.public_of(one): one for one in (keys.fresh(rng) for _ in range(count))}
        self.handed_out = set()

    def bundle(self) -> Bundle:
        """The keys for one who opens; each pre-key is handed out once."""
        left = [one for one in self.once if one not in self.handed_out]
        self.handed_out.update(left[:1])
        public = keys.public_of(self.signed_pre_key)
        return Bundle(identity=self.identity.public, signed_pre_key=public,
                      signature=self.identity.sign(public), once=left[0] if left else None)  # fmt: skip

    def spend(self, opening: Opening) -> None:
        """Throw away the pre-key of an opening whose first message has been opened."""
        self.once.pop(checks.instance("opening", opening, Opening).once, None)


def open_with(mine: Keys, bundle: Bundle, rng: np.random.Generator) -> tuple[Shared, Opening]:
    """The secret with the owner of a `bundle`, and what tells it to them.

    `ValueError` if its pre-key is not signed by its identity.

    >>> anna, ben = Keys(np.random.default_rng(1)), Keys(np.random.default_rng(2))
    >>> shared, opening = open_with(anna, ben.bundle(), np.random.default_rng(3))
    >>> opening.identity == anna.identity.public
    True
    """
    checks.instance("mine", mine, Keys)
    checks.instance("bundle", bundle, Bundle)
    if not keys.signed(bundle.identity, bundle.signed_pre_key, bundle.signature):
        raise ValueError("bundle.signature must be its identity's, of its signed pre-key")
    theirs = [keys.point_of(bundle.identity), bundle.signed_pre_key]
    if bundle.once is not None:
        theirs.append(bundle.once)
    mixed = [mine.identity.agree(bundle.signed_pre_key)]
    ephemeral = keys.fresh(rng)
    mixed += [keys.agree(ephemeral, one) for one in theirs]
    opening = Opening(identity=mine.identity.public, ephemeral=keys.public_of(ephemeral),
                      signed_pre_key=bundle.signed_pre_key, once=bundle.once)  # fmt: skip
    return _shared(mixed, mine.identity.public, bundle.identity), opening


def accept(mine: Keys, opening: Opening) -> Shared:
    """The secret with whoever sent an `opening`, as it says; its pre-key stays until it is spent.

    >>> anna, ben = Keys(np.random.default_rng(1)), Keys(np.random.default_rng(2))
    >>> shared, opening = open_with(anna, ben.bundle(), np.random.default_rng(3))
    >>> accept(ben, opening) == shared
    True
    """
    checks.instance("mine", mine, Keys)
    checks.instance("opening", opening, Opening)
    if opening.signed_pre_key != keys.public_of(mine.signed_pre_key):
        raise ValueError("opening.signed_pre_key must be the one of now; this one is gone")
    if opening.once is not None and opening.once not in mine.once:
        raise ValueError("opening.once must be one that is there; it was used, or is another's")
    mixed = [
        keys.agree(mine.signed_pre_key, keys.point_of(opening.identity)),
        mine.identity.agree(opening.ephemeral),
        keys.agree(mine.signed_pre_key, opening.ephemeral),
    ]
    if opening.once is not None:
        mixed.append(keys.agree(mine.once[opening.once], opening.ephemeral))
    return _shared(mixed, opening.identity, mine.identity.public)


def _shared(mixed, opener, accepter):
    """A secret of all that was mixed; the first 32 bytes are no point's, as the text asks."""
    secret = keys.derive(bytes(32), b"\xff" * 32 + b"".join(mixed), INFO, 32)
    return Shared(secret=secret, who=opener + accepter)
