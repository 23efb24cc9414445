"""When a worker dies: drawn among the calls that it makes, and its changes of the store.

A run counts how often each call changes the store. Of a call with two changes there are
three places to die: before the first, between them, and after the last, when the answer is
not heard. What lies between two changes is one place, however much is read there. Right
after a post, before the next call does anything, is a place of its own: what was accepted
must be there. An object may treat a tenth of its tweets in another way. So three things are
drawn, one after the other: how often the call changes the store; which kind of call, which is
what it does in which order, to which keys but for their numbers; and a place in it.

The very first birth may die, too, between two of its changes or after the only one. That is
drawn while another round is to come, in which it is looked whether the object does the same.

Crashes are drawn in rounds, and each round counts anew, for after a crash an object may do
other things than before it. The dice are the world's `chances`, rolled when it was made:
`PICKS` numbers a round, each of which picks one of what there is.

Left out: crashes of the store.
Sources: Yang et al., "Using model checking to find serious file system errors", 2004.
"""

__all__ = [
    "A_ROUND", "BORN", "CALLS", "DIGITS", "EARLY", "PICKS", "RARE", "REBORN", "ROUND", "UNSEEN",
    "strays", "with_crashes",
]  # fmt: skip
__dir__ = lambda: __all__

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from scalemodel.core import checks
from scalemodel.labs.playing.history import Event
from scalemodel.labs.playing.store import CHANGES
from scalemodel.labs.twitter.world import Network, Step

ROUND = (  # the kinds of place, as often as there is much to find
    *(("work", "between"), ("post", "between")) * 2,
    *(("work", "between"), ("work", "last")),
    *(("post", "last"), ("accepted", "")) * 2,  # of the first nobody heard: all is done twice
)
RARE = (  # one of these a round
    *(("post", "first"), ("work", "first"), ("page", "first"), ("page", "between")),
)
A_ROUND = len(ROUND) + 1  # crashes
PICKS = 2 + 5 * A_ROUND  # chances that a round uses: two, and five a crash
BORN = 3  # so many times as often as nowhere the first life ends at each place of its birth
EARLY = 3  # one in so many comes before the day's last part, for it is never safe to forget
REBORN = 4  # all but one in so many lives die again, in birth or in what is asked of them next
UNSEEN = 2  # after one in so many nobody looks before the work goes on
DIGITS = re.compile(r"\d+")
CALLS = {"post done": "post", "work done": "work", "page": "page"}


@checks.kinds
def with_crashes(world: Network, told: Sequence[Sequence[Event]]) -> Network:
    """`world` with one more round of its crashes set.

    `told` has what the first birth came to, and each step.

    >>> from scalemodel.labs.playing.history import Event
    >>> world = Network(1, ((1,), ()), (Step("post", 0, 10),), page=5, rounds=1,
    ...                 chances=(0.5,) * PICKS)
    >>> post = [Event(1.0, "store", "put", {}), Event(1.0, "worker", "post done", {})]
    >>> [step.kind for step in with_crashes(world, [[], post]).steps]
    ['crash', 'post']
    """
    if not told:
        raise ValueError("told=[] must begin with what the first birth came to")
    of_first, rare, *dice = _chances(world)
    first, *told = told
    places, births = _places(world, told), _births([first, *told])
    dies = world.rounds > 1 and _one((0, *_first_deaths(first) * BORN), of_first)
    chosen = {}  # a step dies once a round
    for number, (method, phase) in enumerate((*ROUND, _one(RARE, rare))):
        of_sizes, of_kinds, of_places, *of_rest = dice[5 * number : 5 * number + 5]
        early = number % EARLY == 1
        free = [place for place in places if place[0] not in chosen]
        free = [place for place in free if (place[0] < world.calm) == early] or free
        fits = [place for place in free if place[3:5] == (method, phase)]
        fits = fits or [place for place in free if place[3] == method] or free
        if fits:
            size = _one(sorted({len(place[-1]) for place in fits}), of_sizes)
            fits = [place for place in fits if len(place[-1]) == size]
            kind = _one(sorted({place[-1] for place in fits}), of_kinds)
            fits = [place for place in fits if place[-1] == kind]
            at, call, changes, *_ = _one(fits, of_places)
            dies_again = number % REBORN != REBORN - 1
            again = (_one(range(births + size + 1), of_rest[0]),) if dies_again else ()
            user = _one(world.waiting, of_rest[1]) if number % UNSEEN else -1
            chosen[at] = call, Step("crash", user=user, deaths=(changes, *again))
    steps = list(world.steps)
    for at in sorted(chosen, reverse=True):
        call, crash = chosen[at]
        before, after = _parted(steps[at], call)
        steps[at : at + 1] = [*before, crash, after]
    born = (*world.births, dies) if dies else world.births
    return replace(world, steps=tuple(steps), rounds=world.rounds - 1, births=born)


def _chances(world):
    """Those of this round: the first rounds take the last."""
    ends = world.rounds * PICKS
    if len(world.chances) < ends:
        raise ValueError(
            f"world.chances has {len(world.chances)} numbers; "
            f"with rounds={world.rounds} it must have {ends}"
        )
    return world.chances[ends - PICKS : ends]


def _one(options, chance):
    return options[int(chance * len(options))]


@checks.kinds
def strays(before: Sequence[Sequence[Event]], now: Sequence[Sequence[Event]]) -> str:
    """In words, what `now` did otherwise than `before` ahead of its first new crash, if anything.

    Both have the events of the first birth, of each step, and of what follows.

    >>> post = Event(1.0, "worker", "post done", {})
    >>> strays([[], [post]], [[], [Event(1.0, "store", "put", {}), post]])
    'post done after 1 change of the store, and the time before, post done after 0'
    """
    for (was, of_then), (kind, changes) in zip(_changes(before), _changes(now), strict=False):
        fresh = kind == "crash" != was  # a call that came to its end before
        if fresh and changes <= of_then:
            break
        if (was, of_then) != (kind, changes):
            count = f"{changes} change{'s' * (changes != 1)}"
            return f"{kind} after {count} of the store, and the time before, {was} after {of_then}"
    return ""


def _changes(told):
    """What happened, but for what the store did; and how often that was changed until then."""
    changes = 0
    for event in itertools.chain.from_iterable(told):
        if event.actor == "store":
            changes += event.kind in CHANGES
        else:
            yield event.kind, changes
            changes = 0


def _places(world, told):
    """Where a life can end, from the first post on: step, call of it, changes until then, method,
    phase, and the call's own changes."""
    rows, posted, begun = [], None, all(step.kind != "post" for step in world.steps)
    for at, (step, events) in enumerate(zip(world.steps, told, strict=False)):
        after_crash = at and world.steps[at - 1].kind == "crash"
        calls = list(_calls(events))
        before, posted = posted, calls[0][1] if step.kind == "post" and calls else None
        begun = begun or step.kind == "post"
        if after_crash or step.kind == "crash" or not begun:
            continue
        if before is not None and calls:
            rows.append((at, 0, 0, "accepted", "", before))
        for call, (method, changes) in enumerate(calls):
            if call and step.kind != "work":
                break
            for count in range(len(changes) + 1):
                phase = "first" if not count else "last" if count == len(changes) else "between"
                rows.append((at, call, count, method, phase, changes))
    return rows


def _calls(events):
    """The method of each call that was answered, and its changes: each one's name and its key,
    without the numbers in it."""
    changes = ()
    for event in events:
        if event.kind in CHANGES:
            changes += ((event.kind, DIGITS.sub("", event.payload.get("key", ""))),)
        if event.kind in CALLS:
            yield CALLS[event.kind], changes
            changes = ()


def _births(told):
    """The most changes of a birth."""
    most = changes = 0
    for event in (event for events in told for event in events):
        if event.kind == "start done":
            most = max(most, changes)
        changes = changes + (event.kind in CHANGES) if event.actor == "store" else 0
    return most


def _first_deaths(first):
    """After how many changes the first birth can end and leave something half done."""
    last_life = 1 + max((at for at, e in enumerate(first) if e.kind == "crash"), default=-1)
    changes = sum(event.kind in CHANGES for event in first[last_life:])
    return tuple(range(1, max(changes, 2))) if changes else ()


def _parted(step, call):
    """A step of work, parted before one of its calls."""
    if not call:
        return [], step
    return [replace(step, count=call)], replace(step, count=step.count - call)
