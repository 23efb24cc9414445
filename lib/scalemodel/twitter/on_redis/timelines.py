"""Home timelines on a real Redis: the lists live there, as Twitter's did.

A home list is a list of tweets' row numbers, newest first, that is never out of order.
Deliveries go out in Lua scripts of about 500 keys, one pipeline of them while the server
works on the one before. A new tweet goes in front, where nobody looks for its place.
Where a tweet may come late or again (from a queue, after a failure) the script looks
at the head first: a second delivery changes nothing, and a late one is put in its place.
Scripts trim as they insert.
(A sorted set does this by itself, but a compact one is read from end to end for each
entry, and one that is not takes some 90 bytes an entry.) Pages come in pipelines; a page
below a cursor fetches the whole list. An author's list, for those who pull, is a sorted
set. Who follows whom, the ids and the tombstones stay in this process.

When the server fails, a post that was not wholly stored raises `RedisTrouble` and shows
nowhere; a queued one keeps its place, and `fan_out` goes on from there. A follow or an
unfollow holds. A list that missed something is built anew from the tweets when its reader
looks; all of them, if the server came back empty, which a missing mark tells. The mark
holds the number of a term. What was sent before an answer was lost belongs to an older
term, and if it arrives after its repetition it is inserted with care.

This process knows how long each list must be at least. A list that is shorter, that holds
what is no tweet of a followee, or is out of order, was changed by somebody else: whoever
looks at it is told so, once, and it is built anew. A server that may evict is refused.

Left out: clusters (a script's keys lie on one server), replicas, a process that dies
with the tweets in it.
Sources: Krikorian, "Timelines at Scale", 2012; Redis documentation (sorted sets, Lua
scripts, pipelines); Mastodon's feed manager (a sorted set a feed).
"""

__all__ = [
    "CALLS_TOGETHER", "CHANGED", "DELIVER", "KEYS_A_CALL", "MOST_CELLS", "MOST_KEYS_A_CALL",
    "PAGES_TOGETHER", "SLACK", "RedisHomeTimelines", "RedisTrouble", "sound",
]  # fmt: skip
__dir__ = lambda: __all__

import heapq
import itertools
import weakref
from contextlib import contextmanager

import numpy as np
import redis

from scalemodel.core import checks
from scalemodel.core.compiled import compiled
from scalemodel.parts.storage.redis_server import PrivateServer, connect, shown
from scalemodel.twitter.on_redis.keys import Keys, Taken, in_groups
from scalemodel.twitter.timeline import homes, pages
from scalemodel.twitter.timeline.engine import HomeTimelines
from scalemodel.twitter.timeline.graph import SocialGraph
from scalemodel.twitter.timeline.policies import Policy

KEYS_A_CALL = 500
MOST_KEYS_A_CALL = 100_000
MOST_CELLS = 10**8  # of the pages of one call
CHANGED = 2**62  # the length of a list that somebody else has changed
CALLS_TOGETHER = 16  # scripts in one pipeline
PAGES_TOGETHER = 500
SLACK = 16  # entries beyond the cap at which a list is trimmed

# KEYS: home lists. ARGV: row, cap, the horizons' key, the mark's key, and the term in which
# the tweet is surely newer than all before, or "" if it may come late or again; the owner that
# the mark must have. Answers how many were new; to who said that it may be late also how long
# each list is, negative where it was trimmed.
DELIVER = """
local row, cap, new = tonumber(ARGV[1]), tonumber(ARGV[2]), 0
local mark = redis.call('GET', ARGV[4])
local late, owner, lengths = mark ~= ARGV[5], ARGV[6], {}
if owner and mark and string.sub(mark, 1, #owner) ~= owner then
  return redis.error_reply('TAKEN by another process')
end

local function number(word)  -- of what somebody else may have put there
  return tonumber(word or '') or -1
end

local function above_horizon(key)
  return row > number(redis.call('HGET', ARGV[3], key))
end

local function put_in_place(key)
  local from = 0
  while true do
    local some = redis.call('LRANGE', key, from, from + 63)
    for _, other in ipairs(some) do
      if number(other) == row then return nil end
      if number(other) < row then return redis.call('LINSERT', key, 'BEFORE', other, ARGV[1]) end
    end
    if #some < 64 then break end
    from = from + 64
  end
  return above_horizon(key) and redis.call('RPUSH', key, ARGV[1]) or nil
end

for _, key in ipairs(KEYS) do
  local head = late and redis.call('LINDEX', key, 0)
  local length
  if not late or head and number(head) < row or not head and above_horizon(key) then
    length = redis.call('LPUSH', key, ARGV[1])
  elseif head then
    length = put_in_place(key)
  end
  if length then new = new + 1 end
  if length then
    if length >= cap + (late and 1 or SLACK) then  -- a backfill brings no more than cap
      redis.call('HSET', ARGV[3], key, redis.call('LINDEX', key, cap))
      redis.call('LTRIM', key, 0, cap - 1)
      length = -cap
    end
  end
  if late then lengths[#lengths + 1] = length or redis.call('LLEN', key) end
end
if ARGV[5] ~= '' then return new end
return {new, lengths}
""".replace("SLACK", str(SLACK))


class RedisTrouble(RuntimeError):
    """The server did not do what it was asked; the message says what to do.

    >>> raise RedisTrouble("the Redis server is full")
    Traceback (most recent call last):
    ...
    scalemodel.twitter.on_redis.timelines.RedisTrouble: the Redis server is full
    """


class RedisHomeTimelines(HomeTimelines):
    """`HomeTimelines` whose lists lie in Redis; the same calls and the same laws.

    `url=None` starts a private server that ends with `close()`, or with this process.
    A `url` uses yours, under keys that begin with `prefix`, and `close()` removes those.
    A prefix under which something of ours lies already is refused: two processes never share
    one, and what a process that died left behind stays until you remove it. A list may be up to some tweets longer than `cap` before it is trimmed; a page goes
    down to the horizon as always.

    >>> from scalemodel.parts.storage.redis_server import server_program
    >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
    >>> graph = SocialGraph.from_edges(follower=[0], followee=[1], n_users=2)
    >>> if server_program():
    ...     with RedisHomeTimelines(graph, FanOutOnWrite()) as timelines:
    ...         tweet = timelines.post(1)
    ...         assert timelines.timeline(0).tolist() == [tweet]
    """

    def __init__(
        self,
        graph: SocialGraph,
        policy: Policy,
        cap: int = 800,
        *,
        url: str | None = None,
        prefix: str | None = None,
        keys_a_call: int = KEYS_A_CALL,
        **options,
    ):
        super().__init__(graph, policy, cap, **options)
        self.keys_a_call = checks.whole(
            "keys_a_call", keys_a_call, at_least=1, at_most=MOST_KEYS_A_CALL
        )
        self._keys = Keys(prefix, self.n_users)
        self.prefix = self._keys.prefix
        self._server = PrivateServer() if url is None else None
        self.url = self._server.url if url is None else url
        self._redis = connect(self.url)
        self._hang_up = weakref.finalize(self, self._redis.close)
        self._packed = [_packed(key) for key in self._keys.homes]
        self._torn = False  # then something old may be on its way
        self._lost = False  # then the authors' lists and the mark must be set anew
        self._stale = set()  # readers whose list must be built anew
        self._spoilt = set()  # authors whose list must be
        self._length = np.zeros(self.n_users, dtype=np.int64)  # of a list, at least
        self._cut = np.zeros(self.n_users, dtype=bool)  # whether the list has a horizon
        self._stored = np.zeros(self.n_users, dtype=np.int64)  # tweets of an author, at least
        self._pulling = self._write.max() >= self._read.min()  # then authors' lists are kept
        with self._asking("open"):
            policy = self._redis.info("memory").get("maxmemory_policy", "noeviction")
            if policy != "noeviction":
                raise RedisTrouble(
                    f"cannot open: the Redis server's maxmemory-policy is {policy}, by which it may "
                    "throw lists away. It must be noeviction"
                )
            self._sha = self._redis.script_load(DELIVER)
            self._keys.claim(self._redis)

    # ── Coming and going ────────────────────────────────────────────────────
    def close(self) -> None:
        """End the private server, or remove our keys from yours; again does nothing.

        >>> RedisHomeTimelines.close.__doc__.split(",")[0]
        'End the private server'
        """
        if self._redis is None:
            return
        if self._server is not None:
            self._server.stop()
        else:
            with self._asking("clean up"):
                self._keys.give_back(self._redis)
        self._hang_up()
        self._redis = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @contextmanager
    def _asking(self, what):
        """Turn what Redis says when it fails into a `RedisTrouble`."""
        if self._redis is None:
            raise RedisTrouble(f"cannot {what}: these timelines are closed")
        try:
            yield
        except Taken as error:
            if what == "open":
                raise
            raise RedisTrouble(f"cannot {what}: {error}") from error
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise RedisTrouble(
                f"cannot {what}: the Redis server at {shown(self.url)} does not answer ({error}). "
                "Start it again and repeat the call"
            ) from error
        except redis.RedisError as error:
            text = str(error)
            if isinstance(error, redis.OutOfMemoryError) or "OOM" in text:
                raise RedisTrouble(
                    f"cannot {what}: the Redis server is full. Raise its `maxmemory` or free "
                    "some, and repeat the call"
                ) from error
            if "TAKEN" in text:
                raise RedisTrouble(
                    f"cannot {what}: another process has taken prefix={self.prefix!r} since the "
                    "server lost our keys"
                ) from error
            if "WRONGTYPE" in text:
                self._lose_everything()  # whoever removes that key removes a list of ours
                raise RedisTrouble(
                    f"cannot {what}: a key under {self.prefix!r} holds something else than we "
                    "put there. Remove it, or choose another prefix"
                ) from error
            raise RedisTrouble(f"cannot {what}: Redis says {text}") from error

    # ── Posting ─────────────────────────────────────────────────────────────
    def post(self, author: int, time_s: float | None = None) -> int:
        """The id of a new tweet, or `RedisTrouble`, and then it shows nowhere."""
        with self._all_or_nothing():
            return super().post(author, time_s)

    def post_many(self, authors: np.ndarray) -> np.ndarray:
        """The ids of new tweets, or `RedisTrouble`, and then none of them shows."""
        with self._all_or_nothing():
            return super().post_many(authors)

    @contextmanager
    def _all_or_nothing(self):
        first, clock_s, posts = self._n_tweets, self._clock_s, self._counts["posts"]
        try:
            yield
        except BaseException:  # also when somebody interrupts it
            self._shown[first : self._n_tweets] = -1
            self._clock_s, self._counts["posts"] = clock_s, posts
            raise

    def _distribute(self, first):
        self._keep(range(first, self._n_tweets))  # first: who fails here is not queued
        super()._distribute(first)

    def _keep(self, rows):
        """Put tweets into their authors' lists, for those who pull."""
        if not self._pulling:
            return
        with self._asking("store a tweet"):
            for some in in_groups(rows, 1000):
                pipeline = self._redis.pipeline(transaction=False)
                for row in some:
                    pipeline.zadd(self._keys.author(self._authors[row]), {row: row})
                np.add.at(self._stored, self._authors[some], pipeline.execute())

    def _deliver(self, end, followers):
        """Fan out up to `end`, to so many followers; whether it is finished."""
        progress = self._progress
        late = self.queued or self._measured  # a repriced author is backfilled
        calls, sent, left = [], [], followers
        row, after = int(progress[homes.ROW]), int(progress[homes.AFTER])
        with self._asking("deliver"), self._line() as line:
            while row < end and left > 0:
                to_go = self._pushes[self._authors[row]]
                to_go = to_go[int(to_go.searchsorted(after, side="right")) :][:left]
                left -= len(to_go)
                for part in in_groups(self._kept(row, to_go).tolist(), self.keys_a_call):
                    calls.append((part, late, row))
                    if len(calls) >= CALLS_TOGETHER:
                        self._send(line, calls, sent)
                        calls = []
                everybody = self._pushes[self._authors[row]]
                if len(to_go) and to_go[-1] != everybody[-1]:
                    after = int(to_go[-1])
                    break
                row, after = row + 1, -1
            self._send(line, calls, sent)
            self._settle(line, sent, 0)
        progress[homes.ROW], progress[homes.AFTER] = row, after
        return row >= end

    @contextmanager
    def _line(self):
        """A connection of our own, on which to send before the last answers are here."""
        if self._torn:
            self._keys.begin_term(self._redis)
            self._torn = False
        pool = self._redis.connection_pool
        line = pool.get_connection()
        try:
            yield line
        except BaseException:
            line.disconnect()  # answers may be on their way, and calls too
            self._torn = True
            raise
        finally:
            pool.release(line)

    def _arguments(self, row, late):
        keys = self._keys
        return row, self.cap, keys.horizons, keys.mark, "" if late else keys.term, keys.owner

    def _send(self, line, calls, sent):
        """Send `calls`, then read the answers to all that was `sent` before."""
        if not calls:
            return
        sent.append(calls)
        words = []
        for users, late, row in calls:
            words.append(b"*%d\r\n" % (len(users) + 9))
            words += map(_packed, (b"EVALSHA", self._sha, len(users)))
            words += [self._packed[user] for user in users]
            words += map(_packed, self._arguments(row, late))
        try:
            line.send_packed_command([b"".join(words)])
        except redis.RedisError:
            self._repeat(line, sent)
        self._settle(line, sent, 1)

    def _settle(self, line, sent, most):
        """Read answers until at most so many pipelines are without."""
        while len(sent) > most:
            try:
                answers = [line.read_response() for _ in sent[0]]
            except redis.RedisError:
                self._repeat(line, sent)
                return
            self._count(sent.pop(0), answers)

    def _repeat(self, line, sent):
        """Once more what was sent and not answered, as calls that may come a second time."""
        line.disconnect()
        self._keys.begin_term(self._redis)
        while sent:
            self._call([(users, True, row) for users, _, row in sent[0]])
            sent.pop(0)

    def _kept(self, row, followers):
        """Those of `followers` who are awake and, if they are lossy, keep this tweet."""
        if len(self._asleep):
            followers = followers[self._asleep[followers] == 0]
        if len(self._share):
            kept = [homes.chance.native(int(f), row) < self._share[f] for f in followers]
            followers = followers[np.array(kept, dtype=bool)]
        return followers

    def _call(self, calls):
        with self._asking("deliver"):
            self._count(calls, self._run(calls))

    def _count(self, calls, answers):
        asked = delivered = 0
        longer = []
        for (users, _, _), answer in zip(calls, answers, strict=True):
            if isinstance(answer, list):
                answer, lengths = answer
                self._are_long(users, np.array(lengths))
            else:
                longer += users
            asked, delivered = asked + len(users), delivered + answer
        self._grew(longer)
        self._progress[homes.DELIVERED] += delivered
        self._progress[homes.REPEATED] += asked - delivered

    def _grew(self, users):
        """Note that each of these lists has one entry more, or was trimmed."""
        np.add.at(self._length, users, 1)
        full = (self._length[users] >= self.cap + SLACK) & (self._length[users] < CHANGED)
        if full.any():
            users = np.array(users)[full]
            self._length[users], self._cut[users] = self.cap, True

    def _are_long(self, users, lengths):
        """Note how long these lists are; one that became shorter was changed by somebody else."""
        trimmed, known = lengths < 0, self._length[users]
        shorter = ~trimmed & (lengths < np.minimum(known, self.cap))
        self._length[users] = np.where(shorter | (known >= CHANGED), CHANGED, abs(lengths))
        self._cut[users] |= trimmed

    def _run(self, calls):
        for attempt in range(2):
            pipeline = self._redis.pipeline(transaction=False)
            for users, late, row in calls:
                keys = [self._keys.homes[user] for user in users]
                pipeline.evalsha(self._sha, len(keys), *keys, *self._arguments(row, late))
            try:
                return pipeline.execute()
            except redis.exceptions.NoScriptError:  # a server that was started again
                if attempt:
                    raise
                self._redis.script_load(DELIVER)
        return []

    # ── Reading ─────────────────────────────────────────────────────────────
    def timeline(
        self, user: int, n: int = 50, before: int | None = None, time_s: float | None = None
    ) -> np.ndarray:
        """The newest `n` ids below the cursor `before`, newest first, of shape (at most n,)."""
        (page,) = self._pages([self._user("user", user)], n, before, time_s)
        return page[page >= 0]

    def _pages(self, users, n, before, time_s):
        n = checks.whole("n", n, at_least=1)
        row = self._n_tweets
        if before is not None:
            before = checks.whole("before", before, at_least=-(2**63), at_most=2**63 - 1)
            row = int(self._ids[:row].searchsorted(before))
        users = np.asarray(users, dtype=np.int64)
        checks.whole("n", n, at_least=1, at_most=MOST_CELLS // max(1, len(users)))
        shown = np.full((len(users), n), -1, dtype=np.int64)
        self._looked(users, time_s)
        with self._asking("read"):
            for first in range(0, len(users), PAGES_TOGETHER):
                some = users[first : first + PAGES_TOGETHER].tolist()
                for at, rows in enumerate(self._read_some(some, n, row), first):
                    shown[at, : len(rows)] = self._shown[rows]
        self._paid[pages.PAGES] += len(users)
        return shown

    def _read_some(self, users, n, before):
        """The rows of a page for each of `users`: one round trip, more where tweets were deleted."""
        for user, rows in zip(users, self._rows(users, n, before), strict=True):
            seen = self._seen(user, rows, n)
            if len(seen) < n and self._cut[user] and self._is_short(user):
                self._stale.add(user)  # removals made room for what was evicted
                (rows,) = self._rows([user], n, before)
                seen = self._seen(user, rows, n)
            yield seen

    def _seen(self, user, rows, n):
        """Those of `rows` that are shown, and of what lies below, `n` if there are so many."""
        seen, asked = [row for row in rows if self._shown[row] >= 0], n
        while len(seen) < n and len(rows) == asked:  # some were taken back: look further down
            asked *= 2
            (rows,) = self._rows([user], asked, rows[-1])
            seen += [row for row in rows if self._shown[row] >= 0]
        return seen[:n]

    def _is_short(self, user):
        """Whether fewer than `cap` tweets are shown above the horizon."""
        (rows,) = self._rows([user], self.cap, self._n_tweets)
        return len(self._seen(user, rows, self.cap)) < self.cap

    def _rows(self, users, n, before):
        """For each of `users` the newest `n` rows below `before`, deleted ones among them."""
        keys, everything = self._keys, before < self._n_tweets  # a list has no index of cursors
        pulls = [self._pulls[user].tolist() for user in users]

        def questions(pipeline):
            for user, authors in zip(users, pulls, strict=True):
                pipeline.lrange(keys.homes[user], 0, -1 if everything else n - 1)
                pipeline.llen(keys.homes[user])
                for author in authors:
                    self._pull(pipeline, keys.author(author), n, before)
                    if everything:  # else the answer tells whether it is long enough
                        pipeline.zcard(keys.author(author))
                if self._cut[user]:
                    pipeline.hget(keys.horizons, keys.homes[user])

        answers = iter(self._ask(users, questions))
        for user, authors in zip(users, pulls, strict=True):
            rows = self._checked_home(user, next(answers), next(answers))
            rows = [row for row in rows if row < before][:n]
            self._paid[pages.SCANNED] += len(rows)
            several = self._pulled_rows(authors, answers, n, everything) if authors else []
            gone = self._checked_horizon(user, next(answers)) if self._cut[user] else -1
            if authors:
                self._paid[pages.PULLED] += len(authors)
                self._paid[pages.SCANNED] += sum(map(len, several))
                merged = heapq.merge(rows, *several, reverse=True)
                rows = [row for row, _ in itertools.groupby(merged) if row > gone][:n]
            yield rows

    def _pulled_rows(self, authors, answers, n, everything):
        """What the lists of `authors` say, taken from `answers`."""
        least, several, short = self._stored[authors].tolist(), [], []
        for stored in least:
            several.append(next(answers))
            held = next(answers) if everything else len(several[-1])
            short.append(held < (stored if everything else min(stored, n)))
        return self._checked_authors(authors, several, short)

    # ── What somebody else may have changed ─────────────────────────────────
    def _checked_home(self, user, words, length):
        rows = _numbers(words)
        if (
            rows is None
            or length < min(int(self._length[user]), self.cap)
            or self._length[user] >= CHANGED
            or not sound.native(rows, self._n_tweets, self._authors, self._followees[user])
        ):
            self._stale.add(user)
            self._tell(self._keys.homes[user])
        return rows.tolist()

    def _checked_authors(self, authors, several, short):
        """The rows of these authors' lists, none of which may be short."""
        lengths = [len(words) for words in several]
        rows = _numbers(itertools.chain(*several))
        if any(short) or not self._are_by(np.repeat(authors, lengths), rows):
            each = zip(authors, several, short, strict=True)
            wrong = lambda a, words: not self._are_by(np.full(len(words), a), _numbers(words))
            spoilt = next(a for a, words, is_short in each if is_short or wrong(a, words))
            self._spoilt.add(spoilt)
            self._tell(self._keys.author(spoilt))
        listed, ends = rows.tolist(), itertools.accumulate(lengths, initial=0)
        return [listed[start:end] for start, end in itertools.pairwise(ends)]

    def _are_by(self, owners, rows):
        """Whether each of `rows` is a tweet of its owner, and they fall for each owner."""
        if rows is None or not ((rows >= 0) & (rows < self._n_tweets)).all():
            return False
        rises = (np.diff(rows) >= 0) & (np.diff(owners) == 0)
        return bool((self._authors[rows] == owners).all()) and not rises.any()

    def _checked_horizon(self, user, word):
        row = _numbers([word or b"nothing"])
        if row is None or not 0 <= row[0] < self._n_tweets:
            self._stale.add(user)
            self._tell(self._keys.horizons)
        return int(row[0])

    def _tell(self, key):
        raise RedisTrouble(
            f"cannot read: somebody else has changed what we put under {key.decode()!r}. It is "
            "built anew: repeat the call"
        )

    def _pull(self, pipeline, key, n, before):
        if before >= self._n_tweets:
            pipeline.zrevrange(key, 0, n - 1)
        else:
            pipeline.zrevrangebyscore(key, f"({before}", "-inf", 0, n)

    def _ask(self, users, questions):
        """The answers about `users`, whose lists were whole and lay there with the mark."""
        for _ in range(2):
            self._build_what_is_stale(users)
            pipeline = self._redis.pipeline(transaction=False)
            pipeline.get(self._keys.mark)
            questions(pipeline)
            mark, *answers = pipeline.execute()
            if self._keys.owns(mark):
                return answers
            self._lose_everything()
        raise RedisTrouble(
            "cannot read: the Redis server loses what it is given. Look at its "
            "`maxmemory-policy`, which must be noeviction"
        )

    def horizon(self, user: int) -> int:
        """The id of the newest tweet that was evicted from the user's list, or -1."""
        user = self._user("user", user)
        with self._asking("read"):
            keys = self._keys
            question = lambda pipeline: pipeline.hget(keys.horizons, keys.homes[user])
            (word,) = self._ask([user], question)
            row = self._checked_horizon(user, word) if self._cut[user] else -1
        return -1 if row < 0 else int(self._ids[row])

    # ── What a store of its own kind does in its own way ────────────────────
    @contextmanager
    def _changing(self, user, what):
        """Change a list, or leave it to be built anew when it is read."""
        try:
            with self._asking(what):
                yield
        except BaseException as error:
            self._stale.add(user)
            if self._redis is None or not isinstance(error, RedisTrouble):
                raise

    def _forget(self, user):
        with self._changing(user, "forget a list"):
            self._redis.ltrim(self._keys.homes[user], 1, 0)  # empties a list, and only a list
            self._redis.hdel(self._keys.horizons, self._keys.homes[user])
            self._length[user], self._cut[user] = 0, False

    def _restore(self, user, rows, horizon):
        self._stale.add(user)  # until it is done
        with self._asking("build a list"):
            self._fill(user, sorted(map(int, rows), reverse=True), horizon)
        self._stale.discard(user)

    def _fill(self, user, rows, horizon):
        pipeline, home = self._redis.pipeline(transaction=True), self._keys.homes[user]
        pipeline.ltrim(home, 1, 0)
        pipeline.hset(self._keys.horizons, home, horizon)
        if rows:
            pipeline.rpush(home, *rows)
        pipeline.execute()
        self._length[user], self._cut[user] = len(rows), horizon >= 0

    def _take_out(self, user, author):
        if self._cut[user]:  # there is room now for what was evicted
            self._stale.add(user)
            return
        with self._changing(user, "take tweets out of a list"):
            home = self._keys.homes[user]
            words, length = self._redis.lrange(home, 0, -1), self._redis.llen(home)
            rows = _numbers(words)
            if rows is None or (len(rows) and not 0 <= min(rows) <= max(rows) < self._n_tweets):
                self._length[user] = CHANGED  # whoever reads it is told
            elif length >= self._length[user]:
                self._fill(user, [row for row in rows.tolist() if self._authors[row] != author], -1)

    def _backfill(self, user, author):
        if len(self._asleep) and self._asleep[user]:
            return
        rows, row = [], int(self._latest[author])
        while row >= 0 and len(rows) <= self.cap:
            if self._shown[row] >= 0 and len(self._kept(row, np.array([user]))):
                rows.append(row)
            row = int(self._previous[row])
        before = self._progress[[homes.DELIVERED, homes.REPEATED]].copy()
        with self._changing(user, "deliver"):
            for some in in_groups(reversed(rows), 4 * CALLS_TOGETHER):
                self._call([([user], True, row) for row in some])
        self._progress[[homes.DELIVERED, homes.REPEATED]] = before
        self._counts["backfilled"] += len(rows)

    def _reprice(self, author, price):
        super()._reprice(author, price)
        if not self._pulling and self._write[author] >= self._read.min():
            self._pulling = True
            try:
                self._keep(range(self._n_tweets))
            except BaseException as error:
                self._lose_everything()
                if not isinstance(error, RedisTrouble):
                    raise

    def _lose_everything(self):
        self._lost, self._stale = True, set(range(self.n_users))

    def _build_what_is_stale(self, users):
        """Build the lists that were left behind."""
        if self._lost:
            self._keys.claim_again(self._redis)
            self._stored[:] = 0
            self._keep(range(self._n_tweets))
            self._lost = False
        for author in list(self._spoilt):
            self._redis.zremrangebyrank(self._keys.author(author), 0, -1)
            self._stored[author] = 0
            self._keep(np.flatnonzero(self._authors[: self._n_tweets] == author).tolist())
            self._spoilt.discard(author)
        if self._stale:
            for user in self._stale.intersection(map(int, users)):
                self._wake(user)

    # ── Readings ────────────────────────────────────────────────────────────
    @property
    def bytes_in_redis(self) -> int:
        """Bytes that the server uses, ours and whatever else lies there."""
        with self._asking("read"):
            return int(self._redis.info("memory")["used_memory"])

    def check(self) -> None:
        """Assert what must hold of prices, of edges and of the lists in Redis."""
        super().check()
        with self._asking("read"):
            for user in set(range(self.n_users)) - self._stale:
                home = self._keys.homes[user]
                rows = [int(row) for row in self._redis.lrange(home, 0, -1)]
                assert rows == sorted(set(rows), reverse=True), f"list of {user}"
                assert len(rows) < self.cap + SLACK, f"list of {user} is too long"
                least = min(int(self._length[user]), self.cap)
                assert len(rows) >= least, f"list of {user} is too short"
                gone = int(self._redis.hget(self._keys.horizons, home) or -1)
                assert all(row > gone for row in rows), f"list of {user} below its horizon"
                assert gone < 0 or self._cut[user], f"horizon of {user} is not known"


@compiled("boolean(int64[::1], int64, int32[::1], int32[::1])")
def sound(rows, tweets, authors, allowed):
    """Whether `rows` fall, are rows of `tweets` tweets, and their authors are among `allowed`.

    >>> authors, allowed = np.array([5, 7, 5]), np.array([5])
    >>> [sound(np.array(rows), 3, authors, allowed) for rows in ([2, 0], [2, 1], [0, 2], [3])]
    [True, False, False, False]
    """
    above = tweets
    for row in rows:
        if row < 0 or row >= above:
            return False
        at = homes.first_after(allowed, 0, len(allowed), authors[row]) - 1
        if at < 0 or allowed[at] != authors[row]:
            return False
        above = row
    return True


def _numbers(words):
    """`words` of Redis as whole numbers, or None if one is something else."""
    try:
        return np.array([int(word) for word in words], dtype=np.int64)
    except (ValueError, OverflowError):
        return None


def _packed(word):
    """`word` as Redis's protocol has it: its length, then itself."""
    word = word if isinstance(word, bytes) else str(word).encode()
    return b"$%d\r\n%b\r\n" % (len(word), word)
