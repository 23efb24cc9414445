"""Home timelines: an account posts, and somebody has to do the work.

Either the writer carries the tweet to every follower at once (*fan-out on write*:
a delivery each), or each reader fetches it from every account they follow (*fan-out
on read*: a list pulled each). Five policies differ in one thing, who pays on which
edge from an author to a reader. All five show the same page.

A policy is two price lists: what a delivery from an author costs, `write[author]`,
and what it costs a reader to pull a list instead, `read[reader]`. An edge is pushed
where the delivery is cheaper: `write[author] < read[reader]`.

The home lists are in `homes`, the merge is in `pages`, and `brute_force` is the same
law written for eyes alone.

Left out: networks, replicas and disks (the Redis version meets them), ranking,
retweets, advertisements, what a tweet says.
Sources: Krikorian, "Timelines at Scale", 2012 (800 entries, celebrities merged at
read, inactive readers skipped); Silberstein et al., "Feeding Frenzy", SIGMOD 2010
(the rule per edge, also the subject of US patent 8,156,240); Mastodon's feed manager
(backfill and removal); Jaz, "Lossy timelines", Bluesky, 2025.
"""

__all__ = ["MEASURED_POSTS", "TICKS_PER_MS", "HomeTimelines", "Lag", "Work", "WorkerCrashed"]
__dir__ = lambda: __all__

from collections import deque
from dataclasses import dataclass

import numpy as np

from scalemodel.core import checks
from scalemodel.twitter.timeline import homes, pages
from scalemodel.twitter.timeline.graph import (
    MOST_S,
    MOST_USERS,
    SocialGraph,
    millisecond,
    moment,
    one_user,
    two_users,
    user_row,
)
from scalemodel.twitter.timeline.homes import Homes
from scalemodel.twitter.timeline.policies import Policy, asked_price, asked_prices
from scalemodel.twitter.timeline.rows import Rows

TICKS_PER_MS = 4096  # ids a millisecond
MEASURED_POSTS = 8  # over how many posts a rate is measured


class WorkerCrashed(RuntimeError):
    """The worker died in the middle of a batch; call `fan_out` again to resume.

    >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
    >>> graph = SocialGraph.from_edges([0], [1], 2)
    >>> homes = HomeTimelines(graph, FanOutOnWrite(), queued=True)
    >>> tweet = homes.post(1)
    >>> homes.fan_out(crash_after=1)
    Traceback (most recent call last):
    ...
    scalemodel.twitter.timeline.engine.WorkerCrashed: after 1 of at most 2000 followers
    >>> homes.fan_out(), homes.work.deliveries, homes.work.redeliveries
    (1, 1, 1)
    """


@dataclass(frozen=True, slots=True)
class Work:
    """What was paid so far, in counts, and the bytes held now.

    >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
    >>> graph = SocialGraph.from_edges([0, 2], [1, 1], 3)
    >>> homes = HomeTimelines(graph, FanOutOnWrite())
    >>> tweet = homes.post(1)
    >>> homes.work.posts, homes.work.deliveries
    (1, 2)
    """

    posts: int
    deliveries: int  # entries written by fan-out
    redeliveries: int  # written again after a crash, and dropped
    backfilled: int  # entries looked at on follow, wake-up and demotion
    pages: int
    lists_pulled: int
    entries_scanned: int  # looked at to make pages
    rebuilds: int  # of lists: their readers came back, or removals had left them short
    bytes_held: int  # home lists and tweets, without the graph


@dataclass(frozen=True, slots=True)
class Lag:
    """How far fan-out is behind: tweets not finished, followers to go, age of the oldest.

    >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
    >>> graph = SocialGraph.from_edges([0, 2], [1, 1], 3)
    >>> homes = HomeTimelines(graph, FanOutOnWrite(), queued=True)
    >>> tweet = homes.post(1)
    >>> homes.lag
    Lag(tweets=1, followers=2, oldest_s=0.0)
    """

    tweets: int
    followers: int
    oldest_s: float


class HomeTimelines:
    """Everybody's home timeline under one policy.

    `cap` entries are kept of what is pushed to a reader. A page shows the followees'
    tweets, newest first, and ends at the reader's `horizon`, the newest tweet that no
    longer had room; until something is evicted it is the whole truth. The newest `cap`
    are always there: a list that removals have left short is built anew when it is read.

    `queued=True` lets `post` only note the tweet; `fan_out` delivers, `batch` followers
    of one tweet at a time, one unfinished tweet after the other. Readers who have not
    read for `inactive_after_s` get nothing until they come back and are rebuilt. Above
    `lossy_followees` followees a delivery is kept with the chance limit / followees.
    `worker`, 0 to 1,023, is part of every id.

    >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
    >>> ann, bo, cy = 0, 1, 2
    >>> graph = SocialGraph.from_edges(follower=[ann, ann], followee=[bo, cy], n_users=3)
    >>> homes = HomeTimelines(graph, FanOutOnWrite())
    >>> first, second = homes.post(bo, time_s=1.0), homes.post(cy, time_s=2.0)
    >>> homes.timeline(ann).tolist() == [second, first]
    True
    >>> homes.timeline(ann, before=second).tolist() == [first]
    True
    >>> homes.work.deliveries
    2
    """

    def __init__(
        self,
        graph: SocialGraph,
        policy: Policy,
        cap: int = 800,
        *,
        queued: bool = False,
        batch: int = 2_000,
        inactive_after_s: float | None = None,
        lossy_followees: int | None = None,
        worker: int = 0,
    ):
        checks.instance("graph", graph, SocialGraph)
        checks.instance("queued", queued, bool)
        self.n_users = graph.n_users
        self.policy = policy
        self.cap = checks.whole("cap", cap, at_least=1, at_most=MOST_USERS)
        self.batch = checks.whole("batch", batch, at_least=1, at_most=MOST_USERS)
        self.queued = queued
        self.inactive_after_s = inactive_after_s
        if inactive_after_s is not None:
            checks.real("inactive_after_s", inactive_after_s, above=0, at_most=MOST_S)
        self.lossy_followees = lossy_followees
        if lossy_followees is not None:
            checks.whole("lossy_followees", lossy_followees, at_least=1, at_most=MOST_USERS)
        self._worker = checks.whole("worker", worker, at_least=0, at_most=1023)
        self._followers, self._followees = graph.followers.copy(), graph.followees.copy()
        self._homes = Homes(self.n_users, self.cap)
        self._blocked = set()
        self._queue = deque()  # [row, the last follower who has it]
        self._start_tweets()
        self._start_prices(graph)
        self._counts = dict.fromkeys(("posts", "backfilled", "rebuilds"), 0)
        self._progress = np.array([0, -1, 0, 0, 0, 0, 0], dtype=np.int64)
        self._paid = np.zeros(4, dtype=np.int64)

    def _start_tweets(self):
        self._n_tweets = 0
        self._ids = np.empty(64, dtype=np.int64)
        self._authors = np.empty(64, dtype=np.int32)
        self._previous = np.empty(64, dtype=np.int32)  # the author's tweet before this one
        self._shown = np.empty(64, dtype=np.int64)  # the id, or -1 once deleted
        self._latest = np.full(self.n_users, -1, dtype=np.int32)
        self._tick = -1  # of the newest id: milliseconds x 4096 + sequence
        self._clock_s = 0.0

    def _start_prices(self, graph):
        counts = graph.followers.length
        write, self._read = asked_prices(self.policy, counts, np.zeros(self.n_users))
        self._write = write.copy()
        self._measured = getattr(self.policy, "measured", False)
        sleepers = 0 if self.inactive_after_s is None else self.n_users
        self._asleep = np.zeros(sleepers, dtype=np.uint8)
        self._looked_s = np.zeros(self.n_users)
        self._next_sweep_s = self.inactive_after_s or np.inf
        self._share = np.empty(0)
        if self.lossy_followees is not None:
            self._share = self.lossy_followees / np.maximum(graph.followees.length, 1.0)
        follower, followee = graph.edges()
        pulled = self._write[followee] >= self._read[follower]
        if not pulled.any():
            nobody = np.zeros(self.n_users, dtype=np.int64)
            self._pushes = graph.followers.copy()
            self._pulls = Rows(nobody, nobody, np.empty(0, dtype=np.int32))
        else:
            self._pushes = Rows.from_pairs(followee[~pulled], follower[~pulled], self.n_users)
            self._pulls = Rows.from_pairs(follower[pulled], followee[pulled], self.n_users)

    # ── Posting ─────────────────────────────────────────────────────────────
    def post(self, author: int, time_s: float | None = None) -> int:
        """The id of a new tweet by `author`, larger than every id before it.

        `time_s` may not go back; without it the tweet comes next after the last one.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
        >>> homes = HomeTimelines(SocialGraph.from_edges([0], [1], 2), FanOutOnWrite())
        >>> homes.post(1, time_s=0.001), homes.post(1)
        (4194304, 4194305)
        """
        author = self._user("author", author)
        if time_s is not None:
            time_s = moment(time_s, self._clock_s)
        return int(self._post(np.array([author], dtype=np.int32), time_s)[0])

    def post_many(self, authors: np.ndarray) -> np.ndarray:
        """The ids of new tweets by `authors`, in that order, of the same shape.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
        >>> homes = HomeTimelines(SocialGraph.from_edges([0], [1], 2), FanOutOnWrite())
        >>> homes.post_many([1, 0, 1]).tolist()
        [0, 1, 2]
        """
        authors = user_row("authors", authors, self.n_users).astype(np.int32)
        return self._post(authors, None)

    def _post(self, authors, time_s):
        """The ids of new tweets; all that may be refused comes before anything changes."""
        tick = self._tick
        if time_s is not None:
            tick = max(tick, millisecond(time_s) * TICKS_PER_MS - 1)
        ticks = tick + 1 + np.arange(len(authors))
        millis, sequence = ticks // TICKS_PER_MS, ticks % TICKS_PER_MS
        ids = (millis << 22) | (self._worker << 12) | sequence
        prices = self._measured_prices(authors, ids)
        first = self._n_tweets
        self._make_room(first + len(authors))
        self._tick = tick + len(authors)
        self._clock_s = self._clock_s if time_s is None else time_s
        self._append(authors, ids)
        for author, price in prices:
            self._reprice(author, price)
        self._distribute(first)
        return ids

    def _append(self, authors, ids):
        first, end = self._n_tweets, self._n_tweets + len(authors)
        self._ids[first:end] = self._shown[first:end] = ids
        self._authors[first:end] = authors
        pages.link.native(self._authors, first, end, self._latest, self._previous)
        self._n_tweets = end
        self._counts["posts"] += len(authors)
        self._sweep()

    def _measured_prices(self, authors, ids):
        """What the policy asks of each author, whose rate these tweets change."""
        if not self._measured:
            return []
        new = {}
        for author, tweet_id in zip(authors.tolist(), ids.tolist(), strict=True):
            new.setdefault(author, []).append(tweet_id)
        return [
            (author, self._asked_price(author, len(self._followers[author]), new[author]))
            for author in sorted(new)
        ]

    def _make_room(self, tweets):
        room = len(self._ids)
        if tweets <= room:
            return
        room = max(tweets, room * 5 // 4)
        longer = {}
        for name in ("_ids", "_authors", "_previous", "_shown"):
            longer[name] = np.zeros(room, dtype=getattr(self, name).dtype)
            longer[name][: self._n_tweets] = getattr(self, name)[: self._n_tweets]
        vars(self).update(longer)  # together: there was memory for all of them

    # ── Fan-out ─────────────────────────────────────────────────────────────
    def _distribute(self, first):
        if self.queued:
            self._queue.extend([row, -1] for row in range(first, self._n_tweets))
            return
        self._progress[homes.ROW], self._progress[homes.AFTER] = first, -1
        self._progress[homes.IN_ORDER] = not self._measured  # a repriced author is backfilled
        self._deliver(self._n_tweets, np.iinfo(np.int64).max)

    def fan_out(self, batches: int | None = None, crash_after: int | None = None) -> int:
        """Work off up to `batches` batches of the queue, or all; the number done.

        A batch is at most `batch` followers of one tweet; then the tweet goes to the
        end of the queue. So a new tweet waits for at most one batch of each tweet
        before it. The place reached is noted after the batch. With `crash_after` the
        worker dies in its first batch, after so many followers and before the note, and
        raises `WorkerCrashed`; the next call does that batch again.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
        >>> graph = SocialGraph.from_edges([1, 2, 3], [0, 0, 0], n_users=4)
        >>> homes = HomeTimelines(graph, FanOutOnWrite(), queued=True, batch=2)
        >>> tweet = homes.post(0)
        >>> homes.fan_out(batches=1), homes.lag.followers, homes.timeline(3).tolist()
        (1, 1, [])
        >>> homes.fan_out(), homes.lag.tweets, homes.timeline(3).tolist() == [tweet]
        (1, 0, True)
        """
        if batches is not None:
            batches = checks.whole("batches", batches, at_least=0, at_most=2**63 - 1)
        if crash_after is not None:
            crash_after = checks.whole("crash_after", crash_after, at_least=0, at_most=2**63 - 1)
        done = 0
        while self._queue and (batches is None or done < batches):
            row, after = job = self._queue[0]
            size = self.batch if crash_after is None else min(crash_after, self.batch)
            self._progress[homes.ROW], self._progress[homes.AFTER] = row, after
            finished = self._deliver(row + 1, size)
            if crash_after is not None:
                raise WorkerCrashed(f"after {size} of at most {self.batch} followers")
            done += 1
            self._queue.popleft()
            if not finished:
                job[1] = int(self._progress[homes.AFTER])
                self._queue.append(job)
        return done

    def _deliver(self, end, followers):
        """Fan out up to `end`, looking at so many `followers`; whether it is finished."""
        self._progress[homes.LEFT] = followers
        while True:
            outcome = homes.fan_out.native(
                *self._shelf(),
                self.cap,
                self._authors,
                end,
                *_arrays(self._pushes),
                self._asleep,
                self._share,
                self._progress,
            )
            if outcome != homes.NO_ROOM:
                return outcome == homes.DONE
            self._homes.grow()

    @property
    def lag(self) -> Lag:
        """How far fan-out is behind."""
        followers = 0
        for row, after in self._queue:
            to_go = self._pushes[self._authors[row]]
            followers += len(to_go) - int(to_go.searchsorted(after, side="right"))
        oldest = min((row for row, _ in self._queue), default=None)
        age_s = 0.0 if oldest is None else self._clock_s - (int(self._ids[oldest]) >> 22) / 1000
        return Lag(len(self._queue), followers, max(0.0, age_s))  # a crowd's ids run ahead

    # ── Reading ─────────────────────────────────────────────────────────────
    def timeline(
        self, user: int, n: int = 50, before: int | None = None, time_s: float | None = None
    ) -> np.ndarray:
        """The newest `n` ids below the cursor `before`, newest first, of shape (at most n,).

        Pass the last id of a page as `before` of the next one: nothing is shown twice
        or left out when new tweets arrive in between. `time_s` moves the clock on.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnRead
        >>> homes = HomeTimelines(SocialGraph.from_edges([0], [1], 2), FanOutOnRead())
        >>> ids = homes.post_many([1, 1, 1])
        >>> homes.timeline(0, n=2, before=ids[2]).tolist() == [ids[1], ids[0]]
        True
        """
        if type(user) is not int or not 0 <= user < self.n_users:
            user = self._user("user", user)
        if type(n) is not int or not 1 <= n <= pages.MOST_IDS:
            n = pages.page_size(n)
        row = self._n_tweets
        if before is not None:
            row = int(self._ids[:row].searchsorted(pages.cursor(before)))
        if time_s is not None or self.inactive_after_s is not None:
            self._looked(np.array([user]), time_s)
        page = np.empty(min(n, row), dtype=np.int64)
        found = self._read_page(user, row, page)
        if found == len(page):
            return page
        if self._homes.lists[user, homes.HORIZON] >= 0 and self._refilled(user):
            self._paid[pages.PAGES] -= 1
            found = self._read_page(user, row, page)
        return page[:found]

    def _read_page(self, user, row, page):
        """Fill `page`; how many ids there are. What is not needed is not passed: that takes time."""
        shelf = self._homes
        if not self._pulls.length[user]:
            return pages.copy_page.native(
                shelf.lists, shelf.slots, self._shown, user, row, page, self._paid
            )
        return pages.merge_page.native(
            shelf.lists,
            shelf.slots,
            *self._tweets(),
            *_arrays(self._pulls),
            user,
            row,
            np.empty(self._pulls.length[user], dtype=np.int64),
            page,
            self._paid,
        )

    def timeline_many(
        self, users: np.ndarray, n: int = 50, time_s: float | None = None
    ) -> np.ndarray:
        """The first page of each of `users`, of shape (users, n), -1 where it is shorter.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
        >>> homes = HomeTimelines(SocialGraph.from_edges([0], [1], 2), FanOutOnWrite())
        >>> ids = homes.post_many([1, 0])
        >>> homes.timeline_many([0, 1], n=2).tolist()
        [[0, -1], [-1, -1]]
        """
        return self._pages(user_row("users", users, self.n_users), n, None, time_s)

    def _pages(self, users, n, before, time_s):
        n = pages.page_size(n, len(users))
        row = self._n_tweets
        if before is not None:
            row = int(self._ids[:row].searchsorted(pages.cursor(before)))
        users = np.ascontiguousarray(users, dtype=np.int64)
        shown = np.empty((len(users), n), dtype=np.int64)
        self._looked(users, time_s)
        self._read_pages(users, row, shown)
        ends = shown[:, -1] < 0  # a page that ends: is this all there is?
        for at in np.flatnonzero(ends & (self._homes.lists[users, homes.HORIZON] >= 0)):
            if self._refilled(int(users[at])):
                self._paid[pages.PAGES] -= 1
                self._read_pages(users[at : at + 1], row, shown[at : at + 1])
        return shown

    def _read_pages(self, users, row, shown):
        pages.read_pages.native(
            *self._shelf()[:2],
            *self._tweets(),
            *_arrays(self._pulls),
            users,
            row,
            np.empty(1 + self._most_pulled(users), dtype=np.int64),
            shown,
            self._paid,
        )

    def _refilled(self, user):
        """Whether removals had left fewer than `cap` tweets above the horizon, and no more do."""
        _, found = self._merged(self._pulls, user, self.cap)
        if found < self.cap:
            self._homes.clear(user)
            self._wake(user)
        return found < self.cap

    def _merged(self, rows, user, most):
        """The newest rows of a list and of the accounts in `rows`, and how many there are."""
        newest = np.empty(min(most, self._n_tweets), dtype=np.int64)
        found = pages.read_page.native(
            *self._shelf()[:2],
            *self._tweets(),
            *_arrays(rows),
            user,
            self._n_tweets,
            np.empty(max(1, int(rows.length[user])), dtype=np.int64),
            newest,
            np.zeros(4, dtype=np.int64),
        )
        return newest, found

    def _most_pulled(self, users):
        """The most lists that one page of these users merges."""
        return self._pulls.length[users].max(initial=0) if len(self._pulls.values) else 0

    def horizon(self, user: int) -> int:
        """The id of the newest tweet that was evicted from the user's list, or -1.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
        >>> homes = HomeTimelines(SocialGraph.from_edges([0], [1], 2), FanOutOnWrite(), cap=1)
        >>> ids = homes.post_many([1, 1])
        >>> homes.horizon(0) == int(ids[0])
        True
        """
        row = self._homes.horizon(self._user("user", user))
        return int(self._ids[row]) if row >= 0 else -1

    # ── Readers who do not look ─────────────────────────────────────────────
    def _looked(self, users, time_s):
        if time_s is not None:
            self._clock_s = moment(time_s, self._clock_s)
            self._sweep()
        if self.inactive_after_s is not None:
            self._looked_s[users] = self._clock_s
            for user in np.unique(users[self._asleep[users] > 0]):
                self._wake(int(user))

    def _sweep(self):
        """Let those sleep who have not read for long; at most ten times a period."""
        if self._clock_s < self._next_sweep_s:
            return
        self._next_sweep_s = self._clock_s + self.inactive_after_s / 10
        quiet = self._clock_s - self._looked_s >= self.inactive_after_s
        for user in np.flatnonzero(quiet & (self._asleep == 0)):
            self._forget(int(user))
            self._asleep[user] = 1

    def _wake(self, user):
        """Build the list of somebody who was away, or whose list is short, from what the followees wrote."""
        if len(self._asleep):
            self._asleep[user] = 0
        self._counts["rebuilds"] += 1
        rows, found = self._merged(self._followees, user, self.cap + 1)
        self._counts["backfilled"] += found
        horizon = int(rows[self.cap]) if found > self.cap else -1
        rows = rows[: min(found, self.cap)][::-1]
        pushed = self._write[self._authors[rows]] < self._read[user]
        self._restore(user, rows[pushed], horizon)

    # What a store of another kind does in its own way: forget, restore, take out.
    def _forget(self, user):
        self._homes.clear(user)

    def _restore(self, user, rows, horizon):
        self._homes.replace(user, rows, horizon)

    def _take_out(self, user, author):
        rows = self._homes.entries(user)[::-1]
        kept = rows[self._authors[rows] != author]
        self._homes.replace(user, kept, self._homes.horizon(user))

    def inactive(self) -> np.ndarray:
        """The readers to whom nothing is delivered until they look again.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
        >>> graph = SocialGraph.from_edges([0], [1], 2)
        >>> homes = HomeTimelines(graph, FanOutOnWrite(), inactive_after_s=60)
        >>> tweet = homes.post(1, time_s=61)
        >>> homes.inactive().tolist(), homes.work.deliveries
        ([0, 1], 0)
        >>> homes.timeline(0).tolist() == [tweet], homes.inactive().tolist()
        (True, [1])
        """
        return np.flatnonzero(self._asleep)

    # ── Changing who follows whom ───────────────────────────────────────────
    def follow(self, a: int, b: int) -> None:
        """Let `a` follow `b` and see what `b` wrote before; a second time does nothing.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
        >>> homes = HomeTimelines(SocialGraph.from_edges([], [], 2), FanOutOnWrite())
        >>> tweet = homes.post(1)
        >>> homes.follow(0, 1)
        >>> homes.timeline(0).tolist() == [tweet]
        True
        """
        a, b = self._pair(a, b)
        if (a, b) in self._blocked:
            raise ValueError(f"b={b} must not be blocked: one of {a} and {b} blocks the other")
        self._carry_out(self._priced([(a, b, True)]))

    def _priced(self, changes):
        """Those of `changes` (a, b, whether a follows b) that change something, with b's price."""
        return [
            (a, b, follows, self._asked_price(b, len(self._followers[b]) + (1 if follows else -1)))
            for a, b, follows in changes
            if self._followees.has(a, b) != follows
        ]

    def _carry_out(self, priced):
        for a, b, follows, price in priced:
            (self._join if follows else self._part)(a, b)
            self._reprice(b, price)

    def _join(self, a, b):
        self._followees.insert(a, b)
        self._followers.insert(b, a)
        self._recount(a)
        if self._write[b] < self._read[a]:
            self._pushes.insert(b, a)
            self._backfill(a, b)
        else:
            self._pulls.insert(a, b)

    def unfollow(self, a: int, b: int) -> None:
        """Let `a` no longer follow `b` nor see any tweet of `b`.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
        >>> homes = HomeTimelines(SocialGraph.from_edges([0], [1], 2), FanOutOnWrite())
        >>> tweet = homes.post(1)
        >>> homes.unfollow(0, 1)
        >>> homes.timeline(0).tolist()
        []
        """
        a, b = self._pair(a, b)
        self._carry_out(self._priced([(a, b, False)]))

    def _part(self, a, b):
        self._followees.remove(a, b)
        self._followers.remove(b, a)
        self._recount(a)
        self._pulls.remove(a, b)
        self._pushes.remove(b, a)
        self._take_out(a, b)

    def block(self, a: int, b: int) -> None:
        """Part `a` and `b`: neither follows or sees the other until `unblock`.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
        >>> homes = HomeTimelines(SocialGraph.from_edges([0], [1], 2), FanOutOnWrite())
        >>> homes.block(1, 0)
        >>> homes.follow(0, 1)
        Traceback (most recent call last):
        ...
        ValueError: b=1 must not be blocked: one of 0 and 1 blocks the other
        """
        a, b = self._pair(a, b)
        self._carry_out(self._priced([(a, b, False), (b, a, False)]))
        self._blocked |= {(a, b), (b, a)}

    def unblock(self, a: int, b: int) -> None:
        """Let `a` and `b` follow each other again, if they choose to.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
        >>> homes = HomeTimelines(SocialGraph.from_edges([0], [1], 2), FanOutOnWrite())
        >>> homes.block(0, 1)
        >>> homes.unblock(0, 1)
        >>> homes.follow(0, 1)
        """
        a, b = self._pair(a, b)
        self._blocked -= {(a, b), (b, a)}

    def blocked(self, a: int, b: int) -> bool:
        """Whether one of the two blocks the other.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
        >>> homes = HomeTimelines(SocialGraph.from_edges([0], [1], 2), FanOutOnWrite())
        >>> homes.block(0, 1)
        >>> homes.blocked(1, 0)
        True
        """
        return self._pair(a, b) in self._blocked

    def delete(self, tweet_id: int) -> None:
        """Show the tweet to nobody any more; an id that was never given is a `ValueError`.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
        >>> homes = HomeTimelines(SocialGraph.from_edges([0], [1], 2), FanOutOnWrite())
        >>> homes.delete(homes.post(1))
        >>> homes.timeline(0).tolist()
        []
        """
        self._shown[self._row(tweet_id)] = -1

    def deleted(self, tweet_id: int) -> bool:
        """Whether the tweet was taken back.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
        >>> homes = HomeTimelines(SocialGraph.from_edges([0], [1], 2), FanOutOnWrite())
        >>> homes.deleted(homes.post(1))
        False
        """
        return bool(self._shown[self._row(tweet_id)] < 0)

    def author_of(self, tweet_id: int) -> int:
        """Who wrote the tweet.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
        >>> homes = HomeTimelines(SocialGraph.from_edges([0], [1], 2), FanOutOnWrite())
        >>> homes.author_of(homes.post(1))
        1
        """
        return int(self._authors[self._row(tweet_id)])

    def followers(self, user: int) -> np.ndarray:
        """Who follows the user now, rising.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
        >>> homes = HomeTimelines(SocialGraph.from_edges([0], [1], 2), FanOutOnWrite())
        >>> homes.followers(1).tolist()
        [0]
        """
        return self._followers[self._user("user", user)].copy()

    def followees(self, user: int) -> np.ndarray:
        """Whom the user follows now, rising.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
        >>> homes = HomeTimelines(SocialGraph.from_edges([0], [1], 2), FanOutOnWrite())
        >>> homes.followees(0).tolist()
        [1]
        """
        return self._followees[self._user("user", user)].copy()

    def pulled(self, author: int) -> bool:
        """Whether nobody is delivered this author's tweets: everyone pulls them.

        >>> from scalemodel.twitter.timeline.policies import Hybrid
        >>> homes = HomeTimelines(SocialGraph.from_edges([0], [1], 2), Hybrid(1))
        >>> homes.pulled(1), homes.pulled(0)
        (True, False)
        """
        return len(self._pushes[self._user("author", author)]) == 0 < len(self._followers[author])

    def _recount(self, user):
        if self.lossy_followees is not None:
            self._share[user] = self.lossy_followees / max(1, self._followees.length[user])

    def _asked_price(self, author, followers, new_ids=()):
        """What the policy asks of an author of so many followers who writes `new_ids`."""
        rate = self._posts_per_s(author, new_ids) if self._measured else 0.0
        return asked_price(self.policy, author, followers, rate, self._write[author])

    def _reprice(self, author, price):
        """Let the price be in force; on the way back to push, followers are backfilled."""
        before, followers = self._write[author], self._followers[author]
        if price == before:
            return
        self._write[author] = price
        was = before >= self._read[followers]
        now = price >= self._read[followers]
        self._pushes.replace(author, followers[~now])
        for follower in followers[now & ~was]:
            self._pulls.insert(int(follower), author)
        for follower in followers[was & ~now]:
            self._pulls.remove(int(follower), author)
            self._backfill(int(follower), author)

    def _posts_per_s(self, author, new_ids):
        """The rate of an author's last posts, `new_ids` being the last of them."""
        ids, row = list(new_ids[::-1][: MEASURED_POSTS + 1]), self._latest[author]
        while row >= 0 and len(ids) <= MEASURED_POSTS:
            ids.append(int(self._ids[row]))
            row = self._previous[row]
        if len(ids) < 2:
            return 0.0
        span_s = ((ids[0] >> 22) - (ids[-1] >> 22)) / 1000
        return (len(ids) - 1) / span_s if span_s > 0 else np.inf

    def _backfill(self, user, author):
        """Deliver what the author has written to a reader to whom the edge is pushed."""
        if len(self._asleep) and self._asleep[user]:
            return
        share = float(self._share[user]) if len(self._share) else 1.0
        rows = np.empty(min(self.cap, self._n_tweets) + 1, dtype=np.int64)
        while True:
            found = homes.backfill.native(
                *self._shelf(), self.cap, *self._tweets(), author, user, share, rows
            )
            if found != homes.NO_ROOM:
                break
            self._homes.grow()
        self._counts["backfilled"] += found

    # ── Readings ────────────────────────────────────────────────────────────
    @property
    def work(self) -> Work:
        """What was paid so far."""
        tweets = (self._ids, self._authors, self._previous, self._shown, self._latest)
        return Work(
            **self._counts,
            deliveries=int(self._progress[homes.DELIVERED]),
            redeliveries=int(self._progress[homes.REPEATED]),
            pages=int(self._paid[pages.PAGES]),
            lists_pulled=int(self._paid[pages.PULLED]),
            entries_scanned=int(self._paid[pages.SCANNED]),
            bytes_held=self._homes.bytes_held + sum(array.nbytes for array in tweets),
        )

    def check(self) -> None:
        """Assert what must hold of lists, of prices, and of edges pushed and pulled.

        >>> from scalemodel.twitter.timeline.policies import FanOutOnWrite
        >>> HomeTimelines(SocialGraph.from_edges([0], [1], 2), FanOutOnWrite()).check()
        """
        self._homes.check()
        for user in range(self.n_users):
            followees = self._followees[user]
            pulled = followees[self._write[followees] >= self._read[user]]
            assert self._pulls[user].tolist() == pulled.tolist(), f"pulls of {user}"
            for followee in followees:
                assert self._followers.has(int(followee), user), f"{user} and {followee}"
                pushed = self._pushes.has(int(followee), user)
                assert pushed == (followee not in pulled), f"{user} and {followee}: push or pull"
        assert self._pushes.length.sum() + self._pulls.length.sum() == self._followers.length.sum()

    def _shelf(self):
        return self._homes.lists, self._homes.slots, self._homes.shelf

    def _tweets(self):
        return self._latest, self._previous, self._shown

    def _user(self, field, user):
        return one_user(field, user, self.n_users)

    def _pair(self, a, b):
        return two_users(a, b, self.n_users)

    def _row(self, tweet_id):
        tweet_id = checks.whole("tweet_id", tweet_id, at_least=0, at_most=2**63 - 1)
        row = int(self._ids[: self._n_tweets].searchsorted(tweet_id))
        if row == self._n_tweets or self._ids[row] != tweet_id:
            raise ValueError(f"tweet_id={tweet_id} must be the id of a tweet")
        return row


def _arrays(rows):
    return rows.start, rows.length, rows.values
