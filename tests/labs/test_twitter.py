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
        ("return []", "a follower, has [] on a page of 5, without it"),
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
def test_the_last_pages_are_those_of_a_list_that_is_sorted(key):
    world = LAB.stage(key).draw(5)
    history = LAB.play(world, here(lab_laws.reference_of(LAB)))
    pages = {event.payload["reader"]: event.reply for event in history.of("last page")}
    assert len(pages) == len(world.followers)
    for reader, page in pages.items():
        wrote = [
            step.tweet
            for step in world.steps
            if step.kind == "post" and reader in world.followers[step.user]
        ]
        assert page == sorted(wrote, reverse=True)[: world.page]


# ── Refusals ────────────────────────────────────────────────────────────────
def test_work_that_never_ends_is_stopped():
    history = LAB.play(LAB.stage("a").draw(1), here(bare(LAB, work="return True")))
    (fault,) = history.of("fault")
    assert fault.payload["words"] == "work: still returns True after 5,000 calls"
