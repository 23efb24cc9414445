"""The game by hand before anybody plays: maps, rivals, what stands on the page, refusals."""

import itertools
import json
import re

import numpy as np
import pytest

from scalemodel.stage.uber import match as module
from scalemodel.stage.uber.match import (
    GAP_KM,
    WORDS,
    match_by_hand,
    rivals,
    score,
    small_room,
    tenths,
)
from scalemodel.stage.uber.pairs import Room
from scalemodel.stage.views.kinds import Kind

SCRIPT = Kind.beside(module.__file__).script
STREET = Room(np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([[0.4, 0.0], [2.9, 0.0]]))


def data_of(game):
    return json.loads(
        re.search(r'<script type="application/json"[^>]*>(.*?)</script>', game.html)[1]
    )


# ── Examples ────────────────────────────────────────────────────────────────
def test_on_a_street_the_first_takes_what_the_second_needs_less():
    assert score(STREET, [0, 1]) == (8 + 38, 38) and score(STREET, [1, 0]) == (58 + 12, 58)
    assert rivals(STREET)["optimum"] == [0, 1]


def test_the_page_holds_the_very_table_that_the_rivals_are_counted_by():
    data = data_of(match_by_hand({"a street": STREET}, title="Can you?"))
    (told,) = data["maps"]
    assert told["tenths"] == tenths(STREET).tolist() and told["best"] == [0, 1]
    assert told["riders"] == [[16, 16], [126, 16]]


def test_the_stored_line_names_every_sum():
    line = match_by_hand({"a street": STREET}, title="Can you?").text
    assert (
        line
        == "Can you?: a street · first come 4.6 min, shortest line first 4.6 min, optimum 4.6 min"
    )


def test_every_word_that_the_script_says_stands_on_the_page():
    assert set(re.findall(r'say\("(\w+)"', SCRIPT)) | set(
        re.findall(r"words\.(\w+)", SCRIPT)
    ) == set(WORDS)


def test_every_part_that_the_script_fills_stands_on_the_page():
    html = match_by_hand({"a street": STREET}, title="Can you?").html
    parts = set(re.findall(r'data-is="(\w+)"', html))
    assert set(re.findall(r"\bis\.(\w+)", SCRIPT)) == parts


def test_signs_of_html_are_text():
    html = match_by_hand({"<a>": STREET}, title="You & <it>").html
    assert 'aria-label="You &amp; &lt;it&gt;"' in html and "<option>&lt;a&gt;</option>" in html


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("layout", ["anywhere", "hot spot"])
@pytest.mark.parametrize("seed", range(5))
def test_no_two_buttons_touch(layout, seed):
    there = small_room(7, 8, layout, seed)
    at_km = np.vstack(there)
    apart_km = np.hypot(*(at_km[:, None] - at_km[None]).transpose(2, 0, 1))
    assert apart_km[~np.eye(len(at_km), dtype=bool)].min() >= GAP_KM


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("seed", range(8))
def test_the_optimum_is_the_best_of_all_ways_in_tenths(seed):
    there = small_room(5, 6, "anywhere", seed)
    ways = (score(there, way)[0] for way in itertools.permutations(range(6), 5))
    found = {who: score(there, cars)[0] for who, cars in rivals(there).items()}
    assert found["optimum"] == min(ways) == min(found.values())


@pytest.mark.parametrize("seed", range(8))
def test_first_come_takes_the_nearest_that_is_left(seed):
    there, free = small_room(6, 9, "anywhere", seed), set(range(9))
    for rider, car in enumerate(rivals(there)["first come"]):
        assert car == min(free, key=lambda one: there.minutes[rider, one])
        free.remove(car)


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("maps", "words"),
    [
        ({}, "maps={} must map at least one name"),
        ({"a": 3}, "maps['a']=3 must be a Room"),
        ({"a": Room(np.zeros((1, 2)), np.ones((3, 2)))}, "1 riders and 3 cars"),
        ({"a": Room(np.zeros((3, 2)), np.ones((2, 2)))}, "3 riders and 2 cars"),
        ({"a": Room(np.zeros((8, 2)), np.ones((9, 2)))}, "8 riders and 9 cars"),
        ({"a": Room(np.zeros((3, 2)), np.ones((10, 2)))}, "3 riders and 10 cars"),
    ],
)  # fmt: skip
def test_a_map_that_hands_cannot_match_is_refused(maps, words):
    with pytest.raises(ValueError) as refusal:
        match_by_hand(maps, title="Can you?")
    assert words in str(refusal.value)
