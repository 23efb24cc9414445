"""The table of words: order, one row a meaning, and slips that are named."""

import pytest

from scalemodel.stage.reading.glossary import Term, plain, read
from scalemodel.stage.site.markup import as_rst, modules_of


@pytest.fixture
def table(tmp_path):
    def write(text):
        path = tmp_path / "glossary.yml"
        path.write_text(text)
        return path

    return write


# ── Examples ────────────────────────────────────────────────────────────────
def test_terms_come_in_order_of_the_alphabet(table):
    path = table("terms: [{term: Tea, means: T.}, {term: milk, means: M.}]\nnotation: []\n")
    assert [term.term for term in read(path)[0]] == ["milk", "Tea"]


def test_names_of_code_are_told_apart_but_not_within_brackets():
    assert Term(term="a", means="A.", code="f(x, 99), b").line == "A. *In code*: `f(x, 99)`, `b`."


def test_a_tip_is_plain_text():
    assert plain("A *b* `c_d` 2 * 3.") == "A b c_d 2 * 3."


def test_a_docstring_keeps_its_examples_and_loses_its_signs():
    lines = ["Of `x_`: a*b.", "- one", "  more", "- two", "Sources: none.", "", ">>> a*b", "`1`"]
    assert as_rst(lines) == [
        "Of ``x_``: a\\*b.", "", "- one", "  more", "", "- two", "", "Sources: none.", "",
        ">>> a*b", "`1`",
    ]  # fmt: skip


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("terms: []", "must have terms and notation"),
        ("terms: [{term: a, means: A., x: 1}]\nnotation: []", "'a' must have only term, means"),
        ("terms: [{term: a, means: A.}, {term: a, means: B.}]\nnotation: []", "a is there twice"),
        ("terms: []\nnotation: [{symbol: S, unit: s}]", "S lacks means"),
    ],
)
def test_a_slip_names_the_row(table, text, words):
    with pytest.raises(ValueError) as refusal:
        read(table(text))
    assert words in str(refusal.value)


def test_a_room_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="module='kitchen' must be a room"):
        modules_of("kitchen")
