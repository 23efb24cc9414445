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


def test_a_script_finds_what_is_right_beside_each_answer(tea):
    hot, with_it, steep, make = re.findall(r"<fieldset.*?</fieldset>", quiz(tea()).html)
    right = lambda question: re.findall(r'<li data-right="(\d)"', question)
    assert (right(hot), right(with_it)) == (["1", "0"], ["1", "0", "1"])
    assert re.findall(r'<input type="(\w+)"', hot + with_it) == ["radio"] * 2 + ["checkbox"] * 3
    assert re.findall(r'<input[^>]* value="(\d)"', hot + with_it) == ["0", "1", "0", "1", "2"]
    assert re.findall(r"<strong>[^<]*: (true|not so)\.", with_it) == ["true", "not so", "true"]
    numbers = re.findall(r'<li data-value="(\d+)" data-within="([\d.]+)"( data-right="1")?>', steep)
    assert numbers == [("4", "0.5", ' data-right="1"'), ("240", "0.5", "")]
    assert re.findall(r"<option>(\d)</option>", make) == ["1", "2", "3"] * 3
    assert re.findall(r"<span>(\w+)</span></label>", make) == ["Pour", "Wait", "Boil"]


def test_questions_are_counted_and_each_has_names_of_its_own(tea):
    html = quiz(tea()).html
    assert re.findall(r"<legend>(\d)\. ", html) == ["1", "2", "3", "4"]
    hints = re.findall(r'id="(quiz-[0-9a-f]{8}-\d-hint)">(\w+)', html)
    assert [first for _, first in hints] == ["Choose", "Choose", "Type", "Give"]
    assert set(re.findall(r'aria-describedby="([^"]+)"', html)) == {name for name, _ in hints}
    assert len({name for name, _ in hints}) == 4
    assert set(re.findall(r'<input[^>]* name="([^"]+)"', html)) == {
        name.removesuffix("-hint") for name, _ in hints[:2]
    }
    two = TEA[TEA.index("  - id: steep") :]
    assert quiz(tea(two, "")).text == "Tea & biscuits: 2 questions"


def test_a_number_may_have_no_unit_and_nothing_near(tea):
    near = "    near:\n      - {value: 240, feedback: That is in seconds.}\n"
    html = quiz(tea("    unit: min\n", "")).html
    assert 'aria-label="Your answer" ' in html and "4, give or take 0.5." in html
    assert quiz(tea(near, "")).html.count("data-value") == 1
    assert quiz(tea(near, "    near: []\n")).html.count("data-value") == 1


def test_a_near_number_lies_two_tolerances_away(tea):
    assert read(tea("value: 240", "value: 5.1")) and read(tea("value: 240", "value: -5"))


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
        ("value: 240", "value: soon", "has near value='soon'; it must be a number"),
        ("value: 240", "value: 5", "near value=5; it must be away from the answer"),
        ("value: 240", "value: 3.0", "near value=3.0; it must be away from the answer"),
        ("tolerance: 0.5", "tolerance: -1", "has tolerance=-1; it must be above 0"),
        ("tolerance: 0.5", "tolerance: true", "has tolerance=True; it must be a number"),
        ("      - {text: It is not, feedback: You thought of taste.}\n", "",
         "it must be a list of at least 2"),
        ("id: hot", "id: 2hot", "has id='2hot'; it must be small letters"),
        ("right: The leaves are done.", "right:", "question 3 lacks right"),
        ("feedback: It melts.", 'feedback: ""', "question 2 options: {'text': 'Sugar'"),
        (TEA[TEA.index("  - id"):], "  []", "questions must be a list of at least one"),
        (TEA[TEA.index("  - id"):], "  - tea", "question 1 is 'tea'; it must have fields"),
        (TEA, "- tea", "must have a title and questions"),
        (TEA, "{", "tea.quiz.yml: while parsing"),
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
