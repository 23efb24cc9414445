"""A reader's eviction finds what the engine finds, and Belady's bound holds for it."""

import random

import numpy as np
import pytest

from scalemodel.parts.caches.engine import simulate
from scalemodel.parts.caches.policies import FIFO, LFU, LRU, Belady
from scalemodel.stage.foundations.yours import eviction, eviction_told
from scalemodel.stage.foundations.yours.eviction import race, shelf_hits
from scalemodel.stage.python.outcome import columns
from scalemodel.stage.python.told import told

PLACE = "scalemodel.stage.foundations.yours.eviction"


TEMPTED = """\
Hits in 1,200 requests, room for 10:
Belady         673    56 %
S3-FIFO        470    39 %
SIEVE          458    38 %
LRU            395    33 %
FIFO           355    30 %
LFU            268    22 %
yours          268    22 %

The most was lost in requests 451 to 500: 8 hits, where Belady has 34."""


def fifo(shelf, now, last, count):
    return shelf[0]


def lru(shelf, now, last, count):
    return min(shelf, key=last.get)


def lfu(shelf, now, last, count):
    return min(shelf, key=lambda one: (count[one], last[one]))


def belady(requests):
    def evict(shelf, now, last, count):
        def coming(one):
            rest = requests[now:]
            return rest.index(one) if one in rest else len(rest) + one

        return max(shelf, key=coming)

    return evict


@pytest.fixture
def asking(monkeypatch):
    """Lets a place be told other requests."""

    def ask(requests, places):
        table = told(PLACE) | {"requests": requests, "places": places}
        monkeypatch.setattr(eviction, "told", lambda module: table)

    return ask


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("seed", range(13))
def test_what_is_found_is_what_the_engine_finds(asking, seed):
    dice = random.Random(seed)
    things, places = dice.randint(3, 30), dice.randint(1, 12)
    requests = [int(things * dice.random() ** 2) for _ in range(300)]
    asking(requests, places)
    for rule, engine in ((fifo, FIFO), (lru, LRU), (lfu, LFU), (belady(requests), Belady)):
        assert shelf_hits(rule) == simulate(requests, engine(capacity=places)).hit_mask.tolist()


def test_the_rivals_are_told_by_the_engine():
    table, requests = told(PLACE), eviction_told.asked()
    assert table["requests"] == requests and table["places"] == eviction_told.PLACES
    for name, rule in (("FIFO", fifo), ("LRU", lru), ("LFU", lfu), ("Belady", belady(requests))):
        assert table["rivals"][name] == shelf_hits(rule)


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_tempting_rule_is_last_and_a_better_one_beats_lru():
    def rarest(shelf, now, last, count):
        return min(shelf, key=lambda one: count[one])

    def rarest_of_late(shelf, now, last, count):
        return min(shelf, key=lambda one: count[one] / (now - last[one]))

    assert race(rarest).words == TEMPTED
    assert (
        sum(shelf_hits(rarest))
        < sum(shelf_hits(fifo))
        < sum(shelf_hits(lru))
        < sum(shelf_hits(rarest_of_late))
    )


def test_the_picture_has_a_bar_for_fifty_requests():
    mine, best = (
        np.array(row).reshape(-1, 50).sum(axis=1).tolist()
        for row in (shelf_hits(lru), told(PLACE)["rivals"]["Belady"])
    )
    says = "your hits in 50 requests, and Belady's line", "request 1", "1200"
    assert race(lru).svg == columns(says, mine, best)


def test_a_rule_is_told_when_and_how_often_since_it_came(asking):
    seen = []

    def evict(shelf, now, last, count):
        seen.append((shelf, now, dict(last), dict(count)))
        return shelf[0]

    asking([1, 1, 2, 3, 1, 4], 2)
    shelf_hits(evict)
    assert seen == [
        ([1, 2], 3, {1: 1, 2: 2}, {1: 2, 2: 1}),
        ([2, 3], 4, {1: 1, 2: 2, 3: 3}, {1: 2, 2: 1, 3: 1}),
        ([3, 1], 5, {1: 4, 2: 2, 3: 3}, {1: 1, 2: 1, 3: 1}),
    ]


def test_a_rule_may_scribble_on_the_shelf_that_it_is_shown():
    def clears(shelf, now, last, count):
        leaves = shelf[0]
        shelf.clear()
        return leaves

    assert shelf_hits(clears) == shelf_hits(fifo)


@pytest.mark.parametrize("place", [2, 3])
def test_a_rule_cannot_write_into_what_is_counted(place):
    def forgets(*seen):
        seen[place][seen[0][0]] = 0
        return seen[0][0]

    with pytest.raises(TypeError, match="does not support item assignment"):
        shelf_hits(forgets)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("answer", [None, -1, "A"])
def test_what_is_not_on_the_shelf_cannot_leave(answer):
    with pytest.raises(
        ValueError, match=r"^your rule returned .*; it must return one of the shelf"
    ):
        race(lambda *seen: answer)
