"""A prediction lock asks, refuses what is no guess, and says kindly how far off it was."""

import json
import re
from html import unescape

import numpy as np
import plotly.graph_objects as go
import pytest

from scalemodel.stage.panel import grid, live_predict, page, predict
from scalemodel.stage.panel.axes import axis
from scalemodel.stage.panel.explore import explore
from scalemodel.stage.panel.live import LivePanel
from scalemodel.stage.panel.picture import Picture
from scalemodel.stage.panel.predict import guess_choice, guess_number


def lamp(wait_s):
    figure = go.Figure(go.Scatter(x=np.arange(5.0), y=np.arange(5.0) + wait_s))
    return Picture(figure, {"dark": (wait_s, "s")}, f"Dark after {wait_s:g} s.")


def number(**changes):
    asked = {"unit": "s", "low": 0, "high": 60, "answer": 20} | changes
    return guess_number("How long may it be?", **asked)


def panel(guess):
    return explore(lamp, title="When?", predict=guess, wait_s=axis(0, 10, 3, unit="s"))


WHO = guess_choice("Who is first?", ["the lamp", "the <torch>"], answer="the <torch>")


@pytest.fixture(autouse=True)
def forgetful(monkeypatch):
    """No test remembers the guesses of another."""
    monkeypatch.setattr(live_predict, "_said", {})


# ── Examples ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (45.0, "You said 45\u00a0s; the run gives 20\u00a0s. That is 25\u00a0s less."),
        (12.5, "You said 12.5\u00a0s; the run gives 20\u00a0s. That is 7.5\u00a0s more."),
        (20.0, "You said 20\u00a0s, and so does the run."),
        (None, "The run gives 20\u00a0s."),
    ],
)
def test_it_says_how_far_off(said, sentence):
    assert predict.revealed(number(), said) == sentence


@pytest.mark.parametrize(("text", "said"), [("0", 0), ("60", 60), ("60.1", None), ("-1", None)])
def test_the_bounds_themselves_may_be_guessed(text, said):
    assert predict.number_of(number(), text) == said


def test_a_guess_is_a_line_across_the_figure_with_its_label_inside():
    bare = {"text": "your guess", "textangle": 0, "textposition": "end"}
    for said, side in ((30.0, "left"), (30.5, "right"), (45.0, "right"), (20.5, "left")):
        (shape,) = predict.marked(number(drawn="x"), said, {})["shapes"]
        label = {**shape["label"]}
        assert label.pop("font") == {"color": shape["line"]["color"]}
        assert label == bare | {"xanchor": side, "yanchor": "top", "padding": 5}
        assert [shape[key] for key in ("x0", "x1", "xref", "y0", "y1", "yref")] == [
            said, said, "x", 0, 1, "paper",
        ]  # fmt: skip
    (shape,) = predict.marked(number(drawn="y"), 30.0, {"shapes": None})["shapes"]
    label = {**shape["label"]}
    del label["font"]
    assert label == bare | {"xanchor": "right", "yanchor": "bottom"}
    assert [shape[key] for key in ("y0", "y1", "yref", "x0", "x1", "xref")] == [
        30, 30, "y", 0, 1, "paper",
    ]  # fmt: skip


def test_a_choice_is_right_or_it_is_not():
    assert predict.revealed(WHO, "the <torch>") == "You said the <torch>, and so does the run."
    assert predict.revealed(WHO, "the lamp") == "You said the lamp; the run says the <torch>."


TWO = ("Longer: <it> stores.", "Shorter: it drains.")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (19.0, TWO[0]),
        (21.0, TWO[1]),
        (20.0, " ".join(TWO)),
        (20.001, " ".join(TWO)),  # printed as the answer is
        (None, " ".join(TWO)),
    ],
)
def test_too_low_and_too_high_are_explained_apart(said, words):
    assert predict.explained(number(tell=TWO), said) == words
    assert predict.explained(number(tell=list(TWO)), said) == words
    assert predict.explained(number(tell="One for all."), said) == "One for all."


def test_both_texts_stand_on_the_page_and_are_handed_to_the_script():
    html = page.panel_html(panel(number(tell=TWO)))
    assert "</span> Longer: &lt;it&gt; stores. Shorter: it drains.</p>" in html
    told = json.loads(unescape(re.search(r'data-guess="([^"]*)"', html)[1]))
    assert told["tell"] == list(TWO)
    assert told["unit"] == "\u00a0s"
    assert 'problem"> s <span' in html, "the unit alone stands beside the field"
    assert '"tell"' not in unescape(page.panel_html(panel(number(tell="One for all."))))


def test_the_stored_line_changes_with_question_and_answer():
    lines = {
        grid.digest_line(panel(guess))
        for guess in (None, number(), number(answer=21), guess_number("Else?", unit="s", low=0, high=60, answer=20))
    }  # fmt: skip
    assert len(lines) == 4


def test_without_a_script_everything_is_there():
    html = page.panel_html(panel(number(tell="It lives on its store.")))
    assert "<form hidden" in html  # nothing to fill in, and nothing covered
    assert "The run gives 20\u00a0s." in html and "It lives on its store." in html
    assert html.index("sm-question") < html.index('<figure class="sm-panel"')
    assert "inert" not in html


def test_what_the_script_needs_is_in_the_element_and_safe():
    html = page.panel_html(panel(WHO))
    told = json.loads(unescape(re.search(r'data-guess="([^"]*)"', html)[1]))
    assert told["answer"] == told["shown"] == "the <torch>"
    assert "<torch>" not in html and html.count('type="radio"') == 2


# ── Live ────────────────────────────────────────────────────────────────────
def test_in_jupyter_the_panel_is_not_there_until_a_guess_is_made():
    live = LivePanel(panel(number(drawn="x")))
    assert live.parts not in live.box.children
    live.guess.input.value = "99"
    live.guess.reveal()
    assert (
        "A number from 0 to 60" in live.guess.problem.value and live.parts not in live.box.children
    )
    live.guess.input.value = "45"
    live.guess.reveal()
    assert live.parts in live.box.children and "That is 25\u00a0s less" in live.guess.told.value
    (shape,) = live.figure.figure["layout"]["shapes"]
    assert (shape["x0"], shape["x1"]) == (45, 45)
    again = LivePanel(panel(number(drawn="x")))  # the cell is run once more
    assert again.parts in again.box.children


def test_in_jupyter_too_low_and_too_high_are_told_apart():
    live = LivePanel(panel(number(tell=TWO)))
    live.guess.input.value = "45"
    live.guess.reveal()
    assert live.guess.told.value.endswith("</strong> Shorter: it drains.</p>")
    assert "Longer" not in live.guess.told.value


@pytest.mark.parametrize(
    ("guess", "label", "bounds"),
    [
        (number(), "Your guess, s", "from 0 to 60"),
        (number(unit="count"), "Your guess", "from 0 to 60"),
        (number(unit="ratio"), "Your guess", "from 0 to 60"),
        (WHO, "Your guess", ""),
    ],
)
def test_in_jupyter_the_field_says_what_it_takes_and_its_buttons_work(guess, label, bounds):
    live = LivePanel(panel(guess))
    field, beside, problem, buttons = live.guess.form.children
    assert field.description == label and (bounds in beside.value if bounds else not beside.value)
    reveal, show = buttons.children
    reveal.click()
    assert "any guess will do" in problem.value and live.parts not in live.box.children
    show.click()
    assert live.parts in live.box.children


def test_in_jupyter_it_can_be_shown_without_a_guess():
    live = LivePanel(panel(WHO))
    live.guess.show()
    assert live.parts in live.box.children and "The run says the" in live.guess.told.value
    assert not live.figure.figure["layout"].get("shapes")


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"answer": 61}, "answer=61 must be .* at most 60"),
        ({"answer": float("nan")}, "answer=nan must be"),
        ({"high": 0}, "high=0 must be a finite number above 0"),
        ({"unit": "furlong"}, "furlong"),
        ({"drawn": 3}, "drawn=3 must be a string"),
        ({"tell": 3}, "tell=3 must be a string"),
        ({"tell": ("low",)}, "tell=.* must be a pair of sentences: too low, too high"),
        ({"tell": ("low", "high", "right")}, "tell=.* must be a pair"),
        ({"tell": ("low", " ")}, "tell=.* must be a pair"),
        ({"tell": (3, "high")}, "tell=.* must be a pair"),
    ],
)
def test_a_question_without_an_answer_is_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        number(**changes)


@pytest.mark.parametrize(
    ("choices", "answer", "words"),
    [
        (["a"], "a", "choices=.* at least two"),
        (["a", "a"], "a", "choices=.* different"),
        (["a", "b"], "c", "answer='c' must be one of 'a', 'b'"),
        ("ab", "a", "choices='ab' must be a list"),
        (["a", 3], "a", "choices=.* must be a list"),
        (["a", " "], "a", "choices=.* must be a list"),
    ],
)
def test_a_choice_that_is_none_is_refused(choices, answer, words):
    with pytest.raises(ValueError, match=words):
        guess_choice("Who?", choices, answer=answer)


@pytest.mark.parametrize("question", [" ", 3])
def test_a_question_is_a_sentence(question):
    with pytest.raises(ValueError, match=r"question=.* must be a sentence"):
        guess_choice(question, ["a", "b"], answer="a")
    with pytest.raises(ValueError, match=r"question=.* must be a sentence"):
        guess_number(question, unit="s", low=0, high=60, answer=20)


def test_a_choice_has_no_too_low():
    with pytest.raises(ValueError, match=r"tell=.* must be a string"):
        guess_choice("Who?", ["a", "b"], answer="a", tell=("low", "high"))


def test_a_guess_is_drawn_only_where_the_panel_has_room():
    with pytest.raises(ValueError, match="drawn='seed' must be one of x, y, wait_s"):
        panel(number(drawn="seed"))
    with pytest.raises(ValueError, match="predict=45 must be a guess_number"):
        panel(45)
