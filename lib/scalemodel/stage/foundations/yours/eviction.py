"""An eviction rule of the reader's own, on four days of requests: with numpy or without.

A shelf with few places, and somebody who asks. Each day has other favourites, and nobody says
when it begins. The rule is asked only when something has to leave.

Left out: things of different sizes; a rule about who may come in.
Sources: none; who else found how much is told by `scalemodel.parts.caches`.
"""

__all__ = ["STRETCH", "race", "shelf_hits"]
__dir__ = lambda: __all__

from collections.abc import Callable
from types import MappingProxyType

from scalemodel.stage.python.outcome import Outcome, columns
from scalemodel.stage.python.told import told

STRETCH = 50  # requests of a column


def race(evict: Callable) -> Outcome:
    """What the reader's `evict` finds on the shelf, beside the other rules and the bound.

    `evict(shelf, now, last, count)` returns the thing of `shelf` that has to leave; the shelf
    stands in the order in which things came, `now` counts requests, `last` says at which request
    a thing was last asked for, and `count` how often since it came.

    >>> race(lambda shelf, now, last, count: shelf[0]).words.splitlines()[-1]
    'The most was lost in requests 101 to 150: 12 hits, where Belady has 30.'
    """
    here = told(__name__)
    mine = shelf_hits(evict)
    hits = {name: sum(row) for name, row in here["rivals"].items()} | {"yours": sum(mine)}
    ours, best = (_by_stretch(row) for row in (mine, here["rivals"]["Belady"]))
    worst = max(range(len(ours)), key=lambda n: best[n] - ours[n])
    words = [
        f"Hits in {len(mine):,} requests, room for {here['places']}:",
        *(
            f"{name:<12}{hits[name]:>6}{100 * hits[name] / len(mine):>6.0f} %"
            for name in sorted(hits, key=lambda name: -hits[name])
        ),
        "",
        f"The most was lost in requests {worst * STRETCH + 1} to {(worst + 1) * STRETCH}: "
        f"{ours[worst]} hits, where Belady has {best[worst]}.",
    ]
    says = f"your hits in {STRETCH} requests, and Belady's line", "request 1", str(len(mine))
    return Outcome("\n".join(words), columns(says, ours, best))


def shelf_hits(evict: Callable) -> list[int]:
    """Of each request whether the shelf had it, 1 or 0.

    >>> sum(shelf_hits(lambda shelf, now, last, count: shelf[0]))
    355
    """
    here = told(__name__)
    shelf, last, count, hits = [], {}, {}, []
    for now, one in enumerate(here["requests"]):
        hits.append(int(one in shelf))
        if one not in shelf:
            if len(shelf) == here["places"]:
                leaves = evict(list(shelf), now, MappingProxyType(last), MappingProxyType(count))
                shelf.remove(_one_of(shelf, leaves))
            shelf.append(one)
            count[one] = 0
        last[one] = now
        count[one] += 1
    return hits


def _one_of(shelf, leaves):
    if leaves not in shelf:
        raise ValueError(f"your rule returned {leaves!r}; it must return one of the shelf, {shelf}")
    return leaves


def _by_stretch(row):
    return [sum(row[start : start + STRETCH]) for start in range(0, len(row), STRETCH)]
