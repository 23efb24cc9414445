"""The worlds of the Twitter lab: who follows whom, who posts and looks, and how much dies.

A student's `Timelines` keeps everything in a small store of lists and records. The
world posts, lets it work, looks at pages, and kills it; the next life gets the same store.
Where it is killed is drawn as it runs, in `labs.twitter.crashes`, for that depends on what the
object does. A world is plain data, which can be written down, and read where there is no numpy.

Left out: follows and blocks, deletes, more than one worker.
Sources: the chapters on home timelines; Kingsbury's Jepsen (histories and faults).
"""

__all__ = ["Network", "Step", "as_plain", "of_plain", "simpler"]
__dir__ = lambda: __all__

from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace

from scalemodel.core import checks
from scalemodel.parts.shrink import without_some


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

    `followers[author]` is a tuple of users; a page has `page` tweets. About `storm` crashes
    are still to be drawn, one in three of them before the step `calm`; one of `waiting` looks
    right after each. Each of `births` ends a life before the first step: the first one's
    birth, the next one's.

    >>> world = Network(1, ((1,), ()), (Step("post", 0, 10),), page=5)
    >>> world.followees()
    [[], [0]]
    """

    seed: int
    followers: tuple[tuple[int, ...], ...]
    steps: tuple[Step, ...]
    page: int
    storm: int = 0
    calm: int = 0
    waiting: tuple[int, ...] = (0,)
    births: tuple[int, ...] = ()

    def followees(self) -> list[list[int]]:
        """Whom each user follows."""
        rows = [[] for _ in self.followers]
        for author, readers in enumerate(self.followers):
            for reader in readers:
                rows[reader].append(author)
        return rows


@checks.kinds
def as_plain(world: Network) -> list:
    """`world` in lists, numbers and words, as JSON writes it.

    >>> as_plain(Network(1, ((1,), ()), (Step("post", 0, 10),), page=5))
    [1, [[1], []], [['post', 0, 10, 1, []]], 5, 0, 0, [0], []]
    """
    return _lists(astuple(world))


def _lists(value):
    return [*map(_lists, value)] if isinstance(value, tuple) else value


@checks.kinds
def of_plain(row: list) -> Network:
    """The world that `as_plain` wrote down.

    >>> of_plain([1, [[1], []], [["post", 0, 10, 1, []]], 5, 0, 0, [0], []]).followees()
    [[], [0]]
    """
    try:
        seed, followers, steps, page, storm, calm, *rows = row
        waiting, births = map(tuple, rows)
        steps = tuple(Step(*words, tuple(deaths)) for *words, deaths in steps)
        followers = tuple(map(tuple, followers))
    except (TypeError, ValueError):
        raise ValueError(f"row={checks.brief(row)} must be what as_plain writes down") from None
    return Network(seed, followers, steps, page, storm, calm, waiting, births)


@checks.kinds
def simpler(world: Network) -> Iterator[Network]:
    """The same world with fewer steps, then with fewer births that fail, then fewer followers.

    >>> world = Network(1, ((1,), ()), (Step("post", 0, 10), Step("page", 1)), page=5)
    >>> [len(one.steps) for one in simpler(world)]
    [1, 1, 2]
    """
    for steps in without_some(world.steps):
        yield replace(world, steps=steps)
    if world.births:
        yield replace(world, births=())
    for at, step in enumerate(world.steps):
        if len(step.deaths) > 1:
            once = replace(step, deaths=step.deaths[:1])
            yield replace(world, steps=(*world.steps[:at], once, *world.steps[at + 1 :]))
    for author, readers in enumerate(world.followers):
        for fewer in without_some(readers):
            rows = (*world.followers[:author], fewer, *world.followers[author + 1 :])
            yield replace(world, followers=rows)
