"""A run of the Twitter lab: the world posts, lets the object work, looks at pages, and kills it.

An author whose post was not acknowledged sends it again, under the same number. After each
crash somebody looks at a page before anything else is asked.

Left out: more than one worker.
Sources: the chapters on home timelines; Kingsbury's Jepsen (histories and faults).
"""

__all__ = ["END", "MOST_WORK", "play"]
__dir__ = lambda: __all__

from scalemodel.core import checks
from scalemodel.labs.playing.history import History
from scalemodel.labs.playing.lives import Lives
from scalemodel.labs.playing.player import Faulty, Player
from scalemodel.labs.playing.store import Store
from scalemodel.labs.twitter.crashes import Storm
from scalemodel.labs.twitter.world import Network, Step

MOST_WORK = 5_000  # calls of `work` until nothing is left
END = Step("settle")


@checks.kinds
def play(world: Network, player: Player) -> History:
    """Run `player`'s object through the world; everything that happens, in order.

    Crashes that are still to be drawn are drawn as it goes; the history's own world has those
    that fell. At the end the world lets it work until nothing is left, and looks at every page.

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
    history = History(world)
    followers = [list(readers) for readers in world.followers]
    with Lives(player, Store(history), [followers, world.followees()]) as lives:
        storm = Storm(world, lives.store)
        lives.store.kill_at(*world.births)
        lives.start()
        for step in world.steps:
            storm.takes(step)
            _take(step, world, lives, storm)
        if world.steps[-1:] != (END,):
            lives.store.spare()
            storm.takes(END)
            _take(END, world, lives, storm)
    history.world = storm.world()
    return history


def _take(step, world, lives, storm):
    if step.kind == "post":
        _post(world, lives, step.user, step.tweet, storm)
    elif step.kind == "work":
        _work(world, lives, step.count, storm)
    elif step.kind == "settle":
        _settle(world, lives, step.count, storm)
    elif step.kind == "page":
        storm.asks("page")
        _page(world, lives, step.user, "page")
        storm.answered()


def _settle(world, lives, every, storm):
    if _work(world, lives, MOST_WORK, storm):
        raise Faulty(f"work: still returns True after {MOST_WORK:,} calls", hung=True)
    lives.note("world", "settled", {})
    for user in range(0, len(world.followers), every):
        _page(world, lives, user, "last page")


def _post(world, lives, author, tweet, storm):
    actor, words = f"user {author}", {"tweet": tweet}
    lives.note(actor, "post", words)
    while _asked(lives, storm, "post", author, tweet, author=author, tweet=tweet) is None:
        _page(world, lives, storm.waits, "page")
        lives.note(actor, "post again", words)
    lives.note(actor, "accepted", words)


def _work(world, lives, calls, storm):
    """Whether after so many calls that were answered, or fewer, there may be more to do."""
    while calls:
        answer = _asked(lives, storm, "work")
        if answer is None:
            _page(world, lives, storm.waits, "page")
            continue
        if not answer.reply:
            lives.note("world", "idle", {})
            return False
        calls -= 1
    return True


def _asked(lives, storm, method, *arguments, **words):
    """The answer; None if the object died of the call."""
    storm.asks(method)
    answer = lives.timed(method, *arguments, **words)
    if answer is not None:
        storm.answered()
    return answer


def _page(world, lives, user, kind):
    if user < 0:
        return
    answer = lives.insist("page", user, world.page)
    asked = {"reader": user, "n": world.page, "took_ms": answer.took_ms}
    lives.note(f"user {user}", kind, asked, answer.reply)
