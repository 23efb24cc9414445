"""The field's word, once: phrases that are never right in the library or the book."""

import ast
import re
from pathlib import Path

import pytest

from scalemodel.core.declared import gathered

ROOT = Path(__file__).parents[2]
# phrase: what to say instead
NEVER = {
    "hit rate": "hit ratio", "hit %": "hit ratio", "push model": "fan-out on write",
    "pull model": "fan-out on read", "mixed mode": "hybrid", "death spiral": "metastable failure",
    "buffer size": "buffer level", "quality id": "rung", "stalling": "rebuffering", "stalled": "rebuffered",
    "toy model": "scale model", "simply": "", "obviously": "", "of course": "",
    "dearer": "costs more", "by lot": "at random", "in the mean": "on average",
    "times as small": "a tenth, a twentieth", "times as few": "a tenth, a twentieth",
}  # fmt: skip
ALLOWED = {"tests/house/test_words.py"}
PAGES = [*sorted((ROOT / "lib").rglob("*.py")), *sorted((ROOT / "book").rglob("*.md"))]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_phrase_that_is_never_right(path):
    text = re.sub(r"`[^`\n]+`", "", path.read_text().lower())
    for phrase, instead in NEVER.items():
        said = _said(text, phrase)
        assert not said, f"{path.name} says {phrase!r}" + (f"; say {instead!r}" if instead else "")


def _said(text, phrase):
    """Whether `phrase` stands there otherwise than once, in italics, beside the word we use."""
    told = len(re.findall(rf"\b{re.escape(phrase)}", text))
    beside = len(re.findall(rf"also called \*{re.escape(phrase)}\*", text))
    return told - beside > 0 or beside > 1


def test_the_other_word_may_stand_once_beside_ours():
    once = "the hit ratio, also called *hit rate*, is a share."
    assert not _said(once, "hit rate")
    assert _said(once + once, "hit rate") and _said(once + " a hit rate", "hit rate")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_word_that_a_room_does_not_want_in_this_place(path):
    text = re.sub(r"`[^`\n]+`", "", path.read_text().lower())
    place = path.relative_to(ROOT).as_posix()
    for word, row in gathered("words").items():
        if any(part in place for part in row["in"]):
            assert not re.search(rf"\b{re.escape(word)}", text), f"say {row['say']!r}, not {word!r}"


@pytest.mark.parametrize("path", sorted((ROOT / "book").rglob("*.md")), ids=lambda path: path.stem)
def test_the_book_does_not_shout(path):
    prose = re.sub(r"```.*?```", "", path.read_text(), flags=re.DOTALL)
    assert "!" not in re.sub(r"!\[", "", prose)


@pytest.mark.parametrize("path", sorted((ROOT / "book").rglob("*.md")), ids=lambda path: path.stem)
def test_one_sentence_a_line_and_none_too_long(path):
    prose = re.sub(r"(?s)^---.*?---\n|```.*?```|\$\$.*?\$\$", "", path.read_text())
    for line in prose.splitlines():
        words = line.split()
        assert len(words) <= 40, f"{path.name}: {' '.join(words[:8])} …"


ANSWERS = re.compile(
    r"(?i)\b(that|so) (bad|good|few|many|much|long|short)\b:|\byou (said|guessed)|\byour guess|\bthan you"
)


def guesses(text):
    """What the guesses of a page say once they are open."""
    for block in re.findall(r"(?s)^```\{code-cell\}.*?\n(?=[^:\n])(.*?)^```", text, re.MULTILINE):
        for call in ast.walk(ast.parse(block)):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in (
                "guess_number",
                "guess_choice",
            ):
                yield from (ast.unparse(one.value) for one in call.keywords if one.arg == "tell")


@pytest.mark.parametrize("path", sorted((ROOT / "book").rglob("*.md")), ids=lambda path: path.stem)
def test_what_explains_a_guess_can_be_told_to_who_made_none(path):
    for told in guesses(path.read_text()):
        assert not ANSWERS.search(told), f"{path.name}: {told}"


def test_an_answer_to_a_guess_is_found():
    page = "```{code-cell} ipython3\n:tags: [hide-input]\nexplore(predict=guess_number('?', tell=(SAID, 'More.')))\n```\n"
    found = lambda words: [
        bool(ANSWERS.search(one)) for one in guesses(page.replace("SAID", repr(words)))
    ]
    assert found("It is not that bad: it runs.") == found("More than you said.") == [True]
    assert found("The first 8 TB hold much.") == [False]
