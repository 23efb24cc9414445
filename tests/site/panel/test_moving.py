"""A picture that moves, in a real browser: stepped by keyboard and mouse, played, and told in words."""

import pytest

from tests.site.reader import findings, holds, two_corners

# Where each thing stands, how it looks, and whether it is to be seen.
THINGS = """figure => [...figure.querySelectorAll('svg > g')].map((g) =>
  [g.style.transform, g.dataset.look, g.style.opacity])"""
STORED = ["translate(40px, 80px)", "busy", "1"]


@pytest.fixture
def moved(specimens, home_of, visit):
    """The page of specimens, its two figures, awake."""
    visitor = visit(home_of(specimens))
    page = visitor.open("book/moving.html")
    page.wait_for_function("document.querySelectorAll('.sm-moving[data-ready]').length === 2")
    yield page, page.query_selector_all(".sm-moving")
    assert visitor.faults == []


def button(figure, name):
    """One of play, back and next, or the way called `name`."""
    found = figure.query_selector(f"[data-to='{name}']")
    return found or figure.query_selector(f"[data-way]:text-is('{name}')")


def says(figure):
    """The sentence, and which step it is."""
    return [figure.query_selector(tag).inner_text() for tag in ("figcaption", "output")]


def test_it_is_stepped_by_keyboard_alone(moved):
    page, (figure, other) = moved
    untouched = other.evaluate(THINGS)
    assert says(figure) == ["Ana posts.", "step 1 of 3"] and figure.evaluate(THINGS)[0] == STORED
    assert button(figure, "back").is_disabled()
    button(figure, "next").focus()
    page.keyboard.press("Enter")
    assert says(figure) == ["A copy lies in Bo's list.", "step 2 of 3"]
    assert figure.evaluate(THINGS)[1] == ["translate(300px, 80px)", "good", "1"]
    page.keyboard.press("Space")
    assert says(figure) == ["Bo reads it.", "step 3 of 3"]
    assert figure.evaluate(THINGS)[0][2] == "0" and button(figure, "next").is_disabled()
    button(figure, "back").focus()
    page.keyboard.press("Enter")
    assert says(figure)[1] == "step 2 of 3"
    assert other.evaluate(THINGS) == untouched


def test_it_flies_and_arrives_under_the_mouse(moved):
    page, (_, figure) = moved
    place = "g => Math.round(g.getBoundingClientRect().x)"
    thing = figure.query_selector("svg > g")
    start = thing.evaluate(place)
    button(figure, "next").click()
    page.wait_for_function(f"([g, x]) => ({place})(g) > x + 1", arg=[thing, start])
    middle = thing.evaluate(place)
    page.wait_for_function(
        "g => getComputedStyle(g).transform === 'matrix(1, 0, 0, 1, 300, 80)'", arg=thing
    )
    assert start < middle <= thing.evaluate(place)


def test_another_way_is_told_from_its_beginning_and_plays_to_its_end(moved):
    page, (figure, _) = moved
    pressed = lambda: [
        pick.get_attribute("aria-pressed") for pick in figure.query_selector_all("[data-way]")
    ]
    button(figure, "next").click()
    button(figure, "on read").click()
    assert pressed() == ["false", "true"] and says(figure)[1] == "step 2 of 2"
    button(figure, "on write").click()
    assert pressed() == ["true", "false"] and says(figure)[1] == "step 2 of 3"
    assert button(figure, "play").inner_text() == "❚❚ pause"
    page.wait_for_function(
        "f => f.querySelector('output').textContent === 'step 3 of 3'", arg=figure
    )
    assert button(figure, "play").inner_text() == "▶ play"
    assert figure.query_selector("figcaption").get_attribute("aria-live") == "polite"


def test_playing_goes_by_itself_and_stops_when_told(moved):
    page, (figure, _) = moved
    button(figure, "play").focus()
    page.keyboard.press("Enter")
    assert says(figure)[1] == "step 2 of 3"
    page.keyboard.press("Enter")
    assert button(figure, "play").inner_text() == "▶ play"
    page.wait_for_timeout(1200)
    assert says(figure)[1] == "step 2 of 3"
    page.keyboard.press("Enter")
    page.wait_for_function(
        "f => f.querySelector('output').textContent === 'step 3 of 3'", arg=figure
    )
    page.keyboard.press("Enter")
    assert says(figure)[1] == "step 1 of 3"  # at the end it begins again


def test_who_asks_for_less_motion_steps_and_nothing_flies(specimens, serve, visit):
    page = visit(serve(specimens), reduced_motion="reduce").open("book/moving.html")
    figure = page.wait_for_selector(".sm-moving[data-ready]")
    assert not button(figure, "play").is_visible()
    button(figure, "on read").click()
    assert says(figure)[1] == "step 1 of 2"
    button(figure, "next").click()
    thing = figure.query_selector("svg > g")
    assert thing.evaluate("g => getComputedStyle(g).transform") == "matrix(1, 0, 0, 1, 300, 80)"


def test_without_a_script_the_first_picture_is_there_and_the_rest_is_told(
    specimens, home_of, visit
):
    page = visit(home_of(specimens), java_script_enabled=False).open("book/moving.html")
    figure = page.query_selector(".sm-moving")
    assert figure.query_selector("svg circle").is_visible()
    assert not any(each.is_visible() for each in figure.query_selector_all("button"))
    figure.query_selector("summary").click()
    assert "Bo reads it." in figure.inner_text()


def test_only_its_page_loads_its_script(specimens):
    page, other = ((specimens / f"book/{name}.html").read_text() for name in ("moving", "panels"))
    assert "moving" in holds(page) and "moving" not in holds(other)


@two_corners
def test_nobody_is_shut_out(specimens, serve, visit, width, mode):
    page = visit(
        serve(specimens), viewport={"width": width, "height": 844}, color_scheme=mode,
        reduced_motion="reduce",
    ).open("book/moving.html")  # fmt: skip
    page.wait_for_selector(".sm-moving[data-ready]")
    for step in page.query_selector_all(".sm-moving [data-to=next]"):
        step.click()
    assert findings(page, {"include": [[".sm-moving"]]}) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
