"""A box's day as it moves, against the engine's day."""

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from scalemodel.netflix.edge.day import simulate
from scalemodel.netflix.edge.steering import ORIGIN
from scalemodel.stage.netflix import edge_moving as module
from scalemodel.stage.netflix.edge_moving import NAMES, WAYS, edge_moving, held, scene
from scalemodel.stage.panel import moving
from tests.stage.foundations.told import ways_of

LOOKS = {0: 2, 1: 1, ORIGIN: 3}  # good, busy, bad, as the page numbers them


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_day_in_words():
    good, old = ways_of(edge_moving())
    assert len(good) == len(old) == 25
    assert good[0][0].startswith("Midnight. The box in town holds A, B, D, H,")
    assert good[0][0].endswith("J comes out today.")
    assert good[2][0] == "2:00: the fill window opens, and A, D must leave."
    assert good[20][0] == "20:00: the box fails; from the next town J, C; from the origin F, I."
    assert good[22][0].startswith("22:00: the box is back")
    assert good[-1][0].startswith("18 of 28 films came from the box in town. 3 came from the next")
    assert old[-1][0].startswith("13 of 28 films came from the box in town.")
    assert "J" not in "".join(NAMES[one] for one in held(scene(list(WAYS)[1]).day, 0, 23))


def test_a_legend_says_what_the_viewers_wear_and_words_keep_apart():
    html = edge_moving().html
    inks = re.findall(r'stroke="var\(--sm-(\w+)\)" stroke-width="2.5"/><text[^>]*>([^<]+)<', html)
    assert inks == [("good", "town’s box"), ("gold", "next town’s"), ("bad", "origin")]
    style = (Path(moving.__file__).parent / "moving.css").read_text()
    for look, (ink, _) in zip(module.LOOKS, inks, strict=True):
        assert f'[data-look="{look}"] {{ color: var(--sm-{ink});' in style
    (label,) = re.findall(r">(asks[^<]*)<", html)
    assert module.ASK_X - 9 + 10 * len(label) < module.SHELF_X[1], "even in Jupyter's wide letters"


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("n", range(2))
def test_each_step_shows_what_each_box_holds_and_who_has_asked(n):
    run, way = scene(list(WAYS)[n]), ways_of(edge_moving())[n]
    today = run.day
    for hour, (_, at) in zip(range(1, 24), way[1:], strict=False):
        for box, name in enumerate(("here", "next")):
            films = held(today, box, hour)
            for one in range(len(NAMES)):
                place = at[f"{name}-{NAMES[one]}"]
                coming = today.comes_h[box, one] == hour + 1
                assert bool(place) == (one in films or coming)
                if coming:
                    assert place[:2] == at[f"far-{NAMES[one]}"][:2]
        for ask, asked in enumerate(today.hour.tolist()):
            place = at[f"ask-{ask}"]
            assert bool(place) == (asked <= hour)
            if place:
                assert place[2] == LOOKS[run.served_by[ask]]
                assert asked == hour or place[0] == 20 + 14 * asked
        assert bool(at["down"]) == (20 <= hour < 22)


def test_both_ways_have_the_same_viewers_and_what_flies_has_room():
    first, second = (scene(way) for way in WAYS)
    assert first.day.hour.tolist() == second.day.hour.tolist()
    assert first.day.file.tolist() == second.day.file.tolist()
    for run in (first, second):
        most = Counter(run.day.hour.tolist()).most_common(1)[0][1]
        assert module.GROUND_Y - 9 - module.STACK * (most - 1) > 96, "the stack stays in its part"
        for box in (0, 1):
            wide = sum(run.day.bytes_of[held(run.day, box, 23)]) * module.PX_GB / 1e9
            assert wide + 3 * len(held(run.day, box, 23)) < 115, "the films stay on the shelf"


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("way", WAYS)
def test_the_scene_is_the_engines_day(way):
    run = scene(way)
    report = simulate(module.config(way))
    size = run.day.bytes_of[run.day.file]
    for box in (0, 1):
        assert size[np.array(run.served_by) == box].sum() == report.box_bytes[:, box].sum()
    assert report.fill_bytes[14:].sum() == report.fill_bytes[:2].sum() == 0


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_way_that_there_is_not():
    with pytest.raises(KeyError):
        scene("by hope")
