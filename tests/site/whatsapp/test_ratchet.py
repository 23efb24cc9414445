"""The thief on the ratchet's own page: every step says and shows what the rule says."""

import pytest

from scalemodel.stage.whatsapp.ratchet.ratchet_moving import NAMES, TURNS, said
from scalemodel.whatsapp.encryption.theft import KINDS, expected_opened
from tests.site.reader import plays_and_pauses

pytestmark = pytest.mark.slow

PAGE = "book/whatsapp/ratchet.html"
LOCKS = dict(zip(("one key", "a chain each", "the ratchet"), KINDS, strict=True))
SEEN = """root => [root.querySelector('[data-said]').textContent.replaceAll('\\xa0', ' '),
  root.querySelector('[data-thief]').textContent,
  [...root.querySelectorAll('[data-message]')].map((one) => one.dataset.look).join(' '),
  root.querySelector('output').textContent]"""


@pytest.fixture
def thief(picture):
    return picture(PAGE, "ratchet_moving")


def step(thief, name, times=1):
    for _ in range(times):
        thief.get_by_role("button", name=name).click()


def looks(opens, sent, after):
    """How each message looks when so many have been sent, and a phone was copied after some."""
    return " ".join(
        "ahead" if n >= sent else "open" if one and sent >= after else "shut"
        for n, one in enumerate(opens)
    )


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_copy_of_annas_phone_after_the_first_message_is_the_best_there_is(thief):
    step(thief, "next")
    step(thief, "copy Anna")
    step(thief, "next", 9)
    words, told, shown, where = thief.evaluate(SEEN)
    assert words == said("ratchet")[10] and where == "10 of 10"
    assert shown == "shut open open open open open shut shut shut shut"
    assert told.endswith("That is 5 of 10; your most 5, the most there is 5.")


def test_every_step_of_each_lock_is_what_the_rule_says(thief):
    step(thief, "next", 4)
    step(thief, "copy Ben")
    for name, kind in LOCKS.items():
        step(thief, name)
        opens = expected_opened(TURNS, 4, "B", kind)
        step(thief, "back", 4)
        for sent in range(len(TURNS) + 1):
            words, _, shown, where = thief.evaluate(SEEN)
            assert words == said(kind)[sent] and where == f"{sent} of {len(TURNS)}"
            assert shown == looks(opens, sent, 4)
            if sent < len(TURNS):
                step(thief, "next")
        step(thief, "back", 6)
    in_words = thief.locator("details li").all_text_contents()
    assert [words.replace("\xa0", " ") for words in in_words] == said("ratchet")


# ── Laws ────────────────────────────────────────────────────────────────────
def test_before_the_copy_nothing_is_open_and_back_undoes_it(thief):
    step(thief, "next", 6)
    step(thief, "copy Ben")
    step(thief, "next")
    assert "open" in thief.evaluate(SEEN)[2]
    step(thief, "back", 3)
    assert thief.evaluate(SEEN)[1:3] == [
        "The thief has not come yet.",
        looks([False] * 10, 4, 0),
    ]


def test_it_plays_to_the_end_and_can_be_paused(site, home_of, visit):
    visitor = visit(home_of(site))
    page = visitor.open(PAGE)
    thief = page.locator(".sm-ratchet_moving[data-ready]")
    second = "document.querySelector('.sm-ratchet_moving output').textContent === '2 of 10'"
    plays_and_pauses(page, thief, second, SEEN)
    assert visitor.faults == [] and set(NAMES) == set(TURNS)
