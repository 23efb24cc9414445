"""The shelf game before anybody plays: evenings, rivals, what stands on the page, refusals."""

import json
import re
from dataclasses import replace
from itertools import chain, combinations

import numpy as np
import pytest

from scalemodel.core.rng import stream
from scalemodel.netflix.edge.catalogue import CatalogueConfig
from scalemodel.stage.netflix import stock as module
from scalemodel.stage.netflix.stock import (
    RIVALS,
    Evening,
    evening,
    fill_the_shelf,
    optimum,
    rivals,
    score,
)  # fmt: skip
from scalemodel.stage.views.kinds import Kind

SCRIPT = Kind.beside(module.__file__).script
SHOP = CatalogueConfig(
    regions=1, days=2, gb_per_h=(3.0,), watched_ratio=(1.0,), spread=0.5, shift=1.0, seed=1,
    titles=10, premieres=1, leaving=0, drift_ratio=0.3,
)  # fmt: skip
NIGHT = Evening(
    ["Salt", "Orbit", "Comet"], [4, 5, 2], [6, 3, 0], [5, 3, 4], [4, 3, 6], [True, False, False],
    disk_gb=9, carry_gb=5,
)  # fmt: skip


def any_evening(rng):
    films = int(rng.integers(2, 8))
    size = rng.integers(1, 9, films).tolist()
    on_shelf = (rng.random(films) < 0.3).tolist()
    there = sum(one for one, held in zip(size, on_shelf, strict=True) if held)
    counts = (rng.integers(0, 20, films).tolist() for _ in range(3))
    disk = max(there, 1) + int(rng.integers(0, 15))
    return Evening(
        [str(n) for n in range(films)], size, *counts, on_shelf, disk, int(rng.integers(0, 12))
    )


# ── Examples ────────────────────────────────────────────────────────────────
def test_three_films_by_hand():
    assert score(NIGHT, [0, 2]) == {
        "served": 28, "fetched": 15, "carried": 2, "room": 3, "left": 3, "fits": True,
    }  # fmt: skip
    assert score(NIGHT, [0, 1, 2])["fits"] is False
    assert optimum(NIGHT) == [0, 1] and score(NIGHT, [0, 1])["served"] == 31
    told = rivals(NIGHT)
    assert told["the plan"] == (28, 2, 15), "the premiere is worth more, and then Orbit has no room"
    assert told["yesterday's favourites"] == (31, 5, 12) and list(told) == list(RIVALS)


def test_the_page_holds_the_very_evenings():
    game = fill_the_shelf(
        {"a Tuesday": NIGHT, "another": replace(NIGHT, carry_gb=2)}, title="What?"
    )
    data = json.loads(re.search(r'data-is="data">(.*?)</script>', game.html)[1])
    assert [night["carry"] for night in data["nights"]] == [5, 2]
    assert data["nights"][0] == {
        "names": ["Salt", "Orbit", "Comet"], "size": [4, 5, 2], "before": [6, 3, 0],
        "forecast": [5, 3, 4], "asked": [4, 3, 6], "onShelf": [1, 0, 0], "disk": 9, "carry": 5,
        "best": 31,
    }  # fmt: skip
    assert game.html.count("<table") == 2 and game.html.count('data-is="you"') == 1
    assert game.text.startswith("What?: a Tuesday · optimum 72 %, the plan 65 %, on demand")


def test_every_word_and_part_that_the_script_names_stands_on_the_page():
    html = fill_the_shelf({"a Tuesday": NIGHT}, title="What?").html
    words = json.loads(re.search(r'data-is="data">(.*?)</script>', html)[1])["words"]
    said = set(re.findall(r'\bsay\("(\w+)"', SCRIPT)) | set(re.findall(r"\bwords\.(\w+)", SCRIPT))
    said |= set(re.findall(r'\? "(\w+)" : "(\w+)", night', SCRIPT)[0])
    assert said == set(words)
    parts = set(re.findall(r'data-is="(\w+)"', html))
    assert set(re.findall(r"\bis\.(\w+)", SCRIPT)) - {"play"} == parts


def test_signs_of_html_are_text():
    html = fill_the_shelf({"<a>": NIGHT}, title="You & <it>").html
    assert 'aria-label="You &amp; &lt;it&gt;"' in html and "<option>&lt;a&gt;</option>" in html


# ── Laws ────────────────────────────────────────────────────────────────────
def test_an_evening_is_a_hundred_viewers_and_a_shelf_that_fits():
    for seed in range(20):
        night = evening(SHOP, 20, 8, seed)
        assert sum(night.asked) == sum(night.before) == 100
        held = [size for size, on in zip(night.size_gb, night.on_shelf, strict=True) if on]
        assert sum(held) <= 20 and not night.on_shelf[-1] and night.before[-1] == 0
        assert abs(sum(night.forecast) - 100) < 6 and len(set(night.names)) == 11


def test_nobody_beats_the_optimum_and_plans_fit():
    rng = stream(3, "stock")
    for _ in range(100):
        night = any_evening(rng)
        told = rivals(night)
        whole = sum(size * asked for size, asked in zip(night.size_gb, night.asked, strict=True))
        for who, (served, carried, fetched) in told.items():
            assert served + fetched == whole and carried <= night.carry_gb
            assert served <= told["optimum"][0] or who == "on demand"


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_optimum_is_the_best_of_all_subsets():
    rng = stream(4, "stock")
    for _ in range(60):
        night = any_evening(rng)
        films = range(len(night.names))
        ways = chain.from_iterable(combinations(films, n) for n in range(len(films) + 1))
        found = [score(night, way) for way in ways]
        best = max(one["served"] for one in found if one["fits"])
        mine = score(night, optimum(night))
        assert mine["fits"] and mine["served"] == best


def test_a_plan_without_limits_keeps_all_that_anybody_wants():
    night = replace(NIGHT, disk_gb=100, carry_gb=100)
    assert rivals(night)["the plan"] == rivals(night)["optimum"] == (43, 7, 0)
    lru = rivals(night)["on demand"]
    assert lru[0] == 43 - 2, "only the film of which nobody had asked is missed, once"


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"size_gb": [4, 5]}, "size_gb must have one entry for each of names"),
        ({"names": []}, "must have one entry for each of names, 1 or more"),
        ({"size_gb": [4, 5, 0]}, "size_gb=0 must be"),
        ({"disk_gb": 3}, "on_shelf holds 4 GB; it must be at most disk_gb=3"),
        ({"disk_gb": 0}, "disk_gb=0 must be"),
        ({"carry_gb": -1}, "carry_gb=-1 must be"),
    ],
)
def test_an_evening_that_cannot_be(changes, words):
    with pytest.raises(ValueError) as refusal:
        replace(NIGHT, **changes)
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("nights", "title", "words"),
    [
        ({}, "What?", "nights={} must map at least one name"),
        ({"a": 3}, "What?", "nights['a']=3 must be an Evening"),
        ({"": NIGHT}, "What?", "nights has the name ''; it must be text"),
        (
            {"a": Evening(["Salt"], [4], [1], [1], [1], [True], 9, 5)},
            "What?",
            "films of nights['a']=1",
        ),
        ({"a": NIGHT}, "", "title='' must be text"),
    ],
)
def test_a_slip_is_named(nights, title, words):
    with pytest.raises(ValueError) as refusal:
        fill_the_shelf(nights, title=title)
    assert words in str(refusal.value)
    assert np.isfinite(rivals(NIGHT)["optimum"]).all()
