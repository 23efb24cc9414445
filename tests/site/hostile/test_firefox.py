"""Firefox with site data blocked: search, colours, quiz and lock work, and nothing complains."""

import pytest

from tests.site.hostile import firefox

BLOCKED = {"network.cookie.cookieBehavior": 2}
SOON = "new Promise((done) => { const look = () => (%s) ? done(true) : setTimeout(look, 50); look(); })"


@pytest.fixture(scope="module")
def reader():
    """A Firefox that keeps nothing for any page."""
    if firefox.find() is None:
        pytest.skip(f"not run: Firefox: {firefox.HOW}")
    with firefox.started(**BLOCKED) as reader:
        yield reader


@pytest.fixture
def open_page(reader, specimens, home_of):
    """Opens a page of the specimens; it must not complain until the test is over."""
    reader.faults.clear()
    yield lambda path: reader.open(f"{home_of(specimens)}/{path}")
    assert reader.faults == []


def test_it_does_refuse(reader, open_page):
    open_page("_static/favicon.svg")  # where no script of ours is
    refused = "(() => { try { localStorage.length; } catch (error) { return error.name; } })()"
    assert reader.run(refused) == "SecurityError"


@pytest.mark.parametrize(("word", "pages"), [("__proto__", 1), ("constructor", 0), ("nowhere", 0)])
def test_the_search_comes_to_an_end(reader, open_page, word, pages):
    open_page(f"search.html?q={word}")
    assert reader.run(SOON % "/\\d found\\.|No page says/.test(document.body.textContent)")
    assert reader.run("document.querySelectorAll('#search-results li').length") == pages


def test_the_colours_can_be_switched(reader, open_page):
    open_page("book/room/reading.html")
    seen = reader.run("""[0, 1, 2].map(() => {
        document.querySelector('.theme-switch-button').click();
        return document.documentElement.dataset.mode; })""")
    assert set(seen) == {"auto", "light", "dark"}


def test_the_quiz_answers(reader, open_page):
    open_page("book/room/reading.html")
    said = reader.run("""(() => {
        const one = document.querySelector('.sm-quiz [data-id=one]');
        one.querySelector('input').click();
        one.querySelector('[data-do=check]').click();
        return one.querySelector('.sm-quiz-said').textContent; })()""")
    assert "Right." in said


def test_the_lock_opens(reader, open_page):
    open_page("book/predict.html")
    said = reader.run("""(() => {
        const form = document.querySelector('.sm-predict form');
        form.querySelector('input').value = '45,0';
        form.querySelector('button').click();
        return document.querySelector('.sm-told').textContent; })()""")
    assert said.startswith("You said 45\u00a0s")
