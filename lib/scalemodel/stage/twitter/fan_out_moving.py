"""Copies that drop into followers' lists while other tweets wait: a fan-out, step by step.

Six people have a list each, the oldest tweet at the bottom, and one worker makes a copy a second. What is copied when is
read off a run of `HomeTimelines`, batch by batch; the queue is drawn in the order in which
that run serves it.

Left out: time between batches; the picture at full scale, which is in `fan_out`.
Sources: none; the run is that of `scalemodel.twitter.timeline.engine`.
"""

__all__ = [
    "AT_WORK", "FETCHED", "HEIGHT", "LISTS", "NOT_THE_STAR", "ON_WRITE", "OWN", "READERS", "STAR",
    "TURNS", "WAITING", "WHOLE", "WIDTH", "Copy", "answer_moving", "celebrity_moving", "copies_of",
]  # fmt: skip
__dir__ = lambda: __all__

from collections.abc import Mapping
from typing import NamedTuple

from scalemodel.stage.panel.moving import Step, moving
from scalemodel.stage.views.embed import Embed
from scalemodel.twitter.timeline.engine import HomeTimelines
from scalemodel.twitter.timeline.graph import SocialGraph
from scalemodel.twitter.timeline.policies import FanOutOnWrite, Hybrid, Policy

READERS = ("Ann", "Bea", "Cal", "Dan", "Eve", "Fay")
WHOLE, TURNS = "one tweet to the end", "two copies, then the next tweet"
FETCHED = "star's tweet: fetched, not copied"
STAR = "the star"
ON_WRITE, NOT_THE_STAR = FanOutOnWrite(), Hybrid(celebrity_followers=len(READERS))
WIDTH, HEIGHT = 360, 176
AT_WORK, WAITING, OWN = (46, 38), (150, 38, 70), (296, 70)  # where a tweet stands; apart
LISTS = (30, 60, 148, 22)  # the first list, the next one, the oldest tweet, the next one


class Copy(NamedTuple):
    """The one copy that a second of the worker's time makes.

    >>> Copy("the star", "Ann").reader
    'Ann'
    """

    tweet: str
    reader: str


def celebrity_moving() -> Embed:
    """A star with six followers posts, and two others post right behind.

    >>> celebrity_moving().text[:62]
    'Who waits, and who pays for it?: one tweet to the end, 11 step'
    """
    followers = {STAR: READERS, "Gus": ("Ann", "Dan"), "Hal": ("Fay",)}
    ways = {
        WHOLE: _served(followers, ON_WRITE, len(READERS)),
        TURNS: _served(followers, ON_WRITE, 2),
        FETCHED: _served(followers, NOT_THE_STAR, len(READERS)),
    }
    return _drawn(followers, ways, "Who waits, and who pays for it?")


def answer_moving() -> Embed:
    """Ann, who has the star's tweet first, answers it; three people follow both.

    >>> answer_moving().text[:48]
    'Who reads the answer first?: two copies, then th'
    """
    followers = {STAR: READERS, "Ann": ("Dan", "Eve", "Fay")}
    ways = {
        TURNS: _answered(followers, ON_WRITE, 2),
        WHOLE: _answered(followers, ON_WRITE, len(READERS)),
        FETCHED: _answered(followers, NOT_THE_STAR, len(READERS)),
    }
    return _drawn(followers, ways, "Who reads the answer first?")


# ── The run ─────────────────────────────────────────────────────────────────
def copies_of(followers: Mapping[str, tuple], policy: Policy, batch: int) -> list[Copy]:
    """The copies that the engine's worker makes of one tweet by each author, in its order.

    All tweets are in the queue from the start; `followers` names who follows each author.

    >>> both = {"the star": READERS, "Gus": ("Ann", "Dan")}
    >>> [copy.tweet for copy in copies_of(both, FanOutOnWrite(), batch=3)][2:6]
    ['the star', 'Gus', 'Gus', 'the star']
    """
    homes, authors = _homes(followers, policy, batch)
    tweets = {homes.post(user): name for name, user in authors.items()}
    pulled = {name for name, user in authors.items() if homes.pulled(user)}
    made = []
    while homes.fan_out(batches=1):
        there = {
            Copy(tweets[tweet], reader)
            for user, reader in enumerate(READERS)
            for tweet in homes.timeline(user).tolist()
            if tweets[tweet] not in pulled
        }
        made += sorted(there - set(made), key=lambda copy: READERS.index(copy.reader))
    return made


def _homes(followers, policy, batch):
    """The engine over these authors, and the users that they are there."""
    authors = {name: len(READERS) + at for at, name in enumerate(followers)}
    edges = [(READERS.index(who), authors[name]) for name in followers for who in followers[name]]
    graph = SocialGraph.from_edges(*zip(*edges, strict=True), len(READERS) + len(authors))
    return HomeTimelines(graph, policy, queued=True, batch=batch), authors


# ── The steps ───────────────────────────────────────────────────────────────
def _served(followers, policy, batch):
    made = copies_of(followers, policy, batch)
    others = [name for name in followers if name != STAR]
    left_out = STAR not in {copy.tweet for copy in made}
    first = f"The star posts, and right behind it {' and '.join(others)}. "
    first += (
        "The star's tweet stays in the star's own list; the others are copied, one copy a second."
        if left_out
        else f"{len(followers)} tweets are in the queue; the worker makes one copy a second."
    )
    steps = [Step(first, _places(made, 0, followers))]
    for second, copy in enumerate(made, 1):
        steps.append(Step(_told(made, second, copy, followers), _places(made, second, followers)))
    ends = {name: _end(made, name) for name in followers}
    if left_out:
        looked = {**_places(made, len(made), followers), **_pulled("Ann", followers)}
        return [*steps, Step(_looks(followers, policy, batch, ends), looked)]
    waits = ", ".join(f"{name} {ends[name]} s" for name in others)
    last = f"How long until the last follower has it: {waits}, the star {ends[STAR]} s."
    return [*steps, Step(last, _places(made, len(made), followers))]


def _looks(followers, policy, batch, ends):
    homes, authors = _homes(followers, policy, batch)
    for user in authors.values():
        homes.post(user)
    homes.fan_out()
    page, lists = homes.timeline(0), homes.work.lists_pulled
    slowest = max(ends.values())
    return (
        f"Ann looks: {len(page)} tweets, for which {lists} list is pulled, the star's. "
        f"All copies were made after {slowest} s, and every look costs a list."
    )


def _answered(followers, policy, batch):
    made = copies_of(followers, policy, batch)
    if STAR not in {copy.tweet for copy in made}:
        return _answered_in_time(made, followers)
    first = "The star posts. Dan, Eve and Fay follow both the star and Ann."
    steps = [Step(first, _places(made, 0, followers, hidden={"Ann"}))]
    had, early = set(), set()
    for second, copy in enumerate(made, 1):
        if copy.tweet == STAR:
            had.add(copy.reader)
            more = ". She answers it, and her answer is in the queue" if second == 1 else ""
        else:
            early |= {copy.reader} - had
            more = ", and what it answers" if copy.reader in had else ", and not what it answers"
        words = f"{second} s: {copy.reader}'s list has {_whose(copy.tweet)}{more}."
        steps.append(Step(words, _places(made, second, followers, early=early - had)))
    last = f"{len(early)} of {len(followers['Ann'])} could read the answer before what it answers."
    return [*steps, Step(last, _places(made, len(made), followers))]


def _answered_in_time(made, followers):
    first = (
        "The star's tweet stays in the star's own list. Ann has looked, and answers it; "
        "Dan, Eve and Fay follow both."
    )
    steps = [Step(first, _places(made, 0, followers))]
    for second, copy in enumerate(made, 1):
        words = f"{second} s: {copy.reader}'s list has {_whose(copy.tweet)}."
        steps.append(Step(words, _places(made, second, followers)))
    last = "Dan looks: the answer lies in the list, and what it answers is pulled. Nobody reads it first."
    return [*steps, Step(last, _places(made, len(made), followers) | _pulled("Dan", followers))]


def _whose(tweet):
    return {"Ann": "Ann's answer", STAR: "the star's tweet"}.get(tweet, f"{tweet}'s tweet")


def _told(made, second, copy, followers):
    done = sum(each.tweet == copy.tweet for each in made[:second])
    waiting = [name for name in _queue(made, second) if name != copy.tweet]
    return (
        f"{second} s: {copy.reader}'s list has {_whose(copy.tweet)}, copy {done} of "
        f"{len(followers[copy.tweet])}."
        + (f" In the queue: {', '.join(waiting)}." if waiting else "")
    )


def _end(made, name):
    """After how many seconds the last copy of a tweet is made; 0 where none is."""
    return max((at for at, copy in enumerate(made, 1) if copy.tweet == name), default=0)


def _queue(made, second):
    """The tweets of which copies are still to be made, in the order in which that goes on."""
    return list(dict.fromkeys(copy.tweet for copy in made[second:]))


def _places(made, second, followers, hidden=(), early=()):
    """Where each tweet and each copy stands once so many copies are made."""
    at = {}
    x, apart = WAITING[0], WAITING[2]
    queue = [name for name in _queue(made, second) if name not in hidden]
    stands = {
        name: AT_WORK if place == 0 else (x + apart * (place - 1), WAITING[1])
        for place, name in enumerate(queue)
    }
    if STAR not in {copy.tweet for copy in made}:
        stands[STAR] = OWN
        at["own"] = OWN
    for number, copy in enumerate(made):
        name = _name(copy)
        if number < second:
            look = "bad" if copy.tweet == "Ann" and copy.reader in early else _look(copy.tweet)
            at[name] = (*_slot(copy, followers), look)
        elif copy.tweet in stands:
            at[name] = (*stands[copy.tweet], _look(copy.tweet))
    return at | {_word(name): (*place, _look(name)) for name, place in stands.items()}


def _pulled(reader, followers):
    """The star's tweet on the page of a reader who looks, in its place among the others."""
    copy = Copy(STAR, reader)
    return {_name(copy): (*_slot(copy, followers), "faint")}


def _slot(copy, followers):
    """Where a copy lies: by age, as on the page, and so over a gap if an older one is not there."""
    first, apart, lowest, step = LISTS
    to_come = [name for name in followers if copy.reader in followers[name]]
    return first + apart * READERS.index(copy.reader), lowest - step * to_come.index(copy.tweet)


def _look(tweet):
    return "busy" if tweet == STAR else "good"


# ── The drawing ─────────────────────────────────────────────────────────────
def _word(tweet):
    return tweet.replace(" ", "-")


def _name(copy):
    return f"{_word(copy.tweet)}-{copy.reader}"


def _drawn(followers, ways, title):
    things = {"own": _box(116, 26, "", dashed=True) + _label(-62, "the star's own", "end")}
    copies = [Copy(name, reader) for name in followers for reader in followers[name]]
    things |= {_name(copy): _box(44, 18, copy.tweet.removeprefix("the ")) for copy in copies}
    things |= {_word(name): _box(62, 24, name) for name in followers}
    first, apart, lowest, _ = LISTS
    lists = "".join(
        f'<rect x="{first + apart * at - 27}" y="{lowest - 58}" width="54" height="70" rx="4" '
        f'fill="none" stroke="var(--sm-muted)"/><text x="{first + apart * at}" y="{lowest + 23}" '
        f'text-anchor="middle">{reader}</text>'
        for at, reader in enumerate(READERS)
    )
    ground = (
        f'<text x="{AT_WORK[0]}" y="14" text-anchor="middle">the worker</text>'
        f'<rect x="8" y="20" width="76" height="36" rx="4" fill="none" stroke="var(--sm-muted)"/>'
        f'<text x="{WAITING[0] - 31}" y="14">the queue</text>{lists}'
    )
    return moving(things, ways, title=title, size_px=(WIDTH, HEIGHT), ground=ground)


def _box(width, height, word, dashed=False):
    dashes = ' stroke-dasharray="4 3"' if dashed else ""
    return (
        f'<rect x="{-width / 2:g}" y="{-height / 2:g}" width="{width}" height="{height}" rx="4" '
        f'fill="var(--sm-paper)" stroke="currentColor" stroke-width="1.5"{dashes}/>'
        f'<text y="4" text-anchor="middle">{word}</text>'
    )


def _label(x, word, anchor):
    return f'<text x="{x}" y="4" text-anchor="{anchor}">{word}</text>'
