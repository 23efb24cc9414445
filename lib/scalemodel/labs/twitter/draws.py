"""The dice of the Twitter lab: a world for each stage, drawn from a seed.

Left out: what depends on the object; that is drawn as it runs, in `labs.twitter.crashes`.
Sources: the chapters on home timelines.
"""

__all__ = ["CRASHES", "crashing", "skewed", "small"]
__dir__ = lambda: __all__

from scalemodel.core.rng import stream
from scalemodel.labs.twitter.world import Network, Step

CRASHES = {"b": 22, "c": 14}  # on the average, and most of them more than one death


def small(seed: int) -> Network:
    """Stage a: eight users, a dozen tweets, nothing goes wrong.

    It works and looks before anybody has posted. The last user has no followers, and follows
    nobody, and posts.

    >>> len(small(1).followers), small(1).storm
    (8, 0)
    """
    rng = stream(seed, "small")
    followers = _network(rng, users=8, least=2, most=5)
    steps = _from_nothing(rng, 8, _looked_at(rng, list(_day(rng, 8, tweets=14)), times=1))
    return Network(seed, followers, steps, page=5)


def crashing(seed: int) -> Network:
    """Stage b: an account that nearly everybody follows, 24 tweets, and crashes.

    Its followers are more than one piece of work, and too few for a celebrity. Work is left
    undone at times, so that a crash can find some.

    >>> crashing(1).storm
    22
    """
    rng = stream(seed, "crashing")
    followers = list(_network(rng, users=24, least=2, most=5))
    followers[0] = _some(rng, 1, 23, 20, 0)
    day = _day(rng, 24, tweets=24, star_ratio=0.4, idle_ratio=0.4, most_work=8)
    steps = _from_nothing(rng, 24, _looked_at(rng, list(day), times=2))
    return Network(
        seed, tuple(followers), steps, 10, storm=CRASHES["b"], waiting=tuple(range(24))
    )  # fmt: skip


def skewed(seed: int) -> Network:
    """Stage c: 100 users, three of them followed by most, 320 tweets, a third by the three.

    Twenty users follow none of the three. What their pages need is old and by many, so that
    neither the end of a log nor a list of each author will do, each author may have some of
    them, and five have so many that a post has not the time for all. Any user but the three waits
    after a crash. Fewer crashes see to it that what b taught still holds.

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
    calm, waiting = 3 * len(steps) // 4, tuple(range(stars, users))
    return Network(
        seed, tuple(followers), steps, 20, storm=CRASHES["c"], calm=calm, waiting=waiting
    )  # fmt: skip


def _looked_at(rng, steps, times, every=1):
    """The steps, with moments among them at which all work is done and many look."""
    for at in sorted(rng.choice(range(3, len(steps), 3), size=times, replace=False))[::-1]:
        steps.insert(at, Step("settle", count=every))
    return tuple(steps)


def _from_nothing(rng, users, steps):
    """The steps, after a look at what there is before the first."""
    return (Step("work"), Step("page", int(rng.integers(users))), *steps)


def _some(rng, first, end, count, but):
    others = [user for user in range(first, end) if user != but]
    return tuple(sorted(int(user) for user in rng.choice(others, size=count, replace=False)))


def _network(rng, users, least, most):
    last = users - 1  # of whom nobody knows
    counts = rng.integers(least, most + 1, size=last)
    rows = (_some(rng, 0, last, int(count), user) for user, count in enumerate(counts))
    return (*rows, ())


def _day(rng, users, tweets, star_ratio=0.0, idle_ratio=0.25, most_work=3):
    tweet = 10
    for number in range(tweets):
        tweet += int(rng.integers(1, 9))
        author = 0 if rng.random() < star_ratio else int(rng.integers(users))
        if number == tweets // 2:
            author = users - 1
        yield Step("post", author, tweet)
        idle = rng.random() < idle_ratio
        yield Step("work", count=0 if idle else int(rng.integers(1, most_work + 1)))
        yield Step("page", int(rng.integers(users)))
