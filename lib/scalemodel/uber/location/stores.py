"""Where positions are kept: one set of calls, in this process or on a real Redis.

A store has `move` and `nearest`; `GeoIndex` is one as it stands. `RedisStore` keeps positions in
a Redis, for many processes to ask: a geo set (each car a 52-bit number that interleaves latitude
and longitude), and beside it the newest `seq` and time of each car. A script does a batch at one
stroke: a report whose `seq` is no newer changes nothing, whoever else writes meanwhile.

Redis rounds a place to about 0.6 m, so who stands at the edge of a circle may be in or out.
Its Earth is 0.03 % larger than ours; we ask for a wider circle and measure by ourselves.
It knows no place beyond 85.05° north or south: a car that goes there is not found until it is
back.

A car takes about 315 bytes of the server: 10,000 cars 3 MB, 100,000 cars 32 MB, ten million
3 GB; one command at a time is what ends it (`benchmarks/uber/stream.py`). Keys have a name that
nobody else has, go with `close()`, and by themselves an hour after the last report.

Left out: clusters, copies, what was in a server that lost it; reports bring it back in seconds.
Sources: Redis documentation (GEOADD, GEOSEARCH, Lua scripts).
"""

import contextlib
import secrets
from collections.abc import Iterable

import numpy as np
import redis

from scalemodel.core import checks
from scalemodel.parts.admission import MOST_ID
from scalemodel.parts.redis_server import PrivateServer, connect
from scalemodel.uber.location.grid import MOST_K, Neighbours, columns, place
from scalemodel.uber.location.reports import MOST_S
from scalemodel.uber.location.sphere import EARTH_M, MOST_M, distance_m

HALF_WAY_M = np.pi * EARTH_M  # nobody is further away
WIDER, ROUNDED_M = 1.0004, 1.0  # Redis's Earth, and its grid
FIRST_M = 1_000.0  # a circle to begin with where none is said
KEPT_S = 3_600
ANSWER_S = 5.0  # for the server to answer

MOVE = """
local moved = 0
for i = 1, #ARGV, 5 do
  local id, lat, lon, time, seq = unpack(ARGV, i, i + 4)
  local old = redis.call('HGET', KEYS[2], id)
  if seq == '' then seq = old and string.format('%.0f', old + 1) or '0' end
  if not old or tonumber(seq) > tonumber(old) then
    if math.abs(tonumber(lat)) > 85.05112878 then redis.call('ZREM', KEYS[1], id)
    else redis.call('GEOADD', KEYS[1], lon, lat, id) end
    redis.call('ZADD', KEYS[3], time, id)
    redis.call('HSET', KEYS[2], id, seq)
    moved = moved + 1
  end
end
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, KEPT) end
return moved
""".replace("KEPT", str(KEPT_S))
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

    >>> from scalemodel.parts.redis_server import server_program
    >>> if server_program():
    ...     with RedisStore() as cars:
    ...         assert cars.move([7, 8], [52.5, 52.6], [13.4, 13.4], [0.0, 0.0], [1, 1]) == 2
    ...         assert cars.nearest(52.51, 13.4, k=1).ids == [7]
    """

    @checks.kinds
    def __init__(self, url: str | None = None):
        self._server = PrivateServer() if url is None else None
        self._redis = connect(self._server.url if url is None else url, ANSWER_S)
        name = f"scalemodel:{secrets.token_hex(8)}"
        self._keys = [f"{{{name}}}:{part}" for part in ("places", "seqs", "times")]
        self._move, self._forget = map(self._redis.register_script, (MOVE, FORGET))
        try:
            with self._asking("open"):
                policy = self._redis.info("memory").get("maxmemory_policy", "noeviction")
            if policy != "noeviction":
                raise StoreTrouble(
                    f"cannot open: by its maxmemory-policy {policy} the Redis server may throw "
                    "positions away. It must be noeviction"
                )
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
        """Put all cars where they are said to be, or none; how many moved. An older `seq` loses."""
        said = columns(ids, lat, lon, time_s, seq)
        count, unsaid = len(said[0]), [None, None, None, 0.0, ""]
        flat = [None] * (5 * count)
        for n, column in enumerate(said):  # Redis knows no numbers of numpy's
            flat[n::5] = [unsaid[n]] * count if column is None else column.tolist()
        with self._asking("move"):
            return self._move(self._keys, flat) if flat else 0

    @checks.kinds
    def remove(self, id: int) -> bool:
        """Forget a car; False where nobody knew it."""
        id = checks.whole("id", id, at_least=0, at_most=MOST_ID)
        with self._asking("remove"):
            return bool(self._forget(self._keys, [id]))

    def expire(self, now_s: float, ttl_s: float) -> int:
        """Forget all that were silent for longer than `ttl_s`; how many."""
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
        try:
            yield
        except redis.RedisError as error:
            words = str(error)
            why = f"Redis says {words}"
            if isinstance(error, redis.ConnectionError | redis.TimeoutError):
                why = f"the Redis server does not answer ({type(error).__name__}). Look at it"
            elif "OOM" in words or isinstance(error, redis.exceptions.OutOfMemoryError):
                why = "the Redis server is full. Raise its `maxmemory` or free some"
            raise StoreTrouble(f"cannot {what}: {why}, and repeat the call") from error

    def close(self) -> None:
        """Remove what is ours from the server; twice is no matter."""
        try:
            with contextlib.suppress(redis.RedisError):  # else it goes within the hour
                self._redis.delete(*self._keys)
        finally:
            self._hang_up()

    def _hang_up(self):
        self._redis.close()
        if self._server is not None:
            self._server.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
