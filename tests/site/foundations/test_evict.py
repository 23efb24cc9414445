"""The game against Belady, on its own page: by keyboard, by pointer, and looking ahead."""

import json

import pytest

from scalemodel.parts.caches.engine import simulate
from scalemodel.parts.caches.policies import FIFO, LRU, Belady
from tests.site.foundations.test_shelf_twin import by_hand
from tests.site.reader import findings, two_corners

pytestmark = pytest.mark.slow

PAGE, PLACES = "book/foundations/cache.html", 4


@pytest.fixture
def game(site, home_of, visit):
    """The game, open on its page, and its rows of requests."""
    visitor = visit(home_of(site))
    page = visitor.open(PAGE)
    found = page.locator(".sm-evict")
    found.locator("[data-is=keys] button").first.wait_for(state="visible")
    rows = json.loads(found.locator("script").text_content())["rows"]
    yield found, rows
    assert visitor.faults == []


def row_of(game, who):
    """The hits and misses in the visible row of `who`."""
    row = game.locator("tr:visible", has=game.page.locator(f"th:has-text('{who}')"))
    return [int(cell) for cell in row.locator("td").all_inner_texts()]


def at_hand(game):
    """The number of the request that waits for an answer, from 1."""
    return int(game.locator("[role=status]").inner_text().split("Request ")[1].split()[0])


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_whole_game_by_keyboard_scores_what_python_scores(game):
    game, rows = game
    page, choices = game.page, [3, 0, 1, 0, 2, 2, 1, 3] * 5
    hits, shelves = by_hand(rows[0], PLACES, choices)
    game.locator("[data-is=keys] button").first.focus()
    while game.locator("[data-is=keys]").is_visible():
        now = at_hand(game) - 1
        named = game.locator("[data-is=keys] b").all_inner_texts()
        assert named == ["ABCDEFGHIJKL"[one] for one in shelves[now - 1]]
        marks = game.locator("[data-is=strip] span")
        assert [
            mark == "hit" for mark in marks.evaluate_all("all => all.map(m => m.className)")[:now]
        ] == hits[:now]
        assert marks.all_inner_texts()[now + 1 :] == ["·"] * (len(rows[0]) - now - 1)
        assert game.locator("table:visible").count() == 0, "nothing shows the future"
        page.keyboard.press(str(choices[now] + 1))
    assert row_of(game, "you") == [sum(hits), len(hits) - sum(hits)]
    assert page.evaluate("document.activeElement.innerText").startswith(f"You: {sum(hits)} hits")
    for who, rule in (("Belady", Belady), ("LRU", LRU), ("FIFO", FIFO)):
        report = simulate(rows[0], rule(capacity=PLACES))
        assert row_of(game, who) == [report.hits, report.misses]
        assert f"{who} {report.hits}" in game.locator("[data-is=words]").inner_text()


def test_whoever_sees_what_comes_can_find_as_much_as_belady(game):
    game, rows = game
    game.get_by_role("button", name="Show what comes").click()
    for n, row in enumerate(rows):
        game.locator("[data-is=pick]").select_option(index=n)
        strip = "".join(game.locator("[data-is=strip] span").all_inner_texts())
        assert strip == "".join("ABCDEFGHIJKL"[one] for one in row)
        while game.locator("[data-is=keys]").is_visible():
            told = game.locator("[data-is=keys] small").all_inner_texts()
            after = [99 if "never" in text else int(text.split()[-1]) for text in told]
            game.locator("[data-is=keys] button").nth(after.index(max(after))).click()
        best = simulate(row, Belady(capacity=PLACES)).hits
        assert row_of(game, "you")[0] == best
        words = game.locator("[data-is=words]").inner_text()
        thrown = int(words.split("Of ")[1].split()[0])
        assert f"Belady {thrown}." in words and words.endswith("Nobody can find more.")


def test_the_words_name_the_first_throw_that_cost_something(game):
    """Round and round, LRU throws out what comes next, and Belady what came just before."""
    game, _ = game
    game.locator("[data-is=pick]").select_option("round and round")
    assert at_hand(game) == 5 and "is for E" in game.locator("[role=status]").inner_text()
    assert game.locator("[data-is=keys] small").first.inner_text() == "4 ago, 1×"
    for turn in range(16):
        game.locator("[data-is=keys] button").nth(turn % 4).click()
    words = game.locator("[data-is=words]").inner_text()
    assert "Of 16 things that you threw out, LRU would have thrown out 16, and Belady" in words
    assert "at request 5 you threw out A, asked for again at 6; D was asked for at 9." in words
    assert row_of(game, "you") == [0, 20]
    game.get_by_role("button", name="Start again").click()
    assert at_hand(game) == 5 and game.locator("table:visible").count() == 0


# ── Everybody ───────────────────────────────────────────────────────────────
@two_corners
def test_nobody_is_shut_out_before_and_after(site, serve, visit, width, mode):
    options = {"viewport": {"width": width, "height": 844}, "color_scheme": mode}
    page = visit(serve(site), **options).open(PAGE)
    game = page.locator(".sm-evict")
    keys = game.locator("[data-is=keys] button")
    for turn in range(40):
        if turn == 0 or not keys.first.is_visible():
            assert findings(page, {"include": [[".sm-evict"]]}) == []
            for button in game.locator("button:visible, select:visible").all():
                box = button.bounding_box()
                assert box["height"] >= 32 and box["width"] >= 32
        if not keys.first.is_visible():
            break
        keys.first.click()
    assert not keys.first.is_visible()


def test_without_a_script_the_others_can_be_read(site, home_of, visit):
    page = visit(home_of(site), java_script_enabled=False).open(PAGE)
    game = page.locator(".sm-evict")
    assert "needs JavaScript" in game.inner_text() and game.locator("table:visible").count() == 3
    assert not game.locator("button").first.is_visible()
    assert game.locator("th:has-text('you'):visible").count() == 0
