"""A run of the Twitter lab: the world posts, lets the object work, looks at pages, and kills it.

An author whose post was not acknowledged sends it again, under the same number. After each
crash somebody looks at a page before anything else is asked.

Left out: more than one worker.
Sources: the chapters on home timelines; Kingsbury's Jepsen (histories and faults).
"""

__all__ = ["MOST_WORK", "play"]
__dir__ = lambda: __all__

from dataclasses import replace

from scalemodel.core import checks
from scalemodel.labs.playing.history import History
from scalemodel.labs.playing.lives import Lives
from scalemodel.labs.playing.player import Faulty, Player
from scalemodel.labs.playing.store import Store
from scalemodel.labs.twitter.crashes import strays, with_crashes
from scalemodel.labs.twitter.world import Network

MOST_WORK = 5_000  # calls of `work` until nothing is left


@checks.kinds
def play(world: Network, player: Player) -> History:
    """Run `player`'s object through the world; everything that happens, in order.

    Crashes that are still to be drawn are drawn first, among what the object does; the
    history's own world has them, and the history says if the object did otherwise there than
    where they were drawn. At the end the world lets it work until nothing is left,
    and looks at every page.

    >>> from scalemodel.labs.playing.player import Here
    >>> from scalemodel.labs.twitter.draws import small
    >>> class Nothing:
    ...     def __init__(self, store, followers, followees): pass
    ...     def post(self, author, tweet): pass
    ...     def work(self): return False
    ...     def page(self, reader, n): return []
    >>> history = play(small(1), Here(Nothing, service=[]))
    >>> sum(event.kind == "accepted" for event in history.events)
    14
    """
    history, told = _run(world, player)
    strayed = ""
    while world.rounds and not any(history.of("fault")):
        world, before = with_crashes(world, told), told
        history, told = _run(world, player)
        strayed = strayed or strays(before, told)
    history.world = replace(world, rounds=0)  # a fault ends them, too
    if strayed:
        history.add(history.events[-1].time_ms, "worker", "strayed", {"words": strayed})
    return history


def _run(world, player):
    """The history; and its events in parts: of the first birth, of each step, of what follows."""
    history, begun = History(world), [0]
    followers = [list(readers) for readers in world.followers]
    with Lives(player, Store(history), [followers, world.followees()]) as lives:
        lives.store.kill_at(*world.births)
        lives.start()
        waits = 0  # who looks first after a crash
        for step in world.steps:
            begun.append(len(history))
            if step.kind == "crash":
                lives.store.kill_at(*step.deaths)
                waits = step.user
            else:
                _take(step, world, lives, waits)
        begun.append(len(history))
        lives.store.spare()
        _settle(world, lives, 1, waits)
    ends = [*begun[1:], len(history)]
    return history, [history.events[a:b] for a, b in zip(begun, ends, strict=True)]


def _take(step, world, lives, waits):
    if step.kind == "post":
        _post(world, lives, step.user, step.tweet, waits)
    elif step.kind == "work":
        _work(world, lives, step.count, waits)
    elif step.kind == "settle":
        _settle(world, lives, step.count, waits)
    else:
        _page(world, lives, step.user, "page")


def _settle(world, lives, every, waits):
    if _work(world, lives, MOST_WORK, waits):
        raise Faulty(f"work: still returns True after {MOST_WORK:,} calls", hung=True)
    lives.note("world", "settled", {})
    for user in range(0, len(world.followers), every):
        _page(world, lives, user, "last page")


def _post(world, lives, author, tweet, waits):
    actor, words = f"user {author}", {"tweet": tweet}
    lives.note(actor, "post", words)
    while lives.timed("post", author, tweet, author=author, tweet=tweet) is None:
        _page(world, lives, waits, "page")
        lives.note(actor, "post again", words)
    lives.note(actor, "accepted", words)


def _work(world, lives, calls, waits):
    """Whether after so many calls that were answered, or fewer, there may be more to do."""
    while calls:
        answer = lives.timed("work")
        if answer is None:
            _page(world, lives, waits, "page")
            continue
        if not answer.reply:
            lives.note("world", "idle", {})
            return False
        calls -= 1
    return True


def _page(world, lives, user, kind):
    if user < 0:
        return
    answer = lives.insist("page", user, world.page)
    asked = {"reader": user, "n": world.page, "took_ms": answer.took_ms}
    lives.note(f"user {user}", kind, asked, answer.reply)
