"""The line under a title counts what is seen, each kind of it apart."""

import pytest

from scalemodel.stage.reading.strip import Times, strip_line, times

PROSE = "One word after another. " * 200  # four minutes
HEADER = "---\n" + "key: value\n" * 500 + "---\n"
TASKS = "\n(abr-exercises)=\n## Exercises\n" + PROSE * 9


def cell(code, tags=""):
    return f"```{{code-cell}} ipython3\n{tags}{code}\n```\n"


def exercise(kind, start=""):
    return f"```{{exercise{start}}} E1, {kind}: who works?\n:label: a\n```\n"


def test_front_matter_and_exercises_are_not_read():
    assert times(PROSE) == Times(4, 0, 0)
    assert times(HEADER + PROSE + TASKS) == Times(4, 0, 0)


def test_what_a_cell_shows_is_looked_at_and_its_code_is_not_counted_in_words():
    shown, hidden = cell("x = 1\n" * 900), cell("x = 1", ":tags: [hide-input, remove-output]\n")
    assert times(PROSE + "\n" + 4 * shown) == Times(6, 0, 0)
    assert times(PROSE + "\n" + 4 * hidden + cell("y", ":tags: [remove-cell]\n")) == Times(4, 0, 0)


def test_a_note_and_a_card_are_read():
    assert times(PROSE + "\n:::{note}\n" + PROSE + ":::\n").read == 8
    cards = "\n```{fact} a.one a.two\n```\n" * 10  # six hundred words
    assert times(PROSE + cards).read == 7


@pytest.mark.parametrize("call", ["explore(\n    picture,\n)", "loop_moving(run)", "choose('a.b')",
                                  "moving(things)", "beat_the_algorithm(rides)"])  # fmt: skip
def test_what_is_played_with_takes_two_minutes_and_is_not_looked_at(call):
    assert times(PROSE + "\n" + cell(call, ":tags: [hide-input]\n")) == Times(4, 2, 0)


def test_questions_and_each_kind_of_exercise_are_done():
    assert times(PROSE + "\n" + exercise("read")).do == 10
    assert times(exercise("build", "-start") + exercise("design")).do == 50
    assert times("(abr-check)=\n" + cell('quiz("abr.quiz.yml")')).do == 5


def test_a_lab_takes_its_fifty_minutes():
    assert times(PROSE, "scalemodel.labs.twitter").do == 50
    assert ", 50 to do · know first: a · " in strip_line(PROSE, "a", "scalemodel.labs.twitter")


def test_each_number_of_the_line_says_what_it_is_for():
    assert strip_line("word", "b", "scalemodel.core").startswith(
        "1\u00a0min to read · know first: b"
    )
    assert str(Times(2, 6, 65)) == "2\u00a0min to read, 6 to play, 65 to do"
    assert str(Times(2, 0, 65)) == "2\u00a0min to read, 65 to do"
