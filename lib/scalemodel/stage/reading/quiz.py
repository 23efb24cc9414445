"""A few questions at a chapter's end that answer back.

A good teacher does not say "wrong"; she says what you must have thought. So every
option of a question has its own feedback. The questions are data, a file beside the
chapter; the page shows them as plain HTML that can be read without a script, and a
small script checks, remembers and copies.

Kinds: `one` of many, `several` of many, a `number` with a tolerance, and `order`.

Left out: marks. Nobody counts, and nothing leaves the reader's machine.
Sources: WCAG 2.2, technique H71 (fieldset and legend).
"""

__all__ = ["FIELDS", "HINTS", "MAY_LACK", "quiz", "read"]
__dir__ = lambda: __all__

import hashlib
import math
import numbers
import re
from collections.abc import Mapping
from html import escape
from pathlib import Path

import yaml

from scalemodel.core import units
from scalemodel.stage.reading.carried import table_path
from scalemodel.stage.views import typed
from scalemodel.stage.views.embed import Embed
from scalemodel.stage.views.kinds import Kind

FIELDS = {
    "one": {"options"},
    "several": {"options"},
    "number": {"answer", "answer_from", "tolerance", "unit", "right", "wrong", "near"},
    "order": {"items", "shown"},
}
MAY_LACK = {"near", "unit"}
HINTS = {
    "one": "Choose one.",
    "several": "Choose all that are true.",
    "number": f"Type a number. {typed.HOW}",
    "order": "Give each its place, first is 1.",
}


def quiz(path: str | Path) -> Embed:
    """The quiz in the file at `path`, which a chapter names as "company/chapter.quiz.yml".

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "tea.quiz.yml"
    >>> _ = path.write_text('''
    ... title: Tea
    ... questions:
    ...   - id: hot
    ...     kind: one
    ...     ask: Is tea hot?
    ...     options:
    ...       - {text: It is, right: true, feedback: It is made so.}
    ...       - {text: It is not, feedback: That is iced tea.}
    ... ''')
    >>> quiz(path).text
    'Tea: 1 question'
    """
    path = table_path(path)
    title, questions = read(path)
    key = hashlib.sha256(repr(questions).encode()).hexdigest()[:8]
    body = "".join(
        _question_html(question, number, f"quiz-{key}-{number}")
        for number, question in enumerate(questions, 1)
    )
    html = (
        f'<section class="sm-quiz" aria-label="{escape(title)}" data-name="{escape(_chapter(path))}">'
        f'{body}<p class="sm-quiz-end" hidden><button type="button" data-do="copy">Copy my answers'
        '</button> <button type="button" data-do="forget">Forget my answers</button></p>'
        '<textarea hidden readonly rows="8" aria-label="My answers as text"></textarea></section>'
    )
    count = f"{len(questions)} question{'s' if len(questions) > 1 else ''}"
    return Embed(Kind.beside(__file__), html, f"{title}: {count}")


def _chapter(path):
    """Company and chapter, under which a browser keeps the answers."""
    place = Path(path).resolve()
    return f"{place.parent.name}/{place.name.partition('.')[0]}"


# ── The file ────────────────────────────────────────────────────────────────
def read(path: Path) -> tuple[str, list[dict]]:
    """The title and the questions of a quiz file; a `ValueError` names file, question and field.

    >>> read(Path("nowhere.quiz.yml"))
    Traceback (most recent call last):
    ...
    ValueError: nowhere.quiz.yml must be a file beside the chapter
    """
    if not path.is_file():
        raise ValueError(f"{path.name} must be a file beside the chapter")
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"{path.name}: {error}") from None
    if not isinstance(found, Mapping) or set(found) != {"title", "questions"}:
        raise ValueError(f"{path.name} must have a title and questions")
    if found["title"] in ("", None):
        raise ValueError(f"{path.name}: title={found['title']!r} must say what it is about")
    if not isinstance(found["questions"], list) or not found["questions"]:
        raise ValueError(f"{path.name}: questions must be a list of at least one")
    seen = set()
    for number, question in enumerate(found["questions"], 1):
        try:
            _check(question)
        except ValueError as error:
            raise ValueError(f"{path.name}: question {number} {error}") from None
        if question["id"] in seen:
            raise ValueError(f"{path.name}: question {number} has an id that is there already")
        seen.add(question["id"])
    return str(found["title"]), found["questions"]


def _check(question):
    _mapping(question)
    kind = question.get("kind")
    if not isinstance(kind, str) or kind not in FIELDS:
        raise ValueError(f"has kind={kind!r}; it must be one of {', '.join(FIELDS)}")
    _fields(question, {"id", "kind", "ask", *FIELDS[kind]})
    if not re.fullmatch(r"[a-z][a-z0-9-]*", str(question["id"])):
        raise ValueError(f"has id={question['id']!r}; it must be small letters, digits and -")
    {"number": _check_number, "order": _check_order}.get(kind, _check_options)(question)


def _check_options(question):
    options = _rows(question, "options", {"text", "right", "feedback"}, {"right"})
    for option in options:
        if not isinstance(option.get("right", False), bool):
            raise ValueError(f"has right={option['right']!r}; it must be true or false")
    right = [option for option in options if option.get("right")]
    if not right or (question["kind"] == "one" and len(right) > 1):
        how_many = "exactly one" if question["kind"] == "one" else "at least one"
        raise ValueError(f"has {len(right)} right options; it must have {how_many}")


def _check_number(question):
    if "unit" in question:
        units.unit(str(question["unit"]))
    for name in ("answer", "tolerance"):
        _number(name, question[name])
    if question["tolerance"] <= 0:
        raise ValueError(f"has tolerance={question['tolerance']}; it must be above 0")
    for row in _rows(question, "near", {"value", "feedback"}, at_least=0):
        _number("near value", row["value"])
        if abs(row["value"] - question["answer"]) <= 2 * question["tolerance"]:
            raise ValueError(f"has near value={row['value']}; it must be away from the answer")


def _check_order(question):
    items, shown = _rows(question, "items", {"text", "feedback"}), question["shown"]
    places = list(range(1, len(items) + 1))
    if not isinstance(shown, list) or sorted(map(repr, shown)) != sorted(map(repr, places)):
        raise ValueError(f"has shown={shown!r}; it must be 1 to {len(items)}, shuffled")
    if shown == places:
        raise ValueError(f"has shown={shown}; it must not be the answer")


def _rows(question, name, names, may_lack=frozenset(), at_least=2):
    rows = question.get(name, [])
    if not isinstance(rows, list) or len(rows) < at_least:
        raise ValueError(f"has {name}={rows!r}; it must be a list of at least {at_least}")
    for row in rows:
        try:
            _fields(row, names, may_lack)
        except ValueError as error:
            raise ValueError(f"{name}: {row!r:.60} {error}") from None
    return rows


def _mapping(row):
    if not isinstance(row, Mapping):
        raise ValueError(f"is {row!r}; it must have fields")


def _fields(row, names, may_lack=MAY_LACK):
    _mapping(row)
    unknown = [name for name in row if name not in names]
    if unknown:
        raise ValueError(
            f"has the field {unknown[0]!r}; it must be one of {', '.join(sorted(names))}"
        )
    lacking = [n for n in sorted(names - may_lack) if n not in row or row[n] in ("", None)]
    if lacking:
        raise ValueError(f"lacks {', '.join(lacking)}")


def _number(name, value):
    if not isinstance(value, numbers.Real) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError(f"has {name}={value!r}; it must be a number")


# ── As HTML ─────────────────────────────────────────────────────────────────
def _question_html(question, number, ident):
    kind = question["kind"]
    choices, answers = {"number": _number_html, "order": _order_html}.get(kind, _options_html)(
        question, ident
    )
    data = f'data-kind="{kind}" data-id="{question["id"]}"'
    return (
        f"<fieldset {data}><legend>{number}. {_inline(question['ask'])}</legend>"
        f'<p class="sm-quiz-hint" id="{ident}-hint">{HINTS[kind]}</p>{choices}'
        f'<button type="button" data-do="check" hidden>Check</button>'
        f'<div class="sm-quiz-said" role="status"></div>'
        f"<details><summary>Answer, and what speaks for each</summary>{answers}</details></fieldset>"
    )


def _options_html(question, ident):
    button = "radio" if question["kind"] == "one" else "checkbox"
    choices = "".join(
        f'<label><input type="{button}" name="{ident}" value="{n}" autocomplete="off" '
        f'aria-describedby="{ident}-hint"> <span>{_inline(option["text"])}</span></label>'
        for n, option in enumerate(question["options"])
    )
    answers = "".join(
        _answer_html(
            f"{_inline(option['text'])}: {'true' if option.get('right') else 'not so'}.",
            option["feedback"],
            f' data-right="{int(option.get("right", False))}"',
        )
        for option in question["options"]
    )
    return choices, f"<ul>{answers}</ul>"


def _number_html(question, ident):
    unit = question.get("unit", "count")
    row = units.unit(unit)
    shown, spoken = ("", "") if row.plural == "" else (f" {escape(unit)}", f", in {row.plural}")
    choices = (
        f'<label class="sm-quiz-number"><input type="text" inputmode="decimal" size="8" '
        f'aria-label="Your answer{spoken}" autocomplete="off" aria-describedby="{ident}-hint">'
        f"{shown}</label>"
    )
    within = f' data-value="{question["answer"]}" data-within="{question["tolerance"]}"'
    answers = _answer_html(
        f"{units.quantity(question['answer'], unit)}, give or take "
        f"{units.number(question['tolerance'])}.", question["right"], f'{within} data-right="1"',
    )  # fmt: skip
    for row in question.get("near", []):
        within = f' data-value="{row["value"]}" data-within="{question["tolerance"]}"'
        answers += _answer_html(
            f"{units.quantity(row['value'], unit)}: not so.", row["feedback"], within
        )
    answers += _answer_html("Anything else: not so.", question["wrong"], "")
    return choices, f"<ul>{answers}</ul>"


def _order_html(question, ident):
    items, places = question["items"], range(1, len(question["items"]) + 1)
    options = "".join(f"<option>{place}</option>" for place in places)
    choices = "".join(
        f'<label class="sm-quiz-place"><select data-right="{place}" autocomplete="off" '
        f'aria-describedby="{ident}-hint"><option value="">–</option>{options}</select> '
        f"<span>{_inline(items[place - 1]['text'])}</span></label>"
        for place in question["shown"]
    )
    answers = "".join(
        _answer_html(f"{_inline(item['text'])}.", item["feedback"], "") for item in items
    )
    return choices, f"<ol>{answers}</ol>"


def _answer_html(answer, feedback, data):
    return f"<li{data}><strong>{answer}</strong> <span>{_inline(feedback)}</span></li>"


def _inline(text):
    """Text with its `code` marked as such."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(str(text)))
