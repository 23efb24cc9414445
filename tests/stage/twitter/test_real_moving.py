"""Crossings take as long as the record says, and nothing arrives before it is sent."""

import json
import re
from pathlib import Path

import pytest

from scalemodel.stage.twitter.real_moving import CLIENT_X, SERVER_X, crossing, crossing_us

RECORD = Path(__file__).parents[3] / "book" / "twitter" / "real.json"
TOLD = {
    "keys_a_script": [1, 5],
    "scripts_together": [1, 4],
    "deliveries_per_s": [[[10_000.0, 25_000.0], [1.0, 1.0]]],
}


def steps(embed):
    data = json.loads(re.search(r'data-is="data">(.*?)</script>', embed.html)[1])
    return data["ways"]


# ── Examples ────────────────────────────────────────────────────────────────
def test_four_go_there_and_back_four_times_or_once():
    alone, together = steps(crossing(TOLD, 4))
    assert [words for words, *_ in alone][-2:] == [
        "Its answer is back after 0.4\u00a0ms in all.",
        "In all 0.4\u00a0ms: 4 times there and back.",
    ]
    assert alone[2][0] == "Its answer is back after 0.1\u00a0ms in all."
    assert [words for words, *_ in together][-1] == (
        "In all 0.16\u00a0ms: there and back once, and the work of 4."
    )


# ── Laws ────────────────────────────────────────────────────────────────────
def test_alone_one_is_on_its_way_at_a_time_and_together_all_are():
    alone, together = steps(crossing(TOLD, 4))
    away = [
        [sum(place[0] == SERVER_X for place in at) for _, *at in way] for way in (alone, together)
    ]
    assert away == [[0, 1, 0, 1, 0, 1, 0, 1, 0, 0], [0, 4, 0, 0]]
    for way in (alone, together):
        assert {place[0] for _, *at in way for place in at} == {CLIENT_X, SERVER_X}


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_times_are_the_records():
    told = json.loads(RECORD.read_text())["runs"]["round trips"]["numbers"]
    alone_us, together_us = crossing_us(told, 4)
    first = told["deliveries_per_s"][0][0]
    assert [alone_us * first[0], together_us * first[1]] == pytest.approx([1e6, 1e6])
    assert f"In all {4 * alone_us / 1000:.2g}\u00a0ms" in crossing(told, 4).html


# ── Refusals ────────────────────────────────────────────────────────────────
def test_what_was_not_measured_is_named():
    with pytest.raises(ValueError, match="together=3 must have been measured"):
        crossing(TOLD, 3)
    with pytest.raises(ValueError, match="deliveries=1 must be an integer of at least 2"):
        crossing(TOLD, 1)
