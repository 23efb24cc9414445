"""Where I am: a report from an app, and the door that it comes through.

A driver's app says every four seconds where its car is, a rider's while it is open. The
*gateway* asks three things in turn: who are you (a token, good for one id and one kind of
app), do you come too often, can this be a place and a time? What it refuses it refuses in words,
with the number that HTTP has for it. The rest goes to a log under its id, so that the
reports of one car stay in order. A report with an old `seq` passes: only who keeps the
newest one can know, and that is the store behind the log.

A report is 42 bytes on its way; the gateway holds some 340 bytes for each app that came once:
3.4 MB for ten thousand, 34 MB for a hundred thousand, 3.4 GB for ten million. To take one costs
some 20 µs of a processor (`benchmarks/uber/stream.py`). That ends one process long before
memory does, so there are many doors, each with its share of ids.

Read in this order: `Report`, `GatewayConfig`, `Gateway`, `decoded`.
Left out: TLS, tokens that end, allowances that several gateways share.
Sources: RFC 9110 and RFC 6585 (the numbers); a report every 4 s: Ranney, QCon, 2015.
"""

__all__ = [
    "BACK_S", "FIELDS", "KINDS", "MOST_S", "MOST_WORDS", "NOT_YOURS", "NO_LOG", "NO_TOKEN",
    "PACKED", "ROW", "TAKEN", "TOO_OFTEN", "VERSION", "WRONG", "Answer", "Gateway", "GatewayConfig",
    "Report", "decoded",
]  # fmt: skip
__dir__ = lambda: __all__

import hmac
import struct
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from scalemodel.core import checks
from scalemodel.parts.admission import MOST_AT_ONCE, MOST_ID, Allowance, token
from scalemodel.uber.location.log import LogTrouble, able
from scalemodel.uber.location.rows import MOST_SEQ

KINDS = ("driver", "rider")
MOST_S = 1e12  # of a clock
VERSION = 1
PACKED = struct.Struct("<BBqqddd")
FIELDS = ("version", "kind", "id", "seq", "time_s", "lat", "lon")
ROW = np.dtype(list(zip(FIELDS, ("u1", "u1", "<i8", "<i8", "<f8", "<f8", "<f8"), strict=True)))
BACK_S = 60.0  # a clock that is so far back was wrong before
MOST_WORDS = 200  # letters of an answer
TAKEN, WRONG, NO_TOKEN, NOT_YOURS, TOO_OFTEN, NO_LOG = 202, 400, 401, 403, 429, 503


class Report(NamedTuple):
    """What an app says. It may say anything; the gateway looks at it.

    >>> Report(7, "driver", lat=52.5, lon=13.4, time_s=100.0, seq=1).kind
    'driver'
    """

    id: int
    kind: str
    lat: float  # degrees north
    lon: float  # degrees east
    time_s: float  # by the clock of the app
    seq: int  # 1 more with each report of this app


class Answer(NamedTuple):
    """What the gateway says: a `status` as HTTP has it, and words.

    >>> Answer(TAKEN, "taken").status
    202
    """

    status: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayConfig:
    """How often an app may come, and how much a clock and a log may be off.

    >>> GatewayConfig(burst=0)
    Traceback (most recent call last):
    ...
    ValueError: burst=0 must be an integer of at least 1 and at most 1073741824
    """

    reports_per_s: float = 1.0  # of one app, in the long run
    burst: int = 5  # and at once
    ahead_s: float = 5.0  # so much later than ours an app's clock may be
    most_behind: int = 60_000  # published and not yet committed; beyond that apps must wait

    def __post_init__(self):
        checks.plain(self)
        checks.real("reports_per_s", self.reports_per_s, above=0, at_most=MOST_AT_ONCE)
        checks.whole("burst", self.burst, at_least=1, at_most=MOST_AT_ONCE)
        checks.real("ahead_s", self.ahead_s, at_least=0, at_most=MOST_S)
        checks.whole("most_behind", self.most_behind, at_least=1, at_most=MOST_AT_ONCE)


class Gateway:
    """The door before `log`. `key` is the secret from which tokens are made.

    >>> from scalemodel.uber.location.log import Log
    >>> gateway = Gateway(Log(), key=b"secret", config=GatewayConfig())
    >>> proof = gateway.token_of(id=7, kind="driver")
    >>> gateway.receive(Report(7, "driver", 52.5, 13.4, 100.0, 1), proof=proof, now_s=101.0)
    Answer(status=202, words='taken')
    >>> gateway.receive(Report(8, "driver", 52.5, 13.4, 100.0, 1), proof=proof, now_s=101.0)
    Answer(status=403, words='the token must be that of driver 8')
    >>> gateway.receive(Report(7, "driver", 91.0, 13.4, 100.0, 2), proof=proof, now_s=101.0).words
    'lat=91.0 must be a finite number of at least -90 and at most 90'
    """

    @checks.kinds
    def __init__(self, log, key: bytes, config: GatewayConfig = GatewayConfig()):
        if not key:
            raise ValueError("key must be bytes, at least one")
        self.config, self.answers = config, Counter()  # statuses, how often each
        self._log = able("log", log, "publish", "behind")
        self._key, self._known = key, {}  # (kind, id): its token and allowance
        self._clock_s = 0.0

    @checks.kinds
    def token_of(self, id: int, kind: str) -> str:
        """The proof that an app was let in: of one id and one kind."""
        kind, id = _who(kind, id)
        return token(id, self._key + kind.encode())

    @checks.kinds
    def receive(self, report: Report, proof: str | None, now_s: float) -> Answer:
        """Publish a report, or say why not; `proof=None` is somebody without a token."""
        now_s = checks.real("now_s", now_s, at_least=0, at_most=MOST_S)
        if now_s < self._clock_s - BACK_S:  # else all would wait until it is there again
            self._clock_s = now_s
            self._known.clear()
        self._clock_s = max(self._clock_s, now_s)
        answer = self._asked(report, proof, now_s)
        self.answers[answer.status] += 1
        return answer

    def _asked(self, report, proof, now_s):
        if proof is None:
            return Answer(NO_TOKEN, "a token must come with a report")
        try:
            known = self._let_in(report, proof, now_s)
        except ValueError as error:  # there is no such id or kind
            return Answer(WRONG, str(error)[:MOST_WORDS])
        if known is None:
            return Answer(NOT_YOURS, f"the token must be that of {report.kind} {report.id}")
        if not known.spend(now_s):
            return Answer(
                TOO_OFTEN, f"reports must be at most {self.config.reports_per_s:g} a second"
            )
        try:
            value = self._packed(report, now_s)
        except ValueError as error:
            return Answer(WRONG, str(error)[:MOST_WORDS])
        try:
            if self._log.behind() >= self.config.most_behind:
                return Answer(NO_LOG, "the log is full: come again later")
            self._log.publish(b"%d" % report.id, value)
        except LogTrouble as trouble:
            return Answer(NO_LOG, f"the log did not take it, come again later: {trouble}")
        return Answer(TAKEN, "taken")

    def _let_in(self, report, proof, now_s):
        """The allowance of whoever showed the right token, else None."""
        who = _who(report.kind, report.id)  # 7.0 would be found as 7
        right, allowance = self._known.get(who) or (self.token_of(report.id, report.kind), None)
        if not hmac.compare_digest(right.encode(), proof.encode(errors="replace")):
            return None
        if allowance is None:
            allowance = Allowance(self.config.reports_per_s, self.config.burst, now_s)
            self._known[who] = right, allowance
        return allowance

    def _packed(self, report, now_s):
        lat = checks.real("lat", report.lat, at_least=-90, at_most=90)
        lon = checks.real("lon", report.lon, at_least=-180, at_most=180)
        time_s = checks.real("time_s", report.time_s, at_least=0, at_most=MOST_S)
        seq = checks.whole("seq", report.seq, at_least=0, at_most=MOST_SEQ)
        if time_s > now_s + self.config.ahead_s:
            raise ValueError(
                f"time_s={time_s} must not be in the future: it is {now_s} here, and a clock may "
                f"be {self.config.ahead_s:g} s ahead"
            )
        kind = KINDS.index(report.kind)
        return PACKED.pack(VERSION, kind, report.id, seq, time_s, lat, lon)


def _who(kind, id):
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"kind={checks.brief(kind)} must be one of {', '.join(KINDS)}")
    return kind, checks.whole("id", id, at_least=0, at_most=MOST_ID)


# ── The other end ───────────────────────────────────────────────────────────
@checks.kinds
def decoded(values: Iterable) -> tuple[np.ndarray, list[int]]:
    """The reports in `values` as rows of `ROW`, and the places of those that are none.

    >>> rows, poison = decoded([PACKED.pack(VERSION, 0, 7, 1, 100.0, 52.5, 13.4), b"hello"])
    >>> rows["id"], poison
    (array([7]), [1])
    """
    fits = lambda value: isinstance(value, bytes) and len(value) == PACKED.size
    whole = [value if fits(value) else bytes(PACKED.size) for value in values]  # of version 0
    rows = np.frombuffer(b"".join(whole), ROW)
    sound = (rows["version"] == VERSION) & (rows["kind"] < len(KINDS)) & (rows["id"] >= 0)
    for name, least, most in (
        *(("seq", 0, MOST_SEQ), ("time_s", 0, MOST_S)),
        *(("lat", -90, 90), ("lon", -180, 180)),
    ):
        sound &= (rows[name] >= least) & (rows[name] <= most)
    return rows[sound], np.flatnonzero(~sound).tolist()
