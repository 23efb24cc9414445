"""The world of the Twitter lab: a store that survives, and a worker that does not.

A student's `Timelines` keeps everything in a small store of lists and records. The
world posts, lets it work, looks at pages, and kills it between any two operations; the
next life gets the same store. An author whose post was not acknowledged sends it again,
under the same number.

Time is virtual: an operation of the store takes 1 ms, and each entry that a list gives
back another 0.1 ms. Everything that is graded is counted in it.

Left out: follows and blocks, deletes, more than one worker, lists that are trimmed.
Sources: the chapters on home timelines; Kingsbury's Jepsen (histories and faults).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from scalemodel.core.rng import stream
from scalemodel.labs.playing.history import History
from scalemodel.labs.playing.player import Died, Faulty, Player
from scalemodel.labs.shrink import without_some

OPERATION_MS, ENTRY_MS = 1.0, 0.1
MOST_ENTRIES = 40  # that one `newest` gives: too few for one list of everything
MOST_CHARACTERS = 200  # of a key, and of a value as JSON
MOST_OPERATIONS = 20_000  # in one call
MOST_WORK = 5_000  # calls of `work` until nothing is left
SERVICE = ("push", "newest", "put", "get")


# ── The world ───────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Step:
    """One thing the world does: post, work, page, or set the hour of a crash.

    `post`: `user` writes `tweet`. `work`: `count` calls. `page`: `user` looks.
    `crash`: the life ends at the `count`-th operation from here, before it or after it.

    >>> Step("post", user=2, tweet=17).kind
    'post'
    """

    kind: str
    user: int = 0
    tweet: int = 0
    count: int = 1
    after: bool = False


@dataclass(frozen=True, slots=True)
class Network:
    """A world of one run: who follows whom, and what happens.

    `followers[author]` is a tuple of users; a page has `page` tweets.

    >>> world = Network(1, ((1,), ()), (Step("post", 0, 10),), page=5)
    >>> world.followees()
    [[], [0]]
    """

    seed: int
    followers: tuple[tuple[int, ...], ...]
    steps: tuple[Step, ...]
    page: int

    def followees(self) -> list[list[int]]:
        """Whom each user follows."""
        rows = [[] for _ in self.followers]
        for author, readers in enumerate(self.followers):
            for reader in readers:
                rows[reader].append(author)
        return rows


def small(seed: int) -> Network:
    """Stage a: eight users, a dozen tweets, nothing goes wrong.

    >>> len(small(1).followers), sum(step.kind == "crash" for step in small(1).steps)
    (8, 0)
    """
    rng = stream(seed, "small")
    followers = _network(rng, users=8, least=2, most=5)
    return Network(seed, followers, tuple(_day(rng, 8, tweets=14)), page=5)


def crashing(seed: int) -> Network:
    """Stage b: an account that nearly everybody follows, twenty tweets, fourteen crashes.

    Its followers are more than one piece of work, and too few for a celebrity. Work is left
    undone at times, so that a crash can find some.

    >>> sum(step.kind == "crash" for step in crashing(1).steps)
    14
    """
    rng = stream(seed, "crashing")
    followers = list(_network(rng, users=24, least=2, most=5))
    followers[0] = _some(rng, 1, 24, 20, 0)
    steps = list(_day(rng, 24, tweets=20, star_ratio=0.4, idle_ratio=0.4, most_work=8))
    return Network(seed, tuple(followers), tuple(_killed(rng, steps, times=14)), page=8)


def skewed(seed: int) -> Network:
    """Stage c: 100 users, three of them followed by most, 100 tweets, a third by the three.

    Four crashes, late in the day, see to it that what b taught still holds.

    >>> [len(row) > 60 for row in skewed(1).followers[:4]]
    [True, True, True, False]
    """
    rng = stream(seed, "skewed")
    users, stars = 100, 3
    followers = [()] * stars
    for _ in range(stars, users):
        followers.append(_some(rng, stars, users, int(rng.integers(4, 25)), len(followers)))
    for star in range(stars):
        followers[star] = _some(rng, stars, users, int(rng.integers(78, 88)), star)
    steps = []
    for number in range(100):
        loud = rng.random() < 0.33
        author = int(rng.integers(stars) if loud else rng.integers(stars, users))
        steps += [Step("post", author, 1000 + 7 * number), Step("work", count=int(rng.integers(9)))]
        steps.append(Step("page", int(rng.integers(stars, users))))
    return Network(seed, tuple(followers), tuple(_killed(rng, steps, times=4, last=15)), page=10)


def _killed(rng, steps, times, last=100):
    """The steps with crashes before some of the `last` posts, those that pages still show."""
    posts = [at for at, step in enumerate(steps) if step.kind == "post"][-last:]
    for at in sorted(rng.choice(posts, size=times, replace=False), reverse=True):
        hour, after = int(rng.integers(1, 30)), bool(rng.integers(2))
        steps.insert(at, Step("crash", count=hour, after=after))
    return steps


def _some(rng, first, end, count, but):
    others = [user for user in range(first, end) if user != but]
    return tuple(sorted(int(user) for user in rng.choice(others, size=count, replace=False)))


def _network(rng, users, least, most):
    counts = rng.integers(least, most + 1, size=users)
    return tuple(_some(rng, 0, users, int(count), user) for user, count in enumerate(counts))


def _day(rng, users, tweets, star_ratio=0.0, idle_ratio=0.25, most_work=3):
    tweet = 10
    for _ in range(tweets):
        tweet += int(rng.integers(1, 9))
        author = 0 if rng.random() < star_ratio else int(rng.integers(users))
        yield Step("post", author, tweet)
        idle = rng.random() < idle_ratio
        yield Step("work", count=0 if idle else int(rng.integers(1, most_work + 1)))
        yield Step("page", int(rng.integers(users)))


def simpler(world: Network) -> Iterator[Network]:
    """The same world with fewer steps, then with fewer followers.

    >>> next(simpler(small(1))).steps == small(1).steps[:21]
    True
    """
    for steps in without_some(world.steps):
        yield replace(world, steps=steps)
    for author, readers in enumerate(world.followers):
        for fewer in without_some(readers):
            rows = (*world.followers[:author], fewer, *world.followers[author + 1 :])
            yield replace(world, followers=rows)


# ── The store ───────────────────────────────────────────────────────────────
class Store:
    """Lists and records that survive a crash; it counts, keeps time, and kills.

    >>> store = Store(History(None))
    >>> store.serve("push", ["home:3", 17]), store.serve("newest", ["home:3", 5])
    (None, [17])
    >>> store.now_ms
    2.1
    """

    def __init__(self, history: History):
        self.history = history
        self.now_ms = 0.0
        self.lists, self.records = {}, {}
        self.operations = 0  # in the present call
        self.fuse = None  # [operations to go, after it or before]

    def serve(self, name: str, arguments: list):
        """Answer one operation, or end the life that asks."""
        if name not in SERVICE or len(arguments) != {"get": 1}.get(name, 2):
            raise ValueError(f"store.{name} was called with {len(arguments)} arguments")
        key, *rest = arguments
        if not isinstance(key, str) or not 0 < len(key) <= MOST_CHARACTERS:
            raise ValueError(f"key={key!r} must be text of 1 to {MOST_CHARACTERS} characters")
        self.operations += 1
        if self.operations > MOST_OPERATIONS:
            raise ValueError(f"more than {MOST_OPERATIONS} operations in one call")
        operation = getattr(self, f"_{name}")
        if self.fuse is not None:
            self.fuse[0] -= 1
            if self.fuse[0] <= 0:
                if self.fuse[1]:
                    self._note(name, arguments, operation(key, *rest))
                raise Died
        value = operation(key, *rest)
        self._note(name, arguments, value)
        return value

    def _note(self, name, arguments, value):
        entries = len(value) if name == "newest" else 0
        self.now_ms = round(self.now_ms + OPERATION_MS + ENTRY_MS * entries, 6)
        words = dict(zip(("key", "value" if name != "newest" else "n"), arguments, strict=False))
        self.history.add(self.now_ms, "store", name, words, value)

    def _push(self, key, value):
        self.lists.setdefault(key, []).append(_small(value))

    def _newest(self, key, n):
        if not isinstance(n, int) or isinstance(n, bool) or not 0 <= n <= MOST_ENTRIES:
            raise ValueError(f"n={n!r} must be an integer from 0 to {MOST_ENTRIES}")
        return self.lists.get(key, [])[::-1][:n]

    def _put(self, key, value):
        self.records[key] = _small(value)

    def _get(self, key):
        return self.records.get(key)


def _small(value):
    size = len(json.dumps(value))
    if size > MOST_CHARACTERS:
        raise ValueError(f"a value of {size} characters; {MOST_CHARACTERS} is the most")
    return value


# ── The run ─────────────────────────────────────────────────────────────────
def play(world: Network, player: Player) -> History:
    """Run `player`'s object through the world; everything that happens, in order.

    At the end the world lets it work until nothing is left, and looks at every page.

    >>> from scalemodel.labs.playing.player import Here
    >>> class Nothing:
    ...     def __init__(self, store, followers, followees): pass
    ...     def post(self, author, tweet): pass
    ...     def work(self): return False
    ...     def page(self, reader, n): return []
    >>> history = play(small(1), Here(Nothing, list(SERVICE)))
    >>> sum(event.kind == "accepted" for event in history.events)
    14
    """
    history = History(world)
    run = _Run(world, player, history)
    try:
        run.through()
    except Faulty as fault:
        words = {"words": str(fault), "hung": fault.hung}
        history.add(run.store.now_ms, "worker", "fault", words)
    finally:
        player.end()
    return history


class _Run:
    def __init__(self, world, player, history):
        self.world, self.player, self.history = world, player, history
        self.store = Store(history)
        self.arguments = [[list(row) for row in world.followers], world.followees()]

    def through(self):
        self._start()
        for step in self.world.steps:
            if step.kind == "crash":
                self.store.fuse = [step.count, step.after]
            elif step.kind == "post":
                self._post(step.user, step.tweet)
            elif step.kind == "work":
                for _ in range(step.count):
                    if not self._work():
                        break
            else:
                self._page(step.user, "page")
        self.store.fuse = None
        for _ in range(MOST_WORK):
            if not self._work():
                break
        else:
            raise Faulty(f"work: still returns True after {MOST_WORK:,} calls", hung=True)
        self.history.add(self.store.now_ms, "world", "settled", {})
        for user in range(len(self.world.followers)):
            self._page(user, "last page")

    def _start(self):
        while not self._alive(lambda: self.player.begin(self.arguments, self.store.serve), "start"):
            pass

    def _alive(self, act, during):
        """Whether the life outlived `act`; if not, the crash is noted."""
        self.store.operations = 0
        try:
            act()
        except Died:
            self.store.fuse = None
            words = {"during": during, "operations": self.store.operations}
            self.history.add(self.store.now_ms, "worker", "crash", words)
            return False
        return True

    def _call(self, during, method, *arguments):
        """The method's value, in as many lives as it takes; None and True after a crash."""
        replies = []
        if self._alive(lambda: replies.append(self.player.call(method, *arguments)), during):
            return replies[0], False
        self._start()
        return None, True

    def _post(self, author, tweet):
        words = {"tweet": tweet}
        self.history.add(self.store.now_ms, f"user {author}", "post", words)
        while self._timed("post", {"author": author, "tweet": tweet}, author, tweet)[1]:
            self.history.add(self.store.now_ms, f"user {author}", "post again", words)
        self.history.add(self.store.now_ms, f"user {author}", "accepted", words)

    def _work(self):
        reply, crashed = self._timed("work", {})
        return crashed or bool(reply)

    def _timed(self, method, words, *arguments):
        before = self.store.now_ms
        reply, crashed = self._call(method, method, *arguments)
        if not crashed:
            took = {**words, "took_ms": round(self.store.now_ms - before, 6)}
            self.history.add(self.store.now_ms, "worker", f"{method} done", took)
        return reply, crashed

    def _page(self, user, kind):
        while True:
            before = self.store.now_ms
            reply, crashed = self._call("page", "page", user, self.world.page)
            if not crashed:
                break
        took = round(self.store.now_ms - before, 6)
        self.history.add(
            self.store.now_ms, f"user {user}", kind,
            {"reader": user, "n": self.world.page, "took_ms": took}, reply,
        )  # fmt: skip
