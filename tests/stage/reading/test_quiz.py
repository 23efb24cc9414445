"""Quizzes: what a reader without a script has, and how a slip in the file is named."""

import re

import pytest

from scalemodel.stage.reading.quiz import quiz, read

TEA = """
title: Tea & biscuits
questions:
  - id: hot
    kind: one
    ask: Is `tea < coffee`?
    options:
      - {text: It is, right: true, feedback: By the clock.}
      - {text: It is not, feedback: You thought of taste.}
  - id: with
    kind: several
    ask: What goes with it?
    options:
      - {text: Milk, right: true, feedback: It does.}
      - {text: Sand, feedback: It grates.}
      - {text: Sugar, right: true, feedback: It melts.}
  - id: steep
    kind: number
    ask: How long does it steep?
    unit: min
    answer: 4
    answer_from: "builtins:4"
    tolerance: 0.5
    right: The leaves are done.
    wrong: Look at the clock.
    near:
      - {value: 240, feedback: That is in seconds.}
  - id: make
    kind: order
    ask: Put in order.
    items:
      - {text: Boil, feedback: Cold water does nothing.}
      - {text: Pour, feedback: On the leaves.}
      - {text: Wait, feedback: Last comes patience.}
    shown: [2, 3, 1]
"""


@pytest.fixture
def tea(tmp_path):
    """Writes the quiz with a change; its path."""

    def write(old="", new=""):
        path = tmp_path / "tea.quiz.yml"
        path.write_text(TEA.replace(old, new) if old else TEA)
        return path

    return write


# ── Examples ────────────────────────────────────────────────────────────────
def test_each_question_is_a_group_with_a_legend_and_every_input_has_a_label(tea):
    html = quiz(tea()).html
    assert html.count("<fieldset") == html.count("<legend>") == 4
    inputs = len(re.findall(r"<(?:input|select)\b", html))
    assert inputs == 2 + 3 + 1 + 3 == html.count("<label")
    assert 'aria-label="Your answer, in minutes"' in html


def test_without_a_script_answers_and_feedback_can_be_read(tea):
    html = quiz(tea()).html
    details = "".join(re.findall(r"<details>(.*?)</details>", html))
    for words in ["You thought of taste.", "It grates.", "That is in seconds.", "Look at the clock.",
                  "4 min, give or take 0.5.", "Last comes patience.", "true.", "not so."]:  # fmt: skip
        assert words in details
    assert html.count('data-do="check" hidden') == 4, "a button that does nothing must not be seen"


def test_signs_of_html_are_text_and_backticks_are_code(tea):
    html = quiz(tea()).html
    assert "<code>tea &lt; coffee</code>" in html and 'aria-label="Tea &amp; biscuits"' in html


def test_things_in_order_are_shown_shuffled(tea):
    places = re.findall(r'<select data-right="(\d)"', quiz(tea()).html)
    assert places == ["2", "3", "1"]


def test_the_stored_line_changes_with_any_word(tea):
    assert repr(quiz(tea())) != repr(quiz(tea("It grates", "It gritted")))
    assert repr(quiz(tea())).startswith('<quiz "Tea & biscuits: 4 questions" · ')


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (", feedback: It grates.", "", "question 2 options: {'text': 'Sand'} lacks feedback"),
        ("right: true, feedback: By", "feedback: By", "has 0 right options; it must have exactly one"),
        ("is not, feed", "is not, right: true, feed", "has 2 right options"),
        ("kind: order", "kind: guess", "question 4 has kind='guess'; it must be one of one, several"),
        ("tolerance: 0.5", "tolerance: 0", "question 3 has tolerance=0; it must be above 0"),
        ("answer: 4\n", "answer: four\n", "has answer='four'; it must be a number"),
        ("value: 240", "value: 4.4", "near value=4.4; it must be away from the answer"),
        ("unit: min", "unit: cups", "unit='cups' must be one of"),
        ("[2, 3, 1]", "[1, 2, 3]", "it must not be the answer"),
        ("[2, 3, 1]", "[2, 2, 1]", "it must be 1 to 3, shuffled"),
        ("id: with", "id: hot", "question 2 has an id that is there already"),
        ("id: with", "id: With it", "has id='With it'"),
        ("title: Tea & biscuits", "name: Tea", "must have a title and questions"),
        ("ask: Put in order.", "ask: Put in order.\n    marks: 3", "has the field 'marks'"),
    ],
)  # fmt: skip
def test_a_slip_names_file_question_and_field(tea, old, new, words):
    with pytest.raises(ValueError) as refusal:
        read(tea(old, new))
    assert str(refusal.value).startswith("tea.quiz.yml") and words in str(refusal.value)
