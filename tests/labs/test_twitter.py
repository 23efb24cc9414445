"""The Twitter lab: what every lab must show, and what its pages must be."""

import pytest

from scalemodel.labs.grade import grade_stage
from scalemodel.labs.twitter.lab import LAB
from tests.laws import lab_laws
from tests.laws.lab_laws import LabLaws, bare


def here(source):
    return lab_laws.here(LAB, source)


# ── Examples ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("return None", "user 0's page came back as None"),
        ("return [1, 2, 3, 4, 5, 6]", "has 6 tweets, and 5 were asked for"),
        ("return [9999]", "shows tweet 9999, which was never posted"),
        ("return []", "a follower, had [] on a page of 5, without it"),
    ],
)
def test_a_page_that_is_wrong_is_described(page, words):
    result = grade_stage(LAB, LAB.stage("a"), here(bare(LAB, page=page)), [3])
    assert result.outcome == "invalid" and words in result.verdict.sentence()


# ── Laws ────────────────────────────────────────────────────────────────────
class TestTwitter(LabLaws):
    """The laws of tests/laws/lab_laws.py."""

    lab = LAB


# ── Oracle ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("key", ["a", "b", "c"])
def test_whenever_no_work_is_left_pages_are_those_of_a_list_that_is_sorted(key):
    world = LAB.stage(key).draw(5)
    history = LAB.play(world, here(lab_laws.reference_of(LAB)))
    wrote, looked = [], 0
    for event in history.of("accepted", "last page"):
        if event.kind == "accepted":
            wrote.append((event.payload["tweet"], int(event.actor.split()[1])))
            continue
        reader = event.payload["reader"]
        mine = [tweet for tweet, author in wrote if reader in world.followers[author]]
        assert event.reply == sorted(mine, reverse=True)[: world.page]
        looked += len(wrote) < sum(step.kind == "post" for step in world.steps)
    assert looked, "and not only at the end"


# ── Refusals ────────────────────────────────────────────────────────────────
def test_a_page_that_lags_too_far_behind_is_told():
    lags = f"""{lab_laws.reference_of(LAB)}


class Timelines(Timelines):
    def page(self, reader, n):
        return super().page(reader, n) if self.idle else []

    idle = False

    def post(self, author, tweet):
        super().post(author, tweet)
        self.idle = False

    def work(self):
        more = super().work()
        self.idle = not more
        return more
"""
    verdict = lab_laws.first_verdict(LAB, LAB.stage("c"), here(lags), [3])
    assert verdict.check == "no_lost_tweet" and verdict.outcome == "invalid"
    assert "20 tweets later user" in verdict.sentence()


def test_work_that_never_ends_is_stopped():
    history = LAB.play(LAB.stage("a").draw(1), here(bare(LAB, work="return True")))
    (fault,) = history.of("fault")
    assert fault.payload["words"] == "work: still returns True after 5,000 calls"


def test_a_tweet_that_a_crash_has_lost_is_told_with_the_crash():
    player = here(lab_laws.mutant_of(LAB, "notes_first.py"))
    verdict = lab_laws.first_verdict(LAB, LAB.stage("b"), player, range(9))
    words = verdict.sentence()
    assert verdict.check == "no_lost_tweet" and "; the worker died at" in words
    assert "the store gave" not in words, "whole lists, which push nothing out"


def test_a_tweet_that_others_given_twice_push_out_is_told_with_them():
    reads_few = lab_laws.reference_of(LAB).replace("30)", "n)")
    verdict = lab_laws.first_verdict(LAB, LAB.stage("b"), here(reads_few), range(9))
    words = verdict.sentence()
    assert verdict.check == "no_lost_tweet" and "the worker died" not in words
    assert "the store gave it" in words and "how many different tweets did this page read" in words
