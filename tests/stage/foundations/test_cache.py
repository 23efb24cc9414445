"""The shelf, the race and the game before anybody plays, against the engine and the formulas."""

import numpy as np
import pytest

from scalemodel.core.rng import stream
from scalemodel.parts.caches.engine import simulate
from scalemodel.parts.caches.expected import lru_miss_ratio, zipf
from scalemodel.parts.caches.policies import FIFO, LRU, SIEVE, Belady
from scalemodel.stage.foundations import cache
from scalemodel.stage.foundations.cache import (
    FORMULAS,
    MARKS,
    REQUESTS,
    ROOM,
    RULES,
    cache_picture,
    formulas,
    hits,
    trace,
)
from scalemodel.stage.foundations.cache_moving import NAMES, WAYS, asked, cache_moving, shelves
from scalemodel.stage.look import theme
from tests.stage.foundations.told import ways_of

PLACES = {0: 42, 1: 86, 2: 130}  # of the shelf, px


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_shelf_of_the_picture_step_by_step():
    alike, favourites = ways_of(cache_moving())
    assert alike[0][0] == "I is asked for and is not there: a miss. It is fetched."
    assert alike[3][0] == (
        "G is asked for and is not there: a miss. It is fetched; I leaves, unused for longest."
    )
    assert alike[7][0] == "F is asked for, and lies on the shelf: a hit."
    assert alike[-1][0] == "4 of 14 requests found what they asked for on the shelf."
    assert favourites[-1][0] == "6 of 14 requests found what they asked for on the shelf."
    assert len(alike) == len(favourites) == 15 and favourites[-1][1] == favourites[-2][1]
    assert alike[0][1]["I"] == [42, 74, 3] and alike[0][1]["A"] == [215, 56, 4]
    assert alike[3][1]["G"] == [42, 74, 3] and alike[3][1]["I"] == [305, 86, 4]
    assert alike[7][1]["F"] == [86, 74, 2] and alike[7][1]["B"] == [42, 74]


def test_the_start_of_the_panel():
    picture = cache_picture(1_000, 1.0)
    assert picture.alt.replace("\xa0", " ") == (
        "Where 1,000 of 100,000 things fit, of 100 requests FIFO finds 46.5, LRU 50.6, "
        "SIEVE 58.3, Belady 66.0."
    )
    lru, formula, sieve, belady = [reading[0] for reading in picture.readings.values()]
    assert lru == pytest.approx(50.63) and formula == pytest.approx(50.546, abs=5e-4)
    assert sieve == pytest.approx(58.3425) and belady == pytest.approx(66.026)
    noise = picture.readings["by SIEVE"][2]
    assert noise == pytest.approx(196 * (0.583425 * 0.416575 / 200_000) ** 0.5)
    assert "LRU 0.96," in cache_picture(1_000, 0.0).alt, "no digit below the noise"


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("n", range(len(WAYS)))
def test_each_step_shows_who_is_where(n):
    (way, requests) = ways_of(cache_moving())[n], asked(list(WAYS.values())[n])
    found = simulate(requests, LRU(capacity=3)).hit_mask
    for now, (words, at) in enumerate(way[:-1]):
        places, left = shelves(requests)[now]
        assert (f"{NAMES[left]} leaves" if left is not None else "") in words
        assert ("leaves" in words) == (left is not None) and ("a hit" in words) == found[now]
        for one, name in enumerate(NAMES):
            x, y, *look = at[name]
            if one in places:
                assert (x, y) == (PLACES[places.index(one)], 74)
                assert look == ([] if one != requests[now] else [2 if found[now] else 3])
            else:
                assert (x, y, look) == (215 + 30 * (one % 5), 56 + 30 * (one // 5), [4])
        for past in range(14):
            here = at[f"request-{n}-{past}"]
            if past <= now:
                assert here == [62 + 22 * past, *((139, 2) if found[past] else (165, 3))]
            elif past < now + 10:
                assert here == [110 + 22 * (past - now - 1), 16, 4]
            else:
                assert here == 0
            assert at[f"request-{1 - n}-{past}"] == 0, "the other way's requests are not there"


def test_a_runner_takes_a_step_at_each_hit():
    picture = cache_picture(300, 0.8)
    data = picture.scene.data
    assert data["names"] == ["Belady", "SIEVE", "LRU", "FIFO"] and data["requests"] == 200_000
    for rule, row in zip((Belady, SIEVE, LRU, FIFO), data["hits"], strict=True):
        mask = simulate(trace(0.8), rule(capacity=300)).hit_mask
        assert row == [int(mask[: 5_000 * mark].sum()) for mark in range(41)]
    assert cache.CACHE.scripts[0].name == "player.js" and f'max="{MARKS}"' in cache.CACHE.html


def test_what_is_drawn_is_the_runs_and_the_formulas():
    figure = cache_picture(3_000, 1.0).figure
    assert [line.name for line in figure.data] == [*RULES, *FORMULAS]
    for line in figure.data:
        row = 100 * hits(1.0, line.name)[:, -1] / REQUESTS if line.name in RULES else None
        told = row if row is not None else [100 * share for share in formulas(1.0)[line.name]]
        assert list(line.x) == list(ROOM) and list(line.y) == np.round(told, 2).tolist()
        assert (line.line.dash is None) == (line.name in RULES)
    colours = [line.line.color for line in figure.data]
    assert len(set(colours)) == 6 and colours[0] == theme.policy_colour("optimum")
    (here,) = figure.layout.shapes
    assert here.x0 == here.x1 == 3_000


def test_more_room_finds_more_and_nobody_beats_belady():
    for exponent in (0.0, 1.0):
        finals = {rule: hits(exponent, rule)[:, -1] for rule in RULES}
        for row in finals.values():
            assert (np.diff(row) > 0).all()
            assert (row <= finals["Belady"]).all()
    assert (trace(0.0) != trace(1.0)).any() and len(trace(1.0)) == REQUESTS


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_shelf_of_the_picture_is_an_lru_cache():
    for seed in range(30):
        requests = stream(seed, "shelf").integers(0, 6, 40).tolist()
        told, before = shelves(requests), [None] * 3
        for one, hit, (places, left) in zip(
            requests, simulate(requests, LRU(capacity=3)).hit_mask, told, strict=True
        ):
            assert (one in before) == hit and one in places
            assert left == (set(before) - set(places) - {None} or {None}).pop()
            before = places


def test_the_formulas_are_the_parts():
    favourites, lru = formulas(0.6).values()
    assert favourites[3] == pytest.approx(float(zipf(100_000, 0.6)[:300].sum()))
    assert lru[6] == 1 - lru_miss_ratio(zipf(100_000, 0.6), 10_000, requests=REQUESTS)
    ran = hits(0.6, "LRU")[:, -1] / REQUESTS
    assert np.abs(ran - lru).max() < 2e-3


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_room_that_was_not_run_is_refused():
    with pytest.raises(ValueError, match="fits=7 must be one of 10, 30, 100"):
        cache_picture(7, 1.0)
    with pytest.raises(ValueError, match=r"alpha=-1\.0 must be"):
        trace(-1.0)
