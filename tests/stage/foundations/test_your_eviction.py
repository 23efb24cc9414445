"""A reader's eviction finds what the engine finds, and Belady's bound holds for it."""

import random

import pytest

from scalemodel.parts.caches.engine import simulate
from scalemodel.parts.caches.policies import FIFO, LFU, LRU, Belady
from scalemodel.stage.foundations import your_eviction, your_eviction_told
from scalemodel.stage.foundations.your_eviction import found, race
from scalemodel.stage.python.told import told


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
        table = told(your_eviction.__name__) | {"requests": requests, "places": places}
        monkeypatch.setattr(your_eviction, "told", lambda module: table)

    return ask


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("seed", range(13))
def test_what_is_found_is_what_the_engine_finds(asking, seed):
    dice = random.Random(seed)
    things, places = dice.randint(3, 30), dice.randint(1, 12)
    requests = [int(things * dice.random() ** 2) for _ in range(300)]
    asking(requests, places)
    for rule, engine in ((fifo, FIFO), (lru, LRU), (lfu, LFU), (belady(requests), Belady)):
        assert found(rule) == simulate(requests, engine(capacity=places)).hit_mask.tolist()


def test_the_rivals_are_told_by_the_engine():
    table, requests = told(your_eviction.__name__), your_eviction_told.asked()
    assert table["requests"] == requests and table["places"] == your_eviction_told.PLACES
    for name, rule in (("FIFO", fifo), ("LRU", lru), ("LFU", lfu), ("Belady", belady(requests))):
        assert table["rivals"][name] == found(rule)


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_tempting_rule_is_last_and_a_better_one_beats_lru():
    def rarest(shelf, now, last, count):
        return min(shelf, key=lambda one: count[one])

    def rarest_of_late(shelf, now, last, count):
        return min(shelf, key=lambda one: count[one] / (now - last[one]))

    words = race(rarest).words.splitlines()
    assert words[7].split()[0] == "yours" and "hits, where Belady has" in words[-1]
    assert sum(found(rarest)) < sum(found(fifo)) < sum(found(lru)) < sum(found(rarest_of_late))


def test_a_rule_may_scribble_on_the_shelf_that_it_is_shown():
    def clears(shelf, now, last, count):
        leaves = shelf[0]
        shelf.clear()
        return leaves

    assert found(clears) == found(fifo)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("answer", [None, -1, "A"])
def test_what_is_not_on_the_shelf_cannot_leave(answer):
    with pytest.raises(
        ValueError, match=r"^your rule returned .*; it must return one of the shelf"
    ):
        race(lambda *seen: answer)
