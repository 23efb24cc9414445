"""What may play, in any lab: the same here and apart, and no cheat and no hog gets through."""

import gc
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scalemodel.labs.grade import grade, grade_stage
from scalemodel.labs.playing.apart import Apart
from scalemodel.labs.playing.host import PRINTED_BYTES
from scalemodel.labs.playing.player import Here
from tests.labs.diary import FORGETS, KEEPS, LAB
from tests.laws import lab_laws

SEEDS = list(range(5))
CALM, STORM = LAB.stages


def here(source):
    return lab_laws.here(LAB, source)


def apart(source, **limits):
    return lab_laws.apart(LAB, source, **limits)


def diary(**bodies):
    """A diary whose methods have these bodies, with `store` and `word` at hand."""
    heads = {"__init__": "self, store", "write": "self, word", "read": "self"}
    body = {"__init__": "self.store = store", "write": "pass", "read": "return []", **bodies}
    lines = ["class Diary:"]
    for name, words in body.items():
        lines.append(f"    def {name}({heads[name]}):")
        lines += [f"        {line}" for line in words.splitlines()]
    return "\n".join(lines)


# ── Examples ────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("player", [here, apart])
def test_who_keeps_every_word_passes_and_who_forgets_does_not(player):
    result = grade(LAB, player(KEEPS), SEEDS)
    assert (result.points, result.outcome) == (100, "valid")
    result = grade(LAB, player(FORGETS), SEEDS)
    assert (result.points, result.outcome) == (40, "invalid")
    assert "; the worker died at" in result.stages[1].verdict.sentence()


def test_a_player_that_is_dropped_leaves_no_folder_and_no_open_file():
    player = Apart("class Echo:\n    def __init__(self, store): pass", "Echo", service=[])
    gc.collect()
    before = len(os.listdir("/dev/fd"))
    player.begin([], serve=None)
    folder = Path(player._folder.name)
    assert folder.exists()
    del player
    gc.collect()
    assert not folder.exists() and len(os.listdir("/dev/fd")) == before


def test_who_asks_the_store_for_nothing_is_killed_all_the_same():
    source = diary(
        __init__="self.words = []", write="self.words.append(word)", read="return self.words"
    )
    result = grade(LAB, here(source), SEEDS)
    assert (result.points, result.outcome) == (40, "invalid")


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_a_program_of_many_minds_is_not_saved_by_a_run_that_went_well():
    class Turns(Here):
        """Wrong in its first life only."""

        lives = 0

        def call(self, method, *arguments):
            reply = super().call(method, *arguments)
            return ["no number"] if method == "read" and self.lives == 1 else reply

        def begin(self, *arguments):
            self.lives += 1
            super().begin(*arguments)

    space = {}
    exec(KEEPS, space)
    result = grade_stage(LAB, CALM, Turns(space["Diary"], list(LAB.service)), SEEDS)
    assert result.outcome == "invalid" and "not in every run" in result.verdict.happened


def test_a_class_remembers_no_more_here_than_apart():
    source = FORGETS.replace("self.store, self.words = store, []", "self.store = store")
    memory = source.replace("class Diary:", "class Diary:\n    words = []\n")
    assert grade_stage(LAB, CALM, here(memory), SEEDS).outcome == "valid"
    one, other = (grade_stage(LAB, STORM, player(memory), SEEDS) for player in (here, apart))
    assert one.outcome == "invalid" and one.verdict.sentence() == other.verdict.sentence()


ODD = {
    "set": diary(read="return {17}"),
    "pairs": diary(read="return [[0, 17]]"),
    "none": diary(read="return [None, 1]"),
    "exit": diary(read="import sys\nsys.exit()"),
    "numpy": diary(read="import numpy\nreturn numpy.int64(1)"),
    "future": "from __future__ import annotations\nimport dataclasses\n\n"
    "@dataclasses.dataclass\nclass Row:\n    at: int = 0\n\n" + diary(),
    "missing": diary().replace("def read", "def reads"),
    "long key": diary(write="self.store.put('x' * 201, word)"),
    "long value": diary(write="self.store.put('x', 'x' * 201)"),
    "too many at once": diary(read="return self.store.newest('words', 41)"),
    "too few arguments": diary(write="self.store.put('x')"),
    "too few by name": diary(write="self.store.put(value=word)"),
    "a strange name": diary(write="self.store.put('x', words=word)"),
    "a name too many": diary(write="self.store.put('x', word, value=word)"),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_answers_are_the_same_here_and_apart(name):
    one, other = (
        lab_laws.first_verdict(LAB, CALM, player(ODD[name]), SEEDS[:1]) for player in (here, apart)
    )
    assert one.outcome == "invalid" and one == other


# ── Refusals ────────────────────────────────────────────────────────────────
KEY = lab_laws.ROOT / "labs" / "01_twitter_fanout" / "lab.py"  # an answer that lies about
CHEATS = {
    "imports the library": (diary(__init__="import scalemodel.twitter.timeline"),
                            "without scalemodel: take away the line that imports it"),
    "imports the checker": (diary(write="import scalemodel.labs.twitter.lab"), "without scalemodel"),
    "starts a process": (diary(write="import os; os.fork()"), "os.fork"),
    "opens a socket": (diary(write="import socket; socket.socket()"), "socket"),
    "reads the answer": (diary(write=f"open({str(KEY)!r})"), "may not use open"),
    "keeps a database": (
        diary(write="import sqlite3; sqlite3.connect('memory')"), "may not use sqlite3"),
    "reads by a detour": (diary(write=f"open('/proc/self/root{KEY}')"), "may not use open"),
    "makes a pipe": (diary(write="import os; os.mkfifo('/tmp/memory')"), "may not ask the system"),
    "removes a file": (diary(write="import os; os.remove('x')"), "os.remove"),
    "keeps a file": (diary(write="open('memory', 'w')"), "may not use open"),
    "looks for the seed": (
        diary(read="""
import gc, os, sys
seen = [*os.environ.items(), *sys.argv, *(o for o in gc.get_objects() if isinstance(o, dict))]
return [17, 18, 19, 20, 21] if any("seed" in thing for thing in seen) else []
"""), "may not use gc.get_objects"),
    "leaves": (diary(write="import os; os._exit(0)"), "ended before it answered"),
    "forges a verdict": (diary(write="import os; os.write(4, b'valid\\n')"), "out of turn"),
    "does nothing": (diary(), "[] is read"),
    "no class": ("x = 1", "defines no Diary"),
    "empty": ("", "defines no Diary"),
    "syntax": ("class Diary(:", "SyntaxError"),
    "stub": (diary(write="raise NotImplementedError"), "NotImplementedError"),
    "signature": (diary().replace("self, word", "self"), "positional"),
    "wrong type": (diary(read="return None"), "None is read"),
    "no method": (diary().replace("def read", "def reads"), "has no method read"),
    "swallows": (
        diary(write="try:\n    raise ValueError\nexcept BaseException:\n    pass"), "[] is read"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHEATS)
def test_a_cheat_fails_in_words(name, record_property):
    source, words = CHEATS[name]
    verdict = lab_laws.first_verdict(LAB, CALM, apart(source), SEEDS[:1])
    assert verdict.outcome == "invalid" and words in verdict.sentence()
    lab_laws.told(record_property, LAB, "cheat", name, verdict.happened)


HOGS = {
    "loops": "while True: pass",
    "asks for ever": "while True: self.store.get('x')",
    "eats memory": "x = [0] * 10**9",
    "recurses": "return self.read()",
    "stops the clock": "import time\ntime.monotonic = time.time = lambda: 0.0\nwhile True: pass",
    "closes its line": "import os\nos.closerange(3, 64)\nwhile True: pass",
    "does not listen": r"""
import os
line = b'{"ask": "get", "arguments": ["x"]}\n' * 100
while True:
    for number in range(3, 20):
        try:
            os.write(number, line)
        except OSError:
            pass
""",
    "reads slowly": r"""
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
    "floods": "while True: print('x' * 10_000, flush=True)",
}


def test_who_prints_more_than_a_file_may_hold_is_right_all_the_same():
    player = apart(KEEPS.replace("self.store = store", "self.store = store; print('x' * 10**7)"))
    history = LAB.play(CALM.draw(1), player)
    assert not any(history.of("fault")) and len(player.printed) == PRINTED_BYTES


SLEEPS = """class Echo:
    def __init__(self, store):
        import os, time
        for number in range(3, 64):
            try:
                os.close(number)
            except OSError:
                pass
        time.sleep(1000)
"""
BEGINS = """import os
from scalemodel.labs.playing.apart import Apart
Apart(%r, "Echo", service=[]).begin([], serve=None)"""


def test_no_life_outlives_a_grader_that_is_killed(tmp_path):
    grader = subprocess.Popen([sys.executable, "-c", BEGINS % SLEEPS], start_new_session=True)
    time.sleep(2.0)  # it has asked how the life has ended, which has closed its line and sleeps
    before = descendants(grader.pid)
    grader.kill()
    grader.wait()
    until = time.monotonic() + 20
    while any(map(alive, before)) and time.monotonic() < until:
        time.sleep(0.05)
    assert len(before) == 3 and not any(map(alive, before)), "nursery, waiter and life"


def descendants(pid):
    """The numbers of all processes below one."""
    told = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    parents = [tuple(map(int, line.split())) for line in told.stdout.splitlines()]
    found = [pid]
    for above in found:
        found += [child for child, parent in parents if parent == above]
    return found[1:]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("name", HOGS)
def test_a_hog_ends(name, record_property):
    history = LAB.play(CALM.draw(1), apart(diary(read=HOGS[name]), call_s=0.5, cpu_s=2))
    (fault,) = history.of("fault")
    if name == "reads slowly":
        assert len(list(history.of("get"))) < 900, "served long after its time"
    lab_laws.told(record_property, LAB, "hog", name, fault.payload["words"])
