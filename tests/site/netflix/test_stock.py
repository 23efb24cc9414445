"""Filling the shelf on its own page: an evening by keyboard and by pointer, scored as in Python."""

import json

import pytest

from scalemodel.stage.netflix.stock import Evening, optimum, score
from tests.site.reader import findings, two_corners

pytestmark = pytest.mark.slow

PAGE = "book/netflix/edge.html"


@pytest.fixture
def game(site, home_of, visit):
    """The game, open on its page, and its evenings."""
    visitor = visit(home_of(site))
    found = visitor.open(PAGE).locator(".sm-stock")
    found.locator("[data-is=films] button").first.wait_for(state="visible")
    yield found, [as_evening(one) for one in data_of(found)["nights"]]
    assert visitor.faults == []


def data_of(game):
    return json.loads(game.locator("script").text_content())


def as_evening(told):
    return Evening(
        told["names"], told["size"], told["before"], told["forecast"], told["asked"],
        [bool(held) for held in told["onShelf"]], told["disk"], told["carry"],
    )  # fmt: skip


def stocked(game, kept):
    """Presses until just `kept` lie on the shelf: first what must leave, then what comes."""
    for wanted in (False, True):
        for one, film in enumerate(game.locator("[data-is=films] button:visible").all()):
            if (one in kept) is wanted and (
                film.get_attribute("aria-pressed") == "true"
            ) is not wanted:
                film.focus()
                game.page.keyboard.press("Enter")


def row_of(game, who):
    row = game.locator("tr:visible", has=game.page.locator(f"th:text-is('{who}')"))
    return [int(cell) for cell in row.locator("td").all_inner_texts()]


# ── Examples ────────────────────────────────────────────────────────────────
def test_whoever_keeps_the_optimum_is_told_that_nobody_has_more(game):
    game, nights = game
    for at, night in enumerate(nights):
        game.locator("[data-is=pick]").select_option(index=at)
        stocked(game, optimum(night))
        game.get_by_role("button", name="Let the evening come").click()
        found = score(night, optimum(night))
        percent = round(100 * found["served"] / (found["served"] + found["fetched"]))
        assert row_of(game, "you") == [percent, found["carried"], found["fetched"]]
        assert row_of(game, "you") == row_of(game, "optimum")
        words = game.locator("[data-is=place]").inner_text().replace("\xa0", " ")
        assert (
            words == f"You: {percent} % of the bytes come from the box. Nobody could have had more."
        )


def test_a_films_bar_is_how_often_it_is_asked_for(game):
    game, (night, *_) = game

    def bars():
        films = game.locator("[data-is=films] button:visible").all()
        return [
            float(one.locator("i").evaluate("bar => parseFloat(bar.style.width)")) for one in films
        ]

    def told(times):
        return pytest.approx([100 * one / max(times) for one in times], abs=0.01)

    assert bars() == told(night.before)
    game.get_by_role("button", name="Show the forecast").click()
    assert bars() == told(night.forecast)
    game.get_by_role("button", name="Let the evening come").click()
    assert bars() == told(night.asked)


def test_what_does_not_fit_is_refused_in_words_and_what_cost_most_is_named(game):
    game, (night, *_) = game
    status, films = game.locator("[data-is=status]"), game.locator("[data-is=films] button:visible")
    game.get_by_role("button", name="Show the forecast").click()
    assert f"new: no yesterday, forecast {night.forecast[-1]}×" in films.last.inner_text()
    stocked(game, [])
    assert "On the shelf: 0 of 20 GB" in status.inner_text()
    for film in films.all():
        film.click()
    assert "cannot be carried in" in status.inner_text() or "does not fit" in status.inner_text()
    kept = [n for n, film in enumerate(films.all()) if film.get_attribute("aria-pressed") == "true"]
    assert score(night, kept)["fits"]
    stocked(game, [])
    game.get_by_role("button", name="Let the evening come").click()
    worst = max(range(len(night.names)), key=lambda one: night.size_gb[one] * night.asked[one])
    assert (
        f"What cost you most was {night.names[worst]}"
        in game.locator("[data-is=place]").inner_text()
    )
    assert row_of(game, "you")[0] == 0
    game.get_by_role("button", name="Start again").click()
    assert game.locator("table:visible").count() == 0


# ── Everybody ───────────────────────────────────────────────────────────────
@two_corners
def test_nobody_is_shut_out_before_and_after(site, serve, visit, width, mode):
    options = {"viewport": {"width": width, "height": 844}, "color_scheme": mode}
    game = visit(serve(site), **options).open(PAGE).locator(".sm-stock")
    game.locator("[data-is=films] button").first.wait_for(state="visible")
    for turn in range(2):
        assert findings(game.page, {"include": [[".sm-stock"]]}) == []
        for button in game.locator("button:visible, select:visible").all():
            box = button.bounding_box()
            assert box["height"] >= 32 and box["width"] >= 32
        if turn == 0:
            game.get_by_role("button", name="Let the evening come").click()


def test_without_a_script_the_others_can_be_read(site, home_of, visit):
    game = visit(home_of(site), java_script_enabled=False).open(PAGE).locator(".sm-stock")
    assert "needs JavaScript" in game.inner_text() and game.locator("table:visible").count() == 3
    assert not game.locator("button").first.is_visible()
