"""The search: questions, each with the page that must be among the first three."""

import re

import pytest

QUESTIONS = {
    "book/youtube/abr": [
        "ABR", "buffer", "BOLA", "bitrate", "segment", "stall", "tunnel",
        "why does my video go blurry", "startup buffering",
    ],
    "book/youtube/upload": ["chunk"],
    "book/youtube/race": ["QoE", "quality of experience"],
    "book/netflix/services": ["bulkhead", "one slow service", "time-out"],
    "book/netflix/edge": ["open connect", "fill window", "steering"],
    "book/netflix/monkey": ["chaos monkey", "game day", "blast radius"],
    "book/whatsapp/ratchet": ["double ratchet", "forward secrecy", "metadata", "encryption"],
    "book/twitter/celebrity": [
        "fan-out", "fan-out on write", "celebrity", "feed", "timeline",
        "followers", "who pays for a celebrity",
    ],
    "book/twitter/cost": ["push model", "threshold", "does the hybrid save money", "price of a delivery"],
    "book/twitter/arrival": ["gateway", "long polling", "outbox"],
    "book/twitter/real": ["Redis"],
    "book/twitter/lab": ["lab", "killed", "crash"],
    "book/glossary": ["news feed", "backpressure", "thundering herd", "retry storm", "head-of-line blocking", "jitter", "CDN", "p99", "latency"],
    "book/how-to": ["interview", "cite", "jupyter"],
    "book/offline": ["without a network"],
    "book/bibliography": ["Brooker"],
    "book/api/twitter": ["FanOutOnWrite", "threshold_curve", "GatewayConfig"],
    "book/api/youtube": ["play_many"],
}  # fmt: skip
FIRST = 3
SCRIPT = re.compile(r"/_static/sm-\w+\.js")
ASK = """query => {
  document.getElementById('search-results').replaceChildren();
  Search.performSearch(query);
  return [...document.querySelectorAll('#search-results li a')].map((link) => link.getAttribute('href'));
}"""


@pytest.fixture
def searching(site, home_of, visit):
    """The search page, open."""
    visitor = visit(home_of(site))
    page = visitor.open("search.html?q=tunnel")
    page.wait_for_selector("#search-results li")
    yield page
    assert visitor.faults == []


def lost(page, questions=QUESTIONS, ask=ASK):
    """The questions whose page is not among the first, with what was found in its place."""
    return [
        (query, found[:FIRST])
        for wanted, queries in questions.items()
        for query in queries
        for found in [page.evaluate(ask, query)]
        if not any(address.partition(".html")[0] == wanted for address in found[:FIRST])
    ]


def test_every_question_finds_its_page_among_the_first_three(searching):
    assert lost(searching) == []


def test_a_search_without_our_ranking_would_be_seen(site, home_of, visit):
    """Where our script does not load, Sphinx's own finds what it found before."""
    visitor = visit(home_of(site))
    visitor.page.route(SCRIPT, lambda route: route.abort())
    page = visitor.open("search.html?q=tunnel")
    page.wait_for_selector("#search-results li")
    later = ASK.replace(
        "return [", "return new Promise((done) => setTimeout(done, 400)).then(() => ["
    )
    later = later.replace("'href'));", "'href')));")
    missed = lost(page, {"book/youtube/abr": ["ABR"]}, later)
    page.unroute(SCRIPT)
    assert {query for query, _ in missed} == {"ABR"}


def test_a_chapter_comes_before_every_list_of_names(searching):
    for query in ("ABR", "buffer", "fan-out", "celebrity"):
        found = searching.evaluate(ASK, query)
        names = [at for at, address in enumerate(found) if address.startswith("book/api/")]
        chapters = [
            at for at, address in enumerate(found) if address.count("/") == 2 and at not in names
        ]
        assert chapters[0] == 0 and max(chapters) < min(names, default=99)


def test_a_result_quotes_the_page_and_marks_what_was_asked(searching):
    searching.evaluate(ASK, "tunnel")
    line = searching.query_selector("#search-results li p.context")
    assert 60 < len(line.inner_text()) < 300
    assert line.query_selector("mark").inner_text().lower().startswith("tunnel")
    link = searching.query_selector("#search-results li a")
    link.click()
    searching.wait_for_selector("article")
    anchor = searching.evaluate("location.hash")
    assert searching.query_selector(anchor) is not None and "abr.html" in searching.url


def test_another_name_shows_our_word_and_its_meaning(searching):
    searching.evaluate(ASK, "thundering herd")
    shown = searching.query_selector("#search-results").inner_text()
    assert "Glossary › retry storm" in shown and "Also called thundering herd" in shown


@pytest.mark.parametrize(
    "query", ["constructor", "__proto__", "!!!", "<b>", "xyzzy", "the", "a" * 500]
)
def test_what_no_page_says_is_answered_in_words(searching, query):
    searching.evaluate(ASK, query)
    said = searching.query_selector("#search-results").inner_text()
    assert "found." in said or "No page says that." in said
