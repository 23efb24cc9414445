"""The Twitter lab: the reference passes, wrong answers fail where they should, cheats and hogs end."""

import sys
import types
from pathlib import Path

import pytest

from scalemodel.labs.grade import grade, grade_stage
from scalemodel.labs.player import Apart, Here, Limits
from scalemodel.labs.seeds import seeds_of
from scalemodel.labs.submission import read_submission
from scalemodel.labs.twitter import LAB

ROOT = Path(__file__).parents[2] / "labs" / LAB.folder
MUTANTS = sorted((ROOT / "mutants").glob("*.py"))
DIFFERENT = sorted((ROOT / "different").glob("*.py"))
SEEDS = seeds_of("practice", "ann", LAB.name, count=8)


REFERENCE = read_submission(ROOT / "lab.py").source


def mutant(path):
    """The reference with the methods that the mutant has in place of its own."""
    return f"{REFERENCE}\n\n{path.read_text()}"


def named(path):
    """The stage and the check that catch a mutant, as it says itself."""
    return path.read_text().split("Caught by: ")[1].splitlines()[0].split(", ", 1)


def here(source):
    """A player of `source` in this process."""
    module = sys.modules["answer"] = types.ModuleType("answer")
    space = module.__dict__
    exec(compile(source, "answer.py", "exec"), space)
    return Here(space[LAB.subject], list(LAB.service))


def apart(source, **limits):
    """A player of `source` in a process of its own."""
    return Apart(source, LAB.subject, list(LAB.service), Limits(**limits))


def answer_with(**bodies):
    """A submission whose methods have these bodies; the others do as little as they may."""
    body = {
        "__init__": "pass",
        "post": "pass",
        "work": "return False",
        "page": "return []",
        **bodies,
    }
    heads = {"__init__": "store, followers, followees", "post": "author, tweet",
             "work": "", "page": "reader, n"}  # fmt: skip
    lines = ["class Timelines:"]
    for name, words in body.items():
        lines.append(f"    def {name}(self, {heads[name]}):")
        lines += [f"        {line}" for line in words.splitlines()]
    return "\n".join(lines)


def told(record_property, kind, name, outcome):
    """A line of the table that is printed after the tests."""
    record_property("lab", f"{LAB.name}  {kind:10}{name:24}{outcome[:90]}")


# ── Examples ────────────────────────────────────────────────────────────────
def test_the_reference_passes_apart(record_property):
    result = grade(LAB, apart(REFERENCE), SEEDS)
    told(record_property, "reference", "lab.py", f"{result.points} points, {result.outcome}")
    assert (result.points, result.outcome) == (100, "valid")


@pytest.mark.parametrize("path", DIFFERENT, ids=lambda path: path.stem)
def test_a_correct_answer_of_another_kind_passes(path, record_property):
    result = grade(LAB, here(path.read_text()), SEEDS)
    told(record_property, "different", path.stem, f"{result.points} points, {result.outcome}")
    assert (result.points, result.outcome) == (100, "valid")


# ── Laws ────────────────────────────────────────────────────────────────────
def test_the_reference_passes_on_many_seeds_with_margin():
    player = here(REFERENCE)
    for key in "abc":
        result = grade_stage(LAB, LAB.stage(key), player, list(range(50)))
        assert result.outcome == "valid"
        for measured in result.budgets:
            assert measured.value <= 0.75 * measured.budget.limit, measured.sentence()


def test_here_and_apart_say_the_same():
    source = mutant(ROOT / "mutants" / "shows_twice.py")
    assert grade(LAB, here(source), SEEDS).digest() == grade(LAB, apart(source), SEEDS).digest()


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_a_program_of_many_minds_is_not_saved_by_a_run_that_went_well():
    class Turns(Here):
        """Wrong in its first life only."""

        lives = 0

        def call(self, method, *arguments):
            reply = super().call(method, *arguments)
            return ["no number"] if method == "page" and self.lives == 1 else reply

        def begin(self, *arguments):
            self.lives += 1
            super().begin(*arguments)

    space = {}
    exec(REFERENCE, space)
    player = Turns(space["Timelines"], list(LAB.service))
    result = grade_stage(LAB, LAB.stage("a"), player, SEEDS)
    assert result.outcome == "invalid" and "not in every run" in result.verdict.happened


def test_a_class_remembers_no_more_here_than_apart():
    source = mutant(ROOT / "mutants" / "remembers_in_memory.py")
    memory = source.replace("        self.given = set()\n", "").replace(
        "in place of its own\n", "in place of its own\n    given = set()\n\n"
    )
    assert memory.count("given") == source.count("given")
    stage = LAB.stage("b")
    one, other = (grade_stage(LAB, stage, player(memory), SEEDS[:2]) for player in (here, apart))
    assert one.outcome == "invalid" and one.verdict.sentence() == other.verdict.sentence()


@pytest.mark.parametrize("name", ["set", "pairs", "none", "exit", "numpy", "future", "missing"])
def test_odd_answers_are_the_same_here_and_apart(name):
    source = {
        "set": answer_with(page="return {17}"),
        "pairs": answer_with(page="return [[0, 17]]"),
        "none": answer_with(page="return [None, 1]"),
        "exit": answer_with(page="import sys\nsys.exit()"),
        "numpy": answer_with(page="import numpy\nreturn numpy.int64(1)"),
        "future": "from __future__ import annotations\nimport dataclasses\n\n"
        "@dataclasses.dataclass\nclass Row:\n    at: int = 0\n\n" + answer_with(),
        "missing": answer_with().replace("def page", "def pages"),
    }[name]
    stage = LAB.stage("a")
    one, other = (grade_stage(LAB, stage, player(source), SEEDS[:1]) for player in (here, apart))
    assert one.outcome == "invalid" and one.verdict.sentence() == other.verdict.sentence()


@pytest.mark.parametrize("path", MUTANTS, ids=lambda path: path.stem)
def test_a_wrong_answer_is_caught_by_the_check_that_it_names(path, record_property):
    stage, check = named(path)
    result = grade_stage(LAB, LAB.stage(stage), here(mutant(path)), SEEDS)
    assert result.outcome == "invalid"
    over = [measured.budget.name for measured in result.budgets if not measured.kept]
    assert check in (result.verdict.check, *over)
    told(record_property, "mutant", path.stem, f"stage {stage}, {check}")


def test_every_check_is_needed():
    caught = {named(path)[1] for path in MUTANTS}
    checks = {check.__name__ for stage in LAB.stages for check in stage.checks}
    budgets = {budget.name for stage in LAB.stages for budget in stage.budgets}
    assert caught == checks | budgets


# ── Refusals ────────────────────────────────────────────────────────────────
CHEATS = {
    "imports the library": (answer_with(__init__="import scalemodel.twitter.timeline"), "without scalemodel"),
    "imports the checker": (answer_with(post="import scalemodel.labs.twitter"), "without scalemodel"),
    "starts a process": (answer_with(post="import os; os.fork()"), "os.fork"),
    "opens a socket": (answer_with(post="import socket; socket.socket()"), "socket"),
    "reads the answer": (answer_with(post=f"open({str(ROOT / 'lab.py')!r})"), "may not open"),
    "keeps a database": (
        answer_with(post="import sqlite3; sqlite3.connect('memory')"), "may not use sqlite3"),
    "reads by a detour": (
        answer_with(post=f"open('/proc/self/root{ROOT / 'lab.py'}')"), "may not open"),
    "makes a pipe": (answer_with(post="import os; os.mkfifo('/tmp/memory')"), "no attribute 'mkfifo'"),
    "removes a file": (answer_with(post="import os; os.remove('x')"), "os.remove"),
    "keeps a file": (answer_with(post="open('memory', 'w')"), "may not open"),
    "looks for the seed": (
        answer_with(page="""
import gc, os, sys
seen = [*os.environ.items(), *sys.argv, *(o for o in gc.get_objects() if isinstance(o, dict))]
return [17] if any("seed" in thing for thing in seen) else []
"""), "without it"),
    "leaves": (answer_with(post="import os; os._exit(0)"), "ended before it answered"),
    "forges a verdict": (answer_with(post="import os; os.write(4, b'valid\\n')"), "out of turn"),
    "does nothing": (answer_with(), "without it"),
    "no class": ("x = 1", "defines no Timelines"),
    "empty": ("", "defines no Timelines"),
    "syntax": ("class Timelines(:", "SyntaxError"),
    "stub": (answer_with(post="raise NotImplementedError"), "NotImplementedError"),
    "signature": (answer_with().replace("self, author, tweet", "self, author"), "positional"),
    "wrong type": (answer_with(page="return None"), "came back as None"),
    "no method": (answer_with().replace("def page", "def pages"), "page"),
    "swallows": (answer_with(post="try:\n    raise ValueError\nexcept BaseException:\n    pass"), "without it"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHEATS)
def test_a_cheat_fails_in_words(name, record_property):
    source, words = CHEATS[name]
    result = grade_stage(LAB, LAB.stage("a"), apart(source), SEEDS[:1])
    assert result.outcome == "invalid" and words in result.verdict.sentence()
    told(record_property, "cheat", name, result.verdict.happened)


HOGS = {
    "loops": answer_with(work="while True: pass"),
    "asks for ever": answer_with(
        __init__="self.store = store", work="while True: self.store.get('x')"
    ),
    "eats memory": answer_with(work="x = [0] * 10**9"),
    "recurses": answer_with(work="return self.work()"),
    "stops the clock": answer_with(
        work="import time\ntime.monotonic = time.time = lambda: 0.0\nwhile True: pass"
    ),
    "closes its line": answer_with(work="import os\nos.closerange(3, 64)\nwhile True: pass"),
    "does not listen": answer_with(
        work=r"""
import os
line = b'{"ask": "get", "arguments": ["x"]}\n' * 100
while True:
    for number in range(3, 20):
        try:
            os.write(number, line)
        except OSError:
            pass
"""
    ),
    "reads slowly": answer_with(
        __init__="self.store = store",
        work=r"""
import os, time
self.store.put('x', 'x' * 190)
line = b'{"ask": "get", "arguments": ["x"]}\n'
for number in range(3, 20):
    try:
        os.write(number, line * 1000)
    except OSError:
        pass
while True:
    time.sleep(0.4)
    for number in range(3, 20):
        try:
            os.set_blocking(number, False)
            os.read(number, 4000)
        except OSError:
            pass
""",
    ),
    "floods": answer_with(work="while True: print('x' * 10_000, flush=True)"),
    "works for ever": answer_with(work="return True"),
}


@pytest.mark.parametrize("name", HOGS)
def test_a_hog_ends(name, record_property):
    player = apart(HOGS[name], call_s=1.0, cpu_s=2)
    history = LAB.play(LAB.stage("a").draw(1), player)
    (fault,) = history.of("fault")
    if name == "reads slowly":
        assert len(list(history.of("get"))) < 900, "served long after its time"
    told(record_property, "hog", name, fault.payload["words"])
