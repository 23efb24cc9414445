"""The pictures of the real log say what the record says."""

import json
import re

import pytest

from scalemodel.stage.uber.real import WAYS, dying_moving, rounds_picture, waiting_picture

TOLD = {
    "taken": 40, "came_again": [2, 3], "silent_s": [4.5, 11.0], "at_an_older_place": 0, "each_s": 0.5,
    "waiting": [[0, 5, 0], [0, 20, 9]],
}  # fmt: skip


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_steps_tell_the_measured_counts_and_both_sides_wait_for_a_store():
    html = dying_moving(TOLD, TOLD).html.replace("\xa0", " ")
    for words in ("s last 3 come again", "up to 25 reports", "All 40 are there", "40 have come"):
        assert words in html


def test_the_lines_stand_at_their_seconds():
    picture = waiting_picture({WAYS[0]: TOLD}, WAYS[0])
    first, second = picture.figure.data
    assert (
        list(first.x) == [0, 0.5, 1] and list(first.y) == [0, 5, 0] and list(second.y) == [0, 20, 9]
    )
    assert picture.readings["longest silence, partitions of B"] == (11.0, "s")
    assert picture.readings["reports that came twice"] == (5, "count")


def test_who_takes_over_begins_at_the_bar_and_one_batch_is_in_the_store_and_on_the_tape():
    html = dying_moving(TOLD, TOLD).html
    data = json.loads(re.search(r'data-is="data">(.+?)</script>', html)[1])
    steps = [dict(zip(data["things"], places, strict=True)) for _, *places in data["ways"][0]]
    taken_over, end = steps[7], steps[8]
    for row in range(4):
        bar_px = taken_over[f"far-{row}"][0]
        on_tape = [
            taken_over[f"r{n}"][0] for n in range(row, 16, 4) if taken_over[f"r{n}"][0] < 220
        ]
        assert bar_px == max(on_tape) + 9, "nothing beyond it waits"
    again, told = taken_over["again"], taken_over["r2"]
    assert again[0] == told[0] and again[2] == told[2] and taken_over["r6"][0] < 220
    assert end["again"] == 0 and again[:2] == end["r6"][:2], "the store holds it once"


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("size", [1, 10])
def test_the_chosen_size_is_on_the_measured_curve(size):
    told = {"messages_a_round": [1, 10], "messages_per_s": [1_000.0, 7_000.0]}
    picture = rounds_picture(told, [1_000.0, 8_000.0], size)
    formula, measured, chosen = picture.figure.data
    assert (*chosen.x, *chosen.y) in set(zip(measured.x, measured.y, strict=True))
    assert list(formula.y) == [1_000, 8_000]
    assert picture.readings["of the dead one's may come twice"] == (size, "count")
    assert "1 messages" not in picture.alt and "1 times" not in picture.alt


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_size_that_was_not_measured_is_refused():
    with pytest.raises(ValueError, match="5"):
        rounds_picture({"messages_a_round": [1], "messages_per_s": [9.0]}, [9.0], 5)
