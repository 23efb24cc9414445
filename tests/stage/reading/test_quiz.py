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

    def write(old="", new="", room="kitchen"):
        path = tmp_path / room / "tea.quiz.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(TEA.replace(old, new) if old else TEA)
        return path

    return write


# ── Examples ────────────────────────────────────────────────────────────────
def test_answers_are_kept_under_company_and_chapter(tea, monkeypatch):
    names = [re.search(r'data-name="([^"]+)"', quiz(tea(room=room)).html)[1] for room in "ab"]
    assert names == ["a/tea", "b/tea"]
    monkeypatch.chdir(tea(room="c").parent)  # as a chapter names it
    assert 'data-name="c/tea"' in quiz("tea.quiz.yml").html


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
                  "4\u00a0min, give or take 0.5.", "Last comes patience.", "true.", "not so."]:  # fmt: skip
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


HOW = "Write thousands as 12,500 or 12 500, decimals as 0.5 or 0,5."
AFTER = (
    '<button type="button" data-do="check" hidden>Check</button><div class="sm-quiz-said" '
    'role="status"></div><details><summary>Answer, and what speaks for each</summary>'
)


def asked(number, kind, ident, question, hint):
    return (
        f'<fieldset data-kind="{kind}" data-id="{ident}"><legend>{number}. {question}</legend>'
        f'<p class="sm-quiz-hint" id="KEY-{number}-hint">{hint}</p>'
    )


def test_every_kind_stands_on_the_page_as_the_script_expects_it(tea):
    html = quiz(tea()).html
    key = re.search(r'id="(quiz-[0-9a-f]{8})-1-hint"', html)[1]
    assert html.replace(key, "KEY").replace(AFTER, "AFTER") == (
        '<section class="sm-quiz" aria-label="Tea &amp; biscuits" data-name="kitchen/tea">'
        + asked(1, "one", "hot", "Is <code>tea &lt; coffee</code>?", "Choose one.")
        + '<label><input type="radio" name="KEY-1" value="0" autocomplete="off" '
        'aria-describedby="KEY-1-hint"> <span>It is</span></label>'
        '<label><input type="radio" name="KEY-1" value="1" autocomplete="off" '
        'aria-describedby="KEY-1-hint"> <span>It is not</span></label>AFTER<ul>'
        '<li data-right="1"><strong>It is: true.</strong> <span>By the clock.</span></li>'
        '<li data-right="0"><strong>It is not: not so.</strong> '
        "<span>You thought of taste.</span></li></ul></details></fieldset>"
        + asked(2, "several", "with", "What goes with it?", "Choose all that are true.")
        + "".join(
            f'<label><input type="checkbox" name="KEY-2" value="{n}" autocomplete="off" '
            f'aria-describedby="KEY-2-hint"> <span>{text}</span></label>'
            for n, text in enumerate(["Milk", "Sand", "Sugar"])
        )
        + 'AFTER<ul><li data-right="1"><strong>Milk: true.</strong> <span>It does.</span></li>'
        '<li data-right="0"><strong>Sand: not so.</strong> <span>It grates.</span></li>'
        '<li data-right="1"><strong>Sugar: true.</strong> <span>It melts.</span></li>'
        "</ul></details></fieldset>"
        + asked(3, "number", "steep", "How long does it steep?", f"Type a number. {HOW}")
        + '<label class="sm-quiz-number"><input type="text" inputmode="decimal" size="8" '
        'aria-label="Your answer, in minutes" autocomplete="off" aria-describedby="KEY-3-hint"> '
        'min</label>AFTER<ul><li data-value="4" data-within="0.5" data-right="1">'
        "<strong>4\u00a0min, give or take 0.5.</strong> <span>The leaves are done.</span></li>"
        '<li data-value="240" data-within="0.5"><strong>240\u00a0min: not so.</strong> '
        "<span>That is in seconds.</span></li><li><strong>Anything else: not so.</strong> "
        "<span>Look at the clock.</span></li></ul></details></fieldset>"
        + asked(4, "order", "make", "Put in order.", "Give each its place, first is 1.")
        + "".join(
            f'<label class="sm-quiz-place"><select data-right="{place}" autocomplete="off" '
            'aria-describedby="KEY-4-hint"><option value="">–</option><option>1</option>'
            f"<option>2</option><option>3</option></select> <span>{text}</span></label>"
            for place, text in [(2, "Pour"), (3, "Wait"), (1, "Boil")]
        )
        + "AFTER<ol><li><strong>Boil.</strong> <span>Cold water does nothing.</span></li>"
        "<li><strong>Pour.</strong> <span>On the leaves.</span></li><li><strong>Wait.</strong> "
        "<span>Last comes patience.</span></li></ol></details></fieldset>"
        '<p class="sm-quiz-end" hidden><button type="button" data-do="copy">Copy my answers'
        '</button> <button type="button" data-do="forget">Forget my answers</button></p>'
        '<textarea hidden readonly rows="8" aria-label="My answers as text"></textarea></section>'
    )


def test_two_quizzes_on_a_page_keep_their_buttons_apart(tea):
    htmls = [quiz(tea()).html, quiz(tea("Sand", "Mud")).html]
    names = [set(re.findall(r' name="([^"]+)"', html)) for html in htmls]
    assert names[0] and not names[0] & names[1]


def test_a_number_may_do_without_unit_and_near_misses_and_be_nothing(tea, tmp_path):
    without = TEA[: TEA.index("    near:")] + TEA[TEA.index("  - id: make") :]
    path = tmp_path / "less.quiz.yml"
    path.write_text(without.replace("    unit: min\n", "").replace("answer: 4\n", "answer: 0\n"))
    html = quiz(path).html
    assert 'aria-label="Your answer" ' in html and "<strong>0, give or take 0.5.</strong>" in html
    assert quiz(path).text == "Tea & biscuits: 4 questions"


def test_one_question_is_one(tmp_path):
    path = tmp_path / "one.quiz.yml"
    path.write_text(TEA[: TEA.index("  - id: with")])
    assert quiz(path).text == "Tea & biscuits: 1 question"


def test_two_questions_are_questions_and_a_title_may_be_a_year(tmp_path):
    path = tmp_path / "two.quiz.yml"
    path.write_text(TEA[: TEA.index("  - id: steep")].replace("Tea & biscuits", "1773"))
    assert quiz(path).text == "1773: 2 questions"
    assert read(path)[0] == "1773" and [q["id"] for q in read(path)[1]] == ["hot", "with"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("value: 240", "value: 5.01"),  # a hair more than two tolerances away, on either side
        ("value: 240", "value: 2.99"),
        ("value: 240", "value: -240"),
        ("tolerance: 0.5", "tolerance: 1.0e-9"),
        ("id: hot", "id: h"),
        ("id: hot", "id: h-2"),
        ("Sand, feedback", "Sand, right: true, feedback"),  # all of several may be true
        ("feedback: It melts", "right: false, feedback: It melts"),
        ("[2, 3, 1]", "[3, 2, 1]"),
    ],
)
def test_what_just_so_passes_is_taken(tea, old, new):
    if "right: false" in new:
        old, new = "right: true, feedback: It melts", "right: false, feedback: It melts"
    assert len(read(tea(old, new))[1]) == 4


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (", feedback: It grates.", "", "question 2 options: {'text': 'Sand'} lacks feedback"),
        ("right: true, feedback: By", "feedback: By", "question 1 has 0 right options; it must have exactly one"),
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
        ("[2, 3, 1]", "[1, 2, 3]", "tea.quiz.yml: question 4 has shown=[1, 2, 3]; it must not be the answer"),
        ("[2, 3, 1]", "[2, 2, 1]", "; it must be 1 to 3, shuffled"),
        ("id: with", "id: hot", "question 2 has an id that is there already"),
        ("id: with", "id: With it", "has id='With it'"),
        ("options:\n      - {text: It is, right: true, feedback: By the clock.}\n", "options:\n", "question 1 has options=[{"),
        ("text: Sand", "text: ''", "question 2 options: {'text': '', 'feedback': 'It grates.'} lacks text"),
        ("{text: Sand, feedback: It grates.}", "Sand", "question 2 options: 'Sand' is 'Sand'; it must have fields"),
        ("{text: Sand, feedback: It grates.}", "5", "question 2 options: 5 is 5; it must have fields"),
        ("Sand, feed", "Sand, right: 1, feed", "question 2 has right=1; it must be true or false"),
        ("Milk, right: true", "Milk, right: 'yes'", "has right='yes'; it must be true or false"),
        ("kind: one", "kind: [one]", "question 1 has kind=['one']; it must be one of"),
        ("    kind: one\n", "", "question 1 has kind=None"),
        ("    ask: Put in order.\n", "", "question 4 lacks ask"),
        ("  - id: hot\n    kind", "  - kind", "question 1 lacks id"),
        ("  - id: with\n", "  - just text\n  - id: with\n", "question 2 is 'just text'; it must have fields"),
        ("id: with", "id: 2nd", "tea.quiz.yml: question 2 has id='2nd'; it must be small letters, digits and -"),
        ("id: with", "id: with!", "has id='with!'"),
        ("id: make", "id: hot", "question 4 has an id that is there already"),
        ("tolerance: 0.5", "tolerance: -1", "has tolerance=-1; it must be above 0"),
        ("tolerance: 0.5", "tolerance: true", "has tolerance=True; it must be a number"),
        ("tolerance: 0.5", "tolerance: .nan", "has tolerance=nan; it must be a number"),
        ("answer: 4\n", "answer: .inf\n", "has answer=inf; it must be a number"),
        ("value: 240", "value: many", "question 3 has near value='many'; it must be a number"),
        ("value: 240", "value: 5", "question 3 has near value=5; it must be away from the answer"),
        ("value: 240", "value: 3", "near value=3; it must be away from the answer"),
        ("{value: 240, feedback", "{value: 240, right: true, feedback", "has the field 'right'; it must be one of feedback, value"),
        ("    wrong: Look at the clock.\n    near", "    near", "question 3 lacks wrong"),
        ("    tolerance: 0.5\n    right: The leaves are done.\n", "", "question 3 lacks right, tolerance"),
        ("near:\n      - {value: 240, feedback: That is in seconds.}", "near: 240", "has near=240; it must be a list of at least 0"),
        ("unit: min", "unit: [min]", "must be one of"),
        ("[2, 3, 1]", "[2, 3]", "has shown=[2, 3]; it must be 1 to 3, shuffled"),
        ("[2, 3, 1]", "[0, 2, 1]", "; it must be 1 to 3, shuffled"),
        ("[2, 3, 1]", "[2, b, 1]", "; it must be 1 to 3, shuffled"),
        ("[2, 3, 1]", "3", "has shown=3; it must be 1 to 3, shuffled"),
        ("[2, 3, 1]", "[3, true, 2]", "; it must be 1 to 3, shuffled"),
        ("title: Tea & biscuits", "title:", "tea.quiz.yml: title=None must say what it is about"),
        ("title: Tea & biscuits", "title: Tea\nmarks: 3", "tea.quiz.yml must have a title and questions"),
        ("title: Tea & biscuits", "title: [", "tea.quiz.yml: while parsing"),
        (TEA, "", "tea.quiz.yml must have a title and questions"),
        (TEA, "5", "tea.quiz.yml must have a title and questions"),
        (TEA, "- a list", "tea.quiz.yml must have a title and questions"),
        (TEA, "title: T\nquestions: []", "tea.quiz.yml: questions must be a list of at least one"),
        (TEA, "title: T\nquestions: 3", "tea.quiz.yml: questions must be a list of at least one"),
        ("title: Tea & biscuits", "name: Tea", "tea.quiz.yml must have a title and questions"),
        ("ask: Put in order.", "ask: Put in order.\n    marks: 3\n    out_of: 5", "question 4 has the field 'marks'"),
    ],
)  # fmt: skip
def test_a_slip_names_file_question_and_field(tea, old, new, words):
    with pytest.raises(ValueError) as refusal:
        read(tea(old, new))
    assert str(refusal.value).startswith("tea.quiz.yml") and words in str(refusal.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"^gone\.quiz\.yml must be a file beside the chapter$"):
        read(tmp_path / "gone.quiz.yml")


def test_of_several_at_least_one_is_right(tmp_path):
    path = tmp_path / "none.quiz.yml"
    second = TEA[TEA.index("  - id: with") : TEA.index("  - id: steep")].replace(
        "right: true, ", ""
    )
    path.write_text(f"title: None\nquestions:\n{second}")
    with pytest.raises(ValueError, match=r"1 has 0 right options; it must have at least one$"):
        read(path)
