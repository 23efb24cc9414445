"""The pictures that move in the Twitter chapters: each step is what a run did."""

import json
import re

import pytest

from scalemodel.core.units import NO_BREAK
from scalemodel.stage.twitter.arrival_moving import SHOWN, answers_of, arrival_moving
from scalemodel.stage.twitter.arrival_moving import ways_of as ways_to
from scalemodel.stage.twitter.fan_out_moving import (
    ON_WRITE,
    READERS,
    STAR,
    answer_moving,
    celebrity_moving,
    copies_of,
)  # fmt: skip
from scalemodel.twitter.backlog import finish_times
from scalemodel.twitter.live.arrival import OLD_POSTS, scene
from scalemodel.twitter.live.flow import READERS as PHONES
from scalemodel.twitter.live.flow import newest_seen
from scalemodel.twitter.timeline.policies import Hybrid

FOLLOWERS = {STAR: READERS, "Gus": ("Ann", "Dan"), "Hal": ("Fay",)}


def ways_of(embed):
    """The sentences of each way, in order, as the page holds them."""
    ways = re.findall(r"<p>([^<]+)</p><ol>(.+?)</ol>", embed.html.replace(NO_BREAK, " "))
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
    turns, whole, left_out = ways_of(answer_moving()).values()
    assert (whole[-1][:6], turns[-1][:6]) == ("0 of 3", "3 of 3")
    assert sum("and not what it answers" in words for words in turns) == 3
    assert left_out[-1].endswith("Nobody reads it first.")


def test_a_slow_phones_copies_wait_and_then_find_no_room():
    (words,) = ways_of(arrival_moving()).values()
    bos = [
        re.search(r"Bo&#x27;s ([a-z0-9 ]+?)(?: in the outbox|,|;|\.)", text)
        for text in words[2:16:3]
    ]
    assert [found[1] for found in bos] == [
        "is number 1", "is number 2", "finds no room", "is counted too", "is counted too",
    ]  # fmt: skip
    assert words[15] == (
        "5.0 s: the newest post on each screen: Ana 5, Bo 2, Cy 3. On its way to Bo: "
        "&#x27;2 more had no room&#x27;."
    )


def test_who_missed_posts_asks_and_has_them_all_in_the_end():
    (words,) = ways_of(arrival_moving()).values()
    assert words[16:] == [
        "5.0 s: Cy is back, and asks what came after post 3. Posts 4 to 5 come from the store.",
        "5.1 s: the newest post on each screen: Ana 5, Bo 2, Cy 5. On its way to Bo: "
        "&#x27;2 more had no room&#x27;.",
        "6.1 s: Bo is told that posts are missing, and asks what came after post 2. "
        "Posts 3 to 5 come from the store.",
        "8.2 s: the newest post on each screen: Ana 5, Bo 5, Cy 5. Nothing is lost: all were stored, "
        "and each phone asked for its own.",
    ]
    for who, step in (
        ("Cy", drawn(arrival_moving())[0][16]),
        ("Bo", drawn(arrival_moving())[0][18]),
    ):
        on_it = [
            n for n, place in step.items() if n.startswith(who) and place and 120 < place[0] < 216
        ]
        assert on_it == [f"{who}-{post}" for post in ((4, 5) if who == "Cy" else (3, 4, 5))]


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


@pytest.mark.parametrize("embed", [celebrity_moving(), answer_moving()], ids=["queue", "answer"])
def test_in_each_list_what_was_posted_first_lies_lowest(embed):
    age = ["the-star", "Gus", "Hal", "Ann"]  # Ann answers the star
    for step in (step for way in drawn(embed) for step in way):
        lying = [
            (place[0], place[1], age.index(name.rpartition("-")[0]))
            for name, place in step.items()
            if place and place[1] > 100
        ]
        assert all(
            y < z for x, y, young in lying for at, z, old in lying if at == x and old < young
        )


def test_an_answer_that_came_first_lies_over_a_gap():
    over = drawn(answer_moving())[0][2]
    (x, y), lowest = over["Ann-Dan"][:2], over["the-star-Ann"][1]
    assert y < lowest and not any(p and tuple(p[:2]) == (x, lowest) for p in over.values())


def test_each_second_puts_one_copy_into_a_list():
    for way in drawn(celebrity_moving())[:2]:
        lying = [sum(bool(place) and place[1] > 100 for place in step.values()) for step in way]
        assert lying == [*range(10), 9]


def test_no_two_things_stand_on_one_another_but_under_the_star_who_has_them_still():
    (steps,) = drawn(arrival_moving())
    for step in steps:
        apart = [tuple(place[:2]) for name, place in step.items() if place and name != "star"]
        apart = [place for place in apart if place != tuple(step["star"][:2])]
        for x, y in apart:
            near = [(a, b) for a, b in apart if abs(a - x) < 16 and abs(b - y) < 16]
            assert near == [(x, y)], step


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("batch", [1, 2, 3, 6])
def test_the_last_copy_of_each_tweet_is_made_when_the_clock_says(batch):
    made = [copy.tweet for copy in copies_of(FOLLOWERS, ON_WRITE, batch)]
    ends = [len(made) - made[::-1].index(name) for name in FOLLOWERS]
    sizes = [len(who) for who in FOLLOWERS.values()]
    assert ends == finish_times([0, 0, 0], sizes, 1.0, batch).tolist()


def test_what_is_pulled_is_not_copied():
    assert {copy.tweet for copy in copies_of(FOLLOWERS, Hybrid(6), 6)} == {"Gus", "Hal"}


def test_what_stands_on_a_screen_is_what_the_run_brought_there():
    report = scene(SHOWN)
    (steps,) = drawn(arrival_moving())
    settled = [at_s - 0.001 for at_s in POSTED_S[1:]] + [SHOWN.cut_at_s + SHOWN.cut_s - 0.001]
    answered = [way.there_s + 0.001 for way in answers_of(report).values()]
    settled += sorted(set(answered))
    for at_s, step in zip(settled, [*steps[3:16:3], *steps[17::2]], strict=True):
        for phone in PHONES:
            there = [
                int(name.split("-")[1])
                for name, place in step.items()
                if place and name.startswith(phone) and place[0] >= 254
            ]
            newest = max(0, newest_seen(report, phone, at_s) - OLD_POSTS)
            assert there == [*range(1, newest + 1)]


POSTED_S = [event.t_s for event in scene(SHOWN).events if event.kind == "post"]


def test_each_way_begins_with_its_post_and_ends_behind_it():
    for (_, post), way in ways_to(scene(SHOWN)).items():
        assert way.came_s == POSTED_S[post - 1] <= way.left_s < way.there_s
