"""The pictures that move in the Twitter chapters: each step is what a run did."""

import json
import re

import pytest

from scalemodel.stage.twitter.fan_out_moving import (
    ON_WRITE,
    READERS,
    STAR,
    answer_moving,
    celebrity_moving,
    copies_of,
)  # fmt: skip
from scalemodel.twitter.backlog import finish_times
from scalemodel.twitter.timeline.policies import Hybrid

FOLLOWERS = {STAR: READERS, "Gus": ("Ann", "Dan"), "Hal": ("Fay",)}


def ways_of(embed):
    """The sentences of each way, in order, as the page holds them."""
    ways = re.findall(r"<p>([^<]+)</p><ol>(.+?)</ol>", embed.html)
    return {name: re.findall(r"<li>(.+?)</li>", steps) for name, steps in ways}


def drawn(embed):
    """Of each way, what stands where at each step: rows of places, and the things' names."""
    data = json.loads(re.search(r'data-is="data">(.+?)</script>', embed.html)[1])
    return [
        [dict(zip(data["things"], places, strict=True)) for _, *places in way]
        for way in data["ways"]
    ]


# ── Examples ────────────────────────────────────────────────────────────────
def test_two_others_wait_for_the_star_or_take_turns():
    whole, turns, left_out = ways_of(celebrity_moving()).values()
    assert whole[-1].endswith("Gus 8 s, Hal 9 s, the star 6 s.")
    assert turns[-1].endswith("Gus 4 s, Hal 5 s, the star 9 s.")
    assert "after 3 s" in left_out[-1] and "1 list is pulled" in left_out[-1]


def test_an_answer_overtakes_what_it_answers_only_where_tweets_take_turns():
    whole, turns, left_out = ways_of(answer_moving()).values()
    assert (whole[-1][:6], turns[-1][:6]) == ("0 of 3", "3 of 3")
    assert sum("and not what it answers" in words for words in turns) == 3
    assert left_out[-1].endswith("Nobody reads it first.")


# ── Laws ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("embed", [celebrity_moving(), answer_moving()], ids=["queue", "answer"])
def test_a_copy_that_lies_in_a_list_stays_there_and_lies_on_no_other(embed):
    for way in drawn(embed):
        before = {}
        for step in way:
            lying = {
                name: tuple(place[:2]) for name, place in step.items() if place and place[1] > 100
            }
            assert len(set(lying.values())) == len(lying), "two copies in one place"
            assert before.items() <= lying.items()
            before = lying


def test_each_second_puts_one_copy_into_a_list():
    for way in drawn(celebrity_moving())[:2]:
        lying = [sum(bool(place) and place[1] > 100 for place in step.values()) for step in way]
        assert lying == [*range(10), 9]


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("batch", [1, 2, 3, 6])
def test_the_last_copy_of_each_tweet_is_made_when_the_clock_says(batch):
    made = [copy.tweet for copy in copies_of(FOLLOWERS, ON_WRITE, batch)]
    ends = [len(made) - made[::-1].index(name) for name in FOLLOWERS]
    sizes = [len(who) for who in FOLLOWERS.values()]
    assert ends == finish_times([0, 0, 0], sizes, 1.0, batch).tolist()


def test_what_is_pulled_is_not_copied():
    assert {copy.tweet for copy in copies_of(FOLLOWERS, Hybrid(6), 6)} == {"Gus", "Hal"}
