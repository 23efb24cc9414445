"""The town on its own page: by keyboard it drives and answers as the library says."""

import pytest

from scalemodel.stage.uber.town import RIDERS, answer, in_words

pytestmark = pytest.mark.slow


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_the_town_drives_and_answers_by_keyboard(site, home_of, visit):
    visitor = visit(home_of(site), reduced_motion="reduce")
    page = visitor.open("book/uber/cars.html")
    town = page.locator(".sm-town[data-ready]")
    drawn = town.locator("[data-is=map]")  # the key has its own signs
    status, ask = town.locator("p[role=status]"), town.locator("[data-is=ask]")
    said = lambda: status.inner_text().replace("\xa0", " ")

    def rings(rider, now_s):
        for words in answer(rider, now_s):
            ask.focus()
            page.keyboard.press("Enter")
            assert said() == words
        assert ask.inner_text() == "another rider"
        assert drawn.locator(".car.best").count() == 3

    assert said() == in_words(0.0)
    rings(0, 0.0)
    town.get_by_role("button", name="let them drive").focus()
    page.keyboard.press("Enter")  # who wants no motion goes four seconds on
    assert said() == in_words(4.0) and drawn.locator(".sure").count() == 0
    town.locator("input").focus()
    page.keyboard.press("End")
    assert said() == in_words(40.0)
    for rider in range(1, len(RIDERS)):
        rings(rider, 40.0)
    box = drawn.bounding_box()
    drawn.click(position={"x": 0.9 * box["width"], "y": 0.9 * box["height"]})
    assert said().startswith("1 cell") and drawn.locator("rect.lit").count() == 1
    assert visitor.faults == []
