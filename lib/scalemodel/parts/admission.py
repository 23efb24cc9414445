"""Admission: a proof that somebody was let in, and how often they may ask.

Two things that a door of a service asks. A *token* proves that its holder was let in as a
user; an *allowance* lets bursts pass and floods not.

Either takes some microseconds; an allowance holds some hundred bytes.

Left out: tokens that expire or are taken back, and limits shared between gateways.
Sources: RFC 2104 (HMAC); the token bucket is in RFC 2697, section 3, with one colour.
"""

__all__ = ["MOST_AT_ONCE", "MOST_ID", "Allowance", "token"]
__dir__ = lambda: __all__

import hashlib
import hmac

from scalemodel.core import checks

MOST_AT_ONCE = 2**30  # permissions in a burst, or that come in a second
MOST_ID = 2**63 - 1


def token(user: int, key: bytes) -> str:
    """The proof that who shows it was let in as `user`: an HMAC under the server's key.

    >>> token(17, b"secret")[:16], token(18, b"secret")[:16]
    ('af4511d81074e66b', 'da2567c362eb3057')
    """
    user = checks.whole("user", user, at_least=0, at_most=MOST_ID)
    if not isinstance(key, bytes) or not key:  # whose value is nobody's business
        raise ValueError("key must be bytes, at least one")
    return hmac.new(key, b"user %d" % user, hashlib.sha256).hexdigest()


class Allowance:
    """A bucket of permissions that fills at a steady rate: bursts pass, floods do not.

    >>> bucket = Allowance(per_s=2.0, burst=2, now_s=0.0)
    >>> [bucket.spend(now_s) for now_s in (0.0, 0.0, 0.0, 0.5)]
    [True, True, False, True]
    """

    __slots__ = ("_at_s", "_left", "burst", "per_s")

    def __init__(self, per_s: float, burst: int, now_s: float):
        self.per_s = checks.real("per_s", per_s, above=0, at_most=MOST_AT_ONCE)
        self.burst = checks.whole("burst", burst, at_least=1, at_most=MOST_AT_ONCE)
        self._left, self._at_s = float(self.burst), checks.real("now_s", now_s)

    def spend(self, now_s: float) -> bool:
        """Take one permission, if there is one."""
        now_s = max(checks.real("now_s", now_s), self._at_s)  # a clock set back gives nothing
        self._left = min(self._left + (now_s - self._at_s) * self.per_s, self.burst)
        self._at_s = now_s
        if self._left < 1:
            return False
        self._left -= 1
        return True
