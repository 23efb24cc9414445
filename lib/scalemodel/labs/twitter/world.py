"""The worlds of the Twitter lab: who follows whom, who posts and looks, and how much dies.

A student's `Timelines` keeps everything in a small store of lists and records. The
world posts, lets it work, looks at pages, and kills it; the next life gets the same store.
Where it is killed is drawn later, in `labs.twitter.crashes`, for it depends on what the
object does.

Left out: follows and blocks, deletes, more than one worker.
Sources: the chapters on home timelines; Kingsbury's Jepsen (histories and faults).
"""

__all__ = ["Network", "Step", "crashing", "simpler", "skewed", "small"]
__dir__ = lambda: __all__

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scalemodel.core import checks
from scalemodel.core.rng import stream
from scalemodel.labs.shrink import without_some


# ── The world ───────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Step:
    """One thing the world does: post, work, page, settle, or set a crash.

    `post`: `user` writes `tweet`. `work`: `count` calls. `page`: `user` looks. `settle`: it
    works until nothing is left, then every `count`-th user looks.
    `crash`: the next call ends after `deaths[0]` changes of the store, or at the latest
    before it has answered; `user` looks at the next life first, or nobody if it is below 0.
    What else stands in `deaths` ends a life each, counted from its birth.

    >>> Step("post", user=2, tweet=17).kind
    'post'
    """

    kind: str
    user: int = 0
    tweet: int = 0
    count: int = 1
    deaths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Network:
    """A world of one run: who follows whom, and what happens.

    `followers[author]` is a tuple of users; a page has `page` tweets. `rounds` of crashes
    are still to be drawn, one in three of them before the step `calm`; one of `waiting` looks right
    after each.

    >>> world = Network(1, ((1,), ()), (Step("post", 0, 10),), page=5)
    >>> world.followees()
    [[], [0]]
    """

    seed: int
    followers: tuple[tuple[int, ...], ...]
    steps: tuple[Step, ...]
    page: int
    rounds: int = 0
    calm: int = 0
    waiting: tuple[int, ...] = (0,)

    def followees(self) -> list[list[int]]:
        """Whom each user follows."""
        rows = [[] for _ in self.followers]
        for author, readers in enumerate(self.followers):
            for reader in readers:
                rows[reader].append(author)
        return rows


def small(seed: int) -> Network:
    """Stage a: eight users, a dozen tweets, nothing goes wrong.

    >>> len(small(1).followers), small(1).rounds
    (8, 0)
    """
    rng = stream(seed, "small")
    followers = _network(rng, users=8, least=2, most=5)
    steps = _looked_at(rng, list(_day(rng, 8, tweets=14)), times=1)
    return Network(seed, followers, steps, page=5)


def crashing(seed: int) -> Network:
    """Stage b: an account that nearly everybody follows, 24 tweets, two rounds of crashes.

    Its followers are more than one piece of work, and too few for a celebrity. Work is left
    undone at times, so that a crash can find some.

    >>> crashing(1).rounds
    2
    """
    rng = stream(seed, "crashing")
    followers = list(_network(rng, users=24, least=2, most=5))
    followers[0] = _some(rng, 1, 24, 20, 0)
    day = _day(rng, 24, tweets=24, star_ratio=0.4, idle_ratio=0.4, most_work=8)
    steps = _looked_at(rng, list(day), times=2)
    return Network(seed, tuple(followers), steps, 10, rounds=2, waiting=tuple(range(24)))


def skewed(seed: int) -> Network:
    """Stage c: 100 users, three of them followed by most, 320 tweets, a third by the three.

    Twenty users follow none of the three. What their pages need is old and by many, so that
    neither the end of a log nor a list of each author will do, each author may have some of
    them, and five have so many that a post has not the time for all. One of them waits after
    each crash. One round
    of crashes sees to it that what b taught still holds.

    >>> [len(row) > 60 for row in skewed(1).followers[:4]]
    [True, True, True, False]
    """
    rng = stream(seed, "skewed")
    users, stars, known, loud, tweets = 100, 3, 8, 80, 320
    followers = [_some(rng, stars, loud, int(rng.integers(66, 76)), 0) for _ in range(stars)]
    followers += [_some(rng, loud, users, 18, stars) for _ in range(stars, known)]
    for author in range(known, users):
        followers.append(_some(rng, stars, loud, int(rng.integers(4, 22)), author))
    for place, reader in enumerate(range(loud, users)):
        if place % 10 == 0:  # seven others each, no author with more than two of them
            others = rng.permutation(range(known, users))
        for author in [one for one in others if one != reader][7 * (place % 10) :][:7]:
            followers[author] = (*followers[author], reader)
    steps, tweet = [], 1_000_000_000
    for _ in range(tweets):
        tweet += int(rng.integers(1, 25_000_000))  # too many digits to pack a day into a few
        author = int(rng.integers(stars) if rng.random() < 0.33 else rng.integers(stars, users))
        steps += [Step("post", author, tweet), Step("work", count=int(rng.integers(16)))]
        steps.append(Step("page", int(rng.integers(stars, users))))
    steps = _looked_at(rng, steps, times=3, every=5)
    calm, quiet = 3 * len(steps) // 4, tuple(range(loud, users))
    return Network(seed, tuple(followers), steps, 20, rounds=1, calm=calm, waiting=quiet)


def _looked_at(rng, steps, times, every=1):
    """The steps, with moments among them at which all work is done and many look."""
    for at in sorted(rng.choice(range(3, len(steps), 3), size=times, replace=False))[::-1]:
        steps.insert(at, Step("settle", count=every))
    return tuple(steps)


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
    """The same world with fewer steps, then with fewer births that fail, then fewer followers.

    >>> next(simpler(small(1))).steps == small(1).steps[:21]
    True
    """
    for steps in without_some(world.steps):
        yield replace(world, steps=steps)
    for at, step in enumerate(world.steps):
        if len(step.deaths) > 1:
            once = replace(step, deaths=step.deaths[:1])
            yield replace(world, steps=(*world.steps[:at], once, *world.steps[at + 1 :]))
    for author, readers in enumerate(world.followers):
        for fewer in without_some(readers):
            rows = (*world.followers[:author], fewer, *world.followers[author + 1 :])
            yield replace(world, followers=rows)
