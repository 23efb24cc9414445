"""Who has this driver: one line of a ledger each, changed only by who knows what it says.

A key on a hook at the porter's. Whoever takes it leaves a tag with a name; nobody takes a
key that is not there, and nobody hangs up a key under another's tag. A tag may be one that
fades: if you never come back, the key returns by itself.

All of it is one operation, `swap(driver, before, after, …)`: put `after` there if and only
if `before` is what is there, for `for_s` seconds or, with None, until the next swap: no clock
ends a trip. `None` stands for an idle driver. Two dispatchers that swap from `None` at once
cannot both succeed: neither threads of one process (`InMemory`, a dictionary with a lock and
with a clock that you give it), nor processes on a server that both use (`OnRedis`, a
compare-and-set in Lua). A text names who has the driver; so where `after` is there already,
somebody asks again who has not heard the answer, and it is yes.

If the server is gone every call says so; if it keeps nothing on disk, drivers are idle when it
is back. On one that throws keys away when it is full a driver would be given twice: it is
refused.

A driver in memory is about 200 bytes and a swap 4 µs, on Redis over a local socket 0.3 ms.
Left out: replicas (a lock on a failing-over Redis may be given twice), fencing in the car.
Sources: Redis documentation, SET (NX, PX) and "Distributed locks".
"""

__all__ = ["ANSWER_S", "MOST_S", "NOTHING", "SWAP", "InMemory", "OnRedis", "StoreGone"]
__dir__ = lambda: __all__

import math
import threading

from scalemodel.core import checks
from scalemodel.parts.storage.redis_server import connect, in_words, refuse_forgetful

MOST_S = 1e9
ANSWER_S = 5.0  # for the server to answer
NOTHING = None, 0.0
_one_at_a_time = threading.Lock()  # of all ledgers: so that one can be copied
SWAP = """
local there = redis.call('GET', KEYS[1]) or ''
if there ~= ARGV[1] then return (there ~= '' and there == ARGV[2]) and 1 or 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1])
elseif ARGV[3] == '' then redis.call('SET', KEYS[1], ARGV[2])
else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1
"""


class StoreGone(RuntimeError):
    """The reservations did not do what they were asked; the message says what to do.

    >>> raise StoreGone("the Redis server is full")
    Traceback (most recent call last):
    ...
    scalemodel.uber.matching.reservation.StoreGone: the Redis server is full
    """


class InMemory:
    """The ledger of one process.

    >>> ledger = InMemory()
    >>> ledger.swap(driver=7, before=None, after="offered ada", for_s=15.0, now_s=0.0)
    True
    >>> ledger.swap(7, None, "offered ben", 15.0, now_s=1.0), ledger.read(driver=7, now_s=1.0)
    (False, 'offered ada')
    >>> ledger.swap(7, None, "offered ben", 15.0, now_s=15.0)
    True
    >>> ledger.swap(7, "offered ben", "en route ben", None, 20.0), ledger.read(7, now_s=1e9)
    (True, 'en route ben')
    """

    def __init__(self):
        self._lines = {}  # driver: (what, until when)

    def swap(
        self, driver: int, before: str | None, after: str | None, for_s: float | None, now_s: float
    ) -> bool:
        """Whether `before` was there, and now `after` is, for `for_s` seconds or for good."""
        for_s = _asked(driver, before, after, for_s)
        with _one_at_a_time:
            there = self.read(driver, now_s)
            if there != before:
                return there is not None and there == after
            self._lines.pop(driver, None)
            if after is not None:
                self._lines[driver] = after, now_s + (math.inf if for_s is None else for_s)
            return True

    def read(self, driver: int, now_s: float) -> str | None:
        """What is there."""
        now_s = checks.real("now_s", now_s, at_least=0, at_most=1e15)
        what, until_s = self._lines.get(_driver(driver), NOTHING)
        return what if now_s < until_s else None


class OnRedis:
    """The ledger on a server, for dispatchers of many processes; times are the server's.

    >>> from scalemodel.parts.storage.redis_server import PrivateServer, server_program
    >>> if server_program():
    ...     with PrivateServer() as server:
    ...         ledger = OnRedis(url=server.url, prefix="demo:")
    ...         assert ledger.swap(driver=7, before=None, after="offered ada", for_s=15.0)
    ...         assert not OnRedis(server.url, "demo:").swap(7, None, "offered ben", 15.0)
    ...         assert ledger.read(driver=7) == "offered ada"
    """

    @checks.kinds
    def __init__(self, url: str, prefix: str = "scalemodel:driver:"):
        self.prefix = checks.text("prefix", prefix)  # of keys: who has the same shares drivers
        self._client = connect(url, ANSWER_S)
        refuse_forgetful(self._client, "reservations", StoreGone)
        self._swap = self._client.register_script(SWAP)

    def swap(
        self, driver: int, before: str | None, after: str | None, for_s: float | None,
        now_s: float = 0.0,
    ) -> bool:  # fmt: skip
        """Whether `before` was there, and now `after` is, for seconds of the server's."""
        for_s = _asked(driver, before, after, for_s)
        ms = "" if for_s is None else round(for_s * 1000)
        with in_words("reserve", StoreGone):
            return bool(self._swap([f"{self.prefix}{driver}"], [before or "", after or "", ms]))

    def read(self, driver: int, now_s: float = 0.0) -> str | None:
        """What is there."""
        key = f"{self.prefix}{_driver(driver)}"
        with in_words("read", StoreGone):
            there = self._client.get(key)
        return None if there is None else there.decode(errors="replace")


def _asked(driver, before, after, for_s):
    _driver(driver)
    for name, what in (("before", before), ("after", after)):
        if what is not None:
            checks.text(name, what)
    return None if for_s is None else checks.real("for_s", for_s, at_least=0.001, at_most=MOST_S)


def _driver(driver):
    return checks.whole("driver", driver, at_least=0, at_most=2**63 - 1)
