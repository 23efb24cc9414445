"""What is read: cards, words with tips, a quiz by keyboard, and a class build without answers."""

import json
import re

import pytest

from tests.conftest import tool
from tests.site.conftest import SPECIMENS, jupyter_book, once, write_specimens
from tests.site.reader import holds


@pytest.fixture(scope="session")
def reading(specimens):
    """The page as anyone gets it, in the book of specimens."""
    return specimens


@pytest.fixture(scope="session")
def for_class():
    """The page as a teacher builds it."""

    def build(folder):
        write_specimens(folder / "source", pages=())
        done = jupyter_book(folder / "source", folder, SCALEMODEL_CLASS="1")
        assert done.returncode == 0, done.stdout + done.stderr

    return once("class", build)


@pytest.fixture
def page(reading, home_of, visit):
    """The page, open: its visitor and itself."""
    visitor = visit(home_of(reading))
    return visitor, visitor.open("book/room/reading.html")


def files_with(site, word):
    return {
        path.relative_to(site).as_posix()
        for path in site.rglob("*")
        if path.is_file() and word in path.read_text(errors="replace")
    }


# ── Solutions ───────────────────────────────────────────────────────────────
@pytest.mark.slow
def test_anyone_gets_the_solutions_on_the_page_and_in_what_it_offers(reading):
    files = files_with(reading, "SECRET")
    assert files >= {
        "book/room/reading.html", "_sources/book/room/reading.md", "_sources/book/room/reading.ipynb"
    }  # fmt: skip
    html = (reading / "book/room/reading.html").read_text()
    for offered in ("reading.md", "reading.ipynb"):
        assert f'href="../../_sources/book/room/{offered}"' in html
    assert html.count('id="solution-content"') == 0, "the same id twice"


@pytest.mark.slow
def test_a_class_gets_none_anywhere(for_class):
    assert files_with(for_class, "SECRET") == set()
    assert files_with(for_class, "secretly") == set(), "not in the search either"
    html = (for_class / "book/room/reading.html").read_text()
    assert "Say it in code." in html and "Here the page goes on." in html
    assert 'href="../../_sources/book/room/reading.ipynb"' in html
    notebook = json.loads((for_class / "_sources/book/room/reading.ipynb").read_text())
    text = "".join("".join(cell["source"]) for cell in notebook["cells"])
    assert "Say it in code." in text and "Here the page goes on." in text


@pytest.mark.slow
def test_a_solution_is_folded_and_opens_by_keyboard(page):
    visitor, page = page
    secret = page.get_by_text("The SECRET after the cell.")
    assert not secret.is_visible()
    button = page.locator(".solution button.toggle-button").last
    button.focus()
    page.keyboard.press("Enter")
    secret.wait_for(state="visible")
    assert visitor.faults == []


def test_a_notebook_shows_the_markup_plainly():
    page = SPECIMENS / "reading.md"
    words = re.sub(r"(?ms)^```\{code-cell\}.*?^```\n", "", page.read_text())
    prose = tool("for_jupyter.plainly").plain_prose(words, page)
    assert "> **People upload 500 hours of video to YouTube every minute.**" in prose
    assert (
        "500\u00a0hours\u00a0a\u00a0minute · stated by the company · 2020-02 · Wojcicki 2020"
        in prose
    )
    assert "63,508 (measured by a third party · 2020, Yan et al. 2020)" in prose
    assert "A rebuffer comes when the buffer is empty." in prose
    assert "### Second" in prose
    assert "- Huang, Johari" in prose and "<https://youtube.googleblog.com/2020/02>" in prose
    for mark in ("{fact}", "{term}", "{exercise", "{solution", ":label:", ":nonumber:"):
        assert mark not in prose, mark


# ── Cards ───────────────────────────────────────────────────────────────────
@pytest.mark.slow
@pytest.mark.parametrize("media", ["screen", "print"])
def test_a_card_says_value_speaker_date_and_source_without_a_hand_on_it(page, media):
    _, page = page
    page.emulate_media(media=media)
    card = page.locator(".sm-fact").nth(1)
    assert card.get_attribute("id") == "fact-youtube-bba_trial"
    said = card.inner_text()
    for words in (
        "fewer rebuffers",
        "10 to 20\u00a0%",
        "stated by the company (Netflix",
        "2014",
        "Huang",
    ):
        assert words in said
    assert card.locator("a").get_attribute("href").startswith("#")
    target = card.locator("a").get_attribute("href")[1:]
    assert page.locator(f"[id='{target}']").count() == 1


# ── Words ───────────────────────────────────────────────────────────────────
@pytest.mark.slow
def test_a_tip_comes_by_pointer_and_by_key_and_goes_by_escape(page):
    visitor, page = page
    link = page.locator(".sm-term a").first
    tip = page.locator(f"[id='{link.get_attribute('aria-describedby')}']")
    assert tip.get_attribute("role") == "tooltip" and not tip.is_visible()
    link.focus()
    assert tip.is_visible() and "buffer is empty" in tip.inner_text()
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    link.blur()
    link.hover()
    assert tip.is_visible()
    tip.hover()
    assert tip.is_visible(), "the pointer may go onto the tip"
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    page.mouse.move(0, 0)
    link.hover()
    assert tip.is_visible()
    page.emulate_media(media="print")
    assert not tip.is_visible()
    assert link.get_attribute("href").endswith("glossary.html#term-rebuffer")
    assert visitor.faults == []


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_nothing_scrolls_sideways_on_a_phone(reading, serve, visit, mode):
    options = {"viewport": {"width": 390, "height": 844}, "color_scheme": mode}
    page = visit(serve(reading), **options).open("book/room/reading.html")
    for link in page.locator(".sm-term a").all():
        link.focus()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for button in page.locator(".sm-quiz [data-do=check]").all():
        button.click()
        assert button.bounding_box()["height"] >= 32
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


# ── The quiz ────────────────────────────────────────────────────────────────
def question(page, name):
    return page.locator(f".sm-quiz fieldset[data-id={name}]")


def check(page, name):
    question(page, name).locator("[data-do=check]").focus()
    page.keyboard.press("Enter")
    return question(page, name).locator(".sm-quiz-said").inner_text()


def place(page, *places):
    for select, at in zip(question(page, "order").locator("select").all(), places, strict=True):
        select.focus()
        page.keyboard.press("Home")
        for _ in range(at):
            page.keyboard.press("ArrowDown")


@pytest.mark.slow
def test_every_kind_answers_by_keyboard(page):
    visitor, page = page
    assert check(page, "one") == "Answer first, then check."
    question(page, "one").locator("input").first.focus()
    page.keyboard.press("ArrowDown")
    assert "Not yet" in check(page, "one") and "Three leaves one over." in check(page, "one")
    question(page, "one").locator("input").last.focus()
    page.keyboard.press("ArrowUp")
    assert "Right." in check(page, "one") and "Two is twice one." in check(page, "one")

    boxes = question(page, "several").locator("input")
    boxes.first.focus()
    page.keyboard.press("Space")
    assert "there is more" in check(page, "several")
    boxes.last.focus()
    page.keyboard.press("Space")
    assert "Right." in check(page, "several")

    for typed, words in [
        ("0,5", "That is in seconds."), ("7", "Halve a thousand."), ("502", "✓ Right."),
        ("half", "Answer first, then check. Type a number. Write thousands as 12,500"),
        ("0.50", "That is in seconds."), ("500,0", "✓ Right. Read as 500."),
        ("12 500", "↻ Not yet. Read as 12,500."), ("12,500", "↻ Not yet.\n"),
    ]:  # fmt: skip
        field = question(page, "number").locator("input")
        field.fill("")
        field.focus()
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        assert words in question(page, "number").locator(".sm-quiz-said").inner_text()

    place(page, 1, 2, 3)
    assert "Not yet" in check(page, "order") and "Low comes first." in check(page, "order")
    place(page, 3, 1, 2)
    assert "Right." in check(page, "order")
    assert visitor.faults == []


@pytest.mark.slow
def test_answers_are_kept_copied_and_forgotten(page):
    visitor, page = page
    question(page, "one").locator("input").first.check()
    check(page, "one")
    place(page, 3, 1, 2)
    assert page.evaluate("Object.keys(localStorage)").count("sm-quiz:room/reading") == 1
    page.reload()
    assert question(page, "one").locator("input").first.is_checked()
    assert "Right." in question(page, "one").locator(".sm-quiz-said").inner_text()
    page.get_by_role("button", name="Copy my answers").click()
    lines = page.get_by_label("My answers as text").input_value().splitlines()
    assert lines[0] == "Four questions"
    assert lines[1:5] == [
        "1. Which is even?", "   Two [right]", "2. Which are odd?", "   (no answer)"
    ]  # fmt: skip
    assert lines[-1] == "   1. Low; 2. Middle; 3. High [right]"
    page.get_by_role("button", name="Forget my answers").click()
    page.reload()
    assert not question(page, "one").locator("input").first.is_checked()
    assert visitor.faults == []


@pytest.mark.slow
def test_without_a_script_questions_answers_and_solutions_can_be_read(reading, home_of, visit):
    page = visit(home_of(reading), java_script_enabled=False).open("book/room/reading.html")
    assert page.locator(".sm-quiz legend").first.is_visible()
    assert not page.locator(".sm-quiz button").first.is_visible()
    details = question(page, "number").locator("details")
    details.locator("summary").click()
    assert "That is in seconds." in details.inner_text() and "500\u00a0ms" in details.inner_text()
    assert page.get_by_text("The SECRET after the cell.").is_visible()


# ── The choice ──────────────────────────────────────────────────────────────
@pytest.mark.slow
def test_a_pick_is_made_by_keyboard_kept_printed_and_taken_back(page):
    visitor, page = page
    radios, status = page.locator(".sm-choose input"), page.locator(".sm-choose [role=status]")
    radios.first.focus()
    page.keyboard.press("ArrowDown")
    assert radios.last.is_checked() and status.inner_text() == "Noted, on this device only."
    assert page.evaluate("localStorage['sm-choose:room.reading']") == '"black tea"'
    page.reload()
    assert radios.last.is_checked() and status.inner_text() == "Your pick of before."
    page.emulate_media(media="print")
    back = page.get_by_role("button", name="Take it back")
    assert radios.last.is_visible() and radios.last.is_checked() and not back.is_visible()
    page.emulate_media(media="screen")
    back.focus()
    page.keyboard.press("Enter")
    assert radios.first.evaluate("radio => radio === document.activeElement")
    page.reload()
    assert page.locator(".sm-choose input:checked").count() == 0 and not back.is_visible()
    assert visitor.faults == []


@pytest.mark.slow
@pytest.mark.parametrize("kept", ['"mint tea"', "[1", '{"__proto__": 1}', "7"])
def test_what_was_kept_and_is_no_design_is_passed_over(page, kept):
    visitor, page = page
    page.evaluate("kept => { localStorage['sm-choose:room.reading'] = kept; }", kept)
    page.reload()
    assert page.locator(".sm-choose input:checked").count() == 0
    page.locator(".sm-choose input").first.check()
    assert page.locator(".sm-choose [role=status]").inner_text() == "Noted, on this device only."
    assert visitor.faults == []


@pytest.mark.slow
def test_where_nothing_may_be_kept_a_pick_stands_until_one_leaves(reading, home_of, visit):
    visitor = visit(home_of(reading), apart=True)
    visitor.page.add_init_script("Storage.prototype.setItem = () => { throw new Error('no'); };")
    page = visitor.open("book/room/reading.html")
    page.locator(".sm-choose input").first.check()
    assert page.locator(".sm-choose input").first.is_checked()
    page.get_by_role("button", name="Take it back").click()
    assert page.locator(".sm-choose input:checked").count() == 0
    page.reload()
    assert page.locator(".sm-choose input:checked").count() == 0
    assert visitor.faults == []


# ── Weight ──────────────────────────────────────────────────────────────────
@pytest.mark.slow
def test_only_pages_that_need_them_load_the_scripts(reading):
    words, page = ((reading / f"book/{n}.html").read_text() for n in ("glossary", "room/reading"))
    for name in ("choose", "quiz", "tip"):
        assert name in holds(page) and name not in holds(words)
