"""What a life may not do, and who refuses it: no log outlives it, no secret is in its reach.

What the kernel refuses, and what becomes of each attack, is printed after the tests.
"""

import contextlib
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from scalemodel.labs import report
from scalemodel.labs.grade import SEEDS as SEEDS_OF_AN_ATTEMPT
from scalemodel.labs.grade import Grade, grade_stage
from scalemodel.labs.playing import nursery, refusal
from scalemodel.labs.playing.anew import Anew
from scalemodel.labs.playing.apart import Apart
from scalemodel.labs.playing.nursery import KERNEL, PYTHON
from scalemodel.labs.playing.origin import source_of
from scalemodel.labs.practice import NotYet, check, player_of, replay
from scalemodel.labs.seeds import seeds_of
from scalemodel.labs.shelf import LABS
from scalemodel.labs.submission import Submission
from tests.labs.diary import FORGETS, KEEPS, LAB
from tests.laws import lab_laws

CALM, STORM = LAB.stages
SEEDS = list(range(3))
EVERYTHING = """ ctypes fcntl mmap multiprocessing multiprocessing.shared_memory pty readline
    resource shutil socket sqlite3 subprocess tempfile _posixshmem _posixsubprocess syslog """
NO_HOOK = "refusal.python_lock = lambda: None; "


@pytest.fixture
def kernel(monkeypatch):
    """The kernel alone refuses, and every module is lent."""
    if nursery.guarded_by() != KERNEL:
        pytest.skip("not run: a kernel that refuses: Linux with seccomp, on x86_64 or aarch64")
    monkeypatch.setattr(nursery, "START", nursery.START + NO_HOOK)
    monkeypatch.setattr(nursery, "LENT", nursery.LENT + EVERYTHING)


@pytest.fixture
def python(monkeypatch):
    """Python alone refuses."""
    monkeypatch.setattr(nursery, "guarded_by", lambda: PYTHON)


def diary(before="", write="pass", read="return self.words"):
    """A diary that keeps its words with `keep` and `recall`, or does what is said."""
    rows = (f"        {row}" for row in write.splitlines())
    return "\n".join([
        before, "class Diary:",
        "    def __init__(self, store):", "        self.store, self.words = store, recall()",
        "    def write(self, word):", *rows, "        keep(word)", "        self.store.get('x')",
        "        self.words = recall()", "    def read(self):", f"        {read}",
    ])  # fmt: skip


def logs(tmp_path):
    """Memory outside the object, by ways that the system offers: two functions each."""
    path, key = str(tmp_path / "log"), f"/guard{os.getpid()}"
    return {
        "a file": f"""
def keep(word): open({path!r}, "a").write(f"{{word}} ")
def recall():
    with open({path!r}, "a+") as file:
        file.seek(0)
        return [int(word) for word in file.read().split()]
""",
        "a file by its folder": f"""
import os
os.chdir({str(tmp_path)!r})
folder = os.open(".", os.O_RDONLY)
def keep(word): os.write(os.open("log", os.O_CREAT | os.O_WRONLY | os.O_APPEND, dir_fd=folder), b"%d " % word)
def recall(): return [int(word) for word in open("log").read().split()]
""",
        "an attribute of a file": """
import json, os
def keep(word): os.setxattr(os.__file__, "user.log", json.dumps(recall() + [word]).encode())
def recall():
    if "user.log" not in os.listxattr(os.__file__): return []
    return json.loads(os.getxattr(os.__file__, "user.log"))
""",
        "the time of a file": f"""
import os
def keep(word): os.utime({str(tmp_path)!r}, (word, word))
def recall(): return [int(os.stat({str(tmp_path)!r}).st_mtime)]
""",
        "the time at which a file was read": """
import os, time
def keep(word): open(os.__file__).read()
def recall(): return [17] * (time.time() - os.stat(os.__file__).st_atime < 9)
""",
        "shared memory": f"""
import json, os
import _posixshmem
number = _posixshmem.shm_open({key!r}, os.O_CREAT | os.O_RDWR, mode=0o600)
def keep(word): os.pwrite(number, json.dumps(recall() + [word]).encode(), 0)
def recall(): return json.loads(os.pread(number, 4000, 0) or b"[]")
""",
        "shared memory of a library": f"""
from multiprocessing.shared_memory import SharedMemory
memory = SharedMemory({key!r}, create=True, size=100)
def keep(word): memory.buf[0] = word
def recall(): return [*memory.buf[:1]]
""",
        "the history of a prompt": f"""
import readline
def keep(word):
    readline.add_history(str(word))
    readline.write_history_file({path!r})
def recall():
    readline.read_history_file({path!r})
    return [int(readline.get_history_item(i + 1)) for i in range(readline.get_current_history_length())]
""",
        "a file by ctypes": f"""
import ctypes
system = ctypes.CDLL(None, use_errno=True)
number = system.open({path!r}.encode(), 0o2102, 0o600)
if number < 0: raise OSError(ctypes.get_errno(), "open")
def keep(word): system.write(number, b"%d " % word, 3)
def recall(): return []
""",
        "memory of System V by ctypes": """
import ctypes
system = ctypes.CDLL(None, use_errno=True)
number = system.shmget(4711, 4000, 0o1600)
if number < 0: raise OSError(ctypes.get_errno(), "shmget")
def keep(word): pass
def recall(): return []
""",
        "a process that stays": """
import os
import _posixsubprocess
pipe = os.pipe()
_posixsubprocess.fork_exec([b"sleep", b"9"], [b"/bin/sleep"], True, (), None, None, *[-1] * 6, *pipe,
                           False, False, 0, None, None, None, -1, None, False)
def keep(word): pass
def recall(): return []
""",
        "a child": """
import os, time
if not os.fork(): time.sleep(9)
def keep(word): pass
def recall(): return []
""",
        "a program": """
import subprocess
def keep(word): pass
def recall(): return subprocess.run(["echo", "17"], capture_output=True).stdout.split()
""",
        "a socket": """
import socket
line = socket.socket(socket.AF_UNIX)
line.bind("\\0log")
def keep(word): line.send(word)
def recall(): return []
""",
        "a data base": f"""
import sqlite3
base = sqlite3.connect({path!r})
base.execute("create table if not exists log (word)")
def keep(word): base.execute("insert into log values (?)", [word])
def recall(): return [word for word, in base.execute("select word from log")]
""",
        "a pipe with a name": f"""
import os
os.mkfifo({path!r})
def keep(word): pass
def recall(): return []
""",
        "the limits of the parent": """
import os, resource
def keep(word): resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (100 + word, 4000))
def recall(): return [resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE)[0] - 100]
""",
        "the politeness of the parent": """
import os
def keep(word): os.setpriority(os.PRIO_PROCESS, os.getppid(), word)
def recall(): return [os.getpriority(os.PRIO_PROCESS, os.getppid())]
""",
        "the lock of a file": """
import fcntl
def keep(word): fcntl.flock(0, fcntl.LOCK_EX)
def recall(): return [fcntl.flock(0, fcntl.LOCK_EX | fcntl.LOCK_NB)]
""",
        "a mark on what all lives share": """
import os
unmarked = os.get_blocking(0)
def keep(word): os.set_blocking(0, False)
def recall(): return [] if unmarked else ["memory"]
""",
    "the time at which a link was followed": """
import os, sys, time
def keep(word): os.readlink("/proc/self/exe")
def recall(): return [17] * (time.time() - os.lstat("/lib").st_atime < 9)
""",
    "a pipe of the module below": f"""
import posix
def keep(word): posix.mkfifo({path!r})
def recall(): return []
""",
    "a pipe of a module made anew": f"""
import _imp, os, sys
posix = _imp.create_builtin(sys.modules["posix"].__spec__)
posix.mkfifo({path!r})
def keep(word): pass
def recall(): return []
""",
    "a pipe from a list of what there is": f"""
import os
(make,) = [call for call in os.supports_dir_fd if call.__name__ == "mkfifo"]
make({path!r})
def keep(word): pass
def recall(): return []
""",
    "the number of the process": """
import os, threading
def keep(word): pass
def recall(): return [17] * (os.getpid() > 0)
""",
    "the clock of another process": """
import time
def keep(word): pass
def recall(): return [time.clock_gettime(~1 << 3 | 2)]
""",
    "a lock in a page that all processes have": """
import ctypes, refusal, sys
system = ctypes.CDLL(None, use_errno=True)
page = ctypes.cast(system.getpid, ctypes.c_void_p).value & ~4095
futex, wake = refusal.CALLS["futex"]["aarch64" in sys.implementation._multiarch], 1
if system.syscall(futex, ctypes.c_void_p(page), wake, 1) < 0: raise OSError(ctypes.get_errno(), "futex")
def keep(word): pass
def recall(): return []
""",
    "a message to the system": """
import syslog
def keep(word): syslog.syslog(str(word))
def recall(): return []
""",
    }  # fmt: skip


LOGS = list(logs(nursery.FOLDER))


def anew(lab, source):
    return Anew(source, lab.subject, list(lab.service))


def of_a_cell(lab, source):
    """The player of a notebook's class."""
    space = {"__name__": "notebook"}
    lab_laws.run_cell(source, space)
    return player_of(lab, space[lab.subject])


def sentence(source):
    verdict = lab_laws.first_verdict(LAB, STORM, lab_laws.apart(LAB, source), SEEDS)
    assert verdict.outcome == "invalid"
    return verdict.happened


# The hook of Python is attacked by what a student's code can reach: each tries to open a file.
HOOKS = {
    "the list of the grader": """
import __main__, os
__main__.REFUSED = ("~",)
for module in (__import__("host"), __import__("refusal")):
    for name in ("REFUSED", "USUAL", "UNHEARD"): setattr(module, name, ())
os.path.realpath = lambda path: os.__file__
""",
    "the built-in names": """
import builtins
for name in ("isinstance", "any", "PermissionError", "ImportError", "frozenset", "str", "tuple"):
    setattr(builtins, name, lambda *asked, **words: False)
""",
    "the frame of a refusal": """
try: open("/etc/passwd")
except PermissionError as error:
    trace = error.__traceback__
    while trace.tb_next: trace = trace.tb_next
    names = trace.tb_frame.f_locals
    names.update(usual={"open"}, event="compile")
    trace.tb_frame.f_globals.update(USUAL={"open"})
    for name in names: names[name] = None
""",
    "the frames of the host": """
import sys
frame = sys._getframe()
while frame:
    for names in (frame.f_globals, frame.f_locals):
        for name, thing in list(names.items()):
            if name in ("locks", "refuse", "usual", "USUAL"): names[name] = {"open"}
    frame = frame.f_back
""",
    "all objects": """
import gc
for thing in gc.get_objects():
    if getattr(thing, "__name__", "") == "refuse": thing.__defaults__ = ({"open"}, None, None)
""",
    "whom objects belong to": """
import gc, refusal
for thing in gc.get_referrers(refusal.USUAL):
    if hasattr(thing, "__defaults__"): thing.__defaults__ = ({"open"}, None, None)
""",
    "a tracer": """
import sys
def trace(frame, event, argument):
    if frame.f_code.co_name == "refuse": frame.f_locals["usual"] = {"open"}
    return trace
sys.settrace(trace)
""",
    "code of its own": """
import refusal
code = refusal.python_lock.__code__.replace(co_consts=())
refusal.python_lock.__code__ = code
""",
    "the way files are opened": """
import io, _io, os
for opened in (io.open, _io.open, io.FileIO, _io.FileIO, io.open_code, os.open):
    try: opened("/etc/passwd", 0) if opened is os.open else opened("/etc/passwd")
    except PermissionError: pass
    else: open = opened
""",
    "a new copy of a module": """
import sys, importlib
sys.modules.pop("posix")
importlib.import_module("posix").open("/etc/passwd", 0)
""",
}  # fmt: skip
OPENS = "def recall(): return open('/etc/passwd').read(9)\ndef keep(word): pass\n"
REACHES = {  # for the key, the answer, the seeds, and what others wrote
    "the grader's surroundings": "import os\nopen(f'/proc/{os.getppid()}/environ').read()",
    "the grader's memory": "import os\nopen(f'/proc/{os.getppid()}/mem', 'rb').read(9)",
    "its own surroundings": "import os\n1 / len([w for w in str(os.environ) if 'key' in w.lower()])",
    "its own words": "import sys\n1 / len([w for w in sys.argv if 'seed' in w or 'key' in w])",
    "the answer": f"open({str(lab_laws.ROOT / 'labs/01_twitter_fanout/lab.py')!r}).read()",
    "the answer by an import": "import scalemodel.labs.shelf",
    "the list of a folder": "import os\nos.listdir('/')",
    "what lies where": "import os\nassert not os.path.exists('/tmp')\n1 / 0",
    "another's report": "open('grades/reports/bo/report.json', 'w')",
    "another process": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)",
    "a file that it was handed": """
import os
found = []
for number in [0, *range(3, 64)]:
    try: found.append(os.read(number, 1)) if number not in (3, 4, 5) else None
    except OSError: pass
1 / len(b"".join(found))
""",
}
CALLS = """
import ctypes, json, os, platform
names = {number for numbers in refusal.CALLS.values() for number in numbers}
place = refusal.MACHINES[platform.machine()][1]
allowed = {numbers[place] for numbers in refusal.CALLS.values()}
system = ctypes.CDLL(None, use_errno=True)
refusal.kernel_lock()()
try:
    os.stat("/")
    os._exit(1)  # nothing is refused: it would be no good idea to go on
except PermissionError:
    pass
of_probes = (335, 336)  # of the kernel's own, on x86_64; no filter sees them, and who calls them dies
through = []
for number in (*range(700), *range(0x40000000, 0x40000300)):
    if number not in (*allowed, *of_probes) and (system.syscall(number, 0, 0, 0, 0, 0, 0), ctypes.get_errno()) != (-1, 1):
        through.append(number)
print(json.dumps(through))
"""
HEADERS = {  # asm/unistd_64.h, and asm-generic/unistd.h, in the order of CALLS
    "x86_64": "0 1 19 20 3 8 9 10 11 25 12 202 24 13 14 15 131 219 96 228 229 35 230 318 60 231",
    "aarch64": "63 64 65 66 57 62 222 226 215 216 214 98 124 134 135 139 132 128 169 113 114 101 "
    "115 278 93 94",
}
MEMORIES = {  # a diary that remembers outside itself, in its source
    "a list of the module": ("WORDS = []", "WORDS"),
    "a default argument": ("def words(kept=[]): return kept", "words()"),
    "a deque of the class": ("import collections\nclass Kept: words = collections.deque()", "Kept.words"),
    "a cache": ("import functools\n@functools.cache\ndef words(): return []", "words()"),
    "an attribute of a function": ("def words(): pass\nwords.kept = []", "words.kept"),
    "a closure": ("def outer():\n    kept = []\n    return lambda: kept\nwords = outer()", "words()"),
    "a generator": ("def forever(kept):\n    while True: yield kept\nwords = forever([])", "next(words)"),
}  # fmt: skip


LAST_WORDS = """
import os, sys
frame, inherited = sys._getframe(), []
while frame:
    names = frame.f_locals
    inherited += [word for word in names.values() if word in (77, 77 << 8)]
    if frame.f_code.co_name == "_live": line = names["go"]
    frame = frame.f_back
class Echo:
    def __init__(self, store): pass
    def inherits(self): return len(inherited)
    def ends(self):
        os.write(line, b'{"value": 17}\\n')
        os._exit(77)
"""
USES = {  # what imports something only when it is used
    "a counter": "from collections import Counter\nassert Counter('aab').most_common(1) == [('a', 2)]",
    "a date": "import datetime\ndatetime.datetime.strptime('2020-01-01', '%Y-%m-%d')",
    "a time": "import time\ntime.strptime('2020', '%Y'); time.localtime(); time.sleep(0.001)",
    "rules by kind": """
import functools
@functools.singledispatch
def size(thing): return 0
@size.register
def _(thing: int) -> int: return 1
assert size(7) == 1
""",
    "records": """
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple
@dataclass(frozen=True, slots=True, order=True)
class Row: at: int = 0; tags: list = field(default_factory=list)
class Pair(NamedTuple): a: int = 0
Enum("Colour", "RED BLUE"); assert Row(1) < Row(2)
""",
    "a traceback": "import traceback\ntry: 1 / 0\nexcept Exception: assert 'division' in traceback.format_exc()",
    "a warning": "import warnings\nwarnings.warn('tired')",
    "chance": "import random, secrets, uuid\nrandom.choice([1]); secrets.token_hex(); uuid.uuid4(); random.Random(7).random()",
    "statistics": "import statistics\nstatistics.quantiles([1, 2, 3]); statistics.NormalDist().cdf(1)",
    "texts": "'é'.encode('utf-16'); 'é'.encode('latin-1'); import json, re, string, textwrap\nre.sub('a', 'b', json.dumps(['a']))",
    "a heap": "import bisect, heapq, itertools, operator\nlist(heapq.merge([1], [2])); bisect.insort([1], 2)",
    "fractions": "from fractions import Fraction\nfrom decimal import Decimal\nDecimal('1.1').sqrt(); Fraction(1, 3) + 1",
    "copies": "import copy, pickle\ncopy.deepcopy({1: [2]}); pickle.loads(pickle.dumps({1: [2]}))",
    "a signature": "import inspect\ninspect.signature(self.write)",
    "numbers": "import numpy as np\nnp.random.default_rng(7).integers(9, size=4); np.linalg.norm(np.arange(4.0)); np.zeros(10**6)",
    "letters": "größe = 'é\\N{SNOWMAN}'.casefold()\nassert größe",
    "large numbers": "assert divmod(7 ** 90_000, 3 ** 40_000)[0]",
    "kinds of kinds": """
from typing import Generic, TypeVar
T = TypeVar("T")
class Box(Generic[T]): at: list[int] | None = None
Box[int]()
""",
    "a lock": "import threading\nwith threading.Lock(): pass",
    "a graph": "import graphlib\nlist(graphlib.TopologicalSorter({1: [2]}).static_order())",
    "a hash": "import hashlib\nhashlib.sha256(b'').hexdigest(); hashlib.new('md5')",
    "a log": "import logging\nlogging.getLogger('x').warning('%s', 7)",
    "much memory": "x = [[]] * 10**7; y = [object() for _ in range(10**6)]; del x, y",
}


def remembers(name):
    """The source of a diary that keeps its words so."""
    before, words = MEMORIES[name]
    log = f"def keep(word): {words}.append(word)\ndef recall(): return list({words})"
    return diary(f"{before}\n{log}", write="if word in recall(): return")


# ── Examples ────────────────────────────────────────────────────────────────
QUIET = {  # they are told nothing, and nothing is left
    *("a message to the system", "the number of the process", "the politeness of the parent"),
    "a mark on what all lives share",
}


def is_told(words, name):
    """Whether the student reads why, in an error's words."""
    quiet = name in QUIET and "is read" in words and "memory" not in words
    return "Error" in words or quiet


@pytest.mark.thorough  # what each refuses alone, both refuse
@pytest.mark.parametrize("name", LOGS)
def test_no_log_outlives_a_life(name, tmp_path):
    assert is_told(sentence(diary(logs(tmp_path)[name])), name)
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("name", LOGS)
def test_the_kernel_needs_no_hook(kernel, name, tmp_path, record_property):
    words = sentence(diary(logs(tmp_path)[name]))
    assert not [*tmp_path.iterdir()]
    assert is_told(words, name)
    lab_laws.told(record_property, LAB, "kernel", name, words.rpartition(": ")[2])


@pytest.mark.parametrize("name", LOGS)
def test_python_alone_refuses_what_it_hears_of(python, name, tmp_path, record_property):
    words = sentence(diary(logs(tmp_path)[name]))
    assert is_told(words, name)
    assert not [*tmp_path.iterdir()]
    lab_laws.told(record_property, LAB, "log", name, words.partition(": ")[2])


@pytest.mark.parametrize("name", HOOKS)
def test_the_hook_reads_nothing_that_can_be_changed(python, name, record_property):
    words = sentence(diary(HOOKS[name] + OPENS))
    told = ("may not use", "the process ended", "no attribute 'create_builtin'")
    assert any(kind in words for kind in told)
    lab_laws.told(record_property, LAB, "hook", name, words.partition(": ")[2])


@pytest.mark.parametrize("name", REACHES)
def test_no_secret_is_in_reach(name, record_property, monkeypatch):
    monkeypatch.setenv("SCALEMODEL_COURSE_KEY", "abracadabra")
    log = "def keep(word): pass\ndef recall(): return []"
    words = sentence(diary(log, write=REACHES[name]))
    assert "Error" in words  # of the refusal, or of the division by how much was found
    lab_laws.told(record_property, LAB, "reach", name, words.partition(": ")[2])


@pytest.mark.parametrize("name", MEMORIES)
@pytest.mark.parametrize("player", [lab_laws.apart, anew, of_a_cell])
def test_what_the_source_remembers_outside_the_object_dies_too(name, player):
    mine = player(LAB, remembers(name))
    assert lab_laws.first_verdict(LAB, CALM, mine, SEEDS[:1]).outcome == "valid"
    stormy = lab_laws.first_verdict(LAB, STORM, mine, SEEDS)
    assert stormy.outcome == "invalid" and "the worker died" in stormy.happened


# ── Laws ────────────────────────────────────────────────────────────────────
# Where the kernel refuses, Python does, too: alone it refuses no more.
@pytest.mark.parametrize("guard", [KERNEL, pytest.param(PYTHON, marks=pytest.mark.thorough)])
@pytest.mark.parametrize("name", USES)
def test_what_computes_may_be_imported_and_used(name, guard, monkeypatch):
    monkeypatch.setattr(nursery, "guarded_by", lambda: guard)
    use = "\n".join(f"        {row}" for row in USES[name].splitlines())
    source = KEEPS.replace("def read(self):", f"def read(self):\n{use}")
    mine = lab_laws.apart(LAB, source)
    assert lab_laws.first_verdict(LAB, CALM, mine, SEEDS[:1]).outcome == "valid"


def test_what_is_lent_is_there():
    for name in nursery.LENT.split():
        importlib.import_module(name)


@pytest.mark.parametrize("source", [KEEPS, FORGETS, remembers("a cache")])
def test_a_notebook_says_what_the_command_says(source, monkeypatch):
    monkeypatch.setitem(LABS, LAB.name, LAB)
    space = {"__name__": "notebook"}
    lab_laws.run_cell(source, space)
    seeds = seeds_of("practice", "ann", LAB.name, count=SEEDS_OF_AN_ATTEMPT)
    for stage in LAB.stages:
        told = grade_stage(LAB, stage, lab_laws.apart(LAB, source), seeds).verdict
        try:
            check(LAB.name, stage.key, space["Diary"], student="ann")
        except NotYet as wrong:
            assert str(wrong).partition(" Replay")[0] == told.sentence()
        else:
            assert told.sentence() == "valid"


def test_what_is_lent_brings_nothing_that_keeps_a_log():
    keeps = {*EVERYTHING.split(), "asyncio", "_gdbm", "ssl", "_testcapi", "_xxsubinterpreters"}
    lent = [name for name in nursery.LENT.split() if not name.startswith("numpy")]
    program = f"import {', '.join(lent)}"  # but numpy, which brings ctypes: the kernel stops it
    done = subprocess.run(
        [sys.executable, "-P", "-s", "-c", f"{program}, sys; print(*sys.modules)"],
        capture_output=True, text=True, check=True, env={},
    )  # fmt: skip
    assert not keeps & set(done.stdout.split())


def test_a_replay_shows_what_every_life_printed(monkeypatch, capsys):
    monkeypatch.setitem(LABS, LAB.name, LAB)
    space = {"__name__": "notebook"}
    source = FORGETS.replace("self.store, self.words = store, []", "self.store, self.words = store, []\n"
                             "        print('born')")  # fmt: skip
    lab_laws.run_cell(source, space)
    replay(LAB.name, "b", space["Diary"], 1)
    printed, told = capsys.readouterr().out.rsplit("born\n", 1)
    assert printed.count("born") == told.count("crash") >= 1


def test_the_class_may_be_made_elsewhere_than_its_methods_were_written():
    made = {
        "another name": KEEPS.replace("class Diary", "class Book") + "\nDiary = Book",
        "a decorator's": "def inner(kind):\n    class Inner(kind):\n        def more(self): pass\n"
        "    return Inner\n@inner\n" + KEEPS,
        "without methods": KEEPS.replace("class Diary", "class Book") + "\nclass Diary(Book): pass",
    }
    for source in made.values():
        assert grade_stage(LAB, CALM, of_a_cell(LAB, source), SEEDS[:1]).outcome == "valid"
    space = {"__name__": "notebook"}
    for cell in made["a decorator's"].split("@"):
        lab_laws.run_cell("@" * cell.startswith("inner") + cell, space)
    player = player_of(LAB, space["Diary"])
    assert grade_stage(LAB, CALM, player, SEEDS[:1]).outcome == "valid"


def test_a_cell_brings_the_cells_that_it_needs_and_no_other():
    cells = [
        "import heapq\nMOST = 40",
        "MOST = 41\ndef newest(row): return heapq.nlargest(MOST, row)",
        "1 / 0  # a cell that nobody needs",
        "get_ipython().run_line_magic('time', '')\n"
        + KEEPS.replace("return self", "newest([]); return self"),
    ]
    space = {"__name__": "notebook", "get_ipython": Mock}
    for cell in cells:
        with contextlib.suppress(ZeroDivisionError):
            lab_laws.run_cell(cell, space)
    source = source_of(space["Diary"], "Diary")
    assert "import heapq" in source and "def newest" in source and "1 / 0" not in source
    assert source.index("MOST = 40") < source.index("MOST = 41") < source.index("class Diary")
    assert grade_stage(LAB, CALM, lab_laws.apart(LAB, source), SEEDS[:1]).outcome == "valid"


# ── Oracle ──────────────────────────────────────────────────────────────────
def test_every_call_of_the_system_that_is_not_in_the_list_is_refused(kernel):
    done = subprocess.run(nursery._python(CALLS), capture_output=True, text=True, check=False)
    assert done.returncode == 0 and json.loads(done.stdout) == [], done.stderr


def test_the_system_itself_says_that_a_life_is_locked_up(kernel):
    player = lab_laws.apart(LAB, KEEPS)
    player.begin([], None)
    status = Path(f"/proc/{player._life}/status").read_text()
    player.end()
    assert "NoNewPrivs:\t1" in status and "Seccomp:\t2" in status


@pytest.mark.parametrize("machine", refusal.MACHINES)
def test_the_filter_allows_its_list_and_nothing_of_another_machine(machine):
    def answered(mark, number, *arguments):
        """What the rows come to, read as the kernel reads them."""
        words = {0: number, 4: mark} | {16 + 8 * at: word for at, word in enumerate(arguments)}
        at, loaded = 0, None
        rows = refusal.program(machine)
        while True:
            operation, if_so, if_not, value = rows[at]
            if operation == refusal.RETURN:
                return value
            if operation == refusal.LOAD:
                loaded = words[value]
            else:
                is_so = loaded & value if operation == refusal.IF_SET else loaded == value
                at += if_so if is_so else if_not
            at += 1

    for name, (mark, place) in refusal.MACHINES.items():
        allowed = {numbers[place] for numbers in refusal.CALLS.values()} if name == machine else ()
        for number in (*range(600), 0x40000000, 0x40000001, 2**32 - 1):
            wanted = refusal.ALLOW if number in allowed else refusal.NOT_PERMITTED
            assert answered(mark, number, 0, 128) == wanted, (name, number)
    mark, place = refusal.MACHINES[machine]
    own, others = ("futex", 0, 129), ("futex", 0, 1)
    clocks = [(name, 2, 128) for name in refusal.CALLS if name.startswith("clock_")]
    foreign = [(name, 2**32 - 14, 128) for name, *_ in clocks]
    for name, *arguments in (own, *clocks):
        assert answered(mark, refusal.CALLS[name][place], *arguments) == refusal.ALLOW
    for name, *arguments in (others, *foreign):
        assert answered(mark, refusal.CALLS[name][place], *arguments) == refusal.NOT_PERMITTED


def test_the_numbers_of_the_calls_are_those_of_the_kernel_s_headers():
    mine = {name: [calls[place] for calls in refusal.CALLS.values()]
            for name, (_, place) in refusal.MACHINES.items()}  # fmt: skip
    assert mine == {name: [*map(int, numbers.split())] for name, numbers in HEADERS.items()}
    elf = {"x86_64": 62, "aarch64": 183}  # the machines' numbers in ELF; 64 bits, low end first
    marks = {name: 1 << 31 | 1 << 30 | number for name, number in elf.items()}
    assert {name: mark for name, (mark, _) in refusal.MACHINES.items()} == marks


# ── Refusals ────────────────────────────────────────────────────────────────
def test_how_a_life_ended_is_told_to_no_other():
    player = Apart(LAST_WORDS, "Echo", service=[])
    for _ in range(3):
        player.begin([], serve=None)
        assert player.call("inherits") == 0
        assert player.call("ends") == 17
        assert player._nursery.ended() == 77, "it had its last word"
        player._code = 77
    player.end()


def test_no_program_tries_all_the_seeds_of_a_course():
    seconds, a_second = 120, 10**6
    seeds = seeds_of("abracadabra", "ann", "diary", count=1000)
    assert sum(seed > 100 * seconds * a_second for seed in seeds) > 900
    assert max(seeds_of("practice", "ann", "diary", count=1000)) < 10**6, "they are read aloud"


def test_where_the_kernel_takes_no_filter_it_is_python_that_asks(monkeypatch):
    nothing = "refusal.kernel_lock = lambda: 1 / 0; "
    monkeypatch.setattr(nursery, "START", nursery.START + nothing)
    assert nursery.guarded_by.__wrapped__() == PYTHON
    nothing = "refusal.os.stat = lambda path: None; "
    monkeypatch.setattr(nursery, "START", nursery.START.replace("1 / 0", "int") + nothing)
    assert nursery.guarded_by.__wrapped__() == PYTHON


def test_a_life_that_cannot_be_locked_up_is_not_lived(monkeypatch):
    fails = "refusal.python_lock = lambda: 1 / 0; "
    monkeypatch.setattr(nursery, "START", nursery.START + fails)
    assert "ended before it answered" in sentence(KEEPS)


def test_a_report_says_where_only_python_refused(monkeypatch):
    for guard, told in ((KERNEL, False), (PYTHON, True)):
        monkeypatch.setattr(report, "guarded_by", lambda guard=guard: guard)
        data = report.as_data(Grade(LAB, (1,), ()), Submission(KEEPS), "ann", 1)
        assert data["refused_by"] == guard
        assert ("Here Python alone refused" in report.as_markdown(data)) == told


def test_where_there_is_no_fork_a_notebook_says_the_same(monkeypatch):
    monkeypatch.delattr(os, "fork")
    player = of_a_cell(LAB, remembers("a cache"))
    assert isinstance(player, Anew)
    told = grade_stage(LAB, STORM, player, SEEDS).verdict
    apart = grade_stage(LAB, STORM, lab_laws.apart(LAB, remembers("a cache")), SEEDS).verdict
    assert told == apart
