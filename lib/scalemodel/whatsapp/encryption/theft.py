"""Which messages a copy of a phone's keys opens: tried with the keys, and told by a rule.

A thief writes down all that goes over the wire, and once, for a minute, holds a phone. `opened`
plays the talk with real keys, copies them at that moment, and tries the copy on each message.

With *one key* the copy opens all. With a *chain*, whose links are thrown away, nothing of before
and all of after. With the *ratchet*, of after only what the keys of that moment still reach: the
rest of the turn that is on, and, where the owner of the phone had the last word, the answer to it
(`expected_opened`). Where new keys are made on reading, a phone that has read has its next key
already: its owner's turn opens, too, and the answer to that. A talk of ten takes 10 ms.

Left out: the screen; a thief who writes back; the identity and pre-keys, which are on the phone,
too, and open talks that begin later.
Sources: the properties are those of Signal's text, section 1; the rule is ours.
"""

__all__ = ["KINDS", "expected_opened", "opened"]
__dir__ = lambda: __all__

import numpy as np
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from scalemodel.core import checks
from scalemodel.whatsapp.encryption import keys
from scalemodel.whatsapp.encryption.handshake import Shared
from scalemodel.whatsapp.encryption.ratchet import FRESH, Chains, Session

KINDS = ("one key", "chain", "ratchet")


@checks.kinds
def opened(turns: str, after: int, phone: str, kind: str, rng: np.random.Generator,
           fresh: str = FRESH[0]) -> tuple[bool, ...]:  # fmt: skip
    """Of each message, whether a copy of a `phone` opens it.

    `turns` says who sends, "A" or "B"; the copy is made when `after` of them have been sent.
    `fresh` is a session's.

    >>> opened("ABAB", 2, "B", "ratchet", np.random.default_rng(1))
    (False, False, True, False)
    """
    _check(turns, after, phone, kind, fresh)
    ends, wire = _pair(kind, checks.instance("rng", rng, np.random.Generator)), []
    if kind == "ratchet":
        ends["A"].fresh = ends["B"].fresh = fresh
    copy = ends[phone].copied()
    for number, who in enumerate(turns):
        wire.append(ends[who].lock(b"tea"))
        ends["AB".replace(who, "")].unlock(wire[-1])
        if number + 1 == after:
            copy = ends[phone].copied()
    sends = copy.mirrored()
    return tuple(_opens(copy, message) or _opens(sends, message) for message in wire)


def _check(turns, after, phone, kind, fresh):
    if not set(checks.text("turns", turns)) <= {"A", "B"} or turns[0] != "A":
        raise ValueError(f"turns={checks.brief(turns)} must be letters A and B, and begin with A")
    checks.whole("after", after, at_least=0, at_most=len(turns))
    for name, value, known in (
        ("phone", phone, ("A", "B")), ("kind", kind, KINDS), ("fresh", fresh, FRESH)
    ):  # fmt: skip
        if value not in known:
            raise ValueError(f"{name}={checks.brief(value)} must be one of {known}")


def _opens(copy, message):
    try:
        return copy.unlock(message) == b"tea"
    except ValueError:
        return False


# ── Three kinds of lock ─────────────────────────────────────────────────────
def _pair(kind, rng):
    """Both ends, before any message; A writes first."""
    shared, secret = Shared(secret=keys.fresh(rng), who=b"A B"), keys.fresh(rng)
    if kind == "one key":
        return dict.fromkeys("AB", _OneKey(shared.secret))
    if kind == "ratchet":
        return {"A": Session.opening(shared, keys.public_of(secret), rng),
                "B": Session.accepting(shared, secret, rng)}  # fmt: skip
    name = {"A": b"A" * 32, "B": b"B" * 32}  # in place of public keys: they never change
    link = dict(zip("AB", keys.step(shared.secret), strict=True))
    return {
        one: Session(Chains(shared.secret, ours=name[one], theirs=name[other],
                            sending=link[one], receiving=link[other]), shared.who, rng)
        for one, other in ("AB", "BA")
    }  # fmt: skip


class _OneKey:
    """The same key for all that both ends ever send."""

    def __init__(self, key):
        self.key, self.sent = key, 0

    def lock(self, text):
        self.sent += 1  # a nonce, which must not come again under one key
        return self.sent, AESGCM(self.key).encrypt(self.sent.to_bytes(12, "big"), text, b"")

    def unlock(self, message):
        number, body = message
        return AESGCM(self.key).decrypt(number.to_bytes(12, "big"), body, b"")

    def copied(self):
        return self

    mirrored = copied


# ── The rule ────────────────────────────────────────────────────────────────
def expected_opened(turns: str, after: int, phone: str, kind: str,
                    fresh: str = FRESH[0]) -> tuple[bool, ...]:  # fmt: skip
    """The same by a rule, where each message comes before the next is sent.

    >>> expected_opened("AAABBBAABA", 5, "B", "ratchet")
    (False, False, False, False, False, True, True, True, False, False)
    """
    _check(turns, after, phone, kind, fresh)
    first, end = (0 if kind == "one key" else after), len(turns)
    if kind == "ratchet":
        end, last = after, turns[after - 1] if after else "B"  # his pre-key is his first word
        for _ in range(2 if last == phone else 3 if after and fresh == FRESH[1] else 1):
            end, last = _end_of_turn(turns, end, last), "AB".replace(last, "")
    return tuple(first <= number < end for number in range(len(turns)))


def _end_of_turn(turns, at, who):
    while at < len(turns) and turns[at] == who:
        at += 1
    return at
