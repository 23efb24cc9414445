"""The search looks for any word that a person may type, and a page takes any address."""

import pytest


def results(page):
    """What the search says at last, and the pages it found."""
    page.get_by_text("Search finished").or_(page.get_by_text("did not match")).wait_for()
    return page.locator("#search-results li").all_inner_texts()


@pytest.mark.parametrize("word", ["constructor", "__proto__", "__proto__ constructor"])
def test_a_word_of_the_script_s_own_language_is_a_word(specimens, home_of, visit, word):
    visitor = visit(home_of(specimens))
    found = results(visitor.open(f"search.html?q={word}"))
    assert found == ["Reading"] and visitor.faults == []


@pytest.mark.parametrize("word", ["tostring", "hasownproperty", "-", "5", "the", "<wbr>", "%"])
def test_what_stands_nowhere_is_not_found(specimens, serve, visit, word):
    visitor = visit(serve(specimens))
    page = visitor.open("search.html")
    page.locator("#search-input, form.bd-search input:visible").first.fill(word)
    page.keyboard.press("Enter")
    assert results(page) == [] and visitor.faults == []


@pytest.mark.parametrize("path", ["book/room/reading.html", "book/predict.html"])
def test_a_chapter_opens_under_any_question(specimens, home_of, visit, path):
    visitor = visit(home_of(specimens))
    page = visitor.open(f"{path}?q=x&highlight=x")
    assert page.locator("article h1").is_visible() and visitor.faults == []
