"""When a worker dies: drawn while it runs, among its calls and its changes of the store.

Of a call with two changes there are three places to die: before the first, between them, and
after the last, when the answer is not heard. What lies between two changes is one place, however
much is read there. Right after a post, before the next call does anything, is a place of its own:
what was accepted must be there. It and the end of a post count more, for there are few.

Each place that a run comes to may be the next one. No other run tells where, so that no program
can know the next crash, be careful there, and careless elsewhere. Two clocks run, each for half
of the crashes. By one, what is done for the nth time counts an nth: an object may treat a tenth
of its tweets in another way, so that what is seldom has its share. What is done is a call's
changes in their order, to which keys but for their numbers. By the other all places after a
change are equal, for who makes each call a kind of its own would use up the first. Both go by
what the run itself has done in its last steps, so that who does much and who does little die
as often.

The first birth may die, too, after any of its changes; and the next life in its own birth or in
what is asked of it then, or at the same place again and again.

Left out: crashes of the store.
Sources: Yang et al., "Using model checking to find serious file system errors", 2004.
"""

__all__ = [
    "ACCEPTED", "AGAIN", "BEGIN", "BIRTHS", "DIGITS", "EARLY", "FIRST", "KEPT", "LAST", "STUBBORN",
    "STUCK", "UNSEEN", "Storm",
]  # fmt: skip
__dir__ = lambda: __all__

import collections
import hashlib
import itertools
import re
from collections.abc import Iterator
from dataclasses import replace

from scalemodel.core import checks
from scalemodel.labs.playing.store import CHANGES, Store
from scalemodel.labs.twitter.world import Network, Step

EARLY = 1 / 3  # of the crashes come before the day's last part, for it is never safe to forget
ACCEPTED = 4  # so much counts the place right after a post that was heard, for there are few
LAST = {"post": 4, "work": 1 / 2}  # and that after its last change, of which nobody hears
BEGIN = 1 / 2  # so much counts the beginning of a call, before which nothing is half done
AGAIN = 3 / 4  # of the lives die again, in birth or in what is asked of them next
STUCK, STUBBORN = 1 / 5, 4  # so many of them die so often at the same place
UNSEEN = 3 / 5  # after so many nobody looks before the work goes on
FIRST, BIRTHS = 1 / 2, 2  # how likely a first birth ends after a change, and how often in all
KEPT = 0.95  # of what the clocks know of the steps so far, at each further one
DIGITS = re.compile(r"\d+")


class Storm:
    """The crashes of one run of `world`, in which objects use `store`.

    >>> from scalemodel.labs.playing.history import History
    >>> world = Network(1, ((1,), ()), (Step("post", 0, 10),), page=5, storm=9)
    >>> storm = Storm(world, Store(History(world)))
    >>> storm.takes(world.steps[0])
    >>> for _ in range(9):
    ...     storm.asks("post")
    ...     storm.answered()
    >>> "crash" in {step.kind for step in storm.world().steps}
    True
    """

    @checks.kinds
    def __init__(self, world: Network, store: Store):
        self._world, self._store = world, store
        self.waits = 0  # who looks first after a crash
        self._dice = _rolled(world.seed)
        self._by_kind, self._evenly = _Clock(self._dice), _Clock(self._dice)
        self._passed, self._most, self._kinds = collections.Counter(), collections.Counter(), {}
        self._drawn, self._births = [], []
        self._taken, self._step, self._done = 0, None, 0
        self._begun = all(step.kind != "post" for step in world.steps)
        self._method, self._kind, self._changes = "start", None, 0
        self._accepted, self._fallen = None, False  # whether a life ended that has not answered yet
        self._cut = False  # whether one did in this step
        if world.storm:
            store.fate = self._passed_by

    @checks.kinds
    def takes(self, step: Step) -> None:
        """The next step begins."""
        self._keep()
        self._step, self._done, self._method = step, 0, ""
        self._taken += 1
        self._begun = self._begun or step.kind == "post"
        for clock in (self._by_kind, self._evenly):
            clock.goes_on(self._due() / 2)
        if step.kind == "crash":
            self._store.kill_at(*step.deaths)
            self.waits, self._fallen = step.user, True

    @checks.kinds
    def asks(self, method: str) -> None:
        """A call begins, at the latest after one that was not answered."""
        self._method, self._kind, self._changes = method, method, 0
        if self._accepted is not None:
            falls = self._falls(("accepted", self._accepted), ACCEPTED, ACCEPTED)
        else:
            falls = self._falls(("begin", method), BEGIN, 0)
        if falls:
            self._store.kill_at(*self._deaths())

    def answered(self) -> None:
        """The call that was begun last has come to its answer."""
        self._most[self._method] = max(self._most[self._method], self._changes)
        self._accepted = self._kind if self._method == "post" else None
        self._method, self._fallen = "", False
        self._done += 1

    def world(self) -> Network:
        """The same world with the crashes that have fallen, and no more to be drawn."""
        if not self._world.storm:
            return self._world
        self._keep()
        steps = (*self._drawn, *self._world.steps[self._taken :])
        born = (*self._world.births, *self._births)
        return replace(self._world, steps=steps, storm=0, births=born)

    def _keep(self):
        """The step that is over, or what a crash has left of it, stands behind its crashes."""
        is_of_world = self._taken <= len(self._world.steps)  # or the run adds it at its end
        if self._step is not None and (is_of_world or self._cut):
            self._drawn.append(self._step)
        self._step, self._cut = None, False

    def _due(self):
        """How many crashes are due in a step."""
        storm, calm, count = self._world.storm, self._world.calm, len(self._world.steps) + 1
        if not calm:
            return storm / count
        early = self._taken <= calm
        return storm * (EARLY / calm if early else (1 - EARLY) / (count - calm))

    def _passed_by(self, name, key):
        """After a change of the store, or an answer: the deaths that begin here, if any."""
        if name == "answered":
            return self._last()
        self._changes += 1
        if self._method == "start":
            return self._first_dies()
        if not self._method:
            return ()
        change = self._kind, name, DIGITS.sub("", key)
        self._kind = self._kinds.setdefault(change, len(self._kinds))
        return (0, *self._deaths()[1:]) if self._falls(self._kind, 1, 1) else ()

    def _last(self):
        """After the last change of a call, when it is known to be the last."""
        weight = LAST.get(self._method, 0) if self._changes else 0
        if not weight or not self._falls(("last", self._kind), weight, weight):
            return ()
        self._changes += 1  # so many that only the answer ends it
        return (0, *self._deaths()[1:])

    def _first_dies(self):
        if len(self._births) == BIRTHS or next(self._dice) >= FIRST:
            return ()
        self._births.append(self._changes)
        self._changes = 0
        return (0,)

    def _falls(self, place, weight, even):
        if not self._world.storm or not self._begun or self._fallen:
            return False
        self._passed[place] += 1
        by_kind = self._by_kind.passes(weight / self._passed[place])
        return (even > 0 and self._evenly.passes(even)) or by_kind

    def _deaths(self):
        """What ends this life here, and the next ones; it is kept as a step."""
        stuck, again, where, unseen, who = (next(self._dice) for _ in range(5))
        changes, born = self._changes, _born(self._store.history.events)
        user = -1 if unseen < UNSEEN else _one(self._world.waiting, who)
        if stuck < STUCK and not self._world.calm:  # else what it costs is looked at, too
            user, deaths = -1, (changes, *[born + changes] * (STUBBORN - 1))
        else:
            size = max(changes, self._most[self._method])
            deaths = (changes, *[_one(range(born + size + 1), where)] * (again < AGAIN))
        if self._done:
            self._drawn.append(Step("work", count=self._done))
            if self._step.kind == "work":
                self._step = replace(self._step, count=self._step.count - self._done)
        self._drawn.append(Step("crash", user=user, deaths=deaths))
        self.waits, self._done, self._fallen, self._cut = user, 0, True, True
        return deaths


class _Clock:
    """Rings when what has passed since it rang last is worth a crash, or anything up to two."""

    def __init__(self, dice):
        self.dice, self.left, self.due, self.seen = dice, 0.0, 0.0, 0.0
        self.wind()

    def wind(self):
        self.left = 2 * next(self.dice)

    def goes_on(self, due):
        """Another step, in which so many crashes are due."""
        self.due, self.seen = KEPT * self.due + due, KEPT * self.seen

    def passes(self, weight):
        self.seen += weight
        self.left -= weight * self.due / self.seen
        if self.left > 0:
            return False
        self.wind()
        return True


def _rolled(seed) -> Iterator[float]:
    """Numbers from 0 to below 1, which are the same wherever they are read."""
    for number in itertools.count():
        digest = hashlib.sha256(f"crashes {seed} {number}".encode()).digest()
        yield int.from_bytes(digest[:6]) / 2**48


def _one(options, chance):
    return options[int(chance * len(options))]


def _born(events):
    """How often the last birth changed the store."""
    changes, inside = 0, False
    for event in reversed(events):
        if event.kind == "start done":
            inside = True
        elif inside and event.actor != "store":
            break
        changes += inside and event.kind in CHANGES
    return changes
