"""Where positions are kept: one set of calls, in this process or on a real Redis.

A store has `move` and `nearest`; `GeoIndex` is one as it stands. `RedisStore` keeps positions in
a Redis, for many processes to ask: a geo set (each car a 52-bit number that interleaves latitude
and longitude), and beside it the newest `seq` and time of each car. A script does a batch at one
stroke: a report whose `seq` is no newer changes nothing, whoever else writes meanwhile.

Redis rounds a place to a cell of 0.6 × 0.3 m at the equator: it moves by a third of a metre at
most, and who stands at the edge of a circle may be in or out. Of cars in one cell it is Redis
that says which come before the k-th.
Its Earth is 0.03 % larger than ours; we ask for a wider circle and measure by ourselves.
It knows no place beyond 85.05° north or south: a car that goes there is not found until it is
back, and nobody may ask from there.

A car takes about 315 bytes of the server: 10,000 cars 3 MB, 100,000 cars 32 MB, ten million
3 GB; one command at a time is what ends it (`benchmarks/uber/stream.py`). Processes that give
one `name` have the same cars. Without it keys have a name that nobody else has, and go with
`close()`. All go by themselves an hour after the last report.

Left out: clusters, copies, what was in a server that lost it; reports bring it back in seconds.
Sources: Redis documentation (GEOADD, GEOSEARCH, Lua scripts).
"""

__all__ = [
    "ANSWER_S", "FIRST_M", "FORGET", "HALF_WAY_M", "KEPT_S", "MOST_LAT", "MOVE", "ROUNDED_M",
    "STROKE", "WIDER", "RedisStore", "StoreTrouble",
]  # fmt: skip
__dir__ = lambda: __all__

import contextlib
import secrets
from collections.abc import Iterable

import numpy as np
import redis

from scalemodel.core import checks
from scalemodel.parts.admission import MOST_ID
from scalemodel.parts.storage.redis_server import PrivateServer, connect, in_words, refuse_forgetful
from scalemodel.uber.location.reports import MOST_S
from scalemodel.uber.location.rows import MOST_K, Neighbours, columns, place
from scalemodel.uber.location.sphere import EARTH_M, MOST_M, distance_m

HALF_WAY_M = np.pi * EARTH_M  # nobody is further away
WIDER, ROUNDED_M = 1.0004, 1.0  # Redis's Earth, and its grid
MOST_LAT = 85.05112878  # that Redis knows
STROKE = 10_000  # cars; a command of Redis's has at most a million arguments
FIRST_M = 1_000.0  # a circle to begin with where none is said
KEPT_S = 3_600
ANSWER_S = 5.0  # for the server to answer

MOVE = """
local moved = 0
for i = 1, #ARGV, 5 do
  local id, lat, lon, time, seq = unpack(ARGV, i, i + 4)
  local old = redis.call('HGET', KEYS[2], id)
  local believed = seq == '' or not old
  if seq == '' then seq = old and string.format('%.0f', old + 1) or '0' end
  if believed or tonumber(seq) > tonumber(old) then
    if math.abs(tonumber(lat)) > MOST_LAT then redis.call('ZREM', KEYS[1], id)
    else redis.call('GEOADD', KEYS[1], lon, lat, id) end
    redis.call('ZADD', KEYS[3], time, id)
    redis.call('HSET', KEYS[2], id, seq)
    moved = moved + 1
  end
end
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, KEPT) end
return moved
""".replace("KEPT", str(KEPT_S)).replace("MOST_LAT", str(MOST_LAT))
FORGET = """
local gone = ARGV
if ARGV[1] == 'until' then gone = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', '(' .. ARGV[2]) end
local was = 0
for _, id in ipairs(gone) do
  redis.call('ZREM', KEYS[1], id)
  redis.call('HDEL', KEYS[2], id)
  was = was + redis.call('ZREM', KEYS[3], id)
end
return was
"""


class StoreTrouble(RuntimeError):
    """The store did not do what it was asked; the message says what to do.

    >>> raise StoreTrouble("the Redis server is full")
    Traceback (most recent call last):
    ...
    scalemodel.uber.location.stores.StoreTrouble: the Redis server is full
    """


class RedisStore:
    """Positions on a Redis; `url=None` starts one that ends with it.

    >>> from scalemodel.parts.storage.redis_server import server_program
    >>> if server_program():
    ...     with RedisStore(name="cars") as cars:
    ...         assert cars.move([7, 8], [52.5, 52.6], [13.4, 13.4], [0.0, 0.0], [1, 1]) == 2
    ...         assert cars.nearest(52.51, 13.4, k=1).ids == [7]
    """

    @checks.kinds
    def __init__(self, url: str | None = None, name: str | None = None):
        self._ours, self._closed = name is None, False
        name = f"scalemodel:{secrets.token_hex(8)}" if name is None else checks.text("name", name)
        self._server = PrivateServer() if url is None else None
        self._redis = connect(self._server.url if url is None else url, ANSWER_S)
        self._keys = [f"{{{name}}}:{part}" for part in ("places", "seqs", "times")]
        self._move, self._forget = map(self._redis.register_script, (MOVE, FORGET))
        try:
            refuse_forgetful(self._redis, "positions", StoreTrouble)
        except BaseException:
            self._hang_up()
            raise

    def __len__(self):
        with self._asking("count"):
            return self._redis.zcard(self._keys[2])

    # ── Changes ─────────────────────────────────────────────────────────────
    @checks.kinds
    def move(self, ids: Iterable, lat: Iterable, lon: Iterable,
             time_s: Iterable | None = None, seq: Iterable | None = None) -> int:  # fmt: skip
        """Put all cars where they are said to be; how many moved. An older `seq` loses.

        Ten thousand at a stroke, all or none; trouble leaves the strokes before it, so repeat.
        """
        said = columns(ids, lat, lon, time_s, seq)
        count, unsaid = len(said[0]), [None, None, None, 0.0, ""]
        flat = [None] * (5 * count)
        for n, column in enumerate(said):  # Redis knows no numbers of numpy's
            flat[n::5] = [unsaid[n]] * count if column is None else column.tolist()
        with self._asking("move"):
            strokes = (flat[n : n + 5 * STROKE] for n in range(0, len(flat), 5 * STROKE))
            return sum(self._move(self._keys, stroke) for stroke in strokes)

    @checks.kinds
    def remove(self, id: int) -> bool:
        """Forget a car; False where nobody knew it."""
        id = checks.whole("id", id, at_least=0, at_most=MOST_ID)
        with self._asking("remove"):
            return bool(self._forget(self._keys, [id]))

    def expire(self, now_s: float, ttl_s: float) -> int:
        """Forget all that were silent for longer than `ttl_s`; how many.

        A report's time is its app's: whose clock is slow by more goes, though it reports. And
        of whom it forgot, it believes an older report.
        """
        now_s = checks.real("now_s", now_s, at_least=0, at_most=MOST_S)
        ttl_s = checks.real("ttl_s", ttl_s, at_least=0, at_most=MOST_S)
        with self._asking("expire"):
            return self._forget(self._keys, ["until", repr(now_s - ttl_s)])

    # ── Questions ───────────────────────────────────────────────────────────
    def within(self, lat: float, lon: float, radius_m: float) -> Neighbours:
        """All cars in a circle."""
        return self._found(lat, lon, radius_m, None)

    def nearest(self, lat: float, lon: float, k: int, radius_m: float | None = None) -> Neighbours:
        """The `k` nearest cars, in a circle if one is given."""
        k = checks.whole("k", k, at_least=1, at_most=MOST_K)
        if radius_m is not None:
            return self._found(lat, lon, radius_m, k)
        radius_m = FIRST_M
        while len((found := self._found(lat, lon, radius_m, k)).ids) < k and radius_m < HALF_WAY_M:
            radius_m = min(4 * radius_m, HALF_WAY_M)
        return found

    def _found(self, lat, lon, radius_m, k):
        lat, lon = place(lat, lon)
        checks.real("lat", lat, at_least=-MOST_LAT, at_most=MOST_LAT, hint="Redis knows no other")
        radius_m = checks.real("radius_m", radius_m, at_least=0, at_most=MOST_M)
        with self._asking("search"):
            found = self._redis.geosearch(
                self._keys[0], longitude=lon, latitude=lat, radius=radius_m * WIDER + ROUNDED_M,
                unit="m", sort="ASC", count=k, withcoord=True,
            )  # fmt: skip
        ids = np.array([int(id) for id, _ in found], dtype=np.int64)
        at = np.array([where for _, where in found], dtype=float).reshape(-1, 2)
        far_m = distance_m(at[:, 1], at[:, 0], lat, lon)
        return Neighbours.of(ids[far_m <= radius_m], far_m[far_m <= radius_m], k)

    # ── Coming and going ────────────────────────────────────────────────────
    @contextlib.contextmanager
    def _asking(self, what):
        if self._closed:
            raise StoreTrouble(f"cannot {what}: the store is closed. Make another")
        with in_words(what, StoreTrouble):
            yield

    def close(self) -> None:
        """Remove what has no name of yours from the server; twice is no matter."""
        try:
            if self._ours and not self._closed:
                with contextlib.suppress(redis.RedisError):  # else it goes within the hour
                    self._redis.delete(*self._keys)
        finally:
            self._closed = True
            self._hang_up()

    def _hang_up(self):
        self._redis.close()
        if self._server is not None:
            self._server.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
