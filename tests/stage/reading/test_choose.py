"""A pick among designs: what stands there without a script, and what is refused by name."""

import pytest

from scalemodel.stage.reading.choose import choose

TEAS = {"green & mild": "When you have <an hour>.", "black": "When you must be awake."}


def tea(chapter="tea.leaves", question="Which tea?", options=TEAS):
    return choose(chapter, question=question, options=options)


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_pick_stands_on_the_page_as_the_script_expects_it():
    radio = '<label><input type="radio" name="choose-tea.leaves" value="{}" autocomplete="off"> '
    assert tea().html == (
        '<fieldset class="sm-choose" data-name="tea.leaves" data-lm-suppress-shortcuts>'
        "<legend>Which tea?</legend>"
        + radio.format("green &amp; mild")
        + "<span><strong>green &amp; mild</strong> When you have &lt;an hour&gt;.</span></label>"
        + radio.format("black")
        + "<span><strong>black</strong> When you must be awake.</span></label>"
        '<p><span role="status"></span> <button type="button" hidden>Take it back</button></p>'
        "</fieldset>"
    )
    assert tea().text == "Which tea?: green & mild, black"
    assert repr(tea()).startswith('<choose "Which tea?: green & mild, black" · ')


def test_two_chapters_keep_their_picks_apart():
    one, other = tea("tea.leaves").html, tea("coffee.leaves").html
    assert 'data-name="tea.leaves"' in one and 'name="choose-tea.leaves"' in one
    assert 'data-name="coffee.leaves"' in other and 'name="choose-coffee.leaves"' in other


@pytest.mark.parametrize("count", [2, 6])
def test_a_few_designs_are_taken(count):
    options = {f"tea {n}": "In the afternoon." for n in range(count)}
    assert tea("t.l_2", options=options).html.count("<label>") == count


# ── Laws ────────────────────────────────────────────────────────────────────
def test_the_stored_line_changes_with_any_word():
    assert repr(tea()) != repr(tea(options=TEAS | {"black": "When you must sleep."}))


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"chapter": "leaves"}, "chapter='leaves' must be company.chapter, in small letters"),
        ({"chapter": "Tea.leaves"}, "chapter='Tea.leaves' must be company.chapter"),
        ({"chapter": "tea.leaves.x"}, "chapter='tea.leaves.x' must be company.chapter"),
        ({"chapter": 'tea."'}, "must be company.chapter"),
        ({"chapter": None}, "chapter=None must be company.chapter"),
        ({"question": " "}, "question=' ' must be a question"),
        ({"question": 3}, "question=3 must be a question"),
        ({"options": {"black": "Yes."}}, "must map 2 to 6 designs to a sentence"),
        ({"options": {str(n): "Yes." for n in range(7)}}, "must map 2 to 6 designs"),
        ({"options": ["green", "black"]}, "must map 2 to 6 designs to a sentence"),
        ({"options": TEAS | {"mint": ""}}, "options['mint']='' must be a sentence under a design"),
        ({"options": TEAS | {"mint": 3}}, "options['mint']=3 must be a sentence"),
        ({"options": TEAS | {" ": "Yes."}}, "options[' ']='Yes.' must be a sentence"),
        ({"options": TEAS | {3: "Yes."}}, "options[3]='Yes.' must be a sentence"),
    ],
)
def test_a_slip_names_the_field(wrong, words):
    with pytest.raises(ValueError) as refusal:
        tea(**wrong)
    assert words in str(refusal.value)
