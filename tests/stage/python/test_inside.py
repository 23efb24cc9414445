"""What runs a reader's text on a page, run here: what is printed, shown, and said of an error."""

import sys

import pytest

from scalemodel.stage.python.inside import MOST_LETTERS, Desk

DOT = """class Dot:
    def _repr_svg_(self): return "<svg/>"
    def __str__(self): return "a dot"
Dot()"""
ENDS = {  # a text, and its end: a line and words, or the kinds that were told
    "a syntax error": ("a = 3\nif a\n    pass", (2, "SyntaxError: expected ':'")),
    "in a function": (
        "def f():\n    return 1 / 0\n\nf()",
        (2, "ZeroDivisionError: division by zero"),
    ),
    "in the library": ("import json\njson.loads('{')", (2, "JSONDecodeError: Expecting property")),
    "no such module": ("import numpio", (1, "numpio is not here: on the page there is only")),
    "too deep": ("def f(): return f()\nf()", (1, "RecursionError: a function has called itself")),
    "a question": ("input('x')", (1, "EOFError: nobody can type an answer here")),
    "a word of its own": ("class E(BaseException): pass\nraise E('so')", (2, "E: so")),
    "no room": ("bytearray(10**17)", (1, "MemoryError: there is no room for so much")),
}


@pytest.fixture
def heard():
    return []


@pytest.fixture
def desk(heard):
    return Desk(lambda *told: heard.append(told))


# ── Examples ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", ENDS)
def test_an_error_is_told_by_its_line_and_its_last_sentence(desk, heard, name):
    text, (line, words) = ENDS[name]
    desk.run(text)
    kind, (at, said) = heard[-1]
    assert (kind, at) == ("error", line) and words in said and "\n" not in said


def test_a_last_line_is_shown_as_a_notebook_shows_it(desk, heard):
    desk.run("'seven'")
    desk.run("None")
    desk.run("x = 7")
    assert heard == [("printed", "'seven'\n"), *[("done", None)] * 3]


def test_what_draws_itself_is_a_picture_with_words(desk, heard):
    desk.run(DOT)
    assert heard == [("printed", "a dot\n"), ("picture", ("PHN2Zy8+", "a dot")), ("done", None)]


def test_who_leaves_is_done(desk, heard):
    desk.run("print('bye')\nraise SystemExit(3)")
    assert heard == [("printed", "bye\n"), ("done", None)]


def test_what_stands_behind_a_text_is_run_with_its_names(desk, heard):
    desk.run("def half(n):\n    return n / 2\n\n'mine'", behind="[half(n) for n in (2, 4)]")
    desk.run("def half(n):\n    return n / 0", behind="half(2)")
    desk.run("def half(n): return n", behind="other(2)")
    desk.run("1 / 0", behind="print('never')")
    printed = [("printed", "'mine'\n[1.0, 2.0]\n"), ("done", None)]
    zero = "ZeroDivisionError: division by zero"
    other = "NameError: name 'other' is not defined"
    ends = [("error", (2, zero)), ("error", (0, other)), ("error", (1, zero))]
    assert heard == [*printed, *ends]


def test_a_module_is_told_the_text_in_its_place(desk, heard, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "judge_of_texts.py").write_text(
        "def run(text, key): print(text, key, 1 // len(text))"
    )
    desk.run("1 +", "never()", "judge_of_texts", "b")
    desk.run("", "never()", "judge_of_texts", "b")
    zero = "ZeroDivisionError: integer division or modulo by zero"
    assert heard == [("printed", "1 + b 0\n"), ("done", None), ("error", (0, heard[-1][1][1]))]
    assert heard[-1][1][1].startswith(zero[:18])


# ── Laws ────────────────────────────────────────────────────────────────────
def test_no_name_of_an_earlier_text_is_left(desk, heard):
    desk.run("seven = 7")
    desk.run("seven")
    assert heard[-1] == ("error", (1, "NameError: name 'seven' is not defined"))


def test_what_is_printed_ends_with_a_note(desk, heard):
    desk.run("for n in range(1_000_000): print(n)")
    printed = "".join(words for kind, words in heard if kind == "printed")
    assert len(printed) < MOST_LETTERS + 50 and printed.startswith("0\n1\n2\n")
    assert printed.endswith("\n… and more, which is not shown.\n") and heard[-1] == ("done", None)


def test_what_was_printed_before_an_error_is_told_before_it(desk, heard):
    desk.run("import sys\nprint(1)\nprint(2, file=sys.stderr)\n1 / 0")
    assert [kind for kind, _ in heard] == ["printed", "error"] and heard[0][1] == "1\n2\n"


def test_the_desk_leaves_its_own_world_as_it_was(desk):
    before = sys.stdin, sys.stdout, sys.stderr
    desk.run("1 / 0")
    assert (sys.stdin, sys.stdout, sys.stderr) == before
