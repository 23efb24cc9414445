"""The pictures of the real pipeline say what the record says."""

import json
import re

import pytest

from scalemodel.stage.youtube.killed import again_picture, played_picture, task_comes_back
from scalemodel.youtube import real
from tests.conftest import ROOT

TOLD = json.loads((ROOT / "book/youtube/real.json").read_text())["runs"]["killed"]["numbers"]


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_task_is_turned_over_and_comes_back_and_a_plain_queue_is_empty():
    html = task_comes_back().html
    data = json.loads(re.search(r'data-is="data">(.+?)</script>', html)[1])
    ours, plain = (
        [dict(zip(data["things"], places, strict=True)) for _, *places in way]
        for way in data["ways"]
    )
    task = [step["task-240"] for step in ours]
    assert task[1] != task[0] == task[3] != 0 and task[5] == 0
    assert [step["row"] for step in ours[:-1]] == [0] * 6 and ours[-1]["row"] != 0
    assert ours[4]["blob-240"] == ours[3]["blob-240"], "there is one"
    assert all(plain[-1][f"seen-{height}"] == 0 for height in (480, 720)) and plain[-1]["seen-240"]
    assert all(plain[-1][f"task-{height}"] == 0 for height in (240, 480, 720))


@pytest.mark.parametrize("killed_at", [1, 20, 47])
def test_the_bars_are_the_record_and_the_chosen_one_is_marked(killed_at):
    picture = again_picture(TOLD, killed_at)
    (bars,) = picture.figure.data
    assert list(bars.y) == TOLD["again"] and list(bars.x) == TOLD["killed_at"]
    colours = list(bars.marker.color)
    assert colours.count(colours[killed_at - 1]) == 1
    assert picture.readings["acts done again"] == (TOLD["again"][killed_at - 1], "count")
    assert TOLD["acts"][killed_at - 1] in picture.alt and "published once" in picture.alt
    twice = again_picture({**TOLD, "published": [2] * 47}, killed_at)
    assert "published 2 times" in twice.alt


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_what_a_player_shows_is_drawn_segment_by_segment():
    picture = played_picture([(1.0, [240, 240, 480], 0.5), (2.0, [720] * 3, 0.0)], 1.0)
    assert list(picture.figure.data[0].y) == [240, 240, 480]
    assert picture.readings["mean height"] == (320.0, "px")
    assert picture.readings["stands still after the start"] == (0.5, "s")


# ── Refusals ────────────────────────────────────────────────────────────────
def test_an_act_and_a_line_that_are_not_there():
    with pytest.raises(ValueError, match="killed_at=48"):
        again_picture(TOLD, 48)
    with pytest.raises(ValueError, match="line_mbps=9"):
        played_picture([(1.0, [240], 0.0)], 9)
    with pytest.raises(ValueError, match="must be a list"):
        real.rungs_of({"height_px": 3})
