"""Whatever comes over a life's line, the grader answers in words, and never ends in an error of its own."""

import json

import pytest

from scalemodel.labs.grade import grade_stage
from tests.labs.diary import KEEPS, LAB
from tests.laws.lab_laws import apart, first_verdict, here

CALM = LAB.stages[0]
DEEP = "[" * 900 + "]" * 900
# What a student may write to the line in place of us.
FORGED = {
    "no arguments": {"ask": "get"},
    "arguments that are a number": {"ask": "get", "arguments": 5},
    "arguments that are words": {"ask": "get", "arguments": {"key": "x"}},
    "a name that is a list": {"ask": ["get"], "arguments": ["x"]},
    "a name that is a number": {"ask": 7, "arguments": ["x"]},
    "no name": {"ask": None, "arguments": None},
    "too few": {"ask": "get", "arguments": []},
    "a secret one": {"ask": "_note", "arguments": ["x", 1]},
    "a key that is a list": {"ask": "get", "arguments": [["x"]]},
    "half a letter": {"ask": "put", "arguments": ["\ud800", "\ud800"]},
    "a half of nothing": {"ask": "newest", "arguments": ["x", 0.5]},
    "an error that is a number": {"error": 5},
    "an error that is a list": {"error": [["x"]]},
    "an endless error": {"error": "x" * 50_000},
    "names in a call": {"names": ["Diary"]},
    "nothing": {},
    "no object": [1],
}
RAW = {
    "a deep value": '{"ask": "put", "arguments": ["x", ' + DEEP + "]}",
    "a deep answer": '{"value": ' + DEEP + "}",
    "too deep": "[" * 40_000,
    "no number": '{"value": NaN}',
    "too large a number": '{"value": 1e999}',
    "many digits": '{"value": ' + "9" * 5000 + "}",
    "no text": "\xff\x00",
    "valid": "valid",
}
LINES = {name: json.dumps(message) for name, message in FORGED.items()} | RAW
SAY = """
import os
for number in range(3, 20):
    try:
        os.write(number, {line!r})
    except OSError:
        pass
"""


def words_of(player):
    """The verdict on the calm week, said as a sentence."""
    verdict = first_verdict(LAB, CALM, player, [1])
    assert verdict.outcome == "invalid"
    return verdict.sentence()


# ── Examples ────────────────────────────────────────────────────────────────
def test_a_life_that_forges_nothing_is_heard():
    assert grade_stage(LAB, CALM, apart(LAB, KEEPS), [1]).outcome == "valid"


@pytest.mark.parametrize("when", ["between lives", "in a life"])
def test_whoever_ends_the_process_that_lives_come_from_ends_no_grading(when):
    player = apart(LAB, KEEPS)
    begin, ends = player.begin, []

    def begin_and_end(*arguments):
        if when == "between lives" and player._nursery:
            ends.append(player._nursery._process.kill())
        begin(*arguments)
        if when == "in a life":
            ends.append(player._nursery._process.kill())

    player.begin = begin_and_end
    assert grade_stage(LAB, LAB.stages[1], player, [1]).outcome == "valid" and len(ends) > 1


def test_where_no_process_can_be_started_nobody_is_killed(monkeypatch):
    def gone(*_):
        raise BrokenPipeError

    monkeypatch.setattr("scalemodel.labs.playing.nursery.Nursery.born", gone)
    assert "no process could be started" in words_of(apart(LAB, KEEPS))


def test_a_value_that_is_read_and_just_too_deep_to_be_written_is_answered_in_words():
    source = """
import os, sys
frame = sys._getframe()
while frame.f_code.co_name != "_live":
    frame = frame.f_back
for depth in range(800, 1000):
    deep = b"[" * depth + b"]" * depth
    os.write(frame.f_locals["go"], b'{"ask": "put", "arguments": ["x", ' + deep + b"]}\\n")
    while not os.read(frame.f_locals["come"], 4000).endswith(b"\\n"):
        pass
1 / 0
"""
    assert "the run ended in" in words_of(apart(LAB, source + KEEPS))


# ── Oracle ──────────────────────────────────────────────────────────────────
THROUGH = ["", "'get'", "'get', 5", "'get', []", "'get', [[]]", "5, ['x']", "'put', ['x', object()]",
           "'newest', ('x', 1, 2)", "None, None", "'_note', ['x', 1]"]  # fmt: skip


@pytest.mark.parametrize("arguments", THROUGH)
def test_the_service_called_past_its_door_refuses_here_and_apart(arguments):
    call = f"""
        ask = [c.cell_contents for c in store.get.__closure__ if callable(c.cell_contents)][0]
        ask({arguments})"""
    source = KEEPS.replace("def __init__(self, store):", f"def __init__(self, store):{call}")
    for player in (here, apart):
        assert "the run ended in __init__: " in words_of(player(LAB, source))


# ── Refusals ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("where", ["load", "call"])
def test_a_forged_line_is_answered_in_words(name, where):
    said = SAY.format(line=LINES[name].encode("latin-1") + b"\n")
    if where == "load":
        source = said + KEEPS
    else:
        indented = said.replace("\n", "\n        ")
        source = KEEPS.replace("def write(self, word):", f"def write(self, word):{indented}")
    sentence = words_of(apart(LAB, source))
    assert "the run ended in" in sentence and "\n" not in sentence and len(sentence) < 1000


HARD = {
    "a long sum": "x = " + "+".join(["1"] * 40_000),
    "nested lambdas": "x = " + "lambda: " * 12_000 + "0",
    "brackets": "x = " + "(" * 20_000 + ")" * 20_000,
    "a long chain": "x = y" + ".z" * 40_000,
    "no letters": "x = '\0'",
    "a broken line": "class Diary(:",
}


@pytest.mark.parametrize("name", HARD)
def test_what_no_compiler_takes_is_told_in_words(name):
    assert "the run ended in the file" in words_of(apart(LAB, HARD[name] + "\n" + KEEPS))
