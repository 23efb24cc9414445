"""The prediction lock in a real browser: covered, refused, revealed, drawn, remembered."""

import pytest

from tests.site import gates
from tests.site.reader import findings, two_corners

NUMBER, CHOICE, SLIDER = 0, 1, 2  # the locks of the specimens, in order


@pytest.fixture
def locks(specimens, home_of, visit):
    """The page of specimens, and its locks."""
    visitor = visit(home_of(specimens))
    page = visitor.open("book/predict.html")
    page.wait_for_selector(".sm-predict form:not([hidden])")
    yield page, page.query_selector_all(".sm-predict")
    assert visitor.faults == []


def fill(page, lock, text):
    field = lock.query_selector("form input")
    field.fill(text)
    field.press("Enter")
    page.wait_for_timeout(100)


def told(lock):
    return lock.query_selector(".sm-told").inner_text()


def is_open(lock):
    return lock.query_selector(".sm-panel").evaluate(
        "panel => !panel.inert && panel.querySelector('.sm-alt').checkVisibility()"
    )


def test_it_is_covered_from_eye_ear_and_keyboard(locks):
    page, found = locks
    for lock in found:
        assert not is_open(lock) and not lock.query_selector(".sm-told").is_visible()
        assert lock.query_selector(".sm-panel").evaluate("panel => panel.inert")
    lock = found[NUMBER]
    lock.query_selector("[data-show]").focus()
    page.keyboard.press("Tab")
    assert not lock.evaluate("lock => lock.contains(document.activeElement)")


DRAWN = "[...document.querySelectorAll('.sm-panel')].every((panel) => panel.dataset.ready === '1')"


@pytest.mark.parametrize("width", [390, 1280])
def test_what_is_said_after_a_panel_waits_with_it_in_its_place(specimens, serve, visit, width):
    page = visit(serve(specimens), viewport={"width": width, "height": 844}).open(
        "book/predict.html"
    )
    page.wait_for_function(DRAWN)
    assert gates.told_too_soon(page) == []
    after = page.get_by_text("It is dark after twenty seconds")
    assert not after.is_visible()
    high = after.evaluate("p => p.offsetHeight")
    line = page.evaluate("getComputedStyle(document.querySelector('p[inert]'), '::before').content")
    assert line == '"Guess first: what stands here is the answer."'
    assert page.get_by_text("more stands above").is_visible()  # behind a heading

    for n, button in enumerate(page.query_selector_all("[data-show]")):
        waiting = len(page.query_selector_all("[inert]:not(figure)"))
        button.click()
        assert (
            after.is_visible()
        )  # each lock for itself: the first uncovers it, the rest what is theirs
        assert (len(page.query_selector_all("[inert]:not(figure)")) < waiting) == (n != CHOICE)
    assert gates.still_covered(page) == [] and after.evaluate("p => p.offsetHeight") == high


def test_nothing_under_a_cover_is_reached_by_keyboard(locks):
    page, found = locks
    focused = "document.activeElement.closest('[inert], .sm-panel')"
    page.evaluate("document.querySelector('.sm-predict input').focus()")
    while not page.evaluate("document.activeElement.matches('#another-matter a')"):
        page.keyboard.press("Tab")
        assert not page.evaluate(f"!!{focused}")
    found[NUMBER].query_selector("[data-show]").click()
    while not page.evaluate("document.activeElement.matches('.cell + p a')"):
        page.keyboard.press("Tab")
        assert not page.evaluate("document.activeElement.matches('[type=radio]')")


def test_a_link_to_what_is_covered_uncovers_it(specimens, serve, visit):
    visitor = visit(serve(specimens))
    page = visitor.open("book/predict.html#seconds")
    page.wait_for_selector(".sm-predict[data-open]")
    opened = [lock.get_attribute("data-open") for lock in page.query_selector_all(".sm-predict")]
    assert opened == [None, None, ""]
    page.goto("about:blank")
    page = visitor.open("book/predict.html")
    page.wait_for_selector(".sm-predict form:not([hidden])")
    page.get_by_role("link", name="the wait").click()
    page.wait_for_selector(".sm-predict[data-open]")
    page.wait_for_function(
        "(({ top }) => top >= 0 && top < innerHeight)(document.getElementById('seconds').getBoundingClientRect())"
    )
    assert page.get_by_text("The wait is five seconds.").is_visible()
    page.goto("about:blank")
    page = visitor.open(
        "book/predict.html#explore&4.wait_s=10+s"
    )  # a panel that lies under the cover
    page.wait_for_selector(".sm-predict[data-open]")
    assert page.get_by_text("And without a guess?", exact=True).is_visible()
    assert visitor.faults == []


def test_who_guessed_too_low_and_who_too_high_is_told_apart(specimens, serve, visit):
    low, high = "Longer: it stores.", "Shorter: it drains."
    for guess, ends, others in [
        ("4", low, high), ("6", high, low), ("5", f"{low} {high}", "?"), (None, f"{low} {high}", "?"),
    ]:  # fmt: skip
        page = visit(serve(specimens), apart=True).open("book/predict.html")
        page.wait_for_selector(".sm-predict form:not([hidden])")
        lock = page.query_selector_all(".sm-predict")[SLIDER]
        if guess:
            fill(page, lock, guess)
        else:
            lock.query_selector("[data-show]").click()
        assert told(lock).endswith(f" {ends}") and others not in told(lock)
        assert lock.query_selector(".sm-told + .sm-live").text_content() == told(lock)


def test_what_is_no_guess_is_refused_in_words(locks):
    page, found = locks
    problem = found[NUMBER].query_selector("form .sm-problem")
    for text in ("", "many", "61", "-1"):
        problem.evaluate("problem => { problem.textContent = ''; }")
        fill(page, found[NUMBER], text)
        assert "A number from 0 to 60" in problem.inner_text() and not is_open(found[NUMBER])
        assert found[NUMBER].query_selector("form input").get_attribute("aria-invalid") == "true"


def test_a_guess_is_answered_drawn_and_remembered(locks):
    page, found = locks
    fill(page, found[NUMBER], "45")
    sentence = "You said 45\u00a0s; the run gives 20\u00a0s. That is 25\u00a0s less. The lamp lives on its store."
    assert told(found[NUMBER]) == sentence and is_open(found[NUMBER])
    assert not is_open(found[CHOICE])  # each lock for itself
    assert page.evaluate("document.activeElement.classList.contains('sm-panel')")
    drawn = """() => {
      const plot = document.querySelector('.sm-predict .sm-plot');
      return plot._fullLayout?.shapes?.some(({ x0, x1 }) => x0 === 45 && x1 === 45);
    }"""
    page.wait_for_function(drawn)
    page.reload()
    page.wait_for_selector(".sm-predict[data-open]")
    assert told(page.query_selector(".sm-predict")) == sentence
    page.query_selector(".sm-predict .sm-panel").scroll_into_view_if_needed()
    page.wait_for_function(drawn)


def test_a_choice_by_keyboard_alone(locks):
    page, found = locks
    lock = found[CHOICE]
    lock.query_selector("[type=radio]").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert told(lock) == "You said the <torch>, and so does the run." and is_open(lock)


def test_just_show_me(locks):
    _, found = locks
    found[CHOICE].query_selector("[data-show]").click()
    assert told(found[CHOICE]) == "The run says the <torch>." and is_open(found[CHOICE])


def test_a_guess_may_be_drawn_under_a_slider(locks):
    page, found = locks
    lock = found[SLIDER]
    fill(page, lock, "5")
    mark, slider = (
        lock.query_selector(name).bounding_box() for name in (".sm-guess", "[type=range]")
    )
    assert abs(mark["x"] - (slider["x"] + slider["width"] / 2)) < 40  # half way


# The panel's controls, and whether they are in sight.
SEEN = """panel => {
  const { top, bottom } = panel.querySelector('.sm-controls').getBoundingClientRect();
  return !panel.inert && panel.checkVisibility() && top >= 0 && bottom <= innerHeight;
}"""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("state", ["{0}.wait_s=10+s", "{0}="])
def test_who_follows_a_link_sees_the_panel_in_its_state(specimens, home_of, visit, width, state):
    visitor = visit(home_of(specimens), viewport={"width": width, "height": 844})
    page = visitor.open("book/predict.html")
    last = page.query_selector_all(".sm-predict .sm-panel")[-1].get_attribute("data-panel")
    page.goto("about:blank")
    page = visitor.open(f"book/predict.html#explore&{state.format(last)}")
    panel = page.query_selector_all(".sm-predict .sm-panel")[-1]
    page.wait_for_function("panel => panel.dataset.ready === '1'", arg=panel)
    gates.come_to_rest(page)
    assert panel.evaluate(SEEN) and "gives" in told(page.query_selector_all(".sm-predict")[-1])
    at = panel.query_selector("[data-axis=wait_s]").input_value()
    assert at == ("2" if "wait_s" in state else "0")
    assert not is_open(page.query_selector_all(".sm-predict")[0])  # nobody asked for that one
    assert (
        page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('guess')).length")
        == 0
    )
    assert visitor.faults == []


def test_a_link_within_the_page_opens_the_panel_it_names(locks):
    page, found = locks
    panel = found[SLIDER].query_selector(".sm-panel")
    assert not panel.evaluate(SEEN)
    page.evaluate(
        "key => { location.hash = `#explore&${key}=`; }", panel.get_attribute("data-panel")
    )
    page.wait_for_function(f"panel => ({SEEN})(panel)", arg=panel)


def test_where_nothing_may_be_stored_it_works_all_the_same(specimens, home_of, visit):
    visitor = visit(home_of(specimens), apart=True)
    visitor.context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('private'); } });"
    )
    page = visitor.open("book/predict.html")
    page.wait_for_selector(".sm-predict form:not([hidden])")
    lock = page.query_selector(".sm-predict")
    fill(page, lock, "45")
    assert is_open(lock)


def test_a_memory_that_is_no_guess_is_forgotten(specimens, serve, visit):
    visitor = visit(serve(specimens))
    page = visitor.open("book/predict.html")
    page.wait_for_selector(".sm-predict form:not([hidden])")
    for stored in ("{", "[1]", '"x"', "99", "true", "{}"):
        page.evaluate(
            "stored => document.querySelectorAll('.sm-predict').forEach(lock => "
            "localStorage.setItem(`guess ${JSON.parse(lock.dataset.guess).key}`, stored))",
            stored,
        )
        page.reload()
        page.wait_for_selector(".sm-predict form:not([hidden])")
        for lock in page.query_selector_all(".sm-predict"):
            assert lock.query_selector("form").is_visible() and not is_open(lock), stored
            lock.query_selector("[data-show]").click()
            assert is_open(lock)
    assert visitor.faults == []


def test_without_a_script_and_on_paper_nothing_is_covered(specimens, serve, visit):
    page = visit(serve(specimens), java_script_enabled=False).open("book/predict.html")
    for lock in page.query_selector_all(".sm-predict"):
        assert lock.query_selector(".sm-told").is_visible()
        assert lock.query_selector(".sm-alt").is_visible()
        assert not lock.query_selector("form").is_visible()
    assert page.get_by_text("It is dark after twenty seconds").is_visible()
    assert told(page.query_selector_all(".sm-predict")[SLIDER]) == (
        "The run gives 5\u00a0s. Longer: it stores. Shorter: it drains."
    )
    page = visit(serve(specimens)).open("book/predict.html")
    page.wait_for_selector(".sm-predict form:not([hidden])")
    page.emulate_media(media="print")
    assert page.get_by_text("It is dark after twenty seconds").is_visible()
    for lock in page.query_selector_all(".sm-predict"):
        assert lock.query_selector(".sm-alt").is_visible()
        assert not lock.query_selector("form").is_visible()


@two_corners
def test_nobody_is_shut_out_covered_or_open(specimens, serve, visit, width, mode):
    page = visit(
        serve(specimens), viewport={"width": width, "height": 844}, color_scheme=mode,
        reduced_motion="reduce",
    ).open("book/predict.html")  # fmt: skip
    page.wait_for_selector(".sm-predict form:not([hidden])")
    page.wait_for_timeout(500)
    assert findings(page, {"include": [[".sm-predict"]]}) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
