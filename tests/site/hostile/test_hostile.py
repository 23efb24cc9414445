"""Storage that is refused or nonsense, words of the script's own language, any address: all goes on."""

import json
import os
import re
from types import SimpleNamespace
from urllib.parse import quote

import pytest

from tests.site.conftest import QUIET, Visitor, chromium

PAGE = "book/room/reading.html"
REFUSALS = {
    "throws": "{ get() { throw new DOMException('refused', 'SecurityError'); } }",
    "is none": "{ get() { return null; } }",
}
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }"
NONSENSE = [
    "5", '{"one": {}, "number": 5, "order": null, "several": []}',
    '{"one": {"given": 2}, "number": {"given": [true], "checked": true}, "order": {"given": ["9"]}}',
    '{"one": {"given": [true, "x"]}, "order": {"given": ["9", "9", "9"], "checked": true}}',
]  # fmt: skip
THEIRS = ["mode", "theme", "sidebar-scroll-top", "sphinx_highlight_terms",
          "pst_announcement_banner_pref", "sphinx-design-tab-id-x",
          "MathJax-Menu-Settings"]  # fmt: skip


def later(*values):
    """Parameters for a deep run."""
    return [pytest.param(value, marks=pytest.mark.thorough) for value in values]


@pytest.fixture(scope="module", autouse=True)
def program():
    """Where Chromium is, found before one runs."""
    return chromium.find()


def refusing(kind):
    """A script, before all others of a page, that makes its storage one of a `kind`."""
    if kind == "is full":
        return FULL
    names = ("localStorage", "sessionStorage")
    return "".join(f"Object.defineProperty(window, '{n}', {REFUSALS[kind]});" for n in names)


DONE = re.compile(r"^\d+ found\.$|^No page says that\.")


def everything_works(visitor):
    """Search, colours and quiz do what they are there for, and nothing complains."""
    page = visitor.open("search.html?q=even")
    page.get_by_text(DONE).wait_for()
    assert page.locator("#search-results li").count() > 0
    page = visitor.open(PAGE)
    seen = {page.evaluate("document.documentElement.dataset.mode")}
    for _ in range(2):
        page.locator(".theme-switch-button:visible").click()
        seen.add(page.evaluate("document.documentElement.dataset.mode"))
    assert seen == {"auto", "light", "dark"}
    assert page.evaluate("document.documentElement.dataset.theme") in ("light", "dark")
    answered(page)
    assert visitor.faults == []


def answered(page):
    """The quiz listens: an answer is judged, by all its buttons."""
    one = page.locator(".sm-quiz fieldset[data-id=one]")
    one.locator("input").first.check()
    one.locator("[data-do=check]").click()
    assert "Right." in one.locator(".sm-quiz-said").inner_text()
    page.get_by_role("button", name="Copy my answers").click()
    assert "Two [right]" in page.get_by_label("My answers as text").input_value()
    page.get_by_role("button", name="Forget my answers").click()
    assert not one.locator("input").first.is_checked()


@pytest.mark.parametrize("kind", ["throws", "is full", *later("is none")])
def test_where_storage_is_refused_everything_works(specimens, serve, visit, kind):
    visitor = visit(serve(specimens), apart=True)
    visitor.context.add_init_script(refusing(kind))
    everything_works(visitor)


@pytest.mark.thorough  # one more browser is started; Firefox refuses in earnest each time
def test_where_chromium_blocks_site_data_everything_works(
    program, browser, specimens, serve, tmp_path
):
    blocked = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(blocked))
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with browser.browser_type.launch_persistent_context(
        tmp_path, executable_path=program, args=[*QUIET, *sandbox]
    ) as context:
        visitor = Visitor(SimpleNamespace(new_context=lambda: context))
        visitor.home = serve(specimens)
        page = visitor.open("_static/favicon.svg")  # where no script of ours is
        with pytest.raises(Exception, match="Access is denied"):
            page.evaluate("localStorage.length")
        visitor.faults.clear()  # it asked for an icon
        everything_works(visitor)


def test_a_memory_that_is_nonsense_harms_nothing(specimens, serve, visit):
    visitor = visit(serve(specimens))
    page = visitor.open(PAGE)
    name = page.locator(".sm-quiz").get_attribute("data-name")
    for kept in NONSENSE:
        page.evaluate(
            "([keys, kept]) => { for (const key of keys) for (const place of [localStorage, "
            "sessionStorage]) place.setItem(key, kept); }",
            [[f"sm-quiz:{name}", *THEIRS], kept],
        )
        page.reload()
        assert page.locator(".sm-quiz [data-do=check]:visible").count() == 4, kept
        answered(page)
        assert page.evaluate("document.documentElement.dataset.theme") in ("light", "dark"), kept
        assert page.evaluate("localStorage.getItem('MathJax-Menu-Settings')") is None
        assert visitor.faults == [], kept


# ── Search ──────────────────────────────────────────────────────────────────
def results(page):
    """What the search says at last, and the pages it found."""
    page.get_by_text(DONE).wait_for()
    return page.locator("#search-results li a").all_inner_texts()


def test_a_word_of_the_script_s_own_language_is_found_where_it_stands(specimens, home_of, visit):
    visitor = visit(home_of(specimens))
    page = visitor.open("search.html?q=__proto__")
    assert results(page) == ["Reading › Cards and words"] and visitor.faults == []


@pytest.mark.parametrize(
    "word", ["constructor", *later("tostring", "hasownproperty", "-", "5", "the", "<wbr>", "%")]
)
def test_what_stands_nowhere_is_not_found(specimens, serve, visit, word):
    visitor = visit(serve(specimens))
    page = visitor.open(f"search.html?q={quote(word)}")
    assert results(page) == [] and visitor.faults == []


@pytest.mark.parametrize("path", [PAGE, *later("book/predict.html")])
def test_a_chapter_opens_under_any_question(specimens, home_of, visit, path):
    visitor = visit(home_of(specimens))
    page = visitor.open(f"{path}?q=x&highlight=x")
    assert page.locator("article h1").is_visible() and visitor.faults == []
