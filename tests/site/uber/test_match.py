"""Matching by hand on its own page: by keyboard and by pointer, counted as in Python."""

import json

import numpy as np
import pytest

from scalemodel.stage.uber.match import LETTERS
from tests.site.reader import findings, two_corners

pytestmark = pytest.mark.slow

PAGE = "book/uber/nearest.html"


@pytest.fixture
def game(site, home_of, visit):
    """The game, open on its page, and its maps."""
    visitor = visit(home_of(site))
    found = visitor.open(PAGE).locator(".sm-match")
    found.locator("[data-is=cars] button").first.wait_for(state="visible")
    yield found, json.loads(found.locator("script").text_content())["maps"]
    assert visitor.faults == []


def cars_of(game):
    return game.locator("[data-is=cars] button:visible")


def send(game, cars, *, by_key=False):
    """Marks each rider and presses that rider's car."""
    for rider, car in enumerate(cars):
        game.locator("[data-is=riders] button:visible").nth(rider).click()
        if by_key:
            game.page.keyboard.press(str(car + 1))
        else:
            cars_of(game).nth(car).click()


def row_of(game, who):
    row = game.locator("tr:visible", has=game.page.locator(f"th:text-is('{who}')"))
    return row.locator("td").all_inner_texts()


# ── Examples ────────────────────────────────────────────────────────────────
def test_whoever_finds_the_optimum_is_told_that_nobody_has_less(game):
    game, maps = game
    for at, one in enumerate(maps):
        game.locator("[data-is=pick]").select_option(index=at)
        send(game, one["best"], by_key=True)
        total = np.array(one["tenths"])[range(len(one["best"])), one["best"]].sum() / 10
        assert f"All have a car: {total:.1f} min" in game.locator("[data-is=status]").inner_text()
        game.get_by_role("button", name="Let them drive").click()
        assert (
            row_of(game, "you") == row_of(game, "optimum")
            and row_of(game, "you")[0] == f"{total:.1f}"
        )
        words = game.locator("[data-is=place]").inner_text().replace("\xa0", " ")
        assert words == f"You: {total:.1f} min in all. Nobody could have had less."
        assert game.locator("path.best").count() == 0


def test_a_car_that_is_taken_leaves_who_had_it(game):
    game, (one, *_) = game
    send(game, [3])
    assert game.locator("path.mine").count() == 1
    assert cars_of(game).nth(3).get_attribute("aria-label").endswith("on its way to A")
    send(game, [2, 3])
    send(game, [3])
    assert (
        game.locator("[data-is=status]").inner_text().startswith("B has no car now. Who goes to B?")
    )
    game.get_by_role("button", name="Let them drive").click(force=True)  # it says it is disabled
    assert game.locator("table:visible").count() == 0, "not before all have a car"
    riders = len(one["riders"])
    send(game, range(riders))
    game.get_by_role("button", name="Let them drive").click()
    total = np.array(one["tenths"])[range(riders), range(riders)].sum() / 10
    assert row_of(game, "you")[0] == f"{total:.1f}"
    differ = sum(car != rider for rider, car in enumerate(one["best"]))
    assert game.locator("path.best").count() == differ > 0
    game.get_by_role("button", name="Start again").click()
    assert game.locator("table:visible").count() == game.locator("path").count() == 0


def test_who_is_marked_is_told_how_far_each_car_is(game):
    game, (one, *_) = game
    for rider in (0, 4):
        game.locator("[data-is=riders] button:visible").nth(rider).click()
        for car, button in enumerate(cars_of(game).all()):
            minutes = f"{one['tenths'][rider][car] / 10:.1f} min to {LETTERS[rider]}"
            assert minutes in button.get_attribute("aria-label")


# ── Everybody ───────────────────────────────────────────────────────────────
@two_corners
def test_nobody_is_shut_out_before_and_after(site, serve, visit, width, mode):
    options = {"viewport": {"width": width, "height": 844}, "color_scheme": mode}
    game = visit(serve(site), **options).open(PAGE).locator(".sm-match")
    game.locator("[data-is=cars] button").first.wait_for(state="visible")
    for turn in range(2):
        assert findings(game.page, {"include": [[".sm-match"]]}) == []
        for button in game.locator("button:visible, select:visible").all():
            box = button.bounding_box()
            assert box["height"] >= 32 and box["width"] >= 32
        if turn == 0:
            send(game, range(7))
            game.get_by_role("button", name="Let them drive").click()


def test_without_a_script_the_others_can_be_read(site, home_of, visit):
    game = visit(home_of(site), java_script_enabled=False).open(PAGE).locator(".sm-match")
    assert "needs JavaScript" in game.inner_text() and game.locator("table:visible").count() == 3
    assert not game.locator("button").first.is_visible()
