"""Every quiz of the book: feedback for each option, and numbers that the library computes."""

import importlib
import re
from pathlib import Path

import pytest

from scalemodel.stage.reading.quiz import read

ROOT = Path(__file__).parents[2]
QUIZZES = sorted((ROOT / "book").rglob("*.quiz.yml"))
QUESTIONS = [
    pytest.param(question, id=f"{path.name.partition('.')[0]}-{question['id']}")
    for path in QUIZZES
    for question in read(path)[1]
]


@pytest.mark.parametrize("path", QUIZZES, ids=lambda path: path.name)
def test_a_quiz_has_four_to_six_questions_and_stands_beside_its_chapter(path):
    assert 4 <= len(read(path)[1]) <= 6
    chapter = path.with_name(path.name.replace(".quiz.yml", ".md"))
    asked = re.findall(r'(?m)^quiz\("(.*)"\)$', chapter.read_text())
    assert asked == [f"{path.parent.name}/{path.name}"], "a notebook that runs alone asks so"


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_option_has_feedback_of_its_own_and_one_is_right(question):
    rows = question.get("options") or question.get("items") or question.get("near")
    said = [row["feedback"] for row in rows]
    assert all(len(words) > 20 for words in said) and len(set(said)) == len(said)
    if "options" in question:
        assert any(row.get("right") for row in rows)


@pytest.mark.parametrize(
    "question", [case for case in QUESTIONS if case.values[0]["kind"] == "number"]
)
def test_a_numeric_answer_is_what_the_library_computes(question):
    module, _, expression = question["answer_from"].partition(":")
    names = vars(importlib.import_module(module))
    computed = eval(expression, dict(names))  # our own files, not a reader's
    assert abs(computed - question["answer"]) < question["tolerance"] / 10
    for row in question.get("near", []):
        assert abs(computed - row["value"]) > 2 * question["tolerance"], row
