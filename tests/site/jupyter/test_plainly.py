"""The site's markup in Jupyter: words and links, or a refusal that names what has no plain form."""

import pytest

from tests.conftest import ROOT, tool

plainly = tool("for_jupyter.plainly")


@pytest.fixture
def plain(tmp_path):
    """Says a text plainly, of a chapter that has a neighbour with a notebook and one without."""
    (tmp_path / "tea.md").write_text("---\nkernelspec:\n  name: python3\n---\n# Tea")
    (tmp_path / "words.md").write_text("# Words")

    def said(text):
        chapter = tmp_path / "milk.md"
        chapter.write_text(text)
        return plainly.plain_prose(text, chapter)

    return said


# ── Examples ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[Tea](tea.md), [hot](tea.md#hot)", "[Tea](tea.ipynb), [hot](tea.ipynb)"),
        ("see [the words](words.md)", "see the words (on the site)"),
        ("[out](https://example.org/a.md)", "[out](https://example.org/a.md)"),
        ("![a cup](cup.png)", "![a cup](cup.png)"),
        ("[nowhere](#nowhere)", "nowhere"),
        ("(milk-a)=\n## A\n\n[up](#milk-a)", '<a id="milk-a"></a>\n\n## A\n\n[up](#milk-a)'),
        ("(milk-a)=\n## A", "## A"),
        (":::{note}\nHot.\n\n- a\n:::\n", "> Hot.\n>\n> - a\n"),
        (":::{admonition} Why?\n:class: dropdown\nSo.\n:::", "> **Why?**\n>\n> So.\n"),
        ("````{tip}\nSo.\n````", "> So.\n"),
        ("% in Jupyter: run it.", "run it."),
        ('<a href="x.ipynb" download>the lab</a>', "the lab"),
        ("a {term}`push <fan-out>`, {doc}`tea`", "a push, tea"),
    ],
)
def test_each_kind_of_markup_has_a_plain_form(plain, text, expected):
    assert plain(text) == expected


def test_an_exercise_is_a_heading_that_its_aim_leads_to(plain):
    task = "```{exercise-start} E1, read: tea\n:label: milk-e1\n:nonumber:\n```\n\nBoil it.\n"
    said = plain("- boil [E1](#milk-e1).\n\n" + task)
    assert (
        said == '- boil [E1](#milk-e1).\n\n<a id="milk-e1"></a>\n\n### E1, read: tea\n\nBoil it.\n'
    )


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("```{figure} a.png\n```", "```{figure} a.png"),
        (":::{margin}\nNo.\n:::", ":::{margin}"),
        ("a {download}`file`", "{download}`file`"),
        ("a {numref}`Figure %s <x>`", "{numref}`Figure %s <x>`"),
    ],
)
def test_what_has_no_plain_form_is_refused_by_name(plain, text, named):
    with pytest.raises(ValueError, match=r"^milk\.md: .* must have a plain form") as refusal:
        plain(text)
    assert named in str(refusal.value)


def test_a_solution_is_called_after_its_exercise():
    cost = ROOT / "book" / "twitter" / "cost.md"
    named = plainly.solution_title("```{solution-start} cost-e1\n```\nSo.", cost)
    assert named == "Solution. E1, read: ten times the followers"
    assert plainly.solution_title("```{solution-end}\n```", cost) is None
