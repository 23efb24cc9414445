"""The world of the Twitter lab: who follows whom, who posts and looks, and when a worker dies.

A student's `Timelines` keeps everything in a small store of lists and records. The
world posts, lets it work, looks at pages, and kills it between any two operations; the
next life gets the same store. An author whose post was not acknowledged sends it again,
under the same number.

Left out: follows and blocks, deletes, more than one worker.
Sources: the chapters on home timelines; Kingsbury's Jepsen (histories and faults).
"""

__all__ = ["MOST_WORK", "Network", "Step", "crashing", "play", "simpler", "skewed", "small"]
__dir__ = lambda: __all__

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scalemodel.core import checks
from scalemodel.core.rng import stream
from scalemodel.labs.playing.history import History
from scalemodel.labs.playing.lives import Lives
from scalemodel.labs.playing.player import Faulty, Player
from scalemodel.labs.playing.store import Store
from scalemodel.labs.shrink import without_some

MOST_WORK = 5_000  # calls of `work` until nothing is left


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


@checks.kinds
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


# ── The run ─────────────────────────────────────────────────────────────────
@checks.kinds
def play(world: Network, player: Player) -> History:
    """Run `player`'s object through the world; everything that happens, in order.

    At the end the world lets it work until nothing is left, and looks at every page.

    >>> from scalemodel.labs.playing.player import Here
    >>> class Nothing:
    ...     def __init__(self, store, followers, followees): pass
    ...     def post(self, author, tweet): pass
    ...     def work(self): return False
    ...     def page(self, reader, n): return []
    >>> history = play(small(1), Here(Nothing, service=[]))
    >>> sum(event.kind == "accepted" for event in history.events)
    14
    """
    history = History(world)
    followers = [list(readers) for readers in world.followers]
    with Lives(player, Store(history), [followers, world.followees()]) as lives:
        lives.start()
        for step in world.steps:
            _take(step, world, lives)
        lives.store.spare()
        _settle(world, lives)
    return history


def _take(step, world, lives):
    if step.kind == "crash":
        lives.store.kill_at(step.count, step.after)
    elif step.kind == "post":
        _post(lives, step.user, step.tweet)
    elif step.kind == "work":
        _work(lives, step.count)
    else:
        _page(lives, step.user, world.page, "page")


def _settle(world, lives):
    if _work(lives, MOST_WORK):
        raise Faulty(f"work: still returns True after {MOST_WORK:,} calls", hung=True)
    lives.note("world", "settled", {})
    for user in range(len(world.followers)):
        _page(lives, user, world.page, "last page")


def _post(lives, author, tweet):
    actor, words = f"user {author}", {"tweet": tweet}
    lives.note(actor, "post", words)
    while lives.timed("post", author, tweet, author=author, tweet=tweet) is None:
        lives.note(actor, "post again", words)
    lives.note(actor, "accepted", words)


def _work(lives, calls):
    """Whether after so many calls, or fewer, there may be more to do."""
    for _ in range(calls):
        answer = lives.timed("work")
        if answer is not None and not answer.reply:
            return False
    return True


def _page(lives, user, n, kind):
    answer = lives.insist("page", user, n)
    asked = {"reader": user, "n": n, "took_ms": answer.took_ms}
    lives.note(f"user {user}", kind, asked, answer.reply)
